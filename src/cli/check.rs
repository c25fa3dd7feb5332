//! `protoloupe check`: every problem of a message.

use super::console::{path_text, visible};
use super::{CliError, Console, Outcome, ReadArgs, open};
use crate::document::problem::{self, Problem, Severity};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Print every problem of a message with its offset and path
///
/// One a line: severity, offset, path, what is wrong. Errors are what a parser refuses, warnings what
/// parsers disagree about, notes what is legal but worth knowing: unknown fields, padded varints.
///
/// Exit status 1: there is an error or a warning; with --strict also a note.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  protoloupe check golden.bin --type SendMessageRequest --strict")]
pub(super) struct CheckArgs {
    /// The message; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The form of the answer: lines of text, or one JSON object a line
    #[arg(long, value_name = "FORM", default_value = "text")]
    to: Form,
    /// Notes count as problems too
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    read: ReadArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
}

pub(super) fn run(args: &CheckArgs, console: &mut Console) -> Result<Outcome, CliError> {
    let opened = open(&args.file, &args.read)?;
    if opened.is_guessed {
        opened.remark_type(console);
    } else if opened.message().is_none() {
        console.say(
            "note: No message type is clearly the best, so only the records are checked; --type TYPE says which",
        );
    }
    let snapshot = opened.document.snapshot();
    let mut failed: Option<io::Error> = None;
    let mut print = |problem: Problem| {
        let line = match args.to {
            Form::Text => line(&problem),
            Form::Json => object(&problem).to_string(),
        };
        match writeln!(console.out, "{line}") {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    let go_on = &mut |_| ControlFlow::Continue(());
    let report = problem::check(snapshot, 0..snapshot.len(), opened.message(), &mut print, go_on)
        .map_err(|error| CliError::Source { error, file: opened.name.clone() })?;
    if let Some(error) = failed {
        return Err(CliError::Write { error });
    }
    if report.n_uncompared > 0 {
        console.say(&format!("note: {} map entries were not compared for duplicates", report.n_uncompared));
    }
    console.out.flush().map_err(|error| CliError::Write { error })?;
    let count = |n: u64, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    console.remark(&format!(
        "{}, {}, {}",
        count(report.n_errors, "error"),
        count(report.n_warnings, "warning"),
        count(report.n_notes, "note")
    ));
    let least = if args.strict { Severity::Note } else { Severity::Warning };
    Ok(if report.worst().is_some_and(|worst| worst >= least) { Outcome::No } else { Outcome::Done })
}

/// `warning 143 messages[0].system_properties.tag: …`, the hint behind it.
fn line(problem: &Problem) -> String {
    let Problem { severity, range, path, message, hint, .. } = problem;
    let place = if path.is_root() { "(message)".to_owned() } else { path_text(path) };
    let hint = hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    let severity = severity.to_string();
    visible(&format!("{severity:<7}  offset {:<6}  {place}: {message}{hint}", range.start)).replace('\n', " ")
}

fn object(problem: &Problem) -> Value {
    json!({
        "kind": problem.kind.to_string(),
        "severity": problem.severity.to_string(),
        "offset": problem.range.start,
        "end": problem.range.end,
        "path": problem.path.to_string(),
        "message": problem.message,
        "hint": problem.hint,
        "fix": problem.kind.fix_label(),
    })
}
