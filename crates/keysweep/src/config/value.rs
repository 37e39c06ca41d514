//! The types of settings that are written as text.

use std::{
    borrow::Cow,
    fmt::{self, Display},
    str::FromStr,
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use keysweep_model::AccountId;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, de::Error as _};

/// A value that is written as text. As a type of its own it has its own place in the file, for errors to point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text<T>(pub T);

impl<T: FromStr> FromStr for Text<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        text.parse().map(Self)
    }
}

impl<T: Display> Display for Text<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(D::Error::custom)
    }
}

impl<T> JsonSchema for Text<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

/// A role for one account, written as `ACCOUNT=ROLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRole {
    /// The account.
    pub account: AccountId,
    /// The role's name.
    pub role: String,
}

/// Why a text does not name a role for an account.
#[derive(Debug, thiserror::Error)]
pub enum AccountRoleError {
    /// It has no `=`.
    #[error("write it as ACCOUNT=ROLE")]
    NoRole,
    /// What stands before the `=` is not an account id.
    #[error(transparent)]
    Account(<AccountId as FromStr>::Err),
}

impl FromStr for AccountRole {
    type Err = AccountRoleError;

    fn from_str(text: &str) -> Result<Self, AccountRoleError> {
        let (account, role) = text.split_once('=').ok_or(AccountRoleError::NoRole)?;
        Ok(Self { account: account.parse().map_err(AccountRoleError::Account)?, role: role.to_owned() })
    }
}

/// A point in time, written as a day (its first moment in UTC) or as a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf(pub Timestamp);

/// A text that is not a point in time.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a day or a time: write 2026-03-01 (its first moment in UTC) or 2026-03-01T12:00:00Z")]
pub struct AsOfError(String);

impl FromStr for AsOf {
    type Err = AsOfError;

    fn from_str(text: &str) -> Result<Self, AsOfError> {
        let day = |date: Date| date.to_zoned(TimeZone::UTC).map(|start| start.timestamp());
        let is_day = text.len() == "2026-03-01".len();
        let time = if is_day { text.parse().and_then(day) } else { text.parse() };
        time.map(Self).map_err(|_| AsOfError(text.to_owned()))
    }
}
