//! What may change of a finding.

use keysweep_model::Standing;
use serde::{Deserialize, Serialize};

/// All of a finding that may change. Points in time are a run, and when it began to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) policy: i64,
    pub(crate) user_name: Option<String>,
    pub(crate) resource_id: Option<String>,
    pub(crate) resource_arn: String,
    pub(crate) owner: Option<String>,
    pub(crate) standing: Standing,
    pub(crate) exempted_until: Option<i64>,
    pub(crate) opened: (i64, i64),
    /// The last run that reported it, where it is closed or not judged.
    pub(crate) seen: Option<(i64, i64)>,
    pub(crate) not_judged: Option<String>,
    /// When it was closed, and why.
    pub(crate) closed: Option<((i64, i64), String)>,
}
