//! Exemptions as the register's file has them.

use std::{collections::BTreeMap, fmt, marker::PhantomData, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use keysweep_files::{
    Diagnostic, Glob, InvalidFile, parse_time,
    yaml::{self, Spanned},
};
use keysweep_model::{AccountId, ExemptionId, PolicyId};
use schemars::JsonSchema;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, SeqAccess, Visitor, value::SeqAccessDeserializer},
};

use super::Exemption;

/// One exemption as written. At least one of `account`, `ou`, `user`, `tags` and `access_key_id` says what it is for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Exemption")]
pub struct Entry {
    /// What it is named by in findings; unique in the register.
    #[schemars(with = "String")]
    id: Spanned<String>,
    /// The policy whose violations it exempts, or a list of them.
    #[schemars(with = "OneOrMany<String>")]
    policy: Spanned<OneOrMany<String>>,
    /// The account, or a list of accounts.
    #[schemars(with = "Option<OneOrMany<String>>")]
    account: Option<Spanned<OneOrMany<String>>>,
    /// An organizational unit with everything below it, such as `Root/Workloads`.
    #[schemars(with = "Option<String>")]
    ou: Option<Spanned<String>>,
    /// A glob for the user's name, such as `svc-*`.
    #[schemars(with = "Option<String>")]
    user: Option<Spanned<String>>,
    /// Tags that the user must have, each with its value.
    #[serde(default)]
    tags: BTreeMap<String, String>,
    /// A glob for the access key's id.
    #[schemars(with = "Option<String>")]
    access_key_id: Option<Spanned<String>>,
    /// Why it is granted.
    #[schemars(with = "String")]
    reason: Spanned<String>,
    /// Who answers for it.
    #[schemars(with = "String")]
    owner: Spanned<String>,
    /// Where it was asked for.
    ticket: Option<String>,
    /// Who granted it.
    approved_by: Option<String>,
    /// The day on which it was granted, such as `2026-03-01`; its term counts from there, else from now.
    #[schemars(with = "Option<String>")]
    approved_on: Option<Spanned<String>>,
    /// The day on which it ends, such as `2027-03-01`, or a time in UTC.
    #[schemars(with = "String")]
    expires: Spanned<String>,
}

/// How long an exemption may be.
pub(super) struct Term {
    pub(super) now: Timestamp,
    pub(super) max: SignedDuration,
    pub(super) max_term_days: u32,
}

/// The entries of the register's file.
pub(super) fn parse(source_name: &str, text: &str) -> Result<Vec<Entry>, InvalidFile> {
    yaml::parse_file(source_name, text)
}

impl Entry {
    pub(super) fn duplicate(&self) -> Diagnostic {
        yaml::at(&self.id, format!("another exemption has the id `{}`", self.id.value))
    }

    pub(super) fn check(&self, term: &Term) -> Result<Exemption, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        let id: Option<ExemptionId> = parsed(&self.id, &self.id.value, &mut wrong);
        let policies: Vec<PolicyId> = each(&self.policy, &mut wrong);
        let accounts: Vec<AccountId> = self.account.as_ref().map(|list| each(list, &mut wrong)).unwrap_or_default();
        if self.policy.value.0.is_empty() {
            wrong.push(yaml::at(&self.policy, "an exemption names at least one policy"));
        }
        self.check_selectors(&mut wrong);
        let ou = selector(self.ou.as_ref(), &mut wrong);
        let user = glob(self.user.as_ref(), &mut wrong);
        let access_key_id = glob(self.access_key_id.as_ref(), &mut wrong);
        let expires = self.expires(term, &mut wrong);
        for (field, text) in [("reason", &self.reason), ("owner", &self.owner)] {
            if text.value.trim().is_empty() {
                wrong.push(yaml::at(text, format!("the {field} is empty")));
            }
        }
        match (id, expires) {
            (Some(id), Some(expires)) if wrong.is_empty() => Ok(Exemption {
                id,
                policies,
                accounts,
                ou: ou.map(|ou| ou.trim_end_matches('/').to_owned()),
                user,
                tags: self.tags.clone().into_iter().collect(),
                access_key_id,
                reason: self.reason.value.trim().to_owned(),
                owner: self.owner.value.trim().to_owned(),
                ticket: self.ticket.clone(),
                approved_by: self.approved_by.clone(),
                expires,
            }),
            _ => Err(wrong),
        }
    }

    fn check_selectors(&self, wrong: &mut Vec<Diagnostic>) {
        let lists = self.account.as_ref().is_some_and(|accounts| !accounts.value.0.is_empty()) || !self.tags.is_empty();
        let texts = [&self.ou, &self.user, &self.access_key_id];
        if !lists && texts.iter().all(|text| text.is_none()) {
            let help =
                "give `account`, `ou`, `user`, `tags` or `access_key_id`; to exempt everything, disable the policy";
            wrong.push(yaml::at(&self.id, "the exemption does not say what it exempts").help(help));
        }
    }

    /// When it ends, which must not be too far from when it was granted.
    fn expires(&self, term: &Term, wrong: &mut Vec<Diagnostic>) -> Option<Timestamp> {
        let expires = time(&self.expires, wrong);
        let approved = match &self.approved_on {
            Some(text) => Some(self.approved(text, expires, term, wrong)?),
            None => None,
        };
        let expires = expires?;
        if expires.duration_since(approved.unwrap_or(term.now)) > term.max {
            let since = if approved.is_some() { "after it was approved" } else { "from now" };
            let message = format!("the exemption ends more than {} days {since}", term.max_term_days);
            let help = "renew it in time instead, or allow longer terms by `exemption_max_term_days`";
            wrong.push(yaml::at(&self.expires, message).help(help));
        }
        Some(expires)
    }

    /// When it was granted: neither in the future nor after its end, as the longest term counts from there.
    fn approved(
        &self,
        text: &Spanned<String>,
        expires: Option<Timestamp>,
        term: &Term,
        wrong: &mut Vec<Diagnostic>,
    ) -> Option<Timestamp> {
        let approved = time(text, wrong)?;
        // A day may have begun in the author's time zone, and not yet in UTC.
        let is_day = text.value.len() == "2026-03-01".len();
        let ahead = if is_day { FIRST_ZONE } else { SignedDuration::ZERO };
        if approved.duration_since(term.now) > ahead {
            let message = format!("the exemption was approved on {}, which is in the future", text.value);
            let help = format!("give the day of the approval; today is {}", term.now.strftime("%Y-%m-%d"));
            wrong.push(yaml::at(text, message).help(help));
            return None;
        }
        if expires.is_some_and(|expires| approved > expires) {
            let message =
                format!("the exemption was approved on {}, after its end on {}", text.value, self.expires.value);
            wrong.push(yaml::at(text, message).help("give the day of the approval, which comes before `expires`"));
            return None;
        }
        Some(approved)
    }
}

/// How much earlier than in UTC a day begins in the first of all time zones, UTC+14.
const FIRST_ZONE: SignedDuration = SignedDuration::from_hours(14);

/// The text of a selector, which must select something.
fn selector<'a>(text: Option<&'a Spanned<String>>, wrong: &mut Vec<Diagnostic>) -> Option<&'a str> {
    let text = text?;
    if text.value.trim().is_empty() {
        wrong.push(yaml::at(text, "an empty string selects nothing"));
    }
    Some(&text.value)
}

fn glob(text: Option<&Spanned<String>>, wrong: &mut Vec<Diagnostic>) -> Option<Glob> {
    let glob = Glob::new(selector(text, wrong)?);
    glob.map_err(|error| wrong.extend(text.map(|text| yaml::at(text, error.to_string())))).ok()
}

fn time(text: &Spanned<String>, wrong: &mut Vec<Diagnostic>) -> Option<Timestamp> {
    parse_time(&text.value).map_err(|error| wrong.push(yaml::at(text, error.to_string()))).ok()
}

fn each<T: FromStr<Err: fmt::Display>>(list: &Spanned<OneOrMany<String>>, wrong: &mut Vec<Diagnostic>) -> Vec<T> {
    list.value.0.iter().filter_map(|text| parsed(list, text, wrong)).collect()
}

fn parsed<T: FromStr<Err: fmt::Display>, P>(place: &Spanned<P>, text: &str, wrong: &mut Vec<Diagnostic>) -> Option<T> {
    text.parse().map_err(|error: T::Err| wrong.push(yaml::at(place, error.to_string()))).ok()
}

/// One value, or a list of values.
#[derive(Debug, Clone)]
pub(super) struct OneOrMany<T>(Vec<T>);

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("OneOrMany_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = generator.subschema_for::<T>();
        let many = generator.subschema_for::<Vec<T>>();
        schemars::json_schema!({ "anyOf": [one, many] })
    }
}

impl<'de> Deserialize<'de> for OneOrMany<String> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData::<String>))
    }
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de> Visitor<'de> for OneOrManyVisitor<String> {
    type Value = OneOrMany<String>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string, or a list of strings")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(OneOrMany(vec![text.to_owned()]))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Err(E::custom(format!("`{value}` is a number here: put it in quotes")))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Err(E::custom(format!("`{value}` is a number here: put it in quotes")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(OneOrMany).map_err(A::Error::custom)
    }
}
