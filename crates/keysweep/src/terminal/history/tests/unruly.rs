//! Text from outside in pages of the history: it cannot steer the terminal, and what one would copy stays whole.

use keysweep_model::{
    FindingHistory, FindingStates, GroupBy, RecordedFinding, ResourceOwner, RunDetail, Severity, is_unseen,
};
use keysweep_report::history::FindingList;
use proptest::prelude::*;

use super::{detail, diff::difference, findings, world};
use crate::terminal::{View, history};

/// Names with what `any::<String>()` never makes: control and invisible characters.
const UNRULY: &str = "[\\x00-\\x9f\\u{200b}-\\u{202e}\\u{115f}\\u{3164}\\u{34f}\\u{e0041}é名]{0,40}";

/// A finding in which every text from outside is `text`.
fn unruly_finding(text: &str) -> RecordedFinding {
    let mut finding = world::not_judged();
    finding.account_name = text.to_owned();
    finding.user_name = text.parse().ok();
    finding.owner = ResourceOwner::Named(text.to_owned());
    finding.message = text.to_owned();
    finding.policy_title = text.to_owned();
    finding.ou_path = Some(text.to_owned());
    finding.resource_arn = text.to_owned();
    finding.not_judged = Some(text.to_owned());
    finding
}

/// Every page in which every text from outside is `text`.
fn pages(text: &str, view: &View) -> Vec<String> {
    let finding = unruly_finding(text);
    let counts = [(Severity::High, 3)];
    let listed = findings(FindingStates::Open, std::slice::from_ref(&finding), &counts, view);

    let (filter, group) = (keysweep_model::FindingFilter::default(), world::group(Some(text), text, &counts));
    let list = FindingList { as_of: world::now(), run: None, filter: &filter, total: Some(&group) };
    let grouped = history::groups(&list, GroupBy::Owner, std::slice::from_ref(&group), None, view);

    let mut difference = difference();
    for changed in &mut difference.findings {
        (changed.reason, changed.finding) = (text.to_owned(), finding.clone());
    }
    for group in &mut difference.not_judged {
        group.reason = text.to_owned();
    }
    for account in &mut difference.coverage {
        (account.account_name, account.reason) = (text.to_owned(), Some(text.to_owned()));
    }
    let mut run = RunDetail { run: world::run(27), ..detail() };
    for gap in &mut run.gaps {
        gap.account_name = text.to_owned();
    }
    run.run.process = text.to_owned();
    run.run.selection.ous = vec![text.to_owned()];
    vec![
        listed,
        grouped,
        history::finding(&FindingHistory { finding, changes: Vec::new() }, world::now(), view),
        history::diff(&difference, view),
        history::runs(std::slice::from_ref(&run.run), false, view),
        history::run(&run, view),
    ]
}

proptest! {
    #[test]
    fn no_control_character_but_newline_survives(text in UNRULY, width in 0usize..220, all in any::<bool>()) {
        for page in pages(&text, &View { width, color: false, all }) {
            prop_assert!(!page.chars().any(|c| is_unseen(c) && c != '\n'), "{page:?}");
            prop_assert!(page.ends_with('\n'));
            prop_assert!(page.lines().all(|line| line.trim_end_matches(' ') == line), "a trailing space in {page}");
        }
    }

    #[test]
    fn ids_stand_whole_in_every_width(width in 0usize..220) {
        let finding = world::not_judged();
        let page = findings(FindingStates::Open, std::slice::from_ref(&finding), &[], &View { width, color: false, all: true });
        for id in [finding.id.as_str(), finding.policy.as_str(), "000000000012", "AKIAEXAMPLE000000001", "terraform"] {
            prop_assert!(page.contains(id), "{id} in {page}");
        }
    }
}
