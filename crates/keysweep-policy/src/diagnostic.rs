//! Errors in a policy file, shown as a compiler shows them: what is wrong, where, the line itself, and what to do.

use std::{fmt, sync::Arc};

use crate::{characters::is_hidden, code::Code};

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which of all that can be wrong it is.
    pub code: Code,
    /// What is wrong, in one line.
    pub message: String,
    /// Where; none where it concerns the file as a whole.
    pub place: Option<Place>,
    /// What to do about it, where that is known.
    pub help: Option<String>,
}

/// A piece of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, counted from 1.
    pub line: usize,
    /// The first character of the piece, counted from 1.
    pub column: usize,
    /// How many characters the piece has; at least one is marked.
    pub length: usize,
}

impl Diagnostic {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: shortened(message.into()), place: None, help: None }
    }

    pub(crate) fn at(mut self, line: usize, column: usize, length: usize) -> Self {
        self.place = Some(Place { line, column, length });
        self
    }

    pub(crate) fn at_place(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    pub(crate) fn code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// Writes the error with its line of `text`, the contents of the file that the user knows as `name`.
    pub(crate) fn render(&self, name: &str, text: &str, out: &mut impl fmt::Write) -> fmt::Result {
        write!(out, "{}[{}]: {}", self.code.level().as_str(), self.code, self.message)?;
        let margin = match self.place {
            Some(place) => {
                render_place(place, name, text, out)?;
                place.line.to_string().len()
            }
            None => {
                write!(out, "\n --> {name}")?;
                1
            }
        };
        match &self.help {
            Some(help) => write!(out, "\n{:margin$} = help: {help}", ""),
            None => Ok(()),
        }
    }
}

/// The longest piece of a line that is shown, in characters.
const WIDTH: usize = 200;

/// A message may quote the file, and the file may be one long word.
fn shortened(mut message: String) -> String {
    const MOST: usize = 600;
    if let Some((end, _)) = message.char_indices().nth(MOST) {
        message.truncate(end);
        message.push_str("...");
    }
    message
}

fn render_place(place: Place, name: &str, text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    let Place { line, column, length } = place;
    let margin = line.to_string().len();
    write!(out, "\n{:margin$}--> {name}:{line}:{column}", "")?;
    let Some(source) = text.lines().nth(line - 1) else { return Ok(()) };
    let first = column.saturating_sub(WIDTH / 2);
    // One character for one, so that the marker stands below what it marks.
    let shown = |c: char| if is_hidden(c) { char::REPLACEMENT_CHARACTER } else { c };
    let source: String = source.chars().skip(first).take(WIDTH).map(shown).collect();
    let column = column - first;
    // Tabs are kept in the indentation of the marker, so that it stands below what it marks.
    let indent: String = source.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let rest = source.chars().count().saturating_sub(column - 1).max(1);
    let marker = "^".repeat(length.clamp(1, rest));
    write!(out, "\n{:margin$} |\n{line} | {source}\n{:margin$} | {indent}{marker}", "", "")
}

/// A policy file that is no policy: everything that was found to be wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFileError {
    /// The file as the user named it.
    pub source_name: String,
    /// What is wrong, in the order of the file, and after it what only may be wrong; never empty.
    pub diagnostics: Vec<Diagnostic>,
    text: Arc<str>,
}

impl PolicyFileError {
    pub(crate) fn new(source_name: &str, text: &str, mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by_key(|diagnostic| (diagnostic.code.level(), diagnostic.place));
        Self { source_name: source_name.to_owned(), diagnostics, text: text.into() }
    }
}

impl fmt::Display for PolicyFileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                out.write_str("\n\n")?;
            }
            diagnostic.render(&self.source_name, &self.text, out)?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyFileError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_shows_the_line_and_marks_the_piece() {
        let error = PolicyFileError::new(
            "p.rhai",
            "fn a() {\n\tkey.agee\n}",
            vec![
                Diagnostic::new(Code::Syntax, "an access key has no property `agee`")
                    .at(2, 6, 4)
                    .help("did you mean `age_days`?"),
                Diagnostic::new(Code::Syntax, "the file is odd"),
            ],
        );
        insta::assert_snapshot!(error, @"
        error[syntax]: the file is odd
         --> p.rhai

        error[syntax]: an access key has no property `agee`
         --> p.rhai:2:6
          |
        2 | 	key.agee
          | 	    ^^^^
          = help: did you mean `age_days`?
        ");
    }

    #[test]
    fn a_place_outside_the_text_is_shown_without_a_line() {
        let error = PolicyFileError::new("p.rhai", "x", vec![Diagnostic::new(Code::Syntax, "odd").at(9, 3, 99)]);
        insta::assert_snapshot!(error, @"
        error[syntax]: odd
         --> p.rhai:9:3
        ");
        let error = PolicyFileError::new("p.rhai", "x", vec![Diagnostic::new(Code::Syntax, "odd").at(1, 30, 99)]);
        insta::assert_snapshot!(error, @"
        error[syntax]: odd
         --> p.rhai:1:30
          |
        1 | x
          |  ^
        ");
    }

    #[test]
    fn of_long_lines_and_words_a_piece_is_shown() {
        let text = "x".repeat(50_000);
        let error =
            PolicyFileError::new("p.rhai", &text, vec![Diagnostic::new(Code::Syntax, text.clone()).at(1, 40_000, 9)]);
        assert!(error.to_string().len() < 1200, "{}", error.to_string().len());
        assert!(error.to_string().ends_with(&format!("| {}{}", " ".repeat(99), "^".repeat(9))), "{error}");
    }
}
