//! Role sessions: what `AssumeRole` hands out.

use std::collections::HashMap;
use std::sync::Arc;

use crate::derive::{Derive, access_key_id};
use crate::permission::Policy;
use crate::world::{AccountId, Text, Time};

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
    /// Whether it has tags that go along to the next role.
    pub(crate) is_tagged: bool,
    /// What the session is narrowed to, if it is; every one of them has to allow an action.
    pub(crate) policies: Vec<Policy>,
}

/// All sessions ever handed out. Those that are over stay, for they are to be refused as expired, not as unknown.
#[derive(Default)]
pub(crate) struct Sessions {
    by_key: HashMap<String, Arc<Session>>,
    issued: HashMap<AccountId, u64>,
}

impl Sessions {
    /// Hands out a session. Its key follows from the seed, the account and how many sessions the account had before.
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
