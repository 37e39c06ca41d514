//! A file compiles or is refused, and every error can be shown at a place inside the file.

#![no_main]

use keysweep_policy::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = Policy::compile("fuzz.rhai", text) {
        assert!(!error.to_string().is_empty());
        let lines = text.lines().count().max(1);
        for place in error.diagnostics.iter().filter_map(|diagnostic| diagnostic.place) {
            // The end of a file that ends with its last line is on the line after it.
            assert!(place.line >= 1 && place.line <= lines + 1, "{place:?} of {lines} lines");
            assert!(place.column >= 1 && place.length >= 1, "{place:?}");
        }
    }
});
