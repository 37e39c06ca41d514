//! What readers ask of every answer: that it is about the account and the user that were asked for, and that it has what
//! AWS documents as always there. The SDK puts an empty string, or the beginning of 1970, where that is missing.

use std::{fmt::Display, str::FromStr, sync::Arc};

use aws_sdk_iam::types::Tag;
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use keysweep_model::{CredentialStatus, Facet, Fact, Partition, Unreadable, UserName};

use crate::{AccountSession, CallError};

impl AccountSession {
    /// Asserts that the account that answers is the one that was asked.
    pub(crate) fn check_account(&self, action: &'static str, arn: &str) -> Result<(), CallError> {
        match Partition::split_arn(arn) {
            Ok((_, account, _)) if account == self.account() => Ok(()),
            _ => Err(CallError::bad_answer(action, format!("asked account {}, got `{arn}`", self.account()))),
        }
    }
}

/// Asserts that the answer is about the user that was asked for.
pub(crate) fn check_user(action: &'static str, asked: &UserName, answered: &str) -> Result<(), CallError> {
    if answered == asked.as_str() {
        return Ok(());
    }
    Err(CallError::bad_answer(action, format!("asked for the user `{asked}`, got `{}`", answered.escape_default())))
}

/// The field `name` of an answer.
pub(crate) fn required<T>(action: &'static str, name: &str, value: Option<T>) -> Result<T, CallError> {
    value.ok_or_else(|| CallError::bad_answer(action, format!("no {name} in it")))
}

/// The string of the field `name`, where an empty one stands for a missing one.
pub(crate) fn string(action: &'static str, name: &str, value: &str) -> Result<String, CallError> {
    required(action, name, Some(value).filter(|value| !value.is_empty())).map(str::to_owned)
}

/// The value that is written as `text`.
pub(crate) fn parsed<T: FromStr<Err: Display>>(action: &'static str, text: &str) -> Result<T, CallError> {
    text.parse().map_err(|error: T::Err| CallError::bad_answer(action, error.to_string()))
}

/// A time of an answer. One that is missing is not taken for 1970, which would make any credential the oldest of all.
pub(crate) fn timestamp(action: &'static str, time: &DateTime) -> Result<Timestamp, CallError> {
    if *time == DateTime::from_secs(0) {
        return Err(CallError::bad_answer(action, "a time is missing in it"));
    }
    Timestamp::new(time.secs(), time.subsec_nanos().cast_signed())
        .map_err(|error| CallError::bad_answer(action, format!("a time out of range: {error}")))
}

/// The status of a credential. A word that AWS has added since is unreadable.
pub(crate) fn credential_status(action: &'static str, facet: Facet, status: &str) -> Fact<CredentialStatus> {
    let unknown = || format!("{action} answered the unknown status `{}`", status.escape_default());
    status.parse().map_or_else(|_| unreadable(facet, unknown()), Fact::Live)
}

/// A service or a Region, where AWS names one: `N/A` stands for none, `not_supported` for not recorded.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html
pub(crate) fn known_text(text: &str) -> Option<String> {
    match text {
        "" | "N/A" | "not_supported" | "no_information" => None,
        text => Some(text.to_owned()),
    }
}

/// A tag's key and value.
pub(crate) fn tag(tag: &Tag) -> (String, String) {
    (tag.key().to_owned(), tag.value().to_owned())
}

/// A fact that cannot be read for this reason.
pub(crate) fn unreadable<T>(facet: Facet, reason: impl Display) -> Fact<T> {
    Fact::Unreadable(Arc::new(Unreadable { facet, reason: reason.to_string() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_sdk_makes_up_for_what_is_missing_is_an_error() {
        assert!(timestamp("iam:ListUsers", &DateTime::from_secs(0)).is_err());
        assert!(timestamp("iam:ListUsers", &DateTime::from_secs(1)).is_ok());
        assert!(string("iam:ListUsers", "UserName", "").is_err());
        assert!(check_user("iam:GetUser", &"ann".parse().unwrap(), "").is_err());
    }
}
