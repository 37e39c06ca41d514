//! Which findings are wanted, as a condition.

use std::fmt::Write as _;

use keysweep_model::{FindingFilter, FindingStates};

use crate::db::Value;

/// A condition with its values. Findings are `f`, their policies `p` and their accounts `a`.
#[derive(Debug, Default)]
pub(crate) struct Condition {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl Condition {
    /// The findings that `filter` wants.
    pub(crate) fn of(filter: &FindingFilter) -> Self {
        let FindingFilter { states, policies, severities, accounts, ous, owners, since, opened_before } = filter;
        let mut condition = Self::default();
        condition.sql.push_str(match states {
            FindingStates::Open => "f.closed_run IS NULL AND f.status <> 'exempt'",
            FindingStates::Resolved => "f.closed_run IS NOT NULL",
            FindingStates::Exempt => "f.closed_run IS NULL AND f.status = 'exempt'",
            FindingStates::All => "1 = 1",
        });
        condition.any_of("p.id", policies.iter().map(|id| id.as_str().into()));
        condition.any_of("f.severity", severities.iter().map(|severity| severity.as_str().into()));
        condition.any_of("f.account", accounts.iter().map(|id| id.to_string().into()));
        condition.any_of("f.owner", owners.iter().map(|owner| owner.as_str().into()));
        condition.in_or_below(ous);
        if let Some(since) = since {
            let place = condition.value(since.as_millisecond().into());
            write!(
                condition.sql,
                " AND CASE WHEN f.closed_run IS NULL THEN f.opened_at ELSE f.closed_at END >= ${place}"
            )
            .ok();
        }
        if let Some(before) = opened_before {
            let place = condition.value(before.as_millisecond().into());
            write!(condition.sql, " AND f.opened_at < ${place}").ok();
        }
        condition
    }

    /// Adds a value, and gives its place.
    pub(crate) fn value(&mut self, value: Value) -> usize {
        self.values.push(value);
        self.values.len()
    }

    fn any_of(&mut self, column: &str, wanted: impl Iterator<Item = Value>) {
        let places: Vec<_> = wanted.map(|value| format!("${}", self.value(value))).collect();
        if !places.is_empty() {
            write!(self.sql, " AND {column} IN ({})", places.join(", ")).ok();
        }
    }

    fn in_or_below(&mut self, ous: &[String]) {
        let mut any = Vec::new();
        for ou in ous {
            let place = self.value(ou.trim_end_matches('/').into());
            any.push(format!("a.ou_path = ${place} OR substr(a.ou_path, 1, length(${place}) + 1) = ${place} || '/'"));
        }
        if !any.is_empty() {
            write!(self.sql, " AND ({})", any.join(" OR ")).ok();
        }
    }
}
