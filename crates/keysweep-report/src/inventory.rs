//! An inventory: what a scan has read, as a file that can be judged again without AWS, `keysweep.inventory/v1`.
//!
//! The file is JSON lines in UTF-8. The first line is the header, the last one the end, and each line between them is
//! one account: what was read in it, or why it was not read. There is no secret in it: AWS gives none to a scan.
//!
//! | line | holds |
//! |---|---|
//! | `{"schema": "keysweep.inventory/v1", "tool": ..., "run": ...}` | the header; `tool` and `run` as in `keysweep.scan/v1`, but for `finished_at` |
//! | `{"account": ...}` | an account that was read: its facts |
//! | `{"failed": ...}`, `{"skipped": ...}` | an account that was not read, as the gaps of `keysweep.scan/v1` |
//! | `{"end": {"records": n, "sha256": ...}}` | how many lines stand between header and end, and the SHA-256 of all bytes before this line |
//!
//! A fact is `{"known": value}`, `{"not_read": facet}` or `{"unreadable": {"facet": ..., "reason": ...}}`; one that is
//! missing was not read. Times are RFC 3339 in UTC. No account is in it twice. Within a version keys are only ever added,
//! in any of these objects; a reader passes over the keys that it does not know.

mod line;
mod lines;
mod read;
mod write;

#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod tests;

pub use read::{InventoryError, Reader};
pub use write::Writer;

const SCHEMA: &str = "keysweep.inventory/v1";
