//! The facet `access key last used`.

use keysweep_model::{AccessKeyId, LastUsed, UserName};

use crate::{
    AccountSession, CallError,
    answer::{known_text, required, timestamp},
};

impl AccountSession {
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
        let last_used = required(ACTION, "AccessKeyLastUsed", answer.access_key_last_used())?;
        // AWS leaves the date out where no use is on record.
        let Some(date) = last_used.last_used_date() else { return Ok(LastUsed::Never) };
        Ok(LastUsed::At {
            at: timestamp(ACTION, date)?,
            service: known_text(last_used.service_name()),
            region: known_text(last_used.region()),
        })
    }
}
