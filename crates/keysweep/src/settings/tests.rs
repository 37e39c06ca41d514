//! Resolved settings, and what is refused.

use super::*;
use crate::config::PolicyConfig;

fn refused(config: Config) -> String {
    Settings::resolve(config).unwrap_err().to_string()
}

fn policies(config: Config) -> Vec<String> {
    let settings = Settings::resolve(config).unwrap();
    settings.policies.iter().map(|policy| format!("{} {}", policy.id(), policy.metadata().severity)).collect()
}

fn setting(id: &str, policy: PolicyConfig) -> Config {
    Config { policies: Some(BTreeMap::from([(id.to_owned(), policy)])), ..Config::default() }
}

#[test]
fn without_any_setting_the_shipped_policies_run() {
    insta::assert_debug_snapshot!(policies(Config::default()), @r#"
    [
        "access-key-max-age medium",
        "access-key-unused medium",
        "single-active-access-key low",
    ]
    "#);
}

#[test]
fn a_policy_can_be_disabled_and_made_more_severe() {
    let disabled = PolicyConfig { enabled: Some(false), ..PolicyConfig::default() };
    assert!(!policies(setting("access-key-unused", disabled)).iter().any(|it| it.starts_with("access-key-unused")));
    let severe = PolicyConfig { severity: Some(Severity::Critical), ..PolicyConfig::default() };
    assert!(policies(setting("access-key-unused", severe)).contains(&"access-key-unused critical".to_owned()));
}

#[test]
fn a_policy_that_is_asked_for_by_name_runs_alone_even_if_disabled() {
    let disabled = PolicyConfig { enabled: Some(false), ..PolicyConfig::default() };
    let config = Config {
        only_policies: Some(vec!["access-key-unused".parse().unwrap()]),
        ..setting("access-key-unused", disabled)
    };
    assert_eq!(policies(config).len(), 1);
}

#[test]
fn values_that_make_no_sense_are_refused_before_anything_is_contacted() {
    let role = |name: &str| Config { role: Some(name.to_owned()), ..Config::default() };
    let text = |value: &str| Some(value.to_owned());
    insta::assert_snapshot!(
        [
            refused(role("arn:aws:iam::111122223333:role/Audit")),
            refused(role("no spaces")),
            refused(Config { external_id: text("x"), ..Config::default() }),
            refused(Config { session_name: text("a/b"), ..Config::default() }),
            refused(Config { concurrency: Some(0), ..Config::default() }),
            refused(Config { only_policies: Some(vec!["acces-key-unused".parse().unwrap()]), ..Config::default() }),
            refused(Config { no_shipped_policies: Some(true), ..Config::default() }),
            refused(setting("access-key-max-age", PolicyConfig {
                params: BTreeMap::from([("max_days".to_owned(), keysweep_policy::yaml::Scalar::Integer(3))]),
                ..PolicyConfig::default()
            })),
            refused(setting("access-key-max-age", PolicyConfig {
                params: BTreeMap::from([("max_age_days".to_owned(), keysweep_policy::yaml::Scalar::Text("90".to_owned()))]),
                ..PolicyConfig::default()
            })),
        ]
        .join("\n"),
        @r#"
    error: the role `arn:aws:iam::111122223333:role/Audit` is an ARN, which names one account
    hint: give the role's name, with its path: `security/Audit`
    error: `role` must be 1 to 576 letters, digits and any of `=,.@-_+/`
    error: `external_id` must be 2 to 1224 letters, digits and any of `=,.@:/-_+`
    error: `session_name` must be 2 to 64 letters, digits and any of `=,.@-_+`
    error: `concurrency` is 0, and must be at least 1
    error: there is no policy `acces-key-unused`
    hint: the policies are access-key-max-age, access-key-unused, single-active-access-key
    error: no policy is left to judge by
    hint: enable a policy, or name one with --policies
    error: policy `access-key-max-age` has no parameter `max_days`: did you mean `max_age_days`?
    error: parameter `max_age_days` of policy `access-key-max-age` must be of type integer, not `"90"`
    "#
    );
}

#[test]
fn an_external_id_is_not_shown_in_the_error_about_it() {
    let config = Config { external_id: Some("secret with spaces".to_owned()), ..Config::default() };
    assert!(!refused(config).contains("secret"));
}

#[test]
fn a_day_is_its_first_moment_in_utc() {
    let at = |text: &str| text.parse::<AsOf>().map(|as_of| as_of.0.to_string());
    assert_eq!(at("2026-03-01").as_deref(), Ok("2026-03-01T00:00:00Z"));
    assert_eq!(at("2026-03-01T12:00:00+02:00").as_deref(), Ok("2026-03-01T10:00:00Z"));
    assert!(at("2026-02-30").is_err() && at("1 March").is_err());
}
