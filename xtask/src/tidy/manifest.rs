//! The manifest of a package, as far as rules ask: its name, its lints, its dependencies and where they are written.

use std::collections::BTreeMap;

use anyhow::Result;
use toml::de::{DeTable, DeValue};

/// The dependency tables a manifest and each of its `target` tables may have.
const KINDS: [(&str, Kind); 3] =
    [("dependencies", Kind::Normal), ("build-dependencies", Kind::Normal), ("dev-dependencies", Kind::Dev)];

/// A package of the workspace.
#[derive(Debug)]
pub(super) struct Manifest {
    /// From the root of the repository, with `/`.
    pub(super) path: String,
    /// Of the package; empty where the manifest has none.
    pub(super) name: String,
    /// Whether the lints of the workspace hold here.
    pub(super) inherits_lints: bool,
    /// Of every kind and target.
    pub(super) dependencies: Vec<Dependency>,
}

/// A line of a dependency table.
#[derive(Debug)]
pub(super) struct Dependency {
    /// The package meant, whatever it is called in the manifest.
    pub(super) package: String,
    /// What needs it.
    pub(super) kind: Kind,
    /// Whether version and source come from the table of the workspace.
    pub(super) inherited: bool,
    /// From 1.
    pub(super) line: usize,
}

/// What needs a dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The code, or what builds it.
    Normal,
    /// Tests, examples and benchmarks alone.
    Dev,
}

impl Manifest {
    /// Reads the text of the manifest at `path`; `renamed` holds what the workspace calls by another name.
    ///
    /// # Errors
    /// Where the text is not TOML.
    pub(super) fn read(path: &str, text: &str, renamed: &BTreeMap<String, String>) -> Result<Self> {
        let parsed = DeTable::parse(text)?;
        let root = parsed.get_ref();
        let name = table(root, "package").and_then(|package| string(package, "name")).unwrap_or_default();
        let inherits_lints = table(root, "lints").is_some_and(inherits);
        let mut dependencies = Vec::new();
        for scope in scopes(root) {
            for (table_name, kind) in KINDS {
                for (key, value) in table(scope, table_name).into_iter().flatten() {
                    let line = 1 + text[..key.span().start].matches('\n').count();
                    let package = own_name(value.get_ref())
                        .or_else(|| renamed.get(key.get_ref().as_ref()).cloned())
                        .unwrap_or_else(|| key.get_ref().to_string());
                    let inherited = value.get_ref().as_table().is_some_and(inherits);
                    dependencies.push(Dependency { package, kind, inherited, line });
                }
            }
        }
        Ok(Self { path: path.to_owned(), name, inherits_lints, dependencies })
    }

    /// Where the package is, from the root of the repository.
    pub(super) fn folder(&self) -> &str {
        self.path.strip_suffix("/Cargo.toml").unwrap_or(&self.path)
    }
}

/// The dependencies that the manifest of the workspace calls by another name than their package's: name to package.
///
/// # Errors
/// Where the text is not TOML.
pub(super) fn renamed(workspace: &str) -> Result<BTreeMap<String, String>> {
    let parsed = DeTable::parse(workspace)?;
    let dependencies = table(parsed.get_ref(), "workspace").and_then(|workspace| table(workspace, "dependencies"));
    let own = |(key, value): (&toml::Spanned<std::borrow::Cow<'_, str>>, &toml::Spanned<DeValue<'_>>)| {
        Some((key.get_ref().to_string(), own_name(value.get_ref())?))
    };
    Ok(dependencies.into_iter().flatten().filter_map(own).collect())
}

/// The manifest itself and each of its `target` tables: what may hold dependency tables.
fn scopes<'a>(root: &'a DeTable<'a>) -> impl Iterator<Item = &'a DeTable<'a>> {
    let targets = table(root, "target").into_iter().flatten();
    std::iter::once(root).chain(targets.filter_map(|(_, value)| value.get_ref().as_table()))
}

fn own_name(dependency: &DeValue<'_>) -> Option<String> {
    string(dependency.as_table()?, "package")
}

fn inherits(table: &DeTable<'_>) -> bool {
    table.get("workspace").and_then(|value| value.get_ref().as_bool()).unwrap_or(false)
}

fn table<'a>(parent: &'a DeTable<'a>, key: &str) -> Option<&'a DeTable<'a>> {
    parent.get(key)?.get_ref().as_table()
}

fn string(parent: &DeTable<'_>, key: &str) -> Option<String> {
    parent.get(key)?.get_ref().as_str().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_of_every_kind_and_target_are_read_with_their_lines() {
        let text = "\
[package]
name = \"a\"

[lints]
workspace = true

[dependencies]
b.workspace = true
sdk = { workspace = true, features = [\"x\"] }

[target.'cfg(unix)'.dev-dependencies]
c = \"1\"

[build-dependencies.d]
version = \"1\"
package = \"real-d\"
";
        let renamed = BTreeMap::from([("sdk".to_owned(), "aws-sdk-iam".to_owned())]);
        insta::assert_debug_snapshot!(Manifest::read("crates/a/Cargo.toml", text, &renamed).unwrap(), @r#"
        Manifest {
            path: "crates/a/Cargo.toml",
            name: "a",
            inherits_lints: true,
            dependencies: [
                Dependency {
                    package: "b",
                    kind: Normal,
                    inherited: true,
                    line: 8,
                },
                Dependency {
                    package: "aws-sdk-iam",
                    kind: Normal,
                    inherited: true,
                    line: 9,
                },
                Dependency {
                    package: "real-d",
                    kind: Normal,
                    inherited: false,
                    line: 14,
                },
                Dependency {
                    package: "c",
                    kind: Dev,
                    inherited: false,
                    line: 12,
                },
            ],
        }
        "#);
    }

    #[test]
    fn the_workspace_tells_the_packages_behind_names() {
        let text =
            "[workspace.dependencies]\na = '1'\nb = { version = '1' }\nc = { package = 'real-c', version = '1' }\n";
        insta::assert_debug_snapshot!(renamed(text).unwrap(), @r#"
        {
            "c": "real-c",
        }
        "#);
    }
}
