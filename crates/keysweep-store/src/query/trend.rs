//! How findings develop over months.

use std::collections::BTreeMap;

use jiff::civil::Date;
use keysweep_model::{Severity, TrendMonth};

use crate::{
    Store, StoreError,
    db::{Db, values},
    record::Histogram,
};

/// The numbers of a month, of one organizational unit or all.
#[derive(Default)]
struct Numbers {
    open: BTreeMap<Severity, u64>,
    age: Histogram,
    resolved: Histogram,
}

impl Store {
    /// The last so many months in which there was a run, the oldest first: all together, and where wanted each
    /// organizational unit after that.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn trend(&mut self, months: u32, by_ou: bool) -> Result<Vec<TrendMonth>, StoreError> {
        let Self { db, waiting, .. } = self;
        waiting.wait(trend(db, months, by_ou))
    }
}

async fn trend(db: &mut Db, months: u32, by_ou: bool) -> Result<Vec<TrendMonth>, StoreError> {
    let sql = "SELECT month, ou_path, severity, open, open_seconds, open_days, resolved_seconds, resolved_days FROM trend \
               WHERE month IN (SELECT DISTINCT month FROM trend ORDER BY month DESC LIMIT $1)";
    let rows = db
        .rows(sql, &values![i64::from(months)], |row| {
            let open = (row.word::<Severity>(2)?, row.int(3)?.cast_unsigned());
            Ok((row.text(0)?, row.text(1)?, open, Histogram::of(row, 4, 5)?, Histogram::of(row, 6, 7)?))
        })
        .await?;
    let mut all: BTreeMap<(Date, Option<String>), Numbers> = BTreeMap::new();
    for (month, ou_path, (severity, open), age, resolved) in rows {
        let Ok(month) = format!("{month}-01").parse::<Date>() else { continue };
        let of_ou = by_ou.then_some(Some(ou_path));
        for key in [Some(None), of_ou].into_iter().flatten() {
            let numbers = all.entry((month, key)).or_default();
            *numbers.open.entry(severity).or_default() += open;
            numbers.age.add_all(&age);
            numbers.resolved.add_all(&resolved);
        }
    }
    let month = |((month, ou_path), numbers): ((Date, Option<String>), Numbers)| TrendMonth {
        month,
        ou_path,
        open: numbers.open,
        age: numbers.age.days(),
        resolved: numbers.resolved.number().cast_unsigned(),
        time_to_resolve: numbers.resolved.days(),
    };
    Ok(all.into_iter().map(month).collect())
}
