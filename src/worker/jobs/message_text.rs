use super::{JobContext, Report, Work, WorkerError};
use crate::document::{Path, Snapshot};
use crate::format::{Format, FormatError, JsonOptions, Subject};
use crate::schema::MessageDescriptor;
use std::fmt;
use std::ops::ControlFlow;

/// Bytes of a document that become text for the clipboard.
const MAX_BYTES: u64 = 1 << 20;
/// Losses that are listed.
const MAX_LOSSES: usize = 3;

/// Writes a whole message as text that is kept in memory: on one line, for a command.
pub struct MessageText {
    pub snapshot: Snapshot,
    pub message: Option<MessageDescriptor>,
    pub format: &'static Format,
}

/// A text, and what it does not carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenText {
    pub text: String,
    /// The first losses, one sentence each.
    pub losses: Vec<String>,
    pub n_losses: u64,
}

impl fmt::Debug for MessageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageText of {} bytes", self.snapshot.len())
    }
}

impl Work for MessageText {
    fn label(&self) -> &'static str {
        "Writing the message as text"
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let MessageText { snapshot, message, format } = *self;
        if snapshot.len() > MAX_BYTES {
            let reason = format!("A message of more than {MAX_BYTES} bytes is too long for a line");
            return Err(WorkerError::NoMessageText { reason });
        }
        let range = 0..snapshot.len();
        let subject =
            Subject { snapshot: &snapshot, range, message: message.as_ref(), path: Path::default() };
        let options = JsonOptions { pretty: false, max_losses: MAX_LOSSES, ..JsonOptions::default() };
        let mut bytes = Vec::new();
        let mut progress = |at| match context.step(at, snapshot.len()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_cancelled) => ControlFlow::Break(()),
        };
        let written = (format.write)(&subject, &options, &mut bytes, &mut progress);
        context.go_on()?;
        let report = written.map_err(|error| match error {
            FormatError::Source(error) => WorkerError::Document { error },
            error => WorkerError::NoMessageText { reason: error.to_string() },
        })?;
        let losses = report.losses.iter().map(|loss| {
            let place = if loss.path.is_root() { String::new() } else { format!(", in {}", loss.path) };
            format!("{} at 0x{:x}{place}", loss.text, loss.offset)
        });
        Ok(Report::MessageText(WrittenText {
            text: String::from_utf8_lossy(&bytes).trim_end().to_owned(),
            losses: losses.collect(),
            n_losses: report.n_losses(),
        }))
    }
}
