//! The facets `signing certificates` and `SSH keys`: one call a user each.

use keysweep_model::{Facet, Fact, SigningCertificate, SshKey, UserName};

use crate::{
    AccountSession, CallError,
    access_keys::credential_status,
    users::{PAGE, check_user, next_marker, required, timestamp},
};

impl AccountSession {
    /// The signing certificates of a user.
    ///
    /// # Errors
    /// When any page cannot be read. A user that is gone is [`crate::CallErrorKind::NotFound`].
    pub async fn signing_certificates(&self, user: &UserName) -> Result<Vec<SigningCertificate>, CallError> {
        const ACTION: &str = "iam:ListSigningCertificates";
        let mut certificates = Vec::new();
        let mut marker = None;
        loop {
            let page = self
                .call(ACTION, |iam| {
                    iam.list_signing_certificates()
                        .user_name(user.as_str())
                        .max_items(PAGE)
                        .set_marker(marker.clone())
                        .send()
                })
                .await?;
            for certificate in page.certificates() {
                check_user(ACTION, user, certificate.user_name())?;
                let uploaded_at = certificate.upload_date();
                let uploaded_at =
                    uploaded_at.ok_or_else(|| CallError::bad_answer(ACTION, "a certificate without a date"))?;
                certificates.push(SigningCertificate {
                    id: Fact::Known(required(ACTION, "CertificateId", certificate.certificate_id())?),
                    status: credential_status(ACTION, Facet::SigningCertificates, certificate.status().as_str()),
                    created_at: Fact::Known(timestamp(ACTION, uploaded_at)?),
                });
            }
            match next_marker(ACTION, page.is_truncated(), page.marker(), marker.as_deref())? {
                Some(next) => marker = Some(next),
                None => return Ok(certificates),
            }
        }
    }

    /// The SSH public keys of a user.
    ///
    /// # Errors
    /// When any page cannot be read. A user that is gone is [`crate::CallErrorKind::NotFound`].
    pub async fn ssh_keys(&self, user: &UserName) -> Result<Vec<SshKey>, CallError> {
        const ACTION: &str = "iam:ListSSHPublicKeys";
        let mut keys = Vec::new();
        let mut marker = None;
        loop {
            let page = self
                .call(ACTION, |iam| {
                    iam.list_ssh_public_keys()
                        .user_name(user.as_str())
                        .max_items(PAGE)
                        .set_marker(marker.clone())
                        .send()
                })
                .await?;
            for key in page.ssh_public_keys() {
                check_user(ACTION, user, key.user_name())?;
                keys.push(SshKey {
                    id: required(ACTION, "SSHPublicKeyId", key.ssh_public_key_id())?,
                    status: credential_status(ACTION, Facet::SshKeys, key.status().as_str()),
                    created_at: timestamp(ACTION, key.upload_date())?,
                });
            }
            match next_marker(ACTION, page.is_truncated(), page.marker(), marker.as_deref())? {
                Some(next) => marker = Some(next),
                None => return Ok(keys),
            }
        }
    }
}
