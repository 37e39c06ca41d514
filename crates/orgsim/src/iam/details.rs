//! `GetAccountAuthorizationDetails`: users, groups, roles and managed policies in one list of pages
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>).

use std::collections::BTreeMap;

use form_urlencoded::byte_serialize;
use serde_json::json;

use super::users::{self, attached_policy, policy_arn};
use super::{Paging, account};
use crate::sim::Asked;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::response::Body;
use crate::wire::xml::Xml;
use crate::world::{Account, Principal, Role, Text, User};

/// The kinds of things listed, by the words that `Filter` takes.
const KINDS: [&str; 5] = ["User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"];

/// One thing that is listed.
enum Entity<'a> {
    User(&'a User),
    Group(&'a str),
    Role(&'a Role),
    /// ARN, and how many users and groups it is attached to.
    Policy(String, usize),
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

pub(super) fn authorization_details(asked: &Asked<'_>, state: &State) -> Result<Body, ApiError> {
    let filter = asked.call.input.members("Filter", "");
    if let Some(unknown) = filter.iter().find(|kind| !KINDS.contains(&kind.as_ref())) {
        let constraint = format!("Member must satisfy enum value set: [{}]", KINDS.join(", "));
        return Err(ApiError::constraint("Filter", unknown, &constraint));
    }
    let wanted = |kind: &str| filter.is_empty() || filter.iter().any(|wanted| wanted == kind);
    let paging = Paging::read(asked, &filter.join(","))?;
    let account = account(asked, state)?;
    let entities = entities(account, state, wanted);
    let page = paging.page(&entities, |entity| entity.name().into());
    let mut xml = Xml::default();
    write(&mut xml, page.items, account, state);
    paging.end(asked, &mut xml, page.last.as_deref());
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
    for (arn, count) in attached(account, state) {
        let kind = if arn.contains(":iam::aws:policy/") { "AWSManagedPolicy" } else { "LocalManagedPolicy" };
        if wanted(kind) {
            entities.push(Entity::Policy(arn, count));
        }
    }
    entities
}

/// How often each managed policy is attached.
fn attached(account: &Account, state: &State) -> BTreeMap<String, usize> {
    let users = account.users.iter().flat_map(|user| &user.attached_policies);
    let groups = account.groups.iter().flat_map(|group| &group.attached_policies);
    let mut counts = BTreeMap::new();
    for policy in users.chain(groups) {
        *counts.entry(policy_arn(state.world.partition, policy)).or_default() += 1;
    }
    counts
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
            Entity::Policy(arn, count) => lists[3].1.node("member", |x| policy(x, arn, *count, state)),
        }
    }
    for (name, list) in lists {
        xml.node(name, |x| x.raw(&list.finish()));
    }
}

fn user(xml: &mut Xml, user: &User, account: &Account, state: &State) {
    users::identity(xml, user, account, state.world.partition, state.derive());
    xml.list("UserPolicyList", &user.inline_policies, |x, policy| {
        x.leaf("PolicyName", &policy.name);
        x.leaf("PolicyDocument", allow_document(&policy.actions));
    });
    xml.node("GroupList", |x| user.groups.iter().for_each(|group| x.leaf("member", group)));
    managed(xml, &user.attached_policies, state);
    users::boundary(xml, user);
    users::tag_list(xml, &user.tags);
}

fn group(xml: &mut Xml, name: &str, account: &Account, state: &State) {
    users::group(xml, account, name, state);
    xml.node("GroupPolicyList", |_| {});
    let known = account.groups.iter().find(|group| *group.name == *name);
    managed(xml, known.map_or(&[], |group| &group.attached_policies), state);
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
                x.leaf("PolicyDocument", allow_document(actions));
            });
        }
    });
    let administrator = [Text::from("AdministratorAccess")];
    managed(xml, if role.actions.is_none() { &administrator } else { &[] }, state);
    xml.node("Tags", |_| {});
}

fn managed(xml: &mut Xml, policies: &[Text], state: &State) {
    xml.list("AttachedManagedPolicies", policies, |x, policy| {
        attached_policy(x, &policy_arn(state.world.partition, policy));
    });
}

fn policy(xml: &mut Xml, arn: &str, attachments: usize, state: &State) {
    let (_, path_and_name) = arn.split_once(":policy").unwrap_or(("", arn));
    let (path, name) = path_and_name.rsplit_once('/').unwrap_or(("", path_and_name));
    xml.leaf("PolicyName", name);
    xml.leaf("PolicyId", state.derive().unique_id("ANPA", &[arn]));
    xml.leaf("Arn", arn);
    xml.leaf("Path", format!("{path}/"));
    xml.leaf("DefaultVersionId", "v1");
    xml.leaf("AttachmentCount", attachments);
    xml.leaf("PermissionsBoundaryUsageCount", 0);
    xml.leaf("IsAttachable", true);
    xml.leaf("CreateDate", state.world.epoch.plus(-3000 * 86_400));
    xml.leaf("UpdateDate", state.world.epoch.plus(-3000 * 86_400));
    xml.node("PolicyVersionList", |_| {});
}

fn allow_document(actions: &[Text]) -> String {
    let actions: Vec<&str> = actions.iter().map(|action| &**action).collect();
    url_encoded(&json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }],
    }))
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
    url_encoded(&json!({ "Version": "2012-10-17", "Statement": [statement] }))
}

/// Documents are URL-encoded as RFC 3986 has it, where a blank is `%20`.
fn url_encoded(document: &serde_json::Value) -> String {
    byte_serialize(document.to_string().as_bytes()).collect::<String>().replace('+', "%20")
}
