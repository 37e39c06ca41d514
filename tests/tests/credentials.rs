//! Credentials of every kind that AWS's reference knows, each as `--profile` and as `AWS_PROFILE`.
//! Source: docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html and the pages that it names.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    thread,
};

use bytes::Bytes;
use orgsim::{Clock, Outcome, Sim, SimOptions, World};

use crate::process::{Keysweep, Organization, Ran, keysweep};

/// An organization whose management account has roles for the scanner: `Scanner` is let in by way of `Hop` alone, and
/// `Pod` by a web identity token.
fn organization() -> Organization {
    let world = "
accounts:
- id: '111122223333'
  name: management
  roles:
  - { name: Hop, external_id: let-me-in }
  - { name: Scanner, path: /security/, trust: ['arn:aws:iam::111122223333:role/Hop'] }
  - { name: Direct, trust: ['111122223333'] }
  - { name: Pod, web_identity_token: a.web.token }
- { id: '222233334444', name: member, users: [{ name: ann }] }
";
    Organization::serve(Sim::new(
        World::from_yaml(world).unwrap(),
        SimOptions::new(Clock::from_fn(jiff::Timestamp::now)),
    ))
}

/// A session of the role `Pod`, as opened outside of Keysweep and passed on.
struct Session {
    id: String,
    secret: String,
    token: String,
}

impl Session {
    fn open(organization: &Organization) -> Self {
        let form = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=elsewhere&\
            RoleArn=arn:aws:iam::111122223333:role/Pod&WebIdentityToken=a.web.token";
        let request = http::Request::post("http://localhost/").body(Bytes::from(form)).unwrap();
        let Outcome::Response(response) = organization.sim.handle(&request).outcome else { panic!("no response") };
        let body = String::from_utf8(response.body().to_vec()).unwrap();
        let leaf = |name: &str| {
            let (_, rest) = body.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {body}"));
            rest.split('<').next().unwrap().to_owned()
        };
        Self { id: leaf("AccessKeyId"), secret: leaf("SecretAccessKey"), token: leaf("SessionToken") }
    }

    /// As credential processes, containers and instances answer.
    fn json(&self) -> String {
        let Self { id, secret, token } = self;
        format!(
            r#"{{"Version":1,"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"{id}","SecretAccessKey":"{secret}","SessionToken":"{token}","Token":"{token}","Expiration":"{}"}}"#,
            an_hour_from_now()
        )
    }
}

fn an_hour_from_now() -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A server of credentials: what the agent of a container, the metadata service of an instance and the portal of IAM
/// Identity Center answer. Its thread ends with the process.
fn credentials_server(session: &Session) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (json, sso) = (session.json(), {
        let Session { id, secret, token } = session;
        let expiration = (jiff::Timestamp::now().as_second() + 3600) * 1000;
        format!(
            r#"{{"roleCredentials":{{"accessKeyId":"{id}","secretAccessKey":"{secret}","sessionToken":"{token}","expiration":{expiration}}}}}"#
        )
    });
    let answer = move |path: &str| match path {
        "/container" | "/latest/meta-data/iam/security-credentials/instance-role" => json.clone(),
        "/latest/meta-data/iam/security-credentials/" => "instance-role".to_owned(),
        "/latest/api/token" => "a-token".to_owned(),
        path if path.starts_with("/federation/credentials") => sso.clone(),
        _ => String::new(),
    };
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let (mut first, mut length) = (String::new(), 0);
            reader.read_line(&mut first).unwrap();
            let mut line = String::new();
            while {
                line.clear();
                reader.read_line(&mut line).unwrap() > 2
            } {
                let header = line.to_ascii_lowercase();
                length = header.strip_prefix("content-length:").map_or(length, |it| it.trim().parse().unwrap());
            }
            reader.read_exact(&mut vec![0; length]).unwrap();
            let body = answer(first.split(' ').nth(1).unwrap_or_default());
            let status = if body.is_empty() { "404 Not Found" } else { "200 OK" };
            let extra = "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\nConnection: close";
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{extra}\r\n\r\n", body.len());
            reader.get_mut().write_all(format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    url
}

/// The SHA-1 hashes of `central-sso` and of the start URL, and the SHA-256 hash of the session's ARN: the files in which
/// the AWS CLI keeps what it has logged in to.
const SSO_SESSION_FILE: &str = ".aws/sso/cache/1723ae77e5ab3356975ba3e549abff458ae73d19.json";
const SSO_START_FILE: &str = ".aws/sso/cache/e8be5486177c5b5392bd9aa76563515b29358e6e.json";
const LOGIN_FILE: &str = ".aws/login/cache/15ad6a9800868e2ba5939d78849f67465e0f8392752060b3bfa16b8e10b47063.json";

/// A key as `aws login` makes it; it signs nothing here.
const DPOP_KEY: &str = "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIFDZHUzOG1Pzq+6F0mjMlOSp1syN9LRPBuHMoCFXTcXhoAoGCCqGSM49\\nAwEHoUQDQgAE9qhj+KtcdHj1kVgwxWWWw++tqoh7H7UHs7oXh8jBbgF47rrYGC+t\\ndjiIaHK3dBvvdE7MGj5HsepzLm3Kj91bqA==\\n-----END EC PRIVATE KEY-----\\n";

/// The shared configuration of a user who has a profile of each kind.
fn configuration(organization: &Organization, server: &str) -> String {
    let Organization { url, .. } = organization;
    let caller = organization.sim.caller();
    let (id, secret) = (&caller.access_key_id, &caller.secret_access_key);
    let role = "role_arn = arn:aws:iam::111122223333:role";
    format!(
        "
[profile static]
aws_access_key_id = {id}
aws_secret_access_key = {secret}
region = eu-west-1
endpoint_url = {url}

[profile services]
aws_access_key_id = {id}
aws_secret_access_key = {secret}
services = each

[services each]
iam =
  endpoint_url = {url}
sts =
  endpoint_url = {url}
organizations =
  endpoint_url = {url}

[profile hop]
{role}/Hop
source_profile = static
external_id = let-me-in
role_session_name = first
endpoint_url = {url}

[profile chain]
{role}/security/Scanner
source_profile = hop
role_session_name = second
region = eu-west-2
endpoint_url = {url}

[profile environment]
{role}/Direct
credential_source = Environment
endpoint_url = {url}

[profile container]
{role}/Direct
credential_source = EcsContainer
endpoint_url = {url}

[profile instance]
{role}/Direct
credential_source = Ec2InstanceMetadata
endpoint_url = {url}

[profile web]
{role}/Pod
web_identity_token_file = DIR/token
role_session_name = pod
endpoint_url = {url}

[profile process]
credential_process = cat DIR/process.json
endpoint_url = {url}

[profile sso]
sso_session = central-sso
sso_account_id = 111122223333
sso_role_name = Pod
services = sso

[profile old-sso]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-central-1
sso_account_id = 111122223333
sso_role_name = Pod
services = sso

[sso-session central-sso]
sso_region = eu-central-1
sso_start_url = https://example.awsapps.com/start
sso_registration_scopes = sso:account:access

[services sso]
sso =
  endpoint_url = {server}
iam =
  endpoint_url = {url}
sts =
  endpoint_url = {url}
organizations =
  endpoint_url = {url}

[profile login]
login_session = arn:aws:iam::111122223333:user/Admin
endpoint_url = {url}
"
    )
}

/// Everything that a user with these profiles has on their machine.
fn machine(run: Keysweep, organization: &Organization) -> Keysweep {
    let session = Session::open(organization);
    let server = credentials_server(&session);
    let folder = run.folder().display().to_string();
    let Session { id, secret, token } = &session;
    let expires = an_hour_from_now();
    let sso = format!(r#"{{"accessToken":"sso-token","expiresAt":"{expires}"}}"#);
    let login = format!(
        r#"{{"accessToken":{{"accessKeyId":"{id}","secretAccessKey":"{secret}","sessionToken":"{token}","accountId":"111122223333","expiresAt":"{expires}"}},"tokenType":"aws_sigv4","refreshToken":"r","clientId":"c","dpopKey":"{DPOP_KEY}"}}"#
    );
    run.file(".aws/config", &configuration(organization, &server).replace("DIR", &folder))
        .file("token", "a.web.token")
        .file("process.json", &session.json())
        .file(SSO_SESSION_FILE, &sso)
        .file(SSO_START_FILE, &sso)
        .file(LOGIN_FILE, &login)
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("{server}/container"))
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &server)
        .env("AWS_EC2_METADATA_DISABLED", "false")
}

/// The caller that a run has logged.
fn caller(ran: &Ran) -> Option<&str> {
    ran.stderr.lines().find_map(|line| line.split_once("caller=\"")?.1.split('"').next())
}

/// The arguments of a scan that reads little and says who calls.
const SCAN: &str = "scan -v --policy access-key-max-age";

#[test]
fn a_profile_of_every_kind_is_enough() {
    let organization = organization();
    let kinds = [
        ("static", "arn:aws:iam::111122223333:user/security-scanner"),
        ("services", "arn:aws:iam::111122223333:user/security-scanner"),
        ("hop", "arn:aws:sts::111122223333:assumed-role/Hop/first"),
        ("chain", "arn:aws:sts::111122223333:assumed-role/Scanner/second"),
        ("container", "arn:aws:sts::111122223333:assumed-role/Direct/assume-role-from-profile-"),
        ("instance", "arn:aws:sts::111122223333:assumed-role/Direct/assume-role-from-profile-"),
        ("web", "arn:aws:sts::111122223333:assumed-role/Pod/pod"),
        ("process", "arn:aws:sts::111122223333:assumed-role/Pod/elsewhere"),
        ("sso", "arn:aws:sts::111122223333:assumed-role/Pod/elsewhere"),
        ("old-sso", "arn:aws:sts::111122223333:assumed-role/Pod/elsewhere"),
        ("login", "arn:aws:sts::111122223333:assumed-role/Pod/elsewhere"),
    ];
    for (profile, expected) in kinds {
        for run in [keysweep(&format!("{SCAN} --profile {profile}")), keysweep(SCAN).env("AWS_PROFILE", profile)] {
            let ran = machine(run, &organization).run();
            let found = caller(&ran).unwrap_or_default();
            assert!(ran.code == 0 && found.starts_with(expected), "{profile}: {}", ran.said());
        }
    }
}

/// Keys in the environment win over `AWS_PROFILE`, with all AWS tools; a profile that is named wins over both.
#[test]
fn a_profile_may_take_its_keys_from_the_environment() {
    let organization = organization();
    let user = organization.sim.caller();
    let run = keysweep(&format!("{SCAN} --profile environment"))
        .env("AWS_ACCESS_KEY_ID", &user.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &user.secret_access_key);
    let ran = machine(run, &organization).run();
    let expected = "arn:aws:sts::111122223333:assumed-role/Direct/";
    assert!(ran.code == 0 && caller(&ran).unwrap_or_default().starts_with(expected), "{}", ran.said());
}

/// A pod's session has tags that go along to the next role, which has to allow that.
#[test]
fn a_role_that_does_not_allow_the_tags_of_the_caller_is_explained() {
    let organization = organization();
    organization.sim.with_world_mut(|world| world.accounts[0].roles.as_mut().unwrap()[3].tags_sessions = true);
    let accounts = || machine(keysweep("accounts --check --profile web --format json"), &organization).run();
    let ran = accounts();
    insta::assert_snapshot!(ran.json()["accounts"][1]["role_reason"].as_str().unwrap(), @"sts:AssumeRole was denied: User: arn:aws:sts::111122223333:assumed-role/Pod/pod is not authorized to perform: sts:TagSession on resource: arn:aws:iam::222233334444:role/OrganizationAccountAccessRole (AccessDenied). Allow sts:TagSession in the trust policy of arn:aws:iam::222233334444:role/OrganizationAccountAccessRole and in the caller's IAM policy, because the caller's own session has tags that are passed on: `keysweep iam-policy` prints both policies");
    organization.sim.with_world_mut(|world| {
        world.accounts[1].roles.as_mut().unwrap()[0].trusted_actions = vec!["sts:TagSession".into()];
    });
    assert_eq!((ran.code, accounts().code), (3, 0));
}

#[test]
fn the_roles_of_a_profile_are_assumed_in_its_region() {
    let first_met = |arguments: &str| {
        let organization = organization();
        let ran = machine(keysweep(&format!("{SCAN} --profile chain {arguments}")), &organization).run();
        assert_eq!(ran.code, 0, "{}", ran.said());
        let region = |world: &World| world.caller_key()?.last_used.as_ref().map(|used| used.region.to_string());
        organization.sim.with_world(region).unwrap()
    };
    assert_eq!([first_met(""), first_met("--region eu-north-1")], ["eu-west-2", "eu-north-1"]);
}

/// Where an endpoint is named no other one is asked, whatever partition the credentials are of.
#[test]
fn with_an_endpoint_no_other_partition_is_asked() {
    let partition = orgsim::world::Partition::AwsUsGov;
    let world =
        || World::generate(&orgsim::Generate { accounts: 1, users: 1, partition, ..orgsim::Generate::default() });
    let asked = |set: &dyn Fn(Keysweep, &str) -> Keysweep| {
        let organization =
            Organization::serve(Sim::new(world(), SimOptions::new(Clock::from_fn(jiff::Timestamp::now))));
        let caller = organization.sim.caller();
        let run = keysweep("accounts")
            .env("AWS_ACCESS_KEY_ID", &caller.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &caller.secret_access_key);
        let ran = set(run, &organization.url).run();
        assert!(ran.code == 4 && ran.stderr.contains("the Region `us-east-1`"), "{}", ran.said());
        organization.sim.calls().action("GetCallerIdentity")
    };
    let calls = [
        asked(&|run, url| run.env("AWS_ENDPOINT_URL", url)),
        asked(&|run, url| run.env("AWS_ENDPOINT_URL_STS", url)),
        asked(&|run, url| run.file(".aws/config", &format!("[default]\nendpoint_url = {url}\n"))),
        asked(&|run, url| {
            run.file(
                ".aws/config",
                &format!("[default]\nservices = s\n\n[services s]\nsts =\n  endpoint_url = {url}\n"),
            )
        }),
    ];
    assert_eq!(calls, [1; 4]);
}

/// Behind a proxy, the roles of a profile are assumed through it as well.
#[test]
fn the_roles_of_a_profile_are_assumed_through_the_proxy() {
    let organization = organization();
    let caller = organization.sim.caller();
    let text = format!(
        "[profile keys]\naws_access_key_id = {}\naws_secret_access_key = {}\n\n[profile direct]\n\
         role_arn = arn:aws:iam::111122223333:role/Direct\nsource_profile = keys\nendpoint_url = http://aws.invalid\n",
        caller.access_key_id, caller.secret_access_key
    );
    let run = keysweep(&format!("{SCAN} --profile direct")).file(".aws/config", &text);
    let ran = run.env("HTTP_PROXY", &organization.url).run();
    assert_eq!(ran.code, 0, "{}", ran.said());
}

/// What is said of a profile that does not work, with ` file`s of the configuration.
fn refused(profile: &str, configuration: &str) -> String {
    let organization = organization();
    let caller = organization.sim.caller();
    let (id, secret, url) = (caller.access_key_id, caller.secret_access_key, &organization.url);
    let keys =
        format!("[profile keys]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\nendpoint_url = {url}\n");
    let text = format!("{keys}\n[profile bad]\nendpoint_url = {url}\n{configuration}\n");
    keysweep("accounts --profile").arg(profile).file(".aws/config", &text).run().said()
}

#[test]
fn a_profile_that_does_not_work_says_why() {
    let role = "role_arn = arn:aws:iam::111122223333:role";
    let sso = "sso_session = s\nsso_account_id = 111122223333\nsso_role_name = Pod\n\n[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start";
    insta::assert_snapshot!(
        [
            refused("missing", ""),
            refused("bad", ""),
            refused("bad", &format!("{role}/Direct")),
            refused("bad", &format!("{role}/Direct\nsource_profile = missing")),
            refused("bad", &format!("{role}/Direct\nsource_profile = bad")),
            refused("bad", &format!("{role}/Missing\nsource_profile = keys")),
            refused("bad", &format!("{role}/Direct\ncredential_source = Environment")),
            refused("bad", &format!("{role}/Pod\nweb_identity_token_file = no/such/file")),
            refused("bad", "credential_process = false"),
            refused("bad", "credential_process = echo {}"),
            refused("bad", sso),
            refused("bad", "login_session = arn:aws:iam::111122223333:user/Admin"),
        ]
        .join("\n"),
        @"
        exit 4
        error: could not find out who is calling: sts:GetCallerIdentity was not sent because there are no credentials: profile `missing` was not defined: could not find source profile missing referenced from the root profile
        hint: check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`

        exit 4
        error: could not find out who is calling: sts:GetCallerIdentity was not sent because there are no credentials: no source of them is configured
        hint: check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`

        exit 4
        error: could not find out who is calling: sts:GetCallerIdentity was not sent because there are no credentials: ProfileFile provider could not be built: invalid credential source in `bad`: profile must contain `source_profile` or `credential_source` but neither were defined
        hint: check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`

        exit 4
        error: could not find out who is calling: sts:GetCallerIdentity was not sent because there are no credentials: profile `missing` was not defined: could not find source profile missing referenced from bad
        hint: check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`

        exit 4
        error: could not find out who is calling: sts:GetCallerIdentity was not sent because there are no credentials: no source of them is configured
        hint: check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`

        exit 4
        error: could not find out who is calling: sts:GetCallerIdentity was not sent because there are no credentials: User: arn:aws:iam::111122223333:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/Missing (AccessDenied)
        hint: check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`

        exit 4
        error: could not find out who is calling: sts:GetCallerIdentity was not sent because there are no credentials: environment variable not set
        hint: check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`

        exit 4
        error: could not find out who is calling: sts:GetCallerIdentity was not sent because there are no credentials: No such file or directory (os error 2)
        hint: check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`

        exit 4
        error: could not find out who is calling: sts:GetCallerIdentity was not sent because there are no credentials: Error retrieving credentials: external process exited with code exit status: 1. Stderr:
        hint: check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`

        exit 4
        error: could not find out who is calling: sts:GetCallerIdentity was not sent because there are no credentials: Error retrieving credentials from external process, could not parse response: Expected field `Version` in response but it was missing
        hint: check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`

        exit 4
        error: could not find out who is calling: sts:GetCallerIdentity was not sent because there are no credentials: an error occurred while loading an access token: failed to load the cached SSO token
        hint: check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`

        exit 4
        error: could not find out who is calling: sts:GetCallerIdentity was not sent because there are no credentials: failed to read `DIR/.aws/login/cache/15ad6a9800868e2ba5939d78849f67465e0f8392752060b3bfa16b8e10b47063.json`: No such file or directory (os error 2)
        hint: check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`
        "
    );
}
