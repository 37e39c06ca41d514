//! The facets `account summary` and `password policy`: one call an account each.

use std::collections::HashMap;

use aws_sdk_iam::types::SummaryKeyType;
use keysweep_model::{PasswordPolicy, RootCredentials};

use crate::{AccountSession, CallError, CallErrorKind};

const SUMMARY: &str = "iam:GetAccountSummary";
const POLICY: &str = "iam:GetAccountPasswordPolicy";

impl AccountSession {
    /// The credentials of the account's root user.
    ///
    /// # Errors
    /// When the summary cannot be read, or does not tell of one of them.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
    pub async fn account_summary(&self) -> Result<RootCredentials, CallError> {
        let answer = self.call(SUMMARY, |iam| iam.get_account_summary().send()).await?;
        root_credentials(answer.summary_map().cloned().unwrap_or_default())
    }

    /// The account's rules for console passwords; none where it has none of its own.
    ///
    /// # Errors
    /// When they cannot be read.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html
    pub async fn password_policy(&self) -> Result<Option<PasswordPolicy>, CallError> {
        let answer = match self.call(POLICY, |iam| iam.get_account_password_policy().send()).await {
            Ok(answer) => answer,
            Err(error) if error.kind == CallErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let policy =
            answer.password_policy().ok_or_else(|| CallError::bad_answer(POLICY, "no PasswordPolicy in it"))?;
        let minimum_length = policy.minimum_password_length();
        let minimum_length =
            minimum_length.ok_or_else(|| CallError::bad_answer(POLICY, "no MinimumPasswordLength in it"))?;
        Ok(Some(PasswordPolicy {
            minimum_length: number("MinimumPasswordLength", minimum_length)?,
            reuse_prevention: above_zero("PasswordReusePrevention", policy.password_reuse_prevention())?,
            max_age_days: above_zero("MaxPasswordAge", policy.max_password_age())?,
            require_symbols: policy.require_symbols(),
            require_numbers: policy.require_numbers(),
            require_uppercase: policy.require_uppercase_characters(),
            require_lowercase: policy.require_lowercase_characters(),
            users_may_change: policy.allow_users_to_change_password(),
        }))
    }
}

fn number(field: &str, value: i32) -> Result<u32, CallError> {
    u32::try_from(value).map_err(|_| CallError::bad_answer(POLICY, format!("`{value}` in {field}")))
}

/// AWS writes "none" as a missing field or as 0.
fn above_zero(field: &str, value: Option<i32>) -> Result<Option<u32>, CallError> {
    Ok(value.map(|value| number(field, value)).transpose()?.filter(|value| *value > 0))
}

fn root_credentials(summary: HashMap<SummaryKeyType, i32>) -> Result<RootCredentials, CallError> {
    let by_name: HashMap<String, i32> =
        summary.into_iter().map(|(key, count)| (key.as_str().to_owned(), count)).collect();
    let has = |name: &str| {
        let count = by_name.get(name).ok_or_else(|| CallError::bad_answer(SUMMARY, format!("no {name} in it")));
        count.map(|count| *count > 0)
    };
    Ok(RootCredentials {
        has_access_key: has("AccountAccessKeysPresent")?,
        has_password: has("AccountPasswordPresent")?,
        has_mfa: has("AccountMFAEnabled")?,
        has_signing_certificate: has("AccountSigningCertificatesPresent")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_that_leaves_something_out_is_no_summary() {
        let summary = |names: &[&str]| names.iter().map(|name| (SummaryKeyType::from(*name), 1)).collect();
        let all = [
            "AccountAccessKeysPresent",
            "AccountPasswordPresent",
            "AccountMFAEnabled",
            "AccountSigningCertificatesPresent",
        ];
        assert!(root_credentials(summary(&all)).is_ok());
        for left_out in 0..all.len() {
            let mut some = all.to_vec();
            some.remove(left_out);
            assert!(root_credentials(summary(&some)).is_err());
        }
    }
}
