//! An error is a type that tells what went wrong, not a text.

use super::Problem;
use super::code::{Token, tokens};
use super::tree::{File, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.sources().flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Problem> {
    let tokens: Vec<Token<'_>> = tokens(&file.product).collect();
    let errors = (0..tokens.len()).filter_map(|at| error_of(&tokens[at..]).map(|error| (tokens[at].line, error)));
    let is_text = |error: &str| matches!(error, "String" | "&str" | "&'static str");
    let problem = |(line, error): (usize, String)| Problem {
        path: file.path.clone(),
        line,
        message: format!("`{error}` as an error"),
        hint: "write an error enum beside the code, with the cause as its source",
    };
    errors.filter(|(_, error)| is_text(error)).map(problem).collect()
}

/// The error type of the `Result<_, _>`, or of the `type Err`, at the start of the tokens.
fn error_of(tokens: &[Token<'_>]) -> Option<String> {
    let texts: Vec<&str> = tokens.iter().take(100).map(|token| token.text).collect();
    match texts.as_slice() {
        ["type", "Err" | "Error", "=", rest @ ..] => Some(shown(rest.split(|text| *text == ";").next()?)),
        ["Result", "<", rest @ ..] => {
            let value = argument_length(rest)?;
            let error = rest[value..].strip_prefix(&[","])?;
            Some(shown(&error[..argument_length(error)?]))
        }
        _ => None,
    }
}

/// How many tokens there are before the `,` or `>` that ends the generic argument at their start.
fn argument_length(texts: &[&str]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, text) in texts.iter().enumerate() {
        match *text {
            "," | ">" if depth == 0 && !is_arrow(texts, at) => return Some(at),
            "<" | "(" | "[" => depth += 1,
            ">" | ")" | "]" if !is_arrow(texts, at) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn is_arrow(texts: &[&str], at: usize) -> bool {
    at > 0 && texts[at - 1] == "-" && texts[at] == ">"
}

fn shown(texts: &[&str]) -> String {
    let joined = texts.join(" ").replace("& ", "&").replace("' ", "'");
    joined.trim_end_matches([' ', ',']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    #[test]
    fn texts_as_errors_are_found() {
        let source = "\
fn a() -> Result<(), String> {}
fn b() -> std::result::Result<
    Vec<(A, B)>,
    &'static str,
> {}
fn c(d: fn(u8) -> Result<Result<A, B>, String>) {}
impl FromStr for E { type Err = String; }
fn f(g: impl Fn() -> Result<fn(u8) -> A, &str>) {}
";
        insta::assert_snapshot!(said_by(check, &[("crates/a/src/lib.rs", source)]), @"
        crates/a/src/lib.rs:1: `String` as an error; write an error enum beside the code, with the cause as its source
        crates/a/src/lib.rs:2: `&'static str` as an error; write an error enum beside the code, with the cause as its source
        crates/a/src/lib.rs:6: `String` as an error; write an error enum beside the code, with the cause as its source
        crates/a/src/lib.rs:7: `String` as an error; write an error enum beside the code, with the cause as its source
        crates/a/src/lib.rs:8: `&str` as an error; write an error enum beside the code, with the cause as its source
        ");
    }

    #[test]
    fn errors_with_a_type_and_tests_pass() {
        let source = "\
fn a() -> Result<String, Error> {}
fn b() -> Result<String> {}
fn c() -> Result<Vec<(A, String)>, Error<String>> {}
type Error = Text;
#[cfg(test)]
mod tests {
    fn d() -> Result<(), String> {}
}
";
        let files = [("crates/a/src/lib.rs", source), ("crates/a/src/b/tests.rs", "fn d() -> Result<(), String> {}\n")];
        assert_eq!(said_by(check, &files), "");
    }
}
