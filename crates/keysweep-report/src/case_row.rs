//! The results of policy tests, as their reports take them.

/// The result of one case of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// The policy's id.
    pub policy: String,
    /// The case's name.
    pub name: String,
    /// The file of the case.
    pub file: String,
    /// The line of the case, counted from 1.
    pub line: usize,
    /// What was expected and what came, where they differ.
    pub failure: Option<String>,
}

/// What the cases reach of one script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageRow {
    /// The script's file.
    pub file: String,
    /// The lines that are reached, and all.
    pub lines: (usize, usize),
    /// The branches that are reached, and all.
    pub branches: (usize, usize),
    /// What is not reached.
    pub missed: Vec<MissedRow>,
}

/// A line or a branch that no case reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedRow {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// `line`, `true`, `false`, `right_side` or `loop`.
    pub kind: &'static str,
    /// What did not happen, in words.
    pub message: String,
}
