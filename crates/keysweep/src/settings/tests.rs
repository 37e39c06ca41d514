//! Resolved settings, and what is refused.

use clap::Parser;

use super::*;
use crate::cli::{Cli, Command};

fn refused(config: Config) -> String {
    Settings::resolve(&config, Timestamp::UNIX_EPOCH).unwrap_err().to_string()
}

fn policies(config: Config) -> Vec<String> {
    let settings = Settings::resolve(&config, Timestamp::UNIX_EPOCH).unwrap();
    settings.scan.policies.iter().map(|policy| format!("{} {}", policy.id(), policy.metadata().severity)).collect()
}

/// The layer of these flags of `keysweep scan`.
fn flags(flags: &[&str]) -> Config {
    match Cli::try_parse_from(["keysweep", "scan"].iter().chain(flags)).map(|cli| cli.command) {
        Ok(Command::Scan(config)) => *config,
        other => panic!("{other:?}"),
    }
}

fn from_file(text: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keysweep.yaml");
    std::fs::write(&path, text).unwrap();
    crate::config::read(Some(&path)).unwrap()
}

#[test]
fn the_wait_for_a_report_holds_for_fresh_scans_too() {
    let reading = |fresh: bool, seconds: u32| {
        let config = flags(&[&format!("--fresh={fresh}"), &format!("--report-timeout={seconds}")]);
        Settings::resolve(&config, Timestamp::UNIX_EPOCH).unwrap().scan.reading
    };
    let seconds = std::time::Duration::from_secs;
    assert!(matches!(reading(true, 7), Reading::Fresh(wait) if wait.timeout == seconds(7)));
    assert!(matches!(reading(false, 9), Reading::Report(wait) if wait.timeout == seconds(9)));
}

#[test]
fn without_any_setting_the_shipped_policies_run() {
    insta::assert_debug_snapshot!(policies(Config::default()), @r#"
    [
        "access-key-inactive-too-long low",
        "access-key-made-with-user low",
        "access-key-max-age medium",
        "access-key-never-used medium",
        "access-key-of-administrator high",
        "access-key-quarantined critical",
        "access-key-unused medium",
        "console-user-without-mfa high",
        "password-policy-length medium",
        "password-policy-reuse low",
        "password-unused medium",
        "root-access-key critical",
        "root-hardware-mfa medium",
        "root-mfa critical",
        "root-used high",
        "service-credential-max-age medium",
        "service-credential-without-expiry high",
        "signing-certificate-max-age medium",
        "single-active-access-key low",
        "stale-access-key-share medium",
        "user-policies-through-groups low",
    ]
    "#);
}

const DISABLED: &str = "policies:\n  access-key-unused:\n    enabled: false\n";

#[test]
fn a_policy_can_be_disabled_and_made_more_severe() {
    assert!(!policies(from_file(DISABLED)).iter().any(|policy| policy.starts_with("access-key-unused")));
    let severe = "policies:\n  access-key-unused:\n    severity: critical\n";
    assert!(policies(from_file(severe)).contains(&"access-key-unused critical".to_owned()));
}

#[test]
fn a_policy_that_is_asked_for_by_name_runs_alone_even_if_disabled() {
    let only = flags(&["--policy=access-key-unused"]);
    assert_eq!(policies(only.over(from_file(DISABLED))), ["access-key-unused medium"]);
}

#[test]
fn values_that_make_no_sense_are_refused_before_anything_is_contacted() {
    let refused = |flag| refused(flags(&[flag]));
    insta::assert_snapshot!(
        [
            refused("--role=arn:aws:iam::111122223333:role/Audit"),
            refused("--role=no spaces"),
            refused("--external-id=x"),
            refused("--session-name=a/b"),
            refused("--region=evil.example/#"),
            refused("--concurrency=0"),
            refused("--policy=acces-key-unused"),
            refused("--no-shipped-policies"),
        ]
        .join("\n"),
        @"
    error: the role `arn:aws:iam::111122223333:role/Audit` is an ARN, which names one account
    hint: give the role's name, with its path: `security/Audit`
    error: `role` must have 1 to 576 characters: letters, digits and any of `=,.@-_+/`
    error: `external_id` must have 2 to 1224 characters: letters, digits and any of `=,.@:/-_+`
    error: `session_name` must have 2 to 64 characters: letters, digits and any of `=,.@-_+`
    error: `region` must have 1 to 63 characters: letters, digits and any of `-`
    error: `concurrency` is 0, and must be at least 1
    error: there is no policy `acces-key-unused`: did you mean `access-key-unused`?
    error: no policy is enabled
    hint: enable a policy, or name a folder of policies with --policies
    "
    );
}

/// A role that is named on the command line wins for its account; the others of the file stay.
#[test]
fn a_role_of_the_command_line_wins_over_that_of_the_file_for_the_same_account() {
    let file = from_file("roles:\n  '111122223333': FromFile\n  '444455556666': FromFile\n");
    let flags = flags(&["--role-for=111122223333=FromFlag", "--role-for=777788889999=FromFlag"]);
    let settings = Settings::resolve(&flags.over(file), Timestamp::UNIX_EPOCH).unwrap();
    let roles = settings.scan.roles.by_account.iter().map(|(account, role)| format!("{account} {role}"));
    assert_eq!(roles.collect::<Vec<_>>(), ["111122223333 FromFlag", "444455556666 FromFile", "777788889999 FromFlag"]);
}

#[test]
fn an_external_id_is_not_shown_in_the_error_about_it() {
    assert!(!refused(flags(&["--external-id=secret with spaces"])).contains("secret"));
}

#[test]
fn settings_of_policies_are_refused_with_their_line() {
    let refused = |text: &str| {
        let shown = refused(from_file(text));
        let path = shown.split("--> ").nth(1).and_then(|rest| rest.split("keysweep.yaml").next()).unwrap_or_default();
        shown.replace(path, "")
    };
    insta::assert_snapshot!(
        [
            refused("policies:\n  acces-key-unused:\n    enabled: false\n"),
            refused("policies:\n  access-key-max-age:\n    params: { max_days: 3 }\n"),
            refused("policies:\n  access-key-max-age:\n    params:\n      max_age_days: '90'\n"),
            refused("policies:\n  access-key-max-age:\n    params: { max_age_days: 0 }\n"),
        ]
        .join("\n\n"),
        @r#"
    error[bad-value]: there is no policy `acces-key-unused`: did you mean `access-key-unused`?
     --> keysweep.yaml:2:3
      |
    2 |   acces-key-unused:
      |   ^^^^^^^^^^^^^^^^

    error[bad-value]: policy `access-key-max-age` has no parameter `max_days`: did you mean `max_age_days`?
     --> keysweep.yaml:3:15
      |
    3 |     params: { max_days: 3 }
      |               ^^^^^^^^

    error[bad-value]: parameter `max_age_days` of policy `access-key-max-age` must be of type integer, not `"90"`
     --> keysweep.yaml:4:21
      |
    4 |       max_age_days: '90'
      |                     ^^^^

    error[bad-value]: parameter `max_age_days` of policy `access-key-max-age` must be at least `1`, not `0`
     --> keysweep.yaml:3:29
      |
    3 |     params: { max_age_days: 0 }
      |                             ^
    "#
    );
}
