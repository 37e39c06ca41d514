//! The report's cells, one by one, and whatever else could arrive in their place.

use proptest::prelude::*;

use super::*;

const HEADER: &str = "user,arn,user_creation_time,access_key_1_active,access_key_1_last_rotated,\
    access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,\
    access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service";

fn parsed(csv: &str) -> Result<Parsed, TableError> {
    parse(csv.as_bytes(), "111122223333".parse().unwrap(), Timestamp::UNIX_EPOCH)
}

/// The fact without its report, which is the same for all.
fn shown<T: std::fmt::Debug>(fact: &Fact<T>) -> String {
    format!("{fact:?}").replace(", Report { generated_at: 1970-01-01T00:00:00Z, unconfirmed: None }", "")
}

fn row(first_slot: &str) -> User {
    rows(&[first_slot]).remove(0)
}

fn rows(first_slots: &[&str]) -> Vec<User> {
    let mut csv = HEADER.to_owned();
    for (name, slot) in ["ann", "bob"].iter().zip(first_slots) {
        csv += &format!("\n{name},arn:aws:iam::111122223333:user/eng/{name},2020-01-02T03:04:05+00:00,");
        csv += slot;
        csv += ",FALSE,N/A,N/A,N/A,N/A";
    }
    parsed(&csv).unwrap().users
}

fn keys_of(user: User) -> Vec<AccessKey> {
    match user.access_keys {
        Fact::Reported(keys, _) => keys,
        other => panic!("{other:?}"),
    }
}

fn possible_keys(user: &User) -> usize {
    keys_of(user.clone()).iter().filter(|key| key.is_possible()).count()
}

fn key(first_slot: &str) -> String {
    match keys_of(row(first_slot)).iter().filter(|key| !key.is_possible()).collect::<Vec<_>>().as_slice() {
        [] => "no key".to_owned(),
        [key] => [shown(&key.status), shown(&key.created_at), shown(&key.last_used)].join(" | "),
        more => format!("{} keys", more.len()),
    }
}

#[test]
fn a_user_has_its_path_from_its_arn() {
    let user = row("true,2024-05-06T07:08:09+00:00,N/A,N/A,N/A");
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
    Reported(Active) | Reported(2024-05-06T07:08:09Z) | Reported(At { at: 2024-06-01T00:00:00Z, service: Some("s3"), region: Some("eu-west-1") })
    Reported(Active) | Reported(2024-05-06T07:08:09Z) | Reported(Never)
    Reported(Inactive) | Reported(2024-05-06T07:08:09Z) | Reported(Never)
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
    NotRead(AccessKeys) | NotRead(AccessKeys) | Reported(Never)
    Reported(Active) | NotRead(AccessKeys) | NotRead(AccessKeyLastUsed)
    Reported(Inactive) | NotRead(AccessKeys) | Reported(Never)
    Reported(Active) | Reported(2024-05-06T07:08:09Z) | NotRead(AccessKeyLastUsed)
    "
    );
}

#[test]
fn an_undated_slot_may_hold_an_inactive_key_unless_the_report_dates_inactive_keys() {
    let undated = "FALSE,N/A,N/A,N/A,N/A";
    assert_eq!(possible_keys(&row(undated)), 2);
    let both = rows(&[undated, "FALSE,2024-05-06T07:08:09+00:00,N/A,N/A,N/A"]);
    assert_eq!(both.iter().map(possible_keys).collect::<Vec<_>>(), [0, 0]);
}

#[test]
fn two_rows_of_one_user_are_no_report() {
    let row =
        "ann,arn:aws:iam::111122223333:user/ann,2020-01-02T03:04:05+00:00,FALSE,N/A,N/A,N/A,N/A,FALSE,N/A,N/A,N/A,N/A";
    let error = parsed(&format!("{HEADER}\n{row}\n{row}")).err();
    assert_eq!(error.unwrap().to_string(), "it has two rows for the user `ann`");
}

#[test]
fn a_use_before_the_date_of_a_key_shows_that_the_date_is_not_that_of_its_creation() {
    let shows = |used: &str| used_before_made(&row(&format!("true,2024-05-06T07:08:09+00:00,{used},N/A,s3")));
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
        let keys = keys_of(parsed(&csv).unwrap().users.remove(0));
        keys.into_iter().filter(|key| !key.is_possible()).map(|key| key.status.is_not_read()).collect::<Vec<_>>()
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
    let users = parsed(&csv).unwrap().users;
    assert_eq!(users.iter().map(|user| user.path.as_str()).collect::<Vec<_>>(), ["/"]);
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
    let User { password, has_mfa, mut signing_certificates, .. } =
        parsed(&format!("{ALL}\n{user}")).unwrap().users.remove(0);
    let mut possible = 0;
    if let Some(certificates) = signing_certificates.value_mut() {
        possible = certificates.iter().filter(|certificate| certificate.is_possible()).count();
        certificates.retain(|certificate| !certificate.is_possible());
    }
    let facts = [shown(&password), shown(&has_mfa), shown(&signing_certificates)];
    format!("{} and {possible} possible", facts.join(" | "))
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
    Reported(Some(Password { changed_at: Reported(2024-05-06T07:08:09Z), last_used: Reported(None) })) | Reported(true) | Reported([]) and 2 possible
    Reported(Some(Password { changed_at: Reported(2024-05-06T07:08:09Z), last_used: Reported(Some(2024-05-06T07:08:09Z)) })) | Reported(false) | Reported([SigningCertificate { id: NotRead(SigningCertificates), status: Reported(Active), created_at: Reported(2024-05-06T07:08:09Z) }]) and 1 possible
    Reported(None) | Reported(false) | Reported([]) and 2 possible
    NotRead(LoginProfile) | NotRead(MfaDevices) | NotRead(SigningCertificates) and 0 possible
    Reported(Some(Password { changed_at: Unreadable(Unreadable { facet: CredentialReport, reason: "it has the unknown value `soon` in column `password_last_changed`" }), last_used: NotRead(PasswordLastUsed) })) | Reported(true) | Reported([SigningCertificate { id: NotRead(SigningCertificates), status: Reported(Inactive), created_at: Reported(2024-05-06T07:08:09Z) }]) and 0 possible
    "#
    );
}

#[test]
fn the_root_row_tells_of_its_use_or_says_why_not() {
    let root = |row: &str| shown(&parsed(&format!("{ALL}\n{row}")).unwrap().root);
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
    Reported(RootActivity { created_at: Live(2024-05-06T07:08:09Z), password_last_used: Live(None), access_keys_last_used: Live([Never, Never]) })
    Reported(RootActivity { created_at: Live(2024-05-06T07:08:09Z), password_last_used: Live(Some(2024-05-06T07:08:09Z)), access_keys_last_used: Live([At { at: 2024-05-06T07:08:09Z, service: Some("s3"), region: Some("us-east-1") }, Never]) })
    Unreadable(Unreadable { facet: CredentialReport, reason: "it has the unknown value `soon` in column `password_last_used`" })
    Unreadable(Unreadable { facet: CredentialReport, reason: "its root user is `arn:aws:iam::444455556666:root`" })
    Unreadable(Unreadable { facet: CredentialReport, reason: "it has no row for the root user" })
    "#
    );
}

#[test]
fn a_report_that_lacks_what_is_needed_is_refused() {
    let error = |csv: &str| parsed(csv).err().unwrap().to_string();
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
        let _ = parsed(&text);
        let _ = parsed(&format!("{HEADER}\n{}", cells.join(",")));
    }

    #[test]
    fn a_key_with_a_date_is_never_lost(active in "[a-zA-Z_]{0,14}", used in "N/A|no_information|[a-z]{0,5}") {
        let found = key(&format!("{active},2024-05-06T07:08:09+00:00,{used},N/A,N/A"));
        prop_assert_ne!(found, "no key");
    }
}
