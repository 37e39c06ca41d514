//! No command prints a character that cannot be seen, or a line that a value has made up, whatever it is given: names of
//! files, of accounts and users, texts in policies, cases, exemptions and settings, arguments, and the environment.

use keysweep_model::is_unseen;
use orgsim::{Sim, SimOptions, World};
use serde_json::{Value, json};

use crate::process::{Keysweep, Organization, Ran, keysweep, keysweep_in};

/// A name that clears the screen, turns text around, hides, and begins a line of its own.
const EVIL: &str = "e\u{1b}[2J\u{9b}31m\u{202e}\u{200b}\u{115f}\u{3164}\u{34f}\u{e0041}\u{7}\r\nFAKE\u{2028}x";

/// The same where a newline is not part of a name.
const NAME: &str = "e\u{1b}[2J\u{9b}31m\u{202e}\u{200b}\u{115f}\u{3164}\u{34f}\u{e0041}\u{7}x";

fn assert_seen(ran: &Ran, what: &str) {
    for (stream, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
        let unseen: Vec<char> = text.chars().filter(|c| is_unseen(*c) && *c != '\n').collect();
        assert!(unseen.is_empty(), "{what}: {unseen:?} on {stream}: {text}");
        let forged = text.lines().find(|line| line.trim_start().starts_with("FAKE"));
        assert!(forged.is_none(), "{what}: {forged:?} on {stream}: {text}");
    }
}

/// A text as YAML and JSON have it.
fn quoted(text: &str) -> String {
    let escape = |c: char| {
        if is_unseen(c) {
            c.encode_utf16(&mut [0; 2]).iter().map(|u| format!("\\u{u:04x}")).collect()
        } else {
            c.to_string()
        }
    };
    let escaped: String = text.chars().map(escape).collect();
    // YAML has one escape for a character beyond the first plane, and no pairs.
    format!("\"{}\"", escaped.replace("\\udb40\\udc41", "\\U000E0041"))
}

fn policy(script: &str) -> String {
    let evil = quoted(EVIL);
    format!(
        "//! id: evil\n//! title: {evil}\n//! description: {evil}\n//! severity: low\n//! resource: access_key\n//! remedy: none\n//! frameworks: {{ cis-aws-7.0: [{evil}] }}\n//! references: [\"https://example.com/\"]\n//! params: {{ p: {{ type: string, default: {evil}, help: {evil} }} }}\n\n{script}\n"
    )
}

/// A run in which everything that can have a name has a bad one.
fn run(command: &str) -> Keysweep {
    let folder = tempfile::Builder::new().prefix(NAME).tempdir().unwrap();
    let (evil, other) = (quoted(EVIL), quoted(&format!("{EVIL} 2")));
    let script = "fn check(key, params) { fail(params.p + key.user.name, #{ a: params.p }) }";
    let cases = format!(
        "- name: {evil}\n  access_key: {{}}\n  user: {{ name: x }}\n  expect: {{ status: fail, message: {evil} }}\n- name: {other}\n  user: {{ name: x }}\n  expect: {{ status: pass }}\n"
    );
    let exemption = format!(
        "- id: EX-1\n  policy: evil\n  user: {evil}\n  reason: {evil}\n  owner: {evil}\n  ticket: {evil}\n  tags: {{ {evil}: {evil} }}\n  expires: 2026-12-01\n  approved_on: 2026-03-01\n"
    );
    keysweep_in(folder, command)
        .file(&format!("{NAME}/a{NAME}.rhai"), &policy(script))
        .file(&format!("{NAME}/a{NAME}.test.yaml"), &cases)
        .file(&format!("bad/{EVIL}.rhai"), &policy("fn check(key, params) { key.agee }"))
        .file(&format!("lib/{EVIL}.yaml"), &format!("{evil}: {evil}\n"))
        .file("exemptions.yaml", &exemption)
        .file("a.csv", &format!("id,name,ou_path\n111122223333,\"{EVIL}\",\"{EVIL}\"\n"))
        .file("bad.csv", &format!("id,name\n\"{EVIL}\",x\n"))
        .file("bad.yaml", &format!("role: {evil}\n{evil}: 1\n"))
        .file("world.yaml", &world())
        .env("AWS_REGION", "us-east-1")
}

/// An organization whose names are bad, as YAML.
fn world() -> String {
    let mut world: Value = serde_json::to_value(serde_json::Map::new()).unwrap();
    world["accounts"] = json!([{ "id": "111122223333", "name": EVIL, "users": [
        { "name": "ann", "tags": { EVIL: EVIL }, "keys": [{ "id": "AKIAIOSFODNN8EXAMPLE" }] },
    ]}]);
    quoted_json(&world)
}

/// JSON without an unseen character in it, which is YAML.
fn quoted_json(value: &Value) -> String {
    let text = value.to_string();
    let escape = |c: char| if is_unseen(c) { format!("\\U{:08X}", u32::from(c)) } else { c.to_string() };
    text.chars().map(escape).collect()
}

const COMMANDS: [&str; 24] = [
    "policy list --policies NAME",
    "policy list --format markdown --policies NAME",
    "policy show evil --policies NAME",
    "policy check NAME",
    "policy check bad",
    "policy check --format json bad",
    "policy check --format sarif bad",
    "policy test NAME",
    "policy test --coverage NAME",
    "policy test --format json --coverage NAME",
    "policy test --format junit NAME",
    "policy test NAME --filter nothing-has-this",
    "exemptions check --policies NAME",
    "exemptions list",
    "demo --policies NAME --policy evil --all --no-progress",
    "demo --policies NAME --policy evil --format json",
    "demo --policies NAME --policy evil -o NAME/out",
    "scan --accounts-file bad.csv",
    "scan --config bad.yaml",
    "scan -v --policies NAME --policies NAME",
    "orgsim truth --world world.yaml",
    "orgsim world --world world.yaml",
    "policy definitions NAME/d",
    "man NAME/m",
];

#[test]
fn no_command_prints_invisible_characters() {
    for command in COMMANDS {
        let words = command.split(' ').map(|word| word.replace("NAME", NAME));
        let ran = words.fold(run(""), Keysweep::arg).run();
        assert_seen(&ran, command);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).is_empty() || command.starts_with("man"), "{command}");
    }
}

#[test]
fn no_argument_and_no_variable_is_printed_raw() {
    let arguments: [&[&str]; 14] = [
        &[EVIL],
        &["policy", EVIL],
        &["policy", "show", EVIL],
        &["scan", "--as-of", EVIL],
        &["scan", "--account", EVIL],
        &["policy", "list", "--format", EVIL],
        &["scan", "--config", EVIL],
        &["scan", "--accounts-file", EVIL],
        &["scan", "--inventory", EVIL],
        &["scan", "--policies", EVIL],
        &["policy", "check", EVIL],
        &["policy", "eval", EVIL, "--inventory", EVIL],
        &["orgsim", "truth", "--world", EVIL],
        &["scan", "-o", "no\u{202e}\n/FAKE"],
    ];
    for words in arguments {
        let ran = words.iter().fold(keysweep(""), |run, word| run.arg(word)).run();
        assert_eq!(ran.code, 2, "{words:?}: {}", ran.stderr);
        assert_seen(&ran, &format!("{words:?}"));
    }
    let joined = keysweep("scan").arg(format!("--as-of={EVIL}")).run();
    assert_seen(&joined, "--as-of=");
    assert!(joined.stderr.contains(r"e\u{1b}[2J\u{9b}31m\u{202e}"), "{}", joined.stderr);
    for variable in ["KEYSWEEP_AS_OF", "KEYSWEEP_ROLE", "KEYSWEEP_FORMAT", "KEYSWEEP_CONFIG", "KEYSWEEP_ACCOUNTS"] {
        let ran = keysweep("scan").env(variable, EVIL).run();
        assert_eq!(ran.code, 2, "{variable}: {}", ran.stderr);
        assert_seen(&ran, variable);
    }
}

#[test]
fn no_name_of_an_organization_is_printed_raw() {
    let sim =
        Sim::new(World::from_yaml(&world()).unwrap(), SimOptions::new(orgsim::Clock::from_fn(jiff::Timestamp::now)));
    let organization = Organization::serve(sim);
    let with = |run: Keysweep| run.envs(&organization.environment());
    for command in [
        "accounts",
        "accounts --format json",
        "scan --all --policy user-without-owner-tag -vv",
        "scan --format json --save-inventory i.jsonl --full-inventory",
        "scan --accounts-file a.csv --all",
        "scan --color always --all",
    ] {
        let ran = with(command.split(' ').fold(run(""), Keysweep::arg)).run();
        if command.contains("--color") {
            let plain = ran.stdout.replace("\u{1b}[", "");
            assert!(ran.stdout.contains("\u{1b}[1m") && !plain.contains(|c| is_unseen(c) && c != '\n'), "{plain}");
            assert!(!ran.stdout.contains("\u{1b}[2J"));
            continue;
        }
        assert_seen(&ran, command);
        assert!(ran.stdout.contains(r"e\u"), "{command}: {}{}", ran.stdout, ran.stderr);
        if let Some(inventory) = ran.read("i.jsonl") {
            assert!(!inventory.contains(|c| is_unseen(c) && c != '\n'));
            assert_eq!(inventory.lines().count(), 3);
            let again = ran.then("scan --inventory i.jsonl --all");
            assert_seen(&again.run(), "an inventory");
        }
    }
}

/// What was read from a document is what it was made of, whatever was escaped.
#[test]
fn documents_say_the_same_as_they_would_unescaped() {
    let ran = ["policy", "test", "--format", "json", NAME].iter().fold(run(""), |run, word| run.arg(word)).run();
    let cases = ran.json()["cases"].clone();
    assert_eq!(cases[0]["name"], EVIL);
    assert_eq!(cases[0]["file"], format!("{NAME}/a{NAME}.test.yaml"));
    let truth = run("orgsim truth --world world.yaml").run();
    assert_eq!(truth.json()["accounts"][0]["name"], EVIL);
    let world = run("orgsim world --world world.yaml").run().stdout;
    assert_eq!(World::from_yaml(&world).unwrap(), World::from_yaml(&self::world()).unwrap());
}
