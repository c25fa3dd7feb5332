//! `protoloupe encode`: a message of text.

use super::input::read_small_file;
use super::set::{copy, store};
use super::{CliError, Console, Opened, Outcome, SchemaArgs, load_schema};
use crate::document::Document;
use crate::format::INPUTS;
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::path::{Path, PathBuf};

/// Make a binary message of text
///
/// json is ProtoJSON and text is protobuf's text format, both of the type that --type names; text can
/// name it itself, in a line # proto-message: TYPE in front, as decode --to text writes it, and without a
/// type it gives fields by their numbers. wire is what decode --to wire prints, the language
/// of Protoscope: every byte as it stands, no type needed, and whatever is written is made, valid or not.
///
/// Exit status 1: the text makes no message.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                        protoloupe encode route.json --type QueryRouteRequest -o route.bin\n  \
                        echo '1: {\"orders\"} 2: 5' | protoloupe encode - --from wire -o new.bin")]
pub(super) struct EncodeArgs {
    /// The text; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The form of the text
    #[arg(long, value_name = "FORM", default_value = INPUTS[0].name,
          value_parser = PossibleValuesParser::new(INPUTS.iter().map(|input| input.name)))]
    from: String,
    /// The message type, by its full name or the end of it
    #[arg(long = "type", value_name = "TYPE")]
    type_name: Option<String>,
    /// Where it goes: a file, or - for standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    #[command(flatten)]
    schema: SchemaArgs,
}

pub(super) fn run(args: &EncodeArgs, console: &mut Console) -> Result<Outcome, CliError> {
    let to_stdout = args.output == Path::new("-");
    if to_stdout && console.is_terminal() {
        return Err(CliError::BinaryToTerminal { what: "binary message" });
    }
    let input = INPUTS.iter().find(|input| input.name == args.from).unwrap_or(&INPUTS[0]);
    let file = args.file.display().to_string();
    let schema = load_schema(&args.schema)?;
    let text = read_small_file(&args.file).map_err(|error| CliError::Open { error, near_command: None })?;
    let type_name = args.type_name.as_deref().or_else(|| (input.names_type)(&text));
    let message = type_name.map(|name| schema.message(name)).transpose().map_err(CliError::Schema)?;
    let bytes = (input.read)(&text, message.as_ref())
        .map_err(|error| CliError::Input { error: Box::new(error), file: file.clone() })?;
    let document = Document::of_bytes(&bytes, message);
    let made = Opened { name: file, document, schema, file: None, is_guessed: false };
    let snapshot = made.document.snapshot();
    if to_stdout {
        copy(snapshot, &mut *console.out, &made.name)?;
    } else {
        store(&made, snapshot, &args.output, console)?;
    }
    Ok(Outcome::Done)
}
