//! How much a script may do: limits, each with a default and a range, and each a setting.

use schemars::JsonSchema;
use serde::Deserialize;

/// The limits of policy scripts. They hold for the evaluation of one resource; those of work and time grow with the
/// objects that a script is given in lists, so that a policy for accounts can look at every key of a large one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Operations: 1,000 to 100,000,000. A native function counts as one, and one that does much
    /// as many.
    pub operations: u64,
    /// Further operations for each object of the longest list that a script is given: 0 to 1,000,000.
    pub operations_per_object: u64,
    /// Milliseconds: 10 to 60,000. It stops scripts whose operations are dear; others end by their operations long
    /// before.
    pub milliseconds: u64,
    /// How deep calls of functions may be nested: 1 to 32.
    pub call_levels: usize,
    /// How deep expressions may be nested: 8 to 128.
    pub expression_depth: usize,
    /// Bytes of a string, and of all strings in one list or map together: 256 to 1,048,576.
    pub text_bytes: usize,
    /// Items of a list that a script makes, with those of the lists in it: 16 to 65,536. Lists of objects are not
    /// counted: they are given.
    pub list_items: usize,
    /// Entries of a map that a script makes, with those of the maps in it: 4 to 4,096.
    pub map_entries: usize,
    /// Bytes that all values and facts of an evaluation can take together: 1,048,576 to 1,073,741,824. Where the limits above
    /// allow more, fewer variables are allowed.
    pub memory_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            operations: 50_000,
            operations_per_object: 100,
            milliseconds: 200,
            call_levels: 16,
            expression_depth: 64,
            text_bytes: 16 << 10,
            list_items: 1024,
            map_entries: 256,
            memory_bytes: 64 << 20,
        }
    }
}

/// A limit that is out of its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is {value}, and must be {least} to {most}")]
pub struct LimitError {
    /// The limit.
    pub name: &'static str,
    /// What it was set to.
    pub value: u64,
    /// The least that it may be.
    pub least: u64,
    /// The most that it may be.
    pub most: u64,
}

impl Limits {
    /// Checks that every limit is in its range.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), LimitError> {
        let ranges: [(&'static str, u64, u64, u64); 9] = [
            ("operations", self.operations, 1_000, 100_000_000),
            ("operations_per_object", self.operations_per_object, 0, 1_000_000),
            ("milliseconds", self.milliseconds, 10, 60_000),
            ("call_levels", self.call_levels as u64, 1, 32),
            ("expression_depth", self.expression_depth as u64, 8, 128),
            ("text_bytes", self.text_bytes as u64, 256, 1 << 20),
            ("list_items", self.list_items as u64, 16, 65_536),
            ("map_entries", self.map_entries as u64, 4, 4_096),
            ("memory_bytes", self.memory_bytes as u64, 1 << 20, 1 << 30),
        ];
        let out = ranges.into_iter().find(|(_, value, least, most)| !(least..=most).contains(&value));
        out.map_or(Ok(()), |(name, value, least, most)| Err(LimitError { name, value, least, most }))
    }

    /// How many variables a function may have at once: at most 64, and no more than fit into the memory if each call that
    /// is running has as many, and each holds as much as one value may.
    pub(crate) fn variables(&self) -> usize {
        // An item of a list is a value of two words, an entry of a map a value and its name in a tree.
        const ITEM: usize = 16;
        const ENTRY: usize = 96;
        let value = self.text_bytes + self.list_items * ITEM + self.map_entries * ENTRY;
        (self.memory_bytes / (value * self.call_levels)).clamp(4, 64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_range_and_what_is_not_is_named() {
        assert_eq!(Limits::default().check(), Ok(()));
        insta::assert_snapshot!(
            Limits { milliseconds: 5, ..Limits::default() }.check().unwrap_err(),
            @"`milliseconds` is 5, and must be 10 to 60000"
        );
    }

    #[test]
    fn larger_values_leave_room_for_fewer_variables() {
        assert_eq!(Limits::default().variables(), 64);
        assert_eq!(Limits { text_bytes: 1 << 20, ..Limits::default() }.variables(), 4);
    }
}
