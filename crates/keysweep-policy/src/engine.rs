//! The Rhai engine as policies get it: few packages, strict operators, our objects and verdicts, and limits on everything.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use keysweep_files::did_you_mean;
use keysweep_model::ParamValue;
use rhai::{
    Dynamic, Engine, EvalAltResult, FuncInfo, Module, NativeCallContext, OptimizationLevel,
    packages::{
        ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
        BasicStringPackage, LogicPackage, MoreStringPackage, Package,
    },
};

use self::runtime::ENTRY_LEVELS;
use crate::policy::limits::Limits;

mod callbacks;
mod charge;
mod costs;
pub(crate) mod explain;
pub(crate) mod handle;
pub(crate) mod helpers;
mod natives;
pub(crate) mod pattern;
pub(crate) mod record;
pub(crate) mod runtime;
pub(crate) mod strict;
pub(crate) mod verdicts;
pub(crate) mod watch;

/// The engine of all policies with the usual limits: it holds no state, so that one serves the whole process.
pub(crate) static ENGINE: LazyLock<Arc<Engine>> = LazyLock::new(|| Arc::new(build(&Limits::default())));

/// How many libraries a policy may import, those that its libraries import included.
pub(crate) const MAX_LIBRARIES: usize = 16;

/// What a script cannot do, with the reason. Each is refused when the policy is compiled.
pub(crate) const DISABLED: [(&str, &str); 14] = [
    ("eval", "a policy runs only what its file says"),
    ("export", "every function of a library can be used by the scripts that import it"),
    ("print", "a policy says what it finds in its verdict"),
    ("debug", "a policy says what it finds in its verdict"),
    ("Fn", "a policy calls its functions by name"),
    ("call", "a policy calls its functions by name"),
    ("curry", "a policy calls its functions by name"),
    ("switch", "it silently matches nothing where types differ: use `if` and `else if`"),
    ("<<", "it silently loses bits"),
    (">>", "it silently loses bits"),
    ("<<=", "it silently loses bits"),
    (">>=", "it silently loses bits"),
    ("is_shared", "values are never shared"),
    ("sync", "policies run one by one"),
];

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// An engine with these limits.
pub(crate) fn build(limits: &Limits) -> Engine {
    let [mut engine, mut natives] = [packages(), packages()];
    limit(&mut natives, limits);
    charge(&mut engine, natives);
    register(&mut engine);
    limit(&mut engine, limits);
    engine
}

/// An engine that knows the policy language, without limits.
#[cfg(feature = "comparison")]
pub(crate) fn without_limits() -> Engine {
    let mut engine = packages();
    register(&mut engine);
    engine
}

/// Puts a charge before each function of Rhai's own that does more than a little. What works after it is the function of
/// an engine of its own, as the charge stands in its place here. Our functions charge themselves.
fn charge(engine: &mut Engine, natives: Engine) {
    let form = |function: FuncInfo<'_>| {
        let types = function.metadata.param_types.to_vec();
        Some((function.metadata.name.to_string(), types))
    };
    let natives = Arc::new(natives);
    for (name, types) in natives.collect_fn_metadata(None, form, true) {
        let Some(pricing) = costs::pricing(&name, &types) else { continue };
        let natives = Arc::clone(&natives);
        let called = name.clone();
        engine.register_raw_fn(name, types, move |context: NativeCallContext<'_>, arguments| -> Result<Dynamic> {
            pricing(arguments).charge()?;
            call_in(&natives, &context, &called, arguments)
        });
    }
}

/// Calls the native function of another engine, as if it had been called there.
#[expect(deprecated, reason = "Rhai marks what may change so; there is no other way to the function of another engine")]
fn call_in(
    engine: &Engine,
    context: &NativeCallContext<'_>,
    name: &str,
    arguments: &mut [&mut Dynamic],
) -> Result<Dynamic> {
    let store = context.store_data();
    NativeCallContext::from_stored_data(engine, &store).call_native_fn_raw(name, true, arguments)
}

/// An engine with what the policy language has of Rhai.
fn packages() -> Engine {
    let mut engine = Engine::new_raw();
    // The core package is taken in parts, so that `sleep`, `exit`, `parse_json` and value tags do not exist.
    ArithmeticPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);
    for (symbol, _) in DISABLED {
        engine.disable_symbol(symbol);
    }
    engine
        .set_strict_variables(true)
        .set_allow_shadowing(false)
        .set_fail_on_invalid_map_property(true)
        // Rhai's own operators are silently false for unlike types; ours are errors, and are asked only without these.
        .set_fast_operators(false)
        // The checker reads the script as it was written.
        .set_optimization_level(OptimizationLevel::None);
    engine
}

/// Adds what the policy language has of its own, in the place of what Rhai has of the same name.
fn register(engine: &mut Engine) {
    strict::register(engine);
    handle::register(engine);
    handle::list::register(engine);
    callbacks::register(engine);
    natives::register(engine);
    helpers::register(engine);
    verdicts::register(engine);
    engine.register_type_with_name::<ParamsObject>("the parameters");
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, |_: &mut ParamsObject| natives::no_text("the policy's set of parameters"));
    }
    engine.register_indexer_get(|params: &mut ParamsObject, name: &str| params.get(name));
}

fn limit(engine: &mut Engine, limits: &Limits) {
    engine
        .set_max_call_levels(limits.call_levels + ENTRY_LEVELS)
        .set_max_expr_depths(limits.expression_depth, limits.expression_depth)
        .set_max_functions(64)
        .set_max_variables(limits.variables())
        .set_max_string_size(limits.text_bytes)
        .set_max_array_size(limits.list_items)
        .set_max_map_size(limits.map_entries)
        .set_max_modules(MAX_LIBRARIES);
    engine.on_progress(|_| watch::overstepped().map(Dynamic::from));
}

/// The parameters that a policy runs with, as a script holds them.
#[derive(Clone)]
pub(crate) struct ParamsObject(Arc<BTreeMap<String, Dynamic>>);

impl ParamsObject {
    pub(crate) fn new(values: &BTreeMap<String, ParamValue>) -> Self {
        Self(Arc::new(values.iter().map(|(name, value)| (name.clone(), to_dynamic(value))).collect()))
    }

    /// A getter for each of them. Rhai asks the indexer only after it has failed to find a getter, which takes long.
    pub(crate) fn getters(&self) -> Arc<Module> {
        let mut module = Module::new();
        for (name, value) in &*self.0 {
            let value = value.clone();
            module.set_getter_fn(name, move |_: &mut Self| Ok(value.clone()));
        }
        module.into()
    }

    fn get(&self, name: &str) -> Result<Dynamic> {
        self.0.get(name).cloned().ok_or_else(|| {
            let help = did_you_mean(name, "it has", self.0.keys().map(String::as_str));
            let help = help.unwrap_or_else(|| "it has none".to_owned());
            format!("the policy has no parameter `{name}`: {help}").into()
        })
    }
}

fn to_dynamic(value: &ParamValue) -> Dynamic {
    match value {
        ParamValue::Integer(value) => (*value).into(),
        ParamValue::Number(value) => (*value).into(),
        ParamValue::String(value) => value.into(),
        ParamValue::Boolean(value) => (*value).into(),
        ParamValue::List(values) => values.iter().map(|text| Dynamic::from(text.clone())).collect::<Vec<_>>().into(),
    }
}
