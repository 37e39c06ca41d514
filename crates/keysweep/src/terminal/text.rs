//! Text as a terminal shows it: measured in columns, wrapped; numbers and spans of time in words.

use jiff::{SignedDuration, Timestamp};
use unicode_width::UnicodeWidthStr;

/// How many columns the text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text in lines of at most `room` columns, broken at spaces only: a longer word has a line of its own.
/// Empty text has no line.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let wide = width(word);
        match lines.last_mut() {
            Some(line) if used + 1 + wide <= room => {
                line.push(' ');
                line.push_str(word);
                used += 1 + wide;
            }
            Some(_) | None => {
                lines.push(word.to_owned());
                used = wide;
            }
        }
    }
    lines
}

/// A number with its thousands set apart: 10,000.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of things: "1 account", "2,000 accounts".
pub(crate) fn count(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", thousands(number))
}

/// A span of time, as exact as one reads it: "4.2 s", "42 s", "3 min 12 s", "2 h 5 min".
pub(super) fn duration(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    match seconds {
        0..10 => format!("{}.{} s", seconds, span.subsec_millis().max(0) / 100),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A point in time to the minute, in UTC: "2026-11-27 02:00".
pub(super) fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}

/// A number of whole days: "41 d", and "< 1 d" for less than one.
pub(super) fn days(days: i64) -> String {
    match days {
        ..1 => "< 1 d".to_owned(),
        days => format!("{} d", thousands(days.unsigned_abs())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_wrap_at_spaces_and_are_never_cut() {
        insta::assert_snapshot!(wrap("one two  three arn:aws:iam::111122223333:user/x 名前 名前 four", 10).join("|"), @"one two|three|arn:aws:iam::111122223333:user/x|名前 名前|four");
    }

    #[test]
    fn numbers_and_spans_read_well() {
        let numbers = [0, 999, 1_000, 12_345_678].map(thousands).join(" ");
        let counts = [count(1, "key"), count(1_200, "key")].join(" ");
        let spans = [-5, 0, 4_250, 42_900, 192_000, 7_500_000].map(|ms| duration(SignedDuration::from_millis(ms)));
        insta::assert_snapshot!(format!("{numbers} | {counts} | {}", spans.join(", ")), @"0 999 1,000 12,345,678 | 1 key 1,200 keys | 0.0 s, 0.0 s, 4.2 s, 42 s, 3 min 12 s, 2 h 5 min");
    }

    proptest! {
        #[test]
        fn wrapped_lines_fit_and_lose_no_word(text in "[ab ]{0,60}", room in 1usize..20) {
            let lines = wrap(&text, room);
            prop_assert!(lines.iter().all(|line| width(line) <= room || !line.contains(' ')));
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&lines.join(" ")), words(&text));
        }
    }
}
