//! Scripts that only go forward, run without Rhai.
//!
//! Most policies ask for a few facts, compare them and give a verdict. Such a script is turned into a program when it is
//! compiled: its functions and those of its libraries are put where they are called, and loops over a parameter are as
//! long as that is. Names are looked up then, and not again for each resource, which is most of what Rhai does with a
//! short script.
//!
//! A program knows how to go right and nothing else. Whatever is out of the ordinary (an error, a text that is too long,
//! types that it does not compare) it leaves to Rhai, which runs the script from its beginning: policies are pure, so that
//! nothing of it is seen. So no error is written twice, Rhai alone says what the language means, and tests hold both to
//! the same verdicts, evidence and reads.
//!
//! It needs no watch: how often each part runs is known before, that is not often, no text grows past its limit, and
//! where patterns have much text to look at, Rhai is to run the script, under watch.

use std::sync::Arc;

use keysweep_model::FacetSet;

use crate::{
    engine::pattern::Syntax,
    objects::{Method, Object, Property},
    policy::limits::Limits,
};

mod lower;
mod run;

#[cfg(test)]
mod tests;

pub(crate) use lower::lower;
pub(crate) use run::End;

/// The stack that a program takes at the most, in bytes: in each build more than four times what the deepest one takes.
pub(crate) const STACK: usize = if cfg!(debug_assertions) { 1536 << 10 } else { 256 << 10 };

/// A script that only goes forward.
pub(crate) struct Program {
    body: Vec<Step>,
    limits: Arc<Limits>,
}

enum Step {
    /// `let name = value;`: variables are known by the order in which they are made.
    Let(Expr),
    /// The value of a block, where it is the last step of it.
    Value(Expr),
    Return(Expr),
    /// `for text in texts { ... }`
    For(Box<[String]>, Vec<Self>),
}

enum Expr {
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(Box<str>),
    Texts(Box<[String]>),
    /// A text that is put together.
    Joined(Vec<Self>),
    Variable(usize),
    /// A property; those before the last are the objects on the way to it.
    Read(Box<[Read]>),
    Ask(Box<Ask>),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
    Compare(Comparison, Box<[Self; 2]>),
    Add(Box<[Self; 2]>),
    Calculate(Operation, Box<[Self; 2]>),
    Test(Test, Box<[Self; 2]>),
    /// The same as a method: the argument stands first, as Rhai looks at it first.
    TestMethod(Test, Box<[Self; 2]>),
    /// How many characters or items there are.
    Length(Box<Self>),
    IsEmpty(Box<Self>),
    /// The judged time.
    Now,
    /// The time that a text stands for.
    Date(Box<Self>),
    DaysBetween(Box<[Self; 2]>),
    If(Box<Choice>),
    Block(Vec<Step>),
    Call(Box<Call>),
    Pass(Option<Box<Self>>),
    Fail(Box<Failure>),
    /// With its end as a text, where it has one.
    Exempt(Box<Self>, Option<Box<Self>>),
}

/// A property that is read.
struct Read {
    property: &'static Property,
    /// Its name in the evidence.
    name: Arc<str>,
    reads: FacetSet,
}

/// A method of an object that is asked.
struct Ask {
    /// The objects on the way to it.
    through: Box<[Read]>,
    object: Object,
    method: &'static Method,
    argument: Expr,
    /// Its name in the evidence, where the argument is known before it runs.
    name: Option<Arc<str>>,
    reads: FacetSet,
}

/// A call of a function of the script's or of a library's.
struct Call {
    arguments: Vec<Expr>,
    body: Vec<Step>,
}

struct Choice {
    condition: Expr,
    then: Vec<Step>,
    otherwise: Vec<Step>,
}

struct Failure {
    message: Expr,
    /// What the script adds: the severity, and evidence.
    more: Vec<(Box<str>, Expr)>,
}

#[derive(Debug, Clone, Copy)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// An operation on two whole numbers; none of it is defined where the result is not.
type Operation = fn(i64, i64) -> Option<i64>;

/// A question about a text or a list of texts, and another text or list.
#[derive(Debug, Clone, Copy)]
enum Test {
    Contains,
    StartsWith,
    EndsWith,
    Matches(Syntax),
    MatchesAny,
}
