//! Arguments → window, picture or command.

use protoloupe::cli::{self, RenderArgs, Start, WindowArgs};
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::start(std::env::args_os()) {
        Start::Done(exit_code) => exit_code,
        Start::Window(args) => window(&args),
        Start::Render(args) => render(&args),
    }
}

fn window(args: &WindowArgs) -> ExitCode {
    cli::print_trees(args, "This build has no window")
}

fn render(_args: &RenderArgs) -> ExitCode {
    cli::Console::new().say("error: This build cannot draw");
    ExitCode::from(2)
}
