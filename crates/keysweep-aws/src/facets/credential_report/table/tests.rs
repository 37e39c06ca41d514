//! The report's cells, one by one, and whatever else could arrive in their place.

use keysweep_model::AccountState;
use proptest::prelude::*;

use super::*;

const HEADER: &str = "user,arn,user_creation_time,access_key_1_active,access_key_1_last_rotated,\
    access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,\
    access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service";

fn account() -> Arc<Account> {
    Arc::new(Account {
        id: "111122223333".parse().unwrap(),
        name: "sandbox".to_owned(),
        email: None,
        state: AccountState::Active,
        ou_path: Fact::Known("Root".to_owned()),
    })
}

fn row(first_slot: &str) -> ReportUser {
    rows(&[first_slot]).remove(0)
}

fn rows(first_slots: &[&str]) -> Vec<ReportUser> {
    let mut csv = HEADER.to_owned();
    for (name, slot) in ["ann", "bob"].iter().zip(first_slots) {
        csv += &format!("\n{name},arn:aws:iam::111122223333:user/eng/{name},2020-01-02T03:04:05+00:00,");
        csv += slot;
        csv += ",FALSE,N/A,N/A,N/A,N/A";
    }
    parse(&account(), csv.as_bytes()).unwrap().users
}

fn keys_of(row: ReportUser) -> Vec<AccessKey> {
    match row.user.access_keys {
        Fact::Known(keys) => keys,
        other => panic!("{other:?}"),
    }
}

fn key(first_slot: &str) -> String {
    match keys_of(row(first_slot)).as_slice() {
        [] => "no key".to_owned(),
        [key] => format!("{:?} | {:?} | {:?}", key.status, key.created_at, key.last_used),
        more => format!("{} keys", more.len()),
    }
}

#[test]
fn a_user_has_its_path_from_its_arn() {
    let user = row("true,2024-05-06T07:08:09+00:00,N/A,N/A,N/A").user;
    assert_eq!((user.name.as_str(), user.path.as_str()), ("ann", "/eng/"));
}

#[test]
fn slots_become_keys() {
    insta::assert_snapshot!(
        [
            key("TRUE,2024-05-06T07:08:09+00:00,2024-06-01T00:00:00+00:00,eu-west-1,s3"),
            key("true,2024-05-06T07:08:09+00:00,N/A,N/A,N/A"),
            key("false,2024-05-06T07:08:09+00:00,N/A,N/A,N/A"),
            key("FALSE,N/A,N/A,N/A,N/A"),
        ]
        .join("\n"),
        @r#"
    Known(Active) | Known(2024-05-06T07:08:09Z) | Known(At { at: 2024-06-01T00:00:00Z, service: Some("s3"), region: Some("eu-west-1") })
    Known(Active) | Known(2024-05-06T07:08:09Z) | Known(Never)
    Known(Inactive) | Known(2024-05-06T07:08:09Z) | Known(Never)
    no key
    "#
    );
}

#[test]
fn text_that_is_not_understood_is_not_read_rather_than_none() {
    insta::assert_snapshot!(
        [
            key("maybe,N/A,N/A,N/A,N/A"),
            key("TRUE,not_supported,no_information,N/A,N/A"),
            key("FALSE,no_information,N/A,N/A,N/A"),
            key("TRUE,2024-05-06T07:08:09+00:00,no_information,N/A,N/A"),
        ]
        .join("\n"),
        @"
    NotRead(AccessKeys) | NotRead(AccessKeys) | Known(Never)
    Known(Active) | NotRead(AccessKeys) | NotRead(AccessKeyLastUsed)
    Known(Inactive) | NotRead(AccessKeys) | Known(Never)
    Known(Active) | Known(2024-05-06T07:08:09Z) | NotRead(AccessKeyLastUsed)
    "
    );
}

#[test]
fn an_undated_slot_may_hold_an_inactive_key_unless_the_report_dates_inactive_keys() {
    let undated = "FALSE,N/A,N/A,N/A,N/A";
    assert_eq!(row(undated).possible_keys, 2);
    let both = rows(&[undated, "FALSE,2024-05-06T07:08:09+00:00,N/A,N/A,N/A"]);
    assert_eq!(both.iter().map(|row| row.possible_keys).collect::<Vec<_>>(), [0, 0]);
}

#[test]
fn two_rows_of_one_user_are_no_report() {
    let row =
        "ann,arn:aws:iam::111122223333:user/ann,2020-01-02T03:04:05+00:00,FALSE,N/A,N/A,N/A,N/A,FALSE,N/A,N/A,N/A,N/A";
    let error = parse(&account(), format!("{HEADER}\n{row}\n{row}").as_bytes()).err();
    assert_eq!(error.as_deref(), Some("it has two rows for the user `ann`"));
}

#[test]
fn a_use_before_the_date_of_a_key_shows_that_the_date_is_not_that_of_its_creation() {
    let shows = |used: &str| used_before_made(&row(&format!("true,2024-05-06T07:08:09+00:00,{used},N/A,s3")).user);
    assert_eq!(
        shows("2024-05-06T06:53:08+00:00").as_deref(),
        Some(
            "it gives 2024-05-06T07:08:09Z as the date of a key of `ann` that was used at 2024-05-06T06:53:08Z, so that \
             its dates are not those of the keys' creation"
        )
    );
    // The beginning of the span in which a key was used for the first time may be before the key was made.
    for used in ["2024-05-06T06:53:09+00:00", "2024-05-06T07:08:09+00:00", "2025-01-01T00:00:00+00:00", "N/A"] {
        assert_eq!(shows(used), None, "{used}");
    }
}

#[test]
fn a_user_with_more_than_two_keys_is_looked_at_live() {
    let keys = |info: &str| {
        let slots = "true,2024-05-06T07:08:09+00:00,N/A,N/A,N/A,true,2024-05-06T07:08:09+00:00,N/A,N/A,N/A";
        let csv = format!(
            "{HEADER},additional_credentials_info\n\
             ann,arn:aws:iam::111122223333:user/ann,2020-01-02T03:04:05+00:00,{slots},{info}"
        );
        let row = parse(&account(), csv.as_bytes()).unwrap().users.remove(0);
        keys_of(row).into_iter().map(|key| key.status.is_not_read()).collect::<Vec<_>>()
    };
    assert_eq!(keys(""), [false, false]);
    assert_eq!(keys("N/A"), [false, false]);
    assert_eq!(keys("1 more: ListAccessKeys"), [false, false, true]);
}

#[test]
fn further_and_reordered_columns_do_no_harm_and_the_root_row_is_no_user() {
    let csv = format!(
        "additional_credentials_info,{HEADER}\n,<root_account>,arn:aws:iam::111122223333:root,x,y,z,,,,,,,,\n\
         {{}},ann,arn:aws:iam::111122223333:user/ann,2020-01-02T03:04:05+00:00,TRUE,N/A,N/A,N/A,N/A,FALSE,N/A,N/A,N/A,N/A"
    );
    let users = parse(&account(), csv.as_bytes()).unwrap().users;
    assert_eq!(users.iter().map(|row| row.user.path.as_str()).collect::<Vec<_>>(), ["/"]);
}

const ALL: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
    password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
    access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
    access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
    cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

const DAY: &str = "2024-05-06T07:08:09+00:00";
const NO_KEYS: &str = "false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A";

/// What a report with all of AWS's columns tells, given the password's and the certificates' cells.
fn told(password: &str, certificates: &str) -> String {
    let user = format!("ann,arn:aws:iam::111122223333:user/ann,{DAY},{password},{NO_KEYS},{certificates}");
    let row = parse(&account(), format!("{ALL}\n{user}").as_bytes()).unwrap().users.remove(0);
    let ReportUser { user: User { password, has_mfa, signing_certificates, .. }, possible_certificates, .. } = row;
    format!("{password:?} | {has_mfa:?} | {signing_certificates:?} and {possible_certificates} possible")
}

#[test]
fn passwords_mfa_and_certificates_are_told_or_left_to_be_read() {
    let none = "false,N/A,false,N/A";
    insta::assert_snapshot!(
        [
            told(&format!("true,no_information,{DAY},N/A,true"), none),
            told(&format!("TRUE,{DAY},{DAY},N/A,FALSE"), &format!("true,{DAY},false,N/A")),
            told("false,N/A,N/A,N/A,false", none),
            told("not_supported,N/A,not_supported,not_supported,maybe", "maybe,N/A,false,N/A"),
            told("true,N/A,soon,N/A,true", &format!("false,{DAY},false,N/A")),
        ]
        .join("\n"),
        @r#"
    Known(Some(Password { changed_at: Known(2024-05-06T07:08:09Z), last_used: Known(None) })) | Known(true) | Known([]) and 2 possible
    Known(Some(Password { changed_at: Known(2024-05-06T07:08:09Z), last_used: Known(Some(2024-05-06T07:08:09Z)) })) | Known(false) | Known([SigningCertificate { id: NotRead(SigningCertificates), status: Known(Active), created_at: Known(2024-05-06T07:08:09Z) }]) and 1 possible
    Known(None) | Known(false) | Known([]) and 2 possible
    NotRead(LoginProfile) | NotRead(MfaDevices) | NotRead(SigningCertificates) and 0 possible
    Known(Some(Password { changed_at: Unreadable(Unreadable { facet: CredentialReport, reason: "it says `soon` in `password_last_changed`" }), last_used: NotRead(PasswordLastUsed) })) | Known(true) | Known([SigningCertificate { id: NotRead(SigningCertificates), status: Known(Inactive), created_at: Known(2024-05-06T07:08:09Z) }]) and 0 possible
    "#
    );
}

#[test]
fn the_root_row_tells_of_its_use_or_says_why_not() {
    let root = |row: &str| {
        let parsed = parse(&account(), format!("{ALL}\n{row}").as_bytes()).unwrap();
        format!("{:?}", parsed.root)
    };
    let certificates = "false,N/A,false,N/A";
    let named = format!("<root_account>,arn:aws:iam::111122223333:root,{DAY}");
    insta::assert_snapshot!(
        [
            root(&format!("{named},not_supported,no_information,N/A,N/A,true,{NO_KEYS},{certificates}")),
            root(&format!(
                "{named},TRUE,{DAY},N/A,N/A,true,true,{DAY},{DAY},us-east-1,s3,false,N/A,N/A,N/A,N/A,{certificates}"
            )),
            root(&format!("{named},TRUE,soon,N/A,N/A,true,{NO_KEYS},{certificates}")),
            root(&format!(
                "<root_account>,arn:aws:iam::444455556666:root,{DAY},TRUE,N/A,N/A,N/A,true,{NO_KEYS},{certificates}"
            )),
            root(""),
        ]
        .join("\n"),
        @r#"
    Known(RootActivity { created_at: 2024-05-06T07:08:09Z, password_last_used: None, access_keys_last_used: [Never, Never] })
    Known(RootActivity { created_at: 2024-05-06T07:08:09Z, password_last_used: Some(2024-05-06T07:08:09Z), access_keys_last_used: [At { at: 2024-05-06T07:08:09Z, service: Some("s3"), region: Some("us-east-1") }, Never] })
    Unreadable(Unreadable { facet: CredentialReport, reason: "it says `soon` in `password_last_used`" })
    Unreadable(Unreadable { facet: CredentialReport, reason: "its root user is `arn:aws:iam::444455556666:root`" })
    Unreadable(Unreadable { facet: CredentialReport, reason: "it has no row for the root user" })
    "#
    );
}

#[test]
fn a_report_that_lacks_what_is_needed_is_refused() {
    let error = |csv: &str| parse(&account(), csv.as_bytes()).err().unwrap();
    insta::assert_snapshot!(
        [
            error("user,arn\nann,arn:aws:iam::111122223333:user/ann"),
            error(&format!("{HEADER}\nann,nonsense")),
            error(&format!("{HEADER}\nann,arn:aws:iam::111122223333:group/a,x,TRUE,,,,,FALSE,,,,")),
        ]
        .join("\n"),
        @"
    it has no column `access_key_1_active`
    CSV error: record 1 (line: 2, byte: 298): found record with 2 fields, but the previous record has 13 fields
    `arn:aws:iam::111122223333:group/a` is not the ARN of a user
    "
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}", cells in proptest::collection::vec("[^\n\"]{0,12}", 13)) {
        let _ = parse(&account(), text.as_bytes());
        let _ = parse(&account(), format!("{HEADER}\n{}", cells.join(",")).as_bytes());
    }

    #[test]
    fn a_key_with_a_date_is_never_lost(active in "[a-zA-Z_]{0,14}", used in "N/A|no_information|[a-z]{0,5}") {
        let found = key(&format!("{active},2024-05-06T07:08:09+00:00,{used},N/A,N/A"));
        prop_assert_ne!(found, "no key");
    }
}
