//! AWS Signature Version 4, the verifying side
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).
//!
//! Only the partition of the Region in the credential scope is checked: clients that are given an endpoint sign IAM's
//! requests for the Region that they are configured with, while AWS's own endpoint implies the right one. The credentials
//! of one partition are unknown in the others.

use bytes::Bytes;
use http::Request;
use sha2::{Digest, Sha256};

use crate::derive::{hex, hmac_sha256};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The `Authorization` header, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authorization {
    pub(crate) access_key_id: String,
    /// `YYYYMMDD`
    pub(crate) date: String,
    pub(crate) region: String,
    pub(crate) service: String,
    /// Lowercase, in the order signed.
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: String,
}

/// Why an `Authorization` header cannot be read, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AuthorizationError {
    #[error("Authorization header requires '{0}' parameter. Authorization={ALGORITHM}")]
    Missing(&'static str),
    #[error("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{0}'")]
    Credential(String),
}

impl Authorization {
    /// Reads the header.
    pub(crate) fn parse(header: &str) -> Result<Authorization, AuthorizationError> {
        let fields = header.strip_prefix(ALGORITHM).ok_or(AuthorizationError::Missing("Credential"))?;
        let field = |name: &'static str| {
            let found = fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='));
            found.ok_or(AuthorizationError::Missing(name))
        };
        let credential = field("Credential")?;
        let mut scope = credential.rsplitn(5, '/');
        let mut part = || scope.next().unwrap_or_default().to_owned();
        let (end, service, region, date, access_key_id) = (part(), part(), part(), part(), part());
        if end != "aws4_request" || access_key_id.is_empty() {
            return Err(AuthorizationError::Credential(credential.to_owned()));
        }
        let signed_headers = field("SignedHeaders")?.split(';').map(str::to_ascii_lowercase).collect();
        let signature = field("Signature")?.to_owned();
        Ok(Authorization { access_key_id, date, region, service, signed_headers, signature })
    }

    /// The signature that this request ought to carry; `signed_at` is its `x-amz-date`.
    pub(crate) fn expected(&self, request: &Request<Bytes>, signed_at: &str, secret: &str) -> String {
        let canonical = canonical_request(request, &self.signed_headers);
        let scope = [&self.date, &self.region, &self.service, "aws4_request"].join("/");
        let to_sign = [ALGORITHM, signed_at, &scope, &sha256(canonical.as_bytes())].join("\n");
        hex(&hmac_sha256(&self.signing_key(secret), &to_sign))
    }

    fn signing_key(&self, secret: &str) -> [u8; 32] {
        let start = hmac_sha256(format!("AWS4{secret}").as_bytes(), &self.date);
        [&self.region, &self.service, "aws4_request"].iter().fold(start, |key, part| hmac_sha256(&key, part))
    }
}

fn canonical_request(request: &Request<Bytes>, signed_headers: &[String]) -> String {
    let headers: String =
        signed_headers.iter().map(|name| format!("{name}:{}\n", header_value(request, name))).collect();
    [
        request.method().as_str(),
        &canonical_path(request.uri().path()),
        &canonical_query(request.uri().query().unwrap_or_default()),
        &headers,
        &signed_headers.join(";"),
        &sha256(request.body()),
    ]
    .join("\n")
}

/// All values of a header, blanks squeezed. In process a request has its host in the URI only.
fn header_value(request: &Request<Bytes>, name: &str) -> String {
    let values = request.headers().get_all(name).iter().map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes());
        text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    });
    let values = values.collect::<Vec<_>>().join(",");
    match request.uri().authority() {
        Some(authority) if values.is_empty() && name == "host" => authority.to_string(),
        _ => values,
    }
}

/// The path without `.`, `..` and doubled slashes, encoded once more than it already is.
fn canonical_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let mut canonical: String = parts.iter().map(|part| format!("/{}", encode(part.as_bytes()))).collect();
    if canonical.is_empty() || path.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

fn canonical_query(query: &str) -> String {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (encode(&decode(name)), encode(&decode(value)))
    };
    let mut pairs: Vec<(String, String)> = query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn encode(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(*byte)),
            byte => encoded.extend(["%", &hex(&[*byte]).to_ascii_uppercase()]),
        }
    }
    encoded
}

fn decode(text: &str) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(high << 4 | low);
                at += 3;
            }
            _ => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    decoded
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests;
