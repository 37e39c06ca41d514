//! A real PostgreSQL server for tests: `tests/postgres/server.py`, run by the Python that `cargo xtask test` provides.
//!
//! Most tests want a database in the server that they share: `shared().fresh_database()`. A test that stops, kills or
//! restarts a server, or cuts connections to it, starts one of its own, as that would disturb the others.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::Value;

/// The server that the tests of this process share. It ends with the process, which closes the script's stdin.
pub(crate) fn shared() -> &'static PostgresServer {
    static SHARED: LazyLock<PostgresServer> = LazyLock::new(PostgresServer::spawn);
    &SHARED
}

/// A server until it is dropped. Its methods return when what they ask for is done.
pub(crate) struct PostgresServer {
    script: Mutex<Script>,
    url: String,
    ca: Option<PathBuf>,
    databases: AtomicU32,
}

struct Script {
    /// Its stdin stays in it: `wait` closes that, which stops the server.
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl PostgresServer {
    /// A server without TLS.
    pub(crate) fn spawn() -> Self {
        Self::with(&[])
    }

    /// A server that refuses connections without TLS.
    pub(crate) fn spawn_with_tls() -> Self {
        Self::with(&["--tls"])
    }

    /// A server with these arguments of the script.
    pub(crate) fn with(arguments: &[&str]) -> Self {
        let interpreter = std::env::var_os("KEYSWEEP_TEST_PYTHON");
        let interpreter =
            interpreter.expect("KEYSWEEP_TEST_PYTHON names no Python: run `cargo xtask test`, which makes one");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/postgres/server.py");
        // `-B`: caches are not to be left in the repository.
        let mut command = Command::new(interpreter);
        command.arg("-B").arg(script).args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut script = Script { child, answers };
        let ready = script.answer();
        Self {
            script: Mutex::new(script),
            url: text(&ready, "url").unwrap(),
            ca: text(&ready, "ca").map(PathBuf::from),
            databases: AtomicU32::new(0),
        }
    }

    /// How a superuser reaches the database `postgres`. It stays the same over restarts.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The file of the authority that signed the certificate of the server, for `127.0.0.1` and `localhost`.
    pub(crate) fn ca(&self) -> &Path {
        self.ca.as_deref().expect("the server has no TLS")
    }

    /// The URL of a new and empty database, as its owner, who is not a superuser.
    pub(crate) fn fresh_database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        text(&self.ask(&format!("database test_{number}")), "url").unwrap()
    }

    /// Ends all connections to the database of this URL, from the server's side.
    pub(crate) fn disconnect(&self, url: &str) {
        let (_, database) = url.rsplit_once('/').unwrap();
        self.ask(&format!("disconnect {database}"));
    }

    /// Stops the server, which ends its connections and then refuses new ones.
    pub(crate) fn stop(&self) {
        self.ask("stop");
    }

    /// Stops the server at once, as a crash does. What was committed is there after the next start.
    pub(crate) fn kill(&self) {
        self.ask("kill");
    }

    /// Starts the server again, at the same URL.
    pub(crate) fn start(&self) {
        self.ask("start");
    }

    /// Stops the server and starts it again.
    pub(crate) fn restart(&self) {
        self.ask("restart");
    }

    fn ask(&self, command: &str) -> Value {
        let answer = {
            let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
            writeln!(script.child.stdin.as_mut().unwrap(), "{command}").unwrap();
            script.answer()
        };
        // Outside the lock, so that the failure of one test is not that of others.
        assert!(answer.get("error").is_none(), "`{command}` failed: {}", answer["error"]);
        answer
    }
}

impl Script {
    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in the answer `{line}` of the script"))
    }
}

fn text(answer: &Value, key: &str) -> Option<String> {
    answer[key].as_str().map(str::to_owned)
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let script = self.script.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = script.child.wait();
    }
}
