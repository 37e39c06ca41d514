//! STS: the identity of the caller, and the temporary credentials of a role
//! (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>).

use crate::auth;
use crate::backend::{Backend, Context};
use crate::identity::{Identity, Session, Who};
use crate::permission::{self, DocumentError, Policy};
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::input::{Shape, is_name};
use crate::wire::request::Call;
use crate::wire::response::Body;
use crate::wire::xml::Xml;
use crate::world::{Account, Partition, Principal, Role, Time};

const HOUR: i64 = 3600;
const LONGEST_POLICY: usize = 2048;
const ROLE_ARN: Shape =
    Shape { min: 20, max: 2048, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E]+", fits: |_| true };
const SESSION_NAME: Shape = Shape { min: 2, max: 64, pattern: "[\\w+=,.@-]*", fits: |text| text.chars().all(is_name) };
const EXTERNAL_ID: Shape = Shape {
    min: 2,
    max: 1224,
    pattern: "[\\w+=,.@:\\/-]*",
    fits: |text| text.chars().all(|c| is_name(c) || c == ':' || c == '/'),
};

/// Answers an STS call of a known caller.
pub(crate) fn answer(cx: &Context<'_>) -> Result<Body, ApiError> {
    match cx.call.action.as_str() {
        "GetCallerIdentity" => Ok(caller_identity(cx)),
        "AssumeRole" => assume_role(cx),
        _ => Err(cx.unknown_action()),
    }
}

/// `GetCallerIdentity`, which no policy can deny.
fn caller_identity(cx: &Context<'_>) -> Body {
    let state = cx.backend.read();
    let id = match &cx.identity.who {
        Who::User { name, .. } => {
            let account = state.account(cx.identity.account);
            let user = account.and_then(|account| Some((account, account.user(name)?)));
            user.map(|(account, user)| user.unique_id(state.derive(), account.id)).unwrap_or_default()
        }
        Who::Session(session) => assumed_role_id(&state, session),
    };
    let mut xml = Xml::default();
    xml.leaf("Arn", cx.identity.arn(state.world.partition));
    xml.leaf("UserId", id);
    xml.leaf("Account", cx.identity.account);
    Body::Xml(xml)
}

fn assumed_role_id(state: &State, session: &Session) -> String {
    let role_id = state.derive().unique_id("AROA", &[&session.account.to_string(), &session.role]);
    format!("{role_id}:{}", session.name)
}

/// `AssumeRole`
fn assume_role(cx: &Context<'_>) -> Result<Body, ApiError> {
    let input = &cx.call.input;
    let role_arn = input.required("RoleArn", &ROLE_ARN)?;
    let name = input.required("RoleSessionName", &SESSION_NAME)?;
    let seconds = input.number("DurationSeconds", 900, 12 * HOUR)?;
    let external_id = input.shaped("ExternalId", &EXTERNAL_ID)?;
    let source_identity = input.shaped("SourceIdentity", &SESSION_NAME)?;
    let (policies, policy_length) = session_policies(cx)?;
    if !is_role_arn(&role_arn) {
        return Err(ApiError::validation(format!("{role_arn} is invalid")));
    }
    let session = {
        let state = cx.backend.read();
        let (account, role) = trusting_role(cx, &state, &role_arn, external_id.as_deref())
            .ok_or_else(|| not_authorized(cx, &state, "sts:AssumeRole", &role_arn))?;
        let source_identity = carried(&cx.identity, source_identity.as_deref())?;
        check_extras(cx, &state, role, source_identity.is_some(), &role_arn)?;
        let seconds = duration(&cx.identity, role, seconds)?;
        Session {
            source_identity,
            is_tagged: role.tags_sessions || is_tagged(&cx.identity),
            policies,
            ..session(account, role, &role_arn, &name, cx.now.plus(seconds))
        }
    };
    Ok(credentials(&cx.backend.read(), &cx.backend.issue(session), policy_length))
}

/// `AssumeRoleWithWebIdentity`, whose caller sends a token instead of a signature
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>).
pub(crate) fn with_web_identity(backend: &Backend, call: &Call<'_>, now: Time) -> Result<Body, ApiError> {
    let role_arn = call.input.required("RoleArn", &ROLE_ARN)?;
    let name = call.input.required("RoleSessionName", &SESSION_NAME)?;
    let token = call.input.text("WebIdentityToken").unwrap_or_default();
    let session = {
        let state = backend.read();
        let (account, role) = role_of_arn(&state, &role_arn)
            .filter(|(account, role)| account.state.is_usable() && role.web_identity_token.as_deref() == Some(&*token))
            .ok_or_else(|| {
                let message = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
                ApiError::access_denied(call.service.protocol(), message)
            })?;
        let is_tagged = role.tags_sessions;
        Session { is_tagged, ..session(account, role, &role_arn, &name, now.plus(HOUR)) }
    };
    Ok(credentials(&backend.read(), &backend.issue(session), 0))
}

fn session(account: &Account, role: &Role, role_arn: &str, name: &str, expires_at: Time) -> Session {
    Session {
        access_key_id: String::new(),
        account: account.id,
        role: role.name.clone(),
        role_arn: role_arn.to_owned(),
        name: name.to_owned(),
        expires_at,
        source_identity: None,
        is_tagged: false,
        policies: Vec::new(),
    }
}

fn is_tagged(identity: &Identity) -> bool {
    matches!(&identity.who, Who::Session(session) if session.is_tagged)
}

/// A source identity and inherited tags each need a permission of their own, from the caller and from the role
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>).
fn check_extras(
    cx: &Context<'_>,
    state: &State,
    role: &Role,
    has_source_identity: bool,
    role_arn: &str,
) -> Result<(), ApiError> {
    let extras = [("sts:SetSourceIdentity", has_source_identity), ("sts:TagSession", is_tagged(&cx.identity))];
    for (action, _) in extras.into_iter().filter(|(_, is_needed)| *is_needed) {
        let trusted = role.trusted_actions.iter().any(|trusted| &**trusted == action);
        if !trusted || auth::check_permission(state, &cx.identity, action).is_err() {
            return Err(not_authorized(cx, state, action, role_arn));
        }
    }
    Ok(())
}

/// `arn:partition:iam::account:role/path/name`
fn is_role_arn(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(parts[..], ["arn", _, "iam", "", account, resource]
        if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) && resource.starts_with("role/"))
}

/// The role, if it exists and trusts this caller, and the caller may assume it. A missing role gives the same answer as one
/// that does not trust the caller.
fn trusting_role<'s>(
    cx: &Context<'_>,
    state: &'s State,
    arn: &str,
    external_id: Option<&str>,
) -> Option<(&'s Account, &'s Role)> {
    let (account, role) = role_of_arn(state, arn)?;
    let identity = &cx.identity;
    let trust = role.trust.iter().filter_map(|principal| trusts(principal, identity, state.world.partition)).max()?;
    let own_account = identity.account == account.id;
    let may_go = match trust {
        // Inside an account, a trust policy that names the caller itself is permission enough.
        Trust::Exact if own_account => true,
        Trust::Exact | Trust::Account => auth::check_permission(state, identity, "sts:AssumeRole").is_ok(),
    };
    let named = role.external_id.is_none() || role.external_id.as_deref() == external_id;
    (account.state.is_usable() && may_go && named).then_some((account, role))
}

fn role_of_arn<'s>(state: &'s State, arn: &str) -> Option<(&'s Account, &'s Role)> {
    let account = state.account(arn.split(':').nth(4)?.parse().ok()?)?;
    let role = account.roles().iter().find(|role| role.arn(state.world.partition, account.id) == arn)?;
    Some((account, role))
}

/// How a trust policy covers a caller.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    Account,
    Exact,
}

fn trusts(principal: &Principal, identity: &Identity, partition: Partition) -> Option<Trust> {
    match principal {
        Principal::Account(account) => (*account == identity.account).then_some(Trust::Account),
        Principal::Arn(arn) => {
            let is_role = matches!(&identity.who, Who::Session(session) if session.role_arn == **arn);
            (is_role || identity.arn(partition) == **arn).then_some(Trust::Exact)
        }
    }
}

fn not_authorized(cx: &Context<'_>, state: &State, action: &str, role_arn: &str) -> ApiError {
    let caller = cx.identity.arn(state.world.partition);
    let message = format!("User: {caller} is not authorized to perform: {action} on resource: {role_arn}");
    cx.access_denied(message)
}

/// How long the session lasts. A session that was opened from a role session lasts an hour at most.
fn duration(identity: &Identity, role: &Role, seconds: Option<i64>) -> Result<i64, ApiError> {
    let seconds = seconds.unwrap_or(HOUR);
    let chained = matches!(identity.who, Who::Session(_));
    if chained && seconds > HOUR {
        let message =
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
        return Err(ApiError::validation(message));
    }
    if seconds > i64::from(role.max_session_seconds).max(HOUR) {
        let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        return Err(ApiError::validation(message));
    }
    Ok(seconds)
}

/// A source identity stays the same along a chain of roles.
fn carried(identity: &Identity, wished: Option<&str>) -> Result<Option<String>, ApiError> {
    let carried = match &identity.who {
        Who::Session(session) => session.source_identity.as_deref(),
        Who::User { .. } => None,
    };
    match (carried, wished) {
        (Some(carried), Some(wished)) if carried != wished => {
            Err(ApiError::validation("The source identity of a role session cannot be changed."))
        }
        (carried, wished) => Ok(carried.or(wished).map(str::to_owned)),
    }
}

/// The session's policies and how long their text is. The inline policy and the managed ones together allow what any of
/// them allows.
fn session_policies(cx: &Context<'_>) -> Result<(Vec<Policy>, usize), ApiError> {
    let inline = cx.call.input.text("Policy");
    let arns = cx.call.input.members("PolicyArns", "arn");
    if arns.len() > 10 {
        return Err(ApiError::constraint("PolicyArns", "...", "Member must have length less than or equal to 10"));
    }
    let length = inline.as_ref().map_or(0, |policy| policy.chars().count());
    if length > LONGEST_POLICY {
        let constraint = format!("Member must have length less than or equal to {LONGEST_POLICY}");
        return Err(ApiError::constraint("Policy", "...", &constraint));
    }
    let malformed = |error: DocumentError| ApiError::new(400, "MalformedPolicyDocument", error.to_string());
    let inline = inline.map(|policy| Policy::parse(&policy).map_err(malformed)).transpose()?;
    if inline.is_none() && arns.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let mut policy = inline.unwrap_or_default();
    for arn in &arns {
        policy.join(permission::managed(arn));
    }
    Ok((vec![policy], length + arns.iter().map(|arn| arn.len()).sum::<usize>()))
}

fn credentials(state: &State, session: &Session, policy_length: usize) -> Body {
    let mut xml = Xml::default();
    xml.node("AssumedRoleUser", |x| {
        x.leaf("AssumedRoleId", assumed_role_id(state, session));
        x.leaf("Arn", session.arn(state.world.partition));
    });
    xml.node("Credentials", |x| {
        x.leaf("AccessKeyId", &session.access_key_id);
        x.leaf("SecretAccessKey", state.derive().secret(&session.access_key_id));
        x.leaf("SessionToken", state.derive().session_token(&session.access_key_id));
        x.leaf("Expiration", session.expires_at);
    });
    if policy_length > 0 {
        xml.leaf("PackedPolicySize", (policy_length * 100 / (2 * LONGEST_POLICY)).max(1));
    }
    if let Some(source_identity) = &session.source_identity {
        xml.leaf("SourceIdentity", source_identity);
    }
    Body::Xml(xml)
}
