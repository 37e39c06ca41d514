//! The tables, and how Keysweep stands in them.

use std::{fmt::Write as _, time::Duration};

use crate::engines::{Mode, Name};

/// What one engine costs in one mode.
pub(crate) struct Row {
    pub(crate) name: Name,
    pub(crate) cost: Cost,
}

/// The cost of one evaluation.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) time: Duration,
    /// None where they were not counted.
    pub(crate) instructions: Option<u64>,
}

/// The table of one mode, with ratios against Keysweep, and a line on the best of the others.
pub(crate) fn render(mode: Mode, rows: &[Row]) -> String {
    let mut text = format!("{}:\n\n", mode.title());
    _ = writeln!(text, "{:<22}{:>8}{:>10}{:>14}{:>10}", "", "ns", "ratio", "instructions", "ratio");
    let unit = rows.iter().find(|row| row.name == Name::Keysweep);
    for Row { name, cost } in rows {
        let ratio = |part: fn(&Cost) -> Option<f64>| {
            unit.and_then(|unit| Some(format!("{:.2}", part(cost)? / part(&unit.cost)?))).unwrap_or_default()
        };
        let instructions = cost.instructions.map(|count| count.to_string()).unwrap_or_default();
        let line = format!(
            "{:<22}{:>8}{:>10}{:>14}{:>10}",
            name.title(),
            cost.time.as_nanos(),
            ratio(nanoseconds),
            instructions,
            ratio(instructions_of)
        );
        _ = writeln!(text, "{}", line.trim_end());
    }
    text.push_str(&best(rows));
    text.push_str(&limits(rows));
    text
}

/// What the limits add to what Keysweep takes.
fn limits(rows: &[Row]) -> String {
    let part = |part: fn(&Cost) -> Option<f64>, of: &str| {
        let of_name = |name| rows.iter().find(|row| row.name == name).and_then(|row| part(&row.cost));
        let (on, off) = (of_name(Name::Keysweep)?, of_name(Name::KeysweepUnlimited)?);
        Some(format!("{:+.0} % {of}", 100.0 * (on / off - 1.0)))
    };
    format!("\nLimits cost {}.", in_both(part))
}

/// What is said of the time and of the instructions, as far as there is something to say.
fn in_both(part: impl Fn(fn(&Cost) -> Option<f64>, &str) -> Option<String>) -> String {
    let parts = [part(nanoseconds, "time"), part(instructions_of, "instructions")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// How much the best of the other engines takes, as a multiple of what Keysweep takes.
fn best(rows: &[Row]) -> String {
    let part = |part: fn(&Cost) -> Option<f64>, of: &str| {
        let keysweep = rows.iter().find(|row| row.name == Name::Keysweep).and_then(|row| part(&row.cost))?;
        let rivals = rows.iter().filter(|row| row.name.is_rival());
        let (rival, cost) = rivals
            .filter_map(|row| Some((row.name, part(&row.cost)?)))
            .min_by(|(_, one), (_, other)| one.total_cmp(other))?;
        Some(format!("{:.2} times Keysweep's {of} ({})", cost / keysweep, rival.title()))
    };
    format!("\nThe best of the others takes {}.", in_both(part))
}

fn nanoseconds(cost: &Cost) -> Option<f64> {
    Some(cost.time.as_secs_f64() * 1e9)
}

fn instructions_of(cost: &Cost) -> Option<f64> {
    cost.instructions.and_then(|count| u32::try_from(count).ok()).map(f64::from)
}
