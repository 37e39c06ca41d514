//! The facet `users`: all users of an account, a call for every 1,000; and one user, asked for by its name.
//!
//! The list also tells when each password was last used, which is the facet `password last used`.

use std::{collections::HashSet, sync::Arc};

use aws_sdk_iam::types::User as IamUser;
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use keysweep_model::{Account, Fact, Partition, User, UserName};

use crate::{AccountSession, CallError};

/// The most that IAM gives in one page.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html, the parameter `MaxItems`.
pub(crate) const PAGE: i32 = 1000;

/// A user as IAM's list of users tells of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedUser {
    /// The user, of whom no more is read than its name, ARN, path and creation date.
    pub user: User,
    /// Its unique id, such as `AIDAJQABLZS4A3QDU576Q`. A user that is renamed keeps it, and no other user ever gets it.
    /// Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    pub unique_id: String,
    /// When it last signed in with its password; none where no sign-in is on record.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_User.html, the field `PasswordLastUsed`.
    pub password_last_used: Option<Timestamp>,
}

impl AccountSession {
    /// All users of the account, each once.
    ///
    /// # Errors
    /// When any page cannot be read: a part of the users is not the users.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
    pub async fn users(&self, account: &Arc<Account>) -> Result<Vec<ListedUser>, CallError> {
        const ACTION: &str = "iam:ListUsers";
        let mut users = Vec::new();
        let mut marker = None;
        loop {
            let page =
                self.call(ACTION, |iam| iam.list_users().max_items(PAGE).set_marker(marker.clone()).send()).await?;
            for user in page.users() {
                users.push(self.listed(ACTION, account, user)?);
            }
            match next_marker(ACTION, page.is_truncated(), page.marker(), marker.as_deref())? {
                Some(next) => marker = Some(next),
                None => return Ok(latest(users)),
            }
        }
    }

    /// The user that has this name now.
    ///
    /// # Errors
    /// When it cannot be read. Where no user has the name it is [`crate::CallErrorKind::NotFound`].
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
    pub async fn user(&self, account: &Arc<Account>, name: &UserName) -> Result<ListedUser, CallError> {
        const ACTION: &str = "iam:GetUser";
        let answer = self.call(ACTION, |iam| iam.get_user().user_name(name.as_str()).send()).await?;
        let user = answer.user().ok_or_else(|| CallError::bad_answer(ACTION, "no User in it"))?;
        check_user(ACTION, name, user.user_name())?;
        self.listed(ACTION, account, user)
    }

    fn listed(&self, action: &'static str, account: &Arc<Account>, user: &IamUser) -> Result<ListedUser, CallError> {
        self.check_account(action, user.arn())?;
        let name = user.user_name().parse().map_err(|error| CallError::bad_answer(action, format!("{error}")))?;
        Ok(ListedUser {
            user: User {
                created_at: Fact::Known(timestamp(action, user.create_date())?),
                ..User::unread(account, name, user.arn().to_owned(), user.path().to_owned())
            },
            unique_id: required(action, "UserId", user.user_id())?,
            password_last_used: user.password_last_used().map(|at| timestamp(action, at)).transpose()?,
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

/// The users without those that a later entry replaces: one that was renamed, or made again, between two pages is in both.
fn latest(mut users: Vec<ListedUser>) -> Vec<ListedUser> {
    let (mut ids, mut names) = (HashSet::new(), HashSet::new());
    users.reverse();
    users.retain(|listed| ids.insert(listed.unique_id.clone()) & names.insert(listed.user.name.clone()));
    users.reverse();
    users
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

/// A text that AWS documents as always there. The SDK puts an empty one where it is missing.
pub(crate) fn required(action: &'static str, name: &str, text: &str) -> Result<String, CallError> {
    if text.is_empty() { Err(CallError::bad_answer(action, format!("no {name} in it"))) } else { Ok(text.to_owned()) }
}

/// Asserts that what answers is about the user that was asked for.
pub(crate) fn check_user(action: &'static str, asked: &UserName, answered: &str) -> Result<(), CallError> {
    if answered == asked.as_str() {
        return Ok(());
    }
    Err(CallError::bad_answer(action, format!("asked for the user `{asked}`, got `{}`", answered.escape_default())))
}

/// The time as this project writes it. The SDK puts the beginning of 1970 where a time that AWS documents as always
/// there is missing: taken for the truth, it would make any credential the oldest of all.
pub(crate) fn timestamp(action: &'static str, time: &DateTime) -> Result<Timestamp, CallError> {
    if *time == DateTime::from_secs(0) {
        return Err(CallError::bad_answer(action, "a time is missing in it"));
    }
    Timestamp::new(time.secs(), time.subsec_nanos().cast_signed())
        .map_err(|error| CallError::bad_answer(action, format!("a time out of range: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_user_that_is_listed_twice_the_later_entry_counts() {
        let account = Account {
            id: "111122223333".parse().unwrap(),
            name: String::new(),
            email: None,
            state: keysweep_model::AccountState::Active,
            ou_path: Fact::Known("Root".to_owned()),
        };
        let account = Arc::new(account);
        let listed = |(id, name): &(&str, &str)| ListedUser {
            user: User::unread(&account, name.parse().unwrap(), String::new(), "/".to_owned()),
            unique_id: (*id).to_owned(),
            password_last_used: None,
        };
        // Ann was renamed; bob is listed twice; cyd was deleted and made again.
        let entries = [("1", "ann"), ("2", "bob"), ("3", "cyd"), ("2", "bob"), ("4", "cyd"), ("1", "zoe")];
        let users = latest(entries.iter().map(listed).collect());
        let users: Vec<_> = users.iter().map(|it| (it.unique_id.as_str(), it.user.name.as_str())).collect();
        assert_eq!(users, [("2", "bob"), ("4", "cyd"), ("1", "zoe")]);
    }

    #[test]
    fn a_truncated_page_without_a_new_marker_is_an_error() {
        let next = |truncated, next, this| next_marker("iam:ListUsers", truncated, next, this);
        assert_eq!(next(false, Some("x"), None), Ok(None));
        assert_eq!(next(true, Some("x"), None), Ok(Some("x".to_owned())));
        assert!(next(true, None, None).is_err());
        assert!(next(true, Some("x"), Some("x")).is_err());
    }

    #[test]
    fn what_the_sdk_makes_up_for_what_is_missing_is_an_error() {
        assert!(timestamp("iam:ListUsers", &DateTime::from_secs(0)).is_err());
        assert!(timestamp("iam:ListUsers", &DateTime::from_secs(1)).is_ok());
        assert!(required("iam:ListUsers", "UserName", "").is_err());
        assert!(check_user("iam:GetUser", &"ann".parse().unwrap(), "").is_err());
    }
}
