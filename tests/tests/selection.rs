//! Which accounts are read, and what becomes of the others when the user interrupts.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};

use keysweep::exit::Exit;
use keysweep_scan::AccountSource;
use orgsim::{World, world::AccountState};

use crate::{
    harness::{Outcome, Scene, action},
    worlds::{FIRST, Key, MANAGEMENT, SECOND, completed, key, organization, spotless, user},
};

/// Six member accounts: one below the root, one in Sandbox, one in Workloads, two in its units, and one suspended.
fn world() -> World {
    let mut world = spotless(6);
    let units = ["", "Sandbox", "Workloads", "Workloads/Prod", "Workloads/Prod/Regulated", "Workloads/Dev"];
    for (account, unit) in world.accounts[1..].iter_mut().zip(units) {
        account.ou = unit.into();
    }
    world.accounts[6].state = AccountState::Suspended;
    completed(&world)
}

/// The accounts whose role was assumed, by the last digit of their ids, and the coverage.
fn read(outcome: &Outcome) -> String {
    let calls = outcome.sim.calls();
    let rows = calls.rows().into_iter().filter(|row| ["AssumeRole", "GenerateCredentialReport"].contains(&row.1));
    let mut digits: Vec<_> = rows.filter_map(|row| row.0).map(|id| (id.number() % 10).to_string()).collect();
    digits.dedup();
    format!("read {}\n{}", digits.join(" "), outcome.text())
}

fn scene(change: impl FnOnce(&mut keysweep_scan::Selection)) -> Scene {
    Scene::of(world()).asking(|settings| change(&mut settings.scan.selection))
}

#[tokio::test(start_paused = true)]
async fn accounts_by_id() {
    let outcome = scene(|it| it.accounts = [FIRST, SECOND].map(|id| id.parse().unwrap()).into()).scan().await;
    insta::assert_snapshot!(read(&outcome), @"
    read 1 2
    2 of 2 accounts scanned
    exit 0
    ");
}

#[tokio::test(start_paused = true)]
async fn all_but_some() {
    let outcome = scene(|it| it.excluded = [FIRST, MANAGEMENT].map(|id| id.parse().unwrap()).into()).scan().await;
    insta::assert_snapshot!(read(&outcome), @"
    read 2 3 4 5
    4 of 7 accounts scanned
    skipped 100000000000 at select: excluded by --exclude-account
    skipped 100000000001 at select: excluded by --exclude-account
    skipped 100000000006 at state: the account is SUSPENDED
    exit 0
    ");
}

/// A misspelt id would leave an account in the scan that was to be left out.
#[tokio::test(start_paused = true)]
async fn an_exclusion_that_matches_nothing_is_noted() {
    let outcome = scene(|it| it.excluded = ["999999999999", FIRST].map(|id| id.parse().unwrap()).into()).scan().await;
    insta::assert_snapshot!(outcome.text(), @"
    5 of 7 accounts scanned
    skipped 100000000001 at select: excluded by --exclude-account
    skipped 100000000006 at state: the account is SUSPENDED
    noted 999999999999: --exclude-account has no effect: the account is not in the organization or the accounts file
    exit 0
    ");
    // Where the list was not read to its end, it is not known.
    let only = scene(|it| {
        (it.accounts, it.excluded) = ([MANAGEMENT.parse().unwrap()].into(), ["999999999999".parse().unwrap()].into());
    });
    assert_eq!(only.scan().await.result.coverage.notes, []);
}

#[tokio::test(start_paused = true)]
async fn a_unit_by_path_with_everything_below_it() {
    let workloads = scene(|it| it.units = vec!["Root/Workloads".to_owned()]).scan().await;
    insta::assert_snapshot!(read(&workloads), @"
    read 3 4 5
    3 of 4 accounts scanned
    skipped 100000000006 at state: the account is SUSPENDED
    exit 0
    ");
}

#[tokio::test(start_paused = true)]
async fn a_unit_by_id_and_an_account_beside_it() {
    let id = world().ou_id("Workloads/Prod");
    let outcome = scene(|it| (it.units, it.accounts) = (vec![id], [FIRST.parse().unwrap()].into())).scan().await;
    insta::assert_snapshot!(read(&outcome), @"
    read 1 4 5
    3 of 3 accounts scanned
    exit 0
    ");
}

#[tokio::test(start_paused = true)]
async fn a_unit_where_the_list_of_accounts_has_no_units() {
    let scene = scene(|it| it.units = vec!["Root/Workloads".to_owned()]);
    let outcome = scene.serving(|options| options.account_fields = orgsim::AccountFields::StatusOnly).scan().await;
    insta::assert_snapshot!(read(&outcome), @"
    read 3 4 5
    3 of 4 accounts scanned
    skipped 100000000006 at state: the account is SUSPENDED
    exit 0
    ");
}

#[tokio::test(start_paused = true)]
async fn the_root_is_everything() {
    let by_root = scene(|it| it.units = vec!["Root".to_owned()]).scan().await;
    assert_eq!(read(&by_root), read(&scene(|_| {}).scan().await));
}

#[tokio::test(start_paused = true)]
async fn a_unit_that_does_not_exist() {
    insta::assert_snapshot!(scene(|it| it.units = vec!["Root/Wrokloads".to_owned()]).refused().await, @"
    error: there is no organizational unit `Root/Wrokloads` in the organization
    hint: give an id (`ou-...`) or the names from the root down (`Root/Workloads`)
    ");
}

#[tokio::test(start_paused = true)]
async fn units_that_cannot_be_read() {
    let denied = crate::harness::error(400, "AccessDeniedException").action("ListRoots");
    let scene = scene(|it| it.units = vec!["Root/Workloads".to_owned()]).with(denied);
    insta::assert_snapshot!(scene.refused().await, @"
    error: could not find the organizational unit `Root/Workloads`: organizational units could not be read: organizations:ListRoots was denied: as the test wants it (AccessDeniedException)
    hint: name accounts with --account, or allow the caller to list the units
    ");
}

/// It cannot be known which accounts are in the unit, so none is left out in silence.
#[tokio::test(start_paused = true)]
async fn a_unit_whose_accounts_cannot_be_read() {
    let denied = crate::harness::error(400, "AccessDeniedException").action("ListAccountsForParent");
    let scene = scene(|it| it.units = vec!["Root/Workloads".to_owned()]).with(denied);
    let outcome = scene.serving(|options| options.account_fields = orgsim::AccountFields::StatusOnly).scan().await;
    insta::assert_snapshot!(summed_up(&outcome), @"
    0 of 7 accounts scanned with 0 users
    7 select: organizational units could not be read: organizations:ListAccountsForParent was denied: as the test wants it (AccessDeniedException)
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_does_not_exist() {
    let outcome = scene(|it| it.accounts = ["999999999999", FIRST].map(|id| id.parse().unwrap()).into()).scan().await;
    insta::assert_snapshot!(read(&outcome), @"
    read 1
    1 of 2 accounts scanned
    failed 999999999999 at select: the account was named by --account and is not in the organization or the accounts file
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_suspended() {
    let outcome = scene(|it| it.accounts = ["100000000006".parse().unwrap()].into()).scan().await;
    insta::assert_snapshot!(read(&outcome), @"
    read 
    0 of 2 accounts scanned
    failed (no account) at select: no account is left to scan: --account leaves 1, of which none is active
    skipped 100000000006 at state: the account is SUSPENDED
    exit 3
    ");
}

/// A world whose third member account is in a state that no client knows.
fn restricted() -> Scene {
    let mut world = world();
    world.accounts[3].state = AccountState::ActiveRestricted;
    Scene::of(completed(&world))
}

/// AWS adds states: an unknown one does not say that the account is unusable.
#[tokio::test(start_paused = true)]
async fn an_account_in_an_unknown_state_is_read() {
    insta::assert_snapshot!(read(&restricted().scan().await), @"
    read 0 1 2 3 4 5
    6 of 7 accounts scanned
    skipped 100000000006 at state: the account is SUSPENDED
    exit 0
    ");
}

#[tokio::test(start_paused = true)]
async fn an_account_in_an_unknown_state_that_cannot_be_read_has_failed() {
    let denied = crate::harness::error(403, "AccessDenied").account("100000000003".parse().unwrap());
    insta::assert_snapshot!(read(&restricted().with(denied).scan().await), @"
    read 0 1 2 3 4 5
    5 of 7 accounts scanned
    failed 100000000003 at assume_role: sts:AssumeRole was denied: as the test wants it (AccessDenied). Check that arn:aws:iam::100000000003:role/OrganizationAccountAccessRole exists, that it trusts the caller, and the external id if it asks for one. The state of the account is `ACTIVE_RESTRICTED`, which Keysweep does not know
    skipped 100000000006 at state: the account is SUSPENDED
    exit 3
    ");
}

/// `Status` has no word for such a state, nor for a closed account, and `State` may be missing: neither account is left
/// out, and the one that is closed cannot be read.
#[tokio::test(start_paused = true)]
async fn an_account_without_any_state_is_read() {
    let mut world = world();
    (world.accounts[3].state, world.accounts[4].state) = (AccountState::ActiveRestricted, AccountState::Closed);
    let scene = Scene::of(completed(&world));
    let outcome = scene.serving(|options| options.account_fields = orgsim::AccountFields::StatusOnly).scan().await;
    insta::assert_snapshot!(read(&outcome), @"
    read 0 1 2 3 4 5
    5 of 7 accounts scanned
    failed 100000000004 at assume_role: sts:AssumeRole was denied: User: arn:aws:iam::100000000000:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::100000000004:role/OrganizationAccountAccessRole (AccessDenied). Check that arn:aws:iam::100000000004:role/OrganizationAccountAccessRole exists, that it trusts the caller, and the external id if it asks for one. The state of the account is `(no state)`, which Keysweep does not know
    skipped 100000000006 at state: the account is SUSPENDED
    exit 3
    ");
}

/// Pages of 20 accounts, so that the second begins with the last of the first once more.
fn repeated() -> Scene {
    let old = |number: usize| vec![user("ann", [key(&format!("OLD{number}"), 400.0).used(1.0)])];
    Scene::of(organization((1..=25).map(old))).serving(|options| options.repeated_accounts = true)
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_listed_twice_is_read_once() {
    let outcome = repeated().scan().await;
    let calls = outcome.sim.calls();
    let assumed = calls.rows().into_iter().filter(|row| row.1 == "AssumeRole").map(|row| row.2);
    assert_eq!(assumed.collect::<Vec<_>>(), [1; 25]);
    assert_eq!((outcome.result.coverage.scanned, outcome.result.coverage.expected()), (26, 26));
    let found: BTreeSet<_> = outcome.findings.iter().map(|finding| &finding.id).collect();
    assert_eq!((found.len(), outcome.findings.len(), outcome.result.summary.users), (25, 25, 26));
}

#[tokio::test(start_paused = true)]
async fn a_selection_that_leaves_no_account_is_incomplete_and_says_why() {
    let everything = || world().accounts.iter().map(|account| account.id.to_string().parse().unwrap()).collect();
    let texts = [
        scene(|it| it.excluded = everything()).scan().await.text(),
        scene(|it| it.accounts = ["100000000006".parse().unwrap()].into()).scan().await.text(),
        scene(|it| {
            (it.accounts, it.excluded) = ([FIRST.parse().unwrap()].into(), [FIRST.parse().unwrap()].into());
        })
        .scan()
        .await
        .text(),
    ];
    insta::assert_snapshot!(texts.join("\n\n"), @"
    0 of 8 accounts scanned
    failed (no account) at select: no account is left to scan: --exclude-account removes the last one
    skipped 100000000000 at select: excluded by --exclude-account
    skipped 100000000001 at select: excluded by --exclude-account
    skipped 100000000002 at select: excluded by --exclude-account
    skipped 100000000003 at select: excluded by --exclude-account
    skipped 100000000004 at select: excluded by --exclude-account
    skipped 100000000005 at select: excluded by --exclude-account
    skipped 100000000006 at select: excluded by --exclude-account
    exit 3

    0 of 2 accounts scanned
    failed (no account) at select: no account is left to scan: --account leaves 1, of which none is active
    skipped 100000000006 at state: the account is SUSPENDED
    exit 3

    0 of 2 accounts scanned
    failed (no account) at select: no account is left to scan: --exclude-account removes the last one
    skipped 100000000001 at select: excluded by --exclude-account
    exit 3
    ");
    let mut world = world();
    world.organizational_units.push("Empty".into());
    let empty = Scene::of(completed(&world)).asking(|it| it.scan.selection.units = vec!["Root/Empty".to_owned()]);
    insta::assert_snapshot!(empty.scan().await.text(), @"
    0 of 1 accounts scanned
    failed (no account) at select: no account is left to scan: --ou selects none of the 7 that were listed
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn accounts_of_a_file_without_a_call_to_the_organization() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.csv");
    std::fs::write(&path, format!("id,name\n{FIRST},one\n999999999999,elsewhere\n")).unwrap();
    let accounts = keysweep::accounts_file::read(&path, keysweep_files::Found::Named).unwrap();
    let scene = Scene::of(world()).asking(|settings| settings.scan.source = AccountSource::Listed(accounts));
    let outcome = scene.scan().await;
    let asked: Vec<_> = outcome.sim.calls().by_action().into_keys().collect();
    insta::assert_snapshot!([read(&outcome), asked.join(", ")].join("\n"), @"
    read 1 9
    1 of 2 accounts scanned
    failed 999999999999 at assume_role: sts:AssumeRole was denied: User: arn:aws:iam::100000000000:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::999999999999:role/OrganizationAccountAccessRole (AccessDenied). Check that arn:aws:iam::999999999999:role/OrganizationAccountAccessRole exists, that it trusts the caller, and the external id if it asks for one
    exit 3
    AssumeRole, GenerateCredentialReport, GetCallerIdentity, GetCredentialReport, ListUsers
    ");
}

/// Interrupts at the first request for `wanted` after `others` more of them.
async fn interrupted(wanted: &'static str, others: usize) -> String {
    let seen = AtomicUsize::new(0);
    let mut world = world();
    world.accounts.extend((7..45).map(crate::worlds::member));
    let scene =
        Scene::of(completed(&world)).serving(|options| options.empty_pages = false).before(move |handle, request| {
            if action(request) == wanted && seen.fetch_add(1, Ordering::Relaxed) == others {
                handle.stop.cancel();
            }
        });
    let lab = scene.asking(|settings| settings.scan.concurrency.accounts = 3).start().await;
    match lab.try_scan().await {
        Ok(outcome) => summed_up(&outcome),
        Err(error) => error.to_string(),
    }
}

/// The coverage, gaps with the same reason in one line.
fn summed_up(outcome: &Outcome) -> String {
    let coverage = &outcome.result.coverage;
    let mut reasons: Vec<(String, usize)> = Vec::new();
    for gap in coverage.failed.iter().chain(&coverage.skipped) {
        let reason = format!("{}: {}", gap.step, gap.reason);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => reasons.push((reason, 1)),
        }
    }
    let named = coverage.failed.iter().filter_map(|gap| gap.account_id).collect::<BTreeSet<_>>();
    let unnamed = coverage.failed.iter().filter(|gap| gap.account_id.is_none()).count();
    assert_eq!(named.len() + unnamed, coverage.failed.len(), "an account is there twice");
    let lines = reasons.into_iter().map(|(reason, count)| format!("{count} {reason}\n"));
    let read = outcome.result.summary.users;
    format!(
        "{} of {} accounts scanned with {read} users\n{}exit {}",
        coverage.scanned,
        coverage.expected(),
        lines.collect::<String>(),
        outcome.exit() as u8
    )
}

#[tokio::test(start_paused = true)]
async fn interrupted_before_anything_is_known() {
    let texts = [interrupted("GetCallerIdentity", 0).await, interrupted("ListAccounts", 0).await];
    insta::assert_snapshot!(texts.join("\n"), @"
    interrupted before any account was listed
    0 of 1 accounts scanned with 0 users
    1 interrupted: interrupted before all accounts were listed
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn interrupted_while_accounts_are_listed() {
    insta::assert_snapshot!(interrupted("ListAccounts", 1).await, @"
    0 of 22 accounts scanned with 0 users
    3 interrupted: interrupted while the account was being read
    17 interrupted: interrupted before the account was read
    1 interrupted: interrupted before all accounts were listed
    1 state: the account is SUSPENDED
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn interrupted_while_accounts_are_read() {
    let texts = [interrupted("AssumeRole", 0).await, interrupted("GetCredentialReport", 10).await];
    insta::assert_snapshot!(texts.join("\n\n"), @"
    0 of 45 accounts scanned with 0 users
    3 interrupted: interrupted while the account was being read
    41 interrupted: interrupted before the account was read
    1 state: the account is SUSPENDED
    exit 3

    10 of 45 accounts scanned with 6 users
    3 interrupted: interrupted while the account was being read
    31 interrupted: interrupted before the account was read
    1 state: the account is SUSPENDED
    exit 3
    ");
}

/// Wherever the interrupt comes, each account is in the coverage once, and findings are of accounts that were read.
#[tokio::test(start_paused = true)]
async fn interrupted_anywhere() {
    let old = |number: usize| vec![user("ann", [key(&format!("OLD{number}"), 400.0).used(200.0)])];
    let mut ends = [0; 3];
    for moment in 0..60 {
        let seen = AtomicUsize::new(0);
        let scene = Scene::of(organization((1..6).map(old))).before(move |handle, _| {
            if seen.fetch_add(1, Ordering::Relaxed) == moment {
                handle.stop.cancel();
            }
        });
        let lab = scene.asking(|settings| settings.scan.concurrency.accounts = 3).start().await;
        let Ok(outcome) = lab.try_scan().await else {
            ends[0] += 1;
            continue;
        };
        let coverage = &outcome.result.coverage;
        let lost: BTreeSet<_> = coverage.failed.iter().filter_map(|gap| gap.account_id).collect();
        let is_cut = coverage.failed.iter().any(|gap| gap.account_id.is_none());
        assert!(is_cut || coverage.expected() == 6, "at {moment}: {}", outcome.text());
        let found: BTreeSet<_> = outcome.findings.iter().map(|finding| finding.account_id).collect();
        assert!(found.is_disjoint(&lost), "at {moment}: {}", outcome.text());
        assert_eq!(found.len() as u64, coverage.scanned.saturating_sub(u64::from(!lost.contains(&management()))));
        assert_eq!(outcome.exit(), if coverage.failed.is_empty() { Exit::Findings } else { Exit::Incomplete });
        ends[if coverage.failed.is_empty() { 2 } else { 1 }] += 1;
    }
    assert!(ends.iter().all(|count| *count > 2), "{ends:?}");
}

fn management() -> keysweep_model::AccountId {
    MANAGEMENT.parse().unwrap()
}
