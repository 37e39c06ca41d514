//! What users have by themselves and by their groups, and answers that contradict themselves.

use aws_sdk_iam::types::{AttachedPermissionsBoundary, PolicyVersion, Tag};

use super::*;

const EVERYTHING: &str =
    "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D";
const NOTHING: &str = "%7B%22Statement%22%3A%5B%5D%7D";

fn attached(name: &str) -> AttachedPolicy {
    AttachedPolicy::builder().policy_arn(arn(name)).build()
}

/// AWS's own policies are named in CamelCase here, those of the account in lower case.
fn arn(name: &str) -> String {
    let account = if name.starts_with(char::is_uppercase) { "aws" } else { "111122223333" };
    format!("arn:aws-cn:iam::{account}:policy/{name}")
}

fn embedded(document: &str) -> PolicyDetail {
    PolicyDetail::builder().policy_name("own").policy_document(document).build()
}

fn version(document: &str, is_default: bool) -> PolicyVersion {
    PolicyVersion::builder().document(document).is_default_version(is_default).build()
}

/// An account with a group of each kind, and with a customer managed policy whose default version allows everything
/// and one of which only a former version did.
fn known() -> Known {
    let group = |name: &str| GroupDetail::builder().group_name(name);
    let policy = |name: &str| ManagedPolicyDetail::builder().arn(arn(name));
    let mut known = Known::default();
    known.add(
        &[
            group("plain").attached_managed_policies(attached("ReadOnlyAccess")).build(),
            group("admins").attached_managed_policies(attached("AdministratorAccess")).build(),
            group("root-like").group_policy_list(embedded(EVERYTHING)).build(),
            group("dangling").attached_managed_policies(attached("gone")).build(),
            group("unreadable").group_policy_list(embedded("not a policy")).build(),
            GroupDetail::builder().build(),
        ],
        &[
            policy("all")
                .policy_version_list(version(NOTHING, false))
                .policy_version_list(version(EVERYTHING, true))
                .build(),
            policy("was-all")
                .policy_version_list(version(EVERYTHING, false))
                .policy_version_list(version(NOTHING, true))
                .build(),
            policy("broken").policy_version_list(version("%7B", true)).build(),
        ],
    );
    known
}

fn told(user: aws_sdk_iam::types::builders::UserDetailBuilder) -> String {
    match known().details(&user.build()).permissions {
        Fact::Live(permissions) => format!("administrator: {}", permissions.is_administrator.value().unwrap()),
        Fact::Reported(..) | Fact::Possible(_) | Fact::NotRead(_) => "not live".to_owned(),
        Fact::Unreadable(why) => {
            why.reason.replace("iam:GetAccountAuthorizationDetails got an answer that cannot be used: ", "")
        }
    }
}

#[test]
fn an_administrator_is_one_by_whatever_way_it_came_to_be() {
    let user = UserDetail::builder;
    insta::assert_snapshot!(
        [
            told(user()),
            told(user().attached_managed_policies(attached("AdministratorAccess"))),
            told(user().attached_managed_policies(attached("AdministratorAccess-Amplify"))),
            told(user().attached_managed_policies(attached("all"))),
            told(user().attached_managed_policies(attached("was-all"))),
            told(user().user_policy_list(embedded(NOTHING)).user_policy_list(embedded(EVERYTHING))),
            told(user().group_list("plain")),
            told(user().group_list("plain").group_list("admins")),
            told(user().group_list("root-like")),
        ]
        .join("\n"),
        @"
    administrator: false
    administrator: true
    administrator: false
    administrator: true
    administrator: false
    administrator: true
    administrator: false
    administrator: true
    administrator: true
    "
    );
}

#[test]
fn what_the_answer_names_and_does_not_tell_makes_the_permissions_of_that_user_unreadable() {
    let user = UserDetail::builder;
    insta::assert_snapshot!(
        [
            told(user().attached_managed_policies(attached("gone"))),
            told(user().group_list("guest")),
            told(user().group_list("dangling")),
            told(user().group_list("unreadable")),
            told(user().attached_managed_policies(attached("broken"))),
            told(user().group_list("plain")),
            told(user().attached_managed_policies(AttachedPolicy::builder().build())),
            told(user().user_policy_list(PolicyDetail::builder().policy_document(NOTHING).build())),
            told(user().user_policy_list(embedded("not a policy"))),
            told(user().permissions_boundary(AttachedPermissionsBoundary::builder().build())),
        ]
        .join("\n"),
        @"
    the IAM policy `arn:aws-cn:iam::111122223333:policy/gone` is not in it
    the group `guest` is not in it
    the IAM policy `arn:aws-cn:iam::111122223333:policy/gone` is not in it
    an IAM policy is not JSON: expected ident at line 1 column 2
    an IAM policy is not JSON: EOF while parsing an object at line 1 column 1
    administrator: false
    an attached IAM policy without an ARN
    an IAM policy without a name
    an IAM policy is not JSON: expected ident at line 1 column 2
    a permissions boundary without an ARN
    "
    );
    let without_default = ManagedPolicyDetail::builder().arn(arn("all")).policy_version_list(version(NOTHING, false));
    let mut known = Known::default();
    known.add(&[], &[without_default.build()]);
    let user =
        user().attached_managed_policies(attached("all")).tags(Tag::builder().key("a").value("b").build().unwrap());
    let details = known.details(&user.build());
    assert!(matches!(details.permissions, Fact::Unreadable(why) if why.reason.contains("has no default version")));
    assert_eq!(details.tags, Tags::from([("a".to_owned(), "b".to_owned())]));
}

#[test]
fn own_policies_and_those_of_groups_are_told_apart() {
    let boundary = AttachedPermissionsBoundary::builder().permissions_boundary_arn(arn("was-all")).build();
    let user = UserDetail::builder()
        .group_list("plain")
        .attached_managed_policies(attached("all"))
        .user_policy_list(embedded(NOTHING))
        .permissions_boundary(boundary)
        .tags(Tag::builder().key("owner").value("platform").build().unwrap());
    insta::assert_debug_snapshot!(known().details(&user.build()), @r#"
    UserDetails {
        tags: {
            "owner": "platform",
        },
        permissions: Live(
            Permissions {
                groups: Live(
                    [
                        "plain",
                    ],
                ),
                attached_policies: Live(
                    [
                        "arn:aws-cn:iam::111122223333:policy/all",
                    ],
                ),
                group_policies: Live(
                    [
                        "arn:aws-cn:iam::aws:policy/ReadOnlyAccess",
                    ],
                ),
                inline_policies: Live(
                    [
                        "own",
                    ],
                ),
                is_administrator: Live(
                    true,
                ),
                permissions_boundary: Live(
                    Some(
                        "arn:aws-cn:iam::111122223333:policy/was-all",
                    ),
                ),
            },
        ),
    }
    "#);
}
