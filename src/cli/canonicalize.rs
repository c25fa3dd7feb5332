//! `protoloupe canonicalize`: one spelling of a message.

use super::guess::ranked;
use super::set::{copy, store};
use super::{CliError, Console, Outcome, ReadArgs, open};
use crate::document::canonical::{CanonicalReport, canonical_act};
use clap::Args;
use std::ops::ControlFlow;
use std::path::{Path as FilePath, PathBuf};

/// Groups of types that are listed where no type is clear.
const MAX_GROUPS: usize = 3;

/// Write a message in its canonical spelling
///
/// Fields stand in number order, varints in the fewest bytes, repeated scalars packed as declared, map
/// entries by key, split messages as one. Parsers read the same message; what they pass over is left
/// out and said on standard error: values that a later one overrides, and defaults of fields without
/// presence. Unknown fields are kept at the end of their message, damaged bytes behind them.
///
/// protoloupe diff FILE OUT lists what has changed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  protoloupe canonicalize send.bin --type SendMessageRequest -o new.bin")]
pub(super) struct CanonicalizeArgs {
    /// The message; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where it goes: a file, which may be FILE itself, or - for standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    #[command(flatten)]
    read: ReadArgs,
}

pub(super) fn run(args: &CanonicalizeArgs, console: &mut Console) -> Result<Outcome, CliError> {
    let to_stdout = args.output == FilePath::new("-");
    if to_stdout && console.is_terminal() {
        return Err(CliError::BinaryToTerminal { what: "binary message" });
    }
    let mut opened = open(&args.file, &args.read)?;
    let file = opened.name.clone();
    if opened.message().is_none() {
        return Err(CliError::NoClearType { file, ranking: ranked(&opened.ranking()?, MAX_GROUPS) });
    }
    opened.remark_type(console);
    let (act, report) = canonical_act(&opened.document, &mut |_| ControlFlow::Continue(()))
        .map_err(|error| CliError::Canonical { error, file: file.clone() })?;
    opened.document.apply(&act).map_err(|error| CliError::Edit { error, file: file.clone() })?;
    let snapshot = opened.document.snapshot();
    if to_stdout {
        copy(snapshot, &mut *console.out, &file)?;
    } else {
        store(&opened, snapshot, &args.output, console)?;
    }
    tell(&report, console);
    Ok(Outcome::Done)
}

fn tell(report: &CanonicalReport, console: &mut Console) {
    for (n, one, many) in [
        (report.n_overridden, "value that a later one overrides is", "values that later ones override are"),
        (report.n_defaults, "default that absent means too is", "defaults that absent means too are"),
    ] {
        if n > 0 {
            console.say(&format!("note: {n} {} left out", if n == 1 { one } else { many }));
        }
    }
    if report.n_kept > 0 {
        let n = report.n_kept;
        console.say(&format!(
            "note: {n} stretch{} kept as found, because damaged or nested too deep",
            if n == 1 { " is" } else { "es are" }
        ));
    }
}
