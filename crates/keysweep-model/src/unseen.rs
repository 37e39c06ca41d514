//! The characters that cannot be seen: those that steer a terminal, reorder the text around them, or take no room.
//!
//! A user's name, a tag, a file's name or a policy's message may hold any of them, and what holds one can look like
//! something else. Everything that Keysweep prints escapes them, and what it reads as code refuses them.

use std::borrow::Cow;

/// Whether a character is not seen as itself: control (Cc), format (Cf), a line or paragraph separator (Zl, Zp), or one
/// of those that are shown as nothing (the property Default_Ignorable_Code_Point, which has the fillers of Hangul and the
/// variation selectors).
///
/// Source: unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt, unicode.org/reports/tr44 (general categories) and
/// unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
#[must_use]
pub fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
            | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1345f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The text in one line, with every unseen character escaped as Rust does it: `\n`, `\u{202e}`.
///
/// What is escaped stays as it is, so that escaping twice does no harm.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unseen(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_or_hides_is_escaped() {
        insta::assert_snapshot!(
            escaped("\u{1b}[31mred\u{7} a\nb\tc \u{9b}0m \u{202e}evil \u{200b}gap \u{feff} 名前 é"),
            @r"\u{1b}[31mred\u{7} a\nb\tc \u{9b}0m \u{202e}evil \u{200b}gap \u{feff} 名前 é"
        );
    }

    /// One of each kind: a list that loses one of them fails.
    #[test]
    fn every_kind_of_unseen_character_is_known() {
        let controls = "\0\u{7}\u{8}\t\n\r\u{1b}\u{7f}\u{80}\u{85}\u{9b}\u{9f}";
        let bidirectional =
            "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        let separators = "\u{2028}\u{2029}";
        let without_width =
            "\u{ad}\u{34f}\u{180e}\u{200b}\u{200c}\u{200d}\u{2060}\u{2061}\u{2064}\u{206a}\u{206f}\u{feff}";
        let fillers = "\u{115f}\u{1160}\u{17b4}\u{17b5}\u{3164}\u{ffa0}";
        let selectors = "\u{180b}\u{180d}\u{180f}\u{fe00}\u{fe0f}\u{e0100}\u{e01ef}";
        let others = "\u{600}\u{6dd}\u{70f}\u{890}\u{8e2}\u{fff9}\u{fffb}\u{110bd}\u{110cd}\u{13430}\u{1bca0}\u{1d173}\u{e0001}\u{e007f}";
        for character in
            [controls, bidirectional, separators, without_width, fillers, selectors, others].concat().chars()
        {
            assert!(is_unseen(character), "{character:?}");
            assert!(escaped(&character.to_string()).is_ascii(), "{character:?}");
        }
    }

    #[test]
    fn what_is_seen_stays_as_it_is() {
        let text = "plain ~ \u{a0}é ß 名前 Ελλ עברית العربية हिन्दी 한국 🔑 - \\u{1b} `x`";
        assert!(matches!(escaped(text), Cow::Borrowed(same) if same == text));
        let once = escaped("a\u{202e}b").into_owned();
        assert_eq!(escaped(&once), once);
    }
}
