//! IAM's reads: shapes, pages, errors.

use std::collections::BTreeSet;

use orgsim::{Clock, Generate, Sim, SimOptions, World};
use proptest::prelude::*;

use crate::client::{Answer, Client, sim};

fn member(sim: &Sim) -> Client {
    Client::caller(sim).assume(sim, "arn:aws:iam::222222222222:role/OrganizationAccountAccessRole")
}

/// The answer without its request id, an element a line.
fn shown(answer: &Answer) -> String {
    let request_id = answer.leaf("RequestId");
    answer.body.replace(&request_id, "REQUEST").replace("><", ">\n<")
}

#[test]
fn a_user_is_told_with_tags_and_boundary() {
    let (sim, _) = sim();
    insta::assert_snapshot!(shown(&member(&sim).iam(&sim, "GetUser", &[("UserName", "alice")])), @r#"
    <GetUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
    <GetUserResult>
    <User>
    <Path>/staff/</Path>
    <UserName>alice</UserName>
    <UserId>AIDACFBQRYUY7XE6D2Y76</UserId>
    <Arn>arn:aws:iam::222222222222:user/staff/alice</Arn>
    <CreateDate>2024-05-01T08:00:00Z</CreateDate>
    <PasswordLastUsed>2026-10-30T10:00:00Z</PasswordLastUsed>
    <PermissionsBoundary>
    <PermissionsBoundaryType>Policy</PermissionsBoundaryType>
    <PermissionsBoundaryArn>arn:aws:iam::222222222222:policy/boundary</PermissionsBoundaryArn>
    </PermissionsBoundary>
    <Tags>
    <member>
    <Key>AKIAALICE00000000001</Key>
    <Value>laptop &lt;old&gt; &amp; spare</Value>
    </member>
    <member>
    <Key>owner</Key>
    <Value>alice@example.com</Value>
    </member>
    </Tags>
    </User>
    </GetUserResult>
    <ResponseMetadata>
    <RequestId>REQUEST</RequestId>
    </ResponseMetadata>
    </GetUserResponse>
    "#);
}

#[test]
fn a_list_of_users_leaves_them_out() {
    let (sim, _) = sim();
    let answer = member(&sim).iam(&sim, "ListUsers", &[("PathPrefix", "/staff/")]);
    insta::assert_snapshot!(shown(&answer), @r#"
    <ListUsersResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
    <ListUsersResult>
    <Users>
    <member>
    <Path>/staff/</Path>
    <UserName>alice</UserName>
    <UserId>AIDACFBQRYUY7XE6D2Y76</UserId>
    <Arn>arn:aws:iam::222222222222:user/staff/alice</Arn>
    <CreateDate>2024-05-01T08:00:00Z</CreateDate>
    <PasswordLastUsed>2026-10-30T10:00:00Z</PasswordLastUsed>
    </member>
    </Users>
    <IsTruncated>false</IsTruncated>
    </ListUsersResult>
    <ResponseMetadata>
    <RequestId>REQUEST</RequestId>
    </ResponseMetadata>
    </ListUsersResponse>
    "#);
}

#[test]
fn keys_are_listed_and_their_last_use_told() {
    let (sim, _) = sim();
    let member = member(&sim);
    let keys = member.iam(&sim, "ListAccessKeys", &[("UserName", "alice")]);
    let used = |key: &str| member.iam(&sim, "GetAccessKeyLastUsed", &[("AccessKeyId", key)]);
    let told = [keys, used("AKIAALICE00000000001"), used("AKIAALICE00000000002"), used("AKIAUPLOAD0000000001")];
    insta::assert_snapshot!(told.each_ref().map(shown).join("\n\n"), @r#"
    <ListAccessKeysResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
    <ListAccessKeysResult>
    <AccessKeyMetadata>
    <member>
    <UserName>alice</UserName>
    <AccessKeyId>AKIAALICE00000000001</AccessKeyId>
    <Status>Active</Status>
    <CreateDate>2024-06-01T00:00:00Z</CreateDate>
    </member>
    <member>
    <UserName>alice</UserName>
    <AccessKeyId>AKIAALICE00000000002</AccessKeyId>
    <Status>Inactive</Status>
    <CreateDate>2026-01-02T03:04:05Z</CreateDate>
    </member>
    </AccessKeyMetadata>
    <IsTruncated>false</IsTruncated>
    </ListAccessKeysResult>
    <ResponseMetadata>
    <RequestId>REQUEST</RequestId>
    </ResponseMetadata>
    </ListAccessKeysResponse>

    <GetAccessKeyLastUsedResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
    <GetAccessKeyLastUsedResult>
    <UserName>alice</UserName>
    <AccessKeyLastUsed>
    <LastUsedDate>2026-10-31T23:00:00Z</LastUsedDate>
    <ServiceName>s3</ServiceName>
    <Region>eu-west-1</Region>
    </AccessKeyLastUsed>
    </GetAccessKeyLastUsedResult>
    <ResponseMetadata>
    <RequestId>REQUEST</RequestId>
    </ResponseMetadata>
    </GetAccessKeyLastUsedResponse>

    <GetAccessKeyLastUsedResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
    <GetAccessKeyLastUsedResult>
    <UserName>alice</UserName>
    <AccessKeyLastUsed>
    <LastUsedDate>2026-02-01T00:00:00Z</LastUsedDate>
    <ServiceName>iam</ServiceName>
    <Region>N/A</Region>
    </AccessKeyLastUsed>
    </GetAccessKeyLastUsedResult>
    <ResponseMetadata>
    <RequestId>REQUEST</RequestId>
    </ResponseMetadata>
    </GetAccessKeyLastUsedResponse>

    <GetAccessKeyLastUsedResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
    <GetAccessKeyLastUsedResult>
    <UserName>svc-upload</UserName>
    <AccessKeyLastUsed>
    <ServiceName>N/A</ServiceName>
    <Region>N/A</Region>
    </AccessKeyLastUsed>
    </GetAccessKeyLastUsedResult>
    <ResponseMetadata>
    <RequestId>REQUEST</RequestId>
    </ResponseMetadata>
    </GetAccessKeyLastUsedResponse>
    "#);
}

#[test]
fn what_belongs_to_a_user_is_listed() {
    let (sim, _) = sim();
    let member = member(&sim);
    let told =
        ["ListAttachedUserPolicies", "ListUserPolicies", "ListGroupsForUser", "ListMFADevices", "GetLoginProfile"]
            .map(|action| shown(&member.iam(&sim, action, &[("UserName", "alice")])));
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    <ListAttachedUserPoliciesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
    <ListAttachedUserPoliciesResult>
    <AttachedPolicies>
    <member>
    <PolicyName>AWSCompromisedKeyQuarantineV2</PolicyName>
    <PolicyArn>arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2</PolicyArn>
    </member>
    <member>
    <PolicyName>deploy</PolicyName>
    <PolicyArn>arn:aws:iam::222222222222:policy/team/deploy</PolicyArn>
    </member>
    </AttachedPolicies>
    <IsTruncated>false</IsTruncated>
    </ListAttachedUserPoliciesResult>
    <ResponseMetadata>
    <RequestId>REQUEST</RequestId>
    </ResponseMetadata>
    </ListAttachedUserPoliciesResponse>

    <ListUserPoliciesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
    <ListUserPoliciesResult>
    <PolicyNames>
    <member>own</member>
    </PolicyNames>
    <IsTruncated>false</IsTruncated>
    </ListUserPoliciesResult>
    <ResponseMetadata>
    <RequestId>REQUEST</RequestId>
    </ResponseMetadata>
    </ListUserPoliciesResponse>

    <ListGroupsForUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
    <ListGroupsForUserResult>
    <Groups>
    <member>
    <Path>/teams/</Path>
    <GroupName>Developers</GroupName>
    <GroupId>AGPA77YAN3UDRGHX2NKLY</GroupId>
    <Arn>arn:aws:iam::222222222222:group/teams/Developers</Arn>
    <CreateDate>2025-01-01T00:00:00Z</CreateDate>
    </member>
    <member>
    <Path>/</Path>
    <GroupName>Everyone</GroupName>
    <GroupId>AGPALDBI2AEGLO7XXMFLD</GroupId>
    <Arn>arn:aws:iam::222222222222:group/Everyone</Arn>
    <CreateDate>2025-01-01T00:00:00Z</CreateDate>
    </member>
    </Groups>
    <IsTruncated>false</IsTruncated>
    </ListGroupsForUserResult>
    <ResponseMetadata>
    <RequestId>REQUEST</RequestId>
    </ResponseMetadata>
    </ListGroupsForUserResponse>

    <ListMFADevicesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
    <ListMFADevicesResult>
    <MFADevices>
    <member>
    <UserName>alice</UserName>
    <SerialNumber>arn:aws:iam::222222222222:mfa/alice</SerialNumber>
    <EnableDate>2024-05-02T08:00:00Z</EnableDate>
    </member>
    </MFADevices>
    <IsTruncated>false</IsTruncated>
    </ListMFADevicesResult>
    <ResponseMetadata>
    <RequestId>REQUEST</RequestId>
    </ResponseMetadata>
    </ListMFADevicesResponse>

    <GetLoginProfileResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
    <GetLoginProfileResult>
    <LoginProfile>
    <UserName>alice</UserName>
    <CreateDate>2024-05-01T08:00:00Z</CreateDate>
    <PasswordResetRequired>false</PasswordResetRequired>
    </LoginProfile>
    </GetLoginProfileResult>
    <ResponseMetadata>
    <RequestId>REQUEST</RequestId>
    </ResponseMetadata>
    </GetLoginProfileResponse>
    "#);
}

#[test]
fn facts_of_an_account() {
    let (sim, _) = sim();
    let member = member(&sim);
    let summary = member.iam(&sim, "GetAccountSummary", &[]);
    let pairs = summary.leaves("key").into_iter().zip(summary.leaves("value"));
    let pairs: Vec<String> = pairs.filter(|(_, value)| value != "0").map(|(k, v)| format!("{k}={v}")).collect();
    insta::assert_snapshot!(pairs.join(" "), @"AccessKeysPerUserQuota=2 AccountMFAEnabled=1 AccountPasswordPresent=1 AttachedPoliciesPerGroupQuota=10 AttachedPoliciesPerRoleQuota=10 AttachedPoliciesPerUserQuota=10 Groups=2 GroupsPerUserQuota=10 GroupsQuota=300 MFADevices=2 MFADevicesInUse=2 PoliciesQuota=1500 Roles=5 RolesQuota=1000 Users=3 UsersQuota=5000");
    assert_eq!(member.iam(&sim, "ListAccountAliases", &[]).leaf("member"), "example-shop");
}

#[test]
fn authorization_details_are_told_by_kind() {
    let (sim, _) = sim();
    let member = member(&sim);
    let users = member.iam(&sim, "GetAccountAuthorizationDetails", &[("Filter.member.1", "User")]);
    assert_eq!(users.leaves("UserName"), ["alice", "bob", "svc-upload"]);
    assert!(users.leaves("RoleName").is_empty());
    let all = member.iam(&sim, "GetAccountAuthorizationDetails", &[("MaxItems", "4")]);
    assert_eq!((all.leaf("IsTruncated"), all.leaves("GroupName")), ("true".to_owned(), vec!["Developers".to_owned()]));
    let roles = member.iam(&sim, "GetAccountAuthorizationDetails", &[("Filter.member.1", "Role"), ("MaxItems", "2")]);
    insta::assert_snapshot!(shown(&roles).replace(&roles.leaf("Marker"), "MARKER"), @r#"
    <GetAccountAuthorizationDetailsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
    <GetAccountAuthorizationDetailsResult>
    <UserDetailList>
    </UserDetailList>
    <GroupDetailList>
    </GroupDetailList>
    <RoleDetailList>
    <member>
    <Path>/</Path>
    <RoleName>OrganizationAccountAccessRole</RoleName>
    <RoleId>AROANYBKLROUFRVOZQLHN</RoleId>
    <Arn>arn:aws:iam::222222222222:role/OrganizationAccountAccessRole</Arn>
    <CreateDate>2025-01-01T00:00:00Z</CreateDate>
    <AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%5B%22arn%3Aaws%3Aiam%3A%3A111111111111%3Aroot%22%5D%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D</AssumeRolePolicyDocument>
    <InstanceProfileList>
    </InstanceProfileList>
    <RolePolicyList>
    </RolePolicyList>
    <AttachedManagedPolicies>
    <member>
    <PolicyName>AdministratorAccess</PolicyName>
    <PolicyArn>arn:aws:iam::aws:policy/AdministratorAccess</PolicyArn>
    </member>
    </AttachedManagedPolicies>
    <Tags>
    </Tags>
    </member>
    <member>
    <Path>/audit/</Path>
    <RoleName>Audit</RoleName>
    <RoleId>AROAEMDEC7HZ6X6C2VPMH</RoleId>
    <Arn>arn:aws:iam::222222222222:role/audit/Audit</Arn>
    <CreateDate>2025-01-01T00:00:00Z</CreateDate>
    <AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%5B%22arn%3Aaws%3Aiam%3A%3A111111111111%3Aroot%22%5D%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%2C%22Condition%22%3A%7B%22StringEquals%22%3A%7B%22sts%3AExternalId%22%3A%22let-me-in%22%7D%7D%7D%5D%7D</AssumeRolePolicyDocument>
    <InstanceProfileList>
    </InstanceProfileList>
    <RolePolicyList>
    <member>
    <PolicyName>allowed-actions</PolicyName>
    <PolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%5B%22iam%3AList*%22%2C%22sts%3A*%22%5D%2C%22Resource%22%3A%22*%22%7D%5D%7D</PolicyDocument>
    </member>
    </RolePolicyList>
    <AttachedManagedPolicies>
    </AttachedManagedPolicies>
    <Tags>
    </Tags>
    </member>
    </RoleDetailList>
    <Policies>
    </Policies>
    <IsTruncated>true</IsTruncated>
    <Marker>MARKER</Marker>
    </GetAccountAuthorizationDetailsResult>
    <ResponseMetadata>
    <RequestId>REQUEST</RequestId>
    </ResponseMetadata>
    </GetAccountAuthorizationDetailsResponse>
    "#);
}

#[test]
fn bad_requests_have_their_code_and_status() {
    let (sim, _) = sim();
    let member = member(&sim);
    let told = [
        member.iam(&sim, "ListUsers", &[("MaxItems", "0")]).error(),
        member.iam(&sim, "ListUsers", &[("MaxItems", "1001")]).error(),
        member.iam(&sim, "ListUsers", &[("MaxItems", "many")]).error(),
        member.iam(&sim, "ListUsers", &[("Marker", "made-up")]).error(),
        member.iam(&sim, "ListUsers", &[("PathPrefix", "staff/")]).error(),
        member.iam(&sim, "GetUser", &[("UserName", "nobody")]).error(),
        member.iam(&sim, "GetUser", &[("UserName", "a <b>")]).error(),
        member.iam(&sim, "GetUser", &[]).error(),
        member.iam(&sim, "ListUserTags", &[]).error(),
        member.iam(&sim, "GetLoginProfile", &[("UserName", "svc-upload")]).error(),
        member.iam(&sim, "GetAccessKeyLastUsed", &[("AccessKeyId", "AKIAREADER0000000001")]).error(),
        member.iam(&sim, "GetAccessKeyLastUsed", &[("AccessKeyId", "short")]).error(),
        member.iam(&sim, "GetAccountAuthorizationDetails", &[("Filter.member.1", "Users")]).error(),
        member.iam(&sim, "SimulatePrincipalPolicy", &[]).error(),
        crate::client::send(&sim, &member.query("iam", "2011-06-15", "ListUsers", &[])).error(),
        crate::client::send(&sim, &member.query("iam", "2010-05-08", "", &[])).error(),
        crate::client::send(&sim, &member.query("ec2", "2016-11-15", "DescribeInstances", &[])).error(),
    ];
    insta::assert_snapshot!(told.join("\n"), @r"
    400 ValidationError: 1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1
    400 ValidationError: 1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000
    400 MalformedInput: many is not a valid value for parameter MaxItems
    400 ValidationError: Invalid Marker.
    400 ValidationError: 1 validation error detected: Value 'staff/' at 'pathPrefix' failed to satisfy constraint: Member must satisfy regular expression pattern: \u002F[\u0021-\u007F]*
    404 NoSuchEntity: The user with name nobody cannot be found.
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
fn a_user_may_be_left_out_by_a_user() {
    let (sim, _) = sim();
    let reader = Client::of_key(&sim, "AKIAREADER0000000001");
    assert_eq!(reader.iam(&sim, "GetUser", &[]).leaf("UserName"), "reader");
    assert_eq!(reader.iam(&sim, "ListAccessKeys", &[]).leaf("AccessKeyId"), "AKIAREADER0000000001");
    let nobody = Client::of_key(&sim, "AKIANOBODY0000000001");
    insta::assert_snapshot!(nobody.iam(&sim, "ListUsers", &[]).error(), @"403 AccessDenied: User: arn:aws:iam::111111111111:user/nobody is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::111111111111:user/ because no identity-based policy allows the iam:ListUsers action");
}

#[test]
fn a_marker_leads_nowhere_else() {
    let (sim, _) = sim();
    let member = member(&sim);
    let marker = member.iam(&sim, "ListUsers", &[("MaxItems", "1")]).leaf("Marker");
    let elsewhere = member.iam(&sim, "GetAccountAuthorizationDetails", &[("Marker", &marker)]);
    assert_eq!(elsewhere.error(), "400 ValidationError: Invalid Marker.");
    let next = member.iam(&sim, "ListUsers", &[("MaxItems", "1"), ("Marker", &marker)]);
    assert_eq!(next.leaves("UserName"), ["bob"]);
}

/// All texts of an element over all pages.
fn walk(sim: &Sim, client: &Client, action: &str, element: &str, size: usize) -> Vec<String> {
    let (size, mut seen, mut marker) = (size.to_string(), Vec::new(), None::<String>);
    loop {
        let mut parameters = vec![("MaxItems", size.as_str())];
        parameters.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let page = client.iam(sim, action, &parameters);
        seen.extend(page.leaves(element));
        match page.leaf("IsTruncated").as_str() {
            "true" => marker = Some(page.leaf("Marker")),
            _ => return seen,
        }
    }
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
        prop_assert_eq!(walk(&sim, &caller, "ListUsers", "UserName", size), names);
        let ids = walk(&sim, &caller, "GetAccountAuthorizationDetails", "Arn", size);
        prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        prop_assert!(ids.len() >= users);
    }
}
