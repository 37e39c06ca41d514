//! The Python side of the tests, by the interpreter that `cargo xtask test` provides.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdin, Command, Stdio},
};

use serde_json::Value;

use crate::process::{Environment, repository};

/// The script of the repository at `path`, with nothing of the tests' environment.
pub(crate) fn python(path: &str) -> Command {
    let interpreter = std::env::var_os("KEYSWEEP_TEST_PYTHON");
    let interpreter =
        interpreter.expect("KEYSWEEP_TEST_PYTHON names no Python: run `cargo xtask test`, which makes one");
    let mut command = Command::new(interpreter);
    // `-B`: caches are not to be left in the repository.
    command.arg("-B").arg(repository(path)).env_clear().stdin(Stdio::null());
    // The user who runs the tests may have AWS credentials.
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command
}

/// An organization that moto serves, until it is dropped.
pub(crate) struct Moto {
    child: Child,
    _until_closed: ChildStdin,
    /// What clients need to have set.
    pub(crate) environment: Environment,
    /// What is true of it.
    pub(crate) truth: Value,
    /// The time that the ages of its keys were counted from.
    pub(crate) now: String,
}

impl Moto {
    /// Serves one of 13 accounts, with credential reports of this kind: `moto` or `real`.
    pub(crate) fn serve(report: &str) -> Self {
        let mut command = python("tests/moto/organization.py");
        command.args(["--members", "12", "--users", "15", "--report", report]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in `{line}`"));
        let environment = ready["environment"].as_object().unwrap().iter();
        Self {
            environment: environment.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect(),
            truth: ready["truth"].clone(),
            now: ready["now"].as_str().unwrap().to_owned(),
            _until_closed: child.stdin.take().unwrap(),
            child,
        }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
