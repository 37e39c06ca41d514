//! The parameters of Organizations, and the ids in them
//! (<https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListTagsForResource.html>).

use std::borrow::Cow;

use crate::backend::Context;
use crate::wire::error::ApiError;
use crate::world::AccountId;

/// An id by its form; whether it exists is another question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Account,
    Root,
    Unit,
    /// Policies, responsibility transfers and the like, none of which exist here.
    Other,
}

/// `MaxResults`, 20 where it is left out.
pub(super) fn max_results(cx: &Context<'_>) -> Result<usize, ApiError> {
    let message = "You specified an invalid value for MaxResults.";
    let Some(text) = cx.call.input.text("MaxResults") else { return Ok(20) };
    match text.parse::<i64>() {
        Ok(n @ 1..=20) => Ok(usize::try_from(n).unwrap_or(20)),
        Ok(n) if n > 20 => Err(ApiError::invalid_input("MAX_VALUE_EXCEEDED", message)),
        Ok(_) => Err(ApiError::invalid_input("MIN_VALUE_EXCEEDED", message)),
        Err(_) => Err(ApiError::new(400, "SerializationException", "NUMBER_VALUE can not be converted to an Integer")),
    }
}

/// An id that must be there and be of one of these kinds.
pub(super) fn id<'a>(cx: &'a Context<'_>, name: &str, kinds: &[Kind]) -> Result<(Kind, Cow<'a, str>), ApiError> {
    let Some(id) = cx.call.input.text(name) else {
        let message = format!("The request is missing the required parameter {name}.");
        return Err(ApiError::invalid_input("INPUT_REQUIRED", message));
    };
    match kind(&id).filter(|kind| kinds.contains(kind)) {
        Some(kind) => Ok((kind, id)),
        None => Err(ApiError::invalid_input("INVALID_PATTERN", format!("You specified an invalid value for {name}."))),
    }
}

fn kind(id: &str) -> Option<Kind> {
    let lower = |text: &str, min: usize| {
        (min..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    if id.parse::<AccountId>().is_ok() {
        return Some(Kind::Account);
    }
    let (prefix, rest) = id.split_once('-')?;
    match prefix {
        "r" => lower(rest, 4).then_some(Kind::Root),
        "ou" => rest.split_once('-').filter(|(root, own)| lower(root, 4) && lower(own, 8)).map(|_| Kind::Unit),
        "p" | "rp" | "rt" => rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_').then_some(Kind::Other),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_apart_by_their_form() {
        let cases = [
            ("123456789012", Some(Kind::Account)),
            ("12345678901", None),
            ("r-ab12", Some(Kind::Root)),
            ("r-ab", None),
            ("ou-ab12-12345678", Some(Kind::Unit)),
            ("ou-ab12-1234567", None),
            ("OU-ab12-12345678", None),
            ("p-FullAWSAccess", Some(Kind::Other)),
            ("nonsense", None),
        ];
        for (id, expected) in cases {
            assert_eq!(kind(id), expected, "{id}");
        }
    }
}
