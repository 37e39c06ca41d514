//! Service-specific credentials, signing certificates and SSH public keys: listed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{account, list_of_user, list_page, paging, user};
use crate::backend::Context;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::response::Body;
use crate::wire::xml::Xml;
use crate::world::{AccountId, ServiceCredential, User};

/// The services that take credentials of their own
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html>), and whether theirs
/// are API keys. A world may hold credentials for others.
const SERVICES: [(&str, bool); 4] = [("bedrock", true), ("cassandra", false), ("codecommit", false), ("logs", true)];

/// A service-specific credential with its owner, and its number among the owner's for the same service.
struct Owned<'a> {
    user: &'a User,
    number: usize,
    credential: &'a ServiceCredential,
}

impl Owned<'_> {
    /// A name that sorts the credentials of an account by user: a blank sorts before every character of a user name.
    fn name(&self) -> String {
        format!("{} {}", self.user.name, self.credential.id)
    }
}

/// `ListServiceSpecificCredentials`, of one user or of all. Without `MaxItems` and `Marker` it has no pages
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html>).
pub(super) fn service_credentials(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let input = &cx.call.input;
    let account = account(cx, state)?;
    let users = match (all_users(cx)?, input.text("UserName")) {
        (true, Some(_)) => return Err(ApiError::validation("UserName and AllUsers cannot be specified together.")),
        (true, None) => &account.users[..],
        (false, _) => std::slice::from_ref(user(cx, account)?),
    };
    let mut owned = owned(users);
    let service = input.text("ServiceName");
    let mut paging = paging(cx, &format!("{}/{}", users.len(), service.as_deref().unwrap_or_default()))?;
    if let Some(service) = &service {
        let known = SERVICES.iter().any(|(name, _)| is_named(name, service));
        owned.retain(|one| is_named(&one.credential.service, service));
        if !known && owned.is_empty() {
            let message = format!("The service {service} does not support service-specific credentials.");
            return Err(ApiError::new(404, "NotSupportedService", message));
        }
    }
    if input.text("MaxItems").is_none() && input.text("Marker").is_none() {
        paging.size = usize::MAX;
    }
    list_page(
        &paging,
        "ServiceSpecificCredentials",
        &owned,
        |one| one.name().into(),
        |x, one| write(x, one, account.id),
    )
}

fn is_named(service: &str, name: &str) -> bool {
    name.strip_suffix(".amazonaws.com") == Some(service)
}

fn all_users(cx: &Context<'_>) -> Result<bool, ApiError> {
    match cx.call.input.text("AllUsers").as_deref() {
        Some("true") => Ok(true),
        Some("false") | None => Ok(false),
        Some(other) => {
            let message = format!("{other} is not a valid value for parameter AllUsers");
            Err(ApiError::new(400, "MalformedInput", message))
        }
    }
}

fn owned(users: &[User]) -> Vec<Owned<'_>> {
    let mut owned = Vec::new();
    for user in users {
        for (at, credential) in user.service_credentials.iter().enumerate() {
            let before = &user.service_credentials[..at];
            let number = before.iter().filter(|other| other.service == credential.service).count();
            owned.push(Owned { user, number, credential });
        }
    }
    owned.sort_by_cached_key(Owned::name);
    owned
}

fn write(xml: &mut Xml, one: &Owned<'_>, account: AccountId) {
    let Owned { user, number, credential } = one;
    let generated = match number {
        0 => format!("{}-at-{account}", user.name),
        _ => format!("{}+{number}-at-{account}", user.name),
    };
    xml.leaf("UserName", &user.name);
    xml.leaf("Status", credential.status.as_str());
    // API keys have a public part in place of a user name.
    match SERVICES.iter().any(|(name, is_api_key)| *is_api_key && *name == &*credential.service) {
        true => xml.leaf("ServiceCredentialAlias", generated),
        false => xml.leaf("ServiceUserName", generated),
    }
    xml.leaf("CreateDate", credential.created_at);
    if let Some(at) = credential.expires_at {
        xml.leaf("ExpirationDate", at);
    }
    xml.leaf("ServiceSpecificCredentialId", &credential.id);
    xml.leaf("ServiceName", format!("{}.amazonaws.com", credential.service));
}

/// `ListSigningCertificates`
pub(super) fn signing_certificates(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    list_of_user(
        cx,
        state,
        "Certificates",
        |user| &user.signing_certificates,
        |one| &one.id,
        |x, certificate| {
            x.leaf("CertificateId", &certificate.id);
            x.leaf("CertificateBody", pem(state, &certificate.id));
            x.leaf("Status", certificate.status.as_str());
            x.leaf("UploadDate", certificate.uploaded_at);
        },
    )
}

/// Text that looks like a certificate and certifies nothing.
fn pem(state: &State, id: &str) -> String {
    let body = STANDARD.encode(state.derive().hash(&["certificate body", id]));
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----")
}

/// `ListSSHPublicKeys`
pub(super) fn ssh_keys(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    list_of_user(
        cx,
        state,
        "SSHPublicKeys",
        |user| &user.ssh_keys,
        |key| &key.id,
        |x, key| {
            x.leaf("SSHPublicKeyId", &key.id);
            x.leaf("Status", key.status.as_str());
            x.leaf("UploadDate", key.uploaded_at);
        },
    )
}
