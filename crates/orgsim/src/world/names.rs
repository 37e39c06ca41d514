//! The ids of credentials that are given none: made from the seed, and shaped as AWS shapes its own
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).

use super::{Account, AccountId, MfaDevice, MfaKind, Partition, User, World};
use crate::derive::{Derive, access_key_id};

/// The characters of a passkey's id after its name.
const PASSKEY_ID: usize = 26;

impl World {
    /// Gives an id to every credential that has none.
    pub(super) fn name_credentials(&mut self) {
        let namer = Namer { derive: self.derive(), partition: self.partition };
        for account in &mut self.accounts {
            for user in &mut account.users {
                namer.user(account.id, user);
            }
            namer.root(account);
        }
    }
}

struct Namer {
    derive: Derive,
    partition: Partition,
}

impl Namer {
    fn user(&self, account: AccountId, user: &mut User) {
        let owner = [&*account.to_string(), &*user.name];
        for (slot, key) in unnamed(&mut user.keys, |key| &mut key.id) {
            let noise = self.derive.number(&["key", owner[0], owner[1], &slot]);
            key.id = access_key_id("AKIA", account.number(), noise).into();
        }
        for (slot, credential) in unnamed(&mut user.service_credentials, |credential| &mut credential.id) {
            credential.id = self.derive.unique_id("ACCA", &[owner[0], owner[1], &slot]).into();
        }
        for (slot, certificate) in unnamed(&mut user.signing_certificates, |certificate| &mut certificate.id) {
            certificate.id = self.certificate(owner, &slot);
        }
        for (slot, key) in unnamed(&mut user.ssh_keys, |key| &mut key.id) {
            key.id = self.derive.unique_id("APKA", &[owner[0], owner[1], &slot]).into();
        }
        for (slot, device) in unnamed(&mut user.mfa_devices, |device| &mut device.serial_number) {
            device.serial_number = self.serial_number(device, owner, &slot).into();
        }
    }

    fn root(&self, account: &mut Account) {
        let owner = [&*account.id.to_string(), "<root_account>"];
        for (slot, key) in unnamed(&mut account.root.keys, |key| &mut key.id) {
            let noise = self.derive.number(&["key", owner[0], owner[1], &slot]);
            key.id = access_key_id("AKIA", account.id.number(), noise).into();
        }
        for (slot, certificate) in unnamed(&mut account.root.signing_certificates, |certificate| &mut certificate.id) {
            certificate.id = self.certificate(owner, &slot);
        }
    }

    fn certificate(&self, [account, owner]: [&str; 2], slot: &str) -> Box<str> {
        self.derive.upper(28, &["certificate", account, owner, slot]).into()
    }

    fn serial_number(&self, device: &MfaDevice, [account, user]: [&str; 2], slot: &str) -> String {
        let parts = ["mfa", account, user, slot];
        match device.kind {
            MfaKind::Virtual if slot == "0" => format!("arn:{}:iam::{account}:mfa/{user}", self.partition),
            MfaKind::Virtual => format!("arn:{}:iam::{account}:mfa/{user}_{slot}", self.partition),
            MfaKind::Hardware => format!("GAHT{:08}", self.derive.number(&parts) % 100_000_000),
            MfaKind::Passkey => {
                let id = self.derive.upper(PASSKEY_ID, &parts);
                format!("arn:{}:iam::{account}:u2f/user/{user}/security-key-{id}", self.partition)
            }
        }
    }
}

/// The items whose id is empty, each with its place in the list.
fn unnamed<T>(items: &mut [T], id: fn(&mut T) -> &mut Box<str>) -> impl Iterator<Item = (String, &mut T)> {
    let numbered = items.iter_mut().enumerate().map(|(slot, item)| (slot.to_string(), item));
    numbered.filter_map(move |(slot, item)| if id(item).is_empty() { Some((slot, item)) } else { None })
}
