//! Any account is read again as it was written, whatever is in each of its fields.
//!
//! Every value is made field by field, without `..`: a field that is added to the model has to be added here.

use std::{io::Cursor, sync::Arc};

use jiff::Timestamp;
use keysweep_model::{
    AccessKey, Account, AccountFacts, AccountGap, AccountState, CredentialStatus, Facet, Fact, LastUsed, MfaDevice,
    MfaKind, Password, PasswordPolicy, Permissions, Report, RootActivity, RootCredentials, Run, SavedAccount,
    ServiceCredential, SigningCertificate, SshKey, Step, Unreadable, User, is_unseen,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{Reader, Writer};

fn text() -> impl Strategy<Value = String> {
    "(\\PC|[\\x00-\\x1f\\u{7f}-\\u{9f}\\u{200b}-\\u{202e}\\u{e0041}\"\\\\/]){0,6}"
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_000_000_000, prop_oneof![Just(0), 0..1_000_000_000])
        .prop_map(|(seconds, nanoseconds)| Timestamp::new(seconds, nanoseconds).unwrap())
}

fn facet() -> impl Strategy<Value = Facet> {
    select(Facet::ALL.to_vec())
}

fn fact<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Fact<T>> + Clone {
    let value = value.boxed();
    prop_oneof![
        3 => value.clone().prop_map(Fact::Live),
        1 => (value.clone(), time()).prop_map(|(value, at)| Fact::Reported(value, Arc::new(Report::new(at)))),
        1 => value.prop_map(Fact::Possible),
        1 => facet().prop_map(Fact::NotRead),
        1 => (facet(), text()).prop_map(|(facet, reason)| Fact::Unreadable(Arc::new(Unreadable { facet, reason }))),
    ]
}

fn status() -> impl Strategy<Value = Fact<CredentialStatus>> {
    fact(select(vec![CredentialStatus::Active, CredentialStatus::Inactive, CredentialStatus::Expired]))
}

fn last_used() -> impl Strategy<Value = LastUsed> {
    let used = (time(), option::of(text()), option::of(text()));
    prop_oneof![Just(LastUsed::Never), used.prop_map(|(at, service, region)| LastUsed::At { at, service, region })]
}

fn access_key() -> impl Strategy<Value = AccessKey> {
    let id = "AKIA[A-Z2-7]{16}".prop_map(|id| id.parse().unwrap());
    (fact(id), status(), fact(time()), fact(last_used())).prop_map(|(id, status, created_at, last_used)| AccessKey {
        id,
        status,
        created_at,
        last_used,
    })
}

fn password() -> impl Strategy<Value = Password> {
    (fact(time()), fact(option::of(time()))).prop_map(|(changed_at, last_used)| Password { changed_at, last_used })
}

fn mfa_device() -> impl Strategy<Value = MfaDevice> {
    let kind = select(vec![MfaKind::Virtual, MfaKind::Hardware, MfaKind::Passkey]);
    (text(), fact(kind), fact(time())).prop_map(|(serial_number, kind, enabled_at)| MfaDevice {
        serial_number,
        kind,
        enabled_at,
    })
}

fn permissions() -> impl Strategy<Value = Permissions> {
    let names = || fact(vec(text(), 0..3));
    (names(), names(), names(), names(), fact(any::<bool>()), fact(option::of(text()))).prop_map(
        |(groups, attached_policies, group_policies, inline_policies, is_administrator, permissions_boundary)| {
            Permissions {
                groups,
                attached_policies,
                group_policies,
                inline_policies,
                is_administrator,
                permissions_boundary,
            }
        },
    )
}

fn service_credential() -> impl Strategy<Value = ServiceCredential> {
    (text(), fact(text()), status(), fact(time()), fact(option::of(time()))).prop_map(
        |(id, service, status, created_at, expires_at)| ServiceCredential {
            id,
            service,
            status,
            created_at,
            expires_at,
        },
    )
}

fn signing_certificate() -> impl Strategy<Value = SigningCertificate> {
    (fact(text()), status(), fact(time())).prop_map(|(id, status, created_at)| SigningCertificate {
        id,
        status,
        created_at,
    })
}

fn ssh_key() -> impl Strategy<Value = SshKey> {
    (text(), status(), fact(time())).prop_map(|(id, status, created_at)| SshKey { id, status, created_at })
}

fn user() -> impl Strategy<Value = User> {
    let name = "[a-zA-Z0-9+=,.@_-]{1,64}".prop_map(|name| name.parse().unwrap());
    let tags = fact(prop::collection::btree_map(text(), text(), 0..4));
    let about = (name, text(), text(), fact(time()), tags);
    let keys = fact(vec(access_key(), 0..3));
    let console = (fact(option::of(password())), fact(any::<bool>()), fact(vec(mfa_device(), 0..2)));
    let others =
        (fact(vec(service_credential(), 0..2)), fact(vec(signing_certificate(), 0..2)), fact(vec(ssh_key(), 0..2)));
    (about, keys, console, fact(permissions()), others).prop_map(
        |(about, access_keys, console, permissions, others)| {
            let (name, arn, path, created_at, tags) = about;
            let (password, has_mfa, mfa_devices) = console;
            let (service_credentials, signing_certificates, ssh_keys) = others;
            User {
                name,
                arn,
                path,
                created_at,
                tags,
                access_keys,
                password,
                has_mfa,
                mfa_devices,
                permissions,
                service_credentials,
                signing_certificates,
                ssh_keys,
            }
        },
    )
}

fn root_credentials() -> impl Strategy<Value = RootCredentials> {
    let flag = || fact(any::<bool>());
    (flag(), flag(), flag(), flag()).prop_map(|(has_access_key, has_password, has_mfa, has_signing_certificate)| {
        RootCredentials { has_access_key, has_password, has_mfa, has_signing_certificate }
    })
}

fn root_activity() -> impl Strategy<Value = RootActivity> {
    (fact(time()), fact(option::of(time())), fact(vec(last_used(), 0..3))).prop_map(
        |(created_at, password_last_used, access_keys_last_used)| RootActivity {
            created_at,
            password_last_used,
            access_keys_last_used,
        },
    )
}

fn password_policy() -> impl Strategy<Value = PasswordPolicy> {
    let number = || fact(any::<Option<u32>>());
    let flag = || fact(any::<bool>());
    (fact(any::<u32>()), number(), number(), [flag(), flag(), flag(), flag(), flag()]).prop_map(
        |(minimum_length, reuse_prevention, max_age_days, flags)| {
            let [require_symbols, require_numbers, require_uppercase, require_lowercase, users_may_change] = flags;
            PasswordPolicy {
                minimum_length,
                reuse_prevention,
                max_age_days,
                require_symbols,
                require_numbers,
                require_uppercase,
                require_lowercase,
                users_may_change,
            }
        },
    )
}

fn account() -> impl Strategy<Value = Account> {
    let id = "[1-9][0-9]{11}".prop_map(|id| id.parse().unwrap());
    let state = "ACTIVE|SUSPENDED|PENDING_CLOSURE|[A-Z_]{1,9}".prop_map(|state| AccountState::from_aws(&state));
    (id, text(), option::of(text()), state, fact(text())).prop_map(|(id, name, email, state, ou_path)| Account {
        id,
        name,
        email,
        state,
        ou_path,
    })
}

fn facts() -> impl Strategy<Value = AccountFacts> {
    let users = fact(vec(user().prop_map(Arc::new), 0..3));
    let root = (fact(root_credentials()), fact(any::<bool>()), fact(root_activity()));
    (account().prop_map(Arc::new), users, root, fact(option::of(password_policy()))).prop_map(
        |(account, users, (root_credentials, root_has_virtual_mfa, root_activity), password_policy)| AccountFacts {
            account,
            root_credentials,
            root_has_virtual_mfa,
            root_activity,
            password_policy,
            users,
        },
    )
}

fn gap() -> impl Strategy<Value = AccountGap> {
    let steps =
        vec![Step::ListAccounts, Step::Select, Step::State, Step::AssumeRole, Step::ReadUsers, Step::Interrupted];
    // Accounts of facts begin with another digit: no account is there twice.
    let id = option::of("0[0-9]{11}".prop_map(|id| id.parse().unwrap()));
    (id, text(), select(steps), text()).prop_map(|(account_id, account_name, step, reason)| AccountGap {
        account_id,
        account_name,
        step,
        reason,
    })
}

fn run() -> impl Strategy<Value = Run> {
    let organization = (option::of(text()), option::of("[0-9]{12}".prop_map(|id| id.parse().unwrap())));
    let partition = select(vec!["aws", "aws-cn", "aws-us-gov"]);
    (text(), time(), time(), organization, partition).prop_map(|(id, started_at, as_of, organization, partition)| {
        let (organization_id, management_account_id) = organization;
        let partition = partition.parse().unwrap();
        Run { id, started_at, finished_at: started_at, as_of, organization_id, management_account_id, partition }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(facts in facts(), gap in gap(), is_failed in any::<bool>(), run in run()) {
        let gap = if is_failed { SavedAccount::Failed(gap) } else { SavedAccount::Skipped(gap) };
        let records = vec![SavedAccount::Read(Box::new(facts)), gap];
        let mut writer = Writer::new(Cursor::new(Vec::new()));
        records.iter().for_each(|record| writer.add(record).unwrap());
        let mut bytes = Vec::new();
        writer.finish(&run, &mut bytes).unwrap();
        let reader = Reader::open(&bytes[..]).unwrap();
        prop_assert_eq!(reader.run(), &run);
        prop_assert_eq!(reader.collect::<Result<Vec<_>, _>>().unwrap(), records);
        let written = String::from_utf8(bytes).unwrap();
        prop_assert!(!written.chars().any(|c| is_unseen(c) && c != '\n'));
    }
}
