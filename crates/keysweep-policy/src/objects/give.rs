//! How a case of a policy gives the properties of objects: what it writes, put into facts.
//!
//! What is not given stays a fact that has not been read. Only names, ids, paths and the account have defaults, and a
//! credential is active. The properties of an object are put in the order of its table, so that each may look at those
//! above it.

use std::{collections::BTreeSet, fmt::Display, str::FromStr, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use keysweep_files::{
    Code, Diagnostic,
    yaml::{self, Location},
};
use keysweep_model::{
    Account, AccountFacts, AccountState, CredentialStatus, FacetSet, Fact, Facts, IdError, Owner, Permissions,
    Resource, ResourceType, RootCredentials, Slot, Tags, Unreadable, User, UserName,
};

use super::Object;

/// How a case gives a property.
#[derive(Clone, Copy)]
pub(crate) struct Give {
    pub(crate) how: How,
    /// What to give, so that the property is known; none for its name.
    pub(crate) hint: Option<&'static str>,
}

/// What a case writes for a property, and how that is put into facts.
#[derive(Clone, Copy)]
pub(crate) enum How {
    /// It is not given by itself.
    Not,
    Boolean(fn(&mut Draft, bool)),
    /// An integer, 0 or more.
    Integer(fn(&mut Draft, u32)),
    String(fn(&mut Draft, String)),
    Strings(fn(&mut Draft, Vec<String>)),
    Tags(fn(&mut Draft, Tags)),
    /// Days before the judged time.
    Days(fn(&mut Draft, Timestamp)),
    /// A span of time, as a number of units of so many seconds.
    Span(f64, fn(&mut Draft, SignedDuration)),
    /// One object, or null: called before the object is made, with whether there is one.
    Object(Object, fn(&mut Draft, bool)),
    /// A list of objects: called before they are made, with how many there are.
    Objects(Object, fn(&mut Draft, usize)),
}

/// A property that a case gives by its name.
pub(super) const fn given(how: How) -> Give {
    Give { how, hint: None }
}

/// A property that a case does not give by itself: `hint` says what to give in its place.
pub(super) const fn instead(hint: &'static str) -> Give {
    Give { how: How::Not, hint: Some(hint) }
}

impl Give {
    /// The same with what to give, so that the property is known.
    pub(super) const fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }
}

/// Seconds of a day.
pub(crate) const DAY: f64 = 86_400.0;

/// Seconds of a minute.
pub(super) const MINUTE: f64 = 60.0;

/// What to give, so that it is known when a credential was made.
pub(super) const AGE: &str = "`age_days`";

/// What to give, so that it is known when a credential was used.
pub(super) const USED: &str = "`idle_days`, or `never_used: true`";

/// What to give, so that it is known how long a credential was not used.
pub(super) const IDLE: &str = "`idle_days`, or `never_used: true` and `age_days`";

/// What a case gives, while it is put together: an account and a user of it. What is given of a credential is that of the
/// last of the user's list.
pub(crate) struct Draft {
    /// The kind of what is judged.
    pub(super) kind: ResourceType,
    /// The judged time.
    pub(crate) as_of: Timestamp,
    pub(super) facts: AccountFacts,
    pub(super) user: User,
    /// The names of the account's users.
    pub(super) names: BTreeSet<UserName>,
    /// The properties that rest on an assumption.
    assumed: BTreeSet<String>,
    refused: Option<Diagnostic>,
}

impl Draft {
    /// A draft of which nothing is given.
    pub(crate) fn new(kind: ResourceType, as_of: Timestamp) -> Result<Self, IdError> {
        let account = Account {
            id: "111122223333".parse()?,
            name: "example".to_owned(),
            email: None,
            state: AccountState::Active,
            ou_path: Fact::Live("Root".to_owned()),
        };
        Ok(Self {
            kind,
            as_of,
            facts: AccountFacts::unread(Arc::new(account)),
            user: User::unread("alice".parse()?, String::new(), "/".to_owned()),
            names: BTreeSet::new(),
            assumed: BTreeSet::new(),
            refused: None,
        })
    }

    /// What is judged, where these facets could not be read; and the properties, by their names in evidence, that rest on
    /// a time which is not given and which had to be assumed to tell others by.
    ///
    /// # Errors
    /// The first thing that cannot be given.
    pub(crate) fn finish(mut self, unreadable: FacetSet) -> Result<(Resource, BTreeSet<String>), Diagnostic> {
        if let Some(wrong) = self.refused {
            return Err(wrong);
        }
        let mut change = |facet, fact: &mut dyn Slot| {
            if unreadable.contains(facet) {
                fact.set_unreadable(&Arc::new(Unreadable { facet, reason: "the case says so".to_owned() }));
            }
        };
        self.account().each_mut(&mut change);
        self.facts.each_mut(&mut change);
        self.user.each_mut(&mut change);
        let owner = match self.kind.is_of_account() {
            true => Owner::Account(Arc::new(self.facts)),
            false => Owner::User(self.facts.account, Arc::new(self.user)),
        };
        Ok((Resource::new(owner, self.kind, 0), self.assumed))
    }

    /// Notes that something cannot be given, if it is the first such thing.
    pub(crate) fn refuse_by(&mut self, wrong: Diagnostic) {
        self.refused.get_or_insert(wrong);
    }

    /// Notes that what is given now cannot be given.
    pub(super) fn refuse(&mut self, message: impl Into<String>) {
        self.refuse_by(Diagnostic::new(Code::BadValue, message));
    }

    /// Notes that a credential which was never used has no last use.
    pub(super) fn refuse_idle(&mut self, message: &str) {
        let help = "give `never_used: true` and `age_days`";
        self.refuse_by(Diagnostic::new(Code::BadValue, message).help(help));
    }

    /// Notes where that is given which was refused, if its place is not known yet.
    pub(crate) fn refused_at(&mut self, place: &Location) {
        let wrong = self.refused.take();
        self.refused = wrong.map(|wrong| if wrong.place.is_none() { yaml::placed(wrong, place) } else { wrong });
    }

    /// Puts what a text says, or notes that it does not say such a thing.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&mut self, text: &str, put: impl FnOnce(&mut Self, T)) {
        match text.parse() {
            Ok(value) => put(self, value),
            Err(error) => self.refuse(error.to_string()),
        }
    }

    /// So many units of time, each of so many seconds; none where that is too long.
    pub(crate) fn span(&mut self, count: f64, unit: f64) -> Option<SignedDuration> {
        const MOST: f64 = 36_500.0;
        if !(-MOST..=MOST).contains(&(count * unit / DAY)) {
            self.refuse(format!("a span of time has at most {MOST} days"));
            return None;
        }
        Some(SignedDuration::from_secs_f64(count * unit))
    }

    /// The time that is so far away from another.
    pub(crate) fn moved(&mut self, from: Timestamp, span: SignedDuration) -> Timestamp {
        from.checked_add(span).unwrap_or_else(|_| {
            self.refuse("there is no such time");
            from
        })
    }

    /// Notes that these properties, by their names in evidence, rest on an assumption.
    pub(super) fn assume(&mut self, properties: &[&str]) {
        self.assumed.extend(properties.iter().map(|property| (*property).to_owned()));
    }

    pub(super) fn account(&mut self) -> &mut Account {
        Arc::make_mut(&mut self.facts.account)
    }

    pub(super) fn permissions(&mut self, give: impl FnOnce(&mut Permissions)) {
        change(&mut self.user.permissions, Permissions::unread, give);
    }

    pub(super) fn root_credentials<R>(&mut self, give: impl FnOnce(&mut RootCredentials) -> R) -> R {
        change(&mut self.facts.root_credentials, RootCredentials::unread, give)
    }

    /// Names the user as its account, its path and its name do.
    pub(super) fn set_arn(&mut self) {
        self.user.arn = format!("arn:aws:iam::{}:user{}{}", self.facts.account.id, self.user.path, self.user.name);
    }
}

/// Changes a value, which is `blank` where nothing of it is given yet.
fn change<T: Clone, R>(fact: &mut Fact<T>, blank: fn() -> T, change: impl FnOnce(&mut T) -> R) -> R {
    let mut value = fact.value().cloned().unwrap_or_else(blank);
    let result = change(&mut value);
    *fact = Fact::Live(value);
    result
}

/// Adds an item to a list, which is empty where nothing of it is given yet.
pub(super) fn push<T>(list: &mut Fact<Vec<T>>, item: T) {
    match list.value_mut() {
        Some(items) => items.push(item),
        None => *list = Fact::Live(vec![item]),
    }
}

/// Changes the last item of a list.
pub(super) fn last<T>(list: &mut Fact<Vec<T>>, change: impl FnOnce(&mut T)) {
    if let Some(item) = list.value_mut().and_then(|items| items.last_mut()) {
        change(item);
    }
}

/// How many items of a list are given.
pub(super) fn count<T>(list: &Fact<Vec<T>>) -> usize {
    list.value().map_or(0, Vec::len)
}

pub(super) fn status_of(is_active: bool) -> CredentialStatus {
    if is_active { CredentialStatus::Active } else { CredentialStatus::Inactive }
}
