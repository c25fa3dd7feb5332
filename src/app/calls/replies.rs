//! Messages of calls as documents.

use super::super::comparing::Compare;
use super::super::session::Session;
use super::super::state::{NoticeTone, TabId};
use super::{CallId, Origin};
use crate::document::{ReadMode, Source, SourceError};
use crate::rpc::{Bytes, Direction};
use std::fmt;
use std::sync::Arc;

/// A message's bytes as they came, shared with the call that keeps them.
pub(super) struct MessageSource(pub(super) Bytes);

impl fmt::Debug for MessageSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageSource({} bytes)", self.0.len())
    }
}

impl Source for MessageSource {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, out: &mut [u8], _mode: ReadMode) -> Result<(), SourceError> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        match start.checked_add(out.len()).and_then(|end| self.0.get(start..end)) {
            Some(bytes) => out.copy_from_slice(bytes),
            None => return Err(SourceError::Io { offset, reason: "the message ends before".to_owned() }),
        }
        Ok(())
    }

    fn identity(&self) -> String {
        format!("message:{:p}", self.0.as_ptr())
    }
}

impl Session {
    /// Opens a message in a tab, or goes to the one it is open in.
    pub(super) fn open_message(&mut self, call: CallId, nth: u64) -> Option<TabId> {
        let origin = Origin { call, nth };
        let known = self.state.calls.origins.iter().find(|(_, known)| **known == origin).map(|(tab, _)| *tab);
        if let Some(tab) = known.filter(|tab| self.state.tab(*tab).is_some()) {
            self.activate(tab);
            return Some(tab);
        }
        let made = self.state.calls.call(call)?;
        let Some(message) = made.message(nth) else {
            self.notify(NoticeTone::Note, "This message was let go; the latest ones are kept");
            return None;
        };
        let (direction, bytes) = (message.direction, message.bytes.clone());
        let message = made.type_of(message).cloned();
        let method = made.call.method.method.clone();
        let title = match direction {
            Direction::Sent => format!("sent with {method}"),
            Direction::Received => {
                let n_replies = self.calling.n_replies.entry(method.clone()).or_default();
                *n_replies += 1;
                format!("reply {n_replies} of {method}")
            }
        };
        let tab = self.open_source(title, Arc::new(MessageSource(bytes)), message);
        self.state.calls.origins.insert(tab, origin);
        Some(tab)
    }

    /// Whether the message that a document shows as it came is kept by its call; `None` for a document
    /// that is no message of a call, or is a file by now.
    pub(in crate::app) fn is_kept_by_call(&self, tab: TabId) -> Option<bool> {
        let origin = self.state.calls.origins.get(&tab)?;
        self.state.tab(tab).filter(|found| found.path.is_none())?;
        Some(self.state.calls.call(origin.call).is_some_and(|made| made.message(origin.nth).is_some()))
    }

    /// Shows what differs between a received message and the one before it.
    pub(super) fn compare_with_before(&mut self, call: CallId, nth: u64) {
        let before = self.state.calls.call(call).and_then(|made| made.received_before(nth));
        let Some(before) = before else {
            return self.notify(NoticeTone::Note, "No message was received before this one");
        };
        let (Some(old), Some(new)) = (self.open_message(call, before), self.open_message(call, nth)) else {
            return;
        };
        self.compare(Compare::Tabs { old, new });
    }
}
