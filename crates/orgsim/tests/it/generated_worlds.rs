//! Worlds that are generated from a seed: their size, their variety, and that a seed determines them.

use orgsim::world::{
    AccessKey, Account, AccountState, KeyStatus, MfaKind, PasswordPolicy, Root, RootMfa, Time, TruthUser, User,
};
use orgsim::{Generate, World};
use sha2::{Digest, Sha256};

fn generate(accounts: usize, users: usize, seed: u64) -> World {
    World::generate(&Generate { accounts, users, seed, ..Generate::default() })
}

/// Names and numbers, one pair a line.
fn lines(counts: &[(&str, usize)]) -> String {
    counts.iter().map(|(name, count)| format!("{name}: {count}\n")).collect()
}

#[test]
fn a_seed_is_pinned_to_its_world() {
    let yaml = World::generate(&Generate { accounts: 30, users: 20, seed: 7, broken: true, ..Generate::default() });
    let digest: String = Sha256::digest(yaml.to_yaml().unwrap()).iter().map(|byte| format!("{byte:02x}")).collect();
    insta::assert_snapshot!(digest, @"6ddb971c39685dd4a4a85cef17f7a225bdd314770bfcc043d113058b3b4725ec");
    insta::assert_snapshot!(generate(2, 3, 7).to_yaml().unwrap());
}

#[test]
fn the_same_seed_gives_the_same_world_and_another_seed_another() {
    assert_eq!(generate(8, 9, 3), generate(8, 9, 3));
    assert_ne!(generate(8, 9, 3), generate(8, 9, 4));
}

#[test]
fn an_account_does_not_depend_on_the_number_of_accounts() {
    assert_eq!(generate(5, 9, 3).accounts[..], generate(50, 9, 3).accounts[..5]);
}

#[test]
fn a_world_is_as_large_as_requested() {
    for (accounts, users) in [(1, 0), (1, 1), (3, 0), (4, 7)] {
        let world = generate(accounts, users, 1);
        world.validate().unwrap();
        assert_eq!(world.accounts.len(), accounts);
        let expected = |index| if index == 0 { users.max(1) } else { users };
        assert!(world.accounts.iter().enumerate().all(|(index, account)| account.users.len() == expected(index)));
    }
}

#[test]
fn generated_users_and_keys_are_varied() {
    let world = generate(60, 40, 7);
    let epoch = world.epoch.unix();
    let users: Vec<_> = world.accounts.iter().flat_map(|account| &account.users).collect();
    let keys: Vec<_> = users.iter().flat_map(|user| &user.keys).collect();
    let share = |count: usize, of: usize| count * 100 / of;
    let days = |at: Time| (epoch - at.unix()) as f64 / 86_400.0;
    let near = |days: f64, edge: f64| (days - edge).abs() <= 1.0 / 24.0;
    let users_with = |is: &dyn Fn(&User) -> bool| share(users.iter().filter(|user| is(user)).count(), users.len());
    let keys_that = |is: &dyn Fn(&AccessKey) -> bool| share(keys.iter().filter(|key| is(key)).count(), keys.len());
    let shares = [
        ("keys inactive", keys_that(&|key| key.status == KeyStatus::Inactive)),
        ("keys never used", keys_that(&|key| key.last_used.is_none())),
        ("keys over 90 days", keys_that(&|key| days(key.created_at) > 90.0)),
        ("service accounts by tag", users_with(&|user| user.tags.get("service-account").is_some())),
        ("users with mfa", users_with(&|user| !user.mfa_devices.is_empty())),
        ("users with two keys", users_with(&|user| user.keys.len() == 2)),
        ("users without a key", users_with(&|user| user.keys.is_empty())),
    ];
    insta::assert_snapshot!(lines(&shares), @"
    keys inactive: 16
    keys never used: 10
    keys over 90 days: 56
    service accounts by tag: 35
    users with mfa: 35
    users with two keys: 14
    users without a key: 26
    ");

    let edge_of_90 = keys.iter().map(|key| days(key.created_at)).filter(|days| near(*days, 90.0));
    let (young, old): (Vec<f64>, Vec<f64>) = edge_of_90.partition(|days| *days <= 90.0);
    assert!(!young.is_empty() && !old.is_empty(), "keys on both sides of 90 days");
    let idle = keys.iter().filter_map(|key| key.last_used.as_ref()).map(|used| days(used.at));
    assert!(idle.filter(|days| near(*days, 45.0)).count() > 5);
    assert!(keys.iter().all(|key| key.last_used.as_ref().is_none_or(|used| used.at >= key.created_at)));
    assert!(users.iter().all(|user| user.keys.iter().all(|key| key.created_at >= user.created_at)));
    let noted = |user: &&&User| user.keys.iter().any(|key| user.tags.get(&key.id).is_some());
    assert!(users.iter().filter(noted).count() > 20, "key descriptions as tags");
    let quarantined =
        users.iter().filter(|user| user.attached_policies.iter().any(|p| p.starts_with("AWSCompromisedKeyQ")));
    assert!(quarantined.count() > 0);
    let twins = users.iter().filter(|user| user.keys.windows(2).any(|pair| pair[0].created_at == pair[1].created_at));
    assert!(twins.count() > 0, "keys made in the same second");
    assert!(world.accounts.iter().any(|account| account.state != AccountState::Active));
}

fn varied() -> World {
    World::generate(&Generate { accounts: 60, users: 40, seed: 7, broken: true, ..Generate::default() })
}

#[test]
fn generated_accounts_have_some_of_everything() {
    let world = varied();
    world.validate().unwrap();
    let truth = world.truth();
    let users = &truth.users;
    let count = |is: &dyn Fn(&TruthUser) -> bool| users.iter().filter(|user| is(user)).count();
    let devices = |kind| users.iter().flat_map(|user| &user.mfa_devices).filter(|device| device.kind == kind).count();
    let credentials = || users.iter().flat_map(|user| &user.service_credentials);
    let roots = |is: &dyn Fn(&Root) -> bool| truth.accounts.iter().filter(|one| is(&one.root)).count();
    let rules = |is: &dyn Fn(&PasswordPolicy) -> bool| {
        truth.accounts.iter().filter(|account| account.password_policy.as_ref().is_some_and(is)).count()
    };
    let counts = [
        ("users", users.len()),
        ("administrators", count(&|user| user.is_administrator)),
        (
            "administrators without AWS's policy",
            count(&|user| {
                let by_aws = |arn: &String| arn.ends_with(":aws:policy/AdministratorAccess");
                user.is_administrator && !user.attached_policies.iter().chain(&user.group_policies).any(by_aws)
            }),
        ),
        ("quarantined", count(&|user| user.is_quarantined)),
        ("with a boundary", count(&|user| user.permissions_boundary.is_some())),
        ("passwords to reset", count(&|user| user.password.as_ref().is_some_and(|password| password.reset_required))),
        ("virtual devices", devices(MfaKind::Virtual)),
        ("passkeys", devices(MfaKind::Passkey)),
        ("tokens", devices(MfaKind::Hardware)),
        ("service credentials", credentials().count()),
        (
            "bedrock keys without an end",
            credentials().filter(|one| &*one.service == "bedrock" && one.expires_at.is_none()).count(),
        ),
        ("certificates", users.iter().map(|user| user.signing_certificates.len()).sum()),
        ("ssh keys", users.iter().map(|user| user.ssh_keys.len()).sum()),
        ("root keys", roots(&|root| !root.keys.is_empty())),
        ("root certificates", roots(&|root| !root.signing_certificates.is_empty())),
        ("root app", roots(&|root| root.mfa == RootMfa::Virtual)),
        ("root token", roots(&|root| root.mfa == RootMfa::Hardware)),
        ("root password without mfa", roots(&|root| root.password && !root.mfa.is_some())),
        ("password rules", rules(&|_| true)),
        ("strict password rules", rules(&|rules| rules.minimum_length >= 14)),
        ("passwords that expire", rules(&|rules| rules.max_age_days.is_some())),
    ];
    insta::assert_snapshot!(lines(&counts), @"
    users: 2400
    administrators: 214
    administrators without AWS's policy: 62
    quarantined: 4
    with a boundary: 77
    passwords to reset: 99
    virtual devices: 740
    passkeys: 128
    tokens: 55
    service credentials: 275
    bedrock keys without an end: 68
    certificates: 54
    ssh keys: 191
    root keys: 4
    root certificates: 3
    root app: 12
    root token: 1
    root password without mfa: 5
    password rules: 41
    strict password rules: 15
    passwords that expire: 8
    ");
}

#[test]
fn generated_credentials_are_newer_than_their_users_and_older_than_the_epoch() {
    let world = varied();
    let epoch = world.epoch;
    let in_order = |from, to| from <= to && to <= epoch;
    assert!(world.truth().users.iter().all(|user| {
        let devices = user.mfa_devices.iter().all(|device| in_order(user.created_at, device.enabled_at));
        let credentials = user.service_credentials.iter().all(|one| in_order(user.created_at, one.created_at));
        let certificates = user.signing_certificates.iter().all(|one| in_order(user.created_at, one.uploaded_at));
        devices
            && credentials
            && certificates
            && user.ssh_keys.iter().all(|one| in_order(user.created_at, one.uploaded_at))
    }));
}

#[test]
fn a_broken_world_is_broken_in_every_way() {
    let world = World::generate(&Generate { accounts: 40, users: 25, seed: 7, broken: true, ..Generate::default() });
    world.validate().unwrap();
    let role =
        |account: &Account| account.roles().iter().find(|role| &*role.name == "OrganizationAccountAccessRole").cloned();
    let active: Vec<_> =
        world.accounts.iter().skip(1).filter(|account| account.state == AccountState::Active).collect();
    let roles: Vec<_> = active.iter().filter_map(|account| role(account)).collect();
    assert!(active.len() < 39, "some are closed");
    assert!(roles.len() < active.len(), "some have no role");
    assert!(roles.iter().any(|role| role.actions.is_some()), "some deny the report");
    assert!(roles.iter().any(|role| role.external_id.is_some()), "some need an unknown external id");
    assert!(!world.faults.is_empty(), "some are throttled");
    let whole = roles.iter().filter(|role| role.actions.is_none() && role.external_id.is_none());
    assert!(whole.count() > 25, "most are in order");
}

/// What a night changes in a world, a line each.
fn changes(before: &World, after: &World) -> String {
    let keys = |world: &World, status: KeyStatus| {
        let users = world.accounts.iter().flat_map(|account| &account.users);
        users.flat_map(|user| &user.keys).filter(|key| key.status == status).count()
    };
    let users = |world: &World| world.accounts.iter().map(|account| account.users.len()).sum::<usize>();
    let devices = |world: &World| {
        let users = world.accounts.iter().flat_map(|account| &account.users);
        users.filter(|user| user.password.is_some() && user.mfa_devices.is_empty()).count()
    };
    let closed = |account: &&Account| account.roles().iter().any(|role| is_maintained(&role.external_id));
    let left = before.accounts.iter().filter(|account| after.account(account.id).is_none());
    let joined = after.accounts.iter().filter(|account| before.account(account.id).is_none());
    let renamed = after.accounts.iter().flat_map(|account| &account.users).filter(|user| user.name.ends_with("-moved"));
    lines(&[
        ("accounts that left", left.count()),
        ("accounts that joined", joined.count()),
        ("roles that cannot be assumed", after.accounts.iter().filter(closed).count()),
        ("users before", users(before)),
        ("users after", users(after)),
        ("users renamed", renamed.count()),
        ("users without MFA before", devices(before)),
        ("users without MFA after", devices(after)),
        ("active keys before", keys(before, KeyStatus::Active)),
        ("active keys after", keys(after, KeyStatus::Active)),
        ("inactive keys before", keys(before, KeyStatus::Inactive)),
        ("inactive keys after", keys(after, KeyStatus::Inactive)),
    ])
}

fn is_maintained(external_id: &Option<orgsim::world::Text>) -> bool {
    external_id.as_deref() == Some("maintenance-of-one-night")
}

#[test]
fn a_night_changes_a_little_of_everything() {
    let before = generate(40, 25, 1);
    let mut after = before.clone();
    after.next_night();
    insta::assert_snapshot!(changes(&before, &after), @"
    accounts that left: 1
    accounts that joined: 1
    roles that cannot be assumed: 1
    users before: 1000
    users after: 982
    users renamed: 1
    users without MFA before: 109
    users without MFA after: 102
    active keys before: 785
    active keys after: 764
    inactive keys before: 126
    inactive keys after: 129
    ");
    assert_eq!(after.epoch, before.epoch.plus(86_400));
    after.validate().unwrap();
    assert_eq!(after.accounts[0].users, before.accounts[0].users);
}

#[test]
fn a_world_has_the_same_nights_each_time_and_another_one_each_night() {
    let nights = |number: usize| {
        let mut world =
            World::generate(&Generate { accounts: 12, users: 6, seed: 3, broken: true, ..Generate::default() });
        (0..number).for_each(|_| world.next_night());
        world
    };
    assert_eq!(nights(3), nights(3));
    let (third, fourth) = (nights(3), nights(4));
    fourth.validate().unwrap();
    let closed = |world: &World| {
        let roles = world.accounts.iter().filter(|it| it.roles().iter().any(|role| is_maintained(&role.external_id)));
        roles.map(|account| account.id).collect::<Vec<_>>()
    };
    assert_eq!((closed(&third).len(), closed(&fourth).len()), (1, 1));
    let many = nights(60);
    many.validate().unwrap();
    assert_eq!(many.accounts.len(), 12);
}

#[test]
fn a_night_in_a_small_world_changes_what_it_can() {
    for (accounts, users) in [(1, 0), (1, 5), (2, 0), (3, 1)] {
        let mut world = generate(accounts, users, 5);
        for _ in 0..5 {
            world.next_night();
            world.validate().unwrap();
        }
    }
}
