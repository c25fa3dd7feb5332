//! `protoloupe types`: what is declared.

use super::input::{about_protoc, load_reported};
use super::{CliError, Console, Outcome, SchemaArgs, load_schema};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::collections::HashSet;

/// How declarations are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum To {
    Text,
    Json,
}

/// List messages, enums, services and methods
///
/// Exit status 1: nothing matches, or with --why a file cannot be used.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  protoloupe types receipt\n  protoloupe types --proto protos/ --why")]
pub(super) struct TypesArgs {
    /// Part of the name, in any case, or letters of it in this order
    #[arg(value_name = "PATTERN", default_value = "", hide_default_value = true)]
    pattern: String,
    /// The form of the list
    #[arg(long, value_name = "FORM", default_value = "text")]
    to: To,
    /// Say instead where declarations come from: each file, what is wrong with it, how imports were found;
    /// with PATTERN, of files with it in their path or that declare what matches
    #[arg(long, requires = "sources")]
    why: bool,
    #[command(flatten)]
    schema: SchemaArgs,
}

pub(super) fn run(args: &TypesArgs, console: &mut Console) -> Result<Outcome, CliError> {
    if args.why {
        return why(args, console);
    }
    let schema = load_schema(&args.schema)?;
    let found = schema.matching(&args.pattern);
    let n_rivals = found.iter().filter(|declaration| !schema.rivals(declaration).is_empty()).count();
    if n_rivals > 0 {
        let names =
            if n_rivals == 1 { "1 of these names is" } else { &format!("{n_rivals} of these names are") };
        console.say(&format!(
            "{names} declared differently by several files; describe says where, types --why lists all"
        ));
    }
    if found.is_empty() {
        return Err(CliError::NoMatch { pattern: args.pattern.clone() });
    }
    let text = match args.to {
        To::Text => found.iter().map(|d| format!("{:<8} {}\n", d.keyword(), d.full_name())).collect(),
        To::Json => {
            let list: Vec<_> = found
                .iter()
                .map(|d| json!({ "declaration": d.keyword(), "full_name": d.full_name() }))
                .collect();
            format!("{:#}\n", serde_json::Value::from(list))
        }
    };
    console.out.write_all(text.as_bytes()).map_err(|error| CliError::Write { error })?;
    Ok(Outcome::Done)
}

fn why(args: &TypesArgs, console: &mut Console) -> Result<Outcome, CliError> {
    let (schema, mut report) = load_reported(&args.schema)?;
    if !args.pattern.trim().is_empty() {
        let found = schema.matching(&args.pattern);
        let names: HashSet<String> = found.iter().map(|found| found.file().name().to_owned()).collect();
        let pattern = args.pattern.trim().to_lowercase();
        report.retain(|file| names.contains(&file.name) || file.path.to_lowercase().contains(&pattern));
        if report.files.is_empty() {
            return Err(CliError::NoMatch { pattern: args.pattern.clone() });
        }
    }
    let text = match args.to {
        To::Text => report.explain(),
        To::Json => format!("{:#}\n", report.to_json()),
    };
    console.out.write_all(text.as_bytes()).map_err(|error| CliError::Write { error })?;
    if let Some(hint) = about_protoc(&report, &args.schema) {
        console.say(hint);
    }
    Ok(if report.first_problem().is_none() { Outcome::Done } else { Outcome::No })
}
