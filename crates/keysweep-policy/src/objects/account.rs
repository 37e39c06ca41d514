//! Accounts, their root users and their rules for passwords.

use jiff::Timestamp;
use keysweep_model::{Facet, Fact, PasswordPolicy, ResourceType, RootActivity, RootCredentials};

use super::{
    Kind, Object, Property, Row, Seen, TO_ACCOUNT, Value,
    give::{Draft, How, USED, given, instead},
    read::{boolean, day, text},
};

pub(super) static ACCOUNT: Row = Row { properties: &[ID, NAME, OU_PATH], named_by: Some("id"), ..Row::NONE };

pub(super) static WHOLE_ACCOUNT: Row = Row { properties: OF_ACCOUNT, named_by: Some("id"), ..Row::NONE };

pub(super) static ROOT: Row = Row { properties: OF_ROOT, ..Row::NONE };

pub(super) static PASSWORD_POLICY: Row = Row {
    properties: OF_PASSWORD_POLICY,
    begin: |it| it.facts.password_policy = Fact::Live(Some(PasswordPolicy::unread())),
    ..Row::NONE
};

const ID: Property = Property {
    name: "id",
    kind: Kind::Text,
    facets: &[],
    doc: "the account's id, twelve digits",
    give: given(How::String(|it, id| it.parsed(&id, |it, id| it.account().id = id))),
    read: |it| Fact::Live(text(&it.resource.account().id.to_string())),
};

const NAME: Property = Property {
    name: "name",
    kind: Kind::Text,
    facets: &[],
    doc: "the account's name",
    give: given(How::String(|it, name| it.account().name = name)),
    read: |it| Fact::Live(text(&it.resource.account().name)),
};

const OU_PATH: Property = Property {
    name: "ou_path",
    kind: Kind::Text,
    facets: &[Facet::OrganizationalUnits],
    doc: "the organizational units above the account, such as `Root/Workloads/Prod`",
    give: given(How::String(|it, path| it.account().ou_path = Fact::Live(path))),
    read: |it| it.resource.account().ou_path.as_ref().map(|path| text(path)),
};

const OF_ACCOUNT: &[Property] = properties! {
    [ID, NAME, OU_PATH];
    users: Objects of User [Users] "the users of the account",
        given(How::Objects(Object::User, |it, _| it.facts.users = Fact::Live(Vec::new()))),
        |it| it.resources(ResourceType::User, Object::User);
    access_keys: Objects of AccessKey [Users, AccessKeys] "the access keys of all users of the account",
        instead("`users`, each with its `access_keys`"),
        |it| it.resources(ResourceType::AccessKey, Object::AccessKey);
    root: Object of Root [] "the account's root user",
        given(How::Object(Object::Root, |_, _| {})),
        |_| Fact::Live(Value::Object(Object::Root));
    password_policy: Object of PasswordPolicy [] "the account's rules for console passwords",
        given(How::Object(Object::PasswordPolicy, |it, is_set| {
            it.facts.password_policy = Fact::Live(is_set.then(PasswordPolicy::unread));
        })),
        |_| Fact::Live(Value::Object(Object::PasswordPolicy));
};

const OF_ROOT: &[Property] = properties! {
    has_access_key: Boolean [AccountSummary] "whether the root user has an access key",
        given(How::Boolean(|it, has| it.root_credentials(|of| of.has_access_key = Fact::Live(has)))),
        |it| credential(it, |of| &of.has_access_key);
    has_password: Boolean [AccountSummary] "whether the root user has a password",
        given(How::Boolean(|it, has| it.root_credentials(|of| of.has_password = Fact::Live(has)))),
        |it| credential(it, |of| &of.has_password);
    has_mfa: Boolean [AccountSummary] "whether an MFA device is enabled for the root user",
        given(How::Boolean(|it, has| it.root_credentials(|of| of.has_mfa = Fact::Live(has)))),
        |it| credential(it, |of| &of.has_mfa);
    has_signing_certificate: Boolean [AccountSummary] "whether the root user has a signing certificate",
        given(How::Boolean(|it, has| it.root_credentials(|of| of.has_signing_certificate = Fact::Live(has)))),
        |it| credential(it, |of| &of.has_signing_certificate);
    has_hardware_mfa: Boolean [AccountSummary, RootMfa] "whether the root user has MFA, and no virtual device for it",
        given(How::Boolean(give_hardware_mfa)),
        |it| {
            it.facts().and_then(|facts| {
                let is_virtual = facts.root_has_virtual_mfa.as_ref();
                if is_virtual.value() == Some(&&true) {
                    return is_virtual.map(|_| boolean(false));
                }
                let has_mfa = facts.root_credentials.as_ref().and_then(|of| of.has_mfa.as_ref());
                has_mfa
                    .and_then(|has| if *has { is_virtual.map(|is| boolean(!is)) } else { Fact::Live(boolean(false)) })
            })
        };
    never_used: Boolean [CredentialReport] "whether no use of the root user's password and access keys is on record",
        given(How::Boolean(|it, never| {
            if never {
                it.facts.root_activity = Fact::Live(activity_of(None));
            }
        }))
        .hint(USED),
        |it| activity(it).and_then(RootActivity::last_used).map(|used| boolean(used.is_none()));
    idle_days: Integer [CredentialReport]
        "days since the root user's password or access key was last used, or since the account was made where \
        neither ever was; a day that has begun counts",
        given(How::Days(give_idle)),
        |it| {
            activity(it).and_then(|activity| {
                activity.last_used().and_then(|used| match used {
                    Some(at) => Fact::Live(it.days_since(at)),
                    None => it.age(activity.created_at.as_ref()),
                })
            })
        };
    last_used_on: Text [CredentialReport]
        "the day on which the root user's password or access key was last used, in UTC; empty where neither ever \
        was",
        instead(USED),
        |it| activity(it).and_then(RootActivity::last_used).map(|used| used.map_or_else(|| text(""), day));
    ..[TO_ACCOUNT]
};

/// A root user with hardware MFA has MFA; one without may have a virtual device.
fn give_hardware_mfa(it: &mut Draft, has: bool) {
    it.facts.root_has_virtual_mfa = Fact::Live(!has);
    let has_mfa = it.root_credentials(|of| {
        let before = of.has_mfa.clone();
        if has {
            of.has_mfa = Fact::Live(true);
        }
        before
    });
    if has && has_mfa == Fact::Live(false) {
        it.refuse("a root user without MFA has no hardware MFA");
    }
}

/// A root user that was never used is idle since its account was made.
fn give_idle(it: &mut Draft, at: Timestamp) {
    let is_unused = it.facts.root_activity == Fact::Live(activity_of(None));
    let activity = activity_of((!is_unused).then_some(at));
    it.facts.root_activity = Fact::Live(RootActivity { created_at: Fact::Live(at), ..activity });
}

fn activity_of(password_last_used: Option<Timestamp>) -> RootActivity {
    RootActivity {
        password_last_used: Fact::Live(password_last_used),
        access_keys_last_used: Fact::Live(Vec::new()),
        ..RootActivity::unread()
    }
}

fn above_zero(number: u32) -> Option<u32> {
    Some(number).filter(|number| *number > 0)
}

fn credential(it: &Seen<'_>, of: fn(&RootCredentials) -> &Fact<bool>) -> Fact<Value> {
    let credentials = it.facts().and_then(|facts| facts.root_credentials.as_ref());
    credentials.and_then(|credentials| of(credentials).as_ref()).map(|has| boolean(*has))
}

fn activity<'a>(it: &Seen<'a>) -> Fact<&'a RootActivity> {
    it.facts().and_then(|facts| facts.root_activity.as_ref())
}

/// What AWS asks of a password where an account has no rules of its own.
/// Source: docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
const DEFAULT_MINIMUM_LENGTH: u32 = 8;

const OF_PASSWORD_POLICY: &[Property] = properties! {
    is_set: Boolean [PasswordPolicy]
        "whether the account has rules of its own; where not, the others tell AWS's default",
        instead("as `password_policy`, which is null for none"),
        |it| it.facts().and_then(|facts| facts.password_policy.as_ref()).map(|policy| boolean(policy.is_some()));
    minimum_length: Integer [PasswordPolicy] "the fewest characters of a password",
        given(How::Integer(|it, length| give_rule(it, |rules| rules.minimum_length = Fact::Live(length)))),
        |it| {
            rule(it, number(Some(DEFAULT_MINIMUM_LENGTH)), |policy| {
                policy.minimum_length.as_ref().map(|length| number(Some(*length)))
            })
        };
    reuse_prevention: Integer [PasswordPolicy] "how many former passwords may not be used again; 0 where all may",
        given(How::Integer(|it, count| give_rule(it, |rules| rules.reuse_prevention = Fact::Live(above_zero(count))))),
        |it| rule(it, number(None), |policy| policy.reuse_prevention.as_ref().map(|count| number(*count)));
    max_age_days: Integer [PasswordPolicy] "days after which a password expires; 0 where it does not",
        given(How::Integer(|it, days| give_rule(it, |rules| rules.max_age_days = Fact::Live(above_zero(days))))),
        |it| rule(it, number(None), |policy| policy.max_age_days.as_ref().map(|days| number(*days)));
    require_symbols: Boolean [PasswordPolicy] "whether a password must have a symbol",
        given(How::Boolean(|it, is| give_rule(it, |rules| rules.require_symbols = Fact::Live(is)))),
        |it| rule(it, boolean(false), |policy| policy.require_symbols.as_ref().map(|is| boolean(*is)));
    require_numbers: Boolean [PasswordPolicy] "whether a password must have a digit",
        given(How::Boolean(|it, is| give_rule(it, |rules| rules.require_numbers = Fact::Live(is)))),
        |it| rule(it, boolean(false), |policy| policy.require_numbers.as_ref().map(|is| boolean(*is)));
    require_uppercase: Boolean [PasswordPolicy] "whether a password must have an uppercase letter",
        given(How::Boolean(|it, is| give_rule(it, |rules| rules.require_uppercase = Fact::Live(is)))),
        |it| rule(it, boolean(false), |policy| policy.require_uppercase.as_ref().map(|is| boolean(*is)));
    require_lowercase: Boolean [PasswordPolicy] "whether a password must have a lowercase letter",
        given(How::Boolean(|it, is| give_rule(it, |rules| rules.require_lowercase = Fact::Live(is)))),
        |it| rule(it, boolean(false), |policy| policy.require_lowercase.as_ref().map(|is| boolean(*is)));
    users_may_change: Boolean [PasswordPolicy] "whether users may change their passwords themselves",
        given(How::Boolean(|it, is| give_rule(it, |rules| rules.users_may_change = Fact::Live(is)))),
        |it| rule(it, boolean(false), |policy| policy.users_may_change.as_ref().map(|is| boolean(*is)));
    ..[TO_ACCOUNT]
};

fn give_rule(it: &mut Draft, give: impl FnOnce(&mut PasswordPolicy)) {
    if let Some(Some(rules)) = it.facts.password_policy.value_mut() {
        give(rules);
    }
}

/// A rule of the account's own; `default` where it has none.
fn rule(it: &Seen<'_>, default: Value, of: fn(&PasswordPolicy) -> Fact<Value>) -> Fact<Value> {
    let policy = it.facts().and_then(|facts| facts.password_policy.as_ref());
    policy.and_then(|policy| policy.as_ref().map_or(Fact::Live(default), of))
}

fn number(value: Option<u32>) -> Value {
    Value::Integer(value.unwrap_or(0).into())
}
