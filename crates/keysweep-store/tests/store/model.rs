//! Random sequences of runs give the same history as a plain model in memory, on both engines.

mod compare;
mod history;
mod plan;

use std::collections::BTreeMap;

use keysweep_model::{Finding, RunStatus};
use proptest::{prelude::*, test_runner::TestRunner};

use self::{
    history::{Id, Model, Seen},
    plan::{End, Plan},
};
use crate::world::{Home, Night};

/// So many sequences are tried on each engine.
const SEQUENCES: u32 = 500;

/// Tries all sequences; each begins with an empty store at the place that it is given.
fn try_all(empty: impl Fn() -> Home) {
    let config = ProptestConfig {
        failure_persistence: None,
        // A sequence takes some time.
        max_shrink_iters: 200,
        ..ProptestConfig::with_cases(SEQUENCES)
    };
    let plans = plan::plans();
    let tried = TestRunner::new(config).run(&plans, |plan| {
        let home = empty();
        play(&home, &plan);
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
}

/// Records a sequence, and compares what the store says of it with the model.
fn play(home: &Home, plan: &Plan) {
    let mut model = Model::default();
    let mut statuses = BTreeMap::new();
    for ((night, end), run) in plan.nights().into_iter().zip(1..) {
        // A run whose process ended is seen to be interrupted once another one begins.
        statuses
            .values_mut()
            .filter(|status| **status == RunStatus::Running)
            .for_each(|it| *it = RunStatus::Interrupted);
        let status = record(home, &mut model, &night, end, run);
        statuses.insert(run, status);
    }
    let mut store = home.open();
    compare::all(&mut store, &model, &statuses);
    let complete: Vec<u64> = model.runs.keys().copied().collect();
    if complete.len() >= 2 {
        let (from, to) = (plan.compared.0.index(complete.len()), plan.compared.1.index(complete.len()));
        compare::difference(&mut store, &model, complete[from.min(to)], complete[from.max(to)]);
    }
    store.close().unwrap();
}

/// Records a night in both.
fn record(home: &Home, model: &mut Model, night: &Night, end: End, run: u64) -> RunStatus {
    let (mut judged, accounts) = (night.clone(), night.accounts.len());
    let read = match end {
        End::Complete => accounts,
        End::Interrupted(read) | End::Dropped(read) => read.min(accounts),
    };
    let mut recorder = home.begin(night).unwrap();
    let mut found = Vec::new();
    for (number, account) in night.accounts.iter().take(read) {
        found.append(&mut night.give_one(&mut recorder, *number, account).unwrap());
    }
    let status = match end {
        End::Complete => {
            let (store, recorded) = recorder.finish(&night.result()).unwrap();
            assert_eq!(recorded.number, run);
            store.close().unwrap();
            RunStatus::Complete
        }
        End::Interrupted(_) => {
            recorder.interrupt();
            RunStatus::Interrupted
        }
        End::Dropped(_) => {
            drop(recorder);
            RunStatus::Interrupted
        }
    };
    judged.accounts = night.accounts.clone().into_iter().take(read).collect();
    let mut after = model.clone();
    let seen = after.judge(&judged, run);
    assert_eq!(seen_of(&found), seen, "marks of run {run}: the store, then the model");
    if end == End::Complete {
        after.complete(night, run);
        *model = after;
    }
    status
}

/// What the findings of a run say of how they stand in the history.
fn seen_of(findings: &[Finding]) -> BTreeMap<Id, Seen> {
    let of = |finding: &Finding| {
        let of_arn = || finding.resource_arn.rsplit(':').next().unwrap().to_owned();
        let number = finding.account_id.to_string()[8..].parse().unwrap();
        let id = (number, finding.policy.to_string(), finding.resource_id.clone().unwrap_or_else(of_arn));
        let seen = finding.seen.unwrap();
        (id, (seen.first_seen_at, seen.change))
    };
    findings.iter().map(of).collect()
}

#[test]
fn sequences_give_the_same_history_on_sqlite() {
    try_all(Home::sqlite);
}

#[cfg(feature = "postgres-tests")]
#[test]
fn sequences_give_the_same_history_on_postgres() {
    let url = crate::postgres_server::shared().fresh_database();
    try_all(|| {
        let home = Home::at(&url);
        home.empty();
        home
    });
}
