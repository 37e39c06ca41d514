//! The reader of users' files: what it refuses, and that it shows nothing of what is not the user's.
#![cfg(test)]

use std::{
    fs,
    os::unix::{fs::symlink, net::UnixListener},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use keysweep_files::{FileKind, Found, ReadError, yaml::parse_file};

const KINDS: [FileKind; 6] =
    [FileKind::Config, FileKind::Accounts, FileKind::Exemptions, FileKind::Policy, FileKind::Cases, FileKind::World];

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// The error of reading, with the folder named `DIR`.
fn refused(folder: &Path, kind: FileKind, name: &str, found: Found<'_>) -> String {
    let error = keysweep_files::read(kind, &folder.join(name), found).unwrap_err();
    error.to_string().replace(&folder.display().to_string(), "DIR")
}

#[test]
fn only_regular_files_are_read_and_nothing_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    pipe(&path("pipe"));
    symlink("pipe", path("link")).unwrap();
    fs::create_dir(path("folder")).unwrap();
    let _socket = UnixListener::bind(path("socket")).unwrap();
    let begun = Instant::now();
    for kind in KINDS {
        for name in ["pipe", "link", "folder", "socket"] {
            let said = refused(folder.path(), kind, name, Found::In(folder.path()));
            assert_eq!(said, format!("could not read `DIR/{name}`: it is not a regular file"));
        }
    }
    assert!(matches!(
        keysweep_files::open(FileKind::Inventory, &path("pipe"), Found::Named),
        Err(ReadError::NotRegular { .. })
    ));
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_file_has_no_more_bytes_than_its_kind_allows() {
    let folder = tempfile::tempdir().unwrap();
    for kind in KINDS {
        // A hole takes no room on the disk.
        let file = fs::File::create(folder.path().join("big")).unwrap();
        file.set_len(1 << 40).unwrap();
        let said = refused(folder.path(), kind, "big", Found::Named);
        assert!(said.starts_with("could not read `DIR/big`: it has more than ") && said.contains(" bytes, "), "{said}");
    }
    let size = |size: usize| {
        fs::write(folder.path().join("a.rhai"), "x".repeat(size)).unwrap();
        keysweep_files::read(FileKind::Policy, &folder.path().join("a.rhai"), Found::Named).map(|file| file.text.len())
    };
    assert_eq!(size(1 << 20).unwrap(), 1 << 20);
    insta::assert_snapshot!(size((1 << 20) + 1).unwrap_err().to_string().replace(&folder.path().display().to_string(), "DIR"), @"could not read `DIR/a.rhai`: it has more than 1048576 bytes, the most that a policy may have");
    // Cut by the limit in the middle of a character.
    fs::write(folder.path().join("a.rhai"), format!("x{}", "é".repeat(1 << 19))).unwrap();
    assert!(refused(folder.path(), FileKind::Policy, "a.rhai", Found::Named).contains("it has more than"));
}

/// `/proc` says that its files have no bytes.
#[test]
#[cfg(target_os = "linux")]
fn a_file_that_hides_its_size_is_read_to_its_end() {
    let read = keysweep_files::read(FileKind::Config, Path::new("/proc/self/status"), Found::Named).unwrap();
    assert!(read.text.contains("VmRSS") && read.is_own);
}

#[test]
fn a_file_of_a_folder_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("repository/lib")).unwrap();
    fs::create_dir(path("secrets")).unwrap();
    fs::write(path("secrets/key.yaml"), "aws_secret_access_key: wJalrXUtnFEMI").unwrap();
    fs::write(path("repository/own.yaml"), "a: 1").unwrap();
    symlink("../secrets/key.yaml", path("repository/link.yaml")).unwrap();
    symlink("link.yaml", path("repository/chain.yaml")).unwrap();
    symlink("../../secrets", path("repository/lib/folder")).unwrap();
    symlink("../own.yaml", path("repository/lib/own.yaml")).unwrap();
    // A folder whose name only begins alike.
    fs::create_dir(path("repository-of-another")).unwrap();
    fs::write(path("repository-of-another/a.yaml"), "a: 1").unwrap();
    symlink("../repository-of-another/a.yaml", path("repository/alike.yaml")).unwrap();

    let repository = path("repository");
    let inside = |name: &str| keysweep_files::read(FileKind::Cases, &repository.join(name), Found::In(&repository));
    for name in ["own.yaml", "lib/own.yaml", "lib/../own.yaml"] {
        assert!(inside(name).unwrap().is_own, "{name}");
    }
    for name in ["link.yaml", "chain.yaml", "lib/folder/key.yaml", "alike.yaml", "../secrets/key.yaml"] {
        assert!(matches!(inside(name), Err(ReadError::Outside { .. })), "{name}");
    }
    insta::assert_snapshot!(refused(folder.path(), FileKind::Cases, "repository/link.yaml", Found::In(&repository)), @"`DIR/repository/link.yaml` leads out of its folder: put the file of cases itself there");

    // What the user names may be a link to any place, and what a file names too, but it is not shown.
    let is_own = |name: &str, found| keysweep_files::read(FileKind::Config, &path(name), found).unwrap().is_own;
    assert!(is_own("repository/own.yaml", Found::Named));
    assert!(is_own("secrets/key.yaml", Found::Named));
    assert!(!is_own("repository/link.yaml", Found::Named));
    assert!(!is_own("secrets/key.yaml", Found::NamedIn(&repository)));
    assert!(is_own("repository/own.yaml", Found::NamedIn(&repository)));
}

#[test]
fn nothing_is_shown_of_a_file_that_lies_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::create_dir(folder.path().join("repository")).unwrap();
    let link = folder.path().join("repository/config.yaml");
    symlink(&secret, &link).unwrap();
    let texts = [
        "wJalrXUtnFEMI=/bPxRfiCYEXAMPLEKEY",
        "[wJalrXUtnFEMI]\naws_secret_access_key = wJalrXUtnFEMI\n",
        "wJalrXUtnFEMI: 1\n",
        "- name: wJalrXUtnFEMI\n",
        "role: [wJalrXUtnFEMI]\n",
        "wJalrXUtnFEMI\0B=1\0",
        "{ a: wJalrXUtnFEMI, a: wJalrXUtnFEMI }",
        "&wJalrXUtnFEMI *wJalrXUtnFEMI",
    ];
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the errors of reading it are looked at")]
    struct Settings {
        role: Option<u32>,
    }
    for text in texts {
        fs::write(&secret, text).unwrap();
        let read = keysweep_files::read(FileKind::Config, &link, Found::Named).unwrap();
        let error = parse_file::<Settings>("config.yaml", &read.text).unwrap_err();
        assert!(error.to_string().contains("wJalrXUtnFEMI"), "the text shows nothing anyway: {error}");
        let shown = read.error(error);
        for shown in [shown.to_string(), format!("{shown:?}")] {
            assert!(!shown.contains("wJalr") && !shown.contains("aws_secret"), "{shown}");
        }
    }
    let read = keysweep_files::read(FileKind::Config, &link, Found::Named).unwrap();
    let error = read.error(parse_file::<Settings>("config.yaml", "a: 1\nb: 2").unwrap_err());
    insta::assert_snapshot!(error, @"
    error[unknown-field]: The file has a field that does not exist.
     --> config.yaml:1:1
      = help: nothing of the file is shown, because it does not lie where its name says: name the file itself
    ");
}

#[test]
fn a_name_cannot_steer_the_terminal_or_forge_a_line() {
    let path = Path::new("no/such\u{1b}[2J\nerror: all is well\u{202e}.yaml");
    let error = keysweep_files::read(FileKind::Config, path, Found::Named).unwrap_err();
    insta::assert_snapshot!(error, @r"could not read `no/such\u{1b}[2J\nerror: all is well\u{202e}.yaml`: No such file or directory (os error 2)");
}
