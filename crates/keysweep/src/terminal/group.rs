//! Findings by what they have in common, and what stands for the ones that are not shown.

use std::{cmp::Reverse, collections::BTreeMap, io};

use keysweep_model::{AccountId, Finding, ResourceType};
use keysweep_report::{Findings, Place};

use super::{
    page::{Look, Page},
    recorded::marked,
    table::Row,
    text,
};

/// How many findings have something in common, and in how many accounts they are. They are counted account by account.
#[derive(Debug, Default)]
pub(super) struct Number {
    pub(super) findings: u64,
    pub(super) accounts: u64,
    last: Option<AccountId>,
}

impl Number {
    /// Counts a finding.
    pub(super) fn add(&mut self, finding: &Finding) {
        self.findings += 1;
        self.accounts += u64::from(self.last.replace(finding.account_id) != Some(finding.account_id));
    }

    /// "in 3 accounts".
    pub(super) fn in_accounts(&self) -> String {
        format!("in {}", text::count(self.accounts, "account"))
    }
}

/// The groups, the largest first, and groups of one size by key.
pub(super) fn largest_first<K: Ord, G>(groups: BTreeMap<K, G>, size: impl Fn(&G) -> u64) -> Vec<(K, G)> {
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, group)| Reverse(size(group)));
    groups
}

/// The rows of findings, which are read again.
pub(super) fn rows(
    page: &mut Page<'_>,
    indent: usize,
    findings: &Findings,
    places: &[Place],
    row: impl Fn(&Finding) -> Row,
) -> io::Result<()> {
    page.rows_of(indent, places, |place| findings.get(*place).map(|finding| row(&finding)))
}

/// The row of a finding: account, user and credential, whether it is new, and its message.
pub(super) fn row(finding: &Finding) -> Row {
    Row { text: marked(finding, &finding.message), ..subject(finding) }
}

/// The row of what a finding is about, and whether the finding is new.
pub(super) fn row_of_subject(finding: &Finding) -> Row {
    Row { text: marked(finding, ""), ..subject(finding) }
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
pub(super) fn whole(resource: ResourceType) -> String {
    let noun = resource.phrase().split_once(' ').map_or("", |(_article, noun)| noun);
    if resource.is_of_account() { format!("({noun})") } else { String::new() }
}

/// Says how many of a group are not shown, where any are not.
pub(super) fn more(page: &mut Page<'_>, indent: usize, hidden: usize, whereabouts: &str) {
    if hidden > 0 {
        let hidden = text::thousands(hidden as u64);
        page.text(indent, Look::Dim, &format!("... and {hidden} more{whereabouts}: --all shows each"));
    }
}
