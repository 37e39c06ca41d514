//! The policies of a run, and those that the store knows: one for each script and set of parameters.

use std::collections::{BTreeMap, HashMap};

use keysweep_model::{ParamValue, PolicyId, PolicySummary};

use crate::{
    StoreError,
    db::{Db, Value, values},
};

/// A policy with what it judges by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PolicyVersion {
    pub(crate) number: i64,
    pub(crate) script: String,
    /// The parameters, each as JSON.
    pub(crate) params: BTreeMap<String, String>,
}

/// The policies of a run, and every version that the store knows.
#[derive(Debug, Default)]
pub(crate) struct RunPolicies {
    run: HashMap<PolicyId, PolicyVersion>,
    known: HashMap<i64, (PolicyId, PolicyVersion)>,
    /// The rows of those that are new.
    new: Vec<Vec<Value>>,
    /// What may have changed of those that are not.
    labels: Vec<[Value; 4]>,
}

const COLUMNS: &[&str] = &["number", "id", "script", "params", "title", "severity", "remedy"];

impl RunPolicies {
    /// Finds `policies` among those of the store, and gives a number to each that is new.
    pub(crate) async fn find(db: &mut Db, policies: &[PolicySummary]) -> Result<Self, StoreError> {
        let sql = "SELECT number, id, script, params FROM policies ORDER BY number";
        let rows = db
            .rows(sql, &[], |row| {
                let version = PolicyVersion { number: row.int(0)?, script: row.text(2)?, params: row.json(3)? };
                Ok((row.word::<PolicyId>(1)?, version))
            })
            .await?;
        let mut found = Self::default();
        let mut next = rows.last().map_or(1, |(_, version)| version.number + 1);
        found.known = rows.into_iter().map(|(id, version)| (version.number, (id, version))).collect();
        for policy in policies {
            let mut version = PolicyVersion {
                number: next,
                script: policy.script_digest.clone(),
                params: policy.params.iter().map(|(name, value)| (name.clone(), shown(value))).collect(),
            };
            let is_same = |(id, known): &&(PolicyId, PolicyVersion)| {
                *id == policy.id && known.script == version.script && known.params == version.params
            };
            if let Some((_, known)) = found.known.values().find(is_same) {
                version.number = known.number;
                found.labels.push(values![
                    policy.title.as_str(),
                    policy.severity.as_str(),
                    policy.remedy.as_str(),
                    version.number
                ]);
            } else {
                next += 1;
                found.new.push(row(policy, &version));
                found.known.insert(version.number, (policy.id.clone(), version.clone()));
            }
            found.run.insert(policy.id.clone(), version);
        }
        Ok(found)
    }

    /// The policy of the run with this id.
    pub(crate) fn get(&self, id: &PolicyId) -> Option<&PolicyVersion> {
        self.run.get(id)
    }

    /// The id of a policy that the store knows.
    pub(crate) fn id_of(&self, number: i64) -> Option<&PolicyId> {
        self.known.get(&number).map(|(id, _)| id)
    }

    /// In what `now` differs from the policy with this number, where it does.
    pub(crate) fn difference(&self, number: i64, now: &PolicyVersion) -> Option<String> {
        let (_, before) = self.known.get(&number)?;
        reason_of_change(before, now)
    }

    /// Writes the policies of `run`.
    pub(crate) async fn write(&self, db: &mut Db, run: i64) -> Result<(), StoreError> {
        db.insert("policies", COLUMNS, &self.new).await?;
        for labels in &self.labels {
            db.run("UPDATE policies SET title = $1, severity = $2, remedy = $3 WHERE number = $4", labels).await?;
        }
        let mut numbers: Vec<i64> = self.run.values().map(|version| version.number).collect();
        numbers.sort_unstable();
        let rows: Vec<_> = numbers.into_iter().map(|number| values![run, number].to_vec()).collect();
        db.insert("run_policies", &["run", "policy"], &rows).await
    }
}

fn row(policy: &PolicySummary, version: &PolicyVersion) -> Vec<Value> {
    values![
        version.number,
        policy.id.as_str(),
        version.script.as_str(),
        serde_json::to_string(&version.params).unwrap_or_default(),
        policy.title.as_str(),
        policy.severity.as_str(),
        policy.remedy.as_str(),
    ]
    .to_vec()
}

/// A parameter as people and programs read it.
fn shown(value: &ParamValue) -> String {
    let json = match value {
        ParamValue::Integer(number) => serde_json::Value::from(*number),
        ParamValue::Number(number) => serde_json::Value::from(*number),
        ParamValue::String(text) => serde_json::Value::from(text.as_str()),
        ParamValue::Boolean(flag) => serde_json::Value::from(*flag),
        ParamValue::List(texts) => serde_json::Value::from(texts.clone()),
    };
    json.to_string()
}

/// In what a policy judges otherwise than before.
fn reason_of_change(before: &PolicyVersion, after: &PolicyVersion) -> Option<String> {
    let changed = before.params.iter().filter(|(name, value)| after.params.get(*name) != Some(value));
    let params: Vec<String> = changed
        .map(|(name, value)| match after.params.get(name) {
            Some(now) => format!("parameter `{name}` changed from {value} to {now}"),
            None => format!("parameter `{name}`, which was {value}, is gone"),
        })
        .collect();
    if !params.is_empty() {
        return Some(format!("the policy judges otherwise now: {}", params.join(", ")));
    }
    (before.script != after.script || before.params != after.params)
        .then(|| "the policy judges otherwise now: its script changed".to_owned())
}
