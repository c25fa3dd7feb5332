//! The session: one state, one worker, and the only place where the state changes.

use super::action::Action;
use super::settings::Settings;
use super::state::{Notice, State};
use crate::schema::Schema;
use crate::worker::{self, Worker};
use std::path::PathBuf;
use std::sync::Arc;

/// Where things are remembered; without a folder they are not.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    /// Settings.
    pub config: Option<PathBuf>,
    /// Unsaved edits, marks of open files, backups.
    pub state: Option<PathBuf>,
}

/// What is open and everything that goes on about it.
pub struct Session {
    pub(super) state: State,
    pub(super) worker: Worker,
    pub(super) folders: Folders,
}

impl Folders {
    /// The person's own.
    pub fn of_person() -> Folders {
        Folders { config: worker::config_folder(), state: worker::state_folder() }
    }
}

impl Session {
    /// `wake` is called from any thread when [`Session::poll`] has something to do.
    pub fn new(schema: Arc<Schema>, folders: Folders, wake: impl Fn() + Send + Sync + 'static) -> Session {
        let state = State {
            schema,
            tabs: Vec::new(),
            active: None,
            settings: Settings::default(),
            dialog: None,
            notices: Vec::new(),
            clipboard: None,
            listing: None,
            running: Vec::new(),
            closing: false,
        };
        Session { state, worker: worker::start(wake), folders }
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// Does what was asked for.
    pub fn apply(&mut self, _action: Action) {}

    /// Takes in what the worker has to say, some of it per call; whether anything changed.
    pub fn poll(&mut self) -> bool {
        false
    }

    /// Asks the worker for bytes that rows were drawn without; to be called after drawing.
    pub fn fetch_missing(&mut self) {}

    /// Short messages to be shown, each once.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.state.notices)
    }

    /// Text to be put on the clipboard.
    pub fn take_clipboard(&mut self) -> Option<String> {
        self.state.clipboard.take()
    }

    /// Does all work that is going on to its end: for tests and pictures, never for the window.
    pub fn settle(&mut self) {}
}
