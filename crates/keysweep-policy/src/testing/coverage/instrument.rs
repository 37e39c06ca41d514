//! Writes probes into a script.
//!
//! A probe never changes what a script means: one before a statement is a statement of its own; one at an operator is an
//! operand that decides nothing; one around a condition gives the condition back. No line moves, so that a place's line
//! stays what it was.

use rhai::{Engine, Position, Token};

use super::point::{Point, PointKind};

/// Notes that it was called.
pub(super) const REACHED: &str = "__reached";
/// Notes that it was called and is true, for the right side of `&&`.
pub(super) const TRUE: &str = "__true";
/// Notes that it was called and is false, for the right side of `||`.
pub(super) const FALSE: &str = "__false";
/// Gives back a condition and notes its value: the point of its truth, the point after it of its falsehood.
pub(super) const CONDITION: &str = "__condition";
/// Gives back the condition of a loop and notes that it was true.
pub(super) const LOOP: &str = "__loop";

/// A script with probes.
pub(super) struct Script {
    pub(super) text: String,
    pub(super) points: Vec<Point>,
}

/// The script `text` with probes that note points from the number `first` on.
pub(super) fn instrument(engine: &Engine, text: &str, first: usize) -> Script {
    let tokens = tokens(engine, text);
    let mut writer = Writer { first, tokens: &tokens, points: Vec::new(), insertions: Vec::new() };
    for index in 0..tokens.len() {
        writer.token(index);
    }
    Script { text: inserted(text, writer.insertions), points: writer.points }
}

/// What a brace opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brace {
    /// A block of statements.
    Block,
    /// The block after `do`, which has its condition behind it.
    Do,
    /// A map.
    Map,
    /// A value within a string.
    Interpolation,
    /// Brackets of any other kind.
    Bracket,
}

/// A token with what it is in.
struct Piece {
    token: Token,
    position: Position,
    /// The innermost thing that was open before it.
    within: Option<Brace>,
    /// What it opens or closes, if it is a brace.
    brace: Option<Brace>,
}

fn tokens(engine: &Engine, text: &str) -> Vec<Piece> {
    let texts = [text];
    let (stream, control) = engine.lex(&texts);
    let mut open: Vec<Brace> = Vec::new();
    let mut pieces: Vec<Piece> = Vec::new();
    for (token, position) in stream {
        let within = open.last().copied();
        let mut brace = None;
        match token {
            Token::EOF => break,
            Token::LeftBrace => {
                brace = Some(match pieces.last().map(|piece| &piece.token) {
                    Some(Token::InterpolatedString(_)) => Brace::Interpolation,
                    Some(Token::Do) => Brace::Do,
                    Some(_) | None => Brace::Block,
                });
            }
            Token::MapStart => brace = Some(Brace::Map),
            Token::LeftParen | Token::LeftBracket | Token::QuestionBracket => brace = Some(Brace::Bracket),
            Token::RightBrace | Token::RightParen | Token::RightBracket => {
                brace = open.pop();
                if brace == Some(Brace::Interpolation) {
                    // The text goes on.
                    control.borrow_mut().is_within_text = true;
                }
            }
            _ => {}
        }
        if !is_closing(&token) {
            open.extend(brace);
        }
        pieces.push(Piece { token, position, within, brace });
    }
    pieces
}

fn is_closing(token: &Token) -> bool {
    matches!(token, Token::RightBrace | Token::RightParen | Token::RightBracket)
}

struct Writer<'a> {
    first: usize,
    tokens: &'a [Piece],
    points: Vec<Point>,
    /// What is written before the character at a place.
    insertions: Vec<((usize, usize), String)>,
}

impl Writer<'_> {
    fn token(&mut self, index: usize) {
        let piece = &self.tokens[index];
        match piece.token {
            Token::And => self.right_side(index, |point| format!(" {TRUE}({point}) &&")),
            Token::Or if !self.is_argument(index) => self.right_side(index, |point| format!(" {FALSE}({point}) ||")),
            // The right side is asked where the left one is `()`, as this one is.
            Token::DoubleQuestion => self.right_side(index, |point| format!(" {REACHED}({point}) ??")),
            _ => {}
        }
        if self.begins_statement(index) {
            let point = self.point(piece.position, PointKind::Line);
            self.write(piece.position, 0, format!("{REACHED}({point}); "));
        }
        match piece.token {
            Token::If => self.condition(index, CONDITION, &[PointKind::True, PointKind::False]),
            Token::While | Token::Until => self.condition(index, LOOP, &[PointKind::Loop]),
            Token::For => self.loop_body(index),
            Token::Pipe | Token::Or if self.is_argument(index) => self.function(index),
            _ => {}
        }
    }

    /// Whether a token begins an argument: a closure, where it is `|` or `||`.
    fn is_argument(&self, index: usize) -> bool {
        let before = index.checked_sub(1).map(|before| &self.tokens[before].token);
        matches!(before, Some(Token::LeftParen | Token::Comma))
    }

    fn begins_statement(&self, index: usize) -> bool {
        let piece = &self.tokens[index];
        let is_among_statements = matches!(piece.within, None | Some(Brace::Block | Brace::Do));
        if !is_among_statements || matches!(piece.token, Token::Fn | Token::Private) {
            return false;
        }
        let Some(before) = index.checked_sub(1).map(|before| &self.tokens[before]) else { return true };
        match before.token {
            Token::LeftBrace | Token::SemiColon => !matches!(piece.token, Token::RightBrace | Token::SemiColon),
            // A block ends its statement where another can begin.
            Token::RightBrace => before.brace == Some(Brace::Block) && begins(&piece.token),
            _ => false,
        }
    }

    /// Writes around the condition after the token at `index`, which ends where a block begins, or its statement ends.
    fn condition(&mut self, index: usize, probe: &str, kinds: &[PointKind]) {
        let position = self.tokens[index].position;
        let points: Vec<usize> = kinds.iter().map(|kind| self.point(position, *kind)).collect();
        let Some(end) = self.end_of_condition(index) else { return };
        let Some(point) = points.first() else { return };
        self.write(self.tokens[index + 1].position, 0, format!("{probe}({point}, ("));
        self.write(end, 0, ")) ".to_owned());
    }

    fn end_of_condition(&self, index: usize) -> Option<Position> {
        let mut depth = 0_usize;
        for piece in self.tokens.get(index + 1..)? {
            if depth == 0 && matches!(piece.token, Token::LeftBrace | Token::SemiColon | Token::RightBrace) {
                return Some(piece.position);
            }
            if is_closing(&piece.token) {
                depth = depth.checked_sub(1)?;
            } else if piece.brace.is_some() {
                depth += 1;
            }
        }
        None
    }

    /// Notes the body of the loop whose `for` is at `index`.
    fn loop_body(&mut self, index: usize) {
        let Some(end) = self.end_of_condition(index) else { return };
        let point = self.point(self.tokens[index].position, PointKind::Loop);
        self.write(end, 1, format!(" {REACHED}({point});"));
    }

    fn right_side(&mut self, index: usize, probe: impl Fn(usize) -> String) {
        let Some(next) = self.tokens.get(index + 1) else { return };
        let point = self.point(next.position, PointKind::RightSide);
        self.write(self.tokens[index].position, 2, probe(point));
    }

    /// Makes a block of the body of the closure that begins at `index`, where it is none.
    fn function(&mut self, index: usize) {
        let is_pipe = |piece: &Piece| matches!(piece.token, Token::Pipe);
        let parameters = match self.tokens[index].token {
            Token::Or => 0,
            _ => match self.tokens[index + 1..].iter().position(is_pipe) {
                Some(count) => count + 1,
                None => return,
            },
        };
        let Some(body) = self.tokens.get(index + parameters + 1) else { return };
        if matches!(body.token, Token::LeftBrace) {
            return;
        }
        let mut depth = 0_usize;
        let end = self.tokens[index + parameters + 1..].iter().find(|piece| {
            if depth == 0 && (is_closing(&piece.token) || matches!(piece.token, Token::Comma)) {
                return true;
            }
            if is_closing(&piece.token) {
                depth -= 1;
            } else if piece.brace.is_some() {
                depth += 1;
            }
            false
        });
        let Some(end) = end else { return };
        let point = self.point(body.position, PointKind::Line);
        self.write(body.position, 0, format!("{{ {REACHED}({point}); "));
        self.write(end.position, 0, " }".to_owned());
    }

    fn point(&mut self, position: Position, kind: PointKind) -> usize {
        let (line, column) = place(position);
        self.points.push(Point { line, column, kind });
        self.first + self.points.len() - 1
    }

    /// Writes `text` so many characters after a place.
    fn write(&mut self, position: Position, after: usize, text: String) {
        let (line, column) = place(position);
        self.insertions.push(((line, column + after), text));
    }
}

/// Whether a token can begin a statement after a block.
fn begins(token: &Token) -> bool {
    matches!(
        token,
        Token::Identifier(_)
            | Token::IntegerConstant(_)
            | Token::FloatConstant(_)
            | Token::CharConstant(_)
            | Token::StringConstant(_)
            | Token::InterpolatedString(_)
            | Token::True
            | Token::False
            | Token::Let
            | Token::Const
            | Token::If
            | Token::Do
            | Token::While
            | Token::Loop
            | Token::For
            | Token::Continue
            | Token::Break
            | Token::Return
            | Token::Throw
            | Token::Try
            | Token::Import
            | Token::Bang
            | Token::MapStart
    )
}

fn place(position: Position) -> (usize, usize) {
    (position.line().unwrap_or(1), position.position().unwrap_or(1))
}

/// The text with what is to be written before each place, in that order where the places are the same.
fn inserted(text: &str, mut insertions: Vec<((usize, usize), String)>) -> String {
    insertions.sort_by_key(|(place, _)| *place);
    let mut insertions = insertions.into_iter().peekable();
    let mut result = String::with_capacity(2 * text.len());
    let (mut line, mut column) = (1, 1);
    for character in text.chars() {
        while let Some((_, probe)) = insertions.next_if(|(place, _)| *place <= (line, column)) {
            result += &probe;
        }
        result.push(character);
        (line, column) = if character == '\n' { (line + 1, 1) } else { (line, column + 1) };
    }
    result.extend(insertions.map(|(_, probe)| probe));
    result
}
