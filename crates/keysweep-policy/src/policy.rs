//! A policy: compiled once, then asked about one access key after another.

use std::{
    collections::BTreeMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use jiff::Timestamp;
use keysweep_model::{Evidence, FacetSet, ParamValue, PolicyId, PolicySummary, Severity, Unreadable, User, Verdict};
use rhai::{AST, CallFnOptions, Dynamic, EvalAltResult, Scope};

use crate::{
    check::{self, ENTRY},
    diagnostic::{Diagnostic, PolicyFileError},
    engine::{ENGINE, KeyObject, ParamsObject},
    explain::{parse_error, runtime_error, type_of},
    metadata::Metadata,
    objects::Subject,
    params::OverrideError,
    record::Missing,
    watch::watched,
};

/// The largest policy file, in bytes. Parsing cannot be interrupted, so that its time is bounded by this alone.
pub(crate) const MAX_SOURCE: usize = 64 << 10;

/// The stack for compiling, in bytes: enough for scripts nested as deep as the parser lets them be.
const COMPILER_STACK: usize = 32 << 20;

/// A compiled policy with the parameters that it runs with. Cheap to clone; can be asked from any thread.
#[derive(Clone)]
pub struct Policy(Arc<Inner>);

struct Inner {
    source: String,
    metadata: Metadata,
    script: Arc<AST>,
    params: BTreeMap<String, ParamValue>,
    params_object: ParamsObject,
}

impl Policy {
    /// Compiles the policy file `text`. `source_name` says where it came from: `shipped`, or its path as the user named
    /// it.
    ///
    /// # Errors
    /// When anything is wrong with the metadata or the script that can be known without data: all of it, each with its
    /// place.
    pub fn compile(source_name: &str, text: &str) -> Result<Self, PolicyFileError> {
        stacker::grow(COMPILER_STACK, || compile(text))
            .map(|(metadata, script)| {
                let params: BTreeMap<_, _> =
                    metadata.params.iter().map(|(name, spec)| (name.clone(), spec.default.clone())).collect();
                let params_object = ParamsObject::new(&params);
                let source = source_name.to_owned();
                Self(Arc::new(Inner { source, metadata, script: Arc::new(script), params, params_object }))
            })
            .map_err(|diagnostics| PolicyFileError::new(source_name, text, diagnostics))
    }

    /// The policy's id.
    #[must_use]
    pub fn id(&self) -> &PolicyId {
        &self.0.metadata.id
    }

    /// What the policy's file says of it, with the severity that the user has set, if any.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.0.metadata
    }

    /// Where it came from: `shipped`, or the path of its file as the user named it.
    #[must_use]
    pub fn source_name(&self) -> &str {
        &self.0.source
    }

    /// What the readers of a result need to know about it.
    #[must_use]
    pub fn summary(&self) -> PolicySummary {
        let metadata = &self.0.metadata;
        PolicySummary {
            id: metadata.id.clone(),
            title: metadata.title.clone(),
            severity: metadata.severity,
            resource: metadata.resource,
            remedy: metadata.remedy,
            params: self.0.params.clone(),
            frameworks: metadata.frameworks.clone(),
            source: self.0.source.clone(),
        }
    }

    /// The same policy with another severity, where one is given, and with other values for some of its parameters.
    ///
    /// # Errors
    /// When the policy has no such parameter, or the parameter does not take such a value.
    pub fn with_overrides(
        &self,
        severity: Option<Severity>,
        params: &BTreeMap<String, ParamValue>,
    ) -> Result<Self, OverrideError> {
        let mut metadata = self.0.metadata.clone();
        metadata.severity = severity.unwrap_or(metadata.severity);
        let mut all = self.0.params.clone();
        for (name, value) in params {
            let Some(spec) = metadata.params.get(name) else {
                return Err(OverrideError::unknown(self.id(), name, metadata.params.keys().map(String::as_str)));
            };
            let value = spec.accept(value).map_err(|problem| OverrideError::BadValue {
                policy: self.id().clone(),
                param: name.clone(),
                problem,
            })?;
            all.insert(name.clone(), value);
        }
        Ok(Self(Arc::new(Inner {
            source: self.0.source.clone(),
            metadata,
            script: Arc::clone(&self.0.script),
            params_object: ParamsObject::new(&all),
            params: all,
        })))
    }

    /// Judges the access key at index `key` of `user`, as of `now`. Pure: the same input gives the same output.
    #[must_use]
    pub fn evaluate(&self, user: &Arc<User>, key: usize, now: Timestamp) -> Evaluation {
        self.judge(user, key, now).evaluation
    }

    /// As [`Policy::evaluate`], with the name of the fact that nobody has read.
    pub(crate) fn judge(&self, user: &Arc<User>, key: usize, now: Timestamp) -> Judgement {
        let Some(subject) = Subject::new(user, key, now).map(Arc::new) else {
            let error = EvaluationError::new(format!("user `{}` has no access key number {key}", user.name));
            let evaluation = Evaluation { outcome: Outcome::Error(error), evidence: Evidence::new() };
            return Judgement { evaluation, unread: None };
        };
        let run = || catch_unwind(AssertUnwindSafe(|| self.run(&subject)));
        let result = watched(run).unwrap_or_else(|_| Err(EvaluationError::new("the policy engine panicked")));
        let (evidence, missing, unread) = subject.record.take();
        // A missing fact decides, whatever the script made of being stopped.
        let outcome = match (missing, result) {
            (Some(Missing::NotRead(facet)), _) => Outcome::Needs(FacetSet::default().with(facet)),
            (Some(Missing::Unreadable(why)), _) => Outcome::Unknown(why),
            (None, Ok(verdict)) => Outcome::Verdict(verdict),
            (None, Err(error)) => Outcome::Error(error),
        };
        Judgement { evaluation: Evaluation { outcome, evidence }, unread }
    }

    fn run(&self, subject: &Arc<Subject>) -> Result<Verdict, EvaluationError> {
        let script = &*self.0.script;
        // Only constants make statements, and only by running them does the script see them.
        let options = CallFnOptions::new().eval_ast(!script.statements().is_empty()).rewind_scope(false);
        let arguments = (KeyObject::new(Arc::clone(subject)), self.0.params_object.clone());
        ENGINE
            .call_fn_with_options::<Dynamic>(options, &mut Scope::new(), script, ENTRY, arguments)
            .map_err(|error| EvaluationError::from_rhai(&error))?
            .try_cast_result::<Verdict>()
            .map_err(|other| {
                let message = format!("`check` returned {} instead of a verdict", type_of(&other));
                EvaluationError::new(message).hint("end it with `pass()`, `fail(message)` or `exempt(reason)`")
            })
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Policy").field("id", self.id()).field("params", &self.0.params).finish_non_exhaustive()
    }
}

fn compile(text: &str) -> Result<(Metadata, AST), Vec<Diagnostic>> {
    if text.len() > MAX_SOURCE {
        let message = format!("the policy has {} bytes; {MAX_SOURCE} are allowed", text.len());
        return Err(vec![Diagnostic::new(message)]);
    }
    let metadata = Metadata::parse(text);
    let script = ENGINE.compile(text).map_err(|error| vec![parse_error(&error)]);
    match (metadata, script) {
        (Ok(metadata), Ok(script)) => {
            let wrong = check::check(&script, &metadata.params);
            if wrong.is_empty() { Ok((metadata, script)) } else { Err(wrong) }
        }
        (Err(wrong), Ok(_)) | (Ok(_), Err(wrong)) => Err(wrong),
        (Err(wrong), Err(more)) => Err([wrong, more].concat()),
    }
}

/// An evaluation with what only this crate needs to know of it.
pub(crate) struct Judgement {
    pub(crate) evaluation: Evaluation,
    /// The fact that was touched and that nobody has read, by the name that scripts use.
    pub(crate) unread: Option<String>,
}

/// What a policy makes of one access key.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// What it came to.
    pub outcome: Outcome,
    /// The facts that the policy looked at, by the names that it used: `age_days`, `user.tag(owner)`.
    pub evidence: Evidence,
}

/// What an evaluation came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The policy judged.
    Verdict(Verdict),
    /// The policy asked for facts that have not been read: read these, and evaluate again.
    Needs(FacetSet),
    /// The policy asked for a fact that cannot be read. This never passes.
    Unknown(Arc<Unreadable>),
    /// The policy failed. This never passes.
    Error(EvaluationError),
}

/// Why a policy came to no verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", .place.map(|(line, column)| format!("line {line}, column {column}: ")).unwrap_or_default())]
pub struct EvaluationError {
    /// What went wrong, in one line.
    pub message: String,
    /// The line and the column in the policy's file, each from 1, where they are known.
    pub place: Option<(usize, usize)>,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
}

impl EvaluationError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, hint: None }
    }

    fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    fn from_rhai(error: &EvalAltResult) -> Self {
        let (message, position) = runtime_error(error);
        let place = position.line().zip(position.position());
        Self { message, place, hint: None }
    }
}
