//! The facet `user tags`: one call a user. For many users at once the authorization details tell them.

use keysweep_model::{Tags, UserName};

use crate::{
    AccountSession, CallError,
    authorization_details::pair,
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
}
