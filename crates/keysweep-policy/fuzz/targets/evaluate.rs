//! Judging ends, in time and twice alike; no native function panics.

#![no_main]

use std::time::{Duration, Instant};

use jiff::Timestamp;
use keysweep_model::Resource;
use keysweep_policy::{Evaluation, Outcome, Policy};
use keysweep_policy_fuzz::{policy, resources, script};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let resources = resources();
    let resource = &resources[usize::from(*first) % resources.len()];
    let Some(script) = script(*first, rest) else { return };
    let text = policy(resource, &script);
    let Ok(policy) = Policy::compile("fuzz.rhai", &text) else { return };
    if let (Some(once), Some(twice)) = (judged(&policy, resource), judged(&policy, resource)) {
        assert_eq!(once, twice);
    }
});

/// The evaluation; none where a limit stopped the script, which need not happen again.
fn judged(policy: &Policy, resource: &Resource) -> Option<Evaluation> {
    let begin = Instant::now();
    let evaluation = policy.evaluate(resource, Timestamp::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    assert!(begin.elapsed() < Duration::from_secs(2), "took {:?}", begin.elapsed());
    match &evaluation.outcome {
        Outcome::Error(error) => {
            assert!(!error.message.contains("panicked"), "{error}");
            (!error.message.starts_with("the script took")).then_some(evaluation)
        }
        Outcome::Verdict(_) | Outcome::Needs { .. } | Outcome::Unknown(_) => Some(evaluation),
    }
}
