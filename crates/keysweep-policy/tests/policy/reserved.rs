//! What a script must not name or set, because Rhai would take it for something else than its reader does.

use crate::support::{complaints, refused};

#[test]
fn what_a_policy_is_asked_about_is_never_set() {
    let bodies = [
        "key = 5;",
        "params = 5;",
        "key += 1;",
        "key.user = 5;",
        "key.user.name = \"x\";",
        "params.limit = 5;",
        "params[\"limit\"] = 5;",
        "[1].for_each(|n| { key = n; });",
        "[1].for_each(|n| { key.age_days = n; });",
        "let user = key.user; user = 5; user.name;",
    ];
    let said = bodies.map(|body| format!("{body}  {}", complaints(&format!("{body} pass()"))));
    insta::assert_snapshot!(said.join("\n"), @r#"
    key = 5;  `key` cannot be changed: a policy only judges
    params = 5;  `params` cannot be changed: a policy only judges
    key += 1;  `key` cannot be changed: a policy only judges
    key.user = 5;  no part of `key` can be changed: a policy only judges
    key.user.name = "x";  no part of `key` can be changed: a policy only judges
    params.limit = 5;  no part of `params` can be changed: a policy only judges
    params["limit"] = 5;  no part of `params` can be changed: a policy only judges
    [1].for_each(|n| { key = n; });  `key` cannot be changed: a policy only judges
    [1].for_each(|n| { key.age_days = n; });  no part of `key` can be changed: a policy only judges
    let user = key.user; user = 5; user.name;  compiled
    "#);
}

#[test]
fn no_function_has_a_name_of_the_language() {
    let heads = [
        "fn fail(message)",
        "fn pass()",
        "fn exempt(a, b, c)",
        "fn matches(text, pattern)",
        "fn tag(name)",
        "fn len(list)",
        "fn type_of(x)",
        "fn int.lim(k)",
        "fn string.lim(k)",
        "private fn days(n)",
        "fn lim(k)",
        "fn age_days(k)",
    ];
    let said = heads.map(|head| {
        let all = refused(&format!("fn check(key, params) {{ fail(\"x\") }}\n{head} {{ fail(\"y\") }}"));
        format!("{head}  {}", all.lines().next().unwrap_or_default())
    });
    insta::assert_snapshot!(said.join("\n"), @"
    fn fail(message)  error[reserved-name]: the language has a function `fail` already
    fn pass()  error[reserved-name]: the language has a function `pass` already
    fn exempt(a, b, c)  error[reserved-name]: the language has a function `exempt` already
    fn matches(text, pattern)  error[reserved-name]: the language has a function `matches` already
    fn tag(name)  error[reserved-name]: the language has a function `tag` already
    fn len(list)  error[reserved-name]: the language has a function `len` already
    fn type_of(x)  error[not-in-language]: `type_of` is not part of the policy language
    fn int.lim(k)  error[not-in-language]: `lim` is for one type of value, which is not part of the policy language
    fn string.lim(k)  error[not-in-language]: `lim` is for one type of value, which is not part of the policy language
    private fn days(n)  error[reserved-name]: the language has a function `days` already
    fn lim(k)  compiled
    fn age_days(k)  compiled
    ");
}
