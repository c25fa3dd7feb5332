//! Documents and parts of them as files of another kind.

use super::action::{Action, Dialog, Question};
use super::documents::title_of;
use super::jobs::Purpose;
use super::notices::About;
use super::session::Session;
use super::state::{NoticeTone, TabId};
use crate::document::value::grouped;
use crate::format::FORMATS;
use crate::worker::jobs::{Export, ExportWhat, Exported};
use crate::worker::{Job, WorkerError};
use std::path::{Path, PathBuf};

impl Session {
    pub(super) fn export(&mut self, action: Action) {
        self.leave_file_dialog();
        let prepared = match &action {
            Action::Export { tab, path, format, part, overwrite } => {
                self.text_to_export(*tab, format).map(|format| {
                    let what = ExportWhat::Text { format, part: part.clone() };
                    (*tab, path.clone(), what, *overwrite)
                })
            }
            Action::BytesToFile { range, path, overwrite } => {
                let tab = self.state.active;
                let export = |tab| (tab, path.clone(), ExportWhat::Bytes(range.clone()), *overwrite);
                tab.map(export).ok_or_else(|| "There is no document to write from".to_owned())
            }
            _ => return,
        };
        match prepared {
            Ok((tab, path, what, overwrite)) => self.start_export(tab, path, what, overwrite, action),
            Err(reason) => self.notify(NoticeTone::Error, reason),
        }
    }

    fn text_to_export(&self, tab: TabId, format: &str) -> Result<&'static crate::format::Format, String> {
        let format = FORMATS.iter().find(|known| known.name == format);
        let format = format.ok_or_else(|| "There is no such format".to_owned())?;
        let open = self.state.tab(tab).and_then(|tab| tab.document());
        let open = open.ok_or_else(|| "There is no document to export".to_owned())?;
        if format.needs_type && open.message().is_none() {
            return Err(format!("{} needs a message type; choose one first", format.title));
        }
        Ok(format)
    }

    fn start_export(&mut self, tab: TabId, path: PathBuf, what: ExportWhat, overwrite: bool, action: Action) {
        let path = std::path::absolute(&path).unwrap_or(path);
        if let Some(other) = self.tab_of(&path) {
            let title = self.state.tab(other).map(|tab| tab.title.clone()).unwrap_or_default();
            let text = format!("{path:?} is open here as {title}; export to another file");
            return self.notify(NoticeTone::Error, text);
        }
        let Some(open) = self.open_document(tab) else { return };
        let document = open.document.clone();
        let label = format!("Exporting {}", title_of(&path));
        let job = Export { document, what, path, overwrite };
        self.start(Purpose::Export { action }, Job::Export(job), label);
    }

    pub(super) fn exported(&mut self, exported: &Exported) {
        let written = format!("Exported {}, {} B", title_of(&exported.path), grouped(exported.n_bytes));
        let about = About::File(exported.path.clone());
        self.outdate(about.clone());
        let n_losses = exported.losses.n_losses();
        if n_losses == 0 {
            return self.notify_about(about, NoticeTone::Done, written);
        }
        let what = if n_losses == 1 { "1 thing is" } else { "things are" };
        let count = if n_losses == 1 { String::new() } else { format!("{} ", grouped(n_losses)) };
        let first = exported.losses.losses.first();
        let first = first.map(|loss| {
            let place =
                if loss.path.is_root() { String::new() } else { format!(", in path \"{}\"", loss.path) };
            format!(": {}{place}, at offset {}", loss.text, loss.offset)
        });
        let text = format!("{written}. {count}{what} not in the text{}", first.unwrap_or_default());
        self.notify_about(about, NoticeTone::Warning, text);
    }

    pub(super) fn exporting_failed(&mut self, action: Action, error: &WorkerError) {
        match (action, error) {
            (Action::Export { tab, path, format, part, .. }, WorkerError::AlreadyExists { .. }) => {
                let then = Action::Export { tab, path: path.clone(), format, part, overwrite: true };
                self.ask_to_overwrite(&path, then);
            }
            (Action::BytesToFile { range, path, .. }, WorkerError::AlreadyExists { .. }) => {
                let then = Action::BytesToFile { range, path: path.clone(), overwrite: true };
                self.ask_to_overwrite(&path, then);
            }
            (_, error) => {
                let text = format!("Exporting failed: {error}. Nothing was written");
                self.notify(NoticeTone::Error, text);
            }
        }
    }

    fn ask_to_overwrite(&mut self, path: &Path, then: Action) {
        let question = Question::Overwrite { path: path.to_owned(), then: Box::new(then) };
        self.state.dialog = Some(Dialog::Question(question));
    }
}
