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
    for slot in first_slots {
        csv += "\nann,arn:aws:iam::111122223333:user/eng/ann,2020-01-02T03:04:05+00:00,";
        csv += slot;
        csv += ",FALSE,N/A,N/A,N/A,N/A";
    }
    parse(&account(), csv.as_bytes()).unwrap()
}

fn key(first_slot: &str) -> String {
    match row(first_slot).user.access_keys.as_slice() {
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
fn a_user_with_more_than_two_keys_is_looked_at_live() {
    let keys = |info: &str| {
        let slots = "true,2024-05-06T07:08:09+00:00,N/A,N/A,N/A,true,2024-05-06T07:08:09+00:00,N/A,N/A,N/A";
        let csv = format!(
            "{HEADER},additional_credentials_info\n\
             ann,arn:aws:iam::111122223333:user/ann,2020-01-02T03:04:05+00:00,{slots},{info}"
        );
        let row = parse(&account(), csv.as_bytes()).unwrap().remove(0);
        row.user.access_keys.into_iter().map(|key| key.status.is_not_read()).collect::<Vec<_>>()
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
    let users = parse(&account(), csv.as_bytes()).unwrap();
    assert_eq!(users.iter().map(|row| row.user.path.as_str()).collect::<Vec<_>>(), ["/"]);
}

#[test]
fn a_report_that_lacks_what_is_needed_is_refused() {
    let error = |csv: &str| parse(&account(), csv.as_bytes()).unwrap_err();
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
