//! A client that signs its own requests, so that nothing here depends on an AWS SDK.

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use jiff::Timestamp;
use orgsim::{Clock, ManualClock, Outcome, Reply, Sim, SimOptions, World};
use sha2::{Digest, Sha256};

pub(crate) const MANAGEMENT: &str = "111111111111";
pub(crate) const MEMBER: &str = "222222222222";

/// The role of [`MEMBER`] that the management account may assume.
pub(crate) const ROLE: &str = "arn:aws:iam::222222222222:role/OrganizationAccountAccessRole";

/// A small world, at noon of 2026-11-01.
pub(crate) const WORLD: &str = include_str!("world.yaml");

/// A world of the same time with every kind of credential and IAM policy.
pub(crate) const CREDENTIALS: &str = include_str!("credentials.yaml");

/// The simulator of [`WORLD`] and its clock.
pub(crate) fn sim() -> (Sim, ManualClock) {
    sim_with(WORLD, |_| {})
}

/// The simulator of a world in YAML, with options that the test adjusts.
pub(crate) fn sim_with(world: &str, adjust: impl FnOnce(&mut SimOptions)) -> (Sim, ManualClock) {
    let world = World::from_yaml(world).unwrap();
    let (clock, hand) = Clock::manual(world.epoch.timestamp());
    let mut options = SimOptions::new(clock);
    adjust(&mut options);
    (Sim::new(world, options), hand)
}

/// Who signs, and when.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) key: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    pub(crate) at: Timestamp,
    pub(crate) region: &'static str,
}

/// Status and body of a response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Client {
    /// The world's caller.
    pub(crate) fn caller(sim: &Sim) -> Client {
        let caller = sim.caller();
        Client::of_key(sim, &caller.access_key_id)
    }

    /// The owner of an access key.
    pub(crate) fn of_key(sim: &Sim, key: &str) -> Client {
        let at = sim.with_world(|world| world.epoch.timestamp());
        Client { key: key.to_owned(), secret: sim.secret(key), token: None, at, region: "us-east-1" }
    }

    /// A session in [`MEMBER`].
    pub(crate) fn member(sim: &Sim) -> Client {
        Client::in_account(sim, MEMBER)
    }

    /// A session in an account.
    pub(crate) fn in_account(sim: &Sim, account: &str) -> Client {
        Client::caller(sim).assume(sim, &ROLE.replace(MEMBER, account))
    }

    /// A session of a role, which must be granted.
    pub(crate) fn assume(&self, sim: &Sim, role_arn: &str) -> Client {
        let answer = self.sts(sim, "AssumeRole", &[("RoleArn", role_arn), ("RoleSessionName", "test")]);
        self.session_of(&answer)
    }

    /// The session in the answer to `AssumeRole`.
    pub(crate) fn session_of(&self, answer: &Answer) -> Client {
        assert_eq!(answer.status, 200, "{}", answer.body);
        Client {
            key: answer.leaf("AccessKeyId"),
            secret: answer.leaf("SecretAccessKey"),
            token: Some(answer.leaf("SessionToken")),
            at: self.at,
            region: self.region,
        }
    }

    pub(crate) fn iam(&self, sim: &Sim, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let answer = send(sim, &self.query("iam", "2010-05-08", action, parameters));
        if answer.status == 200 {
            let start = format!("<{action}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><");
            assert!(answer.body.starts_with(&start), "{}", answer.body);
            let end = format!(
                "<ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{action}Response>",
                answer.leaf("RequestId")
            );
            assert!(answer.body.ends_with(&end), "{}", answer.body);
        }
        answer
    }

    /// The texts of an element of the answer over all pages of a size.
    pub(crate) fn walk(
        &self,
        sim: &Sim,
        (action, fixed): (&str, &[(&str, &str)]),
        element: &str,
        size: usize,
    ) -> Vec<String> {
        let (size, mut texts, mut marker) = (size.to_string(), Vec::new(), None::<String>);
        loop {
            let mut parameters = [fixed, &[("MaxItems", &*size)]].concat();
            parameters.extend(marker.as_deref().map(|marker| ("Marker", marker)));
            let page = self.iam(sim, action, &parameters);
            texts.extend(page.leaves(element));
            match page.leaf("IsTruncated").as_str() {
                "true" => marker = Some(page.leaf("Marker")),
                _ => return texts,
            }
        }
    }

    pub(crate) fn sts(&self, sim: &Sim, action: &str, parameters: &[(&str, &str)]) -> Answer {
        send(sim, &self.query("sts", "2011-06-15", action, parameters))
    }

    pub(crate) fn organizations(&self, sim: &Sim, action: &str, body: &str) -> Answer {
        send(sim, &self.json(action, body))
    }

    pub(crate) fn query(
        &self,
        service: &str,
        version: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Request<Bytes> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", action).append_pair("Version", version).extend_pairs(parameters);
        let request = Request::post("http://127.0.0.1:9/").header("content-type", "application/x-www-form-urlencoded");
        self.sign(request.body(form.finish().into()).unwrap(), service)
    }

    pub(crate) fn json(&self, action: &str, body: &str) -> Request<Bytes> {
        let request = Request::post("http://127.0.0.1:9/")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AWSOrganizationsV20161128.{action}"));
        self.sign(request.body(Bytes::from(body.to_owned())).unwrap(), "organizations")
    }

    /// Signs a request whose query, if it has one, is in canonical form already.
    pub(crate) fn sign(&self, mut request: Request<Bytes>, service: &str) -> Request<Bytes> {
        let at = self.at.strftime("%Y%m%dT%H%M%SZ").to_string();
        let host = request.uri().authority().unwrap().to_string();
        let mut add = |name: &'static str, value: &str| request.headers_mut().insert(name, value.parse().unwrap());
        add("host", &host);
        add("x-amz-date", &at);
        if let Some(token) = &self.token {
            add("x-amz-security-token", token);
        }
        let mut headers: Vec<(String, String)> =
            request.headers().iter().map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect();
        headers.sort();
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let names = headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
        let query = request.uri().query().unwrap_or_default();
        let hash = hex(&Sha256::digest(request.body()));
        let canonical = format!("{}\n/\n{query}\n{lines}\n{names}\n{hash}", request.method());
        let scope = format!("{}/{}/{service}/aws4_request", &at[..8], self.region);
        let to_sign = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
        let start = format!("AWS4{}", self.secret).into_bytes();
        let key = scope.split('/').fold(start, |key, part| hmac(&key, part));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            self.key,
            hex(&hmac(&key, &to_sign))
        );
        request.headers_mut().insert("authorization", authorization.parse().unwrap());
        request
    }
}

fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sends a request that is answered.
pub(crate) fn send(sim: &Sim, request: &Request<Bytes>) -> Answer {
    let Reply { outcome: Outcome::Response(response), .. } = sim.handle(request) else {
        panic!("no response");
    };
    assert!(response.headers().contains_key("x-amzn-requestid"), "every answer has a request id");
    Answer { status: response.status().as_u16(), body: String::from_utf8(response.body().to_vec()).unwrap() }
}

impl Answer {
    /// The text of the first element of that name.
    pub(crate) fn leaf(&self, name: &str) -> String {
        self.leaves(name).into_iter().next().unwrap_or_else(|| panic!("no {name} in {}", self.body))
    }

    /// The texts of all elements of that name. Only for texts without markup.
    pub(crate) fn leaves(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let parts = self.body.split(&open).skip(1);
        parts.map(|part| part.split(&close).next().unwrap_or_default().to_owned()).collect()
    }

    /// The result of an IAM action, an element a line.
    pub(crate) fn result(&self) -> String {
        let result = self.body.split("Result>").nth(1).unwrap_or_else(|| panic!("no result in {}", self.body));
        let (result, _) = result.rsplit_once("</").unwrap_or((result, ""));
        result.replace("><", ">\n<").replace(">\n</", "></")
    }

    /// One line for each `member`, its texts joined by blanks.
    pub(crate) fn rows(&self) -> String {
        let members =
            self.body.split("<member>").skip(1).map(|part| part.split("</member>").next().unwrap_or_default());
        let texts = members.map(|part| {
            let parts = part.split(['<', '>']).enumerate().filter(|(at, text)| at % 4 == 2 && !text.is_empty());
            parts.map(|(_, text)| text).collect::<Vec<_>>().join(" ")
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    /// Status, code and message of an error, whatever the protocol; only the status of a success.
    pub(crate) fn error(&self) -> String {
        if self.status == 200 {
            return "200".to_owned();
        }
        if self.body.starts_with('{') {
            let body = self.json();
            let reason = body["Reason"].as_str().map(|reason| format!(" ({reason})")).unwrap_or_default();
            let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
            return format!("{} {}{reason}: {}", self.status, text("__type"), text("Message"));
        }
        format!("{} {}: {}", self.status, self.leaf("Code"), self.leaf("Message"))
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}
