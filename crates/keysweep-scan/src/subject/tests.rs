//! Tests of how live answers take the place of a report.

use jiff::Timestamp;
use keysweep_model::{Account, AccountState, CredentialStatus, LastUsed};

use super::*;

impl Subject {
    /// A user of a report that is listed as the report has it.
    pub(crate) fn of_row(row: ReportUser) -> Self {
        let listed = ListedUser { user: row.user.clone(), unique_id: "AIDA1".to_owned(), password_last_used: None };
        Self::reported(row, listed)
    }
}

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
    let mut subject = Subject::of_row(ReportUser { user, possible_keys: 1, possible_certificates: 0 });
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
    let subject = Subject::of_row(ReportUser { user, possible_keys: 1, possible_certificates: 0 });
    let guesses = [0, 1, 2].map(|place| subject.is_guess(ResourceType::AccessKey, place));
    assert_eq!((subject.certain_keys(), guesses), (1, [false, true, false]));
    assert_eq!(subject.guessed(), FacetSet::of(&[Facet::AccessKeys, Facet::AccessKeyLastUsed]));
    let saved = Subject::saved(subject.into_confirmed());
    assert_eq!((saved.certain_keys(), saved.is_guess(ResourceType::AccessKey, 1)), (1, true));
}

/// When the password counts as changed that the report says was changed at `reported`, and that was made at `made`.
fn changed_at(reported: Option<i64>, made: i64) -> Fact<Timestamp> {
    let password = reported.map(|at_| Password { changed_at: Fact::Known(at(at_)), last_used: Fact::Known(None) });
    let user = User { password: Fact::Known(password), ..user() };
    let mut subject = Subject::of_row(ReportUser { user, possible_keys: 0, possible_certificates: 0 });
    subject.set_live_password(Some(at(made)));
    assert!(!subject.reported.contains(Facet::LoginProfile));
    subject.user.password.known().unwrap().as_ref().unwrap().changed_at.clone()
}

#[test]
fn a_password_is_as_old_as_the_report_says_and_no_older_than_it_exists() {
    assert_eq!(changed_at(Some(50), 5), Fact::Known(at(50)));
    assert_eq!(changed_at(Some(50), 70), Fact::Known(at(70)));
    assert_eq!(changed_at(None, 70), Fact::NotRead(Facet::CredentialReport));
}

#[test]
fn a_user_without_its_report_keeps_what_was_never_from_it() {
    let keys = vec![key(None, 10, used(20))];
    let tags = Fact::Known([("a".to_owned(), "b".to_owned())].into());
    let user = User { access_keys: Fact::Known(keys), tags, has_mfa: Fact::Known(true), ..user() };
    let mut subject = Subject::of_row(ReportUser { user, possible_keys: 1, possible_certificates: 0 });
    subject.read = subject.read.union(FacetSet::of(&[Facet::UserTags, Facet::AccessKeys]));
    subject.set_live_password(Some(at(5)));
    let bare = subject.without_report();
    assert!(bare.reported.is_empty() && bare.guessed().is_empty());
    assert!(bare.read.contains(Facet::UserTags) && !bare.read.contains(Facet::AccessKeys));
    assert!(bare.user.tags.known().is_some());
    assert_eq!(bare.user.access_keys, Fact::NotRead(Facet::AccessKeys));
    assert_eq!(bare.user.has_mfa, Fact::NotRead(Facet::MfaDevices));
    assert_eq!(bare.user.password, Fact::NotRead(Facet::LoginProfile));
}

#[test]
fn keys_that_are_listed_again_keep_their_last_uses() {
    let id = |letter: &str| format!("AKIA{}", letter.repeat(16));
    let key_of = |letter: &str, last_used| key(Some(&id(letter)), 10, last_used);
    let mut subject = Subject::of_row(ReportUser { user: user(), possible_keys: 0, possible_certificates: 0 });
    subject.set_live_keys(vec![key_of("A", used(5)), key_of("B", not_read()), key_of("C", used(7))], false);
    subject.set_relisted_keys(vec![key_of("C", not_read()), key_of("B", not_read()), key_of("D", not_read())]);
    let last_uses: Vec<_> = subject.user.access_keys.known().unwrap().iter().map(|key| key.last_used.clone()).collect();
    assert_eq!(last_uses, [used(7), not_read(), not_read()]);
    assert!(!subject.has_key(&id("A").parse().unwrap()) && subject.has_key(&id("D").parse().unwrap()));
}

#[test]
fn what_could_not_be_confirmed_is_saved_as_unreadable() {
    let user = User { has_mfa: Fact::Known(true), ..user() };
    let mut subject = Subject::of_row(ReportUser { user, possible_keys: 0, possible_certificates: 0 });
    let why = Arc::new(Unreadable { facet: Facet::MfaDevices, reason: "denied".to_owned() });
    subject.set_unreadable(Arc::clone(&why));
    assert_eq!(subject.user.has_mfa, Fact::Known(true));
    assert_eq!(subject.user.mfa_devices, Fact::Unreadable(Arc::clone(&why)));
    let saved = subject.into_confirmed();
    assert_eq!((&saved.has_mfa, &saved.mfa_devices), (&Fact::Unreadable(Arc::clone(&why)), &Fact::Unreadable(why)));
}
