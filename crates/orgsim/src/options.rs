//! How a simulator behaves where AWS's documentation leaves room or live accounts differ from it.

use std::time::Duration;

use crate::clock::Clock;
use crate::fault::Fault;

/// The options of a simulator.
#[derive(Clone, Debug)]
pub struct SimOptions {
    /// The source of the current time.
    pub clock: Clock,
    /// How long a credential report takes. At zero the first request answers `STARTED`, and the next one finds it.
    pub report_time: Duration,
    /// The form of the credential report.
    pub report_style: ReportStyle,
    /// Which of the overlapping fields of an account Organizations returns.
    pub account_fields: AccountFields,
    /// Whether `ListAccounts` has an empty page now and then, as AWS warns that it may.
    pub empty_pages: bool,
    /// Whether each page of `ListAccounts` begins with the last account of the page before, as happens where the list
    /// changes while it is read.
    pub repeated_accounts: bool,
    /// Faults in addition to those of the world.
    pub faults: Vec<Fault>,
}

impl SimOptions {
    /// AWS's behaviour of today, at the time of `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> SimOptions {
        SimOptions {
            clock,
            report_time: Duration::ZERO,
            report_style: ReportStyle::default(),
            account_fields: AccountFields::All,
            empty_pages: true,
            repeated_accounts: false,
            faults: Vec::new(),
        }
    }
}

/// Which fields Organizations returns for the state and the place of an account
/// (<https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountFields {
    /// `State`, its predecessor `Status`, and `Paths`.
    #[default]
    All,
    /// `State` and `Paths`, as after the removal of `Status`.
    WithoutStatus,
    /// `Status` alone, as before the other two were added.
    StatusOnly,
}

/// The form of a credential report where AWS's documentation and live accounts differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportStyle {
    /// What the columns of an inactive key hold.
    pub inactive_keys: InactiveKeys,
    /// The case of `true` and `false`.
    pub booleans: Booleans,
    /// Whether there is a 23rd column, `additional_credentials_info`.
    pub columns: Columns,
}

/// What a credential report holds for an inactive key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InactiveKeys {
    /// Its dates, as in live accounts.
    #[default]
    Dated,
    /// `N/A`, as in the documentation.
    NotApplicable,
}

/// How a credential report writes booleans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Booleans {
    /// `true`, `false`
    #[default]
    Lower,
    /// `TRUE`, `FALSE`
    Upper,
}

/// Which columns a credential report has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    /// The 22 that every report has.
    #[default]
    Usual,
    /// Those and `additional_credentials_info`.
    Additional,
}
