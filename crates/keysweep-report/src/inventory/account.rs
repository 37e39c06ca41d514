//! Accounts and what is in them on the wire.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use keysweep_model::{
    self as model, AccountFacts, AccountState, Facet, LastUsed, Permissions, RootActivity, RootCredentials, RootUser,
};
use serde::{Deserialize, Serialize};

use super::facts::{Flag, Wire, parse, read, write};

/// A fact that may be missing.
type Maybe<T> = Option<Wire<T>>;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Account {
    id: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ou_path: Maybe<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root_credentials: Maybe<RootCredentialsWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root_has_virtual_mfa: Maybe<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root_activity: Maybe<RootActivityWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password_policy: Maybe<Option<PasswordPolicy>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    users: Maybe<Vec<User>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RootCredentialsWire {
    has_access_key: Flag,
    has_password: Flag,
    has_mfa: Flag,
    has_signing_certificate: Flag,
}

#[derive(Debug, Serialize, Deserialize)]
struct RootActivityWire {
    created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password_last_used: Option<Timestamp>,
    access_keys_last_used: Vec<Use>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PasswordPolicy {
    minimum_length: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reuse_prevention: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age_days: Option<u32>,
    require_symbols: bool,
    require_numbers: bool,
    require_uppercase: bool,
    require_lowercase: bool,
    users_may_change: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct User {
    name: String,
    arn: String,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Maybe<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tags: Maybe<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access_keys: Maybe<Vec<AccessKey>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Maybe<Option<Password>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    has_mfa: Maybe<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mfa_devices: Maybe<Vec<MfaDevice>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    permissions: Maybe<PermissionsWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service_credentials: Maybe<Vec<ServiceCredential>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signing_certificates: Maybe<Vec<SigningCertificate>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ssh_keys: Maybe<Vec<SshKey>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct AccessKey {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Maybe<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Maybe<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Maybe<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used: Maybe<Use>,
}

/// A use; without a time there was none.
#[derive(Debug, Serialize, Deserialize)]
struct Use {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Password {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changed_at: Maybe<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used: Maybe<Option<Timestamp>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct MfaDevice {
    serial_number: String,
    kind: String,
    enabled_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct PermissionsWire {
    groups: Vec<String>,
    attached_policies: Vec<String>,
    group_policies: Vec<String>,
    inline_policies: Vec<String>,
    is_administrator: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ServiceCredential {
    id: String,
    service: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Maybe<String>,
    created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SigningCertificate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Maybe<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Maybe<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Maybe<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SshKey {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Maybe<String>,
    created_at: Timestamp,
}

impl Account {
    pub(super) fn of(facts: &AccountFacts) -> Self {
        let AccountFacts { account, users, root, password_policy } = facts;
        Self {
            id: account.id.to_string(),
            name: account.name.clone(),
            email: account.email.clone(),
            state: account.state.as_str().to_owned(),
            ou_path: write(&account.ou_path, Facet::OrganizationalUnits, String::clone),
            root_credentials: write(&root.credentials, Facet::AccountSummary, |of| RootCredentialsWire {
                has_access_key: Flag::of(&of.has_access_key),
                has_password: Flag::of(&of.has_password),
                has_mfa: Flag::of(&of.has_mfa),
                has_signing_certificate: Flag::of(&of.has_signing_certificate),
            }),
            root_has_virtual_mfa: write(&root.has_virtual_mfa, Facet::RootMfa, |is_virtual| *is_virtual),
            root_activity: write(&root.activity, Facet::CredentialReport, |activity| RootActivityWire {
                created_at: activity.created_at,
                password_last_used: activity.password_last_used,
                access_keys_last_used: activity.access_keys_last_used.iter().map(Use::of).collect(),
            }),
            password_policy: write(password_policy, Facet::PasswordPolicy, |policy| policy.map(PasswordPolicy::of)),
            users: write(users, Facet::Users, |users| users.iter().map(|user| User::of(user)).collect()),
        }
    }

    pub(super) fn facts(self) -> Result<AccountFacts, String> {
        let account = Arc::new(model::Account {
            id: parse(&self.id)?,
            name: self.name,
            email: self.email,
            state: AccountState::from_aws(&self.state),
            ou_path: read(self.ou_path, Facet::OrganizationalUnits, Ok)?,
        });
        let root = RootUser {
            credentials: read(self.root_credentials, Facet::AccountSummary, |of| {
                Ok(RootCredentials {
                    has_access_key: of.has_access_key.fact(Facet::AccountSummary)?,
                    has_password: of.has_password.fact(Facet::AccountSummary)?,
                    has_mfa: of.has_mfa.fact(Facet::AccountSummary)?,
                    has_signing_certificate: of.has_signing_certificate.fact(Facet::AccountSummary)?,
                })
            })?,
            has_virtual_mfa: read(self.root_has_virtual_mfa, Facet::RootMfa, Ok)?,
            activity: read(self.root_activity, Facet::CredentialReport, |activity| {
                Ok(RootActivity {
                    created_at: activity.created_at,
                    password_last_used: activity.password_last_used,
                    access_keys_last_used: activity.access_keys_last_used.into_iter().map(Use::last_used).collect(),
                })
            })?,
        };
        let users = read(self.users, Facet::Users, |users| {
            users.into_iter().map(|user| user.user(&account).map(Arc::new)).collect::<Result<Vec<_>, _>>()
        })?;
        let password_policy =
            read(self.password_policy, Facet::PasswordPolicy, |policy| Ok(policy.map(PasswordPolicy::policy)))?;
        Ok(AccountFacts { account, users, root, password_policy })
    }
}

impl PasswordPolicy {
    fn of(policy: model::PasswordPolicy) -> Self {
        let model::PasswordPolicy {
            minimum_length,
            reuse_prevention,
            max_age_days,
            require_symbols,
            require_numbers,
            require_uppercase,
            require_lowercase,
            users_may_change,
        } = policy;
        Self {
            minimum_length,
            reuse_prevention,
            max_age_days,
            require_symbols,
            require_numbers,
            require_uppercase,
            require_lowercase,
            users_may_change,
        }
    }

    fn policy(self) -> model::PasswordPolicy {
        model::PasswordPolicy {
            minimum_length: self.minimum_length,
            reuse_prevention: self.reuse_prevention,
            max_age_days: self.max_age_days,
            require_symbols: self.require_symbols,
            require_numbers: self.require_numbers,
            require_uppercase: self.require_uppercase,
            require_lowercase: self.require_lowercase,
            users_may_change: self.users_may_change,
        }
    }
}

impl User {
    fn of(user: &model::User) -> Self {
        Self {
            name: user.name.to_string(),
            arn: user.arn.clone(),
            path: user.path.clone(),
            created_at: write(&user.created_at, Facet::Users, |at| *at),
            tags: write(&user.tags, Facet::UserTags, Clone::clone),
            access_keys: write(&user.access_keys, Facet::AccessKeys, |all| all.iter().map(AccessKey::of).collect()),
            password: write(&user.password, Facet::LoginProfile, |password| password.as_ref().map(Password::of)),
            has_mfa: write(&user.has_mfa, Facet::MfaDevices, |has_mfa| *has_mfa),
            mfa_devices: write(&user.mfa_devices, Facet::MfaDevices, |all| all.iter().map(MfaDevice::of).collect()),
            permissions: write(&user.permissions, Facet::AuthorizationDetails, PermissionsWire::of),
            service_credentials: write(&user.service_credentials, Facet::ServiceCredentials, |all| {
                all.iter().map(ServiceCredential::of).collect()
            }),
            signing_certificates: write(&user.signing_certificates, Facet::SigningCertificates, |all| {
                all.iter().map(SigningCertificate::of).collect()
            }),
            ssh_keys: write(&user.ssh_keys, Facet::SshKeys, |all| all.iter().map(SshKey::of).collect()),
        }
    }

    fn user(self, account: &Arc<model::Account>) -> Result<model::User, String> {
        fn all<T, W>(items: Vec<W>, item: fn(W) -> Result<T, String>) -> Result<Vec<T>, String> {
            items.into_iter().map(item).collect()
        }
        Ok(model::User {
            account: Arc::clone(account),
            name: parse(&self.name)?,
            arn: self.arn,
            path: self.path,
            created_at: read(self.created_at, Facet::Users, Ok)?,
            tags: read(self.tags, Facet::UserTags, Ok)?,
            access_keys: read(self.access_keys, Facet::AccessKeys, |items| all(items, AccessKey::key))?,
            password: read(self.password, Facet::LoginProfile, |password| {
                password.map(Password::password).transpose()
            })?,
            has_mfa: read(self.has_mfa, Facet::MfaDevices, Ok)?,
            mfa_devices: read(self.mfa_devices, Facet::MfaDevices, |items| all(items, MfaDevice::device))?,
            permissions: read(self.permissions, Facet::AuthorizationDetails, |of| Ok(of.permissions()))?,
            service_credentials: read(self.service_credentials, Facet::ServiceCredentials, |items| {
                all(items, ServiceCredential::credential)
            })?,
            signing_certificates: read(self.signing_certificates, Facet::SigningCertificates, |items| {
                all(items, SigningCertificate::certificate)
            })?,
            ssh_keys: read(self.ssh_keys, Facet::SshKeys, |items| all(items, SshKey::key))?,
        })
    }
}

impl AccessKey {
    fn of(key: &model::AccessKey) -> Self {
        Self {
            id: write(&key.id, Facet::AccessKeys, ToString::to_string),
            status: write(&key.status, Facet::AccessKeys, ToString::to_string),
            created_at: write(&key.created_at, Facet::AccessKeys, |at| *at),
            last_used: write(&key.last_used, Facet::AccessKeyLastUsed, Use::of),
        }
    }

    fn key(self) -> Result<model::AccessKey, String> {
        Ok(model::AccessKey {
            id: read(self.id, Facet::AccessKeys, |id| parse(&id))?,
            status: read(self.status, Facet::AccessKeys, |status| parse(&status))?,
            created_at: read(self.created_at, Facet::AccessKeys, Ok)?,
            last_used: read(self.last_used, Facet::AccessKeyLastUsed, |used| Ok(used.last_used()))?,
        })
    }
}

impl Use {
    fn of(used: &LastUsed) -> Self {
        match used {
            LastUsed::Never => Self { at: None, service: None, region: None },
            LastUsed::At { at, service, region } => {
                Self { at: Some(*at), service: service.clone(), region: region.clone() }
            }
        }
    }

    fn last_used(self) -> LastUsed {
        match self.at {
            Some(at) => LastUsed::At { at, service: self.service, region: self.region },
            None => LastUsed::Never,
        }
    }
}

impl Password {
    fn of(password: &model::Password) -> Self {
        Self {
            changed_at: write(&password.changed_at, Facet::CredentialReport, |at| *at),
            last_used: write(&password.last_used, Facet::PasswordLastUsed, |at| *at),
        }
    }

    fn password(self) -> Result<model::Password, String> {
        Ok(model::Password {
            changed_at: read(self.changed_at, Facet::CredentialReport, Ok)?,
            last_used: read(self.last_used, Facet::PasswordLastUsed, Ok)?,
        })
    }
}

impl MfaDevice {
    fn of(device: &model::MfaDevice) -> Self {
        Self {
            serial_number: device.serial_number.clone(),
            kind: device.kind.to_string(),
            enabled_at: device.enabled_at,
        }
    }

    fn device(self) -> Result<model::MfaDevice, String> {
        Ok(model::MfaDevice {
            serial_number: self.serial_number,
            kind: parse(&self.kind)?,
            enabled_at: self.enabled_at,
        })
    }
}

impl PermissionsWire {
    fn of(of: &Permissions) -> Self {
        let Permissions {
            groups,
            attached_policies,
            group_policies,
            inline_policies,
            is_administrator,
            permissions_boundary,
        } = of.clone();
        Self { groups, attached_policies, group_policies, inline_policies, is_administrator, permissions_boundary }
    }

    fn permissions(self) -> Permissions {
        let Self { groups, attached_policies, group_policies, inline_policies, is_administrator, permissions_boundary } =
            self;
        Permissions {
            groups,
            attached_policies,
            group_policies,
            inline_policies,
            is_administrator,
            permissions_boundary,
        }
    }
}

impl ServiceCredential {
    fn of(of: &model::ServiceCredential) -> Self {
        Self {
            id: of.id.clone(),
            service: of.service.clone(),
            status: write(&of.status, Facet::ServiceCredentials, ToString::to_string),
            created_at: of.created_at,
            expires_at: of.expires_at,
        }
    }

    fn credential(self) -> Result<model::ServiceCredential, String> {
        Ok(model::ServiceCredential {
            id: self.id,
            service: self.service,
            status: read(self.status, Facet::ServiceCredentials, |status| parse(&status))?,
            created_at: self.created_at,
            expires_at: self.expires_at,
        })
    }
}

impl SigningCertificate {
    fn of(of: &model::SigningCertificate) -> Self {
        Self {
            id: write(&of.id, Facet::SigningCertificates, String::clone),
            status: write(&of.status, Facet::SigningCertificates, ToString::to_string),
            created_at: write(&of.created_at, Facet::SigningCertificates, |at| *at),
        }
    }

    fn certificate(self) -> Result<model::SigningCertificate, String> {
        Ok(model::SigningCertificate {
            id: read(self.id, Facet::SigningCertificates, Ok)?,
            status: read(self.status, Facet::SigningCertificates, |status| parse(&status))?,
            created_at: read(self.created_at, Facet::SigningCertificates, Ok)?,
        })
    }
}

impl SshKey {
    fn of(of: &model::SshKey) -> Self {
        Self {
            id: of.id.clone(),
            status: write(&of.status, Facet::SshKeys, ToString::to_string),
            created_at: of.created_at,
        }
    }

    fn key(self) -> Result<model::SshKey, String> {
        Ok(model::SshKey {
            id: self.id,
            status: read(self.status, Facet::SshKeys, |status| parse(&status))?,
            created_at: self.created_at,
        })
    }
}
