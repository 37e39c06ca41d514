//! Credentials beside access keys, password policies, and who may do what: as IAM tells of them.

use std::collections::BTreeSet;

use orgsim::world::{AccountId, MfaKind, RootMfa};
use orgsim::{Clock, Generate, Sim, SimOptions, World};

use crate::client::{Answer, Client, sim_with};

const FACETS: &str = include_str!("facets.yaml");

fn sim() -> Sim {
    sim_with(FACETS, |_| {}).0
}

fn member(sim: &Sim, account: &str) -> Client {
    Client::caller(sim).assume(sim, &format!("arn:aws:iam::{account}:role/OrganizationAccountAccessRole"))
}

/// What the action's result holds, an element a line.
fn shown(answer: &Answer) -> String {
    let result = answer.body.split("Result>").nth(1).unwrap_or_else(|| panic!("no result in {}", answer.body));
    let (result, _) = result.rsplit_once("</").unwrap_or((result, ""));
    result.replace("><", ">\n<").replace(">\n</", "></")
}

/// One line for each `member`, its texts joined by blanks.
fn rows(answer: &Answer) -> String {
    let members = answer.body.split("<member>").skip(1).map(|part| part.split("</member>").next().unwrap_or_default());
    let texts = members.map(|part| {
        let parts = part.split(['<', '>']).enumerate().filter(|(at, text)| at % 4 == 2 && !text.is_empty());
        parts.map(|(_, text)| text).collect::<Vec<_>>().join(" ")
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// A list walked by pages, each element of a name.
fn walk(sim: &Sim, client: &Client, action: &str, fixed: &[(&str, &str)], element: &str, size: &str) -> Vec<String> {
    let (mut seen, mut marker) = (Vec::new(), None::<String>);
    loop {
        let mut parameters = fixed.to_vec();
        parameters.push(("MaxItems", size));
        parameters.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let page = client.iam(sim, action, &parameters);
        seen.extend(page.leaves(element));
        match page.leaf("IsTruncated").as_str() {
            "true" => marker = Some(page.leaf("Marker")),
            _ => return seen,
        }
    }
}

#[test]
fn service_credentials_are_listed_for_one_user_or_for_all() {
    let sim = sim();
    let member = member(&sim, "222222222222");
    let list = |parameters: &[(&str, &str)]| member.iam(&sim, "ListServiceSpecificCredentials", parameters);
    insta::assert_snapshot!(shown(&list(&[("UserName", "alice")])), @"
    <ServiceSpecificCredentials>
    <member>
    <UserName>alice</UserName>
    <Status>Active</Status>
    <ServiceCredentialAlias>alice-at-222222222222</ServiceCredentialAlias>
    <CreateDate>2026-01-01T00:00:00Z</CreateDate>
    <ServiceSpecificCredentialId>ACCAC55EXZAUIUZEIUOV5</ServiceSpecificCredentialId>
    <ServiceName>bedrock.amazonaws.com</ServiceName></member>
    <member>
    <UserName>alice</UserName>
    <Status>Inactive</Status>
    <ServiceUserName>alice-at-222222222222</ServiceUserName>
    <CreateDate>2022-01-01T00:00:00Z</CreateDate>
    <ServiceSpecificCredentialId>ACCAGIVENBYHAND000001</ServiceSpecificCredentialId>
    <ServiceName>codecommit.amazonaws.com</ServiceName></member>
    <member>
    <UserName>alice</UserName>
    <Status>Expired</Status>
    <ServiceCredentialAlias>alice+1-at-222222222222</ServiceCredentialAlias>
    <CreateDate>2026-01-01T00:00:00Z</CreateDate>
    <ExpirationDate>2026-02-01T00:00:00Z</ExpirationDate>
    <ServiceSpecificCredentialId>ACCAPFWD4YWIKWOZH5AHY</ServiceSpecificCredentialId>
    <ServiceName>bedrock.amazonaws.com</ServiceName></member></ServiceSpecificCredentials>
    <IsTruncated>false</IsTruncated>
    ");
    insta::assert_snapshot!(rows(&list(&[("AllUsers", "true")])), @"
    alice Active alice-at-222222222222 2026-01-01T00:00:00Z ACCAC55EXZAUIUZEIUOV5 bedrock.amazonaws.com
    alice Inactive alice-at-222222222222 2022-01-01T00:00:00Z ACCAGIVENBYHAND000001 codecommit.amazonaws.com
    alice Expired alice+1-at-222222222222 2026-01-01T00:00:00Z 2026-02-01T00:00:00Z ACCAPFWD4YWIKWOZH5AHY bedrock.amazonaws.com
    bob Active bob-at-222222222222 2025-01-01T00:00:00Z ACCAWPBQB45ZK2QXLYGY7 cassandra.amazonaws.com
    ");
    insta::assert_snapshot!(rows(&list(&[("AllUsers", "true"), ("ServiceName", "codecommit.amazonaws.com")])), @"alice Inactive alice-at-222222222222 2022-01-01T00:00:00Z ACCAGIVENBYHAND000001 codecommit.amazonaws.com");
    assert!(list(&[("UserName", "carol")]).leaves("ServiceName").is_empty());
}

#[test]
fn service_credentials_have_pages_only_where_they_are_asked_for() {
    let mut world = World::from_yaml(FACETS).unwrap();
    let bob = world.accounts[1].users.iter_mut().find(|user| &*user.name == "bob").unwrap();
    let one = bob.service_credentials[0].clone();
    bob.service_credentials =
        (0..150).map(|_| orgsim::world::ServiceCredential { id: "".into(), ..one.clone() }).collect();
    let (clock, _) = Clock::manual(world.epoch.timestamp());
    let sim = Sim::new(world, SimOptions::new(clock));
    let member = member(&sim, "222222222222");
    let action = "ListServiceSpecificCredentials";
    let all = member.iam(&sim, action, &[("AllUsers", "true")]);
    let ids = all.leaves("ServiceSpecificCredentialId");
    assert_eq!((ids.len(), all.leaf("IsTruncated")), (153, "false".to_owned()));
    for size in ["1", "7", "1000"] {
        let walked = walk(&sim, &member, action, &[("AllUsers", "true")], "ServiceSpecificCredentialId", size);
        assert_eq!(walked, ids, "pages of {size}");
    }
    let of_bob = walk(&sim, &member, action, &[("UserName", "bob")], "ServiceSpecificCredentialId", "100");
    assert_eq!(of_bob.iter().collect::<BTreeSet<_>>().len(), 150);
}

#[test]
fn mfa_devices_are_told_by_their_serial_numbers() {
    let sim = sim();
    let member = member(&sim, "222222222222");
    insta::assert_snapshot!(rows(&member.iam(&sim, "ListMFADevices", &[("UserName", "alice")])), @"
    alice arn:aws:iam::222222222222:mfa/alice 2024-05-02T08:00:00Z
    alice arn:aws:iam::222222222222:u2f/user/alice/security-key-HC4ZBH6SAHCT26Y4WIBLUDBS6C 2025-05-02T08:00:00Z
    alice GAHT38432406 2025-06-02T08:00:00Z
    alice arn:aws:iam::222222222222:mfa/alice_3 2025-07-02T08:00:00Z
    ");
    let walked = walk(&sim, &member, "ListMFADevices", &[("UserName", "alice")], "SerialNumber", "3");
    assert_eq!(walked.len(), 4);
}

#[test]
fn virtual_mfa_devices_are_told_with_their_owners() {
    let sim = sim();
    let member = member(&sim, "222222222222");
    insta::assert_snapshot!(shown(&member.iam(&sim, "ListVirtualMFADevices", &[])), @"
    <VirtualMFADevices>
    <member>
    <SerialNumber>arn:aws:iam::222222222222:mfa/alice</SerialNumber>
    <EnableDate>2024-05-02T08:00:00Z</EnableDate>
    <User>
    <Path>/</Path>
    <UserName>alice</UserName>
    <UserId>AIDACFBQRYUY7XE6D2Y76</UserId>
    <Arn>arn:aws:iam::222222222222:user/alice</Arn>
    <CreateDate>2024-05-01T08:00:00Z</CreateDate>
    <PasswordLastUsed>2026-10-30T10:00:00Z</PasswordLastUsed></User></member>
    <member>
    <SerialNumber>arn:aws:iam::222222222222:mfa/alice_3</SerialNumber>
    <EnableDate>2025-07-02T08:00:00Z</EnableDate>
    <User>
    <Path>/</Path>
    <UserName>alice</UserName>
    <UserId>AIDACFBQRYUY7XE6D2Y76</UserId>
    <Arn>arn:aws:iam::222222222222:user/alice</Arn>
    <CreateDate>2024-05-01T08:00:00Z</CreateDate>
    <PasswordLastUsed>2026-10-30T10:00:00Z</PasswordLastUsed></User></member>
    <member>
    <SerialNumber>arn:aws:iam::222222222222:mfa/root-account-mfa-device</SerialNumber>
    <EnableDate>2025-01-01T00:00:00Z</EnableDate>
    <User>
    <UserId>222222222222</UserId>
    <Arn>arn:aws:iam::222222222222:root</Arn>
    <CreateDate>2025-01-01T00:00:00Z</CreateDate>
    <PasswordLastUsed>2026-09-01T00:00:00Z</PasswordLastUsed></User></member>
    <member>
    <SerialNumber>arn:aws:iam::222222222222:mfa/spare</SerialNumber></member></VirtualMFADevices>
    <IsTruncated>false</IsTruncated>
    ");
    let serials = |status| {
        member.iam(&sim, "ListVirtualMFADevices", &[("AssignmentStatus", status)]).leaves("SerialNumber").len()
    };
    assert_eq!([serials("Any"), serials("Assigned"), serials("Unassigned")], [4, 3, 1]);
    assert_eq!(walk(&sim, &member, "ListVirtualMFADevices", &[], "SerialNumber", "1").len(), 4);
    sim.with_world_mut(|world| world.accounts[1].root.mfa = RootMfa::Hardware);
    let left = member.iam(&sim, "ListVirtualMFADevices", &[("AssignmentStatus", "Assigned")]);
    assert!(!left.body.contains(":root"), "a token of the root user is listed nowhere");
}

#[test]
fn certificates_and_ssh_keys_are_listed() {
    let sim = sim();
    let member = member(&sim, "222222222222");
    let list = |action| member.iam(&sim, action, &[("UserName", "alice")]);
    insta::assert_snapshot!(shown(&list("ListSigningCertificates")), @"
    <Certificates>
    <member>
    <UserName>alice</UserName>
    <CertificateId>EXCNVRJDBYA7B3JDOCHT3NEMOIZM</CertificateId>
    <CertificateBody>-----BEGIN CERTIFICATE-----
    0fEkpFDDy2xjG+uXEHPm7B2xDyxEjw+vgdgtRw2pPPY=
    -----END CERTIFICATE-----</CertificateBody>
    <Status>Active</Status>
    <UploadDate>2024-06-01T00:00:00Z</UploadDate></member>
    <member>
    <UserName>alice</UserName>
    <CertificateId>2EFRKWCR7BHPOTMZPP5TH4XP5DRS</CertificateId>
    <CertificateBody>-----BEGIN CERTIFICATE-----
    NCJsGxzUvxLdpSns9+rvn9i3U6QIOhutvdOH3p767v0=
    -----END CERTIFICATE-----</CertificateBody>
    <Status>Inactive</Status>
    <UploadDate>2024-07-01T00:00:00Z</UploadDate></member></Certificates>
    <IsTruncated>false</IsTruncated>
    ");
    insta::assert_snapshot!(rows(&list("ListSSHPublicKeys")), @"
    alice APKA2LQA5G4H7BZM74ZKA Active 2024-08-01T00:00:00Z
    alice APKA4HIZUI4TK6NEXD3KP Inactive 2024-09-01T00:00:00Z
    ");
    for (action, id) in [("ListSigningCertificates", "CertificateId"), ("ListSSHPublicKeys", "SSHPublicKeyId")] {
        let walked = walk(&sim, &member, action, &[("UserName", "alice")], id, "1");
        assert_eq!(walked, list(action).leaves(id));
        assert!(member.iam(&sim, action, &[("UserName", "bob")]).leaves(id).is_empty());
    }
}

#[test]
fn passwords_and_their_rules() {
    let sim = sim();
    let [rules, none] = ["222222222222", "333333333333"].map(|account| member(&sim, account));
    insta::assert_snapshot!(shown(&rules.iam(&sim, "GetAccountPasswordPolicy", &[])), @"
    <PasswordPolicy>
    <MinimumPasswordLength>14</MinimumPasswordLength>
    <RequireSymbols>false</RequireSymbols>
    <RequireNumbers>true</RequireNumbers>
    <RequireUppercaseCharacters>false</RequireUppercaseCharacters>
    <RequireLowercaseCharacters>false</RequireLowercaseCharacters>
    <AllowUsersToChangePassword>true</AllowUsersToChangePassword>
    <ExpirePasswords>true</ExpirePasswords>
    <MaxPasswordAge>90</MaxPasswordAge>
    <PasswordReusePrevention>24</PasswordReusePrevention>
    <HardExpiry>false</HardExpiry></PasswordPolicy>
    ");
    insta::assert_snapshot!(none.iam(&sim, "GetAccountPasswordPolicy", &[]).error(), @"404 NoSuchEntity: The Password Policy with domain name 333333333333 cannot be found.");
    assert_eq!(rules.iam(&sim, "GetLoginProfile", &[("UserName", "alice")]).leaf("PasswordResetRequired"), "true");
}

#[test]
fn the_summary_tells_of_root_and_counts_what_there_is() {
    let sim = sim();
    let summary = |account| {
        let answer = member(&sim, account).iam(&sim, "GetAccountSummary", &[]);
        let pairs = answer.leaves("key").into_iter().zip(answer.leaves("value"));
        let own = ["Account", "MFADevices", "Policies", "Groups"];
        let pairs = pairs.filter(|(key, _)| own.iter().any(|own| key.starts_with(own)) && !key.ends_with("Quota"));
        pairs.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
    };
    insta::assert_snapshot!(summary("222222222222"), @"AccountAccessKeysPresent=1 AccountMFAEnabled=1 AccountPasswordPresent=1 AccountSigningCertificatesPresent=1 Groups=2 MFADevices=6 MFADevicesInUse=5 Policies=2");
    insta::assert_snapshot!(summary("333333333333"), @"AccountAccessKeysPresent=0 AccountMFAEnabled=0 AccountPasswordPresent=0 AccountSigningCertificatesPresent=0 Groups=0 MFADevices=0 MFADevicesInUse=0 Policies=0");
}

#[test]
fn authorization_details_have_groups_and_policies_with_their_documents() {
    let sim = sim();
    let member = member(&sim, "222222222222");
    let details = |kind| shown(&member.iam(&sim, "GetAccountAuthorizationDetails", &[("Filter.member.1", kind)]));
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

#[test]
fn the_report_has_certificates_and_the_next_rotation() {
    let sim = sim();
    let member = member(&sim, "222222222222");
    member.iam(&sim, "GenerateCredentialReport", &[]);
    let table = crate::report::table(&sim, &member);
    insta::assert_snapshot!(table.lines().skip(1).take(3).collect::<Vec<_>>().join("\n"), @"
    <root_account>,arn:aws:iam::222222222222:root,2025-01-01T00:00:00+00:00,not_supported,2026-09-01T00:00:00+00:00,not_supported,not_supported,true,true,2020-01-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,true,2019-01-01T00:00:00+00:00,false,N/A
    alice,arn:aws:iam::222222222222:user/alice,2024-05-01T08:00:00+00:00,true,2026-10-30T10:00:00+00:00,2026-10-01T00:00:00+00:00,2026-12-30T00:00:00+00:00,true,true,2025-01-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,true,2024-06-01T00:00:00+00:00,false,2024-07-01T00:00:00+00:00
    alice-2,arn:aws:iam::222222222222:user/alice-2,2025-01-01T00:00:00+00:00,false,N/A,N/A,N/A,false,true,2025-01-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A
    ");
}

#[test]
fn what_is_asked_wrongly_is_refused() {
    let sim = sim();
    let member = member(&sim, "222222222222");
    let ask = |action, parameters: &[(&str, &str)]| member.iam(&sim, action, parameters).error();
    let credentials = "ListServiceSpecificCredentials";
    let told = [
        ask(credentials, &[("AllUsers", "true"), ("UserName", "alice")]),
        ask(credentials, &[("AllUsers", "yes")]),
        ask(credentials, &[]),
        ask(credentials, &[("UserName", "nobody")]),
        ask(credentials, &[("UserName", "alice"), ("ServiceName", "s3.amazonaws.com")]),
        ask(credentials, &[("AllUsers", "true"), ("MaxItems", "1001")]),
        ask("ListVirtualMFADevices", &[("AssignmentStatus", "assigned")]),
        ask("ListVirtualMFADevices", &[("Marker", "made-up")]),
        ask("ListSigningCertificates", &[]),
        ask("ListSSHPublicKeys", &[("UserName", "nobody")]),
        ask("ListSSHPublicKeys", &[("UserName", "alice"), ("MaxItems", "0")]),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    400 ValidationError: UserName and AllUsers cannot be specified together.
    400 MalformedInput: yes is not a valid value for parameter AllUsers
    400 ValidationError: Must specify userName when calling with non-User credentials
    404 NoSuchEntity: The user with name nobody cannot be found.
    404 NotSupportedService: The service s3.amazonaws.com does not support service-specific credentials.
    400 ValidationError: 1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000
    400 ValidationError: 1 validation error detected: Value 'assigned' at 'assignmentStatus' failed to satisfy constraint: Member must satisfy enum value set: [Assigned, Unassigned, Any]
    400 ValidationError: Invalid Marker.
    400 ValidationError: Must specify userName when calling with non-User credentials
    404 NoSuchEntity: The user with name nobody cannot be found.
    400 ValidationError: 1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1
    ");
}

/// Policies of the account's own, and those embedded in groups, decide what their users may do.
#[test]
fn policies_of_groups_and_of_the_account_count() {
    let sim = sim();
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

#[test]
fn the_truth_tells_who_is_an_administrator() {
    let world = World::from_yaml(FACETS).unwrap();
    let account: AccountId = "222222222222".parse().unwrap();
    let users = world.truth().users;
    let told = users.iter().filter(|user| user.account_id == account).map(|user| {
        let policies = (&user.attached_policies, &user.group_policies, user.is_administrator, user.is_quarantined);
        format!("{} {policies:?}", user.user_name)
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r#"
    alice ([], ["arn:aws:iam::222222222222:policy/team/deploy", "arn:aws:iam::aws:policy/ReadOnlyAccess"], false, false)
    alice-2 (["arn:aws:iam::222222222222:policy/most-things"], [], true, false)
    bob ([], [], true, false)
    carol (["arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3", "arn:aws:iam::222222222222:policy/never-told"], [], false, true)
    "#);
}

#[test]
fn a_world_whose_policies_or_ids_make_no_sense_is_refused() {
    let account = |rest: &str| format!("accounts: [{{ id: '111111111111', {rest} }}]");
    let worlds = [
        account("managed_policies: [{ name: a, document: '{' }]"),
        account("groups: [{ name: a, inline_policies: [{ name: b, document: '{}' }] }]"),
        account("groups: [{ name: a }, { name: a }]"),
        account("managed_policies: [{ name: a, path: x }]"),
        account("users: [{ name: a, ssh_keys: [{ id: X }] }, { name: b, signing_certificates: [{ id: X }] }]"),
        account("root: { mfa: paper }"),
    ];
    let told = worlds.map(|world| {
        let error = World::from_yaml(&world).unwrap_err().to_string();
        error.lines().next().unwrap_or_default().to_owned()
    });
    insta::assert_snapshot!(told.join("\n"), @"
    the document of policy `a` in account `111111111111` is none: This policy contains invalid Json
    the document of policy `b` in account `111111111111` is none: Missing required field Statement
    account `111111111111` has two groups or two managed policies named `a`
    `x` of `a` in account `111111111111` is no path: a path is `/` or begins and ends with `/`
    `X` is the id of two credentials in account `111111111111`
    cannot read the world: unknown variant `paper`, expected one of none, virtual, hardware at line 1, column 47
    ");
}

#[test]
fn generated_accounts_have_some_of_everything() {
    let world = World::generate(&Generate { accounts: 60, users: 40, seed: 7, broken: true, ..Generate::default() });
    world.validate().unwrap();
    let truth = world.truth();
    let users = &truth.users;
    let count = |is: &dyn Fn(&orgsim::world::TruthUser) -> bool| users.iter().filter(|user| is(user)).count();
    let devices = |kind| users.iter().flat_map(|user| &user.mfa_devices).filter(|device| device.kind == kind).count();
    let credentials = || users.iter().flat_map(|user| &user.service_credentials);
    let roots = |is: &dyn Fn(&orgsim::world::Root) -> bool| truth.accounts.iter().filter(|one| is(&one.root)).count();
    let rules = |is: &dyn Fn(&orgsim::world::PasswordPolicy) -> bool| {
        truth.accounts.iter().filter(|account| account.password_policy.as_ref().is_some_and(is)).count()
    };
    let counts = [
        ("users", users.len()),
        ("administrators", count(&|user| user.is_administrator)),
        (
            "administrators without AWS's policy",
            count(&|user| {
                let by_aws = |arn: &String| arn.ends_with(":aws:policy/AdministratorAccess");
                user.is_administrator && !user.attached_policies.iter().chain(&user.group_policies).any(by_aws)
            }),
        ),
        ("quarantined", count(&|user| user.is_quarantined)),
        ("with a boundary", count(&|user| user.permissions_boundary.is_some())),
        ("passwords to reset", count(&|user| user.password.as_ref().is_some_and(|password| password.reset_required))),
        ("virtual devices", devices(MfaKind::Virtual)),
        ("passkeys", devices(MfaKind::Passkey)),
        ("tokens", devices(MfaKind::Hardware)),
        ("service credentials", credentials().count()),
        (
            "bedrock keys without an end",
            credentials().filter(|one| &*one.service == "bedrock" && one.expires_at.is_none()).count(),
        ),
        ("certificates", users.iter().map(|user| user.signing_certificates.len()).sum()),
        ("ssh keys", users.iter().map(|user| user.ssh_keys.len()).sum()),
        ("root keys", roots(&|root| !root.keys.is_empty())),
        ("root certificates", roots(&|root| !root.signing_certificates.is_empty())),
        ("root app", roots(&|root| root.mfa == RootMfa::Virtual)),
        ("root token", roots(&|root| root.mfa == RootMfa::Hardware)),
        ("root password without mfa", roots(&|root| root.password && !root.mfa.is_some())),
        ("password rules", rules(&|_| true)),
        ("strict password rules", rules(&|rules| rules.minimum_length >= 14)),
        ("passwords that expire", rules(&|rules| rules.max_age_days.is_some())),
    ];
    insta::assert_debug_snapshot!(counts, @r#"
    [
        (
            "users",
            2400,
        ),
        (
            "administrators",
            214,
        ),
        (
            "administrators without AWS's policy",
            62,
        ),
        (
            "quarantined",
            4,
        ),
        (
            "with a boundary",
            77,
        ),
        (
            "passwords to reset",
            99,
        ),
        (
            "virtual devices",
            740,
        ),
        (
            "passkeys",
            128,
        ),
        (
            "tokens",
            55,
        ),
        (
            "service credentials",
            275,
        ),
        (
            "bedrock keys without an end",
            68,
        ),
        (
            "certificates",
            54,
        ),
        (
            "ssh keys",
            191,
        ),
        (
            "root keys",
            4,
        ),
        (
            "root certificates",
            3,
        ),
        (
            "root app",
            12,
        ),
        (
            "root token",
            1,
        ),
        (
            "root password without mfa",
            5,
        ),
        (
            "password rules",
            41,
        ),
        (
            "strict password rules",
            15,
        ),
        (
            "passwords that expire",
            8,
        ),
    ]
    "#);
    let epoch = world.epoch;
    let in_order = |from, to| from <= to && to <= epoch;
    assert!(users.iter().all(|user| {
        let devices = user.mfa_devices.iter().all(|device| in_order(user.created_at, device.enabled_at));
        let credentials = user.service_credentials.iter().all(|one| in_order(user.created_at, one.created_at));
        let certificates = user.signing_certificates.iter().all(|one| in_order(user.created_at, one.uploaded_at));
        devices
            && credentials
            && certificates
            && user.ssh_keys.iter().all(|one| in_order(user.created_at, one.uploaded_at))
    }));
}
