//! What a case gives, as the resource that a policy sees.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keysweep_files::{Code, Diagnostic, yaml};
use keysweep_model::{Resource, ResourceType};

use super::{
    expect::facets,
    object::Given,
    raw::{OTHERS, RawCase},
};
use crate::objects::{Field, Object, give::Draft};

/// The resource of a case for a policy that judges `kind`; and the properties, by their names in evidence, that rest on
/// a time which the case does not give and which had to be assumed to tell others by.
pub(super) fn resource(
    case: &mut RawCase,
    kind: ResourceType,
    as_of: Timestamp,
) -> Result<(Resource, BTreeSet<String>), Diagnostic> {
    check(case, kind)?;
    let unreadable = facets(&case.unreadable)?;
    let mut draft = Draft::new(kind, as_of).map_err(|error| Diagnostic::new(Code::BadValue, error.to_string()))?;
    let mut take = |object: Object| match case.objects.remove(object.given_as()) {
        Some((_, given)) => given.into_iter().next().unwrap_or_else(|| Given::nothing(object)),
        None => Given::nothing(object),
    };
    take(Object::WholeAccount).make(&mut draft);
    if !kind.is_of_account() {
        take(Object::User).make(&mut draft);
    }
    let judged = Object::judged(kind);
    if judged != Object::WholeAccount && judged != Object::User {
        take(judged).add(&mut draft);
    }
    for other in case.objects.remove(OTHERS).into_iter().flat_map(|(_, others)| others) {
        other.add(&mut draft);
    }
    draft.finish(unreadable)
}

/// Checks that a case of a policy that judges `kind` gives what the policy judges, what that belongs to, and no others.
fn check(case: &RawCase, kind: ResourceType) -> Result<(), Diagnostic> {
    if let Some(wrong) = case.wrong.first() {
        return Err(wrong.clone());
    }
    let judged = kind.as_str();
    for (name, (place, _)) in &case.objects {
        let belongs = match *name {
            "account" => true,
            "user" => !kind.is_of_account(),
            OTHERS => kind == ResourceType::AccessKey,
            other => other == judged,
        };
        if !belongs {
            let help = match (kind, *name) {
                (ResourceType::Account, "root") => "give the root user within `account`".to_owned(),
                (ResourceType::Account, "user") => "give the account `users`".to_owned(),
                _ => format!("give what it judges as `{judged}`"),
            };
            let message = format!("the policy judges {}, so a case cannot give `{name}`", kind.phrase());
            return Err(yaml::at_location(place, message).help(help));
        }
    }
    let find = |object: Object, is: &dyn Fn(&Field) -> bool| {
        let (_, given) = case.objects.get(object.given_as())?;
        given.first()?.find(is)
    };
    let is_of_all = |field: &Field| Object::Account.property(field.name).is_none();
    if let Some((name, place)) = find(Object::WholeAccount, &is_of_all).filter(|_| kind != ResourceType::Account) {
        let message = format!("only cases of policies for accounts give the account's `{name}`");
        return Err(yaml::at_location(&place, message).help(format!("this policy judges `{judged}`")));
    }
    let listed_by = kind.listed_by().filter(|_| kind != ResourceType::User);
    let is_judged = |field: &Field| listed_by.is_some_and(|facet| field.facets == [facet]);
    if let Some((name, place)) = find(Object::User, &is_judged) {
        let others =
            if kind == ResourceType::AccessKey { format!(", and the others as `{OTHERS}`") } else { String::new() };
        let message = format!("a case of this policy cannot give the user's `{name}`");
        return Err(yaml::at_location(&place, message).help(format!("give what is judged as `{judged}`{others}")));
    }
    Ok(())
}
