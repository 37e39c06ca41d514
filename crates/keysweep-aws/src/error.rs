//! What can go wrong with one call, in words that reach the reader of a report.

use std::{error::Error, fmt};

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::{ErrorMetadata, metadata::ProvideErrorMetadata};

/// A call that AWS did not answer as asked, after all retries.
///
/// It displays as one line that names the action, what happened, AWS's message and AWS's error code. Request ids are
/// left to the log, so that the same failure reads the same in every run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// The action as IAM policies name it, such as `iam:ListUsers`.
    pub action: &'static str,
    /// What kind of failure it is.
    pub kind: CallErrorKind,
    /// AWS's error code, such as `AccessDenied`, where there was an answer with one.
    pub code: Option<String>,
    /// AWS's message, or what the SDK reports.
    pub message: String,
}

/// The kinds of failure that callers treat differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallErrorKind {
    /// The caller may not do this.
    Denied,
    /// AWS answered nothing but requests to slow down, for so long that the call was given up.
    Throttled,
    /// The time for the account was over before there was an answer.
    OutOfTime,
    /// What was asked for does not exist.
    NotFound,
    /// The session has expired.
    ExpiredCredentials,
    /// AWS does not accept the credentials at all.
    RejectedCredentials,
    /// AWS does not know the credentials in this partition, but in another one.
    OtherPartition {
        /// A Region of that partition in which STS is always active.
        home: &'static str,
    },
    /// STS is not active in the Region in the account that is asked for.
    RegionDisabled,
    /// No credentials were found to sign with.
    NoCredentials,
    /// No answer came in time.
    TimedOut,
    /// AWS could not be reached.
    Unreachable,
    /// An answer came that cannot be understood, or that contradicts the question.
    BadAnswer,
    /// AWS refused for another reason, named by the error code.
    Refused,
}

impl CallError {
    /// The failure of `action` that the SDK reports as `error`.
    pub(crate) fn new<E, R>(action: &'static str, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: fmt::Debug + 'static,
    {
        tracing::debug!(action, error = for_log(error), "a call failed");
        let (kind, code, message) = match error {
            SdkError::ServiceError(service) => {
                let code = service.err().code().unwrap_or("(no error code)").to_owned();
                let message = service.err().message().unwrap_or("AWS gave no message").to_owned();
                (CallErrorKind::of_code(&code), Some(code), message)
            }
            SdkError::TimeoutError(_) => (CallErrorKind::TimedOut, None, root_cause(error)),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                (CallErrorKind::TimedOut, None, root_cause(error))
            }
            SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) if lacks_credentials(error) => {
                (CallErrorKind::NoCredentials, None, why_no_credentials(error))
            }
            SdkError::DispatchFailure(_) => (CallErrorKind::Unreachable, None, root_cause(error)),
            // A response that could not be parsed; and whatever the SDK adds later.
            _ => (CallErrorKind::BadAnswer, None, root_cause(error)),
        };
        Self { action, kind, code, message: one_line(message.trim_end_matches('.')) }
    }

    /// The failure of `action` whose answer arrived but contradicts the question: what is wrong with it.
    pub(crate) fn bad_answer(action: &'static str, message: impl Into<String>) -> Self {
        Self { action, kind: CallErrorKind::BadAnswer, code: None, message: message.into() }
    }
}

impl CallErrorKind {
    /// Codes: docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, the same page of STS and Organizations,
    /// and docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html for those that mean throttling.
    pub(crate) fn of_code(code: &str) -> Self {
        match code {
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "NotAuthorized" => Self::Denied,
            "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "RequestLimitExceeded"
            | "TooManyRequestsException"
            | "BandwidthLimitExceeded"
            | "PriorRequestNotComplete"
            | "SlowDown" => Self::Throttled,
            "NoSuchEntity" | "NoSuchEntityException" => Self::NotFound,
            "ExpiredToken" | "ExpiredTokenException" => Self::ExpiredCredentials,
            "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "UnrecognizedClientException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "RequestExpired" => Self::RejectedCredentials,
            "RegionDisabledException" => Self::RegionDisabled,
            _ => Self::Refused,
        }
    }

    fn what_happened(self) -> &'static str {
        match self {
            Self::Denied => "was denied",
            Self::Throttled => "was throttled and given up",
            Self::OutOfTime => "was given up",
            Self::NotFound => "found nothing",
            Self::ExpiredCredentials => "was refused because the session has expired",
            Self::RejectedCredentials => "was refused because AWS does not accept the credentials",
            Self::OtherPartition { .. } => "was refused because the credentials are of another partition",
            Self::RegionDisabled => "was refused because STS is not active in the Region",
            Self::NoCredentials => "was not sent because there are no credentials",
            Self::TimedOut => "got no answer in time",
            Self::Unreachable => "could not reach AWS",
            Self::BadAnswer => "got an answer that cannot be used",
            Self::Refused => "was refused",
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}: {}", self.action, self.kind.what_happened(), self.message)?;
        match &self.code {
            Some(code) => write!(out, " ({code})"),
            None => Ok(()),
        }
    }
}

impl Error for CallError {}

/// The message in one line: the SDK lists the places where it has looked for credentials in a line each.
fn one_line(message: &str) -> String {
    let lines: Vec<&str> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("; ").replace(":; ", ": ")
}

/// The error for the log. Never the error as a whole: it holds the raw answer, and that of AssumeRole holds credentials.
fn for_log(error: &(dyn Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The innermost cause: the SDK wraps "connection reset" in four layers that only name each other.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    causes(error).last().unwrap_or(error).to_string()
}

fn lacks_credentials(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| cause.is::<CredentialsError>())
}

/// Why there are no credentials: what the SDK's general words wrap. The innermost cause alone may be a missing file
/// without its name, so the one around it goes along; an answer of AWS stands by itself.
fn why_no_credentials(error: &(dyn Error + 'static)) -> String {
    let inside = causes(error).skip_while(|cause| !cause.is::<CredentialsError>());
    let told: Vec<_> = inside.filter(|cause| !cause.is::<CredentialsError>()).collect();
    match told.as_slice() {
        [] => "no source of them is configured".to_owned(),
        [.., answer] if answer.is::<ErrorMetadata>() => answer.downcast_ref().map(answered).unwrap_or_default(),
        [.., around, cause] => format!("{around}: {cause}"),
        [cause] => cause.to_string(),
    }
}

fn answered(answer: &ErrorMetadata) -> String {
    format!("{} ({})", answer.message().unwrap_or("AWS gave no message"), answer.code().unwrap_or("(no error code)"))
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::{body::SdkBody, error::ErrorMetadata};

    use super::*;

    #[test]
    fn an_error_reads_as_one_line() {
        let error = CallError {
            action: "iam:ListUsers",
            kind: CallErrorKind::of_code("AccessDenied"),
            code: Some("AccessDenied".to_owned()),
            message: "User: x is not authorized to perform: iam:ListUsers".to_owned(),
        };
        insta::assert_snapshot!(error, @"iam:ListUsers was denied: User: x is not authorized to perform: iam:ListUsers (AccessDenied)");
    }

    #[test]
    fn no_raw_answer_gets_into_a_log_or_a_message() {
        let answer = "<SecretAccessKey>wJalrXUtnFEMI</SecretAccessKey>";
        let raw = HttpResponse::new(200.try_into().unwrap(), SdkBody::from(answer));
        let error: SdkError<ErrorMetadata, _> = SdkError::response_error("the XML ends too early", raw);
        assert!(format!("{error:?}").contains("wJalrXUtnFEMI"));
        let told = format!("{} {}", for_log(&error), CallError::new("sts:AssumeRole", &error));
        insta::assert_snapshot!(told, @"response error: the XML ends too early sts:AssumeRole got an answer that cannot be used: the XML ends too early");
    }

    #[test]
    fn throttles_of_all_three_services_are_throttles() {
        for code in ["Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"] {
            assert_eq!(CallErrorKind::of_code(code), CallErrorKind::Throttled);
        }
    }
}
