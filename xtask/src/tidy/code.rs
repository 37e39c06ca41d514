//! Rust source without its comments and literals, so that rules which look for words do not trip over prose.
//!
//! A small scanner of tokens, no parser: it knows just enough of the lexical structure to tell where a comment or a
//! literal begins and ends (<https://doc.rust-lang.org/reference/tokens.html>).

/// What an item begins with that only tests see.
pub(super) const TEST_ATTRIBUTE: &str = "#[cfg(test)]";

/// The source with every character of comments, strings and characters but line ends replaced by a blank.
pub(super) fn code_only(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let word = word_length(rest);
        let hidden = if word > 0 { raw_string_length(rest, word) } else { hidden_length(rest) };
        let length = if hidden > 0 { hidden } else { word.max(first.len_utf8()) };
        let (token, after) = rest.split_at(length);
        if hidden > 0 {
            code.extend(token.chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
        } else {
            code.push_str(token);
        }
        rest = after;
    }
    code
}

/// The code with the items of `#[cfg(test)]` blanked.
pub(super) fn without_tests(code: &str) -> String {
    let mut product = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find(TEST_ATTRIBUTE) {
        let (before, item) = rest.split_at(at);
        let (item, after) = item.split_at(item_length(item));
        product.push_str(before);
        product.extend(item.chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
        rest = after;
    }
    product + rest
}

/// The length of the item at the start of the code: up to its `;`, or to the end of its braces.
pub(super) fn item_length(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, character) in code.char_indices() {
        match character {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(character, ';' | '}') {
            return at + 1;
        }
    }
    code.len()
}

/// A word, `::`, or any other character.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    /// From 1.
    pub(super) line: usize,
}

impl Token<'_> {
    pub(super) fn is_word(&self) -> bool {
        self.text.starts_with(is_word)
    }
}

/// The tokens of the code, without blanks.
pub(super) fn tokens(code: &str) -> impl Iterator<Item = Token<'_>> {
    code.lines().enumerate().flat_map(|(index, line)| {
        let mut rest = line.trim_start();
        std::iter::from_fn(move || {
            let first = rest.chars().next()?;
            let length = if rest.starts_with("::") { 2 } else { word_length(rest).max(first.len_utf8()) };
            let (text, after) = rest.split_at(length);
            rest = after.trim_start();
            Some(Token { text, line: index + 1 })
        })
    })
}

/// Whether the character may be part of an identifier.
pub(super) fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// The columns, in bytes, at which `path` stands in the line as a path of its own: `env::var` is in
/// `std::env::var("X")`, and neither in `my_env::var("X")` nor in `env::vars()`.
pub(super) fn occurrences(line: &str, path: &str) -> Vec<usize> {
    let stands_alone = |at: &usize| {
        let before = line[..*at].chars().next_back();
        let after = line[*at + path.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    };
    line.match_indices(path).map(|(at, _)| at).filter(stands_alone).collect()
}

/// The words of the line, each with the column, in bytes, at which it begins.
pub(super) fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let pieces = line.split_inclusive(|character| !is_word(character)).scan(0, |at, piece| {
        let start = *at;
        *at += piece.len();
        Some((start, piece.trim_end_matches(|character| !is_word(character))))
    });
    pieces.filter(|(_, word)| !word.is_empty())
}

fn word_length(text: &str) -> usize {
    text.find(|character| !is_word(character)).unwrap_or(text.len())
}

/// The length of the comment or literal that the text begins with; 0 where it begins with neither.
fn hidden_length(text: &str) -> usize {
    if text.starts_with("//") {
        text.find('\n').unwrap_or(text.len())
    } else if text.starts_with("/*") {
        block_comment_length(text)
    } else if text.starts_with('"') {
        quoted_length(text, '"')
    } else if text.starts_with('\'') {
        character_length(text)
    } else {
        0
    }
}

/// Block comments nest.
fn block_comment_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + quote.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// A quote also begins a lifetime: it is a character where an escape follows, or another quote one character later.
fn character_length(text: &str) -> usize {
    let mut following = text.chars().skip(1);
    match (following.next(), following.next()) {
        (Some('\\'), _) => quoted_length(text, '\''),
        (Some(character), Some('\'')) => 2 + character.len_utf8(),
        (Some(_) | None, _) => 0,
    }
}

/// The length of the raw string that begins with the word at the start of the text; 0 where none does.
fn raw_string_length(text: &str, word: usize) -> usize {
    let (prefix, rest) = text.split_at(word);
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    if !matches!(prefix, "r" | "br" | "cr") || !rest[hashes..].starts_with('"') {
        return 0;
    }
    let content = word + hashes + 1;
    let end = format!("\"{}", &rest[..hashes]);
    text[content..].find(&end).map_or(text.len(), |at| content + at + end.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_and_code_stays() {
        let source = r##"
//! env::var
use a; // env::var
/* env::var /* nested */ env::var */ let r#type = 'x';
fn f<'a>(x: &'a str) { g('\'', "env::var \" env::var", b'"', '"'); }
let raw = r#"env::var " env::var"#; let bytes = br"\"; let kept = env::var;
let four = "two
lines";
"##;
        let shown: Vec<String> = code_only(source).lines().map(|line| line.trim_end().to_owned()).collect();
        insta::assert_snapshot!(shown.join("\n"), @"


        use a;
                                             let r#type =    ;
        fn f<'a>(x: &'a str) { g(    ,                       , b   ,    ); }
        let raw =                         ; let bytes =      ; let kept = env::var;
        let four =
              ;
        ");
    }

    #[test]
    fn an_unfinished_literal_hides_the_rest() {
        assert_eq!(code_only("a \"b\nc"), "a   \n ");
        assert_eq!(code_only("a /* b\nc"), "a     \n ");
        assert_eq!(code_only("r#\"b\nc\""), "    \n  ");
    }

    #[test]
    fn a_path_stands_alone() {
        assert_eq!(occurrences("env::var(std::env::var)", "env::var"), [0, 14]);
        assert_eq!(occurrences("my_env::var env::vars env::var_os", "env::var"), [0; 0]);
    }

    #[test]
    fn words_come_with_their_columns() {
        assert_eq!(words("  é::b2(_c)").collect::<Vec<_>>(), [(2, "é"), (6, "b2"), (9, "_c")]);
    }

    proptest! {
        #[test]
        fn any_text_keeps_its_lines(source in "[ -~\n'\"/*#r\\\\é]*") {
            prop_assert_eq!(code_only(&source).lines().count(), source.lines().count());
            prop_assert_eq!(code_only(&source).chars().count(), source.chars().count());
        }

        #[test]
        fn nothing_within_a_literal_shows(inner in "[a-z :'/*\\\\\"é\n]*") {
            let inner = inner.replace("*/", "");
            let escaped = inner.replace('\\', "\\\\").replace('"', "\\\"");
            for literal in [format!("\"{escaped}\""), format!("r#\"{inner}\"#"), format!("// {}", inner.replace('\n', ""))] {
                let code = code_only(&format!("before({literal}\n) after"));
                let shown: String = code.split_whitespace().collect();
                prop_assert_eq!(shown, "before()after");
            }
        }
    }
}
