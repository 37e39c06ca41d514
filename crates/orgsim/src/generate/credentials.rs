//! What generated users have besides passwords and access keys: more MFA devices, service-specific credentials, signing
//! certificates and SSH keys. Drawn from a stream of their own, so that the users themselves stay what they are.

use super::Generate;
use super::draw::{Draw, Purpose};
use crate::world::{Account, KeyStatus, MfaDevice, MfaKind, PublicKey, ServiceCredential, Time, User};

const DAY: i64 = 86_400;

/// Gives the users of the account at `index` these credentials.
pub(super) fn equip(generate: &Generate, index: u64, account: &mut Account) {
    let mut draw = Draw::new(generate.seed, Purpose::Credentials, index);
    let epoch = generate.epoch;
    for user in account.users.iter_mut().filter(|user| *user.name != *"security-scanner") {
        mfa(&mut draw, epoch, user);
        user.service_credentials = service_credentials(&mut draw, epoch, user);
        if draw.per_mille(15) {
            user.signing_certificates = (0..=draw.below(2)).map(|_| public_key(&mut draw, epoch, user)).collect();
        }
        if draw.per_mille(45) {
            user.ssh_keys = (0..=draw.below(2)).map(|_| public_key(&mut draw, epoch, user)).collect();
        }
        if let Some(password) = &mut user.password {
            password.reset_required = password.last_used_at.is_none() && draw.per_mille(400);
        }
    }
}

/// Most devices are apps; some users have a second one.
fn mfa(draw: &mut Draw, epoch: Time, user: &mut User) {
    let kind = |draw: &mut Draw| [MfaKind::Virtual, MfaKind::Passkey, MfaKind::Hardware][draw.weighted(&[80, 14, 6])];
    let Some(first) = user.mfa_devices.first_mut() else { return };
    first.kind = kind(draw);
    if draw.per_mille(80) {
        let enabled_at = moment(draw, first.enabled_at, epoch);
        user.mfa_devices.push(MfaDevice::new(kind(draw), enabled_at));
    }
}

fn service_credentials(draw: &mut Draw, epoch: Time, user: &User) -> Vec<ServiceCredential> {
    let is_service = user.name.starts_with("svc-");
    if !draw.per_mille(if is_service { 110 } else { 60 }) {
        return Vec::new();
    }
    let services = ["bedrock", "codecommit", "cassandra", "logs"];
    let weights = if is_service { [45, 25, 20, 10] } else { [60, 35, 0, 5] };
    let mut made = Vec::new();
    for _ in 0..=draw.below(2) {
        let service = services[draw.weighted(&weights)];
        let created_at = moment(draw, user.created_at, epoch);
        // API keys may end, within 36,600 days at most; names and passwords for the other services never do.
        let ends = ["bedrock", "logs"].contains(&service) && draw.per_mille(500);
        let expires_at = ends.then(|| created_at.plus([1, 30, 90, 365, 1_825][draw.weighted(&[1, 3, 3, 2, 1])] * DAY));
        let status = match expires_at {
            Some(at) if at <= epoch => KeyStatus::Expired,
            Some(_) | None => status(draw),
        };
        made.push(ServiceCredential { id: "".into(), service: service.into(), status, created_at, expires_at });
    }
    made
}

fn public_key(draw: &mut Draw, epoch: Time, user: &User) -> PublicKey {
    PublicKey { id: "".into(), status: status(draw), uploaded_at: moment(draw, user.created_at, epoch) }
}

fn status(draw: &mut Draw) -> KeyStatus {
    if draw.per_mille(180) { KeyStatus::Inactive } else { KeyStatus::Active }
}

/// Some moment after `from`, at `epoch` the latest.
fn moment(draw: &mut Draw, from: Time, epoch: Time) -> Time {
    from.plus(draw.between(0, (epoch.unix() - from.unix()).max(0))).min(epoch.max(from))
}
