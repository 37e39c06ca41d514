//! The facet `password policy`.

use keysweep_model::{Fact, PasswordPolicy};

use crate::{AccountSession, CallError, CallErrorKind, answer::required};

const ACTION: &str = "iam:GetAccountPasswordPolicy";

impl AccountSession {
    /// The account's rules for console passwords; none where it has none of its own.
    ///
    /// # Errors
    /// When they cannot be read.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html
    pub async fn password_policy(&self) -> Result<Option<PasswordPolicy>, CallError> {
        let answer = match self.call(ACTION, |iam| iam.get_account_password_policy().send()).await {
            Ok(answer) => answer,
            Err(error) if error.kind == CallErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let policy = required(ACTION, "PasswordPolicy", answer.password_policy())?;
        let minimum_length = required(ACTION, "MinimumPasswordLength", policy.minimum_password_length())?;
        Ok(Some(PasswordPolicy {
            minimum_length: Fact::Live(number("MinimumPasswordLength", minimum_length)?),
            reuse_prevention: Fact::Live(above_zero("PasswordReusePrevention", policy.password_reuse_prevention())?),
            max_age_days: Fact::Live(above_zero("MaxPasswordAge", policy.max_password_age())?),
            require_symbols: Fact::Live(policy.require_symbols()),
            require_numbers: Fact::Live(policy.require_numbers()),
            require_uppercase: Fact::Live(policy.require_uppercase_characters()),
            require_lowercase: Fact::Live(policy.require_lowercase_characters()),
            users_may_change: Fact::Live(policy.allow_users_to_change_password()),
        }))
    }
}

fn number(field: &str, value: i32) -> Result<u32, CallError> {
    u32::try_from(value).map_err(|_| CallError::bad_answer(ACTION, format!("`{value}` in {field}")))
}

/// AWS writes "none" as a missing field or as 0.
fn above_zero(field: &str, value: Option<i32>) -> Result<Option<u32>, CallError> {
    Ok(value.map(|value| number(field, value)).transpose()?.filter(|value| *value > 0))
}
