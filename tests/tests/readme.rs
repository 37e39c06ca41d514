//! The README is correct: its commands are accepted, its samples are what is printed, its files are there.

use std::{collections::BTreeSet, fs};

use clap::{CommandFactory, Parser, error::ErrorKind};
use keysweep::{cli::Cli, config};
use serde_json::Value;

use crate::process::{keysweep, repository};

fn readme() -> String {
    fs::read_to_string(repository("README.md")).unwrap()
}

/// The fenced blocks in this language.
fn blocks(language: &str) -> Vec<String> {
    let readme = readme();
    let fenced = readme.split("```").skip(1).step_by(2);
    fenced.filter_map(|block| block.strip_prefix(&format!("{language}\n"))).map(str::to_owned).collect()
}

/// The section under this heading.
fn section(heading: &str) -> String {
    let readme = readme();
    let (_, rest) = readme.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap().to_owned()
}

/// The cells of the rows of the only table in a section, without its head.
fn rows(section: &str) -> Vec<Vec<String>> {
    let lines = section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    lines.skip(1).map(|line| line.split(" | ").map(str::to_owned).collect()).collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Every command line of Keysweep, those in running text as well.
fn commands() -> Vec<String> {
    let readme = readme();
    let shown = blocks("console");
    let shown = shown.iter().flat_map(|block| block.lines()).filter_map(|line| line.strip_prefix("$ "));
    let shown = shown.map(|line| line.split(" > ").next().unwrap().replace("cargo run --", "keysweep"));
    let prose: String = readme.split("```").step_by(2).collect();
    let mentioned = quoted(&prose).into_iter().map(str::to_owned).collect::<Vec<_>>();
    shown.chain(mentioned).filter(|line| line.starts_with("keysweep ")).collect()
}

#[test]
fn every_command_is_accepted() {
    let refused = |line: &String| match Cli::try_parse_from(line.split_whitespace()) {
        Ok(_) => None,
        Err(error) => (error.kind() != ErrorKind::DisplayHelp).then(|| format!("{line}: {error}")),
    };
    let commands = commands();
    assert!(commands.len() > 15, "{commands:#?}");
    assert_eq!(commands.iter().filter_map(refused).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn every_command_is_mentioned() {
    let mentioned: BTreeSet<_> = commands().iter().map(|line| line.split(' ').nth(1).unwrap().to_owned()).collect();
    let command = Cli::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    assert_eq!(names.filter(|name| !mentioned.contains(*name)).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn the_first_screen_is_what_the_demo_prints() {
    let printed = keysweep("demo").run().stdout;
    let missing = |line: &&str| !printed.lines().any(|it| it == *line);
    assert_eq!(blocks("text")[0].lines().filter(missing).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn the_iam_policy_is_the_printed_one() {
    let readme = readme();
    let (_, rest) = readme.split_once("<!-- iam-policy: member -->\n```json\n").unwrap();
    assert_eq!(rest.split("```").next().unwrap(), keysweep("iam-policy").run().stdout);
}

#[test]
fn the_exit_codes_are_those_of_the_help() {
    let help = keysweep("--help").run().stdout;
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    let codes: Vec<_> = codes.lines().filter_map(|line| line.trim().split_once("  ")).collect();
    let section = section("Exit codes");
    let documented: Vec<_> = rows(&section).iter().map(|row| (row[0].clone(), row[1].replace('`', ""))).collect();
    assert_eq!(documented.len(), 6);
    assert!(
        documented.iter().zip(&codes).all(|(row, (code, meaning))| row.0 == *code && row.1.starts_with(meaning)),
        "{documented:#?}\n{codes:#?}"
    );
}

/// Every key in a document, at whatever depth, and every text.
fn words(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(entries) => {
            entries.iter().flat_map(|(key, value)| words(value).into_iter().chain([key.clone()])).collect()
        }
        Value::Array(entries) => entries.iter().flat_map(words).collect(),
        Value::String(text) => BTreeSet::from([text.clone()]),
        Value::Null | Value::Bool(_) | Value::Number(_) => BTreeSet::new(),
    }
}

#[test]
fn the_keys_of_the_document_are_those_that_it_has() {
    let document = keysweep("demo --format json").run().json();
    let rows = rows(&section("Output"));
    let parts: Vec<_> = rows.iter().flat_map(|row| quoted(&row[0])).collect();
    assert_eq!(parts, document.as_object().unwrap().keys().collect::<Vec<_>>());
    for row in &rows {
        let mut known: BTreeSet<_> = quoted(&row[0]).into_iter().flat_map(|part| words(&document[part])).collect();
        // A demo need not have findings of every status.
        known.extend(words(&document["summary"]["by_status"]));
        let unknown: Vec<_> = quoted(&row[1]).into_iter().filter(|word| !known.contains(*word)).collect();
        assert_eq!(unknown, [""; 0]);
    }
}

#[test]
fn the_configuration_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keysweep.yaml");
    fs::write(&path, &blocks("yaml")[0]).unwrap();
    assert_eq!(config::read(Some(&path)).unwrap().assume.role.as_deref(), Some("keysweep-audit"));
}

#[test]
fn the_mistake_is_reported_as_shown() {
    let said = keysweep("scan").file("keysweep.yaml", "rolle: keysweep-audit\n").run().stderr;
    let shown = &blocks("text")[1];
    let (head, rest) = shown.split_once("...\n").unwrap();
    assert!(said.starts_with(head) && said.ends_with(rest), "{said}");
}

#[test]
fn the_policy_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.rhai"), &blocks("rhai")[0]).unwrap();
    let compiler = keysweep_policy::Compiler::default();
    assert_eq!(keysweep_policy::load_folder(&compiler, folder.path()).unwrap().len(), 1);
}

#[test]
fn every_file_that_is_linked_is_there() {
    let readme = readme();
    let links = readme.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files: Vec<_> = links.filter(|link| !link.starts_with("http") && !link.starts_with('#')).collect();
    assert!(files.len() > 3, "{files:?}");
    assert_eq!(files.into_iter().filter(|file| !repository(file).exists()).collect::<Vec<_>>(), [""; 0]);
}
