//! Every list of IAM that comes in pages: the second page is read, and one that cannot be read does not make the list
//! shorter.

use keysweep::exit::Exit;
use orgsim::{
    World,
    fault::Calls,
    world::{MfaDevice, MfaKind, PublicKey, RootMfa, ServiceCredential, Tags, User},
};

use crate::{
    demand::script,
    harness::{Outcome, Scene, error},
    worlds::{FIRST, completed, days_ago, key, member, organization, user},
};

/// One more than IAM gives in a page.
const MANY: usize = 1001;

/// A member account with these users.
fn world(users: Vec<User>) -> World {
    let mut account = member(1);
    account.users = users;
    account.root.password = true;
    account.root.mfa = RootMfa::Virtual;
    let mut world = organization([]);
    world.accounts.push(account);
    completed(&world)
}

/// A user with many of something.
fn with_many(add: impl Fn(&mut User, usize)) -> World {
    let mut ann = user("ann", []);
    (0..MANY).for_each(|number| add(&mut ann, number));
    world(vec![ann])
}

fn many_users(change: impl Fn(&mut User, usize)) -> World {
    let named = |number: usize| {
        let mut user = user(&format!("ann{number:04}"), []);
        change(&mut user, number);
        user
    };
    world((0..MANY).map(named).collect())
}

/// The action, the world, and a policy with how many violations it finds where the whole list is read.
fn lists() -> Vec<(&'static str, World, String, usize)> {
    let every = |resource: &str| script(resource, "fail(\"there\")");
    let last_is_marked = |user: &mut User, number: usize| {
        if number + 1 == MANY {
            user.attached_policies = vec!["AdministratorAccess".into()];
        }
    };
    let tags = (0..MANY).map(|number| (format!("tag{number:04}").into(), "x".into())).collect();
    let mut tagged = user("ann", []);
    tagged.tags = Tags::new(tags);
    let uploaded_at = days_ago(10.0);
    let status = orgsim::world::KeyStatus::Active;
    let id = || "".into();
    vec![
        ("ListUsers", many_users(|_, _| {}), every("user"), MANY),
        (
            "ListAccessKeys",
            with_many(|user, number| user.keys.push(key(&format!("N{number:04}"), 10.0))),
            every("access_key"),
            MANY,
        ),
        (
            "ListMFADevices",
            with_many(|user, _| user.mfa_devices.push(MfaDevice::new(MfaKind::Hardware, days_ago(10.0)))),
            every("mfa"),
            MANY,
        ),
        (
            "ListSigningCertificates",
            with_many(|user, _| user.signing_certificates.push(PublicKey { id: id(), status, uploaded_at })),
            every("signing_certificate"),
            MANY,
        ),
        (
            "ListSSHPublicKeys",
            with_many(|user, _| user.ssh_keys.push(PublicKey { id: id(), status, uploaded_at })),
            every("ssh_key"),
            MANY,
        ),
        (
            "ListServiceSpecificCredentials",
            with_many(|user, _| {
                let (service, created_at) = ("bedrock".into(), uploaded_at);
                let credential = ServiceCredential { id: id(), service, status, created_at, expires_at: None };
                user.service_credentials.push(credential);
            }),
            every("service_credential"),
            MANY,
        ),
        (
            "ListUserTags",
            world(vec![tagged]),
            script("user", "if user.has_tag(\"tag1000\") { fail(\"there\") } else { pass() }"),
            1,
        ),
        (
            "GetAccountAuthorizationDetails",
            many_users(last_is_marked),
            script("user", "if user.is_administrator { fail(\"there\") } else { pass() }"),
            1,
        ),
        (
            // The devices come by their serial numbers, and that of root is after those of the users.
            "ListVirtualMFADevices",
            many_users(|user, _| user.mfa_devices.push(MfaDevice::new(MfaKind::Virtual, days_ago(10.0)))),
            script("root", "if root.has_hardware_mfa { pass() } else { fail(\"there\") }"),
            1,
        ),
    ]
}

fn found(outcome: &Outcome) -> u64 {
    outcome.result.summary.by_status.fail
}

#[tokio::test(start_paused = true)]
async fn the_second_page_of_every_list_is_read_and_its_loss_is_reported() {
    for (action, world, policy, expected) in lists() {
        let scene = || {
            let scene = Scene::of(world.clone()).fresh().by_scripts(&[&policy]);
            scene.asking(|settings| settings.scan.selection.accounts = [FIRST.parse().unwrap()].into())
        };
        let whole = scene().scan().await;
        assert_eq!(
            (found(&whole), whole.exit()),
            (expected as u64, Exit::Findings),
            "{action}: {}",
            whole.exit() as u8
        );
        let denied = error(403, "AccessDenied").action(action).account(FIRST.parse().unwrap()).calls(Calls::Nth(2));
        let part = scene().with(denied).scan().await;
        assert_eq!(part.exit(), Exit::Incomplete, "{action}");
        assert_eq!(found(&part), 0, "{action}: a part of the list was judged as the whole");
    }
}
