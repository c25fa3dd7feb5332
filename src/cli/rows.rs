//! `protoloupe rows`: some rows of the tree.

use super::{CliError, Console, Outcome, ReadArgs, open};
use crate::format::write_rows;
use clap::Args;
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;

/// Print rows of the fully expanded tree
///
/// Rows count from 0; N..M are the rows from N on that stand before M. One of the two may be left out.
///
/// Exit status 1: the message has no such rows.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  protoloupe rows dump.bin 1000000..1000100")]
pub(super) struct RowsArgs {
    /// The message; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Which rows, such as 100..120
    #[arg(value_name = "N..M", value_parser = rows)]
    rows: Range<u64>,
    #[command(flatten)]
    read: ReadArgs,
}

fn rows(text: &str) -> Result<Range<u64>, String> {
    let number = |text: &str, default: u64| match text {
        "" => Ok(default),
        text => text.parse().map_err(|_| format!("\"{text}\" is no row number; write rows like 100..120")),
    };
    let (start, end) = text.split_once("..").ok_or("write rows like 100..120, 100.. or ..20")?;
    let range = number(start, 0)?..number(end, u64::MAX)?;
    if range.is_empty() {
        Err(format!("there is no row in {text}; the second number is the greater"))
    } else {
        Ok(range)
    }
}

pub(super) fn run(args: &RowsArgs, console: &mut Console) -> Result<Outcome, CliError> {
    let opened = open(&args.file, &args.read)?;
    opened.remark_type(console);
    let snapshot = opened.document.snapshot();
    let go_on = &mut |_| ControlFlow::Continue(());
    let (range, rows) = (0..snapshot.len(), args.rows.clone());
    let report = write_rows(snapshot, range, opened.message(), rows, &mut *console.out, go_on)
        .map_err(|error| CliError::of_format(error, &opened.name))?;
    if report.n_rows > 0 {
        return Ok(Outcome::Done);
    }
    Err(CliError::NoRow { n_rows: report.n_before, row: args.rows.start, file: opened.name })
}
