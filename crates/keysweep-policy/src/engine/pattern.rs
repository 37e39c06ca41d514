//! Patterns for strings: globs, which need no preparation, and regular expressions, each compiled once and kept.

use std::{cell::RefCell, collections::HashMap};

use keysweep_files::{MAX_PATTERN, PatternTooLong, glob_matches};
use regex::{Regex, RegexBuilder};

/// The memory that a regular expression may take when it is compiled, and as much again while it matches, in bytes: each
/// has the first of these that it fits into.
const SIZES: [usize; 3] = [16 << 10, 64 << 10, 256 << 10];

/// The longest text that a regular expression looks at, in bytes: the worst of them takes some 60 ms for it.
const MAX_TEXT: usize = 64 << 10;

/// The memory that each half of what a thread keeps may take, in bytes.
const MAX_KEPT: usize = 12 << 20;

/// How a pattern is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Syntax {
    /// `*` stands for any text, `?` for one character, everything else for itself; it matches whole strings.
    Glob,
    /// A regular expression without look-around and references back; it matches anywhere in a string.
    Regex,
}

/// Why a pattern cannot be matched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PatternError {
    /// It is longer than patterns may be.
    #[error(transparent)]
    TooLong(#[from] PatternTooLong),
    /// It cannot be compiled.
    #[error("`{pattern}` is not a regular expression: {reason}")]
    Malformed {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The text is longer than regular expressions may look at.
    #[error("the string has {length} bytes; a regular expression accepts at most {MAX_TEXT}")]
    TextTooLong {
        /// The text's length in bytes.
        length: usize,
    },
}

/// Whether `text` matches `pattern`.
pub(crate) fn matches(syntax: Syntax, pattern: &str, text: &str) -> Result<bool, PatternError> {
    match syntax {
        Syntax::Glob => Ok(glob_matches(pattern, text)?),
        Syntax::Regex if pattern.len() > MAX_PATTERN => Err(PatternTooLong { length: pattern.len() }.into()),
        Syntax::Regex if text.len() > MAX_TEXT => Err(PatternError::TextTooLong { length: text.len() }),
        Syntax::Regex => KEPT.with_borrow_mut(|kept| kept.matches(pattern, text)),
    }
}

/// What is wrong with a pattern.
pub(crate) fn wrong(syntax: Syntax, pattern: &str) -> Option<PatternError> {
    matches(syntax, pattern, "").err()
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// The regular expressions that a thread keeps compiled, in two halves: when the one in use is full, the other is
/// dropped and takes its place. So what is used again and again stays, however many patterns there are.
#[derive(Default)]
struct Kept {
    recent: HashMap<Box<str>, Compiled>,
    /// The memory that those may take, in bytes.
    bytes: usize,
    older: HashMap<Box<str>, Compiled>,
}

struct Compiled {
    regex: Regex,
    /// The memory that it may take, in bytes.
    bytes: usize,
}

impl Kept {
    fn matches(&mut self, pattern: &str, text: &str) -> Result<bool, PatternError> {
        if let Some(compiled) = self.recent.get(pattern) {
            return Ok(compiled.regex.is_match(text));
        }
        let compiled = match self.older.remove(pattern) {
            Some(compiled) => compiled,
            None => compile(pattern)?,
        };
        let is_match = compiled.regex.is_match(text);
        self.keep(pattern, compiled);
        Ok(is_match)
    }

    fn keep(&mut self, pattern: &str, compiled: Compiled) {
        if self.bytes + compiled.bytes > MAX_KEPT {
            self.older = std::mem::take(&mut self.recent);
            self.bytes = 0;
        }
        self.bytes += compiled.bytes;
        self.recent.insert(pattern.into(), compiled);
    }
}

/// The regular expression, compiled to the smallest size that it fits into.
fn compile(pattern: &str) -> Result<Compiled, PatternError> {
    let of_size = |bytes| RegexBuilder::new(pattern).size_limit(bytes).dfa_size_limit(bytes).build();
    let [sizes @ .., largest] = SIZES;
    let fits = sizes.into_iter().find_map(|size| match of_size(size) {
        Err(regex::Error::CompiledTooBig(_)) => None,
        other => Some((other, size)),
    });
    let (regex, size) = fits.unwrap_or_else(|| (of_size(largest), largest));
    let malformed = |error| PatternError::Malformed { pattern: pattern.to_owned(), reason: reason(&error) };
    regex.map(|regex| Compiled { regex, bytes: 2 * size }).map_err(malformed)
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
    fn what_is_no_pattern_is_refused() {
        let wrong = |pattern: &str| matches(Syntax::Regex, pattern, "x").unwrap_err().to_string();
        insta::assert_snapshot!(
            [wrong("a("), wrong("(?=x)"), wrong("(\\w{200}){200}"), wrong(&"x".repeat(300))].join("\n"),
            @r"
        `a(` is not a regular expression: unclosed group
        `(?=x)` is not a regular expression: look-around, including look-ahead and look-behind, is not supported
        `(\w{200}){200}` is not a regular expression: Compiled regex exceeds size limit of 262144 bytes.
        the pattern has 300 bytes; at most 256 are allowed
        "
        );
    }

    #[test]
    fn every_pattern_of_a_long_list_is_compiled_once() {
        let mut kept = Kept::default();
        for round in 0..3 {
            for n in 0..300 {
                assert_eq!(kept.matches(&format!("^user-{n}$"), &format!("user-{n}")), Ok(true), "{round}");
            }
        }
        assert_eq!((kept.recent.len(), kept.older.len()), (300, 0));
    }

    #[test]
    fn patterns_that_are_kept_have_a_bound_and_are_right_beyond_it() {
        let mut kept = Kept::default();
        for n in (0..2_000).chain(0..2_000) {
            let pattern = if n % 50 == 0 { format!("\\w{{5}}x{n}|^a{n}$") } else { format!("^a{n}$") };
            assert_eq!(kept.matches(&pattern, &format!("a{n}")), Ok(true));
            assert!(kept.bytes <= MAX_KEPT && kept.recent.len() <= MAX_KEPT / (2 * SIZES[0]), "{n}");
        }
    }

    #[test]
    fn what_is_used_again_stays_when_the_others_go() {
        let mut kept = Kept::default();
        let room = MAX_KEPT / (2 * SIZES[0]);
        for n in 0..=room {
            kept.matches(&format!("^a{n}$"), "a").unwrap();
        }
        assert_eq!((kept.recent.len(), kept.older.len()), (1, room));
        kept.matches("^a7$", "a").unwrap();
        assert_eq!((kept.recent.len(), kept.older.len()), (2, room - 1));
    }

    #[test]
    fn a_regular_expression_looks_at_texts_of_some_length() {
        let text = "x".repeat(MAX_TEXT + 1);
        assert_eq!(matches(Syntax::Regex, "^x*$", &text[1..]), Ok(true));
        let error = PatternError::TextTooLong { length: MAX_TEXT + 1 };
        assert_eq!(matches(Syntax::Regex, "^x*$", &text), Err(error));
        assert_eq!(matches(Syntax::Glob, "*x", &text), Ok(true));
    }

    proptest! {
        #[test]
        fn any_pattern_is_matched_or_refused(pattern in ".{0,80}", text in ".{0,80}") {
            let _ = matches(Syntax::Regex, &pattern, &text);
            prop_assert!(matches(Syntax::Glob, &pattern, &text).is_ok());
        }
    }
}
