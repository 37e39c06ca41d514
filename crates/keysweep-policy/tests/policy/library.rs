//! The shipped policies and the examples: every case of each.

use std::path::Path;

use keysweep_policy::{Compiler, cases, load_folder, shipped};

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// Every case holds, and together they reach every line and every branch.
fn all_cases_hold(name: &str) {
    let options = cases::Options { coverage: true, ..cases::Options::default() };
    let report =
        cases::run_paths(&Compiler::default(), &[folder(name)], &options).unwrap_or_else(|error| panic!("{error}"));
    assert!(!report.cases.is_empty());
    assert_eq!(report.failed(), 0, "\n{report}");
    let coverage = report.coverage.unwrap();
    assert_eq!(coverage.percent(), 100, "\n{coverage}");
}

#[test]
fn every_case_of_the_shipped_policies_holds_and_they_reach_everything() {
    all_cases_hold("policies");
}

#[test]
fn every_case_of_the_example_policies_holds_and_they_reach_everything() {
    all_cases_hold("examples/policies");
}

#[test]
fn a_thousand_cases_take_no_time_to_speak_of() {
    let folder = tempfile::tempdir().unwrap();
    let policy = super::support::file(
        "fn check(key, params) { if key.age_days > params.limit { return fail(`${key.age_days} days`); } pass() }",
    );
    std::fs::write(folder.path().join("test.rhai"), policy).unwrap();
    let case = |age: u32| {
        let status = if age > 90 { "fail" } else { "pass" };
        format!(
            "- {{ name: c{age}, access_key: {{ age_days: {age} }}, expect: {{ status: {status}, reads: [access_keys] }} }}\n"
        )
    };
    std::fs::write(folder.path().join("test.test.yaml"), (0..1000).map(case).collect::<String>()).unwrap();
    let begin = std::time::Instant::now();
    let report = cases::run_folder(folder.path()).unwrap();
    assert_eq!((report.passed(), report.failed()), (1000, 0));
    // A release build takes a small part of a second; this only notices work that grows with the square of the cases.
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
}

#[test]
fn every_policy_of_the_folder_is_shipped() {
    let ids = |policies: Vec<keysweep_policy::Policy>| -> Vec<String> {
        policies.iter().map(|policy| policy.id().to_string()).collect()
    };
    assert_eq!(
        ids(load_folder(&Compiler::default(), &folder("policies")).unwrap()),
        ids(shipped(&Compiler::default()).unwrap())
    );
}

#[test]
fn summaries_say_what_a_result_needs() {
    let summaries: Vec<String> = shipped(&Compiler::default())
        .unwrap()
        .iter()
        .map(|policy| policy.summary())
        .map(|it| {
            format!("{} {} {} {} {:?} {:?}", it.id, it.severity, it.resource, it.remedy, it.params, it.frameworks)
        })
        .collect();
    insta::assert_snapshot!(summaries.join("\n"), @r#"
    access-key-inactive-too-long low access_key delete {"max_idle_days": Integer(90)} {}
    access-key-made-with-user low access_key notify {"setup_minutes": Integer(10)} {"cis-aws-1.4": ["1.11"], "cis-aws-1.5": ["1.11"], "cis-aws-2.0": ["1.11"], "cis-aws-3.0": ["1.11"], "cis-aws-4.0": ["1.11"], "cis-aws-5.0": ["1.10"], "cis-aws-6.0": ["2.10"]}
    access-key-max-age medium access_key rotate {"max_age_days": Integer(90)} {"cis-aws-1.4": ["1.14"], "cis-aws-1.5": ["1.14"], "cis-aws-2.0": ["1.14"], "cis-aws-3.0": ["1.14"], "cis-aws-4.0": ["1.14"], "cis-aws-5.0": ["1.13"], "cis-aws-6.0": ["2.13"], "cis-aws-7.0": ["2.12"], "iso-27001-2022": ["A.5.15"], "nist-800-53-r5": ["AC-2(1)", "AC-2(3)", "AC-3(15)"], "pci-dss-4.0.1": ["8.3.9", "8.6.3"], "soc-2": ["CC6.1", "CC6.2"]}
    access-key-never-used medium access_key deactivate {"grace_days": Integer(14)} {}
    access-key-of-administrator high access_key notify {} {}
    access-key-of-console-user low access_key notify {} {}
    access-key-quarantined critical access_key notify {} {}
    access-key-unused medium access_key deactivate {"max_idle_days": Integer(45)} {"cis-aws-1.4": ["1.12"], "cis-aws-1.5": ["1.12"], "cis-aws-2.0": ["1.12"], "cis-aws-3.0": ["1.12"], "cis-aws-4.0": ["1.12"], "cis-aws-5.0": ["1.11"], "cis-aws-6.0": ["2.11"], "cis-aws-7.0": ["2.11"], "iso-27001-2022": ["A.5.15"], "nist-800-53-r5": ["AC-2", "AC-2(1)", "AC-2(3)", "AC-3", "AC-3(7)", "AC-3(15)", "AC-6"], "pci-dss-4.0.1": ["8.2.6"], "soc-2": ["CC6.1", "CC6.2", "CC6.3"]}
    console-user-without-mfa high user notify {} {"cis-aws-1.4": ["1.10"], "cis-aws-1.5": ["1.10"], "cis-aws-2.0": ["1.10"], "cis-aws-3.0": ["1.10"], "cis-aws-4.0": ["1.10"], "cis-aws-5.0": ["1.9"], "cis-aws-6.0": ["2.9"], "cis-aws-7.0": ["2.10"], "iso-27001-2022": ["A.5.15", "A.5.17", "A.8.5"], "nist-800-53-r5": ["AC-2(1)", "AC-3(15)", "IA-2(1)", "IA-2(2)", "IA-2(6)", "IA-2(8)"], "pci-dss-4.0.1": ["8.4.2"], "soc-2": ["CC6.6"]}
    password-max-age low password notify {"max_age_days": Integer(90)} {"pci-dss-4.0.1": ["8.3.9"]}
    password-policy-length medium account notify {"min_length": Integer(14)} {"cis-aws-1.4": ["1.8"], "cis-aws-1.5": ["1.8"], "cis-aws-2.0": ["1.8"], "cis-aws-3.0": ["1.8"], "cis-aws-4.0": ["1.8"], "cis-aws-5.0": ["1.7"], "cis-aws-6.0": ["2.7"], "cis-aws-7.0": ["2.8"], "iso-27001-2022": ["A.5.15"], "nist-800-53-r5": ["IA-5(1)"], "pci-dss-4.0.1": ["8.3.6"], "soc-2": ["CC6.1", "CC6.2"]}
    password-policy-reuse low account notify {"min_remembered": Integer(24)} {"cis-aws-1.4": ["1.9"], "cis-aws-1.5": ["1.9"], "cis-aws-2.0": ["1.9"], "cis-aws-3.0": ["1.9"], "cis-aws-4.0": ["1.9"], "cis-aws-5.0": ["1.8"], "cis-aws-6.0": ["2.8"], "cis-aws-7.0": ["2.9"], "iso-27001-2022": ["A.5.15"], "pci-dss-4.0.1": ["8.3.7"], "soc-2": ["CC6.1", "CC6.2"]}
    password-unused medium password delete {"max_idle_days": Integer(45)} {"cis-aws-1.4": ["1.12"], "cis-aws-1.5": ["1.12"], "cis-aws-2.0": ["1.12"], "cis-aws-3.0": ["1.12"], "cis-aws-4.0": ["1.12"], "cis-aws-5.0": ["1.11"], "cis-aws-6.0": ["2.11"], "cis-aws-7.0": ["2.11"], "iso-27001-2022": ["A.5.15"], "nist-800-53-r5": ["AC-2", "AC-2(1)", "AC-2(3)", "AC-3", "AC-3(7)", "AC-3(15)", "AC-6"], "pci-dss-4.0.1": ["8.2.6"], "soc-2": ["CC6.1", "CC6.2", "CC6.3"]}
    root-access-key critical root delete {} {"cis-aws-1.4": ["1.4"], "cis-aws-1.5": ["1.4"], "cis-aws-2.0": ["1.4"], "cis-aws-3.0": ["1.4"], "cis-aws-4.0": ["1.4"], "cis-aws-5.0": ["1.3"], "cis-aws-6.0": ["2.3"], "cis-aws-7.0": ["2.4"], "iso-27001-2022": ["A.5.15"], "nist-800-53-r5": ["AC-2(1)", "AC-3(7)", "AC-3(15)", "AC-6", "AC-6(2)", "AC-6(10)"], "soc-2": ["CC6.1", "CC6.2", "CC6.3"]}
    root-hardware-mfa medium root notify {} {"cis-aws-1.4": ["1.6"], "cis-aws-1.5": ["1.6"], "cis-aws-2.0": ["1.6"], "cis-aws-3.0": ["1.6"], "cis-aws-4.0": ["1.6"], "cis-aws-5.0": ["1.5"], "cis-aws-6.0": ["2.5"], "cis-aws-7.0": ["2.6"], "nist-800-53-r5": ["AC-2(1)", "AC-3(15)", "IA-2(1)", "IA-2(2)", "IA-2(6)", "IA-2(8)"], "pci-dss-4.0.1": ["8.4.2"], "soc-2": ["CC6.6"]}
    root-mfa critical root notify {} {"cis-aws-1.4": ["1.5"], "cis-aws-1.5": ["1.5"], "cis-aws-2.0": ["1.5"], "cis-aws-3.0": ["1.5"], "cis-aws-4.0": ["1.5"], "cis-aws-5.0": ["1.4"], "cis-aws-6.0": ["2.4"], "cis-aws-7.0": ["2.5"], "iso-27001-2022": ["A.5.15", "A.5.17", "A.8.5"], "nist-800-53-r5": ["AC-2(1)", "AC-3(15)", "IA-2(1)", "IA-2(2)", "IA-2(6)", "IA-2(8)"], "pci-dss-4.0.1": ["8.4.2"], "soc-2": ["CC6.6"]}
    root-used high root notify {"quiet_days": Integer(30)} {"cis-aws-1.4": ["1.7"], "cis-aws-1.5": ["1.7"], "cis-aws-2.0": ["1.7"], "cis-aws-3.0": ["1.7"], "cis-aws-4.0": ["1.7"], "cis-aws-5.0": ["1.6"], "cis-aws-6.0": ["2.6"], "cis-aws-7.0": ["2.7"], "iso-27001-2022": ["A.5.15"]}
    service-credential-max-age medium service_credential rotate {"max_age_days": Integer(90)} {}
    service-credential-without-expiry high service_credential rotate {"max_lifetime_days": Integer(365), "services": List(["bedrock", "cloudwatch", "logs"])} {}
    signing-certificate-max-age medium signing_certificate rotate {"max_age_days": Integer(365)} {}
    single-active-access-key low access_key deactivate {} {"cis-aws-1.4": ["1.13"], "cis-aws-1.5": ["1.13"], "cis-aws-2.0": ["1.13"], "cis-aws-3.0": ["1.13"], "cis-aws-4.0": ["1.13"], "cis-aws-5.0": ["1.12"], "cis-aws-6.0": ["2.12"]}
    ssh-key-max-age medium ssh_key rotate {"max_age_days": Integer(365)} {}
    stale-access-key-share medium account notify {"max_age_days": Integer(90), "max_percent": Integer(20), "min_keys": Integer(10)} {}
    user-policies-through-groups low user notify {} {"cis-aws-1.4": ["1.15"], "cis-aws-1.5": ["1.15"], "cis-aws-2.0": ["1.15"], "cis-aws-3.0": ["1.15"], "cis-aws-4.0": ["1.15"], "cis-aws-5.0": ["1.14"], "cis-aws-6.0": ["2.14"], "cis-aws-7.0": ["2.13"], "iso-27001-2022": ["A.5.15"], "nist-800-53-r5": ["AC-2", "AC-2(1)", "AC-3", "AC-3(7)", "AC-3(15)", "AC-6", "AC-6(3)"], "soc-2": ["CC6.1", "CC6.2", "CC6.3"]}
    user-without-owner-tag low user notify {"tags": List(["owner"])} {}
    virtual-mfa-of-administrator medium mfa notify {} {}
    "#);
}

#[test]
fn shipped_policies_have_nothing_to_warn_of() {
    for policy in shipped(&Compiler::default()).unwrap() {
        assert!(policy.warnings().is_none(), "{}", policy.warnings().unwrap());
    }
}
