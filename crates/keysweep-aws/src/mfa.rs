//! The facets `mfa devices` (one call a user) and `root mfa` (one call for every 1,000 virtual devices of an account).

use aws_sdk_iam::types::{AssignmentStatusType, VirtualMfaDevice};
use keysweep_model::{MfaDevice, MfaKind, UserName};

use crate::{
    AccountSession, CallError,
    users::{PAGE, check_user, next_marker, required, timestamp},
};

/// How the serial number of the root user's virtual device ends, unless somebody chose another name for it.
/// Source: docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_virtual.html
const ROOTS_FIRST_DEVICE: &str = ":mfa/root-account-mfa-device";

impl AccountSession {
    /// The MFA devices of a user.
    ///
    /// # Errors
    /// When any page cannot be read. A user that is gone is [`crate::CallErrorKind::NotFound`].
    pub async fn mfa_devices(&self, user: &UserName) -> Result<Vec<MfaDevice>, CallError> {
        const ACTION: &str = "iam:ListMFADevices";
        let mut devices = Vec::new();
        let mut marker = None;
        loop {
            let page = self
                .call(ACTION, |iam| {
                    iam.list_mfa_devices().user_name(user.as_str()).max_items(PAGE).set_marker(marker.clone()).send()
                })
                .await?;
            for device in page.mfa_devices() {
                check_user(ACTION, user, device.user_name())?;
                // A hardware token has a number of its maker's in place of an ARN.
                if device.serial_number().starts_with("arn:") {
                    self.check_account(ACTION, device.serial_number())?;
                }
                devices.push(MfaDevice {
                    serial_number: required(ACTION, "SerialNumber", device.serial_number())?,
                    kind: MfaKind::of_serial_number(device.serial_number()),
                    enabled_at: timestamp(ACTION, device.enable_date())?,
                });
            }
            match next_marker(ACTION, page.is_truncated(), page.marker(), marker.as_deref())? {
                Some(next) => marker = Some(next),
                None => return Ok(devices),
            }
        }
    }

    /// Whether a virtual MFA device is assigned to the root user: it is listed with the root user's ARN.
    ///
    /// # Errors
    /// When any page up to the one that has it cannot be read, or when it does not tell whose a device is.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html
    pub async fn root_has_virtual_mfa(&self) -> Result<bool, CallError> {
        const ACTION: &str = "iam:ListVirtualMFADevices";
        let mut marker = None;
        loop {
            let page = self
                .call(ACTION, |iam| {
                    iam.list_virtual_mfa_devices()
                        .assignment_status(AssignmentStatusType::Assigned)
                        .max_items(PAGE)
                        .set_marker(marker.clone())
                        .send()
                })
                .await?;
            for device in page.virtual_mfa_devices() {
                if self.is_roots(ACTION, device)? {
                    return Ok(true);
                }
            }
            match next_marker(ACTION, page.is_truncated(), page.marker(), marker.as_deref())? {
                Some(next) => marker = Some(next),
                None => return Ok(false),
            }
        }
    }

    fn is_roots(&self, action: &'static str, device: &VirtualMfaDevice) -> Result<bool, CallError> {
        self.check_account(action, device.serial_number())?;
        if device.serial_number().ends_with(ROOTS_FIRST_DEVICE) {
            return Ok(true);
        }
        let user = device.user().ok_or_else(|| CallError::bad_answer(action, "an assigned device without a user"))?;
        self.check_account(action, user.arn())?;
        Ok(user.arn().ends_with(":root"))
    }
}
