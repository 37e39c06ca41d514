//! IAM's reads of users and access keys: shapes, pages, errors.

use std::collections::BTreeSet;

use orgsim::{Clock, Generate, Sim, SimOptions, World};
use proptest::prelude::*;

use crate::client::{Answer, Client, send, sim};

#[test]
fn get_user_returns_tags_and_boundary() {
    let (sim, _) = sim();
    insta::assert_snapshot!(Client::member(&sim).iam(&sim, "GetUser", &[("UserName", "alice")]).result(), @"
    <User>
    <Path>/staff/</Path>
    <UserName>alice</UserName>
    <UserId>AIDACFBQRYUY7XE6D2Y76</UserId>
    <Arn>arn:aws:iam::222222222222:user/staff/alice</Arn>
    <CreateDate>2024-05-01T08:00:00Z</CreateDate>
    <PasswordLastUsed>2026-10-30T10:00:00Z</PasswordLastUsed>
    <PermissionsBoundary>
    <PermissionsBoundaryType>Policy</PermissionsBoundaryType>
    <PermissionsBoundaryArn>arn:aws:iam::222222222222:policy/boundary</PermissionsBoundaryArn></PermissionsBoundary>
    <Tags>
    <member>
    <Key>AKIAALICE00000000001</Key>
    <Value>laptop &lt;old&gt; &amp; spare</Value></member>
    <member>
    <Key>owner</Key>
    <Value>alice@example.com</Value></member></Tags></User>
    ");
}

#[test]
fn list_users_omits_tags_and_boundary() {
    let (sim, _) = sim();
    let answer = Client::member(&sim).iam(&sim, "ListUsers", &[("PathPrefix", "/staff/")]);
    insta::assert_snapshot!(answer.result(), @"
    <Users>
    <member>
    <Path>/staff/</Path>
    <UserName>alice</UserName>
    <UserId>AIDACFBQRYUY7XE6D2Y76</UserId>
    <Arn>arn:aws:iam::222222222222:user/staff/alice</Arn>
    <CreateDate>2024-05-01T08:00:00Z</CreateDate>
    <PasswordLastUsed>2026-10-30T10:00:00Z</PasswordLastUsed></member></Users>
    <IsTruncated>false</IsTruncated>
    ");
}

#[test]
fn access_keys_are_listed_and_their_last_use_is_returned() {
    let (sim, _) = sim();
    let member = Client::member(&sim);
    let keys = member.iam(&sim, "ListAccessKeys", &[("UserName", "alice")]);
    let used = |key: &str| member.iam(&sim, "GetAccessKeyLastUsed", &[("AccessKeyId", key)]);
    let answers = [keys, used("AKIAALICE00000000001"), used("AKIAALICE00000000002"), used("AKIAUPLOAD0000000001")];
    insta::assert_snapshot!(answers.each_ref().map(Answer::result).join("\n\n"), @"
    <AccessKeyMetadata>
    <member>
    <UserName>alice</UserName>
    <AccessKeyId>AKIAALICE00000000001</AccessKeyId>
    <Status>Active</Status>
    <CreateDate>2024-06-01T00:00:00Z</CreateDate></member>
    <member>
    <UserName>alice</UserName>
    <AccessKeyId>AKIAALICE00000000002</AccessKeyId>
    <Status>Inactive</Status>
    <CreateDate>2026-01-02T03:04:05Z</CreateDate></member></AccessKeyMetadata>
    <IsTruncated>false</IsTruncated>

    <UserName>alice</UserName>
    <AccessKeyLastUsed>
    <LastUsedDate>2026-10-31T23:00:00Z</LastUsedDate>
    <ServiceName>s3</ServiceName>
    <Region>eu-west-1</Region></AccessKeyLastUsed>

    <UserName>alice</UserName>
    <AccessKeyLastUsed>
    <LastUsedDate>2026-02-01T00:00:00Z</LastUsedDate>
    <ServiceName>iam</ServiceName>
    <Region>N/A</Region></AccessKeyLastUsed>

    <UserName>svc-upload</UserName>
    <AccessKeyLastUsed>
    <ServiceName>N/A</ServiceName>
    <Region>N/A</Region></AccessKeyLastUsed>
    ");
}

#[test]
fn what_belongs_to_a_user_is_listed() {
    let (sim, _) = sim();
    let member = Client::member(&sim);
    let answers =
        ["ListAttachedUserPolicies", "ListUserPolicies", "ListGroupsForUser", "ListMFADevices", "GetLoginProfile"]
            .map(|action| member.iam(&sim, action, &[("UserName", "alice")]).result());
    insta::assert_snapshot!(answers.join("\n\n"), @"
    <AttachedPolicies>
    <member>
    <PolicyName>AWSCompromisedKeyQuarantineV2</PolicyName>
    <PolicyArn>arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2</PolicyArn></member>
    <member>
    <PolicyName>deploy</PolicyName>
    <PolicyArn>arn:aws:iam::222222222222:policy/team/deploy</PolicyArn></member></AttachedPolicies>
    <IsTruncated>false</IsTruncated>

    <PolicyNames>
    <member>own</member></PolicyNames>
    <IsTruncated>false</IsTruncated>

    <Groups>
    <member>
    <Path>/teams/</Path>
    <GroupName>Developers</GroupName>
    <GroupId>AGPA77YAN3UDRGHX2NKLY</GroupId>
    <Arn>arn:aws:iam::222222222222:group/teams/Developers</Arn>
    <CreateDate>2025-01-01T00:00:00Z</CreateDate></member>
    <member>
    <Path>/</Path>
    <GroupName>Everyone</GroupName>
    <GroupId>AGPALDBI2AEGLO7XXMFLD</GroupId>
    <Arn>arn:aws:iam::222222222222:group/Everyone</Arn>
    <CreateDate>2025-01-01T00:00:00Z</CreateDate></member></Groups>
    <IsTruncated>false</IsTruncated>

    <MFADevices>
    <member>
    <UserName>alice</UserName>
    <SerialNumber>arn:aws:iam::222222222222:mfa/alice</SerialNumber>
    <EnableDate>2024-05-02T08:00:00Z</EnableDate></member></MFADevices>
    <IsTruncated>false</IsTruncated>

    <LoginProfile>
    <UserName>alice</UserName>
    <CreateDate>2024-05-01T08:00:00Z</CreateDate>
    <PasswordResetRequired>false</PasswordResetRequired></LoginProfile>
    ");
}

#[test]
fn bad_requests_have_their_code_and_status() {
    let (sim, _) = sim();
    let member = Client::member(&sim);
    let answers = [
        member.iam(&sim, "ListUsers", &[("MaxItems", "0")]).error(),
        member.iam(&sim, "ListUsers", &[("MaxItems", "1001")]).error(),
        member.iam(&sim, "ListUsers", &[("MaxItems", "many")]).error(),
        member.iam(&sim, "ListUsers", &[("Marker", "made-up")]).error(),
        member.iam(&sim, "ListUsers", &[("PathPrefix", "staff/")]).error(),
        member.iam(&sim, "GetUser", &[("UserName", "guest")]).error(),
        member.iam(&sim, "GetUser", &[("UserName", "a <b>")]).error(),
        member.iam(&sim, "GetUser", &[]).error(),
        member.iam(&sim, "ListUserTags", &[]).error(),
        member.iam(&sim, "GetLoginProfile", &[("UserName", "svc-upload")]).error(),
        member.iam(&sim, "GetAccessKeyLastUsed", &[("AccessKeyId", "AKIAREADER0000000001")]).error(),
        member.iam(&sim, "GetAccessKeyLastUsed", &[("AccessKeyId", "short")]).error(),
        member.iam(&sim, "GetAccountAuthorizationDetails", &[("Filter.member.1", "Users")]).error(),
        member.iam(&sim, "SimulatePrincipalPolicy", &[]).error(),
        send(&sim, &member.query("iam", "2011-06-15", "ListUsers", &[])).error(),
        send(&sim, &member.query("iam", "2010-05-08", "", &[])).error(),
        send(&sim, &member.query("ec2", "2016-11-15", "DescribeInstances", &[])).error(),
    ];
    insta::assert_snapshot!(answers.join("\n"), @r"
    400 ValidationError: 1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1
    400 ValidationError: 1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000
    400 MalformedInput: many is not a valid value for parameter MaxItems
    400 ValidationError: Invalid Marker.
    400 ValidationError: 1 validation error detected: Value 'staff/' at 'pathPrefix' failed to satisfy constraint: Member must satisfy regular expression pattern: \u002F[\u0021-\u007F]*
    404 NoSuchEntity: The user with name guest cannot be found.
    400 ValidationError: 1 validation error detected: Value 'a &lt;b&gt;' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+
    400 ValidationError: Must specify userName when calling with non-User credentials
    400 ValidationError: 1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null
    404 NoSuchEntity: Login Profile for User svc-upload cannot be found.
    403 AccessDenied: User: arn:aws:sts::222222222222:assumed-role/OrganizationAccountAccessRole/test is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key AKIAREADER0000000001
    400 ValidationError: 1 validation error detected: Value 'short' at 'accessKeyId' failed to satisfy constraint: Member must have length greater than or equal to 16
    400 ValidationError: 1 validation error detected: Value 'Users' at 'filter' failed to satisfy constraint: Member must satisfy enum value set: [User, Group, Role, LocalManagedPolicy, AWSManagedPolicy]
    400 InvalidAction: Could not find operation SimulatePrincipalPolicy for version 2010-05-08
    400 InvalidAction: Could not find operation ListUsers for version 2011-06-15
    400 MissingAction: The request must contain the parameter Action
    400 InvalidAction: Could not find operation DescribeInstances for version 2016-11-15
    ");
}

#[test]
fn a_user_that_names_no_user_means_itself() {
    let (sim, _) = sim();
    let reader = Client::of_key(&sim, "AKIAREADER0000000001");
    assert_eq!(reader.iam(&sim, "GetUser", &[]).leaf("UserName"), "reader");
    assert_eq!(reader.iam(&sim, "ListAccessKeys", &[]).leaf("AccessKeyId"), "AKIAREADER0000000001");
    let guest = Client::of_key(&sim, "AKIANOBODY0000000001");
    insta::assert_snapshot!(guest.iam(&sim, "ListUsers", &[]).error(), @"403 AccessDenied: User: arn:aws:iam::111111111111:user/guest is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::111111111111:user/ because no identity-based policy allows the iam:ListUsers action");
}

#[test]
fn a_marker_of_another_list_is_refused() {
    let (sim, _) = sim();
    let member = Client::member(&sim);
    let marker = member.iam(&sim, "ListUsers", &[("MaxItems", "1")]).leaf("Marker");
    let elsewhere = member.iam(&sim, "GetAccountAuthorizationDetails", &[("Marker", &marker)]);
    assert_eq!(elsewhere.error(), "400 ValidationError: Invalid Marker.");
    let next = member.iam(&sim, "ListUsers", &[("MaxItems", "1"), ("Marker", &marker)]);
    assert_eq!(next.leaves("UserName"), ["bob"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_user_comes_once_at_any_page_size(users in 1_usize..60, size in 1_usize..70, seed in 0_u64..1000) {
        let world = World::generate(&Generate { accounts: 1, users, seed, ..Generate::default() });
        let (clock, _) = Clock::manual(world.epoch.timestamp());
        let names: Vec<String> = world.accounts[0].users.iter().map(|user| user.name.to_string()).collect();
        let sim = Sim::new(world, SimOptions::new(clock));
        let caller = Client::caller(&sim);
        prop_assert_eq!(caller.walk(&sim, ("ListUsers", &[]), "UserName", size), names);
        let ids = caller.walk(&sim, ("GetAccountAuthorizationDetails", &[]), "Arn", size);
        prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        prop_assert!(ids.len() >= users);
    }
}
