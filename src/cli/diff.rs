//! `protoloupe diff`: what differs between two messages, field by field.

use super::console::{path_text, visible};
use super::input::Opened;
use super::{CliError, Console, Outcome, ReadArgs, open};
use crate::document::diff::{Change, DiffReport, Difference, Side, diff};
use crate::schema::MessageDescriptor;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Print what differs between two messages, by field path
///
/// One a line: what became of the field, where it stands in both, its path, the old and the new value.
/// "moved" are the same bytes at another place of their message, "respelled" the same value in other
/// bytes, such as padded varints.
///
/// Without --type the type is the one that is clearly best for A, else for B; without one the fields
/// are named by number.
///
/// Exit status 0: the same bytes; 1: they differ; 2: the call was wrong.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  protoloupe diff golden.bin new.bin\n  \
                        protoloupe diff a.bin b.bin --type SendMessageRequest --to json")]
pub(super) struct DiffArgs {
    /// The old message; - is standard input
    #[arg(value_name = "A")]
    old: PathBuf,
    /// The new message; - is standard input
    #[arg(value_name = "B")]
    new: PathBuf,
    /// The form of the answer: lines of text, or one JSON object a line
    #[arg(long, value_name = "FORM", default_value = "text")]
    to: Form,
    #[command(flatten)]
    read: ReadArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
}

pub(super) fn run(args: &DiffArgs, console: &mut Console) -> Result<Outcome, CliError> {
    if [&args.old, &args.new].iter().all(|path| path.as_os_str() == "-") {
        return Err(CliError::InputTwice);
    }
    let old = open(&args.old, &args.read)?;
    let new = open(&args.new, &args.read)?;
    let message = type_of_both(&old, &new);
    match &message {
        Some(message) if args.read.type_name.is_none() => {
            console.remark(&format!("Read as {}, the type that clearly fits best", message.full_name()));
        }
        Some(_) => {}
        None => console.say("note: No message type is clearly the best, so fields are named by number; --type TYPE says which"),
    }
    let mut failed: Option<io::Error> = None;
    let mut print = |one: Difference| {
        let line = match args.to {
            Form::Text => line(&one),
            Form::Json => object(&one).to_string(),
        };
        match writeln!(console.out, "{line}") {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    let snapshots = [&old, &new].map(|opened| opened.document.snapshot());
    let go_on = &mut |_| ControlFlow::Continue(());
    let report = diff(snapshots[0], snapshots[1], message.as_ref(), None, &mut print, go_on)
        .map_err(|error| CliError::Source { error, file: format!("{} and {}", old.name, new.name) })?;
    if let Some(error) = failed {
        return Err(CliError::Write { error });
    }
    console.out.flush().map_err(|error| CliError::Write { error })?;
    console.remark(&summary(&report));
    Ok(if report.n_differences() > 0 { Outcome::No } else { Outcome::Done })
}

fn type_of_both(old: &Opened, new: &Opened) -> Option<MessageDescriptor> {
    old.message().or(new.message()).cloned()
}

fn summary(report: &DiffReport) -> String {
    let counts = Change::ALL.map(|change| (change, report.n_of(change)));
    let words: Vec<String> =
        counts.iter().filter(|(_, n)| *n > 0).map(|(change, n)| format!("{n} {change}")).collect();
    if words.is_empty() { "No differences".to_owned() } else { words.join(", ") }
}

/// `changed    offset 4 -> 4      messages[0].topic.name: "a" -> "bc"`.
fn line(one: &Difference) -> String {
    let path = if one.path.is_root() { "(message)".to_owned() } else { path_text(&one.path) };
    let was = one.old_path.as_ref().map(|old| format!(" (was {})", path_text(old))).unwrap_or_default();
    let (change, places, values) = (one.change.to_string(), places(one), values(one));
    visible(&format!("{change:<9}  offset {places:<12}  {path}{was}: {values}")).replace('\n', " ")
}

fn places(one: &Difference) -> String {
    let [old, new] = [one.old.range.start, one.new.range.start];
    match one.change {
        Change::Added => new.to_string(),
        Change::Removed => old.to_string(),
        _ => format!("{old} -> {new}"),
    }
}

fn values(one: &Difference) -> String {
    let text = |side: &Side| side.text.clone().unwrap_or_default();
    let (old, new) = (text(&one.old), text(&one.new));
    let n_bytes = |side: &Side| side.range.end - side.range.start;
    match one.change {
        Change::Added => new,
        Change::Removed => old,
        Change::Changed => format!("{old} -> {new}"),
        Change::Moved => new,
        Change::Respelled => format!("{new} ({} -> {} bytes)", n_bytes(&one.old), n_bytes(&one.new)),
    }
}

fn object(one: &Difference) -> Value {
    let side = |side: &Side| match &side.text {
        Some(text) => json!({ "offset": side.range.start, "end": side.range.end, "value": text }),
        None => Value::Null,
    };
    let mut object = json!({
        "change": one.change.to_string(),
        "path": one.path.to_string(),
        "old": side(&one.old),
        "new": side(&one.new),
    });
    if let Some(old) = &one.old_path {
        object["oldPath"] = Value::from(old.to_string());
    }
    object
}
