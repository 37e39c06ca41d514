//! Globs: `*` stands for any text, `?` for one character, and everything else for itself.

use std::fmt;

/// The longest pattern, in bytes, so that matching it against the longest text takes milliseconds.
pub const MAX_PATTERN: usize = 256;

/// The error of a pattern that is longer than [`MAX_PATTERN`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pattern has {length} bytes; at most {MAX_PATTERN} are allowed")]
pub struct PatternTooLong {
    /// Its length in bytes.
    pub length: usize,
}

/// A glob of a length that is allowed. It matches whole texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// The glob that is written so.
    ///
    /// # Errors
    /// When it is too long.
    pub fn new(pattern: impl Into<String>) -> Result<Self, PatternTooLong> {
        let pattern = pattern.into();
        check(&pattern)?;
        Ok(Self(pattern))
    }

    /// Whether it matches all of `text`.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        is_match(self.0.as_bytes(), text.as_bytes())
    }

    /// The longest part that stands for itself: every text that matches has it in it.
    #[must_use]
    pub fn longest_literal(&self) -> &str {
        self.0.split(['*', '?']).max_by_key(|part| part.len()).unwrap_or_default()
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Whether all of `text` matches the glob `pattern`.
///
/// # Errors
/// When the pattern is too long.
pub fn glob_matches(pattern: &str, text: &str) -> Result<bool, PatternTooLong> {
    check(pattern)?;
    Ok(is_match(pattern.as_bytes(), text.as_bytes()))
}

fn check(pattern: &str) -> Result<(), PatternTooLong> {
    if pattern.len() > MAX_PATTERN { Err(PatternTooLong { length: pattern.len() }) } else { Ok(()) }
}

/// Whether all of `text` matches the glob. Where it does not go on, the last `*` takes one character more: those before it
/// have no need to, so that the time is bounded by the product of the lengths.
fn is_match(glob: &[u8], text: &[u8]) -> bool {
    let (mut in_glob, mut in_text) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    loop {
        match (glob.get(in_glob), text.get(in_text)) {
            (Some(b'*'), _) if in_glob + 1 == glob.len() => return true,
            (Some(b'*'), _) => {
                in_glob += 1;
                last_star = Some((in_glob, in_text));
                continue;
            }
            (Some(b'?'), Some(first)) => {
                in_glob += 1;
                in_text += width(*first);
                continue;
            }
            (Some(literal), Some(byte)) if literal == byte => {
                in_glob += 1;
                in_text += 1;
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((after, from)) = last_star else { return false };
        let Some(first) = text.get(from) else { return false };
        (in_glob, in_text) = (after, from + width(*first));
        last_star = Some((after, in_text));
    }
}

/// How many bytes the UTF-8 character has that begins with this one.
fn width(first: u8) -> usize {
    match first {
        0..0xc0 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0.. => 4,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        let cases = [
            ("svc-*", "svc-", true),
            ("svc-?", "svc-", false),
            ("a.c", "abc", false),
            ("*", "x\ny", true),
            ("", "", true),
            ("", "x", false),
            ("*", "", true),
            ("?", "é", true),
            ("??", "é", false),
            ("a*b*c", "a-b-b-c-c", true),
            ("a*b*c", "a-c-b", false),
            ("*-?-*", "svc-名-x", true),
            ("**a", "ba", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(glob_matches(pattern, text), Ok(expected), "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_has_a_longest_length() {
        assert!(Glob::new("x".repeat(256)).is_ok());
        assert_eq!(Glob::new("x".repeat(257)), Err(PatternTooLong { length: 257 }));
        assert_eq!(glob_matches(&"x".repeat(257), ""), Err(PatternTooLong { length: 257 }));
    }

    proptest! {
        #[test]
        fn a_glob_is_the_regular_expression_that_it_reads_as(glob in "[ab?*é]{0,12}", text in "[abé\n]{0,14}") {
            let escaped = regex::escape(&glob).replace("\\*", ".*").replace("\\?", ".");
            let expected = regex::Regex::new(&format!("(?s)^{escaped}$")).unwrap().is_match(&text);
            prop_assert_eq!(glob_matches(&glob, &text), Ok(expected));
            prop_assert!(!expected || text.contains(Glob::new(glob.as_str()).unwrap().longest_literal()));
        }

        #[test]
        fn a_text_without_signs_matches_itself_alone(text in "[^*?]{0,20}", other in "[^*?]{0,20}") {
            prop_assert_eq!(glob_matches(&text, &other), Ok(text == other));
        }
    }
}
