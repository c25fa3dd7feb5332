//! One call from its first step to its last event.
//!
//! **Law.** A call is sent once and ends with one [`Event::Ended`], whatever the server does. A cancel
//! and the deadline are heard at every step, without waiting for the server.

use super::call::{Call, Direction, Ending, Event, Message};
use super::codec::Leftover;
use super::connect::{self, Trace};
use super::failure::{Failure, ForeignAnswer, Phase};
use super::http::{self, BodyFeed, Client, Connection, RequestBody};
use super::metadata::entries_of;
use super::system_words::system_words;
use super::transport::{End, Http, Piece, Reply, Wrapped};
use hyper::Response;
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderMap;
use std::cell::Cell;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};

/// Messages that may wait to be sent.
const MAX_WAITING: usize = 16;
/// Bytes that are kept of an answer in another protocol.
const MAX_FOREIGN: usize = 4096;
/// How long a foreign answer is listened to after its headers.
const FOREIGN_TIME: Duration = Duration::from_secs(1);
/// How long the connection may take to tell the server about the end.
const LINGER: Duration = Duration::from_millis(100);

/// A running call's way to hear from those who made it.
#[derive(Clone, Debug)]
pub struct Outbox {
    commands: mpsc::Sender<Command>,
    cancel: watch::Sender<bool>,
}

/// A way to give a call up, for those who send it nothing.
#[derive(Clone, Debug)]
pub struct Canceller(watch::Sender<bool>);

impl Canceller {
    /// See [`Outbox::cancel`].
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }
}

/// The call's end of an [`Outbox`].
#[derive(Debug)]
pub struct Inbox {
    commands: mpsc::Receiver<Command>,
    cancel: watch::Receiver<bool>,
    /// Keeps a cancel possible when every outbox is gone.
    _cancel: watch::Sender<bool>,
}

#[derive(Debug)]
enum Command {
    Send(Bytes),
    HalfClose,
}

/// The call takes no more messages: it has ended, or was half-closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

/// Why something was not taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// Too many wait already.
    Full,
    Closed,
}

/// The two ends of a way into a call.
pub fn outbox() -> (Outbox, Inbox) {
    outbox_for(0)
}

/// One that takes so many messages at once, and the half-close behind them, before any of them is sent.
pub fn outbox_for(n_messages: usize) -> (Outbox, Inbox) {
    let (commands, inbox) = mpsc::channel(MAX_WAITING.max(n_messages.saturating_add(1)));
    let (cancel, is_cancelled) = watch::channel(false);
    let outbox = Outbox { commands, cancel: cancel.clone() };
    (outbox, Inbox { commands: inbox, cancel: is_cancelled, _cancel: cancel })
}

impl Outbox {
    /// Sends one message, exactly these bytes. Waits while too many wait already, so it is not for
    /// threads that must not wait, nor for the call's own events.
    pub fn send(&self, bytes: impl Into<Bytes>) -> Result<(), Closed> {
        self.commands.blocking_send(Command::Send(bytes.into())).map_err(|_| Closed)
    }

    /// The same without waiting.
    pub fn try_send(&self, bytes: impl Into<Bytes>) -> Result<(), NotSent> {
        self.try_command(Command::Send(bytes.into()))
    }

    fn try_command(&self, command: Command) -> Result<(), NotSent> {
        self.commands.try_send(command).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotSent::Full,
            mpsc::error::TrySendError::Closed(_) => NotSent::Closed,
        })
    }

    /// Says that no message will follow; what the server still sends is received. Dropping every outbox
    /// says the same.
    pub fn half_close(&self) -> Result<(), NotSent> {
        self.try_command(Command::HalfClose)
    }

    /// Gives the call up. What was received stays.
    pub fn cancel(&self) {
        self.cancel.send_replace(true);
    }

    pub(super) fn is_cancelled(&self) -> bool {
        *self.cancel.borrow()
    }

    /// Gives the call up, and keeps nothing open.
    pub fn canceller(&self) -> Canceller {
        Canceller(self.cancel.clone())
    }
}

/// Makes the call and returns when it has ended. `on_event` gets what happens, [`Event::Ended`] last;
/// while it waits, the server waits.
pub fn run(call: &Call, mut inbox: Inbox, on_event: &mut dyn FnMut(Event)) {
    run_on(call, None, &mut inbox, on_event);
}

/// The same, with a message that goes before all others; the inbox can serve one more call after it, if
/// its kind sends many messages.
pub(super) fn run_on(call: &Call, first: Option<Bytes>, inbox: &mut Inbox, on_event: &mut dyn FnMut(Event)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
    match runtime {
        Ok(runtime) => {
            runtime.block_on(drive(call, first, inbox, on_event));
            // A look-up of a host cannot be stopped; nobody waits for it.
            runtime.shutdown_background();
        }
        Err(error) => on_event(Event::Ended(Ending {
            at: Duration::ZERO,
            http_status: None,
            status: None,
            failure: Some(Failure::System { reason: system_words(&error) }),
            leftover: None,
        })),
    }
}

async fn drive(call: &Call, first: Option<Bytes>, inbox: &mut Inbox, on_event: &mut dyn FnMut(Event)) {
    let mut is_cancelled = inbox.cancel.clone();
    let phase = Cell::new(Phase::default());
    let mut exchange = Exchange::new(call, &phase, inbox.cancel.clone(), on_event);
    let end = tokio::select! {
        biased;
        _ = is_cancelled.wait_for(|is_cancelled| *is_cancelled) => Err(Failure::Cancelled(phase.get())),
        after = deadline(call.deadline) => Err(Failure::Deadline { after, phase: phase.get() }),
        end = exchange.run(first, &mut inbox.commands) => end,
    };
    exchange.finish(end);
    let Exchange { client, connection, .. } = exchange;
    drop(client);
    if let Some(connection) = connection {
        // The last frames, such as the one that says that the call is given up.
        let _ = timeout(LINGER, connection).await;
    }
}

async fn deadline(after: Option<Duration>) -> Duration {
    match after {
        Some(after) => {
            sleep(after).await;
            after
        }
        None => std::future::pending().await,
    }
}

/// What is known of a call at every moment, so that an end from outside keeps what was received.
struct Exchange<'a> {
    call: &'a Call,
    phase: &'a Cell<Phase>,
    is_cancelled: watch::Receiver<bool>,
    on_event: &'a mut dyn FnMut(Event),
    started: Instant,
    trace: Option<Trace>,
    client: Option<Client>,
    connection: Option<Connection>,
    /// Messages on their way out, the oldest first.
    sending: VecDeque<Message>,
    /// Nothing will follow those.
    is_closing: bool,
    http_status: Option<u16>,
    reply: Option<Box<dyn Reply>>,
    n_received: u64,
}

type Responding<'a> = Pin<Box<dyn Future<Output = Result<Response<Incoming>, hyper::Error>> + 'a>>;

/// Where the answer is.
enum Answer<'a> {
    Awaited(Responding<'a>),
    Body(Box<Incoming>),
}

impl<'a> Exchange<'a> {
    fn new(
        call: &'a Call,
        phase: &'a Cell<Phase>,
        is_cancelled: watch::Receiver<bool>,
        on_event: &'a mut dyn FnMut(Event),
    ) -> Self {
        Exchange {
            call,
            phase,
            is_cancelled,
            on_event,
            started: Instant::now(),
            trace: None,
            client: None,
            connection: None,
            sending: VecDeque::new(),
            is_closing: false,
            http_status: None,
            reply: None,
            n_received: 0,
        }
    }

    fn at(&self) -> Duration {
        self.started.elapsed()
    }

    async fn run(
        &mut self,
        before: Option<Bytes>,
        commands: &mut mpsc::Receiver<Command>,
    ) -> Result<End, Failure> {
        let call = self.call;
        if !call.transport.kinds.contains(&call.kind) {
            call.check(1)?;
        }
        let is_http2 = self.connect().await?;
        self.phase.set(Phase::Sending);
        let mut first = None;
        if !call.kind.sends_many() {
            // The whole request is known before it begins.
            first = Some(self.only_message(commands).await?);
        }
        let len = first.as_ref().filter(|_| !is_http2).map(|(wrapped, _)| body_len(wrapped));
        let (body, mut feed) = RequestBody::new(len);
        let request = http::request(call, is_http2, body)?;
        let mut client = self.client.take();
        let Some(client) = client.as_mut() else { return Err(Failure::NoRequest) };
        let mut answer = Answer::Awaited(Box::pin(client.send(request)));
        if let Some((wrapped, bytes)) = first {
            self.give(&mut feed, wrapped, bytes);
            self.close(&mut feed);
            if len == Some(0) {
                self.was_taken();
            }
        }
        if let Some(bytes) = before.filter(|_| call.kind.sends_many()) {
            let wrapped = (call.transport.wrap)(call, bytes.clone())?;
            self.give(&mut feed, wrapped, bytes);
        }
        loop {
            if *self.is_cancelled.borrow() {
                return Err(Failure::Cancelled(self.phase.get()));
            }
            let has_room = feed.messages.as_ref().is_some_and(|messages| messages.capacity() > 0);
            tokio::select! {
                command = commands.recv(), if has_room => self.command(command, &mut feed)?,
                Some(()) = feed.taken.recv() => self.was_taken(),
                end = self.listen(&mut answer) => if let Some(end) = end? {
                    return Ok(end);
                },
            }
        }
    }

    /// Opens the connection; whether it speaks HTTP/2.
    async fn connect(&mut self) -> Result<bool, Failure> {
        let http = (self.call.transport.http)(self.call.kind);
        let opened = connect::open(self.call, http::alpn(http), self.phase).await?;
        let mut facts = opened.facts;
        let alpn = facts.tls.as_ref().and_then(|tls| tls.protocol.as_deref());
        if http == Http::Two && alpn.is_some_and(|alpn| alpn != "h2") {
            return Err(Failure::NoHttp2);
        }
        let is_http2 = http::is_http2(http, alpn);
        facts.is_http2 = is_http2;
        let trace = self.trace.insert(opened.trace);
        if !is_http2 {
            trace.speaks_http1();
        }
        let shaken = http::handshake(opened.io, is_http2, self.call).await;
        let (client, connection) =
            shaken.map_err(|error| trace.explain(&error, self.phase.get(), self.call.limits.headers))?;
        self.client = Some(client);
        self.connection = Some(connection);
        let at = self.at();
        (self.on_event)(Event::Connected { at, facts });
        Ok(is_http2)
    }

    async fn only_message(
        &mut self,
        commands: &mut mpsc::Receiver<Command>,
    ) -> Result<(Wrapped, Bytes), Failure> {
        match commands.recv().await {
            Some(Command::Send(bytes)) => {
                commands.close();
                Ok(((self.call.transport.wrap)(self.call, bytes.clone())?, bytes))
            }
            Some(Command::HalfClose) | None => Err(Failure::NoRequest),
        }
    }

    fn command(&mut self, command: Option<Command>, feed: &mut BodyFeed) -> Result<(), Failure> {
        match command {
            Some(Command::Send(bytes)) => {
                let wrapped = (self.call.transport.wrap)(self.call, bytes.clone())?;
                self.give(feed, wrapped, bytes);
            }
            Some(Command::HalfClose) | None => self.close(feed),
        }
        Ok(())
    }

    fn give(&mut self, feed: &mut BodyFeed, wrapped: Wrapped, bytes: Bytes) {
        let message = Message {
            direction: Direction::Sent,
            at: self.at(),
            bytes,
            wire_len: wrapped.wire_len,
            is_compressed: wrapped.is_compressed,
        };
        let given = feed.messages.as_ref().is_some_and(|messages| messages.try_send(wrapped.parts).is_ok());
        if given {
            self.sending.push_back(message);
        }
    }

    fn close(&mut self, feed: &mut BodyFeed) {
        if feed.messages.take().is_some() {
            self.is_closing = true;
            self.tell_half_close();
        }
    }

    /// Once the last message is gone.
    fn tell_half_close(&mut self) {
        if self.sending.is_empty() && std::mem::take(&mut self.is_closing) {
            let at = self.at();
            (self.on_event)(Event::HalfClosed { at });
        }
    }

    /// The connection took a message.
    fn was_taken(&mut self) {
        if let Some(message) = self.sending.pop_front() {
            let at = self.at();
            (self.on_event)(Event::Message(Message { at, ..message }));
            if self.sending.is_empty() && self.phase.get() == Phase::Sending {
                self.phase.set(Phase::Waiting);
            }
            self.tell_half_close();
        }
    }

    /// Hears the next thing that the server says; the end, if that was it.
    async fn listen(&mut self, answer: &mut Answer<'_>) -> Result<Option<End>, Failure> {
        match answer {
            Answer::Awaited(responding) => {
                let response = match responding.as_mut().await {
                    Ok(response) => response,
                    Err(error) => return Err(self.explain(&error).await),
                };
                *answer = Answer::Body(Box::new(self.headers(response).await?));
                Ok(None)
            }
            Answer::Body(body) => match http::next_frame(body).await {
                None => self.end(None).map(Some),
                Some(Err(error)) => Err(self.explain(&error).await),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => self.data(bytes).map(|()| None),
                    Err(frame) => match frame.into_trailers() {
                        Ok(trailers) => self.end(Some(&trailers)).map(Some),
                        Err(_unknown) => Ok(None),
                    },
                },
            },
        }
    }

    async fn headers(&mut self, response: Response<Incoming>) -> Result<Incoming, Failure> {
        self.phase.set(Phase::Receiving);
        let (parts, mut body) = response.into_parts();
        let http_status = parts.status.as_u16();
        self.http_status = Some(http_status);
        let at = self.at();
        (self.on_event)(Event::Headers { at, http_status, entries: entries_of(&parts.headers) });
        self.reply = (self.call.transport.reply)(self.call, &parts);
        if self.reply.is_some() {
            return Ok(body);
        }
        let mut first_bytes = Vec::new();
        let reading = async {
            while let Some(Ok(frame)) = http::next_frame(&mut body).await {
                let Ok(data) = frame.into_data() else { break };
                let room = MAX_FOREIGN - first_bytes.len();
                first_bytes.extend_from_slice(&data[..room.min(data.len())]);
                if first_bytes.len() == MAX_FOREIGN {
                    break;
                }
            }
        };
        // What came until then is enough to see what it is.
        let _ = timeout(FOREIGN_TIME, reading).await;
        Err(Failure::Foreign(Box::new(ForeignAnswer::new(Some(http_status), &parts.headers, first_bytes))))
    }

    fn data(&mut self, bytes: Bytes) -> Result<(), Failure> {
        if let Some(reply) = &mut self.reply {
            reply.feed(bytes);
        }
        while let Some(piece) = self.reply.as_mut().map_or(Ok(None), |reply| reply.next())? {
            self.piece(piece);
            if *self.is_cancelled.borrow() {
                break;
            }
        }
        Ok(())
    }

    fn piece(&mut self, piece: Piece) {
        let at = self.at();
        (self.on_event)(match piece {
            Piece::Trailers(entries) => Event::Trailers { at, entries },
            Piece::Message { bytes, wire_len, is_compressed } => {
                self.n_received += 1;
                let direction = Direction::Received;
                Event::Message(Message { direction, at, bytes: bytes.into(), wire_len, is_compressed })
            }
        });
    }

    /// The body has ended.
    fn end(&mut self, trailers: Option<&HeaderMap>) -> Result<End, Failure> {
        if let Some(trailers) = trailers {
            let at = self.at();
            (self.on_event)(Event::Trailers { at, entries: entries_of(trailers) });
        }
        let Some(mut reply) = self.reply.take() else { return Err(Failure::NoStatus) };
        let pieces = reply.last(trailers);
        let mut end = match &pieces {
            Ok(_) => reply.end(trailers),
            Err(failure) => End { status: None, failure: Some(failure.clone()) },
        };
        self.reply = Some(reply);
        pieces.into_iter().flatten().for_each(|piece| self.piece(piece));
        let is_ok = end.failure.is_none() && end.status.as_ref().is_some_and(|status| status.is_ok());
        if is_ok && self.n_received == 0 && !self.call.kind.receives_many() {
            end.failure = Some(Failure::NoReply);
        }
        Ok(end)
    }

    /// What an error of HTTP means; the connection may know more of it than the stream.
    async fn explain(&mut self, error: &hyper::Error) -> Failure {
        let (phase, max_headers) = (self.phase.get(), self.call.limits.headers);
        let Some(trace) = &self.trace else { return Failure::Http { reason: error.to_string() } };
        let failure = trace.explain(error, phase, max_headers);
        if !matches!(failure, Failure::ConnectionLost { .. }) {
            return failure;
        }
        let Some(connection) = &mut self.connection else { return failure };
        match timeout(LINGER, connection).await {
            Ok(ended) => {
                self.connection = None;
                match ended {
                    Ok(Err(error)) => trace.explain(&error, phase, max_headers),
                    // It may have ended with a TLS error that only the record knows.
                    _ => trace.explain(error, phase, max_headers),
                }
            }
            Err(_still_there) => failure,
        }
    }

    /// The last event.
    fn finish(&mut self, end: Result<End, Failure>) {
        let end = end.unwrap_or_else(|failure| End { status: None, failure: Some(failure) });
        let leftover: Option<Leftover> = self.reply.as_ref().and_then(|reply| reply.leftover());
        let ending = Ending {
            at: self.at(),
            http_status: self.http_status,
            status: end.status,
            failure: end.failure,
            leftover,
        };
        (self.on_event)(Event::Ended(ending));
    }
}

fn body_len(wrapped: &Wrapped) -> u64 {
    wrapped.parts.iter().map(|part| part.len() as u64).sum()
}
