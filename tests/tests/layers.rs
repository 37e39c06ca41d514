//! Every setting in every layer: default, file, environment, flag; and in every command. The settings are those of the
//! definition itself, so that a new one is tested by being there.

use std::{env, process};

use clap::{Arg, ArgAction, CommandFactory, Parser};
use keysweep::{
    cli::{
        Cli, Command, ExemptionsCommand, PolicyCommand,
        history::{FindingsCommand, RunsCommand, StoreCommand},
    },
    config::{Config, StoreArgs, read, schema},
    settings::{self, AccountsSettings, Settings},
};

use crate::process::keysweep;

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    config: Config,
}

/// The keys of the file that have no flag: what they hold does not fit on a command line.
const FILE_ONLY: [&str; 4] = ["roles", "policies", "exemptions", "policy_limits"];

/// The variable that tells the child process of a test what to do.
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
        "SEVERITY" => ["high", "info"],
        "STORE" => ["/no/such/one.db", "/no/such/other.db"],
        "TAG" => ["team", "contact"],
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
    let mut process = process::Command::new(env::current_exe().unwrap());
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

/// The command line of a command with words such as `policy list`.
fn command(words: &str) -> clap::Command {
    let mut command = Cli::command();
    for word in words.split(' ') {
        command = command.find_subcommand(word).unwrap().clone();
    }
    command
}

/// Every command, by the words that one types.
fn commands(command: &clap::Command, words: &str) -> Vec<String> {
    let inner = command.get_subcommands().map(|inner| (inner, format!("{words} {}", inner.get_name())));
    let all = inner.flat_map(|(inner, words)| [vec![words.trim().to_owned()], commands(inner, &words)].concat());
    all.collect()
}

/// The settings that a command takes as flags.
fn of_command(words: &str) -> Vec<Arg> {
    let own = command(words);
    let takes =
        |setting: &Arg| own.get_arguments().any(|arg| arg.get_env().is_some() && arg.get_env() == setting.get_env());
    settings().into_iter().filter(takes).collect()
}

#[test]
fn a_command_takes_the_flags_of_the_settings_that_it_uses() {
    let all = settings();
    let names = |settings: &[&Arg]| settings.iter().map(|it| it.get_id().as_str()).collect::<Vec<_>>().join(" ");
    let lines = commands(&Cli::command(), "").into_iter().filter_map(|words| {
        let flags = of_command(&words);
        let (taken, others): (Vec<_>, Vec<_>) =
            all.iter().partition(|it| flags.iter().any(|flag| flag.get_id() == it.get_id()));
        let shown = if taken.len() > 10 { format!("all but ({})", names(&others)) } else { names(&taken) };
        (!taken.is_empty()).then(|| format!("{words}: {shown}"))
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    demo: all but (accounts_file profile region inventory fail_on fail_on_new)
    scan: all but ()
    accounts: all but (fresh report_timeout calls_per_account save_inventory full_inventory policy_folders no_shipped_policies only_policies as_of exemptions_file exemption_max_term_days exemption_max_share store store_timeout owner_tag inventory fail_on fail_on_new all)
    iam-policy: role role_for external_id
    policy list: policy_folders no_shipped_policies
    policy show: policy_folders no_shipped_policies
    exemptions check: policy_folders no_shipped_policies
    findings: store store_timeout
    findings show: store store_timeout
    diff: store store_timeout
    trend: store store_timeout
    runs list: store store_timeout
    runs show: store store_timeout
    store info: store store_timeout
    store check: store store_timeout
    store export: store store_timeout
    store prune: store store_timeout
    ");
}

#[test]
fn a_flag_that_a_command_does_not_use_is_refused_and_the_other_layers_are_not() {
    insta::assert_snapshot!(keysweep("accounts --fail-on high").run().said(), @"
    exit 2
    error: unexpected argument '--fail-on' found

    Usage: keysweep accounts [OPTIONS]

    For more information, try '--help'.
    ");
    let file = "fail_on: high\ninventory: none.jsonl\naccounts_file: none.csv\n";
    let run = |arguments: &str| keysweep(arguments).file("keysweep.yaml", file).env("KEYSWEEP_FAIL_ON", "medium").run();
    assert_eq!(["policy list", "iam-policy", "demo"].map(|arguments| run(arguments).code), [0, 0, 0]);
}

/// What a command makes of its settings, as text.
fn resolved(words: &str, flags: &[String], file: &Config) -> String {
    let arguments = ["keysweep"].into_iter().chain(words.split(' ')).chain(flags.iter().map(String::as_str));
    let policies = |config: Config| format!("{:?}", settings::policies(&config.over(file.clone())));
    let scan = |config: Config| format!("{:?}", Settings::resolve(&config.over(file.clone()), jiff::Timestamp::now()));
    let store = |args: StoreArgs| {
        let config = Config::from(args).over(file.clone());
        let place = settings::store::place(&config).map(|place| place.map(|place| place.to_string()));
        format!("{place:?} {}", config.store.store_timeout())
    };
    match Cli::try_parse_from(arguments).unwrap_or_else(|error| panic!("{error}")).command {
        Command::Scan(config) => scan(*config),
        Command::Demo(args) => scan(args.settings.into()),
        Command::Accounts(args) => {
            format!("{:?}", AccountsSettings::resolve(&Config::from(args.settings).over(file.clone()), true))
        }
        Command::IamPolicy(args) => format!("{:?}", settings::roles(&Config::from(args.assume).over(file.clone()))),
        Command::Policy(PolicyCommand::List(args)) => policies(args.policy.into()),
        Command::Policy(PolicyCommand::Show(args)) => policies(args.policy.into()),
        Command::Exemptions(ExemptionsCommand::Check { policy, .. }) => policies(policy.into()),
        Command::Findings(args) => match args.command {
            Some(FindingsCommand::Show(args)) => store(args.store),
            None => store(args.store),
        },
        Command::Diff(args) => store(args.store),
        Command::Trend(args) => store(args.store),
        Command::Runs(RunsCommand::List(args)) => store(args.store),
        Command::Runs(RunsCommand::Show(args)) => store(args.store),
        Command::Store(
            StoreCommand::Info { store: args, .. }
            | StoreCommand::Check { store: args }
            | StoreCommand::Export { store: args, .. }
            | StoreCommand::Prune { store: args, .. },
        ) => store(args),
        other => panic!("say here what becomes of the settings of {other:?}"),
    }
}

/// What a command needs beside its settings.
fn needed_by(words: &str) -> &'static str {
    match words {
        "policy show" => "root-mfa",
        "runs show" => "1",
        "findings show" => "69f79df2",
        "store prune" => "--older-than=30d",
        _ => "",
    }
}

/// A setting that is accepted and then forgotten would leave the resolved settings as they are.
#[test]
fn every_setting_makes_a_difference_in_every_command_that_takes_it() {
    // Some settings are about what these set: an inventory, a store, and an exemption for four days.
    let exemption = "{ id: a, policy: access-key-unused, reason: r, owner: o, user: u, approved_on: 2026-01-01, expires: 2026-01-05 }";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keysweep.yaml");
    std::fs::write(&path, format!("save_inventory: i.jsonl\nstore: keysweep.db\nexemptions: [{exemption}]\n")).unwrap();
    let file = read(Some(&path)).unwrap();
    for words in commands(&Cli::command(), "").iter().filter(|words| !of_command(words).is_empty()) {
        let needed = needed_by(words);
        let words = format!("{words} {needed}");
        let words = words.trim_end();
        let defaults = resolved(words, &[], &file);
        assert!(defaults.starts_with("Ok"), "{words}: {defaults}");
        for setting in of_command(words.trim_end_matches(needed).trim_end()) {
            let [one, other] = samples(&setting).map(|value| resolved(words, &[flag(&setting, value)], &file));
            assert!(one != other, "`{words} --{}` makes no difference", setting.get_id());
        }
    }
}
