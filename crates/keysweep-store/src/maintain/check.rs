//! Whether a store is sound.

use crate::{Store, StoreError, db::Db};

/// What must be there for every row of a table, as a statement that counts the rows that lack it, and what is then wrong.
const RULES: &[(&str, &str)] = &[
    ("SELECT abs(count(*) - 1) FROM store", "the store has no id, or several"),
    (
        "SELECT count(*) FROM runs WHERE (status = 'complete') <> (finished_at IS NOT NULL AND result IS NOT NULL)",
        "runs are complete without a result, or have one and are not",
    ),
    (
        "SELECT count(*) FROM findings f WHERE NOT EXISTS (SELECT 1 FROM policies p WHERE p.number = f.policy)",
        "findings are of no policy",
    ),
    (
        "SELECT count(*) FROM findings f WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = f.account)",
        "findings are in no account",
    ),
    ("SELECT count(*) - count(DISTINCT id) FROM findings", "findings are there twice"),
    (
        "SELECT count(*) FROM findings WHERE opened_run < first_run OR closed_run < opened_run",
        "findings were opened before they were seen, or closed before they were opened",
    ),
    (
        "SELECT count(*) FROM findings WHERE (closed_run IS NULL) <> (closed_at IS NULL)",
        "findings are closed at no time",
    ),
    (
        "SELECT count(*) FROM changes c WHERE NOT EXISTS (SELECT 1 FROM findings f WHERE f.number = c.finding)",
        "changes are of no finding",
    ),
    (
        "SELECT count(*) FROM findings f WHERE NOT EXISTS \
         (SELECT 1 FROM changes c WHERE c.finding = f.number AND c.run = f.opened_run AND c.kind IN ('new', 'reopened'))",
        "findings are open without a change that says so",
    ),
    (
        "SELECT count(*) FROM changes c JOIN runs r ON r.number = c.run WHERE r.status <> 'complete'",
        "changes are of runs that are not complete",
    ),
    (
        "SELECT count(*) FROM credentials k WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = k.account)",
        "credentials are in no account",
    ),
    (
        "SELECT count(*) FROM accounts a WHERE a.read_run IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM runs r WHERE r.number = a.read_run AND r.status = 'complete')",
        "accounts were read by runs that are not there",
    ),
];

impl Store {
    /// What is wrong with the store: what the engine finds, and what the tables should have and do not. Nothing is changed.
    ///
    /// # Errors
    /// When the store cannot be read at all.
    pub fn check(&mut self) -> Result<Vec<String>, StoreError> {
        let Self { db, waiting, .. } = self;
        waiting.wait(check(db))
    }
}

async fn check(db: &mut Db) -> Result<Vec<String>, StoreError> {
    let mut problems = match db.problems().await {
        Err(StoreError::Damaged { why, .. }) => vec![format!("the engine's own check failed: {why}")],
        problems => problems?,
    };
    for (sql, problem) in RULES {
        match db.number(sql, &[]).await {
            Ok(0) => {}
            Ok(count) => problems.push(format!("{count}: {problem}")),
            // One damaged table does not keep the others from being looked at.
            Err(StoreError::Damaged { why, .. }) => problems.push(format!("could not be looked at ({why}): {problem}")),
            Err(error) => return Err(error),
        }
    }
    Ok(problems)
}
