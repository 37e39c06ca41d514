//! Findings by what they have in common, and what stands for the ones that are not shown.

use std::collections::{BTreeMap, BTreeSet};

use keysweep_model::{Finding, ResourceType};

use super::{
    page::{Look, Page},
    table::Row,
    text,
};

/// The items by key, the largest group first, and groups of one size by key.
pub(super) fn by<T, K: Ord>(items: impl IntoIterator<Item = T>, key: impl Fn(&T) -> K) -> Vec<(K, Vec<T>)> {
    let mut groups: BTreeMap<K, Vec<T>> = BTreeMap::new();
    for item in items {
        groups.entry(key(&item)).or_default().push(item);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    groups
}

/// How many accounts the findings are in.
pub(super) fn accounts(findings: &[&Finding]) -> u64 {
    findings.iter().map(|finding| finding.account_id).collect::<BTreeSet<_>>().len() as u64
}

/// "in 3 accounts".
pub(super) fn in_accounts(findings: &[&Finding]) -> String {
    format!("in {}", text::count(accounts(findings), "account"))
}

/// The row of a finding: account, user and credential, and its message.
pub(super) fn row(finding: &Finding) -> Row {
    Row { text: finding.message.clone(), ..subject(finding) }
}

/// The row of what a finding is about: account, user and credential.
pub(super) fn subject(finding: &Finding) -> Row {
    let user = finding.user_name.as_ref().map_or_else(|| whole(finding.resource_type), ToString::to_string);
    Row::of_cells(vec![
        finding.account_id.to_string(),
        finding.account_name.clone(),
        user,
        finding.resource_id.clone().unwrap_or_default(),
    ])
}

/// What stands in the place of a user where there is none.
fn whole(resource: ResourceType) -> String {
    match resource {
        ResourceType::Root => "(root user)".to_owned(),
        ResourceType::Account => "(account)".to_owned(),
        ResourceType::AccessKey
        | ResourceType::User
        | ResourceType::Password
        | ResourceType::Mfa
        | ResourceType::ServiceCredential
        | ResourceType::SigningCertificate
        | ResourceType::SshKey => String::new(),
    }
}

/// Says how many of a group are not shown, where any are not.
pub(super) fn more(page: &mut Page<'_>, indent: usize, hidden: usize, whereabouts: &str) {
    if hidden > 0 {
        let hidden = text::thousands(hidden as u64);
        page.text(indent, Look::Dim, &format!("... and {hidden} more{whereabouts}: --all shows each"));
    }
}
