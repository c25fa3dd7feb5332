//! How a place in a message is written: `messages[0].user_properties["k"]`, `99[1].2`, `(pkg.ext)`.

use crate::schema::{FieldDescriptor, extension_name};
use std::fmt;
use std::str::FromStr;

/// One step from a message to something inside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A field by its declared name.
    Field(String),
    /// Records by their field number, known or not.
    Number(u32),
    /// An extension by its full name.
    Extension(String),
    /// `[5]`: a map key if the field is a map, otherwise a zero-based index.
    Index(i128),
    /// `["k"]`: a map key.
    Key(String),
    /// `[true]`: a map key.
    BoolKey(bool),
}

/// A place, as steps from the root message. The empty path is the root itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Path(pub Vec<Step>);

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("Expected a field name, a number or \"(extension)\" at character {at} of \"{path}\"")]
    Step { path: String, at: usize },
    #[error("Expected an index, true, false or a quoted key at character {at} of \"{path}\"")]
    Bracket { path: String, at: usize },
    #[error("Missing \"]\" after character {at} of \"{path}\"")]
    Open { path: String, at: usize },
    #[error("Field number {number} in \"{path}\" is not between 1 and 536870911")]
    Number { path: String, number: String },
}

impl Path {
    /// This place and one step further.
    pub fn with(&self, step: Step) -> Path {
        let mut steps = self.0.clone();
        steps.push(step);
        Path(steps)
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Splits `PATH=VALUE` at the first `=` outside brackets.
    pub fn split_assignment(text: &str) -> Option<(&str, &str)> {
        let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
        for (at, c) in text.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' if depth > 0 => quoted = !quoted,
                '[' | '(' if !quoted => depth += 1,
                ']' | ')' if !quoted => depth = depth.saturating_sub(1),
                '=' if depth == 0 => return Some((&text[..at], &text[at + 1..])),
                _ => {}
            }
        }
        None
    }
}

impl Step {
    /// The step to a declared field or extension.
    pub fn of_field(field: &FieldDescriptor) -> Step {
        match extension_name(field) {
            Some(name) => Step::Extension(name.to_owned()),
            None => Step::Field(field.name().to_owned()),
        }
    }

    /// Whether it is written in brackets behind a name.
    pub fn is_bracket(&self) -> bool {
        matches!(self, Step::Index(_) | Step::Key(_) | Step::BoolKey(_))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Field(name) => f.write_str(name),
            Step::Number(number) => write!(f, "{number}"),
            Step::Extension(name) => write!(f, "({name})"),
            Step::Index(idx) => write!(f, "[{idx}]"),
            Step::Key(key) => write!(f, "[{}]", serde_json::Value::from(key.as_str())),
            Step::BoolKey(key) => write!(f, "[{key}]"),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (idx, step) in self.0.iter().enumerate() {
            let bracket = matches!(step, Step::Index(_) | Step::Key(_) | Step::BoolKey(_));
            if idx > 0 && !bracket {
                f.write_str(".")?;
            }
            write!(f, "{step}")?;
        }
        Ok(())
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Path, PathError> {
        let mut parser = Parser { text, at: 0 };
        let mut steps = Vec::new();
        if text.is_empty() {
            return Ok(Path(steps));
        }
        loop {
            steps.push(parser.name()?);
            while parser.eat('[') {
                steps.push(parser.bracket()?);
            }
            if parser.at == text.len() {
                return Ok(Path(steps));
            }
            if !parser.eat('.') {
                return Err(parser.step_error());
            }
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.rest().starts_with(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn char_idx(&self) -> usize {
        self.text[..self.at].chars().count() + 1
    }

    fn step_error(&self) -> PathError {
        PathError::Step { path: self.text.to_owned(), at: self.char_idx() }
    }

    fn name(&mut self) -> Result<Step, PathError> {
        if self.eat('(') {
            let Some(len) = self.rest().find(')').filter(|len| *len > 0) else {
                return Err(self.step_error());
            };
            let name = self.rest()[..len].to_owned();
            self.at += len + 1;
            return Ok(Step::Extension(name));
        }
        let len = self.rest().find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest().len());
        let name = self.rest()[..len].to_owned();
        if name.is_empty() {
            return Err(self.step_error());
        }
        self.at += len;
        if !name.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(Step::Field(name));
        }
        match name.parse::<u32>() {
            Ok(number @ 1..=crate::wire::MAX_NUMBER) => Ok(Step::Number(number)),
            _ => Err(PathError::Number { path: self.text.to_owned(), number: name }),
        }
    }

    fn bracket(&mut self) -> Result<Step, PathError> {
        let at = self.char_idx();
        let path = || self.text.to_owned();
        let step = if self.rest().starts_with('"') {
            let mut values = serde_json::Deserializer::from_str(self.rest()).into_iter::<String>();
            let Some(Ok(key)) = values.next() else { return Err(PathError::Bracket { path: path(), at }) };
            let len = values.byte_offset();
            self.at += len;
            Step::Key(key)
        } else {
            let len = self.rest().find(']').ok_or_else(|| PathError::Open { path: path(), at })?;
            let step = match &self.rest()[..len] {
                "true" => Step::BoolKey(true),
                "false" => Step::BoolKey(false),
                number => Step::Index(number.parse().map_err(|_| PathError::Bracket { path: path(), at })?),
            };
            self.at += len;
            step
        };
        if self.eat(']') { Ok(step) } else { Err(PathError::Open { path: self.text.to_owned(), at }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_it_was_read() {
        for text in [
            "messages[0].topic.name",
            "99",
            "99[1].2",
            "(pkg.ext)[3].x",
            r#"user_properties["a.b]=\"c\""]"#,
            "m[true]",
            "m[-5]",
            "",
        ] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_path_says_where() {
        for (text, place) in [
            ("a..b", "character 3"),
            ("a[", "\"]\""),
            ("a[x]", "character 3"),
            ("0", "number 0"),
            (".", "character 1"),
        ] {
            let error = text.parse::<Path>().unwrap_err().to_string();
            assert!(error.contains(place), "{text}: {error}");
        }
    }

    #[test]
    fn an_assignment_splits_outside_brackets() {
        assert_eq!(Path::split_assignment("a.b=c=d"), Some(("a.b", "c=d")));
        assert_eq!(Path::split_assignment(r#"m["x=y"]=z"#), Some((r#"m["x=y"]"#, "z")));
        assert_eq!(Path::split_assignment("a.b"), None);
    }
}
