//! Makes findings of conclusions.

use keysweep_model::{
    Account, EvidenceValue, Exempted, Fact, Finding, FindingId, FindingStatus, Partition, Resource, ResourceType, User,
};
use keysweep_policy::Policy;

use jiff::Timestamp;

use crate::judge::{About, Conclusion, Status};

/// The finding that a conclusion of `policy` makes.
pub(crate) fn finding(policy: &Policy, partition: &Partition, conclusion: Conclusion) -> Finding {
    let Conclusion { policy: _, about, status, severity, message, mut evidence } = conclusion;
    let (status, exemption) = status_of(status);
    // Whoever acts on a finding wants it, whatever the policy asked.
    if let Some(created_at) = about.created_at() {
        evidence.insert("created_at".to_owned(), EvidenceValue::Time(created_at));
    }
    let metadata = policy.metadata();
    let account = about.account();
    let resource_arn = about.arn(partition);
    Finding {
        id: FindingId::new(policy.id(), account.id, &about.name(&resource_arn)),
        policy: policy.id().clone(),
        status,
        severity: severity.unwrap_or(metadata.severity),
        account_id: account.id,
        account_name: account.name.clone(),
        ou_path: account.ou_path.known().cloned(),
        resource_type: about.kind(),
        resource_id: about.id().map(str::to_owned),
        user_name: about.user().map(|user| user.name.clone()),
        resource_arn,
        message,
        evidence,
        exemption,
        remedy: metadata.remedy,
    }
}

fn status_of(status: Status) -> (FindingStatus, Option<Exempted>) {
    match status {
        Status::Fail => (FindingStatus::Fail, None),
        Status::Exempt(by) => (FindingStatus::Exempt, Some(by)),
        Status::Unknown => (FindingStatus::Unknown, None),
        Status::Error => (FindingStatus::Error, None),
    }
}

impl About {
    fn kind(&self) -> ResourceType {
        match self {
            Self::Resource(resource) => resource.kind(),
            Self::Unlisted(kind, _) => *kind,
        }
    }

    fn account(&self) -> &Account {
        match self {
            Self::Resource(resource) => resource.account(),
            Self::Unlisted(_, user) => &user.account,
        }
    }

    fn user(&self) -> Option<&User> {
        match self {
            Self::Resource(resource) => resource.user().map(AsRef::as_ref),
            Self::Unlisted(_, user) => Some(user),
        }
    }

    fn id(&self) -> Option<&str> {
        match self {
            Self::Resource(resource) => resource.id().known().copied().flatten(),
            Self::Unlisted(..) => None,
        }
    }

    fn arn(&self, partition: &Partition) -> String {
        self.user().map_or_else(|| format!("arn:{partition}:iam::{}:root", self.account().id), |user| user.arn.clone())
    }

    /// What names the resource within the account for good. Access keys had it to themselves before there were other
    /// kinds, so that theirs is without the kind. One of several that have no ids is named by its place.
    fn name(&self, arn: &str) -> String {
        let place = match self {
            Self::Resource(resource) if self.id().is_none() => resource.index(),
            Self::Resource(_) | Self::Unlisted(..) => None,
        };
        let name = match (self.id(), place) {
            (Some(id), _) => id.to_owned(),
            (None, Some(place)) => format!("{arn}#{place}"),
            (None, None) => arn.to_owned(),
        };
        match self.kind() {
            ResourceType::AccessKey => name,
            kind @ (ResourceType::User
            | ResourceType::Account
            | ResourceType::Root
            | ResourceType::Password
            | ResourceType::Mfa
            | ResourceType::ServiceCredential
            | ResourceType::SigningCertificate
            | ResourceType::SshKey) => format!("{kind}:{name}"),
        }
    }

    /// When the resource was made, where that is known.
    fn created_at(&self) -> Option<Timestamp> {
        fn at<T>(list: &Fact<Vec<T>>, place: usize) -> Option<&T> {
            list.known().and_then(|items| items.get(place))
        }
        let Self::Resource(resource) = self else { return None };
        match resource {
            Resource::Account(_) | Resource::Root(_) | Resource::Password(_) => None,
            Resource::User(user) => user.created_at.known().copied(),
            Resource::AccessKey(user, place) => at(&user.access_keys, *place)?.created_at.known().copied(),
            Resource::Mfa(user, place) => at(&user.mfa_devices, *place).map(|device| device.enabled_at),
            Resource::ServiceCredential(user, place) => at(&user.service_credentials, *place).map(|it| it.created_at),
            Resource::SigningCertificate(user, place) => {
                at(&user.signing_certificates, *place)?.created_at.known().copied()
            }
            Resource::SshKey(user, place) => at(&user.ssh_keys, *place).map(|key| key.created_at),
        }
    }
}

#[cfg(test)]
mod tests;
