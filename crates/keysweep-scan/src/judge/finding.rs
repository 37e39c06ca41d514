//! Makes findings: what names a resource, for people and from run to run.

use keysweep_model::{Evidence, EvidenceValue, Finding, FindingId, Partition, Resource, ResourceType, Status};

use super::Judge;

/// Whether it can be said which resource a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// About this one.
    One,
    /// About all of its kind that its user has, which could not be listed.
    Unlisted,
}

impl Judge<'_> {
    /// A finding of a policy on a resource, of which the policy has looked at `evidence`. Status and message follow.
    pub(super) fn finding(&self, policy: usize, resource: &Resource, mut evidence: Evidence) -> Finding {
        // The reader of a finding wants it, whatever the policy asked.
        if let Some(created_at) = resource.created_at() {
            evidence.insert("created_at".to_owned(), EvidenceValue::Time(created_at));
        }
        Finding { evidence, ..self.about(policy, resource, About::One) }
    }

    /// A finding of a policy on the resources of the kind of `resource` that its owner has.
    pub(super) fn unlisted(&self, policy: usize, resource: &Resource) -> Finding {
        self.about(policy, resource, About::Unlisted)
    }

    fn about(&self, policy: usize, resource: &Resource, about: About) -> Finding {
        let policy = &self.policies[policy];
        let metadata = policy.metadata();
        let account = resource.account();
        let resource_arn = arn(resource, self.partition);
        let id = resource.id().value().copied().flatten().filter(|_| about == About::One);
        Finding {
            id: FindingId::new(policy.id(), account.id, &name(resource, about, id, &resource_arn)),
            policy: policy.id().clone(),
            status: Status::Unknown,
            severity: metadata.severity,
            account_id: account.id,
            account_name: account.name.clone(),
            ou_path: account.ou_path.value().cloned(),
            resource_type: resource.kind(),
            resource_id: id.map(str::to_owned),
            user_name: resource.user().map(|user| user.name.clone()),
            resource_arn,
            message: String::new(),
            evidence: Evidence::new(),
            exemption: None,
            seen: None,
            remedy: metadata.remedy,
        }
    }
}

fn arn(resource: &Resource, partition: &Partition) -> String {
    let root = || format!("arn:{partition}:iam::{}:root", resource.account().id);
    resource.user().map_or_else(root, |user| user.arn.clone())
}

/// What names the resource within the account for good. Access keys had it to themselves before there were other kinds,
/// so that theirs is without the kind. One of several whose id is not known is named by its place.
fn name(resource: &Resource, about: About, id: Option<&str>, arn: &str) -> String {
    let name = match id {
        Some(id) => id.to_owned(),
        None if about == About::One && resource.id().value().is_none() => format!("{arn}#{}", resource.index()),
        None => arn.to_owned(),
    };
    if resource.kind() == ResourceType::AccessKey { name } else { format!("{}:{name}", resource.kind()) }
}

#[cfg(test)]
mod tests;
