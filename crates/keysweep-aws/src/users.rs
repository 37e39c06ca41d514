//! The facet `users`: all users of an account, a call for every 1,000.

use std::sync::Arc;

use aws_sdk_iam::types::User as IamUser;
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use keysweep_model::{Account, Facet, Fact, Partition, User};

use crate::{AccountSession, CallError};

/// The most that IAM gives in one page.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html, the parameter `MaxItems`.
pub(crate) const PAGE: i32 = 1000;

impl AccountSession {
    /// All users of the account, none of their access keys and tags read.
    ///
    /// # Errors
    /// When any page cannot be read: a part of the users is not the users.
    pub async fn users(&self, account: &Arc<Account>) -> Result<Vec<User>, CallError> {
        const ACTION: &str = "iam:ListUsers";
        let mut users = Vec::new();
        let mut marker = None;
        loop {
            let page =
                self.call(ACTION, |iam| iam.list_users().max_items(PAGE).set_marker(marker.clone()).send()).await?;
            for user in page.users() {
                users.push(self.user(ACTION, account, user)?);
            }
            match next_marker(ACTION, page.is_truncated(), page.marker(), marker.as_deref())? {
                Some(next) => marker = Some(next),
                None => return Ok(users),
            }
        }
    }

    fn user(&self, action: &'static str, account: &Arc<Account>, user: &IamUser) -> Result<User, CallError> {
        self.check_account(action, user.arn())?;
        let name = user.user_name().parse().map_err(|error| CallError::bad_answer(action, format!("{error}")))?;
        Ok(User {
            account: Arc::clone(account),
            name,
            arn: user.arn().to_owned(),
            path: user.path().to_owned(),
            created_at: Fact::Known(timestamp(action, user.create_date())?),
            tags: Fact::NotRead(Facet::UserTags),
            access_keys: Vec::new(),
        })
    }

    /// Asserts that what answers is the account that was asked.
    pub(crate) fn check_account(&self, action: &'static str, arn: &str) -> Result<(), CallError> {
        match Partition::split_arn(arn) {
            Ok((_, account, _)) if account == self.account() => Ok(()),
            _ => Err(CallError::bad_answer(action, format!("asked account {}, got `{arn}`", self.account()))),
        }
    }
}

/// The marker of the next page. A page that says that more follows and does not say where, or says where this very
/// page began, would either lose users or be read for ever.
pub(crate) fn next_marker(
    action: &'static str,
    is_truncated: bool,
    next: Option<&str>,
    this: Option<&str>,
) -> Result<Option<String>, CallError> {
    match next {
        _ if !is_truncated => Ok(None),
        Some(next) if Some(next) != this => Ok(Some(next.to_owned())),
        _ => Err(CallError::bad_answer(action, "a page that says that more follows, but not where")),
    }
}

/// The time as this project writes it.
pub(crate) fn timestamp(action: &'static str, time: &DateTime) -> Result<Timestamp, CallError> {
    Timestamp::new(time.secs(), time.subsec_nanos().cast_signed())
        .map_err(|error| CallError::bad_answer(action, format!("a time out of range: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_page_without_a_new_marker_is_an_error() {
        let next = |truncated, next, this| next_marker("iam:ListUsers", truncated, next, this);
        assert_eq!(next(false, Some("x"), None), Ok(None));
        assert_eq!(next(true, Some("x"), None), Ok(Some("x".to_owned())));
        assert!(next(true, None, None).is_err());
        assert!(next(true, Some("x"), Some("x")).is_err());
    }
}
