//! The facet `MFA devices`.

use aws_sdk_iam::types::MfaDevice as IamDevice;
use keysweep_model::{Fact, MfaDevice, MfaKind, UserName};

use crate::{
    AccountSession, CallError,
    answer::{check_user, string, timestamp},
    paging::PAGE,
};

const ACTION: &str = "iam:ListMFADevices";

impl AccountSession {
    /// The MFA devices of a user.
    ///
    /// # Errors
    /// When any page cannot be read. A user that is gone is [`crate::CallErrorKind::NotFound`].
    pub async fn mfa_devices(&self, user: &UserName) -> Result<Vec<MfaDevice>, CallError> {
        self.list(
            ACTION,
            |iam, marker| iam.list_mfa_devices().user_name(user.as_str()).max_items(PAGE).set_marker(marker).send(),
            |page| (page.is_truncated(), page.marker()),
            |page| page.mfa_devices().iter().map(|it| self.mfa_device(user, it)).collect(),
        )
        .await
    }

    fn mfa_device(&self, user: &UserName, device: &IamDevice) -> Result<MfaDevice, CallError> {
        check_user(ACTION, user, device.user_name())?;
        // A hardware token has a number of its maker's in place of an ARN.
        if device.serial_number().starts_with("arn:") {
            self.check_account(ACTION, device.serial_number())?;
        }
        Ok(MfaDevice {
            serial_number: string(ACTION, "SerialNumber", device.serial_number())?,
            kind: Fact::Live(MfaKind::of_serial_number(device.serial_number())),
            enabled_at: Fact::Live(timestamp(ACTION, device.enable_date())?),
        })
    }
}
