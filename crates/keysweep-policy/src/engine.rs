//! The Rhai engine as policies get it: few packages, strict operators, our objects and verdicts, and limits on everything.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use keysweep_model::{Fact, ParamValue, Verdict};
use rhai::{
    Dynamic, Engine, EvalAltResult, ImmutableString, OptimizationLevel, Position,
    packages::{
        ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
        BasicStringPackage, LogicPackage, MoreStringPackage, Package,
    },
};

use crate::{
    objects::{Object, Subject, Value},
    strict,
    suggest::did_you_mean,
    watch,
};

/// The engine of all policies: it holds no state, so that one serves the whole process.
pub(crate) static ENGINE: LazyLock<Engine> = LazyLock::new(build);

/// What a script cannot do, with the reason. Each is refused when the policy is compiled.
pub(crate) const DISABLED: [(&str, &str); 15] = [
    ("eval", "a policy runs only what its file says"),
    ("import", "a policy is one file"),
    ("export", "a policy is one file"),
    ("print", "a policy speaks by its verdict"),
    ("debug", "a policy speaks by its verdict"),
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

const MAX_STRING: usize = 16 << 10;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

fn build() -> Engine {
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
    limit(&mut engine);
    strict::register(&mut engine);
    register_objects(&mut engine);
    register_verdicts(&mut engine);
    engine.register_fn("replace", replace);
    engine
}

fn limit(engine: &mut Engine) {
    engine
        .set_max_call_levels(16)
        .set_max_expr_depths(64, 64)
        .set_max_functions(64)
        .set_max_variables(64)
        .set_max_string_size(MAX_STRING)
        .set_max_array_size(1024)
        .set_max_map_size(256)
        .set_max_modules(0)
        .set_strict_variables(true)
        .set_allow_shadowing(false)
        .set_allow_anonymous_fn(false)
        .set_fail_on_invalid_map_property(true)
        // Rhai's own operators are silently false for unlike types; ours are errors, and are asked only without these.
        .set_fast_operators(false)
        // The checker reads the script as it was written.
        .set_optimization_level(OptimizationLevel::None);
    engine.on_progress(|_| watch::overstepped().map(Dynamic::from));
}

/// An access key as a script holds it.
#[derive(Clone)]
pub(crate) struct KeyObject(Arc<Subject>);

#[derive(Clone)]
struct UserObject(Arc<Subject>);

#[derive(Clone)]
struct AccountObject(Arc<Subject>);

/// An object that a script can hold.
trait Handle: Clone + Send + Sync + 'static {
    const OBJECT: Object;

    fn subject(&self) -> &Arc<Subject>;
}

impl KeyObject {
    pub(crate) fn new(subject: Arc<Subject>) -> Self {
        Self(subject)
    }
}

impl Handle for KeyObject {
    const OBJECT: Object = Object::Key;

    fn subject(&self) -> &Arc<Subject> {
        &self.0
    }
}

impl Handle for UserObject {
    const OBJECT: Object = Object::User;

    fn subject(&self) -> &Arc<Subject> {
        &self.0
    }
}

impl Handle for AccountObject {
    const OBJECT: Object = Object::Account;

    fn subject(&self) -> &Arc<Subject> {
        &self.0
    }
}

fn register_objects(engine: &mut Engine) {
    register_object::<KeyObject>(engine);
    register_object::<UserObject>(engine);
    register_object::<AccountObject>(engine);
    engine.register_fn("tag", |user: &mut UserObject, name: &str| {
        touch(&user.0, format!("user.tag({name})"), user.0.tag(name))
    });
    engine.register_fn("has_tag", |user: &mut UserObject, name: &str| {
        touch(&user.0, format!("user.has_tag({name})"), user.0.has_tag(name))
    });
    engine.register_type_with_name::<ParamsObject>("the parameters");
    engine.register_indexer_get(|params: &mut ParamsObject, name: &str| params.get(name));
}

fn register_object<H: Handle>(engine: &mut Engine) {
    engine.register_type_with_name::<H>(H::OBJECT.phrase());
    for property in H::OBJECT.properties() {
        engine.register_get(property.name, |object: &mut H| {
            let name = format!("{}{}", H::OBJECT.prefix(), property.name);
            touch(object.subject(), name, (property.read)(object.subject()))
        });
    }
    for (name, target) in H::OBJECT.links() {
        engine.register_get(*name, |object: &mut H| {
            let subject = Arc::clone(object.subject());
            match target {
                Object::Key => Dynamic::from(KeyObject(subject)),
                Object::User => Dynamic::from(UserObject(subject)),
                Object::Account => Dynamic::from(AccountObject(subject)),
            }
        });
    }
    // Rhai asks the indexer for a property that has no getter.
    engine.register_indexer_get(|_: &mut H, name: &str| -> Result<Dynamic> { Err(no_property(H::OBJECT, name)) });
}

/// The value of a fact for the script; where it is missing, the script ends here, and no `catch` can prevent it.
fn touch(subject: &Subject, name: String, fact: Fact<Value>) -> Result<Dynamic> {
    match subject.record.touch(name, fact) {
        Some(Value::Boolean(value)) => Ok(value.into()),
        Some(Value::Integer(value)) => Ok(value.into()),
        Some(Value::Text(value)) => Ok(value.into()),
        None => Err(EvalAltResult::ErrorTerminated(Dynamic::UNIT, Position::NONE).into()),
    }
}

fn no_property(object: Object, name: &str) -> Box<EvalAltResult> {
    if object.property_names().any(|known| known == name) {
        return format!("{} has no index: write `.{name}`", object.phrase()).into();
    }
    let help = did_you_mean(name, "it has", object.property_names()).unwrap_or_default();
    format!("{} has no property `{name}`: {help}", object.phrase()).into()
}

/// The parameters that a policy runs with, as a script holds them.
#[derive(Clone)]
pub(crate) struct ParamsObject(Arc<BTreeMap<String, Dynamic>>);

impl ParamsObject {
    pub(crate) fn new(values: &BTreeMap<String, ParamValue>) -> Self {
        Self(Arc::new(values.iter().map(|(name, value)| (name.clone(), to_dynamic(value))).collect()))
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

fn register_verdicts(engine: &mut Engine) {
    engine.register_type_with_name::<Verdict>("a verdict");
    engine.register_fn("pass", || Verdict::Pass { note: None });
    engine.register_fn("pass", |note: &str| Verdict::Pass { note: Some(note.to_owned()) });
    engine.register_fn("fail", |message: &str| -> Result<Verdict> {
        Ok(Verdict::Fail { message: said("fail", message)? })
    });
    engine.register_fn("exempt", |reason: &str| -> Result<Verdict> {
        Ok(Verdict::Exempt { reason: said("exempt", reason)? })
    });
}

fn said(verdict: &str, words: &str) -> Result<String> {
    if words.trim().is_empty() {
        return Err(format!("`{verdict}` needs words: whoever reads the finding has nothing else").into());
    }
    Ok(words.to_owned())
}

/// Rhai's `replace` makes the whole result before its size is checked; this one checks first.
fn replace(text: &mut ImmutableString, find: &str, with: &str) -> Result<()> {
    let found = if find.is_empty() { text.chars().count() + 1 } else { text.matches(find).count() };
    if text.len() + found * with.len() > MAX_STRING {
        return Err(EvalAltResult::ErrorDataTooLarge("Length of string".to_owned(), Position::NONE).into());
    }
    *text = text.replace(find, with).into();
    Ok(())
}
