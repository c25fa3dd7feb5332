//! Whether the files are there that the fields name: looked at in the background as they are typed.

use super::super::jobs::Purpose;
use super::super::session::Session;
use super::{CallForm, Calls, FieldError, FormField};
use crate::rpc::ProfileValue;
use crate::worker::Job;
use crate::worker::jobs::{CheckFiles, FileHolds, NamedFile};
use std::path::Path;

/// What is known of them.
#[derive(Default)]
pub(super) struct NamedFiles {
    /// Those that were looked at last, or are being looked at.
    asked: Vec<NamedFile>,
    /// Why each is of no use, if it is not.
    checked: Vec<(NamedFile, Option<String>)>,
}

impl CallForm {
    /// The files that are read for a call, and the fields that name them.
    fn files(&self) -> Vec<(FormField, NamedFile)> {
        use FileHolds::{Certificates, PrivateKey, Value};
        let mut files = Vec::new();
        let mut add = |field: FormField, path: &Path, holds: FileHolds| {
            // What a variable stands for is known when it is sent.
            let is_known = !path.as_os_str().is_empty() && !path.to_string_lossy().contains("${");
            if is_known {
                files.push((field, NamedFile { path: path.to_owned(), holds }));
            }
        };
        if self.is_tls() {
            if !self.skip_verification {
                add(FormField::Ca, Path::new(self.ca.trim()), Certificates);
            }
            add(FormField::Certificate, Path::new(self.certificate.trim()), Certificates);
            add(FormField::Key, Path::new(self.key.trim()), PrivateKey);
        }
        for (idx, draft) in self.metadata.iter().enumerate() {
            if let ProfileValue::File(path) = ProfileValue::read(&draft.value) {
                add(FormField::Metadata(idx), &path, Value);
            }
        }
        for text in [&self.secret, &self.session_token].into_iter().filter(|_| self.is_rocketmq) {
            if let ProfileValue::File(path) = ProfileValue::read(text.trim()) {
                add(FormField::Credentials, &path, Value);
            }
        }
        files
    }

    /// Puts the path of a file into a field.
    pub(super) fn name_file(&mut self, field: FormField, path: &Path) {
        let text = path.to_string_lossy().into_owned();
        match field {
            FormField::Ca => self.ca = text,
            FormField::Certificate => self.certificate = text,
            FormField::Key => self.key = text,
            _ => {}
        }
    }

    /// The path that stands in a field.
    pub fn file_of(&self, field: FormField) -> &str {
        match field {
            FormField::Ca => self.ca.trim(),
            FormField::Certificate => self.certificate.trim(),
            FormField::Key => self.key.trim(),
            _ => "",
        }
    }
}

impl Calls {
    /// What is wrong with the fields: with what stands in them, and with the files that they name as far
    /// as those were looked at.
    pub fn errors(&self, form: &CallForm) -> Vec<FieldError> {
        let mut errors = form.errors();
        for (field, file) in form.files() {
            let wrong = self.files.checked.iter().find(|(known, _)| *known == file);
            if let Some(reason) = wrong.and_then(|(_, reason)| reason.clone()) {
                let reason = format!("{reason}: {}", file.path.display());
                errors.push(FieldError { field, reason, hint: String::new() });
            }
        }
        errors
    }
}

impl Session {
    /// Looks at the files that the fields name, unless that was done.
    pub(in crate::app) fn look_at_named_files(&mut self) {
        if !self.state.settings.show_call {
            return;
        }
        let files: Vec<NamedFile> = self.state.calls.form.files().into_iter().map(|(_, file)| file).collect();
        if files == self.state.calls.files.asked {
            return;
        }
        self.state.calls.files.asked.clone_from(&files);
        if files.is_empty() {
            return;
        }
        self.start(Purpose::CheckFiles, Job::CheckFiles(CheckFiles { files }), "");
    }

    pub(in crate::app) fn files_checked(&mut self, checked: Vec<(NamedFile, Option<String>)>) {
        self.state.calls.files.checked = checked;
    }

    /// Others may have made or removed them.
    pub(in crate::app) fn look_at_named_files_again(&mut self) {
        self.state.calls.files.asked.clear();
        self.look_at_named_files();
    }

    pub(super) fn name_file(&mut self, field: FormField, path: &Path) {
        self.leave_file_dialog();
        self.state.calls.form.name_file(field, path);
    }
}
