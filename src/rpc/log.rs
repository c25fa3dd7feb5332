//! What is kept of a call: of an endless stream the latest messages, by count and by bytes.

use super::call::{Ending, Event, Message};
use std::collections::VecDeque;

/// Messages that are kept.
pub const MAX_MESSAGES: usize = 10_000;
/// Bytes of messages that are kept. The latest one is kept whatever its size.
pub const MAX_BYTES: u64 = 256 << 20;

/// The events of one call, in order.
#[derive(Debug)]
pub struct CallLog {
    max_messages: usize,
    max_bytes: u64,
    messages: VecDeque<Message>,
    n_bytes: u64,
    n_dropped: u64,
    /// Everything that is no message.
    steps: Vec<Event>,
    ending: Option<Ending>,
}

impl Default for CallLog {
    fn default() -> Self {
        CallLog::new(MAX_MESSAGES, MAX_BYTES)
    }
}

impl CallLog {
    pub fn new(max_messages: usize, max_bytes: u64) -> CallLog {
        CallLog {
            max_messages,
            max_bytes,
            messages: VecDeque::new(),
            n_bytes: 0,
            n_dropped: 0,
            steps: Vec::new(),
            ending: None,
        }
    }

    pub fn push(&mut self, event: Event) {
        match event {
            Event::Message(message) => {
                self.n_bytes += message.bytes.len() as u64;
                self.messages.push_back(message);
                while self.messages.len() > 1
                    && (self.messages.len() > self.max_messages || self.n_bytes > self.max_bytes)
                {
                    let dropped = self.messages.pop_front();
                    self.n_bytes -= dropped.map_or(0, |message| message.bytes.len() as u64);
                    self.n_dropped += 1;
                }
            }
            Event::Ended(ending) => self.ending = Some(ending),
            step => self.steps.push(step),
        }
    }

    /// The messages that are kept, the oldest first.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = &Message> {
        self.messages.iter()
    }

    /// One of the messages that are kept, the oldest at 0.
    pub fn message(&self, idx: usize) -> Option<&Message> {
        self.messages.get(idx)
    }

    /// How many older messages were let go.
    pub fn n_dropped(&self) -> u64 {
        self.n_dropped
    }

    /// Bytes of the messages that are kept.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Connection, headers, half-close and trailers.
    pub fn steps(&self) -> &[Event] {
        &self.steps
    }

    /// How the call ended, once it has.
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::super::call::Direction;
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    proptest! {
        #[test]
        fn the_latest_messages_are_kept_within_both_bounds(
            lens in proptest::collection::vec(0_usize..50, 1..60),
            max_messages in 1_usize..10,
            max_bytes in 0_u64..120,
        ) {
            let mut log = CallLog::new(max_messages, max_bytes);
            for len in &lens {
                log.push(Event::Message(Message {
                    direction: Direction::Received,
                    at: Duration::ZERO,
                    bytes: vec![7; *len].into(),
                    wire_len: *len as u64,
                    is_compressed: false,
                }));
                let kept: Vec<usize> = log.messages().map(|message| message.bytes.len()).collect();
                prop_assert!(kept.len() <= max_messages && !kept.is_empty());
                prop_assert_eq!(kept.iter().sum::<usize>() as u64, log.n_bytes());
                prop_assert!(log.n_bytes() <= max_bytes || kept.len() == 1);
            }
            let kept: Vec<usize> = log.messages().map(|message| message.bytes.len()).collect();
            prop_assert_eq!(log.n_dropped() as usize + kept.len(), lens.len());
            prop_assert!(lens.ends_with(&kept));
        }
    }
}
