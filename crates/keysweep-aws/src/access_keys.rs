//! The facets `access keys` (one call a user) and `access key last used` (one call a key).

use aws_sdk_iam::types::AccessKeyMetadata;
use keysweep_model::{AccessKey, AccessKeyId, CredentialStatus, Facet, Fact, LastUsed, Unreadable, UserName};

use crate::{
    AccountSession, CallError,
    users::{PAGE, check_user, next_marker, timestamp},
};

impl AccountSession {
    /// All access keys of a user, whatever their number and status, without their last use.
    ///
    /// # Errors
    /// When any page cannot be read. A user that is gone is [`crate::CallErrorKind::NotFound`].
    pub async fn access_keys(&self, user: &UserName) -> Result<Vec<AccessKey>, CallError> {
        const ACTION: &str = "iam:ListAccessKeys";
        let mut keys = Vec::new();
        let mut marker = None;
        loop {
            let page = self
                .call(ACTION, |iam| {
                    iam.list_access_keys().user_name(user.as_str()).max_items(PAGE).set_marker(marker.clone()).send()
                })
                .await?;
            for key in page.access_key_metadata() {
                check_user(ACTION, user, key.user_name().unwrap_or_default())?;
                keys.push(access_key(ACTION, key)?);
            }
            match next_marker(ACTION, page.is_truncated(), page.marker(), marker.as_deref())? {
                Some(next) => marker = Some(next),
                None => return Ok(keys),
            }
        }
    }

    /// When and where an access key was last used.
    ///
    /// # Errors
    /// When it cannot be read, or when the answer is about a key of another user.
    pub async fn access_key_last_used(&self, user: &UserName, id: &AccessKeyId) -> Result<LastUsed, CallError> {
        const ACTION: &str = "iam:GetAccessKeyLastUsed";
        let answer = self.call(ACTION, |iam| iam.get_access_key_last_used().access_key_id(id.as_str()).send()).await?;
        if answer.user_name().is_some_and(|name| name != user.as_str()) {
            return Err(CallError::bad_answer(ACTION, "the key belongs to another user"));
        }
        let last_used =
            answer.access_key_last_used().ok_or_else(|| CallError::bad_answer(ACTION, "no AccessKeyLastUsed in it"))?;
        // A missing date is AWS's way to say that no use is on record.
        let Some(date) = last_used.last_used_date() else { return Ok(LastUsed::Never) };
        Ok(LastUsed::At {
            at: timestamp(ACTION, date)?,
            service: known_text(last_used.service_name()),
            region: known_text(last_used.region()),
        })
    }
}

/// A service or a Region, where AWS names one: `N/A` stands for none, `not_supported` for not recorded.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html
pub(crate) fn known_text(text: &str) -> Option<String> {
    match text {
        "" | "N/A" | "not_supported" | "no_information" => None,
        text => Some(text.to_owned()),
    }
}

fn access_key(action: &'static str, key: &AccessKeyMetadata) -> Result<AccessKey, CallError> {
    let missing = |what| CallError::bad_answer(action, format!("an access key without {what}"));
    let id = key.access_key_id().ok_or_else(|| missing("an id"))?;
    let created_at = key.create_date().ok_or_else(|| missing("a creation date"))?;
    let status = key.status().ok_or_else(|| missing("a status"))?;
    Ok(AccessKey {
        id: Fact::Known(id.parse().map_err(|error| CallError::bad_answer(action, format!("{error}")))?),
        status: credential_status(action, Facet::AccessKeys, status.as_str()),
        created_at: Fact::Known(timestamp(action, created_at)?),
        last_used: Fact::NotRead(Facet::AccessKeyLastUsed),
    })
}

/// The status of a credential; a word that AWS has added since is not understood, and says so.
pub(crate) fn credential_status(action: &'static str, facet: Facet, status: &str) -> Fact<CredentialStatus> {
    status.parse().map_or_else(
        |_| {
            let reason = format!("{action} answered the unknown status `{}`", status.escape_default());
            Fact::Unreadable(Unreadable { facet, reason }.into())
        },
        Fact::Known,
    )
}
