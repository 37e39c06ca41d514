//! The facets `login profile` and `password last used`: the console password of a user, one call a user each.

use jiff::Timestamp;
use keysweep_model::{Facet, Fact, Password, UserName};

use crate::{
    AccountSession, CallError, CallErrorKind,
    users::{check_user, timestamp},
};

impl AccountSession {
    /// The console password of a user; none where it has none. When it was last changed only the credential report
    /// tells: the login profile's date is when the user was first given a password.
    ///
    /// # Errors
    /// When it cannot be read. A user that is gone looks like one without a password, and has none.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html
    pub async fn login_profile(&self, user: &UserName) -> Result<Option<Password>, CallError> {
        const ACTION: &str = "iam:GetLoginProfile";
        match self.call(ACTION, |iam| iam.get_login_profile().user_name(user.as_str()).send()).await {
            Ok(answer) => {
                let profile = answer.login_profile();
                let profile = profile.ok_or_else(|| CallError::bad_answer(ACTION, "no LoginProfile in it"))?;
                check_user(ACTION, user, profile.user_name())?;
                Ok(Some(Password {
                    changed_at: Fact::NotRead(Facet::CredentialReport),
                    last_used: Fact::NotRead(Facet::PasswordLastUsed),
                }))
            }
            Err(error) if error.kind == CallErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// When a user last signed in with its password; none where no sign-in is on record.
    ///
    /// # Errors
    /// When it cannot be read. A user that is gone is [`crate::CallErrorKind::NotFound`].
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_User.html, the field `PasswordLastUsed`.
    pub async fn password_last_used(&self, user: &UserName) -> Result<Option<Timestamp>, CallError> {
        const ACTION: &str = "iam:GetUser";
        let answer = self.call(ACTION, |iam| iam.get_user().user_name(user.as_str()).send()).await?;
        let found = answer.user().ok_or_else(|| CallError::bad_answer(ACTION, "no User in it"))?;
        self.check_account(ACTION, found.arn())?;
        check_user(ACTION, user, found.user_name())?;
        found.password_last_used().map(|at| timestamp(ACTION, at)).transpose()
    }
}
