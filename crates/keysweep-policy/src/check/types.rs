//! The types of expressions as far as they are known before a script runs.

use std::{
    any::TypeId,
    ops::{Range, RangeInclusive},
};

use keysweep_model::Verdict;
use rhai::{Array, Dynamic, FnPtr, ImmutableString, Map};

use crate::{
    engine::{
        ParamsObject,
        handle::{self, list::List},
        helpers::{Duration, Time},
        strict,
    },
    objects::{Kind, Object},
    policy::params::ParamType,
};

/// The type of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    Object(Object),
    /// The parameters.
    Params,
    Boolean,
    Integer,
    Float,
    String,
    Timestamp,
    Duration,
    /// A list of values of this type.
    List(Box<Type>),
    /// A list of objects, as it is given to scripts.
    Objects(Object),
    Map,
    Range,
    /// A closure.
    Function,
    Verdict,
    /// `()`.
    Nothing,
    /// There is no value: the script goes on elsewhere.
    Never,
    Unknown,
}

impl Type {
    /// The type of a property.
    pub(super) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Boolean => Self::Boolean,
            Kind::Integer => Self::Integer,
            Kind::Text => Self::String,
            Kind::Time => Self::Timestamp,
            Kind::Texts => Self::list(Self::String),
            Kind::Object(object) => Self::Object(object),
            Kind::Objects(object) => Self::Objects(object),
        }
    }

    /// The type of a parameter.
    pub(super) fn of_param(kind: ParamType) -> Self {
        match kind {
            ParamType::Integer => Self::Integer,
            ParamType::Float => Self::Float,
            ParamType::String => Self::String,
            ParamType::Boolean => Self::Boolean,
            ParamType::List => Self::list(Self::String),
        }
    }

    pub(super) fn list(item: Self) -> Self {
        Self::List(Box::new(item))
    }

    pub(super) fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown | Self::Never)
    }

    /// Whether a value of it may be of type `other`.
    pub(super) fn may_be(&self, other: &Self) -> bool {
        !self.is_known() || self == other
    }

    /// The type of what is of this type or of the other.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, one) | (one, Self::Never) => one,
            (one, other) if one == other => one,
            (Self::List(_), Self::List(_)) => Self::list(Self::Unknown),
            _ => Self::Unknown,
        }
    }

    /// The type of its items.
    pub(super) fn item(&self) -> Self {
        match self {
            Self::List(item) => (**item).clone(),
            Self::Objects(object) => Self::Object(*object),
            Self::Range => Self::Integer,
            Self::String => Self::String,
            Self::Object(_)
            | Self::Params
            | Self::Boolean
            | Self::Integer
            | Self::Float
            | Self::Timestamp
            | Self::Duration
            | Self::Map
            | Self::Function
            | Self::Verdict
            | Self::Nothing
            | Self::Never
            | Self::Unknown => Self::Unknown,
        }
    }

    /// The type with its article.
    pub(super) fn phrase(&self) -> &'static str {
        match self {
            Self::Object(object) => object.phrase(),
            Self::Params => "the parameters",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Float => "a float",
            Self::String => "a string",
            Self::Timestamp => "a timestamp",
            Self::Duration => "a duration",
            Self::List(_) | Self::Objects(_) => "a list",
            Self::Map => "a map",
            Self::Range => "a range",
            Self::Function => "a closure",
            Self::Verdict => "a verdict",
            Self::Nothing => "nothing (`()`)",
            Self::Never | Self::Unknown => "something",
        }
    }

    /// Whether an argument of it fits a native function's parameter.
    pub(super) fn fits(&self, parameter: TypeId) -> bool {
        let is = |types: &[TypeId]| types.contains(&parameter);
        if parameter == TypeId::of::<Dynamic>() {
            return true;
        }
        match self {
            Self::Object(object) => parameter == handle::type_id(*object),
            Self::Params => is(&[TypeId::of::<ParamsObject>()]),
            Self::Boolean => is(&[TypeId::of::<bool>()]),
            Self::Integer => is(&[TypeId::of::<i64>()]),
            Self::Float => is(&[TypeId::of::<f64>()]),
            // A string's character is a type of its own to Rhai.
            Self::String => is(&[
                TypeId::of::<ImmutableString>(),
                TypeId::of::<std::string::String>(),
                TypeId::of::<&str>(),
                TypeId::of::<char>(),
            ]),
            Self::Timestamp => is(&[TypeId::of::<Time>()]),
            Self::Duration => is(&[TypeId::of::<Duration>()]),
            Self::List(_) => is(&[TypeId::of::<Array>()]),
            Self::Objects(_) => is(&[TypeId::of::<List>()]),
            Self::Map => is(&[TypeId::of::<Map>()]),
            Self::Range => is(&[TypeId::of::<Range<i64>>(), TypeId::of::<RangeInclusive<i64>>()]),
            Self::Function => is(&[TypeId::of::<FnPtr>()]),
            Self::Verdict => is(&[TypeId::of::<Verdict>()]),
            Self::Nothing => is(&[TypeId::of::<()>()]),
            Self::Never | Self::Unknown => true,
        }
    }

    /// Whether `self operator other` compares.
    pub(super) fn compares(&self, operator: &str, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown | Self::Never, _) | (_, Self::Unknown | Self::Never) => true,
            (Self::Integer | Self::Float, Self::Integer | Self::Float)
            | (Self::String, Self::String)
            | (Self::Timestamp, Self::Timestamp)
            | (Self::Duration, Self::Duration) => true,
            (Self::Boolean, Self::Boolean) => strict::is_equality(operator),
            (Self::List(a), Self::List(b)) => strict::is_equality(operator) && a.compares("==", b),
            (Self::Object(a), Self::Object(b)) => strict::is_equality(operator) && a == b,
            (
                Self::Boolean
                | Self::Integer
                | Self::Float
                | Self::String
                | Self::Timestamp
                | Self::Duration
                | Self::List(_)
                | Self::Object(_)
                | Self::Params
                | Self::Objects(_)
                | Self::Map
                | Self::Range
                | Self::Function
                | Self::Verdict
                | Self::Nothing,
                _,
            ) => false,
        }
    }
}
