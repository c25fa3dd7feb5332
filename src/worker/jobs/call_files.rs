use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::document::Snapshot;
use crate::rpc::{CallRecord, Profile, SavedRequest};
use crate::worker::{RemovedRequest, SaveOptions, Saved, StoredCall, StoredProfile, StoredRequest};
use crate::worker::{call_history, profiles, saved_requests};
use std::path::PathBuf;

/// Reads and writes what is kept about calls: profiles, requests, and the calls that were made.
#[derive(Debug)]
pub enum CallFiles {
    ListProfiles {
        folder: PathBuf,
    },
    StoreProfile {
        path: PathBuf,
        profile: Box<Profile>,
    },
    ListRequests {
        folder: PathBuf,
    },
    StoreRequest {
        folder: PathBuf,
        request: Box<SavedRequest>,
        /// `None` leaves it as it is.
        message: Option<Snapshot>,
        /// They replace one that is there if the person was asked.
        options: SaveOptions,
    },
    RenameRequest {
        path: PathBuf,
        name: String,
    },
    RemoveRequest {
        path: PathBuf,
        /// Where it is kept for a while.
        removed: PathBuf,
    },
    RestoreRequest(RemovedRequest),
    ListCalls {
        folder: PathBuf,
    },
    KeepCall {
        folder: PathBuf,
        record: Box<CallRecord>,
    },
    OpenCall {
        path: PathBuf,
    },
    ForgetCalls {
        paths: Vec<PathBuf>,
    },
}

/// What was read, or is so now.
#[derive(Debug)]
pub enum CallFilesReport {
    Profiles(Vec<StoredProfile>),
    ProfileStored(PathBuf),
    Requests(Vec<StoredRequest>),
    /// With what became of its message, if that was written.
    RequestStored(Box<(StoredRequest, Option<Saved>)>),
    /// Its text had this path.
    RequestRenamed(PathBuf, Box<StoredRequest>),
    RequestRemoved(PathBuf, RemovedRequest),
    /// `None` if it had no files.
    RequestRestored(Option<Box<StoredRequest>>),
    /// The newest first.
    Calls(Vec<StoredCall>),
    CallKept {
        call: Box<StoredCall>,
        /// The oldest, which were too many then.
        forgotten: Vec<PathBuf>,
    },
    CallOpened {
        path: PathBuf,
        record: Box<CallRecord>,
    },
    CallsForgotten(Vec<PathBuf>),
}

impl Work for CallFiles {
    fn label(&self) -> &'static str {
        match self {
            CallFiles::ListProfiles { .. } => "Listing the profiles",
            CallFiles::StoreProfile { .. } => "Storing the profile",
            CallFiles::ListRequests { .. } => "Listing the requests",
            CallFiles::StoreRequest { .. } => "Saving the request",
            CallFiles::RenameRequest { .. } => "Renaming the request",
            CallFiles::RemoveRequest { .. } => "Removing the request",
            CallFiles::RestoreRequest(_) => "Bringing the request back",
            CallFiles::ListCalls { .. } => "Listing the calls",
            CallFiles::KeepCall { .. } => "Keeping the call",
            CallFiles::OpenCall { .. } => "Opening the call",
            CallFiles::ForgetCalls { .. } => "Forgetting the calls",
        }
    }

    /// Everything about one folder happens in order.
    fn line(&self) -> Option<(Line, WhenNewer)> {
        let path = match self {
            CallFiles::ListProfiles { folder }
            | CallFiles::ListRequests { folder }
            | CallFiles::StoreRequest { folder, .. }
            | CallFiles::ListCalls { folder }
            | CallFiles::KeepCall { folder, .. } => Some(folder.as_path()),
            CallFiles::StoreProfile { path, .. }
            | CallFiles::OpenCall { path }
            | CallFiles::RenameRequest { path, .. }
            | CallFiles::RemoveRequest { path, .. } => path.parent(),
            CallFiles::RestoreRequest(removed) => removed.folder(),
            CallFiles::ForgetCalls { paths } => paths.first().and_then(|path| path.parent()),
        };
        path.map(|path| (Line::File(path.to_owned()), WhenNewer::InTurn))
    }

    fn must_end(&self) -> bool {
        !matches!(
            self,
            CallFiles::ListProfiles { .. }
                | CallFiles::ListRequests { .. }
                | CallFiles::ListCalls { .. }
                | CallFiles::OpenCall { .. }
        )
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let step = |n_done: u64, n_total: u64| context.step(n_done, n_total);
        Ok(Report::CallFiles(match *self {
            CallFiles::ListProfiles { folder } => {
                CallFilesReport::Profiles(profiles::list_profiles(&folder)?)
            }
            CallFiles::StoreProfile { path, profile } => {
                profiles::store_profile(&path, &profile)?;
                CallFilesReport::ProfileStored(path)
            }
            CallFiles::ListRequests { folder } => {
                CallFilesReport::Requests(saved_requests::list_requests(&folder)?)
            }
            CallFiles::StoreRequest { folder, request, message, options } => {
                let message = message.as_ref();
                let stored = saved_requests::store_request(&folder, &request, message, &options, &step)?;
                CallFilesReport::RequestStored(Box::new(stored))
            }
            CallFiles::RenameRequest { path, name } => {
                let renamed = saved_requests::rename_request(&path, &name)?;
                CallFilesReport::RequestRenamed(path, Box::new(renamed))
            }
            CallFiles::RemoveRequest { path, removed } => {
                let removed = saved_requests::remove_request(&path, &removed)?;
                CallFilesReport::RequestRemoved(path, removed)
            }
            CallFiles::RestoreRequest(removed) => {
                CallFilesReport::RequestRestored(saved_requests::restore_request(&removed)?.map(Box::new))
            }
            CallFiles::ListCalls { folder } => {
                CallFilesReport::Calls(call_history::list_calls(&folder, &step)?)
            }
            CallFiles::KeepCall { folder, record } => {
                let (call, forgotten) = call_history::keep_call(&folder, &record)?;
                CallFilesReport::CallKept { call: Box::new(call), forgotten }
            }
            CallFiles::OpenCall { path } => {
                let record = Box::new(call_history::open_call(&path)?);
                CallFilesReport::CallOpened { path, record }
            }
            CallFiles::ForgetCalls { paths } => {
                call_history::forget_calls(&paths)?;
                CallFilesReport::CallsForgotten(paths)
            }
        }))
    }
}
