//! Paths with wildcards: `messages[*].system_properties.tag`, `**.tag`, `*_timestamp`, `99[1].2`.

use super::super::path::Step;
use super::super::resolve::MapKey;
use crate::wire::MAX_NUMBER;

/// A path that stands for many. Without an anchor it may begin at any message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathPattern {
    pub is_anchored: bool,
    /// Steps between `**`; all but the last part may be empty.
    parts: Vec<Vec<PatternStep>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PatternStep {
    pub name: NamePattern,
    pub bracket: Bracket,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NamePattern {
    Any,
    Name(String),
    /// With `*` for any letters.
    Glob(String),
    /// By number, declared or not.
    Number(u32),
    Extension(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    None,
    Any,
    Index(i128),
    Key(String),
    Bool(bool),
}

/// One step of the way to a record, as a pattern sees it.
pub(super) struct Level<'a> {
    pub number: u32,
    /// `None` for what is not declared.
    pub step: Option<&'a Step>,
    /// Its place among the elements of its field.
    pub element: Option<u64>,
    pub is_map: bool,
}

impl PatternStep {
    /// Whether the level answers to it, but for a map's key.
    pub fn fits(&self, level: &Level<'_>) -> bool {
        let is_named = match level.step {
            Some(step) => self.names(level.number, step),
            None => match &self.name {
                NamePattern::Any => true,
                NamePattern::Number(number) => *number == level.number,
                _ => false,
            },
        };
        is_named
            && match (&self.bracket, level.element) {
                (Bracket::None | Bracket::Any, _) => true,
                _ if level.is_map => true,
                (Bracket::Index(idx), element) => *idx == i128::from(element.unwrap_or(0)),
                _ => false,
            }
    }

    /// Whether a field of this number and name is meant.
    pub fn names(&self, number: u32, step: &Step) -> bool {
        match (&self.name, step) {
            (NamePattern::Any, _) => true,
            (NamePattern::Number(wanted), _) => *wanted == number,
            (NamePattern::Name(name), Step::Field(found)) => name == found,
            (NamePattern::Glob(glob), Step::Field(found)) => glob_fits(glob, found),
            (NamePattern::Extension(name), Step::Extension(found)) => name == found,
            _ => false,
        }
    }

    /// Whether a map's key has still to be compared.
    pub fn wants_key(&self) -> bool {
        !matches!(self.bracket, Bracket::None | Bracket::Any)
    }

    pub fn fits_key(&self, key: &MapKey) -> bool {
        match (&self.bracket, key) {
            (Bracket::None | Bracket::Any, _) => true,
            (Bracket::Index(wanted), MapKey::Integer(found)) => wanted == found,
            (Bracket::Key(wanted), MapKey::Text(found)) => wanted.as_bytes() == found,
            (Bracket::Bool(wanted), MapKey::Bool(found)) => wanted == found,
            _ => false,
        }
    }
}

/// Whether `name` is `glob` with something, or nothing, for each `*`.
fn glob_fits(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

impl PathPattern {
    /// The last step, which the record itself has to answer to.
    pub fn last(&self) -> Option<&PatternStep> {
        self.parts.last()?.last()
    }

    /// Whether it says more than a name.
    pub fn has_structure(&self) -> bool {
        let n_steps: usize = self.parts.iter().map(Vec::len).sum();
        self.is_anchored || n_steps > 1 || self.parts.len() > 1 || !self.is_plain()
    }

    /// Whether it is made of names and dots alone.
    pub fn is_plain(&self) -> bool {
        let plain =
            |step: &PatternStep| matches!(step.name, NamePattern::Name(_)) && step.bracket == Bracket::None;
        self.parts.len() == 1 && self.parts.iter().flatten().all(plain)
    }

    /// The path without a last step `len`, if it has one behind another.
    pub fn before_len(&self) -> Option<PathPattern> {
        let mut path = self.clone();
        let is_alone = path.parts.len() < 2 && path.parts.iter().map(Vec::len).sum::<usize>() < 2;
        let last = path.parts.last_mut()?;
        let is_len = last.last().is_some_and(|step| {
            step.bracket == Bracket::None && matches!(&step.name, NamePattern::Name(name) if name == "len")
        });
        if !is_len || is_alone {
            return None;
        }
        last.pop();
        if last.is_empty() {
            last.push(PatternStep { name: NamePattern::Any, bracket: Bracket::None });
        }
        Some(path)
    }

    /// Whether something that no type declares can answer to it.
    pub fn reaches_undeclared(&self) -> bool {
        self.last().is_some_and(|step| matches!(step.name, NamePattern::Any | NamePattern::Number(_)))
    }

    /// Whether the first `n_levels` levels are what it means; `fits(step, level)` compares one.
    pub fn fits<E>(
        &self,
        n_levels: usize,
        mut fits: impl FnMut(&PatternStep, usize) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let mut end = n_levels;
        for (idx, part) in self.parts.iter().enumerate().rev() {
            let is_last = idx + 1 == self.parts.len();
            let is_first = idx == 0;
            let mut starts = match (is_last, end.checked_sub(part.len())) {
                (_, None) => return Ok(false),
                // The last part has to end where the record is; others may end anywhere before.
                (true, Some(start)) => start..=start,
                (false, Some(start)) => 0..=start,
            };
            if is_first && self.is_anchored {
                if !starts.contains(&0) {
                    return Ok(false);
                }
                starts = 0..=0;
            }
            let mut found = None;
            for start in starts.rev() {
                let mut is_fit = true;
                for (nth, step) in part.iter().enumerate().rev() {
                    if !fits(step, start + nth)? {
                        is_fit = false;
                        break;
                    }
                }
                if is_fit {
                    found = Some(start);
                    break;
                }
            }
            match found {
                Some(start) => end = start,
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// What is wrong with a path, and the byte of the text it is wrong at.
pub(super) struct PatternError {
    pub reason: String,
    pub at: usize,
}

/// Reads the path at the start of `text`, and how many bytes it takes; `None` if there is none.
pub(super) fn read_pattern(text: &str) -> Result<Option<(PathPattern, usize)>, PatternError> {
    let is_anchored = text.starts_with('.');
    let mut at = usize::from(is_anchored);
    let mut parts = vec![Vec::new()];
    loop {
        let rest = &text[at..];
        let (name, len) = match read_name(rest, at)? {
            Some(found) => found,
            None if at == 0 || (is_anchored && at == 1) => return Ok(None),
            None => {
                let reason = "Expected a field name, a number, * or ** after the dot".to_owned();
                return Err(PatternError { reason, at });
            }
        };
        at += len;
        match name {
            None => parts.push(Vec::new()),
            Some(name) => {
                let (bracket, len) = read_bracket(&text[at..], at)?;
                at += len;
                if let Some(part) = parts.last_mut() {
                    part.push(PatternStep { name, bracket });
                }
            }
        }
        if !text[at..].starts_with('.') {
            break;
        }
        at += 1;
    }
    if let Some(last) = parts.last_mut().filter(|last| last.is_empty()) {
        last.push(PatternStep { name: NamePattern::Any, bracket: Bracket::None });
    }
    Ok(Some((PathPattern { is_anchored, parts }, at)))
}

/// A name and its length; the inner `None` is `**`.
#[allow(clippy::type_complexity, reason = "nothing, a gap or a name")]
fn read_name(text: &str, at: usize) -> Result<Option<(Option<NamePattern>, usize)>, PatternError> {
    if let Some(inner) = text.strip_prefix('(') {
        let len = inner.find(')').unwrap_or(0);
        let name = &inner[..len];
        let is_name =
            name.contains('.') && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        let extension = NamePattern::Extension(name.to_owned());
        return Ok(is_name.then_some((Some(extension), len + 2)));
    }
    let len = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '*'))).unwrap_or(text.len());
    let name = &text[..len];
    Ok(Some(match name {
        "" => return Ok(None),
        "**" => (None, len),
        "*" => (Some(NamePattern::Any), len),
        name if name.contains('*') => (Some(NamePattern::Glob(name.to_owned())), len),
        name if name.starts_with(|c: char| c.is_ascii_digit()) => match name.parse::<u32>() {
            Ok(number @ 1..=MAX_NUMBER) => (Some(NamePattern::Number(number)), len),
            _ => {
                let reason = format!("\"{name}\" is no field number from 1 to {MAX_NUMBER}");
                return Err(PatternError { reason, at });
            }
        },
        name => (Some(NamePattern::Name(name.to_owned())), len),
    }))
}

fn read_bracket(text: &str, at: usize) -> Result<(Bracket, usize), PatternError> {
    let Some(inner) = text.strip_prefix('[') else { return Ok((Bracket::None, 0)) };
    let wrong = || PatternError {
        reason: "Expected *, an index, true, false or a quoted key".to_owned(),
        at: at + 1,
    };
    let (bracket, len) = if inner.starts_with('"') {
        let mut values = serde_json::Deserializer::from_str(inner).into_iter::<String>();
        let Some(Ok(key)) = values.next() else { return Err(wrong()) };
        (Bracket::Key(key), values.byte_offset())
    } else {
        let len = inner.find(']').ok_or_else(wrong)?;
        let bracket = match &inner[..len] {
            "*" => Bracket::Any,
            "true" => Bracket::Bool(true),
            "false" => Bracket::Bool(false),
            number => Bracket::Index(number.parse().map_err(|_| wrong())?),
        };
        (bracket, len)
    };
    if inner[len..].starts_with(']') {
        Ok((bracket, len + 2))
    } else {
        Err(PatternError { reason: "Missing \"]\"".to_owned(), at: at + 1 + len })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, path: &[&str]) -> bool {
        let (pattern, len) = read_pattern(pattern).ok().flatten().unwrap();
        assert!(len > 0);
        let steps: Vec<Step> = path.iter().map(|name| Step::Field((*name).to_owned())).collect();
        let fits = |step: &PatternStep, level: usize| {
            let level = Level { number: 1, step: Some(&steps[level]), element: Some(2), is_map: false };
            Ok::<bool, ()>(step.fits(&level))
        };
        pattern.fits(steps.len(), fits).unwrap()
    }

    #[test]
    fn a_path_begins_anywhere_or_at_its_dot_at_the_root() {
        assert!(fits("b.c", &["a", "b", "c"]) && fits("c", &["a", "b", "c"]));
        assert!(!fits(".b.c", &["a", "b", "c"]) && fits(".a.b.c", &["a", "b", "c"]));
        assert!(!fits("a.b", &["a", "b", "c"]) && !fits("x.a", &["a"]));
    }

    #[test]
    fn stars_stand_for_one_field_any_levels_and_any_letters() {
        assert!(fits(".a.*.c", &["a", "b", "c"]) && !fits(".a.*", &["a", "b", "c"]));
        assert!(fits(".a.**.c", &["a", "b", "x", "c"]) && fits(".a.**.c", &["a", "c"]));
        assert!(fits("**.c", &["c"]) && fits(".**.c", &["a", "c"]) && !fits(".b.**.c", &["a", "b", "c"]));
        assert!(fits(".a.**.b.**.d", &["a", "b", "b", "c", "d"]));
        assert!(fits("*_time", &["born_time"]) && fits("b*n_*e", &["born_time"]) && !fits("b*x", &["born"]));
        assert!(fits(".a.**", &["a", "b", "c"]) && !fits(".a.**", &["a"]));
    }

    #[test]
    fn an_index_is_the_elements_and_none_is_any() {
        assert!(fits("a[2]", &["a"]) && fits("a[*]", &["a"]) && fits("a", &["a"]) && !fits("a[1]", &["a"]));
    }

    #[test]
    fn what_is_no_path_says_where() {
        for (text, at) in [("a[x]", 2), ("a[1", 2), ("a..b", 2), ("a.", 2), ("a[\"k\"x]", 5), ("0.a", 0)] {
            let error = read_pattern(text).err().map(|error| error.at);
            assert_eq!(error, Some(at), "{text}");
        }
        for text in ["", "\"a\"", "@", ".@"] {
            assert!(read_pattern(text).is_ok_and(|found| found.is_none()), "{text}");
        }
    }
}
