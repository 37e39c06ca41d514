//! What a script sees: an access key, its user and its account, as typed objects.
//!
//! One table says which properties each object has; the engine's getters and the checker are both made from it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{AccessKey, AccessKeyStatus, Fact, LastUsed, User};

use crate::record::Record;

/// The kinds of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Object {
    Key,
    User,
    Account,
}

/// The type of a property's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Boolean,
    Integer,
    Text,
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Boolean(bool),
    Integer(i64),
    Text(String),
}

/// One property of an object: a fact under the name that scripts use.
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) doc: &'static str,
    pub(crate) read: fn(&Subject) -> Fact<Value>,
}

impl Object {
    pub(crate) const ALL: [Self; 3] = [Self::Key, Self::User, Self::Account];

    /// The object with its article, as errors name it.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Key => "an access key",
            Self::User => "a user",
            Self::Account => "an account",
        }
    }

    /// What the names of the object's facts begin with in evidence.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Key => "",
            Self::User => "user.",
            Self::Account => "account.",
        }
    }

    pub(crate) fn properties(self) -> &'static [Property] {
        match self {
            Self::Key => KEY,
            Self::User => USER,
            Self::Account => ACCOUNT,
        }
    }

    /// The properties that are objects themselves.
    pub(crate) fn links(self) -> &'static [(&'static str, Self)] {
        match self {
            Self::Key => &[("user", Self::User), ("account", Self::Account)],
            Self::User => &[("account", Self::Account)],
            Self::Account => &[],
        }
    }

    /// The methods: name, number of arguments, type of the result. All arguments are texts.
    pub(crate) fn methods(self) -> &'static [(&'static str, usize, Kind)] {
        match self {
            Self::User => &[("tag", 1, Kind::Text), ("has_tag", 1, Kind::Boolean)],
            Self::Key | Self::Account => &[],
        }
    }

    /// The names of all properties, links included.
    pub(crate) fn property_names(self) -> impl Iterator<Item = &'static str> + Clone {
        self.properties().iter().map(|property| property.name).chain(self.links().iter().map(|(name, _)| *name))
    }
}

const KEY: &[Property] = &[
    Property {
        name: "id",
        kind: Kind::Text,
        doc: "the access key id",
        read: |it| it.key().id.as_ref().map(|id| text(id.as_str())),
    },
    Property {
        name: "active",
        kind: Kind::Boolean,
        doc: "whether the key can sign requests",
        read: |it| it.key().status.as_ref().map(|status| Value::Boolean(*status == AccessKeyStatus::Active)),
    },
    Property {
        name: "status",
        kind: Kind::Text,
        doc: "`Active`, `Inactive` or `Expired`",
        read: |it| it.key().status.as_ref().map(|status| text(status_word(*status))),
    },
    // Rounded up, so that `age_days > 90` is true exactly when the key is older than 90 times 24 hours.
    Property {
        name: "age_days",
        kind: Kind::Integer,
        doc: "days since the key was made; a day that has begun counts",
        read: |it| it.key().created_at.as_ref().map(|created| it.days_since(*created)),
    },
    Property {
        name: "created_on",
        kind: Kind::Text,
        doc: "the day on which the key was made, in UTC, such as `2026-03-01`",
        read: |it| it.key().created_at.as_ref().map(|created| day(*created)),
    },
    Property {
        name: "never_used",
        kind: Kind::Boolean,
        doc: "whether no use of the key is on record",
        read: |it| it.key().last_used.as_ref().map(|used| Value::Boolean(*used == LastUsed::Never)),
    },
    Property {
        name: "idle_days",
        kind: Kind::Integer,
        doc: "days since the key was last used, or made where it was never used; a day that has begun counts",
        read: |it| it.idle_since().map(|since| it.days_since(since)),
    },
    Property {
        name: "last_used_on",
        kind: Kind::Text,
        doc: "the day on which the key was last used, in UTC, such as `2026-03-01`; empty where it was never used",
        read: |it| {
            it.key().last_used.as_ref().map(|used| match used {
                LastUsed::Never => text(""),
                LastUsed::At { at, .. } => day(*at),
            })
        },
    },
    Property {
        name: "last_used_service",
        kind: Kind::Text,
        doc: "the service that the key last called, such as `s3`; empty where none is on record",
        read: |it| it.last_used_part(|service, _| service),
    },
    Property {
        name: "last_used_region",
        kind: Kind::Text,
        doc: "the Region that the key last called; empty for global services and where none is on record",
        read: |it| it.last_used_part(|_, region| region),
    },
    Property {
        name: "newer_active_keys",
        kind: Kind::Integer,
        doc: "how many of the user's other active keys are newer than this one",
        read: |it| it.user.newer_active_keys(it.index).map(|count| integer(i64::try_from(count).unwrap_or(i64::MAX))),
    },
];

const USER: &[Property] = &[
    Property {
        name: "name",
        kind: Kind::Text,
        doc: "the user's name",
        read: |it| Fact::Known(text(it.user.name.as_str())),
    },
    Property { name: "arn", kind: Kind::Text, doc: "the user's ARN", read: |it| Fact::Known(text(&it.user.arn)) },
    Property {
        name: "path",
        kind: Kind::Text,
        doc: "the user's IAM path: `/` or such as `/team/`",
        read: |it| Fact::Known(text(&it.user.path)),
    },
    Property {
        name: "age_days",
        kind: Kind::Integer,
        doc: "days since the user was made; a day that has begun counts",
        read: |it| it.user.created_at.as_ref().map(|created| it.days_since(*created)),
    },
];

const ACCOUNT: &[Property] = &[
    Property {
        name: "id",
        kind: Kind::Text,
        doc: "the account's id, twelve digits",
        read: |it| Fact::Known(text(&it.user.account.id.to_string())),
    },
    Property {
        name: "name",
        kind: Kind::Text,
        doc: "the account's name",
        read: |it| Fact::Known(text(&it.user.account.name)),
    },
    Property {
        name: "ou_path",
        kind: Kind::Text,
        doc: "the organizational units above the account, such as `Root/Workloads/Prod`",
        read: |it| it.user.account.ou_path.as_ref().map(|path| text(path)),
    },
];

/// What is judged, when, and what the script has looked at so far.
#[derive(Debug)]
pub(crate) struct Subject {
    user: Arc<User>,
    index: usize,
    now: Timestamp,
    pub(crate) record: Record,
}

impl Subject {
    /// The access key at `index` of `user`, judged as of `now`; none where the user has no such key.
    pub(crate) fn new(user: &Arc<User>, index: usize, now: Timestamp) -> Option<Self> {
        user.access_keys.get(index)?;
        Some(Self { user: Arc::clone(user), index, now, record: Record::default() })
    }

    fn key(&self) -> &AccessKey {
        &self.user.access_keys[self.index]
    }

    /// A tag of the user, empty where there is none.
    pub(crate) fn tag(&self, name: &str) -> Fact<Value> {
        self.user.tags.as_ref().map(|tags| text(tags.get(name).map_or("", String::as_str)))
    }

    pub(crate) fn has_tag(&self, name: &str) -> Fact<Value> {
        self.user.tags.as_ref().map(|tags| Value::Boolean(tags.contains_key(name)))
    }

    /// Days up to the judged time, rounded up; 0 for times to come, as clocks differ and users may ask about the past.
    fn days_since(&self, then: Timestamp) -> Value {
        let elapsed = self.now.duration_since(then).max(SignedDuration::ZERO);
        let seconds = elapsed.as_secs().saturating_add(i64::from(elapsed.subsec_nanos() > 0));
        integer(seconds / DAY + i64::from(seconds % DAY > 0))
    }

    fn idle_since(&self) -> Fact<Timestamp> {
        let key = self.key();
        key.last_used.as_ref().and_then(|used| match used {
            LastUsed::Never => key.created_at.clone(),
            LastUsed::At { at, .. } => Fact::Known(*at),
        })
    }

    fn last_used_part(&self, part: for<'a> fn(Option<&'a str>, Option<&'a str>) -> Option<&'a str>) -> Fact<Value> {
        self.key().last_used.as_ref().map(|used| match used {
            LastUsed::Never => text(""),
            LastUsed::At { service, region, .. } => text(part(service.as_deref(), region.as_deref()).unwrap_or("")),
        })
    }
}

const DAY: i64 = 24 * 60 * 60;

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn integer(value: i64) -> Value {
    Value::Integer(value)
}

/// The day of a time in UTC.
fn day(time: Timestamp) -> Value {
    text(&time.strftime("%Y-%m-%d").to_string())
}

fn status_word(status: AccessKeyStatus) -> &'static str {
    match status {
        AccessKeyStatus::Active => "Active",
        AccessKeyStatus::Inactive => "Inactive",
        AccessKeyStatus::Expired => "Expired",
    }
}
