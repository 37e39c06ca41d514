//! Functions stay short enough to be understood at once. What is long because it lists much belongs into a table.

use super::Problem;
use super::code::{is_word, item_length, words};
use super::tree::{File, Tree};

/// Past this many lines, from `fn` to the closing brace, the function is at fault.
const LIMIT: usize = 60;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.sources().flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Problem> {
    let functions = words(&file.product).filter_map(|(at, word)| {
        let name = if word == "fn" { file.product[at..].strip_prefix("fn ")? } else { return None };
        Some((at, name.split(|letter| !is_word(letter)).next()?))
    });
    let lengths =
        functions.map(|(at, name)| (at, name, file.product[at..][..item_length(&file.product[at..])].lines().count()));
    let problem = |(at, name, length): (usize, &str, usize)| Problem {
        path: file.path.clone(),
        line: 1 + file.product[..at].matches('\n').count(),
        message: format!("`{name}` has {length} lines, more than {LIMIT}"),
        hint: "cut it into steps with a name each, or move its rows into a table",
    };
    lengths.filter(|(_, _, length)| *length > LIMIT).map(problem).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    #[test]
    fn functions_past_the_limit_are_found_and_tables_and_tests_are_not() {
        let long = |head: &str, lines: usize| format!("{head} {{\n{}}}\n", "    // { \"}\" [\n".repeat(lines - 2));
        let source = [
            "//! Of this.\nconst TABLE: [fn(u8); 1] = [",
            &"f,\n".repeat(100),
            "];\n",
            &long("fn short()", 60),
            &long("pub(crate) async fn long<T>(a: [u8; 2])", 61),
            "trait A { fn declared(&self);\n",
            &long("fn inner()", 100),
            "}\n",
            &long("#[cfg(test)]\nmod tests", 100),
        ];
        insta::assert_snapshot!(said_by(check, &[("crates/a/src/lib.rs", &source.concat())]), @"
        crates/a/src/lib.rs:163: `long` has 61 lines, more than 60; cut it into steps with a name each, or move its rows into a table
        crates/a/src/lib.rs:225: `inner` has 100 lines, more than 60; cut it into steps with a name each, or move its rows into a table
        ");
    }
}
