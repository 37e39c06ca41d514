//! Worlds as YAML: read, completed, printed, and refused where they make no sense.

use orgsim::{Generate, World, WorldError};

use crate::client::WORLD;

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
    let fault = |kind: &str| format!("{{ accounts: [{{ id: '111111111111' }}], faults: [{{ kind: {kind} }}] }}");
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
        fault("throttle }, { calls: { probability: 2 }, kind: reset"),
        fault("{ rate_limit: { per_second: 1, burst: 0.5 } }"),
        fault("{ latency: { uniform_ms: { from: 2, to: 1 } } }"),
        fault("{ latency: { log_normal_ms: { median: -1, sigma: 1 } } }"),
        fault("{ error: { status: 600, code: x, message: x } }"),
    ];
    let errors = worlds.map(|world| match World::from_yaml(&world).unwrap_err() {
        WorldError::Yaml(error) => format!("yaml: {}", error.to_string().lines().next().unwrap_or_default()),
        other => other.to_string(),
    });
    insta::assert_snapshot!(errors.join("\n"), @"
    the world has no account: the first one listed is the management account
    yaml: `1` is not an account id: an account id is 12 digits at line 1, column 18
    yaml: unknown field `nmae`, expected one of id, name, email, state, ou, joined, joined_at, tags, alias, root, roles, groups, managed_policies, password_policy, unassigned_mfa_devices, users at line 1, column 34
    account `111111111111` is listed twice
    access key `AKIA1` is listed twice
    account `111111111111` has two users named `a`
    `x` of `a` in account `111111111111` is not a path: a path is `/` or begins and ends with `/`
    `A//B` is not an OU path: a path is names joined by `/`, such as `Workloads/Prod`
    user `security-scanner` of the management account has no active access key, so no client could call
    account `222222222222` is named but not listed
    a fault is invalid: a probability is between 0 and 1
    a fault is invalid: a rate limit needs more than 0 requests per second and a burst of at least 1
    a fault is invalid: a uniform latency begins at `from` and ends at `to`, not the other way round
    a fault is invalid: a log-normal latency needs a median and a sigma of at least 0
    a fault is invalid: an error's HTTP status is between 400 and 599
    ");
}

#[test]
fn a_world_whose_policies_or_ids_make_no_sense_is_refused() {
    let account = |rest: &str| format!("accounts: [{{ id: '111111111111', {rest} }}]");
    let worlds = [
        account("managed_policies: [{ name: a, document: '{' }]"),
        account("groups: [{ name: a, inline_policies: [{ name: b, document: '{}' }] }]"),
        account("groups: [{ name: a }, { name: a }]"),
        account("managed_policies: [{ name: a, path: x }]"),
        account("users: [{ name: a, ssh_keys: [{ id: X }] }, { name: b, signing_certificates: [{ id: X }] }]"),
        account("root: { mfa: paper }"),
    ];
    let errors = worlds.map(|world| {
        let error = World::from_yaml(&world).unwrap_err().to_string();
        error.lines().next().unwrap_or_default().to_owned()
    });
    insta::assert_snapshot!(errors.join("\n"), @"
    policy `a` in account `111111111111` has an invalid document: This policy contains invalid Json
    policy `b` in account `111111111111` has an invalid document: Missing required field Statement
    account `111111111111` has two groups or two managed policies named `a`
    `x` of `a` in account `111111111111` is not a path: a path is `/` or begins and ends with `/`
    `X` is the id of two credentials in account `111111111111`
    cannot read the world: unknown variant `paper`, expected one of none, virtual, hardware at line 1, column 47
    ");
}
