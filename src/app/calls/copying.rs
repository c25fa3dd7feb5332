//! Copying the call that the fields name, for a shell.

use super::super::jobs::Purpose;
use super::super::session::Session;
use super::super::state::NoticeTone;
use super::CopyAs;
use super::copied::{Copied, Line, command_line, grpcurl_line};
use crate::format::FORMATS;
use crate::rpc::{Endpoint, MethodPath, Profile, RpcKind};
use crate::worker::Job;
use crate::worker::jobs::{MessageText, WrittenText};
use std::path::{Path, PathBuf};

/// A file name for a document that is in no file, or is not saved.
const UNSAVED: &str = "request.bin";

/// A call that is copied once its message is text.
pub(in crate::app) struct CopyPending {
    profile: Profile,
    endpoint: Endpoint,
    method: MethodPath,
    kind: RpcKind,
}

impl Session {
    pub(super) fn copy_call(&mut self, what: CopyAs) {
        // Secrets that were typed stay here; the line names them.
        let (profile, _typed) = match self.state.calls.form.read() {
            Ok(read) => read,
            Err(errors) => {
                let reason = errors.first().map(|error| error.reason.clone()).unwrap_or_default();
                return self.notify(NoticeTone::Error, format!("Nothing was copied: {reason}"));
            }
        };
        let target = &self.state.calls.target;
        let method = match target.path() {
            Ok(method) => method,
            Err(reason) => return self.notify(NoticeTone::Error, format!("Nothing was copied: {reason}")),
        };
        let kind = self.state.calls.kind();
        match what {
            CopyAs::Command => self.copy_command(&profile, method, kind),
            CopyAs::Grpcurl => self.start_copying_grpcurl(profile, method, kind),
        }
    }

    fn of_line<'a>(&'a self, profile: &'a Profile, method: MethodPath, kind: RpcKind) -> Copied<'a> {
        let sources = &self.state.sources;
        let is_known = self.state.calls.target.method.is_some();
        Copied { profile, method, kind, is_known, sources: &sources.paths, includes: &sources.includes }
    }

    fn copy_command(&mut self, profile: &Profile, method: MethodPath, kind: RpcKind) {
        let Some(tab) = self.state.active_tab() else { return };
        let saved: Option<PathBuf> = tab.path.clone().filter(|_| !tab.is_modified());
        let data = saved.clone().unwrap_or_else(|| PathBuf::from(UNSAVED));
        let mut line = command_line(&self.of_line(profile, method, kind), Path::new(&data));
        if saved.is_none() {
            line.notes.push(format!("save the document as {UNSAVED} first"));
        }
        self.put_on_clipboard(line);
    }

    fn start_copying_grpcurl(&mut self, profile: Profile, method: MethodPath, kind: RpcKind) {
        let endpoint = match profile.endpoint.parse::<Endpoint>() {
            Ok(endpoint) => endpoint,
            Err(error) => return self.notify(NoticeTone::Error, format!("Nothing was copied: {error}")),
        };
        let Some(open) = self.state.active_document() else { return };
        let declared = self.state.calls.target.method.as_ref().map(|method| method.input());
        let Some(message) = declared.or_else(|| open.message().cloned()) else {
            let text = "Nothing was copied: grpcurl takes JSON, which needs a message type";
            return self.notify(NoticeTone::Error, text);
        };
        let snapshot = open.document.snapshot().clone();
        let job = MessageText { snapshot, message: Some(message), format: &FORMATS[0] };
        let pending = Box::new(CopyPending { profile, endpoint, method, kind });
        self.start(Purpose::CopyCall { pending }, Job::MessageText(job), "Writing the message as JSON");
    }

    pub(in crate::app) fn copy_grpcurl(&mut self, pending: CopyPending, written: WrittenText) {
        let CopyPending { profile, endpoint, method, kind } = pending;
        let mut line = grpcurl_line(&self.of_line(&profile, method, kind), &endpoint, &written.text);
        if written.n_losses > 0 {
            let more = match written.n_losses - written.losses.len() as u64 {
                0 => String::new(),
                n => format!(", and {n} more"),
            };
            let lost = written.losses.join("; ");
            line.notes.insert(0, format!("JSON does not carry all of the message: {lost}{more}"));
        }
        self.put_on_clipboard(line);
    }

    fn put_on_clipboard(&mut self, line: Line) {
        let Line { text, notes } = line;
        self.copy_text(text);
        if !notes.is_empty() {
            self.notify(NoticeTone::Note, format!("The line was copied; {}", notes.join("; ")));
        }
    }
}
