//! The writer: what it replaces, what it writes to as it is, and what it leaves behind.

use std::{
    io::Read,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    process::Command,
    sync::mpsc,
    thread,
};

use super::*;

fn write(path: &Path, text: &str) -> Result<(), String> {
    let destination = Destination::open(Some(path), &Drafts::default()).map_err(|failure| failure.to_string())?;
    destination.deliver(|out| out.write_all(text.as_bytes())).map_err(|failure| failure.to_string())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.json");
    fs::write(&path, "old").unwrap();
    let failed = Destination::open(Some(&path), &Drafts::default()).unwrap().deliver(|out| {
        out.write_all(b"half")?;
        Err(io::Error::other("disk full"))
    });
    assert!(failed.is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(names(folder.path()), ["result.json"]);
    write(&path, "new").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(names(folder.path()), ["result.json"]);
}

#[test]
fn nothing_lies_about_while_the_work_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let destination = Destination::open(Some(&folder.path().join("a")), &Drafts::default()).unwrap();
    assert_eq!(names(folder.path()), [""; 0]);
    drop(destination);
}

#[test]
fn what_cannot_be_written_to_is_found_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    symlink("b", path("a")).unwrap();
    symlink("a", path("b")).unwrap();
    let told = |name: &str| {
        let error = Destination::open(Some(&path(name)), &Drafts::default()).unwrap_err();
        error.to_string().replace(&folder.path().display().to_string(), "DIR")
    };
    insta::assert_snapshot!([told("no/a"), told(""), told("."), told(".."), told("a")].join("\n"), @"
    error: could not write `DIR/no/a`: No such file or directory (os error 2)
    error: could not write `DIR/`: is a directory
    error: could not write `DIR/.`: is a directory
    error: could not write `DIR/..`: is a directory
    error: could not write `DIR/a`: too many links lead to it
    ");
}

#[test]
fn a_file_that_is_replaced_keeps_its_mode_and_a_new_one_has_that_of_the_mask() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("usual"), "").unwrap();
    write(&path("new"), "x").unwrap();
    assert_eq!(mode(&path("new")), mode(&path("usual")));
    for wanted in [0o600, 0o640, 0o666, 0o755] {
        fs::write(path("old"), "a longer text than the new one").unwrap();
        fs::set_permissions(path("old"), fs::Permissions::from_mode(wanted)).unwrap();
        write(&path("old"), "new").unwrap();
        assert_eq!((mode(&path("old")), fs::read_to_string(path("old")).unwrap()), (wanted, "new".to_owned()));
    }
}

/// Only the superuser may write to it anyway, and gives files away.
#[test]
fn a_write_protected_file_stays_as_it_is_and_an_owner_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old");
    fs::write(&path, "old").unwrap();
    let is_superuser = std::os::unix::fs::chown(&path, Some(12_345), Some(12_345)).is_ok();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
    let written = write(&path, "new");
    let there = fs::metadata(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(mode(&path), 0o440);
    if is_superuser {
        assert_eq!((written, text.as_str(), there.uid(), there.gid()), (Ok(()), "new", 12_345, 12_345));
    } else {
        assert!(written.is_err_and(|error| error.contains("Permission denied")));
        assert_eq!(text, "old");
    }
}

#[test]
fn links_are_followed_and_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("there")).unwrap();
    fs::write(path("there/old"), "old").unwrap();
    symlink("there/old", path("link")).unwrap();
    symlink("link", path("chain")).unwrap();
    symlink("there/new", path("dangling")).unwrap();
    symlink("there", path("folder")).unwrap();
    for (name, real) in
        [("chain", "there/old"), ("link", "there/old"), ("dangling", "there/new"), ("folder/x", "there/x")]
    {
        write(&path(name), name).unwrap();
        assert_eq!(fs::read_to_string(path(real)).unwrap(), name);
    }
    for name in ["link", "chain", "dangling", "folder"] {
        assert!(fs::symlink_metadata(path(name)).unwrap().is_symlink(), "{name}");
    }
    assert_eq!(names(&path("there")), ["new", "old", "x"]);
}

#[test]
fn a_pipe_is_written_to_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    symlink("pipe", folder.path().join("link")).unwrap();
    for name in ["pipe", "link"] {
        let reader = thread::spawn({
            let path = path.clone();
            move || fs::read_to_string(path).unwrap()
        });
        write(&folder.path().join(name), "text").unwrap();
        assert_eq!(reader.join().unwrap(), "text");
        assert!(!fs::symlink_metadata(&path).unwrap().is_file());
    }
    // A reader that leaves is not an error.
    let reader = thread::spawn(move || fs::File::open(path).unwrap().read(&mut [0; 1]).unwrap());
    let destination = Destination::open(Some(&folder.path().join("pipe")), &Drafts::default()).unwrap();
    destination.deliver(|out| (0..1_000).try_for_each(|_| out.write_all(&[b'x'; 4096]))).unwrap();
    reader.join().unwrap();
    assert_eq!(names(folder.path()), ["link", "pipe"]);
}

/// What the process has open is appended to, never replaced: `-o /proc/self/fd/3 3>>log`.
#[test]
#[cfg(target_os = "linux")]
fn an_open_file_of_a_process_is_appended_to() {
    use std::os::fd::AsRawFd;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    fs::write(&path, "before\n").unwrap();
    let log = OpenOptions::new().append(true).open(&path).unwrap();
    for name in [format!("/proc/self/fd/{}", log.as_raw_fd()), format!("/dev/fd/{}", log.as_raw_fd())] {
        write(Path::new(&name), "after\n").unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "before\nafter\nafter\n");
    assert!(matches!(Destination::open(Some(Path::new("/dev/stdout")), &Drafts::default()), Ok(Destination::Stdout)));
}

#[test]
fn what_has_become_something_else_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    for become_of in ["mkfifo", "mkdir", "ln -s x"] {
        let destination = Destination::open(Some(&path), &Drafts::default()).unwrap();
        let mut words = become_of.split(' ');
        let command = Command::new(words.next().unwrap()).args(words).arg(&path).status().unwrap();
        assert!(command.success());
        let error = destination.deliver(|out| out.write_all(b"x")).unwrap_err().to_string();
        assert!(error.contains("it is no longer a regular file"), "{error}");
        assert_eq!(names(folder.path()), ["a"]);
        fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)).unwrap();
    }
}

#[test]
fn what_is_to_be_new_takes_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    symlink("elsewhere", path("link")).unwrap();
    fs::write(path("file"), "old").unwrap();
    for name in ["link", "file"] {
        assert!(create(&path(name), "new", &Drafts::default()).is_err(), "{name}");
    }
    create(&path("new"), "new", &Drafts::default()).unwrap();
    assert_eq!(names(folder.path()), ["file", "link", "new"]);
    assert_eq!(fs::read_to_string(path("file")).unwrap(), "old");
}

#[test]
fn drafts_go_when_the_program_is_made_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let drafts = Drafts::default();
    let destination = Destination::open(Some(&folder.path().join("a")), &drafts).unwrap();
    let (sender, receiver) = mpsc::channel();
    // It never comes to an end: neither does the writer of a program that does.
    thread::spawn(move || {
        destination.deliver(|out| {
            out.write_all(b"half")?;
            sender.send(()).map_err(io::Error::other)?;
            loop {
                thread::park();
            }
        })
    });
    receiver.recv().unwrap();
    drafts.discard();
    assert_eq!(names(folder.path()), [""; 0]);
}

fn apart(folder: &Path, outputs: &[(&str, &str)], inputs: &[&str]) -> String {
    let paths = |names: &[&str]| names.iter().map(|name| folder.join(name)).collect::<Vec<_>>();
    let (inputs, files) = (paths(inputs), paths(&outputs.iter().map(|(_, name)| *name).collect::<Vec<_>>()));
    let outputs: Vec<_> = outputs.iter().zip(&files).map(|((option, _), path)| (*option, path.as_path())).collect();
    match check_apart(&outputs, inputs.iter().map(PathBuf::as_path)) {
        Ok(()) => "apart".to_owned(),
        Err(error) => error.to_string().replace(&folder.display().to_string(), "DIR"),
    }
}

#[test]
fn an_output_is_neither_an_input_nor_another_output() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("sub")).unwrap();
    fs::write(path("input"), "").unwrap();
    fs::hard_link(path("input"), path("hard")).unwrap();
    symlink("input", path("link")).unwrap();
    symlink("new", path("dangling")).unwrap();
    let output = |name: &str| apart(folder.path(), &[("-o", name)], &["other", "input"]);
    let both = |one: &str, other: &str| apart(folder.path(), &[("-o", one), ("--save", other)], &[]);
    for (name, told) in [("new", output("new")), ("other file", output("other file")), ("two", both("x", "y"))] {
        assert_eq!(told, "apart", "{name}");
    }
    insta::assert_snapshot!(
        [
            output("input"),
            output("sub/../input"),
            output("link"),
            output("hard"),
            output("other"),
            both("new", "new"),
            both("new", "sub/../new"),
            both("new", "dangling"),
            both("input", "hard"),
        ]
        .join("\n"),
        @"
    error: `-o DIR/input` would overwrite `DIR/input`, which this command reads
    hint: write to another file
    error: `-o DIR/sub/../input` would overwrite `DIR/input`, which this command reads
    hint: write to another file
    error: `-o DIR/link` would overwrite `DIR/input`, which this command reads
    hint: write to another file
    error: `-o DIR/hard` would overwrite `DIR/input`, which this command reads
    hint: write to another file
    error: `-o DIR/other` would overwrite `DIR/other`, which this command reads
    hint: write to another file
    error: `-o DIR/new` and `--save DIR/new` are the same file
    hint: give each output a file of its own
    error: `-o DIR/new` and `--save DIR/sub/../new` are the same file
    hint: give each output a file of its own
    error: `-o DIR/new` and `--save DIR/dangling` are the same file
    hint: give each output a file of its own
    error: `-o DIR/input` and `--save DIR/hard` are the same file
    hint: give each output a file of its own
    "
    );
}
