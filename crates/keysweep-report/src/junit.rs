//! The results of policy tests for CI servers: JUnit XML.
//!
//! Each policy is a test suite and each case a test, with its place in the attributes `file` and `line`. No time is
//! written: the same outcome is the same document. Characters that cannot be seen, of which XML has no escape that every
//! reader keeps, are written as `\u{202e}`.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use keysweep_model::escaped;

use crate::CaseRow;

/// Writes the cases, which stand in the order of their policies, with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write(cases: &[CaseRow], out: &mut impl Write) -> io::Result<()> {
    let mut report = Report::new("keysweep policy test");
    for of_policy in cases.chunk_by(|a, b| a.policy == b.policy) {
        let name = of_policy.first().map_or("", |case| &case.policy);
        let mut suite = TestSuite::new(escaped(name));
        suite.add_test_cases(of_policy.iter().map(test));
        report.add_test_suite(suite);
    }
    let text = report.to_string().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn test(case: &CaseRow) -> TestCase {
    let status = match &case.failure {
        None => TestCaseStatus::success(),
        Some(failure) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let failure = escaped(failure);
            status.set_message(failure.as_ref());
            status.set_description(format!("{failure}\n{}:{}", escaped(&case.file), case.line));
            status
        }
    };
    let mut test = TestCase::new(escaped(&case.name), status);
    test.set_classname(escaped(&case.policy));
    test.extra.insert("file".into(), escaped(&case.file).into());
    test.extra.insert("line".into(), case.line.to_string().into());
    test
}
