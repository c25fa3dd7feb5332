//! Finding what was meant from a few of its letters, in order.
//!
//! Each word of the query must be found; letters at the start of a word and letters in a row
//! weigh most, so that "sf" finds "Save file" before "Unsaved figure".

/// A found title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Higher is better; comparable for one query only.
    pub score: i32,
    /// Byte offsets of the letters found, ascending.
    pub letters: Vec<usize>,
}

const LETTER: i32 = 1;
const IN_A_ROW: i32 = 9;
const WORD_START: i32 = 8;
const TEXT_START: i32 = 4;
/// Longer texts are compared by their first characters only.
const MOST_CHARACTERS: usize = 200;

/// `None` if a word of `query` is not in `text`. An empty query finds everything.
pub fn fuzzy_match(query: &str, text: &str) -> Option<Match> {
    let letters: Vec<(usize, char)> = text.char_indices().take(MOST_CHARACTERS).collect();
    let mut found = Match { score: 0, letters: Vec::new() };
    for word in query.split_whitespace() {
        let word: Vec<char> = word.chars().map(lower).take(MOST_CHARACTERS).collect();
        let (score, at) = best_places(&word, &letters)?;
        found.score += score;
        found.letters.extend(at.into_iter().map(|idx| letters[idx].0));
    }
    found.letters.sort_unstable();
    found.letters.dedup();
    if !found.letters.is_empty() {
        found.score -= (letters.len() / 8) as i32;
    }
    Some(found)
}

/// Indices of the texts that match, best first; equals keep their order.
pub fn ranked<'a>(query: &str, texts: impl Iterator<Item = &'a str>) -> Vec<(usize, Match)> {
    let mut found: Vec<(usize, Match)> =
        texts.enumerate().filter_map(|(idx, text)| Some((idx, fuzzy_match(query, text)?))).collect();
    found.sort_by_key(|(idx, found)| (-found.score, *idx));
    found
}

fn lower(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

fn bonus(letters: &[(usize, char)], idx: usize) -> i32 {
    let character = letters[idx].1;
    let Some(before) = idx.checked_sub(1).map(|idx| letters[idx].1) else {
        return WORD_START + TEXT_START;
    };
    let starts_word = character.is_alphanumeric() && !before.is_alphanumeric();
    let starts_hump = character.is_uppercase() && before.is_lowercase();
    if starts_word || starts_hump { WORD_START } else { 0 }
}

/// The best score of `word` in `letters` and where it puts each letter.
fn best_places(word: &[char], letters: &[(usize, char)]) -> Option<(i32, Vec<usize>)> {
    const NONE: i32 = i32::MIN / 2;
    let n = letters.len();
    if word.is_empty() || n < word.len() {
        return word.is_empty().then(|| (0, Vec::new()));
    }
    // ends[w][t]: the best score of word[..=w] with its last letter right on letters[t];
    // from[w][t]: where the letter before it stands.
    let mut ends = vec![vec![NONE; n]; word.len()];
    let mut from = vec![vec![0_usize; n]; word.len()];
    for (w, wanted) in word.iter().enumerate() {
        let mut best_before = (NONE, 0);
        for t in 0..n {
            if w > 0 && t > 0 && best_before.0 < ends[w - 1][t - 1] {
                best_before = (ends[w - 1][t - 1], t - 1);
            }
            if lower(letters[t].1) != *wanted {
                continue;
            }
            let here = LETTER + bonus(letters, t);
            if w == 0 {
                ends[w][t] = here;
                continue;
            }
            let Some(last) = t.checked_sub(1) else {
                continue;
            };
            let row = ends[w - 1][last] + IN_A_ROW;
            let (before, at) = if best_before.0 <= row { (row, last) } else { best_before };
            if NONE / 2 < before {
                ends[w][t] = before + here;
                from[w][t] = at;
            }
        }
    }
    let last = word.len() - 1;
    let (mut t, score) = ends[last]
        .iter()
        .copied()
        .enumerate()
        .max_by_key(|(idx, score)| (*score, std::cmp::Reverse(*idx)))
        .filter(|(_, score)| NONE / 2 < *score)?;
    let mut at = vec![t];
    for w in (1..=last).rev() {
        t = from[w][t];
        at.push(t);
    }
    at.reverse();
    Some((score, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(query: &str, texts: &[&str]) -> Vec<String> {
        let found = ranked(query, texts.iter().copied());
        found.into_iter().map(|(idx, _)| texts[idx].to_owned()).collect()
    }

    #[test]
    fn letters_must_come_in_order() {
        assert!(fuzzy_match("svf", "Save file").is_some());
        assert!(fuzzy_match("fsv", "Save file").is_none());
        assert!(fuzzy_match("x", "Save file").is_none());
        assert!(fuzzy_match("save", "").is_none());
    }

    #[test]
    fn an_empty_query_keeps_the_order() {
        assert_eq!(order("", &["b", "a"]), ["b", "a"]);
        assert_eq!(order("  ", &["b", "a"]), ["b", "a"]);
    }

    #[test]
    fn starts_of_words_win() {
        let texts = ["Unsaved figure", "Show info", "Save file"];
        assert_eq!(order("sf", &texts)[0], "Save file");
        let types = ["apache.rocketmq.v2.ResumeMessages", "apache.rocketmq.v2.SendMessageRequest"];
        assert_eq!(order("smr", &types)[0], types[1]);
    }

    #[test]
    fn letters_in_a_row_win() {
        assert_eq!(order("red", &["Render edge", "Redo", "Rename edit"])[0], "Redo");
    }

    #[test]
    fn words_may_come_in_any_order() {
        assert_eq!(order("file save", &["Save file as", "Open file"]), ["Save file as"]);
    }

    #[test]
    fn found_letters_are_byte_offsets() {
        let found = fuzzy_match("öf", "Größe öffnen").expect("both letters are there");
        let text = "Größe öffnen";
        let letters: String = found.letters.iter().filter_map(|at| text[*at..].chars().next()).collect();
        assert_eq!(letters, "öf");
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(fuzzy_match("SAVE", "save").map(|found| found.letters), Some(vec![0, 1, 2, 3]));
    }
}
