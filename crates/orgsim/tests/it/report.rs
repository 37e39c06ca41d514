//! The credential report: its states by the clock, and its table.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use orgsim::fault::{Calls, Fault, FaultKind};
use orgsim::{Booleans, Columns, InactiveKeys, ReportStyle, Sim};

use crate::client::{CREDENTIALS, Client, ROLE, WORLD, sim, sim_with};

/// A session opened now.
fn member(sim: &Sim, at: jiff::Timestamp) -> Client {
    Client { at, ..Client::caller(sim) }.assume(sim, ROLE)
}

fn generate(sim: &Sim, client: &Client) -> String {
    let answer = client.iam(sim, "GenerateCredentialReport", &[]);
    if answer.status == 200 { answer.leaf("State") } else { answer.error() }
}

fn table(sim: &Sim, client: &Client) -> String {
    let content = client.iam(sim, "GetCredentialReport", &[]).leaf("Content");
    String::from_utf8(STANDARD.decode(content).unwrap()).unwrap()
}

#[test]
fn a_report_goes_through_all_its_states() {
    let (sim, hand) = sim_with(WORLD, |options| options.report_time = Duration::from_secs(10));
    let start = hand.now();
    let mut seen = Vec::new();
    for (seconds, action) in
        [(0, "get"), (0, "generate"), (9, "generate"), (9, "get"), (10, "get"), (10, "generate"), (14_399, "get")]
            .into_iter()
            .chain([(14_400, "get"), (14_400, "generate"), (14_401, "get"), (14_410, "get")])
    {
        hand.set(start + SignedDuration::from_secs(seconds));
        let client = member(&sim, hand.now());
        let answers = match action {
            "generate" => generate(&sim, &client),
            _ => client.iam(&sim, "GetCredentialReport", &[]).error(),
        };
        seen.push(format!("{seconds} {action} {answers}"));
    }
    insta::assert_snapshot!(seen.join("\n"), @"
    0 get 410 ReportNotPresent: No report is available
    0 generate STARTED
    9 generate INPROGRESS
    9 get 404 ReportInProgress: Report is in progress
    10 get 200
    10 generate COMPLETE
    14399 get 200
    14400 get 410 ReportExpired: Report is expired
    14400 generate STARTED
    14401 get 404 ReportInProgress: Report is in progress
    14410 get 200
    ");
}

#[test]
fn a_report_without_delay_is_complete_at_the_second_request() {
    let (sim, hand) = sim();
    let client = member(&sim, hand.now());
    assert_eq!(generate(&sim, &client), "STARTED");
    assert_eq!(generate(&sim, &client), "COMPLETE");
    assert_eq!(client.iam(&sim, "GetCredentialReport", &[]).leaf("GeneratedTime"), "2026-11-01T12:00:00Z");
}

#[test]
fn the_table_has_a_row_for_root_and_one_for_each_user() {
    let (sim, hand) = sim();
    let client = member(&sim, hand.now());
    generate(&sim, &client);
    insta::assert_snapshot!(table(&sim, &client), @"
    user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated
    <root_account>,arn:aws:iam::222222222222:root,2025-01-01T00:00:00+00:00,not_supported,no_information,not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A
    alice,arn:aws:iam::222222222222:user/staff/alice,2024-05-01T08:00:00+00:00,true,2026-10-30T10:00:00+00:00,2025-02-03T04:05:06+00:00,N/A,true,true,2024-06-01T00:00:00+00:00,2026-10-31T23:00:00+00:00,eu-west-1,s3,false,2026-01-02T03:04:05+00:00,2026-02-01T00:00:00+00:00,N/A,iam,false,N/A,false,N/A
    bob,arn:aws:iam::222222222222:user/bob,2026-10-01T00:00:00+00:00,true,no_information,2026-10-01T00:00:00+00:00,N/A,false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A
    svc-upload,arn:aws:iam::222222222222:user/service/svc-upload,2023-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,true,2026-08-03T12:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A
    ");
}

#[test]
fn the_table_follows_the_report_style() {
    let style = ReportStyle {
        inactive_keys: InactiveKeys::NotApplicable,
        booleans: Booleans::Upper,
        columns: Columns::Additional,
    };
    let (sim, hand) = sim_with(WORLD, |options| options.report_style = style);
    let client = member(&sim, hand.now());
    generate(&sim, &client);
    let table = table(&sim, &client);
    assert!(table.lines().next().unwrap().ends_with(",cert_2_last_rotated,additional_credentials_info"));
    let alice = table.lines().find(|line| line.starts_with("alice,")).unwrap();
    insta::assert_snapshot!(alice, @"alice,arn:aws:iam::222222222222:user/staff/alice,2024-05-01T08:00:00+00:00,TRUE,2026-10-30T10:00:00+00:00,2025-02-03T04:05:06+00:00,N/A,TRUE,TRUE,2024-06-01T00:00:00+00:00,2026-10-31T23:00:00+00:00,eu-west-1,s3,FALSE,N/A,N/A,N/A,N/A,FALSE,N/A,FALSE,N/A,");
}

#[test]
fn a_report_shows_the_account_as_it_was_at_its_start() {
    let (sim, hand) = sim();
    let client = member(&sim, hand.now());
    generate(&sim, &client);
    client.iam(&sim, "CreateAccessKey", &[("UserName", "bob")]);
    hand.advance(SignedDuration::from_hours(3));
    let later = member(&sim, hand.now());
    assert_eq!(generate(&sim, &later), "COMPLETE");
    assert!(table(&sim, &later).lines().any(|line| line.starts_with("bob,") && line.contains(",true,no_information,")));
    assert!(table(&sim, &later).contains("bob,arn:aws:iam::222222222222:user/bob,2026-10-01T00:00:00+00:00,true,no_information,2026-10-01T00:00:00+00:00,N/A,false,false,N/A"));
    hand.advance(SignedDuration::from_hours(1));
    let expired = member(&sim, hand.now());
    assert_eq!(generate(&sim, &expired), "STARTED");
    assert!(table(&sim, &expired).contains(",N/A,false,true,2026-11-01T12:00:00+00:00,N/A,N/A,N/A,false,N/A"));
}

#[test]
fn a_report_may_never_be_ready_or_never_be_started() {
    let (sim, hand) = sim();
    let client = member(&sim, hand.now());
    sim.add_fault(Fault::new(FaultKind::ReportLimitExceeded).calls(Calls::First(1)));
    sim.add_fault(Fault::new(FaultKind::ReportNeverReady));
    let seen = [
        generate(&sim, &client),
        generate(&sim, &client),
        generate(&sim, &client),
        client.iam(&sim, "GetCredentialReport", &[]).error(),
    ];
    insta::assert_snapshot!(seen.join("\n"), @"
    409 LimitExceeded: No more capacity to launch new report generation tasks.
    STARTED
    INPROGRESS
    404 ReportInProgress: Report is in progress
    ");
    sim.clear_faults();
    assert_eq!(generate(&sim, &client), "COMPLETE");
}

#[test]
fn the_report_has_certificates_and_the_next_rotation() {
    let (sim, _) = sim_with(CREDENTIALS, |_| {});
    let member = Client::member(&sim);
    generate(&sim, &member);
    let table = table(&sim, &member);
    insta::assert_snapshot!(table.lines().skip(1).take(3).collect::<Vec<_>>().join("\n"), @"
    <root_account>,arn:aws:iam::222222222222:root,2025-01-01T00:00:00+00:00,not_supported,2026-09-01T00:00:00+00:00,not_supported,not_supported,true,true,2020-01-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,true,2019-01-01T00:00:00+00:00,false,N/A
    alice,arn:aws:iam::222222222222:user/alice,2024-05-01T08:00:00+00:00,true,2026-10-30T10:00:00+00:00,2026-10-01T00:00:00+00:00,2026-12-30T00:00:00+00:00,true,true,2025-01-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,true,2024-06-01T00:00:00+00:00,false,2024-07-01T00:00:00+00:00
    alice-2,arn:aws:iam::222222222222:user/alice-2,2025-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,true,2025-01-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A
    ");
}
