//! The facet `service credentials`: the service-specific credentials of all users of an account, one call for every
//! 1,000.

use std::collections::HashMap;

use aws_sdk_iam::types::ServiceSpecificCredentialMetadata;
use keysweep_model::{Facet, ServiceCredential, UserName};

use crate::{
    AccountSession, CallError,
    access_keys::credential_status,
    users::{PAGE, next_marker, required, timestamp},
};

impl AccountSession {
    /// The service-specific credentials of every user that has any.
    ///
    /// # Errors
    /// When any page cannot be read.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html
    pub async fn service_credentials(&self) -> Result<HashMap<UserName, Vec<ServiceCredential>>, CallError> {
        const ACTION: &str = "iam:ListServiceSpecificCredentials";
        let mut users: HashMap<UserName, Vec<ServiceCredential>> = HashMap::new();
        let mut marker = None;
        loop {
            // Without a number of items AWS gives no pages.
            let page = self
                .call(ACTION, |iam| {
                    iam.list_service_specific_credentials()
                        .all_users(true)
                        .max_items(PAGE)
                        .set_marker(marker.clone())
                        .send()
                })
                .await?;
            for metadata in page.service_specific_credentials() {
                let user = metadata.user_name().parse();
                let user = user.map_err(|error| CallError::bad_answer(ACTION, format!("{error}")))?;
                users.entry(user).or_default().push(credential(ACTION, metadata)?);
            }
            match next_marker(ACTION, page.is_truncated(), page.marker(), marker.as_deref())? {
                Some(next) => marker = Some(next),
                None => return Ok(users),
            }
        }
    }
}

fn credential(
    action: &'static str,
    metadata: &ServiceSpecificCredentialMetadata,
) -> Result<ServiceCredential, CallError> {
    let service = required(action, "ServiceName", metadata.service_name())?;
    Ok(ServiceCredential {
        id: required(action, "ServiceSpecificCredentialId", metadata.service_specific_credential_id())?,
        service: service.split('.').next().unwrap_or(&service).to_owned(),
        status: credential_status(action, Facet::ServiceCredentials, metadata.status().as_str()),
        created_at: timestamp(action, metadata.create_date())?,
        expires_at: metadata.expiration_date().map(|at| timestamp(action, at)).transpose()?,
    })
}
