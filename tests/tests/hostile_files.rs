//! Files from a stranger's pull request, and outputs in places that must not be overwritten: what is read shows no secret and
//! ends at once, and what is written takes the place of nothing that is not its own.

use std::{
    fs,
    os::unix::fs::{FileTypeExt, MetadataExt, symlink},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use crate::process::{Keysweep, Ran, keysweep, organization};

const SECRET: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";

/// Every file that a repository may hold and every command that reads it, with `FILE` for the file.
const READERS: [(&str, &str); 18] = [
    ("keysweep.yaml", "scan"),
    ("keysweep.yaml", "policy list"),
    ("keysweep.yaml", "scan --config FILE"),
    ("exemptions.yaml", "scan"),
    ("exemptions.yaml", "exemptions check"),
    ("exemptions.yaml", "exemptions list FILE"),
    ("accounts.yaml", "scan --accounts-file FILE"),
    ("accounts.csv", "accounts --accounts-file FILE"),
    ("pols/a.rhai", "policy check pols"),
    ("pols/a.rhai", "policy check --format sarif FILE"),
    ("pols/a.rhai", "policy test FILE"),
    ("pols/a.rhai", "scan --policies pols"),
    ("pols/a.rhai", "policy eval FILE --inventory none.jsonl"),
    ("pols/lib/x.rhai", "policy check pols"),
    ("pols/ok.test.yaml", "policy test pols"),
    ("pols/ok.test.yaml", "policy test FILE"),
    ("i.jsonl", "scan --inventory FILE"),
    ("w.yaml", "orgsim truth --world FILE"),
];

const POLICY: &str = "//! id: ok\n//! title: Ok\n//! severity: low\n//! resource: access_key\n//! remedy: none\n\n\
    import \"lib/x\" as x;\nfn check(key, params) { x::f(); pass() }\n";

/// The command in a folder in which `put` makes the file.
fn with(file: &str, command: &str, put: impl FnOnce(&Path)) -> Keysweep {
    let run = keysweep(&command.replace("FILE", file)).env("AWS_REGION", "us-east-1");
    let run =
        run.file("pols/ok.rhai", POLICY).file("pols/ok.test.yaml", "[]\n").file("pols/lib/x.rhai", "fn f() { 1 }\n");
    let path = run.path(file);
    fs::remove_file(&path).ok();
    put(&path);
    run
}

/// That the run was refused before anything was contacted, quickly, and without a word of the secret.
fn assert_refused(ran: &Ran, begun: Instant, what: &str) {
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, 2, "{what}: {said}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{what}: {said}");
    for part in SECRET.as_bytes().windows(6) {
        assert!(!said.contains(std::str::from_utf8(part).unwrap()), "{what}: {said}");
    }
}

#[test]
fn a_link_to_a_secret_shows_nothing_of_it() {
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("credentials");
    let texts = [
        format!("[default]\naws_secret_access_key = {SECRET}\n"),
        format!("A=1\0AWS_SECRET_ACCESS_KEY={SECRET}\0B=2"),
        format!("{SECRET}: [1]\n"),
        format!("- {SECRET}\n- id: {SECRET}\n"),
    ];
    for text in texts {
        fs::write(&secret, text).unwrap();
        for (file, command) in READERS {
            let begun = Instant::now();
            let ran = with(file, command, |path| symlink(&secret, path).unwrap()).run();
            assert_refused(&ran, begun, command);
        }
    }
}

/// Without a link a configuration file can name the secret itself.
#[test]
fn a_configuration_file_that_names_a_secret_shows_nothing_of_it() {
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("credentials");
    fs::write(&secret, format!("[default]\naws_secret_access_key = {SECRET}\n")).unwrap();
    for (key, command) in [("accounts_file", "scan"), ("exemptions_file", "exemptions list"), ("inventory", "scan")] {
        let begun = Instant::now();
        let ran = keysweep(command).file("keysweep.yaml", &format!("{key}: {}\n", secret.display())).run();
        assert_refused(&ran, begun, key);
    }
    // What lies beside the configuration file is shown.
    let ran = keysweep("scan").file("keysweep.yaml", "accounts_file: a.yaml\n").file("a.yaml", "- id: 12\n").run();
    insta::assert_snapshot!(ran.said(), @"
    exit 2
    error[malformed-yaml]: `12` is not an AWS account id (12 digits)
     --> a.yaml:1:7
      |
    1 | - id: 12
      |       ^^
    ");
}

#[test]
fn pipes_and_devices_are_refused_at_once() {
    let make = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    // The device without an end that `/dev/zero` is. Only the superuser may make one; a hole in a file is as long.
    let device = |path: &Path| {
        let made = Command::new("mknod").arg(path).args(["c", "1", "5"]).output().unwrap();
        if !made.status.success() {
            fs::File::create(path).unwrap().set_len(1 << 42).unwrap();
        }
    };
    for (file, command) in READERS {
        let begun = Instant::now();
        assert_refused(&with(file, command, make).run(), begun, command);
        let begun = Instant::now();
        let ran = with(file, command, device).run();
        assert_refused(&ran, begun, command);
    }
}

#[test]
fn a_file_without_an_end_is_refused_in_little_memory() {
    for (file, command) in READERS {
        let begun = Instant::now();
        // Text, so that nothing but its length is wrong with it; a hole in a file takes no room on the disk.
        let run = with(file, command, |path| fs::File::create(path).unwrap().set_len(1 << 42).unwrap());
        assert_refused(&run.in_memory(1 << 20).run(), begun, command);
    }
}

#[test]
fn a_default_file_that_leads_nowhere_is_not_taken_for_missing() {
    let run = |file: &str, command: &str| with(file, command, |path| symlink("nowhere", path).unwrap()).run().said();
    insta::assert_snapshot!([run("keysweep.yaml", "policy list"), run("exemptions.yaml", "exemptions list")].join("\n"), @"
    exit 2
    error: could not read `keysweep.yaml`: No such file or directory (os error 2)

    exit 2
    error: could not read `exemptions.yaml`: No such file or directory (os error 2)
    ");
}

/// A scan of a small organization that writes to `output`.
fn scan_into(output: &str, prepare: impl FnOnce(&Path)) -> Ran {
    let organization = organization(2, 2, 7);
    let run = organization.keysweep(&format!("scan --format json --policy access-key-max-age {output}"));
    prepare(&run.path(""));
    run.run()
}

#[test]
fn an_output_to_a_device_leaves_the_device() {
    for option in ["-o", "--save-inventory"] {
        let mut is_device = false;
        let ran = scan_into(&format!("{option} full"), |folder| {
            let made = Command::new("mknod").arg(folder.join("full")).args(["c", "1", "7"]).output().unwrap();
            is_device = made.status.success();
            if !is_device {
                // Who may not make devices may still name the one behind a link: it is opened, never replaced.
                symlink("/proc/self/fd/1", folder.join("full")).unwrap();
            }
        });
        let there = fs::symlink_metadata(ran.path("full")).unwrap();
        if is_device {
            assert!(there.file_type().is_char_device());
            assert_eq!(ran.code, 3, "{}", ran.stderr);
            assert!(ran.stderr.contains("could not write to `full`: No space left on device"), "{}", ran.stderr);
        } else {
            assert!(there.is_symlink());
        }
        assert_eq!(ran.list(""), ["full"]);
    }
}

#[test]
fn outputs_follow_links_and_keep_modes() {
    let ran = scan_into("-o link --save-inventory i.jsonl", |folder| {
        fs::create_dir(folder.join("there")).unwrap();
        fs::write(folder.join("there/result"), "old").unwrap();
        symlink("there/result", folder.join("link")).unwrap();
        fs::write(folder.join("i.jsonl"), "old").unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(folder.join("i.jsonl"), private).unwrap();
    });
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(fs::symlink_metadata(ran.path("link")).unwrap().is_symlink());
    assert!(ran.read("there/result").unwrap().contains("keysweep.scan/v1"));
    assert_eq!(fs::metadata(ran.path("i.jsonl")).unwrap().mode() & 0o777, 0o600);
    assert!(ran.read("i.jsonl").unwrap().contains("keysweep.inventory/v1"));
    assert_eq!(ran.list("there"), ["result"]);
}

#[test]
fn an_output_that_is_read_or_written_twice_is_refused_before_anything_is_contacted() {
    let organization = organization(1, 0, 7);
    let run = |arguments: &str| {
        let run =
            organization.keysweep(arguments).file("keysweep.yaml", "role: audit\n").file("a.csv", "id\n111122223333\n");
        let run =
            run.file("exemptions.yaml", "[]\n").file("pols/ok.rhai", POLICY).file("pols/lib/x.rhai", "fn f() { 1 }\n");
        let run = run.file("pols/ok.test.yaml", "[]\n").file("e.yaml", "[]\n");
        symlink("exemptions.yaml", run.path("link")).unwrap();
        let ran = run.run();
        assert_eq!((ran.code, organization.sim.calls().total()), (2, 0), "{arguments}: {}", ran.stderr);
        assert_eq!(ran.read("exemptions.yaml").as_deref(), Some("[]\n"));
        ran.stderr.lines().next().unwrap_or_default().to_owned()
    };
    let all = [
        "scan -o keysweep.yaml",
        "scan -o exemptions.yaml",
        "scan -o ./pols/../link",
        "scan --exemptions e.yaml --save-inventory e.yaml",
        "scan --accounts-file a.csv -o a.csv",
        "accounts --accounts-file a.csv -o a.csv",
        "scan --inventory a.csv -o a.csv",
        "demo --policies pols -o pols/ok.rhai",
        "demo --policies pols -o pols/lib/x.rhai",
        "demo --policies pols --save-inventory pols/ok.test.yaml",
        "scan -o new --save-inventory pols/../new",
    ];
    insta::assert_snapshot!(all.map(run).join("\n"), @"
    error: `--output keysweep.yaml` would overwrite `keysweep.yaml`, which this command reads
    error: `--output exemptions.yaml` would overwrite `exemptions.yaml`, which this command reads
    error: `--output ./pols/../link` would overwrite `exemptions.yaml`, which this command reads
    error: `--save-inventory e.yaml` would overwrite `e.yaml`, which this command reads
    error: `--output a.csv` would overwrite `a.csv`, which this command reads
    error: `--output a.csv` would overwrite `a.csv`, which this command reads
    error: `--output a.csv` would overwrite `a.csv`, which this command reads
    error: `--output pols/ok.rhai` would overwrite `pols/ok.rhai`, which this command reads
    error: `--output pols/lib/x.rhai` would overwrite `pols/lib/x.rhai`, which this command reads
    error: `--save-inventory pols/ok.test.yaml` would overwrite `pols/ok.test.yaml`, which this command reads
    error: `--output new` and `--save-inventory pols/../new` are the same file
    ");
}

#[test]
fn commands_that_write_files_replace_no_link_and_no_pipe() {
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let run = keysweep("policy new mine --folder p");
    fs::create_dir(run.path("p")).unwrap();
    symlink("../elsewhere", run.path("p/mine.rhai")).unwrap();
    let ran = run.run();
    assert_eq!((ran.code, ran.read("elsewhere")), (2, None));
    let run = keysweep("policy new mine --folder p");
    fs::create_dir(run.path("p")).unwrap();
    pipe(&run.path("p/mine.test.yaml"));
    assert_eq!(run.run().code, 2);
    // A definition file that is a link is written where it leads.
    let files = keysweep("policy definitions d").run().list("d");
    let run = keysweep("policy definitions d");
    fs::create_dir(run.path("d")).unwrap();
    symlink("../real", run.path("d").join(&files[0])).unwrap();
    let ran = run.run();
    assert_eq!(ran.code, 0);
    assert!(ran.read("real").is_some() && fs::symlink_metadata(ran.path("d").join(&files[0])).unwrap().is_symlink());
}
