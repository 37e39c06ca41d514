//! Access keys.

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{AccessKey, CredentialStatus, Facet, Fact, LastUsed, ResourceType};

use super::{
    Kind, Property, Row, Seen, TO_ACCOUNT, TO_USER, Value,
    give::{AGE, Draft, How, IDLE, MINUTE, USED, count, given, instead, last, push, status_of},
    read::{active, boolean, day, minutes_up, status, text, time},
};

pub(super) static ACCESS_KEY: Row = Row {
    properties: OF_ACCESS_KEY,
    named_by: Some("id"),
    begin: |it| {
        let id = format!("AKIAIOSFODNN{}EXAMPLE", 10 * count(&it.facts.users) + count(&it.user.access_keys));
        let key = AccessKey { status: Fact::Live(CredentialStatus::Active), ..AccessKey::unread() };
        push(&mut it.user.access_keys, key);
        it.parsed(&id, |it, id| last(&mut it.user.access_keys, |key| key.id = Fact::Live(id)));
    },
    ..Row::NONE
};

const OF_ACCESS_KEY: &[Property] = properties! {
    id: Text [AccessKeys] "the access key id",
        given(How::String(|it, id| it.parsed(&id, |it, id| last(&mut it.user.access_keys, |key| key.id = Fact::Live(id))))),
        |it| key(it).and_then(|key| key.id.as_ref().map(|id| text(id.as_str())));
    active: Boolean [AccessKeys] "whether the key can sign requests",
        given(How::Boolean(|it, is| last(&mut it.user.access_keys, |key| key.status = Fact::Live(status_of(is))))),
        |it| active(key(it).and_then(|key| key.status.as_ref()));
    status: Text [AccessKeys] "`Active`, `Inactive` or `Expired`",
        instead("`active`"),
        |it| status(key(it).and_then(|key| key.status.as_ref()));
    age_days: Integer [AccessKeys] "days since the key was made; a day that has begun counts",
        given(How::Days(|it, at| last(&mut it.user.access_keys, |key| key.created_at = Fact::Live(at)))),
        |it| it.age(created_at(it));
    created_on: Text [AccessKeys] "the day on which the key was made, in UTC, such as `2026-03-01`",
        instead(AGE),
        |it| created_at(it).map(|created| day(*created));
    created_at: Time [AccessKeys] "when the key was made",
        instead(AGE),
        |it| time(created_at(it));
    minutes_after_user: Integer [AccessKeys, Users]
        "minutes from when its user was made to when the key was made; a minute that has begun counts",
        given(How::Span(MINUTE, give_minutes)).hint("`minutes_after_user`, or `age_days` and the user too"),
        |it| {
            created_at(it).and_then(|key| {
                let user = it.user().and_then(|user| user.created_at.as_ref());
                user.map(|user| Value::Integer(minutes_up(key.duration_since(*user))))
            })
        };
    never_used: Boolean [AccessKeyLastUsed] "whether no use of the key is on record",
        given(How::Boolean(|it, never| {
            if never {
                last(&mut it.user.access_keys, |key| key.last_used = Fact::Live(LastUsed::Never));
            }
        }))
        .hint(USED),
        |it| last_used(it).map(|used| boolean(*used == LastUsed::Never));
    idle_days: Integer [AccessKeyLastUsed]
        "days since the key was last used, or made where it was never used; a day that has begun counts",
        given(How::Days(give_idle)).hint(IDLE),
        |it| {
            key(it).and_then(|key| {
                key.last_used.as_ref().and_then(|used| match used {
                    LastUsed::Never => it.age(key.created_at.as_ref()),
                    LastUsed::At { at, .. } => Fact::Live(it.days_since(*at)),
                })
            })
        };
    last_used_on: Text [AccessKeyLastUsed]
        "the day on which the key was last used, in UTC, such as `2026-03-01`; empty where it was never used",
        instead(USED),
        |it| {
            last_used(it).map(|used| match used {
                LastUsed::Never => text(""),
                LastUsed::At { at, .. } => day(*at),
            })
        };
    last_used_service: Text [AccessKeyLastUsed]
        "the service that the key last called, such as `s3`; empty where none is on record",
        given(How::String(|it, name| give_used(it, |service, _| *service = Some(name)))).hint(USED),
        |it| last_used_part(it, |service, _| service);
    last_used_region: Text [AccessKeyLastUsed]
        "the Region that the key last called; empty for global services and where none is on record",
        given(How::String(|it, name| give_used(it, |_, region| *region = Some(name)))).hint(USED),
        |it| last_used_part(it, |_, region| region);
    newer_active_keys: Integer [AccessKeys] "how many of the user's other active keys are newer than this one",
        instead("and the user's other keys `age_days`"),
        |it| {
            let count = key(it).and_then(|_| it.user()).and_then(|user| user.newer_active_keys(it.resource.index()));
            count.map(|count| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)))
        };
    ..[TO_USER, TO_ACCOUNT]
};

fn give_idle(it: &mut Draft, at: Timestamp) {
    let mut was_never_used = false;
    last(&mut it.user.access_keys, |key| {
        was_never_used = key.last_used == Fact::Live(LastUsed::Never);
        key.last_used = Fact::Live(LastUsed::At { at, service: None, region: None });
    });
    if was_never_used {
        it.refuse_idle("a key that was never used is idle since it was made");
    }
}

fn give_used(it: &mut Draft, give: impl FnOnce(&mut Option<String>, &mut Option<String>)) {
    let mut was_used = false;
    last(&mut it.user.access_keys, |key| {
        if let Fact::Live(LastUsed::At { service, region, .. }) = &mut key.last_used {
            give(service, region);
            was_used = true;
        }
    });
    if !was_used {
        it.refuse("only a key that was used has a last service and Region: give it `idle_days` too");
    }
}

/// The minutes from the making of the user to that of its key tell one by the other. Where the age of neither is given,
/// the key is assumed to be made at the judged time.
fn give_minutes(it: &mut Draft, span: SignedDuration) {
    let key = it.user.access_keys.value().and_then(|keys| keys.last()).and_then(|key| key.created_at.value()).copied();
    let user = it.user.created_at.value().copied();
    if key.is_none() && user.is_none() {
        if it.kind != ResourceType::AccessKey {
            return it.refuse("give the key or its user `age_days` too");
        }
        it.assume(&["age_days", "created_on", "created_at", "newer_active_keys"]);
        it.assume(&["user.age_days", "user.created_on", "user.created_at"]);
    }
    let made = match (key, user) {
        (Some(_), Some(_)) => return it.refuse("the ages of the key and of its user tell this already"),
        (None, Some(user)) => it.moved(user, span),
        (key, None) => {
            let key = key.unwrap_or(it.as_of);
            it.user.created_at = Fact::Live(it.moved(key, -span));
            key
        }
    };
    last(&mut it.user.access_keys, |key| key.created_at = Fact::Live(made));
}

fn key<'a>(it: &Seen<'a>) -> Fact<&'a AccessKey> {
    it.item(|user| user.access_keys.as_ref(), Facet::AccessKeys)
}

fn created_at<'a>(it: &Seen<'a>) -> Fact<&'a Timestamp> {
    key(it).and_then(|key| key.created_at.as_ref())
}

fn last_used<'a>(it: &Seen<'a>) -> Fact<&'a LastUsed> {
    key(it).and_then(|key| key.last_used.as_ref())
}

fn last_used_part(it: &Seen<'_>, part: for<'a> fn(Option<&'a str>, Option<&'a str>) -> Option<&'a str>) -> Fact<Value> {
    last_used(it).map(|used| match used {
        LastUsed::Never => text(""),
        LastUsed::At { service, region, .. } => text(part(service.as_deref(), region.as_deref()).unwrap_or("")),
    })
}
