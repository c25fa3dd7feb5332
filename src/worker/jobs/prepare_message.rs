use super::{JobContext, Report, Work, WorkerError};
use crate::document::problem::{self, Problem, Severity};
use crate::document::{ReadMode, Snapshot};
use crate::rocketmq::usual_deadline;
use crate::rpc::{Bytes, Call, Caller, Deadline, MethodPath, Profile, ProfileError, RpcKind};
use crate::schema::MessageDescriptor;
use crate::worker::ProfileInputs;
use std::fmt;
use std::ops::ControlFlow;

/// Bytes of one message that is sent: it is held in memory as a whole.
const MAX_MESSAGE: u64 = 256 << 20;
/// Bytes that are read at a time.
const STEP: u64 = 1 << 20;

/// Reads the bytes of a document as they are to be sent, and whether they decode as what a method
/// takes; and what the call needs besides.
pub struct PrepareMessage {
    /// `None` for a call that begins without a message.
    pub snapshot: Option<Snapshot>,
    /// `None` for a method that no schema knows.
    pub input: Option<MessageDescriptor>,
    /// `None` for one more message of a call that goes on.
    pub call: Option<Box<CallToMake>>,
}

/// A call that is still to be made of a profile and the files that it names.
#[derive(Clone, Debug)]
pub struct CallToMake {
    pub profile: Profile,
    pub inputs: ProfileInputs,
    pub method: MethodPath,
    pub kind: RpcKind,
}

/// A document's bytes, exactly as they stand, ready to be sent.
#[derive(Debug)]
pub struct PreparedMessage {
    pub bytes: Option<Bytes>,
    /// The first error, if they do not decode.
    pub problem: Option<Problem>,
    pub call: Option<Box<Call>>,
    /// Who makes it.
    pub caller: Option<Box<Caller>>,
}

impl fmt::Debug for PrepareMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrepareMessage of {} bytes", self.snapshot.as_ref().map_or(0, Snapshot::len))
    }
}

impl Work for PrepareMessage {
    fn label(&self) -> &'static str {
        "Reading the message"
    }

    /// A keyring may ask a person first.
    fn runs_apart(&self) -> bool {
        self.call.as_ref().is_some_and(|call| !call.profile.in_keyring().is_empty())
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let PrepareMessage { snapshot, input, call } = *self;
        let bytes = snapshot.as_ref().map(|snapshot| read(snapshot, context)).transpose()?;
        let problem = match (&snapshot, &input) {
            (Some(snapshot), Some(input)) => first_error(snapshot, input, context)?,
            _ => None,
        };
        let made = call.map(|call| make(*call, bytes.as_deref().unwrap_or_default(), context)).transpose();
        context.go_on()?;
        let made = made?;
        let (call, caller) = made.unzip();
        Ok(Report::MessagePrepared(PreparedMessage { bytes, problem, call, caller }))
    }
}

fn read(snapshot: &Snapshot, context: &JobContext) -> Result<Bytes, WorkerError> {
    let len = snapshot.len();
    if len > MAX_MESSAGE {
        return Err(WorkerError::MessageTooLarge { len, limit: MAX_MESSAGE });
    }
    let mut bytes = Vec::with_capacity(len as usize);
    let mut offset = 0;
    while offset < len {
        context.step(offset, 2 * len)?;
        let end = (offset + STEP).min(len);
        let part = snapshot.bytes(offset..end, ReadMode::Wait);
        bytes.extend_from_slice(&part.map_err(|error| WorkerError::document(offset, error))?);
        offset = end;
    }
    Ok(bytes.into())
}

fn make(
    call: CallToMake,
    first_message: &[u8],
    context: &JobContext,
) -> Result<(Box<Call>, Box<Caller>), WorkerError> {
    let CallToMake { profile, inputs, method, kind } = call;
    let inputs = ProfileInputs { cancel: context.cancel.clone(), ..inputs };
    let is_stream = kind != RpcKind::Unary;
    let is_unsaid = profile.deadline == Deadline::Usual
        && usual_deadline(&method.service, &method.method, first_message).is_none();
    let made = profile.caller(&inputs).and_then(|caller| {
        let call = caller.call(method, kind, first_message).map_err(ProfileError::Metadata)?;
        Ok((Box::new(call), Box::new(caller)))
    });
    let (mut call, caller) = made.map_err(|error| WorkerError::Profile { error })?;
    if is_stream && is_unsaid {
        // A stream is open for as long as a person looks at it.
        call.deadline = None;
    }
    Ok((call, caller))
}

fn first_error(
    snapshot: &Snapshot,
    input: &MessageDescriptor,
    context: &JobContext,
) -> Result<Option<Problem>, WorkerError> {
    let len = snapshot.len();
    let mut found = None;
    let mut sink = |problem: Problem| {
        if problem.severity != Severity::Error {
            return ControlFlow::Continue(());
        }
        found = Some(problem);
        ControlFlow::Break(())
    };
    let mut progress = |at| match context.step(len + at, 2 * len) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_cancelled) => ControlFlow::Break(()),
    };
    problem::check(snapshot, 0..len, Some(input), &mut sink, &mut progress)
        .map_err(|error| WorkerError::Document { error })?;
    context.go_on()?;
    Ok(found)
}
