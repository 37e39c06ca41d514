//! Days and times as users write them.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The error of a text that is neither a day nor a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`")]
pub struct NotATime {
    /// The text.
    pub text: String,
}

/// The time that a text stands for: a day, which begins at midnight UTC, or a time as RFC 3339 writes it.
///
/// # Errors
/// When the text is neither.
pub fn parse_time(text: &str) -> Result<Timestamp, NotATime> {
    let day = text.parse::<Date>().ok().filter(|_| text.len() == "2026-03-01".len());
    match day {
        Some(day) => day.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).ok(),
        None => text.parse().ok(),
    }
    .ok_or_else(|| NotATime { text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_midnight_in_utc_and_everything_else_is_a_full_time() {
        let read = |text: &str| parse_time(text).map_or_else(|error| error.to_string(), |time| time.to_string());
        insta::assert_snapshot!(
            ["2026-03-01", "2026-03-01T12:00:00+02:00", "2026-02-30", "2026-03-01T12:00", "20260301", "soon"].map(read).join("\n"),
            @"
        2026-03-01T00:00:00Z
        2026-03-01T10:00:00Z
        `2026-02-30` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`
        `2026-03-01T12:00` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`
        `20260301` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`
        `soon` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`
        "
        );
    }
}
