//! What need not be stored because it follows from the seed: secrets, ids, tokens, request ids.
//!
//! Everything here is a keyed hash (HMAC-SHA256, RFC 2104) of the seed and a few words, so a world of a million keys
//! holds no secret at all, and the same seed always gives the same answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LOWER: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Derives what follows from one seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Derive {
    seed: u64,
}

impl Derive {
    pub(crate) fn new(seed: u64) -> Derive {
        Derive { seed }
    }

    /// The secret of an access key: 40 characters, as AWS's are.
    pub(crate) fn secret(self, access_key_id: &str) -> String {
        let mut secret = STANDARD.encode(self.hash(&["secret", access_key_id]));
        secret.truncate(40);
        secret
    }

    /// The token that has to accompany a temporary key.
    pub(crate) fn session_token(self, access_key_id: &str) -> String {
        let head = self.hash(&["token", access_key_id]);
        let tail = self.hash(&["token, continued", access_key_id]);
        format!("IQoJb3JpZ2luX2Vj{}", STANDARD.encode([head, tail].concat()))
    }

    /// An IAM unique id such as `AIDA...` or `AROA...`: the prefix and 17 characters
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).
    pub(crate) fn unique_id(self, prefix: &str, parts: &[&str]) -> String {
        let hash = self.hash(&[&[prefix], parts].concat());
        prefix.chars().chain(hash.iter().take(17).map(|b| char::from(BASE32[usize::from(b % 32)]))).collect()
    }

    /// `length` (at most 32) lowercase letters and digits, as in organization, root and OU ids.
    pub(crate) fn lower(self, length: usize, parts: &[&str]) -> String {
        self.hash(parts).iter().take(length).map(|b| char::from(LOWER[usize::from(b % 36)])).collect()
    }

    /// `length` (at most 32) characters of base 32, as in the ids of certificates.
    pub(crate) fn upper(self, length: usize, parts: &[&str]) -> String {
        self.hash(parts).iter().take(length).map(|b| char::from(BASE32[usize::from(b % 32)])).collect()
    }

    /// A request id in the form of a UUID.
    pub(crate) fn request_id(self, serial: u64) -> String {
        let hex = hex(&self.hash(&["request", &serial.to_string()])[..16]);
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }

    /// A number spread evenly over all of `u64`.
    pub(crate) fn number(self, parts: &[&str]) -> u64 {
        self.hash(parts).iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// A number spread evenly over 0 up to but not including 1.
    pub(crate) fn fraction(self, parts: &[&str]) -> f64 {
        (self.number(parts) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The hash itself; a separator keeps `["ab", "c"]` and `["a", "bc"]` apart.
    pub(crate) fn hash(self, parts: &[&str]) -> [u8; 32] {
        hmac_sha256(&self.seed.to_le_bytes(), &parts.join("\u{1f}"))
    }
}

/// HMAC-SHA256 of a message under a key of any length.
pub(crate) fn hmac_sha256(key: &[u8], message: &str) -> [u8; 32] {
    // HMAC takes keys of every length, so the error cannot happen; a zero hash would only refuse a signature.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Lowercase hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}

/// An access key id that carries its account as AWS's do: ten bytes in base 32, the account's number in the first six
/// of them, shifted left by seven bits, under a leading one bit. `noise` fills the 39 bits that are left.
pub(crate) fn access_key_id(prefix: &str, account: u64, noise: u64) -> String {
    let value = 1_u128 << 79 | u128::from(account & 0xff_ffff_ffff) << 39 | u128::from(noise & 0x7f_ffff_ffff);
    prefix
        .chars()
        .chain((0..16).rev().map(|place| char::from(BASE32[((value >> (place * 5)) & 31) as usize])))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_agrees_with_rfc_4231_case_2() {
        let mac = hmac_sha256(b"Jefe", "what do ya want for nothing?");
        assert_eq!(hex(&mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn what_is_derived_has_the_shape_of_aws_ids() {
        let derive = Derive::new(7);
        insta::assert_snapshot!(
            [
                derive.secret("AKIAEXAMPLE"),
                derive.unique_id("AIDA", &["111111111111", "alice"]),
                derive.lower(10, &["organization"]),
                derive.request_id(1),
                access_key_id("AKIA", 123_456_789_012, 5),
            ]
            .join("\n"),
            @"
        0RxtJAazoemPVrjzPa069CgPYSmziSwh9NTRXIZY
        AIDA66D5QJOBLLCD5IWLA
        hheor48cym
        97208c43-6863-70c4-50ac-0628ef0f091e
        AKIARZPUZDIKAAAAAAAF
        "
        );
        assert_eq!(derive.secret("AKIAEXAMPLE").len(), 40);
    }

    #[test]
    fn neighbouring_parts_do_not_run_together() {
        assert_ne!(Derive::new(1).hash(&["ab", "c"]), Derive::new(1).hash(&["a", "bc"]));
    }
}
