//! Which accounts are in scope.

use std::collections::BTreeSet;

use keysweep_aws::ListedAccount;
use keysweep_model::{Account, AccountGap, AccountId, AccountState, Fact, Step};

/// Which accounts the user wants. By default all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// These accounts. Together with `units` they add up.
    pub accounts: BTreeSet<AccountId>,
    /// Not these accounts.
    pub excluded: BTreeSet<AccountId>,
    /// The accounts in and below these organizational units, each an id or a path of names.
    pub units: Vec<String>,
}

/// What is to be done with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    /// It is not in scope: the user asked for others.
    OutOfScope,
    /// It is in scope and not to be read.
    Skip(AccountGap),
    /// It is in scope, or may be, and cannot be read.
    Fail(AccountGap),
    /// It is to be read.
    Read,
}

impl Selection {
    /// Whether the user asked for certain accounts by id and nothing else.
    pub(crate) fn names_accounts_only(&self) -> bool {
        !self.accounts.is_empty() && self.units.is_empty()
    }

    /// What is to be done with `listed`, where `unit_ids` are the ids of the selected units.
    pub(crate) fn choose(&self, listed: &ListedAccount, unit_ids: &[String]) -> Choice {
        let account = &listed.account;
        let everything = self.accounts.is_empty() && self.units.is_empty();
        if !everything && !self.accounts.contains(&account.id) {
            match &listed.unit_ids {
                Fact::Known(above) if above.iter().any(|id| unit_ids.contains(id)) => {}
                Fact::Known(_) => return Choice::OutOfScope,
                _ if unit_ids.is_empty() => return Choice::OutOfScope,
                Fact::Unreadable(why) => return Choice::Fail(gap(account, Step::Select, why.to_string())),
                Fact::NotRead(facet) => return Choice::Fail(gap(account, Step::Select, format!("{facet}: not read"))),
            }
        }
        if self.excluded.contains(&account.id) {
            return Choice::Skip(gap(account, Step::Select, "excluded by --exclude-account".to_owned()));
        }
        match &account.state {
            AccountState::Active => Choice::Read,
            AccountState::PendingActivation
            | AccountState::Suspended
            | AccountState::PendingClosure
            | AccountState::Closed
            | AccountState::Other(_) => {
                Choice::Skip(gap(account, Step::State, format!("the account is {}", account.state)))
            }
        }
    }
}

/// An entry of the coverage for an account that is not read.
pub(crate) fn gap(account: &Account, step: Step, reason: String) -> AccountGap {
    AccountGap { account_id: Some(account.id), account_name: account.name.clone(), step, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(state: AccountState, units: Fact<Vec<String>>) -> ListedAccount {
        let account = Account {
            id: "111122223333".parse().unwrap(),
            name: "sandbox".to_owned(),
            email: None,
            state,
            ou_path: Fact::Known("Root".to_owned()),
        };
        ListedAccount { account, unit_ids: units }
    }

    fn in_units(ids: &[&str]) -> ListedAccount {
        listed(AccountState::Active, Fact::Known(ids.iter().map(|id| (*id).to_owned()).collect()))
    }

    fn select(accounts: &[&str], excluded: &[&str], units: &[&str]) -> Selection {
        let ids = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        Selection {
            accounts: ids(accounts),
            excluded: ids(excluded),
            units: units.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    #[test]
    fn accounts_and_units_add_up_and_an_exclusion_wins() {
        let here = in_units(&["r-1", "ou-1-a", "ou-1-b"]);
        let units = ["ou-1-a".to_owned()];
        assert_eq!(select(&[], &[], &[]).choose(&here, &[]), Choice::Read);
        assert_eq!(select(&["111122223333"], &[], &[]).choose(&here, &[]), Choice::Read);
        assert_eq!(select(&["999999999999"], &[], &[]).choose(&here, &[]), Choice::OutOfScope);
        assert_eq!(select(&["999999999999"], &[], &["a"]).choose(&here, &units), Choice::Read);
        assert!(matches!(select(&[], &["111122223333"], &["a"]).choose(&here, &units), Choice::Skip(_)));
        assert_eq!(select(&[], &[], &["a"]).choose(&in_units(&["r-1"]), &units), Choice::OutOfScope);
    }

    #[test]
    fn an_account_whose_units_are_unknown_is_neither_in_nor_out() {
        let unknown = listed(AccountState::Active, Fact::NotRead(keysweep_model::Facet::OrganizationalUnits));
        assert!(matches!(select(&[], &[], &["a"]).choose(&unknown, &["ou-1-a".to_owned()]), Choice::Fail(_)));
        assert_eq!(select(&[], &[], &[]).choose(&unknown, &[]), Choice::Read);
    }

    #[test]
    fn only_active_accounts_are_read() {
        for state in ["SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION", "(no state)"] {
            let account = listed(AccountState::from_aws(state), Fact::Known(Vec::new()));
            let Choice::Skip(gap) = select(&[], &[], &[]).choose(&account, &[]) else { panic!("{state} is read") };
            assert_eq!(gap.reason, format!("the account is {state}"));
        }
    }
}
