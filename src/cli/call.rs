//! `protoloupe call`: exact bytes to a live server, its replies as JSON.

use super::ending;
use super::input::read_small_file;
use super::interrupt::Interrupt;
use super::reflect::{reflect, schema_of};
use super::session::Session;
use super::target::{Target, TargetArgs};
use super::{CliError, Console, Outcome, SchemaArgs, load_schema};
use crate::document::problem::{self, Severity};
use crate::document::{Document, Path};
use crate::format::{FORMATS, Format, FormatError, JsonOptions, Subject};
use crate::rocketmq::{InBand, in_band};
use crate::rpc::{self, Call, Direction, Ending, Event, Message, MethodPath, RpcKind, TRANSPORTS};
use crate::schema::{MessageDescriptor, MethodDescriptor, Schema, SchemaError};
use crate::worker::{ReplyFolder, WorkerError};
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::ops::ControlFlow;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

/// Losses of one reply that are listed.
const MAX_LOSSES: usize = 20;

/// Send exact bytes to a server and print what it replies
///
/// The bytes of each FILE go out as they stand, one message a file, unknown fields, padding and all.
/// Bytes that do not decode as the method's input are refused unless --send-anyway is given. Replies are
/// printed as JSON as they come; -o also keeps their bytes.
///
/// The method is looked up in the built-in and the loaded declarations. One that nobody declares is
/// called with raw bytes; --kind says how.
///
/// Exit status 0: the status is OK, also inside a RocketMQ reply; 1: it is not, or there is none.
#[derive(Debug, Args)]
#[command(
    override_usage = "protoloupe call [OPTIONS] <ENDPOINT> <METHOD>\n       protoloupe call [OPTIONS] --profile <NAME|FILE> [ENDPOINT] <METHOD>"
)]
#[command(after_help = "Examples:\n  \
        protoloupe call http://127.0.0.1:8081 MessagingService/QueryRoute --data route.bin \\\n    \
        --rocketmq-access-key me --rocketmq-secret @secret.txt\n  \
        protoloupe call --profile local MessagingService/ReceiveMessage --data receive.bin --session\n  \
        protoloupe call https://example.com shop.v1.Orders/Watch --reflect --data order.bin -o replies\n  \
        protoloupe call unix:/run/server.sock any.v1.Service/Method --kind bidi --data 1.bin 2.bin")]
pub(super) struct CallArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// package.Service/Method, or the end of it
    #[arg(value_name = "METHOD", required_unless_present = "profile")]
    method: Option<String>,
    /// The messages to send, in order; - is standard input
    #[arg(long, value_name = "FILE", num_args = 1..)]
    data: Vec<PathBuf>,
    /// How a method is called that no schema declares [default: unary]
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(RpcKind::ALL.map(RpcKind::name)))]
    kind: Option<String>,
    /// The protocol [default: grpc]
    #[arg(long, value_name = "NAME",
          value_parser = PossibleValuesParser::new(TRANSPORTS.iter().map(|transport| transport.name)))]
    protocol: Option<String>,
    /// Send messages compressed
    #[arg(long)]
    gzip: bool,
    /// Send also what does not decode as the method's input
    #[arg(long)]
    send_anyway: bool,
    /// A new or empty folder for the bytes of the replies: 0001.bin, 0002.bin, …
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// The form in which replies are printed
    #[arg(long, value_name = "FORM", default_value = FORMATS[0].name,
          value_parser = PossibleValuesParser::new(FORMATS.iter().map(|format| format.name)))]
    to: String,
    /// Each reply as JSON on one line
    #[arg(long)]
    compact: bool,
    /// Keep a RocketMQ session open meanwhile: the server's settings first, heartbeats, a word at the end
    #[arg(long, help_heading = "RocketMQ")]
    session: bool,
    /// Also say how it goes on: connection, headers, messages with times, trailers
    #[arg(short, long)]
    verbose: bool,
    /// Ask the server for its declarations first
    #[arg(long, conflicts_with = "sources", help_heading = "Reading")]
    reflect: bool,
    #[command(flatten)]
    schema: SchemaArgs,
}

pub(super) fn run(args: &CallArgs, console: &mut Console) -> Result<Outcome, CliError> {
    let (endpoint, name) = args.endpoint_and_method()?;
    let target = args.target.target(endpoint, console)?;
    let messages = args.data.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    let can_ask = !args.data.iter().any(|file| file == FilePath::new("-"));
    let confirm = |what: &str, console: &mut Console| target.confirm(what, args.target.yes, can_ask, console);
    let mut interrupt = None;
    let schema = if args.reflect {
        confirm(&format!("Asking for the schema, then calling {name}"), console)?;
        let interrupt = interrupt.insert(Interrupt::listen());
        let reflected = reflect(&target, interrupt, console)?;
        schema_of(&reflected, !args.schema.no_builtin, console)?
    } else {
        load_schema(&args.schema)?
    };
    let method = method(name, args.kind.is_some(), &schema)?;
    let call = args.call(&target, name, method.as_ref(), messages.first().map_or(&[], Vec::as_slice))?;
    call.check(messages.len() as u64).map_err(CliError::Call)?;
    if let Some(method) = method.as_ref().filter(|_| !args.send_anyway) {
        for (file, bytes) in args.data.iter().zip(&messages) {
            refuse_undecodable(file, bytes, &method.input())?;
        }
    }
    let folder =
        args.output.as_deref().map(ReplyFolder::create).transpose().map_err(CliError::ReplyFolder)?;
    let interrupt = match interrupt {
        Some(interrupt) => interrupt,
        None => {
            confirm(&format!("Calling {}", call.method), console)?;
            Interrupt::listen()
        }
    };
    let session = match args.session {
        false => None,
        true => match Session::open(&target.caller, &interrupt, args.verbose, console)? {
            Some(session) => Some(session),
            None => return Ok(Outcome::No),
        },
    };
    let output = method.map(|method| method.output());
    let mut listener = Listener { args, console, schema, output, folder, in_bands: Vec::new(), n_replies: 0 };
    let outcome = listener.listen(&call, messages, &interrupt);
    if let Some(session) = session {
        session.close(args.verbose, console);
    }
    outcome
}

fn read(file: &FilePath) -> Result<Vec<u8>, CliError> {
    read_small_file(file).map_err(|error| CliError::Open { error, near_command: None })
}

/// The method that is meant; `None` if nobody declares it and the text says all that is needed.
/// One that its own service does not declare is called only if `is_raw`.
fn method(text: &str, is_raw: bool, schema: &Schema) -> Result<Option<MethodDescriptor>, CliError> {
    let error = match schema.method(text) {
        Ok(method) => return Ok(Some(method)),
        Err(error) => error,
    };
    let path = text.parse::<MethodPath>();
    let is_declared = |service: &str| schema.services().iter().any(|known| known.full_name() == service);
    match (error, path) {
        (SchemaError::UnknownName { .. }, Ok(path)) if is_raw || !is_declared(&path.service) => Ok(None),
        (error, _) => Err(CliError::Schema(error)),
    }
}

impl CallArgs {
    /// With a profile what stands alone is the method.
    fn endpoint_and_method(&self) -> Result<(Option<&str>, &str), CliError> {
        let endpoint = self.target.endpoint.as_deref();
        match (endpoint, self.method.as_deref()) {
            (endpoint, Some(method)) => Ok((endpoint, method)),
            (Some(method), None) => Ok((None, method)),
            (None, None) => Err(CliError::NoMethod),
        }
    }

    fn call(
        &self,
        target: &Target,
        name: &str,
        method: Option<&MethodDescriptor>,
        first_message: &[u8],
    ) -> Result<Call, CliError> {
        let named = self.kind.as_deref().and_then(|name| RpcKind::ALL.into_iter().find(|k| k.name() == name));
        let (path, kind) = match method {
            Some(method) => (MethodPath::from(method), RpcKind::of(method)),
            None => (name.parse().map_err(CliError::Call)?, named.unwrap_or(RpcKind::Unary)),
        };
        if named.is_some_and(|named| named != kind) {
            return Err(CliError::Kind { method: path.to_string(), kind: kind.title() });
        }
        let mut call = target.caller.call(path, kind, first_message).map_err(CliError::Metadata)?;
        if let Some(name) = &self.protocol {
            let transport = TRANSPORTS.iter().find(|transport| transport.name == *name);
            call.transport = transport.unwrap_or(&TRANSPORTS[0]);
        }
        call.compress |= self.gzip;
        Ok(call)
    }
}

/// An error if the bytes are not what the method takes.
fn refuse_undecodable(file: &FilePath, bytes: &[u8], message: &MessageDescriptor) -> Result<(), CliError> {
    let document = Document::of_bytes(bytes, Some(message.clone()));
    let snapshot = document.snapshot();
    let mut found = None;
    let mut sink = |problem: problem::Problem| {
        if problem.severity != Severity::Error {
            return ControlFlow::Continue(());
        }
        found = Some(problem);
        ControlFlow::Break(())
    };
    let checked = problem::check(snapshot, 0..snapshot.len(), Some(message), &mut sink, &mut |_| {
        ControlFlow::Continue(())
    });
    checked.map_err(|error| CliError::Source { error, file: file.display().to_string() })?;
    match found {
        None => Ok(()),
        Some(problem) => Err(CliError::DoesNotDecode {
            file: file.display().to_string(),
            message: message.full_name().to_owned(),
            offset: problem.range.start,
            problem: problem.message,
        }),
    }
}

/// Prints what happens.
struct Listener<'a> {
    args: &'a CallArgs,
    console: &'a mut Console,
    schema: Arc<Schema>,
    /// The type of replies.
    output: Option<MessageDescriptor>,
    folder: Option<ReplyFolder>,
    /// The statuses inside replies.
    in_bands: Vec<InBand>,
    n_replies: u64,
}

impl Listener<'_> {
    fn listen(
        &mut self,
        call: &Call,
        messages: Vec<Vec<u8>>,
        interrupt: &Interrupt,
    ) -> Result<Outcome, CliError> {
        let (outbox, inbox) = rpc::outbox();
        let canceller = outbox.canceller();
        interrupt.watch(outbox.canceller());
        // Messages wait for the connection; when all are sent, or it has ended, the outbox goes.
        let sender = std::thread::spawn(move || {
            let _ = messages.into_iter().try_for_each(|message| outbox.send(message));
        });
        if self.args.verbose && !call.metadata.is_empty() {
            self.console.say(&ending::metadata(&call.metadata));
        }
        let mut failed: Option<CliError> = None;
        let mut ended: Option<Ending> = None;
        rpc::run(call, inbox, &mut |event| {
            if ended.is_some() || failed.is_some() {
                return;
            }
            match event {
                Event::Ended(ending) => ended = Some(ending),
                event => {
                    if let Err(error) = self.hear(&event) {
                        failed = Some(error);
                        canceller.cancel();
                    }
                }
            }
        });
        // It ends with the call, which took its last message or takes no more.
        let _ = sender.join();
        match (failed, ended) {
            (Some(error), _) => Err(error),
            (None, Some(ending)) => self.end(&ending),
            (None, None) => Ok(Outcome::No),
        }
    }

    fn hear(&mut self, event: &Event) -> Result<(), CliError> {
        if let Event::Connected { facts, .. } = event
            && let Some(tls) = &facts.tls
            && let Some(why) = &tls.unverified
        {
            self.console.say(&format!("warning: The certificate was not verified: {why}"));
            self.console.say(&ending::certificate(&tls.certificate));
        }
        if self.args.verbose {
            self.console.say(&ending::step(event));
        }
        match event {
            Event::Message(message) if message.direction == Direction::Received => self.reply(message),
            _ => Ok(()),
        }
    }

    fn reply(&mut self, message: &Message) -> Result<(), CliError> {
        self.n_replies += 1;
        let name = format!("{:04}.bin", self.n_replies);
        if let Some(folder) = &self.folder {
            folder.write(&name, &message.bytes).map_err(CliError::ReplyFolder)?;
        }
        if let Some(output) = &self.output {
            self.in_bands.extend(in_band(&self.schema, output, &message.bytes));
        }
        let format = self.format();
        let document = Document::of_bytes(&message.bytes, self.output.clone());
        let snapshot = document.snapshot();
        let subject = Subject {
            snapshot,
            range: 0..snapshot.len(),
            message: self.output.as_ref(),
            path: Path::default(),
        };
        let options =
            JsonOptions { pretty: !self.args.compact, max_losses: MAX_LOSSES, ..JsonOptions::default() };
        let written =
            (format.write)(&subject, &options, &mut *self.console.out, &mut |_| ControlFlow::Continue(()));
        let report = written.map_err(|error| match error {
            FormatError::Write(error) => CliError::Write { error },
            error => CliError::Format { error, file: name.clone() },
        })?;
        // Each reply is there when it is there.
        self.console.out.flush().map_err(|error| CliError::Write { error })?;
        super::decode::list_losses(&report, &name, self.console);
        Ok(())
    }

    /// The form that is asked for, if the replies' type is known or it does without.
    fn format(&self) -> &'static Format {
        let wanted = FORMATS.iter().find(|format| format.name == self.args.to);
        let fits = |format: &&Format| self.output.is_some() || !format.needs_type;
        wanted.filter(fits).or_else(|| FORMATS.iter().find(fits)).unwrap_or(&FORMATS[0])
    }

    fn end(&mut self, ending: &Ending) -> Result<Outcome, CliError> {
        if let (Some(folder), Some(leftover)) = (&self.folder, &ending.leftover) {
            let name = format!("{:04}.partial", self.n_replies + 1);
            folder.write(&name, &leftover.bytes).map_err(CliError::ReplyFolder)?;
        }
        let bad = self.in_bands.iter().find(|status| !status.is_ok());
        let is_ok = ending.is_ok() && bad.is_none();
        let kept = self.folder.is_some();
        for line in ending::report(ending, bad.or(self.in_bands.last()), &self.schema, kept) {
            if is_ok {
                self.console.remark(&line);
            } else {
                self.console.say(&line);
            }
        }
        Ok(if is_ok { Outcome::Done } else { Outcome::No })
    }
}

/// What can be wrong with the folder for replies, apart from what the system says.
pub(super) fn folder_hint(error: &WorkerError) -> &'static str {
    match error {
        WorkerError::FolderNotEmpty { .. } | WorkerError::NotAFolder { .. } => {
            "Name a new or an empty folder; replies are never written over others"
        }
        _ => "Nothing more was written",
    }
}
