//! The page that the sections are written on: the one place that escapes, wraps and colours.

use anstyle::{AnsiColor, Effects, Style};
use keysweep_model::{Severity, escaped};

use super::{
    View,
    table::{self, Row},
    text,
};

/// Where the text of a section begins, right of its label.
pub(super) const GUTTER: usize = 11;

/// How a line looks where colour is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Look {
    /// As it is.
    Plain,
    /// Headings.
    Bold,
    /// What may be overlooked.
    Dim,
    /// What must not be overlooked.
    Loud,
    /// The label of a severity.
    Severity(Severity),
}

impl Look {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Bold => Style::new().bold(),
            Self::Dim => Style::new().dimmed(),
            Self::Loud => Style::new().effects(Effects::BOLD | Effects::INVERT),
            Self::Severity(Severity::Critical) => AnsiColor::Magenta.on_default().bold(),
            Self::Severity(Severity::High) => AnsiColor::Red.on_default().bold(),
            Self::Severity(Severity::Medium) => AnsiColor::Yellow.on_default().bold(),
            Self::Severity(Severity::Low) => AnsiColor::Cyan.on_default().bold(),
            Self::Severity(Severity::Info) => AnsiColor::Blue.on_default().bold(),
        }
    }
}

/// Text under construction.
pub(super) struct Page<'a> {
    view: &'a View,
    out: String,
}

impl<'a> Page<'a> {
    /// An empty page.
    pub(super) fn new(view: &'a View) -> Self {
        Self { view, out: String::new() }
    }

    /// The finished text.
    pub(super) fn finish(self) -> String {
        self.out
    }

    /// Whether the user asked for everything.
    pub(super) fn shows_all(&self) -> bool {
        self.view.all
    }

    /// How many of `number` things are shown where `few` are enough: never all but one, because saying that one is left
    /// out takes as much room as the one.
    pub(super) fn limit(&self, number: usize, few: usize) -> usize {
        if self.view.all || number <= few + 1 { number } else { few }
    }

    /// Begins a section: a blank line but for the first, the label, and text right of it.
    pub(super) fn section(&mut self, label: &str, label_look: Look, text: &str, look: Look) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.block((0, GUTTER), (label, label_look), (text, look));
    }

    /// A lead, and text that wraps under itself.
    pub(super) fn hanging(&mut self, indent: usize, lead: &str, text: &str) {
        let hang = indent + text::width(&escaped(lead)) + 2;
        self.block((indent, hang), (lead, Look::Bold), (text, Look::Plain));
    }

    /// Wrapped text at `indent`.
    pub(super) fn text(&mut self, indent: usize, look: Look, text: &str) {
        self.block((indent, indent), ("", Look::Plain), (text, look));
    }

    /// A lead at the first column and text in lines at the second.
    fn block(&mut self, (indent, hang): (usize, usize), lead: (&str, Look), (text, look): (&str, Look)) {
        let lines = text::wrap(&escaped(text), self.width().saturating_sub(hang));
        if lead.0.is_empty() && lines.is_empty() {
            return;
        }
        let label = escaped(lead.0);
        self.pad(indent);
        self.paint(lead.1, &label);
        let mut column = indent + text::width(&label);
        for line in lines {
            self.pad(hang.saturating_sub(column));
            self.paint(look, &line);
            self.out.push('\n');
            column = 0;
        }
        if column > 0 {
            self.out.push('\n');
        }
    }

    /// Aligned rows at `indent`.
    pub(super) fn rows(&mut self, indent: usize, rows: Vec<Row>) {
        self.table(indent, None, rows);
    }

    /// Aligned rows at `indent` below a header, which is left out where the rows do not fit side by side.
    pub(super) fn table(&mut self, indent: usize, header: Option<Row>, rows: Vec<Row>) {
        let rows: Vec<Row> = rows.into_iter().map(Row::clean).collect();
        let layout = table::Layout::new(header.as_ref(), &rows, self.width().saturating_sub(indent));
        if let Some(header) = header.filter(|_| layout.is_aligned()) {
            self.row(indent, Look::Bold, &layout, &header);
        }
        for row in &rows {
            self.row(indent, Look::Plain, &layout, row);
        }
    }

    fn row(&mut self, indent: usize, look: Look, layout: &table::Layout, row: &Row) {
        for line in layout.lines(row) {
            self.pad(indent);
            self.paint(look, &line);
            self.out.push('\n');
        }
    }

    fn width(&self) -> usize {
        self.view.width.max(40)
    }

    fn pad(&mut self, columns: usize) {
        self.out.extend(std::iter::repeat_n(' ', columns));
    }

    fn paint(&mut self, look: Look, text: &str) {
        let style = if self.view.color { look.style() } else { Style::new() };
        self.out.push_str(&format!("{style}{text}{style:#}"));
    }
}
