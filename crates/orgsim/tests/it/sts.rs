//! `AssumeRole`: trust, external ids, durations, session policies, chains.

use orgsim::Sim;

use crate::client::{Client, ROLE, send, sim};

const AUDIT: &str = "arn:aws:iam::222222222222:role/audit/Audit";

fn assume(sim: &Sim, client: &Client, role: &str, more: &[(&str, &str)]) -> String {
    let mut parameters = vec![("RoleArn", role), ("RoleSessionName", "test")];
    parameters.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    parameters.extend(more);
    client.sts(sim, "AssumeRole", &parameters).error()
}

#[test]
fn the_answer_has_the_documented_fields() {
    let (sim, _) = sim();
    let caller = Client::caller(&sim);
    let policy = r#"{"Statement":[{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}]}"#;
    let parameters = [("RoleArn", ROLE), ("RoleSessionName", "scan"), ("SourceIdentity", "alice"), ("Policy", policy)];
    let answer = caller.sts(&sim, "AssumeRole", &parameters);
    let secret = answer.leaf("SecretAccessKey");
    let token = answer.leaf("SessionToken");
    assert_eq!(secret.len(), 40);
    insta::assert_snapshot!(answer.body.replace(&secret, "SECRET").replace(&token, "TOKEN").replace("><", ">\n<"), @r#"
    <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
    <AssumeRoleResult>
    <AssumedRoleUser>
    <AssumedRoleId>AROANYBKLROUFRVOZQLHN:scan</AssumedRoleId>
    <Arn>arn:aws:sts::222222222222:assumed-role/OrganizationAccountAccessRole/scan</Arn>
    </AssumedRoleUser>
    <Credentials>
    <AccessKeyId>ASIATHPL2AOHLOHRHE7A</AccessKeyId>
    <SecretAccessKey>SECRET</SecretAccessKey>
    <SessionToken>TOKEN</SessionToken>
    <Expiration>2026-11-01T13:00:00Z</Expiration>
    </Credentials>
    <PackedPolicySize>1</PackedPolicySize>
    <SourceIdentity>alice</SourceIdentity>
    </AssumeRoleResult>
    <ResponseMetadata>
    <RequestId>940e14b7-947c-79ef-7d37-d18b9e3d591f</RequestId>
    </ResponseMetadata>
    </AssumeRoleResponse>
    "#);
}

#[test]
fn every_refusal_of_a_role_has_the_same_words() {
    let (sim, _) = sim();
    let caller = Client::caller(&sim);
    let answers = [
        assume(&sim, &caller, ROLE, &[]),
        assume(&sim, &caller, "arn:aws:iam::222222222222:role/NoSuchRole", &[]),
        assume(&sim, &caller, "arn:aws:iam::999999999999:role/OrganizationAccountAccessRole", &[]),
        assume(&sim, &caller, "arn:aws:iam::444444444444:role/OrganizationAccountAccessRole", &[]),
        assume(&sim, &caller, "arn:aws:iam::111111111111:role/OrganizationAccountAccessRole", &[]),
        assume(&sim, &caller, "arn:aws:iam::222222222222:role/Audit", &[("ExternalId", "let-me-in")]),
        assume(&sim, &caller, AUDIT, &[]),
        assume(&sim, &caller, AUDIT, &[("ExternalId", "wrong")]),
        assume(&sim, &caller, AUDIT, &[("ExternalId", "let-me-in")]),
        assume(&sim, &caller, ROLE, &[("ExternalId", "not-asked-for")]),
        assume(&sim, &Client::of_key(&sim, "AKIANOBODY0000000001"), ROLE, &[]),
        assume(&sim, &Client::of_key(&sim, "AKIAAUDIT00000000001"), ROLE, &[]),
        assume(&sim, &caller, "arn:aws:iam::222222222222:role/OnlyTheScanner", &[]),
        assume(&sim, &caller, "arn:aws:iam::222222222222:role/FromInside", &[]),
    ];
    insta::assert_snapshot!(answers.join("\n"), @"
    200
    403 AccessDenied: User: arn:aws:iam::111111111111:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/NoSuchRole
    403 AccessDenied: User: arn:aws:iam::111111111111:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::999999999999:role/OrganizationAccountAccessRole
    403 AccessDenied: User: arn:aws:iam::111111111111:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444444444444:role/OrganizationAccountAccessRole
    403 AccessDenied: User: arn:aws:iam::111111111111:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role/OrganizationAccountAccessRole
    403 AccessDenied: User: arn:aws:iam::111111111111:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/Audit
    403 AccessDenied: User: arn:aws:iam::111111111111:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/audit/Audit
    403 AccessDenied: User: arn:aws:iam::111111111111:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/audit/Audit
    200
    200
    403 AccessDenied: User: arn:aws:iam::111111111111:user/guest is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/OrganizationAccountAccessRole
    403 AccessDenied: User: arn:aws:iam::333333333333:user/auditor is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/OrganizationAccountAccessRole
    200
    403 AccessDenied: User: arn:aws:iam::111111111111:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/FromInside
    ");
}

#[test]
fn parameters_are_checked_before_trust() {
    let (sim, _) = sim();
    let caller = Client::caller(&sim);
    let long = "x".repeat(2049);
    let answers = [
        assume(&sim, &caller, "arn:aws:iam::1:role/x", &[]),
        assume(&sim, &caller, "arn:aws:iam::222222222222:user/alice", &[]),
        assume(&sim, &caller, "short", &[]),
        assume(&sim, &caller, ROLE, &[("RoleSessionName", "a b")]),
        assume(&sim, &caller, ROLE, &[("RoleSessionName", "x")]),
        assume(&sim, &caller, ROLE, &[("ExternalId", "x")]),
        assume(&sim, &caller, ROLE, &[("DurationSeconds", "899")]),
        assume(&sim, &caller, ROLE, &[("DurationSeconds", "43201")]),
        assume(&sim, &caller, ROLE, &[("DurationSeconds", "3601")]),
        assume(&sim, &caller, AUDIT, &[("ExternalId", "let-me-in"), ("DurationSeconds", "7200")]),
        assume(&sim, &caller, ROLE, &[("Policy", "{")]),
        assume(&sim, &caller, ROLE, &[("Policy", &long)]),
        caller.sts(&sim, "AssumeRole", &[("RoleArn", ROLE)]).error(),
    ];
    insta::assert_snapshot!(answers.join("\n"), @r"
    400 ValidationError: arn:aws:iam::1:role/x is invalid
    400 ValidationError: arn:aws:iam::222222222222:user/alice is invalid
    400 ValidationError: 1 validation error detected: Value 'short' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20
    400 ValidationError: 1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*
    400 ValidationError: 1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2
    400 ValidationError: 1 validation error detected: Value 'x' at 'externalId' failed to satisfy constraint: Member must have length greater than or equal to 2
    400 ValidationError: 1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900
    400 ValidationError: 1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200
    400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.
    200
    400 MalformedPolicyDocument: This policy contains invalid Json
    400 ValidationError: 1 validation error detected: Value '...' at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048
    400 ValidationError: 1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null
    ");
}

#[test]
fn a_session_does_what_both_its_role_and_its_policy_allow() {
    let (sim, _) = sim();
    let caller = Client::caller(&sim);
    let open = |role: &str, more: &[(&str, &str)]| {
        let parameters =
            [&[("RoleArn", role), ("RoleSessionName", "test"), ("ExternalId", "let-me-in")], more].concat();
        caller.session_of(&caller.sts(&sim, "AssumeRole", &parameters))
    };
    let policy = r#"{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"},
        {"Effect":"Deny","Action":"iam:ListAccessKeys","Resource":"*"}]}"#;
    let narrowed = open(ROLE, &[("Policy", policy)]);
    let audit = open(AUDIT, &[]);
    let by_arn = open(ROLE, &[("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess")]);
    let answers = [
        narrowed.iam(&sim, "ListUsers", &[]).error(),
        narrowed.iam(&sim, "ListAccessKeys", &[("UserName", "alice")]).error(),
        narrowed.organizations(&sim, "DescribeOrganization", "{}").error(),
        audit.iam(&sim, "ListUsers", &[]).error(),
        audit.iam(&sim, "GetUser", &[("UserName", "alice")]).error(),
        audit.iam(&sim, "GenerateCredentialReport", &[]).error(),
        by_arn.iam(&sim, "ListUsers", &[]).error(),
        by_arn.iam(&sim, "CreateAccessKey", &[("UserName", "bob")]).error(),
        narrowed.sts(&sim, "GetCallerIdentity", &[]).error(),
    ];
    insta::assert_snapshot!(answers.join("\n"), @"
    200
    403 AccessDenied: User: arn:aws:sts::222222222222:assumed-role/OrganizationAccountAccessRole/test is not authorized to perform: iam:ListAccessKeys on resource: arn:aws:iam::222222222222:user/staff/alice with an explicit deny in a session policy
    400 AccessDeniedException: User: arn:aws:sts::222222222222:assumed-role/OrganizationAccountAccessRole/test is not authorized to perform: organizations:DescribeOrganization on resource: * because no session policy allows the organizations:DescribeOrganization action
    200
    403 AccessDenied: User: arn:aws:sts::222222222222:assumed-role/Audit/test is not authorized to perform: iam:GetUser on resource: arn:aws:iam::222222222222:user/staff/alice because no identity-based policy allows the iam:GetUser action
    403 AccessDenied: User: arn:aws:sts::222222222222:assumed-role/Audit/test is not authorized to perform: iam:GenerateCredentialReport on resource: * because no identity-based policy allows the iam:GenerateCredentialReport action
    200
    403 AccessDenied: User: arn:aws:sts::222222222222:assumed-role/OrganizationAccountAccessRole/test is not authorized to perform: iam:CreateAccessKey on resource: arn:aws:iam::222222222222:user/bob because no session policy allows the iam:CreateAccessKey action
    200
    ");
}

#[test]
fn chained_sessions_are_short_and_keep_the_source_identity() {
    let (sim, _) = sim();
    let caller = Client::caller(&sim);
    let parameters = [("RoleArn", ROLE), ("RoleSessionName", "first"), ("SourceIdentity", "alice")];
    let first = caller.session_of(&caller.sts(&sim, "AssumeRole", &parameters));
    let inside = "arn:aws:iam::222222222222:role/FromInside";
    let second = first.sts(&sim, "AssumeRole", &[("RoleArn", inside), ("RoleSessionName", "second")]);
    assert_eq!(second.leaf("SourceIdentity"), "alice");
    let answers = [
        assume(&sim, &first, inside, &[("SourceIdentity", "mallory")]),
        assume(&sim, &first, inside, &[("DurationSeconds", "3601")]),
        first.session_of(&second).sts(&sim, "GetCallerIdentity", &[]).leaf("Arn"),
    ];
    insta::assert_snapshot!(answers.join("\n"), @"
    400 ValidationError: The source identity of a role session cannot be changed.
    400 ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining
    arn:aws:sts::222222222222:assumed-role/FromInside/second
    ");
}

/// A source identity that is set, and tags that come along, want a permission of their own in both policies.
#[test]
fn source_identities_and_transitive_tags_need_permission() {
    let (sim, _) = sim();
    let caller = Client::caller(&sim);
    let source = [("SourceIdentity", "alice"), ("ExternalId", "let-me-in")];
    let tagged = caller.assume(&sim, "arn:aws:iam::222222222222:role/Pod");
    let inside = "arn:aws:iam::222222222222:role/OnlyThePod";
    let add = |actions: &[&str]| {
        sim.with_world_mut(|world| {
            let roles = world.accounts[1].roles.as_mut().unwrap();
            let trust = vec!["arn:aws:iam::222222222222:role/Pod".parse().unwrap()];
            let trusted_actions = actions.iter().map(|action| (*action).into()).collect();
            let role = orgsim::world::Role { name: "OnlyThePod".into(), trust, trusted_actions, ..roles[0].clone() };
            roles.retain(|role| &*role.name != "OnlyThePod");
            roles.push(role);
        });
    };
    let answers = [
        assume(&sim, &caller, ROLE, &source),
        assume(&sim, &caller, AUDIT, &source),
        {
            add(&[]);
            assume(&sim, &tagged, inside, &[])
        },
        {
            add(&["sts:TagSession"]);
            assume(&sim, &tagged, inside, &[])
        },
    ];
    insta::assert_snapshot!(answers.join("\n"), @"
    200
    403 AccessDenied: User: arn:aws:iam::111111111111:user/security-scanner is not authorized to perform: sts:SetSourceIdentity on resource: arn:aws:iam::222222222222:role/audit/Audit
    403 AccessDenied: User: arn:aws:sts::222222222222:assumed-role/Pod/test is not authorized to perform: sts:TagSession on resource: arn:aws:iam::222222222222:role/OnlyThePod
    200
    ");
}

#[test]
fn a_web_identity_token_replaces_the_signature() {
    let (sim, _) = sim();
    let ask = |role: &str, token: &str| {
        let role = format!("arn:aws:iam::222222222222:role/{role}");
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", &role)])
            .extend_pairs([("RoleSessionName", "pod"), ("WebIdentityToken", token)])
            .finish();
        send(&sim, &http::Request::post("http://127.0.0.1:9/").body(form.into()).unwrap())
    };
    let session = Client::caller(&sim).session_of(&ask("Pod", "a-token"));
    let answers = [
        session.sts(&sim, "GetCallerIdentity", &[]).leaf("Arn"),
        ask("Pod", "another").error(),
        ask("OrganizationAccountAccessRole", "").error(),
    ];
    insta::assert_snapshot!(answers.join("\n"), @"
    arn:aws:sts::222222222222:assumed-role/Pod/pod
    403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity
    403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity
    ");
}

#[test]
fn credentials_are_unknown_in_other_partitions() {
    let (sim, _) = sim();
    let ask = |region| Client { region, ..Client::caller(&sim) }.sts(&sim, "GetCallerIdentity", &[]).error();
    let answers = ["eu-south-1", "us-gov-west-1", "cn-north-1"].map(ask);
    insta::assert_snapshot!(answers.join("\n"), @"
    200
    403 InvalidClientTokenId: The security token included in the request is invalid.
    403 InvalidClientTokenId: The security token included in the request is invalid.
    ");
}

#[test]
fn every_caller_may_ask_who_it_is() {
    let (sim, _) = sim();
    let answer = Client::of_key(&sim, "AKIANOBODY0000000001").sts(&sim, "GetCallerIdentity", &[]);
    let request_id = answer.leaf("RequestId");
    insta::assert_snapshot!(answer.body.replace(&request_id, "REQUEST"), @r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::111111111111:user/guest</Arn><UserId>AIDANCCBDSCU4LZXQSGAS</UserId><Account>111111111111</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>REQUEST</RequestId></ResponseMetadata></GetCallerIdentityResponse>"#);
}
