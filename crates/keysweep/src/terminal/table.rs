//! Rows of cells that are never cut, each with text that wraps: side by side where there is room, the text below the
//! cells where there is less, and the cells below each other where there is little.

use std::ops::Range;

use keysweep_model::escaped;

use super::text;

/// The space between two cells.
const GAP: usize = 2;
/// How far what is pushed below a row stands in from it.
const STEP: usize = 4;
/// Text in fewer columns than these is not worth having beside the cells.
const NARROWEST_TEXT: usize = 18;
/// The same for a sentence or more.
const NARROWEST_SENTENCES: usize = 60;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    /// What one would copy: ids and names.
    pub(super) cells: Vec<String>,
    /// What one would read.
    pub(super) text: String,
}

impl Row {
    /// A row of cells and no text.
    pub(super) fn of_cells(cells: Vec<String>) -> Self {
        Self { cells, text: String::new() }
    }

    /// The row with all that steers a terminal escaped, and a dash for each blank cell.
    pub(super) fn clean(self) -> Self {
        let cell = |cell: String| if cell.trim().is_empty() { "-".to_owned() } else { escaped(&cell).into_owned() };
        Self { cells: self.cells.into_iter().map(cell).collect(), text: escaped(&self.text).into_owned() }
    }
}

/// The cells of numbers, and their titles, so that all of a column end below each other.
pub(super) fn right_aligned(rows: &[Vec<String>]) -> impl Iterator<Item = Vec<String>> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = text::width(cell).max(*widest);
        }
    }
    rows.iter().map(move |row| row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect())
}

/// How wide the rows of one table are.
#[derive(Debug)]
pub(super) struct Widths {
    columns: Vec<usize>,
    text: usize,
    /// Longer text in fewer columns than these is not worth having beside the cells.
    narrowest_text: usize,
}

impl Default for Widths {
    fn default() -> Self {
        Self { columns: Vec::new(), text: 0, narrowest_text: NARROWEST_TEXT }
    }
}

impl Widths {
    /// Of rows with a sentence or more each.
    pub(super) fn of_sentences() -> Self {
        Self { narrowest_text: NARROWEST_SENTENCES, ..Self::default() }
    }

    /// Measures a clean row.
    pub(super) fn add(&mut self, row: &Row) {
        self.columns.resize(self.columns.len().max(row.cells.len()), 0);
        for (column, cell) in self.columns.iter_mut().zip(&row.cells) {
            *column = text::width(cell).max(*column);
        }
        self.text = text::width(&row.text).max(self.text);
    }
}

/// How the rows of one table are laid out.
pub(super) struct Layout {
    columns: Vec<usize>,
    /// The columns of each line that a row takes: one line where they all fit.
    lines: Vec<Range<usize>>,
    width: usize,
    beside: bool,
}

impl Layout {
    /// The layout that shows clean rows of these widths best in `width` columns. One row with a very long name does not
    /// spoil the others: it leaves the columns, alone.
    pub(super) fn new(rows: &Widths, width: usize) -> Self {
        let capped = |widest| Self::capped(rows, width, widest);
        let side_by_side = [usize::MAX, width / 4].map(capped).into_iter().find(Self::is_aligned);
        side_by_side.unwrap_or_else(|| capped(width / 2))
    }

    /// The layout whose columns are at most `widest` wide.
    fn capped(rows: &Widths, width: usize, widest: usize) -> Self {
        let columns: Vec<_> = rows.columns.iter().map(|column| *column.min(&widest)).collect();
        let cells: usize = columns.iter().map(|column| column + GAP).sum();
        let lines = broken(&columns, width);
        Self { beside: cells + rows.text.min(rows.narrowest_text) <= width, columns, lines, width }
    }

    /// Whether the rows stand in columns, text included.
    pub(super) fn is_aligned(&self) -> bool {
        self.beside
    }

    /// The lines of one clean row.
    pub(super) fn lines(&self, row: &Row) -> Vec<String> {
        let aligned = self.aligned(row, &(0..self.columns.len()));
        if self.beside && self.has_room(&aligned, &row.text) {
            let hang = text::width(&aligned);
            return beside(&aligned, hang, &text::wrap(&row.text, self.width.saturating_sub(hang)));
        }
        let mut lines = Vec::new();
        for columns in &self.lines {
            let indent = if columns.start == 0 { 0 } else { STEP };
            let line = indented(indent, self.aligned(row, columns).trim_end_matches(' '));
            if text::width(&line) <= self.width {
                lines.push(line);
            } else {
                lines.extend(self.stacked(indent, &row.cells[columns.clone()]));
            }
        }
        lines.extend(text::wrap(&row.text, self.width.saturating_sub(STEP)).iter().map(|line| indented(STEP, line)));
        lines
    }

    /// Whether the text of a row fits beside its cells, wrapped but with no word sticking out.
    fn has_room(&self, aligned: &str, text: &str) -> bool {
        if text.is_empty() {
            return text::width(aligned.trim_end_matches(' ')) <= self.width;
        }
        let longest_word = text.split(' ').map(text::width).max().unwrap_or_default();
        let needed = text::width(text).min(NARROWEST_TEXT).max(longest_word);
        text::width(aligned) + needed <= self.width
    }

    /// The cells of some columns, up to where the next would begin.
    fn aligned(&self, row: &Row, columns: &Range<usize>) -> String {
        let mut line = String::new();
        for (cell, column) in row.cells[columns.clone()].iter().zip(&self.columns[columns.clone()]) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', column.saturating_sub(text::width(cell)) + GAP));
        }
        line
    }

    /// The cells on as many lines as they need.
    fn stacked(&self, indent: usize, cells: &[String]) -> Vec<String> {
        let widths: Vec<usize> = cells.iter().map(|cell| text::width(cell)).collect();
        let lines = broken(&widths, self.width.saturating_sub(indent));
        let gap = " ".repeat(GAP);
        lines
            .into_iter()
            .map(|line| (if line.start == 0 { indent } else { STEP }, cells[line].join(&gap)))
            .map(|(indent, line)| indented(indent, line.trim_end_matches(' ')))
            .collect()
    }
}

/// What of cells of these widths stands on each line: all lines but the first stand in by a step. A cell that no line
/// can hold has one of its own.
fn broken(cells: &[usize], width: usize) -> Vec<Range<usize>> {
    let mut lines: Vec<Range<usize>> = Vec::new();
    let mut used = 0;
    for (index, cell) in cells.iter().enumerate() {
        match lines.last_mut() {
            Some(line) if used + GAP + cell <= width => {
                line.end = index + 1;
                used += GAP + cell;
            }
            Some(_) => {
                lines.push(index..index + 1);
                used = STEP + cell;
            }
            None => {
                lines.push(0..1);
                used = *cell;
            }
        }
    }
    lines
}

fn beside(aligned: &str, hang: usize, text: &[String]) -> Vec<String> {
    let Some((first, rest)) = text.split_first() else {
        return vec![aligned.trim_end_matches(' ').to_owned()];
    };
    let mut lines = vec![format!("{aligned}{first}")];
    lines.extend(rest.iter().map(|line| indented(hang, line)));
    lines
}

fn indented(columns: usize, text: &str) -> String {
    format!("{:columns$}{text}", "")
}
