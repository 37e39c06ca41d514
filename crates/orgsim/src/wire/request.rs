//! What a request asks for: the service, the action and its parameters, before its signature is checked.

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use crate::wire::input::Input;
use crate::wire::service::{Protocol, Service};
use crate::wire::sigv4::{Authorization, AuthorizationError};

/// The one action that is not signed: its caller sends a token instead.
pub(crate) const WITH_WEB_IDENTITY: &str = "AssumeRoleWithWebIdentity";

/// A parsed request.
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Request<Bytes>,
    pub(crate) service: Service,
    /// The action's name; empty if the request names none.
    pub(crate) action: String,
    /// The API version that the request names.
    pub(crate) version: String,
    pub(crate) input: Input,
    /// The signature, if there is one that can be read.
    pub(crate) authorization: Option<Result<Authorization, AuthorizationError>>,
}

impl<'a> Call<'a> {
    /// Parses a request. Errors in a part are reported when the part is used.
    pub(crate) fn read(request: &'a Request<Bytes>) -> Call<'a> {
        let authorization = header(request, "authorization").map(Authorization::parse);
        let target = header(request, "x-amz-target").unwrap_or_default();
        let service = service(request, authorization.as_ref(), target);
        match service.protocol() {
            Protocol::Json => Call {
                request,
                service,
                action: target.strip_prefix("AWSOrganizationsV20161128.").unwrap_or_default().to_owned(),
                version: String::new(),
                input: json(request.body()),
                authorization,
            },
            Protocol::Query => {
                let query = request.uri().query().unwrap_or_default().as_bytes();
                let parse = |text| form_urlencoded::parse(text).into_owned();
                let input = Input::Form(parse(query).chain(parse(request.body())).collect());
                let (action, version) = (input.text("Action"), input.text("Version"));
                let action = action.unwrap_or_default().into_owned();
                let service = if action == WITH_WEB_IDENTITY { Service::Sts } else { service };
                let version = version.unwrap_or("NO_VERSION_SPECIFIED".into()).into_owned();
                Call { request, service, action, version, input, authorization }
            }
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(self.request, name)
    }
}

fn header<'r>(request: &'r Request<Bytes>, name: &str) -> Option<&'r str> {
    request.headers().get(name)?.to_str().ok()
}

/// The credential scope says which service is meant; an unsigned request is sorted by its target or its host.
fn service(
    request: &Request<Bytes>,
    authorization: Option<&Result<Authorization, AuthorizationError>>,
    target: &str,
) -> Service {
    if let Some(Ok(authorization)) = authorization {
        return Service::named(&authorization.service);
    }
    if target.starts_with("AWSOrganizationsV20161128.") {
        return Service::Organizations;
    }
    let host = header(request, "host").or(request.uri().host()).unwrap_or_default();
    Service::named(host.split('.').next().unwrap_or_default())
}

/// The parameters of a JSON body; an empty body is valid and has none.
fn json(body: &[u8]) -> Input {
    match serde_json::from_slice::<Value>(body) {
        Ok(object @ Value::Object(_)) => Input::Json(object),
        Err(_) if body.is_empty() => Input::Json(Value::Null),
        Ok(_) | Err(_) => Input::Unreadable,
    }
}
