//! Lists of findings: filters, groups, formats and files.

use serde_json::Value;

use super::{document, headings, on_two_nights, written};

/// How many findings match.
fn count(filters: &str) -> u64 {
    let document = document(&format!("findings {filters}"));
    let count = document["summary"]["findings"].as_u64().unwrap();
    assert_eq!(document["findings"].as_array().unwrap().len() as u64, count, "{filters}");
    count
}

#[test]
fn the_worst_come_first_and_the_rest_is_counted() {
    let page = written("findings --limit 4").stdout;
    let (list, total) = page.split_once("\nTOTAL ").unwrap();
    insta::assert_snapshot!(headings(list), @"
    CRITICAL   1 open finding

    HIGH       46 open findings
      ... and 473 more: --all shows each
    ");
    let worst: Vec<_> = list.lines().skip(1).take(2).map(str::trim).collect();
    insta::assert_snapshot!(worst[0], @"access-key-quarantined  502759273019  security-audit  svc-fraud-reader  AKIAXKDWJWI554AGBRMP");
    assert!(
        worst[1].contains(" d: AWS has quarantined its user: credentials of the user were found in public"),
        "{list}"
    );
    assert!(list.contains("; owner data@example.com"), "{list}");
    assert!(total.contains("477 open findings (1 critical, 46 high, 317 medium, 113 low), the oldest "), "{total}");
    let page = written("findings").stdout;
    assert!(page.lines().count() < 200, "{} lines", page.lines().count());
    assert!(page.contains("more: --all shows each") && !written("findings --all").stdout.contains("--all"));
}

#[test]
fn every_filter_narrows_the_list_to_what_it_says() {
    let all = document("findings");
    let findings = all["findings"].as_array().unwrap();
    let with = |key: &str, value: &str| findings.iter().filter(|finding| finding[key] == value).count() as u64;
    let first = &findings[0];
    let text = |key: &str| first[key].as_str().unwrap();
    assert_eq!(count(&format!("--policy {}", text("policy"))), with("policy", text("policy")));
    assert_eq!(count(&format!("--account {}", text("account_id"))), with("account_id", text("account_id")));
    let (high, low) = (with("severity", "high"), with("severity", "low"));
    assert_eq!(
        [count("--severity high"), count("--severity high,low"), count("--severity high --severity low")],
        [high, high + low, high + low]
    );
    let owned = findings.iter().find_map(|finding| finding["owner"].as_str()).unwrap();
    assert_eq!(count(&format!("--owner {owned}")), with("owner", owned));
    let staging = with("ou_path", "Root/Workloads/Staging");
    assert!(staging > 0);
    assert_eq!(
        ["--ou Root/Workloads", "--ou Root/Workloads/Staging/", "--ou Root/Work"].map(count),
        [staging, staging, 0]
    );
    assert_eq!(count("--ou Root"), findings.len() as u64);
    assert_eq!(count("--policy no-such-policy"), 0);
}

#[test]
fn findings_are_chosen_by_where_they_stand_and_since_when() {
    let [open, resolved, exempt, all] =
        ["open", "resolved", "exempt", "all"].map(|it| count(&format!("--status {it}")));
    assert_eq!(open + resolved + exempt, all);
    let diff = document("diff");
    let new = diff["summary"]["changes"]["new"].as_u64().unwrap();
    assert!(new > 0 && resolved > 0);
    assert_eq!(count("--since 2026-11-02"), new);
    assert_eq!(count("--status resolved --since 2026-11-02T00:00:00Z"), resolved);
    assert_eq!(count("--since 2026-11-03"), 0);
    // The nights of the demo are less than a hundred years ago.
    assert_eq!(count("--older-than 5200w"), 0);
}

#[test]
fn groups_count_all_that_match() {
    let lines = written("findings --group-by ou --format csv").stdout;
    let without_oldest: Vec<_> = lines.lines().map(|line| line.rsplit_once(',').unwrap().0).collect();
    insta::assert_snapshot!(without_oldest.join("\n"), @"
    ou,label,findings,critical,high,medium,low,info
    Root/Workloads/Staging,,238,0,20,151,67,0
    Root/Sandbox,,140,0,15,99,26,0
    Root/Security,,99,1,11,67,20,0
    ");
    for by in ["owner", "ou", "account", "policy"] {
        let grouped = document(&format!("findings --group-by {by}"));
        let groups = grouped["groups"].as_array().unwrap();
        let sum: u64 = groups.iter().map(|group| group["findings"].as_u64().unwrap()).sum();
        assert_eq!(
            (Value::from(sum), &grouped["findings"], &grouped["group_by"]),
            (grouped["summary"]["findings"].clone(), &Value::Null, &by.into())
        );
        let lines = written(&format!("findings --group-by {by} --format csv")).stdout;
        assert_eq!(
            (lines.lines().count(), lines.starts_with(&format!("{by},label,findings,critical,"))),
            (groups.len() + 1, true)
        );
        let few = document(&format!("findings --group-by {by} --limit 1"));
        assert_eq!(few["groups"].as_array().unwrap(), &groups[..1]);
    }
}

#[test]
fn csv_has_a_line_for_each_finding() {
    let lines = written("findings --format csv").stdout;
    let all = document("findings");
    let ids: Vec<_> = all["findings"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    let cells: Vec<_> = lines.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(cells, ids);
    assert!(lines.starts_with("id,policy,policy_title,state,status,severity,"));
    assert_eq!(written("findings --format csv --limit 3").stdout.lines().count(), 4);
}

#[test]
fn a_list_goes_to_a_file_and_never_over_the_store() {
    let ran = on_two_nights("findings --format csv --output findings.csv").run();
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", "written to findings.csv\n"));
    assert_eq!(ran.read("findings.csv").unwrap(), written("findings --format csv").stdout);
    for output in ["demo.db", "./demo.db", "demo.db-wal"] {
        let ran = on_two_nights(&format!("findings --output {output}")).run();
        assert_eq!((ran.code, ran.stderr.contains("would overwrite")), (2, true), "{}", ran.stderr);
    }
    insta::assert_snapshot!(on_two_nights("store export --output demo.db").run().said(), @"
    exit 2
    error: `--output demo.db` would overwrite `demo.db`, which this command reads
    hint: write to another file
    ");
}
