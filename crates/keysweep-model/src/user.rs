//! IAM users, as facts.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    AccessKey, CredentialStatus, Fact, MfaDevice, Password, ServiceCredential, SigningCertificate, SshKey, UserName,
    facts::facts,
};

/// The tags of a user.
pub type Tags = BTreeMap<String, String>;

facts! {
    /// An IAM user with what has been read about it so far.
    User {
        /// The user's name.
        name: UserName,
        /// The user's ARN, which holds its path.
        arn: String,
        /// The user's IAM path: `/` or `/division/team/`.
        path: String,
    } facts {
        /// When the user was made.
        Full created_at: Timestamp = Users,
        /// The user's tags. The console keeps the description of an access key in a tag whose name is the key's id.
        Full tags: Tags = UserTags,
        /// The user's access keys. From a credential report at most two, and without their ids.
        Full access_keys: Vec<AccessKey> = AccessKeys,
        /// The user's console password; none where it has none.
        Full password: Option<Password> = LoginProfile,
        /// Whether an MFA device is enabled for the user.
        Full has_mfa: bool = MfaDevices,
        /// The user's MFA devices.
        Full mfa_devices: Vec<MfaDevice> = MfaDevices,
        /// The user's groups, and the IAM policies of the user and of those.
        Full permissions: Permissions = AuthorizationDetails,
        /// The user's credentials for single services.
        Full service_credentials: Vec<ServiceCredential> = ServiceCredentials,
        /// The user's signing certificates. From a credential report at most two, and without their ids.
        Full signing_certificates: Vec<SigningCertificate> = SigningCertificates,
        /// The user's SSH public keys.
        Full ssh_keys: Vec<SshKey> = SshKeys,
    }
}

facts! {
    /// Where a user's permissions come from. IAM policies that bound or deny are not weighed.
    Permissions {} facts {
        /// The names of the user's groups.
        Bare groups: Vec<String> = AuthorizationDetails,
        /// The ARNs of the IAM policies that are attached to the user itself.
        Bare attached_policies: Vec<String> = AuthorizationDetails,
        /// The ARNs of the IAM policies that are attached to its groups.
        Bare group_policies: Vec<String> = AuthorizationDetails,
        /// The names of the IAM policies that are embedded in the user itself.
        Bare inline_policies: Vec<String> = AuthorizationDetails,
        /// Whether any of all these allows every action on every resource without a condition.
        Bare is_administrator: bool = AuthorizationDetails,
        /// The ARN of the IAM policy that bounds the user's permissions; none where there is none.
        Optional permissions_boundary: Option<String> = AuthorizationDetails,
    }
}

impl Permissions {
    /// Whether AWS has put the user under quarantine, because one of its keys was found in public.
    /// Source: docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html
    #[must_use]
    pub fn is_quarantined(&self) -> Fact<bool> {
        let name = |arn: &str| arn.rsplit('/').next().unwrap_or_default().starts_with("AWSCompromisedKeyQuarantine");
        self.attached_policies.as_ref().map(|arns| arns.iter().any(|arn| name(arn)))
    }
}

impl User {
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
        key.created_at.as_ref().map(|created| (*created, key.id.value(), index))
    };
    let is_newer = |other: usize| {
        keys[other].status.as_ref().and_then(|status| match status {
            CredentialStatus::Active => order(other).and_then(|theirs| order(index).map(|ours| theirs > ours)),
            CredentialStatus::Inactive | CredentialStatus::Expired => Fact::Live(false),
        })
    };
    let count =
        |newer: Fact<usize>, other| newer.and_then(|newer| is_newer(other).map(|more| newer + usize::from(more)));
    (0..keys.len()).fold(Fact::Live(0), count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Facet, LastUsed};

    fn key(created: i64, status: CredentialStatus) -> AccessKey {
        AccessKey {
            id: Fact::NotRead(Facet::AccessKeys),
            status: Fact::Live(status),
            created_at: Fact::Live(Timestamp::from_second(created).unwrap()),
            last_used: Fact::Live(LastUsed::Never),
        }
    }

    fn newer(keys: &[AccessKey]) -> Vec<Fact<usize>> {
        let mut user = User::unread("u".parse().unwrap(), String::new(), "/".to_owned());
        user.access_keys = Fact::Live(keys.to_vec());
        (0..keys.len()).map(|index| user.newer_active_keys(index)).collect()
    }

    #[test]
    fn exactly_one_active_key_has_no_newer_one_even_on_a_tie() {
        let keys =
            [key(5, CredentialStatus::Active), key(5, CredentialStatus::Active), key(9, CredentialStatus::Inactive)];
        assert_eq!(newer(&keys), [Fact::Live(1), Fact::Live(0), Fact::Live(0)]);
    }

    #[test]
    fn a_sibling_of_unknown_status_makes_the_count_unknown() {
        let mut keys = [key(5, CredentialStatus::Active), key(6, CredentialStatus::Active)];
        keys[1].status = Fact::NotRead(Facet::AccessKeys);
        assert_eq!(newer(&keys)[0], Fact::NotRead(Facet::AccessKeys));
    }

    #[test]
    fn a_quarantine_policy_is_known_by_the_beginning_of_its_name() {
        let is_quarantined = |arn: &str| {
            Permissions { attached_policies: Fact::Live(vec![arn.to_owned()]), ..Permissions::unread() }
                .is_quarantined()
        };
        assert_eq!(is_quarantined("arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV9"), Fact::Live(true));
        assert_eq!(is_quarantined("arn:aws:iam::aws:policy/ReadOnlyAccess"), Fact::Live(false));
    }
}
