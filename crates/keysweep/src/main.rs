//! The binary: everything is in the library, so that it can be tested.

/// The AWS SDK and Rhai make many small values: with the system's allocator a scan takes about a fifth more CPU.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    keysweep::main()
}
