//! `GetAccountAuthorizationDetails`, and what the IAM policies in it permit.

use crate::client::{CREDENTIALS, Client, sim, sim_with};

#[test]
fn authorization_details_are_filtered_by_kind() {
    let (sim, _) = sim();
    let member = Client::member(&sim);
    let users = member.iam(&sim, "GetAccountAuthorizationDetails", &[("Filter.member.1", "User")]);
    assert_eq!(users.leaves("UserName"), ["alice", "bob", "svc-upload"]);
    assert!(users.leaves("RoleName").is_empty());
    let all = member.iam(&sim, "GetAccountAuthorizationDetails", &[("MaxItems", "4")]);
    assert_eq!((all.leaf("IsTruncated"), all.leaves("GroupName")), ("true".to_owned(), vec!["Developers".to_owned()]));
    let roles = member.iam(&sim, "GetAccountAuthorizationDetails", &[("Filter.member.1", "Role"), ("MaxItems", "2")]);
    insta::assert_snapshot!(roles.result().replace(&roles.leaf("Marker"), "MARKER"), @"
    <UserDetailList></UserDetailList>
    <GroupDetailList></GroupDetailList>
    <RoleDetailList>
    <member>
    <Path>/</Path>
    <RoleName>OrganizationAccountAccessRole</RoleName>
    <RoleId>AROANYBKLROUFRVOZQLHN</RoleId>
    <Arn>arn:aws:iam::222222222222:role/OrganizationAccountAccessRole</Arn>
    <CreateDate>2025-01-01T00:00:00Z</CreateDate>
    <AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%5B%22arn%3Aaws%3Aiam%3A%3A111111111111%3Aroot%22%5D%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D</AssumeRolePolicyDocument>
    <InstanceProfileList></InstanceProfileList>
    <RolePolicyList></RolePolicyList>
    <AttachedManagedPolicies>
    <member>
    <PolicyName>AdministratorAccess</PolicyName>
    <PolicyArn>arn:aws:iam::aws:policy/AdministratorAccess</PolicyArn></member></AttachedManagedPolicies>
    <Tags></Tags></member>
    <member>
    <Path>/audit/</Path>
    <RoleName>Audit</RoleName>
    <RoleId>AROAEMDEC7HZ6X6C2VPMH</RoleId>
    <Arn>arn:aws:iam::222222222222:role/audit/Audit</Arn>
    <CreateDate>2025-01-01T00:00:00Z</CreateDate>
    <AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%5B%22arn%3Aaws%3Aiam%3A%3A111111111111%3Aroot%22%5D%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%2C%22Condition%22%3A%7B%22StringEquals%22%3A%7B%22sts%3AExternalId%22%3A%22let-me-in%22%7D%7D%7D%5D%7D</AssumeRolePolicyDocument>
    <InstanceProfileList></InstanceProfileList>
    <RolePolicyList>
    <member>
    <PolicyName>allowed-actions</PolicyName>
    <PolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%5B%22iam%3AList*%22%2C%22sts%3A*%22%5D%2C%22Resource%22%3A%22*%22%7D%5D%7D</PolicyDocument></member></RolePolicyList>
    <AttachedManagedPolicies></AttachedManagedPolicies>
    <Tags></Tags></member></RoleDetailList>
    <Policies></Policies>
    <IsTruncated>true</IsTruncated>
    <Marker>MARKER</Marker>
    ");
}

/// The details of one kind.
fn details(kind: &str) -> String {
    let (sim, _) = sim_with(CREDENTIALS, |_| {});
    Client::member(&sim).iam(&sim, "GetAccountAuthorizationDetails", &[("Filter.member.1", kind)]).result()
}

#[test]
fn authorization_details_have_groups_with_their_documents() {
    insta::assert_snapshot!(details("Group"), @"
    <UserDetailList></UserDetailList>
    <GroupDetailList>
    <member>
    <Path>/</Path>
    <GroupName>BreakGlass</GroupName>
    <GroupId>AGPASOTUZ6ZN3VVIAPZBS</GroupId>
    <Arn>arn:aws:iam::222222222222:group/BreakGlass</Arn>
    <CreateDate>2025-01-01T00:00:00Z</CreateDate>
    <GroupPolicyList>
    <member>
    <PolicyName>everything</PolicyName>
    <PolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%5B%22*%22%5D%2C%22Resource%22%3A%22*%22%7D%5D%7D</PolicyDocument></member></GroupPolicyList>
    <AttachedManagedPolicies></AttachedManagedPolicies></member>
    <member>
    <Path>/</Path>
    <GroupName>Deployers</GroupName>
    <GroupId>AGPA4SY6FONCFZZK3PEEX</GroupId>
    <Arn>arn:aws:iam::222222222222:group/Deployers</Arn>
    <CreateDate>2025-01-01T00:00:00Z</CreateDate>
    <GroupPolicyList></GroupPolicyList>
    <AttachedManagedPolicies>
    <member>
    <PolicyName>deploy</PolicyName>
    <PolicyArn>arn:aws:iam::222222222222:policy/team/deploy</PolicyArn></member>
    <member>
    <PolicyName>ReadOnlyAccess</PolicyName>
    <PolicyArn>arn:aws:iam::aws:policy/ReadOnlyAccess</PolicyArn></member></AttachedManagedPolicies></member></GroupDetailList>
    <RoleDetailList></RoleDetailList>
    <Policies></Policies>
    <IsTruncated>false</IsTruncated>
    ");
}

#[test]
fn authorization_details_have_managed_policies_with_their_documents() {
    insta::assert_snapshot!(details("LocalManagedPolicy"), @"
    <UserDetailList></UserDetailList>
    <GroupDetailList></GroupDetailList>
    <RoleDetailList></RoleDetailList>
    <Policies>
    <member>
    <PolicyName>most-things</PolicyName>
    <PolicyId>ANPAOUJKWR2GAN5IH3522</PolicyId>
    <Arn>arn:aws:iam::222222222222:policy/most-things</Arn>
    <Path>/</Path>
    <DefaultVersionId>v1</DefaultVersionId>
    <AttachmentCount>1</AttachmentCount>
    <PermissionsBoundaryUsageCount>0</PermissionsBoundaryUsageCount>
    <IsAttachable>true</IsAttachable>
    <CreateDate>2018-08-15T12:00:00Z</CreateDate>
    <UpdateDate>2018-08-15T12:00:00Z</UpdateDate>
    <PolicyVersionList>
    <member>
    <Document>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22*%22%2C%22Resource%22%3A%22*%22%7D%2C%7B%22Effect%22%3A%22Deny%22%2C%22Action%22%3A%22iam%3AListMFADevices%22%2C%22Resource%22%3A%22*%22%7D%5D%7D</Document>
    <VersionId>v1</VersionId>
    <IsDefaultVersion>true</IsDefaultVersion>
    <CreateDate>2018-08-15T12:00:00Z</CreateDate></member></PolicyVersionList></member>
    <member>
    <PolicyName>never-told</PolicyName>
    <PolicyId>ANPAAYZDSUWKCMRJDQLP6</PolicyId>
    <Arn>arn:aws:iam::222222222222:policy/never-told</Arn>
    <Path>/</Path>
    <DefaultVersionId>v1</DefaultVersionId>
    <AttachmentCount>1</AttachmentCount>
    <PermissionsBoundaryUsageCount>0</PermissionsBoundaryUsageCount>
    <IsAttachable>true</IsAttachable>
    <CreateDate>2018-08-15T12:00:00Z</CreateDate>
    <UpdateDate>2018-08-15T12:00:00Z</UpdateDate>
    <PolicyVersionList>
    <member>
    <Document>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%5B%22sts%3AGetCallerIdentity%22%5D%2C%22Resource%22%3A%22*%22%7D%5D%7D</Document>
    <VersionId>v1</VersionId>
    <IsDefaultVersion>true</IsDefaultVersion>
    <CreateDate>2018-08-15T12:00:00Z</CreateDate></member></PolicyVersionList></member>
    <member>
    <PolicyName>deploy</PolicyName>
    <PolicyId>ANPAKOUL2LTX6NYKK3ZYK</PolicyId>
    <Arn>arn:aws:iam::222222222222:policy/team/deploy</Arn>
    <Path>/team/</Path>
    <DefaultVersionId>v1</DefaultVersionId>
    <AttachmentCount>1</AttachmentCount>
    <PermissionsBoundaryUsageCount>1</PermissionsBoundaryUsageCount>
    <IsAttachable>true</IsAttachable>
    <CreateDate>2018-08-15T12:00:00Z</CreateDate>
    <UpdateDate>2018-08-15T12:00:00Z</UpdateDate>
    <PolicyVersionList>
    <member>
    <Document>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%5B%22s3%3APutObject%22%5D%2C%22Resource%22%3A%22*%22%7D%5D%7D</Document>
    <VersionId>v1</VersionId>
    <IsDefaultVersion>true</IsDefaultVersion>
    <CreateDate>2018-08-15T12:00:00Z</CreateDate></member></PolicyVersionList></member></Policies>
    <IsTruncated>false</IsTruncated>
    ");
}

/// Policies of the account's own, and those embedded in groups, decide what their users may do.
#[test]
fn policies_of_groups_and_of_the_account_count() {
    let (sim, _) = sim_with(CREDENTIALS, |_| {});
    let may = ["alice", "alice2", "bob", "carol"].map(|name| {
        let client = Client::of_key(&sim, &format!("AKIA{:0<15}1", name.to_uppercase()));
        let statuses = ["ListUsers", "ListMFADevices"].map(|action| client.iam(&sim, action, &[]).status);
        format!("{name} {statuses:?}")
    });
    insta::assert_snapshot!(may.join("\n"), @"
    alice [200, 200]
    alice2 [200, 403]
    bob [200, 200]
    carol [403, 403]
    ");
}
