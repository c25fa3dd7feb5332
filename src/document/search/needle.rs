//! Text and bytes to be found in payloads.

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};
use std::ops::Range;

/// Bytes that a compiled pattern may take.
const MAX_PATTERN: usize = 1 << 20;
/// A match of a regular expression that is longer is found only by luck, in payloads larger than a
/// window.
const MAX_MATCH: usize = 64 << 10;

#[derive(Clone, Debug)]
pub(super) enum Needle {
    Exact(Box<Finder<'static>>),
    Pattern {
        regex: Regex,
        max_len: usize,
        /// It is text in any case, so that what stands around it does not matter.
        is_literal: bool,
    },
}

impl Needle {
    pub fn exact(bytes: &[u8]) -> Needle {
        Needle::Exact(Box::new(Finder::new(bytes).into_owned()))
    }

    /// As a person types it: capitals have to be there, without any they do not matter.
    pub fn smart(text: &str) -> Needle {
        if text.chars().any(char::is_uppercase) || !text.chars().any(char::is_alphabetic) {
            return Needle::exact(text.as_bytes());
        }
        let regex =
            RegexBuilder::new(&regex::escape(text)).case_insensitive(true).size_limit(1 << 24).build();
        match regex {
            // A letter in the other case may take more bytes, such as the Kelvin sign.
            Ok(regex) => Needle::Pattern { regex, max_len: text.len().saturating_mul(3), is_literal: true },
            Err(_) => Needle::exact(text.as_bytes()),
        }
    }

    /// A regular expression; the error is its reason in one line.
    pub fn regex(text: &str) -> Result<Needle, String> {
        let regex = RegexBuilder::new(text)
            .case_insensitive(!has_capitals(text))
            .size_limit(MAX_PATTERN)
            .dfa_size_limit(MAX_PATTERN)
            .nest_limit(64)
            .build()
            .map_err(|error| reason(&error))?;
        Ok(Needle::Pattern { regex, max_len: MAX_MATCH, is_literal: false })
    }

    /// The first place in `bytes`.
    pub fn find(&self, bytes: &[u8]) -> Option<Range<usize>> {
        match self {
            Needle::Exact(finder) => {
                let start = finder.find(bytes)?;
                Some(start..start + finder.needle().len())
            }
            Needle::Pattern { regex, .. } => regex.find(bytes).map(|found| found.range()),
        }
    }

    pub fn is_in(&self, text: &str) -> bool {
        self.find(text.as_bytes()).is_some()
    }

    /// Bytes of the longest match that is promised to be found.
    pub fn max_len(&self) -> usize {
        match self {
            Needle::Exact(finder) => finder.needle().len(),
            Needle::Pattern { max_len, .. } => *max_len,
        }
    }

    /// Whether it is found in the bytes around a payload wherever it is found in the payload.
    pub fn is_literal(&self) -> bool {
        matches!(self, Needle::Exact(_) | Needle::Pattern { is_literal: true, .. })
    }

    /// Whether every match holds a byte or more.
    pub fn needs_bytes(&self) -> bool {
        self.find(b"").is_none()
    }
}

/// Whether letters stand for themselves in capitals, other than in classes such as `\W`.
fn has_capitals(pattern: &str) -> bool {
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => _ = chars.next(),
            c if c.is_uppercase() => return true,
            _ => {}
        }
    }
    false
}

fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.trim_start_matches("error: ").to_owned()
        }
    }
}
