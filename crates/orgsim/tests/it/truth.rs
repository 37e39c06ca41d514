//! The truth about a world.

use orgsim::World;
use orgsim::world::AccountId;

use crate::client::CREDENTIALS;

#[test]
fn the_truth_is_sorted_and_complete() {
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
fn the_truth_names_the_administrators() {
    let world = World::from_yaml(CREDENTIALS).unwrap();
    let account: AccountId = "222222222222".parse().unwrap();
    let users = world.truth().users;
    let lines = users.iter().filter(|user| user.account_id == account).map(|user| {
        let policies = (&user.attached_policies, &user.group_policies, user.is_administrator, user.is_quarantined);
        format!("{} {policies:?}", user.user_name)
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    alice ([], ["arn:aws:iam::222222222222:policy/team/deploy", "arn:aws:iam::aws:policy/ReadOnlyAccess"], false, false)
    alice-2 (["arn:aws:iam::222222222222:policy/most-things"], [], true, false)
    bob ([], [], true, false)
    carol (["arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3", "arn:aws:iam::222222222222:policy/never-told"], [], false, true)
    "#);
}
