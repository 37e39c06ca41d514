//! Coverage: which lines and branches of a policy's script its cases reach.
//!
//! A covered script is the policy's own text with probes written into it, compiled for an engine that knows them. The
//! policy itself runs without any, so that coverage costs nothing where it is not asked for, and no verdict comes from a
//! changed script.
//!
//! A line counts where a statement, a condition, an operand or the body of a function begins on it, and is reached where
//! any of those was. The branches are: each condition of an `if`, true and false; the right side of each `&&`, `||` and
//! `??`; the body of each `for` and `while`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use keysweep_model::escaped;

use self::point::Point;
pub use self::point::{Missed, PointKind};
pub(crate) use self::probes::Covered;
pub use self::probes::NotCovered;

mod instrument;
mod point;
mod probes;

/// What the cases of some policies reach, in the policies' files and in the libraries that they import.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// The files, by name.
    pub files: BTreeMap<String, FileCoverage>,
}

/// What cases reach of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileCoverage {
    points: BTreeMap<Point, bool>,
}

/// How many of some are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Those that are reached.
    pub reached: usize,
    /// All.
    pub total: usize,
}

impl Tally {
    /// The percentage that is reached, rounded down, so that it is 100 only where all are; 100 where there are none.
    #[must_use]
    pub fn percent(self) -> u8 {
        let percent = (100 * self.reached).checked_div(self.total).unwrap_or(100);
        u8::try_from(percent).unwrap_or(100)
    }

    fn and(self, other: Self) -> Self {
        Self { reached: self.reached + other.reached, total: self.total + other.total }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{} ({} %)", self.reached, self.total, self.percent())
    }
}

impl Coverage {
    /// The lines of all files.
    #[must_use]
    pub fn lines(&self) -> Tally {
        self.files.values().map(FileCoverage::lines).fold(Tally::default(), Tally::and)
    }

    /// The branches of all files.
    #[must_use]
    pub fn branches(&self) -> Tally {
        self.files.values().map(FileCoverage::branches).fold(Tally::default(), Tally::and)
    }

    /// The lower of the percentages of lines and of branches over all files: what a least percentage is held against.
    #[must_use]
    pub fn percent(&self) -> u8 {
        self.lines().percent().min(self.branches().percent())
    }

    /// The coverage in the format of lcov, which most tools for coverage read.
    #[must_use]
    pub fn lcov(&self) -> String {
        self.files.iter().map(|(name, file)| file.lcov(name)).collect()
    }

    /// Adds what the cases of a policy reached.
    pub(crate) fn add(&mut self, covered: &Covered) {
        for (name, points) in covered.points() {
            let file = self.files.entry(name).or_default();
            for (point, is_reached) in points {
                *file.points.entry(point).or_default() |= is_reached;
            }
        }
    }
}

impl FileCoverage {
    /// The lines of the file that can be reached, each with whether it is.
    #[must_use]
    pub fn by_line(&self) -> BTreeMap<usize, bool> {
        let mut lines = BTreeMap::new();
        for (point, is_reached) in self.points.iter().filter(|(point, _)| point.kind != PointKind::Loop) {
            *lines.entry(point.line).or_insert(false) |= is_reached;
        }
        lines
    }

    /// How many lines are reached.
    #[must_use]
    pub fn lines(&self) -> Tally {
        let lines = self.by_line();
        Tally { reached: lines.values().filter(|is_reached| **is_reached).count(), total: lines.len() }
    }

    /// How many branches are reached.
    #[must_use]
    pub fn branches(&self) -> Tally {
        let branches = self.points.iter().filter(|(point, _)| point.kind != PointKind::Line);
        let reached = branches.clone().filter(|(_, is_reached)| **is_reached).count();
        Tally { reached, total: branches.count() }
    }

    /// What is not reached, by place: each line once, and the branches of lines that are reached.
    #[must_use]
    pub fn missed(&self) -> Vec<Missed> {
        let lines = self.by_line();
        let is_reached = |line: usize| lines.get(&line).copied().unwrap_or(true);
        let mut told = BTreeSet::new();
        let mut missed = Vec::new();
        for (point, _) in self.points.iter().filter(|(_, is_reached)| !**is_reached) {
            let Point { line, column, kind } = *point;
            if !is_reached(line) {
                if told.insert(line) {
                    missed.push(Missed { line, column, kind: PointKind::Line });
                }
            } else if kind != PointKind::Line {
                missed.push(Missed { line, column, kind });
            }
        }
        missed
    }

    fn lcov(&self, name: &str) -> String {
        let mut text = format!("TN:\nSF:{name}\n");
        let branches = self.points.iter().filter(|(point, _)| point.kind != PointKind::Line);
        for (index, (point, is_reached)) in branches.enumerate() {
            text += &format!("BRDA:{},0,{index},{}\n", point.line, u8::from(*is_reached));
        }
        let (lines, branches) = (self.lines(), self.branches());
        text += &format!("BRF:{}\nBRH:{}\n", branches.total, branches.reached);
        for (line, is_reached) in self.by_line() {
            text += &format!("DA:{line},{}\n", u8::from(is_reached));
        }
        text += &format!("LF:{}\nLH:{}\nend_of_record\n", lines.total, lines.reached);
        text
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.files.keys().map(|name| escaped(name).chars().count()).max().unwrap_or(0);
        for (name, file) in &self.files {
            let name = escaped(name);
            writeln!(out, "{name:width$}  lines {}, branches {}", file.lines(), file.branches())?;
            for missed in file.missed() {
                writeln!(out, "  {missed}")?;
            }
        }
        write!(out, "coverage: lines {}, branches {}", self.lines(), self.branches())
    }
}

#[cfg(test)]
mod tests;
