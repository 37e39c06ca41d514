//! The document of a list of accounts, byte for byte.

use keysweep_model::{AccountState, RoleCheck};

use super::*;

fn document(accounts: &[AccountRow]) -> String {
    let problems = accounts.iter().map(|account| format!("account {} is odd", account.id)).collect();
    let mut out = Vec::new();
    write(&AccountList { accounts: accounts.to_vec(), problems, notes: vec!["a note".to_owned()] }, &mut out).unwrap();
    String::from_utf8(out).unwrap().replace(env!("CARGO_PKG_VERSION"), "[version]")
}

fn account(id: &str, scope: Scope, role: RoleCheck) -> AccountRow {
    AccountRow {
        id: id.parse().unwrap(),
        name: "erp".to_owned(),
        ou_path: (role != RoleCheck::NotTried).then(|| "Root/Prod".to_owned()),
        state: AccountState::Active,
        scope,
        role,
    }
}

#[test]
fn accounts_in_and_out_of_scope_with_their_roles() {
    let rows = [
        account("000000000012", Scope::In, RoleCheck::Assumed),
        account("111122223333", Scope::In, RoleCheck::Failed { reason: "AccessDenied".to_owned() }),
        account("222233334444", Scope::Out { reason: "excluded by --exclude-account".to_owned() }, RoleCheck::NotTried),
    ];
    insta::assert_snapshot!(document(&rows), @r#"
    {
      "schema": "keysweep.accounts/v1",
      "tool": {
        "name": "keysweep",
        "version": "[version]"
      },
      "summary": {
        "accounts": 3,
        "in_scope": 2,
        "out_of_scope": 1,
        "role_ok": 1,
        "role_failed": 1
      },
      "problems": [
        "account 000000000012 is odd",
        "account 111122223333 is odd",
        "account 222233334444 is odd"
      ],
      "notes": [
        "a note"
      ],
      "accounts": [
        {
          "id": "000000000012",
          "name": "erp",
          "ou_path": "Root/Prod",
          "state": "ACTIVE",
          "in_scope": true,
          "scope_reason": null,
          "role": "ok",
          "role_reason": null
        },
        {
          "id": "111122223333",
          "name": "erp",
          "ou_path": "Root/Prod",
          "state": "ACTIVE",
          "in_scope": true,
          "scope_reason": null,
          "role": "failed",
          "role_reason": "AccessDenied"
        },
        {
          "id": "222233334444",
          "name": "erp",
          "ou_path": null,
          "state": "ACTIVE",
          "in_scope": false,
          "scope_reason": "excluded by --exclude-account",
          "role": null,
          "role_reason": null
        }
      ]
    }
    "#);
}

#[test]
fn accounts_whose_roles_were_not_tried() {
    insta::assert_snapshot!(document(&[account("111122223333", Scope::In, RoleCheck::NotTried)]), @r#"
    {
      "schema": "keysweep.accounts/v1",
      "tool": {
        "name": "keysweep",
        "version": "[version]"
      },
      "summary": {
        "accounts": 1,
        "in_scope": 1,
        "out_of_scope": 0,
        "role_ok": null,
        "role_failed": null
      },
      "problems": [
        "account 111122223333 is odd"
      ],
      "notes": [
        "a note"
      ],
      "accounts": [
        {
          "id": "111122223333",
          "name": "erp",
          "ou_path": null,
          "state": "ACTIVE",
          "in_scope": true,
          "scope_reason": null,
          "role": null,
          "role_reason": null
        }
      ]
    }
    "#);
}
