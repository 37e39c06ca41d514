//! MFA devices: those of one user, and the virtual ones of a whole account.

use super::{account, list_of_user, list_page, paging, users};
use crate::backend::Context;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::response::Body;
use crate::wire::xml::Xml;
use crate::world::{Account, MfaKind, RootMfa, Time, User};

/// `ListMFADevices`
pub(super) fn of_user(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    list_of_user(
        cx,
        state,
        "MFADevices",
        |user| &user.mfa_devices,
        |device| &device.serial_number,
        |x, device| {
            x.leaf("SerialNumber", &device.serial_number);
            x.leaf("EnableDate", device.enabled_at);
        },
    )
}

/// The owner of a virtual device.
enum Owner<'a> {
    Unassigned,
    Root,
    User(&'a User),
}

struct Device<'a> {
    serial_number: String,
    owner: Owner<'a>,
    enabled_at: Option<Time>,
}

/// `ListVirtualMFADevices`
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html>).
pub(super) fn virtual_devices(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let status = cx.call.input.text("AssignmentStatus").unwrap_or("Any".into());
    let wanted: fn(&Device<'_>) -> bool = match &*status {
        "Any" => |_| true,
        "Assigned" => |device| device.enabled_at.is_some(),
        "Unassigned" => |device| device.enabled_at.is_none(),
        unknown => {
            let constraint = "Member must satisfy enum value set: [Assigned, Unassigned, Any]";
            return Err(ApiError::constraint("AssignmentStatus", unknown, constraint));
        }
    };
    let paging = paging(cx, &status)?;
    let account = account(cx, state)?;
    let mut devices = devices(account, state);
    devices.retain(wanted);
    devices.sort_by(|a, b| a.serial_number.cmp(&b.serial_number));
    list_page(
        &paging,
        "VirtualMFADevices",
        &devices,
        |device| device.serial_number.as_str().into(),
        |x, device| write(x, device, account, state),
    )
}

fn devices<'a>(account: &'a Account, state: &State) -> Vec<Device<'a>> {
    let serial_number = |name: &str| format!("arn:{}:iam::{}:mfa/{name}", state.world.partition, account.id);
    let mut devices: Vec<Device<'_>> = account
        .unassigned_mfa_devices
        .iter()
        .map(|name| Device { serial_number: serial_number(name), owner: Owner::Unassigned, enabled_at: None })
        .collect();
    match account.root.mfa {
        RootMfa::Virtual => devices.push(Device {
            serial_number: serial_number("root-account-mfa-device"),
            owner: Owner::Root,
            enabled_at: Some(account.joined_at),
        }),
        RootMfa::None | RootMfa::Hardware => {}
    }
    for user in &account.users {
        let own = user.mfa_devices.iter().filter(|device| device.kind == MfaKind::Virtual);
        devices.extend(own.map(|device| Device {
            serial_number: device.serial_number.to_string(),
            owner: Owner::User(user),
            enabled_at: Some(device.enabled_at),
        }));
    }
    devices
}

fn write(xml: &mut Xml, device: &Device<'_>, account: &Account, state: &State) {
    xml.leaf("SerialNumber", &device.serial_number);
    if let Some(at) = device.enabled_at {
        xml.leaf("EnableDate", at);
    }
    let partition = state.world.partition;
    match device.owner {
        Owner::Unassigned => {}
        Owner::User(user) => xml.node("User", |x| users::core(x, user, account, state)),
        // Root has neither a name nor a path.
        Owner::Root => xml.node("User", |x| {
            x.leaf("UserId", account.id);
            x.leaf("Arn", account.root_arn(partition));
            x.leaf("CreateDate", account.joined_at);
            if let Some(at) = account.root.password_last_used {
                x.leaf("PasswordLastUsed", at);
            }
        }),
    }
}
