//! `cargo xtask docs`: writes the documents, and the parts of documents, that Keysweep prints.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// A document that holds what Keysweep prints.
struct Document {
    path: &'static str,
    /// What stands before and after the printed part; none where the whole document is printed.
    between: Option<(&'static str, &'static str)>,
    /// The arguments of the command that prints it.
    arguments: &'static str,
    /// What the document has of the printed text.
    part: fn(&str) -> String,
}

const DOCUMENTS: [Document; 7] = [
    Document { path: "policies/reference.md", between: None, arguments: "policy reference", part: str::to_owned },
    Document {
        path: "policies/README.md",
        between: Some(("<!-- policies -->\n", "<!-- /policies -->")),
        arguments: "policy list --format markdown",
        part: str::to_owned,
    },
    Document {
        path: "README.md",
        between: Some(("<!-- iam-policy: member -->\n```json\n", "```")),
        arguments: "iam-policy",
        part: str::to_owned,
    },
    Document {
        path: "examples/iam/member-policy.json",
        between: None,
        arguments: "iam-policy --for member",
        part: str::to_owned,
    },
    Document {
        path: "examples/iam/caller-policy.json",
        between: None,
        arguments: "iam-policy --for caller --config examples/keysweep.yaml",
        part: str::to_owned,
    },
    Document {
        path: "examples/iam/trust-policy.json",
        between: None,
        arguments: "iam-policy --for trust --central-account 111122223333 --external-id 5c8a5d4e-keysweep",
        part: str::to_owned,
    },
    Document {
        path: "examples/iam/member-role.stackset.yaml",
        between: Some((
            "              - Effect: Allow\n                Action:\n",
            "                Resource: \"*\"\n",
        )),
        arguments: "iam-policy --for member",
        part: yaml_actions,
    },
];

/// Writes all of them.
///
/// # Errors
/// Where Keysweep cannot be built or run, or a document has no place for what is printed.
pub(crate) fn run(root: &Path) -> Result<()> {
    for Document { path, between, arguments, part } in DOCUMENTS {
        let printed = part(&printed(root, arguments)?);
        let file = root.join(path);
        let text = match between {
            None => printed,
            Some(between) => {
                let text = fs::read_to_string(&file).with_context(|| format!("could not read `{path}`"))?;
                replaced(&text, between, &printed).with_context(|| format!("`{path}` has no place for it"))?
            }
        };
        fs::write(&file, text).with_context(|| format!("could not write `{path}`"))?;
    }
    Ok(())
}

fn printed(root: &Path, arguments: &str) -> Result<String> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(root)
        .args(["run", "--quiet", "--locked", "--package", "keysweep", "--"])
        .args(arguments.split(' '));
    let output = cargo.output().context("could not start cargo")?;
    if !output.status.success() {
        bail!("`keysweep {arguments}` ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout).context("what it printed is not UTF-8")
}

/// The text with another part between its marks; none where it lacks one of them.
fn replaced(text: &str, (before, after): (&str, &str), part: &str) -> Option<String> {
    let (head, rest) = text.split_once(before)?;
    let (_, tail) = rest.split_once(after)?;
    Some([head, before, part, after, tail].concat())
}

/// The actions of a printed IAM policy as a list in YAML.
fn yaml_actions(policy: &str) -> String {
    let actions = policy.split('"').filter(|text| text.starts_with("iam:"));
    actions.map(|action| format!("                  - {action}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_replaced_between_its_marks_alone() {
        assert_eq!(replaced("a <b> old </b> c", ("<b>", "</b>"), " new "), Some("a <b> new </b> c".to_owned()));
        assert_eq!(replaced("a <b> old", ("<b>", "</b>"), " new "), None);
        assert_eq!(
            yaml_actions(r#"["iam:GetUser", "iam:ListUsers"]"#).trim(),
            "- iam:GetUser\n                  - iam:ListUsers"
        );
    }
}
