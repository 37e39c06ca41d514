//! What is wrong in a file, shown as a compiler shows it: what, where, the line itself, and what to do.

use std::{fmt, sync::Arc};

use keysweep_model::escaped;

use crate::code::Code;

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
    /// A diagnostic without a place or help.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: shortened(message.into()), place: None, help: None }
    }

    /// The same at this piece of a line, counted from 1.
    #[must_use]
    pub fn at(mut self, line: usize, column: usize, length: usize) -> Self {
        self.place = Some(Place { line, column, length });
        self
    }

    /// The same at this place; none for the file as a whole.
    #[must_use]
    pub fn at_place(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// The same with another code.
    #[must_use]
    pub fn code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with what to do about it, where that is known.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// Writes the error with its line of `text`, the contents of the file that the user knows as `name`.
    fn render(&self, name: &str, text: &str, out: &mut impl fmt::Write) -> fmt::Result {
        let name = &escaped(name);
        write!(out, "{}[{}]: {}", self.code.level().as_str(), self.code, escaped(&self.message))?;
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
            Some(help) => write!(out, "\n{:margin$} = help: {}", "", escaped(help)),
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
    let characters: Vec<char> = source.chars().skip(first).take(WIDTH).collect();
    let (before, rest) = characters.split_at((column - first - 1).min(characters.len()));
    let (marked, after) = rest.split_at(length.min(rest.len()));
    let [before, marked, after] = [before, marked, after].map(seen);
    let indent = " ".repeat(before.chars().count());
    let marker = "^".repeat(marked.chars().count().max(1));
    write!(out, "\n{:margin$} |\n{line} | {before}{marked}{after}\n{:margin$} | {indent}{marker}", "", "")
}

/// A piece of a line as it is shown: what cannot be seen is escaped, and a tab is as wide as four columns, so that the
/// marker stands below what it marks.
fn seen(characters: &[char]) -> String {
    let text = characters.iter().collect::<String>().replace('\t', "    ");
    escaped(&text).into_owned()
}

/// A file that is not what it should be, with everything that was found to be wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidFile {
    /// The file as the user named it.
    pub source_name: String,
    /// What is wrong, in the order of the file, and after it what only may be wrong; never empty.
    pub diagnostics: Vec<Diagnostic>,
    text: Arc<str>,
}

impl InvalidFile {
    /// The error of the file `text`, which the user knows as `source_name`.
    #[must_use]
    pub fn new(source_name: &str, text: &str, mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by_key(|diagnostic| (diagnostic.code.level(), diagnostic.place));
        Self { source_name: source_name.to_owned(), diagnostics, text: text.into() }
    }

    /// The same for a file that may be anything: what kind of mistake stands where, without a word of the file.
    pub(crate) fn withheld(self) -> Self {
        let help = "nothing of the file is shown, because it does not lie where its name says: name the file itself";
        let diagnostics = self.diagnostics.into_iter().map(|diagnostic| {
            let message = diagnostic.code.explanation().to_owned();
            Diagnostic { message, help: Some(help.to_owned()), ..diagnostic }
        });
        Self { source_name: self.source_name, diagnostics: diagnostics.collect(), text: "".into() }
    }
}

impl fmt::Display for InvalidFile {
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

impl std::error::Error for InvalidFile {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_shows_the_line_and_marks_the_piece() {
        let error = InvalidFile::new(
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
        2 |     key.agee
          |         ^^^^
          = help: did you mean `age_days`?
        ");
    }

    #[test]
    fn a_place_outside_the_text_is_shown_without_a_line() {
        let error = InvalidFile::new("p.rhai", "x", vec![Diagnostic::new(Code::Syntax, "odd").at(9, 3, 99)]);
        insta::assert_snapshot!(error, @"
        error[syntax]: odd
         --> p.rhai:9:3
        ");
        let error = InvalidFile::new("p.rhai", "x", vec![Diagnostic::new(Code::Syntax, "odd").at(1, 30, 99)]);
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
            InvalidFile::new("p.rhai", &text, vec![Diagnostic::new(Code::Syntax, text.clone()).at(1, 40_000, 9)]);
        assert!(error.to_string().len() < 1200, "{}", error.to_string().len());
        assert!(error.to_string().ends_with(&format!("| {}{}", " ".repeat(99), "^".repeat(9))), "{error}");
    }
}
