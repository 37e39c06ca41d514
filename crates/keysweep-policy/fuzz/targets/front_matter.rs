//! Metadata is read or refused, and every error can be shown.

#![no_main]

use keysweep_policy::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|metadata: &str| {
    let head: String = metadata.lines().map(|line| format!("//! {line}\n")).collect();
    let text = format!("{head}fn check(it, params) {{ pass() }}\n");
    match Policy::compile("fuzz.rhai", &text) {
        Ok(policy) => assert!(!policy.id().as_str().is_empty()),
        Err(error) => assert!(!error.diagnostics.is_empty() && !error.to_string().is_empty()),
    }
});
