//! Runs a program about one resource.

use std::{borrow::Cow, cmp::Ordering, fmt::Write as _};

use jiff::Timestamp;
use keysweep_files::parse_time;
use keysweep_model::{Evidence, EvidenceValue, Fact, Resource, Severity, Verdict};

use super::{Ask, Call, Choice, Comparison, Expr, Failure, Program, Read, Step, Test};
use crate::{
    engine::{
        handle::{Subject, method_name},
        pattern::{self, Syntax},
        record::{Touch, Touched},
        strict::integer_with_number,
        verdicts::{MAX_EVIDENCE, exempt_until, said},
    },
    objects::{Value, days_up},
};

/// How many bytes of text patterns may look at, added up: names are far shorter, and more may take time.
const PATTERN_BYTES: usize = 16 << 10;

/// How a program ends.
pub(crate) enum End {
    Verdict(Verdict),
    /// A fact was missing, which the subject's record tells.
    Missing,
    /// Rhai is to run the script.
    Rhai,
}

impl Program {
    /// Runs it about `resource`. What it looks at is put down in the subject's record.
    pub(crate) fn run(&self, subject: &Subject, resource: &Resource) -> End {
        let mut run = Run { program: self, subject, resource, variables: Vec::new(), pattern_bytes: PATTERN_BYTES };
        match run.block(&self.body) {
            Ok(Held::Verdict(verdict)) | Err(Stop::Return(Held::Verdict(verdict))) => End::Verdict(*verdict),
            Ok(_) | Err(Stop::Return(_) | Stop::Rhai) => End::Rhai,
            Err(Stop::Missing) => End::Missing,
        }
    }
}

/// A value while the program runs.
#[derive(Clone)]
enum Held<'p> {
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(Cow<'p, str>),
    Texts(Cow<'p, [String]>),
    Time(Timestamp),
    Verdict(Box<Verdict>),
    /// An object, which the program knows already.
    Object,
    Nothing,
}

/// Why no value comes of an expression.
enum Stop<'p> {
    Return(Held<'p>),
    Missing,
    Rhai,
}

type Result<'p, T> = std::result::Result<T, Stop<'p>>;

struct Run<'r, 'p> {
    program: &'p Program,
    subject: &'r Subject,
    resource: &'r Resource,
    variables: Vec<Held<'p>>,
    /// How much text patterns may still look at.
    pattern_bytes: usize,
}

impl<'p> Run<'_, 'p> {
    fn block(&mut self, steps: &'p [Step]) -> Result<'p, Held<'p>> {
        let outer = self.variables.len();
        let mut last = Held::Nothing;
        for step in steps {
            last = match step {
                Step::Let(value) => {
                    let value = self.eval(value)?;
                    self.variables.push(value);
                    Held::Nothing
                }
                Step::Value(value) => self.eval(value)?,
                Step::Return(value) => return Err(Stop::Return(self.eval(value)?)),
                Step::For(texts, body) => {
                    for text in texts {
                        self.variables.push(Held::Text(Cow::Borrowed(text)));
                        self.block(body)?;
                        self.variables.pop();
                    }
                    Held::Nothing
                }
            };
        }
        self.variables.truncate(outer);
        Ok(last)
    }

    fn eval(&mut self, expr: &'p Expr) -> Result<'p, Held<'p>> {
        Ok(match expr {
            Expr::Boolean(value) => Held::Boolean(*value),
            Expr::Integer(value) => Held::Integer(*value),
            Expr::Number(value) => Held::Number(*value),
            Expr::Text(text) => Held::Text(Cow::Borrowed(text)),
            Expr::Texts(texts) => Held::Texts(Cow::Borrowed(texts)),
            Expr::Joined(parts) => self.joined(parts)?,
            Expr::Variable(place) => self.variables.get(*place).cloned().ok_or(Stop::Rhai)?,
            Expr::Read(reads) => self.read_all(reads)?,
            Expr::Ask(ask) => self.ask(ask)?,
            Expr::Not(operand) => Held::Boolean(!self.holds(operand)?),
            Expr::All(terms) => Held::Boolean(!self.any(terms, false)?),
            Expr::Any(terms) => Held::Boolean(self.any(terms, true)?),
            Expr::Compare(comparison, operands) => {
                let [a, b] = self.both(operands)?;
                Held::Boolean(compare(*comparison, &a, &b).ok_or(Stop::Rhai)?)
            }
            Expr::Add(operands) => match self.both(operands)? {
                [Held::Integer(a), Held::Integer(b)] => Held::Integer(a.checked_add(b).ok_or(Stop::Rhai)?),
                [a @ Held::Text(_), b] | [a, b @ Held::Text(_)] => {
                    let mut text = String::new();
                    self.append(&mut text, &a)?;
                    self.append(&mut text, &b)?;
                    Held::Text(Cow::Owned(text))
                }
                _ => return Err(Stop::Rhai),
            },
            Expr::Calculate(operation, operands) => match self.both(operands)? {
                [Held::Integer(a), Held::Integer(b)] => Held::Integer(operation(a, b).ok_or(Stop::Rhai)?),
                _ => return Err(Stop::Rhai),
            },
            Expr::Test(test, operands) => {
                let [a, b] = self.both(operands)?;
                Held::Boolean(self.test(*test, &a, &b).ok_or(Stop::Rhai)?)
            }
            Expr::TestMethod(test, operands) => {
                let [argument, receiver] = self.both(operands)?;
                Held::Boolean(self.test(*test, &receiver, &argument).ok_or(Stop::Rhai)?)
            }
            Expr::Length(value) => match self.eval(value)? {
                Held::Text(text) => length(text.chars().count()),
                Held::Texts(texts) => length(texts.len()),
                _ => return Err(Stop::Rhai),
            },
            Expr::IsEmpty(value) => match self.eval(value)? {
                Held::Text(text) => Held::Boolean(text.is_empty()),
                Held::Texts(texts) => Held::Boolean(texts.is_empty()),
                _ => return Err(Stop::Rhai),
            },
            Expr::Now => Held::Time(self.subject.now),
            Expr::Date(text) => Held::Time(parse_time(&self.text(text)?).map_err(|_| Stop::Rhai)?),
            Expr::DaysBetween(times) => match self.both(times)? {
                [Held::Time(from), Held::Time(to)] => Held::Integer(days_up(to.duration_since(from))),
                _ => return Err(Stop::Rhai),
            },
            Expr::If(choice) => self.choose(choice)?,
            Expr::Block(steps) => self.block(steps)?,
            Expr::Call(call) => self.call(call)?,
            Expr::Pass(note) => {
                let note = note.as_ref().map(|note| self.text(note)).transpose()?;
                Held::Verdict(Verdict::Pass { note: note.map(Cow::into_owned) }.into())
            }
            Expr::Fail(failure) => self.fail(failure)?,
            Expr::Exempt(reason, until) => {
                let reason = self.text(reason)?;
                let verdict = match until {
                    None => said("exempt", &reason).map(|reason| Verdict::Exempt { reason, until: None }),
                    Some(until) => exempt_until(&reason, &self.text(until)?, self.subject.now),
                };
                Held::Verdict(verdict.map_err(|_| Stop::Rhai)?.into())
            }
        })
    }

    fn both(&mut self, [a, b]: &'p [Expr; 2]) -> Result<'p, [Held<'p>; 2]> {
        Ok([self.eval(a)?, self.eval(b)?])
    }

    fn holds(&mut self, expr: &'p Expr) -> Result<'p, bool> {
        match self.eval(expr)? {
            Held::Boolean(value) => Ok(value),
            _ => Err(Stop::Rhai),
        }
    }

    fn text(&mut self, expr: &'p Expr) -> Result<'p, Cow<'p, str>> {
        match self.eval(expr)? {
            Held::Text(text) => Ok(text),
            _ => Err(Stop::Rhai),
        }
    }

    /// Whether one of the terms is `wanted`. Those after it are not looked at.
    fn any(&mut self, terms: &'p [Expr], wanted: bool) -> Result<'p, bool> {
        for term in terms {
            if self.holds(term)? == wanted {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn call(&mut self, call: &'p Call) -> Result<'p, Held<'p>> {
        let outer = self.variables.len();
        let arguments = call.arguments.iter().map(|argument| self.eval(argument)).collect::<Result<'p, Vec<_>>>()?;
        self.variables.extend(arguments);
        let made = match self.block(&call.body) {
            Err(Stop::Return(made)) => made,
            other => other?,
        };
        self.variables.truncate(outer);
        Ok(made)
    }

    fn choose(&mut self, choice: &'p Choice) -> Result<'p, Held<'p>> {
        if self.holds(&choice.condition)? { self.block(&choice.then) } else { self.block(&choice.otherwise) }
    }

    fn joined(&mut self, parts: &'p [Expr]) -> Result<'p, Held<'p>> {
        let mut text = String::new();
        for part in parts {
            let part = self.eval(part)?;
            self.append(&mut text, &part)?;
        }
        Ok(Held::Text(Cow::Owned(text)))
    }

    /// Adds a value to a text, as Rhai shows it.
    fn append(&self, text: &mut String, value: &Held<'p>) -> Result<'p, ()> {
        match value {
            Held::Text(more) => text.push_str(more),
            Held::Boolean(value) => text.push_str(if *value { "true" } else { "false" }),
            Held::Integer(value) => write!(text, "{value}").map_err(|_| Stop::Rhai)?,
            Held::Number(_) | Held::Texts(_) | Held::Time(_) | Held::Verdict(_) | Held::Object | Held::Nothing => {
                return Err(Stop::Rhai);
            }
        }
        if text.len() <= self.program.limits.text_bytes { Ok(()) } else { Err(Stop::Rhai) }
    }

    fn read_all(&mut self, reads: &'p [Read]) -> Result<'p, Held<'p>> {
        let mut last = Held::Object;
        for read in reads {
            let fact = self.subject.fact(self.resource, read.property);
            last = self.touch(&Touch { name: &read.name, reads: read.reads, in_list: false }, fact)?;
        }
        Ok(last)
    }

    fn ask(&mut self, ask: &'p Ask) -> Result<'p, Held<'p>> {
        let argument = self.text(&ask.argument)?;
        self.read_all(&ask.through)?;
        let subject = self.subject;
        let made;
        let name = match &ask.name {
            Some(name) => name,
            None => {
                made = method_name(ask.object, subject.is_judged(ask.object), ask.method, &argument).into();
                &made
            }
        };
        let fact = (ask.method.read)(&subject.seen(self.resource), &argument);
        self.touch(&Touch { name, reads: ask.reads, in_list: false }, fact)
    }

    fn touch(&self, touch: &Touch<'_>, fact: Fact<Value>) -> Result<'p, Held<'p>> {
        let value = match self.subject.record.touch(touch, fact) {
            Touched::Value(value) => value,
            Touched::Missing => return Err(Stop::Missing),
            Touched::TooMuch(_) => return Err(Stop::Rhai),
        };
        match value {
            Value::Boolean(value) => Ok(Held::Boolean(value)),
            Value::Integer(value) => Ok(Held::Integer(value)),
            Value::Text(text) if text.len() <= self.program.limits.text_bytes => Ok(Held::Text(Cow::Owned(text))),
            Value::Texts(texts) if self.program.limits.allow(&texts) => Ok(Held::Texts(Cow::Owned(texts))),
            Value::Time(time) => Ok(Held::Time(time)),
            Value::Object(_) => Ok(Held::Object),
            Value::Text(_) | Value::Texts(_) | Value::Objects(..) | Value::Absent(_) => Err(Stop::Rhai),
        }
    }

    /// What a test comes to; none where it is not made of these, its pattern is none, or patterns have looked at enough.
    fn test(&mut self, test: Test, a: &Held<'p>, b: &Held<'p>) -> Option<bool> {
        match (test, a, b) {
            (Test::Contains, Held::Text(text), Held::Text(part)) => Some(text.contains(&**part)),
            (Test::Contains, Held::Texts(texts), Held::Text(text)) => Some(texts.iter().any(|known| known == text)),
            (Test::StartsWith, Held::Text(text), Held::Text(part)) => Some(text.starts_with(&**part)),
            (Test::EndsWith, Held::Text(text), Held::Text(part)) => Some(text.ends_with(&**part)),
            (Test::Matches(syntax), Held::Text(text), Held::Text(pattern)) => self.matches(syntax, pattern, text),
            (Test::MatchesAny, Held::Text(text), Held::Texts(patterns)) => {
                for pattern in patterns.iter() {
                    if self.matches(Syntax::Glob, pattern, text)? {
                        return Some(true);
                    }
                }
                Some(false)
            }
            (Test::Contains | Test::StartsWith | Test::EndsWith | Test::Matches(_) | Test::MatchesAny, _, _) => None,
        }
    }

    fn matches(&mut self, syntax: Syntax, pattern: &str, text: &str) -> Option<bool> {
        // A pattern that has to be compiled costs something too.
        self.pattern_bytes = self.pattern_bytes.checked_sub(pattern.len() + text.len())?;
        pattern::matches(syntax, pattern, text).ok()
    }

    fn fail(&mut self, failure: &'p Failure) -> Result<'p, Held<'p>> {
        let message = self.text(&failure.message)?;
        let mut severity = None;
        let mut evidence = Evidence::new();
        let mut bytes = 0;
        for (name, value) in &failure.more {
            let value = match self.eval(value)? {
                Held::Boolean(value) => EvidenceValue::Boolean(value),
                Held::Integer(value) => EvidenceValue::Integer(value),
                Held::Number(value) if value.is_finite() => EvidenceValue::Number(value),
                Held::Text(text) => {
                    bytes += text.len();
                    EvidenceValue::Text(text.into_owned())
                }
                Held::Texts(texts) if texts.len() <= MAX_EVIDENCE => {
                    bytes += texts.iter().map(String::len).sum::<usize>();
                    EvidenceValue::List(texts.into_owned())
                }
                Held::Time(time) => EvidenceValue::Time(time),
                Held::Number(_) | Held::Texts(_) | Held::Verdict(_) | Held::Object | Held::Nothing => {
                    return Err(Stop::Rhai);
                }
            };
            match (&**name, value) {
                ("severity", EvidenceValue::Text(word)) => {
                    severity = Some(word.parse::<Severity>().map_err(|_| Stop::Rhai)?);
                }
                ("severity", _) => return Err(Stop::Rhai),
                (name, value) => drop(evidence.insert(name.to_owned(), value)),
            }
        }
        // The texts of a map are limited together.
        if bytes > self.program.limits.text_bytes {
            return Err(Stop::Rhai);
        }
        let message = said("fail", &message).map_err(|_| Stop::Rhai)?;
        Ok(Held::Verdict(Verdict::Fail { message, severity, evidence }.into()))
    }
}

fn length<'p>(length: usize) -> Held<'p> {
    Held::Integer(i64::try_from(length).unwrap_or(i64::MAX))
}

/// What a comparison comes to; none where these are not compared.
fn compare(comparison: Comparison, a: &Held<'_>, b: &Held<'_>) -> Option<bool> {
    let order = match (a, b) {
        (Held::Integer(a), Held::Integer(b)) => a.cmp(b),
        (Held::Text(a), Held::Text(b)) => a.cmp(b),
        (Held::Time(a), Held::Time(b)) => a.cmp(b),
        (Held::Number(a), Held::Number(b)) => a.partial_cmp(b)?,
        (Held::Integer(a), Held::Number(b)) => integer_with_number(*a, *b)?,
        (Held::Number(a), Held::Integer(b)) => integer_with_number(*b, *a)?.reverse(),
        (Held::Boolean(a), Held::Boolean(b)) => match comparison {
            Comparison::Equal | Comparison::Unequal => a.cmp(b),
            Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
                return None;
            }
        },
        _ => return None,
    };
    Some(match comparison {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::Unequal => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
    })
}
