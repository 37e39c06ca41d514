//! Objects as scripts hold them: what is judged and what it belongs to, with getters made from the tables.

use std::{
    any::TypeId,
    sync::{Arc, LazyLock},
};

use jiff::Timestamp;
use keysweep_files::did_you_mean;
use keysweep_model::{FacetSet, Fact, Resource};
use rhai::{Dynamic, Engine, EvalAltResult, Position};

use super::{
    helpers::Time,
    natives::no_text,
    record::{Record, Touch, Touched},
    watch::{self, Limit},
};
use crate::{
    objects::{Kind, Method, Object, PerObject, Property, Seen, Value},
    policy::limits::Limits,
};

pub(crate) mod list;

use list::List;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// What is judged, when, and what the script has looked at so far.
#[derive(Debug)]
pub(crate) struct Subject {
    judged: Object,
    pub(crate) now: Timestamp,
    pub(crate) record: Record,
}

impl Subject {
    pub(crate) fn new(judged: Object, now: Timestamp, limits: &Limits) -> Self {
        Self { judged, now, record: Record::new(limits.memory_bytes / 8) }
    }

    /// Whether this is the kind of object that is judged.
    pub(crate) fn is_judged(&self, object: Object) -> bool {
        self.judged == object
    }

    /// What the properties of the objects that `resource` leads to are read from.
    pub(crate) fn seen<'a>(&self, resource: &'a Resource) -> Seen<'a> {
        Seen { resource, now: self.now }
    }

    /// A property of an object that `resource` leads to.
    pub(crate) fn fact(&self, resource: &Resource, property: &Property) -> Fact<Value> {
        (property.read)(&self.seen(resource))
    }
}

/// An object of the kind `Object::ALL[OBJECT]`: each kind is a type of its own to the engine.
#[derive(Clone)]
struct Handle<const OBJECT: usize> {
    subject: Arc<Subject>,
    resource: Resource,
    /// Whether it was reached through a list.
    in_list: bool,
}

/// The resource that `check` is asked about.
pub(crate) fn judged(subject: &Arc<Subject>, resource: &Resource) -> Dynamic {
    handle(subject.judged, subject, resource.clone(), false)
}

pub(crate) fn handle(object: Object, subject: &Arc<Subject>, resource: Resource, in_list: bool) -> Dynamic {
    (TYPES[object as usize].wrap)(Arc::clone(subject), resource, in_list)
}

/// The type that objects of a kind have to the engine.
pub(crate) fn type_id(object: Object) -> TypeId {
    TYPES[object as usize].id
}

pub(crate) fn register(engine: &mut Engine) {
    TYPES.iter().for_each(|of| (of.register)(engine));
}

/// What the engine does with a kind of object.
struct Type {
    id: TypeId,
    register: fn(&mut Engine),
    wrap: fn(Arc<Subject>, Resource, bool) -> Dynamic,
    name_of: fn(&Dynamic) -> Option<Result<String>>,
}

/// In the order of `Object::ALL`.
static TYPES: LazyLock<[Type; Object::ALL.len()]> = LazyLock::new(Object::each);

impl PerObject for Type {
    fn of<const OBJECT: usize>() -> Self {
        Self {
            id: TypeId::of::<Handle<OBJECT>>(),
            register: register_object::<OBJECT>,
            wrap: |subject, resource, in_list| Dynamic::from(Handle::<OBJECT> { subject, resource, in_list }),
            name_of: |value| value.read_lock::<Handle<OBJECT>>().map(|it| it.name()),
        }
    }
}

fn register_object<const OBJECT: usize>(engine: &mut Engine) {
    let object = Object::ALL[OBJECT];
    engine.register_type_with_name::<Handle<OBJECT>>(object.phrase());
    for property in object.properties() {
        let names = Names::new(object, property.name, property.kind);
        let reads = property.reads();
        engine.register_get(property.name, move |it: &mut Handle<OBJECT>| {
            let fact = it.subject.fact(&it.resource, property);
            it.touch(&Touch { name: names.of(it.subject.is_judged(object)), reads, in_list: it.in_list }, fact)
        });
    }
    for method in object.methods() {
        engine.register_fn(method.name, move |it: &mut Handle<OBJECT>, argument: &str| {
            let name = method_name(object, it.subject.is_judged(object), method, argument);
            let fact = (method.read)(&it.subject.seen(&it.resource), argument);
            let reads = FacetSet::of(method.facets);
            it.touch(&Touch { name: &name.into(), reads, in_list: it.in_list }, fact)
        });
    }
    // Rhai asks the indexer for a property that has no getter.
    engine.register_indexer_get(move |_: &mut Handle<OBJECT>, name: &str| -> Result<Dynamic> {
        Err(no_property(object, name))
    });
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, move |_: &mut Handle<OBJECT>| no_text(object.phrase()));
    }
    engine.register_fn("==", |a: Handle<OBJECT>, b: Handle<OBJECT>| a.same(&b));
    engine.register_fn("!=", |a: Handle<OBJECT>, b: Handle<OBJECT>| !a.same(&b));
}

/// The names of a fact in evidence: of the object that is judged, and of one that it leads to.
struct Names {
    own: Arc<str>,
    reached: Arc<str>,
}

impl Names {
    fn new(object: Object, name: &str, kind: Kind) -> Self {
        let name = match kind {
            Kind::Objects(_) => format!("{name}.len"),
            Kind::Boolean | Kind::Integer | Kind::Text | Kind::Time | Kind::Texts | Kind::Object(_) => name.to_owned(),
        };
        Self { reached: format!("{}.{name}", object.name()).into(), own: name.into() }
    }

    fn of(&self, is_judged: bool) -> &Arc<str> {
        if is_judged { &self.own } else { &self.reached }
    }
}

/// The name in evidence of what a method was asked.
fn method_name(object: Object, is_judged: bool, method: &Method, argument: &str) -> String {
    match is_judged {
        true => format!("{}({argument})", method.name),
        false => format!("{}.{}({argument})", object.name(), method.name),
    }
}

/// How many objects are put into a list in the time of one operation.
const OBJECTS_PER_OPERATION: u64 = 8;

impl<const OBJECT: usize> Handle<OBJECT> {
    /// The value of a fact for the script; where it is missing, the script ends here, and no `catch` can prevent it.
    fn touch(&self, touch: &Touch<'_>, fact: Fact<Value>) -> Result<Dynamic> {
        let value = match self.subject.record.touch(touch, fact) {
            Touched::Value(value) => value,
            Touched::Missing => return Err(EvalAltResult::ErrorTerminated(Dynamic::UNIT, Position::NONE).into()),
            Touched::TooMuch(most) => return Err(Limit::Memory(most).error()),
        };
        match value {
            Value::Boolean(value) => Ok(value.into()),
            Value::Integer(value) => Ok(value.into()),
            Value::Text(value) => Ok(value.into()),
            Value::Time(value) => Ok(Dynamic::from(Time(value))),
            Value::Texts(values) => Ok(values.into_iter().map(Dynamic::from).collect::<Vec<_>>().into()),
            Value::Object(object) => Ok(handle(object, &self.subject, self.resource.clone(), self.in_list)),
            Value::Objects(object, resources) => {
                watch::widen(resources.len());
                // Each was looked up, and is in this list once more.
                watch::spend(resources.len() as u64 / OBJECTS_PER_OPERATION).map_err(Limit::error)?;
                Ok(Dynamic::from(List::new(&self.subject, object, resources)))
            }
            Value::Absent(help) => Err(help.into()),
        }
    }

    /// What it is called in the evidence of a verdict.
    fn name(&self) -> Result<String> {
        let object = Object::ALL[OBJECT];
        let Some(property) = object.named_by() else { return Ok(object.name().to_owned()) };
        let name = Names::new(object, property.name, property.kind);
        let touch = Touch { name: &name.reached, reads: property.reads(), in_list: self.in_list };
        self.touch(&touch, self.subject.fact(&self.resource, property)).map(|name| name.to_string())
    }

    fn same(&self, other: &Self) -> bool {
        self.resource.is_same(&other.resource)
    }
}

fn no_property(object: Object, name: &str) -> Box<EvalAltResult> {
    if object.property_names().any(|known| known == name) {
        return format!("{} has no index: write `.{name}`", object.phrase()).into();
    }
    let help = did_you_mean(name, "it has", object.property_names()).unwrap_or_default();
    format!("{} has no property `{name}`: {help}", object.phrase()).into()
}

/// What an object is called in the evidence of a verdict: a key by its id, a user by its name; none for a
/// value that is not an object.
pub(crate) fn name_of(value: &Dynamic) -> Option<Result<String>> {
    TYPES.iter().find_map(|of| (of.name_of)(value))
}
