//! The commands for the history, as their users meet them: on the store of two nights of the demo, in every format.

mod lists;
mod refused;

use std::{fs, sync::OnceLock};

use serde_json::Value;

use crate::process::{Keysweep, Ran, keysweep};

/// The commands that read a store, each with the schema of its document.
const COMMANDS: [(&str, &str); 8] = [
    ("runs list", "keysweep.runs/v1"),
    ("runs show 2", "keysweep.run/v1"),
    ("findings", "keysweep.findings/v1"),
    ("findings --group-by owner", "keysweep.findings/v1"),
    ("diff", "keysweep.diff/v1"),
    ("trend", "keysweep.trend/v1"),
    ("trend --by-ou", "keysweep.trend/v1"),
    ("store info", "keysweep.store_info/v1"),
];

/// A run of the program on a copy of the store of two nights, `demo.db`.
fn on_two_nights(arguments: &str) -> Keysweep {
    static STORE: OnceLock<Vec<u8>> = OnceLock::new();
    let store = STORE.get_or_init(|| {
        let units = "--ou Root/Security --ou Root/Sandbox --ou Root/Workloads/Staging";
        let ran = keysweep(&format!("demo --nights 2 --store demo.db {units}")).run();
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        fs::read(ran.path("demo.db")).unwrap()
    });
    let run = keysweep(arguments).env("KEYSWEEP_STORE", "demo.db");
    fs::write(run.path("demo.db"), store).unwrap();
    run
}

/// What the command writes, where it succeeds and says nothing.
fn written(arguments: &str) -> Ran {
    let ran = on_two_nights(arguments).run();
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments}");
    ran
}

fn document(arguments: &str) -> Value {
    written(&format!("{arguments} --format json")).json()
}

/// The headings of a page. Which findings come first of those that are equally bad and old depends on which account was done
/// first.
fn headings(page: &str) -> String {
    let headings: Vec<_> = page.lines().filter(|line| !line.starts_with("  ") || line.contains("...")).collect();
    headings.join("\n")
}

#[test]
fn every_command_has_text_and_a_document() {
    for (command, schema) in COMMANDS {
        let document = document(command);
        assert_eq!((&document["schema"], &document["tool"]["name"]), (&schema.into(), &"keysweep".into()), "{command}");
        let text = written(command).stdout;
        assert!(text.lines().count() > 1 && !text.contains('{'), "{command}: {text}");
    }
}

#[test]
fn the_runs_of_two_nights() {
    insta::assert_snapshot!(written("runs list").stdout, @"
    RUN  STARTED (UTC)     STATUS    ACCOUNTS  VIOLATIONS  NEW  RESOLVED  NOTES
      2  2026-11-02 00:00  complete  11 of 11         473    4         7  narrowed to 3 OUs
      1  2026-11-01 00:00  complete  11 of 11         476  480         0  narrowed to 3 OUs
    ");
    assert_eq!(document("runs list --limit 1")["runs"].as_array().unwrap().len(), 1);
    let by_number = document("runs show 1");
    let id = by_number["run"]["id"].as_str().unwrap();
    let by_id = document(&format!("runs show {id}"));
    assert_eq!(by_id, by_number);
    assert_eq!(written("runs list --limit 1").stdout.lines().last().unwrap(), "... and older ones: --all shows each");
}

#[test]
fn what_changed_in_the_second_night() {
    insta::assert_snapshot!(headings(&written("diff --limit 1").stdout), @"
    DIFF       from run 1 of 2026-11-01 00:00 to run 2 of 2026-11-02 00:00

    NEW        4 findings reported for the first time
      ... and 3 more: --all shows each

    RESOLVED   7 findings no longer reported
      ... and 6 more: --all shows each

    TOTAL      4 new, 7 resolved; 4 new violations (3 medium, 1 low)
    ");
    let [default, named, back] = ["diff", "diff 1", "diff 2 1"].map(document).map(|mut document| {
        document["as_of"].take();
        for change in document["changes"].as_array_mut().unwrap() {
            change["finding"]["open_days"].take();
        }
        document
    });
    assert_eq!((&default, &default), (&named, &back));
    let changes = default["changes"].as_array().unwrap();
    let of = |kind: &str| changes.iter().filter(|change| change["kind"] == kind).count();
    for (kind, count) in default["summary"]["changes"].as_object().unwrap() {
        assert_eq!(count, of(kind), "{kind}");
    }
    assert_eq!(document("diff --limit 1")["changes"].as_array().unwrap().len(), 2);
    assert_eq!(written("diff --all").stdout.matches("--all").count(), 0);
}

#[test]
fn how_findings_develop() {
    let text = written("trend").stdout;
    insta::assert_snapshot!(text.split_once("\n\n").unwrap().0, @"
    OPEN       violations at the end of each month, by severity
      MONTH    OPEN  CRITICAL               HIGH             MEDIUM                LOW
      2026-11   473         1 ████████        45 ████████       314 ████████       113 ████████
    ");
    let trend = document("trend --by-ou");
    let months = trend["months"].as_array().unwrap();
    let units: Vec<_> = months.iter().map(|month| month["ou_path"].as_str().unwrap_or("all")).collect();
    assert_eq!(units, ["all", "Root/Sandbox", "Root/Security", "Root/Workloads/Staging"]);
    let open = |month: &Value| month["open"].as_object().unwrap().values().map(|it| it.as_u64().unwrap()).sum::<u64>();
    assert_eq!(open(&months[0]), months[1..].iter().map(open).sum::<u64>());
}

#[test]
fn a_finding_by_its_id_and_by_the_beginning_of_it() {
    let resolved = document("findings --status resolved --limit 1");
    let id = resolved["findings"][0]["id"].as_str().unwrap();
    let shown = document(&format!("findings show {id}"));
    let kinds: Vec<_> = shown["changes"].as_array().unwrap().iter().map(|change| &change["kind"]).collect();
    assert_eq!(kinds, ["new", "resolved"]);
    assert_eq!(shown["finding"], resolved["findings"][0]);
    let text = written(&format!("findings show {}", &id[..8])).stdout;
    assert!(text.contains(&format!("FINDING    {id}\n")), "{text}");
    let history: Vec<_> = text.lines().skip_while(|line| !line.starts_with("HISTORY")).collect();
    insta::assert_snapshot!(history.join("\n"), @"
    HISTORY    2 changes
      run 1  2026-11-01 00:00  new       fail (critical)  AWS has quarantined its user: credentials of the user were found
                                                          in public
      run 2  2026-11-02 00:00  resolved  fail (critical)  the user `ines.patel` is gone or has another name
    ");
}

#[test]
fn the_store_in_numbers() {
    let info = document("store info");
    let open = document("findings")["summary"]["findings"].clone();
    assert_eq!(
        (&info["findings"]["open"], &info["runs"]["complete"], &info["last_run"]["number"]),
        (&open, &2.into(), &2.into())
    );
    let ran = on_two_nights("store check").run();
    insta::assert_snapshot!(ran.said(), @"
    exit 0
    store `demo.db` checked, nothing wrong
    ");
    assert_eq!(ran.stdout, "");
}

#[test]
fn all_that_the_store_holds_as_json_lines() {
    let lines = written("store export").stdout;
    assert!(lines.lines().count() > 1_000);
    assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok_and(|value| value.is_object())));
    let ran = on_two_nights("store export --output all.jsonl").run();
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert_eq!(ran.stderr, format!("{} lines written to all.jsonl\n", thousands(lines.lines().count())));
    assert_eq!(ran.read("all.jsonl").unwrap(), lines);
}

/// A number of less than a million, as it is printed.
fn thousands(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

#[test]
fn what_is_old_is_removed_and_what_is_open_stays() {
    let count = |ran: &Ran| ran.json()["summary"]["findings"].as_u64().unwrap();
    let open = count(&written("findings --format json"));
    // The nights of the demo may be before or after today.
    let dry = on_two_nights("store prune --older-than 0d --dry-run").run();
    let would = dry.stdout.replace("would be removed", "removed");
    let after = dry.then("findings --status resolved --format json").env("KEYSWEEP_STORE", "demo.db").run();
    let resolved = count(&after);
    assert!(resolved > 0);
    let pruned = after.then("store prune --older-than 0d").env("KEYSWEEP_STORE", "demo.db").run();
    assert_eq!((pruned.code, pruned.stdout.as_str()), (0, would.as_str()));
    let listed = pruned.then("findings --format json").env("KEYSWEEP_STORE", "demo.db").run();
    assert_eq!(count(&listed), open);
    let checked = listed.then("store check --store demo.db").run();
    assert_eq!(checked.code, 0, "{}", checked.stdout);
}

#[test]
fn the_store_may_be_named_in_the_configuration_file_and_is_relative_to_it() {
    let run = keysweep("runs list --config settings/keysweep.yaml").file("settings/keysweep.yaml", "store: demo.db\n");
    fs::copy(on_two_nights("").path("demo.db"), run.path("settings/demo.db")).unwrap();
    let ran = run.run();
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 3), "{}", ran.stderr);
}

#[test]
fn the_lists_of_policies_and_exemptions_are_documents_too() {
    let policies = keysweep("policy list --format json").run().json();
    assert_eq!(policies["schema"], "keysweep.policies/v1");
    let max_age = policies["policies"].as_array().unwrap().iter().find(|policy| policy["id"] == "access-key-max-age");
    assert_eq!(max_age.unwrap()["params"]["max_age_days"], 90);
    let register = "- { id: EX-1, policy: access-key-max-age, user: svc-*, reason: agreed, owner: platform, approved_on: 2026-01-01, expires: 2026-03-01 }\n";
    let exemptions = keysweep("exemptions list --format json").file("exemptions.yaml", register).run().json();
    assert_eq!(exemptions["schema"], "keysweep.exemptions/v1");
    assert_eq!(
        (&exemptions["exemptions"][0]["user"], &exemptions["exemptions"][0]["expires"]),
        (&"svc-*".into(), &"2026-03-01T00:00:00Z".into())
    );
}

#[test]
fn a_reader_that_stops_early_causes_no_error() {
    for arguments in
        ["findings --all", "findings --format json", "findings --format csv", "store export", "diff --format json"]
    {
        let said = on_two_nights(arguments).start().without_reader().said();
        assert_eq!(said, "exit 0\n", "{arguments}");
    }
}
