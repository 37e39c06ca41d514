//! "Did you mean": the nearest of the names that exist.

use std::cmp::Reverse;

/// A help line for a name that is unknown: the nearest known name where one is near, else all of them.
#[must_use]
pub fn did_you_mean<'a>(unknown: &str, what: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(near) = nearest(unknown, known.clone()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let names: Vec<String> = known.into_iter().map(|name| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")))
}

/// The known name that is at most a third of its length of edits away from `unknown`; of several the one that begins
/// most like it.
#[must_use]
pub fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (distance(unknown, name), Reverse(common_start(unknown, name)), name))
        .filter(|(distance, _, name)| *distance * 3 <= name.chars().count().max(3))
        .min()
        .map(|(.., name)| name)
}

fn common_start(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

/// The number of characters to insert, delete, replace or swap with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_listed() {
        let known = ["age_days", "idle_days", "active"];
        assert_eq!(nearest("age_day", known), Some("age_days"));
        assert_eq!(nearest("acitve", known), Some("active"));
        assert_eq!(nearest("owner", known), None);
        assert_eq!(nearest("pas", ["pad", "pass"]), Some("pass"));
        insta::assert_snapshot!(did_you_mean("owner", "it has", known).unwrap(), @"it has: `age_days`, `idle_days`, `active`");
        assert_eq!(did_you_mean("owner", "it has", []), None);
    }
}
