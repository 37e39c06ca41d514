//! The readers of the facets: one file a facet, each with the method of [`crate::AccountSession`] that has its name. A
//! facet of an account is read by the session alone, a facet of a user by the user's name. The list of users also tells
//! the facet `password last used`.

mod access_key_last_used;
mod access_keys;
mod account_summary;
pub(crate) mod authorization_details;
pub(crate) mod credential_report;
mod login_profile;
mod mfa_devices;
pub(crate) mod organizational_units;
mod password_policy;
mod root_mfa;
mod service_credentials;
mod signing_certificates;
mod ssh_keys;
mod user_tags;
pub(crate) mod users;
