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
use rhai::{AST, CallFnOptions, Dynamic, Engine, EvalAltResult, Scope};

use self::{
    compiler::{Compiled, Compiler},
    limits::Limits,
    metadata::Metadata,
    params::OverrideError,
};
use crate::{
    check::{ENTRY, Library},
    engine::{
        ParamsObject,
        explain::{runtime_error, type_of},
        handle::{self, Subject},
        helpers::Time,
        record::Looked,
        watch::{self, Clock, EVALUATION_STACK, watched},
    },
    objects::Object,
    program::{self, End, Program, lower},
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
    /// The same script as it runs without Rhai, where it can.
    program: Option<Program>,
    engine: Arc<Engine>,
    limits: Arc<Limits>,
    libraries: Arc<[Library]>,
    warnings: Arc<InvalidFile>,
    /// The facets that the scripts may touch.
    may_read: FacetSet,
    params: BTreeMap<String, ParamValue>,
    params_object: ParamsObject,
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
        Self(Arc::new(Inner {
            source: source_name.to_owned(),
            text: text.into(),
            program: lower(&script, &libraries, metadata.resource, &params, &limits),
            metadata,
            script: Arc::new(script),
            engine,
            limits,
            libraries: libraries.into(),
            warnings: Arc::new(warnings),
            may_read,
            params_object: ParamsObject::new(&params),
            params,
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
        // One that runs by Rhai goes on to.
        let program = self.0.program.as_ref();
        let program =
            program.and_then(|_| lower(&self.0.script, &self.0.libraries, metadata.resource, &all, &self.0.limits));
        let params_object = ParamsObject::new(&all);
        Ok(Self(Arc::new(Inner { metadata, program, params_object, params: all, ..self.0.parts() })))
    }

    /// The same policy with another form of its script, for an engine that knows that.
    pub(crate) fn with_script(&self, script: AST, engine: Arc<Engine>, limits: Arc<Limits>) -> Self {
        Self(Arc::new(Inner { script: Arc::new(script), engine, limits, ..self.0.parts() }))
    }

    /// The same policy, always run by Rhai, which says what the language means.
    #[cfg(any(test, feature = "comparison"))]
    #[must_use]
    pub fn by_rhai(&self) -> Self {
        Self(Arc::new(self.0.parts()))
    }

    /// The same policy, which must import nothing, run by Rhai alone and without limits: to measure what limits cost, and
    /// for nothing else.
    #[cfg(feature = "comparison")]
    #[must_use]
    pub fn by_rhai_without_limits(&self) -> Self {
        Self(Arc::new(Inner { engine: Arc::new(crate::engine::language()), ..self.0.parts() }))
    }

    /// Its script as it runs without Rhai, where it can.
    #[cfg(test)]
    pub(crate) fn program(&self) -> Option<&Program> {
        self.0.program.as_ref()
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
        if let Some(evaluation) = self.evaluate_by_program(resource, now) {
            return evaluation;
        }
        let subject = Arc::new(Subject::new(Object::judged(kind), now, &self.0.limits));
        let run = || catch_unwind(AssertUnwindSafe(|| self.run(&subject, resource, now)));
        let result = watched(clock, &self.0.limits, run)
            .unwrap_or_else(|_| Err(EvaluationError::new("the policy engine panicked")));
        Evaluation::new(subject.record.take(), result)
    }

    /// As [`Policy::evaluate`], without Rhai; none where that is to judge.
    fn evaluate_by_program(&self, resource: &Resource, now: Timestamp) -> Option<Evaluation> {
        let program = self.0.program.as_ref()?;
        let subject = Subject::new(Object::judged(self.0.metadata.resource), now, &self.0.limits);
        let run = || catch_unwind(AssertUnwindSafe(|| program.run(&subject, resource)));
        match stacker::maybe_grow(program::STACK, EVALUATION_STACK, run).ok()? {
            End::Verdict(verdict) => Some(Evaluation::new(subject.record.take(), Ok(verdict))),
            End::Missing => {
                let stopped = Err(EvaluationError::new("the script was stopped"));
                Some(Evaluation::new(subject.record.take(), stopped))
            }
            End::Rhai => None,
        }
    }

    fn run(&self, subject: &Arc<Subject>, resource: &Resource, now: Timestamp) -> Result<Verdict, EvaluationError> {
        let script = &*self.0.script;
        // Only constants make statements, and only by running them does the script see them.
        let options = CallFnOptions::new()
            .eval_ast(!script.statements().is_empty())
            .rewind_scope(false)
            .with_tag(Dynamic::from(Time(now)));
        let arguments = [handle::judged(subject, resource), Dynamic::from(self.0.params_object.clone())];
        let engine = &self.0.engine;
        let result = engine.call_fn_with_options::<Dynamic>(options, &mut Scope::new(), script, ENTRY, arguments);
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
    /// All that it has but the program, to make another of.
    fn parts(&self) -> Self {
        Self {
            source: self.source.clone(),
            text: Arc::clone(&self.text),
            metadata: self.metadata.clone(),
            script: Arc::clone(&self.script),
            program: None,
            engine: Arc::clone(&self.engine),
            limits: Arc::clone(&self.limits),
            libraries: Arc::clone(&self.libraries),
            warnings: Arc::clone(&self.warnings),
            may_read: self.may_read,
            params: self.params.clone(),
            params_object: self.params_object.clone(),
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
    fn new(mut looked: Looked, result: Result<Verdict, EvaluationError>) -> Self {
        let outcome = match (looked.missing.take(), result) {
            (Some((Missing::NotRead(facet), fact)), _) => Outcome::Needs { facet, fact },
            (Some((Missing::Unreadable(why), _)), _) => Outcome::Unknown(why),
            (None, Ok(verdict)) => Outcome::Verdict(verdict),
            (None, Err(error)) => Outcome::Error(error),
        };
        let evidence = looked.evidence();
        Self { outcome, evidence, reads: looked.reads }
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
