//! Every setting in every layer: default, file, environment, flag. The settings are those of the definition itself, so that
//! a new one is tested by being there.

use std::{env, process::Command};

use clap::{Arg, ArgAction, CommandFactory, Parser};
use keysweep::{
    config::{Config, read, schema},
    settings::Settings,
};

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    config: Config,
}

/// The keys of the file that have no flag: what they hold does not fit on a command line.
const FILE_ONLY: [&str; 4] = ["roles", "policies", "exemptions", "policy_limits"];

/// How the environment tells the test process below what to do.
const ARGUMENTS: &str = "TEST_LAYERS_ARGUMENTS";
const FILE: &str = "TEST_LAYERS_FILE";
const EXPECTED: &str = "TEST_LAYERS_EXPECTED";

fn settings() -> Vec<Arg> {
    Flags::command().get_arguments().filter(|arg| arg.get_long().is_some_and(|it| it != "help")).cloned().collect()
}

/// Two values that a setting of this kind accepts.
fn samples(setting: &Arg) -> [&'static str; 2] {
    let kinds = setting.get_value_names().unwrap_or_default();
    match kinds.first().map_or("", |kind| kind.as_str()) {
        "ACCOUNT" => ["111122223333", "444455556666"],
        "ACCOUNT=NAME" => ["111122223333=Audit", "444455556666=Read"],
        "OU" | "NAME" | "ID" | "REGION" => ["one-thing", "other-thing"],
        "FILE" | "DIR" => ["/no/such/file.yaml", "/no/other/file.yaml"],
        "N" | "SECONDS" | "DAYS" | "PERCENT" => ["3", "4"],
        "BOOL" => ["true", "false"],
        "DATE" => ["2027-01-01", "2027-02-02"],
        "SEVERITY" => ["high", "never"],
        "FORMAT" => ["text", "json"],
        other => panic!("say here which values a setting of the kind `{other}` takes: {setting:?}"),
    }
}

fn flag(setting: &Arg, value: &str) -> String {
    format!("--{}={value}", setting.get_long().unwrap())
}

/// The line of the file; the same flag is a key of another name there where it is a part of one.
fn line(setting: &Arg, value: &str) -> String {
    let key = setting.get_id().as_str();
    match (key, setting.get_action()) {
        ("role_for", _) => String::new(),
        (_, ArgAction::Append) => format!("{key}: ['{value}']"),
        (_, _) if value.parse::<u32>().is_ok() || matches!(value, "true" | "false") => format!("{key}: {value}"),
        _ => format!("{key}: '{value}'"),
    }
}

fn parsed(arguments: &[String]) -> Config {
    let program = "keysweep".to_owned();
    Flags::try_parse_from([&program].into_iter().chain(arguments)).unwrap_or_else(|error| panic!("{error}")).config
}

/// What is compared of a layer: all but the file that it came from.
fn shown(config: Config) -> String {
    format!("{:?}", Config { source: None, ..config })
}

/// Runs the test below in a process with this environment and nothing else.
fn in_process(arguments: &[String], file: &str, variable: Option<(&str, &str)>, expected: &Config) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keysweep.yaml");
    std::fs::write(&path, file).unwrap();
    let mut process = Command::new(env::current_exe().unwrap());
    process.args(["--exact", "layers::the_layers_of_this_process_are_those_expected"]).env_clear();
    process.env(ARGUMENTS, arguments.join("\n")).env(FILE, &path).env(EXPECTED, shown(expected.clone())).envs(variable);
    let output = process.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{arguments:?}, {variable:?} and `{file}`: {said}");
}

/// By itself, without any layer, it finds that everything is left open.
#[test]
fn the_layers_of_this_process_are_those_expected() {
    let arguments = env::var(ARGUMENTS).unwrap_or_default();
    let file = env::var(FILE).map_or_else(|_| Config::default(), |path| read(Some(path.as_ref())).unwrap());
    let layered = parsed(&arguments.lines().map(str::to_owned).collect::<Vec<_>>()).over(file);
    assert_eq!(shown(layered), env::var(EXPECTED).unwrap_or_else(|_| shown(Config::default())));
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file_over_the_default_in_every_setting() {
    let settings = settings();
    assert!(settings.len() > 30, "{settings:?}");
    for setting in &settings {
        let variable = setting.get_env().and_then(|name| name.to_str()).unwrap_or_default();
        assert!(variable.starts_with("KEYSWEEP_"), "`--{}` has no environment variable", setting.get_id());
        let [one, other] = samples(setting);
        let alone = |value| parsed(&[flag(setting, value)]);
        assert_ne!(shown(alone(one)), shown(alone(other)), "{}", setting.get_id());
        for (low, high) in [(one, other), (other, one)] {
            let file = line(setting, low);
            in_process(&[flag(setting, high)], "", Some((variable, low)), &alone(high));
            in_process(&[flag(setting, high)], &file, None, &alone(high));
            if !file.is_empty() {
                in_process(&[], &file, Some((variable, high)), &alone(high));
                in_process(&[], &file, None, &alone(low));
            }
        }
    }
}

#[test]
fn every_key_of_the_file_is_a_setting() {
    let keys = schema()["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let settings = settings();
    let is_setting = |key: &String| settings.iter().any(|setting| setting.get_id() == key.as_str());
    let others: Vec<_> = keys.iter().filter(|key| !is_setting(key)).collect();
    assert_eq!(others.len(), FILE_ONLY.len(), "{others:?}");
    assert!(others.iter().all(|key| FILE_ONLY.contains(&key.as_str())), "{others:?}");
    let keyless = settings.iter().filter(|setting| !keys.iter().any(|key| setting.get_id() == key.as_str()));
    assert_eq!(keyless.map(|setting| setting.get_id().as_str()).collect::<Vec<_>>(), ["role_for"]);
}

/// A setting that is accepted and then forgotten would leave the resolved settings as they are.
#[test]
fn every_setting_makes_a_difference() {
    // Some settings are about what these set: an inventory, and an exemption for four days.
    let exemption = "{ id: a, policy: access-key-unused, reason: r, owner: o, user: u, approved_on: 2026-01-01, expires: 2026-01-05 }";
    let base = keysweep_files::yaml::parse_file("f", &format!("save_inventory: i.jsonl\nexemptions: [{exemption}]"));
    let base: Config = base.unwrap_or_else(|error| panic!("{error}"));
    let resolved =
        |config: Config| format!("{:?}", Settings::resolve(config.over(base.clone()), jiff::Timestamp::now()));
    assert!(resolved(Config::default()).starts_with("Ok"), "{}", resolved(Config::default()));
    for setting in settings() {
        let [one, other] = samples(&setting).map(|value| resolved(parsed(&[flag(&setting, value)])));
        assert!(one != other, "`--{}` makes no difference", setting.get_id());
    }
}
