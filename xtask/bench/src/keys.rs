//! The access keys that every engine judges: made from a seed, so that each run is on the same ones.
//!
//! It must not know any engine.

use std::{ops::Range, sync::Arc};

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use keysweep_model::{AccessKey, Account, AccountState, CredentialStatus, Fact, LastUsed, Tags, User};

/// The tag that makes a user a service account, with the value `true`.
pub(crate) const SERVICE_TAG: &str = "service-account";
/// The age past which an active key fails, in days.
pub(crate) const MAX_AGE_DAYS: i64 = 90;
/// The same for the keys of service accounts, in days.
pub(crate) const MAX_SERVICE_AGE_DAYS: i64 = 365;

const DAY: i64 = 24 * 60 * 60;
const USERS_OF_AN_ACCOUNT: u64 = 50;

/// One access key as a scan has it: at a place in the list of its user.
pub(crate) struct Key {
    /// The user with its keys, all facts known.
    pub(crate) user: Arc<User>,
    /// The account that they are in.
    pub(crate) account: Arc<Account>,
    /// The place of the key.
    pub(crate) index: usize,
}

/// The time as of which keys are judged: 2026-01-01.
pub(crate) fn as_of() -> Timestamp {
    Timestamp::constant(1_767_225_600, 0)
}

impl Key {
    /// The account of the key.
    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    /// What a scan has read of the key itself.
    pub(crate) fn facts(&self) -> Facts<'_> {
        let known = self.user.access_keys.value().and_then(|keys| keys.get(self.index));
        let facts = known.and_then(|key| {
            let created_at = *key.created_at.value()?;
            let used_at = match key.last_used.value()? {
                LastUsed::Never => None,
                LastUsed::At { at, .. } => Some(*at),
            };
            Some(Facts {
                id: key.id.value()?.as_str(),
                active: *key.status.value()? == CredentialStatus::Active,
                age_days: days_since(created_at),
                never_used: used_at.is_none(),
                idle_days: days_since(used_at.unwrap_or(created_at)),
                tags: self.user.tags.value()?,
            })
        });
        facts.unwrap_or_else(|| unreachable!("all facts of all keys are known here"))
    }
}

/// The facts of a key that policies commonly ask for, all known.
pub(crate) struct Facts<'a> {
    pub(crate) id: &'a str,
    pub(crate) active: bool,
    pub(crate) age_days: i64,
    pub(crate) never_used: bool,
    pub(crate) idle_days: i64,
    pub(crate) tags: &'a Tags,
}

/// Days up to the judged time, rounded up, as Keysweep counts them.
fn days_since(then: Timestamp) -> i64 {
    let seconds = as_of().duration_since(then).as_secs();
    seconds / DAY + i64::from(seconds % DAY > 0)
}

/// `count` keys of as many users as it takes; a fifth inactive, a half younger than the limit, a sixth of service
/// accounts.
///
/// # Errors
/// Never, unless an identifier that is made here is not one.
pub(crate) fn make(count: usize) -> Result<Vec<Key>> {
    let mut chance = Chance(0x6b65_7973_7765_6570);
    let mut account = account(0)?;
    let mut keys = Vec::with_capacity(count + 1);
    for number in 0_u64.. {
        if keys.len() >= count {
            break;
        }
        if number % USERS_OF_AN_ACCOUNT == 0 {
            account = self::account(number / USERS_OF_AN_ACCOUNT)?;
        }
        let user = Arc::new(user(&account, number, &mut chance)?);
        let places = 0..user.access_keys.value().map_or(0, Vec::len);
        keys.extend(places.map(|index| Key { user: Arc::clone(&user), account: Arc::clone(&account), index }));
    }
    keys.truncate(count);
    Ok(keys)
}

/// The units above every account of these keys.
pub(crate) const OU_PATH: &str = "Root/Workloads/Prod";

fn account(number: u64) -> Result<Arc<Account>> {
    Ok(Arc::new(Account {
        id: format!("{:012}", 100_000_000_000 + number).parse()?,
        name: format!("workload-{number}"),
        email: None,
        state: AccountState::Active,
        ou_path: Fact::Live(OU_PATH.to_owned()),
    }))
}

fn user(account: &Account, number: u64, chance: &mut Chance) -> Result<User> {
    let name = format!("user-{number}");
    let arn = format!("arn:aws:iam::{}:user/team/{name}", account.id);
    let mut user = User::unread(name.parse()?, arn, "/team/".to_owned());
    let mut tags = Tags::from([("owner".to_owned(), format!("team-{}", chance.pick(0..40)))]);
    if chance.pick(0..100) < 15 {
        tags.insert(SERVICE_TAG.to_owned(), if chance.pick(0..10) > 0 { "true" } else { "false" }.to_owned());
    }
    if chance.pick(0..2) > 0 {
        tags.insert("cost-center".to_owned(), format!("{}", chance.pick(1_000..2_000)));
    }
    user.tags = Fact::Live(tags);
    let keys = 1 + u64::from(chance.pick(0..4) == 0);
    user.access_keys = Fact::Live((0..keys).map(|key| access_key(2 * number + key, chance)).collect::<Result<_>>()?);
    Ok(user)
}

fn access_key(number: u64, chance: &mut Chance) -> Result<AccessKey> {
    let span = if chance.pick(0..2) == 0 { 0..MAX_AGE_DAYS } else { 0..800 };
    let age = chance.pick(span) * DAY + chance.pick(0..DAY);
    let ago = |seconds: i64| as_of().checked_sub(SignedDuration::from_secs(seconds)).context("a time before all times");
    let last_used = match chance.pick(0..5) {
        0 => LastUsed::Never,
        _ => LastUsed::At {
            at: ago(chance.pick(0..age + 1))?,
            service: Some("s3".to_owned()),
            region: Some("eu-central-1".to_owned()),
        },
    };
    let status = if chance.pick(0..5) == 0 { CredentialStatus::Inactive } else { CredentialStatus::Active };
    Ok(AccessKey {
        id: Fact::Live(format!("AKIA{number:016}").parse()?),
        status: Fact::Live(status),
        created_at: Fact::Live(ago(age)?),
        last_used: Fact::Live(last_used),
    })
}

/// Numbers that look like chance and are the same in every run: SplitMix64.
struct Chance(u64);

impl Chance {
    fn pick(&mut self, range: Range<i64>) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let width = range.end.abs_diff(range.start).max(1);
        range.start.saturating_add_unsigned((mixed ^ (mixed >> 31)) % width)
    }
}
