//! `protoloupe [FILE]…`: the window, or the tree where there is no display.

use super::input::{open_source, read_whole_stdin};
use super::{CliError, Console, Opened, Outcome, ReadArgs, load_schema, open};
use crate::app::{Opening, SAMPLE, SAMPLE_TYPE, SchemaSources};
use crate::document::Document;
use crate::format::write_tree;
use crate::schema::Schema;
use crate::worker::Input;
use clap::Args;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Rows of a document that are printed; the others are counted.
const MAX_ROWS: u64 = 1000;
/// What the sample is called.
const SAMPLE_NAME: &str = "sample-send-message.bin";

/// The files that the window opens.
#[derive(Clone, Debug, Args)]
pub struct WindowArgs {
    /// Messages to open; - is standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub read: ReadArgs,
}

impl WindowArgs {
    pub(super) fn is_asked_for(&self) -> bool {
        !self.files.is_empty() || self.read.is_given()
    }
}

/// The window's arguments if there is a display; otherwise prints trees.
pub(super) fn start(args: WindowArgs, console: &mut Console) -> Result<Option<WindowArgs>, CliError> {
    if has_display() {
        return Ok(Some(args));
    }
    let input = args.files.iter().any(|file| is_input(file)).then(read_whole_stdin).transpose()?;
    print(&args, input, "There is no display", console)?;
    Ok(None)
}

/// Opens the window, which `open` does with the declarations; where it cannot, for the reason it
/// gives, prints trees instead.
pub fn show_window(
    args: &WindowArgs,
    open: impl FnOnce(Opening, Arc<Schema>) -> Result<(), String>,
) -> ExitCode {
    let mut console = Console::new();
    let result = asked(args).and_then(|(opening, schema)| {
        let input = opening.input.clone();
        match open(opening, schema) {
            Ok(()) => Ok(()),
            Err(reason) => print(args, input, &reason, &mut console),
        }
    });
    console.finish(result.map(|()| Outcome::Done))
}

fn asked(args: &WindowArgs) -> Result<(Opening, Arc<Schema>), CliError> {
    let of_schema = &args.read.schema;
    let sources = (!of_schema.sources.is_empty()).then(|| SchemaSources {
        paths: of_schema.sources.clone(),
        includes: of_schema.include.clone(),
        no_builtin: of_schema.no_builtin,
        protoc: of_schema.protoc.then_some(true),
    });
    // What may take long is loaded while the window is open already.
    let schema = if sources.is_some() { Schema::builtin() } else { load_schema(of_schema)? };
    let message = match (&args.read.type_name, &sources) {
        (Some(name), None) => Some(schema.message(name).map_err(CliError::Schema)?.full_name().to_owned()),
        (name, _) => name.clone(),
    };
    let input = args.files.iter().any(|file| is_input(file)).then(read_whole_stdin).transpose()?;
    let files = args.files.iter().filter(|file| !is_input(file)).cloned().collect();
    Ok((Opening { input, files, message, sources }, schema))
}

fn is_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || is_set("WAYLAND_DISPLAY") || is_set("DISPLAY")
}

/// Prints the tree of every file instead of opening the window, and says `why`: a clause such as
/// "There is no display". `input` is standard input, which can be read only once.
fn print(args: &WindowArgs, input: Option<Input>, why: &str, console: &mut Console) -> Result<(), CliError> {
    let mut all = Vec::new();
    for file in &args.files {
        let opened = match input.as_ref().filter(|_| is_input(file)) {
            Some(input) => open_source(input.source(), file, &args.read),
            None => open(file, &args.read),
        };
        all.push(opened.map_err(|error| with_near_command(error, file))?);
    }
    if all.is_empty() {
        all.push(sample(args)?);
    }
    let what = match args.files.len() {
        0 => "the tree of a sample message",
        1 => "the tree",
        _ => "the trees",
    };
    console.say(&format!("{why}, so this is {what}; protoloupe render FILE -o PNG draws the window's view"));
    let write = |error| CliError::Write { error };
    for (idx, opened) in all.iter().enumerate() {
        if all.len() > 1 {
            let gap = if idx > 0 { "\n" } else { "" };
            let name = super::console::visible(&opened.name);
            writeln!(console.out, "{gap}{name}").map_err(write)?;
        }
        opened.remark_type(console);
        print_tree(opened, console)?;
    }
    Ok(())
}

fn print_tree(opened: &Opened, console: &mut Console) -> Result<(), CliError> {
    let snapshot = opened.document.snapshot();
    let go_on = &mut |_| ControlFlow::Continue(());
    let report =
        write_tree(snapshot, 0..snapshot.len(), opened.message(), MAX_ROWS, &mut *console.out, go_on)
            .map_err(|error| CliError::of_format(error, &opened.name))?;
    if report.n_remaining > 0 {
        let rows = if report.n_remaining == 1 { "row" } else { "rows" };
        let n_remaining = crate::document::value::grouped(report.n_remaining);
        writeln!(console.out, "… {n_remaining} more {rows}").map_err(|error| CliError::Write { error })?;
    }
    Ok(())
}

fn sample(args: &WindowArgs) -> Result<Opened, CliError> {
    let schema = load_schema(&args.read.schema)?;
    let name = args.read.type_name.as_deref();
    let message = match name {
        Some(name) => Some(schema.message(name).map_err(CliError::Schema)?),
        None => schema.message(SAMPLE_TYPE).ok(),
    };
    let document = Document::of_bytes(SAMPLE, message);
    Ok(Opened { name: SAMPLE_NAME.to_owned(), document, schema, file: None, is_guessed: false })
}

/// A missing file whose name is nearly a command was probably meant as one.
fn with_near_command(error: CliError, file: &std::path::Path) -> CliError {
    const COMMANDS: [&str; 12] = [
        "decode", "set", "types", "describe", "guess", "check", "diff", "search", "rows", "call", "reflect",
        "render",
    ];
    let CliError::Open { error, .. } = error else { return error };
    let typed: Vec<char> = file.to_string_lossy().chars().take(20).collect();
    let is_near = |command: &&str| {
        let command: Vec<char> = command.chars().collect();
        distance(&typed, &command) <= if command.len() > 3 { 2 } else { 1 }
    };
    let near_command = COMMANDS.into_iter().find(is_near);
    CliError::Open { error, near_command }
}

/// Letters to insert, remove or replace to make one word the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (idx, x) in a.iter().enumerate() {
        let mut before = std::mem::replace(&mut row[0], idx + 1);
        for (at, y) in b.iter().enumerate() {
            let replaced = before + usize::from(x != y);
            before = row[at + 1];
            row[at + 1] = replaced.min(before + 1).min(row[at] + 1);
        }
    }
    row[b.len()]
}
