//! The facet `service credentials`: the service-specific credentials of all users of an account.

use std::collections::HashMap;

use aws_sdk_iam::types::ServiceSpecificCredentialMetadata;
use keysweep_model::{Facet, Fact, ServiceCredential, UserName};

use crate::{
    AccountSession, CallError,
    answer::{credential_status, parsed, string, timestamp},
    paging::PAGE,
};

const ACTION: &str = "iam:ListServiceSpecificCredentials";

impl AccountSession {
    /// The service-specific credentials of every user that has any.
    ///
    /// # Errors
    /// When any page cannot be read.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html
    pub async fn service_credentials(&self) -> Result<HashMap<UserName, Vec<ServiceCredential>>, CallError> {
        let credentials: Vec<_> = self
            .list(
                ACTION,
                // Without a number of items AWS gives no pages.
                |iam, marker| {
                    iam.list_service_specific_credentials().all_users(true).max_items(PAGE).set_marker(marker).send()
                },
                |page| (page.is_truncated(), page.marker()),
                |page| page.service_specific_credentials().iter().map(read).collect(),
            )
            .await?;
        let mut users: HashMap<UserName, Vec<ServiceCredential>> = HashMap::new();
        for (user, credential) in credentials {
            users.entry(user).or_default().push(credential);
        }
        Ok(users)
    }
}

fn read(credential: &ServiceSpecificCredentialMetadata) -> Result<(UserName, ServiceCredential), CallError> {
    let service = string(ACTION, "ServiceName", credential.service_name())?;
    let read = ServiceCredential {
        id: string(ACTION, "ServiceSpecificCredentialId", credential.service_specific_credential_id())?,
        service: Fact::Live(service.split('.').next().unwrap_or(&service).to_owned()),
        status: credential_status(ACTION, Facet::ServiceCredentials, credential.status().as_str()),
        created_at: Fact::Live(timestamp(ACTION, credential.create_date())?),
        expires_at: Fact::Live(credential.expiration_date().map(|at| timestamp(ACTION, at)).transpose()?),
    };
    Ok((parsed(ACTION, credential.user_name())?, read))
}
