//! The facet `signing certificates`.

use aws_sdk_iam::types::SigningCertificate as IamCertificate;
use keysweep_model::{Facet, Fact, SigningCertificate, UserName};

use crate::{
    AccountSession, CallError,
    answer::{check_user, credential_status, required, string, timestamp},
    paging::PAGE,
};

const ACTION: &str = "iam:ListSigningCertificates";

impl AccountSession {
    /// The signing certificates of a user.
    ///
    /// # Errors
    /// When any page cannot be read. A user that is gone is [`crate::CallErrorKind::NotFound`].
    pub async fn signing_certificates(&self, user: &UserName) -> Result<Vec<SigningCertificate>, CallError> {
        self.list(
            ACTION,
            |iam, marker| {
                iam.list_signing_certificates().user_name(user.as_str()).max_items(PAGE).set_marker(marker).send()
            },
            |page| (page.is_truncated(), page.marker()),
            |page| page.certificates().iter().map(|it| read(user, it)).collect(),
        )
        .await
    }
}

fn read(user: &UserName, certificate: &IamCertificate) -> Result<SigningCertificate, CallError> {
    check_user(ACTION, user, certificate.user_name())?;
    Ok(SigningCertificate {
        id: Fact::Live(string(ACTION, "CertificateId", certificate.certificate_id())?),
        status: credential_status(ACTION, Facet::SigningCertificates, certificate.status().as_str()),
        created_at: Fact::Live(timestamp(ACTION, required(ACTION, "UploadDate", certificate.upload_date())?)?),
    })
}
