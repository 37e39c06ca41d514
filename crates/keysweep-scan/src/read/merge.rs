//! Brings a credential report and the list of users together: which row is about which user, and which is about none.

use std::collections::HashMap;

use jiff::Timestamp;
use keysweep_aws::ListedUser;
use keysweep_model::{User, UserName};

use crate::audit::second;

/// What a report and a list of users make together. Each user of the list is in one of the first two.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// The users that the report tells of, each with its row.
    pub(super) reported: Vec<(User, ListedUser)>,
    /// The users that the report does not tell of under the names that they have now: made or renamed since.
    pub(super) unreported: Vec<ListedUser>,
    /// The rows of users that are not in the list.
    pub(super) unlisted: Vec<User>,
    /// When those users were made whose names other users have now.
    pub(super) replaced: Vec<Option<Timestamp>>,
}

/// A row is about the user of its name that was made at the same moment. A user of the name that was made at another
/// moment is another user.
pub(super) fn merge(rows: Vec<User>, listed: Vec<ListedUser>) -> Merged {
    let mut by_name: HashMap<UserName, ListedUser> =
        listed.into_iter().map(|listed| (listed.user.name.clone(), listed)).collect();
    let mut merged = Merged::default();
    for row in rows {
        match by_name.get(&row.name) {
            Some(listed) if made_at_once(&row, listed) => {
                merged.reported.extend(by_name.remove(&row.name).map(|listed| (row, listed)));
            }
            Some(_) => merged.replaced.push(made(&row)),
            None => merged.unlisted.push(row),
        }
    }
    merged.unreported = by_name.into_values().collect();
    merged.unreported.sort_by(|a, b| a.user.name.cmp(&b.user.name));
    merged
}

/// Whether the row and the list tell the same second as that of the user's creation.
pub(super) fn made_at_once(row: &User, listed: &ListedUser) -> bool {
    made(row).is_some() && made(row) == second_of(&listed.user)
}

/// The second in which the user of a row was made, where the report tells.
pub(super) fn made(row: &User) -> Option<Timestamp> {
    second_of(row)
}

/// The second in which a user was made: reports are no more precise.
pub(super) fn second_of(user: &User) -> Option<Timestamp> {
    user.created_at.value().map(|at| second(*at))
}

/// How many of the users that are gone have only got another name: those that were made at the moment of just one user
/// that the report does not tell of, and of no other user that is gone.
pub(super) fn renamed(gone: &[Option<Timestamp>], unreported: &[ListedUser]) -> u64 {
    let is_renamed = |made: &&Timestamp| {
        let same = |other: &&Option<Timestamp>| other.as_ref() == Some(*made);
        let is_now = |listed: &&ListedUser| second_of(&listed.user).as_ref() == Some(*made);
        gone.iter().filter(same).count() == 1 && unreported.iter().filter(is_now).count() == 1
    };
    gone.iter().flatten().filter(is_renamed).count() as u64
}

#[cfg(test)]
mod tests {
    use keysweep_model::Fact;

    use super::*;

    fn user(name: &str, made: i64) -> User {
        User {
            created_at: Fact::Live(Timestamp::from_second(made).unwrap()),
            ..User::unread(name.parse().unwrap(), String::new(), "/".to_owned())
        }
    }

    fn row((name, made): &(&str, i64)) -> User {
        user(name, *made)
    }

    fn listed((name, made): &(&str, i64)) -> ListedUser {
        ListedUser { user: user(name, *made), unique_id: format!("AIDA{name}"), password_last_used: None }
    }

    /// Reported, unreported, unlisted, replaced, renamed.
    fn told(rows: &[(&str, i64)], list: &[(&str, i64)]) -> String {
        let merged = merge(rows.iter().map(row).collect(), list.iter().map(listed).collect());
        let names = |users: Vec<&User>| users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>().join(" ");
        let gone: Vec<_> = merged.unlisted.iter().map(made).chain(merged.replaced.iter().copied()).collect();
        format!(
            "{} | {} | {} | {} | {}",
            names(merged.reported.iter().map(|(row, _)| row).collect()),
            names(merged.unreported.iter().map(|listed| &listed.user).collect()),
            names(merged.unlisted.iter().collect()),
            merged.replaced.len(),
            renamed(&gone, &merged.unreported),
        )
    }

    #[test]
    fn every_row_and_every_user_ends_in_one_place() {
        assert_eq!(told(&[("ann", 1), ("bob", 2)], &[("bob", 2), ("ann", 1)]), "ann bob |  |  | 0 | 0");
        assert_eq!(told(&[("ann", 1)], &[("ann", 1), ("new", 5)]), "ann | new |  | 0 | 0");
        assert_eq!(told(&[("ann", 1), ("gone", 2)], &[("ann", 1)]), "ann |  | gone | 0 | 0");
    }

    #[test]
    fn a_fraction_of_a_second_makes_no_other_user() {
        let mut precise = listed(&("ann", 1));
        precise.user.created_at = Fact::Live("1970-01-01T00:00:01.5Z".parse().unwrap());
        assert_eq!(merge(vec![row(&("ann", 1))], vec![precise]).reported.len(), 1);
    }

    #[test]
    fn a_renamed_user_is_known_by_the_moment_of_its_creation() {
        assert_eq!(told(&[("ann", 1), ("bob", 2)], &[("anna", 1), ("bob", 2)]), "bob | anna | ann | 0 | 1");
        // Two users of one moment: which is which cannot be said.
        assert_eq!(told(&[("ann", 1), ("bob", 1)], &[("anna", 1), ("bobby", 1)]), " | anna bobby | ann bob | 0 | 0");
        // One moment, two users that are gone and one that is new.
        assert_eq!(told(&[("ann", 1), ("bob", 1)], &[("anna", 1)]), " | anna | ann bob | 0 | 0");
    }

    #[test]
    fn another_user_of_the_same_name_is_not_the_user_of_the_row() {
        assert_eq!(told(&[("ann", 1)], &[("ann", 9)]), " | ann |  | 1 | 0");
        // Ann became anna, and then another ann was made.
        assert_eq!(told(&[("ann", 1)], &[("ann", 9), ("anna", 1)]), " | ann anna |  | 1 | 1");
    }

    #[test]
    fn a_row_without_a_readable_date_is_about_no_user() {
        let mut undated = row(&("ann", 1));
        undated.created_at = Fact::NotRead(keysweep_model::Facet::Users);
        let merged = merge(vec![undated], vec![listed(&("ann", 1))]);
        assert_eq!((merged.reported.len(), merged.unreported.len(), merged.replaced), (0, 1, vec![None]));
    }
}
