//! The register of exemptions, from its file to the findings.

use jiff::{SignedDuration, Timestamp};
use orgsim::{Clock, Sim, SimOptions, World};
use serde_json::Value;

use crate::process::{Organization, Ran, keysweep};

fn ago(days: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(24 * days)
}

/// The day so many days from now.
fn day(days: i64) -> String {
    ago(-days).strftime("%Y-%m-%d").to_string()
}

/// Three users, each with a key of 200 days, of whom one is tagged.
fn organization() -> Organization {
    let key = |id: &str| {
        format!("keys: [{{ id: AKIAEXAMPLE00000000{id}, created_at: {}, last_used: {{ at: {} }} }}]", ago(200), ago(1))
    };
    let world = format!(
        "
accounts:
- {{ id: '111122223333', name: security }}
- id: '222233334444'
  name: prod
  ou: Workloads/Prod
  users:
  - {{ name: ann, {} }}
  - {{ name: svc-bill, tags: {{ team: billing }}, {} }}
  - {{ name: svc-ship, {} }}
",
        key("1"),
        key("2"),
        key("3")
    );
    let options = SimOptions::new(Clock::from_fn(Timestamp::now));
    Organization::serve(Sim::new(World::from_yaml(&world).unwrap(), options))
}

/// A register of one exemption with this selector and end.
fn register(selector: &str, expires: &str) -> String {
    format!(
        "- {{ id: EX-1, policy: access-key-max-age, reason: agreed, owner: platform, expires: {expires}, {selector} }}\n"
    )
}

fn scan(register: &str, more: &str) -> Ran {
    let arguments = format!("scan --policy access-key-max-age --format json {more}");
    organization().keysweep(&arguments).file("exemptions.yaml", register).run()
}

/// The findings, and the result of each exemption, a line each.
fn outcome(ran: &Ran) -> String {
    let document = ran.json();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let finding = |it: &Value| {
        let exemption = &it["exemption"];
        format!(
            "{} {} {} {}",
            text(&it["user_name"]),
            text(&it["status"]),
            text(&exemption["by"]),
            text(&exemption["id"])
        )
    };
    let used = |it: &Value| format!("{} matched {}: {}", text(&it["id"]), it["matched"], it["problems"]);
    let list = |name: &str, line: &dyn Fn(&Value) -> String| {
        document[name].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
    };
    format!("{}\n{}\nexit {}", list("findings", &finding), list("exemptions", &used), ran.code)
}

#[test]
fn what_is_selected_is_exempted_and_still_reported() {
    let later = day(100);
    insta::assert_snapshot!(
        [
            outcome(&scan(&register("user: svc-*", &later), "")),
            outcome(&scan(&register("tags: { team: billing }", &later), "--exemption-max-share 50")),
            outcome(&scan(&register("access_key_id: AKIAEXAMPLE000000001", &later), "--exemption-max-share 50")),
            outcome(&scan(&register("ou: Root/Workloads", &later), "--exemption-max-share 100")),
        ]
        .join("\n\n"),
        @r#"
    ann fail - -
    svc-bill exempt register EX-1
    svc-ship exempt register EX-1
    EX-1 matched 2: ["it exempts 2 of 4 that its policies judged, which is more than 10 percent"]
    exit 1

    ann fail - -
    svc-bill exempt register EX-1
    svc-ship fail - -
    EX-1 matched 1: []
    exit 1

    ann exempt register EX-1
    svc-bill fail - -
    svc-ship fail - -
    EX-1 matched 1: []
    exit 1

    ann exempt register EX-1
    svc-bill exempt register EX-1
    svc-ship exempt register EX-1
    EX-1 matched 3: []
    exit 0
    "#
    );
}

#[test]
fn problems_of_exemptions_are_reported() {
    let past = outcome(&scan(&register("user: svc-bill", &day(-3)), "")).replace(&day(-3), "DAY");
    insta::assert_snapshot!(
        [
            past,
            outcome(&scan(&register("user: stranger", &day(100)), "")),
            outcome(&scan(&register("account: \"999988887777\"", &day(100)), "")),
        ]
        .join("\n\n"),
        @r#"
    ann fail - -
    svc-bill fail - -
    svc-ship fail - -
    EX-1 matched 1: ["it expired on DAY: 1 violation that it would exempt is reported"]
    exit 1

    ann fail - -
    svc-bill fail - -
    svc-ship fail - -
    EX-1 matched 0: ["it matched no violation"]
    exit 1

    ann fail - -
    svc-bill fail - -
    svc-ship fail - -
    EX-1 matched 0: ["it matched no violation","account 999988887777 is not in the organization"]
    exit 1
    "#
    );
}

/// An exemption is judged as of the day that is judged, not as of today.
#[test]
fn an_exemption_expires_by_the_day_that_is_judged() {
    let later = outcome(&scan(&register("user: svc-bill", &day(100)), &format!("--as-of {}", day(150))));
    let before = outcome(&scan(
        &register("user: svc-bill", &day(-3)),
        &format!("--as-of {} --exemption-max-share 100", day(-10)),
    ));
    insta::assert_snapshot!([later.replace(&day(100), "DAY"), before].join("\n\n"), @r#"
    security-scanner fail - -
    ann fail - -
    svc-bill fail - -
    svc-ship fail - -
    EX-1 matched 1: ["it expired on DAY: 1 violation that it would exempt is reported"]
    exit 1

    ann fail - -
    svc-bill exempt register EX-1
    svc-ship fail - -
    EX-1 matched 1: []
    exit 1
    "#);
}

#[test]
fn an_exemption_by_an_unreadable_tag_exempts_nothing() {
    use orgsim::fault::{Fault, FaultKind};
    let organization = organization();
    for action in ["ListUserTags", "GetAccountAuthorizationDetails"] {
        let refusal = FaultKind::Error { status: 403, code: "AccessDenied".into(), message: "no".into() };
        organization.sim.add_fault(Fault::new(refusal).action(action));
    }
    let ran = organization
        .keysweep("scan --policy access-key-max-age --format json")
        .file("exemptions.yaml", &register("user: svc-*, tags: { team: billing }", &day(100)))
        .run();
    insta::assert_snapshot!(outcome(&ran), @"
    ann fail - -
    svc-bill unknown - -
    svc-ship unknown - -
    EX-1 matched 0: []
    exit 3
    ");
    insta::assert_snapshot!(ran.json()["findings"][1]["message"].as_str().unwrap(), @"whether exemption `EX-1` applies is unknown: user tags could not be read: iam:ListUserTags was denied: no (AccessDenied)");
}

#[test]
fn a_register_is_checked_and_listed() {
    let good = register("user: svc-*", &day(100));
    let listed = keysweep("exemptions list").file("exemptions.yaml", &good).run();
    assert!(listed.stdout.contains("EX-1") && listed.stdout.contains("100 days"), "{listed:?}");
    let check = |text: &str| keysweep("exemptions check").file("exemptions.yaml", text).run().said();
    insta::assert_snapshot!(
        [
            check(&good),
            check(&good.replace("access-key-max-age", "access-key-maximum")),
            check(&register("user: x", &day(-3))).replace(&day(-3), "DAY"),
            check(&register("user: x", &day(500))).replace(&day(500), "DAY"),
            keysweep("exemptions check").run().said(),
        ]
        .join("\n"),
        @"
    exit 0
    1 exemption checked, nothing wrong

    exit 2
    error: exemption `EX-1` names the policy `access-key-maximum`, which does not exist

    exit 2
    error: exemption `EX-1` expired on DAY: remove it or renew it

    exit 2
    error[bad-value]: the exemption ends more than 365 days from now
     --> exemptions.yaml:1:85
      |
    1 | - { id: EX-1, policy: access-key-max-age, reason: agreed, owner: platform, expires: DAY, user: x }
      |                                                                                     ^^^^^^^^^^
      = help: renew it in time instead, or allow longer terms by `exemption_max_term_days`

    exit 2
    error: there is no register of exemptions
    hint: name its file, or write exemptions.yaml
    "
    );
}

#[test]
fn a_register_may_be_in_the_configuration() {
    let entry = register("user: svc-*", &day(100));
    let config = format!("exemptions:\n{entry}");
    let alone = keysweep("exemptions list").file("keysweep.yaml", &config).run();
    assert!(alone.stdout.contains("EX-1"), "{alone:?}");
    let both = keysweep("exemptions list").file("keysweep.yaml", &config).file("exemptions.yaml", &entry).run();
    insta::assert_snapshot!(both.said(), @"
    exit 2
    error: there are exemptions in the configuration file and in `exemptions.yaml`
    hint: keep all of them in one place
    ");
}
