//! Tests of whole pages: how they read, that they stay short, that they fit, and that no text from outside steers the terminal.

mod recorded;
mod widths;
mod world;

use keysweep_model::{AccountState, RoleCheck, Severity, Status, escaped, is_unseen};
use keysweep_report::{AccountList, AccountRow, Scope};
use proptest::prelude::*;

use self::world::Scanned;
use super::{View, accounts, text};

const PLAIN: View = View { width: 100, color: false, all: false };
/// Names with what `any::<String>()` never makes: control and invisible characters.
const UNRULY: &str = "[\\x00-\\x9f\\u{200b}-\\u{202e}\\u{115f}\\u{3164}\\u{34f}\\u{e0041}é名]{0,40}";
/// A name that tries to clear the screen, set the title, go back in the line, reverse text and hide.
const EVIL: &str = "a\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{200b}\nb";

#[test]
fn nothing_found() {
    insta::assert_snapshot!(world::empty().page(&PLAIN), @"
    API CALLS  0

    RESULT     no violations

    COVERAGE   2 of 2 accounts scanned, 0 failed, 0 skipped

    TOTAL      2 accounts, 12 users, 9 access keys: 0 violations, 0 unknown, 0 in error, 0 exempt, 0
               passed; took 4.2 s
    ");
}

#[test]
fn nothing_found_is_not_said_of_what_was_not_read() {
    let mut scanned = world::empty();
    scanned.result.coverage = world::rich().result.coverage;
    let page = scanned.page(&PLAIN);
    insta::assert_snapshot!(page.lines().find(|line| line.starts_with("RESULT")).unwrap(), @"RESULT     no violations in what could be judged");
}

#[test]
fn users_that_are_gone_or_renamed_are_in_the_total() {
    let mut scanned = world::empty();
    (scanned.result.summary.users_gone, scanned.result.summary.users_renamed) = (3, 1);
    let page = scanned.page(&PLAIN);
    assert!(page.contains("2 accounts, 12 users (3 gone, 1 renamed since the report), 9 access keys: "), "{page}");
    scanned.result.summary.users_gone = 0;
    assert!(scanned.page(&PLAIN).contains("12 users (1 renamed since the report), 9 access keys: "));
}

#[test]
fn judged_as_of_another_day() {
    let mut scanned = world::empty();
    scanned.result.run.as_of = "2027-03-01T00:00:00Z".parse().unwrap();
    insta::assert_snapshot!(scanned.page(&PLAIN).lines().next().unwrap(), @"AS OF      2027-03-01T00:00:00Z, not the time of the scan");
}

#[test]
fn something_of_everything() {
    insta::assert_snapshot!(world::rich().page(&PLAIN), @"
    EXEMPT     7 violations exempted
      access-key-max-age  6 in 2 accounts  service accounts rotate yearly
      access-key-unused   1 in 1 account   the vendor uses it once a year (exemption EX-17)

    REGISTER   1 exemption of the register to look at
      EX-3  owner billing  it expired on 2026-10-31; it matched nothing

    UNKNOWN    8 judgements in 2 accounts not made, as facts could not be read: not a pass
      8 unknown  access keys could not be read: iam:ListAccessKeys was denied (AccessDenied): User:
                 arn:aws:sts::<account>:assumed-role/Audit/keysweep is not authorized to perform:
                 iam:ListAccessKeys on resource: user <user>
          asked by access-key-max-age (4), access-key-unused (4)
          000000000012  archive  svc-1  -
          ... and 3 more: --all shows each

    ERROR      1 judgement in 1 account not made, as the policy failed: not a pass
      1 error  policies/contractor-keys.rhai:14:9: property `age` is unknown: did you mean `age_days`?
          asked by contractor-keys
          333344445555  sandbox-ana  temp-rk  AKIA0000000000000002

    API CALLS  1,047: organizations 0 (0 throttled), sts 6 (0 throttled), iam 1,041 (12 throttled in 1
               account, 1.5 s waited)

    VIOLATIONS 19 in 5 accounts; --all shows each
      SEVERITY  POLICY                    VIOLATIONS  ACCOUNTS
      high      access-key-unused                  3         3
      medium    access-key-max-age                14         5
      medium    root-access-key                    1         1
      low       single-active-access-key           1         1

    ACCOUNTS   with the most violations
      222233334444  data-platform  5 violations (1 high, 3 medium, 1 low)
      111122223333  payments-prod  4 violations (1 high, 3 medium)
      333344445555  sandbox-ana    4 violations (1 high, 3 medium)
      444455556666  erp            4 violations (4 medium)
      000000000012  archive        2 violations (2 medium)

    COVERAGE   5 of 9 accounts scanned, 3 failed, 1 skipped
      2 failed  assume role: the role `arn:aws:iam::<account>:role/OrganizationAccountAccessRole` could
                not be assumed (AccessDenied): it does not exist, or does not trust the caller
          555566667777  acquired-startup
          666677778888  labs
      1 failed  read users: iam:ListUsers was throttled 10 times in a row
          777788889999  dr
      1 skipped  state: the account is SUSPENDED
          888899990000  closed-2024
      1 noted  the users were read one by one: the credential report was not ready after 120 seconds
          333344445555  sandbox-ana

    PARTIAL    5 accounts, 12 users, 9 access keys: 19 violations (3 high, 15 medium, 1 low), 8 unknown,
               1 in error, 7 exempt, 2,900 passed; took 4.2 s
    ");
}

#[test]
fn severities_and_what_is_unknown_are_coloured_and_nothing_changes_but_color() {
    let colored = world::rich().page(&View { color: true, ..PLAIN });
    let labels: Vec<_> = colored.lines().filter(|line| line.starts_with('\u{1b}')).collect();
    insta::assert_snapshot!(labels.join("\n").replace('\u{1b}', "␛"), @"
    ␛[1mEXEMPT␛[0m     ␛[1m7 violations exempted␛[0m
    ␛[1mREGISTER␛[0m   ␛[1m1 exemption of the register to look at␛[0m
    ␛[1m␛[7mUNKNOWN␛[0m    ␛[1m8 judgements in 2 accounts not made, as facts could not be read: not a pass␛[0m
    ␛[1m␛[7mERROR␛[0m      ␛[1m1 judgement in 1 account not made, as the policy failed: not a pass␛[0m
    ␛[1mAPI CALLS␛[0m  1,047: organizations 0 (0 throttled), sts 6 (0 throttled), iam 1,041 (12 throttled in 1
    ␛[1mVIOLATIONS␛[0m ␛[1m19 in 5 accounts; --all shows each␛[0m
    ␛[1mACCOUNTS␛[0m   ␛[1mwith the most violations␛[0m
    ␛[1m␛[7mCOVERAGE␛[0m   ␛[1m5 of 9 accounts scanned, 3 failed, 1 skipped␛[0m
    ␛[1m␛[7mPARTIAL␛[0m    ␛[1m5 accounts, 12 users, 9 access keys: 19 violations (3 high, 15 medium, 1 low), 8 unknown,␛[0m
    ");
    assert_eq!(without_color(&colored), world::rich().page(&PLAIN));
}

/// The text without `ESC [ ... m`.
fn without_color(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('m').unwrap().1)
}

#[test]
fn ten_thousand_violations_fit_on_one_screen_and_all_are_counted() {
    let page = world::large(10_000).page(&PLAIN);
    assert!(page.lines().count() < 60, "{} lines:\n{page}", page.lines().count());
    let counted: Vec<_> =
        page.lines().filter(|line| line.contains("violations") || line.contains("judgements")).collect();
    insta::assert_snapshot!(counted.join("\n"), @"
    EXEMPT     5,000 violations exempted
    UNKNOWN    5,000 judgements in 485 accounts not made, as facts could not be read: not a pass
      ... and 37 more reasons for 4,625 judgements: --all shows each
    ACCOUNTS   with the most violations
      000000000012  archive        80 violations (27 high, 27 medium, 26 low)
      111122223333  payments-prod  80 violations (26 high, 27 medium, 27 low)
      222233334444  data-platform  80 violations (27 high, 27 medium, 26 low)
      333344445555  sandbox-ana    80 violations (27 high, 26 medium, 27 low)
      444455556666  erp            80 violations (26 high, 27 medium, 27 low)
    PARTIAL    2 accounts, 12 users, 9 access keys: 10,000 violations (3,333 high, 3,334 medium, 3,333
    ");
}

#[test]
fn all_shows_every_finding_and_every_account() {
    let scanned = world::large(500);
    let page = scanned.page(&View { all: true, ..PLAIN });
    let missing: Vec<_> = scanned
        .findings
        .iter()
        .map(|finding| (world::user_of(finding), finding.resource_id.as_deref().unwrap()))
        .filter(|(user, key)| !page.lines().any(|line| line.contains(&format!("{user} ")) && line.contains(key)))
        .collect();
    assert_eq!(missing, []);
    assert!(scanned.result.coverage.failed.iter().all(|gap| page.contains(&gap.account_name)));
    assert!(!page.contains("--all"));
}

#[test]
fn few_violations_are_shown_one_by_one_and_many_are_counted() {
    let shown = |violations: usize| {
        let mut scanned = world::empty();
        scanned.findings = (0..violations)
            .map(|index| world::fail("access-key-max-age", 0, &format!("u{index}"), "age_days", 5))
            .collect();
        world::counted(scanned).page(&PLAIN).matches("AKIA").count()
    };
    assert_eq!([10, 11].map(shown), [10, 0]);
}

#[test]
fn the_most_severe_policies_are_shown_and_the_rest_is_counted() {
    let mut scanned = world::empty();
    for policy in 0..20 {
        for user in 0..=policy {
            let mut finding = world::fail(&format!("policy-{policy}"), 0, &format!("u{user}"), "age_days", 5);
            finding.severity = if policy < 3 { Severity::Critical } else { Severity::Low };
            scanned.findings.push(finding);
        }
    }
    let page = world::counted(scanned).page(&PLAIN);
    let table: Vec<_> =
        page.lines().skip_while(|line| !line.starts_with("VIOL")).take_while(|line| !line.is_empty()).collect();
    insta::assert_snapshot!(table.join("\n"), @"
    VIOLATIONS 210 in 1 account; --all shows each
      SEVERITY  POLICY     VIOLATIONS  ACCOUNTS
      critical  policy-2            3         1
      critical  policy-1            2         1
      critical  policy-0            1         1
      low       policy-19          20         1
      low       policy-18          19         1
      low       policy-17          18         1
      low       policy-16          17         1
      low       policy-15          16         1
      low       policy-14          15         1
      low       policy-13          14         1
      low       policy-12          13         1
      low       policy-11          12         1
      low       policy-10          11         1
      low       policy-9           10         1
      low       policy-8            9         1
      low       policy-7            8         1
      ... and 22 violations of 4 more policies: --all shows each
    ");
}

#[test]
fn the_accounts_with_the_most_violations_come_first() {
    let mut scanned = world::empty();
    for (account, severity, violations) in
        [(0, Severity::High, 2), (1, Severity::Low, 1_500), (2, Severity::Critical, 3), (2, Severity::Low, 4)]
    {
        for user in 0..violations {
            let mut finding = world::fail("access-key-max-age", account, &format!("u{user}"), "age_days", 5);
            finding.severity = severity;
            scanned.findings.push(finding);
        }
    }
    let page = world::counted(scanned).page(&PLAIN);
    let table: Vec<_> =
        page.lines().skip_while(|line| !line.starts_with("ACCOUNTS")).take_while(|line| !line.is_empty()).collect();
    insta::assert_snapshot!(table.join("\n"), @"
    ACCOUNTS   with the most violations
      222233334444  data-platform  1,500 violations (1,500 low)
      333344445555  sandbox-ana    7 violations (3 critical, 4 low)
      111122223333  payments-prod  2 violations (2 high)
    ");
}

#[test]
fn the_longest_idle_come_first_and_those_without_days_last() {
    let mut scanned = world::empty();
    let days = [("b", "key.idle_days", 50), ("c", "age_days", 900), ("a", "other", 5_000), ("d", "idle_days", 50)];
    scanned.findings = days.map(|(user, name, days)| world::fail("access-key-unused", 0, user, name, days)).into();
    let page = scanned.page(&PLAIN);
    let users: Vec<_> =
        page.lines().filter(|line| line.contains("AKIA")).filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(users, ["c", "b", "d", "a"]);
}

#[test]
fn text_from_aws_cannot_steer_the_terminal() {
    let mut scanned = evil(EVIL);
    scanned.findings.truncate(1);
    insta::assert_snapshot!(scanned.page(&View { width: 200, ..PLAIN }), @r"
    MEDIUM     access-key-max-age: 1 violation in 1 account
               a\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{200b}\nb
      111122223333  a\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{200b}\nb  a\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{200b}\nb  AKIA0000000000000000
          a\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{200b}\nb

    REGISTER   1 exemption of the register to look at
      EX-3  owner billing  it expired on 2026-10-31; it matched nothing

    API CALLS  1: organizations 0 (0 throttled), sts 0 (0 throttled), iam 0 (12 throttled in 1 account, 1.5 s waited)

    VIOLATIONS 1 in 1 account
      SEVERITY  POLICY              VIOLATIONS  ACCOUNTS
      medium    access-key-max-age           1         1

    ACCOUNTS   with the most violations
      111122223333  a\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{200b}\nb  1 violation (1 medium)

    COVERAGE   5 of 9 accounts scanned, 3 failed, 1 skipped
      2 failed  assume role: a\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{200b}\nb
          555566667777  a\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{200b}\nb
          666677778888  a\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{200b}\nb
      1 failed  read users: a\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{200b}\nb
          777788889999  a\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{200b}\nb
      1 skipped  state: a\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{200b}\nb
          888899990000  a\u{1b}[2J\u{1b}]0;title\u{7}\r\u{8}\u{9b}31m\u{202e}\u{200b}\nb
      1 noted  the users were read one by one: the credential report was not ready after 120 seconds
          333344445555  sandbox-ana

    PARTIAL    5 accounts, 12 users, 9 access keys: 19 violations (3 high, 15 medium, 1 low), 8 unknown, 1 in error, 7 exempt, 2,900 passed; took 4.2 s
    ");
}

/// A result in which every text from outside is `text`.
fn evil(text: &str) -> Scanned {
    let mut scanned = world::rich();
    for finding in &mut scanned.findings {
        finding.account_name = text.to_owned();
        finding.user_name = text.parse().ok().or_else(|| finding.user_name.clone());
        finding.resource_arn = text.to_owned();
        finding.message = text.to_owned();
    }
    for gap in scanned.result.coverage.failed.iter_mut().chain(&mut scanned.result.coverage.skipped) {
        gap.account_name = text.to_owned();
        gap.reason = text.to_owned();
    }
    for policy in &mut scanned.result.policies {
        policy.title = text.to_owned();
    }
    scanned.result.api_calls.by_action = [(text.to_owned(), 1)].into();
    scanned
}

fn account_list(name: &str, reason: &str) -> AccountList {
    let row = |id: &str, name: &str, scope, role| AccountRow {
        id: id.parse().unwrap(),
        name: name.to_owned(),
        ou_path: Some(format!("Root/Workloads/{name}")),
        state: AccountState::Active,
        scope,
        role,
    };
    let denied = "the role `arn:aws:iam::222233334444:role/Audit` could not be assumed (AccessDenied)";
    let accounts = vec![
        row("111122223333", "payments-prod", Scope::In, RoleCheck::Assumed),
        row("222233334444", name, Scope::In, RoleCheck::Failed { reason: denied.to_owned() }),
        AccountRow {
            state: AccountState::Suspended,
            ou_path: None,
            ..row("000000000012", "", out(reason), RoleCheck::NotTried)
        },
    ];
    let problems = vec![format!("no account is left to scan: {name}")];
    AccountList { accounts, problems, notes: vec![format!("--exclude-account has no effect: {name}")] }
}

fn out(reason: &str) -> Scope {
    Scope::Out { reason: reason.to_owned() }
}

#[test]
fn the_accounts_with_their_roles() {
    let list = account_list("data-platform", "the account is SUSPENDED");
    insta::assert_snapshot!(accounts(&list, &View { width: 120, ..PLAIN }), @"
    ACCOUNT       NAME           OU PATH                       STATE      SCOPE AND ROLE
    111122223333  payments-prod  Root/Workloads/payments-prod  ACTIVE     in scope, role ok
    222233334444  data-platform  Root/Workloads/data-platform  ACTIVE     in scope, ROLE FAILED: the role
                                                                          `arn:aws:iam::222233334444:role/Audit` could not
                                                                          be assumed (AccessDenied)
    000000000012  -              -                             SUSPENDED  out of scope: the account is SUSPENDED

    PROBLEM    no account is left to scan: data-platform

    NOTE       --exclude-account has no effect: data-platform

    TOTAL      3 accounts: 2 in scope, 1 out of scope; 1 with the role ok, 1 with the role failed
    ");
}

#[test]
fn the_accounts_in_a_narrow_terminal() {
    insta::assert_snapshot!(accounts(&account_list("data-platform", "the account is SUSPENDED"), &View { width: 60, ..PLAIN }), @"
    111122223333  payments-prod  Root/Workloads/payments-prod
        ACTIVE
        in scope, role ok
    222233334444  data-platform  Root/Workloads/data-platform
        ACTIVE
        in scope, ROLE FAILED: the role
        `arn:aws:iam::222233334444:role/Audit` could not be
        assumed (AccessDenied)
    000000000012  -              -
        SUSPENDED
        out of scope: the account is SUSPENDED

    PROBLEM    no account is left to scan: data-platform

    NOTE       --exclude-account has no effect: data-platform

    TOTAL      3 accounts: 2 in scope, 1 out of scope; 1 with
               the role ok, 1 with the role failed
    ");
}

#[test]
fn the_accounts_whose_roles_were_not_tried() {
    let mut list = account_list("data-platform", "excluded by --exclude-account");
    list.accounts.iter_mut().for_each(|row| row.role = RoleCheck::NotTried);
    (list.problems, list.notes) = (Vec::new(), Vec::new());
    insta::assert_snapshot!(accounts(&list, &PLAIN), @"
    ACCOUNT       NAME           OU PATH                       STATE      SCOPE
    111122223333  payments-prod  Root/Workloads/payments-prod  ACTIVE     in scope
    222233334444  data-platform  Root/Workloads/data-platform  ACTIVE     in scope
    000000000012  -              -                             SUSPENDED  out of scope: excluded by
                                                                          --exclude-account

    TOTAL      3 accounts: 2 in scope, 1 out of scope
    ");
}

/// Whether a line that is too wide holds what must not be broken and could not have stood elsewhere in less room.
fn is_excused(line: &str, width: usize, names: &[&str]) -> bool {
    // The furthest that anything stands in from the left, where wrapped text hangs below a long lead.
    let indent = 24;
    let unbreakable = |part: &str| text::width(part) + indent > width;
    names.iter().any(|name| line.contains(name) && unbreakable(name)) || line.split(' ').any(unbreakable)
}

proptest! {
    #[test]
    fn no_line_is_wider_than_the_terminal_but_for_what_must_not_be_broken(
        name in UNRULY, width in 40usize..220, all in any::<bool>()
    ) {
        let view = View { width, color: false, all };
        let shown = escaped(&name);
        for page in [evil(&name).page(&view), world::rich().page(&view), accounts(&account_list(&name, &name), &view)] {
            for line in page.lines() {
                let fits = text::width(line) <= width;
                prop_assert!(fits || is_excused(line, width, &[&shown]), "{width} columns: {line}");
            }
        }
    }

    #[test]
    fn no_control_character_but_newline_survives(name in UNRULY, width in 0usize..220, all in any::<bool>()) {
        let view = View { width, color: false, all };
        for page in [evil(&name).page(&view), accounts(&account_list(&name, &name), &view)] {
            prop_assert!(!page.chars().any(|c| is_unseen(c) && c != '\n'));
            prop_assert!(page.ends_with('\n'));
            prop_assert!(page.lines().all(|line| line.trim_end_matches(' ') == line), "a trailing space in {page}");
        }
    }

    #[test]
    fn ids_stand_whole_in_every_width(width in 0usize..220) {
        let scanned = world::rich();
        let page = scanned.page(&View { width, color: false, all: true });
        for finding in scanned.findings.iter().filter(|finding| finding.status == Status::Fail) {
            let user = finding.user_name.as_ref().map_or("(root user)", |name| name.as_str());
            prop_assert!(page.contains(finding.resource_id.as_deref().unwrap_or("-")) && page.contains(user));
        }
    }
}
