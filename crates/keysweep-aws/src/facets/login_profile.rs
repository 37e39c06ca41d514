//! The facet `login profile`: whether a user has a console password, and since when. When it was last used the list of
//! users tells, and when it was last changed the credential report.

use jiff::Timestamp;
use keysweep_model::UserName;

use crate::{
    AccountSession, CallError, CallErrorKind,
    answer::{check_user, required, timestamp},
};

impl AccountSession {
    /// When the console password of a user was made; none where it has none. A later change does not move the date,
    /// but a password that is removed and made again has a new one.
    ///
    /// # Errors
    /// When it cannot be read. A user that is gone is [`crate::CallErrorKind::NotFound`].
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_LoginProfile.html, the field `CreateDate`.
    pub async fn login_profile(&self, user: &UserName) -> Result<Option<Timestamp>, CallError> {
        const ACTION: &str = "iam:GetLoginProfile";
        match self.call(ACTION, |iam| iam.get_login_profile().user_name(user.as_str()).send()).await {
            Ok(answer) => {
                let profile = required(ACTION, "LoginProfile", answer.login_profile())?;
                check_user(ACTION, user, profile.user_name())?;
                timestamp(ACTION, profile.create_date()).map(Some)
            }
            Err(error) if is_about_the_password(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whether what was not found is the password. AWS has one error code for it and for a user that is not there, and only
/// the message tells them apart: "Login Profile for User ann cannot be found."
fn is_about_the_password(error: &CallError) -> bool {
    error.kind == CallErrorKind::NotFound && error.message.to_ascii_lowercase().contains("login profile")
}
