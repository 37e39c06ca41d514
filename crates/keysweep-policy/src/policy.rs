//! A policy: compiled once, then asked about one resource after another.

use std::{
    collections::BTreeMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use jiff::Timestamp;
use keysweep_files::InvalidFile;
use keysweep_model::{
    Evidence, Facet, FacetSet, Missing, ParamValue, PolicyId, PolicySummary, Resource, Severity, Unreadable, Verdict,
};
use rhai::{AST, Dynamic, Engine, EvalAltResult, Module};
use sha2::{Digest, Sha256};

use self::{
    compiler::{Compiled, Compiler},
    limits::Limits,
    metadata::Metadata,
    params::OverrideError,
};
use crate::{
    check::Library,
    engine::{
        ParamsObject,
        explain::{runtime_error, type_of},
        handle::{self, Subject},
        record::Looked,
        runtime::Runtimes,
        watch::{self, Clock, watched},
    },
    objects::Object,
};

pub(crate) mod compiler;
pub(crate) mod limits;
pub(crate) mod loader;
pub(crate) mod metadata;
pub(crate) mod params;
pub(crate) mod source;

/// The largest policy file, in bytes. Parsing cannot be interrupted, so that its time is bounded by this alone.
pub(crate) const MAX_SOURCE: usize = 64 << 10;

/// A compiled policy with the parameters that it runs with. Cheap to clone; can be asked from any thread.
#[derive(Clone)]
pub struct Policy(Arc<Inner>);

struct Inner {
    source: String,
    text: Arc<str>,
    metadata: Metadata,
    script: Arc<AST>,
    engine: Arc<Engine>,
    limits: Arc<Limits>,
    libraries: Arc<[Library]>,
    warnings: Arc<InvalidFile>,
    /// The facets that the scripts may touch.
    may_read: FacetSet,
    params: BTreeMap<String, ParamValue>,
    params_object: ParamsObject,
    /// The getters of its parameters.
    getters: Arc<Module>,
    runtimes: Runtimes,
}

impl Policy {
    /// Compiles the policy file `text` under the usual limits; it can import nothing. See [`Compiler::compile`].
    ///
    /// # Errors
    /// When anything is wrong with the metadata or the script that can be known without data: all of it, each with its
    /// place.
    pub fn compile(source_name: &str, text: &str) -> Result<Self, InvalidFile> {
        Compiler::default().compile(source_name, text)
    }

    pub(crate) fn new(source_name: &str, text: &str, compiled: Compiled) -> Self {
        let Compiled { metadata, script, engine, limits, libraries, warnings, may_read } = compiled;
        let warnings = InvalidFile::new(source_name, text, warnings);
        let params: BTreeMap<_, _> =
            metadata.params.iter().map(|(name, spec)| (name.clone(), spec.default.clone())).collect();
        let params_object = ParamsObject::new(&params);
        Self(Arc::new(Inner {
            source: source_name.to_owned(),
            text: text.into(),
            metadata,
            script: Arc::new(script),
            engine,
            limits,
            libraries: libraries.into(),
            warnings: Arc::new(warnings),
            may_read,
            getters: params_object.getters(),
            params_object,
            params,
            runtimes: Runtimes::default(),
        }))
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
            script_digest: self.script_digest(),
        }
    }

    /// A digest of what judges: the lines of the script and of its libraries that are neither blank nor comments.
    fn script_digest(&self) -> String {
        let mut digest = Sha256::new();
        let texts = self.libraries().iter().map(|library| &*library.text).chain([self.text()]);
        for line in texts.flat_map(str::lines).map(str::trim) {
            if !line.is_empty() && !line.starts_with("//") {
                digest.update(line);
                digest.update("\n");
            }
        }
        digest.finalize().iter().take(10).map(|byte| format!("{byte:02x}")).collect()
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
        let params_object = ParamsObject::new(&all);
        let getters = params_object.getters();
        Ok(Self(Arc::new(Inner { metadata, params_object, getters, params: all, ..self.0.parts() })))
    }

    /// The same policy with another form of its script, for an engine that knows that.
    pub(crate) fn with_script(&self, script: AST, engine: Arc<Engine>, limits: Arc<Limits>) -> Self {
        Self(Arc::new(Inner { script: Arc::new(script), engine, limits, ..self.0.parts() }))
    }

    /// The same policy, which must import nothing, without limits: to measure what limits cost, and for nothing else.
    #[cfg(feature = "comparison")]
    #[must_use]
    pub fn without_limits(&self) -> Self {
        Self(Arc::new(Inner { engine: Arc::new(crate::engine::without_limits()), ..self.0.parts() }))
    }

    /// The text of its file.
    pub(crate) fn text(&self) -> &str {
        &self.0.text
    }

    /// The limits that its script runs under.
    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The libraries that it imports, each after those that it imports itself.
    pub(crate) fn libraries(&self) -> &[Library] {
        &self.0.libraries
    }

    /// What is in its file that its author may not have meant; none where there is nothing.
    #[must_use]
    pub fn warnings(&self) -> Option<&InvalidFile> {
        Some(&*self.0.warnings).filter(|warnings| !warnings.diagnostics.is_empty())
    }

    /// The facets that the script may touch, and the one that lists what it judges: the most that it can cost.
    #[must_use]
    pub fn may_read(&self) -> FacetSet {
        self.0.metadata.resource.listed_by().into_iter().fold(self.0.may_read, FacetSet::with)
    }

    /// Judges `resource`, which is of the kind that the policy is for, as of `now`. Pure: the same input gives the same
    /// output.
    #[must_use]
    pub fn evaluate(&self, resource: &Resource, now: Timestamp) -> Evaluation {
        self.evaluate_by(Clock::MACHINE, resource, now)
    }

    /// As [`Policy::evaluate`], with the time that the script takes measured by this clock.
    pub(crate) fn evaluate_by(&self, clock: Clock, resource: &Resource, now: Timestamp) -> Evaluation {
        let kind = self.0.metadata.resource;
        if resource.kind() != kind {
            let message = format!("the policy is for `{kind}`, and was asked about `{}`", resource.kind());
            return Evaluation::error(EvaluationError::new(message));
        }
        let subject = Arc::new(Subject::new(Object::judged(kind), now, &self.0.limits));
        let run = || catch_unwind(AssertUnwindSafe(|| self.run(&subject, resource, now)));
        let result = watched(clock, &self.0.limits, run)
            .unwrap_or_else(|_| Err(EvaluationError::new("the policy engine panicked")));
        Evaluation::new(subject.record.take(), result)
    }

    fn run(&self, subject: &Arc<Subject>, resource: &Resource, now: Timestamp) -> Result<Verdict, EvaluationError> {
        let arguments = [handle::judged(subject, resource), Dynamic::from(self.0.params_object.clone())];
        let script = (&*self.0.script, &self.0.getters);
        let result = self.0.runtimes.run(&self.0.engine, script, now, arguments);
        if let Some(limit) = watch::exceeded() {
            return Err(EvaluationError::new(limit.message()));
        }
        result.map_err(|error| EvaluationError::from_rhai(&error))?.try_cast_result::<Verdict>().map_err(|other| {
            let message = format!("`check` returned {} instead of a verdict", type_of(&other));
            EvaluationError::new(message).hint("end it with `pass()`, `fail(message)` or `exempt(reason)`")
        })
    }
}

impl Inner {
    /// All that it has, to make another of.
    fn parts(&self) -> Self {
        Self {
            source: self.source.clone(),
            text: Arc::clone(&self.text),
            metadata: self.metadata.clone(),
            script: Arc::clone(&self.script),
            runtimes: Runtimes::default(),
            engine: Arc::clone(&self.engine),
            limits: Arc::clone(&self.limits),
            libraries: Arc::clone(&self.libraries),
            warnings: Arc::clone(&self.warnings),
            may_read: self.may_read,
            params: self.params.clone(),
            params_object: self.params_object.clone(),
            getters: Arc::clone(&self.getters),
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Policy").field("id", self.id()).field("params", &self.0.params).finish_non_exhaustive()
    }
}

/// What a policy makes of one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The result.
    pub outcome: Outcome,
    /// The facts that the policy looked at, by the names that it used: `age_days`, `user.tag(owner)`.
    pub evidence: Evidence,
    /// The facets of every fact that it touched, known or not.
    pub reads: FacetSet,
}

impl Evaluation {
    /// The result of a script that looked at this. A missing fact decides, whatever the script made of being stopped.
    fn new(looked: Looked, result: Result<Verdict, EvaluationError>) -> Self {
        let Looked { evidence, reads, missing, .. } = looked;
        let outcome = match (missing, result) {
            (Some((Missing::NotRead(facet), fact)), _) => Outcome::Needs { facet, fact },
            (Some((Missing::Unreadable(why), _)), _) => Outcome::Unknown(why),
            (None, Ok(verdict)) => Outcome::Verdict(verdict),
            (None, Err(error)) => Outcome::Error(error),
        };
        Self { outcome, evidence, reads }
    }

    fn error(error: EvaluationError) -> Self {
        Self { outcome: Outcome::Error(error), evidence: Evidence::new(), reads: FacetSet::default() }
    }
}

/// The result of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The policy judged.
    Verdict(Verdict),
    /// The policy asked for a fact that has not been read: read its facet, and evaluate again.
    Needs {
        /// The facet that tells the fact.
        facet: Facet,
        /// The fact, by the name that scripts use.
        fact: Arc<str>,
    },
    /// The policy asked for a fact that cannot be read. This never passes.
    Unknown(Arc<Unreadable>),
    /// The policy failed. This never passes.
    Error(EvaluationError),
}

/// Why a policy gave no verdict.
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
