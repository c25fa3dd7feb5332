//! `protoloupe set`: lossless edits.

use super::input::read_small_file;
use super::{CliError, Console, Opened, Outcome, ReadArgs, open};
use crate::document::ops::{self, NewValue, OpError};
use crate::document::value::{ValueError, file_reference};
use crate::document::{Act, Document, Path, ReadMode, Snapshot};
use crate::wire::WireType;
use crate::worker::{FileSource, SaveOptions, WorkerError, save};
use clap::{ArgMatches, Args};
use std::io::Write;
use std::path::{Path as FilePath, PathBuf};

/// Bytes that are copied to standard output at once.
const STEP: u64 = 1 << 20;

/// Change fields and keep every other byte
///
/// Edits apply from left to right, all or none; only the records they name change, and the lengths
/// around them. Without an edit the bytes are copied.
///
/// A value is written as its kind is: 5, 0xff, true, 1.5, nan, an enum's name or number, text,
/// 2026-11-23T10:15:04Z for a Timestamp, 1.5s for a Duration, JSON for a message. For bytes and
/// unknown LEN records also hex:0aff, base64:Cv8= or @FILE, the content of a file.
///
/// A path is messages[0].topic.name, user_properties["key"], or field numbers such as 99[1].2.
#[derive(Debug, Args)]
#[command(
    override_usage = "protoloupe set [OPTIONS] <FILE> [PATH=VALUE | --remove PATH | --add PATH=VALUE]... -o <OUT>",
    after_help = "Examples:\n  \
                  protoloupe set send.bin 'messages[0].topic.name=orders' -o new.bin\n  \
                  protoloupe set send.bin --remove 99 --add 'messages[0].system_properties.keys=a1' -o send.bin\n  \
                  protoloupe set unknown.bin 3.1=7 --add 99:VARINT=5 -o -"
)]
pub(super) struct SetArgs {
    /// The message; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Give the field at PATH a value; it is created if absent
    #[arg(id = "assignment", value_name = "PATH=VALUE")]
    _assignment: Vec<String>,
    /// The same, as an option
    #[arg(id = "set", long = "set", value_name = "PATH=VALUE")]
    _set: Vec<String>,
    /// Remove every occurrence of a field or map key; with [i], that element
    #[arg(id = "remove", long, value_name = "PATH")]
    _remove: Vec<String>,
    /// Add one more element or map entry, or an unknown record as NUMBER:WIRETYPE=VALUE
    #[arg(id = "add", long, value_name = "PATH=VALUE")]
    _add: Vec<String>,
    /// Where the message goes: a file, which may be FILE itself, or - for standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    #[command(flatten)]
    read: ReadArgs,
}

/// One edit as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EditText {
    Set(String),
    Remove(String),
    Add(String),
}

/// The edits of a call in the order they are written in.
pub(super) fn edits_in_order(matches: Option<&ArgMatches>) -> Vec<EditText> {
    let Some(matches) = matches else { return Vec::new() };
    let mut edits: Vec<(usize, EditText)> = Vec::new();
    for (id, edit) in [
        ("assignment", EditText::Set as fn(String) -> EditText),
        ("set", EditText::Set),
        ("remove", EditText::Remove),
        ("add", EditText::Add),
    ] {
        let (Some(indices), Some(values)) = (matches.indices_of(id), matches.get_many::<String>(id)) else {
            continue;
        };
        edits.extend(indices.zip(values).map(|(idx, value)| (idx, edit(value.clone()))));
    }
    edits.sort_by_key(|(idx, _)| *idx);
    edits.into_iter().map(|(_, edit)| edit).collect()
}

pub(super) fn run(args: &SetArgs, edits: &[EditText], console: &mut Console) -> Result<Outcome, CliError> {
    let to_stdout = args.output == FilePath::new("-");
    if to_stdout && console.is_terminal() {
        return Err(CliError::BinaryToTerminal { what: "binary message" });
    }
    let mut opened = open(&args.file, &args.read)?;
    if !edits.is_empty() {
        opened.remark_type(console);
    }
    let mut input_is_read = args.file == FilePath::new("-");
    for edit in edits {
        make(&mut opened, edit, &mut input_is_read)?;
    }
    let snapshot = opened.document.snapshot();
    if to_stdout {
        copy(snapshot, &mut *console.out, &opened.name)?;
    } else {
        store(&opened, snapshot, &args.output, console)?;
    }
    Ok(Outcome::Done)
}

/// Makes one edit; the offsets of the next are those after it.
fn make(opened: &mut Opened, edit: &EditText, input_is_read: &mut bool) -> Result<(), CliError> {
    let document = &opened.document;
    let refused = |error: OpError| CliError::Op {
        error: Box::new(error),
        file: opened.name.clone(),
        has_type: document.message().is_some(),
    };
    let act = match edit {
        EditText::Set(text) => {
            let (path, value) = assignment(text)?;
            let path = parse_path(path)?;
            with_value(value, refused, input_is_read, |value| ops::set(document, &path, value))?
        }
        EditText::Add(text) => {
            let (path, value) = assignment(text)?;
            let (path, wire_type) = path_and_wire_type(path)?;
            let path = parse_path(path)?;
            with_value(value, refused, input_is_read, |value| ops::add(document, &path, wire_type, value))?
        }
        EditText::Remove(text) => {
            let path = parse_path(text)?;
            ops::remove(document, &path).map_err(refused)?
        }
    };
    apply(&mut opened.document, &act, &opened.name)
}

fn apply(document: &mut Document, act: &Act, name: &str) -> Result<(), CliError> {
    match document.apply(act) {
        Ok(_) => Ok(()),
        Err(error) => Err(CliError::Edit { error, file: name.to_owned() }),
    }
}

fn assignment(text: &str) -> Result<(&str, &str), CliError> {
    Path::split_assignment(text).ok_or_else(|| CliError::NoAssignment { text: text.to_owned() })
}

fn parse_path(text: &str) -> Result<Path, CliError> {
    text.parse().map_err(CliError::Path)
}

/// Splits `99:VARINT`.
fn path_and_wire_type(text: &str) -> Result<(&str, Option<WireType>), CliError> {
    let Some((path, word)) = text.rsplit_once(':').filter(|(_, word)| !word.contains([']', ')'])) else {
        return Ok((text, None));
    };
    match WireType::from_name(word) {
        Some(wire_type) => Ok((path, Some(wire_type))),
        None => Err(CliError::WireType { word: word.to_owned(), text: text.to_owned() }),
    }
}

/// Makes an edit with a value that may name a file, if the place is one that takes files. Standard
/// input can be such a file once.
fn with_value(
    text: &str,
    refused: impl Fn(OpError) -> CliError,
    input_is_read: &mut bool,
    make: impl Fn(NewValue<'_>) -> Result<Act, OpError>,
) -> Result<Act, CliError> {
    match (make(NewValue::Text(text)), file_reference(None, text)) {
        (Err(OpError::Value { error: ValueError::File { .. }, .. }), Some(file)) => {
            if file == "-" && std::mem::replace(input_is_read, true) {
                return Err(CliError::InputTwice);
            }
            let bytes = read_small_file(FilePath::new(file))
                .map_err(|error| CliError::Open { error, near_command: None })?;
            make(NewValue::Bytes(&bytes)).map_err(refused)
        }
        (act, _) => act.map_err(refused),
    }
}

pub(super) fn copy(snapshot: &Snapshot, out: &mut dyn Write, name: &str) -> Result<(), CliError> {
    let mut at = 0;
    while at < snapshot.len() {
        let end = snapshot.len().min(at + STEP);
        let bytes = snapshot
            .bytes(at..end, ReadMode::Wait)
            .map_err(|error| CliError::Source { error, file: name.to_owned() })?;
        out.write_all(&bytes).map_err(|error| CliError::Write { error })?;
        at = end;
    }
    Ok(())
}

pub(super) fn store(
    opened: &Opened,
    snapshot: &Snapshot,
    output: &FilePath,
    console: &mut Console,
) -> Result<(), CliError> {
    let input = opened.file.as_ref().map(|file| file.file_identity());
    let there = FileSource::open(output).ok().map(|file| file.file_identity());
    let itself = input.filter(|input| there.is_some_and(|there| there.is_same_file(input)));
    if itself.is_some() && !opened.document.is_modified() {
        return Ok(());
    }
    let options = SaveOptions { overwrite: itself.is_none(), in_place: None, source: opened.file.clone() };
    let go_on = |_done: u64, _all: u64| Ok::<(), WorkerError>(());
    let saved = save(snapshot, output, itself.as_ref(), &options, &go_on).map_err(CliError::Save)?;
    for warning in &saved.warnings {
        console.say(&format!("warning: {warning}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wire_type_stands_behind_the_last_colon() {
        for (text, expected) in [
            ("99:VARINT", Some(("99", Some(WireType::Varint)))),
            ("1.99:len", Some(("1.99", Some(WireType::Len)))),
            ("topic.name", Some(("topic.name", None))),
            (r#"m["a:b"]"#, Some((r#"m["a:b"]"#, None))),
            ("99:INT", None),
            ("99:", None),
        ] {
            assert_eq!(path_and_wire_type(text).ok(), expected, "{text}");
        }
    }
}
