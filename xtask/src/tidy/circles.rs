//! No two modules of a crate need each other, by whatever detour. A module may use what the modules around it define.

use std::collections::{BTreeMap, VecDeque};

use super::Problem;
use super::modules::{Modules, Name, Use};
use super::tree::Tree;

/// What each module takes from which other: the first use of each.
type Arrows<'a> = BTreeMap<Name, BTreeMap<Name, Use<'a>>>;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    Modules::of_crates(tree).iter().flat_map(in_crate).collect()
}

/// Circles that share no arrow, the shortest first: without these arrows there is none.
fn in_crate(modules: &Modules<'_>) -> Vec<Problem> {
    let mut arrows = Arrows::new();
    for arrow in modules.uses() {
        if !arrow.from.starts_with(&arrow.to) {
            arrows.entry(arrow.from.clone()).or_default().entry(arrow.to.clone()).or_insert(arrow);
        }
    }
    let mut problems = Vec::new();
    while let Some(circle) = arrows.keys().filter_map(|module| circle_of(&arrows, module)).min_by_key(Vec::len) {
        for arrow in &circle {
            arrows.entry(arrow.from.clone()).or_default().remove(&arrow.to);
        }
        problems.push(problem(&circle));
    }
    problems
}

/// The shortest way from the module back to it.
fn circle_of<'a>(arrows: &Arrows<'a>, start: &Name) -> Option<Vec<Use<'a>>> {
    let mut reached: BTreeMap<&Name, &Use<'a>> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(module) = next.pop_front() {
        for (to, arrow) in arrows.get(module).into_iter().flatten() {
            if !reached.contains_key(to) {
                reached.insert(to, arrow);
                next.push_back(to);
            }
        }
    }
    let mut circle: Vec<Use<'a>> = Vec::new();
    while circle.last().is_none_or(|arrow| arrow.from != *start) {
        let to = circle.last().map_or(start, |arrow| &arrow.from);
        circle.push((*reached.get(to)?).clone());
    }
    circle.reverse();
    Some(circle)
}

fn problem(circle: &[Use<'_>]) -> Problem {
    let name = |module: &Name| if module.is_empty() { "crate".to_owned() } else { module.join("::") };
    let uses = circle.iter().map(|arrow| format!("`{}` uses `{}::{}`", name(&arrow.from), name(&arrow.to), arrow.item));
    Problem {
        path: circle[0].path.to_owned(),
        line: circle[0].line,
        message: format!("a circle of modules: {}", uses.collect::<Vec<_>>().join(", ")),
        hint: "move what several of them need into a module below them, or pass it in as a value",
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    fn said_of(modules: &[(&str, &str)]) -> String {
        let paths: Vec<String> = modules.iter().map(|(name, _)| format!("crates/a/src/{name}.rs")).collect();
        let files: Vec<(&str, &str)> =
            paths.iter().zip(modules).map(|(path, (_, text))| (path.as_str(), *text)).collect();
        said_by(check, &files)
    }

    #[test]
    fn every_spelling_of_a_circle_is_found() {
        insta::assert_snapshot!(said_of(&[
            ("lib", "mod a; mod b;\npub use b::B;\n"),
            ("a", "//! Of a.\nuse crate::{\n    B,\n};\nstruct A(B);\n"),
            ("b", "struct B;\nfn f() -> super::a::A {}\n"),
        ]), @"crates/a/src/a.rs:3: a circle of modules: `a` uses `b::B`, `b` uses `a::A`; move what several of them need into a module below them, or pass it in as a value");
        insta::assert_snapshot!(said_of(&[
            ("main", "mod a;\n"),
            ("a", "mod one; mod two; mod three;\n"),
            ("a/one", "use super::{two, Three};\nfn f() { two::g(); }\n"),
            ("a/two/mod", "use crate::a as this;\nfn g() { this::three::h::<u8>() }\n"),
            ("a/three", "use super::one::*;\nstruct Three;\n"),
        ]), @"crates/a/src/a/one.rs:2: a circle of modules: `a::one` uses `a::two::g`, `a::two` uses `a::three::h`, `a::three` uses `a::one::*`; move what several of them need into a module below them, or pass it in as a value");
        insta::assert_snapshot!(said_of(&[
            ("lib", "mod a; mod b;\n"),
            ("a", "pub use std::x::Taken;\nuse crate::b::c::{self};\nfn f<'a>() -> impl D + use<'a> { c::g() }\n"),
            ("b", "fn g() -> $crate::a::Taken {}\n"),
            ("b/c", "use super::g;\n"),
        ]), @"crates/a/src/a.rs:3: a circle of modules: `a` uses `b::g`, `b` uses `a::Taken`; move what several of them need into a module below them, or pass it in as a value");
    }

    #[test]
    fn each_arrow_of_a_knot_is_told_once() {
        insta::assert_snapshot!(said_of(&[
            ("lib", ""),
            ("a", "use crate::b::B;\nuse crate::c::C;\n"),
            ("b", "use crate::a::A;\nuse crate::c::C;\n"),
            ("c", "use crate::a::A;\n"),
        ]), @"
        crates/a/src/a.rs:1: a circle of modules: `a` uses `b::B`, `b` uses `a::A`; move what several of them need into a module below them, or pass it in as a value
        crates/a/src/a.rs:2: a circle of modules: `a` uses `c::C`, `c` uses `a::A`; move what several of them need into a module below them, or pass it in as a value
        ");
    }

    #[test]
    fn parents_tests_and_other_crates_make_no_circle() {
        assert_eq!(
            said_of(&[
                ("lib", "mod a; mod b;\nstruct Root;\n#[cfg(test)]\nmod only;\n"),
                ("a", "//! Not `crate::b::B`.\nuse inner::Inner; mod inner;\nuse crate::Root;\nstruct A;\n"),
                ("a/inner", "pub use most::Most;\nuse super::A;\nuse crate::b;\n"),
                (
                    "b",
                    "use crate::{c, a::A};\nuse std::a::B;\nfn f() { <T>::c::x() }\n#[cfg(test)]\nmod tests {\n    use crate::c::C;\n}\n"
                ),
                ("c", "use crate::{a::A, b::B, only::Only};\nfn f() { c::x(); a::x(); u8::a::B }\n"),
                ("only", "use crate::c::C;\nstruct Only;\n"),
                ("a/inner/most", "use crate::a::A;\n"),
                ("a/tests", "use crate::c::C;\n"),
            ]),
            ""
        );
    }
}
