//! Who is let in: signatures, keys, sessions, and how each protocol says no.

use bytes::Bytes;
use http::Request;
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::client::{Client, ROLE, WORLD, send, sim, sim_with};

#[test]
fn a_request_that_was_tampered_with_is_refused() {
    let (sim, _) = sim();
    let caller = Client::caller(&sim);
    let signed = || caller.query("iam", "2010-05-08", "ListUsers", &[]);
    assert_eq!(send(&sim, &signed()).error(), "200");

    let mut body = signed();
    *body.body_mut() = Bytes::from("Action=ListUsers&Version=2010-05-08&MaxItems=1");
    let mut header = signed();
    header.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    let mut host = signed();
    host.headers_mut().insert("host", "elsewhere".parse().unwrap());
    let mut query = signed();
    *query.uri_mut() = "http://127.0.0.1:9/?MaxItems=1".parse().unwrap();
    let mut method = signed();
    *method.method_mut() = http::Method::PUT;
    for tampered in [body, header, host, query, method] {
        assert!(send(&sim, &tampered).error().starts_with("403 SignatureDoesNotMatch: The request signature we calc"));
    }
}

#[test]
fn parameters_may_be_in_the_query_string() {
    let (sim, _) = sim();
    let uri = "http://127.0.0.1:9/?Action=GetUser&UserName=reader&Version=2010-05-08";
    let request = Client::caller(&sim).sign(Request::get(uri).body(Bytes::new()).unwrap(), "iam");
    assert_eq!(send(&sim, &request).leaf("UserName"), "reader");
}

#[test]
fn every_refusal_has_its_code_in_each_protocol() {
    let (sim, _) = sim();
    let caller = Client::caller(&sim);
    let closed = Client::of_key(&sim, "AKIAGHOST00000000001");
    let unknown = Client::of_key(&sim, "AKIAUNKNOWN000000001");
    let inactive = Client::of_key(&sim, "AKIAALICE00000000002");
    let wrong_secret = Client { secret: "x".to_owned(), ..caller.clone() };
    let session = caller.assume(&sim, ROLE);
    let forged = Client { token: Some("forged".to_owned()), ..session.clone() };
    let tokenless = Client { token: None, ..session };
    let mut answers = Vec::new();
    for (who, client) in [
        ("closed account", closed),
        ("unknown key", unknown),
        ("inactive key", inactive),
        ("wrong secret", wrong_secret),
        ("forged token", forged),
        ("no token", tokenless),
    ] {
        answers.push(format!("{who} {}", client.sts(&sim, "GetCallerIdentity", &[]).error()));
        answers.push(format!("{who} {}", client.organizations(&sim, "ListRoots", "{}").error()));
    }
    insta::assert_snapshot!(answers.join("\n"), @"
    closed account 403 InvalidClientTokenId: The security token included in the request is invalid.
    closed account 400 UnrecognizedClientException: The security token included in the request is invalid.
    unknown key 403 InvalidClientTokenId: The security token included in the request is invalid.
    unknown key 400 UnrecognizedClientException: The security token included in the request is invalid.
    inactive key 403 InvalidClientTokenId: The security token included in the request is invalid.
    inactive key 400 UnrecognizedClientException: The security token included in the request is invalid.
    wrong secret 403 SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.
    wrong secret 400 InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.
    forged token 403 InvalidClientTokenId: The security token included in the request is invalid.
    forged token 400 UnrecognizedClientException: The security token included in the request is invalid.
    no token 403 InvalidClientTokenId: The security token included in the request is invalid.
    no token 400 UnrecognizedClientException: The security token included in the request is invalid.
    ");
}

#[test]
fn a_request_without_a_signature_is_sorted_by_target_and_host() {
    let (sim, _) = sim();
    let iam = Request::post("/").header("host", "iam.amazonaws.com").body(Bytes::from("Action=ListUsers")).unwrap();
    let json = Request::post("/").header("x-amz-target", "AWSOrganizationsV20161128.ListRoots");
    let json = json.body(Bytes::from("{}")).unwrap();
    let half = Request::post("/").header("authorization", "AWS4-HMAC-SHA256 Credential=x").body(Bytes::new()).unwrap();
    let answers = [iam, json, half].map(|request| send(&sim, &request).error());
    insta::assert_snapshot!(answers.join("\n"), @"
    403 MissingAuthenticationToken: Request is missing Authentication Token
    400 MissingAuthenticationTokenException: Request is missing Authentication Token
    403 IncompleteSignature: Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'x'
    ");
}

#[test]
fn a_date_may_be_15_minutes_off() {
    let (sim, _) = sim();
    let caller = Client::caller(&sim);
    let at = |minutes: i64, seconds: i64| {
        let off = SignedDuration::from_secs(minutes * 60 + seconds);
        Client { at: caller.at + off, ..caller.clone() }.sts(&sim, "GetCallerIdentity", &[]).error()
    };
    let answers = [at(-15, 0), at(15, 0), at(-15, -1), at(15, 1)];
    insta::assert_snapshot!(answers.join("\n"), @"
    200
    200
    403 SignatureDoesNotMatch: Signature expired: 20261101T114459Z is now earlier than 20261101T114500Z (20261101T120000Z - 15 min.)
    403 SignatureDoesNotMatch: Signature not yet current: 20261101T121501Z is still later than 20261101T121500Z (20261101T120000Z + 15 min.)
    ");
}

#[test]
fn clients_of_every_region_are_accepted() {
    let (sim, _) = sim();
    let elsewhere = Client { region: "eu-west-1", ..Client::caller(&sim) };
    assert_eq!(elsewhere.iam(&sim, "ListUsers", &[]).error(), "200");
    assert_eq!(elsewhere.organizations(&sim, "ListRoots", "{}").error(), "200");
    let used = sim.with_world(|world| world.caller_key().unwrap().last_used.clone());
    assert_eq!(&*used.unwrap().region, "us-east-1", "the home of IAM");
}

#[test]
fn a_session_ends_when_its_time_is_up_and_no_sooner() {
    let (sim, hand) = sim();
    let caller = Client::caller(&sim);
    let parameters = [("RoleArn", ROLE), ("RoleSessionName", "test"), ("DurationSeconds", "900")];
    let session = caller.session_of(&caller.sts(&sim, "AssumeRole", &parameters));
    let after = |seconds: i64| {
        hand.set(caller.at + SignedDuration::from_secs(seconds));
        let session = Client { at: hand.now(), ..session.clone() };
        [session.iam(&sim, "ListUsers", &[]).error(), session.organizations(&sim, "ListRoots", "{}").error()]
            .join(" | ")
    };
    let answers = [after(899), after(900)];
    insta::assert_snapshot!(answers.join("\n"), @"
    200 | 400 AccessDeniedException: You don't have permissions to access this resource.
    403 ExpiredToken: The security token included in the request is expired | 400 ExpiredTokenException: The security token included in the request is expired
    ");
}

#[test]
fn sessions_can_be_ended_at_once() {
    let (sim, _) = sim();
    let session = Client::caller(&sim).assume(&sim, ROLE);
    sim.expire_sessions();
    assert!(session.iam(&sim, "ListUsers", &[]).error().starts_with("403 ExpiredToken"));
    let renewed = Client::caller(&sim).assume(&sim, ROLE);
    assert_eq!(renewed.iam(&sim, "ListUsers", &[]).error(), "200");
}

#[test]
fn the_last_use_is_recorded_every_15_minutes() {
    let (sim, hand) = sim();
    let caller = Client::caller(&sim);
    let used = || {
        let key = sim.with_world(|world| world.caller_key().unwrap().last_used.clone());
        key.map(|used| format!("{} {} {}", used.at, used.service, used.region)).unwrap_or_default()
    };
    assert_eq!(used(), "");
    let call = |minutes: i64| {
        hand.set(caller.at + SignedDuration::from_mins(minutes));
        Client { at: hand.now(), ..caller.clone() }.iam(&sim, "ListUsers", &[]);
        used()
    };
    let seen = [call(0), call(14), call(15)];
    insta::assert_snapshot!(seen.join("\n"), @"
    2026-11-01T12:00:00Z iam us-east-1
    2026-11-01T12:00:00Z iam us-east-1
    2026-11-01T12:15:00Z iam us-east-1
    ");
}

#[test]
fn the_partition_is_in_every_arn() {
    let (sim, _) = sim_with(&format!("partition: aws-cn\n{WORLD}").replace("arn:aws:", "arn:aws-cn:"), |_| {});
    let caller = Client { region: "cn-north-1", ..Client::caller(&sim) };
    let identity = caller.sts(&sim, "GetCallerIdentity", &[]).leaf("Arn");
    assert_eq!(identity, "arn:aws-cn:iam::111111111111:user/security-scanner");
    let session = caller.assume(&sim, &ROLE.replace("aws", "aws-cn"));
    let identity = session.sts(&sim, "GetCallerIdentity", &[]).leaf("Arn");
    assert_eq!(identity, "arn:aws-cn:sts::222222222222:assumed-role/OrganizationAccountAccessRole/test");
}

proptest! {
    #[test]
    fn every_request_gets_an_answer(
        authorization in "(AWS4-HMAC-SHA256 )?(Credential=|[A-Za-z/,;= ]|SignedHeaders=|Signature=){0,12}",
        target in "(AWSOrganizationsV20161128[.])?[A-Za-z]{0,12}",
        path in "(/[a-z%.]{0,4}){1,3}([?][A-Za-z=&%0-9]{0,20})?",
        body in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let (sim, _) = sim();
        let request = Request::post(path).header("authorization", authorization).header("x-amz-target", target);
        if let Ok(request) = request.body(Bytes::from(body)) {
            let status = send(&sim, &request).status;
            prop_assert!(status == 400 || status == 403, "{status}");
        }
    }
}
