//! Parameters of policies: what a policy declares, and what a user may set.

use keysweep_files::did_you_mean;
use keysweep_model::{ParamValue, PolicyId};

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamType {
    /// An integer.
    Integer,
    /// A float; integers are accepted.
    Float,
    /// A string.
    String,
    /// A boolean.
    Boolean,
    /// A list of strings.
    List,
}

impl ParamType {
    pub(crate) const ALL: [Self; 5] = [Self::Integer, Self::Float, Self::String, Self::Boolean, Self::List];

    /// The word that names the type in a policy's metadata.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Float => "float",
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::List => "list",
        }
    }

    /// The type that this word names.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// `value` as this type; none where it is of another. Only integers are converted, to floats.
    pub(crate) fn convert(self, value: &ParamValue) -> Option<ParamValue> {
        match (self, value) {
            (Self::Float, ParamValue::Integer(value)) => exact_float(*value).map(ParamValue::Number),
            (Self::Float, ParamValue::Number(number)) if number.is_nan() => None,
            (Self::Integer, ParamValue::Integer(_))
            | (Self::Float, ParamValue::Number(_))
            | (Self::String, ParamValue::String(_))
            | (Self::Boolean, ParamValue::Boolean(_))
            | (Self::List, ParamValue::List(_)) => Some(value.clone()),
            (Self::Integer | Self::Float | Self::String | Self::Boolean | Self::List, _) => None,
        }
    }
}

/// The float that is `value` exactly; beyond 2^53 not every integer is one.
fn exact_float(value: i64) -> Option<f64> {
    let limit = 1_i64 << f64::MANTISSA_DIGITS;
    #[expect(clippy::cast_precision_loss, reason = "within the limit there is no loss")]
    (-limit..=limit).contains(&value).then_some(value as f64)
}

/// What a policy declares about one of its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamSpec {
    /// The type of its values.
    pub kind: ParamType,
    /// The value where the user sets none.
    pub default: ParamValue,
    /// The smallest value, for integers and numbers.
    pub min: Option<ParamValue>,
    /// The largest value, for integers and numbers.
    pub max: Option<ParamValue>,
    /// The only values, where not empty.
    pub one_of: Vec<ParamValue>,
    /// What the parameter is for; empty where the policy does not say.
    pub help: String,
}

impl ParamSpec {
    /// `value` as the parameter takes it.
    ///
    /// # Errors
    /// When it is of another type or not one of the values that are allowed.
    pub(crate) fn accept(&self, value: &ParamValue) -> Result<ParamValue, ValueError> {
        let Some(value) = self.kind.convert(value) else {
            return Err(ValueError::Type { kind: self.kind, value: show(value) });
        };
        if let Some(min) = self.min.as_ref().filter(|min| is_less(&value, min)) {
            return Err(ValueError::TooSmall { min: show(min), value: show(&value) });
        }
        if let Some(max) = self.max.as_ref().filter(|max| is_less(max, &value)) {
            return Err(ValueError::TooLarge { max: show(max), value: show(&value) });
        }
        if !self.one_of.is_empty() && !self.one_of.contains(&value) {
            let allowed: Vec<String> = self.one_of.iter().map(show).collect();
            return Err(ValueError::Other { allowed: allowed.join(", "), value: show(&value) });
        }
        Ok(value)
    }
}

/// Whether a number is less than another; values of other types are never less.
pub(crate) fn is_less(a: &ParamValue, b: &ParamValue) -> bool {
    match (a, b) {
        (ParamValue::Integer(a), ParamValue::Integer(b)) => a < b,
        (ParamValue::Number(a), ParamValue::Number(b)) => a < b,
        (
            ParamValue::Integer(_)
            | ParamValue::Number(_)
            | ParamValue::String(_)
            | ParamValue::Boolean(_)
            | ParamValue::List(_),
            _,
        ) => false,
    }
}

/// The value as the user writes it.
pub(crate) fn show(value: &ParamValue) -> String {
    match value {
        ParamValue::Integer(value) => format!("`{value}`"),
        ParamValue::Number(value) => format!("`{value}`"),
        ParamValue::String(value) => format!("`\"{value}\"`"),
        ParamValue::Boolean(value) => format!("`{value}`"),
        ParamValue::List(values) => format!("`{values:?}`"),
    }
}

/// Why a parameter does not take a value: half a sentence that follows the parameter's name. Values are as users write
/// them, in backticks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
pub enum ValueError {
    /// It is of another type.
    #[error("must be of type {}, not {value}", .kind.as_str())]
    Type { kind: ParamType, value: String },
    /// It is less than the least.
    #[error("must be at least {min}, not {value}")]
    TooSmall { min: String, value: String },
    /// It is more than the most.
    #[error("must be at most {max}, not {value}")]
    TooLarge { max: String, value: String },
    /// It is not among the values that the policy lists.
    #[error("must be one of {allowed}, not {value}")]
    Other { allowed: String, value: String },
}

/// Why settings do not fit a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// The policy declares no such parameter.
    #[error("policy `{policy}` has no parameter `{param}`{}", .help.as_ref().map(|help| format!(": {help}")).unwrap_or_default())]
    UnknownParam {
        /// The policy.
        policy: PolicyId,
        /// The name that was set.
        param: String,
        /// The nearest name, or all names.
        help: Option<String>,
    },
    /// The value is not one that the parameter takes.
    #[error("parameter `{param}` of policy `{policy}` {problem}")]
    BadValue {
        /// The policy.
        policy: PolicyId,
        /// The parameter.
        param: String,
        /// What is wrong with the value.
        problem: ValueError,
    },
}

impl OverrideError {
    /// The name of the parameter that is at fault.
    #[must_use]
    pub fn param(&self) -> &str {
        match self {
            Self::UnknownParam { param, .. } | Self::BadValue { param, .. } => param,
        }
    }

    pub(crate) fn unknown<'a>(
        policy: &PolicyId,
        param: &str,
        known: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Self {
        let help = did_you_mean(param, "it has", known).or_else(|| Some("it has none".to_owned()));
        Self::UnknownParam { policy: policy.clone(), param: param.to_owned(), help }
    }
}
