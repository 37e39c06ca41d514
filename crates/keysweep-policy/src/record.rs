//! What a script has looked at, kept where the script cannot reach it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keysweep_model::{Evidence, EvidenceValue, Facet, Fact, Unreadable};

use crate::objects::Value;

/// The facts that were touched, and the first of them that was missing.
#[derive(Debug, Default)]
pub(crate) struct Record(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    evidence: Evidence,
    missing: Option<Missing>,
    unread: Option<String>,
}

/// Why a script was stopped for want of a fact.
#[derive(Debug, Clone)]
pub(crate) enum Missing {
    NotRead(Facet),
    Unreadable(Arc<Unreadable>),
}

impl Record {
    /// The value of a fact, noted under `name`; none where it is missing, which is noted for good.
    pub(crate) fn touch(&self, name: String, fact: Fact<Value>) -> Option<Value> {
        let mut state = self.lock();
        match fact {
            Fact::Known(value) => {
                state.evidence.insert(name, evidence(&value));
                Some(value)
            }
            Fact::NotRead(facet) => {
                if state.missing.is_none() {
                    state.missing = Some(Missing::NotRead(facet));
                    state.unread = Some(name);
                }
                None
            }
            Fact::Unreadable(why) => {
                state.evidence.insert(name, EvidenceValue::Unreadable(why.reason.clone()));
                state.missing.get_or_insert(Missing::Unreadable(why));
                None
            }
        }
    }

    /// What was touched, and what was missing, with its name where nobody has read it.
    pub(crate) fn take(&self) -> (Evidence, Option<Missing>, Option<String>) {
        let state = std::mem::take(&mut *self.lock());
        (state.evidence, state.missing, state.unread)
    }

    /// A panic within the lock is impossible; were it not, what was noted would still be true.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn evidence(value: &Value) -> EvidenceValue {
    match value {
        Value::Boolean(value) => EvidenceValue::Boolean(*value),
        Value::Integer(value) => EvidenceValue::Integer(*value),
        Value::Text(value) => EvidenceValue::Text(value.clone()),
    }
}
