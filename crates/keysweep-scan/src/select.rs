//! Which accounts are in scope.

use std::collections::BTreeSet;

use keysweep_aws::ListedAccount;
use keysweep_model::{Account, AccountGap, AccountId, AccountNote, AccountState, Missing, Step};

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
            match listed.unit_ids.as_ref().get() {
                Ok(above) if above.iter().any(|id| unit_ids.contains(id)) => {}
                Ok(_) => return Choice::OutOfScope,
                Err(_) if unit_ids.is_empty() => return Choice::OutOfScope,
                Err(Missing::Unreadable(why)) => return Choice::Fail(gap(account, Step::Select, why.to_string())),
                Err(Missing::NotRead(facet)) => {
                    return Choice::Fail(gap(account, Step::Select, format!("{facet}: not read")));
                }
            }
        }
        if self.excluded.contains(&account.id) {
            return Choice::Skip(gap(account, Step::Select, "excluded by --exclude-account".to_owned()));
        }
        match &account.state {
            // A state that this version does not know says nothing against the account.
            AccountState::Active | AccountState::Other(_) => Choice::Read,
            AccountState::PendingActivation
            | AccountState::Suspended
            | AccountState::PendingClosure
            | AccountState::Closed => {
                Choice::Skip(gap(account, Step::State, format!("the account is {}", account.state)))
            }
        }
    }

    /// The options that are in use: those that select accounts, then the one that excludes some.
    fn options(&self) -> Vec<&'static str> {
        let in_use = [
            ("--account", !self.accounts.is_empty()),
            ("--ou", !self.units.is_empty()),
            ("--exclude-account", !self.excluded.is_empty()),
        ];
        in_use.into_iter().filter_map(|(option, is_used)| is_used.then_some(option)).collect()
    }
}

/// How many accounts each part of a selection has left over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Remaining {
    listed: u64,
    selected: u64,
    not_excluded: u64,
    to_read: u64,
}

impl Remaining {
    /// Counts an account by what was chosen for it.
    pub(crate) fn count(&mut self, choice: &Choice) {
        let passed = match choice {
            Choice::OutOfScope => 1,
            Choice::Skip(gap) if gap.step == Step::Select => 2,
            Choice::Skip(_) => 3,
            Choice::Read | Choice::Fail(_) => 4,
        };
        let counts = [&mut self.listed, &mut self.selected, &mut self.not_excluded, &mut self.to_read];
        counts.into_iter().take(passed).for_each(|count| *count += 1);
    }

    /// Why no account is left to read, and by which option; none where one is.
    pub(crate) fn nothing_left(&self, selection: &Selection) -> Option<AccountGap> {
        let options = selection.options().join(" with ");
        let why = match self {
            Self { to_read: 1.., .. } => return None,
            Self { listed: 0, .. } => "AWS Organizations listed none".to_owned(),
            Self { selected: 0, listed, .. } => {
                let selecting = options.trim_end_matches(" with --exclude-account");
                format!("{selecting} selects none of the {listed} that were listed")
            }
            Self { not_excluded: 0, .. } => "--exclude-account removes the last one".to_owned(),
            Self { not_excluded: left, .. } if options.is_empty() => format!("none of the {left} listed is active"),
            Self { not_excluded: left, .. } => format!("{options} leaves {left}, of which none is active"),
        };
        let reason = format!("no account is left to scan: {why}");
        Some(AccountGap { account_id: None, account_name: "(no account)".to_owned(), step: Step::Select, reason })
    }
}

/// The entry for an account that `--account` names and that was not listed.
pub(crate) fn not_listed(id: AccountId) -> AccountGap {
    let reason = "the account was named by --account and is not in the organization or the accounts file".to_owned();
    AccountGap { account_id: Some(id), account_name: String::new(), step: Step::Select, reason }
}

/// A note for each account that is to be excluded and that `is_listed` does not know: it may be misspelt.
pub(crate) fn unmatched_exclusions(
    selection: &Selection,
    is_listed: impl Fn(&AccountId) -> bool,
) -> impl Iterator<Item = AccountNote> {
    let note = |id: &AccountId| AccountNote {
        account_id: *id,
        account_name: String::new(),
        reason: "--exclude-account has no effect: the account is not in the organization or the accounts file"
            .to_owned(),
    };
    selection.excluded.iter().filter(move |id| !is_listed(id)).map(note)
}

/// An entry of the coverage for an account that is not read.
pub(crate) fn gap(account: &Account, step: Step, reason: String) -> AccountGap {
    AccountGap { account_id: Some(account.id), account_name: account.name.clone(), step, reason }
}

#[cfg(test)]
mod tests {
    use keysweep_model::Fact;

    use super::*;

    fn listed(state: AccountState, units: Fact<Vec<String>>) -> ListedAccount {
        let account = Account {
            id: "111122223333".parse().unwrap(),
            name: "sandbox".to_owned(),
            email: None,
            state,
            ou_path: Fact::Live("Root".to_owned()),
        };
        ListedAccount { account, unit_ids: units }
    }

    fn in_units(ids: &[&str]) -> ListedAccount {
        listed(AccountState::Active, Fact::Live(ids.iter().map(|id| (*id).to_owned()).collect()))
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
    fn accounts_are_read_but_in_the_states_in_which_they_cannot_be_used() {
        let choice =
            |state| select(&[], &[], &[]).choose(&listed(AccountState::from_aws(state), Fact::Live(Vec::new())), &[]);
        for state in ["SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"] {
            let Choice::Skip(gap) = choice(state) else { panic!("{state} is read") };
            assert_eq!(gap.reason, format!("the account is {state}"));
        }
        for state in ["ACTIVE", "ACTIVE_RESTRICTED", "(no state)", ""] {
            assert_eq!(choice(state), Choice::Read);
        }
    }

    #[test]
    fn the_option_that_leaves_nothing_is_named() {
        let left = |selection: &Selection, accounts: &[(ListedAccount, &[String])]| {
            let mut remaining = Remaining::default();
            for (account, units) in accounts {
                remaining.count(&selection.choose(account, units));
            }
            remaining.nothing_left(selection).map_or("some".to_owned(), |gap| gap.reason)
        };
        let here = || in_units(&["ou-1-a"]);
        let closed = || listed(AccountState::Closed, Fact::Live(vec!["ou-1-a".to_owned()]));
        let (a, b) = (["ou-1-a".to_owned()], ["ou-1-b".to_owned()]);
        let none = "no account is left to scan: ";
        let told = [
            (left(&select(&[], &[], &[]), &[]), "AWS Organizations listed none"),
            (
                left(&select(&[], &[], &["b"]), &[(here(), &b), (here(), &b)]),
                "--ou selects none of the 2 that were listed",
            ),
            (
                left(&select(&["999999999999"], &["999999999999"], &["b"]), &[(here(), &b)]),
                "--account with --ou selects none of the 1 that were listed",
            ),
            (left(&select(&[], &["111122223333"], &["a"]), &[(here(), &a)]), "--exclude-account removes the last one"),
            (left(&select(&[], &[], &["a"]), &[(closed(), &a)]), "--ou leaves 1, of which none is active"),
            (
                left(&select(&[], &["999999999999"], &[]), &[(closed(), &a)]),
                "--exclude-account leaves 1, of which none is active",
            ),
            (left(&select(&[], &[], &[]), &[(closed(), &a)]), "none of the 1 listed is active"),
        ];
        for (reason, expected) in told {
            assert_eq!(reason, format!("{none}{expected}"));
        }
        assert_eq!(left(&select(&[], &[], &[]), &[(closed(), &a), (here(), &a)]), "some");
    }
}
