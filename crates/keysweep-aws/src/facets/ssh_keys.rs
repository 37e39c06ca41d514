//! The facet `SSH keys`.

use aws_sdk_iam::types::SshPublicKeyMetadata;
use keysweep_model::{Facet, Fact, SshKey, UserName};

use crate::{
    AccountSession, CallError,
    answer::{check_user, credential_status, string, timestamp},
    paging::PAGE,
};

const ACTION: &str = "iam:ListSSHPublicKeys";

impl AccountSession {
    /// The SSH public keys of a user.
    ///
    /// # Errors
    /// When any page cannot be read. A user that is gone is [`crate::CallErrorKind::NotFound`].
    pub async fn ssh_keys(&self, user: &UserName) -> Result<Vec<SshKey>, CallError> {
        self.list(
            ACTION,
            |iam, marker| iam.list_ssh_public_keys().user_name(user.as_str()).max_items(PAGE).set_marker(marker).send(),
            |page| (page.is_truncated(), page.marker()),
            |page| page.ssh_public_keys().iter().map(|key| read(user, key)).collect(),
        )
        .await
    }
}

fn read(user: &UserName, key: &SshPublicKeyMetadata) -> Result<SshKey, CallError> {
    check_user(ACTION, user, key.user_name())?;
    Ok(SshKey {
        id: string(ACTION, "SSHPublicKeyId", key.ssh_public_key_id())?,
        status: credential_status(ACTION, Facet::SshKeys, key.status().as_str()),
        created_at: Fact::Live(timestamp(ACTION, key.upload_date())?),
    })
}
