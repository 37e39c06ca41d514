//! The result of a scan as one JSON document, `keysweep.scan/v1`.
//!
//! Times are RFC 3339 in UTC, such as `2026-11-22T08:00:00Z`, with a fraction only where there is one; those of `run`
//! and of the history have milliseconds at most. Keys stand in the order of these tables and are always there: what is not known is `null`.
//! Without a store the document of the same organization, policies and `as_of` is the same byte for byte, but for `run.id`,
//! `run.started_at` and `run.finished_at`, and for `api_calls` where AWS throttles or fails. Text that came from AWS is
//! not altered; characters that cannot be seen are written as `\uXXXX`.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `schema` | string | always `keysweep.scan/v1` |
//! | `tool.name`, `tool.version` | string | the program that wrote the document |
//! | `run.id` | string | unique to this run, sortable by time |
//! | `run.started_at`, `run.finished_at` | time | when the scan began and ended |
//! | `run.as_of` | time | the time as of which keys were judged |
//! | `run.organization_id` | string or null | the organization; null where the accounts came from a file |
//! | `run.management_account_id` | string or null | its management account; null where the accounts came from a file |
//! | `run.partition` | string | the AWS partition, such as `aws` or `aws-cn` |
//! | `coverage.expected` | integer | accounts: always `scanned` and the lengths of `failed` and `skipped` added up |
//! | `coverage.scanned` | integer | accounts that were read |
//! | `coverage.failed` | array of gaps | accounts that should have been read and could not be; any makes the scan incomplete |
//! | `coverage.skipped` | array of gaps | accounts that were not to be read |
//! | `coverage.notes` | array of notes | what should be known about how scanned accounts were read, and the exclusions that match no account, by account; empty for a saved inventory |
//! | `policies` | array | the policies that ran |
//! | `summary.by_policy` | object | by policy id the counts `pass`, `fail`, `exempt`, `unknown`, `error`; every policy is there |
//! | `summary.by_status` | object | the same five counts of all judgements |
//! | `summary.by_severity` | object | `fail`s by severity, worst first; every severity is there |
//! | `summary.users`, `summary.access_keys` | integer | users that were read, access keys that were judged |
//! | `summary.users_gone` | integer | users of a credential report or a list who were deleted since |
//! | `summary.users_renamed` | integer | users of a credential report or a list who have another name now; among `users` |
//! | `api_calls.total` | integer | requests that were sent to AWS, retries included |
//! | `api_calls.by_action` | object | the same by action, such as `iam:ListAccessKeys` |
//! | `api_calls.by_domain` | object | by `iam`, `organizations` and `sts`: `calls`, how many of them AWS throttled (`throttles`; each was sent again), and `seconds_waited`, in which requests were held back; those of `iam` add up over the accounts |
//! | `api_calls.throttled_accounts` | integer | accounts whose IAM throttled |
//! | `api_calls.most_throttled` | array | the ten of them with the most throttles: `account_id`, `throttles`, `seconds_waited` |
//! | `exemptions` | array | the exemptions of the register, each with its result |
//! | `findings` | array | all that did not pass, by account, user, resource and policy |
//!
//! A gap:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `account_id` | string or null | twelve digits; null for accounts that a failed listing did not come to name, and where a selection leaves no account |
//! | `account_name` | string | its name; may be empty |
//! | `step` | string | `list_accounts`, `select`, `state`, `assume_role`, `read_users` or `interrupted` |
//! | `reason` | string | why it went no further |
//!
//! A note:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `account_id`, `account_name` | string | the account, which counts as scanned; the name may be empty |
//! | `reason` | string | what should be known, and why |
//!
//! A policy:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `id`, `title` | string | its name, and what it demands in one line |
//! | `severity` | string | `critical`, `high`, `medium`, `low` or `info` |
//! | `resource` | string | what it judges: `access_key`, `user`, `account`, `root`, `password`, `mfa`, `service_credential`, `signing_certificate` or `ssh_key` |
//! | `remedy` | string | what it proposes: `none`, `notify`, `rotate`, `deactivate` or `delete` |
//! | `params` | object | the parameters it ran with: integers, numbers, strings, booleans or arrays of strings |
//! | `frameworks` | object | by framework the array of its controls that the policy implements |
//! | `source` | string | `shipped`, or the path of its file |
//!
//! A finding:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `id` | string | stable from run to run for the same policy, account and resource |
//! | `policy` | string | the id of the policy |
//! | `status` | string | `fail`; `unknown`: a fact could not be read; `error`: the policy failed; `exempt`: exempted |
//! | `severity` | string | as in a policy |
//! | `account_id`, `account_name` | string | the account; the name may be empty |
//! | `ou_path` | string or null | the organizational units above it, such as `Root/Prod`; null where they could not be read |
//! | `resource_type` | string | what was judged: as `resource` in a policy |
//! | `resource_arn` | string | the ARN of the user that it is or belongs to: AWS gives credentials none; of an account and its root user the root user's |
//! | `resource_id` | string or null | what names it within its user, such as an access key's id; null for what has no such name, and where it could not be read |
//! | `user_name` | string or null | the user; null for an account and its root user |
//! | `access_key_id` | string or null | `resource_id` of an access key; null for everything else |
//! | `message` | string | what is wrong, why it is exempted, or why nothing can be said |
//! | `evidence` | object | when the credential was made (`created_at`), the facts that the policy looked at by the names that it used, and what it added: booleans, integers, numbers, strings, times, arrays of strings, or `{"unreadable": reason}` |
//! | `remedy` | string | as in a policy |
//! | `exemption` | object or null | what lets it off, where `status` is `exempt`: `by` is `policy` or `register`, `id` the exemption's id in the register or null, `until` a time or null |
//! | `first_seen_at` | time or null | when the run began that reported it first; null without a store |
//! | `change` | string or null | what became of it since the run before: `new`, `reopened`, `changed` (status, severity or exemption), `not_judged` (it could not be judged this time, and counts as it was), `judged_again` (after a run that could not judge it) or `unchanged`; null without a store |
//!
//! An exemption of the register:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `id`, `owner` | string | what the register names it, and who answers for it |
//! | `expires` | time | when it ends |
//! | `matched` | integer | violations that it exempted; of one that has expired, that it would have exempted |
//! | `problems` | array of strings | why the owner of the register should look at it |

mod finding;
mod outline;

use std::io::{self, Write};

use keysweep_model::ScanResult;

use crate::{Findings, document};

/// Writes the result as one pretty-printed document with a final newline. Findings are read and written one account at a
/// time, so that a document of any size needs little memory.
///
/// # Errors
/// When `out` refuses what is written, or the findings cannot be read back.
pub fn write(result: &ScanResult, findings: &Findings, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    document::write(&outline::Document::new(result, findings), out)
}

#[cfg(test)]
mod tests;
