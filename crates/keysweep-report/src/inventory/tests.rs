//! Inventories: what is written is read again, and what is not whole is refused.

use std::{
    io::{self, Cursor},
    sync::Arc,
};

use keysweep_model::{
    AccessKey, Account, AccountFacts, AccountGap, AccountState, CredentialStatus, Facet, Fact, LastUsed, MfaDevice,
    MfaKind, Password, PasswordPolicy, Permissions, Report, RootActivity, RootCredentials, Run, SavedAccount,
    ServiceCredential, SigningCertificate, SshKey, Step, Unreadable, User,
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::{InventoryError, Reader, Writer, write::hex};

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

fn reported<T>(value: T) -> Fact<T> {
    Fact::Reported(value, Arc::new(Report::new(at("2026-11-22T07:00:00Z"))))
}

/// An account in which every kind of fact occurs: live, of a report, possible, not read and unreadable.
fn account() -> AccountFacts {
    let account = Arc::new(Account {
        id: "111122223333".parse().unwrap(),
        name: "prod".to_owned(),
        email: Some("root@example.com".to_owned()),
        state: AccountState::Active,
        ou_path: Fact::Live("Root/Prod".to_owned()),
    });
    let user = |name: &str| User::unread(name.parse().unwrap(), format!("arn:{name}"), "/".to_owned());
    let made = at("2026-01-02T03:04:05Z");
    let full = User {
        created_at: Fact::Live(made),
        tags: Fact::Live([("not_read".to_owned(), "known".to_owned())].into()),
        access_keys: Fact::Live(vec![
            AccessKey {
                id: Fact::Live("AKIAIOSFODNN7EXAMPLE".parse().unwrap()),
                status: Fact::Live(CredentialStatus::Expired),
                created_at: Fact::Live(made),
                last_used: Fact::Live(LastUsed::At { at: made, service: Some("s3".to_owned()), region: None }),
            },
            AccessKey {
                id: Fact::NotRead(Facet::AccessKeys),
                status: denied(Facet::AccessKeys),
                created_at: Fact::NotRead(Facet::CredentialReport),
                last_used: Fact::Live(LastUsed::Never),
            },
            AccessKey::possible(),
        ]),
        password: Fact::Live(Some(Password {
            changed_at: Fact::NotRead(Facet::CredentialReport),
            last_used: Fact::Live(None),
        })),
        has_mfa: reported(true),
        mfa_devices: Fact::Live(vec![MfaDevice {
            serial_number: "GAHT1".to_owned(),
            kind: Fact::Live(MfaKind::Hardware),
            enabled_at: Fact::Live(made),
        }]),
        permissions: Fact::Live(Permissions { groups: Fact::Live(vec!["g".to_owned()]), ..Permissions::unread() }),
        service_credentials: Fact::Live(vec![ServiceCredential {
            id: "ACCA1".to_owned(),
            service: Fact::Live("bedrock".to_owned()),
            status: Fact::Live(CredentialStatus::Active),
            created_at: Fact::Live(made),
            expires_at: Fact::Live(None),
        }]),
        signing_certificates: Fact::Live(vec![SigningCertificate {
            id: Fact::NotRead(Facet::SigningCertificates),
            status: Fact::Live(CredentialStatus::Active),
            created_at: Fact::Live(made),
        }]),
        ssh_keys: Fact::Live(vec![SshKey {
            id: "APKA1".to_owned(),
            status: denied(Facet::SshKeys),
            created_at: Fact::Live(made),
        }]),
        ..user("ann")
    };
    let without_password = User { password: Fact::Live(None), tags: denied(Facet::UserTags), ..user("bob") };
    AccountFacts {
        account,
        users: Fact::Live(vec![Arc::new(full), Arc::new(without_password)]),
        root_credentials: Fact::Live(RootCredentials {
            has_access_key: Fact::Live(true),
            has_password: denied(Facet::AccountSummary),
            has_mfa: Fact::Live(false),
            has_signing_certificate: Fact::Live(false),
        }),
        root_has_virtual_mfa: denied(Facet::RootMfa),
        root_activity: reported(RootActivity {
            created_at: Fact::Live(made),
            password_last_used: Fact::Live(Some(made)),
            access_keys_last_used: Fact::Live(vec![LastUsed::Never]),
        }),
        password_policy: Fact::Live(Some(PasswordPolicy {
            minimum_length: Fact::Live(14),
            reuse_prevention: Fact::Live(Some(24)),
            max_age_days: Fact::Live(None),
            require_symbols: Fact::Live(true),
            require_numbers: Fact::Live(true),
            require_uppercase: Fact::Live(true),
            require_lowercase: Fact::Live(false),
            users_may_change: Fact::Live(true),
        })),
    }
}

fn records() -> Vec<SavedAccount> {
    let gap = |step, id: &str| AccountGap {
        account_id: Some(id.parse().unwrap()),
        account_name: "old".to_owned(),
        step,
        reason: "it is SUSPENDED".to_owned(),
    };
    let other = Account { id: "777788889999".parse().unwrap(), ..(*account().account).clone() };
    let unread = AccountFacts::unread(Arc::new(other));
    let defaults = AccountFacts { password_policy: Fact::Live(None), users: denied(Facet::Users), ..unread };
    vec![
        SavedAccount::Read(Box::new(account())),
        SavedAccount::Read(Box::new(defaults)),
        SavedAccount::Failed(gap(Step::AssumeRole, "444455556666")),
        SavedAccount::Skipped(gap(Step::State, "555566667777")),
    ]
}

fn written() -> Vec<u8> {
    let mut writer = Writer::new(Cursor::new(Vec::new()));
    records().iter().for_each(|record| writer.add(record).unwrap());
    let mut out = Vec::new();
    writer.finish(&run(), &mut out).unwrap();
    out
}

fn read(bytes: &[u8]) -> Result<Vec<SavedAccount>, InventoryError> {
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
    the file is not an inventory: its first line does not say `keysweep.inventory/v1`
    the file is not an inventory: its first line does not say `keysweep.inventory/v1`
    the inventory has the format `keysweep.inventory/v2`, and this program reads `keysweep.inventory/v1`: use the version that wrote it
    the inventory is truncated: it ends after line 5 without its last line
    the inventory is truncated: it ends after line 5 without its last line
    the inventory was altered after it was written: its lines do not fit the checksum in the last one
    the inventory was altered after it was written: its lines do not fit the checksum in the last one
    the inventory is damaged in line 2: `Gone` is not a credential status: use one of Active, Inactive, Expired at column 989
    the inventory is damaged in line 2: a line is one of `account`, `failed`, `skipped` and `end`
    the inventory is damaged in line 7: there is more after the last line
    "
    );
}

/// The file of these lines between the header and the end, as a writer would have closed it.
fn closed(lines: &[&str]) -> Vec<u8> {
    let text = String::from_utf8(written()).unwrap();
    let mut all = text.lines().next().unwrap().to_owned() + "\n";
    lines.iter().for_each(|line| all += &format!("{line}\n"));
    let sha256 = hex(&Sha256::digest(&all));
    all += &format!("{{\"end\":{{\"records\":{},\"sha256\":\"{sha256}\"}}}}\n", lines.len());
    all.into_bytes()
}

const BARE: &str = r#"{"account":{"id":"111122223333","name":"","state":"ACTIVE"}}"#;

#[test]
fn keys_that_a_later_version_adds_are_passed_over() {
    assert_eq!(read(&closed(&[BARE])).unwrap().len(), 1);
    let text = String::from_utf8(written()).unwrap();
    // Into every object but the tags, whose keys are AWS's.
    let add = |line: &str| {
        let line = line.replace('{', r#"{"added":[{"x":null}],"#).replace(",}", "}");
        line.replace(r#""known":{"added":[{"x":null}],"not_read":"known"}"#, r#""known":{"not_read":"known"}"#)
    };
    let lines: Vec<&str> = text.lines().collect();
    let widened: Vec<String> = lines[1..lines.len() - 1].iter().map(|line| add(line)).collect();
    let widened: Vec<&str> = widened.iter().map(String::as_str).collect();
    assert!(widened[0].matches("added").count() > 40, "{}", widened[0]);
    assert_eq!(read(&closed(&widened)).unwrap(), records());
    let header = text.replacen('{', r#"{"added":1,"#, 1).replacen(r#""run":{"#, r#""run":{"added":1,"#, 1);
    assert_eq!(Reader::open(header.as_bytes()).unwrap().run(), &run());
}

#[test]
fn a_line_or_a_fact_that_is_none_or_two_things_is_refused() {
    let fact = |fact: &str| refused(&closed(&[&BARE.replace("\"state\"", &format!("\"ou_path\":{fact},\"state\""))]));
    let gap = r#"{"account_id":null,"account_name":"","step":"select","reason":""}"#;
    insta::assert_snapshot!(
        [
            refused(&closed(&["{}"])),
            refused(&closed(&[r#"{"note":{}}"#])),
            refused(&closed(&[&format!(r#"{{"failed":{gap},"skipped":{gap}}}"#)])),
            refused(&closed(&["[]"])),
            refused(&closed(&[&format!("{BARE} {BARE}")])),
            fact("{}"),
            fact(r#"{"added":1}"#),
            fact(r#"{"known":"a","not_read":"organizational_units"}"#),
            fact(r#"{"known":"a","known":"b"}"#),
            fact(r#""a""#),
        ]
        .join("\n"),
        @r#"
    the inventory is damaged in line 2: a line is one of `account`, `failed`, `skipped` and `end`
    the inventory is damaged in line 2: a line is one of `account`, `failed`, `skipped` and `end`
    the inventory is damaged in line 2: a line is one of `account`, `failed`, `skipped` and `end`
    the inventory is damaged in line 2: invalid length 0, expected struct Keys with 4 elements at column 2
    the inventory is damaged in line 2: trailing characters at column 62
    the inventory is damaged in line 2: a fact must have one of `known`, `not_read` and `unreadable` at column 72
    the inventory is damaged in line 2: a fact must have one of `known`, `not_read` and `unreadable` at column 81
    the inventory is damaged in line 2: a fact has only one of `known`, `not_read` and `unreadable` at column 117
    the inventory is damaged in line 2: a fact has only one of `known`, `not_read` and `unreadable` at column 95
    the inventory is damaged in line 2: invalid type: string "a", expected a fact with one of `known`, `not_read` and `unreadable` at column 73
    "#
    );
}

#[test]
fn an_account_that_is_there_twice_is_refused() {
    let gap = r#"{"failed":{"account_id":"111122223333","account_name":"","step":"select","reason":""}}"#;
    let unnamed = r#"{"failed":{"account_id":null,"account_name":"","step":"select","reason":""}}"#;
    assert_eq!(read(&closed(&[unnamed, unnamed])).unwrap().len(), 2);
    insta::assert_snapshot!(
        [refused(&closed(&[BARE, unnamed, BARE])), refused(&closed(&[gap, BARE])), refused(&closed(&[BARE, gap]))].join("\n"),
        @"
    account 111122223333 is in the inventory twice, in lines 2 and 4: a scan writes each once
    account 111122223333 is in the inventory twice, in lines 2 and 3: a scan writes each once
    account 111122223333 is in the inventory twice, in lines 2 and 3: a scan writes each once
    "
    );
}

/// Input without an end, which counts what is read of it.
struct Endless {
    again: &'static [u8],
    read: usize,
}

impl io::Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let piece = &self.again[self.read % self.again.len()..];
        let length = out.len().min(piece.len());
        out[..length].copy_from_slice(&piece[..length]);
        self.read += length;
        Ok(length)
    }
}

#[test]
fn a_line_is_read_no_further_than_an_account_may_be_large() {
    let header = String::from_utf8(written()).unwrap().lines().next().unwrap().to_owned() + "\n";
    let told = |line: &str, again: &'static [u8]| {
        let begin = io::Cursor::new(line.to_owned());
        let mut input = io::Read::chain(begin, Endless { again, read: 0 });
        let said = Reader::open(io::BufReader::new(&mut input)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        format!("{} ({} MiB)", said.unwrap_err(), input.into_inner().1.read >> 20)
    };
    let account = |line: &str, again| told(&format!("{header}{line}"), again);
    let users = r#"{"account":{"id":"111122223333","name":"","state":"ACTIVE","users":{"known":["#;
    insta::assert_snapshot!(
        [
            account(r#"{"account":{"name":""#, &[b'x'; 4096]),
            account(users, br#"{"name":"a","arn":"","path":"","access_keys":{"known":[{},{},{},{}]}},"#),
            account(r#"{"account":{"unheard":["#, b"[],"),
            account(r#"{"account":{"name":"\"{[,","unheard":["#, br#""\",[",[],"#),
            told(r#"{"schema":""#, &[b'x'; 4096]),
            told("", &[b' '; 4096]),
        ]
        .join("\n"),
        @"
    the inventory is damaged in line 2: it has more than 67108864 bytes (64 MiB)
    the inventory is damaged in line 2: it has more than 2000000 values (9 MiB)
    the inventory is damaged in line 2: it has more than 2000000 values (2 MiB)
    the inventory is damaged in line 2: it has more than 2000000 values (6 MiB)
    the file is not an inventory: its first line does not say `keysweep.inventory/v1` (0 MiB)
    the file is not an inventory: its first line does not say `keysweep.inventory/v1` (0 MiB)
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

#[test]
fn a_slot_that_the_first_writers_of_the_format_kept_is_known_as_one() {
    let line = r#"{"account":{"id":"111122223333","name":"","state":"ACTIVE","users":{"known":[{"name":"ann","arn":"a",
        "path":"/","access_keys":{"known":[{"status":{"known":"Inactive"},"last_used":{"not_read":"access_keys"}},
        {"status":{"known":"Inactive"}}]},"signing_certificates":{"known":[{"status":{"known":"Inactive"}}]}}]}}}"#;
    let records = read(&closed(&[&line.replace('\n', "")])).unwrap();
    let [SavedAccount::Read(facts)] = records.as_slice() else { panic!("{records:?}") };
    let user = &facts.users.value().unwrap()[0];
    let keys: Vec<_> = user.access_keys.value().unwrap().iter().map(AccessKey::is_possible).collect();
    let certificates: Vec<_> =
        user.signing_certificates.value().unwrap().iter().map(SigningCertificate::is_possible).collect();
    assert_eq!((keys, certificates), (vec![true, false], vec![true]));
}
