//! IAM users, as facts.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use crate::{
    AccessKey, Account, CredentialStatus, Facet, Fact, MfaDevice, Password, ServiceCredential, SigningCertificate,
    SshKey, UserName,
};

/// The tags of a user.
pub type Tags = BTreeMap<String, String>;

/// An IAM user with what has been read about it so far.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// The account that the user is in.
    pub account: Arc<Account>,
    /// The user's name.
    pub name: UserName,
    /// The user's ARN, which holds its path.
    pub arn: String,
    /// The user's IAM path: `/` or `/division/team/`.
    pub path: String,
    /// When the user was made.
    pub created_at: Fact<Timestamp>,
    /// The user's tags. The console keeps the description of an access key in a tag whose name is the key's id.
    pub tags: Fact<Tags>,
    /// The user's access keys. From a credential report at most two, and without their ids.
    pub access_keys: Fact<Vec<AccessKey>>,
    /// The user's console password; none where it has none.
    pub password: Fact<Option<Password>>,
    /// Whether an MFA device is enabled for the user.
    pub has_mfa: Fact<bool>,
    /// The user's MFA devices.
    pub mfa_devices: Fact<Vec<MfaDevice>>,
    /// The user's groups, and the IAM policies of the user and of those.
    pub permissions: Fact<Permissions>,
    /// The user's credentials for single services.
    pub service_credentials: Fact<Vec<ServiceCredential>>,
    /// The user's signing certificates. From a credential report at most two, and without their ids.
    pub signing_certificates: Fact<Vec<SigningCertificate>>,
    /// The user's SSH public keys.
    pub ssh_keys: Fact<Vec<SshKey>>,
}

/// Where a user's permissions come from. IAM policies that bound or deny are not weighed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Permissions {
    /// The names of the user's groups.
    pub groups: Vec<String>,
    /// The ARNs of the IAM policies that are attached to the user itself.
    pub attached_policies: Vec<String>,
    /// The ARNs of the IAM policies that are attached to its groups.
    pub group_policies: Vec<String>,
    /// The names of the IAM policies that are embedded in the user itself.
    pub inline_policies: Vec<String>,
    /// Whether any of all these allows every action on every resource without a condition.
    pub is_administrator: bool,
    /// The ARN of the IAM policy that bounds the user's permissions; none where there is none.
    pub permissions_boundary: Option<String>,
}

impl Permissions {
    /// Whether AWS has put the user under quarantine, because one of its keys was found in public.
    /// Source: docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html
    #[must_use]
    pub fn is_quarantined(&self) -> bool {
        let name = |arn: &str| arn.rsplit('/').next().unwrap_or_default().starts_with("AWSCompromisedKeyQuarantine");
        self.attached_policies.iter().any(|arn| name(arn))
    }
}

impl User {
    /// A user of whom nothing but its name has been read.
    #[must_use]
    pub fn unread(account: &Arc<Account>, name: UserName, arn: String, path: String) -> Self {
        Self {
            account: Arc::clone(account),
            name,
            arn,
            path,
            created_at: Fact::NotRead(Facet::Users),
            tags: Fact::NotRead(Facet::UserTags),
            access_keys: Fact::NotRead(Facet::AccessKeys),
            password: Fact::NotRead(Facet::LoginProfile),
            has_mfa: Fact::NotRead(Facet::MfaDevices),
            mfa_devices: Fact::NotRead(Facet::MfaDevices),
            permissions: Fact::NotRead(Facet::AuthorizationDetails),
            service_credentials: Fact::NotRead(Facet::ServiceCredentials),
            signing_certificates: Fact::NotRead(Facet::SigningCertificates),
            ssh_keys: Fact::NotRead(Facet::SshKeys),
        }
    }

    /// How many of the user's other active keys are newer than the key at `index`, so that exactly one active key of a
    /// user has none. Keys made in the same second are ordered by id, or by place where ids are not known.
    #[must_use]
    pub fn newer_active_keys(&self, index: usize) -> Fact<usize> {
        self.access_keys.as_ref().and_then(|keys| newer_active_keys(keys, index))
    }
}

fn newer_active_keys(keys: &[AccessKey], index: usize) -> Fact<usize> {
    let order = |index: usize| {
        let key = &keys[index];
        key.created_at.as_ref().map(|created| (*created, key.id.known(), index))
    };
    let mut newer = 0;
    for (other, key) in keys.iter().enumerate() {
        match key.status.as_ref() {
            Fact::Known(CredentialStatus::Active) => {}
            Fact::Known(CredentialStatus::Inactive | CredentialStatus::Expired) => continue,
            Fact::NotRead(facet) => return Fact::NotRead(facet),
            Fact::Unreadable(why) => return Fact::Unreadable(why),
        }
        match order(other).and_then(|theirs| order(index).map(|ours| theirs > ours)) {
            Fact::Known(is_newer) => newer += usize::from(is_newer),
            Fact::NotRead(facet) => return Fact::NotRead(facet),
            Fact::Unreadable(why) => return Fact::Unreadable(why),
        }
    }
    Fact::Known(newer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccountState, LastUsed};

    fn key(created: i64, status: CredentialStatus) -> AccessKey {
        AccessKey {
            id: Fact::NotRead(Facet::AccessKeys),
            status: Fact::Known(status),
            created_at: Fact::Known(Timestamp::from_second(created).unwrap()),
            last_used: Fact::Known(LastUsed::Never),
        }
    }

    fn newer(keys: &[AccessKey]) -> Vec<Fact<usize>> {
        let account = Account {
            id: "111122223333".parse().unwrap(),
            name: String::new(),
            email: None,
            state: AccountState::Active,
            ou_path: Fact::Known("Root".to_owned()),
        };
        let mut user = User::unread(&Arc::new(account), "u".parse().unwrap(), String::new(), "/".to_owned());
        user.access_keys = Fact::Known(keys.to_vec());
        (0..keys.len()).map(|index| user.newer_active_keys(index)).collect()
    }

    #[test]
    fn exactly_one_active_key_has_no_newer_one_even_on_a_tie() {
        let keys =
            [key(5, CredentialStatus::Active), key(5, CredentialStatus::Active), key(9, CredentialStatus::Inactive)];
        assert_eq!(newer(&keys), [Fact::Known(1), Fact::Known(0), Fact::Known(0)]);
    }

    #[test]
    fn a_sibling_of_unknown_status_makes_the_count_unknown() {
        let mut keys = [key(5, CredentialStatus::Active), key(6, CredentialStatus::Active)];
        keys[1].status = Fact::NotRead(Facet::AccessKeys);
        assert_eq!(newer(&keys)[0], Fact::NotRead(Facet::AccessKeys));
    }

    #[test]
    fn a_quarantine_policy_is_known_by_the_beginning_of_its_name() {
        let with = |arn: &str| Permissions { attached_policies: vec![arn.to_owned()], ..Permissions::default() };
        assert!(with("arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV9").is_quarantined());
        assert!(!with("arn:aws:iam::aws:policy/ReadOnlyAccess").is_quarantined());
    }
}
