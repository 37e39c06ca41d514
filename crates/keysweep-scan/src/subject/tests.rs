//! Tests of how live answers take the place of a report.

use jiff::Timestamp;
use keysweep_model::{Account, AccountState, CredentialStatus, LastUsed};

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn used(second: i64) -> Fact<LastUsed> {
    Fact::Known(LastUsed::At { at: at(second), service: None, region: None })
}

fn key(id: Option<&str>, created: i64, last_used: Fact<LastUsed>) -> AccessKey {
    AccessKey {
        id: id.map_or(Fact::NotRead(Facet::AccessKeys), |id| Fact::Known(id.parse().unwrap())),
        status: Fact::Known(CredentialStatus::Active),
        created_at: Fact::Known(at(created)),
        last_used,
    }
}

fn user() -> User {
    let account = Account {
        id: "111122223333".parse().unwrap(),
        name: String::new(),
        email: None,
        state: AccountState::Active,
        ou_path: Fact::Known("Root".to_owned()),
    };
    User::unread(&Arc::new(account), "u".parse().unwrap(), String::new(), "/".to_owned())
}

/// The last uses after a list of keys made at `live` replaced a report of `reported` (made, last used).
fn merged(reported: &[(i64, i64)], live: &[i64], report_is_live: bool) -> Vec<Fact<LastUsed>> {
    let keys = reported.iter().map(|(made, last)| key(None, *made, used(*last))).collect();
    let user = User { access_keys: Fact::Known(keys), ..user() };
    let mut subject = Subject::reported(ReportUser { user, possible_keys: 1, possible_certificates: 0 });
    let live = live.iter().map(|made| key(Some("AKIAAAAAAAAAAAAAAAAA"), *made, not_read())).collect();
    subject.set_live_keys(live, report_is_live);
    assert!(!subject.reported.contains(Facet::AccessKeys) && !subject.reported.contains(Facet::AccessKeyLastUsed));
    subject.user.access_keys.known().unwrap().iter().map(|key| key.last_used.clone()).collect()
}

fn not_read() -> Fact<LastUsed> {
    Fact::NotRead(Facet::AccessKeyLastUsed)
}

#[test]
fn a_slot_goes_to_the_key_made_in_the_same_second() {
    assert_eq!(merged(&[(10, 50), (20, 60)], &[20, 10], true), [used(60), used(50)]);
}

#[test]
fn on_a_tie_nothing_is_guessed() {
    assert_eq!(merged(&[(10, 50), (10, 60)], &[10, 10], true), [not_read(), not_read()]);
    assert_eq!(merged(&[(10, 50)], &[10, 10], true), [not_read(), not_read()]);
    assert_eq!(merged(&[(10, 50), (10, 60)], &[10], true), [not_read()]);
}

#[test]
fn a_key_that_the_report_does_not_know_is_not_read() {
    assert_eq!(merged(&[(10, 50)], &[11], true), [not_read()]);
}

#[test]
fn an_old_report_says_nothing_about_the_last_use() {
    assert_eq!(merged(&[(10, 50)], &[10], false), [not_read()]);
}

#[test]
fn guesses_are_no_keys() {
    let keys = vec![key(None, 10, used(20))];
    let user = User { access_keys: Fact::Known(keys), ..user() };
    let subject = Subject::reported(ReportUser { user, possible_keys: 1, possible_certificates: 0 });
    let guesses = [0, 1, 2].map(|place| subject.is_guess(ResourceType::AccessKey, place));
    assert_eq!((subject.certain_keys(), guesses), (1, [false, true, false]));
    assert_eq!(subject.guessed(), FacetSet::of(&[Facet::AccessKeys, Facet::AccessKeyLastUsed]));
    let saved = Subject::saved(subject.into_confirmed());
    assert_eq!((saved.certain_keys(), saved.is_guess(ResourceType::AccessKey, 1)), (1, true));
}

#[test]
fn when_a_password_was_set_outlives_the_live_answer() {
    let reported = Password { changed_at: Fact::Known(at(5)), last_used: Fact::Known(None) };
    let live = Password {
        changed_at: Fact::NotRead(Facet::CredentialReport),
        last_used: Fact::NotRead(Facet::PasswordLastUsed),
    };
    let with = |password| {
        let user = User { password: Fact::Known(password), ..user() };
        Subject::reported(ReportUser { user, possible_keys: 0, possible_certificates: 0 })
    };
    let mut known = with(Some(reported.clone()));
    known.set_live_password(Some(live.clone()));
    assert_eq!(known.user.password, Fact::Known(Some(reported)));
    assert!(!known.reported.contains(Facet::LoginProfile) && known.reported.contains(Facet::PasswordLastUsed));
    let mut new = with(None);
    new.set_live_password(Some(live.clone()));
    assert_eq!(new.user.password, Fact::Known(Some(live)));
}

#[test]
fn what_could_not_be_confirmed_is_saved_as_unreadable() {
    let user = User { has_mfa: Fact::Known(true), ..user() };
    let mut subject = Subject::reported(ReportUser { user, possible_keys: 0, possible_certificates: 0 });
    let why = Arc::new(Unreadable { facet: Facet::MfaDevices, reason: "denied".to_owned() });
    subject.set_unreadable(Arc::clone(&why));
    assert_eq!(subject.user.has_mfa, Fact::Known(true));
    assert_eq!(subject.user.mfa_devices, Fact::Unreadable(Arc::clone(&why)));
    let saved = subject.into_confirmed();
    assert_eq!((&saved.has_mfa, &saved.mfa_devices), (&Fact::Unreadable(Arc::clone(&why)), &Fact::Unreadable(why)));
}
