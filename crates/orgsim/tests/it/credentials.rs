//! Credentials other than access keys and passwords: MFA devices, service-specific credentials, signing certificates and
//! SSH keys.

use std::collections::BTreeSet;

use orgsim::world::RootMfa;

use crate::client::{CREDENTIALS, Client, sim_with};

#[test]
fn service_credentials_are_listed_for_one_user_or_for_all() {
    let (sim, _) = sim_with(CREDENTIALS, |_| {});
    let member = Client::member(&sim);
    let list = |parameters: &[(&str, &str)]| member.iam(&sim, "ListServiceSpecificCredentials", parameters);
    insta::assert_snapshot!(list(&[("UserName", "alice")]).result(), @"
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
    insta::assert_snapshot!(list(&[("AllUsers", "true")]).rows(), @"
    alice Active alice-at-222222222222 2026-01-01T00:00:00Z ACCAC55EXZAUIUZEIUOV5 bedrock.amazonaws.com
    alice Inactive alice-at-222222222222 2022-01-01T00:00:00Z ACCAGIVENBYHAND000001 codecommit.amazonaws.com
    alice Expired alice+1-at-222222222222 2026-01-01T00:00:00Z 2026-02-01T00:00:00Z ACCAPFWD4YWIKWOZH5AHY bedrock.amazonaws.com
    bob Active bob-at-222222222222 2025-01-01T00:00:00Z ACCAWPBQB45ZK2QXLYGY7 cassandra.amazonaws.com
    ");
    insta::assert_snapshot!(list(&[("AllUsers", "true"), ("ServiceName", "codecommit.amazonaws.com")]).rows(), @"alice Inactive alice-at-222222222222 2022-01-01T00:00:00Z ACCAGIVENBYHAND000001 codecommit.amazonaws.com");
    assert!(list(&[("UserName", "carol")]).leaves("ServiceName").is_empty());
}

#[test]
fn service_credentials_have_pages_only_on_request() {
    let (sim, _) = sim_with(CREDENTIALS, |_| {});
    sim.with_world_mut(|world| {
        let credentials = &mut world.accounts[1].user_mut("bob").unwrap().service_credentials;
        credentials[0].id = "".into();
        *credentials = vec![credentials[0].clone(); 150];
    });
    let member = Client::member(&sim);
    let action = "ListServiceSpecificCredentials";
    let all = member.iam(&sim, action, &[("AllUsers", "true")]);
    let ids = all.leaves("ServiceSpecificCredentialId");
    assert_eq!((ids.len(), all.leaf("IsTruncated")), (153, "false".to_owned()));
    for size in [1, 7, 1000] {
        let walked = member.walk(&sim, (action, &[("AllUsers", "true")]), "ServiceSpecificCredentialId", size);
        assert_eq!(walked, ids, "pages of {size}");
    }
    let of_bob = member.walk(&sim, (action, &[("UserName", "bob")]), "ServiceSpecificCredentialId", 100);
    assert_eq!(of_bob.iter().collect::<BTreeSet<_>>().len(), 150);
}

#[test]
fn mfa_devices_are_listed_by_serial_number() {
    let (sim, _) = sim_with(CREDENTIALS, |_| {});
    let member = Client::member(&sim);
    insta::assert_snapshot!(member.iam(&sim, "ListMFADevices", &[("UserName", "alice")]).rows(), @"
    alice arn:aws:iam::222222222222:mfa/alice 2024-05-02T08:00:00Z
    alice arn:aws:iam::222222222222:u2f/user/alice/security-key-HC4ZBH6SAHCT26Y4WIBLUDBS6C 2025-05-02T08:00:00Z
    alice GAHT38432406 2025-06-02T08:00:00Z
    alice arn:aws:iam::222222222222:mfa/alice_3 2025-07-02T08:00:00Z
    ");
    let walked = member.walk(&sim, ("ListMFADevices", &[("UserName", "alice")]), "SerialNumber", 3);
    assert_eq!(walked.len(), 4);
}

#[test]
fn virtual_mfa_devices_are_listed_with_their_owners() {
    let (sim, _) = sim_with(CREDENTIALS, |_| {});
    let member = Client::member(&sim);
    insta::assert_snapshot!(member.iam(&sim, "ListVirtualMFADevices", &[]).result(), @"
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
    assert_eq!(member.walk(&sim, ("ListVirtualMFADevices", &[]), "SerialNumber", 1).len(), 4);
    sim.with_world_mut(|world| world.accounts[1].root.mfa = RootMfa::Hardware);
    let left = member.iam(&sim, "ListVirtualMFADevices", &[("AssignmentStatus", "Assigned")]);
    assert!(!left.body.contains(":root"), "a token of the root user is listed nowhere");
}

#[test]
fn certificates_and_ssh_keys_are_listed() {
    let (sim, _) = sim_with(CREDENTIALS, |_| {});
    let member = Client::member(&sim);
    let list = |action| member.iam(&sim, action, &[("UserName", "alice")]);
    insta::assert_snapshot!(list("ListSigningCertificates").result(), @"
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
    insta::assert_snapshot!(list("ListSSHPublicKeys").rows(), @"
    alice APKA2LQA5G4H7BZM74ZKA Active 2024-08-01T00:00:00Z
    alice APKA4HIZUI4TK6NEXD3KP Inactive 2024-09-01T00:00:00Z
    ");
    for (action, id) in [("ListSigningCertificates", "CertificateId"), ("ListSSHPublicKeys", "SSHPublicKeyId")] {
        let walked = member.walk(&sim, (action, &[("UserName", "alice")]), id, 1);
        assert_eq!(walked, list(action).leaves(id));
        assert!(member.iam(&sim, action, &[("UserName", "bob")]).leaves(id).is_empty());
    }
}

#[test]
fn bad_requests_for_credentials_are_refused() {
    let (sim, _) = sim_with(CREDENTIALS, |_| {});
    let member = Client::member(&sim);
    let ask = |action, parameters: &[(&str, &str)]| member.iam(&sim, action, parameters).error();
    let credentials = "ListServiceSpecificCredentials";
    let answers = [
        ask(credentials, &[("AllUsers", "true"), ("UserName", "alice")]),
        ask(credentials, &[("AllUsers", "yes")]),
        ask(credentials, &[]),
        ask(credentials, &[("UserName", "guest")]),
        ask(credentials, &[("UserName", "alice"), ("ServiceName", "s3.amazonaws.com")]),
        ask(credentials, &[("AllUsers", "true"), ("MaxItems", "1001")]),
        ask("ListVirtualMFADevices", &[("AssignmentStatus", "assigned")]),
        ask("ListVirtualMFADevices", &[("Marker", "made-up")]),
        ask("ListSigningCertificates", &[]),
        ask("ListSSHPublicKeys", &[("UserName", "guest")]),
        ask("ListSSHPublicKeys", &[("UserName", "alice"), ("MaxItems", "0")]),
    ];
    insta::assert_snapshot!(answers.join("\n"), @"
    400 ValidationError: UserName and AllUsers cannot be specified together.
    400 MalformedInput: yes is not a valid value for parameter AllUsers
    400 ValidationError: Must specify userName when calling with non-User credentials
    404 NoSuchEntity: The user with name guest cannot be found.
    404 NotSupportedService: The service s3.amazonaws.com does not support service-specific credentials.
    400 ValidationError: 1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000
    400 ValidationError: 1 validation error detected: Value 'assigned' at 'assignmentStatus' failed to satisfy constraint: Member must satisfy enum value set: [Assigned, Unassigned, Any]
    400 ValidationError: Invalid Marker.
    400 ValidationError: Must specify userName when calling with non-User credentials
    404 NoSuchEntity: The user with name guest cannot be found.
    400 ValidationError: 1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1
    ");
}
