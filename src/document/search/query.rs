//! What is looked for.

use super::needle::Needle;
use super::parse;
use super::pattern::PathPattern;
use std::fmt;
use std::str::FromStr;

/// The language by example: what to write, and what it finds. In the order it is explained.
pub const SYNTAX: &[(&str, &str)] = &[
    ("orders", "in text, bytes, names of fields and enums; a small letter finds the capital too"),
    ("20000", "also numbers equal to it"),
    ("\"Orders 2\"", "exactly this, in text and bytes"),
    ("/ord.*[0-9]+/", "a regular expression, in text and bytes"),
    ("hex:0a1b", "these bytes, tags and lengths included"),
    ("messages[*].topic", "the fields at this path; it may begin anywhere, or at the root with a dot"),
    ("system_properties.tag == \"a\"", "fields by value: == != < <= > >= and ~ for \"contains\""),
    ("user_properties[\"k\"] ~ /^v/", "a map entry by its key; ~ also takes a regular expression"),
    ("born_timestamp >= 2026-11-23", "times, durations (1.5s), enums by name or number, 0x1f, hex:00ff"),
    ("body.len > 1000", "bytes of text, bytes or messages; records of a repeated field"),
    ("*_timestamp", "any letters; * alone is any field, ** any number of levels"),
    ("99.1 == 5", "fields by number, declared or not"),
    ("tag ~ a and not tag == ab", "both are true of the same field; or and parentheses work too"),
    ("messages[*] has (topic and body.len > 9)", "messages inside of which each of these is found"),
];

/// A query that was understood.
#[derive(Clone, Debug)]
pub struct Query {
    text: String,
    pub(super) expr: Expr,
}

#[derive(Clone, Debug)]
pub(super) enum Expr {
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    Term(Term),
}

#[derive(Clone, Debug)]
pub(super) enum Term {
    /// A word or words: in values and names, as a number, as a path.
    Plain(Box<Plain>),
    /// Text in values.
    Text(Needle),
    /// Bytes wherever they stand.
    Bytes(Needle),
    /// Whatever stands at a path.
    Path(PathPattern),
    Compare(Box<Compare>),
    Has(Box<Has>),
    /// What no type declares; not to be written in a query.
    Unknown,
}

#[derive(Clone, Debug)]
pub(super) struct Plain {
    pub needle: Needle,
    pub integer: Option<i128>,
    pub float: Option<f64>,
    pub bool: Option<bool>,
    /// If it can be one that has more than a name.
    pub path: Option<PathPattern>,
    /// Whether a time or a duration could be written with it.
    pub may_be_time: bool,
    /// Which bit of a field's names is its own.
    pub bit: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Compare {
    pub path: PathPattern,
    pub measure: Measure,
    pub op: Op,
    pub literal: Literal,
}

/// A message at a path, inside of which all that is asked for stands somewhere.
#[derive(Clone, Debug)]
pub(super) struct Has {
    pub path: PathPattern,
    pub expr: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    Value,
    /// Bytes, or records of a repeated field.
    Len,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Contains,
}

/// A value to compare with.
#[derive(Clone, Debug)]
pub(super) struct Literal {
    pub text: String,
    pub is_quoted: bool,
    /// For [`Op::Contains`].
    pub needle: Option<Needle>,
    pub integer: Option<i128>,
    pub float: Option<f64>,
}

/// Why a text is no query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}, at column {column}")]
pub struct QueryError {
    pub reason: String,
    /// Counted in characters from 1.
    pub column: usize,
    /// What to do about it.
    pub hint: &'static str,
}

impl Query {
    /// All that the types do not declare, but not what is inside of it.
    pub fn unknown() -> Query {
        Query { text: String::new(), expr: Expr::Term(Term::Unknown) }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Query, QueryError> {
        let expr = parse::parse(text)?;
        Ok(Query { text: text.to_owned(), expr })
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Op::Equal => "==",
            Op::NotEqual => "!=",
            Op::Less => "<",
            Op::AtMost => "<=",
            Op::Greater => ">",
            Op::AtLeast => ">=",
            Op::Contains => "~",
        })
    }
}

impl Expr {
    /// All terms in it, those about the inside of messages too, each with whether what it finds is wanted
    /// and not ruled out.
    pub fn terms(&self) -> Vec<(&Term, bool)> {
        let (mut open, mut found) = (vec![(self, true)], Vec::new());
        while let Some((expr, is_wanted)) = open.pop() {
            match expr {
                Expr::All(all) | Expr::Any(all) => open.extend(all.iter().map(|one| (one, is_wanted))),
                Expr::Not(inner) => open.push((inner, !is_wanted)),
                Expr::Term(term) => {
                    found.push((term, is_wanted));
                    if let Term::Has(has) = term {
                        open.push((&has.expr, is_wanted));
                    }
                }
            }
        }
        found
    }
}
