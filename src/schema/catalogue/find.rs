//! Finding names from some of their letters.
//!
//! Every name is looked at for every query, so nothing is made anew per name: its letters are
//! written into one buffer, and most names drop out at the first look.

use super::{Catalogue, EntryId, What, path_of};
use crate::schema::SchemaError;

/// Names looked at between two questions whether to go on.
const STEP: usize = 4_096;

/// How a name matches, the closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    /// All of it, with package or without.
    Whole,
    /// Its last part.
    Name,
    Start,
    /// At the start of a word: behind a dot or underscore, at a capital letter.
    WordStart,
    /// The first letters of its words.
    Initials,
    Within,
    /// In the package, or over the dot behind it.
    InPackage,
    /// In this order, with others between, without those of the package.
    Letters,
}

/// One name, made ready: identifiers are ASCII.
#[derive(Default)]
struct Name {
    /// With package.
    full: String,
    /// The same in lower case.
    lower: String,
    /// Where the name within the package starts.
    start: usize,
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
        let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let mut found: Vec<(Closeness, bool, usize, EntryId)> = Vec::new();
        let mut name = Name::default();
        for idx in 0..self.entries.len() + self.members.len() {
            if idx % STEP == 0 && !go_on() {
                return Err(SchemaError::Cancelled);
            }
            let id = EntryId(u32::try_from(idx).unwrap_or(u32::MAX));
            if !self.write_name(id, &mut name) {
                continue;
            }
            let worst = words.iter().try_fold(Closeness::Whole, |worst, word| {
                closeness(word.as_bytes(), &name).map(|closeness| worst.max(closeness))
            });
            if let Some(closeness) = worst {
                let is_member = self.entries.len() <= idx;
                found.push((closeness, is_member, name.full.len() - name.start, id));
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

    /// Whether the entry has a name that can be found.
    fn write_name(&self, id: EntryId, name: &mut Name) -> bool {
        if let Some(entry) = self.entries.get(id.0 as usize)
            && !matches!(entry.what, What::Declared(_))
        {
            return false;
        }
        let Some((declaration, member)) = self.get(id) else { return false };
        let full_name = declaration.full_name();
        let file = declaration.file();
        let path = path_of(declaration, file.package_name());
        name.start = full_name.len() - path.len();
        name.full.clear();
        name.full.push_str(full_name);
        if let Some(member) = member {
            name.full.push('.');
            member.write_name(&mut name.full);
        }
        name.lower.clear();
        name.lower.push_str(&name.full);
        name.lower.make_ascii_lowercase();
        true
    }
}

/// How the name matches a word in lower case.
fn closeness(word: &[u8], name: &Name) -> Option<Closeness> {
    let all = name.lower.as_bytes();
    let mut rest = all.iter();
    if !word.iter().all(|wanted| rest.any(|found| found == wanted)) {
        return None;
    }
    let lower = all.get(name.start..).unwrap_or_default();
    if lower == word || all == word {
        return Some(Closeness::Whole);
    }
    let last = lower.iter().rposition(|byte| *byte == b'.').map_or(0, |dot| dot + 1);
    let last = lower.get(last..).unwrap_or_default();
    if last == word {
        return Some(Closeness::Name);
    }
    if lower.starts_with(word) || last.starts_with(word) {
        return Some(Closeness::Start);
    }
    let written = name.full.as_bytes().get(name.start..).unwrap_or_default();
    let mut is_within = false;
    for at in memchr::memmem::find_iter(lower, word) {
        if starts_word(written, at) {
            return Some(Closeness::WordStart);
        }
        is_within = true;
    }
    if has_initials(word, written) {
        return Some(Closeness::Initials);
    }
    if is_within {
        return Some(Closeness::Within);
    }
    if memchr::memmem::find(all, word).is_some() {
        return Some(Closeness::InPackage);
    }
    // The letters of packages are in almost everything.
    let mut rest = lower.iter();
    word.iter().all(|wanted| rest.any(|found| found == wanted)).then_some(Closeness::Letters)
}

fn starts_word(name: &[u8], at: usize) -> bool {
    let Some(here) = name.get(at) else { return false };
    match at.checked_sub(1).and_then(|before| name.get(before)) {
        None => true,
        Some(before) => {
            (!before.is_ascii_alphanumeric() && here.is_ascii_alphanumeric())
                || (here.is_ascii_uppercase() && before.is_ascii_lowercase())
        }
    }
}

/// Whether the letters are the first ones of words, each behind the one before: `smr` of
/// `SendMessageRequest`.
fn has_initials(word: &[u8], name: &[u8]) -> bool {
    let mut initials = (0..name.len()).filter(|at| starts_word(name, *at));
    let is_next = |wanted: &u8| {
        initials.any(|at| name.get(at).is_some_and(|byte| byte.to_ascii_lowercase() == *wanted))
    };
    2 <= word.len() && word.iter().all(is_next)
}
