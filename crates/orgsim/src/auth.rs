//! Authentication and authorization: what AWS checks of every request before it acts on it.

use jiff::{SignedDuration, Timestamp};

use crate::backend::{Backend, Context};
use crate::identity::{Identity, Who};
use crate::permission::{self, Policy, Ruling};
use crate::state::State;
use crate::wire::error::{ApiError, AuthError};
use crate::wire::request::Call;
use crate::wire::sigv4::Authorization;
use crate::world::{Account, KeyStatus, Partition, Role, Text, User};

/// How far a request's date may be from the present.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// Finds out who signed a request, and checks that it is recent and unchanged.
pub(crate) fn authenticate(backend: &Backend, call: &Call<'_>, now: Timestamp) -> Result<Identity, AuthError> {
    let authorization = match &call.authorization {
        None => return Err(AuthError::Unsigned),
        Some(Err(error)) => return Err(AuthError::Incomplete(error.to_string())),
        Some(Ok(authorization)) => authorization,
    };
    let state = backend.read();
    if Partition::of_region(&authorization.region) != state.world.partition {
        return Err(AuthError::UnknownKey);
    }
    let identity = match call.header("x-amz-security-token") {
        None => key_holder(&state, &authorization.access_key_id)?,
        Some(token) => session_holder(backend, &state, &authorization.access_key_id, token, now)?,
    };
    check_signature(&state, call, authorization, now)?;
    Ok(identity)
}

fn key_holder(state: &State, access_key_id: &str) -> Result<Identity, AuthError> {
    let (account, user) = state.key_owner(access_key_id).ok_or(AuthError::UnknownKey)?;
    let active = user.key(access_key_id).is_some_and(|key| key.status == KeyStatus::Active);
    if !active || !account.state.is_usable() {
        return Err(AuthError::UnknownKey);
    }
    let (arn, name) = (user.arn(state.world.partition, account.id), user.name.clone());
    Ok(Identity { account: account.id, who: Who::User { name, arn, access_key_id: access_key_id.to_owned() } })
}

fn session_holder(
    backend: &Backend,
    state: &State,
    access_key_id: &str,
    token: &str,
    now: Timestamp,
) -> Result<Identity, AuthError> {
    let session = backend.session(access_key_id).ok_or(AuthError::UnknownKey)?;
    let open = state.account(session.account).is_some_and(|account| account.state.is_usable());
    if !open || token != state.derive().session_token(access_key_id) {
        return Err(AuthError::UnknownKey);
    }
    if session.expires_at.timestamp() <= now {
        return Err(AuthError::Expired);
    }
    Ok(Identity { account: session.account, who: Who::Session(session) })
}

fn check_signature(
    state: &State,
    call: &Call<'_>,
    authorization: &Authorization,
    now: Timestamp,
) -> Result<(), AuthError> {
    let signed_at = call.header("x-amz-date").unwrap_or_default();
    let Ok(date) = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", signed_at) else {
        let message = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
        return Err(AuthError::Incomplete(message.to_owned()));
    };
    let at = date.to_zoned(jiff::tz::TimeZone::UTC).map_or(Timestamp::MIN, |zoned| zoned.timestamp());
    let text = |moment: Timestamp| moment.strftime("%Y%m%dT%H%M%SZ").to_string();
    let refused = |message: String| Err(AuthError::BadSignature(message));
    if at < now - SKEW {
        let (now, limit) = (text(now), text(now - SKEW));
        return refused(format!("Signature expired: {signed_at} is now earlier than {limit} ({now} - 15 min.)"));
    }
    if at > now + SKEW {
        let (now, limit) = (text(now), text(now + SKEW));
        return refused(format!(
            "Signature not yet current: {signed_at} is still later than {limit} ({now} + 15 min.)"
        ));
    }
    if !signed_at.starts_with(&authorization.date) {
        return refused(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{signed_at}'",
            authorization.date
        ));
    }
    if !authorization.signed_headers.iter().any(|name| name == "host") {
        return refused("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".to_owned());
    }
    let secret = state.derive().secret(&authorization.access_key_id);
    if authorization.expected(call.request, signed_at, &secret) == authorization.signature {
        return Ok(());
    }
    refused(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details."
            .to_owned(),
    )
}

/// Checks that the caller's policies, and those of its session, allow an action on a resource.
pub(crate) fn authorize(cx: &Context<'_>, state: &State, resource: &str) -> Result<(), ApiError> {
    let action = format!("{}:{}", cx.call.service.prefix(), cx.call.action);
    check_permission(state, &cx.identity, &action).map_err(|denied| {
        let caller = cx.identity.arn(state.world.partition);
        let message = format!("User: {caller} is not authorized to perform: {action} on resource: {resource} {denied}");
        cx.access_denied(message)
    })
}

/// Why an action is not permitted, in AWS's words
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>).
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotPermitted {
    #[error("with an explicit deny in {article} {kind} policy")]
    ByDenial { article: &'static str, kind: &'static str },
    #[error("because no {kind} policy allows the {action} action")]
    BySilence { kind: &'static str, action: String },
}

/// Checks that the policies of the caller allow an action.
pub(crate) fn check_permission(state: &State, identity: &Identity, action: &str) -> Result<(), NotPermitted> {
    let account = state.account(identity.account);
    let (own, session) = match &identity.who {
        Who::User { name, .. } => {
            let user = account.and_then(|account| Some((account, account.user(name)?)));
            (user.map(|(account, user)| of_user(account, user)), &[][..])
        }
        Who::Session(session) => {
            let role = account.and_then(|account| account.roles().iter().find(|role| role.name == session.role));
            (role.map(of_role), &session.policies[..])
        }
    };
    judge(&own.unwrap_or_default(), "an", "identity-based", action)?;
    session.iter().try_for_each(|policy| judge(policy, "a", "session", action))
}

fn judge(policy: &Policy, article: &'static str, kind: &'static str, action: &str) -> Result<(), NotPermitted> {
    match policy.ruling(action) {
        Ruling::Allowed => Ok(()),
        Ruling::Denied => Err(NotPermitted::ByDenial { article, kind }),
        Ruling::Silent => Err(NotPermitted::BySilence { kind, action: action.to_owned() }),
    }
}

/// What a user may do by its own policies and those of its groups.
fn of_user(account: &Account, user: &User) -> Policy {
    let mut policy = Policy::default();
    let groups = || account.groups.iter().filter(|group| user.groups.contains(&group.name));
    for inline in groups().flat_map(|group| &group.inline_policies).chain(&user.inline_policies) {
        policy.join(of_document(inline.document.as_ref(), &inline.actions));
    }
    for attached in groups().flat_map(|group| &group.attached_policies).chain(&user.attached_policies) {
        policy.join(match account.managed_policy(attached) {
            Some(own) => of_document(own.document.as_ref(), &own.actions),
            None => permission::managed(attached),
        });
    }
    policy
}

/// What a policy of the world allows. A malformed document allows nothing; a world that passed its check has none.
fn of_document(document: Option<&Text>, actions: &[Text]) -> Policy {
    match document {
        Some(document) => Policy::parse(document).unwrap_or_default(),
        None => Policy::allowing(actions),
    }
}

fn of_role(role: &Role) -> Policy {
    role.actions.as_ref().map_or_else(|| Policy::allowing(&["*"]), |actions| Policy::allowing(actions))
}
