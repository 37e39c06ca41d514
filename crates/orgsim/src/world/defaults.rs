//! The defaults of fields that a world's YAML leaves out.

use crate::value::{Text, Time};

/// 2025-01-01T00:00:00Z.
pub(super) fn long_ago() -> Time {
    Time::from_unix(1_735_689_600)
}

pub(super) fn caller() -> Text {
    "security-scanner".into()
}

pub(super) fn empty() -> Text {
    "".into()
}

pub(super) fn slash() -> Text {
    "/".into()
}

pub(super) fn is_slash(path: &str) -> bool {
    path == "/"
}

pub(super) fn one_hour() -> u32 {
    3600
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_one_hour(seconds: &u32) -> bool {
    *seconds == 3600
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_false(value: &bool) -> bool {
    !value
}

pub(super) fn sts() -> Text {
    "sts".into()
}

pub(super) fn us_east_1() -> Text {
    "us-east-1".into()
}
