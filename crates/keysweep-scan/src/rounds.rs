//! The rounds of judging and reading in one account.

use std::sync::Arc;

use keysweep_model::{AccountFacts, AccountNote, Facet, FacetSet, Fact, Partition, Unreadable};

use crate::{
    inventory,
    judge::{AccountWants, Judge, Judgement, Look},
    read::Reader,
    scan::Extent,
    subject::{Subject, Wants},
    tally::Tally,
};

/// An account on its way through its rounds.
///
/// Users go first, then the account as a whole and its root user. A policy for accounts that asks more of the users sends
/// them through their rounds again, so that in the end every policy has judged by the same facts.
pub(crate) struct Rounds<'a> {
    pub(crate) judge: Judge<'a>,
    pub(crate) reader: Reader<'a>,
    pub(crate) partition: &'a Partition,
    pub(crate) extent: Extent,
    /// Whether the account is to be saved.
    pub(crate) is_saved: bool,
}

/// What came of an account.
pub(crate) struct Outcome {
    pub(crate) tally: Tally,
    /// The account with all that was read, where it is to be saved.
    pub(crate) saved: Option<AccountFacts>,
    /// What should be known about how the account was read.
    pub(crate) notes: Vec<AccountNote>,
}

impl Rounds<'_> {
    /// Judges and reads in rounds, until no policy asks for more. Every round reads something of every user that is
    /// left, and there is only so much to be read of a user, so the rounds come to an end.
    ///
    /// # Errors
    /// When a policy judges users or what they have, and the users cannot be told. Where only policies for accounts and
    /// root users run, that is unknown to those of them that ask for users, and the others judge.
    pub(crate) async fn run(mut self, mut facts: AccountFacts) -> Result<Outcome, String> {
        let mut tally = Tally::new(self.judge.policies, self.judge.register);
        let kinds = || self.judge.policies.iter().map(|policy| policy.metadata().resource);
        let judges_accounts = kinds().any(|kind| kind.is_of_account());
        let mut waiting = Vec::new();
        if kinds().any(|kind| !kind.is_of_account()) {
            waiting = self.reader.users().await.map_err(|error| error.to_string())?;
            facts.users = Fact::Known(Vec::new());
        } else if self.extent == Extent::Everything {
            waiting = self.list_users(&mut facts).await;
        }
        if self.extent == Extent::Everything {
            self.reader.read_account(&mut facts, everything()).await;
        }
        let mut settled: Vec<(Subject, Judgement)> = Vec::new();
        loop {
            self.settle_users(waiting, &mut settled).await;
            facts.root.activity = self.reader.root_activity();
            if !judges_accounts {
                break;
            }
            match self.look_at_account(&facts, &mut settled) {
                Look::Settled(judgement) => {
                    tally.add(judgement, self.judge.policies, self.partition);
                    break;
                }
                Look::Wants(wants) => waiting = self.read(&mut facts, &mut settled, wants).await,
            }
        }
        Ok(self.outcome(tally, facts, settled))
    }

    fn outcome(self, mut tally: Tally, facts: AccountFacts, settled: Vec<(Subject, Judgement)>) -> Outcome {
        let mut subjects = Vec::new();
        for (subject, judgement) in settled {
            tally.add_user(&subject);
            tally.add(judgement, self.judge.policies, self.partition);
            subjects.push(subject);
        }
        tally.users_gone = self.reader.counts.gone;
        tally.users_renamed = self.reader.counts.renamed;
        let saved = self.is_saved.then(|| inventory::saved(facts, subjects));
        Outcome { tally, saved, notes: self.reader.into_notes() }
    }

    /// Brings users to where no policy asks for more. They are kept with their judgements until the account is done: a
    /// credential report may be given up at any time, and who was judged by it is then judged again.
    async fn settle_users(&mut self, mut waiting: Vec<Subject>, settled: &mut Vec<(Subject, Judgement)>) {
        self.take_back(&mut waiting, settled);
        while !waiting.is_empty() {
            let mut wanted = Vec::new();
            for subject in waiting {
                match self.look_at_user(&subject) {
                    Look::Settled(judgement) => settled.push((subject, judgement)),
                    Look::Wants(wants) => wanted.push((subject, wants)),
                }
            }
            waiting = self.reader.read(wanted).await;
            self.take_back(&mut waiting, settled);
        }
    }

    /// Where the credential report was given up, takes back what was judged by it.
    fn take_back(&mut self, waiting: &mut Vec<Subject>, settled: &mut Vec<(Subject, Judgement)>) {
        if self.reader.has_given_report_up() {
            let all = std::mem::take(waiting).into_iter().chain(settled.drain(..).map(|(subject, _)| subject));
            *waiting = all.map(Subject::without_report).collect();
        }
    }

    fn look_at_user(&self, subject: &Subject) -> Look<Wants> {
        if self.extent == Extent::Everything {
            let wants = subject.wants(everything());
            if !wants.is_empty() {
                return Look::Wants(wants);
            }
        }
        self.judge.user(subject)
    }

    fn look_at_account(&self, facts: &AccountFacts, settled: &mut [(Subject, Judgement)]) -> Look<AccountWants> {
        // So that a list of offenders has one order, whichever call was answered first.
        settled.sort_by(|(a, _), (b, _)| a.user.name.cmp(&b.user.name));
        let subjects: Vec<_> = settled.iter().map(|(subject, _)| subject).collect();
        let mut facts = facts.clone();
        if let Fact::Known(users) = &mut facts.users {
            *users = subjects.iter().map(|subject| Arc::clone(&subject.user)).collect();
        }
        self.judge.account(&Arc::new(facts), &subjects)
    }

    /// Reads what policies for accounts want, and gives the users that have to be judged anew.
    async fn read(
        &mut self,
        facts: &mut AccountFacts,
        settled: &mut Vec<(Subject, Judgement)>,
        wants: AccountWants,
    ) -> Vec<Subject> {
        self.reader.read_account(facts, wants.of_account).await;
        let mut waiting = Vec::new();
        if wants.of_account.contains(Facet::Users) {
            waiting = self.list_users(facts).await;
        }
        let mut wanted = Vec::new();
        for ((subject, judgement), wants) in std::mem::take(settled).into_iter().zip(wants.of_users) {
            if wants.is_empty() {
                settled.push((subject, judgement));
            } else {
                wanted.push((subject, wants));
            }
        }
        waiting.append(&mut self.reader.read(wanted).await);
        waiting
    }

    /// The users, where the account can be judged without them. They are put into the facts when the account is judged.
    async fn list_users(&mut self, facts: &mut AccountFacts) -> Vec<Subject> {
        match self.reader.users().await {
            Ok(users) => {
                facts.users = Fact::Known(Vec::new());
                users
            }
            Err(error) => {
                let reason = error.to_string();
                facts.users = Fact::Unreadable(Arc::new(Unreadable { facet: Facet::Users, reason }));
                Vec::new()
            }
        }
    }
}

fn everything() -> FacetSet {
    Facet::ALL.iter().copied().collect()
}
