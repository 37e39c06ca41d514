//! The errors that AWS answers with: a code, a message and an HTTP status, worded as AWS words them.
//!
//! Sources: each action's page in the IAM, STS and Organizations API references, and
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>,
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/CommonErrors.html>.

use std::borrow::Cow;

use crate::wire::service::{Protocol, Service};

/// An answer that is an error; on the wire it is shaped by the protocol of the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
    /// `Reason` of Organizations' `InvalidInputException`.
    pub(crate) reason: Option<&'static str>,
    /// The header `Retry-After`, in seconds.
    pub(crate) retry_after: Option<u64>,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> ApiError {
        ApiError { status, code: code.into(), message: message.into(), reason: None, retry_after: None }
    }

    /// A parameter that breaks a constraint of the Query services.
    pub(crate) fn validation(message: impl Into<String>) -> ApiError {
        ApiError::new(400, "ValidationError", message)
    }

    /// A parameter whose value breaks `constraint`, in the words of AWS's own validator.
    pub(crate) fn constraint(name: &str, value: &str, constraint: &str) -> ApiError {
        let mut name = name.to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        let value = if value == "null" { "null".to_owned() } else { format!("'{value}'") };
        ApiError::validation(format!(
            "1 validation error detected: Value {value} at '{name}' failed to satisfy constraint: {constraint}"
        ))
    }

    pub(crate) fn no_such_entity(message: impl Into<String>) -> ApiError {
        ApiError::new(404, "NoSuchEntity", message)
    }

    /// Organizations' `InvalidInputException` with its reason
    /// (<https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html>).
    pub(crate) fn invalid_input(reason: &'static str, message: impl Into<String>) -> ApiError {
        ApiError { reason: Some(reason), ..ApiError::new(400, "InvalidInputException", message) }
    }

    pub(crate) fn access_denied(protocol: Protocol, message: impl Into<String>) -> ApiError {
        match protocol {
            Protocol::Query => ApiError::new(403, "AccessDenied", message),
            Protocol::Json => ApiError::new(400, "AccessDeniedException", message),
        }
    }

    pub(crate) fn throttled(service: Service) -> ApiError {
        match service {
            Service::Iam | Service::Sts => ApiError::new(400, "Throttling", "Rate exceeded"),
            Service::Organizations => ApiError::new(400, "TooManyRequestsException", "Rate exceeded"),
            Service::Other => ApiError::new(400, "ThrottlingException", "Rate exceeded"),
        }
    }

    /// The newest pages give 404 for the JSON one; services of that protocol are seen to answer 400.
    pub(crate) fn unknown_action(service: Service, action: &str, version: &str) -> ApiError {
        match service.protocol() {
            Protocol::Query if action.is_empty() => {
                ApiError::new(400, "MissingAction", "The request must contain the parameter Action")
            }
            Protocol::Query => {
                ApiError::new(400, "InvalidAction", format!("Could not find operation {action} for version {version}"))
            }
            Protocol::Json => ApiError::new(400, "UnknownOperationException", ""),
        }
    }
}

/// Why the credentials of a request are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AuthError {
    /// No signature.
    Unsigned,
    /// A signature with a part missing; the text says which.
    Incomplete(String),
    /// A key or token that is unknown, inactive, or of a closed account.
    UnknownKey,
    /// A session that has expired.
    Expired,
    /// A signature that does not fit; the text says why.
    BadSignature(String),
}

impl AuthError {
    /// The JSON services have names of their own for all of these, and the status that all their refusals have.
    pub(crate) fn into_error(self, protocol: Protocol) -> ApiError {
        let by_protocol = |query: &'static str, json: &'static str, message: String| match protocol {
            Protocol::Query => ApiError::new(403, query, message),
            Protocol::Json => ApiError::new(400, json, message),
        };
        match self {
            AuthError::Unsigned => by_protocol(
                "MissingAuthenticationToken",
                "MissingAuthenticationTokenException",
                "Request is missing Authentication Token".to_owned(),
            ),
            AuthError::Incomplete(message) => {
                by_protocol("IncompleteSignature", "IncompleteSignatureException", message)
            }
            AuthError::UnknownKey => by_protocol(
                "InvalidClientTokenId",
                "UnrecognizedClientException",
                "The security token included in the request is invalid.".to_owned(),
            ),
            AuthError::Expired => by_protocol(
                "ExpiredToken",
                "ExpiredTokenException",
                "The security token included in the request is expired".to_owned(),
            ),
            AuthError::BadSignature(message) => {
                by_protocol("SignatureDoesNotMatch", "InvalidSignatureException", message)
            }
        }
    }
}
