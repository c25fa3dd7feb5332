//! Finding names from some of their letters.

use super::{Catalogue, EntryId, What, path_of};
use crate::schema::SchemaError;

/// Names looked at between two questions whether to go on.
const STEP: usize = 4_096;

/// How a name matches, the closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    /// All of it, without package or with it.
    Whole,
    /// Its last part.
    Name,
    Start,
    /// At the start of a word: behind a dot or underscore, at a capital letter.
    WordStart,
    /// The first letters of its words.
    Initials,
    Within,
    /// In the package.
    InPackage,
    /// In this order, with others between.
    Letters,
}

/// One name, made ready.
struct Name {
    /// Without package.
    path: String,
    /// The same in lower case; letter by letter, so that places in the two agree.
    lower: Vec<char>,
    chars: Vec<char>,
    package: String,
}

impl Catalogue {
    /// What matches every word of the query, the closest first; nothing for a blank one. `go_on` is
    /// asked now and then and ends it with `false`.
    pub fn find(
        &self,
        query: &str,
        most: usize,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Vec<EntryId>, SchemaError> {
        let words: Vec<Vec<char>> = query.split_whitespace().map(letters).collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let mut found: Vec<(Closeness, usize, usize, EntryId)> = Vec::new();
        let n_all = self.entries.len() + self.members.len();
        for idx in 0..n_all {
            if idx % STEP == 0 && !go_on() {
                return Err(SchemaError::Cancelled);
            }
            let id = EntryId(u32::try_from(idx).unwrap_or(u32::MAX));
            if let Some(What::Source(_) | What::Package(_) | What::File(_)) =
                self.entries.get(idx).map(|entry| &entry.what)
            {
                continue;
            }
            let Some(name) = self.name(id) else { continue };
            let worst = words
                .iter()
                .map(|word| closeness(word, &name))
                .try_fold(Closeness::Whole, |all, one| one.map(|one| all.max(one)));
            if let Some(closeness) = worst {
                found.push((closeness, usize::from(idx >= self.entries.len()), name.chars.len(), id));
            }
        }
        // Letters alone match a lot; they count only where nothing is closer.
        if found.iter().any(|(closeness, ..)| *closeness < Closeness::Letters) {
            found.retain(|(closeness, ..)| *closeness < Closeness::Letters);
        }
        found.sort_unstable();
        found.truncate(most);
        Ok(found.into_iter().map(|(.., id)| id).collect())
    }

    fn name(&self, id: EntryId) -> Option<Name> {
        let (declaration, member) = self.get(id)?;
        let package = declaration.file().package_name().to_lowercase();
        let path = path_of(declaration, declaration.file().package_name());
        let path = match member {
            Some(member) => format!("{path}.{}", member.name()),
            None => path.to_owned(),
        };
        Some(Name { lower: letters(&path), chars: path.chars().collect(), path, package })
    }
}

fn letters(text: &str) -> Vec<char> {
    text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

fn closeness(word: &[char], name: &Name) -> Option<Closeness> {
    let lower = &name.lower;
    if lower == word {
        return Some(Closeness::Whole);
    }
    let last = lower.iter().rposition(|c| *c == '.').map_or(0, |dot| dot + 1);
    if lower.get(last..) == Some(word) {
        return Some(Closeness::Name);
    }
    if lower.starts_with(word) || lower.get(last..).is_some_and(|name| name.starts_with(word)) {
        return Some(Closeness::Start);
    }
    let mut is_within = false;
    for (at, window) in lower.windows(word.len()).enumerate() {
        if window == word {
            is_within = true;
            if starts_word(&name.chars, at) {
                return Some(Closeness::WordStart);
            }
        }
    }
    if has_initials(word, name) {
        return Some(Closeness::Initials);
    }
    if is_within {
        return Some(Closeness::Within);
    }
    let text: String = word.iter().collect();
    if name.package.contains(&text) || in_full_name(&text, name) {
        return Some(Closeness::InPackage);
    }
    let mut rest = lower.iter();
    word.iter().all(|wanted| rest.any(|found| found == wanted)).then_some(Closeness::Letters)
}

/// Over the dot between package and name: `v2.Message`.
fn in_full_name(text: &str, name: &Name) -> bool {
    text.contains('.') && format!("{}.{}", name.package, name.path.to_lowercase()).contains(text)
}

fn starts_word(chars: &[char], at: usize) -> bool {
    let Some(here) = chars.get(at) else { return false };
    let before = at.checked_sub(1).and_then(|before| chars.get(before));
    match before {
        None => true,
        Some(before) => {
            (!before.is_alphanumeric() && here.is_alphanumeric())
                || (here.is_uppercase() && before.is_lowercase())
        }
    }
}

/// Whether the letters are the first ones of words, each behind the one before: `smr` of
/// `SendMessageRequest`.
fn has_initials(word: &[char], name: &Name) -> bool {
    let mut initials = (0..name.chars.len()).filter(|at| starts_word(&name.chars, *at));
    2 <= word.len() && word.iter().all(|wanted| initials.any(|at| name.lower.get(at) == Some(wanted)))
}
