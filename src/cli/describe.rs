//! `protoloupe describe`: one declaration with its comments.

use super::set::{copy, store};
use super::types::To;
use super::{CliError, Console, Opened, Outcome, SchemaArgs, load_schema};
use crate::document::Document;
use crate::format::{JsonOptions, write_json};
use crate::schema::{Declaration, MessageDescriptor, SAMPLE_DEPTH, Schema, sample};
use clap::Args;
use std::ops::ControlFlow;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

/// Print a message, enum, service or method: comments, numbers, where it is used
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  protoloupe describe SystemProperties\n  \
                        protoloupe describe MessagingService.SendMessage --to json\n  \
                        protoloupe describe SendMessageRequest --sample -o send.bin")]
pub(super) struct DescribeArgs {
    /// The full name, or the end of it
    #[arg(value_name = "NAME")]
    name: String,
    /// The form of the description
    #[arg(long, value_name = "FORM", default_value = "text")]
    to: To,
    /// Print instead a message of this type, or of a method's input, with values that look real, as JSON
    #[arg(long, conflicts_with = "to")]
    sample: bool,
    /// Where its bytes go instead: a file, or - for standard output
    #[arg(short, long, value_name = "OUT", requires = "sample")]
    output: Option<PathBuf>,
    #[command(flatten)]
    schema: SchemaArgs,
}

pub(super) fn run(args: &DescribeArgs, console: &mut Console) -> Result<Outcome, CliError> {
    let schema = load_schema(&args.schema)?;
    if args.sample {
        let message = match schema.find(&args.name).map_err(CliError::Schema)? {
            Declaration::Message(message) => message,
            Declaration::Method(method) => method.input(),
            other => {
                let (keyword, name) = (other.keyword(), other.full_name().to_owned());
                return Err(CliError::NoSample { keyword, name });
            }
        };
        return write_sample(&message, schema, args.output.as_deref(), console);
    }
    let text = match args.to {
        To::Text => schema.describe(&args.name).map_err(CliError::Schema)?,
        To::Json => format!("{:#}\n", schema.describe_json(&args.name).map_err(CliError::Schema)?),
    };
    console.out.write_all(text.as_bytes()).map_err(|error| CliError::Write { error })?;
    Ok(Outcome::Done)
}

fn write_sample(
    message: &MessageDescriptor,
    schema: Arc<Schema>,
    output: Option<&FilePath>,
    console: &mut Console,
) -> Result<Outcome, CliError> {
    let name = format!("the sample of {}", message.full_name());
    let document = Document::of_bytes(&sample(message, SAMPLE_DEPTH), Some(message.clone()));
    let opened = Opened { name, document, schema, file: None, is_guessed: false };
    let snapshot = opened.document.snapshot();
    match output {
        Some(output) if output == FilePath::new("-") => {
            if console.is_terminal() {
                return Err(CliError::BinaryToTerminal { what: "binary message" });
            }
            copy(snapshot, &mut *console.out, &opened.name)?;
        }
        Some(output) => store(&opened, snapshot, output, console)?,
        None => {
            let options = JsonOptions { pretty: true, ..JsonOptions::default() };
            let go_on = &mut |_| ControlFlow::Continue(());
            write_json(snapshot, 0..snapshot.len(), message, &options, &mut *console.out, go_on)
                .map_err(|error| CliError::of_format(error, &opened.name))?;
            writeln!(console.out).map_err(|error| CliError::Write { error })?;
        }
    }
    Ok(Outcome::Done)
}
