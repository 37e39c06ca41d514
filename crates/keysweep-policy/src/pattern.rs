//! Patterns for texts: globs and regular expressions, matched in linear time and compiled once.

use std::{cell::RefCell, collections::HashMap};

use regex::{Regex, RegexBuilder};

/// The longest pattern, in bytes, so that matching it against the longest text takes milliseconds.
const MAX_PATTERN: usize = 256;

/// The most memory that a compiled pattern may take, in bytes.
const MAX_COMPILED: usize = 256 << 10;

/// How many patterns a thread keeps compiled.
const MAX_KEPT: usize = 128;

/// How a pattern is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Syntax {
    /// `*` stands for any text, `?` for one character, everything else for itself; it matches whole texts.
    Glob,
    /// A regular expression without look-around and references back; it matches anywhere in a text.
    Regex,
}

/// Why a pattern is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is longer than patterns may be.
    #[error("the pattern has {length} bytes; {MAX_PATTERN} are allowed")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// It cannot be compiled.
    #[error("`{pattern}` is no regular expression: {reason}")]
    Malformed {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
}

thread_local! {
    static COMPILED: RefCell<HashMap<(Syntax, String), Regex>> = RefCell::default();
}

/// Whether `text` matches the glob `pattern`.
///
/// # Errors
/// When the pattern is too long.
pub fn glob_matches(pattern: &str, text: &str) -> Result<bool, PatternError> {
    matches(Syntax::Glob, pattern, text)
}

/// Whether `text` matches `pattern`.
pub(crate) fn matches(syntax: Syntax, pattern: &str, text: &str) -> Result<bool, PatternError> {
    COMPILED.with_borrow_mut(|compiled| {
        let key = (syntax, pattern.to_owned());
        if let Some(regex) = compiled.get(&key) {
            return Ok(regex.is_match(text));
        }
        let regex = compile(syntax, pattern)?;
        let is_match = regex.is_match(text);
        if compiled.len() >= MAX_KEPT {
            compiled.clear();
        }
        compiled.insert(key, regex);
        Ok(is_match)
    })
}

/// The pattern, compiled.
pub(crate) fn compile(syntax: Syntax, pattern: &str) -> Result<Regex, PatternError> {
    if pattern.len() > MAX_PATTERN {
        return Err(PatternError::TooLong { length: pattern.len() });
    }
    let expression = match syntax {
        Syntax::Glob => glob_expression(pattern),
        Syntax::Regex => pattern.to_owned(),
    };
    let builder = RegexBuilder::new(&expression).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).build();
    builder.map_err(|error| PatternError::Malformed { pattern: pattern.to_owned(), reason: reason(&error) })
}

fn glob_expression(pattern: &str) -> String {
    let mut expression = "(?s)^".to_owned();
    for character in pattern.chars() {
        match character {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    expression + "$"
}

/// The last line of the error: those above show the pattern.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default().trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        let cases = [("svc-*", "svc-", true), ("svc-?", "svc-", false), ("a.c", "abc", false), ("*", "x\ny", true)];
        for (pattern, text, expected) in cases {
            assert_eq!(glob_matches(pattern, text), Ok(expected), "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        let wrong = |pattern: &str| matches(Syntax::Regex, pattern, "x").unwrap_err().to_string();
        insta::assert_snapshot!(
            [wrong("a("), wrong("(?=x)"), wrong("(\\w{200}){200}"), wrong(&"x".repeat(300))].join("\n"),
            @r"
        `a(` is no regular expression: unclosed group
        `(?=x)` is no regular expression: look-around, including look-ahead and look-behind, is not supported
        `(\w{200}){200}` is no regular expression: Compiled regex exceeds size limit of 262144 bytes.
        the pattern has 300 bytes; 256 are allowed
        "
        );
    }

    proptest! {
        #[test]
        fn a_text_without_signs_matches_itself_alone(text in "[^*?]{0,20}", other in "[^*?]{0,20}") {
            prop_assert_eq!(glob_matches(&text, &other), Ok(text == other));
        }

        #[test]
        fn any_pattern_is_matched_or_refused(pattern in ".{0,80}", text in ".{0,80}") {
            let _ = matches(Syntax::Regex, &pattern, &text);
            prop_assert!(glob_matches(&pattern, &text).is_ok());
        }
    }
}
