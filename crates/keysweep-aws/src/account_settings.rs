//! The facets `account summary` and `password policy`: one call an account each.

use std::{collections::HashMap, sync::Arc};

use aws_sdk_iam::types::SummaryKeyType;
use keysweep_model::{Facet, Fact, PasswordPolicy, RootCredentials, Unreadable};

use crate::{AccountSession, CallError, CallErrorKind};

const SUMMARY: &str = "iam:GetAccountSummary";
const POLICY: &str = "iam:GetAccountPasswordPolicy";

impl AccountSession {
    /// The credentials of the account's root user.
    ///
    /// # Errors
    /// When the summary cannot be read. A credential that it does not tell of is unreadable by itself: some partitions
    /// and times have known no `AccountPasswordPresent`.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
    pub async fn account_summary(&self) -> Result<RootCredentials, CallError> {
        let answer = self.call(SUMMARY, |iam| iam.get_account_summary().send()).await?;
        Ok(root_credentials(answer.summary_map().cloned().unwrap_or_default()))
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

fn root_credentials(summary: HashMap<SummaryKeyType, i32>) -> RootCredentials {
    let by_name: HashMap<String, i32> =
        summary.into_iter().map(|(key, count)| (key.as_str().to_owned(), count)).collect();
    let has = |name: &str| match by_name.get(name) {
        Some(count) => Fact::Known(*count > 0),
        None => {
            let reason = CallError::bad_answer(SUMMARY, format!("no {name} in it")).to_string();
            Fact::Unreadable(Arc::new(Unreadable { facet: Facet::AccountSummary, reason }))
        }
    };
    RootCredentials {
        has_access_key: has("AccountAccessKeysPresent"),
        has_password: has("AccountPasswordPresent"),
        has_mfa: has("AccountMFAEnabled"),
        has_signing_certificate: has("AccountSigningCertificatesPresent"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_summary_leaves_out_is_unreadable_and_the_rest_is_known() {
        let summary = |names: &[&str]| names.iter().map(|name| (SummaryKeyType::from(*name), 1)).collect();
        let all = [
            "AccountAccessKeysPresent",
            "AccountPasswordPresent",
            "AccountMFAEnabled",
            "AccountSigningCertificatesPresent",
        ];
        let known = |names: &[&str]| {
            let of = root_credentials(summary(names));
            [of.has_access_key, of.has_password, of.has_mfa, of.has_signing_certificate]
                .map(|fact| fact == Fact::Known(true))
        };
        assert_eq!(known(&all), [true; 4]);
        for left_out in 0..all.len() {
            let mut some = all.to_vec();
            some.remove(left_out);
            let mut expected = [true; 4];
            expected[left_out] = false;
            assert_eq!(known(&some), expected);
        }
    }
}
