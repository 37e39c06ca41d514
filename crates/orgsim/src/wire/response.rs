//! Answers and errors as bytes, in the protocol of the call.

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::{Value, json};

use crate::wire::error::ApiError;
use crate::wire::request::Call;
use crate::wire::service::Protocol;
use crate::wire::xml::Xml;

/// What an action answers, still without its envelope.
pub(crate) enum Body {
    /// The inside of the result element.
    Xml(Xml),
    /// An action of the Query protocol that has no result.
    Nothing,
    Json(Value),
}

/// The whole response. It is dated by the simulator's clock, from which clients correct their own.
pub(crate) fn respond(
    call: &Call<'_>,
    result: Result<Body, ApiError>,
    request_id: &str,
    now: Timestamp,
) -> Response<Bytes> {
    let protocol = call.service.protocol();
    let status = result.as_ref().err().map_or(200, |error| error.status);
    let retry_after = result.as_ref().err().and_then(|error| error.retry_after).map(|seconds| seconds.to_string());
    let text = match (result, protocol) {
        (Ok(Body::Json(json)), _) => json.to_string(),
        (Ok(Body::Xml(xml)), _) => query_success(call, Some(&xml.finish()), request_id),
        (Ok(Body::Nothing), _) => query_success(call, None, request_id),
        (Err(error), Protocol::Query) => query_error(call, &error, request_id),
        (Err(error), Protocol::Json) => json_error(&error),
    };
    let content_type = match protocol {
        Protocol::Query => "text/xml",
        Protocol::Json => "application/x-amz-json-1.1",
    };
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).unwrap_or_default();
    let headers = [("x-amzn-requestid", request_id), ("content-type", content_type), ("date", &date)];
    for (name, value) in headers.into_iter().chain(retry_after.as_deref().map(|seconds| ("retry-after", seconds))) {
        if let Ok(value) = http::HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn query_success(call: &Call<'_>, result: Option<&str>, request_id: &str) -> String {
    let mut xml = Xml::default();
    xml.document(&format!("{}Response", call.action), call.service.namespace(), |x| {
        if let Some(result) = result {
            x.node(&format!("{}Result", call.action), |x| x.raw(result));
        }
        x.node("ResponseMetadata", |x| x.leaf("RequestId", request_id));
    });
    xml.finish()
}

fn query_error(call: &Call<'_>, error: &ApiError, request_id: &str) -> String {
    let mut xml = Xml::default();
    xml.document("ErrorResponse", call.service.namespace(), |x| {
        x.node("Error", |x| {
            x.leaf("Type", if error.status < 500 { "Sender" } else { "Receiver" });
            x.leaf("Code", &error.code);
            x.leaf("Message", &error.message);
        });
        x.leaf("RequestId", request_id);
    });
    xml.finish()
}

fn json_error(error: &ApiError) -> String {
    let mut body = json!({ "__type": error.code, "Message": error.message });
    if let Some(reason) = error.reason {
        body["Reason"] = reason.into();
    }
    body.to_string()
}
