//! One account: session, users, rounds of judging and reading.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keysweep_aws::{AccountSession, Aws, Caller, CredentialReport, RoleOptions};
use keysweep_model::{Account, AccountGap, AccountId, Step};

use crate::{
    hydrate::Hydrator,
    judge::{Look, look},
    scan::{Reading, Roles, ScanOptions},
    select::gap,
    subject::Subject,
    tally::Tally,
};

/// How old a report may be for its last uses to be as good as asking now: AWS records no more than the first use in
/// each span of 15 minutes anyway.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html
const LIVE_REPORT_AGE: SignedDuration = SignedDuration::from_mins(15);

/// What every account's task needs.
pub(crate) struct Context {
    pub(crate) aws: Aws,
    pub(crate) caller: Caller,
    pub(crate) options: ScanOptions,
    pub(crate) as_of: Timestamp,
}

/// The users of an account, and whether what is known of their last uses is as good as asking now.
struct Users {
    subjects: Vec<Subject>,
    report_is_live: bool,
}

/// Opens a session in `account`: with the caller's own credentials where the caller is in it and no role is configured
/// for it, else by assuming its role.
pub(crate) async fn open_session(
    aws: &Aws,
    caller: &Caller,
    roles: &Roles,
    account: AccountId,
) -> Result<AccountSession, String> {
    let configured = roles.by_account.get(&account);
    if account == caller.account && configured.is_none() {
        return Ok(aws.own_session(account));
    }
    let role = configured.map_or_else(
        || Arc::clone(&roles.default),
        |name| Arc::new(RoleOptions { name: name.clone(), ..(*roles.default).clone() }),
    );
    aws.assume_role(&caller.partition, account, role).await.map_err(|error| error.to_string())
}

impl Context {
    /// Scans one account, or says at which step it was lost.
    pub(crate) async fn scan(&self, account: Arc<Account>) -> Result<Tally, AccountGap> {
        let session = open_session(&self.aws, &self.caller, &self.options.roles, account.id)
            .await
            .map_err(|reason| gap(&account, Step::AssumeRole, reason))?;
        let users = self.users(&session, &account).await.map_err(|reason| gap(&account, Step::ReadUsers, reason))?;
        Ok(self.judge(&session, users).await)
    }

    async fn users(&self, session: &AccountSession, account: &Arc<Account>) -> Result<Users, String> {
        let Reading::Report(wait) = self.options.reading else {
            return self.listed_users(session, account).await;
        };
        match session.credential_report(account, wait).await {
            Ok(report) => Ok(self.reported_users(report)),
            Err(report_error) => {
                tracing::info!(account = %account.id, error = %report_error, "users are read one by one");
                let users = self.listed_users(session, account).await;
                users.map_err(|error| format!("{report_error}; and without a report: {error}"))
            }
        }
    }

    fn reported_users(&self, report: CredentialReport) -> Users {
        let age = self.aws.clock().now().duration_since(report.generated_at);
        let subjects = report.users.into_iter().map(Subject::reported).collect();
        Users { subjects, report_is_live: age <= LIVE_REPORT_AGE }
    }

    async fn listed_users(&self, session: &AccountSession, account: &Arc<Account>) -> Result<Users, String> {
        let users = session.users(account).await.map_err(|error| error.to_string())?;
        Ok(Users { subjects: users.into_iter().map(Subject::unlisted).collect(), report_is_live: false })
    }

    /// Judges and reads in rounds, until no policy asks for more. Every round reads something of every user that is
    /// left, and there is only so much to be read of a user, so the rounds come to an end.
    async fn judge(&self, session: &AccountSession, users: Users) -> Tally {
        let Users { mut subjects, report_is_live } = users;
        let hydrator = Hydrator {
            session,
            users: subjects.len(),
            report_is_live,
            at_once: self.options.concurrency.calls_per_account,
        };
        let mut tally = Tally::new(&self.options.policies);
        while !subjects.is_empty() {
            let mut wanted = Vec::new();
            for subject in subjects {
                match look(&subject, &self.options.policies, self.as_of) {
                    Look::Settled(judgement) => tally.add(&subject, judgement, &self.options.policies),
                    Look::Wants(wants) => wanted.push((subject, wants)),
                }
            }
            subjects = hydrator.hydrate(wanted).await;
        }
        tally
    }
}
