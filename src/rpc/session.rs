//! A RocketMQ session: the stream on which a client makes itself known, kept open, with heartbeats.
//!
//! **Law.** Nothing is answered unasked: what the server says is handed on. A stream that the server had
//! taken and that is lost is opened again, a bounded number of times and each time later; one that the
//! server refuses is not. A session that is told to end does so at once, and tells the server.

use super::call::{Call, Direction, Ending, Event, RpcKind};
use super::caller::Caller;
use super::metadata::MetadataError;
use super::run::{Canceller, Inbox, NotSent, Outbox, outbox, run, run_on};
use crate::rocketmq::{
    ClientSettings, HEARTBEAT_EVERY, InBand, SETTINGS_EVERY, heartbeat, in_band, settings_command,
    termination,
};
use crate::schema::{MethodDescriptor, Schema};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Events that may wait; after that the server waits.
const MAX_WAITING: usize = 64;
/// How often a session that has no stream looks whether it is given up.
const LOOK: Duration = Duration::from_millis(50);

/// When a session does by itself what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// After the settings.
    pub first_heartbeat: Duration,
    pub heartbeat: Duration,
    pub settings: Duration,
    /// Before a lost stream is opened again; twice as long before each further try.
    pub first_pause: Duration,
    pub longest_pause: Duration,
    /// Tries in a row, each of which lasted for less than a heartbeat.
    pub n_tries: u32,
    /// How long the server may take to end the stream once it was told.
    pub last_words: Duration,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            first_heartbeat: Duration::from_secs(1),
            heartbeat: HEARTBEAT_EVERY,
            settings: SETTINGS_EVERY,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
            n_tries: 10,
            last_words: Duration::from_secs(1),
        }
    }
}

/// What happens in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionEvent {
    /// Of the stream; a message that was received is a `TelemetryCommand`.
    Stream(Event),
    Heartbeat(Asked),
    /// The stream was lost, and is opened again.
    Lost(Lost),
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

/// A stream that was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub ending: Ending,
    /// When it is tried next.
    pub again_in: Duration,
    /// Of how many tries in a row this is the next one, from 1.
    pub n_try: u32,
    pub n_tries: u32,
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

/// Keeps a session until its end, [`SessionEvent::Ended`]. The first thing sent on every stream is what
/// `client` says of itself. An error says that nothing was sent.
pub fn run_session(
    caller: &Caller,
    client: &ClientSettings,
    pace: &Pace,
    inbox: SessionInbox,
    on_event: &mut dyn FnMut(SessionEvent),
) -> Result<(), MetadataError> {
    let first = telemetry(caller)?;
    let SessionInbox { outbox, mut inbox, notes, heard, is_told_to_stop } = inbox;
    let started = Instant::now();
    let beats = Beats { caller, started, notes: notes.clone() };
    thread::scope(|scope| {
        // These go with this closure: nobody waits for room that is not made, or for one more stream.
        let heard = heard;
        let (open, to_open) = mpsc::sync_channel::<Call>(1);
        scope.spawn(move || {
            while let Ok(stream) = to_open.recv() {
                let settings = Some(settings_command(client).into());
                let before = started.elapsed();
                run_on(&stream, settings, &mut inbox, &mut |event| {
                    let _ = notes.send(Note::Stream(event.later(before)));
                });
            }
        });
        // It waits for its first stream.
        let _ = open.send(first);
        let mut keeper = Keeper {
            caller,
            client,
            pace,
            outbox,
            open,
            ask: &|method: &'static str, request: Vec<u8>, note: fn(Asked) -> Note| {
                let (outbox, inbox) = super::run::outbox();
                let (canceller, beats) = (outbox.canceller(), beats.clone());
                scope.spawn(move || beats.ask(method, request, outbox, inbox, note));
                canceller
            },
            asked: None,
            stage: Stage::Open { since: Instant::now() },
            was_taken: false,
            is_half_closed: false,
            n_lost: 0,
            next_heartbeat: Instant::now() + pace.first_heartbeat,
            next_settings: Instant::now() + pace.settings,
        };
        loop {
            let wait = keeper.next().saturating_duration_since(Instant::now());
            let note = heard.recv_timeout(wait).ok();
            let is_told = is_told_to_stop.load(Ordering::Acquire);
            if keeper.step(note, is_told, on_event).is_break() {
                break;
            }
        }
    });
    Ok(())
}

/// Makes a call beside the stream, of which it hears in a note.
type Ask<'a> = &'a dyn Fn(&'static str, Vec<u8>, fn(Asked) -> Note) -> Canceller;

/// Where a session is.
enum Stage {
    Open {
        since: Instant,
    },
    /// Without a stream, until it is opened again.
    Waiting {
        until: Instant,
        ending: Box<Ending>,
    },
    /// The server was told, and has until then to end the stream.
    Stopping {
        until: Instant,
    },
}

struct Keeper<'a> {
    caller: &'a Caller,
    client: &'a ClientSettings,
    pace: &'a Pace,
    outbox: Outbox,
    open: mpsc::SyncSender<Call>,
    ask: Ask<'a>,
    /// The last call beside the stream.
    asked: Option<Canceller>,
    stage: Stage,
    /// Whether the server ever said something on a stream.
    was_taken: bool,
    is_half_closed: bool,
    /// Streams in a row that were lost soon.
    n_lost: u32,
    next_heartbeat: Instant,
    next_settings: Instant,
}

impl Keeper<'_> {
    /// When there is something to do at the latest.
    fn next(&self) -> Instant {
        match &self.stage {
            Stage::Open { .. } => self.next_heartbeat.min(self.next_settings),
            Stage::Waiting { until, .. } => (*until).min(Instant::now() + LOOK),
            Stage::Stopping { until } => *until,
        }
    }

    /// Does what is to be done now; breaks after the last event.
    fn step(
        &mut self,
        note: Option<Note>,
        is_told_to_stop: bool,
        on_event: &mut dyn FnMut(SessionEvent),
    ) -> ControlFlow<()> {
        let is_over = is_told_to_stop || self.outbox.is_cancelled();
        if let Stage::Waiting { ending, .. } = &self.stage
            && is_over
        {
            on_event(SessionEvent::Ended((**ending).clone()));
            return ControlFlow::Break(());
        }
        if is_told_to_stop && matches!(self.stage, Stage::Open { .. }) {
            let end = termination(self.client);
            self.asked = Some((self.ask)("NotifyClientTermination", end, Note::Termination));
            // Its own deadline ends it before.
            self.stage = Stage::Stopping { until: Instant::now() + self.pace.heartbeat };
        }
        match note {
            Some(Note::Stream(Event::Ended(ending))) => self.stream_ended(ending, on_event)?,
            Some(Note::Stream(event)) => {
                self.was_taken |=
                    matches!(&event, Event::Message(message) if message.direction == Direction::Received);
                self.is_half_closed |= matches!(event, Event::HalfClosed { .. });
                on_event(SessionEvent::Stream(event));
            }
            Some(Note::Heartbeat(asked)) => on_event(SessionEvent::Heartbeat(asked)),
            Some(Note::Termination(asked)) => {
                on_event(SessionEvent::Termination(asked));
                // Too many messages may wait; then the time runs out.
                let _ = self.outbox.half_close();
                self.stage = Stage::Stopping { until: Instant::now() + self.pace.last_words };
            }
            Some(Note::Look) | None => {}
        }
        self.act_in_time(on_event)
    }

    fn stream_ended(&mut self, ending: Ending, on_event: &mut dyn FnMut(SessionEvent)) -> ControlFlow<()> {
        if let Some(call) = self.asked.take() {
            call.cancel();
        }
        let lasted = match &self.stage {
            Stage::Open { since } => since.elapsed(),
            Stage::Waiting { .. } | Stage::Stopping { .. } => Duration::ZERO,
        };
        self.n_lost = if lasted < self.pace.heartbeat { self.n_lost + 1 } else { 1 };
        let is_lost = matches!(self.stage, Stage::Open { .. })
            && self.was_taken
            && !self.is_half_closed
            && !self.outbox.is_cancelled()
            && may_come_back(&ending);
        if !is_lost || self.n_lost > self.pace.n_tries {
            on_event(SessionEvent::Ended(ending));
            return ControlFlow::Break(());
        }
        let doubled = self.pace.first_pause.saturating_mul(1 << (self.n_lost - 1).min(16));
        let again_in = doubled.min(self.pace.longest_pause);
        let (n_try, n_tries) = (self.n_lost, self.pace.n_tries);
        self.stage = Stage::Waiting { until: Instant::now() + again_in, ending: Box::new(ending.clone()) };
        on_event(SessionEvent::Lost(Lost { ending, again_in, n_try, n_tries }));
        ControlFlow::Continue(())
    }

    /// Does what its time has come for.
    fn act_in_time(&mut self, on_event: &mut dyn FnMut(SessionEvent)) -> ControlFlow<()> {
        let now = Instant::now();
        match &self.stage {
            Stage::Open { .. } => {
                if now >= self.next_heartbeat {
                    self.asked = Some((self.ask)("Heartbeat", heartbeat(self.client), Note::Heartbeat));
                    self.next_heartbeat = now + self.pace.heartbeat;
                }
                if now >= self.next_settings {
                    // Where so much waits that there is no room, the next time is soon enough.
                    let _ = self.outbox.try_send(settings_command(self.client));
                    self.next_settings = now + self.pace.settings;
                }
            }
            Stage::Waiting { until, ending } if now >= *until => {
                // Signed as of now, of what made the first.
                let Ok(stream) = telemetry(self.caller) else {
                    on_event(SessionEvent::Ended((**ending).clone()));
                    return ControlFlow::Break(());
                };
                // It waits for the next stream until this goes.
                let _ = self.open.send(stream);
                self.stage = Stage::Open { since: now };
                self.next_heartbeat = now + self.pace.first_heartbeat;
                self.next_settings = now + self.pace.settings;
            }
            Stage::Stopping { until } if now >= *until => {
                self.outbox.cancel();
                self.stage = Stage::Stopping { until: now + self.pace.last_words };
            }
            Stage::Waiting { .. } | Stage::Stopping { .. } => {}
        }
        ControlFlow::Continue(())
    }
}

/// OK, CANCELLED, UNKNOWN, INTERNAL, UNAVAILABLE: statuses that say nothing against a stream.
const OF_THE_MOMENT: [u32; 5] = [0, 1, 2, 13, 14];

/// Whether the server may take a stream that ended so, if it is opened again: it said nothing against it.
fn may_come_back(ending: &Ending) -> bool {
    match (&ending.failure, &ending.status) {
        (_, Some(status)) => OF_THE_MOMENT.contains(&status.code),
        (Some(failure), None) => failure.is_of_the_way(),
        (None, None) => false,
    }
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

/// The stream, however long other calls may take.
fn telemetry(caller: &Caller) -> Result<Call, MetadataError> {
    Ok(Call { deadline: None, ..call(caller, "Telemetry", b"")? })
}

fn call(caller: &Caller, method: &str, message: &[u8]) -> Result<Call, MetadataError> {
    let kind = if method == "Telemetry" { RpcKind::Bidi } else { RpcKind::Unary };
    let service = "apache.rocketmq.v2.MessagingService".to_owned();
    caller.call(super::call::MethodPath { service, method: method.to_owned() }, kind, message)
}

#[cfg(test)]
mod tests {
    use super::super::failure::{Failure, Phase};
    use super::super::status::Status;
    use super::*;

    #[test]
    fn a_stream_may_come_back_unless_somebody_said_no() {
        let ending = |status: Option<u32>, failure: Option<Failure>| Ending {
            at: Duration::ZERO,
            http_status: None,
            status: status.map(|code| Status { code, message: String::new(), details: None }),
            failure,
            leftover: None,
        };
        let lost = Failure::ConnectionLost { phase: Phase::Receiving, reason: String::new() };
        let refused = Failure::Refused { target: String::new() };
        for failure in [lost, refused, Failure::Reset { code: 2 }, Failure::NoStatus] {
            assert!(may_come_back(&ending(None, Some(failure.clone()))), "{failure}");
        }
        let expired = Failure::Expired { name: String::new(), seen: None };
        for failure in [Failure::Cancelled(Phase::Waiting), Failure::UnknownFlags { flags: 7 }, expired] {
            assert!(!may_come_back(&ending(None, Some(failure.clone()))), "{failure}");
        }
        let coming_back: Vec<u32> =
            (0..17).filter(|code| may_come_back(&ending(Some(*code), None))).collect();
        assert_eq!(coming_back, OF_THE_MOMENT);
        assert!(!may_come_back(&ending(None, None)));
    }
}
