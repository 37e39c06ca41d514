//! CEL by cel: a context for each key, with the key as a map that borrows its texts.

use std::collections::HashMap;

use anyhow::{Result, bail};
use cel::{
    Context, Program, Value,
    common::{
        types::{CelBool, CelInt, CelMap, CelMapKey, CelString},
        value::Val,
    },
};

use super::{Engine, Extent, Judged};
use crate::keys::{Key, MAX_AGE_DAYS, MAX_SERVICE_AGE_DAYS, OU_PATH};

pub(super) struct Cel {
    program: Program,
    /// The functions and the parameters: the parent of every key's context.
    root: Context<'static, 'static>,
}

impl Cel {
    pub(super) fn new() -> Result<Self> {
        let program = Program::compile(include_str!("../../rules/cel.cel"))?;
        let mut root = Context::default();
        let params = [("max_age_days", MAX_AGE_DAYS), ("max_service_age_days", MAX_SERVICE_AGE_DAYS)];
        root.add_variable_as_val("params", map(params.map(|(name, value)| (name, integer(value)))));
        Ok(Self { program, root })
    }
}

impl Engine for Cel {
    type Input<'a> = Context<'a, 'a>;

    fn input<'a>(&'a self, key: &'a Key, extent: Extent) -> Result<Context<'a, 'a>> {
        let mut context = self.root.new_inner_scope();
        context.add_variable_as_val("key", of_key(key, extent));
        Ok(context)
    }

    fn judge(&self, context: &Context<'_, '_>) -> Result<Judged> {
        match self.program.execute(context)? {
            Value::String(answer) => Ok(Judged::from_text(&answer)),
            other => bail!("cel answered {other:?}"),
        }
    }
}

type Boxed<'a> = Box<dyn Val + 'a>;

fn of_key(key: &Key, extent: Extent) -> Boxed<'_> {
    let facts = key.facts();
    let tags = map(facts.tags.iter().map(|(name, value)| (name.as_str(), text(value))));
    let active = ("active", boolean(facts.active));
    let age_days = ("age_days", integer(facts.age_days));
    if extent == Extent::Needed {
        return map([active, age_days, ("user", map([("tags", tags)]))]);
    }
    let user = map([
        ("arn", text(&key.user.arn)),
        ("name", text(key.user.name.as_str())),
        ("path", text(&key.user.path)),
        ("tags", tags),
    ]);
    let account = map([
        ("id", owned(key.account().id.to_string())),
        ("name", text(key.account().name.as_str())),
        ("ou_path", text(OU_PATH)),
    ]);
    map([
        ("account", account),
        active,
        age_days,
        ("id", text(facts.id)),
        ("idle_days", integer(facts.idle_days)),
        ("never_used", boolean(facts.never_used)),
        ("user", user),
    ])
}

fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Boxed<'a>)>) -> Boxed<'a> {
    let entries = entries.into_iter().map(|(name, value)| (CelMapKey::from(name), value));
    Box::new(CelMap::from(entries.collect::<HashMap<_, _>>()))
}

fn text(value: &str) -> Boxed<'_> {
    Box::new(CelString::from(value))
}

fn owned(value: String) -> Boxed<'static> {
    Box::new(CelString::from(value))
}

fn integer(value: i64) -> Boxed<'static> {
    Box::new(CelInt::from(value))
}

fn boolean(value: bool) -> Boxed<'static> {
    Box::new(CelBool::from(value))
}
