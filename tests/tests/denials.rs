//! Every action that the role of a scan may do, denied: what was to be read by it is then unknown, and never none.

use keysweep::{config::Config, exit::Exit, settings::Settings};
use keysweep_aws::read_policy;
use orgsim::{
    World,
    world::{KeyStatus, MfaDevice, MfaKind, PublicKey, RootMfa, ServiceCredential, Tags, User},
};

use crate::{
    harness::{Lab, Outcome, Scene, error, judging},
    worlds::{FIRST, Key, completed, days_ago, key, member, organization, password},
};

/// The actions of the role's IAM policy, as `keysweep iam-policy` prints it.
fn actions() -> Vec<String> {
    let policy = read_policy();
    let actions = policy["Statement"][0]["Action"].as_array().unwrap();
    actions.iter().map(|action| action.as_str().unwrap().trim_start_matches("iam:").to_owned()).collect()
}

/// A user that has one credential of each kind and passes every policy that can read it.
fn full(name: &str) -> User {
    let (id, status, uploaded_at) = (|| "".into(), KeyStatus::Active, days_ago(12.0));
    let expires_at = Some(days_ago(-30.0));
    User {
        password: Some(password(30.0, Some(1.0))),
        mfa_devices: vec![MfaDevice::new(MfaKind::Hardware, days_ago(50.0))],
        tags: Tags::new(vec![("owner".into(), "platform".into())]),
        keys: vec![key(&name.to_uppercase(), 60.0).used(1.0)],
        ssh_keys: vec![PublicKey { id: id(), status, uploaded_at }],
        signing_certificates: vec![PublicKey { id: id(), status, uploaded_at }],
        service_credentials: vec![ServiceCredential {
            id: id(),
            service: "bedrock".into(),
            status,
            created_at: uploaded_at,
            expires_at,
        }],
        ..User::new(name, days_ago(1000.0))
    }
}

/// A member account that violates nothing, with a root user that has a password and a hardware device.
fn world() -> World {
    let mut account = member(1);
    account.users = vec![full("ann"), full("bob")];
    account.root.password = true;
    account.root.mfa = RootMfa::Hardware;
    account.password_policy = serde_yaml::from_str("{ minimum_length: 14, reuse_prevention: 24 }").unwrap();
    let mut world = organization([]);
    world.accounts.push(account);
    completed(&world)
}

/// All shipped policies, those included that are off by default, but for `left_out`.
fn all_policies_but(left_out: &[&str]) -> Vec<keysweep_policy::Policy> {
    let settings = Settings::resolve(&Config::default(), jiff::Timestamp::now()).unwrap();
    let off = [
        "access-key-of-console-user",
        "password-max-age",
        "ssh-key-max-age",
        "user-without-owner-tag",
        "virtual-mfa-of-administrator",
    ];
    let ids = settings.scan.policies.iter().map(|policy| policy.id().as_str()).chain(off);
    judging(&ids.filter(|id| !left_out.contains(id)).collect::<Vec<_>>()).scan.policies
}

/// An hour after a report was made, and after a user of it was deleted; or a fresh scan. Policies that rest on the details
/// of the account are left out where `details` says so, because the details have the tags too.
async fn lab(fresh: bool, details: bool) -> Lab {
    let of_details = ["access-key-of-administrator", "access-key-quarantined", "user-policies-through-groups"];
    let more = ["virtual-mfa-of-administrator", "access-key-of-console-user", "access-key-made-with-user"];
    let mut left_out = vec!["access-key-of-console-user"];
    if !details {
        left_out.extend(of_details.into_iter().chain(more));
    }
    let scene = Scene::of(world()).asking(|settings| {
        settings.scan.policies = all_policies_but(&left_out);
        settings.scan.selection.accounts = [FIRST.parse().unwrap()].into();
    });
    let lab = if fresh { scene.fresh() } else { scene }.start().await;
    lab.scan().await;
    lab.change(|world| world.accounts[1].users.retain(|user| &*user.name != "bob"));
    lab.sim.forget_calls();
    lab.wait(3600).await;
    lab
}

fn is_undecided(outcome: &Outcome) -> bool {
    let is_unknown = outcome.result.summary.by_status.unknown > 0;
    outcome.exit() == Exit::Incomplete && (is_unknown || !outcome.result.coverage.failed.is_empty())
}

#[tokio::test(start_paused = true)]
async fn a_denied_action_is_never_an_empty_answer() {
    let mut seen = Vec::new();
    for (fresh, details) in [(false, true), (false, false), (true, true), (true, false)] {
        let truth = lab(fresh, details).await.scan().await;
        assert_eq!(truth.text(), "1 of 1 accounts scanned\nexit 0", "{fresh} {details}");
        for action in actions().iter().filter(|action| truth.sim.calls().action(action) > 0) {
            let lab = lab(fresh, details).await;
            lab.sim.add_fault(error(403, "AccessDenied").action(action).account(FIRST.parse().unwrap()));
            let outcome = lab.scan().await;
            if is_undecided(&outcome) {
                seen.push(action.clone());
            } else {
                // Another call has the same facts.
                let recovers = ["GenerateCredentialReport", "GetCredentialReport", "GetAccountAuthorizationDetails"];
                assert!(recovers.contains(&action.as_str()), "{action} {fresh} {details}: {}", outcome.text());
            }
        }
    }
    let missing: Vec<_> = actions().into_iter().filter(|action| !seen.contains(action)).collect();
    assert!(missing.is_empty(), "no scan was incomplete without {missing:?}");
}
