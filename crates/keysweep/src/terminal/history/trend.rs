//! How findings develop over months: what is open, by severity, as bars, and how long it takes.

use keysweep_model::{Days, Severity, TrendMonth};

use crate::terminal::{
    View,
    page::{Look, Page},
    table::{Row, right_aligned},
    text,
};

/// How many columns the longest bar of a severity takes.
const BAR: u64 = 8;

/// The months, the oldest first; where they are wanted by organizational unit, those of each unit below those of all.
#[must_use]
pub fn trend(months: &[TrendMonth], view: &View) -> String {
    let mut page = Page::new(view);
    if months.is_empty() {
        page.section("TREND", Look::Bold, "no run is complete yet", Look::Bold);
    }
    let mut ous: Vec<Option<&str>> = months.iter().map(|month| month.ou_path.as_deref()).collect();
    ous.sort_unstable();
    ous.dedup();
    for ou in ous {
        let of_ou: Vec<_> = months.iter().filter(|month| month.ou_path.as_deref() == ou).collect();
        match ou {
            None => page.section("OPEN", Look::Bold, "violations at the end of each month, by severity", Look::Bold),
            Some(ou) => page.section("OU", Look::Bold, ou, Look::Bold),
        }
        open(&mut page, &of_ou);
        if ou.is_none() {
            page.section(
                "DAYS",
                Look::Bold,
                "how long they were open, and those that were resolved in the month",
                Look::Bold,
            );
        }
        ages(&mut page, &of_ou);
    }
    page.finish()
}

/// Writes what was open, a bar for each severity. The longest bar of each severity has the same length, so that it shows how
/// the severity develops.
fn open(page: &mut Page<'_>, months: &[&TrendMonth]) {
    let most = |severity: Severity| months.iter().map(|month| count(month, severity)).max().unwrap_or_default();
    let severities: Vec<Severity> =
        Severity::ALL.iter().rev().copied().filter(|severity| most(*severity) > 0).collect();
    let titles = severities.iter().map(|severity| severity.as_str().to_uppercase());
    let header = ["MONTH".to_owned(), "OPEN".to_owned()].into_iter().chain(titles.map(|title| right(&title))).collect();
    let number = |month: &&TrendMonth| vec![text::thousands(month.open.values().sum())];
    let totals: Vec<_> = [vec!["OPEN".to_owned()]].into_iter().chain(months.iter().map(number)).collect();
    let rows = months.iter().zip(right_aligned(&totals).skip(1)).map(|(month, total)| {
        let bars = severities.iter().map(|severity| {
            let count = count(month, *severity);
            format!("{:>WIDTH$} {}", text::thousands(count), bar(count, most(*severity)))
        });
        let cells = [name(month), total.concat()].into_iter().chain(bars.map(|bar| bar.trim_end().to_owned()));
        Row::of_cells(cells.collect())
    });
    page.table(2, Some(Row::of_cells(header)), rows.collect());
}

/// How many columns the number beside a bar takes.
const WIDTH: usize = 8;

/// The title of a column of numbers with bars.
fn right(title: &str) -> String {
    format!("{title:>WIDTH$}")
}

/// Writes how long what was open had been open, and how long it took to resolve what was resolved.
fn ages(page: &mut Page<'_>, months: &[&TrendMonth]) {
    let header = ["MEAN AGE", "90 % WITHIN", "RESOLVED", "MEAN TIME", "90 % WITHIN"].map(str::to_owned).to_vec();
    let numbers = months.iter().map(|month| {
        let [age, age_p90] = days(month.age);
        let [time, time_p90] = days(month.time_to_resolve);
        vec![age, age_p90, text::thousands(month.resolved), time, time_p90]
    });
    let numbers: Vec<_> = [header].into_iter().chain(numbers).collect();
    let names = ["MONTH".to_owned()].into_iter().chain(months.iter().map(|month| name(month)));
    let mut rows =
        names.zip(right_aligned(&numbers)).map(|(name, numbers)| Row::of_cells([vec![name], numbers].concat()));
    let header = rows.next();
    page.table(2, header, rows.collect());
}

fn name(month: &TrendMonth) -> String {
    month.month.strftime("%Y-%m").to_string()
}

fn count(month: &TrendMonth, severity: Severity) -> u64 {
    month.open.get(&severity).copied().unwrap_or_default()
}

/// The mean and what nine of ten did not exceed.
fn days(days: Option<Days>) -> [String; 2] {
    match days {
        Some(Days { mean, p90 }) => [format!("{mean:.1} d"), format!("{} d", text::thousands(p90))],
        None => ["-"; 2].map(str::to_owned),
    }
}

/// A bar of up to [`BAR`] columns, drawn to an eighth of a column. What is there has a bar that can be seen.
fn bar(count: u64, most: u64) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = u128::from(count) * u128::from(BAR) * 8;
    let eighths = usize::try_from(eighths.div_ceil(u128::from(most.max(1)))).unwrap_or_default();
    format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8])
}
