//! `protoloupe render`: what the picture is to show.

use super::ReadArgs;
use crate::document::Path;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::str::FromStr;

/// Draw the window's view of a file without a display
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Example:\n  protoloupe render send.bin -o send.png --theme dark --select 'messages[0].topic'"
)]
pub struct RenderArgs {
    /// The message; - is standard input
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
