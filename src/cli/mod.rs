//! The command line: one file a command.
//!
//! **Law.** Standard output carries the answer and nothing else; standard error says what was wrong,
//! where, and what to do. Exit 0: done; 1: the data (or a server) said no; 2: the call was wrong. A
//! closed pipe ends silently with 0. Nothing from data reaches a terminal uninterpreted.
//!
//! - `args`: what many commands take, as clap reads it
//! - `input`: the file, the schema, the type
//! - `console`: standard output and standard error
//! - `error`: what is wrong, and what to do about it
//! - `decode`, `encode`, `set`, `types`, `describe`, `guess`, `check`, `diff`, `canonicalize`, `call`,
//!   `reflect`, `keyring`: the commands
//! - `target`, `rocketmq`, `session`, `interrupt`, `ending`: the server of a call, who calls, what runs
//!   beside it, Ctrl-C, and what is said of its end
//! - `render`, `window`: what the picture and the window are asked for; `ui` draws them
//! - `search`, `rows`: the commands that find places in a large message
//!
//! To add a command: a file `cli/<name>.rs` with its arguments and its `run`, a line in [`Command`]
//! and an arm in [`run`].
//!
//! **Not here:** what a command does (the other rooms), drawing (`ui`).

mod args;
mod call;
mod canonicalize;
mod check;
mod console;
mod decode;
mod describe;
mod diff;
mod encode;
mod ending;
mod error;
mod guess;
mod input;
mod interrupt;
mod keyring;
mod reflect;
mod render;
mod rocketmq;
mod rows;
mod search;
mod session;
mod set;
mod target;
mod terminal;
mod types;
mod window;

pub use args::{ReadArgs, SchemaArgs};
pub use console::Console;
pub use error::CliError;
pub use input::{Opened, load_schema, open};
pub use render::{Picture, RenderArgs, Size, Theme, render};
pub use window::{WindowArgs, show_window};

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::ffi::OsString;
use std::process::ExitCode;

/// What a call asks for.
#[derive(Debug)]
pub enum Start {
    /// It is done already.
    Done(ExitCode),
    /// The window, on a display that is there.
    Window(WindowArgs),
    /// A picture of the window.
    Render(RenderArgs),
}

/// How a command that went to its end went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// The data said no; what it said is written already.
    No,
}

/// View, edit and replay binary Protocol Buffers messages, byte for byte
#[derive(Debug, Parser)]
#[command(
    name = "protoloupe",
    version,
    subcommand_negates_reqs = true,
    after_help = "Without a command the window opens on the files, or on a sample. Without a display the \
                  tree is printed instead.\n\n\
                  Exit status: 0 done, 1 the data or the server said no, 2 the call was wrong.\n\n\
                  Examples:\n  \
                  protoloupe send.bin\n  \
                  protoloupe decode send.bin --type SendMessageRequest\n  \
                  protoloupe set send.bin 'messages[0].topic.name=orders' -o new.bin\n  \
                  protoloupe call http://127.0.0.1:8081 MessagingService/SendMessage --data send.bin"
)]
struct Cli {
    #[command(flatten)]
    window: WindowArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Decode(decode::DecodeArgs),
    Encode(encode::EncodeArgs),
    Set(set::SetArgs),
    Types(types::TypesArgs),
    Describe(describe::DescribeArgs),
    Guess(guess::GuessArgs),
    Canonicalize(canonicalize::CanonicalizeArgs),
    Check(check::CheckArgs),
    Diff(diff::DiffArgs),
    Call(Box<call::CallArgs>),
    Reflect(Box<reflect::ReflectArgs>),
    Keyring(keyring::KeyringArgs),
    Search(search::SearchArgs),
    Rows(rows::RowsArgs),
    Render(RenderArgs),
}

/// Reads the arguments of a call, the program's name first, and does what needs no window.
pub fn start(args: impl IntoIterator<Item = OsString>) -> Start {
    let mut console = Console::new();
    let matches = match Cli::command().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return Start::Done(console.clap(&error)),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return Start::Done(console.clap(&error)),
    };
    let result = match cli.command {
        None => match window::start(cli.window, &mut console) {
            Ok(Some(window)) => return Start::Window(window),
            Ok(None) => Ok(Outcome::Done),
            Err(error) => Err(error),
        },
        Some(command) if cli.window.is_asked_for() => Err(misplaced(&command)),
        Some(Command::Render(args)) => return Start::Render(args),
        Some(command) => run(command, &matches, &mut console),
    };
    Start::Done(console.finish(result))
}

fn run(command: Command, matches: &ArgMatches, console: &mut Console) -> Result<Outcome, CliError> {
    match command {
        Command::Decode(args) => decode::run(&args, console),
        Command::Encode(args) => encode::run(&args, console),
        Command::Set(args) => {
            let edits = set::edits_in_order(matches.subcommand_matches("set"));
            set::run(&args, &edits, console)
        }
        Command::Types(args) => types::run(&args, console),
        Command::Describe(args) => describe::run(&args, console),
        Command::Guess(args) => guess::run(&args, console),
        Command::Canonicalize(args) => canonicalize::run(&args, console),
        Command::Check(args) => check::run(&args, console),
        Command::Call(args) => call::run(&args, console),
        Command::Reflect(args) => reflect::run(&args, console),
        Command::Keyring(args) => keyring::run(&args, console),
        Command::Diff(args) => diff::run(&args, console),
        Command::Search(args) => search::run(&args, console),
        Command::Rows(args) => rows::run(&args, console),
        Command::Render(_) => Ok(Outcome::Done),
    }
}

fn misplaced(command: &Command) -> CliError {
    let name = match command {
        Command::Decode(_) => "decode",
        Command::Encode(_) => "encode",
        Command::Set(_) => "set",
        Command::Types(_) => "types",
        Command::Describe(_) => "describe",
        Command::Guess(_) => "guess",
        Command::Canonicalize(_) => "canonicalize",
        Command::Check(_) => "check",
        Command::Call(_) => "call",
        Command::Reflect(_) => "reflect",
        Command::Keyring(_) => "keyring",
        Command::Diff(_) => "diff",
        Command::Search(_) => "search",
        Command::Rows(_) => "rows",
        Command::Render(_) => "render",
    };
    CliError::Misplaced { command: name }
}
