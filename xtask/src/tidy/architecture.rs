//! The architecture page is short, has a row and a paragraph for each crate, and names only what exists.

use super::Problem;
use super::code::is_word;
use super::tree::Tree;

const PAGE: &str = "crates/README.md";

/// Past this many lines, a newcomer does not read it.
const LIMIT: usize = 200;

/// The endings of what is a file wherever it is named.
const FILES: [&str; 5] = [".rs", ".md", ".toml", ".rhai", ".yaml"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let Some(page) = tree.text(PAGE) else {
        return vec![problem(1, "there is no architecture page".to_owned(), "write it for a newcomer")];
    };
    let mut problems = Vec::new();
    let length = page.lines().count();
    if length > LIMIT {
        problems.push(problem(
            LIMIT + 1,
            format!("{length} lines, more than {LIMIT}"),
            "leave out what the code tells",
        ));
    }
    let (mut place, mut described) = (String::new(), Vec::new());
    let mut is_new = true;
    for (line, text) in prose(page) {
        if text.is_empty() {
            place.clear();
        } else if is_new && let Some(name) = tree.crates().find(|name| begins_with(text, name)) {
            described.push(name);
            place = format!("crates/{name}/");
        }
        is_new = text.is_empty();
        for gone in text.split('`').skip(1).step_by(2).filter(|name| !exists(tree, &place, name)) {
            problems.push(problem(line, format!("there is no `{gone}`{}", within(&place)), "name what is there now"));
        }
    }
    for name in tree.crates() {
        if !described.contains(&name) {
            let hint = "add one that begins with the name of the crate in backticks";
            problems.push(problem(1, format!("the crate `{name}` has no paragraph"), hint));
        }
        if !prose(page).any(|(_, text)| text.strip_prefix("| ").is_some_and(|row| begins_with(row, name))) {
            let hint = "say in the table what it is for and what it must not know";
            problems.push(problem(1, format!("the map lacks the crate `{name}`"), hint));
        }
    }
    problems
}

/// The lines of the page, each with its number, without those of drawings and code.
fn prose(page: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    page.lines().enumerate().map(|(index, line)| (index + 1, line.trim())).filter(move |(_, line)| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

fn begins_with(text: &str, name: &str) -> bool {
    text.strip_prefix('`').and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| rest.starts_with('`'))
}

/// Whether what stands in backticks is there, where it is a crate, a file or a folder at all. In the paragraph of a
/// crate it is looked for in that crate first by the end of its path, then from the root of the repository.
fn exists(tree: &Tree, place: &str, name: &str) -> bool {
    let is_path = name.chars().all(|letter| is_word(letter) || "/.-".contains(letter));
    let is_folder = name.ends_with('/');
    if is_path && (is_folder || name.contains('/') || FILES.iter().any(|ending| name.ends_with(ending))) {
        let ends_so = |path: &str| {
            if is_folder {
                format!("/{path}").contains(&format!("/{name}"))
            } else {
                format!("/{path}").ends_with(&format!("/{name}"))
            }
        };
        return tree.paths().any(|path| (path.starts_with(place) && ends_so(path)) || path.starts_with(name));
    }
    !(is_path && name.starts_with("keysweep-")) || tree.crates().any(|other| other == name)
}

fn within(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" in `{place}`") }
}

fn problem(line: usize, message: String, hint: &'static str) -> Problem {
    Problem { path: PAGE.to_owned(), line, message, hint }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    fn said_of(page: &str) -> String {
        let files = [
            ("crates/a/Cargo.toml", ""),
            ("crates/a/src/read.rs", ""),
            ("crates/keysweep-b/Cargo.toml", ""),
            ("crates/keysweep-b/src/judge/user.rs", ""),
            ("xtask/src/tidy/edges.rs", ""),
            ("crates/README.md", page),
        ];
        said_by(check, &files)
    }

    #[test]
    fn what_is_gone_or_not_told_is_found() {
        let page = "\
# Architecture

`keysweep-c` is gone, `read.rs` is there, and `xtask/src/tidy/gone.rs` is not.

`keysweep-b` holds `read.rs`, `user/`, `judge/` and, unlike
`a`, `judge/key.rs`.

| `keysweep-old` | nothing |
";
        insta::assert_snapshot!(said_of(page), @"
        crates/README.md:3: there is no `keysweep-c`; name what is there now
        crates/README.md:3: there is no `xtask/src/tidy/gone.rs`; name what is there now
        crates/README.md:5: there is no `read.rs` in `crates/keysweep-b/`; name what is there now
        crates/README.md:5: there is no `user/` in `crates/keysweep-b/`; name what is there now
        crates/README.md:6: there is no `judge/key.rs` in `crates/keysweep-b/`; name what is there now
        crates/README.md:8: there is no `keysweep-old`; name what is there now
        crates/README.md:1: the crate `a` has no paragraph; add one that begins with the name of the crate in backticks
        crates/README.md:1: the map lacks the crate `a`; say in the table what it is for and what it must not know
        crates/README.md:1: the map lacks the crate `keysweep-b`; say in the table what it is for and what it must not know
        ");
    }

    #[test]
    fn a_page_that_is_missing_or_too_long_is_found() {
        insta::assert_snapshot!(said_by(check, &[("README.md", "")]), @"crates/README.md:1: there is no architecture page; write it for a newcomer");
        let page = format!("| `a` |\n| `keysweep-b` |\n\n`a`\n\n`keysweep-b`\n{}", "line\n".repeat(195));
        insta::assert_snapshot!(said_of(&page), @"crates/README.md:201: 201 lines, more than 200; leave out what the code tells");
    }

    #[test]
    fn a_page_that_holds_passes() {
        let page = "\
```text
`keysweep-c` is only drawn
```

`a` has `read.rs`, `Option::None`, `scan --inventory` and `--format=<json>`.

| crate | is for |
|---|---|
| `a` | all |
| `keysweep-b` | every `keysweep-*` crate |

`keysweep-b`: `judge/user.rs`, `judge/` and `xtask/src/tidy/`; like `a`.

All of them are like `read.rs`.
";
        assert_eq!(said_of(page), "");
    }
}
