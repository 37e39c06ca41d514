//! Characters that a reviewed file must not have, because what a reviewer sees is then not what runs.
//!
//! Source: "Trojan Source", CVE-2021-42574, and <https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing>.

use keysweep_model::is_unseen;

use crate::{code::Code, diagnostic::Diagnostic};

/// How many are reported, each with its place.
const MOST: usize = 20;

/// Every hidden character of a policy or a library, in code, strings, comments and metadata.
#[must_use]
pub fn hidden_characters(text: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let hidden = line.chars().enumerate().filter(|(_, character)| is_unseen(*character) && *character != '\t');
        found.extend(hidden.map(|(column, character)| diagnostic(character).at(index + 1, column + 1, 1)).take(MOST));
        if found.len() >= MOST {
            break;
        }
    }
    found.truncate(MOST);
    found
}

fn diagnostic(character: char) -> Diagnostic {
    if character == '\r' {
        // YAML takes it for the end of a line and Rhai does not, so that places would differ.
        let message = "there is a carriage return within this line";
        return Diagnostic::new(Code::HiddenCharacter, message).help("end lines with a line feed");
    }
    let code = u32::from(character);
    let escape = if code > 0xffff { format!("\\U{code:08X}") } else { format!("\\u{code:04X}") };
    let message = format!("there is an invisible character here, U+{code:04X}");
    let help = format!("remove it; where a string needs it, write `{escape}` in double quotes");
    Diagnostic::new(Code::HiddenCharacter, message).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_found_where_it_stands() {
        let places = |text: &str| -> Vec<_> {
            hidden_characters(text)
                .into_iter()
                .map(|found| found.place.map(|place| (place.line, place.column)))
                .collect()
        };
        assert_eq!(places("a\r\n\tb é 名前 👍\n"), []);
        assert_eq!(places("// \u{202e} }\r\nx\u{200b}y\u{feff}"), [Some((1, 4)), Some((2, 2)), Some((2, 4))]);
        assert_eq!(places("a\rb\0\u{1b}"), [Some((1, 2)), Some((1, 4)), Some((1, 5))]);
        assert_eq!(places(&"\u{200b}\n\u{200b}\u{200b}".repeat(50)).len(), MOST);
        let every =
            "\u{7f}\u{85}\u{ad}\u{34f}\u{61c}\u{115f}\u{180e}\u{200d}\u{2028}\u{2029}\u{202a}\u{2066}\u{3164}\u{fe0f}";
        assert_eq!(places(every).len(), every.chars().count());
    }
}
