//! The configuration file and the layers.

use clap::Parser;

use super::*;
use crate::exit::Failure;

fn from_file(text: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keysweep.yaml");
    std::fs::write(&path, text).unwrap();
    let shown = |failure: Failure| failure.to_string().replace(&folder.path().display().to_string(), "DIR");
    read(Some(&path)).map_err(shown)
}

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    config: Config,
}

fn from_flags(flags: &[&str]) -> Config {
    Flags::try_parse_from(["keysweep"].iter().chain(flags)).unwrap_or_else(|error| panic!("{error}")).config
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_nothing() {
    let file = from_file("role: FromFile\nfresh: true\nconcurrency: 3\naccounts: [001122334455]\n").unwrap();
    let merged = from_flags(&["--role", "FromFlag", "--fresh=false"]).over(file);
    assert_eq!(merged.assume.role.as_deref(), Some("FromFlag"));
    assert_eq!(merged.reading.fresh, Some(false));
    assert_eq!(merged.connection.concurrency, Some(3));
    assert_eq!(merged.selection.accounts, Some(vec!["001122334455".parse().unwrap()]));
    assert_eq!(merged.organization.region, None);
}

/// The keys whose flag takes a file or a folder.
fn path_keys() -> Vec<(String, bool)> {
    let is_path = |flag: &clap::Arg| {
        let kind = flag.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
        ["FILE", "DIR"].contains(&kind)
    };
    let flags = <Flags as clap::CommandFactory>::command();
    let paths = flags.get_arguments().filter(|flag| is_path(flag));
    paths.map(|flag| (flag.get_id().to_string(), matches!(flag.get_action(), clap::ArgAction::Append))).collect()
}

#[test]
fn every_path_in_the_file_is_relative_to_the_file() {
    let keys = path_keys();
    assert!(keys.len() > 5, "{keys:?}");
    let line =
        |(key, is_list): &(String, bool)| if *is_list { format!("{key}: [a/b]\n") } else { format!("{key}: a/b\n") };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keysweep.yaml");
    std::fs::write(&path, keys.iter().map(line).collect::<String>()).unwrap();
    let mut config = read(Some(&path)).unwrap();
    let paths: Vec<_> = config.paths().map(|path| path.clone()).collect();
    assert_eq!(paths, vec![folder.path().join("a/b"); keys.len()]);
}

#[test]
fn mistakes_are_shown_with_their_line() {
    insta::assert_snapshot!(
        [
            from_file("role: Audit\nrolle: Audit\n").unwrap_err(),
            from_file("accounts:\n  - 111122223333\n  - 12\n").unwrap_err(),
            from_file("policies:\n  access-key-max-age:\n    severity: urgent\n").unwrap_err(),
            from_file("concurrency: -1\n").unwrap_err(),
            from_file("role: a\nrole: b\n").unwrap_err(),
            from_file("as_of: tomorrow\n").unwrap_err(),
            from_file("policies: [\n").unwrap_err(),
        ]
        .join("\n\n"),
        @"
        error[unknown-field]: unknown field `rolle`, expected one of accounts, exclude_accounts, ous, accounts_file, profile, region, role, roles, external_id, session_name, source_identity, max_attempts, max_requests, concurrency, account_timeout, fresh, report_timeout, calls_per_account, save_inventory, full_inventory, policy_folders, no_shipped_policies, policies, policy_limits, only_policies, as_of, exemptions_file, exemptions, exemption_max_term_days, exemption_max_share, store, store_timeout, owner_tag, inventory, fail_on, fail_on_new, format, output, all
         --> DIR/keysweep.yaml:2:1
          |
        2 | rolle: Audit
          | ^^^^^
          = help: did you mean `role`?

        error[malformed-yaml]: `12` is not an AWS account id (12 digits)
         --> DIR/keysweep.yaml:3:5
          |
        3 |   - 12
          |     ^^

        error[malformed-yaml]: `urgent` is not a severity: use one of info, low, medium, high, critical
         --> DIR/keysweep.yaml:3:15
          |
        3 |     severity: urgent
          |               ^^^^^^

        error[bad-value]: expected an integer, 0 or more
         --> DIR/keysweep.yaml:1:14
          |
        1 | concurrency: -1
          |              ^^

        error[malformed-yaml]: duplicate mapping key: role
         --> DIR/keysweep.yaml:2:1
          |
        2 | role: b
          | ^^^^

        error[malformed-yaml]: `tomorrow` is not a day or a time: write 2026-03-01 (its first moment in UTC) or 2026-03-01T12:00:00Z
         --> DIR/keysweep.yaml:1:8
          |
        1 | as_of: tomorrow
          |        ^^^^^^^^

        error[bad-value]: expected a map of fields, each a `name: value`
         --> DIR/keysweep.yaml:1:11
          |
        1 | policies: [
          |           ^
        "
    );
}

#[test]
fn a_file_that_was_named_must_be_there() {
    assert!(read(Some(std::path::Path::new("no/such/keysweep.yaml"))).is_err());
}

#[test]
fn a_day_is_its_first_moment_in_utc() {
    let at = |text: &str| text.parse::<AsOf>().map(|as_of| as_of.0.to_string());
    assert_eq!(at("2026-03-01").as_deref(), Ok("2026-03-01T00:00:00Z"));
    assert_eq!(at("2026-03-01T12:00:00+02:00").as_deref(), Ok("2026-03-01T10:00:00Z"));
    assert!(at("2026-02-30").is_err() && at("1 March").is_err());
}
