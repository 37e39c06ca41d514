//! The findings of a scan, kept in a file until they are written: they come account by account in any order, and are given
//! back sorted, one account in memory at a time. The form of the file is private, and only the program that wrote it
//! reads it.

use std::{
    cell::RefCell,
    fmt,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
};

use keysweep_model::{AccountId, Finding};

/// Findings that are being collected.
#[derive(Debug)]
pub struct Spool {
    file: File,
    length: u64,
    accounts: Vec<(AccountId, Place)>,
}

/// The findings of a scan, sorted by [`Finding::sort_key`].
#[derive(Debug)]
pub struct Findings {
    file: RefCell<File>,
    accounts: Vec<(AccountId, Place)>,
}

/// Where something is in the file of a spool, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    start: u64,
    length: u64,
}

impl Spool {
    /// An empty spool in an empty `file`.
    #[must_use]
    pub fn new(file: File) -> Self {
        Self { file, length: 0, accounts: Vec::new() }
    }

    /// Keeps the findings of an account, which come sorted and all at once.
    ///
    /// # Errors
    /// When the file refuses them.
    pub fn add(&mut self, account: AccountId, findings: &[Finding]) -> io::Result<()> {
        if findings.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for finding in findings {
            serde_json::to_writer(&mut lines, finding)?;
            lines.push(b'\n');
        }
        self.file.write_all(&lines)?;
        let place = Place { start: self.length, length: lines.len() as u64 };
        self.length += place.length;
        self.accounts.push((account, place));
        Ok(())
    }

    /// All findings.
    #[must_use]
    pub fn finish(mut self) -> Findings {
        self.accounts.sort_by_key(|(account, _)| *account);
        Findings { file: RefCell::new(self.file), accounts: self.accounts }
    }
}

impl Findings {
    /// Every finding with its place. After an error the findings of the account are missing.
    pub fn iter(&self) -> impl Iterator<Item = io::Result<(Place, Finding)>> + '_ {
        self.accounts.iter().flat_map(|(_, place)| match self.read(*place) {
            Ok(lines) => of_lines(&lines, place.start),
            Err(error) => vec![Err(error)],
        })
    }

    /// The finding at a place.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn get(&self, place: Place) -> io::Result<Finding> {
        parsed(&self.read(place)?)
    }

    fn read(&self, place: Place) -> io::Result<Vec<u8>> {
        let mut file = self.file.borrow_mut();
        file.seek(SeekFrom::Start(place.start)).map_err(lost)?;
        let mut bytes = vec![0; usize::try_from(place.length).map_err(lost)?];
        file.read_exact(&mut bytes).map_err(lost)?;
        Ok(bytes)
    }
}

fn of_lines(lines: &[u8], mut start: u64) -> Vec<io::Result<(Place, Finding)>> {
    let of_line = |line: &[u8]| {
        let place = Place { start, length: line.len() as u64 };
        start += place.length;
        parsed(line).map(|finding| (place, finding))
    };
    lines.split_inclusive(|byte| *byte == b'\n').map(of_line).collect()
}

fn parsed(line: &[u8]) -> io::Result<Finding> {
    serde_json::from_slice(line).map_err(lost)
}

fn lost(error: impl fmt::Display) -> io::Error {
    io::Error::other(format!("could not read the findings back from a temporary file: {error}"))
}

#[cfg(test)]
mod tests {
    use keysweep_model::{EvidenceValue, Exempted, FindingId, Remedy, ResourceType, Severity, Status};
    use proptest::prelude::*;

    use super::*;

    fn finding(account: &str, user: &str, message: &str) -> Finding {
        let (policy, account_id) = ("p".parse().unwrap(), account.parse().unwrap());
        Finding {
            id: FindingId::new(&policy, account_id, user),
            policy,
            status: Status::Fail,
            severity: Severity::High,
            account_id,
            account_name: "payments".to_owned(),
            ou_path: None,
            resource_type: ResourceType::SshKey,
            resource_arn: format!("arn:aws:iam::{account}:user/{user}"),
            resource_id: Some("APKA1".to_owned()),
            user_name: Some(user.parse().unwrap()),
            message: message.to_owned(),
            evidence: [].into(),
            exemption: None,
            remedy: Remedy::Delete,
            seen: None,
        }
    }

    fn spooled(accounts: &[&[Finding]]) -> Findings {
        let mut spool = Spool::new(tempfile::tempfile().unwrap());
        accounts.iter().for_each(|findings| spool.add(findings[0].account_id, findings).unwrap());
        spool.finish()
    }

    fn all(findings: &Findings) -> Vec<Finding> {
        findings.iter().map(|finding| finding.unwrap().1).collect()
    }

    #[test]
    fn accounts_come_back_sorted_whichever_was_done_first() {
        let [a, b] = ["000000000012", "111122223333"];
        let (first, second, third) = (finding(a, "x", "1"), finding(b, "a", "2"), finding(b, "b", "3"));
        let findings = spooled(&[&[second.clone(), third.clone()], std::slice::from_ref(&first)]);
        assert_eq!(all(&findings), [first, second, third]);
        // A finding is found again while the others are being read.
        let again = findings.iter().map(|finding| finding.and_then(|(place, _)| findings.get(place)).unwrap());
        assert_eq!(again.collect::<Vec<_>>(), all(&findings));
    }

    #[test]
    fn a_spool_of_nothing_gives_nothing_back() {
        let mut spool = Spool::new(tempfile::tempfile().unwrap());
        spool.add("000000000012".parse().unwrap(), &[]).unwrap();
        assert_eq!(spool.finish().iter().count(), 0);
    }

    #[test]
    fn a_full_disk_is_an_error_of_its_own_kind() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let refused = Spool::new(full).add("000000000012".parse().unwrap(), &[finding("000000000012", "x", "m")]);
        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn a_file_that_was_cut_off_is_an_error_and_not_the_end() {
        let file = tempfile::tempfile().unwrap();
        let mut spool = Spool::new(file.try_clone().unwrap());
        spool.add("000000000012".parse().unwrap(), &[finding("000000000012", "x", "m")]).unwrap();
        file.set_len(20).unwrap();
        let errors: Vec<_> = spool.finish().iter().map(|finding| finding.unwrap_err().to_string()).collect();
        insta::assert_snapshot!(errors.join("\n"), @"could not read the findings back from a temporary file: failed to fill whole buffer");
    }

    fn value() -> impl Strategy<Value = EvidenceValue> {
        prop_oneof![
            any::<bool>().prop_map(EvidenceValue::Boolean),
            any::<i64>().prop_map(EvidenceValue::Integer),
            any::<f64>().prop_map(EvidenceValue::Number),
            Just(EvidenceValue::Number(f64::NEG_INFINITY)),
            any::<String>().prop_map(EvidenceValue::Text),
            Just(EvidenceValue::Text("2025-10-06T12:30:00Z".to_owned())),
            proptest::collection::vec(any::<String>(), 0..3).prop_map(EvidenceValue::List),
            (0..i64::MAX).prop_map(|at| EvidenceValue::Time(jiff::Timestamp::from_nanosecond(at.into()).unwrap())),
            any::<String>().prop_map(EvidenceValue::Unreadable),
        ]
    }

    proptest! {
        #[test]
        fn every_finding_comes_back_as_it_was(value in value(), text in any::<String>(), exempted in 0..3, kind in 0..9_usize) {
            let mut it = finding("000000000012", "x", &text);
            it.resource_type = ResourceType::ALL[kind];
            it.evidence = [(text.clone(), value)].into();
            it.ou_path = Some(text);
            it.exemption = match exempted {
                0 => None,
                1 => Some(Exempted::Policy { until: None }),
                _ => Some(Exempted::Register { id: "EX-1".parse().unwrap(), until: jiff::Timestamp::MAX }),
            };
            prop_assert_eq!(all(&spooled(&[std::slice::from_ref(&it)])), [it]);
        }
    }
}
