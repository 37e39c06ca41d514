//! How every JSON document is written: pretty-printed, with a final newline, and in characters that can be seen.
//!
//! A document may be shown on a terminal, in a review or in a log, so that what is not seen stands in it as `\u202e`: for
//! a parser the text is the same.

use std::io::{self, BufWriter, Write};

use keysweep_model::is_unseen;
use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter, Serializer};

/// Writes a value as a pretty-printed document with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write(value: &(impl Serialize + ?Sized), out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    value.serialize(&mut Serializer::with_formatter(&mut out, Seen(PrettyFormatter::new())))?;
    out.write_all(b"\n")?;
    out.flush()
}

/// The value as one line with its newline.
pub(crate) fn line(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut line, Seen(CompactFormatter)))?;
    line.push(b'\n');
    Ok(line)
}

/// The layout of another formatter, with unseen characters escaped. Those that JSON itself demands to be escaped never
/// reach [`Formatter::write_string_fragment`].
struct Seen<F>(F);

impl<F: Formatter> Formatter for Seen<F> {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, unseen)) = rest.char_indices().find(|(_, character)| is_unseen(*character)) {
            out.write_all(&rest.as_bytes()[..at])?;
            for unit in unseen.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + unseen.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: Write + ?Sized>(&mut self, out: &mut W, escape: CharEscape) -> io::Result<()> {
        self.0.write_char_escape(out, escape)
    }

    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn written(value: &Value) -> String {
        let mut out = Vec::new();
        write(value, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_not_seen_is_escaped_in_keys_and_values() {
        let value =
            json!({ "k\u{202e}": ["a\u{200b}b\n\"", "\u{7f}\u{9b}31m", "tag \u{e0041}", "é名"], "n": null, "e": [{}] });
        insta::assert_snapshot!(written(&value), @r#"
        {
          "k\u202e": [
            "a\u200bb\n\"",
            "\u007f\u009b31m",
            "tag \udb40\udc41",
            "é名"
          ],
          "n": null,
          "e": [
            {}
          ]
        }
        "#);
    }

    #[test]
    fn fillers_and_selectors_are_escaped_too() {
        for unseen in ['\u{34f}', '\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}', '\u{fe0f}', '\u{e0100}', '\u{feff}'] {
            assert!(written(&json!({ "k": format!("a{unseen}b") })).is_ascii(), "{unseen:?}");
        }
    }

    #[test]
    fn the_layout_is_that_of_the_json_library() {
        let value = json!({ "a": [], "b": {}, "c": [[1, 2.5, true], { "d": { "e": [null] } }] });
        assert_eq!(written(&value), format!("{value:#}\n"));
        assert_eq!(line(&value).unwrap(), format!("{value}\n").into_bytes());
    }

    proptest! {
        #[test]
        fn every_parser_reads_the_same(text in "(\\PC|[\\x00-\\x9f\\u{ad}\\u{34f}\\u{115f}\\u{200b}-\\u{202e}\\u{3164}\\u{fe0f}\\u{e0000}-\\u{e0010}]){0,20}") {
            let value = json!({ text.clone(): text });
            let pretty = written(&value);
            prop_assert!(!pretty.chars().any(|c| is_unseen(c) && c != '\n'), "{pretty:?}");
            prop_assert_eq!(serde_json::from_str::<Value>(&pretty).unwrap(), value.clone());
            prop_assert_eq!(serde_json::from_slice::<Value>(&line(&value).unwrap()).unwrap(), value);
        }
    }
}
