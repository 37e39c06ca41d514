//! What is wrong with a file, as the formats for it take it.

/// A code of all that can be wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeRow<'a> {
    /// The word that names it.
    pub code: &'a str,
    /// What it means, in a sentence.
    pub explanation: &'a str,
    /// `error` where the file is refused, else `warning`.
    pub level: &'a str,
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosticRow<'a> {
    /// The file as the user named it.
    pub file: &'a str,
    /// Which of all that can be wrong it is.
    pub code: CodeRow<'a>,
    /// What is wrong, in one line.
    pub message: &'a str,
    /// What to do about it; none where that is not known.
    pub help: Option<&'a str>,
    /// Where; none where it concerns the file as a whole.
    pub place: Option<PlaceRow>,
}

/// A piece of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceRow {
    /// The line, counted from 1.
    pub line: usize,
    /// The first character of the piece, counted from 1.
    pub column: usize,
    /// How many characters the piece has.
    pub length: usize,
}
