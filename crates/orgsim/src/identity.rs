//! Who calls: an IAM user by its access key, or a role session, which is what `AssumeRole` hands out.

use std::collections::HashMap;
use std::sync::Arc;

use crate::derive::{Derive, access_key_id};
use crate::permission::Policy;
use crate::world::{Account, AccountId, Partition, Text, Time, User};

/// The caller of a request.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) account: AccountId,
    pub(crate) who: Who,
}

#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// An IAM user, by the key it signed with.
    User {
        name: Box<str>,
        arn: String,
        access_key_id: String,
    },
    Session(Arc<Session>),
}

impl Identity {
    /// The caller's ARN as STS gives it.
    pub(crate) fn arn(&self, partition: Partition) -> String {
        match &self.who {
            Who::User { arn, .. } => arn.clone(),
            Who::Session(session) => session.arn(partition),
        }
    }

    /// The caller's IAM user, if it is one.
    pub(crate) fn user<'a>(&self, account: &'a Account) -> Option<&'a User> {
        match &self.who {
            Who::User { name, .. } => account.user(name),
            Who::Session(_) => None,
        }
    }
}

/// Temporary credentials of a role.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// Empty until the session is issued.
    pub(crate) access_key_id: String,
    pub(crate) account: AccountId,
    pub(crate) role: Text,
    pub(crate) role_arn: String,
    pub(crate) name: String,
    pub(crate) expires_at: Time,
    pub(crate) source_identity: Option<String>,
    /// Whether it has transitive tags, which the session of the next role inherits.
    pub(crate) is_tagged: bool,
    /// The session policies; each of them has to allow an action.
    pub(crate) policies: Vec<Policy>,
}

impl Session {
    /// `arn:aws:sts::...:assumed-role/role/session`, without the path of the role.
    pub(crate) fn arn(&self, partition: Partition) -> String {
        format!("arn:{partition}:sts::{}:assumed-role/{}/{}", self.account, self.role, self.name)
    }
}

/// All sessions ever issued. Expired ones are kept, because they must be refused as expired and not as unknown.
#[derive(Default)]
pub(crate) struct Sessions {
    by_key: HashMap<String, Arc<Session>>,
    issued: HashMap<AccountId, u64>,
}

impl Sessions {
    /// Issues a session. Its key follows from the seed, the account and the number of sessions that the account had before.
    pub(crate) fn issue(&mut self, derive: Derive, mut session: Session) -> Arc<Session> {
        let account = session.account;
        let serial = self.issued.entry(account).or_default();
        *serial += 1;
        let noise = derive.number(&["session", &account.to_string(), &serial.to_string()]);
        session.access_key_id = access_key_id("ASIA", account.number(), noise);
        let session = Arc::new(session);
        self.by_key.insert(session.access_key_id.clone(), session.clone());
        session
    }

    pub(crate) fn find(&self, access_key_id: &str) -> Option<Arc<Session>> {
        self.by_key.get(access_key_id).cloned()
    }

    /// Ends every session at once.
    pub(crate) fn expire(&mut self, now: Time) {
        for session in self.by_key.values_mut() {
            if session.expires_at > now {
                Arc::make_mut(session).expires_at = now;
            }
        }
    }
}
