//! How old generated access keys are, and how they are used.

use super::draw::Draw;
use super::words::{REGIONAL_SERVICES, REGIONS, SERVICES};
use crate::world::{AccessKey, KeyStatus, LastUsed, Time};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// How a kind of user treats its keys, all in parts of a thousand.
#[derive(Clone, Copy)]
pub(super) struct Habits {
    /// Age: under 30 days, under 90, within an hour of 90, under a year, older.
    ages: [u32; 5],
    never_used: u32,
    inactive: u32,
    /// Idle: under 2 days, under 45, within an hour of 45, longer.
    idle: [u32; 4],
}

impl Habits {
    pub(super) const PERSON: Habits =
        Habits { ages: [280, 260, 25, 285, 150], never_used: 130, inactive: 180, idle: [420, 280, 25, 275] };
    pub(super) const SERVICE: Habits =
        Habits { ages: [140, 210, 20, 330, 300], never_used: 70, inactive: 110, idle: [680, 140, 15, 165] };
    pub(super) const CONTRACTOR: Habits =
        Habits { ages: [200, 250, 30, 370, 150], never_used: 200, inactive: 300, idle: [250, 250, 30, 470] };
}

/// When a key was made.
pub(super) fn creation(draw: &mut Draw, epoch: Time, habits: Habits) -> Time {
    let age = match draw.weighted(&habits.ages) {
        0 => draw.between(HOUR, 30 * DAY),
        1 => draw.between(30 * DAY, 90 * DAY - HOUR),
        2 => draw.between(90 * DAY - HOUR, 90 * DAY + HOUR),
        3 => draw.between(90 * DAY + HOUR, 365 * DAY),
        _ => draw.between(365 * DAY, 5 * 365 * DAY),
    };
    epoch.plus(-age)
}

/// Gives a new key its history until `epoch`: it may be used and may be deactivated.
pub(super) fn live(draw: &mut Draw, epoch: Time, habits: Habits, key: &mut AccessKey) {
    if draw.per_mille(habits.inactive) {
        key.status = KeyStatus::Inactive;
    }
    if draw.per_mille(habits.never_used) {
        return;
    }
    let idle = match draw.weighted(&habits.idle) {
        0 => draw.between(60, 2 * DAY),
        1 => draw.between(2 * DAY, 45 * DAY - HOUR),
        2 => draw.between(45 * DAY - HOUR, 45 * DAY + HOUR),
        _ => draw.between(45 * DAY + HOUR, 700 * DAY),
    };
    // A key is not used before it is made: one that would have been was tried once, in its first minutes.
    let earliest = key.created_at.plus(draw.between(30, 20 * 60)).min(epoch);
    let service = draw.weighted(&SERVICES.map(|(_, weight)| weight));
    let region = match service < REGIONAL_SERVICES {
        true => draw.pick(&REGIONS),
        false if draw.per_mille(500) => "us-east-1",
        false => "N/A",
    };
    key.last_used = Some(last_used(epoch.plus(-idle).max(earliest), SERVICES[service].0, region));
}

pub(super) fn last_used(at: Time, service: &str, region: &str) -> LastUsed {
    LastUsed { at, service: service.into(), region: region.into() }
}
