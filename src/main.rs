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

#[cfg(feature = "gui")]
fn window(args: &WindowArgs) -> ExitCode {
    cli::show_window(args, protoloupe::ui::window::run)
}

#[cfg(not(feature = "gui"))]
fn window(args: &WindowArgs) -> ExitCode {
    cli::show_window(args, |_, _| Err("This build has no window".to_owned()))
}

#[cfg(feature = "gui")]
fn render(args: &RenderArgs) -> ExitCode {
    use protoloupe::ui::picture;
    cli::render(args, |wanted| {
        picture::render_window(picture::RenderArgs {
            opening: wanted.opening,
            size: (wanted.size.width as f32, wanted.size.height as f32),
            scale: wanted.scale,
            is_dark: wanted.is_dark,
            select: wanted.select,
            expand: Some(wanted.expand),
            ..picture::RenderArgs::new(wanted.schema)
        })
    })
}

#[cfg(not(feature = "gui"))]
fn render(args: &RenderArgs) -> ExitCode {
    cli::render(args, |_| Err("This build cannot draw".to_owned()))
}
