//! What can be wrong with a call, and what to do about it.

use crate::document::canonical::CanonicalError;
use crate::document::ops::OpError;
use crate::document::search::QueryError;
use crate::document::{EditError, PathError, ResolveError, SourceError};
use crate::format::{FormatError, InputError};
use crate::rpc::{EndpointError, Failure, MetadataError, NotReflected, ProfileError, system_words};
use crate::schema::SchemaError;
use crate::worker::{Call, KeyringError, Remedy, WorkerError};
use std::io;
use std::path::Path;

/// Why a command did not do what it was asked for. The hint says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error("{}", opening(.error))]
    Open { error: WorkerError, near_command: Option<&'static str> },
    #[error("{0}")]
    Save(WorkerError),
    #[error("{0}")]
    Schema(SchemaError),
    /// A file that another compiler may take, and what to do about that.
    #[error("{error}")]
    Uncompiled { error: SchemaError, hint: &'static str },
    #[error("No message type is clearly the best for these bytes, in \"{file}\"")]
    NoClearType { file: String, ranking: String },
    #[error("{error}, in \"{file}\"")]
    Format { error: FormatError, file: String },
    #[error("{error}, in \"{file}\"")]
    Input { error: Box<InputError>, file: String },
    #[error("{error}, in \"{file}\"")]
    Source { error: SourceError, file: String },
    #[error("\"{text}\" is not PATH=VALUE: it has no \"=\"")]
    NoAssignment { text: String },
    #[error("{0}")]
    Path(PathError),
    #[error("{}", located(&error.to_string(), .file))]
    Op { error: Box<OpError>, file: String, has_type: bool },
    #[error("{error}, in \"{file}\"")]
    Canonical { error: CanonicalError, file: String },
    #[error("{error}, in \"{file}\"")]
    Edit { error: EditError, file: String },
    #[error("\"{word}\" is not a wire type, in \"{text}\"")]
    WireType { word: String, text: String },
    #[error("Writing to standard output failed: {}", system_words(error))]
    Write { error: io::Error },
    #[error("A {what} would go to the terminal")]
    BinaryToTerminal { what: &'static str },
    #[error("Standard input can be read only once")]
    InputTwice,
    #[error("{error} of \"{query}\"")]
    Query { error: QueryError, query: String },
    #[error("The message has {n_rows} rows, so there is no row {row}, in \"{file}\"")]
    NoRow { n_rows: u64, row: u64, file: String },
    #[error("Nothing matches \"{pattern}\"")]
    NoMatch { pattern: String },
    #[error("There is no sample of {keyword} {name}")]
    NoSample { keyword: &'static str, name: String },
    #[error("{reason}")]
    Draw { reason: String },
    #[error("{0}")]
    Endpoint(EndpointError),
    #[error("{0}")]
    Metadata(MetadataError),
    #[error("The variable ${name} is not set")]
    Variable { name: String },
    #[error("{option} takes no secret itself: others could see it in the list of processes")]
    SecretInArguments { option: &'static str },
    #[error("{error}, in \"{file}\"")]
    Profile { error: Box<ProfileError>, file: String },
    #[error("{error}, for \"{field}\"")]
    Keyring { error: KeyringError, field: String },
    #[error("The profile takes no \"{field}\" from the system keyring")]
    NotOfKeyring { field: String, known: String },
    #[error("No secret was read: {reason}")]
    SecretNotRead { reason: String },
    #[error("There is no profile \"{name}\"")]
    NoProfile { name: String, folder: String },
    #[error("Nothing says which method is called")]
    NoMethod,
    #[error("A session is of a RocketMQ client, and nothing says which")]
    NoSession,
    #[error("TLS options do not go with {endpoint}, which is plain text")]
    TlsOptions { endpoint: String },
    /// A call that could not even begin.
    #[error("{0}")]
    Call(Failure),
    #[error("{method} is {kind}, whatever --kind says")]
    Kind { method: String, kind: &'static str },
    #[error("{problem}, at offset {offset}, so the bytes do not decode as {message}, in \"{file}\"")]
    DoesNotDecode { file: String, message: String, offset: u64, problem: String },
    #[error("Nothing was sent to {endpoint} before, and there is no terminal to ask at")]
    NewTarget { endpoint: String },
    #[error("Nothing was sent")]
    NotSent,
    #[error("{0}")]
    ReplyFolder(WorkerError),
    #[error("{error}")]
    NotReflected { error: Box<NotReflected> },
    #[error("The schema that the server tells cannot be used: {error}")]
    ServerSchema { error: SchemaError },
    #[error("These options stand before the command \"{command}\"")]
    Misplaced { command: &'static str },
}

impl CliError {
    /// Why text of `file` could not be made or written.
    pub(super) fn of_format(error: FormatError, file: &str) -> CliError {
        match error {
            FormatError::Write(error) => CliError::Write { error },
            error => CliError::Format { error, file: file.to_owned() },
        }
    }

    pub(super) fn of_profile(error: ProfileError, path: &Path) -> CliError {
        CliError::Profile { error: Box::new(error), file: path.display().to_string() }
    }

    /// 1 if the data said no, 2 if the call was wrong.
    pub fn exit_code(&self) -> u8 {
        match self {
            CliError::NoClearType { .. }
            | CliError::Source { .. }
            | CliError::Edit { .. }
            | CliError::Canonical { .. }
            | CliError::Write { .. }
            | CliError::Draw { .. }
            | CliError::DoesNotDecode { .. }
            | CliError::NotSent
            | CliError::Keyring { .. }
            | CliError::SecretNotRead { .. }
            | CliError::NotReflected { .. }
            | CliError::ServerSchema { .. }
            | CliError::NoRow { .. }
            | CliError::NoMatch { .. } => 1,
            CliError::Format { error, .. } => match error {
                FormatError::NoType { .. } | FormatError::NoField { .. } => 2,
                _ => 1,
            },
            CliError::Input { error, .. } => match **error {
                InputError::NoType { .. } => 2,
                _ => 1,
            },
            CliError::Op { error, .. } => match **error {
                OpError::Absent { .. }
                | OpError::Source(_)
                | OpError::Resolve(ResolveError::NoElement { .. } | ResolveError::Source(_)) => 1,
                _ => 2,
            },
            CliError::Open { error, .. } | CliError::Save(error) | CliError::ReplyFolder(error) => {
                match error {
                    WorkerError::Io {
                        kind: io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied,
                        ..
                    }
                    | WorkerError::IsFolder { .. }
                    | WorkerError::NotRegular { .. }
                    | WorkerError::DanglingLink { .. }
                    | WorkerError::LinkLoop { .. }
                    | WorkerError::TooLarge { .. }
                    | WorkerError::ReadOnlyFile { .. }
                    | WorkerError::AlreadyExists { .. }
                    | WorkerError::NotAFolder { .. }
                    | WorkerError::FolderNotEmpty { .. }
                    | WorkerError::ReadOnlyFolder { .. } => 2,
                    _ => 1,
                }
            }
            CliError::Schema(_)
            | CliError::NoAssignment { .. }
            | CliError::Path(_)
            | CliError::WireType { .. }
            | CliError::BinaryToTerminal { .. }
            | CliError::InputTwice
            | CliError::Endpoint(_)
            | CliError::Metadata(_)
            | CliError::Variable { .. }
            | CliError::TlsOptions { .. }
            | CliError::Profile { .. }
            | CliError::NoProfile { .. }
            | CliError::NotOfKeyring { .. }
            | CliError::NoMethod
            | CliError::NoSession
            | CliError::SecretInArguments { .. }
            | CliError::Call(_)
            | CliError::Kind { .. }
            | CliError::NewTarget { .. }
            | CliError::Query { .. }
            | CliError::NoSample { .. }
            | CliError::Uncompiled { .. }
            | CliError::Misplaced { .. } => 2,
        }
    }

    /// What to do about it; `None` where the error says it all.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            CliError::Open { near_command: Some(command), .. } => {
                return Some(format!("If the command was meant: protoloupe {command} FILE"));
            }
            CliError::NoClearType { ranking, .. } => {
                return Some(format!(
                    "{ranking}Say which one with --type TYPE, or read without a type with --to tree"
                ));
            }
            CliError::Op { error, has_type, .. } => return op_hint(error, *has_type),
            CliError::Input { error, .. } => return error.hint(),
            CliError::Save(error) => return save_hint(error),
            CliError::Call(failure) => return failure.hint(),
            CliError::NotReflected { error } => return error.hint(),
            CliError::Endpoint(error) => error.hint(),
            CliError::Metadata(error) => error.hint(),
            CliError::NoSession => {
                "Add a profile with [rocketmq], or --rocketmq-topic, and --rocketmq-group to consume"
            }
            CliError::Profile { error, .. } if matches!(**error, ProfileError::NotTyped { .. }) => {
                "There is no terminal to ask at: name where it is in the profile, $NAME, @FILE or ?keyring, or \
                 give another with -H"
            }
            CliError::Profile { error, .. } => {
                return error.hint().map(|hint| with_detail(hint, error.detail().unwrap_or_default()));
            }
            CliError::Keyring { error, .. } => return Some(with_detail(error.hint(), error.detail())),
            CliError::NotOfKeyring { field, known } if known.is_empty() => {
                return Some(format!(
                    "Write ?keyring there in the profile, in the place of {field:?}: no field of it says so yet"
                ));
            }
            CliError::NotOfKeyring { known, .. } => return Some(format!("Those that it takes: {known}")),
            CliError::SecretNotRead { .. } => "Type it at a terminal, or give it on standard input",
            CliError::NoMethod => "Write package.Service/Method, or the end of it",
            CliError::NoProfile { folder, .. } => {
                return Some(format!("Profiles by name are in {folder:?}; a path names any other"));
            }
            CliError::Variable { .. } => "Set it, or write a value or @FILE",
            CliError::SecretInArguments { .. } => "Write @FILE or $VAR",
            CliError::TlsOptions { endpoint } if endpoint.starts_with("unix:") => {
                "Leave them out: a Unix socket is spoken to in plain text only"
            }
            CliError::TlsOptions { .. } => "Write https://, or leave them out",
            CliError::DoesNotDecode { .. } => "--send-anyway sends them as they stand",
            CliError::NewTarget { .. } => "Check the address; --yes sends to it, and to it from now on",
            CliError::ReplyFolder(error) => super::call::folder_hint(error),
            CliError::Schema(SchemaError::UnknownName { near, .. }) if near.is_empty() => {
                "protoloupe types lists all names; --proto and --descriptor-set load others"
            }
            CliError::Schema(SchemaError::AmbiguousName { .. }) => "Write more of the name",
            CliError::NoAssignment { .. } => "Write it like messages[0].topic.name=orders",
            CliError::Path(_) => "Write it like messages[0].topic.name, user_properties[\"key\"] or 99[1].2",
            CliError::WireType { .. } => "Use VARINT, I64, LEN or I32, as in --add 99:VARINT=5",
            CliError::BinaryToTerminal { .. } => {
                "Write it to a file with -o FILE, or pipe it into another program"
            }
            CliError::Query { error, .. } => error.hint,
            CliError::NoRow { .. } => "Rows count from 0; ..20 are the first ones",
            CliError::Uncompiled { hint, .. } => hint,
            CliError::NoSample { .. } => "A message has one, and a method that of its input",
            CliError::NoMatch { .. } => "protoloupe types, without a pattern, lists everything",
            CliError::Misplaced { .. } => "Put them behind the command",
            CliError::Edit { .. } => "Nothing was written",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// The sentence with the file behind it.
fn located(sentence: &str, file: &str) -> String {
    let link = if sentence.ends_with('?') { " In" } else { ", in" };
    format!("{sentence}{link} \"{file}\"")
}

/// What a person says of the commonest reasons, and the worker of all others.
fn opening(error: &WorkerError) -> String {
    match error {
        WorkerError::Io { kind: io::ErrorKind::NotFound, path, .. } => format!("There is no file {path:?}"),
        WorkerError::Io {
            call: Call::Open | Call::Look,
            kind: io::ErrorKind::PermissionDenied,
            path,
            ..
        } => {
            format!("No permission to read {path:?}")
        }
        error => error.to_string(),
    }
}

fn op_hint(error: &OpError, has_type: bool) -> Option<String> {
    match error {
        OpError::Value { error, .. } => error.hint(),
        OpError::Resolve(ResolveError::NoType { .. }) if !has_type => Some(
            "Say what the message is with --type TYPE; protoloupe guess FILE ranks the types that fit"
                .to_owned(),
        ),
        OpError::Repeated { path, .. } => Some(format!("set --add {path}=VALUE adds an element")),
        OpError::NeedsWireType { path } => Some(format!("Add it with --add {path}:VARINT=VALUE")),
        OpError::Resolve(ResolveError::NoElement { .. }) => {
            Some("set --add PATH=VALUE, without an index, adds an element".to_owned())
        }
        _ => None,
    }
}

fn save_hint(error: &WorkerError) -> Option<String> {
    let hint = match error {
        WorkerError::NotRegular { .. } => "Write to standard output with -o -",
        _ => match error.remedy()? {
            Remedy::WriteInPlace | Remedy::SaveAs => "Write to another file with -o",
            Remedy::Overwrite => "Nothing was written; run the command again on the file as it is now",
            Remedy::Retry => "Nothing was changed",
        },
    };
    Some(hint.to_owned())
}

/// What the system said is told last.
fn with_detail(hint: String, detail: &str) -> String {
    if detail.is_empty() { hint } else { format!("{hint}. The system says: {detail}") }
}
