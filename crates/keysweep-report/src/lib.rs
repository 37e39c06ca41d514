//! Keysweep's output formats for machines: each a module of its own and a versioned document.
//!
//! - [`json`]: the result of a scan, `keysweep.scan/v1`.
//! - [`inventory`]: what a scan has read, `keysweep.inventory/v1`.
//! - [`accounts_json`]: the accounts of the organization, `keysweep.accounts/v1`.
//! - [`policies_json`] and [`exemptions_json`]: the policies and the exemptions that there are, `keysweep.policies/v1` and
//!   `keysweep.exemptions/v1`.
//! - [`history`]: what a store keeps of runs and findings, a document each.
//! - [`tests_json`] and [`junit`]: the results of policy tests, `keysweep.tests/v1` and JUnit XML.
//! - [`diagnostics_json`] and [`sarif`]: what is wrong with policy files, `keysweep.diagnostics/v1` and SARIF 2.1.0.
//!
//! The findings of a scan come from a [`Spool`], which keeps them on disk.
//!
//! A format is a contract with its readers, so every document is written out by hand from the domain: a change of
//! the model never changes a document by accident. Within a version keys are only ever added.
//!
//! This crate must not know AWS, Rhai or storage, nor terminals: what people read is rendered by the binary.

pub mod accounts_json;
mod case_row;
mod diagnostic_row;
pub mod diagnostics_json;
pub mod document;
pub mod exemptions_json;
pub mod history;
pub mod inventory;
pub mod json;
pub mod junit;
mod parts;
pub mod policies_json;
mod row;
pub mod sarif;
mod spool;
pub mod tests_json;
mod tool;

#[cfg(test)]
mod case_tests;
#[cfg(test)]
mod diagnostic_tests;

use std::io::{self, Write};

pub use case_row::{CaseRow, CoverageRow, MissedRow};
pub use diagnostic_row::{CodeRow, DiagnosticRow, PlaceRow};
pub use exemptions_json::ExemptionRow;
use keysweep_model::{ScanResult, words};
pub use policies_json::PolicyRow;
pub use row::{AccountList, AccountRow, Scope};
pub use spool::{Findings, Place, Spool};

words! {
    /// A format of the result of a scan, and of a list of accounts.
    Format, "format", {
        /// For people.
        Text = "text",
        /// For programs.
        Json = "json",
    }
}

impl Format {
    /// Writes the result of a scan with its findings in this format; text for people by `text`.
    ///
    /// # Errors
    /// When `out` refuses what is written, or the findings cannot be read back.
    pub fn scan(
        self,
        result: &ScanResult,
        findings: &Findings,
        out: &mut dyn Write,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            Self::Text => text(out),
            Self::Json => json::write(result, findings, out),
        }
    }

    /// Writes a list of accounts in this format; text for people by `text`.
    ///
    /// # Errors
    /// When `out` refuses what is written.
    pub fn accounts(
        self,
        list: &AccountList,
        out: &mut dyn Write,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            Self::Text => text(out),
            Self::Json => accounts_json::write(list, out),
        }
    }
}
