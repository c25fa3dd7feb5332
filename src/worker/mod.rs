//! Work off the window's thread, and the only room that touches the disk.
//!
//! **Law.** Nothing here draws, and nothing outside waits: jobs go in, events come out. A file is
//! at every moment wholly old or wholly new, and bytes handed out are those that were opened.
//!
//! **Not here:** what a document is (`document`), what the session does with an event (`app`).

mod block_cache;
mod disk;
mod error;
mod file_source;
mod identity;
mod in_place;
mod journal;
mod journal_file;
mod lock;
mod platform;
mod relative;
mod save;
pub mod settings_file;
mod spool;
mod state;
mod stream;
mod temp;

pub use error::{Call, Remedy, WorkerError};
pub use file_source::{FileSource, SMALL_FILE};
pub use identity::FileIdentity;
pub use in_place::{StrayBackup, stray_backups};
pub use journal::{BaseState, Draft, Entry, EntryPart, Journal, MAX_JOURNAL, RestoreSplice};
pub use lock::{OpenElsewhere, OpenMark, mark_open};
pub use save::{Hook, InPlace, SaveOptions, Saved, save};
pub use spool::read_stdin;
pub use state::{config_folder, state_folder};
pub use temp::clean_stray;
