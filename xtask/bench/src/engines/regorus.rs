//! Rego by regorus: its virtual machine and its interpreter, on the same input.

use std::{cell::RefCell, collections::BTreeMap};

use anyhow::Result;
use regorus::{Value, languages::rego::compiler::Compiler, rvm::vm::RegoVM};

use super::{Engine, Extent, Judged};
use crate::keys::{Key, MAX_AGE_DAYS, MAX_SERVICE_AGE_DAYS, OU_PATH};

const RULE: &str = "data.keysweep.verdict";

pub(super) struct Vm {
    vm: RefCell<RegoVM>,
    names: Names,
}

impl Vm {
    pub(super) fn new() -> Result<Self> {
        let policy = engine()?.compile_with_entrypoint(&RULE.into())?;
        let mut vm = RegoVM::new();
        vm.load_program(Compiler::compile_from_policy(&policy, &[RULE]).map_err(anyhow::Error::msg)?);
        vm.set_data(data())?;
        Ok(Self { vm: RefCell::new(vm), names: Names::new() })
    }
}

impl Engine for Vm {
    type Input<'a> = Value;

    fn input<'a>(&'a self, key: &'a Key, extent: Extent) -> Result<Value> {
        Ok(self.names.input(key, extent))
    }

    fn judge(&self, input: &Value) -> Result<Judged> {
        let mut vm = self.vm.borrow_mut();
        vm.set_input(input.clone());
        Ok(Judged::from_text(vm.execute()?.as_string()?))
    }
}

pub(super) struct Interpreter {
    engine: RefCell<regorus::Engine>,
    names: Names,
}

impl Interpreter {
    pub(super) fn new() -> Result<Self> {
        let mut engine = engine()?;
        engine.add_data(data())?;
        Ok(Self { engine: RefCell::new(engine), names: Names::new() })
    }
}

impl Engine for Interpreter {
    type Input<'a> = Value;

    fn input<'a>(&'a self, key: &'a Key, extent: Extent) -> Result<Value> {
        Ok(self.names.input(key, extent))
    }

    fn judge(&self, input: &Value) -> Result<Judged> {
        let mut engine = self.engine.borrow_mut();
        engine.set_input(input.clone());
        Ok(Judged::from_text(engine.eval_rule(RULE.to_owned())?.as_string()?))
    }
}

fn engine() -> Result<regorus::Engine> {
    let mut engine = regorus::Engine::new();
    engine.add_policy("rules/regorus.rego".to_owned(), include_str!("../../rules/regorus.rego").to_owned())?;
    Ok(engine)
}

fn data() -> Value {
    let params = [("max_age_days", MAX_AGE_DAYS), ("max_service_age_days", MAX_SERVICE_AGE_DAYS)];
    let params = object(params.map(|(name, value)| (name.into(), value.into())));
    object([("params".into(), params)])
}

fn object(entries: impl IntoIterator<Item = (Value, Value)>) -> Value {
    Value::from(entries.into_iter().collect::<BTreeMap<_, _>>())
}

macro_rules! names {
    ($($name:ident),+) => {
        /// The names of the input, made once: a clone of one allocates nothing.
        struct Names { $($name: Value),+ }

        impl Names {
            fn new() -> Self {
                Self { $($name: stringify!($name).into()),+ }
            }
        }
    };
}

names!(account, active, age_days, arn, id, idle_days, name, never_used, ou_path, path, tags, user);

impl Names {
    fn input(&self, key: &Key, extent: Extent) -> Value {
        let facts = key.facts();
        let tags = object(facts.tags.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into())));
        let active = (self.active.clone(), facts.active.into());
        let age_days = (self.age_days.clone(), facts.age_days.into());
        let tags = (self.tags.clone(), tags);
        if extent == Extent::Needed {
            return object([active, age_days, (self.user.clone(), object([tags]))]);
        }
        let user = object([
            (self.arn.clone(), key.user.arn.as_str().into()),
            (self.name.clone(), key.user.name.as_str().into()),
            (self.path.clone(), key.user.path.as_str().into()),
            tags,
        ]);
        let account = object([
            (self.id.clone(), key.account().id.to_string().into()),
            (self.name.clone(), key.account().name.as_str().into()),
            (self.ou_path.clone(), OU_PATH.into()),
        ]);
        object([
            (self.account.clone(), account),
            active,
            age_days,
            (self.id.clone(), facts.id.into()),
            (self.idle_days.clone(), facts.idle_days.into()),
            (self.never_used.clone(), facts.never_used.into()),
            (self.user.clone(), user),
        ])
    }
}
