//! Native functions on the values at the ends of their ranges: none panics.

use keysweep_policy::Policy;

use crate::{
    hostile::same_on_all_machines,
    support::{file, first_error, judge, show, user},
};

#[test]
fn native_functions_do_not_panic() {
    const LEAST: &str =
        "let least = -9223372036854775807 - 1; let s = \"hä\"; let l = [1, 2]; let most = 9223372036854775807;";
    let scripts = [
        "least.abs()",
        "-least",
        "least / -1",
        "least % -1",
        "1 / 0",
        "1 % 0",
        "most + 1",
        "most * 2",
        "2 ** 64",
        "2 ** -1",
        "2 ** most",
        "least.to_string()",
        "most.to_hex()",
        "most.to_float().to_int()",
        "1.0e300.to_int()",
        "(0.0 / 0.0).to_int()",
        "(1.0 / 0.0).to_int()",
        "parse_int(\"x\")",
        "parse_int(\"9\", 99)",
        "parse_int(\"9\", 1)",
        "parse_int(\"9\", least)",
        "parse_int(\"9\", 8)",
        "parse_float(\"x\")",
        "(-1.0).sqrt()",
        "s[2]",
        "s[least]",
        "s[most]",
        "s.sub_string(least, most)",
        "s.sub_string(most, most)",
        "s.sub_string(1, least)",
        "s.crop(least, most)",
        "s.crop(most)",
        "s.truncate(least)",
        "s.index_of(\"h\", least)",
        "s.index_of('h', most)",
        "s.split(least)",
        "s.split(1)",
        "s.pad(least, 'x')",
        "s.get(least)",
        "s.set(most, 'x')",
        "s.set(least, 'x')",
        "s.pop(most)",
        "s.pop(least)",
        "s.chars(least, most)",
        "s.split(\"\")",
        "s.split(\"\", most)",
        "s.split_rev(\"\", least)",
        "s.remove(\"\")",
        "l[most]",
        "l[least]",
        "l[5] = 1",
        "l.get(least)",
        "l.set(most, 1)",
        "l.insert(least, 1)",
        "l.remove(most)",
        "l.remove(least)",
        "l.truncate(least)",
        "l.chop(least)",
        "l.splice(least, most, [1])",
        "l.splice(most, most, [1])",
        "l.splice(1..-5, [1])",
        "l.extract(least, most)",
        "l.extract(most..least)",
        "l.split(least)",
        "l.split(most)",
        "l.pad(least, 1)",
        "[].pop()",
        "[].shift()",
        "l.sort(|a, b| \"x\")",
        "[1, \"a\"].sort()",
        "[key, key].sort()",
        "range(0, 10, 0)",
        "range(0.0, 1.0, 0.0)",
        "range(most, least, 1)",
        "for i in range(most - 1, most, 5) { }",
        "for i in least..most { break; }",
        "for b in bits(1, least, most) { }",
        "most.bits(99)",
        "s.bytes",
        "#{ a: 1 }.b",
        "#{ a: 1 }[\"b\"]",
        "#{ a: 1 }.get(\"b\")",
        "#{ a: 1 }.remove(\"b\")",
        "().x",
        "days(most)",
        "hours(least)",
        "now() + days(100000000)",
        "now() - days(10000000)",
        "date(\"\")",
        "date(\"-009999-01-01\")",
        "date(\"9999-12-31T23:59:59.999999999Z\") + hours(1)",
        "days_between(date(\"-009998-01-01\"), date(\"9999-12-30\"))",
        "(date(\"9999-01-01\") - date(\"-009998-01-01\")).days",
        "'x' + least",
        "s - 'h'",
        "s * 3",
        "l - [1]",
        "l + 1",
        "s + l",
        "least.sign()",
        "s.to_chars()",
        "s.make_upper()",
        "(\"a\"..\"b\")",
        "1..\"b\"",
        "max(1, \"a\")",
        "min(\"a\", 1)",
        "max(\"a\", \"b\")",
        "5.max(3)",
        "true + 1",
        "s.is_empty",
        "l.is_empty",
        "l.len",
        "l.find(|x| x == 9)",
        "s.contains(1)",
        "1 in s",
        "'h' in s",
        "\"x\" in #{ x: 1 }",
        "1 in #{ x: 1 }",
        "1 in 0..5",
        "1 in 5",
        "s.starts_with(\"\")",
        "type_of(key)",
        "key.to_string()",
        "`${key}`",
        "`${params}`",
        "`${()}`",
        "l == [1, 2]",
        "l == [1, \"2\"]",
        "l == [1]",
        "#{ a: 1 } == #{ a: \"1\" }",
        "#{ a: 1 } == #{ b: 1 }",
        "[1].contains(\"1\")",
        "[].contains(\"1\")",
        "if l { 1 } else { 2 }",
        "l ?? 1",
        "() ?? 1",
        "!1",
        "s = ()",
        "s += ()",
        "s += 1",
    ];
    let lines = scripts.map(|expression| {
        let script = format!("fn check(key, params) {{ {LEAST} let r = {expression}; pass(`${{r}}`) }}");
        let script = match expression.starts_with("for ")
            || expression.contains("] = ")
            || expression.contains("s = ")
            || expression.contains("+= ")
        {
            true => format!("fn check(key, params) {{ {LEAST} {expression}; pass(`${{s}}`) }}"),
            false => script,
        };
        let end = match Policy::compile("t", &file(&script)) {
            Err(error) => format!("refused: {}", first_error(&error)),
            Ok(policy) => same_on_all_machines(&show(&judge(&policy, user()).outcome)),
        };
        assert!(!end.contains("panicked"), "{expression}");
        let end = end
            .split_once("column ")
            .and_then(|(_, end)| end.split_once(": "))
            .map_or(end.clone(), |(_, end)| format!("error: {end}"));
        format!("{expression:32} {end}")
    });
    insta::assert_snapshot!(lines.join("\n"), @r#"
    least.abs()                      error: negation overflow: --9223372036854775808
    -least                           error: negation overflow: --9223372036854775808
    least / -1                       error: division overflow: -9223372036854775808 / -1
    least % -1                       error: modulo division by zero or overflow: -9223372036854775808 % -1
    1 / 0                            refused: this divides by zero
    1 % 0                            refused: this divides by zero
    most + 1                         error: addition overflow: 9223372036854775807 + 1
    most * 2                         error: multiplication overflow: 9223372036854775807 * 2
    2 ** 64                          refused: this overflows
    2 ** -1                          refused: this overflows
    2 ** most                        error: exponential overflow: 2 ** 9223372036854775807
    least.to_string()                Pass { note: Some("-9223372036854775808") }
    most.to_hex()                    Pass { note: Some("7fffffffffffffff") }
    most.to_float().to_int()         error: 9223372036854776000 is not an integer
    1.0e300.to_int()                 error: 1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000 is not an integer
    (0.0 / 0.0).to_int()             error: NaN is not an integer
    (1.0 / 0.0).to_int()             error: inf is not an integer
    parse_int("x")                   error: error parsing integer number 'x': invalid digit found in string
    parse_int("9", 99)               error: invalid radix: '99'
    parse_int("9", 1)                error: invalid radix: '1'
    parse_int("9", least)            error: invalid radix: '-9223372036854775808'
    parse_int("9", 8)                error: error parsing integer number '9': invalid digit found in string
    parse_float("x")                 error: error parsing floating-point number 'x': invalid float literal
    (-1.0).sqrt()                    Pass { note: Some("NaN") }
    s[2]                             error: string index 2 out of bounds: only 2 characters in string
    s[least]                         error: string index -9223372036854775808 out of bounds: only 2 characters in string
    s[most]                          error: string index 9223372036854775807 out of bounds: only 2 characters in string
    s.sub_string(least, most)        Pass { note: Some("hä") }
    s.sub_string(most, most)         Pass { note: Some("") }
    s.sub_string(1, least)           Pass { note: Some("") }
    s.crop(least, most)              error: `()` cannot be made a string: name the property that you mean
    s.crop(most)                     error: `()` cannot be made a string: name the property that you mean
    s.truncate(least)                error: `()` cannot be made a string: name the property that you mean
    s.index_of("h", least)           Pass { note: Some("0") }
    s.index_of('h', most)            Pass { note: Some("-1") }
    s.split(least)                   Pass { note: Some("[\"\", \"hä\"]") }
    s.split(1)                       Pass { note: Some("[\"h\", \"ä\"]") }
    s.pad(least, 'x')                error: `()` cannot be made a string: name the property that you mean
    s.get(least)                     error: string index -9223372036854775808 out of bounds: only 2 characters in string
    s.set(most, 'x')                 error: string index 9223372036854775807 out of bounds: only 2 characters in string
    s.set(least, 'x')                error: string index -9223372036854775808 out of bounds: only 2 characters in string
    s.pop(most)                      Pass { note: Some("hä") }
    s.pop(least)                     Pass { note: Some("") }
    s.chars(least, most)             Pass { note: Some("range") }
    s.split("")                      Pass { note: Some("[\"\", \"h\", \"ä\", \"\"]") }
    s.split("", most)                Pass { note: Some("[\"\", \"h\", \"ä\", \"\"]") }
    s.split_rev("", least)           Pass { note: Some("[\"hä\"]") }
    s.remove("")                     error: `()` cannot be made a string: name the property that you mean
    l[most]                          error: array index 9223372036854775807 out of bounds: only 2 elements in array
    l[least]                         error: array index -9223372036854775808 out of bounds: only 2 elements in array
    l[5] = 1                         error: array index 5 out of bounds: only 2 elements in array
    l.get(least)                     error: array index -9223372036854775808 out of bounds: only 2 elements in array
    l.set(most, 1)                   error: array index 9223372036854775807 out of bounds: only 2 elements in array
    l.insert(least, 1)               error: `()` cannot be made a string: name the property that you mean
    l.remove(most)                   error: array index 9223372036854775807 out of bounds: only 2 elements in array
    l.remove(least)                  error: array index -9223372036854775808 out of bounds: only 2 elements in array
    l.truncate(least)                error: `()` cannot be made a string: name the property that you mean
    l.chop(least)                    error: `()` cannot be made a string: name the property that you mean
    l.splice(least, most, [1])       error: `()` cannot be made a string: name the property that you mean
    l.splice(most, most, [1])        error: `()` cannot be made a string: name the property that you mean
    l.splice(1..-5, [1])             error: `()` cannot be made a string: name the property that you mean
    l.extract(least, most)           Pass { note: Some("[1, 2]") }
    l.extract(most..least)           Pass { note: Some("[]") }
    l.split(least)                   Pass { note: Some("[1, 2]") }
    l.split(most)                    Pass { note: Some("[]") }
    l.pad(least, 1)                  error: `()` cannot be made a string: name the property that you mean
    [].pop()                         error: `pop` of a list without items
    [].shift()                       error: `shift` of a list without items
    l.sort(|a, b| "x")               refused: a closure is used where it stands: it cannot be kept or passed on
    [1, "a"].sort()                  error: only strings or numbers can be sorted, and all items must be of one type
    [key, key].sort()                error: only strings or numbers can be sorted, and all items must be of one type
    range(0, 10, 0)                  error: step value cannot be zero
    range(0.0, 1.0, 0.0)             error: step value cannot be zero
    range(most, least, 1)            Pass { note: Some("range") }
    for i in range(most - 1, most, 5) { } Pass { note: Some("hä") }
    for i in least..most { break; }  Pass { note: Some("hä") }
    for b in bits(1, least, most) { } error: bit-field index -9223372036854775808 out of bounds: only 64 bits in bit-field
    most.bits(99)                    error: bit-field index 99 out of bounds: only 64 bits in bit-field
    s.bytes                          Pass { note: Some("3") }
    #{ a: 1 }.b                      error: there is no property `b`
    #{ a: 1 }["b"]                   error: there is no property `b`
    #{ a: 1 }.get("b")               error: the map has no `b`
    #{ a: 1 }.remove("b")            error: the map has no `b`
    ().x                             refused: nothing (`()`) has no property `x`
    days(most)                       error: the duration is too long
    hours(least)                     error: the duration is too long
    now() + days(100000000)          error: there is no such time
    now() - days(10000000)           error: there is no such time
    date("")                         refused: `` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`
    date("-009999-01-01")            refused: `-009999-01-01` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`
    date("9999-12-31T23:59:59.999999999Z") + hours(1) refused: `9999-12-31T23:59:59.999999999Z` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`
    days_between(date("-009998-01-01"), date("9999-12-30")) refused: `-009998-01-01` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`
    (date("9999-01-01") - date("-009998-01-01")).days refused: `-009998-01-01` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`
    'x' + least                      error: there is no function for these types: `+ (char, integer)`
    s - 'h'                          refused: `-` does not take a string and a string
    s * 3                            refused: `*` does not take a string and an integer
    l - [1]                          refused: `-` does not take a list and a list
    l + 1                            error: there is no function for these types: `+ (array, integer)`
    s + l                            Pass { note: Some("hä[1, 2]") }
    least.sign()                     Pass { note: Some("-1") }
    s.to_chars()                     Pass { note: Some("[h, ä]") }
    s.make_upper()                   error: `()` cannot be made a string: name the property that you mean
    ("a".."b")                       error: there is no function for these types: `.. (string, string)`
    1.."b"                           error: there is no function for these types: `.. (integer, string)`
    max(1, "a")                      refused: `max` does not take an integer and a string
    min("a", 1)                      refused: `min` does not take a string and an integer
    max("a", "b")                    Pass { note: Some("b") }
    5.max(3)                         Pass { note: Some("5") }
    true + 1                         refused: `+` does not take a boolean and an integer
    s.is_empty                       Pass { note: Some("false") }
    l.is_empty                       Pass { note: Some("false") }
    l.len                            Pass { note: Some("2") }
    l.find(|x| x == 9)               error: `()` cannot be made a string: name the property that you mean
    s.contains(1)                    refused: `contains` does not take a string and an integer
    1 in s                           refused: an integer cannot be in a string
    'h' in s                         Pass { note: Some("true") }
    "x" in #{ x: 1 }                 Pass { note: Some("true") }
    1 in #{ x: 1 }                   refused: an integer cannot be in a map
    1 in 0..5                        Pass { note: Some("true") }
    1 in 5                           refused: an integer cannot be in an integer
    s.starts_with("")                Pass { note: Some("true") }
    type_of(key)                     Pass { note: Some("an access key") }
    key.to_string()                  refused: an access key has no method `to_string`
    `${key}`                         error: an access key cannot be made a string: name the property that you mean
    `${params}`                      error: the policy's set of parameters cannot be made a string: name the property that you mean
    `${()}`                          error: `()` cannot be made a string: name the property that you mean
    l == [1, 2]                      Pass { note: Some("true") }
    l == [1, "2"]                    error: cannot compare an integer with a string
    l == [1]                         Pass { note: Some("false") }
    #{ a: 1 } == #{ a: "1" }         refused: cannot compare a map with a map
    #{ a: 1 } == #{ b: 1 }           refused: cannot compare a map with a map
    [1].contains("1")                refused: cannot compare an integer with a string
    [].contains("1")                 Pass { note: Some("false") }
    if l { 1 } else { 2 }            refused: a condition is a boolean, not a list
    l ?? 1                           Pass { note: Some("[1, 2]") }
    () ?? 1                          Pass { note: Some("1") }
    !1                               refused: a condition is a boolean, not an integer
    s = ()                           error: `()` cannot be made a string: name the property that you mean
    s += ()                          error: `()` cannot be made a string
    s += 1                           Pass { note: Some("hä1") }
    "#);
}
