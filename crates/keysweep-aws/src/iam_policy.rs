//! The IAM policies of the roles: what a scan may read, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use keysweep_model::{AccountId, Facet, Partition};
use serde_json::{Value, json};

/// What a scan calls in an account: what reads the facets.
fn read_actions() -> BTreeSet<&'static str> {
    actions_of_facets("iam:").collect()
}

/// What a scan calls in the organization: what reads the facets, and what lists the accounts.
fn organization_actions() -> BTreeSet<&'static str> {
    let accounts = ["organizations:DescribeOrganization", "organizations:ListAccounts"];
    actions_of_facets("organizations:").chain(accounts).collect()
}

fn actions_of_facets(service: &str) -> impl Iterator<Item = &'static str> {
    let actions = Facet::ALL.iter().flat_map(|facet| facet.actions()).copied();
    actions.filter(move |action| action.starts_with(service))
}

/// The IAM policy of the role in each member account, and the session policy that narrows every session to it,
/// whatever else the role may do.
#[must_use]
pub fn read_policy() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": read_actions(), "Resource": "*" }],
    })
}

/// What goes along with a session, and needs a permission of its own beside `sts:AssumeRole`, of the caller and of the
/// role: the source identity that `--source-identity` sets or that the caller's own session has, and the tags of the
/// caller's session, as EKS Pod Identity gives it. Neither gives access to anything by itself, so both policies always
/// have them: the roles need no second rollout when one is needed.
/// Source: docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html and
/// docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
const SESSION_ACTIONS: [&str; 2] = ["sts:SetSourceIdentity", "sts:TagSession"];

/// The IAM policy of the central identity that runs scans: it lists the organization, reads its own account and
/// assumes the role named `role` in every account of its own organization, and the roles of `by_account` in theirs.
/// Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html, `aws:ResourceOrgID`
#[must_use]
pub fn caller_policy(partition: &Partition, role: &str, by_account: &BTreeMap<AccountId, String>) -> Value {
    let arn =
        |account: &str, role: &str| format!("arn:{partition}:iam::{account}:role/{}", role.trim_start_matches('/'));
    let special = by_account.iter().map(|(account, role)| arn(&account.to_string(), role));
    let roles: Vec<_> = std::iter::once(arn("*", role)).chain(special).collect();
    json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Sid": "ListOrganization", "Effect": "Allow", "Action": organization_actions(), "Resource": "*" },
            { "Sid": "AssumeRole", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": roles,
              "Condition": { "StringEquals": { "aws:ResourceOrgID": "${aws:PrincipalOrgID}" } } },
            { "Sid": "PassOnSession", "Effect": "Allow", "Action": SESSION_ACTIONS, "Resource": roles },
            { "Sid": "ReadOwnAccount", "Effect": "Allow", "Action": read_actions(), "Resource": "*" },
        ],
    })
}

/// The trust policy of the role in each member account: the central account may assume it, with the external id where
/// there is one. What goes along with the session is allowed by itself, because it comes without the external id.
#[must_use]
pub fn trust_policy(partition: &Partition, central: AccountId, external_id: Option<&str>) -> Value {
    let principal = json!({ "AWS": format!("arn:{partition}:iam::{central}:root") });
    let mut assume = json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" });
    if let Some(external_id) = external_id {
        assume["Condition"] = json!({ "StringEquals": { "sts:ExternalId": external_id } });
    }
    let pass_on = json!({ "Effect": "Allow", "Principal": principal, "Action": SESSION_ACTIONS });
    json!({ "Version": "2012-10-17", "Statement": [assume, pass_on] })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, the parameter `Policy`.
    #[test]
    fn the_session_policy_is_within_the_limit_of_sts() {
        assert!(read_policy().to_string().len() <= 2048);
    }

    #[test]
    fn the_session_policy_allows_reads_only() {
        for action in read_actions() {
            let verb = action.trim_start_matches("iam:");
            assert!(verb.starts_with("Get") || verb.starts_with("List") || verb == "GenerateCredentialReport");
        }
    }
}
