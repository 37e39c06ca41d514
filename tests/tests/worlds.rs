//! Small worlds: an organization of a few accounts whose keys have the ages that a test gives.

use orgsim::{
    World,
    world::{AccessKey, Account, KeyStatus, LastUsed, Password, Time, User},
};

const DAY: f64 = 86_400.0;

/// The management account of [`organization`], whose one user is the caller.
pub(crate) const MANAGEMENT: &str = "100000000000";
/// The first member account of [`organization`].
pub(crate) const FIRST: &str = "100000000001";
/// The second member account of [`organization`].
pub(crate) const SECOND: &str = "100000000002";

/// A management account that passes everything, and a member account for each list of users.
pub(crate) fn organization(members: impl IntoIterator<Item = Vec<User>>) -> World {
    let management = format!("seed: 1\naccounts: [{{ id: {MANAGEMENT}, name: management }}]");
    let mut world = World::from_yaml(&management).unwrap();
    for (index, users) in members.into_iter().enumerate() {
        let mut account = member(index + 1);
        account.users = users;
        world.accounts.push(account);
    }
    completed(&world)
}

/// `members` member accounts with one user each, whose one key is young and in use.
pub(crate) fn spotless(members: usize) -> World {
    organization((0..members).map(|index| vec![user("ann", [young(index)])]))
}

/// The account of that number, without users.
pub(crate) fn member(number: usize) -> Account {
    let text = format!("accounts: [{{ id: {}, name: member-{number} }}]", 100_000_000_000 + number);
    let mut account = World::from_yaml(&text).unwrap().accounts.remove(0);
    account.roles = None;
    account.users.clear();
    account
}

/// The account of [`FIRST`].
pub(crate) fn first_member(world: &mut World) -> &mut Account {
    &mut world.accounts[1]
}

/// The world with everything written out that it leaves out.
pub(crate) fn completed(world: &World) -> World {
    World::from_yaml(&world.to_yaml().unwrap()).unwrap()
}

/// The moment so many days before the epoch of the world.
pub(crate) fn days_ago(days: f64) -> Time {
    orgsim::world::EPOCH.plus(-((days * DAY) as i64))
}

/// A user with these keys.
pub(crate) fn user(name: &str, keys: impl IntoIterator<Item = AccessKey>) -> User {
    User { keys: keys.into_iter().collect(), ..User::new(name, days_ago(1000.0)) }
}

/// A user with an old key, whose unique id does not follow from its name.
pub(crate) fn old(name: &str) -> User {
    User { id: Some(format!("AIDA{name:X<17}").into()), ..user(name, [key(&name.to_uppercase(), 400.0).used(1.0)]) }
}

/// An active key, so many days old and never used. Its id is `AKIA`, the name, and `X` up to the length of an id.
pub(crate) fn key(name: &str, age: f64) -> AccessKey {
    AccessKey {
        id: format!("AKIA{name:X<16}").into(),
        status: KeyStatus::Active,
        created_at: days_ago(age),
        last_used: None,
        changed_at: None,
    }
}

/// A password, set and used so many days ago.
pub(crate) fn password(changed: f64, used: Option<f64>) -> Password {
    Password {
        changed_at: days_ago(changed),
        created_at: None,
        last_used_at: used.map(days_ago),
        reset_required: false,
    }
}

/// A key that passes every shipped policy.
pub(crate) fn young(number: usize) -> AccessKey {
    key(&format!("YOUNG{number}"), 10.0).used(1.0)
}

/// More properties of a key.
pub(crate) trait Key {
    /// Last used so many days ago.
    fn used(self, days: f64) -> Self;
    /// Inactive.
    fn inactive(self) -> Self;
}

impl Key for AccessKey {
    fn used(self, days: f64) -> Self {
        let last_used = LastUsed { at: days_ago(days), service: "s3".into(), region: "eu-west-1".into() };
        Self { last_used: Some(last_used), ..self }
    }

    fn inactive(self) -> Self {
        Self { status: KeyStatus::Inactive, ..self }
    }
}
