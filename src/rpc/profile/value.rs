//! A value of a profile: written out, or only named.

use std::fmt;
use std::path::PathBuf;

/// Where a value is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProfileValue {
    /// As it is written; `${name}` in it stands for a variable of the profile.
    Text(String),
    /// In a variable of the environment.
    Environment(String),
    /// In a file, relative to the profile's own folder.
    File(PathBuf),
    /// In nobody's file: asked for when it is needed, and kept in memory.
    Asked,
    /// In the system keyring, under the profile's name and the value's place.
    Keyring,
}

/// What a value in the system keyring is written as.
const IN_KEYRING: &str = "?keyring";

/// Characters that make a value a name of one; twice, they are themselves.
const MARKS: [char; 3] = ['$', '@', '?'];

impl ProfileValue {
    /// Reads `$NAME`, `@FILE`, `?`, `?keyring` or text. Text that looks like one of those has its first
    /// character twice.
    pub fn read(text: &str) -> ProfileValue {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(first), Some(second)) if first == second && MARKS.contains(&first) => {
                return ProfileValue::Text(text[first.len_utf8()..].to_owned());
            }
            (Some('?'), None) => return ProfileValue::Asked,
            _ if text == IN_KEYRING => return ProfileValue::Keyring,
            _ => {}
        }
        match (text.strip_prefix('@').filter(|path| !path.is_empty()), variable_name(text)) {
            (Some(path), _) => ProfileValue::File(path.into()),
            (None, Some(name)) => ProfileValue::Environment(name.to_owned()),
            (None, None) => ProfileValue::Text(text.to_owned()),
        }
    }

    /// Whether it only names a value, which is a secret then.
    pub fn is_reference(&self) -> bool {
        !matches!(self, ProfileValue::Text(_))
    }
}

impl Default for ProfileValue {
    fn default() -> Self {
        ProfileValue::Text(String::new())
    }
}

/// What [`ProfileValue::read`] reads as this.
impl fmt::Display for ProfileValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProfileValue::Text(text) => {
                if ProfileValue::read(text) != *self {
                    f.write_str(&text[..1])?;
                }
                f.write_str(text)
            }
            ProfileValue::Environment(name) => write!(f, "${name}"),
            ProfileValue::File(path) => write!(f, "@{}", path.display()),
            ProfileValue::Asked => f.write_str("?"),
            ProfileValue::Keyring => f.write_str(IN_KEYRING),
        }
    }
}

/// The name in `$NAME`.
pub fn variable_name(text: &str) -> Option<&str> {
    text.strip_prefix('$').filter(|name| is_variable_name(name))
}

/// Letters, digits and underscores, no digit first.
pub(super) fn is_variable_name(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Literal(&'a str),
    /// `${name}`.
    Variable(&'a str),
}

/// Splits at every `${name}`; what only resembles one is text.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut rest, mut from) = (text, 0);
    while let Some(at) = rest[from..].find("${").map(|at| at + from) {
        let name = rest[at + 2..].split_once('}').map(|(name, _)| name).filter(|name| is_variable_name(name));
        let Some(name) = name else {
            from = at + 2;
            continue;
        };
        if at > 0 {
            parts.push(Part::Literal(&rest[..at]));
        }
        parts.push(Part::Variable(name));
        (rest, from) = (&rest[at + name.len() + 3..], 0);
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_is_text_or_names_where_it_is() {
        let text = |text: &str| ProfileValue::Text(text.to_owned());
        for (written, value) in [
            ("orders", text("orders")),
            ("", text("")),
            ("$TOKEN", ProfileValue::Environment("TOKEN".to_owned())),
            ("$5", text("$5")),
            ("${topic}", text("${topic}")),
            ("$$TOKEN", text("$TOKEN")),
            ("@a/b.txt", ProfileValue::File("a/b.txt".into())),
            ("@", text("@")),
            ("@@me", text("@me")),
            ("?", ProfileValue::Asked),
            ("??", text("?")),
            ("?a", text("?a")),
            ("?keyring", ProfileValue::Keyring),
            ("??keyring", text("?keyring")),
            ("keyring", text("keyring")),
            ("?keyring2", text("?keyring2")),
        ] {
            assert_eq!(ProfileValue::read(written), value, "{written}");
            assert_eq!(ProfileValue::read(&value.to_string()), value, "{written}");
        }
    }

    #[test]
    fn variables_stand_in_braces() {
        for (text, expected) in [
            ("a${b}c", vec![Part::Literal("a"), Part::Variable("b"), Part::Literal("c")]),
            ("${a}${b}", vec![Part::Variable("a"), Part::Variable("b")]),
            ("${}${a", vec![Part::Literal("${}${a")]),
            ("$${a}", vec![Part::Literal("$"), Part::Variable("a")]),
            ("${a b}ü${c}", vec![Part::Literal("${a b}ü"), Part::Variable("c")]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back_from_its_spelling(text in "[$@?{}a-z ü]{0,6}") {
            let value = ProfileValue::Text(text.clone());
            prop_assert_eq!(ProfileValue::read(&value.to_string()), value);
            let joined: String = parts(&text)
                .into_iter()
                .map(|part| match part {
                    Part::Literal(text) => text.to_owned(),
                    Part::Variable(name) => format!("${{{name}}}"),
                })
                .collect();
            prop_assert_eq!(joined, text);
        }
    }
}
