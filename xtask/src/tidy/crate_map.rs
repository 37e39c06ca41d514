//! The README's map of the crates names exactly the crates that exist.

use super::Problem;
use super::tree::Tree;

const README: &str = "README.md";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let rows = match tree.text(README).map(crate_map) {
        None => return vec![problem(1, "there is no README".to_owned(), "write one with a map of the crates")],
        Some(rows) if rows.is_empty() => {
            return vec![problem(
                1,
                "there is no map of the crates".to_owned(),
                "add a table whose first column is headed `crate` and names each folder of `crates/` in backticks",
            )];
        }
        Some(rows) => rows,
    };
    let missing = tree.crates().filter(|name| !rows.iter().any(|(_, row)| row == name));
    let missing = missing.map(|name| problem(rows[0].0, format!("the map lacks the crate `{name}`"), "add its row"));
    let gone = rows.iter().filter(|(_, row)| !tree.crates().any(|name| name == *row));
    let gone = gone.map(|(line, row)| problem(*line, format!("there is no crate `{row}`"), "remove its row"));
    missing.chain(gone).collect()
}

fn problem(line: usize, message: String, hint: &'static str) -> Problem {
    Problem { path: README.to_owned(), line, message, hint }
}

/// The names in the first column of the tables whose first column is headed `crate`, each with its line.
fn crate_map(readme: &str) -> Vec<(usize, &str)> {
    let mut rows = Vec::new();
    let mut within = false;
    let mut previous_is_row = false;
    for (index, line) in readme.lines().enumerate() {
        let Some(cell) = first_cell(line) else {
            (within, previous_is_row) = (false, false);
            continue;
        };
        if !previous_is_row {
            within = cell.eq_ignore_ascii_case("crate");
        } else if within && let Some(name) = cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')) {
            rows.push((index + 1, name));
        }
        previous_is_row = true;
    }
    rows
}

fn first_cell(line: &str) -> Option<&str> {
    Some(line.strip_prefix('|')?.split('|').next()?.trim())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    const CRATES: [(&str, &str); 2] = [("crates/keysweep/Cargo.toml", ""), ("crates/orgsim/Cargo.toml", "")];

    fn said_of(readme: &str) -> String {
        let [first, second] = CRATES;
        said_by(check, &[first, second, ("README.md", readme)])
    }

    #[test]
    fn a_crate_without_a_row_and_a_row_without_a_crate_are_found() {
        let readme = "# K\n\n| Crate | is for |\n|---|---|\n| `keysweep` | all |\n| `keysweep-old` | nothing |\n";
        insta::assert_snapshot!(said_of(readme), @"
        README.md:5: the map lacks the crate `orgsim`; add its row
        README.md:6: there is no crate `keysweep-old`; remove its row
        ");
    }

    #[test]
    fn a_readme_without_a_map_or_no_readme_is_found() {
        insta::assert_snapshot!(said_of("| exit code | meaning |\n|---|---|\n| `0` | complete |\n"), @"README.md:1: there is no map of the crates; add a table whose first column is headed `crate` and names each folder of `crates/` in backticks");
        insta::assert_snapshot!(said_by(check, &CRATES), @"README.md:1: there is no README; write one with a map of the crates");
    }

    #[test]
    fn the_right_map_passes_and_other_tables_are_left_alone() {
        let readme = "\
| command | does |
|---|---|
| `scan` | scans |

| crate | is for |
|---|---|
| `orgsim` | trying |
| `keysweep` | all |
";
        assert_eq!(said_of(readme), "");
    }
}
