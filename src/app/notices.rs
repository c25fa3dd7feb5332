//! Short messages: what was done, and what was not.
//!
//! **Law.** What was said about a subject goes once something newer is true of it.

use super::action::Action;
use super::session::Session;
use super::state::{Notice, NoticeTone};
use std::path::PathBuf;

/// Notices kept for the window; more at once nobody reads.
const MAX_NOTICES: usize = 32;

/// What later messages may contradict.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// What became of the sources of the schema.
    Schema,
    /// What was written into a file.
    File(PathBuf),
    /// Whether a request was saved.
    Request,
    /// Whether a profile was saved.
    Profile,
    /// Why nothing was sent.
    Call,
}

impl Session {
    /// Short messages to be shown, each once.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.state.notices)
    }

    /// What nothing that was taken earlier is true of any more; to be taken before the messages.
    pub fn take_outdated(&mut self) -> Vec<About> {
        std::mem::take(&mut self.state.outdated)
    }

    /// What was said about this is over.
    pub(super) fn outdate(&mut self, about: About) {
        self.state.notices.retain(|notice| notice.about.as_ref() != Some(&about));
        if !self.state.outdated.contains(&about) {
            self.state.outdated.push(about);
        }
    }

    pub(super) fn notify(&mut self, tone: NoticeTone, text: impl Into<String>) {
        self.push_notice(Notice { tone, text: text.into(), undo: None, about: None });
    }

    /// Says something that is true until the subject is [outdated](Self::outdate).
    pub(super) fn notify_about(&mut self, about: About, tone: NoticeTone, text: impl Into<String>) {
        self.push_notice(Notice { tone, text: text.into(), undo: None, about: Some(about) });
    }

    /// Says it in the place of what was said about the subject so far.
    pub(super) fn notify_anew(&mut self, about: About, tone: NoticeTone, text: impl Into<String>) {
        self.outdate(about.clone());
        self.notify_about(about, tone, text);
    }

    /// Tells what was done, with the way back.
    pub(super) fn notify_with_undo(&mut self, text: impl Into<String>, undo: Action) {
        let tone = NoticeTone::Done;
        self.push_notice(Notice { tone, text: text.into(), undo: Some(undo), about: None });
    }

    fn push_notice(&mut self, notice: Notice) {
        if self.state.notices.last() != Some(&notice) {
            self.state.notices.push(notice);
        }
        let n_over = self.state.notices.len().saturating_sub(MAX_NOTICES);
        self.state.notices.drain(..n_over);
    }
}
