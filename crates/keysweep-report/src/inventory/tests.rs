//! Inventories: what is written is read again, and what is not whole is refused.

use std::{io::Cursor, sync::Arc};

use keysweep_model::{
    AccessKey, Account, AccountFacts, AccountGap, AccountState, CredentialStatus, Facet, Fact, LastUsed, MfaDevice,
    MfaKind, Password, PasswordPolicy, Permissions, RootActivity, RootCredentials, RootUser, Run, ServiceCredential,
    SigningCertificate, SshKey, Step, Unreadable, User,
};
use proptest::prelude::*;

use super::{InventoryError, Reader, Record, Writer};

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

fn run() -> Run {
    Run {
        id: "0193".to_owned(),
        started_at: at("2026-11-22T08:00:00Z"),
        finished_at: at("2026-11-22T08:00:00Z"),
        as_of: at("2026-11-22T08:00:00Z"),
        organization_id: Some("o-example".to_owned()),
        management_account_id: Some("000000000012".parse().unwrap()),
        partition: "aws".parse().unwrap(),
    }
}

fn denied<T>(facet: Facet) -> Fact<T> {
    Fact::Unreadable(Arc::new(Unreadable { facet, reason: "denied \"x\"\n".to_owned() }))
}

/// An account in which every kind of fact occurs: known, not read and unreadable.
fn account() -> AccountFacts {
    let account = Arc::new(Account {
        id: "111122223333".parse().unwrap(),
        name: "prod".to_owned(),
        email: Some("root@example.com".to_owned()),
        state: AccountState::Active,
        ou_path: Fact::Known("Root/Prod".to_owned()),
    });
    let user = |name: &str| User::unread(&account, name.parse().unwrap(), format!("arn:{name}"), "/".to_owned());
    let made = at("2026-01-02T03:04:05Z");
    let full = User {
        created_at: Fact::Known(made),
        tags: Fact::Known([("not_read".to_owned(), "known".to_owned())].into()),
        access_keys: Fact::Known(vec![
            AccessKey {
                id: Fact::Known("AKIAIOSFODNN7EXAMPLE".parse().unwrap()),
                status: Fact::Known(CredentialStatus::Expired),
                created_at: Fact::Known(made),
                last_used: Fact::Known(LastUsed::At { at: made, service: Some("s3".to_owned()), region: None }),
            },
            AccessKey {
                id: Fact::NotRead(Facet::AccessKeys),
                status: denied(Facet::AccessKeys),
                created_at: Fact::NotRead(Facet::CredentialReport),
                last_used: Fact::Known(LastUsed::Never),
            },
        ]),
        password: Fact::Known(Some(Password {
            changed_at: Fact::NotRead(Facet::CredentialReport),
            last_used: Fact::Known(None),
        })),
        has_mfa: Fact::Known(true),
        mfa_devices: Fact::Known(vec![MfaDevice {
            serial_number: "GAHT1".to_owned(),
            kind: MfaKind::Hardware,
            enabled_at: made,
        }]),
        permissions: Fact::Known(Permissions { groups: vec!["g".to_owned()], ..Permissions::default() }),
        service_credentials: Fact::Known(vec![ServiceCredential {
            id: "ACCA1".to_owned(),
            service: "bedrock".to_owned(),
            status: Fact::Known(CredentialStatus::Active),
            created_at: made,
            expires_at: None,
        }]),
        signing_certificates: Fact::Known(vec![SigningCertificate {
            id: Fact::NotRead(Facet::SigningCertificates),
            status: Fact::Known(CredentialStatus::Active),
            created_at: Fact::Known(made),
        }]),
        ssh_keys: Fact::Known(vec![SshKey {
            id: "APKA1".to_owned(),
            status: denied(Facet::SshKeys),
            created_at: made,
        }]),
        ..user("ann")
    };
    let without_password = User { password: Fact::Known(None), tags: denied(Facet::UserTags), ..user("bob") };
    AccountFacts {
        account,
        users: Fact::Known(vec![Arc::new(full), Arc::new(without_password)]),
        root: RootUser {
            credentials: Fact::Known(RootCredentials {
                has_access_key: Fact::Known(true),
                has_password: denied(Facet::AccountSummary),
                has_mfa: Fact::Known(false),
                has_signing_certificate: Fact::Known(false),
            }),
            has_virtual_mfa: denied(Facet::RootMfa),
            activity: Fact::Known(RootActivity {
                created_at: made,
                password_last_used: Some(made),
                access_keys_last_used: vec![LastUsed::Never],
            }),
        },
        password_policy: Fact::Known(Some(PasswordPolicy {
            minimum_length: 14,
            reuse_prevention: Some(24),
            max_age_days: None,
            require_symbols: true,
            require_numbers: true,
            require_uppercase: true,
            require_lowercase: false,
            users_may_change: true,
        })),
    }
}

fn records() -> Vec<Record> {
    let gap = |step| AccountGap {
        account_id: Some("444455556666".parse().unwrap()),
        account_name: "old".to_owned(),
        step,
        reason: "it is SUSPENDED".to_owned(),
    };
    let unread = AccountFacts::unread(Arc::clone(&account().account));
    let defaults = AccountFacts { password_policy: Fact::Known(None), users: denied(Facet::Users), ..unread };
    vec![
        Record::Account(Box::new(account())),
        Record::Account(Box::new(defaults)),
        Record::Failed(gap(Step::AssumeRole)),
        Record::Skipped(gap(Step::State)),
    ]
}

fn written() -> Vec<u8> {
    let mut writer = Writer::new(Cursor::new(Vec::new()));
    records().iter().for_each(|record| writer.add(record).unwrap());
    let mut out = Vec::new();
    writer.finish(&run(), &mut out).unwrap();
    out
}

fn read(bytes: &[u8]) -> Result<Vec<Record>, InventoryError> {
    Reader::open(bytes)?.collect()
}

fn refused(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

#[test]
fn what_is_written_is_read_again() {
    let bytes = written();
    assert_eq!(Reader::open(&bytes[..]).unwrap().run(), &run());
    assert_eq!(read(&bytes).unwrap(), records());
}

#[test]
fn a_file_that_is_not_whole_is_refused() {
    let text = String::from_utf8(written()).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let without_end = lines[..lines.len() - 1].concat();
    insta::assert_snapshot!(
        [
            refused(b""),
            refused(b"{\"schema\": \"keysweep.scan/v1\"}\n"),
            refused(text.replace("inventory/v1", "inventory/v2").as_bytes()),
            refused(without_end.as_bytes()),
            refused(&text.as_bytes()[..text.len() - 1]),
            refused(text.replace("GAHT1", "GAHT2").as_bytes()),
            refused([lines[0], lines[2], lines[5]].concat().as_bytes()),
            refused(text.replace("\"Expired\"", "\"Gone\"").as_bytes()),
            refused(text.replacen("{\"account\":", "{\"acount\":", 1).as_bytes()),
            refused(format!("{text}{}", lines[2]).as_bytes()),
        ]
        .join("\n"),
        @"
    the file is no inventory: its first line does not say `keysweep.inventory/v1`
    the file is no inventory: its first line does not say `keysweep.inventory/v1`
    the inventory has the format `keysweep.inventory/v2`, and this program reads `keysweep.inventory/v1`: use the version that wrote it
    the inventory is truncated: it ends after line 5 without its last line
    the inventory is truncated: it ends after line 5 without its last line
    the inventory was altered after it was written: its lines do not fit the checksum in the last one
    the inventory was altered after it was written: its lines do not fit the checksum in the last one
    the inventory is damaged in line 2: `Gone` is not a credential status: use one of Active, Inactive, Expired
    the inventory is damaged in line 2: unknown variant `acount`, expected one of `account`, `failed`, `skipped`, `end` at column 9
    the inventory is damaged in line 7: more follows the end
    "
    );
}

proptest! {
    #[test]
    fn a_file_cut_anywhere_is_refused(keep in 0.0..1.0) {
        let bytes = written();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share")]
        let cut = (bytes.len() as f64 * keep) as usize;
        prop_assert!(read(&bytes[..cut]).is_err());
    }

    #[test]
    fn a_file_with_an_altered_byte_is_refused(place in any::<prop::sample::Index>(), other in any::<u8>()) {
        let mut bytes = written();
        let place = place.index(bytes.len());
        prop_assume!(bytes[place] != other);
        bytes[place] = other;
        prop_assert!(read(&bytes).is_err());
    }
}
