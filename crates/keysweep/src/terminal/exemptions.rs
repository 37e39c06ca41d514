//! The register of exemptions.

use jiff::Timestamp;
use keysweep_scan::Exemption;

use super::{View, page::Page, table::Row};

/// The exemptions with the days that each has left, those that end first at the top.
#[must_use]
pub fn exemptions(exemptions: &[Exemption], now: Timestamp, view: &View) -> String {
    let mut page = Page::new(view);
    let header = ["EXEMPTION", "LEFT", "EXPIRES", "OWNER", "TICKET", "POLICIES", "FOR"].map(str::to_owned);
    let mut sorted: Vec<&Exemption> = exemptions.iter().collect();
    sorted.sort_by_key(|exemption| exemption.expires);
    let rows = sorted.into_iter().map(|exemption| row(exemption, now)).collect();
    page.table(0, Some(Row { cells: header.into(), text: "REASON".to_owned() }), rows);
    page.finish()
}

fn row(exemption: &Exemption, now: Timestamp) -> Row {
    let left = match exemption.days_left(now) {
        0 => "expired".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    let policies: Vec<&str> = exemption.policies.iter().map(|id| id.as_str()).collect();
    let cells = vec![
        exemption.id.to_string(),
        left,
        exemption.expires.strftime("%Y-%m-%d").to_string(),
        exemption.owner.clone(),
        exemption.ticket.clone().unwrap_or_default(),
        policies.join(", "),
        selector(exemption),
    ];
    Row { cells, text: exemption.reason.clone() }
}

/// What it is for, in a line.
fn selector(exemption: &Exemption) -> String {
    let accounts = exemption.accounts.iter().map(|account| format!("account {account}"));
    let tags = exemption.tags.iter().map(|(name, value)| format!("tag {name}={value}"));
    let ou = exemption.ou.iter().map(|ou| format!("ou {ou}"));
    let user = exemption.user.iter().map(|user| format!("user {user}"));
    let key = exemption.access_key_id.iter().map(|id| format!("key {id}"));
    accounts.chain(ou).chain(user).chain(key).chain(tags).collect::<Vec<_>>().join(", ")
}
