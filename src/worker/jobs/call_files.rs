use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::document::Snapshot;
use crate::rpc::{CallRecord, Profile, SavedRequest};
use crate::worker::{StoredCall, StoredProfile, StoredRequest};
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
        message: Snapshot,
        /// Replace one that is there; the person was asked.
        overwrite: bool,
    },
    /// Deletes files of profiles or requests; the person was asked.
    Remove {
        paths: Vec<PathBuf>,
    },
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
    RequestStored(StoredRequest),
    Removed(Vec<PathBuf>),
    /// The newest first.
    Calls(Vec<StoredCall>),
    CallKept {
        call: StoredCall,
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
            CallFiles::StoreRequest { .. } => "Storing the request",
            CallFiles::Remove { .. } => "Deleting",
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
            CallFiles::StoreProfile { path, .. } | CallFiles::OpenCall { path } => path.parent(),
            CallFiles::Remove { paths } | CallFiles::ForgetCalls { paths } => {
                paths.first().and_then(|path| path.parent())
            }
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
            CallFiles::StoreRequest { folder, request, message, overwrite } => {
                let stored = saved_requests::store_request(&folder, &request, &message, overwrite, &step)?;
                CallFilesReport::RequestStored(stored)
            }
            CallFiles::Remove { paths } => {
                paths.iter().try_for_each(|path| profiles::remove_stored(path))?;
                CallFilesReport::Removed(paths)
            }
            CallFiles::ListCalls { folder } => {
                CallFilesReport::Calls(call_history::list_calls(&folder, &step)?)
            }
            CallFiles::KeepCall { folder, record } => {
                let (call, forgotten) = call_history::keep_call(&folder, &record)?;
                CallFilesReport::CallKept { call, forgotten }
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
