//! Plain text files of settings: `key = value` lines in sections; lines that begin with `#` are comments.
//!
//! Text that begins or ends with a space, or has characters that a line cannot hold, stands in quotes
//! with JSON's escapes.
//!
//! **Law.** Writing over a text keeps its comments, its blank lines, its order, the keys that the writer
//! does not know, and every line that says the same as before.

/// One line of the text.
pub(super) enum Line<'a> {
    /// Blank or a comment.
    Silent,
    Section(&'a str),
    /// The value as it is spelled.
    Pair(&'a str, &'a str),
    Wrong,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineProblem {
    #[error("\"{0}\" is neither \"key = value\" nor \"[section]\"")]
    NoPair(String),
    #[error("\"{key}\" is given twice")]
    Twice { key: String },
    #[error("\"{text}\" is not a value of \"{key}\"; write {expected}")]
    Value { key: String, text: String, expected: String },
    #[error("The quoted text of \"{key}\" does not end, or has a wrong escape")]
    Quotes { key: String },
    #[error("\"{0}\" is no name of a variable: letters, digits and _ only")]
    VariableName(String),
    #[error("\"{0}\" is a secret, and a file that is kept is no place for one")]
    Secret(String),
    #[error("There is no \"{0}\" in it")]
    Missing(&'static str),
    #[error("Version {0} of such files is newer than this program")]
    Newer(u64),
}

pub(super) fn line(text: &str) -> Line<'_> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Line::Silent;
    }
    if let Some(section) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return Line::Section(section.trim());
    }
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Line::Pair(key.trim(), value.trim()),
        _ => Line::Wrong,
    }
}

/// Goes through the pairs that `is_known` takes, by section and key. `found` gets each with its value; an
/// error comes with the number of its line, from 1.
pub(super) fn read<'a>(
    text: &'a str,
    is_known: &dyn Fn(&str, &str) -> bool,
    may_repeat: &dyn Fn(&str) -> bool,
    found: &mut dyn FnMut(Found<'a>) -> Result<(), LineProblem>,
) -> Result<(), (usize, LineProblem)> {
    let mut section = "";
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for (idx, text) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let at_line = |problem| (idx + 1, problem);
        match line(text) {
            Line::Silent => {}
            Line::Wrong => return Err(at_line(LineProblem::NoPair(text.trim().to_owned()))),
            Line::Section(name) => {
                section = name;
                found(Found::Section(section)).map_err(at_line)?;
            }
            Line::Pair(key, spelling) if is_known(section, key) => {
                let value = unquoted(spelling);
                let value = value.ok_or_else(|| at_line(LineProblem::Quotes { key: key.to_owned() }))?;
                if !may_repeat(section) && seen.contains(&(section, key)) {
                    return Err(at_line(LineProblem::Twice { key: key.to_owned() }));
                }
                seen.push((section, key));
                found(Found::Pair { section, key, value, line: idx + 1 }).map_err(at_line)?;
            }
            Line::Pair(..) => {}
        }
    }
    Ok(())
}

/// See [`read`].
pub(super) enum Found<'a> {
    Section(&'a str),
    Pair { section: &'a str, key: &'a str, value: String, line: usize },
}

/// The version in a file, if it can be read.
pub(super) fn check_version(value: &str, newest: u64) -> Result<(), LineProblem> {
    match value.parse::<u64>() {
        Ok(version) if version <= newest => Ok(()),
        Ok(version) => Err(LineProblem::Newer(version)),
        Err(_) => {
            let (key, text, expected) = ("version".to_owned(), value.to_owned(), newest.to_string());
            Err(LineProblem::Value { key, text, expected })
        }
    }
}

/// The value that a spelling stands for.
pub(super) fn unquoted(spelling: &str) -> Option<String> {
    match spelling.starts_with('"') {
        true => serde_json::from_str(spelling).ok(),
        false => Some(spelling.to_owned()),
    }
}

fn quoted(value: &str) -> String {
    let needs_quotes =
        value.trim() != value || value.starts_with('"') || value.chars().any(|c| c.is_control());
    if needs_quotes { serde_json::Value::from(value).to_string() } else { value.to_owned() }
}

/// Lines of `text` with keys that `is_known` does not take: number and key.
pub(super) fn unknown_keys(text: &str, is_known: &dyn Fn(&str, &str) -> bool) -> Vec<(usize, String)> {
    let mut section = "";
    let mut unknown = Vec::new();
    for (idx, text) in text.lines().enumerate() {
        match line(text) {
            Line::Section(name) => section = name,
            Line::Pair(key, _) if !is_known(section, key) => unknown.push((idx + 1, key.to_owned())),
            Line::Pair(..) | Line::Silent | Line::Wrong => {}
        }
    }
    unknown
}

/// What is to be written: section, key and value, in order.
#[derive(Debug, Default)]
pub(super) struct Pairs(pub Vec<(&'static str, String, String)>);

impl Pairs {
    /// Adds a pair unless its value is empty.
    pub fn add(&mut self, section: &'static str, key: &str, value: String) {
        if !value.is_empty() {
            self.0.push((section, key.to_owned(), value));
        }
    }

    /// The value of the first pair of this name, which is taken out.
    fn take(&mut self, section: &str, key: &str) -> Option<String> {
        let at = self.0.iter().position(|pair| (pair.0, pair.1.as_str()) == (section, key))?;
        Some(self.0.remove(at).2)
    }

    /// The lines of a section that are left, which are taken out.
    fn rest(&mut self, section: &str) -> String {
        let mut lines = String::new();
        self.0.retain(|(of, key, value)| {
            if *of == section {
                lines.push_str(&pair_line(key, value));
            }
            *of != section
        });
        lines
    }

    /// Writes over `old`; `comment` begins a new text. A section in `gone` takes its heading with it.
    pub fn write_over(
        mut self,
        old: &str,
        comment: &str,
        is_known: &dyn Fn(&str, &str) -> bool,
        gone: &[&str],
    ) -> String {
        let mut text = String::new();
        let mut section = "";
        if old.trim().is_empty() {
            text.push_str(comment);
        }
        for old_line in old.trim_start_matches('\u{feff}').lines() {
            match line(old_line) {
                Line::Section(name) => {
                    let lines = self.rest(section);
                    add_before_blank_lines(&mut text, &lines);
                    section = name;
                    if gone.contains(&name) {
                        continue;
                    }
                }
                Line::Pair(key, spelling) if is_known(section, key) => match self.take(section, key) {
                    Some(value) if unquoted(spelling).as_deref() == Some(value.as_str()) => {}
                    Some(value) => {
                        text.push_str(&pair_line(key, &value));
                        continue;
                    }
                    None => continue,
                },
                Line::Pair(..) | Line::Silent | Line::Wrong => {}
            }
            text.push_str(old_line);
            text.push('\n');
        }
        let lines = self.rest(section);
        add_before_blank_lines(&mut text, &lines);
        // What stands before every section can only be put there.
        let first = self.rest("");
        text.insert_str(0, &first);
        while let Some(section) = self.0.first().map(|pair| pair.0) {
            let lines = self.rest(section);
            text.push_str(&format!("\n[{section}]\n{lines}"));
        }
        text
    }
}

fn pair_line(key: &str, value: &str) -> String {
    format!("{key} = {}\n", quoted(value))
}

/// Adds lines at the end, before the blank lines that part the next section.
fn add_before_blank_lines(text: &mut String, lines: &str) {
    let without = text.trim_end_matches('\n').len();
    let end = if without == 0 { 0 } else { (without + 1).min(text.len()) };
    text.insert_str(end, lines);
}
