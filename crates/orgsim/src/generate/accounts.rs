//! The accounts of a generated world: their OUs, names and roles.

use super::draw::{Draw, Purpose};
use super::words::{PRODUCTS, TEAMS};
use super::{Generate, credentials, settings, users};
use crate::world::{
    Account, AccountId, AccountState, Group, Joined, Organization, Role, Root, RootMfa, Tags, Text, Time,
};

const DAY: i64 = 86_400;

/// OUs of an ordinary landing zone, each after its parent.
const UNITS: [&str; 13] = [
    "Security",
    "Infrastructure",
    "Infrastructure/Network",
    "Infrastructure/Shared Services",
    "Workloads",
    "Workloads/Prod",
    "Workloads/Dev",
    "Workloads/Staging",
    "Workloads/Prod/Regulated",
    "Sandbox",
    "Deployments",
    "Policy Staging",
    "Suspended",
];

/// Accounts that every landing zone begins with: name, OU.
const FOUNDATION: [(&str, &str); 5] = [
    ("log-archive", "Security"),
    ("security-audit", "Security"),
    ("network", "Infrastructure/Network"),
    ("shared-services", "Infrastructure/Shared Services"),
    ("build", "Deployments"),
];

pub(super) fn organizational_units() -> Vec<Text> {
    UNITS.iter().map(|unit| Text::from(*unit)).collect()
}

pub(super) fn accounts(generate: &Generate, organization: &Organization, ids: &[AccountId]) -> Vec<Account> {
    let management = ids.first().copied().unwrap_or(AccountId::from_number(0));
    let make = |(index, id): (usize, &AccountId)| whole(generate, organization, management, index, *id);
    ids.iter().enumerate().map(make).collect()
}

/// The account at `index` with everything in it.
pub(super) fn whole(
    generate: &Generate,
    organization: &Organization,
    management: AccountId,
    index: usize,
    id: AccountId,
) -> Account {
    let mut account = account(generate, index, id);
    if index > 0 {
        account.roles = Some(roles(organization, management, account.joined_at));
    }
    account.users = users::users(generate, index as u64, id);
    credentials::equip(generate, index as u64, &mut account);
    settings::settle(generate, index as u64, &mut account);
    account
}

/// Whether every organization has the account at `index` from its first day on.
pub(super) fn is_foundation(index: usize) -> bool {
    index <= FOUNDATION.len()
}

fn account(generate: &Generate, index: usize, id: AccountId) -> Account {
    let mut draw = Draw::new(generate.seed, Purpose::Account, index as u64);
    let state = state(&mut draw, index);
    let (name, ou, environment) = place(&mut draw, index, state);
    let joined_at = generate.epoch.plus(-draw.between(900, 2500) * DAY - draw.between(0, DAY - 1));
    let alias = draw.per_mille(300).then(|| Text::from(format!("example-{name}")));
    Account {
        id,
        email: Text::from(format!("aws+{name}@example.com")),
        name,
        state,
        ou,
        joined: if draw.per_mille(150) { Joined::Invited } else { Joined::Created },
        joined_at,
        tags: tags(&mut draw, environment),
        alias,
        root: root(&mut draw, index, generate.epoch),
        roles: None,
        groups: groups(),
        users: Vec::new(),
        managed_policies: Vec::new(),
        password_policy: None,
        unassigned_mfa_devices: Vec::new(),
    }
}

/// A few accounts are closed; the management account and the foundation never are.
fn state(draw: &mut Draw, index: usize) -> AccountState {
    let drawn = match draw.below(1000) {
        0..25 => AccountState::Suspended,
        25..35 => AccountState::PendingClosure,
        _ => AccountState::Active,
    };
    if is_foundation(index) { AccountState::Active } else { drawn }
}

/// Name, OU and environment.
fn place(draw: &mut Draw, index: usize, state: AccountState) -> (Text, Text, &'static str) {
    if index == 0 {
        return ("management".into(), "".into(), "management");
    }
    if let Some((name, ou)) = FOUNDATION.get(index - 1) {
        return ((*name).into(), (*ou).into(), "shared");
    }
    let (suffix, ou) = match draw.below(100) {
        0..38 => ("prod", "Workloads/Prod"),
        38..45 => ("prod", "Workloads/Prod/Regulated"),
        45..70 => ("dev", "Workloads/Dev"),
        70..85 => ("staging", "Workloads/Staging"),
        85..97 => ("sandbox", "Sandbox"),
        _ => ("test", "Policy Staging"),
    };
    let ou = match state {
        AccountState::Suspended | AccountState::Closed => "Suspended",
        AccountState::Active
        | AccountState::ActiveRestricted
        | AccountState::PendingClosure
        | AccountState::PendingActivation => ou,
    };
    // The index keeps names and addresses apart: no two accounts may share an address.
    (Text::from(format!("{}-{suffix}-{index:02}", draw.pick(&PRODUCTS))), ou.into(), suffix)
}

fn tags(draw: &mut Draw, environment: &str) -> Tags {
    let mut tags = vec![("environment".into(), environment.into())];
    if draw.per_mille(850) {
        tags.push(("team".into(), draw.pick(&TEAMS).into()));
    }
    if draw.per_mille(400) {
        tags.push(("cost-center".into(), Text::from(format!("cc-{}", 1000 + draw.below(60)))));
    }
    Tags::new(tags)
}

fn root(draw: &mut Draw, index: usize, epoch: Time) -> Root {
    let password = index == 0 || draw.per_mille(250);
    let used = password && draw.per_mille(600);
    Root {
        password,
        password_last_used: used.then(|| epoch.plus(-draw.between(5 * DAY, 700 * DAY))),
        mfa: if password && (index == 0 || draw.per_mille(800)) { RootMfa::Virtual } else { RootMfa::None },
        keys: Vec::new(),
        signing_certificates: Vec::new(),
    }
}

fn groups() -> Vec<Group> {
    let group = |name: &str, policy: &str| Group {
        name: name.into(),
        path: "/".into(),
        attached_policies: vec![policy.into()],
        inline_policies: Vec::new(),
    };
    vec![
        group("Administrators", "AdministratorAccess"),
        group("Auditors", "SecurityAudit"),
        group("Developers", "PowerUserAccess"),
    ]
}

/// The role that AWS makes, and one for auditors that wants an external id.
fn roles(organization: &Organization, management: AccountId, joined_at: Time) -> Vec<Role> {
    let reads = ["iam:Get*", "iam:List*", "iam:Generate*", "organizations:Describe*", "organizations:List*"];
    let audit = Role {
        name: "SecurityAudit".into(),
        path: "/audit/".into(),
        external_id: Some(Text::from(format!("audit-{}", organization.id))),
        actions: Some(reads.iter().map(|action| Text::from(*action)).collect()),
        ..Role::organization(management, joined_at.plus(DAY))
    };
    vec![Role::organization(management, joined_at), audit]
}
