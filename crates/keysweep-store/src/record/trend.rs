//! What a month was like: the open violations after its newest run, and those that were resolved in it.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt::Write as _,
};

use jiff::{Timestamp, tz::TimeZone};
use keysweep_model::{Days, Severity};

use crate::{
    StoreError,
    db::{Db, Row, values},
};

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// How many things took how many days, rounded: runs of two nights are never a day apart to the second.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Histogram {
    by_days: BTreeMap<i64, i64>,
    seconds: i64,
}

impl Histogram {
    /// Adds so many that took so many days, and so many seconds together.
    pub(crate) fn add(&mut self, days: i64, number: i64, seconds: i64) {
        *self.by_days.entry(days).or_default() += number;
        self.seconds += seconds;
    }

    /// Adds one that took so many milliseconds. Where a clock was set back it took none.
    pub(crate) fn add_span(&mut self, milliseconds: i64) {
        let span = milliseconds.max(0);
        self.add((span + DAY / 2) / DAY, 1, span / 1_000);
    }

    /// Adds all of another one.
    pub(crate) fn add_all(&mut self, other: &Self) {
        for (days, number) in &other.by_days {
            *self.by_days.entry(*days).or_default() += number;
        }
        self.seconds += other.seconds;
    }

    /// How many there are.
    pub(crate) fn number(&self) -> i64 {
        self.by_days.values().sum()
    }

    /// How long they took; none where there are none.
    pub(crate) fn days(&self) -> Option<Days> {
        let number = self.number();
        // The smallest number of days within which nine of ten are: the nearest rank.
        let rank = (number * 9 + 9) / 10;
        let mut passed = 0;
        let p90 = self.by_days.iter().find_map(|(days, number)| {
            passed += number;
            (passed >= rank).then_some(*days)
        });
        #[expect(clippy::cast_precision_loss, reason = "a mean of so many seconds needs no more than 52 bits")]
        let mean = self.seconds as f64 / number as f64 / 86_400.0;
        (number > 0).then(|| Days { mean, p90: p90.unwrap_or_default().cast_unsigned() })
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (days, number) in &self.by_days {
            let comma = if text.is_empty() { "" } else { "," };
            write!(text, "{comma}{days}:{number}").ok();
        }
        text
    }

    /// The histogram of a row, with the seconds and the text in these columns.
    pub(crate) fn of(row: &Row, seconds: usize, text: usize) -> Result<Self, sqlx::Error> {
        let by_days = row.text(text)?;
        let pairs = by_days.split(',').filter_map(|pair| pair.split_once(':'));
        let by_days = pairs.filter_map(|(days, number)| Some((days.parse().ok()?, number.parse().ok()?))).collect();
        Ok(Self { by_days, seconds: row.int(seconds)? })
    }
}

/// The violations of one severity in one organizational unit.
#[derive(Debug, Clone, Default)]
struct Cell {
    open: Histogram,
    resolved: Histogram,
}

/// What a run adds to its month.
#[derive(Debug, Default)]
pub(crate) struct Month {
    cells: BTreeMap<(String, Severity), Cell>,
}

const COLUMNS: &[&str] = &[
    "month",
    "ou_path",
    "severity",
    "open",
    "open_seconds",
    "open_days",
    "resolved",
    "resolved_seconds",
    "resolved_days",
];

impl Month {
    /// Adds a violation that was resolved after so many milliseconds.
    pub(crate) fn resolve(&mut self, ou_path: Option<&str>, severity: Severity, milliseconds: i64) {
        let cell = self.cells.entry((ou_path.unwrap_or_default().to_owned(), severity)).or_default();
        cell.resolved.add_span(milliseconds);
    }

    /// Writes the month of `at`: what is open now, and what was resolved in earlier runs and in this one.
    pub(crate) async fn write(mut self, db: &mut Db, at: Timestamp) -> Result<(), StoreError> {
        let month = at.to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string();
        let sql = "SELECT ou_path, severity, resolved_seconds, resolved_days FROM trend WHERE month = $1";
        let before = db
            .rows(sql, &values![month.as_str()], |row| Ok(((row.text(0)?, row.word(1)?), Histogram::of(row, 2, 3)?)))
            .await?;
        for (key, resolved) in before {
            match self.cells.entry(key) {
                Entry::Vacant(entry) => entry.insert(Cell::default()).resolved = resolved,
                Entry::Occupied(mut entry) => entry.get_mut().resolved.add_all(&resolved),
            }
        }
        // Where a clock was set back something may have been opened later than now.
        let sql = "SELECT coalesce(a.ou_path, ''), f.severity, \
                   CASE WHEN f.opened_at < $1 THEN ($1 - f.opened_at + 43200000) / 86400000 ELSE 0 END AS days, count(*), \
                   CAST(sum(CASE WHEN f.opened_at < $1 THEN ($1 - f.opened_at) / 1000 ELSE 0 END) AS BIGINT) \
                   FROM findings f JOIN accounts a ON a.id = f.account \
                   WHERE f.closed_run IS NULL AND f.status = 'fail' GROUP BY 1, 2, 3";
        let open = db
            .rows(sql, &values![at.as_millisecond()], |row| {
                Ok(((row.text(0)?, row.word(1)?), (row.int(2)?, row.int(3)?, row.int(4)?)))
            })
            .await?;
        for (key, (days, number, seconds)) in open {
            self.cells.entry(key).or_default().open.add(days, number, seconds);
        }
        db.run("DELETE FROM trend WHERE month = $1", &values![month.as_str()]).await?;
        let rows = self.cells.iter().map(|((ou_path, severity), cell)| {
            values![
                month.as_str(),
                ou_path.as_str(),
                severity.as_str(),
                cell.open.number(),
                cell.open.seconds,
                cell.open.text(),
                cell.resolved.number(),
                cell.resolved.seconds,
                cell.resolved.text(),
            ]
            .to_vec()
        });
        let rows: Vec<_> = rows.collect();
        db.insert("trend", COLUMNS, &rows).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_of_ten_took_no_longer() {
        let mut histogram = Histogram::default();
        (1..=10).for_each(|days| histogram.add_span(days * DAY));
        assert_eq!(histogram.days(), Some(Days { mean: 5.5, p90: 9 }));
        histogram.add_span(-DAY);
        assert_eq!(histogram.days().unwrap().p90, 9);
        let mut one = Histogram::default();
        one.add_span(3 * DAY + 1);
        assert_eq!(one.days().unwrap().p90, 3);
        assert_eq!(Histogram::default().days(), None);
    }
}
