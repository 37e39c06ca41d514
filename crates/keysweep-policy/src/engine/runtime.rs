//! What Rhai keeps while a script runs, and what is kept of that from one resource to the next.
//!
//! Rhai looks each function up by its name and the types of its arguments, and remembers what it found for as long as its
//! caches live. A script has the same functions for each resource, so the caches live as long as the policy does, and the
//! imports and constants of its file are evaluated once. Nothing that a script does outlives its run.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rhai::{AST, Caches, Dynamic, Engine, EvalAltResult, EvalContext, GlobalRuntimeState, Module, Scope};

use super::helpers::Time;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The function that every policy defines.
pub(crate) const ENTRY: &str = "check";

/// The calls on the way into `check`, which Rhai counts with those of the script.
pub(crate) const ENTRY_LEVELS: usize = 2;

/// The runtimes of a policy that no thread uses at the moment.
#[derive(Default)]
pub(crate) struct Runtimes(Mutex<Vec<Runtime>>);

/// Everything that Rhai keeps while it runs a script.
struct Runtime {
    global: GlobalRuntimeState,
    caches: Caches,
    imports: usize,
}

impl Runtimes {
    /// Calls `check` of `script`, with the getters of its parameters, as of `now`.
    pub(crate) fn run(
        &self,
        engine: &Engine,
        (script, getters): (&AST, &Arc<Module>),
        now: Timestamp,
        arguments: [Dynamic; 2],
    ) -> Result<Dynamic> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut runtime = kept.map_or_else(|| Runtime::new(engine, script, getters), Ok)?;
        let result = runtime.call(engine, now, arguments);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(runtime);
        result
    }
}

impl Runtime {
    fn new(engine: &Engine, script: &AST, getters: &Arc<Module>) -> Result<Self> {
        let mut global = engine.new_global_runtime_state();
        // Rhai looks for the closures of the script in the first.
        global.lib.extend([Arc::clone(script.shared_lib()), Arc::clone(getters)]);
        let (mut caches, mut scope) = (Caches::new(), Scope::new());
        #[expect(deprecated, reason = "Rhai has no other way to keep the caches")]
        let _ = engine.eval_statements_raw(&mut global, &mut caches, &mut scope, script.statements())?;
        let imports = global.num_imports();
        Ok(Self { global, caches, imports })
    }

    fn call(&mut self, engine: &Engine, now: Timestamp, [mut judged, mut params]: [Dynamic; 2]) -> Result<Dynamic> {
        self.global.tag = Dynamic::from(Time(now));
        // The constants of the file are not in it: they are `global::NAME`, and a function may have variables of these names.
        let mut scope = Scope::new();
        let mut context = EvalContext::new(engine, &mut self.global, &mut self.caches, &mut scope, None);
        let result = context.call_fn_raw(ENTRY, false, false, &mut [&mut judged, &mut params]);
        // A script that was stopped leaves these as they were.
        self.global.truncate_imports(self.imports);
        result
    }
}
