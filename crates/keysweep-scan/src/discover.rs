//! Where the accounts come from, and what must work before a scan can start at all.

use futures::{Stream, StreamExt, future::Either, stream};
use keysweep_aws::{Aws, CallError, CallErrorKind, Caller, ListedAccount, Organization, Units};
use keysweep_model::{Account, Facet, Fact, Unreadable};

use crate::Selection;

/// Where the accounts come from.
#[derive(Debug, Clone, PartialEq)]
pub enum AccountSource {
    /// AWS Organizations.
    Organization,
    /// A list of the user's, where Organizations may not be called.
    Listed(Vec<Account>),
}

/// Why a scan could not start. Nothing was scanned.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// AWS did not say who the caller is.
    #[error("could not find out who is calling: {error}")]
    Caller {
        /// What failed.
        #[source]
        error: CallError,
        /// What to do about it.
        hint: String,
    },
    /// The organization could not be listed.
    #[error("could not list the accounts of the organization: {error}")]
    Organization {
        /// What failed.
        #[source]
        error: CallError,
        /// What to do about it.
        hint: String,
    },
    /// The user interrupted before any account was known.
    #[error("interrupted before any account was listed")]
    Interrupted,
    /// The units that the user selected cannot be told, because the units could not be read.
    #[error("could not find the organizational unit `{unit}`: {why}")]
    Units {
        /// The unit as the user named it.
        unit: String,
        /// Why.
        why: Unreadable,
    },
    /// There is no such organizational unit.
    #[error("there is no organizational unit `{unit}` in the organization")]
    NoSuchUnit {
        /// The unit as the user named it.
        unit: String,
    },
    /// An accounts file knows no organizational units.
    #[error("`--ou {unit}` cannot be used with an accounts file, which does not tell the organizational units")]
    UnitsOfFile {
        /// The unit as the user named it.
        unit: String,
    },
}

impl StartError {
    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Caller { hint, .. } | Self::Organization { hint, .. } => Some(hint),
            Self::Units { .. } => Some("name accounts with --account, or allow the caller to list the units"),
            Self::NoSuchUnit { .. } => Some("give an id (`ou-...`) or the names from the root down (`Root/Workloads`)"),
            Self::UnitsOfFile { .. } | Self::Interrupted => None,
        }
    }
}

/// Who is calling, and what is there to be scanned.
pub(crate) struct Preflight {
    pub(crate) caller: Caller,
    pub(crate) organization: Option<Organization>,
    pub(crate) units: Units,
    /// The ids of the organizational units that the user selected.
    pub(crate) selected_units: Vec<String>,
}

/// Asks what must be known before any account is looked at.
pub(crate) async fn preflight(
    aws: &Aws,
    source: &AccountSource,
    selection: &Selection,
) -> Result<Preflight, StartError> {
    if let (AccountSource::Listed(_), Some(unit)) = (source, selection.units.first()) {
        return Err(StartError::UnitsOfFile { unit: unit.clone() });
    }
    let caller = caller(aws).await;
    let caller = caller.map_err(|error| StartError::Caller { hint: caller_hint(error.kind, aws.region()), error })?;
    tracing::info!(caller = caller.arn, "calling AWS");
    match source {
        AccountSource::Listed(_) => {
            Ok(Preflight { caller, organization: None, units: Units::none(), selected_units: Vec::new() })
        }
        AccountSource::Organization => {
            let organization = aws.organization().await.map_err(|error| organization_error(aws, error))?;
            let units = aws.units().await;
            let selected_units =
                selection.units.iter().map(|unit| find_unit(&units, unit)).collect::<Result<_, _>>()?;
            Ok(Preflight { caller, organization: Some(organization), units, selected_units })
        }
    }
}

/// Who is calling: the first question, for which credentials are looked up. They may come from a file whose reading holds
/// up its thread, and an interrupt must still be seen, so it is asked in a task of its own.
async fn caller(aws: &Aws) -> Result<Caller, CallError> {
    let aws = aws.clone();
    let asked = tokio::spawn(async move { aws.caller().await });
    asked.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// The accounts, from the first page on.
pub(crate) fn accounts<'a>(
    aws: &'a Aws,
    source: &'a AccountSource,
    preflight: &'a Preflight,
) -> impl Stream<Item = Result<ListedAccount, CallError>> + Send + 'a {
    match source {
        AccountSource::Organization => Either::Left(aws.accounts(&preflight.units)),
        AccountSource::Listed(accounts) => Either::Right(stream::iter(accounts).map(|account| {
            let unit_ids = Fact::NotRead(Facet::OrganizationalUnits);
            Ok(ListedAccount { account: account.clone(), unit_ids })
        })),
    }
}

fn find_unit(units: &Units, unit: &str) -> Result<String, StartError> {
    match units.find(unit) {
        Ok(Some(id)) => Ok(id),
        Ok(None) => Err(StartError::NoSuchUnit { unit: unit.to_owned() }),
        Err(why) => Err(StartError::Units { unit: unit.to_owned(), why: (*why).clone() }),
    }
}

pub(crate) fn organization_error(aws: &Aws, error: CallError) -> StartError {
    let hint = match error.kind {
        CallErrorKind::Denied => {
            "run as the management account or a delegated administrator, or name the accounts with --accounts-file"
                .to_owned()
        }
        CallErrorKind::Refused if error.code.as_deref() == Some("AWSOrganizationsNotInUseException") => {
            "this account is in no organization: name the accounts with --accounts-file".to_owned()
        }
        kind => caller_hint(kind, aws.region()),
    };
    StartError::Organization { error, hint }
}

fn caller_hint(kind: CallErrorKind, region: &str) -> String {
    match kind {
        CallErrorKind::RejectedCredentials => {
            return format!(
                "check the credentials, that the Region `{region}` is in their partition and enabled in their account, and \
                 that the clock of this machine is right"
            );
        }
        CallErrorKind::OtherPartition { home } => {
            return format!("no Region is configured: set one of their partition with --region or AWS_REGION, such as {home}");
        }
        CallErrorKind::RegionDisabled => {
            return format!(
                "activate STS in the Region `{region}` (IAM console, account settings), or name another one by --region or \
                 AWS_REGION"
            );
        }
        CallErrorKind::NoCredentials => {
            "check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`"
        }
        CallErrorKind::ExpiredCredentials => "the credentials have expired: log in again",
        CallErrorKind::Denied => "check the IAM policy of the caller: `keysweep iam-policy --for caller` prints it",
        CallErrorKind::Throttled | CallErrorKind::OutOfTime => "something else uses up AWS's limit: run again later",
        CallErrorKind::TimedOut | CallErrorKind::Unreachable => {
            "check the network, the proxy (HTTPS_PROXY), AWS_REGION and AWS_ENDPOINT_URL"
        }
        CallErrorKind::NotFound | CallErrorKind::BadAnswer | CallErrorKind::Refused => {
            "check AWS_REGION, and that AWS_ENDPOINT_URL names an AWS endpoint"
        }
    }
    .to_owned()
}
