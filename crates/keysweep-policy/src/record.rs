//! What a script has looked at, kept where the script cannot reach it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keysweep_model::{Evidence, EvidenceValue, Facet, FacetSet, Fact, Unreadable};

use crate::objects::Value;

/// The facts that were touched, and the first of them that was missing.
#[derive(Debug, Default)]
pub(crate) struct Record(Mutex<Looked>);

/// What a script has looked at.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    facts: Vec<(Arc<str>, EvidenceValue)>,
    /// The facets of everything that was touched.
    pub(crate) reads: FacetSet,
    /// The first fact that was missing.
    pub(crate) missing: Option<Missing>,
    /// Its name, where nobody has read it.
    pub(crate) unread: Option<Arc<str>>,
}

/// Why a script was stopped for want of a fact.
#[derive(Debug, Clone)]
pub(crate) enum Missing {
    NotRead(Facet),
    Unreadable(Arc<Unreadable>),
}

/// A fact as it is touched.
pub(crate) struct Touch<'a> {
    /// The name that scripts use.
    pub(crate) name: &'a Arc<str>,
    /// The facets that it is read from.
    pub(crate) reads: FacetSet,
    /// Whether it is one of many alike, reached through a list: then it is no evidence by itself.
    pub(crate) in_list: bool,
}

impl Record {
    /// The value of a fact; none where it is missing, which is noted for good.
    pub(crate) fn touch(&self, touch: &Touch<'_>, fact: Fact<Value>) -> Option<Value> {
        let mut looked = self.lock();
        looked.reads = looked.reads.union(touch.reads);
        match fact {
            Fact::Known(value) => {
                if let Some(evidence) = evidence(&value).filter(|_| !touch.in_list) {
                    looked.facts.push((Arc::clone(touch.name), evidence));
                }
                Some(value)
            }
            Fact::NotRead(facet) => {
                if looked.missing.is_none() {
                    looked.missing = Some(Missing::NotRead(facet));
                    looked.unread = Some(Arc::clone(touch.name));
                }
                None
            }
            Fact::Unreadable(why) => {
                looked.facts.push((Arc::clone(touch.name), EvidenceValue::Unreadable(why.reason.clone())));
                looked.missing.get_or_insert(Missing::Unreadable(why));
                None
            }
        }
    }

    /// What was touched, and what was missing.
    pub(crate) fn take(&self) -> Looked {
        std::mem::take(&mut *self.lock())
    }

    /// A panic within the lock is impossible; were it not, what was noted would still be true.
    fn lock(&self) -> MutexGuard<'_, Looked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Looked {
    /// The facts by name.
    pub(crate) fn evidence(&mut self) -> Evidence {
        std::mem::take(&mut self.facts).into_iter().map(|(name, value)| (name.to_string(), value)).collect()
    }
}

/// The value as evidence; none for objects, whose properties are evidence.
fn evidence(value: &Value) -> Option<EvidenceValue> {
    match value {
        Value::Boolean(value) => Some(EvidenceValue::Boolean(*value)),
        Value::Integer(value) => Some(EvidenceValue::Integer(*value)),
        Value::Text(value) => Some(EvidenceValue::Text(value.clone())),
        Value::Time(value) => Some(EvidenceValue::Time(*value)),
        Value::Texts(values) => Some(EvidenceValue::List(values.clone())),
        Value::Objects(_, resources) => {
            Some(EvidenceValue::Integer(i64::try_from(resources.len()).unwrap_or(i64::MAX)))
        }
        Value::Object(_) | Value::Absent(_) => None,
    }
}
