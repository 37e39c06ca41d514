//! The reference of the policy language, printed from the tables that the engine and the checker are made of.

use std::fmt::Write;

use keysweep_model::{Facet, ResourceType};

use crate::{
    engine::DISABLED,
    objects::{Kind, Method, Object, Property},
    policy::{limits::Limits, metadata::LANGUAGE},
};

/// A function that scripts can call.
pub(crate) struct Helper {
    pub(crate) signature: &'static str,
    pub(crate) gives: &'static str,
    pub(crate) doc: &'static str,
}

/// The functions of the language beside Rhai's own.
pub(crate) const HELPERS: &[Helper] = &[
    Helper { signature: "pass()", gives: "verdict", doc: "nothing to report" },
    Helper { signature: "pass(note)", gives: "verdict", doc: "nothing to report, and why" },
    Helper { signature: "fail(message)", gives: "verdict", doc: "a violation, of the policy's severity" },
    Helper {
        signature: "fail(message, more)",
        gives: "verdict",
        doc: "a violation; `more` is a map whose `severity` replaces the policy's, and whose other entries are evidence: \
              strings, numbers, timestamps, objects and lists of these",
    },
    Helper { signature: "exempt(reason)", gives: "verdict", doc: "it would be a violation, and is exempted" },
    Helper {
        signature: "exempt(reason, until)",
        gives: "verdict",
        doc: "the same up to a timestamp; from then on it is a violation that says so",
    },
    Helper {
        signature: "now()",
        gives: "timestamp",
        doc: "the time as of which the policy judges: now, or what `--as-of` says",
    },
    Helper {
        signature: "date(text)",
        gives: "timestamp",
        doc: "the timestamp that `2026-03-01` (its first moment in UTC) or `2026-03-01T12:00:00Z` stands for",
    },
    Helper {
        signature: "days_between(from, to)",
        gives: "integer",
        doc: "days from one timestamp to another; a day that has begun counts; negative where `to` is earlier",
    },
    Helper { signature: "days(count)", gives: "duration", doc: "a duration of this many days of 24 hours" },
    Helper { signature: "hours(count)", gives: "duration", doc: "a duration of this many hours" },
    Helper {
        signature: "matches(text, glob)",
        gives: "boolean",
        doc: "whether the whole string matches: `*` is any string, `?` one character; also `text.matches(glob)`",
    },
    Helper { signature: "matches_any(text, globs)", gives: "boolean", doc: "whether it matches any glob of a list" },
    Helper {
        signature: "matches_regex(text, regex)",
        gives: "boolean",
        doc: "whether a part of the string matches a regular expression, in time that grows with the string alone",
    },
];

/// The reference as Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut out = format!("# The policy language, version {LANGUAGE}\n\n{INTRODUCTION}\n");
    resources(&mut out);
    out += "\n## Objects\n\n*Reads* names the facets that a property is read from; what they cost stands below. Where \
            nothing stands, it is known with the resource itself.\n";
    for object in Object::ALL {
        write_object(&mut out, object);
    }
    helpers(&mut out);
    facets(&mut out);
    limits(&mut out);
    out
}

const INTRODUCTION: &str = "\
This page is what `keysweep policy reference` prints. A policy is a file of metadata and a function `check(x, params)` in
[Rhai](https://rhai.rs/book), where `x` is the resource and `params` the parameters that the metadata declares. What else
the language has is Rhai's: variables, `if`, loops, functions, strings, lists and maps.

Facts are read when they are touched, and only for the resources that come that far: ask the cheap ones first. A fact
that cannot be read makes the verdict `unknown`.";

fn row(out: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    out.push_str(&format!("| {} |\n", cells.join(" | ")));
}

fn head(out: &mut String, cells: &[&str]) {
    row(out, cells);
    out.push_str(&format!("|{}\n", "---|".repeat(cells.len())));
}

fn resources(out: &mut String) {
    out.push_str("\n## Resources\n\n");
    head(out, &["resource", "`check` is asked about", "listed by"]);
    for kind in ResourceType::ALL {
        let object = Object::judged(*kind);
        let listed_by = kind.listed_by().map_or("there is one in each account", Facet::phrase);
        row(out, &[&format!("`{kind}`"), &format!("{}: `{}`", object.phrase(), object.name()), listed_by]);
    }
}

fn write_object(out: &mut String, object: Object) {
    let which = match object == Object::WholeAccount {
        true => ", in policies of `resource: account`",
        false if object == Object::Account => ", of everything else",
        false => "",
    };
    let title = format!("`{}`{which}", object.name());
    let _ = write!(out, "\n### {title}\n\n");
    head(out, &["property", "type", "reads", "meaning"]);
    for Property { name, kind, facets, doc, .. } in object.properties() {
        row(out, &[&format!("`{name}`"), &kind.words(), &phrases(facets), doc]);
    }
    for Method { name, argument, kind, facets, doc, .. } in object.methods() {
        row(out, &[&format!("`{name}({argument})`"), &kind.words(), &phrases(facets), doc]);
    }
}

fn phrases(facets: &[Facet]) -> String {
    facets.iter().map(|facet| facet.phrase()).collect::<Vec<_>>().join(", ")
}

fn helpers(out: &mut String) {
    out.push_str("\n## Functions\n\n");
    head(out, &["function", "gives", "meaning"]);
    for Helper { signature, gives, doc } in HELPERS {
        row(out, &[&format!("`{signature}`"), gives, doc]);
    }
    out.push_str(
        "\nTimestamps and durations are compared, added and subtracted by the usual operators; `duration.days` is an integer. \
         Lists of objects have\n`len`, `is_empty`, `[index]` and the methods `filter`, `map`, `all`, `some` and `count`, \
         which take a closure, as in\n`account.access_keys.filter(|key| key.age_days > 90)`; other lists \
         have Rhai's methods.\n\n`import \"lib/owners\" as owners;` at the top of a policy makes the functions of \
         `lib/owners.rhai` in its folder known as\n`owners::name(...)`.\n\n",
    );
    head(out, &["not in the language", "because"]);
    for (symbol, reason) in DISABLED {
        row(out, &[&format!("`{symbol}`"), reason]);
    }
}

fn facets(out: &mut String) {
    out.push_str("\n## What facts cost\n\n");
    head(out, &["facet", "in `reads` and `unreadable`", "one read tells of", "calls", "how many"]);
    for facet in Facet::ALL {
        let calls: Vec<String> = facet.actions().iter().map(|action| format!("`{action}`")).collect();
        let scope = format!("one {}", facet.scope());
        row(out, &[facet.phrase(), &format!("`{facet}`"), &scope, &calls.join(", "), facet.cost()]);
    }
}

fn limits(out: &mut String) {
    out.push_str(
        "\n## Limits\n\nEach is for the evaluation of one resource, and is set under `policy_limits` in `keysweep.yaml`. \
         A file has 64 KiB at most, 64 functions, and 16 libraries.\n\n",
    );
    head(out, &["limit", "default", "meaning"]);
    let Limits {
        operations,
        operations_per_object,
        milliseconds,
        call_levels,
        expression_depth,
        text_bytes,
        list_items,
        map_entries,
        memory_bytes,
    } = Limits::default();
    let rows: [(&str, u64, &str); 9] = [
        ("operations", operations, "operations of a script; a function that does much counts as many"),
        (
            "operations_per_object",
            operations_per_object,
            "further ones for each object of the longest list it is given",
        ),
        ("milliseconds", milliseconds, "time"),
        ("call_levels", call_levels as u64, "how deep calls are nested"),
        ("expression_depth", expression_depth as u64, "how deep expressions are nested"),
        ("text_bytes", text_bytes as u64, "the length of a string, and of all strings in a list or map"),
        ("list_items", list_items as u64, "items of a list that the script makes"),
        ("map_entries", map_entries as u64, "entries of a map that the script makes"),
        ("memory_bytes", memory_bytes as u64, "what all values and facts together can take"),
    ];
    for (name, value, meaning) in rows {
        row(out, &[&format!("`{name}`"), &value.to_string(), meaning]);
    }
}

impl Kind {
    /// The type in words.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Boolean => "boolean".to_owned(),
            Self::Integer => "integer".to_owned(),
            Self::Text => "string".to_owned(),
            Self::Time => "timestamp".to_owned(),
            Self::Texts => "list of strings".to_owned(),
            Self::Object(object) => format!("`{}`", object.name()),
            Self::Objects(object) => format!("list of `{}`", object.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::engine::ENGINE;

    #[test]
    fn every_function_in_the_reference_exists_and_every_one_of_ours_is_there() {
        let told: BTreeSet<_> =
            HELPERS.iter().map(|helper| helper.signature.split('(').next().unwrap().to_owned()).collect();
        let known: BTreeSet<String> = ENGINE
            .collect_fn_metadata(None, |info| Some(info.metadata.name.to_string()), false)
            .into_iter()
            .filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.contains('$'))
            .collect();
        assert_eq!(told.difference(&known).collect::<Vec<_>>(), [""; 0]);
        let ours = ["now", "date", "days_between", "days", "hours", "matches", "matches_any", "matches_regex"];
        assert!(ours.iter().all(|name| told.contains(*name)));
    }

    #[test]
    fn every_row_of_a_table_has_as_many_cells_as_its_head() {
        let text = markdown();
        let mut cells = 0;
        for line in text.lines() {
            if !line.starts_with('|') {
                cells = 0;
            } else if line.starts_with("|---") {
                cells = line.matches("---").count();
            } else if cells > 0 {
                assert_eq!(line.replace("\\|", "").matches('|').count() - 1, cells, "{line}");
            }
        }
        assert!(Object::ALL.iter().flat_map(|object| object.property_names()).all(|name| text.contains(name)));
    }
}
