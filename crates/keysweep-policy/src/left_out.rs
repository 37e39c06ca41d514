//! What a case leaves out: properties that a policy must not touch, because the case gives them no value.
//!
//! The model has no place for "not given" within what AWS tells at once, such as when an SSH key was made. A case that
//! leaves such a property out puts it down here, so that no policy is judged by a made-up value.

use std::collections::BTreeSet;

use keysweep_model::Resource;

use crate::objects::Object;

/// The properties that a case leaves out.
#[derive(Debug, Default)]
pub(crate) struct LeftOut(BTreeSet<(Object, String, usize, &'static str)>);

impl LeftOut {
    /// Leaves out a property of what is at a place of a user's list. The user is none for what belongs to the account.
    pub(crate) fn leave(&mut self, object: Object, user: Option<&str>, index: usize, name: &'static str) {
        self.0.insert((object, user.unwrap_or_default().to_owned(), index, name));
    }

    /// Whether a property of the object that is seen from `resource` is left out.
    pub(crate) fn has(&self, object: Object, resource: &Resource, name: &'static str) -> bool {
        let index = match object {
            // These are seen from any resource of the user's, wherever that is in its list.
            Object::User | Object::Password => 0,
            Object::Account | Object::WholeAccount | Object::Root | Object::PasswordPolicy => 0,
            Object::Key | Object::Mfa | Object::ServiceCredential | Object::SigningCertificate | Object::SshKey => {
                resource.index().unwrap_or_default()
            }
        };
        let user = resource.user().map(|user| user.name.to_string()).unwrap_or_default();
        self.0.contains(&(object, user, index, name))
    }
}
