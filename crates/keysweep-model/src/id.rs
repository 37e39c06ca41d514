//! Identifiers, validated when they are made, so that no other code has to ask whether they are well formed.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Why a text is not the identifier that it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct IdError {
    /// The text as it was given.
    pub text: String,
    /// What it should have been, with its article, such as "an AWS account id (12 digits)".
    pub expected: &'static str,
}

impl IdError {
    fn new(text: &str, expected: &'static str) -> Self {
        Self { text: text.to_owned(), expected }
    }
}

/// An AWS account id: twelve digits, leading zeros included.
/// Source: docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u64);

impl FromStr for AccountId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let error = || IdError::new(text, "an AWS account id (12 digits)");
        if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(error());
        }
        text.parse().map(Self).map_err(|_| error())
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:012}", self.0)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as AWS or the user wrote it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) { Ok(Self(text.into())) } else { Err(IdError::new(text, $expected)) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(&self.0)
            }
        }
    };
}

text_id! {
    /// The id of one access key, such as `AKIAIOSFODNN7EXAMPLE`: 16 to 128 word characters.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyMetadata.html
    AccessKeyId, "an access key id (16 to 128 letters, digits or `_`)",
    |text| (16..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

text_id! {
    /// The name of an IAM user: 1 to 128 characters, kept as AWS wrote it. The character set that AWS documents is not
    /// enforced: a scanner must be able to name whatever user an account holds.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_User.html
    UserName, "an IAM user name (1 to 128 characters)",
    |text| (1..=128).contains(&text.chars().count())
}

text_id! {
    /// An AWS partition: `aws`, `aws-cn`, `aws-us-gov` and the isolated ones. Taken from the caller's ARN, never assumed.
    /// Source: docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
    Partition, "an AWS partition (`aws`, `aws-cn`, `aws-us-gov`, ...)",
    |text| text.split('-').next() == Some("aws")
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

text_id! {
    /// The id of a policy: what its file's metadata names it. 1 to 64 lowercase letters, digits and single dashes.
    PolicyId, "a policy id (1 to 64 lowercase letters, digits and dashes, such as `access-key-max-age`)",
    |text| (1..=64).contains(&text.len())
        && text.split('-').all(|word| !word.is_empty()
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

text_id! {
    /// The id of an exemption: what the register names it. 1 to 64 letters, digits and `-`, `_`, `.`.
    ExemptionId, "an exemption id (1 to 64 letters, digits, `-`, `_` or `.`)",
    |text| (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

impl Partition {
    /// The partition, account and resource of an ARN: `arn:aws:iam::111122223333:user/x`.
    ///
    /// # Errors
    /// When the text is not an ARN with a well-formed partition and account id.
    /// Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    pub fn split_arn(arn: &str) -> Result<(Self, AccountId, &str), IdError> {
        let error = || IdError::new(arn, "an ARN that names a partition and an account");
        let mut parts = arn.splitn(6, ':');
        let mut next = || parts.next().ok_or_else(error);
        let (scheme, partition, _service, _region) = (next()?, next()?, next()?, next()?);
        let (account, resource) = (next()?, next()?);
        if scheme != "arn" {
            return Err(error());
        }
        Ok((partition.parse().map_err(|_| error())?, account.parse().map_err(|_| error())?, resource))
    }
}

/// The id of a finding: the same from run to run for the same policy, account and resource, whatever the message,
/// the severity or the time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FindingId(String);

impl FindingId {
    /// The id of the finding of `policy` on `resource` in `account`. `resource` is what names the resource within the
    /// account for good: an access key id, or a user's ARN.
    #[must_use]
    pub fn new(policy: &PolicyId, account: AccountId, resource: &str) -> Self {
        // The separator occurs in no part, so that no two triples are hashed alike.
        let digest = Sha256::digest(format!("keysweep-finding/v1\n{policy}\n{account}\n{resource}"));
        Self(digest.iter().take(10).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Twenty hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: FromStr<Err = IdError> + fmt::Debug>(text: &str) -> String {
        text.parse::<T>().unwrap_err().to_string()
    }

    #[test]
    fn account_ids_keep_their_leading_zeros() {
        assert_eq!("001234567890".parse::<AccountId>().unwrap().to_string(), "001234567890");
    }

    #[test]
    fn malformed_ids_are_refused_by_name() {
        insta::assert_snapshot!(
            [
                refused::<AccountId>("12345"),
                refused::<AccountId>("+12345678901"),
                refused::<AccountId>("１２３４"),
                refused::<AccessKeyId>("AKIA SHORT"),
                refused::<UserName>(""),
                refused::<Partition>("gcp"),
                refused::<PolicyId>("Bad--Id"),
            ]
            .join("\n"),
            @"
        `12345` is not an AWS account id (12 digits)
        `+12345678901` is not an AWS account id (12 digits)
        `１２３４` is not an AWS account id (12 digits)
        `AKIA SHORT` is not an access key id (16 to 128 letters, digits or `_`)
        `` is not an IAM user name (1 to 128 characters)
        `gcp` is not an AWS partition (`aws`, `aws-cn`, `aws-us-gov`, ...)
        `Bad--Id` is not a policy id (1 to 64 lowercase letters, digits and dashes, such as `access-key-max-age`)
        "
        );
    }

    #[test]
    fn an_arn_gives_its_partition_account_and_resource() {
        let (partition, account, resource) =
            Partition::split_arn("arn:aws-us-gov:iam::000000000012:user/a:b/c").unwrap();
        assert_eq!(
            (partition.as_str(), account.to_string().as_str(), resource),
            ("aws-us-gov", "000000000012", "user/a:b/c")
        );
        assert!(Partition::split_arn("arn:aws:s3:::bucket").is_err());
    }

    #[test]
    fn a_finding_id_depends_on_policy_account_and_resource_alone() {
        let id = |policy: &str, account: &str, resource: &str| {
            FindingId::new(&policy.parse().unwrap(), account.parse().unwrap(), resource).to_string()
        };
        let first = id("access-key-max-age", "111122223333", "AKIAIOSFODNN7EXAMPLE");
        insta::assert_snapshot!(first, @"69f79df2ebb694ab75fc");
        assert_ne!(first, id("access-key-unused", "111122223333", "AKIAIOSFODNN7EXAMPLE"));
        assert_ne!(first, id("access-key-max-age", "111122223334", "AKIAIOSFODNN7EXAMPLE"));
        assert_ne!(first, id("access-key-max-age", "111122223333", "AKIAIOSFODNN8EXAMPLE"));
    }
}
