//! Rhai definition files, by which editors complete: what scripts can touch and call, with its documentation.
//!
//! Rhai's own generator knows neither the types that are made from our tables nor the names of arguments; these files
//! are written from the tables that know both. Source of the syntax: rhai.rs/book/tools/lsp.html

use std::fmt::Write;

use super::reference::HELPERS;
use crate::objects::{Kind, Object};

/// The files: name and text.
#[must_use]
pub fn files() -> Vec<(String, String)> {
    let objects = Object::ALL.iter().filter(|object| **object != Object::Account);
    let objects = objects.map(|object| (format!("{}.d.rhai", object.name()), object_file(*object)));
    std::iter::once(("keysweep.d.rhai".to_owned(), helpers_file())).chain(objects).collect()
}

fn helpers_file() -> String {
    let mut out = "module static;\n".to_owned();
    for helper in HELPERS {
        let (name, arguments) =
            helper.signature.trim_end_matches(')').split_once('(').unwrap_or((helper.signature, ""));
        let arguments: Vec<String> =
            arguments.split(", ").filter(|name| !name.is_empty()).map(|name| format!("{name}: ?")).collect();
        let _ =
            write!(out, "\n/// {}\nfn {name}({}) -> {};\n", helper.doc, arguments.join(", "), rhai_type(helper.gives));
    }
    out
}

fn object_file(object: Object) -> String {
    let mut out = format!("module static;\n\n/// {}\ntype {};\n", object.phrase(), type_name(object));
    for property in object.properties() {
        let (this, gives) = (type_name(object), kind_name(property.kind));
        let _ = write!(out, "\n/// {}\nfn get {}(this: {this}) -> {gives};\n", property.doc, property.name);
    }
    for method in object.methods() {
        let (this, gives) = (type_name(object), kind_name(method.kind));
        let _ = write!(
            out,
            "\n/// {}\nfn {}(this: {this}, {}: String) -> {gives};\n",
            method.doc, method.name, method.argument
        );
    }
    out
}

/// `access_key` as Rhai names types: `AccessKey`.
fn type_name(object: Object) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    };
    object.name().split('_').map(capital).collect()
}

fn kind_name(kind: Kind) -> String {
    match kind {
        Kind::Boolean => "bool".to_owned(),
        Kind::Integer => "int".to_owned(),
        Kind::Text => "String".to_owned(),
        Kind::Time => "Timestamp".to_owned(),
        Kind::Texts | Kind::Objects(_) => "Array".to_owned(),
        Kind::Object(object) => type_name(object),
    }
}

fn rhai_type(gives: &str) -> &str {
    match gives {
        "integer" => "int",
        "boolean" => "bool",
        "timestamp" => "Timestamp",
        "duration" => "Duration",
        "verdict" => "Verdict",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_and_function_has_a_definition() {
        let files = files();
        let all: String = files.iter().map(|(_, text)| text.as_str()).collect();
        for object in Object::ALL {
            assert!(object.property_names().all(|name| all.contains(&format!("fn get {name}(this:"))), "{object:?}");
        }
        insta::assert_snapshot!(files[0].1.lines().take(8).collect::<Vec<_>>().join("\n"), @"
        module static;

        /// nothing to report
        fn pass() -> Verdict;

        /// nothing to report, and why
        fn pass(note: ?) -> Verdict;
        ");
    }
}
