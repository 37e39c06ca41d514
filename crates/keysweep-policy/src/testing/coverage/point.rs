//! Points of a script: what can be reached, and where it stands.

use std::fmt;

/// Something that can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Point {
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// The character in the line, counted from 1.
    pub(crate) column: usize,
    pub(crate) kind: PointKind,
}

/// What a point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PointKind {
    /// A line: a statement or a function begins there.
    Line,
    /// A condition that is true.
    True,
    /// A condition that is false.
    False,
    /// The right side of an operator that may not need it.
    RightSide,
    /// The body of a loop.
    Loop,
}

impl PointKind {
    /// The kind as a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::True => "true",
            Self::False => "false",
            Self::RightSide => "right_side",
            Self::Loop => "loop",
        }
    }
}

/// Something that no case reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// What it is.
    pub kind: PointKind,
}

impl Missed {
    /// What did not happen.
    #[must_use]
    pub fn what(&self) -> &'static str {
        match self.kind {
            PointKind::Line => "it was never reached",
            PointKind::True => "the condition was never true",
            PointKind::False => "the condition was never false",
            PointKind::RightSide => "the right side was never asked",
            PointKind::Loop => "the loop's body never ran",
        }
    }
}

impl fmt::Display for Missed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}, column {}: {}", self.line, self.column, self.what())
    }
}
