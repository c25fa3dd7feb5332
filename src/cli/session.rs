//! A RocketMQ session beside a call.

use super::ending;
use super::interrupt::Interrupt;
use super::{CliError, Console};
use crate::rocketmq::ServerCommand;
use crate::rpc::{
    Asked, Caller, Direction, Event, Pace, SessionEvent, SessionHandle, run_session, session, time_text,
};
use crate::schema::Schema;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long clients wait for the server's settings.
const SETTINGS_TIME: Duration = Duration::from_secs(3);

/// Events of a session that wait until the call has ended; more are not told of.
const MAX_EVENTS: usize = 10_000;

/// A session that runs.
pub(super) struct Session {
    handle: SessionHandle,
    events: mpsc::Receiver<SessionEvent>,
    thread: JoinHandle<()>,
}

impl Session {
    /// Opens one and waits for the server's settings; `None` if it came to an end instead, which is said.
    pub fn open(
        caller: &Caller,
        interrupt: &Interrupt,
        verbose: bool,
        console: &mut Console,
    ) -> Result<Option<Session>, CliError> {
        let client = caller.client_settings().ok_or(CliError::NoSession)?;
        let (handle, inbox) = session();
        interrupt.watch(handle.canceller());
        let (tell, events) = mpsc::sync_channel(MAX_EVENTS);
        let caller = caller.clone();
        let thread = std::thread::spawn(move || {
            // The headers are made again for the call itself, which says what is wrong with them.
            let _ = run_session(&caller, &client, &Pace::default(), inbox, &mut |event| {
                // The session goes on whether or not somebody has time to hear of it.
                let _ = tell.try_send(event);
            });
        });
        let session = Session { handle, events, thread };
        let until = Instant::now() + SETTINGS_TIME;
        loop {
            match session.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(SessionEvent::Ended(ending)) => {
                    console.say("error: The session could not be opened");
                    let schema = Schema::builtin();
                    ending::report(&ending, None, &schema, true).iter().for_each(|line| console.say(line));
                    return Ok(None);
                }
                Ok(event) => {
                    say(&event, verbose, console);
                    if is_settings(&event) {
                        return Ok(Some(session));
                    }
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    console.say("warning: The server has not answered the session's settings; going on");
                    return Ok(Some(session));
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
    }

    /// Ends it, and says what happened in it.
    pub fn close(self, verbose: bool, console: &mut Console) {
        self.handle.stop();
        // It ends with the session, which has a time for everything.
        let _ = self.thread.join();
        self.events.try_iter().for_each(|event| say(&event, verbose, console));
    }
}

fn is_settings(event: &SessionEvent) -> bool {
    command(event) == Some(ServerCommand::Settings)
}

/// What the server said, if that is what happened.
fn command(event: &SessionEvent) -> Option<ServerCommand> {
    match event {
        SessionEvent::Stream(Event::Message(message)) if message.direction == Direction::Received => {
            Some(ServerCommand::read(&message.bytes))
        }
        _ => None,
    }
}

fn say(event: &SessionEvent, verbose: bool, console: &mut Console) {
    if let Some(command) = command(event).filter(|command| *command != ServerCommand::Settings) {
        console.say(&format!("session: {}", command.title()));
    }
    match event {
        SessionEvent::Heartbeat(asked) if verbose || !asked.is_ok() => {
            console.say(&format!("session: heartbeat {}", outcome(asked)));
        }
        SessionEvent::Lost(lost) => {
            let lines = ending::report(&lost.ending, None, &Schema::builtin(), true);
            let again = time_text(Some(lost.again_in));
            console.say(&format!("session: lost, again in {again}: {}", lines.join("; ")));
        }
        SessionEvent::Termination(asked) if verbose || !asked.is_ok() => {
            console.say(&format!("session: termination {}", outcome(asked)));
        }
        SessionEvent::Stream(event) if verbose => {
            console.say(&format!("session: {}", ending::step(event)));
        }
        SessionEvent::Ended(ending) if verbose => {
            console.say(&format!("session: {}", ending::step(&Event::Ended(ending.clone()))));
        }
        _ => {}
    }
}

fn outcome(asked: &Asked) -> String {
    let lines = ending::report(&asked.ending, asked.in_band.as_ref(), &Schema::builtin(), true);
    lines.join("; ")
}
