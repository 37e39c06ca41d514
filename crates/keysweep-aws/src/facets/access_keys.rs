//! The facet `access keys`.

use aws_sdk_iam::types::AccessKeyMetadata;
use keysweep_model::{AccessKey, Facet, Fact, UserName};

use crate::{
    AccountSession, CallError,
    answer::{check_user, credential_status, parsed, required, timestamp},
    paging::PAGE,
};

const ACTION: &str = "iam:ListAccessKeys";

impl AccountSession {
    /// All access keys of a user, whatever their number and status, without their last use.
    ///
    /// # Errors
    /// When any page cannot be read. A user that is gone is [`crate::CallErrorKind::NotFound`].
    pub async fn access_keys(&self, user: &UserName) -> Result<Vec<AccessKey>, CallError> {
        self.list(
            ACTION,
            |iam, marker| iam.list_access_keys().user_name(user.as_str()).max_items(PAGE).set_marker(marker).send(),
            |page| (page.is_truncated(), page.marker()),
            |page| page.access_key_metadata().iter().map(|key| read(user, key)).collect(),
        )
        .await
    }
}

fn read(user: &UserName, key: &AccessKeyMetadata) -> Result<AccessKey, CallError> {
    check_user(ACTION, user, key.user_name().unwrap_or_default())?;
    let status = required(ACTION, "Status", key.status())?;
    Ok(AccessKey {
        id: Fact::Live(parsed(ACTION, required(ACTION, "AccessKeyId", key.access_key_id())?)?),
        status: credential_status(ACTION, Facet::AccessKeys, status.as_str()),
        created_at: Fact::Live(timestamp(ACTION, required(ACTION, "CreateDate", key.create_date())?)?),
        last_used: Fact::NotRead(Facet::AccessKeyLastUsed),
    })
}
