//! `protoloupe describe`: one declaration with its comments.

use super::types::To;
use super::{CliError, Console, Outcome, SchemaArgs, load_schema};
use clap::Args;

/// Print a message, enum, service or method: comments, numbers, where it is used
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  protoloupe describe SystemProperties\n  \
                        protoloupe describe MessagingService.SendMessage --to json")]
pub(super) struct DescribeArgs {
    /// The full name, or the end of it
    #[arg(value_name = "NAME")]
    name: String,
    /// The form of the description
    #[arg(long, value_name = "FORM", default_value = "text")]
    to: To,
    #[command(flatten)]
    schema: SchemaArgs,
}

pub(super) fn run(args: &DescribeArgs, console: &mut Console) -> Result<Outcome, CliError> {
    let schema = load_schema(&args.schema)?;
    let text = match args.to {
        To::Text => schema.describe(&args.name).map_err(CliError::Schema)?,
        To::Json => format!("{:#}\n", schema.describe_json(&args.name).map_err(CliError::Schema)?),
    };
    console.out.write_all(text.as_bytes()).map_err(|error| CliError::Write { error })?;
    Ok(Outcome::Done)
}
