//! The shipped policies and the examples: every case of each.

use std::path::Path;

use keysweep_policy::{cases, load_folder, shipped};

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

fn all_cases_hold(name: &str) {
    let report = cases::run_folder(&folder(name)).unwrap_or_else(|error| panic!("{error}"));
    assert!(!report.cases.is_empty());
    assert_eq!(report.failed(), 0, "\n{report}");
}

#[test]
fn every_case_of_the_shipped_policies_holds() {
    all_cases_hold("policies");
}

#[test]
fn every_case_of_the_example_policies_holds() {
    all_cases_hold("examples/policies");
}

#[test]
fn every_policy_of_the_folder_is_shipped() {
    let ids = |policies: Vec<keysweep_policy::Policy>| -> Vec<String> {
        policies.iter().map(|policy| policy.id().to_string()).collect()
    };
    assert_eq!(ids(load_folder(&folder("policies")).unwrap()), ids(shipped()));
}

#[test]
fn summaries_say_what_a_result_needs() {
    let summaries: Vec<String> = shipped()
        .iter()
        .map(|policy| policy.summary())
        .map(|it| {
            format!("{} {} {} {} {:?} {:?}", it.id, it.severity, it.resource, it.remedy, it.params, it.frameworks)
        })
        .collect();
    insta::assert_snapshot!(summaries.join("\n"), @r#"
    access-key-max-age medium access_key rotate {"max_age_days": Integer(90)} {"cis-aws-1.4": ["1.14"], "cis-aws-1.5": ["1.14"], "cis-aws-2.0": ["1.14"], "cis-aws-3.0": ["1.14"], "cis-aws-4.0": ["1.14"], "cis-aws-5.0": ["1.13"], "cis-aws-6.0": ["2.13"], "cis-aws-7.0": ["2.12"]}
    access-key-unused medium access_key deactivate {"max_idle_days": Integer(45)} {"cis-aws-1.4": ["1.12"], "cis-aws-1.5": ["1.12"], "cis-aws-2.0": ["1.12"], "cis-aws-3.0": ["1.12"], "cis-aws-4.0": ["1.12"], "cis-aws-7.0": ["2.11"]}
    single-active-access-key low access_key deactivate {} {"cis-aws-1.4": ["1.13"], "cis-aws-1.5": ["1.13"], "cis-aws-2.0": ["1.13"], "cis-aws-3.0": ["1.13"], "cis-aws-4.0": ["1.13"]}
    "#);
}
