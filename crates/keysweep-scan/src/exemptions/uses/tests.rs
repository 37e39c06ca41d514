//! Tests of what exemptions come to.

use super::*;

const NOW: Timestamp = Timestamp::constant(1_772_366_400, 0); // 2026-03-01T12:00:00Z

/// The problems of an exemption that ends at `expires` and is about `matched` of 10 judgements.
fn problems(expires: &str, matched: u64, max_share: Option<u8>, scope: &Scope) -> String {
    let text = format!(
        "- {{ id: E1, policy: p, account: \"111122223333\", reason: r, owner: o, expires: {expires}, \
         approved_on: 2026-01-01 }}"
    );
    let register = Register::parse("exemptions.yaml", &text, NOW, 365).unwrap();
    let policy = "//! id: p\n//! title: T\n//! description: D\n//! severity: low\n//! resource: user\n//! remedy: none\n\
                  fn check(_it, _params) { pass() }\n";
    let policies = [Policy::compile("test", policy).unwrap()];
    let counts = [StatusCounts { pass: 6, fail: 1, exempt: 3, ..StatusCounts::default() }];
    let options = ExemptionOptions { register, max_share };
    uses(&options, &policies, &[matched], &counts, scope, NOW).remove(0).problems.join("; ")
}

fn scope(is_whole: bool, accounts: Option<&[&str]>) -> Scope {
    let accounts = accounts.map(|ids| ids.iter().map(|id| id.parse().unwrap()).collect());
    Scope { is_whole, accounts }
}

#[test]
fn whoever_keeps_the_register_hears_of_what_is_wrong_with_it() {
    let whole = scope(true, Some(&["111122223333"]));
    assert_eq!(problems("2026-09-01", 3, Some(30), &whole), "");
    assert_eq!(problems("2026-09-01", 0, None, &whole), "it matched no violation");
    assert_eq!(
        problems("2026-09-01", 3, Some(29), &whole),
        "it exempts 3 of 10 that its policies judged, which is more than 29 percent"
    );
    assert_eq!(problems("2026-02-01", 0, None, &whole), "it expired on 2026-02-01");
    assert_eq!(
        problems("2026-02-01", 2, None, &whole),
        "it expired on 2026-02-01: 2 violations that it would exempt are reported"
    );
    assert_eq!(
        problems("2026-09-01", 1, None, &scope(true, Some(&["999922223333"]))),
        "account 111122223333 is not in the organization"
    );
}

#[test]
fn a_part_of_the_organization_tells_nothing_of_what_is_not_there() {
    assert_eq!(problems("2026-09-01", 0, None, &scope(false, None)), "");
}
