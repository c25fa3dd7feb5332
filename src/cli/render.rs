//! `protoloupe render`: what the picture is to show, and where it goes; `ui` draws it.

use super::input::{open_source, read_whole_stdin};
use super::{CliError, Console, Outcome, ReadArgs, open};
use crate::app::Opening;
use crate::document::ops::OpError;
use crate::document::{Path, Snapshot, Target};
use crate::schema::Schema;
use crate::worker::{SaveOptions, save};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;

/// Draw the window's view of a file without a display
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Example:\n  protoloupe render send.bin -o send.png --theme dark --select 'messages[0].topic'"
)]
pub struct RenderArgs {
    /// The message's file, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the picture goes: a PNG file, or - for standard output
    #[arg(short, long, value_name = "PNG")]
    pub output: PathBuf,
    /// Width and height in points
    #[arg(long, value_name = "WxH", default_value = "1200x800")]
    pub size: Size,
    /// Pixels per point, 0.5 to 4
    #[arg(long, value_name = "N", default_value = "1", value_parser = scale)]
    pub scale: f32,
    /// Light or dark
    #[arg(long, value_name = "THEME", default_value = "light")]
    pub theme: Theme,
    /// The field to select; the messages around it are opened
    #[arg(long, value_name = "PATH")]
    pub select: Option<Path>,
    /// How many levels of messages are opened
    #[arg(long, value_name = "DEPTH", default_value_t = 2)]
    pub expand: u32,
    #[command(flatten)]
    pub read: ReadArgs,
}

/// A picture to be drawn.
#[derive(Clone, Debug)]
pub struct Picture {
    pub opening: Opening,
    pub schema: Arc<Schema>,
    pub size: Size,
    pub scale: f32,
    pub is_dark: bool,
    pub select: Option<Path>,
    pub expand: u32,
}

/// Has `draw` make a PNG of the window's view of a file, and writes it.
pub fn render(args: &RenderArgs, draw: impl FnOnce(Picture) -> Result<Vec<u8>, String>) -> ExitCode {
    let mut console = Console::new();
    let result = write_picture(args, draw, &mut console);
    console.finish(result.map(|()| Outcome::Done))
}

fn write_picture(
    args: &RenderArgs,
    draw: impl FnOnce(Picture) -> Result<Vec<u8>, String>,
    console: &mut Console,
) -> Result<(), CliError> {
    let to_stdout = args.output.as_os_str() == "-";
    if to_stdout && console.is_terminal() {
        return Err(CliError::BinaryToTerminal { what: "picture" });
    }
    let (opened, input) = match args.file.as_os_str() == "-" {
        true => {
            let input = read_whole_stdin()?;
            (open_source(input.source(), &args.file, &args.read)?, Some(input))
        }
        false => (open(&args.file, &args.read)?, None),
    };
    if let Some(path) = &args.select {
        let named = |error| CliError::Op {
            error: Box::new(OpError::Resolve(error)),
            file: opened.name.clone(),
            has_type: opened.message().is_some(),
        };
        let resolved = opened.document.resolve(path).map_err(named)?;
        if matches!(resolved.target, Target::Absent { .. }) {
            let error = Box::new(OpError::Absent { path: path.to_string() });
            return Err(CliError::Op { error, file: opened.name.clone(), has_type: true });
        }
    }
    let picture = Picture {
        opening: Opening {
            files: if input.is_none() { vec![args.file.clone()] } else { Vec::new() },
            input,
            message: opened.message().map(|message| message.full_name().to_owned()),
            sources: None,
        },
        schema: opened.schema.clone(),
        size: args.size,
        scale: args.scale,
        is_dark: args.theme == Theme::Dark,
        select: args.select.clone(),
        expand: args.expand,
    };
    let png = draw(picture).map_err(|reason| CliError::Draw { reason })?;
    if to_stdout {
        return console.out.write_all(&png).map_err(|error| CliError::Write { error });
    }
    let options = SaveOptions { overwrite: true, ..SaveOptions::default() };
    save(&Snapshot::of_bytes(&png), &args.output, None, &options, &|_, _| Ok(())).map_err(CliError::Save)?;
    Ok(())
}

/// Of a picture, in points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Theme {
    Light,
    Dark,
}

const MIN_SIDE: u32 = 200;
const MAX_SIDE: u32 = 8192;

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let side = |text: &str| text.parse::<u32>().ok().filter(|n| (MIN_SIDE..=MAX_SIDE).contains(n));
        let sides =
            text.split_once(['x', 'X']).and_then(|(width, height)| Some((side(width)?, side(height)?)));
        match sides {
            Some((width, height)) => Ok(Size { width, height }),
            None => Err(format!("write width and height such as 1200x800, each {MIN_SIDE} to {MAX_SIDE}")),
        }
    }
}

fn scale(text: &str) -> Result<f32, String> {
    let scale = text.parse::<f32>().ok().filter(|scale| (0.5..=4.0).contains(scale));
    scale.ok_or_else(|| "write a number from 0.5 to 4".to_owned())
}
