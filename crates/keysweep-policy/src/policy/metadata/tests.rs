//! Tests of metadata: what is read, and what each mistake is told.

use keysweep_files::InvalidFile;

use super::*;

const PLAIN: &str = "\
//! id: test
//! title: A test
//! severity: low
//! resource: access_key
//! remedy: none
";

/// What is wrong with plain metadata once `from` is replaced.
fn wrong(from: &str, to: &str) -> String {
    assert!(PLAIN.contains(from));
    refused(&PLAIN.replace(from, to))
}

fn refused(text: &str) -> String {
    match Metadata::parse(text) {
        Ok(metadata) => format!("{metadata:#?}"),
        Err(Unusable { wrong, .. }) => InvalidFile::new("p.rhai", text, wrong).to_string(),
    }
}

#[test]
fn every_field_is_read() {
    let text = "\
// A comment may come first.

//! id: test
//! title:  A test
//! description: |
//!   Two lines,
//!
//!   with room between.
//! severity: critical
//! resource: access_key
//! params:
//!   days: { type: integer, default: 5, min: 1, max: 9, help: How many }
//!   share: { type: float, default: 1, max: 2.5 }
//!   name: { type: string, default: a, one_of: [a, b] }
//!   strict: { type: boolean, default: false }
//!   names:
//!     type: list
//!     default: [x, y]
//! frameworks: { cis: [1.10, \"1.14\"] }
//! remedy: rotate
//! references: [https://example.com/#a]
//! language: 1

fn check(key, params) { pass() }
";
    insta::assert_snapshot!(refused(text), @r#"
    Metadata {
        id: PolicyId(
            "test",
        ),
        title: "A test",
        description: "Two lines,\n\nwith room between.",
        severity: Critical,
        resource: AccessKey,
        params: {
            "days": ParamSpec {
                kind: Integer,
                default: Integer(
                    5,
                ),
                min: Some(
                    Integer(
                        1,
                    ),
                ),
                max: Some(
                    Integer(
                        9,
                    ),
                ),
                one_of: [],
                help: "How many",
            },
            "name": ParamSpec {
                kind: String,
                default: String(
                    "a",
                ),
                min: None,
                max: None,
                one_of: [
                    String(
                        "a",
                    ),
                    String(
                        "b",
                    ),
                ],
                help: "",
            },
            "names": ParamSpec {
                kind: List,
                default: List(
                    [
                        "x",
                        "y",
                    ],
                ),
                min: None,
                max: None,
                one_of: [],
                help: "",
            },
            "share": ParamSpec {
                kind: Float,
                default: Number(
                    1.0,
                ),
                min: None,
                max: Some(
                    Number(
                        2.5,
                    ),
                ),
                one_of: [],
                help: "",
            },
            "strict": ParamSpec {
                kind: Boolean,
                default: Boolean(
                    false,
                ),
                min: None,
                max: None,
                one_of: [],
                help: "",
            },
        },
        frameworks: {
            "cis": [
                "1.10",
                "1.14",
            ],
        },
        remedy: Rotate,
        references: [
            "https://example.com/#a",
        ],
        language: 1,
        enabled: true,
    }
    "#);
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let ends = [
        wrong("id: test", "id: Not An Id"),
        wrong("severity: low", "severity: lo"),
        wrong("severity: low", "severity: urgent"),
        wrong("resource: access_key", "resource: user"),
        wrong("remedy: none", "remedy: rotat"),
        wrong("title: A test", "title: ''"),
        wrong("//! title: A test\n", ""),
        wrong("title: A test", "titel: A test"),
        wrong("title: A test", "title: A\n//! title: B"),
        wrong("title: A test", "title: [A]"),
        wrong("title: A test", "title: A: B"),
        wrong("title: A test", "title: \"A"),
        wrong("remedy: none", "remedy: none\n//! language: 2"),
        wrong("remedy: none", "remedy: none\n//! frameworks: { cis: 1.14 }"),
        wrong("remedy: none", "remedy: none\n\n//! references: [x]"),
        wrong("severity: low\n//! resource: access_key", "severity: bad\n//! resource: worse"),
    ];
    insta::assert_snapshot!(ends.join("\n\n"), @r#"
    error[bad-value]: `Not An Id` is not a policy id (1 to 64 lowercase letters, digits and dashes, such as `access-key-max-age`)
     --> p.rhai:1:9
      |
    1 | //! id: Not An Id
      |         ^^^^^^^^^

    error[bad-value]: `lo` is not a severity: use one of info, low, medium, high, critical
     --> p.rhai:3:15
      |
    3 | //! severity: lo
      |               ^^
      = help: did you mean `low`?

    error[bad-value]: `urgent` is not a severity: use one of info, low, medium, high, critical
     --> p.rhai:3:15
      |
    3 | //! severity: urgent
      |               ^^^^^^

    Metadata {
        id: PolicyId(
            "test",
        ),
        title: "A test",
        description: "",
        severity: Low,
        resource: User,
        params: {},
        frameworks: {},
        remedy: None,
        references: [],
        language: 1,
        enabled: true,
    }

    error[bad-value]: `rotat` is not a remedy: use one of none, notify, rotate, deactivate, delete
     --> p.rhai:5:13
      |
    5 | //! remedy: rotat
      |             ^^^^^
      = help: did you mean `rotate`?

    error[bad-value]: the title is empty
     --> p.rhai:2:12
      |
    2 | //! title: ''
      |            ^^

    error[missing-field]: the metadata has no field `title`
     --> p.rhai:1:5
      |
    1 | //! id: test
      |     ^^

    error[missing-field]: the metadata has no field `title`
     --> p.rhai:1:5
      |
    1 | //! id: test
      |     ^^

    error[unknown-field]: unknown field `titel`, expected one of id, title, severity, resource, remedy, description, params, frameworks, references, language, enabled
     --> p.rhai:2:5
      |
    2 | //! titel: A test
      |     ^^^^^
      = help: did you mean `title`?

    error[malformed-yaml]: duplicate mapping key: title
     --> p.rhai:3:5
      |
    3 | //! title: B
      |     ^^^^^

    error[bad-value]: expected one value, not a list or a map
     --> p.rhai:2:12
      |
    2 | //! title: [A]
      |            ^

    error[malformed-yaml]: mapping values are not allowed in this context
     --> p.rhai:2:13
      |
    2 | //! title: A: B
      |             ^

    error[malformed-yaml]: unclosed quote
     --> p.rhai:2:12
      |
    2 | //! title: "A
      |            ^

    error[unsupported-language]: the policy is written in version 2 of the policy language
     --> p.rhai:6:15
      |
    6 | //! language: 2
      |               ^
      = help: this program reads version 1

    error[bad-value]: expected a list
     --> p.rhai:6:24
      |
    6 | //! frameworks: { cis: 1.14 }
      |                        ^^^^

    error[split-metadata]: metadata continues below the script
     --> p.rhai:7:1
      |
    7 | //! references: [x]
      | ^^^
      = help: metadata is one block of `//!` lines at the head of the file

    error[bad-value]: `bad` is not a severity: use one of info, low, medium, high, critical
     --> p.rhai:3:15
      |
    3 | //! severity: bad
      |               ^^^

    error[bad-value]: `worse` is not a resource: use one of access_key, user, account, root, password, mfa, service_credential, signing_certificate, ssh_key
     --> p.rhai:4:15
      |
    4 | //! resource: worse
      |               ^^^^^
    "#);
}

#[test]
fn a_file_without_metadata_is_told_what_to_write() {
    insta::assert_snapshot!(refused("fn check(key, params) { pass() }"), @"
    error[no-metadata]: the policy has no metadata
     --> p.rhai:1:1
      |
    1 | fn check(key, params) { pass() }
      | ^
      = help: begin the file with `//! id: my-policy`, `//! title: ...`, `//! severity: medium`, `//! resource: access_key` and `//! remedy: none`
    ");
    insta::assert_snapshot!(refused(""), @"
    error[no-metadata]: the policy has no metadata
     --> p.rhai:1:1
      = help: begin the file with `//! id: my-policy`, `//! title: ...`, `//! severity: medium`, `//! resource: access_key` and `//! remedy: none`
    ");
}

#[test]
fn mistakes_in_parameters_are_shown_where_they_are() {
    let param = |spec: &str| wrong("remedy: none", &format!("remedy: none\n//! params: {{ p: {spec} }}"));
    let ends = [
        param("{ type: integer }"),
        param("{ type: int, default: 1 }"),
        param("{ type: integer, default: \"1\" }"),
        param("{ type: integer, default: 1.5 }"),
        param("{ type: integer, default: null }"),
        param("{ type: integer, default: 5, min: 6 }"),
        param("{ type: integer, default: 5, max: 4 }"),
        param("{ type: integer, default: 5, min: 9, max: 1 }"),
        param("{ type: integer, default: 5, max: x }"),
        param("{ type: integer, default: 5, one_of: [1, 2] }"),
        param("{ type: integer, default: 99999999999999999999 }"),
        param("{ type: string, default: x, min: 1 }"),
        param("{ type: boolean, default: yes please }"),
        param("{ type: boolean, default: true, one_of: [true] }"),
        param("{ type: list, default: [1] }"),
        param("{ type: integer, default: 5, mni: 1 }"),
        wrong("remedy: none", "remedy: none\n//! params: { Max-Days: { type: integer, default: 1 } }"),
    ];
    insta::assert_snapshot!(ends.join("\n\n"), @r#"
    error[missing-field]: the parameter `p` has no field `default`
     --> p.rhai:6:15
      |
    6 | //! params: { p: { type: integer } }
      |               ^

    error[bad-value]: `int` is not a type of parameter: use one of integer, float, string, boolean, list
     --> p.rhai:6:26
      |
    6 | //! params: { p: { type: int, default: 1 } }
      |                          ^^^

    error[bad-value]: `default` must be of type integer, not `"1"`
     --> p.rhai:6:44
      |
    6 | //! params: { p: { type: integer, default: "1" } }
      |                                            ^^^

    error[bad-value]: `default` must be of type integer, not `1.5`
     --> p.rhai:6:44
      |
    6 | //! params: { p: { type: integer, default: 1.5 } }
      |                                            ^^^

    error[missing-field]: the field `default` is empty
     --> p.rhai:6:35
      |
    6 | //! params: { p: { type: integer, default: null } }
      |                                   ^^^^^^^

    error[bad-parameter]: the default of `p` must be at least `6`, not `5`
     --> p.rhai:6:44
      |
    6 | //! params: { p: { type: integer, default: 5, min: 6 } }
      |                                            ^

    error[bad-parameter]: the default of `p` must be at most `4`, not `5`
     --> p.rhai:6:44
      |
    6 | //! params: { p: { type: integer, default: 5, max: 4 } }
      |                                            ^

    error[bad-parameter]: `min` `9` is above `max` `1`
     --> p.rhai:6:18
      |
    6 | //! params: { p: { type: integer, default: 5, min: 9, max: 1 } }
      |                  ^

    error[bad-value]: `max` must be of type integer, not `"x"`
     --> p.rhai:6:52
      |
    6 | //! params: { p: { type: integer, default: 5, max: x } }
      |                                                    ^

    error[bad-parameter]: the default of `p` must be one of `1`, `2`, not `5`
     --> p.rhai:6:44
      |
    6 | //! params: { p: { type: integer, default: 5, one_of: [1, 2] } }
      |                                            ^

    error[bad-value]: `default` must be of type integer, not `100000000000000000000`
     --> p.rhai:6:44
      |
    6 | //! params: { p: { type: integer, default: 99999999999999999999 } }
      |                                            ^^^^^^^^^^^^^^^^^^^^

    error[bad-parameter]: a string parameter takes no `min`
     --> p.rhai:6:51
      |
    6 | //! params: { p: { type: string, default: x, min: 1 } }
      |                                                   ^

    error[bad-value]: `default` must be of type boolean, not `"yes please"`
     --> p.rhai:6:44
      |
    6 | //! params: { p: { type: boolean, default: yes please } }
      |                                            ^^^^^^^^^^

    error[bad-parameter]: a boolean parameter takes no `one_of`
     --> p.rhai:6:18
      |
    6 | //! params: { p: { type: boolean, default: true, one_of: [true] } }
      |                  ^

    error[malformed-yaml]: a list holds strings only: put the entry in quotes
     --> p.rhai:6:41
      |
    6 | //! params: { p: { type: list, default: [1] } }
      |                                         ^

    error[unknown-field]: unknown field `mni`, expected one of type, default, min, max, one_of, help
     --> p.rhai:6:47
      |
    6 | //! params: { p: { type: integer, default: 5, mni: 1 } }
      |                                               ^^^
      = help: did you mean `min`?

    error[bad-parameter]: `Max-Days` is not a name that a script can use
     --> p.rhai:6:25
      |
    6 | //! params: { Max-Days: { type: integer, default: 1 } }
      |                         ^
      = help: a parameter's name has lowercase letters, digits and `_`, such as `max_age_days`
    "#);
}

/// The fields of a schema, and those that must be there.
fn of_schema(schema: &serde_json::Value) -> (Vec<String>, Vec<String>) {
    let mut fields: Vec<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    let needed = schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
    let mut needed: Vec<_> = needed.collect();
    fields.sort();
    needed.sort();
    (fields, needed)
}

#[test]
fn the_schema_has_the_fields_that_are_checked() {
    let sorted = |names: &[&str]| {
        let mut names: Vec<_> = names.iter().map(ToString::to_string).collect();
        names.sort();
        names
    };
    let schema = schema();
    assert_eq!(of_schema(&schema), (sorted(&fields::FIELDS), sorted(&fields::FIELDS[..5])));
    assert_eq!(schema["additionalProperties"], false);
    let param = &schema["$defs"]["RawParam"];
    assert_eq!(of_schema(param), (sorted(&fields::PARAM_FIELDS), sorted(&fields::PARAM_FIELDS[..2])));
    assert_eq!(param["additionalProperties"], false);
}

#[test]
fn every_mistake_is_told_in_one_run() {
    let text = "//! idd: test\n//! severity: loww\n//! resource: access_key\n//! title:\n//! remedy: nonee\n\
                //! params: { p: { tpye: integer, default: 3 }, q: { type: int, default: 3, mni: 1 } }\n";
    insta::assert_snapshot!(refused(text).lines().filter(|line| line.starts_with("error")).collect::<Vec<_>>().join("\n"), @"
    error[unknown-field]: unknown field `idd`, expected one of id, title, severity, resource, remedy, description, params, frameworks, references, language, enabled
    error[missing-field]: the metadata has no field `id`
    error[bad-value]: `loww` is not a severity: use one of info, low, medium, high, critical
    error[missing-field]: the field `title` is empty
    error[bad-value]: `nonee` is not a remedy: use one of none, notify, rotate, deactivate, delete
    error[missing-field]: the parameter `p` has no field `type`
    error[unknown-field]: unknown field `tpye`, expected one of type, default, min, max, one_of, help
    error[bad-value]: `int` is not a type of parameter: use one of integer, float, string, boolean, list
    error[unknown-field]: unknown field `mni`, expected one of type, default, min, max, one_of, help
    ");
    let many: String = (0..5_000).map(|n| format!("//! f{n}: 0\n")).collect();
    assert_eq!(refused(&format!("{PLAIN}{many}")).matches("unknown field").count(), 20);
}
