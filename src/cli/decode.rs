//! `protoloupe decode`: a message as text.

use super::console::path_text;
use super::guess::ranked;
use super::{CliError, Console, Outcome, ReadArgs, open};
use crate::document::Path;
use crate::format::{FORMATS, JsonOptions, LossReport, Subject};
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Losses that are listed; the others are counted.
const MAX_LOSSES: usize = 100;
/// Groups of types that are listed where no type is clear.
const MAX_GROUPS: usize = 3;

/// Print a message as text
///
/// JSON needs a type, given or clearly best; the others do without. What JSON cannot say, such as
/// unknown fields, is listed on standard error, one a line. text is protobuf's text format; fields that no
/// type declares stand in it by their numbers, which encode --from text reads back and protoc does not. wire says every byte, in the language of
/// Protoscope, and encode --from wire makes the same bytes of it.
///
/// Exit status 1: the data is damaged, so that something was lost, or no type is clear.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  protoloupe decode send.bin --type SendMessageRequest --to json")]
pub(super) struct DecodeArgs {
    /// The message; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The form of the text
    #[arg(long, value_name = "FORM", default_value = FORMATS[0].name,
          value_parser = PossibleValuesParser::new(FORMATS.iter().map(|format| format.name)))]
    to: String,
    #[command(flatten)]
    read: ReadArgs,
    /// Field names as declared, instead of lowerCamelCase
    #[arg(long, help_heading = "JSON")]
    proto_names: bool,
    /// Also absent fields that have no presence
    #[arg(long, help_heading = "JSON")]
    defaults: bool,
    /// All on one line
    #[arg(long, help_heading = "JSON")]
    compact: bool,
}

pub(super) fn run(args: &DecodeArgs, console: &mut Console) -> Result<Outcome, CliError> {
    let opened = open(&args.file, &args.read)?;
    let file = opened.name.clone();
    let format = FORMATS.iter().find(|format| format.name == args.to).unwrap_or(&FORMATS[0]);
    if format.needs_type && opened.message().is_none() {
        return Err(CliError::NoClearType { file, ranking: ranked(&opened.ranking()?, MAX_GROUPS) });
    }
    opened.remark_type(console);
    let options = JsonOptions {
        pretty: !args.compact,
        proto_names: args.proto_names,
        defaults: args.defaults,
        enum_numbers: false,
        max_losses: MAX_LOSSES,
    };
    let snapshot = opened.document.snapshot();
    let subject =
        Subject { snapshot, range: 0..snapshot.len(), message: opened.message(), path: Path::default() };
    let report = (format.write)(&subject, &options, &mut *console.out, &mut |_| ControlFlow::Continue(()))
        .map_err(|error| CliError::of_format(error, &file))?;
    console.out.flush().map_err(|error| CliError::Write { error })?;
    list_losses(&report, &file, console);
    Ok(if report.is_damaged() { Outcome::No } else { Outcome::Done })
}

pub(super) fn list_losses(report: &LossReport, file: &str, console: &mut Console) {
    for loss in &report.losses {
        let word = if loss.kind.is_damage() { "damage" } else { "note" };
        let place =
            if loss.path.is_root() { String::new() } else { format!(", \"{}\"", path_text(&loss.path)) };
        console.say(&format!("{word}: {}, at offset {}{place}, in \"{file}\"", loss.text, loss.offset));
    }
    let n_more = report.n_losses().saturating_sub(report.losses.len() as u64);
    if n_more > 0 {
        console.say(&format!("and {n_more} more"));
    }
}
