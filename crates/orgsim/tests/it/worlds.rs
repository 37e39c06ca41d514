//! Worlds: made from a seed, read from YAML, printed, told as truth.

use std::collections::BTreeMap;

use orgsim::world::{AccountState, KeyStatus};
use orgsim::{Generate, World, WorldError};
use sha2::{Digest, Sha256};

use crate::client::WORLD;

fn generate(accounts: usize, users: usize, seed: u64) -> World {
    World::generate(&Generate { accounts, users, seed, ..Generate::default() })
}

#[test]
fn a_seed_is_pinned_to_its_world() {
    let yaml = World::generate(&Generate { accounts: 30, users: 20, seed: 7, broken: true, ..Generate::default() });
    let digest: String = Sha256::digest(yaml.to_yaml().unwrap()).iter().map(|byte| format!("{byte:02x}")).collect();
    insta::assert_snapshot!(digest, @"6ddb971c39685dd4a4a85cef17f7a225bdd314770bfcc043d113058b3b4725ec");
    insta::assert_snapshot!(generate(2, 3, 7).to_yaml().unwrap(), @r#"
    partition: aws
    seed: 7
    epoch: "2026-11-01T00:00:00Z"
    organization:
      id: o-hheor48cym
      root_id: r-0beq
    organizational_units:
    - Security
    - Infrastructure
    - Infrastructure/Network
    - Infrastructure/Shared Services
    - Workloads
    - Workloads/Prod
    - Workloads/Dev
    - Workloads/Staging
    - Workloads/Prod/Regulated
    - Sandbox
    - Deployments
    - Policy Staging
    - Suspended
    caller: security-scanner
    accounts:
    - id: "653225680543"
      name: management
      email: aws+management@example.com
      state: ACTIVE
      ou: ""
      joined: CREATED
      joined_at: "2022-06-19T02:26:11Z"
      tags:
        environment: management
        team: logistics
      root:
        password: true
        password_last_used: "2026-08-10T07:27:09Z"
        mfa: virtual
        keys: []
      roles: []
      groups:
      - name: Administrators
        attached_policies:
        - AdministratorAccess
      - name: Auditors
        attached_policies:
        - SecurityAudit
      - name: Developers
        attached_policies:
        - PowerUserAccess
      - name: Deployers
        attached_policies:
        - deploy
        inline_policies:
        - name: read-artifacts
          actions:
          - s3:GetObject
          - s3:ListBucket
      - name: BreakGlass
        path: /emergency/
        inline_policies:
        - name: everything
          actions:
          - "*"
      managed_policies:
      - name: deploy
        actions:
        - cloudformation:*
        - s3:PutObject
      - name: team-admin
        path: /teams/
        actions:
        - "*"
      - name: administrator-from-the-office
        document: "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}}}]}"
      users:
      - name: security-scanner
        path: /service/
        created_at: "2026-09-20T22:56:57Z"
        tags:
          owner: security@example.com
          service-account: "true"
        inline_policies:
        - name: scan-organization
          actions:
          - sts:AssumeRole
          - sts:SetSourceIdentity
          - sts:TagSession
          - organizations:Describe*
          - organizations:List*
          - iam:Get*
          - iam:List*
          - iam:Generate*
        keys:
        - id: AKIAZQF2I32P3ULJK5EV
          status: Active
          created_at: "2026-09-20T22:57:57Z"
          last_used:
            at: "2026-10-31T22:00:00Z"
            service: sts
            region: us-east-1
      - name: svc-email-worker
        path: /service/
        created_at: "2025-09-23T23:51:51Z"
        tags:
          service-account: "true"
          team: finance
      - name: svc-ledger-reader
        path: /service/
        created_at: "2024-06-21T17:36:42Z"
        tags:
          owner: logistics@example.com
          service-account: "true"
          team: logistics
        keys:
        - id: AKIAZQF2I32P6ZVFTOJ5
          status: Active
          created_at: "2025-01-23T07:36:05Z"
          last_used:
            at: "2026-10-26T17:39:27Z"
            service: ecr
            region: us-west-2
        - id: AKIAZQF2I32PYK7CJBSG
          status: Active
          created_at: "2026-05-07T08:46:24Z"
        service_credentials:
        - id: ACCASSHVHQBX24QFXTSUI
          service: bedrock
          status: Expired
          created_at: "2025-12-25T23:47:29Z"
          expires_at: "2026-03-25T23:47:29Z"
    - id: "776663391203"
      name: log-archive
      email: aws+log-archive@example.com
      state: ACTIVE
      ou: Security
      joined: CREATED
      joined_at: "2020-04-28T10:01:23Z"
      tags:
        environment: shared
      roles:
      - name: OrganizationAccountAccessRole
        trust:
        - "653225680543"
        created_at: "2020-04-28T10:01:23Z"
      - name: SecurityAudit
        path: /audit/
        trust:
        - "653225680543"
        external_id: audit-o-hheor48cym
        actions:
        - iam:Get*
        - iam:List*
        - iam:Generate*
        - organizations:Describe*
        - organizations:List*
        created_at: "2020-04-29T10:01:23Z"
      groups:
      - name: Administrators
        attached_policies:
        - AdministratorAccess
      - name: Auditors
        attached_policies:
        - SecurityAudit
      - name: Developers
        attached_policies:
        - PowerUserAccess
      - name: Deployers
        attached_policies:
        - deploy
        inline_policies:
        - name: read-artifacts
          actions:
          - s3:GetObject
          - s3:ListBucket
      - name: BreakGlass
        path: /emergency/
        inline_policies:
        - name: everything
          actions:
          - "*"
      managed_policies:
      - name: deploy
        actions:
        - cloudformation:*
        - s3:PutObject
      - name: team-admin
        path: /teams/
        actions:
        - "*"
      - name: administrator-from-the-office
        document: "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}}}]}"
      password_policy:
        minimum_length: 14
        require_symbols: true
        require_numbers: true
        require_uppercase: true
        require_lowercase: true
        users_may_change: true
        max_age_days: 90
        reuse_prevention: 24
        hard_expiry: false
      users:
      - name: maya.nguyen
        created_at: "2026-10-02T14:40:11Z"
        password:
          changed_at: "2026-10-13T14:23:01Z"
          reset_required: true
        tags:
          team: search
        keys:
        - id: AKIA3JVF63PRT2QJVBSR
          status: Active
          created_at: "2026-10-02T15:39:02Z"
          last_used:
            at: "2026-10-10T18:44:18Z"
            service: sqs
            region: us-west-2
      - name: svc-gateway-worker
        path: /service/
        created_at: "2025-06-09T06:05:53Z"
        tags:
          service-account: "true"
          team: marketing
        attached_policies:
        - AmazonS3FullAccess
        permissions_boundary: arn:aws:iam::776663391203:policy/deploy
        keys:
        - id: AKIA3JVF63PRXPAKDPBJ
          status: Inactive
          created_at: "2026-02-07T09:51:07Z"
          last_used:
            at: "2026-02-07T10:08:42Z"
            service: ec2
            region: ap-southeast-2
        - id: AKIA3JVF63PRSWFJGWIJ
          status: Active
          created_at: "2026-09-28T21:44:40Z"
          last_used:
            at: "2026-10-31T16:59:02Z"
            service: sts
            region: us-east-1
      - name: svc-inventory-legacy
        path: /legacy/
        created_at: "2025-10-08T07:48:29Z"
        tags:
          owner: logistics@example.com
          service-account: "true"
          team: logistics
        keys:
        - id: AKIA3JVF63PRRFZ5SKD2
          status: Active
          created_at: "2026-08-26T23:33:43Z"
          last_used:
            at: "2026-10-31T06:05:24Z"
            service: ecr
            region: ap-southeast-2
        service_credentials:
        - id: ACCA62PN2QYHDX5RFH6YC
          service: logs
          status: Active
          created_at: "2026-06-20T16:41:55Z"
        - id: ACCAI5UIT3NMWUSYYVOZN
          service: bedrock
          status: Expired
          created_at: "2026-07-28T20:37:02Z"
          expires_at: "2026-08-27T20:37:02Z"
    "#);
}

#[test]
fn the_same_seed_gives_the_same_world_and_another_seed_another() {
    assert_eq!(generate(8, 9, 3), generate(8, 9, 3));
    assert_ne!(generate(8, 9, 3), generate(8, 9, 4));
}

#[test]
fn an_account_does_not_depend_on_how_many_there_are() {
    assert_eq!(generate(5, 9, 3).accounts[..], generate(50, 9, 3).accounts[..5]);
}

#[test]
fn a_world_is_as_large_as_was_asked() {
    for (accounts, users) in [(1, 0), (1, 1), (3, 0), (4, 7)] {
        let world = generate(accounts, users, 1);
        world.validate().unwrap();
        assert_eq!(world.accounts.len(), accounts);
        let expected = |index| if index == 0 { users.max(1) } else { users };
        assert!(world.accounts.iter().enumerate().all(|(index, account)| account.users.len() == expected(index)));
    }
}

#[test]
fn printed_worlds_are_read_back_the_same() {
    let world = World::generate(&Generate { accounts: 12, users: 12, seed: 9, broken: true, ..Generate::default() });
    assert_eq!(World::from_yaml(&world.to_yaml().unwrap()).unwrap(), world);
    let mut written = Vec::new();
    world.write_yaml(&mut written).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), world.to_yaml().unwrap());
    let by_hand = World::from_yaml(WORLD).unwrap();
    assert_eq!(World::from_yaml(&by_hand.to_yaml().unwrap()).unwrap(), by_hand);
}

#[test]
fn a_world_by_hand_may_be_very_short() {
    let world =
        World::from_yaml("accounts: [{ id: 012345678901 }, { id: '222222222222', users: [{ name: a, keys: [{}] }] }]")
            .unwrap();
    insta::assert_snapshot!(world.to_yaml().unwrap(), @r#"
    partition: aws
    seed: 0
    epoch: "2026-11-01T00:00:00Z"
    organization:
      id: o-exampleorg1
      root_id: r-ex01
    organizational_units: []
    caller: security-scanner
    accounts:
    - id: "012345678901"
      name: account-012345678901
      email: aws+012345678901@example.com
      state: ACTIVE
      ou: ""
      joined: CREATED
      joined_at: "2025-01-01T00:00:00Z"
      roles: []
      users:
      - name: security-scanner
        created_at: "2026-10-02T00:00:00Z"
        inline_policies:
        - name: scan-organization
          actions:
          - sts:AssumeRole
          - sts:SetSourceIdentity
          - sts:TagSession
          - organizations:Describe*
          - organizations:List*
          - iam:Get*
          - iam:List*
          - iam:Generate*
        keys:
        - id: AKIAQFX64DQ2V7PLA6SY
          status: Active
          created_at: "2026-10-02T00:00:00Z"
    - id: "222222222222"
      name: account-222222222222
      email: aws+222222222222@example.com
      state: ACTIVE
      ou: ""
      joined: CREATED
      joined_at: "2025-01-01T00:00:00Z"
      roles:
      - name: OrganizationAccountAccessRole
        trust:
        - "012345678901"
        created_at: "2025-01-01T00:00:00Z"
      users:
      - name: a
        created_at: "2025-01-01T00:00:00Z"
        keys:
        - id: AKIATHPL2AOHL7MPS3YY
          status: Active
          created_at: "2025-01-01T00:00:00Z"
    "#);
}

#[test]
fn a_world_that_contradicts_itself_is_refused() {
    let user = "{ name: a, keys: [{ id: AKIA1 }, { id: AKIA1 }] }";
    let worlds = [
        "accounts: []".to_owned(),
        "accounts: [{ id: 1 }]".to_owned(),
        "accounts: [{ id: '111111111111', nmae: x }]".to_owned(),
        "accounts: [{ id: '111111111111' }, { id: '111111111111' }]".to_owned(),
        format!("accounts: [{{ id: '111111111111', users: [{user}] }}]"),
        "accounts: [{ id: '111111111111', users: [{ name: a }, { name: a }] }]".to_owned(),
        "accounts: [{ id: '111111111111', users: [{ name: a, path: x }] }]".to_owned(),
        "accounts: [{ id: '111111111111', ou: A//B }]".to_owned(),
        "accounts: [{ id: '111111111111', users: [{ name: security-scanner }] }]".to_owned(),
        "{ accounts: [{ id: '111111111111' }], delegated_administrators: ['222222222222'] }".to_owned(),
        "{ accounts: [{ id: '111111111111' }], faults: [{ calls: { probability: 2 }, kind: throttle }] }".to_owned(),
    ];
    let told = worlds.map(|world| match World::from_yaml(&world).unwrap_err() {
        WorldError::Yaml(error) => format!("yaml: {}", error.to_string().lines().next().unwrap_or_default()),
        other => other.to_string(),
    });
    insta::assert_snapshot!(told.join("\n"), @"
    the world has no account: the first one listed is the management account
    yaml: `1` is no account id: an account id is 12 digits at line 1, column 18
    yaml: unknown field `nmae`, expected one of id, name, email, state, ou, joined, joined_at, tags, alias, root, roles, groups, managed_policies, password_policy, unassigned_mfa_devices, users at line 1, column 34
    account `111111111111` is listed twice
    access key `AKIA1` is listed twice
    account `111111111111` has two users named `a`
    `x` of `a` in account `111111111111` is no path: a path is `/` or begins and ends with `/`
    `A//B` is no OU path: a path is names joined by `/`, such as `Workloads/Prod`
    user `security-scanner` of the management account has no active access key, so nobody could call
    account `222222222222` is named but not listed
    a fault cannot be played: a probability is between 0 and 1
    ");
}

#[test]
fn the_truth_is_sorted_and_whole() {
    let world = "
accounts:
  - { id: '222222222222', name: management }
  - id: '111111111111'
    name: shop
    ou: Workloads/Prod
    state: SUSPENDED
    roles: [{ name: Audit, path: /a/, external_id: x }]
    users:
      - { name: b, keys: [{ id: AKIA0000000000000001 }] }
      - name: a
        keys:
          - { id: AKIA0000000000000003, status: Inactive, last_used: { at: 2026-01-02T03:04:05Z } }
          - { id: AKIA0000000000000002 }
";
    insta::assert_json_snapshot!(World::from_yaml(world).unwrap().truth(), @r#"
    {
      "organization_id": "o-exampleorg1",
      "management_account_id": "222222222222",
      "caller": {
        "user_name": "security-scanner",
        "access_key_id": "AKIATHPL2AOHAV7IFNND"
      },
      "accounts": [
        {
          "id": "222222222222",
          "name": "management",
          "email": "aws+222222222222@example.com",
          "state": "ACTIVE",
          "ou_path": "Root",
          "parent_id": "r-ex01",
          "users": 1,
          "joined_at": "2025-01-01T00:00:00Z",
          "root": {
            "password": false,
            "password_last_used": null,
            "mfa": "none",
            "keys": []
          },
          "password_policy": null
        },
        {
          "id": "111111111111",
          "name": "shop",
          "email": "aws+111111111111@example.com",
          "state": "SUSPENDED",
          "ou_path": "Root/Workloads/Prod",
          "parent_id": "ou-ex01-41dcjozj",
          "users": 2,
          "joined_at": "2025-01-01T00:00:00Z",
          "root": {
            "password": false,
            "password_last_used": null,
            "mfa": "none",
            "keys": []
          },
          "password_policy": null
        }
      ],
      "roles": [
        {
          "account_id": "111111111111",
          "role_name": "Audit",
          "arn": "arn:aws:iam::111111111111:role/a/Audit",
          "trust": [
            "222222222222"
          ],
          "external_id": "x"
        }
      ],
      "access_keys": [
        {
          "account_id": "111111111111",
          "user_name": "a",
          "access_key_id": "AKIA0000000000000002",
          "status": "Active",
          "created_at": "2025-01-01T00:00:00Z",
          "last_used_at": null
        },
        {
          "account_id": "111111111111",
          "user_name": "a",
          "access_key_id": "AKIA0000000000000003",
          "status": "Inactive",
          "created_at": "2025-01-01T00:00:00Z",
          "last_used_at": "2026-01-02T03:04:05Z"
        },
        {
          "account_id": "111111111111",
          "user_name": "b",
          "access_key_id": "AKIA0000000000000001",
          "status": "Active",
          "created_at": "2025-01-01T00:00:00Z",
          "last_used_at": null
        },
        {
          "account_id": "222222222222",
          "user_name": "security-scanner",
          "access_key_id": "AKIATHPL2AOHAV7IFNND",
          "status": "Active",
          "created_at": "2026-10-02T00:00:00Z",
          "last_used_at": null
        }
      ],
      "users": [
        {
          "account_id": "111111111111",
          "user_name": "a",
          "arn": "arn:aws:iam::111111111111:user/a",
          "path": "/",
          "created_at": "2025-01-01T00:00:00Z",
          "tags": {},
          "password": null,
          "mfa_devices": [],
          "groups": [],
          "attached_policies": [],
          "group_policies": [],
          "inline_policies": [],
          "permissions_boundary": null,
          "is_administrator": false,
          "is_quarantined": false,
          "service_credentials": [],
          "signing_certificates": [],
          "ssh_keys": []
        },
        {
          "account_id": "111111111111",
          "user_name": "b",
          "arn": "arn:aws:iam::111111111111:user/b",
          "path": "/",
          "created_at": "2025-01-01T00:00:00Z",
          "tags": {},
          "password": null,
          "mfa_devices": [],
          "groups": [],
          "attached_policies": [],
          "group_policies": [],
          "inline_policies": [],
          "permissions_boundary": null,
          "is_administrator": false,
          "is_quarantined": false,
          "service_credentials": [],
          "signing_certificates": [],
          "ssh_keys": []
        },
        {
          "account_id": "222222222222",
          "user_name": "security-scanner",
          "arn": "arn:aws:iam::222222222222:user/security-scanner",
          "path": "/",
          "created_at": "2026-10-02T00:00:00Z",
          "tags": {},
          "password": null,
          "mfa_devices": [],
          "groups": [],
          "attached_policies": [],
          "group_policies": [],
          "inline_policies": [
            "scan-organization"
          ],
          "permissions_boundary": null,
          "is_administrator": false,
          "is_quarantined": false,
          "service_credentials": [],
          "signing_certificates": [],
          "ssh_keys": []
        }
      ]
    }
    "#);
}

#[test]
fn generated_worlds_are_as_varied_as_life() {
    let world = generate(60, 40, 7);
    let epoch = world.epoch.unix();
    let users: Vec<_> = world.accounts.iter().flat_map(|account| &account.users).collect();
    let keys: Vec<_> = users.iter().flat_map(|user| &user.keys).collect();
    let share = |count: usize, of: usize| count * 100 / of;
    let days = |at: orgsim::world::Time| (epoch - at.unix()) as f64 / 86_400.0;
    let near = |days: f64, edge: f64| (days - edge).abs() <= 1.0 / 24.0;
    let mut shares = BTreeMap::new();
    shares.insert("users with two keys", share(users.iter().filter(|user| user.keys.len() == 2).count(), users.len()));
    shares.insert("users without a key", share(users.iter().filter(|user| user.keys.is_empty()).count(), users.len()));
    shares
        .insert("users with mfa", share(users.iter().filter(|user| !user.mfa_devices.is_empty()).count(), users.len()));
    let services = users.iter().filter(|user| user.tags.get("service-account").is_some()).count();
    shares.insert("service accounts by tag", share(services, users.len()));
    shares.insert(
        "keys inactive",
        share(keys.iter().filter(|key| key.status == KeyStatus::Inactive).count(), keys.len()),
    );
    shares.insert("keys never used", share(keys.iter().filter(|key| key.last_used.is_none()).count(), keys.len()));
    shares
        .insert("keys over 90 days", share(keys.iter().filter(|key| days(key.created_at) > 90.0).count(), keys.len()));
    insta::assert_debug_snapshot!(shares, @r#"
    {
        "keys inactive": 16,
        "keys never used": 10,
        "keys over 90 days": 56,
        "service accounts by tag": 35,
        "users with mfa": 35,
        "users with two keys": 14,
        "users without a key": 26,
    }
    "#);

    let edge_of_90 = keys.iter().map(|key| days(key.created_at)).filter(|days| near(*days, 90.0));
    let (young, old): (Vec<f64>, Vec<f64>) = edge_of_90.partition(|days| *days <= 90.0);
    assert!(!young.is_empty() && !old.is_empty(), "keys on both sides of 90 days");
    let idle = keys.iter().filter_map(|key| key.last_used.as_ref()).map(|used| days(used.at));
    assert!(idle.filter(|days| near(*days, 45.0)).count() > 5);
    assert!(keys.iter().all(|key| key.last_used.as_ref().is_none_or(|used| used.at >= key.created_at)));
    assert!(users.iter().all(|user| user.keys.iter().all(|key| key.created_at >= user.created_at)));
    let noted = |user: &&&orgsim::world::User| user.keys.iter().any(|key| user.tags.get(&key.id).is_some());
    assert!(users.iter().filter(noted).count() > 20, "key descriptions as tags");
    let quarantined =
        users.iter().filter(|user| user.attached_policies.iter().any(|p| p.starts_with("AWSCompromisedKeyQ")));
    assert!(quarantined.count() > 0);
    let twins = users.iter().filter(|user| user.keys.windows(2).any(|pair| pair[0].created_at == pair[1].created_at));
    assert!(twins.count() > 0, "keys made in the same second");
    assert!(world.accounts.iter().any(|account| account.state != AccountState::Active));
}

#[test]
fn a_broken_world_is_broken_in_every_way() {
    let world = World::generate(&Generate { accounts: 40, users: 25, seed: 7, broken: true, ..Generate::default() });
    world.validate().unwrap();
    let role = |account: &orgsim::world::Account| {
        account.roles().iter().find(|role| &*role.name == "OrganizationAccountAccessRole").cloned()
    };
    let active: Vec<_> =
        world.accounts.iter().skip(1).filter(|account| account.state == AccountState::Active).collect();
    let roles: Vec<_> = active.iter().filter_map(|account| role(account)).collect();
    assert!(active.len() < 39, "some are closed");
    assert!(roles.len() < active.len(), "some have no role");
    assert!(roles.iter().any(|role| role.actions.is_some()), "some deny the report");
    assert!(roles.iter().any(|role| role.external_id.is_some()), "some want an external id that nobody knows");
    assert!(!world.faults.is_empty(), "some are throttled");
    let whole = roles.iter().filter(|role| role.actions.is_none() && role.external_id.is_none());
    assert!(whole.count() > 25, "most are in order");
}
