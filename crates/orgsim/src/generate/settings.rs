//! Settings of generated accounts: their root user's credentials, password policies, and policies of their own. Drawn
//! from a stream of their own, so that the accounts themselves stay what they are.

use super::Generate;
use super::draw::{Draw, Purpose};
use crate::world::{
    AccessKey, Account, Group, InlinePolicy, KeyStatus, LastUsed, ManagedPolicy, Partition, PasswordPolicy, PublicKey,
    RootMfa, Text, Time, User,
};

/// A managed policy of the account that makes its users administrators.
const TEAM_ADMIN: &str = "team-admin";

/// Adds the settings of the account at `index`.
pub(super) fn settle(generate: &Generate, index: u64, account: &mut Account) {
    let mut draw = Draw::new(generate.seed, Purpose::Settings, index);
    root(&mut draw, generate.epoch, account);
    account.password_policy = password_policy(&mut draw);
    account.unassigned_mfa_devices = (0..draw.weighted(&[85, 12, 3])).map(|n| format!("spare-{n}").into()).collect();
    account.managed_policies = managed_policies();
    account.groups.push(Group {
        name: "Deployers".into(),
        path: "/".into(),
        attached_policies: vec!["deploy".into()],
        inline_policies: vec![InlinePolicy::allowing("read-artifacts", ["s3:GetObject", "s3:ListBucket"])],
    });
    account.groups.push(Group {
        name: "BreakGlass".into(),
        path: "/emergency/".into(),
        attached_policies: Vec::new(),
        inline_policies: vec![InlinePolicy::allowing("everything", ["*"])],
    });
    permissions(&mut draw, generate.partition, account);
}

fn root(draw: &mut Draw, epoch: Time, account: &mut Account) {
    let root = &mut account.root;
    if root.mfa.is_some() && draw.per_mille(350) {
        root.mfa = RootMfa::Hardware;
    }
    let joined_at = account.joined_at.min(epoch);
    let since = epoch.unix() - joined_at.unix();
    if draw.per_mille(60) {
        let created_at = joined_at.plus(draw.between(0, since));
        let last_used = draw.per_mille(600).then(|| LastUsed {
            at: created_at.plus(draw.between(0, epoch.unix() - created_at.unix())),
            service: "s3".into(),
            region: "us-east-1".into(),
        });
        let status = if draw.per_mille(250) { KeyStatus::Inactive } else { KeyStatus::Active };
        root.keys.push(AccessKey { id: "".into(), status, created_at, last_used, changed_at: None });
    }
    if draw.per_mille(15) {
        let uploaded_at = joined_at.plus(draw.between(0, since));
        root.signing_certificates.push(PublicKey { id: "".into(), status: KeyStatus::Active, uploaded_at });
    }
}

/// None, the weakest, a middling one, or one as strict as benchmarks demand.
fn password_policy(draw: &mut Draw) -> Option<PasswordPolicy> {
    let strict = PasswordPolicy {
        minimum_length: 14,
        require_symbols: true,
        require_numbers: true,
        require_uppercase: true,
        require_lowercase: true,
        users_may_change: true,
        max_age_days: None,
        reuse_prevention: Some(24),
        hard_expiry: false,
    };
    match draw.weighted(&[35, 15, 25, 25]) {
        0 => None,
        1 => Some(PasswordPolicy { users_may_change: true, ..PasswordPolicy::default() }),
        2 => Some(PasswordPolicy { minimum_length: 8, require_symbols: false, reuse_prevention: Some(5), ..strict }),
        _ => Some(PasswordPolicy { max_age_days: draw.per_mille(500).then_some(90), ..strict }),
    }
}

fn managed_policies() -> Vec<ManagedPolicy> {
    let policy = |name: &str, path: &str, actions: &[&str]| ManagedPolicy {
        name: name.into(),
        path: path.into(),
        actions: actions.iter().map(|action| (*action).into()).collect(),
        document: None,
    };
    vec![
        policy("deploy", "/", &["cloudformation:*", "s3:PutObject"]),
        policy(TEAM_ADMIN, "/teams/", &["*"]),
        ManagedPolicy { document: Some(ONLY_OUR_NETWORK.into()), ..policy("administrator-from-the-office", "/", &[]) },
    ]
}

/// Allows everything, under a condition.
const ONLY_OUR_NETWORK: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}]}"#;

/// Gives a few users more permissions. Users without any permission keep none.
fn permissions(draw: &mut Draw, partition: Partition, account: &mut Account) {
    let boundary = Text::from(account.policy_arn(partition, "deploy"));
    let has_some = |user: &&mut User| !(user.groups.is_empty() && user.attached_policies.is_empty());
    for user in account.users.iter_mut().filter(has_some) {
        match draw.below(1000) {
            0..12 => user.attached_policies.push(TEAM_ADMIN.into()),
            12..20 => user.inline_policies.push(InlinePolicy::allowing("everything", ["*"])),
            20..35 => user.groups.push("BreakGlass".into()),
            35..110 => user.groups.push("Deployers".into()),
            110..130 => user.attached_policies.push("administrator-from-the-office".into()),
            130..150 if user.attached_policies.is_empty() => user.attached_policies.push("AdministratorAccess".into()),
            150..200 => user.permissions_boundary = Some(boundary.clone()),
            _ => {}
        }
    }
}
