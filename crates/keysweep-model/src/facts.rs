//! What holds facts: one definition of a type says which facts it has, which facet tells each, and how a file keeps it.
//!
//! From it follow the type, one of which nothing has been read, a walk over all its facts, and its form in files. A fact
//! that is added is in all of them.

use std::sync::Arc;

use crate::{Facet, FacetSet, Fact, Origin, Report, Unreadable};

/// Something that holds facts, or holds none.
pub trait Facts {
    /// Shows every fact: the facet that tells it, and where it comes from. A fact comes before those within it.
    fn each(&self, look: &mut dyn FnMut(Facet, Origin<'_>));

    /// Shows every fact to be changed, in the same order. What is no longer there after a change is not shown.
    fn each_mut(&mut self, change: &mut dyn FnMut(Facet, &mut dyn Slot));
}

/// The place of a fact, whatever its value is.
pub trait Slot {
    /// Where the fact comes from.
    fn origin(&self) -> Origin<'_>;

    /// Takes the fact back: this facet has to be read.
    fn set_not_read(&mut self, facet: Facet);

    /// Notes that what is known is from this report. A possible value stays possible.
    fn set_reported(&mut self, report: &Arc<Report>);

    /// Notes that the fact cannot be read.
    fn set_unreadable(&mut self, why: &Arc<Unreadable>);

    /// Notes why what a report says could not be read live. Any other fact stays as it is.
    fn set_unconfirmed(&mut self, why: &Arc<Unreadable>);
}

impl<T> Slot for Fact<T> {
    fn origin(&self) -> Origin<'_> {
        Self::origin(self)
    }

    fn set_not_read(&mut self, facet: Facet) {
        *self = Self::NotRead(facet);
    }

    fn set_reported(&mut self, report: &Arc<Report>) {
        let value = std::mem::replace(self, Self::NotRead(Facet::CredentialReport));
        *self = match value {
            Self::Live(value) | Self::Reported(value, _) => Self::Reported(value, Arc::clone(report)),
            other @ (Self::Possible(_) | Self::NotRead(_) | Self::Unreadable(_)) => other,
        };
    }

    fn set_unreadable(&mut self, why: &Arc<Unreadable>) {
        *self = Self::Unreadable(Arc::clone(why));
    }

    fn set_unconfirmed(&mut self, why: &Arc<Unreadable>) {
        if let Self::Reported(_, report) = self {
            *report = Arc::new(Report { unconfirmed: Some(Arc::clone(why)), ..(**report).clone() });
        }
    }
}

/// The facets that would tell more: those of facts that have not been read.
pub fn not_read(of: &impl Facts) -> FacetSet {
    let mut facets = FacetSet::default();
    of.each(&mut |_, origin| {
        if let Origin::NotRead(facet) = origin {
            facets = facets.with(facet);
        }
    });
    facets
}

impl<T: Facts> Facts for Vec<T> {
    fn each(&self, look: &mut dyn FnMut(Facet, Origin<'_>)) {
        self.iter().for_each(|item| item.each(look));
    }

    fn each_mut(&mut self, change: &mut dyn FnMut(Facet, &mut dyn Slot)) {
        self.iter_mut().for_each(|item| item.each_mut(change));
    }
}

impl<T: Facts> Facts for Option<T> {
    fn each(&self, look: &mut dyn FnMut(Facet, Origin<'_>)) {
        self.iter().for_each(|item| item.each(look));
    }

    fn each_mut(&mut self, change: &mut dyn FnMut(Facet, &mut dyn Slot)) {
        self.iter_mut().for_each(|item| item.each_mut(change));
    }
}

impl<T: Facts + Clone> Facts for Arc<T> {
    fn each(&self, look: &mut dyn FnMut(Facet, Origin<'_>)) {
        (**self).each(look);
    }

    fn each_mut(&mut self, change: &mut dyn FnMut(Facet, &mut dyn Slot)) {
        Self::make_mut(self).each_mut(change);
    }
}

/// Says of types that they are values, which hold no facts.
macro_rules! values {
    ($($value:ty),+) => {
        $(impl $crate::Facts for $value {
            fn each(&self, _: &mut dyn FnMut($crate::Facet, $crate::Origin<'_>)) {}
            fn each_mut(&mut self, _: &mut dyn FnMut($crate::Facet, &mut dyn $crate::Slot)) {}
        })+
    };
}
pub(crate) use values;

values!(bool, u32, String, jiff::Timestamp, std::collections::BTreeMap<String, String>);

/// Defines a type that holds facts.
///
/// First stand what is known with the thing itself, then its facts, each with its type and the facet that tells it.
/// The word before a fact says how a file keeps it: `fact` as a fact; `bare` as its value alone where it is live;
/// `optional` as `bare`, and left out where it is none.
macro_rules! facts {
    (
        $(#[$doc:meta])*
        $name:ident {
            $($(#[$own_doc:meta])* $([$own_attribute:meta])? $own:ident: $own_type:ty,)*
        } facts {
            $($(#[$fact_doc:meta])* $mode:ident $fact:ident: $type:ty = $facet:ident,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $($(#[$own_doc])* pub $own: $own_type,)*
            $($(#[$fact_doc])* pub $fact: $crate::Fact<$type>,)*
        }

        impl $name {
            /// One of which nothing has been read.
            #[must_use]
            pub fn unread($($own: $own_type),*) -> Self {
                Self { $($own,)* $($fact: $crate::Fact::NotRead($crate::Facet::$facet),)* }
            }
        }

        impl $crate::Facts for $name {
            fn each(&self, look: &mut dyn FnMut($crate::Facet, $crate::Origin<'_>)) {
                $(
                    look($crate::Facet::$facet, self.$fact.origin());
                    if let Some(value) = self.$fact.value() {
                        value.each(look);
                    }
                )*
            }

            fn each_mut(&mut self, change: &mut dyn FnMut($crate::Facet, &mut dyn $crate::Slot)) {
                $(
                    change($crate::Facet::$facet, &mut self.$fact);
                    if let Some(value) = self.$fact.value_mut() {
                        value.each_mut(change);
                    }
                )*
            }
        }

        const _: () = {
            use $crate::stored::{Stored, kept};

            #[derive(serde::Serialize)]
            struct Written<'a> {
                $($(#[$own_attribute])? $own: &'a $own_type,)*
                $(
                    #[serde(skip_serializing_if = "Option::is_none")]
                    $fact: Option<kept::$mode<&'a $type>>,
                )*
            }

            #[derive(serde::Deserialize)]
            struct Read {
                $($(#[$own_attribute])? $own: $own_type,)*
                $(
                    #[serde(default)]
                    $fact: Option<kept::$mode<$type>>,
                )*
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let written = Written {
                        $($own: &self.$own,)*
                        $($fact: Stored::of(self.$fact.as_ref(), $crate::Facet::$facet),)*
                    };
                    written.serialize(serializer)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let read = Read::deserialize(deserializer)?;
                    Ok(Self {
                        $($own: read.$own,)*
                        $($fact: Stored::fact(read.$fact, $crate::Facet::$facet),)*
                    })
                }
            }
        };
    };
}
pub(crate) use facts;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccessKey, LastUsed, Password, User};

    fn shown(user: &User) -> String {
        let mut facts = Vec::new();
        user.each(&mut |facet, origin| {
            let state = match origin {
                Origin::Live => "live".to_owned(),
                Origin::Reported(report) if report.unconfirmed.is_some() => "unconfirmed".to_owned(),
                Origin::Reported(_) => "reported".to_owned(),
                Origin::Possible => "possible".to_owned(),
                Origin::NotRead(facet) => format!("not read: {facet}"),
                Origin::Unreadable(_) => "unreadable".to_owned(),
            };
            facts.push(format!("{facet} {state}"));
        });
        facts.join(", ")
    }

    fn user() -> User {
        let used = AccessKey { last_used: Fact::Live(LastUsed::Never), ..AccessKey::unread() };
        let mut user = User::unread("ann".parse().unwrap(), String::new(), "/".to_owned());
        user.access_keys = Fact::Live(vec![used, AccessKey::possible()]);
        user.password = Fact::Live(Some(Password::unread()));
        user.each_mut(&mut |_, fact| fact.set_reported(&Arc::new(Report::new(jiff::Timestamp::UNIX_EPOCH))));
        user
    }

    #[test]
    fn every_fact_is_shown_and_before_those_within_it() {
        insta::assert_snapshot!(shown(&user()).replace(", ", "\n"), @"
        users not read: users
        user_tags not read: user_tags
        access_keys reported
        access_keys not read: access_keys
        access_keys not read: access_keys
        access_keys not read: access_keys
        access_key_last_used reported
        access_keys not read: access_keys
        access_keys possible
        access_keys not read: access_keys
        access_key_last_used not read: access_keys
        login_profile reported
        credential_report not read: credential_report
        password_last_used not read: password_last_used
        mfa_devices not read: mfa_devices
        mfa_devices not read: mfa_devices
        authorization_details not read: authorization_details
        service_credentials not read: service_credentials
        signing_certificates not read: signing_certificates
        ssh_keys not read: ssh_keys
        ");
        assert!(not_read(&user()).contains(Facet::UserTags) && !not_read(&user()).contains(Facet::LoginProfile));
    }

    #[test]
    fn what_a_change_takes_away_is_not_shown() {
        let mut user = user();
        let mut facets = Vec::new();
        user.each_mut(&mut |facet, fact| {
            facets.push(facet);
            fact.set_not_read(facet);
        });
        assert_eq!(facets.iter().filter(|facet| **facet == Facet::AccessKeys).count(), 1);
        assert!(shown(&user).split(", ").all(|fact| fact.contains("not read")));
    }

    #[test]
    fn only_what_a_report_says_can_be_unconfirmed() {
        let why = Arc::new(Unreadable { facet: Facet::AccessKeys, reason: "denied".to_owned() });
        let mut user = user();
        user.each_mut(&mut |_, fact| fact.set_unconfirmed(&why));
        let states = |state| shown(&user).split(", ").filter(|fact| fact.ends_with(state)).count();
        assert_eq!((states("unconfirmed"), states("possible"), states(" reported")), (3, 1, 0));
    }
}
