//! The accounts of the organization: which ones a scan would read, and whether it could.

use keysweep_model::RoleCheck;
use keysweep_report::{AccountList, AccountRow, Scope};

use super::{
    View,
    page::{Look, Page},
    table::Row,
    text,
};

/// The list for `keysweep accounts`: id, name, OU path, state, whether a scan would read the account or why not, and
/// whether its role could be assumed where that was tried; then what is wrong with the list, and the totals. Every
/// account is listed.
#[must_use]
pub fn accounts(list: &AccountList, view: &View) -> String {
    let AccountList { accounts: rows, problems, notes } = list;
    let mut page = Page::new(view);
    let columns = ["ACCOUNT", "NAME", "OU PATH", "STATE"].map(str::to_owned).to_vec();
    let tried = rows.iter().any(|row| row.role != RoleCheck::NotTried);
    let last = if tried { "SCOPE AND ROLE" } else { "SCOPE" };
    page.table(0, Some(Row { cells: columns, text: last.to_owned() }), rows.iter().map(row).collect());
    for problem in problems {
        page.section("PROBLEM", Look::Loud, problem, Look::Plain);
    }
    for note in notes {
        page.section("NOTE", Look::Bold, note, Look::Plain);
    }
    page.section("TOTAL", Look::Bold, &totals(rows, tried), Look::Bold);
    page.finish()
}

fn row(account: &AccountRow) -> Row {
    let cells = vec![
        account.id.to_string(),
        account.name.clone(),
        account.ou_path.clone().unwrap_or_default(),
        account.state.to_string(),
    ];
    let scope = match &account.scope {
        Scope::In => "in scope".to_owned(),
        Scope::Out { reason } => format!("out of scope: {reason}"),
    };
    let text = match &account.role {
        RoleCheck::NotTried => scope,
        RoleCheck::Assumed => format!("{scope}, role ok"),
        RoleCheck::Failed { reason } => format!("{scope}, ROLE FAILED: {reason}"),
    };
    Row { cells, text }
}

fn totals(rows: &[AccountRow], tried: bool) -> String {
    let number =
        |filter: &dyn Fn(&AccountRow) -> bool| text::thousands(rows.iter().filter(|row| filter(row)).count() as u64);
    let accounts = text::count(rows.len() as u64, "account");
    let in_scope = number(&|row| row.scope == Scope::In);
    let out = number(&|row| row.scope != Scope::In);
    let said = format!("{accounts}: {in_scope} in scope, {out} out of scope");
    if !tried {
        return said;
    }
    let ok = number(&|row| row.role == RoleCheck::Assumed);
    let failed = number(&|row| matches!(row.role, RoleCheck::Failed { .. }));
    format!("{said}; {ok} with the role ok, {failed} with the role failed")
}
