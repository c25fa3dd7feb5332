//! One file a kind of job.
//!
//! To add one: a file here with a struct that holds what the job needs and an `impl Work` for it; a
//! `pub use` below; a variant of `Job` and its arm in `Job::work`; a variant of `Report` for what it
//! yields. If it is asked for on every keystroke, a variant of `Line` and its `line()`. The name in
//! `label()` reads on in "… failed".
//!
//! **Not here:** the work itself where others need it too, such as saving on the command line: that
//! is a function of its own in this room, of which the job is the background form.

mod build_index;
mod call_files;
mod canonicalize;
mod check_files;
mod check_problems;
mod compare;
mod done;
mod export;
mod fetch;
mod find_declarations;
mod journal;
mod keep_secrets;
mod keep_session;
mod list_folder;
mod load_schema;
mod make_call;
mod mark;
mod message_text;
mod open;
mod plan_edit;
mod prepare_message;
mod rank_types;
mod read_definition;
mod read_fifo;
mod read_small_file;
mod recovery;
mod reflect;
mod save;
mod search;
mod store_settings;
mod survey_message;
mod write_file;

pub use build_index::BuildIndex;
pub use call_files::{CallFiles, CallFilesReport};
pub use canonicalize::{Canonicalize, Canonicalized};
pub use check_files::{CheckFiles, FileHolds, NamedFile};
pub use check_problems::CheckProblems;
pub use compare::{Compare, CompareWith, Compared, Excerpt, ListedDifference};
pub use done::{Done, ReleaseDone};
pub use export::{Export, ExportWhat, Exported};
pub use fetch::Fetch;
pub use find_declarations::{FindDeclarations, FoundDeclarations};
pub use journal::{ForgetJournal, WriteJournal};
pub use keep_secrets::KeepSecrets;
pub use keep_session::KeepSession;
pub use list_folder::{ListEntry, ListFolder};
pub use load_schema::{LoadSchema, LoadedSchema, ReleaseSchema};
pub use make_call::MakeCall;
pub use mark::Mark;
pub use message_text::{MessageText, WrittenText};
pub use open::Open;
pub use plan_edit::{Copied, Looked, Outcome, Place, Plan, PlanEdit, Planned};
pub use prepare_message::{CallToMake, PrepareMessage, PreparedMessage};
pub use rank_types::{RankTypes, Ranked};
pub use read_definition::{ReadDefinition, TextPlace};
pub use read_fifo::ReadFifo;
pub use read_small_file::ReadSmallFile;
pub use recovery::{DiscardEntry, OpenJournal, RestoreEntry, Restored};
pub use reflect::{Reflect, ReflectedSet};
pub use save::Save;
pub use search::{Hits, OutlineRows, Outlined, Search, Wanted};
pub use store_settings::StoreSettings;
pub use survey_message::SurveyMessage;
pub use write_file::WriteFile;

use super::error::WorkerError;
use super::event::{Opened, Report};
use super::file_source::FileSource;
use super::job::{JobContext, Line, WhenNewer, Work};

#[cfg(test)]
mod tests;
