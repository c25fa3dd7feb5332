//! One `.proto` file, from bytes to declarations.

use super::super::docs::visible;
use super::super::fence::fenced;
use super::super::{SchemaError, declared};
use super::scan::{Rewritten, TooDeep, rewrite};
use prost_reflect::prost_types::FileDescriptorProto;
use protox::file::File;
use std::ops::Range;

/// The most bytes of one `.proto` file.
const MAX_TEXT_LEN: usize = 16 << 20;
/// The most characters of a source line that an error repeats.
const MAX_SHOWN: usize = 160;

/// A file whose text has the right form.
pub(in super::super) struct Parsed {
    /// With source locations; their columns are those of `rewritten`.
    pub(in super::super) proto: FileDescriptorProto,
    /// The text as it stands in the file.
    pub(in super::super) text: String,
    pub(in super::super) rewritten: Rewritten,
}

/// Parses a file that is called `name` in errors.
pub(in super::super) fn parse(name: &str, content: &[u8]) -> Result<Parsed, SchemaError> {
    if content.len() > MAX_TEXT_LEN {
        return Err(SchemaError::TooLarge(format!(
            "\"{}\" has more than {} MiB",
            visible(name),
            MAX_TEXT_LEN >> 20
        )));
    }
    let text = decoded(name, content)?;
    let rewritten = rewrite(&text).map_err(|TooDeep { offset }| {
        let (line, column) = line_and_column(text.as_bytes(), offset);
        let message = "Braces are nested too deep".to_owned();
        proto_error(name, &text, (line, column), message, String::new())
    })?;
    if let Some(edition) = rewritten.edition.as_deref()
        && !matches!(edition, "2023" | "2024")
    {
        return Err(SchemaError::Edition { file: visible(name), edition: visible(edition) });
    }
    let parsed = fenced("parsing a .proto file", || File::from_source(name, &rewritten.text))?;
    let proto = match parsed {
        Ok(file) => FileDescriptorProto::from(file),
        Err(error) => return Err(parse_error(name, &text, &rewritten, &error)),
    };
    declared::check_alone(&proto)?;
    Ok(Parsed { proto, text, rewritten })
}

fn decoded(name: &str, content: &[u8]) -> Result<String, SchemaError> {
    let body = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let first_wrong = match simdutf8::compat::from_utf8(body) {
        Ok(text) => return Ok(text.to_owned()),
        Err(_) => wrong_outside_comments(body),
    };
    let lossy = String::from_utf8_lossy(body);
    match first_wrong {
        // Comments of older files are in all kinds of encodings.
        None => Ok(lossy.into_owned()),
        Some(offset) => {
            let place = line_and_column(body, offset);
            let [message, hint] = ["The file is not UTF-8", "Save it as UTF-8"].map(str::to_owned);
            Err(proto_error(name, &lossy, place, message, hint))
        }
    }
}

/// The first byte that is no UTF-8, where that is not in a comment.
fn wrong_outside_comments(text: &[u8]) -> Option<usize> {
    let comments = comments(text);
    let mut at = 0;
    for chunk in text.utf8_chunks() {
        at += chunk.valid().len();
        // The last comment that begins before it.
        let before = comments.partition_point(|comment| comment.start <= at);
        let is_commented = before
            .checked_sub(1)
            .and_then(|idx| comments.get(idx))
            .is_some_and(|comment| comment.contains(&at));
        if !chunk.invalid().is_empty() && !is_commented {
            return Some(at);
        }
        at += chunk.invalid().len();
    }
    None
}

/// Where comments are, in order.
fn comments(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let rest = text.get(at..).unwrap_or_default();
        let is_line = rest.starts_with(b"//") || *byte == b'#';
        if is_line || rest.starts_with(b"/*") {
            let len = match is_line {
                true => memchr::memchr(b'\n', rest),
                false => memchr::memmem::find(rest.get(2..).unwrap_or_default(), b"*/").map(|len| len + 4),
            };
            let end = at + len.unwrap_or(rest.len());
            found.push(at..end);
            at = end;
        } else if matches!(byte, b'"' | b'\'') {
            at += 1;
            while let Some(inner) = text.get(at).filter(|inner| *inner != byte && **inner != b'\n') {
                at += if *inner == b'\\' { 2 } else { 1 };
            }
            at += 1;
        } else {
            at += 1;
        }
    }
    found
}

fn parse_error(name: &str, text: &str, rewritten: &Rewritten, error: &protox::Error) -> SchemaError {
    let message = error.to_string();
    // The place is shown by `Debug` only: "name:line:column: message".
    let shown = format!("{error:?}");
    let place = shown.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')).and_then(|rest| {
        let mut parts = rest.splitn(3, ':');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    });
    let at_end = message.ends_with("reached end of file");
    let place = match place {
        Some((line, column)) => (line, rewritten.column(line, column)),
        None => line_and_column(text.as_bytes(), if at_end { text.trim_end().len() } else { 0 }),
    };
    // Import paths that are no paths below a root have the words of a wrong group name there.
    let line = (place.0 as usize).checked_sub(1).and_then(|line_idx| text.lines().nth(line_idx));
    let is_import = line.is_some_and(|line| line.trim_start().starts_with("import"));
    let message = match message.as_str() {
        "invalid group name" if is_import => "an import is the path of a file below a root".to_owned(),
        _ => message,
    };
    let hint = match message.as_str() {
        _ if at_end => "Is a closing brace missing?",
        m if m.starts_with("fields must have a label") => "Is `syntax = \"proto3\";` missing at the top?",
        m if m.contains("unknown syntax") => {
            "Only proto2, proto3 and the editions 2023 and 2024 are understood"
        }
        m if m.starts_with("an import is") => {
            "Write it without a leading \"/\", \"..\", \".\" and backslashes; the root is found, or given with -I"
        }
        _ => "",
    };
    proto_error(name, text, place, sentence(&message), hint.to_owned())
}

/// An error at a 1-based line and column (in bytes) of `text`; line 0 for no place.
pub(in super::super) fn proto_error(
    file: &str,
    text: &str,
    (line, column): (u32, u32),
    message: String,
    hint: String,
) -> SchemaError {
    let source_line = (line as usize).checked_sub(1).and_then(|line_idx| text.lines().nth(line_idx));
    let source_line: String = source_line.unwrap_or_default().chars().take(MAX_SHOWN).collect();
    let [file, source_line, message] = [file, &source_line, &message].map(visible);
    SchemaError::Proto { file, line, column, source_line, message, hint }
}

/// The 1-based line and column of the import with this index.
pub(in super::super) fn import_place(parsed: &Parsed, import_idx: usize) -> (u32, u32) {
    place_of(parsed, &[3, i32::try_from(import_idx).unwrap_or(i32::MAX)])
}

/// The 1-based line and column of a declaration by its path; of what encloses it where it has no
/// place of its own.
pub(in super::super) fn place_of(parsed: &Parsed, path: &[i32]) -> (u32, u32) {
    let Some(info) = &parsed.proto.source_code_info else { return (0, 0) };
    let mut path = path;
    while !path.is_empty() {
        if let Some(location) = info.location.iter().find(|location| location.path == path)
            && let (Some(line), Some(column)) = (location.span.first(), location.span.get(1))
        {
            let [line, column] = [line, column].map(|at| u32::try_from(*at).unwrap_or(0).saturating_add(1));
            return (line, parsed.rewritten.column(line, column));
        }
        path = path.get(..path.len() - 1).unwrap_or_default();
    }
    (0, 0)
}

/// 1-based line, and column in bytes, of an offset.
fn line_and_column(text: &[u8], offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let n_lines = memchr::memchr_iter(b'\n', before).count() + 1;
    (u32::try_from(n_lines).unwrap_or(0), u32::try_from(before.len() - line_start + 1).unwrap_or(0))
}

pub(in super::super) fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &[u8]) -> Result<Parsed, SchemaError> {
        parse("a.proto", &[b"syntax = \"proto2\";\n", text].concat())
    }

    #[test]
    fn comments_may_be_in_any_encoding_and_nothing_else_may() {
        for text in [
            &b"// caf\xe9\nmessage M {}"[..],
            b"/* \xff \" */ message M { optional string s = 1 [default = \"//\"]; } // \xe9",
            b"/*\n\xe9 // */ message M {} /* \xc3",
        ] {
            let is_open = text.ends_with(b"\xc3");
            assert_eq!(parsed(text).is_ok(), !is_open, "{:?}", String::from_utf8_lossy(text));
        }
        for (text, column) in [
            (&b"message M { optional string s = 1 [default = \"\xe9\"]; }"[..], 47),
            (b"message M\xe9 {}", 10),
            (b"option java_package = \"// \xe9\"; // \xe9", 27),
            (b"option java_package = \"\\\"// \xe9\";", 29),
        ] {
            let Err(SchemaError::Proto { message, line, column: found, .. }) = parsed(text) else {
                panic!("{:?}", String::from_utf8_lossy(text))
            };
            assert_eq!((message.as_str(), line, found), ("The file is not UTF-8", 2, column));
        }
    }
}
