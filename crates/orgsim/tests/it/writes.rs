//! The writes: access keys are created, deactivated and deleted, and every later answer shows it.

use crate::client::{Client, sim};

#[test]
fn a_key_is_created_deactivated_and_deleted() {
    let (sim, _) = sim();
    let member = Client::member(&sim);
    let made = member.iam(&sim, "CreateAccessKey", &[("UserName", "bob")]);
    let id = made.leaf("AccessKeyId");
    let secret = made.leaf("SecretAccessKey");
    let bob = Client { key: id.clone(), secret, token: None, ..member.clone() };
    assert_eq!(bob.sts(&sim, "GetCallerIdentity", &[]).leaf("Arn"), "arn:aws:iam::222222222222:user/bob");
    assert_eq!(member.iam(&sim, "GetAccessKeyLastUsed", &[("AccessKeyId", &id)]).leaf("ServiceName"), "sts");

    let parameters = |status| [("UserName", "bob"), ("AccessKeyId", &*id), ("Status", status)];
    let off = member.iam(&sim, "UpdateAccessKey", &parameters("Inactive"));
    let request_id = off.leaf("RequestId");
    insta::assert_snapshot!(off.body.replace(&request_id, "REQUEST"), @r#"<UpdateAccessKeyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>REQUEST</RequestId></ResponseMetadata></UpdateAccessKeyResponse>"#);
    assert!(bob.sts(&sim, "GetCallerIdentity", &[]).error().starts_with("403 InvalidClientTokenId"));
    member.iam(&sim, "UpdateAccessKey", &parameters("Active"));
    assert_eq!(bob.sts(&sim, "GetCallerIdentity", &[]).error(), "200");

    let delete = [("UserName", "bob"), ("AccessKeyId", &*id)];
    assert_eq!(member.iam(&sim, "DeleteAccessKey", &delete).error(), "200");
    assert!(bob.sts(&sim, "GetCallerIdentity", &[]).error().starts_with("403 InvalidClientTokenId"));
    let again = member.iam(&sim, "DeleteAccessKey", &delete).error();
    assert_eq!(again, format!("404 NoSuchEntity: The Access Key with id {id} cannot be found."));
    assert!(member.iam(&sim, "ListAccessKeys", &[("UserName", "bob")]).leaves("AccessKeyId").is_empty());
}

#[test]
fn bad_writes_change_nothing() {
    let (sim, _) = sim();
    let member = Client::member(&sim);
    let before = sim.with_world(|world| world.accounts[1].clone());
    let update = |user, key, status| {
        member.iam(&sim, "UpdateAccessKey", &[("UserName", user), ("AccessKeyId", key), ("Status", status)]).error()
    };
    let answers = [
        member.iam(&sim, "CreateAccessKey", &[("UserName", "alice")]).error(),
        member.iam(&sim, "CreateAccessKey", &[("UserName", "guest")]).error(),
        member.iam(&sim, "CreateAccessKey", &[]).error(),
        update("bob", "AKIAALICE00000000001", "Inactive"),
        update("alice", "AKIAALICE00000000001", "inactive"),
        update("alice", "AKIAALICE00000000001", "Expired"),
        member.iam(&sim, "UpdateAccessKey", &[("AccessKeyId", "AKIAALICE00000000001")]).error(),
        member.iam(&sim, "DeleteAccessKey", &[("UserName", "alice")]).error(),
        member.iam(&sim, "DeleteAccessKey", &[("UserName", "bob"), ("AccessKeyId", "AKIAALICE00000000001")]).error(),
        Client::caller(&sim).iam(&sim, "CreateAccessKey", &[]).error(),
    ];
    insta::assert_snapshot!(answers.join("\n"), @"
    409 LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2
    404 NoSuchEntity: The user with name guest cannot be found.
    400 ValidationError: Must specify userName when calling with non-User credentials
    404 NoSuchEntity: The Access Key with id AKIAALICE00000000001 cannot be found.
    400 ValidationError: 1 validation error detected: Value 'inactive' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive, Expired]
    400 InvalidInput: Status cannot be set to Expired.
    400 ValidationError: 1 validation error detected: Value null at 'status' failed to satisfy constraint: Member must not be null
    400 ValidationError: 1 validation error detected: Value null at 'accessKeyId' failed to satisfy constraint: Member must not be null
    404 NoSuchEntity: The Access Key with id AKIAALICE00000000001 cannot be found.
    403 AccessDenied: User: arn:aws:iam::111111111111:user/security-scanner is not authorized to perform: iam:CreateAccessKey on resource: * because no identity-based policy allows the iam:CreateAccessKey action
    ");
    assert_eq!(sim.with_world(|world| world.accounts[1].clone()), before);
}

#[test]
fn a_world_that_is_changed_from_outside_is_seen_at_once() {
    let (sim, _) = sim();
    let member = Client::member(&sim);
    sim.with_world_mut(|world| {
        let mut new = world.accounts[1].users[1].clone();
        new.name = "aaron".into();
        world.accounts[1].users.push(new);
    });
    assert_eq!(member.iam(&sim, "ListUsers", &[]).leaves("UserName"), ["aaron", "alice", "bob", "svc-upload"]);
    sim.with_world_mut(|world| world.accounts[1].roles = Some(Vec::new()));
    assert!(member.iam(&sim, "ListUsers", &[]).error().starts_with("403 AccessDenied"));
}
