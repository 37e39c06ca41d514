//! The exemptions of the register that have a problem.

use keysweep_model::ExemptionUse;

use super::{
    page::{Look, Page},
    table::Row,
    text,
};

/// Writes each exemption that has a problem, with its owner. The others are shown with what they exempt.
pub(super) fn write(page: &mut Page<'_>, exemptions: &[ExemptionUse]) {
    let rows: Vec<Row> = exemptions.iter().filter(|exemption| !exemption.problems.is_empty()).map(row).collect();
    if rows.is_empty() {
        return;
    }
    let said = format!("{} of the register to look at", text::count(rows.len() as u64, "exemption"));
    page.section("REGISTER", Look::Bold, &said, Look::Bold);
    page.rows(2, rows);
}

fn row(exemption: &ExemptionUse) -> Row {
    let cells = vec![exemption.id.to_string(), format!("owner {}", exemption.owner)];
    Row { cells, text: exemption.problems.join("; ") }
}
