//! The schema that a server tells of itself (`grpc.reflection`): v1, and v1alpha where that fails for
//! whatever reason.
//!
//! All services are asked for, then the files that declare them and all that those import. Google's
//! own files are not asked for; a schema has them anyway. Files whose imports the server does not know
//! are left out and said, so that the others stay usable. Names may be relative and JSON names absent,
//! as some servers have it: the schema resolves them.

use super::call::{Call, Direction, Ending, Event, MethodPath, RpcKind};
use super::failure::Failure;
use super::fields::{payloads, text, varint};
use super::limits::Limits;
use super::run::{Canceller, Outbox, outbox, run};
use super::status::Status;
use crate::schema::Schema;
use crate::wire::write_len;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

/// Versions of the service, the first that is tried first.
const VERSIONS: [&str; 2] = ["grpc.reflection.v1", "grpc.reflection.v1alpha"];

/// Field numbers of `ServerReflectionRequest`.
const FILE_BY_FILENAME: u32 = 3;
const FILE_CONTAINING_SYMBOL: u32 = 4;
const LIST_SERVICES: u32 = 7;
/// Field numbers of `ServerReflectionResponse`.
const FILE_DESCRIPTOR_RESPONSE: u32 = 4;
const LIST_SERVICES_RESPONSE: u32 = 6;
const ERROR_RESPONSE: u32 = 7;

/// What a server offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reflected {
    /// `grpc.reflection.v1` or `grpc.reflection.v1alpha`.
    pub version: &'static str,
    /// As the server lists them.
    pub services: Vec<String>,
    /// A serialized `google.protobuf.FileDescriptorSet`: every file as the server sent it, imports
    /// before their importers.
    pub set: Vec<u8>,
    pub n_files: usize,
    /// What the server could not tell, one sentence each.
    pub problems: Vec<String>,
}

/// Why there is no schema from a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotReflected {
    /// What came of each version, in the order of trying.
    pub attempts: Vec<(&'static str, Why)>,
}

/// Why one version of the service gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The call ended like this.
    Ended(Box<Ending>),
    /// What it answered makes no sense, or is too much.
    Answer(String),
}

impl Why {
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Why::Ended(ending) => ending.failure.as_ref(),
            Why::Answer(_) => None,
        }
    }

    fn is_unimplemented(&self) -> bool {
        matches!(self, Why::Ended(ending) if ending.status.as_ref().is_some_and(|status| status.code == 12))
    }

    /// Whether another version would come to the same: nobody was reached, or it was given up.
    fn is_final(&self) -> bool {
        match self.failure() {
            Some(Failure::Cancelled(_) | Failure::Deadline { .. }) => true,
            Some(_) => matches!(self, Why::Ended(ending) if ending.http_status.is_none()),
            None => false,
        }
    }

    fn sentence(&self) -> String {
        match self {
            Why::Answer(reason) => reason.clone(),
            Why::Ended(ending) => match (&ending.failure, &ending.status) {
                (Some(failure), _) => failure.to_string(),
                (None, Some(status)) => status_sentence(status),
                (None, None) => "nothing was answered".to_owned(),
            },
        }
    }
}

impl NotReflected {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        if self.attempts.iter().any(|(_, why)| why.is_unimplemented()) {
            let hint = "The server has no reflection, or has it switched off; load its .proto files or a descriptor set";
            return Some(hint.to_owned());
        }
        self.attempts.first().and_then(|(_, why)| why.failure()).and_then(Failure::hint)
    }
}

impl std::fmt::Display for NotReflected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.attempts.as_slice() {
            [(_, only)] => f.write_str(&only.sentence()),
            attempts => {
                f.write_str("The server tells no schema of itself")?;
                for (version, why) in attempts {
                    write!(f, "\n  {version}: {}", why.sentence())?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for NotReflected {}

fn status_sentence(status: &Status) -> String {
    let name = status.name().map_or_else(|| status.code.to_string(), str::to_owned);
    let message = if status.message.is_empty() { status.meaning() } else { &status.message };
    format!("{name}, {message}")
}

/// Asks the server of `template`, whose method and kind do not matter. Each call's way to be cancelled
/// is handed to `on_start`.
pub fn reflect(template: &Call, on_start: &mut dyn FnMut(Canceller)) -> Result<Reflected, NotReflected> {
    let mut attempts = Vec::new();
    for version in VERSIONS {
        match ask(template, version, on_start) {
            Ok(reflected) => return Ok(reflected),
            Err(why) => {
                let is_final = why.is_final();
                attempts.push((version, why));
                if is_final {
                    break;
                }
            }
        }
    }
    Err(NotReflected { attempts })
}

fn ask(
    template: &Call,
    version: &'static str,
    on_start: &mut dyn FnMut(Canceller),
) -> Result<Reflected, Why> {
    let method = MethodPath {
        service: format!("{version}.ServerReflection"),
        method: "ServerReflectionInfo".to_owned(),
    };
    let call = Call { method, kind: RpcKind::Bidi, ..template.clone() };
    let (outbox, inbox) = outbox();
    on_start(outbox.canceller());
    let mut asking = Asking::new(call.limits);
    let mut ending = None;
    run(&call, inbox, &mut |event| match event {
        Event::Connected { .. } => asking.go_on(&outbox),
        Event::Message(message) if message.direction == Direction::Received => {
            if let Err(reason) = asking.answer(&message.bytes) {
                asking.broken = Some(reason);
                outbox.cancel();
                return;
            }
            asking.go_on(&outbox);
        }
        Event::Ended(ended) => ending = Some(ended),
        _ => {}
    });
    match (asking.broken.take(), ending) {
        (Some(reason), _) => Err(Why::Answer(reason)),
        (None, Some(ending)) if ending.is_ok() && asking.is_done => Ok(asking.into_reflected(version)),
        (None, Some(ending)) => Err(Why::Ended(Box::new(ending))),
        (None, None) => Err(Why::Answer("Nothing was answered".to_owned())),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Question {
    Services,
    Symbol(String),
    File(String),
}

impl Question {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self {
            Question::Services => write_len(&mut bytes, LIST_SERVICES, b""),
            Question::Symbol(name) => write_len(&mut bytes, FILE_CONTAINING_SYMBOL, name.as_bytes()),
            Question::File(name) => write_len(&mut bytes, FILE_BY_FILENAME, name.as_bytes()),
        }
        bytes
    }
}

struct File {
    bytes: Vec<u8>,
    imports: Vec<String>,
}

/// One conversation: a question, its answer, the next question.
struct Asking {
    limits: Limits,
    open: VecDeque<Question>,
    current: Option<Question>,
    asked: HashSet<String>,
    services: Vec<String>,
    files: BTreeMap<String, File>,
    n_bytes: u64,
    problems: Vec<String>,
    broken: Option<String>,
    is_done: bool,
}

impl Asking {
    fn new(limits: Limits) -> Asking {
        Asking {
            limits,
            open: VecDeque::from([Question::Services]),
            current: None,
            asked: HashSet::new(),
            services: Vec::new(),
            files: BTreeMap::new(),
            n_bytes: 0,
            problems: Vec::new(),
            broken: None,
            is_done: false,
        }
    }

    fn go_on(&mut self, outbox: &Outbox) {
        while let Some(question) = self.open.pop_front() {
            if matches!(&question, Question::File(name) if self.files.contains_key(name)) {
                continue;
            }
            // One question at a time, so there is room, unless the call has ended, which is heard of.
            let _ = outbox.try_send(question.bytes());
            self.current = Some(question);
            return;
        }
        self.is_done = true;
        let _ = outbox.half_close();
    }

    /// Takes the answer to the current question.
    fn answer(&mut self, answer: &[u8]) -> Result<(), String> {
        let broken = |reason: String| format!("An answer is damaged: {reason}");
        let Some(question) = self.current.take() else {
            return Err("An answer that nobody asked for".to_owned());
        };
        let error = payloads(answer, ERROR_RESPONSE).map_err(broken)?.last().copied();
        if let Some(error) = error {
            return self.refused(&question, error);
        }
        for list in payloads(answer, LIST_SERVICES_RESPONSE).map_err(broken)? {
            for service in payloads(list, 1).map_err(broken)? {
                self.found_service(text(service, 1).map_err(broken)?)?;
            }
        }
        let files = payloads(answer, FILE_DESCRIPTOR_RESPONSE).map_err(broken)?;
        for file in files.into_iter().map(|files| payloads(files, 1)) {
            for file in file.map_err(broken)? {
                self.found_file(file)?;
            }
        }
        Ok(())
    }

    fn refused(&mut self, question: &Question, error: &[u8]) -> Result<(), String> {
        let code = varint(error, 1).unwrap_or_default();
        let message = text(error, 2).unwrap_or_default();
        let reason = if message.is_empty() { format!("code {code}") } else { message };
        match question {
            Question::Services => return Err(format!("The server does not list its services: {reason}")),
            // Some servers tell everything but what they tell it with.
            Question::Symbol(name) if name.starts_with("grpc.reflection.") => {}
            Question::Symbol(name) => {
                self.problems.push(format!("The server does not tell the file of \"{name}\": {reason}"));
            }
            Question::File(name) => {
                self.problems.push(format!("The server does not tell the file \"{name}\": {reason}"));
            }
        }
        Ok(())
    }

    fn found_service(&mut self, name: String) -> Result<(), String> {
        if self.services.len() >= self.limits.reflection_files {
            return Err(format!("The server lists more than {} services", self.limits.reflection_files));
        }
        if self.asked.insert(format!("symbol {name}")) {
            self.open.push_back(Question::Symbol(name.clone()));
            self.services.push(name);
        }
        Ok(())
    }

    fn found_file(&mut self, bytes: &[u8]) -> Result<(), String> {
        let broken = |reason: String| format!("A file descriptor is damaged: {reason}");
        let name = text(bytes, 1).map_err(broken)?;
        if self.files.contains_key(&name) {
            return Ok(());
        }
        self.n_bytes += bytes.len() as u64;
        if self.files.len() >= self.limits.reflection_files {
            return Err(format!("The server has more than {} files", self.limits.reflection_files));
        }
        if self.n_bytes > self.limits.reflection {
            return Err(format!("The server's files have more than {} bytes", self.limits.reflection));
        }
        let imports = payloads(bytes, 3).map_err(broken)?;
        let imports: Vec<String> =
            imports.into_iter().map(|import| String::from_utf8_lossy(import).into_owned()).collect();
        for import in &imports {
            if !is_there_anyway(import) && self.asked.insert(format!("file {import}")) {
                self.open.push_back(Question::File(import.clone()));
            }
        }
        self.files.insert(name, File { bytes: bytes.to_vec(), imports });
        Ok(())
    }

    fn into_reflected(mut self, version: &'static str) -> Reflected {
        let order = self.complete_files();
        let mut set = Vec::new();
        for name in &order {
            if let Some(file) = self.files.get(name) {
                write_len(&mut set, 1, &file.bytes);
            }
        }
        Reflected { version, services: self.services, set, n_files: order.len(), problems: self.problems }
    }

    /// The files all of whose imports are there, imports first; of the others it is said.
    fn complete_files(&mut self) -> Vec<String> {
        let mut n_missing: BTreeMap<&str, usize> = BTreeMap::new();
        let mut importers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, file) in &self.files {
            let imports = file.imports.iter().filter(|import| !is_there_anyway(import));
            n_missing.insert(name, imports.clone().count());
            for import in imports {
                importers.entry(import).or_default().push(name);
            }
        }
        let mut ready: VecDeque<&str> =
            n_missing.iter().filter(|(_, n_missing)| **n_missing == 0).map(|(name, _)| *name).collect();
        let mut order = Vec::new();
        let mut done: BTreeSet<&str> = BTreeSet::new();
        while let Some(name) = ready.pop_front() {
            done.insert(name);
            order.push(name.to_owned());
            for importer in importers.remove(name).unwrap_or_default() {
                if let Some(n_missing) = n_missing.get_mut(importer) {
                    *n_missing -= 1;
                    if *n_missing == 0 {
                        ready.push_back(importer);
                    }
                }
            }
        }
        let left_out = self.files.iter().filter(|(name, _)| !done.contains(name.as_str()));
        let sentences: Vec<String> = left_out
            .map(|(name, file)| {
                let missing = file.imports.iter().find(|i| !done.contains(i.as_str()) && !is_there_anyway(i));
                let missing = missing.map_or("", String::as_str);
                format!("File \"{name}\" is left out, because it imports \"{missing}\"")
            })
            .collect();
        self.problems.extend(sentences);
        order
    }
}

/// Whether every schema has the file.
fn is_there_anyway(name: &str) -> bool {
    name.starts_with("google/protobuf/") && Schema::builtin().pool().get_file_by_name(name).is_some()
}
