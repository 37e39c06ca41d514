//! `GetAccountAuthorizationDetails`: users, groups, roles and managed policies in one list of pages
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>).

use std::collections::BTreeMap;

use form_urlencoded::byte_serialize;
use serde_json::json;

use super::users::{self, attached_policy};
use super::{account, end_page, paging};
use crate::backend::Context;
use crate::permission::managed_actions;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::response::Body;
use crate::wire::xml::Xml;
use crate::world::policy::allowing;
use crate::world::{Account, InlinePolicy, Principal, Role, Text, User};

/// The kinds of things listed, by the words that `Filter` takes.
const KINDS: [&str; 5] = ["User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"];

/// One thing that is listed.
enum Entity<'a> {
    User(&'a User),
    Group(&'a str),
    Role(&'a Role),
    /// A managed policy by its ARN.
    Policy(String, Uses),
}

/// How often a managed policy is used by users and groups.
#[derive(Clone, Copy, Default)]
struct Uses {
    attached: usize,
    as_boundary: usize,
}

impl Entity<'_> {
    /// A name that no two things in the list share, whatever their kinds.
    fn name(&self) -> String {
        match self {
            Entity::User(user) => format!("user/{}", user.name),
            Entity::Group(name) => format!("group/{name}"),
            Entity::Role(role) => format!("role/{}", role.name),
            Entity::Policy(arn, _) => arn.clone(),
        }
    }
}

pub(super) fn authorization_details(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let filter = cx.call.input.members("Filter", "");
    if let Some(unknown) = filter.iter().find(|kind| !KINDS.contains(&kind.as_ref())) {
        let constraint = format!("Member must satisfy enum value set: [{}]", KINDS.join(", "));
        return Err(ApiError::constraint("Filter", unknown, &constraint));
    }
    let wanted = |kind: &str| filter.is_empty() || filter.iter().any(|wanted| wanted == kind);
    let paging = paging(cx, &filter.join(","))?;
    let account = account(cx, state)?;
    let entities = entities(account, state, wanted);
    let page = paging.page(&entities, |entity| entity.name().into());
    let mut xml = Xml::default();
    write(&mut xml, page.items, account, state);
    end_page(&mut xml, &paging, page.last.as_deref());
    Ok(Body::Xml(xml))
}

fn entities<'a>(account: &'a Account, state: &State, wanted: impl Fn(&str) -> bool) -> Vec<Entity<'a>> {
    let mut entities = Vec::new();
    if wanted("User") {
        entities.extend(account.users.iter().map(Entity::User));
    }
    if wanted("Group") {
        entities.extend(account.group_names().into_iter().map(Entity::Group));
    }
    if wanted("Role") {
        entities.extend(account.roles().iter().map(Entity::Role));
    }
    for (arn, uses) in managed_policies(account, state) {
        let kind = if arn.contains(":iam::aws:policy/") { "AWSManagedPolicy" } else { "LocalManagedPolicy" };
        if wanted(kind) {
            entities.push(Entity::Policy(arn, uses));
        }
    }
    entities
}

/// The managed policies that are in use, and all of the account's own.
fn managed_policies(account: &Account, state: &State) -> BTreeMap<String, Uses> {
    let partition = state.world.partition;
    let own = account.managed_policies.iter().map(|policy| (policy.arn(partition, account.id), Uses::default()));
    let mut uses: BTreeMap<String, Uses> = own.collect();
    let of_users = account.users.iter().flat_map(|user| &user.attached_policies);
    let of_groups = account.groups.iter().flat_map(|group| &group.attached_policies);
    for policy in of_users.chain(of_groups) {
        uses.entry(account.policy_arn(partition, policy)).or_default().attached += 1;
    }
    for boundary in account.users.iter().filter_map(|user| user.permissions_boundary.as_deref()) {
        uses.entry(boundary.to_owned()).or_default().as_boundary += 1;
    }
    uses
}

/// The page, sorted into the four lists of the answer.
fn write(xml: &mut Xml, entities: &[Entity<'_>], account: &Account, state: &State) {
    let mut lists = [("UserDetailList", ""), ("GroupDetailList", ""), ("RoleDetailList", ""), ("Policies", "")]
        .map(|(name, _)| (name, Xml::default()));
    for entity in entities {
        match entity {
            Entity::User(detail) => lists[0].1.node("member", |x| user(x, detail, account, state)),
            Entity::Group(name) => lists[1].1.node("member", |x| group(x, name, account, state)),
            Entity::Role(detail) => lists[2].1.node("member", |x| role(x, detail, account, state)),
            Entity::Policy(arn, uses) => lists[3].1.node("member", |x| policy(x, arn, *uses, account, state)),
        }
    }
    for (name, list) in lists {
        xml.node(name, |x| x.raw(&list.finish()));
    }
}

fn user(xml: &mut Xml, user: &User, account: &Account, state: &State) {
    users::identity(xml, user, account, state);
    embedded(xml, "UserPolicyList", &user.inline_policies);
    xml.node("GroupList", |x| user.groups.iter().for_each(|group| x.leaf("member", group)));
    managed(xml, &user.attached_policies, account, state);
    users::boundary(xml, user);
    users::tag_list(xml, &user.tags);
}

fn group(xml: &mut Xml, name: &str, account: &Account, state: &State) {
    users::group(xml, account, name, state);
    let known = account.group(name);
    embedded(xml, "GroupPolicyList", known.map_or(&[], |group| &group.inline_policies));
    managed(xml, known.map_or(&[], |group| &group.attached_policies), account, state);
}

fn role(xml: &mut Xml, role: &Role, account: &Account, state: &State) {
    xml.leaf("Path", &role.path);
    xml.leaf("RoleName", &role.name);
    xml.leaf("RoleId", state.derive().unique_id("AROA", &[&account.id.to_string(), &role.name]));
    xml.leaf("Arn", role.arn(state.world.partition, account.id));
    xml.leaf("CreateDate", role.created_at);
    xml.leaf("AssumeRolePolicyDocument", trust_document(role, state));
    xml.node("InstanceProfileList", |_| {});
    xml.node("RolePolicyList", |x| {
        if let Some(actions) = &role.actions {
            x.node("member", |x| {
                x.leaf("PolicyName", "allowed-actions");
                x.leaf("PolicyDocument", url_encoded(&allowing(actions).to_string()));
            });
        }
    });
    let administrator = [Text::from("AdministratorAccess")];
    managed(xml, if role.actions.is_none() { &administrator } else { &[] }, account, state);
    xml.node("Tags", |_| {});
}

fn embedded(xml: &mut Xml, list: &str, policies: &[InlinePolicy]) {
    xml.list(list, policies, |x, policy| {
        x.leaf("PolicyName", &policy.name);
        x.leaf("PolicyDocument", url_encoded(&policy.document()));
    });
}

fn managed(xml: &mut Xml, policies: &[Text], account: &Account, state: &State) {
    xml.list("AttachedManagedPolicies", policies, |x, policy| {
        attached_policy(x, &account.policy_arn(state.world.partition, policy));
    });
}

fn policy(xml: &mut Xml, arn: &str, uses: Uses, account: &Account, state: &State) {
    let (_, path_and_name) = arn.split_once(":policy").unwrap_or(("", arn));
    let (path, name) = path_and_name.rsplit_once('/').unwrap_or(("", path_and_name));
    let made_at = state.world.epoch.plus(-3000 * 86_400);
    xml.leaf("PolicyName", name);
    xml.leaf("PolicyId", state.derive().unique_id("ANPA", &[arn]));
    xml.leaf("Arn", arn);
    xml.leaf("Path", format!("{path}/"));
    xml.leaf("DefaultVersionId", "v1");
    xml.leaf("AttachmentCount", uses.attached);
    xml.leaf("PermissionsBoundaryUsageCount", uses.as_boundary);
    xml.leaf("IsAttachable", true);
    xml.leaf("CreateDate", made_at);
    xml.leaf("UpdateDate", made_at);
    xml.node("PolicyVersionList", |x| {
        x.node("member", |x| {
            x.leaf("Document", url_encoded(&document(arn, account)));
            x.leaf("VersionId", "v1");
            x.leaf("IsDefaultVersion", true);
            x.leaf("CreateDate", made_at);
        });
    });
}

/// The document of a managed policy. An unknown one allows only what needs no permission.
fn document(arn: &str, account: &Account) -> String {
    if let Some(own) = account.managed_policy(arn) {
        return own.document();
    }
    match managed_actions(arn) {
        [] => allowing(&["sts:GetCallerIdentity"]).to_string(),
        known => allowing(known).to_string(),
    }
}

fn trust_document(role: &Role, state: &State) -> String {
    let arn = |principal: &Principal| match principal {
        Principal::Account(account) => format!("arn:{}:iam::{account}:root", state.world.partition),
        Principal::Arn(arn) => arn.to_string(),
    };
    let trusted: Vec<String> = role.trust.iter().map(arn).collect();
    let mut statement = json!({ "Effect": "Allow", "Principal": { "AWS": trusted }, "Action": "sts:AssumeRole" });
    if let Some(external_id) = &role.external_id {
        statement["Condition"] = json!({ "StringEquals": { "sts:ExternalId": &**external_id } });
    }
    url_encoded(&json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string())
}

/// Documents are URL-encoded as RFC 3986 has it, where a blank is `%20`.
fn url_encoded(document: &str) -> String {
    byte_serialize(document.as_bytes()).collect::<String>().replace('+', "%20")
}
