//! The page that the sections are written on: the one place that escapes, wraps and colours.

use std::io;

use anstyle::{AnsiColor, Effects, Style};
use keysweep_model::{Severity, escaped};

use super::{
    View,
    table::{Layout, Row, Widths},
    text,
};
use crate::output::Print;

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

/// As much of a page is in memory before it is printed, in bytes.
const PIECE: usize = 64 * 1024;

/// Text under construction.
pub(super) struct Page<'a> {
    view: &'a View,
    out: String,
    /// Whether a part of it has been printed.
    is_begun: bool,
    print: Option<&'a mut Print<'a>>,
}

impl<'a> Page<'a> {
    /// An empty page.
    pub(super) fn new(view: &'a View) -> Self {
        Self { view, out: String::new(), is_begun: false, print: None }
    }

    /// An empty page that is printed as it grows.
    pub(super) fn printed(view: &'a View, print: &'a mut Print<'a>) -> Self {
        Self { print: Some(print), ..Self::new(view) }
    }

    /// Prints what is left.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.print_from(1)
    }

    /// Prints what there is, where that is at least so much.
    fn print_from(&mut self, least: usize) -> io::Result<()> {
        match &mut self.print {
            Some(print) if self.out.len() >= least => {
                self.is_begun = true;
                print(&std::mem::take(&mut self.out))
            }
            Some(_) | None => Ok(()),
        }
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
        if self.is_begun || !self.out.is_empty() {
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
        let mut widths = Widths::default();
        header.iter().chain(&rows).for_each(|row| widths.add(row));
        let layout = self.layout(indent, &widths);
        if let Some(header) = header.filter(|_| layout.is_aligned()) {
            self.row(indent, Look::Bold, &layout, &header);
        }
        for row in &rows {
            self.row(indent, Look::Plain, &layout, row);
        }
    }

    /// Aligned rows at `indent`, of more items than memory can hold rows: each row is made twice, first to be measured.
    ///
    /// # Errors
    /// When a row cannot be made, or the page cannot be printed.
    pub(super) fn rows_of<T>(
        &mut self,
        indent: usize,
        items: &[T],
        row: impl Fn(&T) -> io::Result<Row>,
    ) -> io::Result<()> {
        let mut widths = Widths::default();
        for item in items {
            widths.add(&row(item)?.clean());
        }
        let layout = self.layout(indent, &widths);
        for item in items {
            self.row(indent, Look::Plain, &layout, &row(item)?.clean());
            self.print_from(PIECE)?;
        }
        Ok(())
    }

    /// A piece of a long table, aligned with the pieces above it as far as `widths` has seen those: its columns only grow.
    ///
    /// # Errors
    /// When the page cannot be printed.
    pub(super) fn piece(&mut self, indent: usize, widths: &mut Widths, rows: Vec<Row>) -> io::Result<()> {
        let rows: Vec<Row> = rows.into_iter().map(Row::clean).collect();
        rows.iter().for_each(|row| widths.add(row));
        let layout = self.layout(indent, widths);
        for row in &rows {
            self.row(indent, Look::Plain, &layout, row);
            self.print_from(PIECE)?;
        }
        Ok(())
    }

    /// Aligned rows at `indent` with a sentence or more each.
    pub(super) fn sentences(&mut self, indent: usize, rows: Vec<Row>) {
        let rows: Vec<Row> = rows.into_iter().map(Row::clean).collect();
        let mut widths = Widths::of_sentences();
        rows.iter().for_each(|row| widths.add(row));
        let layout = self.layout(indent, &widths);
        rows.iter().for_each(|row| self.row(indent, Look::Plain, &layout, row));
    }

    fn layout(&self, indent: usize, widths: &Widths) -> Layout {
        Layout::new(widths, self.width().saturating_sub(indent))
    }

    fn row(&mut self, indent: usize, look: Look, layout: &Layout, row: &Row) {
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
