//! The facets `users` and `password last used`: all users of an account, or one user that is asked for by its name.

use std::collections::HashSet;

use aws_sdk_iam::types::User as IamUser;
use jiff::Timestamp;
use keysweep_model::{Fact, User, UserName};

use crate::{
    AccountSession, CallError,
    answer::{check_user, parsed, required, string, timestamp},
    paging::PAGE,
};

/// A user as IAM's list of users tells of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedUser {
    /// The user with its name, ARN, path and creation date. The other facts are not read.
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
    pub async fn users(&self) -> Result<Vec<ListedUser>, CallError> {
        const ACTION: &str = "iam:ListUsers";
        self.list(
            ACTION,
            |iam, marker| iam.list_users().max_items(PAGE).set_marker(marker).send(),
            |page| (page.is_truncated(), page.marker()),
            |page| page.users().iter().map(|it| self.listed(ACTION, it)).collect(),
        )
        .await
        .map(latest)
    }

    /// The user that has this name now.
    ///
    /// # Errors
    /// When it cannot be read. Where no user has the name it is [`crate::CallErrorKind::NotFound`].
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
    pub async fn user(&self, name: &UserName) -> Result<ListedUser, CallError> {
        const ACTION: &str = "iam:GetUser";
        let answer = self.call(ACTION, |iam| iam.get_user().user_name(name.as_str()).send()).await?;
        let user = required(ACTION, "User", answer.user())?;
        check_user(ACTION, name, user.user_name())?;
        self.listed(ACTION, user)
    }

    fn listed(&self, action: &'static str, user: &IamUser) -> Result<ListedUser, CallError> {
        self.check_account(action, user.arn())?;
        let name = parsed(action, user.user_name())?;
        Ok(ListedUser {
            user: User {
                created_at: Fact::Live(timestamp(action, user.create_date())?),
                ..User::unread(name, user.arn().to_owned(), user.path().to_owned())
            },
            unique_id: string(action, "UserId", user.user_id())?,
            password_last_used: user.password_last_used().map(|at| timestamp(action, at)).transpose()?,
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_user_that_is_listed_twice_the_later_entry_counts() {
        let listed = |(id, name): &(&str, &str)| ListedUser {
            user: User::unread(name.parse().unwrap(), String::new(), "/".to_owned()),
            unique_id: (*id).to_owned(),
            password_last_used: None,
        };
        // Ann was renamed; bob is listed twice; cyd was deleted and made again.
        let entries = [("1", "ann"), ("2", "bob"), ("3", "cyd"), ("2", "bob"), ("4", "cyd"), ("1", "zoe")];
        let users = latest(entries.iter().map(listed).collect());
        let users: Vec<_> = users.iter().map(|it| (it.unique_id.as_str(), it.user.name.as_str())).collect();
        assert_eq!(users, [("2", "bob"), ("4", "cyd"), ("1", "zoe")]);
    }
}
