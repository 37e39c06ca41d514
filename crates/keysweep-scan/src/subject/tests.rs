//! Tests of how live answers take the place of a report.

use jiff::Timestamp;
use keysweep_model::{CredentialStatus, LastUsed, Report};

use super::*;

impl Subject {
    /// A user of whom a report tells these facts, and that is listed as the report has it.
    pub(crate) fn of_report(mut user: User) -> Self {
        let unique_id = "AIDA1".to_owned();
        let listed = ListedUser { user: user.clone(), unique_id, password_last_used: None };
        user.each_mut(&mut |_, fact| fact.set_reported(&report()));
        Self::reported(user, listed)
    }

    /// A fact that the same report tells.
    pub(crate) fn reported_fact<T>(value: T) -> Fact<T> {
        Fact::Reported(value, report())
    }
}

fn report() -> Arc<Report> {
    Arc::new(Report::new(Timestamp::UNIX_EPOCH))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn used(second: i64) -> Fact<LastUsed> {
    Fact::Live(LastUsed::At { at: at(second), service: None, region: None })
}

fn key(id: Option<&str>, created: i64, last_used: Fact<LastUsed>) -> AccessKey {
    AccessKey {
        id: id.map_or(Fact::NotRead(Facet::AccessKeys), |id| Fact::Live(id.parse().unwrap())),
        status: Fact::Live(CredentialStatus::Active),
        created_at: Fact::Live(at(created)),
        last_used,
    }
}

fn user() -> User {
    User::unread("u".parse().unwrap(), String::new(), "/".to_owned())
}

/// The last uses after a list of keys made at `live` replaced a report of `reported` (made, last used).
fn merged(reported: &[(i64, i64)], live: &[i64], report_is_live: bool) -> Vec<Fact<LastUsed>> {
    let keys = reported.iter().map(|(made, last)| key(None, *made, used(*last))).chain([AccessKey::possible()]);
    let mut subject = Subject::of_report(User { access_keys: Fact::Live(keys.collect()), ..user() });
    let live = live.iter().map(|made| key(Some("AKIAAAAAAAAAAAAAAAAA"), *made, not_read())).collect();
    subject.set_live_keys(live, report_is_live);
    assert!(Origins::of(&subject.user).reported.is_empty());
    subject.user.access_keys.value().unwrap().iter().map(|key| key.last_used.clone()).collect()
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
fn a_slot_that_may_be_empty_is_not_counted_as_a_key() {
    let keys = vec![key(None, 10, used(20)), AccessKey::possible()];
    let subject = Subject::of_report(User { access_keys: Fact::Live(keys), ..user() });
    let possible = FacetSet::of(&[Facet::AccessKeys, Facet::AccessKeyLastUsed]);
    assert_eq!((subject.certain_keys(), Origins::of(&subject.user).possible), (1, possible));
    let mut saved = Subject::saved(subject.into_confirmed());
    assert_eq!((saved.certain_keys(), Origins::of(&saved.user).possible), (1, possible));
    assert!(saved.drop_possible_keys() && !saved.drop_possible_keys());
}

/// When the password counts as changed that the report says was changed at `reported`, and that was made at `made`.
fn changed_at(reported: Option<i64>, made: i64) -> Fact<Timestamp> {
    let password = reported.map(|at_| Password { changed_at: Fact::Live(at(at_)), last_used: Fact::Live(None) });
    let mut subject = Subject::of_report(User { password: Fact::Live(password), ..user() });
    subject.set_live_password(Some(at(made)));
    assert!(Origins::of(&subject.user).reported.is_empty());
    subject.user.password.value().unwrap().as_ref().unwrap().changed_at.clone()
}

#[test]
fn a_password_is_as_old_as_the_report_says_and_no_older_than_it_exists() {
    assert_eq!(changed_at(Some(50), 5), Subject::reported_fact(at(50)));
    assert_eq!(changed_at(Some(50), 70), Subject::reported_fact(at(70)));
    assert_eq!(changed_at(None, 70), Fact::NotRead(Facet::CredentialReport));
}

#[test]
fn a_user_without_its_report_keeps_what_was_never_from_it() {
    let keys = vec![key(None, 10, used(20)), AccessKey::possible()];
    let mut subject = Subject::of_report(User { access_keys: Fact::Live(keys), has_mfa: Fact::Live(true), ..user() });
    subject.user_mut().tags = Fact::Live([("a".to_owned(), "b".to_owned())].into());
    subject.asked = subject.asked.union(FacetSet::of(&[Facet::UserTags, Facet::AccessKeys, Facet::LoginProfile]));
    subject.set_live_password(Some(at(5)));
    let bare = subject.without_report();
    let origins = Origins::of(&bare.user);
    assert!(origins.reported.is_empty() && origins.possible.is_empty());
    let asked = [Facet::UserTags, Facet::AccessKeys, Facet::LoginProfile].map(|facet| bare.asked.contains(facet));
    assert_eq!(asked, [true, false, true]);
    assert!(bare.user.tags.value().is_some() && bare.user.password.value().is_some());
    assert_eq!(bare.user.access_keys, Fact::NotRead(Facet::AccessKeys));
    assert_eq!(bare.user.has_mfa, Fact::NotRead(Facet::MfaDevices));
}

#[test]
fn a_use_that_a_young_report_told_goes_with_the_report() {
    let keys = vec![key(None, 10, used(20))];
    let mut subject = Subject::of_report(User { access_keys: Fact::Live(keys), ..user() });
    subject.set_live_keys(vec![key(Some("AKIAAAAAAAAAAAAAAAAA"), 10, not_read())], true);
    let last_used = |subject: &Subject| subject.keys().next().unwrap().last_used.clone();
    assert_eq!(last_used(&subject), used(20));
    assert_eq!(last_used(&subject.without_report()), not_read());
}

#[test]
fn keys_that_are_listed_again_keep_their_last_uses() {
    let id = |letter: &str| format!("AKIA{}", letter.repeat(16));
    let key_of = |letter: &str, last_used| key(Some(&id(letter)), 10, last_used);
    let mut subject = Subject::of_report(user());
    subject.set_live_keys(vec![key_of("A", used(5)), key_of("B", not_read()), key_of("C", used(7))], false);
    subject.set_relisted_keys(vec![key_of("C", not_read()), key_of("B", not_read()), key_of("D", not_read())]);
    let last_uses: Vec<_> = subject.user.access_keys.value().unwrap().iter().map(|key| key.last_used.clone()).collect();
    assert_eq!(last_uses, [used(7), not_read(), not_read()]);
    assert!(!subject.has_key(&id("A").parse().unwrap()) && subject.has_key(&id("D").parse().unwrap()));
}

#[test]
fn what_could_not_be_confirmed_is_saved_as_unreadable() {
    let mut subject = Subject::of_report(User { has_mfa: Fact::Live(true), ..user() });
    let why = Arc::new(Unreadable { facet: Facet::MfaDevices, reason: "denied".to_owned() });
    subject.set_unreadable(&why);
    assert_eq!(subject.user.has_mfa.value(), Some(&true));
    let facets = FacetSet::of(&[Facet::MfaDevices]);
    assert_eq!(Origins::of(&subject.user).why_unconfirmed(facets), Some(&why));
    assert_eq!(subject.user.mfa_devices, Fact::Unreadable(Arc::clone(&why)));
    let saved = subject.into_confirmed();
    assert_eq!((&saved.has_mfa, &saved.mfa_devices), (&Fact::Unreadable(Arc::clone(&why)), &Fact::Unreadable(why)));
}
