//! The facet `account summary`.

use std::collections::HashMap;

use aws_sdk_iam::types::SummaryKeyType;
use keysweep_model::{Facet, Fact, RootCredentials};

use crate::{
    AccountSession, CallError,
    answer::{required, unreadable},
};

const ACTION: &str = "iam:GetAccountSummary";

impl AccountSession {
    /// The credentials of the account's root user.
    ///
    /// # Errors
    /// When the summary cannot be read. A credential that it does not tell of is unreadable by itself: some partitions
    /// and times have known no `AccountPasswordPresent`.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
    pub async fn account_summary(&self) -> Result<RootCredentials, CallError> {
        let answer = self.call(ACTION, |iam| iam.get_account_summary().send()).await?;
        Ok(root_credentials(answer.summary_map().cloned().unwrap_or_default()))
    }
}

fn root_credentials(summary: HashMap<SummaryKeyType, i32>) -> RootCredentials {
    let by_name: HashMap<String, i32> =
        summary.into_iter().map(|(key, count)| (key.as_str().to_owned(), count)).collect();
    let has = |name: &str| {
        let count = required(ACTION, name, by_name.get(name));
        count.map_or_else(|error| unreadable(Facet::AccountSummary, error), |count| Fact::Live(*count > 0))
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
                .map(|fact| fact == Fact::Live(true))
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
