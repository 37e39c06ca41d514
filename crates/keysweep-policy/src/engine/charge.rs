//! How the running script is charged for what a native function does, and what our own functions cost.

use keysweep_files::MAX_PATTERN;
use rhai::EvalAltResult;

use super::watch::{self, Limit};

/// What a value takes beside its contents, in bytes.
pub(crate) const EACH: usize = 48;

/// What a call of a native function costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// The time that it takes, in operations: about 100 ns each.
    pub(crate) operations: usize,
    /// Whether it may take longer than that, so that the clock is to be looked at before.
    pub(crate) is_open: bool,
    /// The bytes that it makes at the most, before its result is held against the limits.
    pub(crate) made: usize,
    /// The bytes that stay until the script ends.
    pub(crate) kept: usize,
}

impl Cost {
    /// Charges the running script.
    pub(crate) fn charge(self) -> Result<(), Box<EvalAltResult>> {
        let charged = || {
            watch::spend(self.operations as u64)?;
            if self.is_open {
                watch::look()?;
            }
            watch::make(self.made)?;
            watch::keep(self.kept)
        };
        charged().map_err(Limit::error)
    }
}

/// Makes a text longer by so many characters. The result is held against the limits before it is made.
pub(crate) fn padded_text(characters: usize) -> Cost {
    Cost { operations: characters / 16, ..Cost::default() }
}

/// Puts one text in the place of another, wherever that is. The result is held against the limits before it is made.
pub(crate) fn replaced(text: &str, find: &str, with: &str) -> Cost {
    Cost { operations: (3 * EACH + text.len() + find.len() + with.len()) / 16, ..Cost::default() }
}

/// A verdict keeps its words and its evidence, of so many bytes.
pub(crate) fn verdict(words: &str, evidence: usize) -> Cost {
    let size = EACH + words.len() + evidence;
    Cost { operations: size / 64, kept: size, ..Cost::default() }
}

/// Holds a text against globs of these lengths: the time is bounded by the product.
pub(crate) fn globs(text: &str, lengths: impl IntoIterator<Item = usize>) -> Cost {
    let of = |length: usize| text.len().saturating_mul(1 + length.min(MAX_PATTERN)) + EACH;
    let product = lengths.into_iter().map(of).fold(0, usize::saturating_add);
    Cost { operations: product / 512, ..Cost::default() }
}

/// Compiles a regular expression, and holds a text against it.
pub(crate) fn regex(text: &str, pattern: &str) -> Cost {
    Cost { operations: 2 + (text.len() + pattern.len()) / 64, is_open: true, ..Cost::default() }
}
