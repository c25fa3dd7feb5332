//! Arguments that many commands take.

use clap::Args;
use std::path::PathBuf;

/// Where declarations come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Reading")]
pub struct SchemaArgs {
    /// A .proto file, a folder or an archive (zip, tar, tar.gz) of them, or a descriptor set; may be repeated, the first wins
    #[arg(long = "proto", visible_alias = "descriptor-set", value_name = "PATH")]
    pub sources: Vec<PathBuf>,
    /// A folder that .proto files are imported from, looked in first; may be repeated [default: found from the imports]
    #[arg(short = 'I', long = "include", value_name = "DIR", requires = "sources")]
    pub include: Vec<String>,
    /// Let the protoc on the PATH compile .proto files that cannot be used otherwise
    #[arg(long, requires = "sources")]
    pub protoc: bool,
    /// Leave out the built-in Apache RocketMQ v2 API
    #[arg(long)]
    pub no_builtin: bool,
}

impl SchemaArgs {
    /// Whether any of them is given.
    pub fn is_given(&self) -> bool {
        *self != SchemaArgs::default()
    }
}

/// How the bytes of a file are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct ReadArgs {
    /// The message type, by its full name or the end of it [default: the one that is clearly best]
    #[arg(long = "type", value_name = "TYPE", help_heading = "Reading")]
    pub type_name: Option<String>,
    #[command(flatten)]
    pub schema: SchemaArgs,
    /// How messages are framed: auto or raw
    #[arg(long, value_name = "FRAMING", help_heading = "Reading", default_value = "auto", value_parser = framing)]
    pub framing: Framing,
}

impl ReadArgs {
    pub fn is_given(&self) -> bool {
        *self != ReadArgs::default()
    }
}

/// How messages stand in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// As it is found; so far always raw.
    #[default]
    Auto,
    /// The file is one message.
    Raw,
}

fn framing(text: &str) -> Result<Framing, String> {
    match text {
        "auto" => Ok(Framing::Auto),
        "raw" => Ok(Framing::Raw),
        "delimited" | "grpc" | "gzip" | "hex" | "base64" => {
            Err("this version reads raw messages; take the message out of its frame first".to_owned())
        }
        _ => Err("write auto or raw".to_owned()),
    }
}
