//! The harness of the tests: an organization in this process, the real SDK connected to it, a scan with the settings that
//! users set, and the outcome as a few lines of text. Time is virtual: it passes only while the scan waits.

use std::{fmt::Write, io, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use keysweep::{
    commands::simulated,
    config::Config,
    exit::{Exit, FailOn, Threshold},
    settings::Settings,
};
use keysweep_aws::{Aws, Clock, Endpoint, InProcess, InProcessAnswer};
use keysweep_model::{AccountGap, Finding, ResourceType, ScanResult, Severity};
use keysweep_policy::{Compiler, Policy};
use keysweep_report::{Findings, Spool};
use keysweep_scan::{AccountResult, Progress, Reading, ScanError, Sink};
use orgsim::{Fault, Outcome as Arrival, Sim, SimOptions, World, fault::FaultKind, world::Account};
use tokio_util::sync::CancellationToken;

use crate::worlds::{FIRST, first_member};

/// Called with a request before it is answered.
type Before = dyn Fn(&Handle, &Request<Bytes>) + Send + Sync;

/// A change to a response.
type After = dyn Fn(&Request<Bytes>, Response<Bytes>) -> Response<Bytes> + Send + Sync;

/// The policies of most tests: all of them about access keys, so that no other policy causes calls.
pub(crate) const ACCESS_KEY_POLICIES: &[&str] =
    &["access-key-max-age", "access-key-unused", "single-active-access-key"];

/// The default settings, with these shipped policies and no others.
pub(crate) fn judging(policies: &[&str]) -> Settings {
    let mut config = Config::default();
    config.judging.only_policies = Some(policies.iter().map(|id| id.parse().unwrap()).collect());
    Settings::resolve(&config, jiff::Timestamp::now()).unwrap()
}

/// The Region that is named to the connection.
enum RegionNamed {
    /// That of Organizations in the world's partition.
    Home,
    /// Another one.
    This(&'static str),
    /// None.
    None,
}

/// A world, how it answers, and how it is to be scanned.
pub(crate) struct Scene {
    world: World,
    options: SimOptions,
    settings: Settings,
    clock: Clock,
    region: RegionNamed,
    before: Box<Before>,
    after: Box<After>,
}

impl Scene {
    /// The world as it is, scanned by the default settings and judged by [`ACCESS_KEY_POLICIES`].
    pub(crate) fn of(world: World) -> Self {
        let clock = simulated::clock(&world);
        Self {
            options: simulated::options(&clock),
            settings: judging(ACCESS_KEY_POLICIES),
            clock,
            world,
            region: RegionNamed::Home,
            before: Box::new(|_, _| {}),
            after: Box::new(|_, response| response),
        }
    }

    /// With another way of answering.
    pub(crate) fn serving(mut self, change: impl FnOnce(&mut SimOptions)) -> Self {
        change(&mut self.options);
        self
    }

    /// With other settings.
    pub(crate) fn asking(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// With a fault.
    pub(crate) fn with(self, fault: Fault) -> Self {
        self.serving(|options| options.faults.push(fault))
    }

    /// In this Region, or without any that is named.
    pub(crate) fn in_region(self, region: Option<&'static str>) -> Self {
        Self { region: region.map_or(RegionNamed::None, RegionNamed::This), ..self }
    }

    /// As `--fresh` does it.
    pub(crate) fn fresh(self) -> Self {
        self.asking(|settings| settings.scan.reading = Reading::Fresh(keysweep_aws::ReportWait::default()))
    }

    /// Judged by these shipped policies alone.
    pub(crate) fn by(self, policies: &[&str]) -> Self {
        let settings = judging(policies);
        self.asking(|its| its.scan.policies = settings.scan.policies)
    }

    /// Judged by these policies alone, given as their files' texts.
    pub(crate) fn by_scripts(self, scripts: &[&str]) -> Self {
        let compile = |text: &&str| Policy::compile("test.rhai", text).unwrap_or_else(|error| panic!("{error}"));
        self.asking(|settings| settings.scan.policies = scripts.iter().map(compile).collect())
    }

    /// Judged by the policy of `examples/policies` that exempts service accounts.
    pub(crate) fn by_example(self) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/policies");
        let mut policies = keysweep_policy::load_folder(&Compiler::default(), folder.as_ref()).unwrap();
        policies.retain(|policy| policy.id().as_str() == "access-key-max-age-with-service-accounts");
        self.asking(|settings| settings.scan.policies = policies)
    }

    /// Calls `look` before each request is answered.
    pub(crate) fn before(mut self, look: impl Fn(&Handle, &Request<Bytes>) + Send + Sync + 'static) -> Self {
        self.before = Box::new(look);
        self
    }

    /// Changes what the organization answers.
    pub(crate) fn after(
        mut self,
        change: impl Fn(&Request<Bytes>, Response<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        self.after = Box::new(change);
        self
    }

    /// Connects, and scans nothing yet.
    pub(crate) async fn start(self) -> Lab {
        let Self { world, options, settings, clock, region: named, before, after } = self;
        let sim = Arc::new(Sim::new(world, options));
        let stop = CancellationToken::new();
        let handle = Handle { sim: Arc::clone(&sim), stop: stop.clone() };
        let Endpoint::InProcess { credentials, region, .. } = simulated::endpoint(&sim) else {
            panic!("another endpoint")
        };
        let server = InProcess::new(move |request| {
            before(&handle, &request);
            let reply = handle.sim.handle(&request);
            let answer = match reply.outcome {
                Arrival::Response(response) => InProcessAnswer::Response(after(&request, response)),
                Arrival::Truncated { response, keep_bytes } => InProcessAnswer::Truncated { response, keep_bytes },
                Arrival::Reset => InProcessAnswer::Reset,
            };
            (reply.delay, answer)
        });
        let region = match named {
            RegionNamed::Home => region,
            RegionNamed::This(region) => Some(region.to_owned()),
            RegionNamed::None => None,
        };
        let endpoint = Endpoint::InProcess { server, credentials, region };
        let aws = Aws::connect(settings.connect_options(endpoint, clock)).await;
        Lab { sim, aws, settings, stop }
    }

    /// Connects and scans.
    pub(crate) async fn scan(self) -> Outcome {
        self.start().await.scan().await
    }

    /// The error of a scan that cannot start, as it is printed.
    pub(crate) async fn refused(self) -> String {
        let error = self.start().await.try_scan().await.err().expect("the scan starts");
        keysweep::exit::Failure::from(error).to_string()
    }
}

/// What a test can change while a scan runs.
pub(crate) struct Handle {
    pub(crate) sim: Arc<Sim>,
    /// Interrupts the scan.
    pub(crate) stop: CancellationToken,
}

/// A connection to a simulated organization.
pub(crate) struct Lab {
    pub(crate) sim: Arc<Sim>,
    aws: Aws,
    settings: Settings,
    stop: CancellationToken,
}

impl Lab {
    /// Scans; may be repeated.
    pub(crate) async fn scan(&self) -> Outcome {
        self.try_scan().await.unwrap_or_else(|error| panic!("the scan did not start: {error}"))
    }

    pub(crate) async fn try_scan(&self) -> Result<Outcome, ScanError> {
        let spool = Spool::new(tempfile::tempfile().unwrap());
        let (result, Kept(spool)) = self.scan_into(Kept(spool)).await?;
        let spooled = spool.finish();
        let findings = spooled.iter().map(|finding| finding.unwrap().1).collect();
        Ok(Outcome { sim: Arc::clone(&self.sim), result, findings, spooled })
    }

    /// Scans, and gives each account to `sink`.
    pub(crate) async fn scan_into<S: Sink>(&self, sink: S) -> Result<(ScanResult, S), ScanError> {
        let (run, progress) = ("run".to_owned(), Progress::default());
        keysweep_scan::scan(&self.aws, run, &self.settings.scan, &progress, &self.stop, sink).await
    }

    /// The same connection, which scans by another way of reading.
    pub(crate) fn reading(mut self, reading: Reading) -> Self {
        self.settings.scan.reading = reading;
        self
    }

    /// The policies that it judges by.
    pub(crate) fn policies(&self) -> &[Policy] {
        &self.settings.scan.policies
    }

    /// Lets time pass.
    pub(crate) async fn wait(&self, seconds: u64) -> &Self {
        tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
        self
    }

    /// Scans, changes the first member account, and scans again an hour later, so that the reports are an hour old.
    pub(crate) async fn an_hour_later(&self, change: impl FnOnce(&mut Account)) -> Outcome {
        self.scan().await;
        self.change(|world| change(first_member(world)));
        self.sim.forget_calls();
        self.wait(3600).await.scan().await
    }

    /// Changes the world between two scans.
    pub(crate) fn change(&self, change: impl FnOnce(&mut World)) -> &Self {
        self.sim.with_world_mut(change);
        self
    }
}

/// Keeps the findings of each account.
struct Kept(Spool);

impl Sink for Kept {
    fn account(&mut self, account: AccountResult) -> io::Result<()> {
        match account {
            AccountResult::Scanned(account) => self.0.add(account.account.id, &account.findings),
            AccountResult::Failed(_) | AccountResult::Skipped(_) => Ok(()),
        }
    }
}

/// The result of a scan, and the organization that was scanned.
pub(crate) struct Outcome {
    pub(crate) sim: Arc<Sim>,
    pub(crate) result: ScanResult,
    pub(crate) findings: Vec<Finding>,
    pub(crate) spooled: Findings,
}

impl Outcome {
    /// Coverage with its notes, findings and exit code, a line each.
    pub(crate) fn text(&self) -> String {
        let coverage = &self.result.coverage;
        let mut text = format!("{} of {} accounts scanned", coverage.scanned, coverage.expected());
        let gaps =
            |word, gaps: &[AccountGap]| gaps.iter().map(|it| format!("\n{word} {}", gap(it))).collect::<String>();
        text += &gaps("failed", &coverage.failed);
        text += &gaps("skipped", &coverage.skipped);
        for note in &coverage.notes {
            write!(text, "\nnoted {}: {}", note.account_id, note.reason).unwrap();
        }
        for it in &self.findings {
            write!(text, "\n{}", finding(it)).unwrap();
        }
        write!(text, "\nexit {}", self.exit() as u8).unwrap();
        text
    }

    /// [`Self::text`] and the calls to the first member account.
    pub(crate) fn text_and_calls(&self) -> String {
        [self.text(), self.calls(FIRST)].join("\n")
    }

    /// [`Self::text_and_calls`] with the counts of users between the two.
    pub(crate) fn details(&self) -> String {
        [self.text(), self.users(), self.calls(FIRST)].join("\n")
    }

    /// The counts of users.
    pub(crate) fn users(&self) -> String {
        let summary = &self.result.summary;
        format!("{} users, {} gone, {} renamed", summary.users, summary.users_gone, summary.users_renamed)
    }

    /// The exit code by the default of `--fail-on`.
    pub(crate) fn exit(&self) -> Exit {
        Exit::of_scan(&self.result, None, Threshold::of(None, None, FailOn::Severity(Severity::Low)))
    }

    /// The calls to an account, by action.
    pub(crate) fn calls(&self, account: &str) -> String {
        let account = account.parse().unwrap();
        let calls = self.sim.calls();
        let rows = calls.rows().into_iter().filter(|row| row.0 == Some(account));
        rows.map(|(_, action, count)| format!("{action} {count}")).collect::<Vec<_>>().join(", ")
    }
}

fn gap(gap: &AccountGap) -> String {
    let account = gap.account_id.map_or_else(|| gap.account_name.clone(), |id| id.to_string());
    format!("{account} at {}: {}", gap.step, gap.reason)
}

fn finding(finding: &Finding) -> String {
    let Finding { account_id, user_name, resource_type, resource_id, policy, status, message, .. } = finding;
    let user = user_name.as_ref().map_or("(no user)", |name| name.as_str());
    let of_key = *resource_type == ResourceType::AccessKey;
    let resource = resource_id.as_deref().unwrap_or(if of_key { "(no key)" } else { resource_type.as_str() });
    format!("{account_id} {user} {resource} {policy} {status}: {message}")
}

/// A fault that answers with this error.
pub(crate) fn error(status: u16, code: &str) -> Fault {
    Fault::new(FaultKind::Error { status, code: code.into(), message: "as the test wants it".into() })
}

/// IAM's answer to a caller without permission.
pub(crate) fn denied() -> Response<Bytes> {
    let body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error>\
        <RequestId>1</RequestId></ErrorResponse>";
    Response::builder().status(403).body(Bytes::from_static(body.as_bytes())).unwrap()
}

/// The response with other words in its body.
pub(crate) fn replaced(response: Response<Bytes>, from: &str, to: &str) -> Response<Bytes> {
    let (head, body) = response.into_parts();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert!(body.contains(from), "`{from}` is not in {body}");
    Response::from_parts(head, body.replace(from, to).into())
}

/// The action of a request, such as `ListUsers`, in either protocol.
pub(crate) fn action(request: &Request<Bytes>) -> String {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    match target {
        Some(target) => target.rsplit('.').next().unwrap_or_default().to_owned(),
        None => parameter(request, "Action").unwrap_or_default(),
    }
}

/// A parameter of a request in the query protocol.
pub(crate) fn parameter(request: &Request<Bytes>, name: &str) -> Option<String> {
    form_urlencoded::parse(request.body()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
