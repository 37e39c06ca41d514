//! The history on a PostgreSQL server is the one in a file: the program prints the same, whichever it is.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdin, Stdio},
};

use serde_json::Value;

use crate::{process::keysweep, python::python};

/// A server until it is dropped.
struct Server {
    child: Child,
    /// The server stops when this closes.
    input: Option<ChildStdin>,
    url: String,
}

impl Server {
    fn start() -> Self {
        let mut command = python("tests/postgres/server.py");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in `{line}`"));
        Self { input: child.stdin.take(), url: ready["url"].as_str().unwrap().to_owned(), child }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// What two nights of the demo and then these commands print.
fn printed(store: &str, commands: &[&str]) -> Vec<String> {
    let nights = keysweep("demo --nights 2 --no-progress").env("KEYSWEEP_STORE", "").arg("--store").arg(store).run();
    assert_eq!(nights.code, 0, "{nights:#?}");
    let with_store = |command: &&str| {
        let ran = keysweep(command).arg("--store").arg(store).run();
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{command}");
        ran.stdout
    };
    commands.iter().map(with_store).collect()
}

#[test]
fn both_engines_give_the_same_answers() {
    let commands = [
        "findings --limit 20",
        "findings --group-by owner",
        "findings --group-by ou",
        "findings --status resolved --all",
        "diff --all",
        "trend --by-ou",
        "runs list",
    ];
    let folder = tempfile::tempdir().unwrap();
    let in_file = printed(folder.path().join("s.db").to_str().unwrap(), &commands);
    let server = Server::start();
    let on_server = printed(&server.url, &commands);
    for ((command, file), server) in commands.iter().zip(in_file).zip(on_server) {
        assert!(file.lines().count() > 2, "{command}: {file}");
        let differs = file.lines().zip(server.lines()).find(|(file, server)| file != server);
        assert_eq!(differs, None, "{command}");
        assert_eq!(file.len(), server.len(), "{command}");
    }
}

#[test]
fn the_password_is_taken_from_the_environment_and_never_shown() {
    let server = Server::start();
    let (scheme, rest) = server.url.split_once("://").unwrap();
    let (user, host) = rest.split_once('@').unwrap();
    let (user, password) = user.split_once(':').unwrap();
    let bare = format!("{scheme}://{user}@{host}");
    let demo = |given: &str| {
        let ran = keysweep("demo -vv --no-progress").env("PGPASSWORD", given).arg("--store").arg(&bare).run();
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(given));
        ran
    };
    assert_eq!(demo(password).code, 0);
    let wrong = demo("another-one");
    assert_eq!(wrong.code, 4);
    let said = wrong.stderr.replace(host, "HOST");
    insta::assert_snapshot!(said, @r#"
    error: store `postgres://keysweep@HOST` could not be reached: password authentication failed for user "keysweep"
    hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
    "#);
    let info = keysweep("store info").arg("--store").arg(&server.url).run();
    assert!(info.stdout.contains("PostgreSQL") && !info.stdout.contains(password), "{info:#?}");
}
