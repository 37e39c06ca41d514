//! What a script has looked at, kept where the script cannot reach it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keysweep_model::{Evidence, EvidenceValue, FacetSet, Fact, Missing};

use crate::objects::Value;

/// How many items of a list are kept as evidence of a verdict.
pub(crate) const MAX_EVIDENCE: usize = 100;

/// The facts that were touched, and the first of them that was missing.
#[derive(Debug)]
pub(crate) struct Record {
    looked: Mutex<Looked>,
    /// The bytes that the evidence may take.
    most_bytes: usize,
}

/// What a script has looked at.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    /// The facts by name.
    pub(crate) evidence: Evidence,
    /// The bytes that those take, about.
    bytes: usize,
    /// The facets of everything that was touched.
    pub(crate) reads: FacetSet,
    /// The first fact that was missing, by the name that scripts use.
    pub(crate) missing: Option<(Missing, Arc<str>)>,
}

/// What comes of touching a fact.
pub(crate) enum Touched {
    Value(Value),
    /// The fact is missing, which is noted for good.
    Missing,
    /// The evidence would take more than so many bytes.
    TooMuch(usize),
}

/// A fact as it is touched.
pub(crate) struct Touch<'a> {
    /// The name that scripts use.
    pub(crate) name: &'a Arc<str>,
    /// The facets that it is read from.
    pub(crate) reads: FacetSet,
    /// Whether it is one of many alike, reached through a list: then it is not evidence by itself.
    pub(crate) in_list: bool,
}

impl Record {
    /// A record whose evidence takes so many bytes at the most.
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self { looked: Mutex::default(), most_bytes }
    }

    /// Touches a fact.
    pub(crate) fn touch(&self, touch: &Touch<'_>, fact: Fact<Value>) -> Touched {
        let mut looked = self.lock();
        looked.reads = looked.reads.union(touch.reads);
        match fact.get() {
            Ok(value) => {
                let fits = touch.in_list || looked.note(touch.name, self.most_bytes, || evidence(&value));
                if fits { Touched::Value(value) } else { Touched::TooMuch(self.most_bytes) }
            }
            Err(Missing::NotRead(facet)) => {
                looked.missing.get_or_insert((Missing::NotRead(facet), Arc::clone(touch.name)));
                Touched::Missing
            }
            Err(Missing::Unreadable(why)) => {
                // It ends the script, so that there is one of these.
                let reason = || Some(EvidenceValue::Unreadable(why.reason.clone()));
                looked.note(touch.name, usize::MAX, reason);
                looked.missing.get_or_insert((Missing::Unreadable(why), Arc::clone(touch.name)));
                Touched::Missing
            }
        }
    }

    /// What was touched, and what was missing.
    pub(crate) fn take(&self) -> Looked {
        std::mem::take(&mut *self.lock())
    }

    /// A panic within the lock is impossible; were it not, what was noted would still be true.
    fn lock(&self) -> MutexGuard<'_, Looked> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Looked {
    /// Notes a fact that was not noted yet; whether there was room for it.
    fn note(&mut self, name: &str, most: usize, evidence: impl FnOnce() -> Option<EvidenceValue>) -> bool {
        if self.evidence.contains_key(name) {
            return true;
        }
        let Some(evidence) = evidence() else { return true };
        self.bytes = self.bytes.saturating_add(EACH + name.len() + size(&evidence));
        let fits = self.bytes <= most;
        if fits {
            self.evidence.insert(name.to_owned(), evidence);
        }
        fits
    }
}

/// What a fact takes beside its name and its contents.
const EACH: usize = 128;

/// The bytes of the contents.
fn size(evidence: &EvidenceValue) -> usize {
    match evidence {
        EvidenceValue::Text(text) | EvidenceValue::Unreadable(text) => text.len(),
        EvidenceValue::List(texts) => texts.iter().map(|text| size_of::<String>() + text.len()).sum(),
        EvidenceValue::Boolean(_) | EvidenceValue::Integer(_) | EvidenceValue::Number(_) | EvidenceValue::Time(_) => 0,
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

#[cfg(test)]
mod tests {
    use keysweep_model::{Facet, Unreadable};

    use super::*;

    fn touch(record: &Record, name: &str, bytes: usize, in_list: bool) -> bool {
        let name = name.into();
        let touch = Touch { name: &name, reads: FacetSet::default(), in_list };
        matches!(record.touch(&touch, Fact::Live(Value::Text("x".repeat(bytes)))), Touched::Value(_))
    }

    #[test]
    fn evidence_has_a_bound_names_included() {
        let record = Record::new(1_000);
        assert!(touch(&record, "a", 500, false));
        // What is noted already, and what is not evidence, takes nothing more.
        assert!((0..100).all(|_| touch(&record, "a", 500, false)));
        assert!(touch(&record, "list", 5_000, true));
        assert!(!touch(&record, &"n".repeat(300), 0, false));
        assert!(!touch(&record, "b", 300, false));
        assert_eq!(record.take().evidence.into_keys().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn why_a_fact_is_missing_is_noted_whatever_there_is() {
        let record = Record::new(0);
        let why = Arc::new(Unreadable { facet: Facet::UserTags, reason: "denied".to_owned() });
        let touch = Touch { name: &"tags".into(), reads: FacetSet::default(), in_list: false };
        assert!(matches!(record.touch(&touch, Fact::Unreadable(why)), Touched::Missing));
        assert_eq!(record.take().evidence.len(), 1);
    }
}
