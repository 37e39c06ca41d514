//! The outcome of one attempt at a call, and what follows from it: an answer, another attempt, or an error.

use std::{error::Error, time::Duration};

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::{CallError, CallErrorKind};

/// A request on its way: what the SDK's `send()` gives.
pub(crate) trait Request: Future<Output = Result<Self::Answer, SdkError<Self::Refusal, HttpResponse>>> {
    type Answer;
    type Refusal: ProvideErrorMetadata + Error + 'static;
}

impl<F, O, E> Request for F
where
    F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + Error + 'static,
{
    type Answer = O;
    type Refusal = E;
}

/// An attempt that AWS did not answer as asked.
#[derive(Debug)]
pub(crate) struct FailedAttempt {
    pub(crate) error: CallError,
    pub(crate) next: Next,
}

/// What follows from a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// AWS asks to slow down: the call is sent again, however often.
    Throttled {
        /// How long AWS asks to wait, where it says.
        retry_after: Option<Duration>,
    },
    /// The failure may pass: the call is sent again, within its attempts.
    Retry {
        /// How long AWS asks to wait, where it says.
        retry_after: Option<Duration>,
    },
    /// Another attempt would have the same outcome.
    Final,
}

impl FailedAttempt {
    /// The failed attempt at `action` that the SDK reports as `error`.
    pub(crate) fn new<E>(action: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        Self { next: next(error), error: CallError::new(action, error) }
    }
}

impl From<CallError> for FailedAttempt {
    fn from(error: CallError) -> Self {
        Self { error, next: Next::Final }
    }
}

/// Statuses and codes: docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
fn next<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Next {
    let retry_after = error.raw_response().and_then(retry_after);
    match error {
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            let code = service.err().code().unwrap_or_default();
            if CallErrorKind::of_code(code) == CallErrorKind::Throttled || status == 429 {
                Next::Throttled { retry_after }
            } else if [500, 502, 503, 504].contains(&status) || code.starts_with("RequestTimeout") {
                Next::Retry { retry_after }
            } else {
                Next::Final
            }
        }
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) => Next::Retry { retry_after },
        SdkError::DispatchFailure(failure)
            if failure.is_timeout() || failure.is_io() || failure.as_other().is_some() =>
        {
            Next::Retry { retry_after }
        }
        // What cannot be signed or sent now cannot be sent later; and whatever the SDK adds.
        _ => Next::Final,
    }
}

/// `Retry-After` in seconds, or AWS's own header in milliseconds. A date in `Retry-After` is not used by AWS.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    let number = |name: &str| response.headers().get(name).and_then(|text| text.trim().parse::<u32>().ok());
    let millis = number("x-amz-retry-after").map(|millis| Duration::from_millis(millis.into()));
    millis.or_else(|| number("retry-after").map(|seconds| Duration::from_secs(seconds.into())))
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::{body::SdkBody, error::ErrorMetadata};

    use super::*;

    fn refused(status: u16, code: &str, header: Option<(&'static str, &'static str)>) -> Next {
        let mut raw = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        if let Some((name, value)) = header {
            raw.headers_mut().insert(name, value);
        }
        next(&SdkError::service_error(ErrorMetadata::builder().code(code).build(), raw))
    }

    #[test]
    fn what_follows_depends_on_code_and_status() {
        let throttled = Next::Throttled { retry_after: None };
        let retry = Next::Retry { retry_after: None };
        for (status, code, next) in [
            (400, "Throttling", throttled),
            (503, "ThrottlingException", throttled),
            (400, "TooManyRequestsException", throttled),
            (429, "", throttled),
            (500, "InternalFailure", retry),
            (502, "", retry),
            (503, "ServiceUnavailable", retry),
            (504, "", retry),
            (400, "RequestTimeout", retry),
            (409, "LimitExceeded", Next::Final),
            (403, "AccessDenied", Next::Final),
            (501, "", Next::Final),
        ] {
            assert_eq!(refused(status, code, None), next, "{status} {code}");
        }
    }

    #[test]
    fn the_server_may_say_how_long_to_wait() {
        let wait = |name, value| match refused(400, "Throttling", Some((name, value))) {
            Next::Throttled { retry_after } => retry_after,
            Next::Retry { .. } | Next::Final => None,
        };
        assert_eq!(wait("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("x-amz-retry-after", "1500"), Some(Duration::from_millis(1500)));
        for nonsense in ["-1", "1e9", "", "99999999999999999999", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(wait("retry-after", nonsense), None, "{nonsense}");
        }
    }
}
