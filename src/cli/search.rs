//! `protoloupe search`: the records that a query finds.

use super::console::{path_text, visible};
use super::{CliError, Console, Outcome, ReadArgs, open};
use crate::document::ReadMode;
use crate::document::search::{Finding, Hit, Query, SYNTAX, doubt, search};
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::json;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Characters of a value that are printed.
const MAX_CHARS: usize = 200;

/// Print the records that a query finds, with offset, path and value
///
/// One a line: offset, path, value, with tabs between them. The query is plain text, a number, a path
/// with wildcards, a comparison, bytes or a regular expression.
///
/// Exit status 1: nothing was found. 2: the query is none, or the call is wrong.
#[derive(Debug, Args)]
#[command(after_help = examples())]
pub(super) struct SearchArgs {
    /// The message; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What to look for
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    query: String,
    /// Print only how many there are
    #[arg(long, conflicts_with_all = ["limit", "to"])]
    count: bool,
    /// Stop after so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// The form of the answer
    #[arg(long, value_name = "FORM", default_value = "text", value_parser = PossibleValuesParser::new(["text", "json"]))]
    to: String,
    #[command(flatten)]
    read: ReadArgs,
}

/// The language by example, from the table that the window shows too.
fn examples() -> String {
    let width = SYNTAX.iter().map(|(example, _)| example.chars().count()).max().unwrap_or(0);
    let lines: Vec<String> =
        SYNTAX.iter().map(|(example, what)| format!("  {example:<width$}  {what}")).collect();
    format!(
        "Queries:\n{}\n\nExample:\n  protoloupe search send.bin 'system_properties.tag == \"a\"'",
        lines.join("\n")
    )
}

pub(super) fn run(args: &SearchArgs, console: &mut Console) -> Result<Outcome, CliError> {
    let query: Query =
        args.query.parse().map_err(|error| CliError::Query { error, query: args.query.clone() })?;
    let opened = open(&args.file, &args.read)?;
    opened.remark_type(console);
    let snapshot = opened.document.snapshot();
    let is_json = args.to == "json";
    let mut failed: Option<io::Error> = None;
    let mut n_printed = 0;
    let mut sink = |finding: &mut Finding<'_, '_, '_>| {
        if args.count {
            return Ok(ControlFlow::Continue(()));
        }
        let hit = finding.hit()?;
        let excerpt = hit.excerpt(snapshot, hit.offset, MAX_CHARS, ReadMode::Wait)?.text();
        let written = match is_json {
            true => write!(
                console.out,
                "{}{}",
                if n_printed == 0 { "[\n  " } else { ",\n  " },
                object(&hit, &excerpt)
            ),
            false => writeln!(console.out, "{}", line(&hit, &excerpt)),
        };
        n_printed += 1;
        if let Err(error) = written {
            failed = Some(error);
            return Ok(ControlFlow::Break(()));
        }
        let is_enough = args.limit == Some(n_printed);
        Ok(if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    let go_on = &mut |_| ControlFlow::Continue(());
    let report = search(snapshot, &opened.document.root(), &query, &mut sink, go_on)
        .map_err(|error| CliError::Source { error, file: opened.name.clone() })?;
    let ended = match (failed, is_json, args.count) {
        (Some(error), _, _) => Err(error),
        (None, _, true) => writeln!(console.out, "{}", report.n_found),
        (None, true, _) => console.out.write_all(if n_printed == 0 { b"[]\n" } else { b"\n]\n" }),
        (None, false, _) => Ok(()),
    };
    ended.and_then(|()| console.out.flush()).map_err(|error| CliError::Write { error })?;
    if report.n_found > 0 {
        return Ok(Outcome::Done);
    }
    match doubt(&query, opened.message()) {
        Some(doubt) => console.say(&format!("note: {doubt}")),
        None => console.remark("Nothing was found"),
    }
    Ok(Outcome::No)
}

/// Offset, path and value with tabs between them.
fn line(hit: &Hit, excerpt: &str) -> String {
    let path = if hit.path.is_root() { "(message)".to_owned() } else { path_text(&hit.path) };
    let one_line = |text: &str| visible(text).replace(['\n', '\t'], " ");
    format!("{}\t{}\t{}", hit.offset, one_line(&path), one_line(excerpt))
}

fn object(hit: &Hit, excerpt: &str) -> serde_json::Value {
    let matched = hit.matched.as_ref().map(|matched| json!([matched.start, matched.end]));
    json!({ "offset": hit.offset, "path": hit.path.to_string(), "value": excerpt, "matched": matched })
}
