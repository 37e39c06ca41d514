//! Credential reports: a snapshot of an account's users as CSV, taken when the report is requested and valid for four
//! hours (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html>).

use std::time::Duration;

use bytes::Bytes;

use crate::options::{Booleans, Columns, InactiveKeys, ReportStyle};
use crate::world::{AccessKey, Account, KeyStatus, Partition, PublicKey, Time, User};

const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

const NONE: &str = "N/A";

/// How long a report is valid, in seconds.
const VALID: i64 = 4 * 3600;

/// A report of one account.
pub(crate) struct Report {
    pub(crate) started_at: Time,
    pub(crate) content: Bytes,
}

/// The progress of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Absent,
    InProgress,
    Complete,
    Expired,
}

impl Report {
    /// Starts a report of the account as it is now.
    pub(crate) fn start(account: &Account, partition: Partition, style: ReportStyle, now: Time) -> Report {
        Report { started_at: now, content: content(account, partition, style) }
    }

    /// The progress of a report that `takes` so long.
    pub(crate) fn phase(&self, now: Time, takes: Duration) -> Phase {
        let age = now.unix() - self.started_at.unix();
        if age >= VALID {
            Phase::Expired
        } else if age < i64::try_from(takes.as_secs()).unwrap_or(i64::MAX) {
            Phase::InProgress
        } else {
            Phase::Complete
        }
    }
}

fn content(account: &Account, partition: Partition, style: ReportStyle) -> Bytes {
    let mut table = Table { style, text: HEADER.to_owned() };
    if style.columns == Columns::Additional {
        table.text.push_str(",additional_credentials_info");
    }
    table.root(account, partition);
    for user in &account.users {
        table.user(account, partition, user);
    }
    table.text.into()
}

struct Table {
    style: ReportStyle,
    text: String,
}

impl Table {
    fn root(&mut self, account: &Account, partition: Partition) {
        let root = &account.root;
        let used = root.password_last_used.map_or("no_information".to_owned(), date);
        // Root's password always reads `not_supported` but for member accounts that have none.
        let enabled = if root.password { "not_supported".to_owned() } else { self.boolean(false) };
        self.row(&["<root_account>", &account.root_arn(partition), &date(account.joined_at), &enabled, &used]);
        self.cells(&["not_supported", "not_supported", &self.boolean(root.mfa.is_some())]);
        self.credentials(&root.keys, &root.signing_certificates);
    }

    fn user(&mut self, account: &Account, partition: Partition, user: &User) {
        let arn = user.arn(partition, account.id);
        let enabled = self.boolean(user.password.is_some());
        let (used, changed) = match &user.password {
            None => (NONE.to_owned(), NONE.to_owned()),
            Some(password) => {
                (password.last_used_at.map_or("no_information".to_owned(), date), date(password.changed_at))
            }
        };
        let lifetime = account.password_policy.as_ref().and_then(|policy| policy.max_age_days);
        let next = user.password.as_ref().zip(lifetime);
        let next = next.map(|(password, days)| date(password.changed_at.plus(i64::from(days) * 86_400)));
        self.row(&[&user.name, &arn, &date(user.created_at), &enabled, &used]);
        self.cells(&[&changed, next.as_deref().unwrap_or(NONE), &self.boolean(!user.mfa_devices.is_empty())]);
        self.credentials(&user.keys, &user.signing_certificates);
    }

    /// The columns of two keys and two signing certificates, which end the row.
    fn credentials(&mut self, keys: &[AccessKey], certificates: &[PublicKey]) {
        for slot in 0..2 {
            self.key(keys.get(slot));
        }
        for slot in 0..2 {
            self.certificate(certificates.get(slot));
        }
        if self.style.columns == Columns::Additional {
            self.cells(&[""]);
        }
    }

    fn key(&mut self, key: Option<&AccessKey>) {
        let active = key.is_some_and(|key| key.status == KeyStatus::Active);
        let shown = key.filter(|_| active || self.style.inactive_keys == InactiveKeys::Dated);
        let rotated = shown.map_or(NONE.to_owned(), |key| date(key.changed_at.unwrap_or(key.created_at)));
        let used = shown.and_then(|key| key.last_used.as_ref());
        let used_at = used.map_or(NONE.to_owned(), |used| date(used.at));
        let (region, service) = used.map_or((NONE, NONE), |used| (&*used.region, &*used.service));
        self.cells(&[&self.boolean(active), &rotated, &used_at, region, service]);
    }

    fn certificate(&mut self, certificate: Option<&PublicKey>) {
        let active = certificate.is_some_and(|certificate| certificate.status == KeyStatus::Active);
        let shown = certificate.filter(|_| active || self.style.inactive_keys == InactiveKeys::Dated);
        let rotated = shown.map_or(NONE.to_owned(), |certificate| date(certificate.uploaded_at));
        self.cells(&[&self.boolean(active), &rotated]);
    }

    fn row(&mut self, cells: &[&str]) {
        self.text.push('\n');
        self.text.push_str(&cells.join(","));
    }

    fn cells(&mut self, cells: &[&str]) {
        self.text.push(',');
        self.text.push_str(&cells.join(","));
    }

    fn boolean(&self, yes: bool) -> String {
        let word = if yes { "true" } else { "false" };
        match self.style.booleans {
            Booleans::Lower => word.to_owned(),
            Booleans::Upper => word.to_ascii_uppercase(),
        }
    }
}

/// Dates in reports have an offset where the rest of IAM writes `Z`.
fn date(at: Time) -> String {
    let mut text = at.to_string();
    text.truncate(text.len() - 1);
    text + "+00:00"
}
