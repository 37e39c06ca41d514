//! Recorded scans: what a run changes in the history, what it leaves as it is, and what happens where it is not carried to its
//! end.

use std::{fmt::Write, fs, path::Path, time::Duration};

use keysweep_model::{FindingFilter, FindingStates, ResourceOwner};
use keysweep_store::{Access, Options, Place, Store};
use orgsim::{
    Fault, Sim, SimOptions,
    fault::{FaultKind, Latency},
    world::{KeyStatus, Tags, User},
};

use crate::{
    process::{CLOSED, Keysweep, Organization, Ran, Running, keysweep, wait_until},
    worlds::{FIRST, SECOND, first_member, old, organization},
};

/// A scan of what changes, live: a credential report is hours old.
pub(crate) const SCAN: &str = "scan --policy access-key-max-age --fresh --store s.db --no-progress";

/// Accounts of these users, each of which has one old key, and so one finding.
fn serve<const N: usize>(members: [&[&str]; N]) -> Organization {
    let world = organization(members.map(|names| names.iter().map(|name| old(name)).collect()));
    Organization::serve(Sim::new(world, now()))
}

/// At the time that it is.
pub(crate) fn now() -> SimOptions {
    SimOptions::new(orgsim::Clock::from_fn(jiff::Timestamp::now))
}

/// Two accounts with three findings.
pub(crate) fn three() -> Organization {
    serve([&["ann", "bob"], &["carl"]])
}

impl Organization {
    pub(crate) fn scan(&self, more: &str) -> Ran {
        self.keysweep(&format!("{SCAN} {more}")).run()
    }

    pub(crate) fn scan_after(&self, before: Ran, more: &str) -> Ran {
        self.after(before, more).run()
    }

    pub(crate) fn after(&self, before: Ran, more: &str) -> Keysweep {
        before.then(&format!("{SCAN} {more}")).envs(&self.environment())
    }

    /// Changes the users of the first account.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Vec<User>)) {
        self.sim.with_world_mut(|world| change(&mut first_member(world).users));
    }

    /// Starts a scan, and waits until it is reading the second account, whose users are not answered for.
    pub(crate) fn hang(&self, run: Keysweep) -> Running {
        let late = FaultKind::Latency(Latency::FixedMs(600_000));
        self.sim.add_fault(Fault::new(late).account(SECOND.parse().unwrap()).action("ListUsers"));
        self.sim.forget_calls();
        let running = run.start();
        let lists_users = |account: &str| {
            let account = account.parse().ok();
            self.sim.calls().rows().iter().any(|row| row.0 == account && row.1 == "ListUsers")
        };
        wait_until(|| lists_users(FIRST) && lists_users(SECOND));
        // Time for the first account to reach the store.
        std::thread::sleep(Duration::from_millis(500));
        running
    }
}

/// The store at `path`, to be read.
pub(crate) fn open(path: &Path) -> Store {
    let options = Options {
        process: "the test".to_owned(),
        timeout: Duration::from_secs(10),
        now: jiff::Timestamp::now(),
        new_id: "test".to_owned(),
    };
    Store::open(&Place::parse(path.to_str().unwrap()).unwrap(), Access::Read, options).unwrap()
}

/// The runs with how far they came, and every finding with where it stands.
pub(crate) fn history(ran: &Ran) -> String {
    let mut store = open(&ran.path("s.db"));
    let mut runs = store.runs(None).unwrap();
    runs.reverse();
    let runs: Vec<_> = runs.iter().map(|run| format!("run {} {}", run.number, run.status)).collect();
    let mut lines = Vec::new();
    let filter = FindingFilter { states: FindingStates::All, ..FindingFilter::default() };
    let mut add = |finding: keysweep_model::RecordedFinding| {
        let user = finding.user_name.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut line = format!("{user} {} since run {}", finding.state(), finding.opened.run);
        if finding.first_seen != finding.opened {
            write!(line, ", first in run {}", finding.first_seen.run).unwrap();
        }
        if let Some(resolved) = &finding.resolved {
            write!(line, "; run {}: {}", resolved.moment.run, resolved.reason).unwrap();
        }
        if let Some(reason) = &finding.not_judged {
            write!(line, "; not judged: {reason}").unwrap();
        }
        lines.push(line);
        Ok(())
    };
    store.findings(&filter, None, &mut add).unwrap();
    lines.sort();
    [vec![runs.join(", ")], lines].concat().join("\n")
}

/// The last line of the text, on what has changed.
pub(crate) fn change(ran: &Ran) -> String {
    let line = ran.stdout.lines().last().unwrap_or_default();
    // The time of the run before is that of the test.
    match line.split_once(" of 20") {
        Some((before, after)) => format!("{before} of TIME{}", &after["26-01-01 00:00".len()..]),
        None => line.to_owned(),
    }
}

pub(crate) fn deactivate(users: &mut [User], name: &str) {
    users.iter_mut().filter(|user| *user.name == *name).for_each(|user| user.keys[0].status = KeyStatus::Inactive);
}

#[test]
fn a_night_changes_the_history() {
    let organization = serve([&["ann", "bob", "carl", "dora"]]);
    let first = organization.scan("--all");
    assert_eq!(first.stdout.matches(" NEW active for").count(), 4, "{}", first.stdout);
    organization.change(|users| {
        deactivate(users, "ann");
        users.retain(|user| *user.name != *"bob");
        users.iter_mut().filter(|user| *user.name == *"carl").for_each(|user| user.name = "zoe".into());
        users.push(old("eve"));
    });
    let second = organization.scan_after(first, "--all");
    let marked: Vec<_> = second.stdout.lines().filter(|line| line.contains(" NEW ")).collect();
    assert!(matches!(marked.as_slice(), [line] if line.contains(" eve ")), "{}", second.stdout);
    insta::assert_snapshot!([change(&second), history(&second)].join("\n"), @"
    CHANGE     since run 1 of TIME: 1 new, 2 resolved
    run 1 complete, run 2 complete
    ann resolved since run 1; run 2: the policy passes it now
    bob resolved since run 1; run 2: the user `bob` is gone or has another name
    dora open since run 1
    eve open since run 2
    zoe open since run 1
    ");

    organization.change(|users| {
        users.iter_mut().for_each(|user| user.keys[0].status = KeyStatus::Active);
        users.retain(|user| *user.name != *"eve");
    });
    let third = organization.scan_after(second, "--format json");
    let document = third.json();
    let findings = document["findings"].as_array().unwrap().iter();
    let kinds: Vec<_> = findings.map(|it| format!("{} {}", it["user_name"], it["change"])).collect();
    insta::assert_snapshot!(kinds.join("\n"), @r#"
    "ann" "reopened"
    "dora" "unchanged"
    "zoe" "unchanged"
    "#);
    let times: Vec<_> = document["findings"].as_array().unwrap().iter().map(|it| &it["first_seen_at"]).collect();
    assert!(times.iter().all(|time| time.as_str() < document["run"]["started_at"].as_str()), "{times:?}");
    insta::assert_snapshot!(history(&third), @"
    run 1 complete, run 2 complete, run 3 complete
    ann open since run 3, first in run 1
    bob resolved since run 1; run 2: the user `bob` is gone or has another name
    dora open since run 1
    eve resolved since run 2; run 3: the user `eve` is gone or has another name
    zoe open since run 1
    ");
}

#[test]
fn with_a_file_stderr_says_what_has_changed() {
    let organization = three();
    let first = organization.scan("-o result.txt");
    let second = organization.scan_after(first, "-o result.json --format json");
    let said = |ran: &Ran| ran.stderr.lines().find(|line| line.starts_with("CHANGE")).unwrap_or_default().to_owned();
    assert!(said(&second).ends_with(": no finding has changed"), "{}", second.stderr);
    assert!(second.read("result.txt").unwrap().ends_with("\nCHANGE     first run in this store\n"));
}

#[test]
fn a_scan_without_a_store_says_nothing_of_history() {
    let ran = three().keysweep("scan --policy access-key-max-age --format json").run();
    let document = ran.json();
    assert!(document["findings"][0]["change"].is_null() && document["findings"][0]["first_seen_at"].is_null());
    assert_eq!(ran.list(""), [".aws"; 0]);
}

#[test]
fn a_role_that_fails_resolves_nothing() {
    let organization = three();
    let first = organization.scan("");
    organization.sim.with_world_mut(|world| {
        let account = first_member(world);
        account.roles = Some(Vec::new());
        deactivate(&mut account.users, "ann");
    });
    let second = organization.scan_after(first, "");
    assert_eq!(second.code, 3);
    insta::assert_snapshot!([change(&second), history(&second)].join("\n"), @"
    CHANGE     since run 1 of TIME: no finding has changed
    run 1 complete, run 2 complete
    ann open since run 1; not judged: account 100000000001 could not be read in run 2: sts:AssumeRole was denied: User: arn:aws:iam::100000000000:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::100000000001:role/OrganizationAccountAccessRole (AccessDenied). Check that arn:aws:iam::100000000001:role/OrganizationAccountAccessRole exists, that it trusts the caller, and the external id if it asks for one
    bob open since run 1; not judged: account 100000000001 could not be read in run 2: sts:AssumeRole was denied: User: arn:aws:iam::100000000000:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::100000000001:role/OrganizationAccountAccessRole (AccessDenied). Check that arn:aws:iam::100000000001:role/OrganizationAccountAccessRole exists, that it trusts the caller, and the external id if it asks for one
    carl open since run 1
    ");
}

#[test]
fn a_narrower_scan_resolves_nothing_elsewhere() {
    let organization = three();
    let first = organization.scan("");
    organization.sim.with_world_mut(|world| {
        world.accounts.iter_mut().for_each(|account| {
            deactivate(&mut account.users, "ann");
            deactivate(&mut account.users, "carl");
        });
    });
    let second = organization.scan_after(first, &format!("--account {FIRST}"));
    assert_eq!(second.code, 1);
    insta::assert_snapshot!([change(&second), history(&second)].join("\n"), @"
    CHANGE     since run 1 of TIME: 1 resolved
    run 1 complete, run 2 complete
    ann resolved since run 1; run 2: the policy passes it now
    bob open since run 1
    carl open since run 1; not judged: account 100000000002 was not selected in run 2
    ");
}

#[test]
fn a_disabled_policy_and_a_changed_parameter_resolve_nothing() {
    let scan = "scan --fresh --store s.db";
    let config = |policy: &str| format!("no_shipped_policies: true\npolicy_folders: [p]\npolicies: {policy}\n");
    let script = |id: &str| {
        format!(
            "//! id: {id}\n//! title: T\n//! severity: low\n//! resource: access_key\n//! remedy: none\n\
             //! params:\n//!   days: {{ type: integer, default: 90, help: h }}\n\n\
             fn check(key, params) {{ if key.active && key.age_days > params.days {{ return fail(\"old\"); }} pass() }}\n"
        )
    };
    let organization = serve([&["ann"]]);
    let run = |run: Keysweep, policies: &str| {
        let run = run.file("keysweep.yaml", &config(policies)).envs(&organization.environment());
        run.file("p/a.rhai", &script("a")).file("p/b.rhai", &script("b")).run()
    };
    let first = run(keysweep(scan), "{}");
    let second = run(first.then(scan), "{ a: { enabled: false }, b: { params: { days: 9000 } } }");
    insta::assert_snapshot!([change(&second), history(&second)].join("\n"), @"
    CHANGE     since run 1 of TIME: 1 no longer judged
    run 1 complete, run 2 complete
    ann open since run 1; not judged: policy `a` is disabled or gone in run 2
    ann open since run 1; not judged: the policy judges otherwise now: parameter `days` changed from 90 to 9000
    ");
    let third = run(second.then(scan), "{}");
    insta::assert_snapshot!([change(&third), history(&third)].join("\n"), @"
    CHANGE     since run 2 of TIME: 1 judged again
    run 1 complete, run 2 complete, run 3 complete
    ann open since run 1
    ann open since run 1
    ");
}

#[test]
fn what_an_account_had_is_closed_when_it_has_left() {
    let organization = three();
    let first = organization.scan("");
    organization.sim.with_world_mut(|world| world.accounts.remove(2));
    let second = organization.scan_after(first, "");
    insta::assert_snapshot!([change(&second), history(&second)].join("\n"), @"
    CHANGE     since run 1 of TIME: 1 resolved
    run 1 complete, run 2 complete
    ann open since run 1
    bob open since run 1
    carl resolved since run 1; run 2: the account has left the organization
    ");
}

#[test]
fn new_violations_have_an_exit_code_of_their_own() {
    let organization = three();
    // In a new store everything is new.
    let mut ran = organization.scan("--fail-on-new medium");
    let mut codes = vec![ran.code];
    for more in ["--fail-on-new medium", "--fail-on-new info --fail-on high", "--fail-on-new high --fail-on low"] {
        ran = organization.scan_after(ran, more);
        codes.push(ran.code);
    }
    organization.change(|users| users.push(old("dora")));
    ran = organization.scan_after(ran, "--fail-on-new high");
    codes.push(ran.code);
    organization.change(|users| users.push(old("eve")));
    ran = organization.scan_after(ran, "--fail-on-new medium");
    codes.push(ran.code);
    assert_eq!(codes, [1, 0, 0, 1, 0, 1]);
    organization.change(|users| users.push(old("fred")));
    organization.sim.with_world_mut(|world| world.accounts[2].roles = Some(Vec::new()));
    assert_eq!(organization.scan_after(ran, "--fail-on-new medium").code, 3);
}

#[test]
fn new_violations_need_a_store_and_the_present() {
    let said = |more: &str| {
        let run = keysweep(&format!("scan --policy access-key-max-age --fail-on-new high {more}"));
        run.env("AWS_ENDPOINT_URL", CLOSED).run().said()
    };
    insta::assert_snapshot!([said(""), said("--store s.db --as-of 2031-01-01")].join("\n"), @"
    exit 2
    error: `--fail-on-new` compares with the last run, and no store is named
    hint: name one with --store, or by `store` in keysweep.yaml

    exit 2
    error: `--fail-on-new` compares with the last run, and a run as of 2031-01-01T00:00:00Z is not recorded
    hint: leave out --as-of, or --fail-on-new
    ");
}

#[test]
fn a_scan_as_of_another_time_is_not_recorded() {
    let ran = three().scan("--as-of 2031-01-01");
    assert_eq!(ran.code, 1);
    assert!(!ran.stdout.contains("CHANGE") && !ran.list("").contains(&"s.db".to_owned()), "{}", ran.stdout);
    let said = ran.stderr.split(" as of 20").map(|part| &part[..part.len().min(40)]).collect::<Vec<_>>();
    assert_eq!(ran.stderr.lines().count(), 1, "{said:?}");
    assert!(
        ran.stderr.starts_with("not recorded: the run judges as of 2031-01-01T00:00:00Z, and not as of "),
        "{said:?}"
    );
    // A few minutes make no difference.
    let now = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(10);
    assert_eq!(change(&three().scan(&format!("--as-of {now}"))), "CHANGE     first run in this store");
}

#[test]
fn a_saved_inventory_is_a_run_of_the_time_when_it_was_read() {
    let organization = three();
    let saved = organization.keysweep("scan --policy access-key-max-age --fresh --save-inventory i.jsonl").run();
    let judge = "scan --policy access-key-max-age --inventory i.jsonl --store s.db --owner-tag team";
    let recorded = saved.then(judge).run();
    assert_eq!(change(&recorded), "CHANGE     first run in this store");
    let run = open(&recorded.path("s.db")).newest_complete().unwrap().unwrap();
    let header: serde_json::Value =
        serde_json::from_str(recorded.read("i.jsonl").unwrap().lines().next().unwrap()).unwrap();
    let read_at: jiff::Timestamp = header["run"]["started_at"].as_str().unwrap().parse().unwrap();
    assert_eq!((run.source.as_str(), run.started_at.as_millisecond()), ("inventory", read_at.as_millisecond()));
    // As of another day it tells what would be so then.
    let other = recorded.then(&format!("{judge} --as-of 2031-01-01")).run();
    assert!(other.stderr.starts_with("not recorded: "), "{}", other.stderr);

    organization.change(|users| deactivate(users, "ann"));
    let scanned = organization.scan_after(other, "");
    assert!(change(&scanned).ends_with(": 1 resolved"), "{}", change(&scanned));
    // What was read before the newest run cannot be recorded after it.
    let older = scanned.then(judge).run();
    insta::assert_snapshot!(older.said(), @"
    exit 2
    error: store `s.db` has a run that is newer than this inventory: history cannot be changed afterwards
    hint: judge the inventory without --store
    ");
    insta::assert_snapshot!(history(&older), @"
    run 1 complete, run 2 complete
    ann resolved since run 1; run 2: the policy passes it now
    bob open since run 1
    carl open since run 1
    ");
}

#[test]
fn who_answers_for_a_user_is_read_of_users_with_findings_only() {
    let organization = three();
    organization.change(|users| {
        users
            .iter_mut()
            .for_each(|user| user.tags = Tags::new(vec![("Team".into(), format!("team-{}", user.name).into())]));
        deactivate(users, "bob");
    });
    let ran = organization.scan("--owner-tag team");
    let calls = organization.sim.calls();
    let tags = calls.rows().into_iter().filter(|row| row.1 == "ListUserTags").map(|row| row.2);
    assert_eq!(tags.sum::<u64>(), 2);
    let mut owners = Vec::new();
    let mut add = |finding: keysweep_model::RecordedFinding| {
        owners.push(match finding.owner {
            ResourceOwner::Named(owner) => owner,
            ResourceOwner::None => "none".to_owned(),
            ResourceOwner::Unknown => "unknown".to_owned(),
        });
        Ok(())
    };
    open(&ran.path("s.db")).findings(&FindingFilter::default(), None, &mut add).unwrap();
    owners.sort();
    assert_eq!(owners, ["none", "team-ann"]);
    organization.sim.forget_calls();
    organization.keysweep("scan --policy access-key-max-age --fresh").run();
    assert!(!organization.sim.calls().rows().iter().any(|row| row.1 == "ListUserTags"));
}

#[test]
fn the_file_names_the_store_by_its_own_folder() {
    let organization = three();
    let run = organization.keysweep("--config etc/keysweep.yaml scan --policy access-key-max-age");
    let ran = run.file("etc/keysweep.yaml", "store: history.db\n").run();
    assert!(fs::metadata(ran.path("etc/history.db")).is_ok(), "{}", ran.stderr);
}
