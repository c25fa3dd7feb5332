//! Makes calls and keeps their events.

pub use crate::server::{framed, grpc_headers, status};

use protoloupe::rpc::{Call, CallLog, Direction, Ending, Event, Outbox, RpcKind, outbox, run};
use std::time::Duration;

/// Long enough that no test comes to it by itself.
const FAR: Duration = Duration::from_secs(60);

pub fn call(url: &str, kind: RpcKind) -> Call {
    let mut call = Call::new(url.parse().unwrap(), "test.v1.Service/Method".parse().unwrap(), kind);
    call.deadline = Some(FAR);
    call
}

/// What a call left behind.
#[derive(Debug)]
pub struct Made {
    pub log: CallLog,
    pub ending: Ending,
}

impl Made {
    pub fn received(&self) -> Vec<&[u8]> {
        self.log.messages().filter(|m| m.direction == Direction::Received).map(|m| &m.bytes[..]).collect()
    }

    pub fn sent(&self) -> Vec<&[u8]> {
        self.log.messages().filter(|m| m.direction == Direction::Sent).map(|m| &m.bytes[..]).collect()
    }

    #[track_caller]
    pub fn succeeds(self) -> Made {
        assert!(self.ending.is_ok(), "{:?}", self.ending);
        self
    }

    /// Checks that there is a failure whose sentence and hint hold these parts.
    #[track_caller]
    pub fn fails(self, parts: &[&str]) -> Made {
        let failure = self.ending.failure.as_ref().unwrap_or_else(|| panic!("{:?}", self.ending));
        let text = format!("{failure} {}", failure.hint().unwrap_or_default());
        for part in parts {
            assert!(text.contains(part), "{part:?} is not in {text:?}");
        }
        self
    }
}

/// Sends the messages, half-closes and waits for the end.
pub fn make(call: &Call, messages: &[&[u8]]) -> Made {
    let (outbox, inbox) = outbox();
    let messages: Vec<Vec<u8>> = messages.iter().map(|message| message.to_vec()).collect();
    let sender = std::thread::spawn(move || {
        for message in messages {
            if outbox.send(message).is_err() {
                return;
            }
        }
    });
    let mut log = CallLog::default();
    let mut n_endings = 0;
    run(call, inbox, &mut |event| {
        n_endings += usize::from(matches!(event, Event::Ended(_)));
        assert!(n_endings == 0 || matches!(event, Event::Ended(_)), "nothing comes after the end");
        log.push(event);
    });
    sender.join().unwrap();
    assert_eq!(n_endings, 1);
    let ending = log.ending().unwrap().clone();
    Made { log, ending }
}

/// Makes a call whose person reacts to what happens.
pub fn make_with(call: &Call, mut react: impl FnMut(&Event, &Outbox)) -> Made {
    let (outbox, inbox) = outbox();
    let mut log = CallLog::new(100, 1 << 20);
    run(call, inbox, &mut |event| {
        react(&event, &outbox);
        log.push(event);
    });
    let ending = log.ending().unwrap().clone();
    Made { log, ending }
}
