//! A RocketMQ session: the stream on which a client makes itself known, kept open, with heartbeats.
//!
//! **Law.** Nothing is answered unasked: what the server says is handed on. The session ends when it is
//! told to or when the stream does, and then tells the server, once.

use super::call::{Call, Direction, Ending, Event, RpcKind};
use super::caller::Caller;
use super::metadata::MetadataError;
use super::run::{Canceller, Inbox, NotSent, Outbox, outbox, run};
use crate::rocketmq::{
    ClientSettings, HEARTBEAT_EVERY, InBand, heartbeat, in_band, settings_command, termination,
};
use crate::schema::{MethodDescriptor, Schema};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// After the settings.
const FIRST_HEARTBEAT: Duration = Duration::from_secs(1);
/// How long the server may take to end the stream once it was told.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Events that may wait; after that the server waits.
const MAX_WAITING: usize = 64;

/// What happens in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionEvent {
    /// Of the stream; a message that was received is a `TelemetryCommand`.
    Stream(Event),
    Heartbeat(Asked),
    /// What the server said to the end.
    Termination(Asked),
    /// The last one of every session.
    Ended(Ending),
}

/// A call that a session made by itself, and how it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Since the start of the session.
    pub at: Duration,
    pub ending: Ending,
    pub in_band: Option<InBand>,
}

impl Asked {
    pub fn is_ok(&self) -> bool {
        self.ending.is_ok() && self.in_band.as_ref().is_none_or(InBand::is_ok)
    }
}

/// The way into a running session; dropping it ends the session.
#[derive(Debug)]
pub struct SessionHandle {
    outbox: Outbox,
    notes: mpsc::SyncSender<Note>,
    is_told_to_stop: Arc<AtomicBool>,
}

/// The session's end of a [`SessionHandle`].
#[derive(Debug)]
pub struct SessionInbox {
    outbox: Outbox,
    inbox: Inbox,
    notes: mpsc::SyncSender<Note>,
    heard: mpsc::Receiver<Note>,
    is_told_to_stop: Arc<AtomicBool>,
}

#[derive(Debug)]
enum Note {
    Stream(Event),
    Heartbeat(Asked),
    Termination(Asked),
    /// To look whether it is told to stop.
    Look,
}

/// The two ends of a way into a session.
pub fn session() -> (SessionHandle, SessionInbox) {
    let (outbox, inbox) = outbox();
    let (notes, heard) = mpsc::sync_channel(MAX_WAITING);
    let is_told_to_stop = Arc::<AtomicBool>::default();
    let (sender, told) = (outbox.clone(), is_told_to_stop.clone());
    let handle = SessionHandle { outbox: sender, notes: notes.clone(), is_told_to_stop: told };
    (handle, SessionInbox { outbox, inbox, notes, heard, is_told_to_stop })
}

impl SessionHandle {
    /// Sends a `TelemetryCommand`, such as an answer or other settings, exactly these bytes.
    pub fn send(&self, command: Vec<u8>) -> Result<(), NotSent> {
        self.outbox.try_send(command)
    }

    /// A way to send on the stream and to end it, like that of any call.
    pub fn outbox(&self) -> Outbox {
        self.outbox.clone()
    }

    /// Gives the session up without a word to the server.
    pub fn canceller(&self) -> Canceller {
        self.outbox.canceller()
    }

    /// Tells the server that the client ends, and ends the session.
    pub fn stop(&self) {
        self.is_told_to_stop.store(true, Ordering::Release);
        // One that has ended hears nothing, and one that has much to hear looks by itself.
        let _ = self.notes.try_send(Note::Look);
    }
}

impl Drop for SessionHandle {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Keeps a session until its end, [`SessionEvent::Ended`]. The first thing sent is what `client` says of
/// itself. An error says that nothing was sent.
pub fn run_session(
    caller: &Caller,
    client: &ClientSettings,
    inbox: SessionInbox,
    on_event: &mut dyn FnMut(SessionEvent),
) -> Result<(), MetadataError> {
    let mut stream = call(caller, "Telemetry", b"")?;
    // However long other calls may take.
    stream.deadline = None;
    let SessionInbox { outbox, inbox, notes, heard, is_told_to_stop } = inbox;
    // It is empty: there is room for the first.
    let _ = outbox.try_send(settings_command(client));
    let beats = Beats { caller, started: Instant::now(), notes: notes.clone() };
    thread::scope(|scope| {
        // It goes with this closure: nobody waits for room that is not made.
        let heard = heard;
        let stream = &stream;
        scope.spawn(move || {
            run(stream, inbox, &mut |event| {
                let _ = notes.send(Note::Stream(event));
            });
        });
        let ask = |method: &'static str, request: Vec<u8>, note: fn(Asked) -> Note| {
            let (outbox, inbox) = super::run::outbox();
            let (canceller, beats) = (outbox.canceller(), beats.clone());
            scope.spawn(move || beats.ask(method, request, outbox, inbox, note));
            canceller
        };
        let mut running: Option<Canceller> = None;
        let mut is_stopping = false;
        let mut next = Instant::now() + FIRST_HEARTBEAT;
        loop {
            let note = heard.recv_timeout(next.saturating_duration_since(Instant::now()));
            if is_told_to_stop.load(Ordering::Acquire) && !is_stopping {
                is_stopping = true;
                running = Some(ask("NotifyClientTermination", termination(client), Note::Termination));
                // Its own deadline ends it before.
                next = Instant::now() + HEARTBEAT_EVERY;
            }
            match note {
                Ok(Note::Stream(Event::Ended(ending))) => {
                    running.into_iter().for_each(|call| call.cancel());
                    on_event(SessionEvent::Ended(ending));
                    break;
                }
                Ok(Note::Stream(event)) => on_event(SessionEvent::Stream(event)),
                Ok(Note::Heartbeat(asked)) => on_event(SessionEvent::Heartbeat(asked)),
                Ok(Note::Termination(asked)) => {
                    on_event(SessionEvent::Termination(asked));
                    // Too many messages may wait; then the time runs out.
                    let _ = outbox.half_close();
                    next = Instant::now() + LAST_WORDS;
                }
                Ok(Note::Look) | Err(_) => {}
            }
            if Instant::now() < next {
                continue;
            }
            if is_stopping {
                outbox.cancel();
                next = Instant::now() + LAST_WORDS;
            } else {
                running = Some(ask("Heartbeat", heartbeat(client), Note::Heartbeat));
                next = Instant::now() + HEARTBEAT_EVERY;
            }
        }
    });
    Ok(())
}

/// The calls that a session makes by itself.
#[derive(Clone)]
struct Beats<'a> {
    caller: &'a Caller,
    started: Instant,
    notes: mpsc::SyncSender<Note>,
}

impl Beats<'_> {
    fn ask(self, method: &str, request: Vec<u8>, outbox: Outbox, inbox: Inbox, note: fn(Asked) -> Note) {
        let at = self.started.elapsed();
        // The headers of the stream were made from the same.
        let Ok(call) = call(self.caller, method, &request) else { return };
        let _ = outbox.try_send(request);
        drop(outbox);
        let (mut reply, mut ended) = (None, None);
        run(&call, inbox, &mut |event| match event {
            Event::Message(message) if message.direction == Direction::Received => {
                reply = Some(message.bytes)
            }
            Event::Ended(ending) => ended = Some(ending),
            _ => {}
        });
        let Some(ending) = ended else { return };
        let status = reply.and_then(|reply| {
            let schema = Schema::builtin();
            in_band(&schema, &method_of(&schema, method)?.output(), &reply)
        });
        let _ = self.notes.send(note(Asked { at, ending, in_band: status }));
    }
}

fn method_of(schema: &Schema, method: &str) -> Option<MethodDescriptor> {
    schema.method(&format!("apache.rocketmq.v2.MessagingService/{method}")).ok()
}

fn call(caller: &Caller, method: &str, message: &[u8]) -> Result<Call, MetadataError> {
    let kind = if method == "Telemetry" { RpcKind::Bidi } else { RpcKind::Unary };
    let service = "apache.rocketmq.v2.MessagingService".to_owned();
    caller.call(super::call::MethodPath { service, method: method.to_owned() }, kind, message)
}
