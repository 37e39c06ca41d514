//! How values are made from facts: one rule for days, times and words.

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{
    AccountFacts, CredentialStatus, Facet, Fact, Owner, Password, Permissions, Resource, ResourceType, Unreadable, User,
};

use super::{Object, Seen, Value};

impl<'a> Seen<'a> {
    pub(super) fn user(&self) -> Fact<&'a User> {
        self.resource.user().map_or_else(|| nothing(Facet::Users), |user| Fact::Live(&**user))
    }

    pub(super) fn facts(&self) -> Fact<&'a AccountFacts> {
        match self.resource.owner() {
            Owner::Account(facts) => Fact::Live(&**facts),
            Owner::User(..) => nothing(Facet::AccountSummary),
        }
    }

    /// The user's password. Only asked of users that have one: the property `password` is an error where there is none.
    pub(super) fn password(&self) -> Fact<&'a Password> {
        let password = self.user().and_then(|user| user.password.as_ref());
        password.and_then(|password| password.as_ref().map_or_else(|| nothing(Facet::LoginProfile), Fact::Live))
    }

    pub(super) fn permissions(&self) -> Fact<&'a Permissions> {
        self.user().and_then(|user| user.permissions.as_ref())
    }

    /// What the owner of the resource has of a kind, as objects: a user's, or those of all users of an account.
    pub(super) fn resources(&self, kind: ResourceType, object: Object) -> Fact<Value> {
        Resource::of(self.resource.owner(), kind).map(|resources| Value::Objects(object, resources))
    }

    /// What a user has at the resource's place of a list, which `facet` tells.
    pub(super) fn item<T>(&self, list: fn(&'a User) -> Fact<&'a Vec<T>>, facet: Facet) -> Fact<&'a T> {
        let items = self.user().and_then(list);
        items.and_then(|items| items.get(self.resource.index()).map_or_else(|| nothing(facet), Fact::Live))
    }

    /// Days up to the judged time, rounded up, so that `age_days > 90` is true exactly when more than 90 times 24 hours
    /// have passed; 0 for times to come, as clocks differ and users may ask about the past.
    pub(super) fn days_since(&self, then: Timestamp) -> Value {
        Value::Integer(days_up(self.now.duration_since(then).max(SignedDuration::ZERO)))
    }

    pub(super) fn age(&self, created_at: Fact<&Timestamp>) -> Fact<Value> {
        created_at.map(|created| self.days_since(*created))
    }
}

/// Whole days of a span; a day that has begun counts.
pub(crate) fn days_up(span: SignedDuration) -> i64 {
    const DAY: i64 = 24 * 60 * 60;
    round_up(span, DAY)
}

/// Whole minutes of a span; a minute that has begun counts.
pub(super) fn minutes_up(span: SignedDuration) -> i64 {
    round_up(span, 60)
}

/// How many times `unit` seconds, rounded away from zero.
fn round_up(span: SignedDuration, unit: i64) -> i64 {
    let magnitude = span.abs();
    let seconds = magnitude.as_secs().saturating_add(i64::from(magnitude.subsec_nanos() > 0));
    let units = seconds / unit + i64::from(seconds % unit > 0);
    if span.is_negative() { -units } else { units }
}

/// The engine gives no object that has nothing behind it; were there one, nothing would be known of it.
fn nothing<T>(facet: Facet) -> Fact<T> {
    Fact::Unreadable(Unreadable { facet, reason: "there is no such resource".to_owned() }.into())
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(super) fn boolean(value: bool) -> Value {
    Value::Boolean(value)
}

pub(super) fn active(status: Fact<&CredentialStatus>) -> Fact<Value> {
    status.map(|status| boolean(*status == CredentialStatus::Active))
}

pub(super) fn status(status: Fact<&CredentialStatus>) -> Fact<Value> {
    status.map(|status| text(status.as_str()))
}

/// The day of a time in UTC, such as `2026-03-01`.
pub(super) fn day(time: Timestamp) -> Value {
    text(&time.strftime("%Y-%m-%d").to_string())
}

pub(super) fn time(time: Fact<&Timestamp>) -> Fact<Value> {
    time.map(|time| Value::Time(*time))
}
