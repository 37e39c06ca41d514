//! Keys to judge and policies to judge them by.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{
    AccessKey, Account, AccountState, CredentialStatus, Fact, LastUsed, Owner, Resource, ResourceType, User,
};
use keysweep_policy::{Evaluation, Outcome, Policy};

/// The judged time of these tests.
pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn ago(days: f64) -> Timestamp {
    now() - SignedDuration::from_secs_f64(days * 86_400.0)
}

/// A user with one active key of 100.5 days, last used 10 days ago, and everything known that is asked of keys.
pub(crate) fn user() -> User {
    let arn = "arn:aws:iam::111122223333:user/team/alice".to_owned();
    let key = AccessKey {
        id: Fact::Live("AKIAIOSFODNN7EXAMPLE".parse().unwrap()),
        status: Fact::Live(CredentialStatus::Active),
        created_at: Fact::Live(ago(100.5)),
        last_used: Fact::Live(LastUsed::At {
            at: ago(10.0),
            service: Some("s3".to_owned()),
            region: Some("eu-west-1".to_owned()),
        }),
    };
    User {
        created_at: Fact::Live(ago(1000.0)),
        tags: Fact::Live([("owner".to_owned(), "data".to_owned())].into()),
        access_keys: Fact::Live(vec![key]),
        ..User::unread("alice".parse().unwrap(), arn, "/team/".to_owned())
    }
}

/// The first access key of a user, as a resource.
pub(crate) fn resource(user: User) -> Resource {
    let account = Account {
        id: "111122223333".parse().unwrap(),
        name: "prod".to_owned(),
        email: None,
        state: AccountState::Active,
        ou_path: Fact::Live("Root/Workloads".to_owned()),
    };
    Resource::new(Owner::User(Arc::new(account), Arc::new(user)), ResourceType::AccessKey, 0)
}

/// The user's key.
pub(crate) fn key(user: &mut User) -> &mut AccessKey {
    match &mut user.access_keys {
        Fact::Live(keys) => &mut keys[0],
        other => panic!("{other:?}"),
    }
}

/// The text of a policy file with this script below plain metadata.
pub(crate) fn file(script: &str) -> String {
    // A parameter that is never read is a mistake.
    let params = "//! params: { limit: { type: integer, default: 90 } }\n";
    let params = if script.contains("params") && script.contains("limit") { params } else { "" };
    format!(
        "//! id: test\n//! title: A test\n//! severity: low\n//! resource: access_key\n//! remedy: none\n{params}{script}"
    )
}

pub(crate) fn policy(script: &str) -> Policy {
    Policy::compile("test.rhai", &file(script)).unwrap_or_else(|error| panic!("{error}"))
}

/// A policy whose `check` has this body.
pub(crate) fn body(body: &str) -> Policy {
    policy(&format!("fn check(key, params) {{ {body} }}"))
}

pub(crate) fn judge(policy: &Policy, user: User) -> Evaluation {
    policy.evaluate(&resource(user), now())
}

/// What the script makes of the plain user, in one line.
pub(crate) fn outcome(script: &str) -> String {
    show(&judge(&body(script), user()).outcome)
}

pub(crate) fn show(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Verdict(verdict) => format!("{verdict:?}"),
        Outcome::Needs { facet, .. } => format!("needs [{facet:?}]"),
        Outcome::Unknown(why) => format!("unknown: {why}"),
        Outcome::Error(error) => match &error.hint {
            Some(hint) => format!("error: {error} ({hint})"),
            None => format!("error: {error}"),
        },
    }
}

/// Why the script does not compile.
pub(crate) fn refused(script: &str) -> String {
    match Policy::compile("test.rhai", &file(script)) {
        Ok(_) => "compiled".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The messages of [`refused`] for a body of `check`, without places.
pub(crate) fn complaints(body: &str) -> String {
    match Policy::compile("test.rhai", &file(&format!("fn check(key, params) {{ {body} }}"))) {
        Ok(_) => "compiled".to_owned(),
        Err(error) => {
            let line = |wrong: &keysweep_files::Diagnostic| match &wrong.help {
                Some(help) => format!("{} [{help}]", wrong.message),
                None => wrong.message.clone(),
            };
            error.diagnostics.iter().map(line).collect::<Vec<_>>().join("; ")
        }
    }
}

/// The first error in a file; files that are refused may have warnings before it.
pub(crate) fn first_error(error: &keysweep_files::InvalidFile) -> String {
    let is_error = |wrong: &&keysweep_files::Diagnostic| wrong.code.level() == keysweep_files::Level::Error;
    error.diagnostics.iter().find(is_error).map(|wrong| wrong.message.clone()).unwrap()
}
