//! Access keys.

use jiff::Timestamp;
use keysweep_model::{Facet, Fact, LastUsed};

use super::{
    Kind, Property, Seen, TO_ACCOUNT, TO_USER, Value,
    read::{active, boolean, day, minutes_up, status, text, time},
};

pub(super) const KEY: &[Property] = &[
    Property {
        name: "id",
        kind: Kind::Text,
        facets: &[Facet::AccessKeys],
        doc: "the access key id",
        read: |it| it.key().and_then(|key| key.id.as_ref().map(|id| text(id.as_str()))),
    },
    Property {
        name: "active",
        kind: Kind::Boolean,
        facets: &[Facet::AccessKeys],
        doc: "whether the key can sign requests",
        read: |it| active(it.key().and_then(|key| key.status.as_ref())),
    },
    Property {
        name: "status",
        kind: Kind::Text,
        facets: &[Facet::AccessKeys],
        doc: "`Active`, `Inactive` or `Expired`",
        read: |it| status(it.key().and_then(|key| key.status.as_ref())),
    },
    Property {
        name: "age_days",
        kind: Kind::Integer,
        facets: &[Facet::AccessKeys],
        doc: "days since the key was made; a day that has begun counts",
        read: |it| it.age(created_at(it)),
    },
    Property {
        name: "created_on",
        kind: Kind::Text,
        facets: &[Facet::AccessKeys],
        doc: "the day on which the key was made, in UTC, such as `2026-03-01`",
        read: |it| created_at(it).map(|created| day(*created)),
    },
    Property {
        name: "created_at",
        kind: Kind::Time,
        facets: &[Facet::AccessKeys],
        doc: "when the key was made",
        read: |it| time(created_at(it)),
    },
    Property {
        name: "minutes_after_user",
        kind: Kind::Integer,
        facets: &[Facet::AccessKeys, Facet::Users],
        doc: "minutes from when its user was made to when the key was made; a minute that has begun counts",
        read: |it| {
            created_at(it).and_then(|key| {
                let user = it.user().and_then(|user| user.created_at.as_ref());
                user.map(|user| Value::Integer(minutes_up(key.duration_since(*user))))
            })
        },
    },
    Property {
        name: "never_used",
        kind: Kind::Boolean,
        facets: &[Facet::AccessKeyLastUsed],
        doc: "whether no use of the key is on record",
        read: |it| last_used(it).map(|used| boolean(*used == LastUsed::Never)),
    },
    Property {
        name: "idle_days",
        kind: Kind::Integer,
        facets: &[Facet::AccessKeyLastUsed],
        doc: "days since the key was last used, or made where it was never used; a day that has begun counts",
        read: |it| {
            it.key().and_then(|key| {
                key.last_used.as_ref().and_then(|used| match used {
                    LastUsed::Never => it.age(key.created_at.as_ref()),
                    LastUsed::At { at, .. } => Fact::Live(it.days_since(*at)),
                })
            })
        },
    },
    Property {
        name: "last_used_on",
        kind: Kind::Text,
        facets: &[Facet::AccessKeyLastUsed],
        doc: "the day on which the key was last used, in UTC, such as `2026-03-01`; empty where it was never used",
        read: |it| {
            last_used(it).map(|used| match used {
                LastUsed::Never => text(""),
                LastUsed::At { at, .. } => day(*at),
            })
        },
    },
    Property {
        name: "last_used_service",
        kind: Kind::Text,
        facets: &[Facet::AccessKeyLastUsed],
        doc: "the service that the key last called, such as `s3`; empty where none is on record",
        read: |it| last_used_part(it, |service, _| service),
    },
    Property {
        name: "last_used_region",
        kind: Kind::Text,
        facets: &[Facet::AccessKeyLastUsed],
        doc: "the Region that the key last called; empty for global services and where none is on record",
        read: |it| last_used_part(it, |_, region| region),
    },
    Property {
        name: "newer_active_keys",
        kind: Kind::Integer,
        facets: &[Facet::AccessKeys],
        doc: "how many of the user's other active keys are newer than this one",
        read: |it| {
            let count = it.key().and_then(|_| it.user()).and_then(|user| user.newer_active_keys(it.resource.index()));
            count.map(|count| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)))
        },
    },
    TO_USER,
    TO_ACCOUNT,
];

fn created_at<'a>(it: &Seen<'a>) -> Fact<&'a Timestamp> {
    it.key().and_then(|key| key.created_at.as_ref())
}

fn last_used<'a>(it: &Seen<'a>) -> Fact<&'a LastUsed> {
    it.key().and_then(|key| key.last_used.as_ref())
}

fn last_used_part(it: &Seen<'_>, part: for<'a> fn(Option<&'a str>, Option<&'a str>) -> Option<&'a str>) -> Fact<Value> {
    last_used(it).map(|used| match used {
        LastUsed::Never => text(""),
        LastUsed::At { service, region, .. } => text(part(service.as_deref(), region.as_deref()).unwrap_or("")),
    })
}
