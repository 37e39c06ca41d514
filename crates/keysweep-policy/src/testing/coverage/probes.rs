//! Probes: functions that note that they were called, and the engine that knows them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rhai::{Dynamic, Engine, Module, Scope, module_resolvers::StaticModuleResolver};

use super::{
    instrument::{CONDITION, FALSE, LOOP, REACHED, Script, TRUE, instrument},
    point::Point,
};
use crate::{
    Policy, engine,
    policy::{compiler::COMPILER_STACK, limits::Limits},
};

/// The points that were reached, by number.
#[derive(Clone, Default)]
struct Hits(Arc<Mutex<Vec<bool>>>);

impl Hits {
    fn note(&self, point: i64) {
        let mut hits = self.lock();
        if let Some(hit) = usize::try_from(point).ok().and_then(|point| hits.get_mut(point)) {
            *hit = true;
        }
    }

    /// A panic within the lock is impossible; were it not, what was noted would still be true.
    fn lock(&self) -> MutexGuard<'_, Vec<bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn register(&self, engine: &mut Engine) {
        let hits = self.clone();
        engine.register_fn(REACHED, move |point: i64| hits.note(point));
        let hits = self.clone();
        engine.register_fn(TRUE, move |point: i64| {
            hits.note(point);
            true
        });
        let hits = self.clone();
        engine.register_fn(FALSE, move |point: i64| {
            hits.note(point);
            false
        });
        let hits = self.clone();
        engine.register_fn(CONDITION, move |point: i64, condition: Dynamic| {
            match condition.as_bool() {
                Ok(true) => hits.note(point),
                Ok(false) => hits.note(point + 1),
                // A value that is not a condition is the script's error, which is found right after this.
                Err(_) => {}
            }
            condition
        });
        let hits = self.clone();
        engine.register_fn(LOOP, move |point: i64, condition: Dynamic| {
            if condition.as_bool().unwrap_or_default() {
                hits.note(point);
            }
            condition
        });
    }
}

/// A policy with probes in it, and what they noted.
pub(crate) struct Covered {
    policy: Policy,
    hits: Hits,
    /// The points by number, each with the place of its file among the names.
    points: Vec<(usize, Point)>,
    names: Vec<String>,
}

/// Why no probes could be written into a script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("could not measure what the cases of `{file}` reach: {why}")]
pub struct NotCovered {
    /// The script.
    pub file: String,
    /// What the compiler says of it.
    pub why: String,
}

impl Covered {
    /// The policy with probes in its script and in its libraries.
    pub(crate) fn new(policy: &Policy) -> Result<Self, NotCovered> {
        stacker::grow(COMPILER_STACK, || Self::make(policy))
    }

    fn make(policy: &Policy) -> Result<Self, NotCovered> {
        let limits = widened(policy.limits());
        let hits = Hits::default();
        let mut covered = Self { policy: policy.clone(), hits, points: Vec::new(), names: Vec::new() };
        let mut modules: Vec<(String, Module)> = Vec::new();
        for library in policy.libraries() {
            let engine = covered.engine(&limits, &modules);
            let script = covered.instrument(&engine, &library.name, &library.text)?;
            // What stands outside the functions of a library runs here, and only here.
            let module = Module::eval_ast_as_new(Scope::new(), &script, &engine)
                .map_err(|error| NotCovered { file: library.name.to_string(), why: error.to_string() })?;
            modules.push((library.path.to_string(), module));
        }
        let engine = covered.engine(&limits, &modules);
        let script = covered.instrument(&engine, policy.source_name(), policy.text())?;
        covered.policy = policy.with_script(script, Arc::new(engine), Arc::new(limits));
        Ok(covered)
    }

    fn engine(&self, limits: &Limits, modules: &[(String, Module)]) -> Engine {
        let mut engine = engine::build(limits);
        self.hits.register(&mut engine);
        let mut resolver = StaticModuleResolver::new();
        for (path, module) in modules {
            resolver.insert(path.clone(), module.clone());
        }
        engine.set_module_resolver(resolver);
        engine
    }

    fn instrument(&mut self, engine: &Engine, name: &str, text: &str) -> Result<rhai::AST, NotCovered> {
        let Script { text, points } = instrument(engine, text, self.points.len());
        let file = self.names.len();
        self.names.push(name.to_owned());
        self.points.extend(points.into_iter().map(|point| (file, point)));
        self.hits.lock().resize(self.points.len(), false);
        engine.compile(&text).map_err(|error| NotCovered { file: name.to_owned(), why: error.to_string() })
    }

    /// The policy to judge with, so that the probes note what is reached.
    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The points of each file, each with whether it was reached.
    pub(super) fn points(&self) -> BTreeMap<String, Vec<(Point, bool)>> {
        let hits = self.hits.lock();
        let mut files: BTreeMap<String, Vec<(Point, bool)>> = BTreeMap::new();
        for ((file, point), is_reached) in self.points.iter().zip(hits.iter()) {
            files.entry(self.names[*file].clone()).or_default().push((*point, *is_reached));
        }
        files
    }
}

/// Limits with room for the probes.
fn widened(limits: &Limits) -> Limits {
    const TIMES: u64 = 8;
    Limits {
        operations: limits.operations.saturating_mul(TIMES),
        operations_per_object: limits.operations_per_object.saturating_mul(TIMES),
        milliseconds: limits.milliseconds.saturating_mul(TIMES),
        // Each condition is an argument of a probe in brackets.
        expression_depth: limits.expression_depth * 3,
        ..limits.clone()
    }
}
