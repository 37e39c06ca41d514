//! Compares the credentials of one account, as far as a run has read them, with those that the store holds. Pure.

use std::collections::HashMap;

use jiff::Timestamp;
use keysweep_model::{
    AccessKey, AccountFacts, Fact, LastUsed, Origin, Password, ResourceType, SigningCertificate, User,
};
use serde::{Deserialize, Serialize};

use super::known::{CredentialState, KnownCredential};

/// What is to be done about one credential of the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CredentialStep {
    /// It is new.
    Add { user_name: String, state: CredentialState },
    /// Something is known otherwise.
    Update { number: i64, state: CredentialState },
    /// It is gone.
    Remove { number: i64 },
}

/// The credentials of one kind that a user has.
struct List {
    kind: ResourceType,
    /// Whether what is not in it is gone.
    is_whole: bool,
    items: Vec<CredentialState>,
}

/// Compares the credentials of an account with those that the store has as being there. A report that is older than
/// `read_at`, when the account was read before, takes none away.
pub(crate) fn compare(
    facts: &AccountFacts,
    known: Vec<KnownCredential>,
    read_at: Option<Timestamp>,
) -> Vec<CredentialStep> {
    let mut by_user: HashMap<String, Vec<KnownCredential>> = HashMap::new();
    for credential in known {
        by_user.entry(credential.user_name.clone()).or_default().push(credential);
    }
    let mut steps = Vec::new();
    for user in facts.users.value().into_iter().flatten() {
        let known = by_user.remove(user.name.as_str()).unwrap_or_default();
        of_user(user, known, read_at, &mut steps);
    }
    if matches!(facts.users, Fact::Live(_)) {
        let gone = by_user.into_values().flatten().map(|it| CredentialStep::Remove { number: it.number });
        steps.extend(gone);
    }
    steps
}

fn of_user(user: &User, mut known: Vec<KnownCredential>, read_at: Option<Timestamp>, steps: &mut Vec<CredentialStep>) {
    for list in lists(user, read_at) {
        let (mut of_kind, others) = known.into_iter().partition(|it| it.now.kind == list.kind);
        known = others;
        let held: &mut Vec<KnownCredential> = &mut of_kind;
        for item in list.items {
            match taken(held, &item) {
                Some(mut before) => {
                    let number = before.number;
                    let state = merged(&mut before.now, item);
                    if let Some(state) = state {
                        steps.push(CredentialStep::Update { number, state });
                    }
                }
                None => steps.push(CredentialStep::Add { user_name: user.name.to_string(), state: item }),
            }
        }
        if list.is_whole {
            steps.extend(held.iter().map(|it| CredentialStep::Remove { number: it.number }));
        }
    }
}

/// Takes the credential out of `held` that `item` is: by its id, or else by when it was made.
fn taken(held: &mut Vec<KnownCredential>, item: &CredentialState) -> Option<KnownCredential> {
    let by_id = item.id.as_ref().and_then(|id| held.iter().position(|it| it.now.id.as_ref() == Some(id)));
    let is_it = |it: &KnownCredential| {
        (it.now.id.is_none() || item.id.is_none())
            && (it.now.created_at == item.created_at || item.kind == ResourceType::Password)
    };
    by_id.or_else(|| held.iter().position(is_it)).map(|place| held.remove(place))
}

/// What is known of a credential now, where that differs from before. What was not read is as it was.
fn merged(before: &mut CredentialState, now: CredentialState) -> Option<CredentialState> {
    let is_used = now.used.is_some();
    let state = CredentialState {
        kind: now.kind,
        id: now.id.or_else(|| before.id.clone()),
        status: now.status.or_else(|| before.status.clone()),
        created_at: now.created_at.or(before.created_at),
        used_at: if is_used { now.used_at } else { before.used_at },
        used_service: if is_used { now.used_service } else { before.used_service.clone() },
        used_region: if is_used { now.used_region } else { before.used_region.clone() },
        used: now.used.or_else(|| before.used.clone()),
        origin: now.origin,
    };
    (*before != state).then_some(state)
}

/// The credentials of a user that are known, by kind.
fn lists(user: &User, read_at: Option<Timestamp>) -> Vec<List> {
    let list = |kind, origin: Origin<'_>, items| List::of(kind, origin, items, read_at);
    let devices = user.mfa_devices.value().into_iter().flatten().map(|it| CredentialState {
        id: Some(it.serial_number.clone()),
        created_at: time(&it.enabled_at),
        ..bare(ResourceType::Mfa)
    });
    let credentials = user.service_credentials.value().into_iter().flatten().map(|it| CredentialState {
        id: Some(it.id.clone()),
        status: it.status.value().map(ToString::to_string),
        created_at: time(&it.created_at),
        ..bare(ResourceType::ServiceCredential)
    });
    let ssh_keys = user.ssh_keys.value().into_iter().flatten().map(|it| CredentialState {
        id: Some(it.id.clone()),
        status: it.status.value().map(ToString::to_string),
        created_at: time(&it.created_at),
        ..bare(ResourceType::SshKey)
    });
    let lists = [
        list(ResourceType::AccessKey, user.access_keys.origin(), access_keys(user)),
        list(ResourceType::Password, user.password.origin(), password(user)),
        list(ResourceType::Mfa, user.mfa_devices.origin(), devices.collect()),
        list(ResourceType::ServiceCredential, user.service_credentials.origin(), credentials.collect()),
        list(ResourceType::SigningCertificate, user.signing_certificates.origin(), certificates(user)),
        list(ResourceType::SshKey, user.ssh_keys.origin(), ssh_keys.collect()),
    ];
    lists.into_iter().flatten().collect()
}

impl List {
    /// The list, where it is known.
    fn of(
        kind: ResourceType,
        origin: Origin<'_>,
        mut items: Vec<CredentialState>,
        read_at: Option<Timestamp>,
    ) -> Option<Self> {
        let (mut is_whole, origin) = match origin {
            Origin::Live => (true, "live"),
            Origin::Reported(report) => (read_at.is_none_or(|read_at| report.generated_at >= read_at), "report"),
            Origin::Possible | Origin::NotRead(_) | Origin::Unreadable(_) => return None,
        };
        // A report may leave room for a credential, or say that there are more of them and nothing else of those.
        let is_told = |item: &CredentialState| {
            let is_known = item.id.is_some() || item.created_at.is_some() || item.status.is_some();
            is_known || kind == ResourceType::Password
        };
        is_whole &= items.iter().all(is_told);
        items.retain(is_told);
        items.iter_mut().for_each(|item| origin.clone_into(&mut item.origin));
        Some(Self { kind, is_whole, items })
    }
}

fn access_keys(user: &User) -> Vec<CredentialState> {
    let state = |key: &AccessKey| CredentialState {
        id: key.id.value().map(ToString::to_string),
        status: key.status.value().filter(|_| !key.is_possible()).map(ToString::to_string),
        created_at: time(&key.created_at),
        ..used(&key.last_used, ResourceType::AccessKey)
    };
    user.access_keys.value().into_iter().flatten().map(state).collect()
}

fn password(user: &User) -> Vec<CredentialState> {
    let state = |password: &Password| {
        let last_used = password.last_used.clone().map(|at| match at {
            Some(at) => LastUsed::At { at, service: None, region: None },
            None => LastUsed::Never,
        });
        CredentialState { created_at: time(&password.changed_at), ..used(&last_used, ResourceType::Password) }
    };
    user.password.value().into_iter().flatten().map(state).collect()
}

fn certificates(user: &User) -> Vec<CredentialState> {
    let state = |it: &SigningCertificate| CredentialState {
        id: it.id.value().cloned(),
        status: it.status.value().filter(|_| !it.is_possible()).map(ToString::to_string),
        created_at: time(&it.created_at),
        ..bare(ResourceType::SigningCertificate)
    };
    user.signing_certificates.value().into_iter().flatten().map(state).collect()
}

fn time(fact: &Fact<Timestamp>) -> Option<i64> {
    fact.value().map(|at| at.as_millisecond())
}

fn bare(kind: ResourceType) -> CredentialState {
    CredentialState {
        kind,
        id: None,
        status: None,
        created_at: None,
        used: None,
        used_at: None,
        used_service: None,
        used_region: None,
        origin: String::new(),
    }
}

fn used(fact: &Fact<LastUsed>, kind: ResourceType) -> CredentialState {
    match fact.value() {
        None => bare(kind),
        Some(LastUsed::Never) => CredentialState { used: Some("never".to_owned()), ..bare(kind) },
        Some(LastUsed::At { at, service, region }) => CredentialState {
            used: Some("used".to_owned()),
            used_at: Some(at.as_millisecond()),
            used_service: service.clone(),
            used_region: region.clone(),
            ..bare(kind)
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use keysweep_model::{Account, AccountState, CredentialStatus, Facet, Report};

    use super::*;

    fn key(created: i64) -> AccessKey {
        AccessKey {
            created_at: Fact::Live(at(created)),
            status: Fact::Live(CredentialStatus::Active),
            ..AccessKey::unread()
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// What becomes of three keys that the store holds, made at 1, 2 and 3, by a report of 10 with these keys.
    fn compared(keys: Vec<AccessKey>, read_at: Option<Timestamp>) -> Vec<CredentialStep> {
        let account = Account::unread("111122223333".parse().unwrap(), "a".to_owned(), None, AccountState::Active);
        let mut user = User::unread("u".parse().unwrap(), String::new(), "/".to_owned());
        user.access_keys = Fact::Reported(keys, Arc::new(Report::new(at(10))));
        let mut facts = AccountFacts::unread(Arc::new(account));
        facts.users = Fact::Live(vec![Arc::new(user)]);
        let held = |number: i64| {
            let status = Some("Active".to_owned());
            let now = CredentialState {
                id: Some(format!("AKIA{number:016}")),
                status,
                created_at: Some(number * 1_000),
                origin: "report".to_owned(),
                ..bare(ResourceType::AccessKey)
            };
            KnownCredential { number, user_name: "u".to_owned(), now }
        };
        compare(&facts, (1..=3).map(held).collect(), read_at)
    }

    #[test]
    fn a_report_takes_away_what_it_does_not_tell_of() {
        let gone = |number| CredentialStep::Remove { number };
        assert_eq!(compared(vec![key(1), key(2)], Some(at(9))), [gone(3)]);
        assert_eq!(compared(vec![], None), [gone(1), gone(2), gone(3)]);
    }

    #[test]
    fn a_report_that_is_old_or_leaves_room_or_tells_of_more_takes_nothing_away() {
        assert_eq!(compared(vec![key(1), key(2)], Some(at(11))), []);
        assert_eq!(compared(vec![key(1), AccessKey::possible()], Some(at(9))), []);
        let further = AccessKey { last_used: Fact::NotRead(Facet::AccessKeys), ..AccessKey::unread() };
        assert_eq!(compared(vec![key(1), key(2), further], Some(at(9))), []);
    }
}
