//! Cedar by cedar-policy: the key is an entity with attributes and its user's tags, the limits are the context of the
//! request. Cedar only decides: what no policy permits fails, and nothing says why.

use std::collections::HashMap;

use anyhow::Result;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicyId, PolicySet, Request,
    RestrictedExpression,
};

use super::{Engine, Extent, Judged};
use crate::keys::{Key, MAX_AGE_DAYS, MAX_SERVICE_AGE_DAYS, OU_PATH};

pub(super) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    exempt: PolicyId,
    principal: EntityUid,
    action: EntityUid,
    resource_type: EntityTypeName,
    limits: Context,
}

impl Cedar {
    pub(super) fn new() -> Result<Self> {
        let parsed: PolicySet = include_str!("../../rules/cedar.cedar").parse()?;
        // The annotation becomes the id, by which the answer names the policy.
        let named = parsed.policies().map(|policy| policy.new_id(PolicyId::new(policy.annotation("id").unwrap_or(""))));
        let limits = [("max_age_days", MAX_AGE_DAYS), ("max_service_age_days", MAX_SERVICE_AGE_DAYS)];
        Ok(Self {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_policies(named)?,
            exempt: PolicyId::new("exempt"),
            principal: "Scan::\"keysweep\"".parse()?,
            action: "Action::\"judge\"".parse()?,
            resource_type: "AccessKey".parse()?,
            limits: Context::from_pairs(limits.map(|(name, value)| (name.to_owned(), integer(value))))?,
        })
    }
}

impl Engine for Cedar {
    type Input<'a> = (Request, Entities);

    fn input<'a>(&'a self, key: &'a Key, extent: Extent) -> Result<(Request, Entities)> {
        let facts = key.facts();
        let uid = EntityUid::from_type_name_and_id(self.resource_type.clone(), EntityId::new(facts.id));
        let tags = facts.tags.iter().map(|(name, value)| (name.clone(), text(value))).collect::<Vec<_>>();
        let entity = Entity::new_with_tags(uid.clone(), attributes(key, extent)?, [], tags)?;
        let (principal, action) = (self.principal.clone(), self.action.clone());
        let request = Request::new(principal, action, uid, self.limits.clone(), None)?;
        Ok((request, Entities::from_entities([entity], None)?))
    }

    fn judge(&self, (request, entities): &(Request, Entities)) -> Result<Judged> {
        let response = self.authorizer.is_authorized(request, &self.policies, entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(error.clone().into());
        }
        Ok(match response.decision() {
            Decision::Deny => Judged::Fail(None),
            Decision::Allow if response.diagnostics().reason().any(|id| *id == self.exempt) => Judged::Exempt,
            Decision::Allow => Judged::Pass,
        })
    }
}

fn attributes(key: &Key, extent: Extent) -> Result<HashMap<String, RestrictedExpression>> {
    let facts = key.facts();
    let needed = [("active", RestrictedExpression::new_bool(facts.active)), ("age_days", integer(facts.age_days))];
    let named = |(name, value): (&str, RestrictedExpression)| (name.to_owned(), value);
    if extent == Extent::Needed {
        return Ok(needed.map(named).into());
    }
    let user = [("arn", text(&key.user.arn)), ("name", text(key.user.name.as_str())), ("path", text(&key.user.path))];
    let account = [
        ("id", RestrictedExpression::new_string(key.account().id.to_string())),
        ("name", text(key.account().name.as_str())),
        ("ou_path", text(OU_PATH)),
    ];
    let others = [
        ("account", RestrictedExpression::new_record(account.map(named))?),
        ("id", text(facts.id)),
        ("idle_days", integer(facts.idle_days)),
        ("never_used", RestrictedExpression::new_bool(facts.never_used)),
        ("user", RestrictedExpression::new_record(user.map(named))?),
    ];
    Ok(needed.into_iter().chain(others).map(named).collect())
}

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

fn integer(value: i64) -> RestrictedExpression {
    RestrictedExpression::new_long(value)
}
