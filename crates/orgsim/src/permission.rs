//! IAM policies, as far as the simulator needs them.
//!
//! Statements are judged by effect and action. `Resource` and `Condition` are ignored: a statement applies to every
//! resource. A few of AWS's managed policies are known by what they allow; the others allow nothing.

use serde_json::Value;

/// A set of statements that are judged together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy(Vec<Statement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    allow: bool,
    /// Whether it applies to every action except these.
    inverted: bool,
    actions: Vec<Box<str>>,
}

/// What a policy says about an action. A denial beats a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ruling {
    Allowed,
    Denied,
    Silent,
}

/// Why a text is not a policy document, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// It is not JSON.
    #[error("This policy contains invalid Json")]
    Json,
    /// It has a field that policies do not have, or a value of the wrong type.
    #[error("Syntax errors in policy.")]
    Syntax,
    /// A required field is missing.
    #[error("Missing required field {0}")]
    Missing(&'static str),
    /// An effect is neither `Allow` nor `Deny`.
    #[error("Invalid effect")]
    Effect,
    /// An action has no service prefix.
    #[error("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    Vendor,
}

impl Policy {
    /// The policy that allows these actions.
    pub(crate) fn allowing(actions: &[impl AsRef<str>]) -> Policy {
        let actions = actions.iter().map(|action| action.as_ref().into()).collect();
        Policy(vec![Statement { allow: true, inverted: false, actions }])
    }

    /// Reads a policy document
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>).
    pub(crate) fn parse(document: &str) -> Result<Policy, DocumentError> {
        let json: Value = serde_json::from_str(document).map_err(|_| DocumentError::Json)?;
        let known = |key: &str| ["Version", "Id", "Statement"].contains(&key);
        if !json.as_object().is_some_and(|object| object.keys().all(|key| known(key))) {
            return Err(DocumentError::Syntax);
        }
        match json.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().map(statement).collect::<Result<_, _>>().map(Policy),
            Some(one @ Value::Object(_)) => statement(one).map(|one| Policy(vec![one])),
            Some(_) => Err(DocumentError::Syntax),
            None => Err(DocumentError::Missing("Statement")),
        }
    }

    pub(crate) fn join(&mut self, other: Policy) {
        self.0.extend(other.0);
    }

    pub(crate) fn ruling(&self, action: &str) -> Ruling {
        let about = |statement: &&Statement| {
            statement.inverted != statement.actions.iter().any(|pattern| matches(pattern, action))
        };
        match self.0.iter().filter(about).map(|statement| statement.allow).min() {
            Some(true) => Ruling::Allowed,
            Some(false) => Ruling::Denied,
            None => Ruling::Silent,
        }
    }
}

fn statement(json: &Value) -> Result<Statement, DocumentError> {
    let allow = match json.get("Effect").and_then(Value::as_str) {
        Some("Allow") => true,
        Some("Deny") => false,
        Some(_) => return Err(DocumentError::Effect),
        None => return Err(DocumentError::Missing("Effect")),
    };
    let (inverted, actions) = match (json.get("Action"), json.get("NotAction")) {
        (Some(actions), None) => (false, actions),
        (None, Some(actions)) => (true, actions),
        (Some(_), Some(_)) => return Err(DocumentError::Syntax),
        (None, None) => return Err(DocumentError::Missing("Action")),
    };
    if json.get("Resource").is_none() && json.get("NotResource").is_none() {
        return Err(DocumentError::Missing("Resource"));
    }
    let text = |value: &Value| value.as_str().map(Box::from).ok_or(DocumentError::Syntax);
    let actions: Vec<Box<str>> = match actions {
        Value::Array(many) => many.iter().map(text).collect::<Result<_, _>>()?,
        one => vec![text(one)?],
    };
    let vendored = |action: &str| action == "*" || action.contains(':');
    if !actions.iter().all(|action| vendored(action)) {
        return Err(DocumentError::Vendor);
    }
    Ok(Statement { allow, inverted, actions })
}

/// Matches an action against a pattern with `*` and `?`, whatever the case
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>).
fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.as_bytes(), action.as_bytes());
    let (mut p, mut a) = (0, 0);
    // The place of the last star and how much it has matched: on a mismatch it matches one more.
    let mut star: Option<(usize, usize)> = None;
    while a < action.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, a));
                p += 1;
            }
            Some(c) if *c == b'?' || c.eq_ignore_ascii_case(&action[a]) => {
                p += 1;
                a += 1;
            }
            Some(_) | None => match star {
                Some((at, matched)) => {
                    star = Some((at, matched + 1));
                    p = at + 1;
                    a = matched + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

/// What one of AWS's managed policies allows, by its name or ARN; nothing for a policy that is not known here.
pub(crate) fn managed_actions(policy: &str) -> &'static [&'static str] {
    let name = policy.rsplit('/').next().unwrap_or(policy);
    match name {
        _ if policy.starts_with("arn:") && !policy.contains(":iam::aws:policy/") => &[],
        "AdministratorAccess" => &["*"],
        "ReadOnlyAccess" | "SecurityAudit" | "ViewOnlyAccess" => {
            &["iam:Get*", "iam:List*", "iam:Generate*", "organizations:Describe*", "organizations:List*", "sts:Get*"]
        }
        "IAMReadOnlyAccess" => &["iam:Get*", "iam:List*", "iam:Generate*"],
        "IAMFullAccess" => &["iam:*", "organizations:DescribeAccount", "organizations:DescribeOrganization"],
        "AWSOrganizationsReadOnlyAccess" => &["organizations:Describe*", "organizations:List*"],
        "PowerUserAccess" => &["sts:*", "organizations:DescribeOrganization"],
        _ => &[],
    }
}

/// What one of AWS's managed policies allows.
pub(crate) fn managed(policy: &str) -> Policy {
    Policy::allowing(managed_actions(policy))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruling(document: &str, action: &str) -> Ruling {
        Policy::parse(document).unwrap().ruling(action)
    }

    #[test]
    fn a_denial_beats_a_permission() {
        let document = r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":["iam:List*","iam:GetUser"],"Resource":"*"},
            {"Effect":"Deny","Action":"iam:listaccesskeys","Resource":"*"}]}"#;
        assert_eq!(ruling(document, "iam:ListUsers"), Ruling::Allowed);
        assert_eq!(ruling(document, "iam:ListAccessKeys"), Ruling::Denied);
        assert_eq!(ruling(document, "iam:GetUserPolicy"), Ruling::Silent);
    }

    #[test]
    fn not_action_is_everything_else() {
        let document = r#"{"Statement":{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}}"#;
        assert_eq!(ruling(document, "sts:AssumeRole"), Ruling::Allowed);
        assert_eq!(ruling(document, "iam:ListUsers"), Ruling::Silent);
    }

    #[test]
    fn wildcards_match_as_in_iam() {
        let cases = [
            ("*", "iam:ListUsers", true),
            ("iam:*User*", "iam:ListUserTags", true),
            ("iam:Get?ser", "iam:GetUser", true),
            ("iam:Get", "iam:GetUser", false),
            ("iam:*Keys", "iam:ListAccessKeysX", false),
            ("iam:L*s*s", "iam:ListAccessKeys", true),
            ("IAM:LISTUSERS", "iam:ListUsers", true),
        ];
        for (pattern, action, expected) in cases {
            assert_eq!(matches(pattern, action), expected, "{pattern} on {action}");
        }
    }

    #[test]
    fn malformed_documents_are_refused_in_aws_words() {
        let documents = [
            "{",
            "[]",
            r#"{"Statement":[{"Effect":"Allow","Action":"iam:*"}]}"#,
            r#"{"Statement":[{"Effect":"Maybe","Action":"iam:*","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"ListUsers","Resource":"*"}]}"#,
            r#"{"Version":"2012-10-17"}"#,
            r#"{"Statements":[]}"#,
        ];
        let told: Vec<_> = documents.iter().map(|document| Policy::parse(document).unwrap_err().to_string()).collect();
        insta::assert_snapshot!(told.join("\n"), @"
        This policy contains invalid Json
        Syntax errors in policy.
        Missing required field Resource
        Invalid effect
        Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.
        Missing required field Statement
        Syntax errors in policy.
        ");
    }
}
