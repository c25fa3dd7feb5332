//! `protoloupe guess`: which types fit.

use super::input::open_untyped;
use super::{CliError, Console, Outcome, SchemaArgs};
use crate::schema::Ranking;
use clap::Args;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Groups that are listed.
const MAX_GROUPS: usize = 8;
/// Types of one group that are listed.
const MAX_TYPES: usize = 12;

/// Rank the message types by how well the bytes fit
///
/// Types that the bytes cannot tell apart share a place.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  protoloupe guess capture.bin")]
pub(super) struct GuessArgs {
    /// The message; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    schema: SchemaArgs,
}

pub(super) fn run(args: &GuessArgs, console: &mut Console) -> Result<Outcome, CliError> {
    let opened = open_untyped(&args.file, &args.schema)?;
    let text = ranked(&opened.ranking()?, MAX_GROUPS);
    console.out.write_all(text.as_bytes()).map_err(|error| CliError::Write { error })?;
    Ok(Outcome::Done)
}

/// Up to `max_groups` of the groups that fit, at least the first: a line for each type and one for
/// the reason.
pub(super) fn ranked(ranking: &Ranking, max_groups: usize) -> String {
    let n_fitting = ranking.groups.iter().take_while(|group| group.score > 0).count();
    let n_groups = n_fitting.clamp(1, max_groups);
    let mut text = String::new();
    let mut add = |line: std::fmt::Arguments<'_>| _ = text.write_fmt(line);
    for (idx, group) in ranking.groups.iter().take(n_groups).enumerate() {
        let is_clear = idx == 0 && ranking.preselected.is_some();
        for (type_idx, ty) in group.types.iter().take(MAX_TYPES).enumerate() {
            let place = if type_idx == 0 { format!("{}.", idx + 1) } else { String::new() };
            let clear = if is_clear { "  (clearly best)" } else { "" };
            add(format_args!("{place:>3} {}{clear}\n", ty.full_name()));
        }
        let n_more = group.types.len().saturating_sub(MAX_TYPES);
        if n_more > 0 {
            add(format_args!("    and {n_more} more that fit as well\n"));
        }
        add(format_args!("    {}\n", group.reason));
    }
    let n_more: usize = ranking.groups.iter().skip(n_groups).map(|group| group.types.len()).sum();
    if n_more > 0 {
        add(format_args!("    {n_more} more types fit worse\n"));
    }
    text
}
