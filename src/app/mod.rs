//! The session: what is open, what is selected, what can be done, and doing it. No drawing.
//!
//! **Law.** Only [`apply`](Session::apply) changes the [`State`]; panels draw from `&State` and hand
//! over [`Action`]s. What a person can ask for is a row of [`COMMANDS`]; menus, toolbar, palette,
//! shortcuts and the README's table are all made from it.
//!
//! **Not here:** egui, threads and files (`worker`), what an edit does to bytes (`document`).

mod action;
mod adopting;
mod after;
mod browser;
mod calls;
mod clipboard;
mod command;
mod command_rows;
mod commands;
mod comparing;
mod copying;
mod cursor;
mod documents;
mod editing;
mod exporting;
mod filtered_moves;
mod filtering;
mod fixing;
mod folding;
mod jobs;
mod journal;
mod lifting;
mod notices;
mod pasted;
mod plans;
mod reaching;
mod reading;
mod renewing;
mod reopening;
mod samples;
mod saving;
mod schemas;
mod searching;
mod selection;
mod session;
mod settings;
mod spelled;
mod state;
mod structures;
mod tree_commands;
mod walking;
mod window;

pub use crate::worker::jobs::{Excerpt, ListedDifference};
pub use crate::worker::{
    BrokenFile, ImportRow, Protoc, SchemaSources, SourceList, SourceRow, StoredCall, StoredProfile,
    StoredRequest,
};
pub use action::{
    Action, Answer, ChoiceRow, Choosing, Dialog, FileDialog, Layout, Opening, Pane, Question, SelectTarget,
};
pub use browser::{Browser, DefinitionText, address_of_field, field_in_document, message_in_document};
pub use calls::{
    CallAct, CallForm, CallId, Calls, CopyAs, FieldError, FormField, LiveSession, MadeCall, MetadataDraft,
    MethodChoice, Offer, Outcome, SavedRequests, Step, StepLine, StoredCalls, TargetMethod, TimelineRow,
    duration_text, method_choices,
};
pub use clipboard::CopiedRecords;
pub use command::{COMMANDS, Command, CommandRow, Key, Shortcut, shortcut_table};
pub use comparing::{Compare, Comparison, ComparisonSide, Progress};
pub use cursor::{ByteAct, ByteCursor, Move};
pub use documents::{SAMPLE, SAMPLE_TYPE};
pub use filtering::{Filter, TreeFilter};
pub use notices::About;
pub use reaching::Reaching;
pub use schemas::Removed;
pub use searching::Search;
pub use session::{Folders, Session};
pub use settings::{RememberedReading, Settings, ThemeSetting};
pub use state::{
    Content, DiskState, Guess, Listing, Notice, NoticeTone, OpenDocument, ProblemList, Running, Selection,
    State, Tab, TabId, TypeChoice,
};
pub use structures::{members_of, why_not_move};
pub use walking::{message_rows, siblings};

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at what is on the disk")]
mod tests;
