//! The rounds of judging and reading in one account.

use std::sync::Arc;

use keysweep_aws::CallError;
use keysweep_model::{Account, AccountFacts, Facet, FacetSet, Fact, ResourceType, Unreadable};

use crate::{
    counts::Counts,
    judge::{AccountWants, Judge, Judged, Look},
    options::Extent,
    read::Reader,
    sink::ScannedAccount,
    subject::{Origins, Subject, Wants},
};

/// An account on its way through its rounds.
///
/// Users go first, then the account as a whole and its root user. A policy for accounts that asks more of the users sends
/// them through their rounds again, so that in the end every policy has judged by the same facts.
pub(crate) struct Rounds<'a> {
    pub(crate) judge: Judge<'a>,
    pub(crate) reader: Reader<'a>,
    pub(crate) extent: Extent,
    /// Whether all that was read is wanted.
    pub(crate) keeps_facts: bool,
    /// Whether the tags of users with findings are wanted.
    pub(crate) reads_owners: bool,
}

/// The users of an account on their way through the rounds.
#[derive(Default)]
struct Users {
    /// Those of which no policy asks for more, each with its results. A credential report may be given up at any time,
    /// and what was judged by it is then judged again, so that they are kept until the account is done.
    settled: Vec<(Subject, Judged)>,
    /// The others.
    waiting: Vec<Subject>,
}

impl Rounds<'_> {
    /// Judges and reads in rounds, until no policy asks for more. Every round reads something of every user that is
    /// left, and there is only so much to be read of a user, so the rounds come to an end.
    ///
    /// # Errors
    /// When a policy judges users or what they have, and the users cannot be told. Where only policies for accounts and
    /// root users run, that is unknown to those of them that ask for users, and the others judge.
    pub(crate) async fn run(mut self, mut facts: AccountFacts) -> Result<ScannedAccount, CallError> {
        let counts = Counts::new(self.judge.policies, self.judge.register);
        let mut account = ScannedAccount::new(Arc::clone(&facts.account), counts);
        let kinds = || self.judge.policies.iter().map(|policy| policy.metadata().resource);
        let judges_accounts = kinds().any(ResourceType::is_of_account);
        let judges_users = kinds().any(|kind| !kind.is_of_account());
        let mut users = Users::default();
        // Whether the users are known, which are among the facts once they are settled.
        let mut listed = Fact::NotRead(Facet::Users);
        if judges_users {
            users.waiting = self.reader.users().await?;
            listed = Fact::Live(());
        } else if self.extent == Extent::Everything {
            listed = self.list_users(&mut users).await;
        }
        if self.extent == Extent::Everything {
            self.reader.read_account(&mut facts, everything()).await;
        }
        loop {
            self.settle(&facts, &mut users).await;
            facts.root_activity = self.reader.root_activity();
            if !judges_accounts {
                break;
            }
            match self.look_at_account(&facts, &listed, &users) {
                Look::Settled(judged) => {
                    if self.keeps_facts {
                        account.note_report(self.judge.policies, None, &judged);
                    }
                    account.add(judged);
                    break;
                }
                Look::Wants(wants) => {
                    self.reader.read_account(&mut facts, wants.of_account).await;
                    if wants.of_account.contains(Facet::Users) {
                        listed = self.list_users(&mut users).await;
                    }
                    self.read_more(&mut users, wants.of_users).await;
                }
            }
        }
        let mut subjects = Vec::new();
        for (subject, judged) in users.settled {
            account.counts.add_user(&subject);
            if self.keeps_facts {
                account.note_report(self.judge.policies, Some(&subject.user.name), &judged);
            }
            account.add(judged);
            subjects.push(subject);
        }
        account.counts.users_gone = self.reader.counts.gone;
        account.counts.users_renamed = self.reader.counts.renamed;
        account.facts = self.keeps_facts.then(|| {
            let users = listed.map(|()| subjects.into_iter().map(Subject::into_confirmed).collect());
            Box::new(AccountFacts { users, ..facts })
        });
        account.notes = self.reader.into_notes();
        Ok(account.sorted())
    }

    /// Brings users to where no policy asks for more. They end in the order of their names, so that a list of offenders
    /// has one order, whichever call was answered first.
    async fn settle(&mut self, facts: &AccountFacts, users: &mut Users) {
        self.take_back(users);
        while !users.waiting.is_empty() {
            let mut wanted = Vec::new();
            for subject in std::mem::take(&mut users.waiting) {
                match self.look_at_user(&facts.account, &subject) {
                    Look::Settled(judged) => users.settled.push((subject, judged)),
                    Look::Wants(wants) => wanted.push((subject, wants)),
                }
            }
            users.waiting = self.reader.read(wanted).await;
            self.take_back(users);
        }
        users.settled.sort_by(|(a, _), (b, _)| a.user.name.cmp(&b.user.name));
    }

    /// Where the credential report was given up, takes back what was judged by it.
    fn take_back(&mut self, users: &mut Users) {
        if self.reader.has_given_report_up() {
            users.waiting.extend(users.settled.drain(..).map(|(subject, _)| subject));
            users.waiting = std::mem::take(&mut users.waiting).into_iter().map(Subject::without_report).collect();
        }
    }

    fn look_at_user(&self, account: &Arc<Account>, subject: &Subject) -> Look<Wants> {
        if self.extent == Extent::Everything {
            let wants = subject.wants(everything(), &Origins::of(&subject.user));
            if !wants.is_empty() {
                return Look::Wants(wants);
            }
        }
        let look = self.judge.user(account, subject);
        if let Look::Settled(judged) = &look
            && self.reads_owners
            && !judged.findings.is_empty()
        {
            let tags = subject.wants(FacetSet::of(&[Facet::UserTags]), &Origins::of(&subject.user));
            if !tags.is_empty() {
                return Look::Wants(tags);
            }
        }
        look
    }

    fn look_at_account(&self, facts: &AccountFacts, listed: &Fact<()>, users: &Users) -> Look<AccountWants> {
        let subjects: Vec<_> = users.settled.iter().map(|(subject, _)| subject).collect();
        let users = listed.clone().map(|()| subjects.iter().map(|subject| Arc::clone(&subject.user)).collect());
        self.judge.account(&Arc::new(AccountFacts { users, ..facts.clone() }), &subjects)
    }

    /// Reads what policies for accounts want of the users that are settled; they have to be judged anew.
    async fn read_more(&mut self, users: &mut Users, wants: Vec<Wants>) {
        let mut wanted = Vec::new();
        for ((subject, judged), wants) in std::mem::take(&mut users.settled).into_iter().zip(wants) {
            if wants.is_empty() {
                users.settled.push((subject, judged));
            } else {
                wanted.push((subject, wants));
            }
        }
        users.waiting.append(&mut self.reader.read(wanted).await);
    }

    /// Lists the users, where the account can be judged without them.
    async fn list_users(&mut self, users: &mut Users) -> Fact<()> {
        match self.reader.users().await {
            Ok(listed) => {
                users.waiting = listed;
                Fact::Live(())
            }
            Err(error) => {
                let reason = error.to_string();
                Fact::Unreadable(Arc::new(Unreadable { facet: Facet::Users, reason }))
            }
        }
    }
}

fn everything() -> FacetSet {
    Facet::ALL.iter().copied().collect()
}
