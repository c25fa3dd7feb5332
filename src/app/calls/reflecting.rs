//! The schema that a server tells of itself, as one more source.

use super::super::action::{Dialog, Question};
use super::super::jobs::Purpose;
use super::super::session::Session;
use super::super::state::NoticeTone;
use super::sending::{inputs, target_key};
use crate::rpc::Endpoint;
use crate::worker::jobs::{Reflect, ReflectedSet};
use crate::worker::{Job, WorkerError};

impl Session {
    /// Asks the server of the form for its schema, in the background.
    pub(super) fn reflect(&mut self) {
        let (profile, typed) = match self.state.calls.form.read() {
            Ok(read) => read,
            Err(errors) => {
                let reason = errors.first().map(|error| error.reason.clone()).unwrap_or_default();
                return self.notify(NoticeTone::Error, format!("The server was not asked: {reason}"));
            }
        };
        let folder = self.folders.state.clone().unwrap_or_else(|| std::env::temp_dir().join("protoloupe"));
        let endpoint = profile.endpoint.parse::<Endpoint>();
        let is_known = endpoint.as_ref().is_ok_and(|endpoint| {
            endpoint.is_loopback()
                || self.calling.agreed.contains(&target_key(endpoint, profile.tls.skip_verification))
        });
        let question = Question::NewTarget {
            endpoint: endpoint.map_or_else(|_| profile.endpoint.clone(), |endpoint| endpoint.to_string()),
            method: "Server reflection".to_owned(),
            identity: profile.identity(),
            is_unverified: profile.tls.skip_verification,
            n_bytes: None,
        };
        let inputs = inputs(typed, &self.state.calls.form);
        let job = Reflect { profile: Box::new(profile), inputs, folder: folder.join("reflected") };
        if is_known {
            return self.start_reflection(job);
        }
        self.calling.pending_reflection = Some(Box::new(job));
        self.state.dialog = Some(Dialog::Question(question));
    }

    pub(super) fn start_reflection(&mut self, job: Reflect) {
        let label = format!("Asking {} for its schema", job.profile.endpoint);
        self.start(Purpose::Reflect, Job::Reflect(job), label);
    }

    pub(in crate::app) fn reflected(&mut self, set: ReflectedSet) {
        let ReflectedSet { path, n_services, n_files, problems } = set;
        let services =
            if n_services == 1 { "1 service".to_owned() } else { format!("{n_services} services") };
        let files = if n_files == 1 { "1 file".to_owned() } else { format!("{n_files} files") };
        self.notify(NoticeTone::Done, format!("The server tells of {services} in {files}"));
        if let Some(problem) = problems.first() {
            let more = match problems.len() {
                1 => String::new(),
                n => format!(", and {} more", n - 1),
            };
            self.notify(NoticeTone::Warning, format!("Not all of its schema can be had: {problem}{more}"));
        }
        self.add_sources(vec![path]);
    }

    pub(in crate::app) fn reflecting_failed(&mut self, error: &WorkerError) {
        let hint = match error {
            WorkerError::NotReflected { error } => error.hint(),
            WorkerError::Profile { error } => error.hint(),
            _ => None,
        };
        let hint = hint.map(|hint| format!(". {hint}")).unwrap_or_default();
        self.notify(NoticeTone::Error, format!("The server told no schema: {error}{hint}"));
    }
}
