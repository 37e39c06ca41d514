//! The facet `root MFA`.

use std::pin::pin;

use aws_sdk_iam::types::{AssignmentStatusType, VirtualMfaDevice};
use futures::TryStreamExt;

use crate::{AccountSession, CallError, answer::required, paging::PAGE};

const ACTION: &str = "iam:ListVirtualMFADevices";

/// How the serial number of the root user's virtual device ends, unless another name was chosen for it.
/// Source: docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_virtual.html
const ROOTS_FIRST_DEVICE: &str = ":mfa/root-account-mfa-device";

impl AccountSession {
    /// Whether a virtual MFA device is assigned to the root user: it is listed with the root user's ARN.
    ///
    /// # Errors
    /// When any page up to the one that has it cannot be read, or when it does not tell whose a device is.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html
    pub async fn root_has_virtual_mfa(&self) -> Result<bool, CallError> {
        let assigned = AssignmentStatusType::Assigned;
        let mut pages = pin!(self.pages(
            ACTION,
            |iam, marker| {
                let request = iam.list_virtual_mfa_devices().assignment_status(assigned.clone());
                request.max_items(PAGE).set_marker(marker).send()
            },
            |page| (page.is_truncated(), page.marker()),
        ));
        while let Some(page) = pages.try_next().await? {
            for device in page.virtual_mfa_devices() {
                if self.is_roots(device)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn is_roots(&self, device: &VirtualMfaDevice) -> Result<bool, CallError> {
        self.check_account(ACTION, device.serial_number())?;
        if device.serial_number().ends_with(ROOTS_FIRST_DEVICE) {
            return Ok(true);
        }
        let user = required(ACTION, "User", device.user())?;
        self.check_account(ACTION, user.arn())?;
        Ok(user.arn().ends_with(":root"))
    }
}
