//! The program as the tests start it: the same as `keysweep`, built by cargo beside the tests.

fn main() -> std::process::ExitCode {
    keysweep::main()
}
