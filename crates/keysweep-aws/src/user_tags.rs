//! The facet `user tags`: one call a user, or one call for up to 1,000 users of an account at once.

use std::collections::HashMap;

use aws_sdk_iam::types::{EntityType, Tag};
use keysweep_model::{Tags, UserName};

use crate::{
    AccountSession, CallError,
    users::{PAGE, next_marker},
};

impl AccountSession {
    /// The tags of one user.
    ///
    /// # Errors
    /// When any page cannot be read. A user that is gone is [`crate::CallErrorKind::NotFound`].
    pub async fn user_tags(&self, user: &UserName) -> Result<Tags, CallError> {
        const ACTION: &str = "iam:ListUserTags";
        let mut tags = Tags::new();
        let mut marker = None;
        loop {
            let page = self
                .call(ACTION, |iam| {
                    iam.list_user_tags().user_name(user.as_str()).max_items(PAGE).set_marker(marker.clone()).send()
                })
                .await?;
            tags.extend(page.tags().iter().map(pair));
            match next_marker(ACTION, page.is_truncated(), page.marker(), marker.as_deref())? {
                Some(next) => marker = Some(next),
                None => return Ok(tags),
            }
        }
    }

    /// How many calls [`Self::all_user_tags`] takes in an account of `users` users.
    #[must_use]
    pub fn all_user_tags_calls(users: usize) -> usize {
        users.div_ceil(PAGE.unsigned_abs() as usize).max(1)
    }

    /// The tags of every user of the account.
    ///
    /// # Errors
    /// When any page cannot be read.
    pub async fn all_user_tags(&self) -> Result<HashMap<UserName, Tags>, CallError> {
        const ACTION: &str = "iam:GetAccountAuthorizationDetails";
        let mut users = HashMap::new();
        let mut marker = None;
        loop {
            let page = self
                .call(ACTION, |iam| {
                    iam.get_account_authorization_details()
                        .filter(EntityType::User)
                        .max_items(PAGE)
                        .set_marker(marker.clone())
                        .send()
                })
                .await?;
            for user in page.user_detail_list() {
                self.check_account(ACTION, user.arn().unwrap_or_default())?;
                let name = user.user_name().unwrap_or_default().parse();
                let name = name.map_err(|error| CallError::bad_answer(ACTION, format!("{error}")))?;
                users.insert(name, user.tags().iter().map(pair).collect());
            }
            match next_marker(ACTION, page.is_truncated(), page.marker(), marker.as_deref())? {
                Some(next) => marker = Some(next),
                None => return Ok(users),
            }
        }
    }
}

fn pair(tag: &Tag) -> (String, String) {
    (tag.key().to_owned(), tag.value().to_owned())
}
