//! Other processes: this test binary again, which does one task on a store and says what became of it.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use keysweep_model::RunStatus;
use keysweep_store::{Access, Place, StoreError};
use sqlx::{Connection, SqliteConnection};

use super::{changed, refusal, usual};
use crate::world::Home;

/// The variables that say what a child does, and on which store.
const TASK: &str = "KEYSWEEP_STORE_TEST_TASK";
const PLACE: &str = "KEYSWEEP_STORE_TEST_PLACE";

/// What begins each line that a child says.
const MARK: &str = "| ";

/// Does nothing in the tests' own process.
#[test]
fn does_a_task() {
    let Ok(task) = std::env::var(TASK) else { return };
    let place = Place::parse(&std::env::var(PLACE).unwrap()).unwrap();
    let home = Home { place, folder: tempfile::tempdir().unwrap() };
    let said = match task.as_str() {
        "record" => refusal(&home.place, home.try_record(&changed(2)).map(drop)),
        "read" => refusal(&home.place, read(&home)),
        "history" => home.history(),
        "hold" => hold(&home),
        "lock" => lock(&home),
        "fill" => fill(&home),
        "full" => full(&home),
        other => panic!("`{other}` is not a task"),
    };
    say(&said);
}

fn say(text: &str) {
    for line in text.lines() {
        println!("{MARK}{line}");
    }
}

/// Reads, and closes the store, so that no files stay beside it.
fn read(home: &Home) -> Result<(), StoreError> {
    let mut store = home.try_open(Access::Read)?;
    store.runs(None)?;
    store.close()
}

/// Records until its standard input ends.
fn hold(home: &Home) -> String {
    let night = usual(1);
    let mut recorder = home.begin(&night).unwrap();
    night.give(&mut recorder).unwrap();
    say("holding");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    recorder.interrupt();
    "done".to_owned()
}

/// Locks the file as another program may, until its standard input ends.
fn lock(home: &Home) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = SqliteConnection::connect(&home.place.to_string()).await.unwrap();
        sqlx::query("BEGIN EXCLUSIVE").execute(&mut connection).await.unwrap();
        say("holding");
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    });
    "done".to_owned()
}

/// Records nights until one fails, each with as many new findings as a file of a few pages has room for.
fn fill(home: &Home) -> String {
    let failed = (2..100).find_map(|number| {
        let night = super::room::large(number);
        home.try_record(&night).err().map(|error| (number, error))
    });
    let (number, error) = failed.expect("all fits");
    format!("{number}\n{}", super::said(&home.place, &error))
}

/// The same until the disk is full. Then there is room again.
fn full(home: &Home) -> String {
    let ballast = Path::new(&home.place.to_string()).with_file_name("ballast");
    std::fs::write(&ballast, [0; 512 * 1024]).unwrap();
    home.record(&usual(1));
    let said = fill(home);
    let (number, message) = said.split_once('\n').unwrap();
    let number: u32 = number.parse().unwrap();
    let runs = home.open().runs(None).unwrap();
    let complete = runs.iter().filter(|run| run.status == RunStatus::Complete).count();
    assert_eq!((complete, home.problems()), (number as usize - 1, Vec::new()));
    std::fs::remove_file(ballast).unwrap();
    assert_eq!(home.record(&usual(number + 1)).status, RunStatus::Complete);
    assert_eq!(home.problems(), [""; 0]);
    message.to_owned()
}

/// A child that does `task` on the store at `home`.
pub(super) fn child(task: &str, home: &Home) -> Command {
    let place = match &home.place {
        Place::File(path) => path.display().to_string(),
        Place::Server(_) => panic!("the URL with its password is not known here"),
    };
    child_at(task, &place, std::env::current_exe().unwrap())
}

/// The same for the text that names a store.
pub(super) fn child_at(task: &str, place: &str, program: PathBuf) -> Command {
    let mut command = Command::new(program);
    command.args(["faults::child::does_a_task", "--exact", "--nocapture"]).env(TASK, task).env(PLACE, place);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// A child whose files may grow to so many bytes, a multiple of 512.
pub(super) fn child_with_files_up_to(bytes: u64, task: &str, home: &Home) -> Command {
    let inner = child(task, home);
    let mut command = Command::new("/bin/sh");
    let limits = format!("trap '' XFSZ && ulimit -f {} && exec \"$0\" \"$@\"", bytes / 512);
    command.args(["-c", &limits]).arg(inner.get_program()).args(inner.get_args());
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

/// A child whom the modes of files hold for, also where the tests run as root. It has a copy of the program, which may be in a
/// folder that is closed to others.
pub(super) fn child_without_rights(task: &str, home: &Home) -> Command {
    let folder = home.folder.path();
    if !is_root() {
        return child(task, home);
    }
    let program = folder.join("program");
    if !program.exists() {
        std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    }
    let mut command = child_at(task, &home.place.to_string(), program);
    command.uid(NOBODY).gid(NOBODY).env("TMPDIR", "/tmp");
    command
}

/// Whether the tests run as root, for whom modes mean nothing.
pub(super) fn is_root() -> bool {
    Path::new("/proc/self").metadata().unwrap().uid() == 0
}

/// The user who has no rights.
pub(super) const NOBODY: u32 = 65_534;

/// What a child says, which must end well.
pub(super) fn said_by(command: &mut Command) -> String {
    spoken(&command.output().unwrap())
}

fn spoken(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<_> = text.lines().filter_map(|line| line.split_once(MARK).map(|(_, said)| said)).collect();
    lines.join("\n")
}

/// A child that holds a store until it is told to end, or is killed.
pub(super) struct Holder(Child);

impl Holder {
    pub(super) fn start(task: &str, home: &Home) -> Self {
        let mut child = child(task, home).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.by_ref().any(|line| line.unwrap().contains("| holding")));
        // What is said later goes nowhere, and must not end the child.
        std::thread::spawn(move || lines.for_each(drop));
        Self(child)
    }

    /// Ends the task, and waits for it.
    pub(super) fn finish(&mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }

    /// Ends the process at once.
    pub(super) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}
