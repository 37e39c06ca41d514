//! Who is calling, and may they: what AWS checks of every request before it is acted on.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::permission::{self, Ruling};
use crate::session::Session;
use crate::sim::Sim;
use crate::state::State;
use crate::wire::error::{ApiError, Refused};
use crate::wire::request::Call;
use crate::wire::sigv4::Authorization;
use crate::world::{Account, AccountId, KeyStatus, Partition, User};

/// How far a request's date may be from the present.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// Who is calling.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) account: AccountId,
    pub(crate) who: Who,
}

#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// An IAM user, by the key it signed with.
    User {
        name: Box<str>,
        arn: String,
        access_key_id: String,
    },
    Session(Arc<Session>),
}

impl Identity {
    /// The caller's ARN as STS tells it.
    pub(crate) fn arn(&self, partition: Partition) -> String {
        match &self.who {
            Who::User { arn, .. } => arn.clone(),
            Who::Session(session) => session.arn(partition),
        }
    }

    /// The caller's IAM user, if it is one.
    pub(crate) fn user<'a>(&self, account: &'a Account) -> Option<&'a User> {
        match &self.who {
            Who::User { name, .. } => account.user(name),
            Who::Session(_) => None,
        }
    }
}

impl Session {
    /// `arn:aws:sts::...:assumed-role/role/session`; it has no path.
    pub(crate) fn arn(&self, partition: Partition) -> String {
        format!("arn:{partition}:sts::{}:assumed-role/{}/{}", self.account, self.role, self.name)
    }
}

/// Finds out who signed a request and that it is fresh and unchanged.
pub(crate) fn authenticate(sim: &Sim, state: &State, call: &Call<'_>, now: Timestamp) -> Result<Identity, Refused> {
    let authorization = match &call.authorization {
        None => return Err(Refused::Unsigned),
        Some(Err(message)) => return Err(Refused::Incomplete(message.clone())),
        Some(Ok(authorization)) => authorization,
    };
    if Partition::of_region(&authorization.region) != state.world.partition {
        return Err(Refused::UnknownKey);
    }
    let identity = match call.header("x-amz-security-token") {
        None => key_holder(state, &authorization.access_key_id)?,
        Some(token) => session_holder(sim, state, &authorization.access_key_id, token, now)?,
    };
    check_signature(state, call, authorization, now)?;
    Ok(identity)
}

fn key_holder(state: &State, access_key_id: &str) -> Result<Identity, Refused> {
    let (account, user) = state.key_owner(access_key_id).ok_or(Refused::UnknownKey)?;
    let active = user.key(access_key_id).is_some_and(|key| key.status == KeyStatus::Active);
    if !active || !account.state.is_usable() {
        return Err(Refused::UnknownKey);
    }
    let (arn, name) = (user.arn(state.world.partition, account.id), user.name.clone());
    Ok(Identity { account: account.id, who: Who::User { name, arn, access_key_id: access_key_id.to_owned() } })
}

fn session_holder(
    sim: &Sim,
    state: &State,
    access_key_id: &str,
    token: &str,
    now: Timestamp,
) -> Result<Identity, Refused> {
    let session = sim.session(access_key_id).ok_or(Refused::UnknownKey)?;
    let open = state.account(session.account).is_some_and(|account| account.state.is_usable());
    if !open || token != state.derive().session_token(access_key_id) {
        return Err(Refused::UnknownKey);
    }
    if session.expires_at.timestamp() <= now {
        return Err(Refused::Expired);
    }
    Ok(Identity { account: session.account, who: Who::Session(session) })
}

fn check_signature(
    state: &State,
    call: &Call<'_>,
    authorization: &Authorization,
    now: Timestamp,
) -> Result<(), Refused> {
    let signed_at = call.header("x-amz-date").unwrap_or_default();
    let Ok(date) = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", signed_at) else {
        let message = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
        return Err(Refused::Incomplete(message.to_owned()));
    };
    let at = date.to_zoned(jiff::tz::TimeZone::UTC).map_or(Timestamp::MIN, |zoned| zoned.timestamp());
    let told = |moment: Timestamp| moment.strftime("%Y%m%dT%H%M%SZ").to_string();
    if at < now - SKEW {
        let (now, limit) = (told(now), told(now - SKEW));
        let message = format!("Signature expired: {signed_at} is now earlier than {limit} ({now} - 15 min.)");
        return Err(Refused::BadSignature(message));
    }
    if at > now + SKEW {
        let (now, limit) = (told(now), told(now + SKEW));
        let message = format!("Signature not yet current: {signed_at} is still later than {limit} ({now} + 15 min.)");
        return Err(Refused::BadSignature(message));
    }
    if !signed_at.starts_with(&authorization.date) {
        let message = format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{signed_at}'",
            authorization.date
        );
        return Err(Refused::BadSignature(message));
    }
    if !authorization.signed_headers.iter().any(|name| name == "host") {
        let message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
        return Err(Refused::BadSignature(message.to_owned()));
    }
    let secret = state.derive().secret(&authorization.access_key_id);
    if authorization.expected(call.request, signed_at, &secret) == authorization.signature {
        return Ok(());
    }
    Err(Refused::BadSignature(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details."
            .to_owned(),
    ))
}

/// Checks that the caller's policies, and its session's, allow an action on a resource.
pub(crate) fn authorize(state: &State, identity: &Identity, call: &Call<'_>, resource: &str) -> Result<(), ApiError> {
    let action = format!("{}:{}", call.service.prefix(), call.action);
    let Err(because) = ruling(state, identity, &action) else { return Ok(()) };
    let protocol = call.service.protocol();
    let caller = identity.arn(state.world.partition);
    let message = format!("User: {caller} is not authorized to perform: {action} on resource: {resource} {because}");
    Err(ApiError::access_denied(protocol, message))
}

/// Whether the policies allow an action; if not, in AWS's words why
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>).
pub(crate) fn ruling(state: &State, identity: &Identity, action: &str) -> Result<(), String> {
    let account = state.account(identity.account);
    let (own, narrowed) = match &identity.who {
        Who::User { name, .. } => {
            let user = account.and_then(|account| Some((account, account.user(name)?)));
            (user.map(|(account, user)| permission::of_user(account, user)), &[][..])
        }
        Who::Session(session) => {
            let role = account.and_then(|account| account.roles().iter().find(|role| role.name == session.role));
            (role.map(permission::of_role), &session.policies[..])
        }
    };
    judge(own.unwrap_or_default().ruling(action), "identity-based", action)?;
    narrowed.iter().try_for_each(|policy| judge(policy.ruling(action), "session", action))
}

fn judge(ruling: Ruling, kind: &str, action: &str) -> Result<(), String> {
    match ruling {
        Ruling::Allowed => Ok(()),
        Ruling::Denied if kind == "session" => Err("with an explicit deny in a session policy".to_owned()),
        Ruling::Denied => Err(format!("with an explicit deny in an {kind} policy")),
        Ruling::Silent => Err(format!("because no {kind} policy allows the {action} action")),
    }
}
