//! Work off the window's thread, and the only room that touches the disk.
//!
//! **Law.** Nothing here draws, and nothing outside waits: jobs go in, events come out. A file is
//! at every moment wholly old or wholly new, and bytes handed out are those that were opened.
//!
//! [`start`] gives a [`Worker`]: `submit` a [`Job`], `poll` its [`Event`]s. Each job is the
//! background form of a function that the command line calls directly ([`save`], [`FileSource`]).
//! To add a kind of job: `jobs/mod.rs`.
//!
//! **Not here:** what a document is (`document`), what the session does with an event (`app`).

#![allow(clippy::disallowed_methods, reason = "this is the room that touches disk")]

mod block_cache;
mod call_history;
mod disk;
mod error;
mod event;
mod file_source;
mod identity;
mod in_place;
mod job;
pub mod jobs;
mod journal;
mod journal_file;
mod keyring;
mod known_targets;
mod lock;
mod platform;
mod pool;
mod profiles;
mod protoc;
mod relative;
mod reply_folder;
mod save;
mod saved_requests;
mod schema_files;
mod schema_watch;
pub mod settings_file;
mod source_list;
mod spool;
mod state;
mod stream;
mod temp;
mod terminal;
mod watch;

pub use call_history::{
    MAX_CALL_BYTES, MAX_CALLS, StoredCall, calls_folder, forget_calls, keep_call, list_calls, open_call,
};
pub use error::{Call, Remedy, WorkerError};
pub use event::{Event, JobId, Opened, Report};
pub use file_source::{FileSource, SMALL_FILE};
pub use identity::FileIdentity;
pub use in_place::{StrayBackup, stray_backups};
pub use job::{CancelToken, Job, JobContext};
pub use journal::{BaseState, Draft, Entry, EntryPart, Journal, MAX_JOURNAL, RestoreSplice};
pub use keyring::{
    KeyringError, KeyringPlace, MAX_SECRET, is_in_keyring, keyring_owner, put_into_keyring, read_keyring,
    remove_from_keyring,
};
pub use known_targets::{is_known_target, known_targets_file, remember_target};
pub use lock::{OpenElsewhere, OpenMark, mark_open};
pub use pool::{Worker, start};
pub use profiles::{
    PROFILE_ENDING, ProfileInputs, StoredProfile, list_profiles, load_profile, profile_file, profiles_folder,
    read_profile, store_profile,
};
pub use protoc::Protoc;
pub use reply_folder::ReplyFolder;
pub use save::{Hook, InPlace, SaveOptions, Saved, check_folder_of, save};
pub use saved_requests::{RemovedRequest, StoredRequest, request_files};
pub use schema_files::{SchemaFiles, SchemaPlaces, load_schema, protoc_for};
pub use source_list::{BrokenFile, ImportRow, SchemaSources, SourceList, SourceRow};
pub use spool::{Input, read_fifo, read_stdin};
pub use state::{config_folder, state_folder};
pub use temp::clean_stray;
pub use terminal::ask_secret;
pub use watch::{FileChange, OnDisk, Watched, look};
