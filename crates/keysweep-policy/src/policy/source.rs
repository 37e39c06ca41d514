//! The text of a script as pieces with an end, so that an error marks the whole of what it is about: Rhai's own
//! positions say where something begins, and nothing more.

use std::{cell::Cell, collections::BTreeMap};

use keysweep_files::Place;
use rhai::{ASTFlags, Expr, Position};

/// A script cut into tokens. A text in backticks is one token for each piece between the expressions in it.
pub(crate) struct Source<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    /// The place of a token among all, by line and column.
    by_place: BTreeMap<(usize, usize), usize>,
    /// How many expressions may still be looked through for their ends, so that a script of one long expression takes
    /// no time that grows with its square.
    budget: Cell<u32>,
}

/// A token, and for the first and last of what is bracketed the other of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Token {
    from: usize,
    to: usize,
    line: usize,
    column: usize,
    partner: Option<usize>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let tokens = Scanner::new(text).scan();
        let by_place = tokens.iter().enumerate().map(|(index, token)| ((token.line, token.column), index)).collect();
        Self { text, tokens, by_place, budget: Cell::new(100_000) }
    }

    /// The token that begins at a position.
    fn at(&self, position: Position) -> Option<usize> {
        self.by_place.get(&(position.line()?, position.position()?)).copied()
    }

    /// The name, the sign or the value at a position.
    pub(crate) fn token(&self, position: Position) -> Option<Place> {
        match self.at(position) {
            Some(index) => Some(self.piece(index, index)),
            None => Some(Place { line: position.line()?, column: position.position().unwrap_or(1), length: 1 }),
        }
    }

    /// All of an expression.
    pub(crate) fn expr(&self, expr: &Expr) -> Option<Place> {
        match self.range(expr) {
            Some((first, last)) => Some(self.piece(first, last)),
            None => self.token(expr.start_position()),
        }
    }

    /// All of a closure, which is an argument: up to the comma or the bracket after it.
    pub(crate) fn closure(&self, position: Position) -> Option<Place> {
        let first = self.at(position)?;
        let mut last = first;
        // Its parameters stand between the first two bars.
        let bar = (first + 1..self.tokens.len()).find(|index| self.word(*index) == Some("|"));
        let mut index = bar.filter(|_| self.word(first) == Some("|")).unwrap_or(first) + 1;
        while self.word(index).is_some_and(|word| !matches!(word, "," | ")" | "]" | "}" | ";")) {
            last = self.tokens[index].partner.filter(|partner| *partner > index).unwrap_or(index);
            index = last + 1;
        }
        Some(self.piece(first, last))
    }

    /// The text of an expression without its white space; none where its end is unknown.
    pub(crate) fn words(&self, expr: &Expr) -> Option<Vec<&'a str>> {
        let (first, last) = self.range(expr)?;
        Some(self.tokens.get(first..=last)?.iter().map(|token| &self.text[token.from..token.to]).collect())
    }

    /// The names that the script gives to variables and parameters.
    pub(crate) fn made(&self) -> Vec<&'a str> {
        let mut names = Vec::new();
        for index in 0..self.tokens.len() {
            match self.word(index) {
                Some("let" | "for" | "catch") => names.extend(self.word(index + 1)),
                Some("fn") => {
                    let last = self.tokens.get(index + 2).and_then(|bracket| bracket.partner).unwrap_or(index);
                    names.extend((index + 3..last).filter_map(|index| self.word(index)));
                }
                _ => {}
            }
        }
        names.retain(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'));
        names
    }

    /// The head of a function whose body begins at `before`: `check(key)`.
    pub(crate) fn head(&self, name: &str, before: Position) -> Option<Place> {
        let body = self.at(before)?;
        let name = (0..body).rev().find(|index| self.word(*index) == Some(name))?;
        let last = self.tokens.get(name + 1)?.partner.unwrap_or(name);
        Some(self.piece(name, last))
    }

    fn range(&self, expr: &Expr) -> Option<(usize, usize)> {
        let (first, last) = (self.first(expr)?, self.last(expr)?);
        // Brackets that are open at one end belong to it: `(a + b) * c` begins with the bracket.
        let partners = self.tokens.get(first..=last)?.iter().filter_map(|token| token.partner);
        let (first, last) = partners.fold((first, last), |(first, last), it| (first.min(it), last.max(it)));
        (first <= last).then_some((first, last))
    }

    /// The first token of an expression. Rhai says of an operator where its sign stands.
    fn first(&self, expr: &Expr) -> Option<usize> {
        self.spend()?;
        match expr {
            Expr::FnCall(call, position) if call.is_operator_call() || self.is_in(*position) => {
                let operands = call.args.iter().map(|operand| self.first(operand));
                operands.chain([self.at(*position)]).collect::<Option<Vec<_>>>()?.into_iter().min()
            }
            Expr::FnCall(call, _) if call.is_qualified() => self.at(call.namespace.position()),
            Expr::Dot(pair, ..) | Expr::Index(pair, ..) => self.first(&pair.lhs),
            Expr::And(terms, _) | Expr::Or(terms, _) | Expr::Coalesce(terms, _) => self.first(terms.first()?),
            other => self.at(other.start_position()),
        }
    }

    /// The last token of an expression.
    fn last(&self, expr: &Expr) -> Option<usize> {
        self.spend()?;
        let here = || self.at(expr.position());
        let closed = |index: usize| self.tokens[index].partner.filter(|partner| *partner > index).unwrap_or(index);
        match expr {
            Expr::FnCall(call, position) if call.is_operator_call() || self.is_in(*position) => {
                call.args.iter().map(|operand| self.last(operand)).collect::<Option<Vec<_>>>()?.into_iter().max()
            }
            Expr::FnCall(..) | Expr::MethodCall(..) => {
                let mut name = here()?;
                while self.word(name + 1) == Some("::") {
                    name += 2;
                }
                if self.word(name + 1) == Some("(") { Some(closed(name + 1)) } else { Some(name) }
            }
            Expr::Dot(pair, ..) => self.last(&pair.rhs),
            Expr::Index(pair, flags, _) => {
                let goes_on = matches!(pair.rhs, Expr::Dot(..) | Expr::Index(..)) && !flags.contains(ASTFlags::BREAK);
                let last = self.last(&pair.rhs)?;
                Some(if goes_on || self.word(last + 1) != Some("]") { last } else { last + 1 })
            }
            Expr::And(terms, _) | Expr::Or(terms, _) | Expr::Coalesce(terms, _) => self.last(terms.last()?),
            Expr::Stmt(block) => self.at(block.end_position()),
            Expr::IntegerConstant(..) | Expr::FloatConstant(..) => {
                let index = here()?;
                Some(if matches!(self.word(index), Some("-" | "+")) { index + 1 } else { index })
            }
            _ => here().map(closed),
        }
    }

    fn spend(&self) -> Option<()> {
        self.budget.set(self.budget.get().checked_sub(1)?);
        Some(())
    }

    /// Whether `in` stands at a position, which Rhai turns into a call of `contains`.
    pub(crate) fn is_in(&self, position: Position) -> bool {
        let index = self.at(position);
        let word = |ahead: usize| index.and_then(|index| self.word(index + ahead));
        word(0) == Some("in") || (word(0) == Some("!") && word(1) == Some("in"))
    }

    fn word(&self, index: usize) -> Option<&'a str> {
        self.tokens.get(index).map(|token| &self.text[token.from..token.to])
    }

    /// From one token to another, or to the end of the first one's line.
    fn piece(&self, first: usize, last: usize) -> Place {
        let token = self.tokens[first];
        let last = self.tokens.get(last).copied().unwrap_or(token);
        let text = self.text.get(token.from..last.to.max(token.to)).unwrap_or_default();
        let length = text.lines().next().unwrap_or_default().trim_end().chars().count().max(1);
        Place { line: token.line, column: token.column, length }
    }
}

/// The signs of more than one character, longest first.
const SIGNS: [&str; 31] = [
    "...", "..=", "===", "!==", "<<=", ">>=", "**=", "&&", "||", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=",
    "|=", "&=", "^=", "=>", "->", "::", "..", "**", "??", "?.", "?[", "<<", ">>",
];

/// What is open while a script is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Bracket(usize),
    /// An expression in a string in backticks that began with this token.
    Text(usize),
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    column: usize,
    tokens: Vec<Token>,
    open: Vec<Open>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1, column: 1, tokens: Vec::new(), open: Vec::new() }
    }

    fn scan(mut self) -> Vec<Token> {
        while let Some(next) = self.peek() {
            if next.is_whitespace() {
                self.step();
            } else if self.rest().starts_with("//") {
                self.skip_while(|c| c != '\n');
            } else if self.rest().starts_with("/*") {
                self.block_comment();
            } else {
                self.token(next);
            }
        }
        self.tokens
    }

    fn token(&mut self, next: char) {
        let (from, line, column) = (self.at, self.line, self.column);
        let index = self.tokens.len();
        self.tokens.push(Token { from, to: from, line, column, partner: None });
        match next {
            '`' => {
                self.step();
                self.text_piece(index);
            }
            '}' if matches!(self.open.last(), Some(Open::Text(_))) => {
                let Some(Open::Text(first)) = self.open.pop() else { return };
                self.step();
                self.text_piece(first);
                self.pair(first, index);
            }
            '"' | '\'' => self.quoted(next),
            c if c.is_alphabetic() || c == '_' => self.skip_while(|c| c.is_alphanumeric() || c == '_'),
            c if c.is_ascii_digit() => self.number(),
            '#' if self.rest().starts_with("#{") => {
                self.steps(2);
                self.open.push(Open::Bracket(index));
            }
            '(' | '[' | '{' => {
                self.step();
                self.open.push(Open::Bracket(index));
            }
            ')' | ']' | '}' => {
                self.step();
                if let Some(Open::Bracket(first)) = self.open.last().copied() {
                    self.open.pop();
                    self.pair(first, index);
                }
            }
            _ => {
                let sign = SIGNS.iter().find(|sign| self.rest().starts_with(**sign));
                self.steps(sign.map_or(1, |sign| sign.len()));
                if sign == Some(&"?[") {
                    self.open.push(Open::Bracket(index));
                }
            }
        }
        self.tokens[index].to = self.at;
    }

    fn pair(&mut self, first: usize, last: usize) {
        self.tokens[first].partner = Some(last);
        self.tokens[last].partner = Some(first);
    }

    /// A piece of a string in backticks, up to its end or to an expression in it.
    fn text_piece(&mut self, first: usize) {
        while let Some(next) = self.peek() {
            if self.rest().starts_with("``") {
                self.steps(2);
            } else if next == '`' {
                self.step();
                return;
            } else if self.rest().starts_with("${") {
                self.steps(2);
                self.open.push(Open::Text(first));
                return;
            } else {
                self.step();
            }
        }
    }

    fn quoted(&mut self, quote: char) {
        self.step();
        while let Some(next) = self.peek() {
            self.step();
            if next == '\\' {
                self.step();
            } else if next == quote || next == '\n' {
                return;
            }
        }
    }

    /// A number; the point of `1.to_float()` and the points of `1..3` are none of it.
    fn number(&mut self) {
        self.skip_while(|c| c.is_ascii_alphanumeric() || c == '_');
        let mut rest = self.rest().chars();
        if rest.next() == Some('.') && rest.next().is_some_and(|c| c.is_ascii_digit()) {
            self.step();
            self.skip_while(|c| c.is_ascii_alphanumeric() || c == '_');
        }
        let before = self.text[..self.at].chars().next_back();
        if matches!(before, Some('e' | 'E')) && matches!(self.peek(), Some('-' | '+')) {
            self.step();
            self.skip_while(|c| c.is_ascii_digit());
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.peek().is_some() {
            if self.rest().starts_with("/*") {
                depth += 1;
                self.steps(2);
            } else if self.rest().starts_with("*/") {
                depth -= 1;
                self.steps(2);
                if depth == 0 {
                    return;
                }
            } else {
                self.step();
            }
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn step(&mut self) {
        if let Some(next) = self.peek() {
            self.at += next.len_utf8();
            (self.line, self.column) = if next == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
    }

    fn steps(&mut self, count: usize) {
        (0..count).for_each(|_| self.step());
    }

    fn skip_while(&mut self, goes_on: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&goes_on) {
            self.step();
        }
    }
}

#[cfg(test)]
mod tests {
    use rhai::{ASTNode, Engine};

    use super::*;

    /// Every expression of a script with the piece that is marked for it.
    fn marked(script: &str) -> String {
        let ast = Engine::new().compile(script).unwrap();
        let source = Source::new(script);
        let lines: Vec<&str> = script.lines().collect();
        let mut out = Vec::new();
        ast.walk(&mut |path| {
            if let Some(ASTNode::Expr(expr)) = path.last() {
                let place = source.expr(expr).unwrap();
                let line = lines[place.line - 1].chars();
                out.push(line.skip(place.column - 1).take(place.length).collect::<String>());
            }
            true
        });
        out.dedup();
        out.join("\n")
    }

    #[test]
    fn an_expression_is_marked_from_its_beginning_to_its_end() {
        insta::assert_snapshot!(marked("if (a.b + 1) * -2 >= f(x[1], \"(\") { }"), @r#"
        (a.b + 1) * -2
        a.b + 1
        a.b
        a
        b
        1
        -2
        f(x[1], "(")
        x[1]
        x
        1
        "("
        "#);
        insta::assert_snapshot!(marked("let t = `a ${k.b(\"}\") + `x${y}`} b`; [1, #{ a: 2 }][0].c?.d"), @r#"
        `a ${k.b("}") + `x${y}`} b`
        k.b("}") + `x${y}`
        k.b("}")
        k
        b("}")
        "}"
        `x${y}`
        y
         
        [1, #{ a: 2 }][0].c?.d
        [1, #{ a: 2 }]
        [0].c?.d
        0
        c?.d
        c
        d
        "#);
        insta::assert_snapshot!(marked("!a && b.c == 1.5e-3 || /* ( */ 'x' in [\"\\\"\"] // )"), @r#"
        !a && b.c == 1.5e-3 || /* ( */ 'x' in ["\""]
        !a && b.c == 1.5e-3
        !a
        a
        b.c == 1.5e-3
        b.c
        b
        c
        1.5e-3
        'x' in ["\""]
        ["\""]
        'x'
        "#);
    }

    #[test]
    fn what_goes_on_in_the_next_line_is_marked_to_the_end_of_the_first() {
        insta::assert_snapshot!(marked("f(\n  1,\n  `a\nb`,\n)"), @"
        1
        `a
        ");
    }
}
