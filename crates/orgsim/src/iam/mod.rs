//! IAM: the actions that read users and credentials, and the few that change access keys
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html>).

mod account;
mod credentials;
mod details;
mod keys;
mod mfa;
mod users;

use std::borrow::Cow;

pub(crate) use self::users::user_id;
use crate::auth;
use crate::report;
use crate::sim::Asked;
use crate::state::State;
use crate::wire::error::{ApiError, Refused};
use crate::wire::input::NAME;
use crate::wire::page;
use crate::wire::response::Body;
use crate::wire::xml::Xml;
use crate::world::{Account, User};

type Read = fn(&Asked<'_>, &State) -> Result<Body, ApiError>;
type Write = fn(&Asked<'_>, &mut State) -> Result<Body, ApiError>;

enum Action {
    Read(Read),
    Write(Write),
}

/// Answers an IAM call of a known caller.
pub(crate) fn answer(asked: &Asked<'_>) -> Result<Body, ApiError> {
    match action(&asked.call.action).ok_or_else(|| asked.unknown_action())? {
        Action::Read(read) => {
            let state = asked.sim.read();
            auth::authorize(&state, &asked.identity, asked.call, &resource(asked, &state))?;
            read(asked, &state)
        }
        Action::Write(write) => {
            let mut state = asked.sim.write();
            auth::authorize(&state, &asked.identity, asked.call, &resource(asked, &state))?;
            write(asked, &mut state)
        }
    }
}

fn action(name: &str) -> Option<Action> {
    Some(match name {
        "CreateAccessKey" => Action::Write(keys::create),
        "DeleteAccessKey" => Action::Write(keys::delete),
        "GenerateCredentialReport" => Action::Read(report::generate),
        "GetAccessKeyLastUsed" => Action::Read(keys::last_used),
        "GetAccountAuthorizationDetails" => Action::Read(details::authorization_details),
        "GetAccountPasswordPolicy" => Action::Read(account::password_policy),
        "GetAccountSummary" => Action::Read(account::summary),
        "GetCredentialReport" => Action::Read(report::get),
        "GetLoginProfile" => Action::Read(users::login_profile),
        "GetUser" => Action::Read(users::get),
        "ListAccessKeys" => Action::Read(keys::list),
        "ListAccountAliases" => Action::Read(account::aliases),
        "ListAttachedUserPolicies" => Action::Read(users::attached_policies),
        "ListGroupsForUser" => Action::Read(users::groups),
        "ListMFADevices" => Action::Read(mfa::of_user),
        "ListSSHPublicKeys" => Action::Read(credentials::ssh_keys),
        "ListServiceSpecificCredentials" => Action::Read(credentials::service_credentials),
        "ListSigningCertificates" => Action::Read(credentials::signing_certificates),
        "ListUserPolicies" => Action::Read(users::policies),
        "ListUserTags" => Action::Read(users::tags),
        "ListUsers" => Action::Read(users::list),
        "ListVirtualMFADevices" => Action::Read(mfa::virtual_devices),
        "UpdateAccessKey" => Action::Write(keys::update),
        _ => return None,
    })
}

/// What a denial names as the resource
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html>).
fn resource(asked: &Asked<'_>, state: &State) -> String {
    let users = format!("arn:{}:iam::{}:user/", state.world.partition, asked.identity.account);
    match (asked.call.input.text("UserName"), asked.call.action.as_str()) {
        (Some(name), _) => match state.account(asked.identity.account).and_then(|account| account.user(&name)) {
            Some(user) => user.arn(state.world.partition, asked.identity.account),
            None => users + &name,
        },
        (None, "ListUsers") => users,
        (None, _) => "*".to_owned(),
    }
}

/// The account that is asked; it may have been taken from the world since the caller was let in.
pub(crate) fn account<'s>(asked: &Asked<'_>, state: &'s State) -> Result<&'s Account, ApiError> {
    let gone = || Refused::UnknownKey.into_error(asked.call.service.protocol());
    state.account(asked.identity.account).ok_or_else(gone)
}

/// The user that is asked about, by name; left out, the caller's own user.
fn user<'s>(asked: &Asked<'_>, account: &'s Account) -> Result<&'s User, ApiError> {
    let Some(name) = asked.call.input.shaped("UserName", &NAME)? else {
        let message = "Must specify userName when calling with non-User credentials";
        return asked.identity.user(account).ok_or_else(|| ApiError::validation(message));
    };
    account.user(&name).ok_or_else(|| no_such_user(&name))
}

/// The user that must be named.
fn named_user<'s>(asked: &Asked<'_>, account: &'s Account) -> Result<&'s User, ApiError> {
    let name = asked.call.input.required("UserName", &NAME)?;
    account.user(&name).ok_or_else(|| no_such_user(&name))
}

fn no_such_user(name: &str) -> ApiError {
    ApiError::no_such_entity(format!("The user with name {name} cannot be found."))
}

/// The part of a list that `Marker` and `MaxItems` ask for.
struct Paging {
    size: usize,
    after: Option<String>,
    list: String,
}

impl Paging {
    /// Reads the two parameters; `of` tells lists of the same action apart.
    fn read(asked: &Asked<'_>, of: &str) -> Result<Paging, ApiError> {
        let size = asked.call.input.number("MaxItems", 1, 1000)?.unwrap_or(100);
        let list = format!("{}/{}/{of}", asked.call.action, asked.identity.account);
        let open = |marker: &str| {
            page::open(asked.sim.derive(), &list, marker).ok_or_else(|| ApiError::validation("Invalid Marker."))
        };
        let after = asked.call.input.text("Marker").map(|marker| open(&marker)).transpose()?;
        Ok(Paging { size: usize::try_from(size).unwrap_or(1), after, list })
    }

    /// The page of a list, `name` being what its items are called by.
    fn page<'i, T>(&self, items: &'i [T], name: impl Fn(&T) -> Cow<'_, str>) -> page::Page<'i, T> {
        page::page(items, name, self.size, self.after.as_deref())
    }

    /// `IsTruncated`, and `Marker` if there is more.
    fn end(&self, asked: &Asked<'_>, xml: &mut Xml, last: Option<&str>) {
        xml.leaf("IsTruncated", last.is_some());
        if let Some(last) = last {
            xml.leaf("Marker", page::seal(asked.sim.derive(), &self.list, last));
        }
    }

    /// A whole answer: the page as a list of `member` elements, and its end.
    fn answer<T>(
        &self,
        asked: &Asked<'_>,
        list: &str,
        items: &[T],
        name: impl Fn(&T) -> Cow<'_, str>,
        each: impl Fn(&mut Xml, &T),
    ) -> Result<Body, ApiError> {
        let page = self.page(items, name);
        let mut xml = Xml::default();
        xml.list(list, page.items, each);
        self.end(asked, &mut xml, page.last.as_deref());
        Ok(Body::Xml(xml))
    }
}
