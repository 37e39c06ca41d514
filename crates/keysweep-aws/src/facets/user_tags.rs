//! The facet `user tags`. For many users at once the authorization details tell them.

use keysweep_model::{Tags, UserName};

use crate::{AccountSession, CallError, answer::tag, paging::PAGE};

impl AccountSession {
    /// The tags of one user.
    ///
    /// # Errors
    /// When any page cannot be read. A user that is gone is [`crate::CallErrorKind::NotFound`].
    pub async fn user_tags(&self, user: &UserName) -> Result<Tags, CallError> {
        self.list(
            "iam:ListUserTags",
            |iam, marker| iam.list_user_tags().user_name(user.as_str()).max_items(PAGE).set_marker(marker).send(),
            |page| (page.is_truncated(), page.marker()),
            |page| Ok(page.tags().iter().map(tag).collect()),
        )
        .await
    }
}
