//! Rows of cells that are never cut, each with text that wraps: side by side where there is room, the text below the
//! cells where there is less, and the cells below each other where there is little.

use super::text;

/// The space between two cells.
const GAP: usize = 2;
/// How far what is pushed below a row stands in from it.
const STEP: usize = 4;
/// Text in fewer columns than these is not worth having beside the cells.
const NARROWEST_TEXT: usize = 24;

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

    /// The row with all that steers a terminal escaped, and a dash for each empty cell.
    pub(super) fn clean(self) -> Self {
        let cell = |cell: String| if cell.is_empty() { "-".to_owned() } else { text::clean(&cell) };
        Self { cells: self.cells.into_iter().map(cell).collect(), text: text::clean(&self.text) }
    }
}

/// How the rows of one table are laid out.
pub(super) struct Layout {
    columns: Vec<usize>,
    width: usize,
    beside: bool,
}

impl Layout {
    /// The layout that shows clean `rows` best in `width` columns. One row with a very long name does not spoil the
    /// others: it leaves the columns, alone.
    pub(super) fn new(header: Option<&Row>, rows: &[Row], width: usize) -> Self {
        let widest = (width / 4).clamp(20, 40);
        let mut columns = Vec::new();
        let mut longest_text = 0;
        for row in header.into_iter().chain(rows) {
            columns.resize(columns.len().max(row.cells.len()), 0);
            for (column, cell) in columns.iter_mut().zip(&row.cells) {
                *column = text::width(cell).min(widest).max(*column);
            }
            longest_text = text::width(&row.text).max(longest_text);
        }
        let cells: usize = columns.iter().map(|column| column + GAP).sum();
        Self { beside: cells + longest_text.min(NARROWEST_TEXT) <= width, columns, width }
    }

    /// Whether the rows stand in columns, text included.
    pub(super) fn is_aligned(&self) -> bool {
        self.beside
    }

    /// The lines of one clean row.
    pub(super) fn lines(&self, row: &Row) -> Vec<String> {
        let aligned = self.aligned(row);
        let hang = text::width(&aligned);
        let room = self.width.saturating_sub(hang);
        if self.beside && room >= text::width(&row.text).min(NARROWEST_TEXT) {
            return beside(&aligned, hang, &text::wrap(&row.text, room));
        }
        let whole = aligned.trim_end();
        let mut lines = if text::width(whole) <= self.width { vec![whole.to_owned()] } else { self.stacked(row) };
        lines.extend(text::wrap(&row.text, self.width.saturating_sub(STEP)).iter().map(|line| indented(STEP, line)));
        lines
    }

    /// The cells in their columns, up to where text would begin.
    fn aligned(&self, row: &Row) -> String {
        let mut line = String::new();
        for (cell, column) in row.cells.iter().zip(&self.columns) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', column.saturating_sub(text::width(cell)) + GAP));
        }
        line
    }

    /// The cells on as many lines as they need.
    fn stacked(&self, row: &Row) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for cell in &row.cells {
            match lines.last_mut() {
                None => lines.push(cell.clone()),
                Some(line) if text::width(line) + GAP + text::width(cell) <= self.width => {
                    line.extend(std::iter::repeat_n(' ', GAP));
                    line.push_str(cell);
                }
                Some(_) => lines.push(indented(STEP, cell)),
            }
        }
        lines
    }
}

fn beside(aligned: &str, hang: usize, text: &[String]) -> Vec<String> {
    let Some((first, rest)) = text.split_first() else {
        return vec![aligned.trim_end().to_owned()];
    };
    let mut lines = vec![format!("{aligned}{first}")];
    lines.extend(rest.iter().map(|line| indented(hang, line)));
    lines
}

fn indented(columns: usize, text: &str) -> String {
    format!("{:columns$}{text}", "")
}
