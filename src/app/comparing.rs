//! What differs between two messages: before a save, from what is on disk, between two tabs.

use super::action::{Action, Dialog, Question, SelectTarget};
use super::command::{Command, document};
use super::editing::After;
use super::jobs::Purpose;
use super::reopening::Opened;
use super::session::Session;
use super::state::{DiskState, NoticeTone, OpenDocument, State, Tab, TabId};
use crate::document::canonical::CanonicalReport;
use crate::document::diff::{DiffReport, Difference};
use crate::document::reading::Scope;
use crate::document::{Act, Anchored, Path as FieldPath, Snapshot, Step};
use crate::schema::MessageDescriptor;
use crate::worker::jobs::{
    Canonicalize as CanonicalizeJob, Canonicalized, Compare as CompareJob, CompareWith, Compared, Done,
    ListedDifference, ReleaseDone,
};
use crate::worker::{Job, JobId, WorkerError};

/// Differences that are listed; all are counted.
const MAX_LISTED: usize = 5_000;

/// Which two messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compare {
    /// The document with its last saved state: what saving will change.
    Changes(TabId),
    /// The document with what its file holds now.
    Disk(TabId),
    Tabs {
        old: TabId,
        new: TabId,
    },
    /// The document with its canonical spelling.
    Canonical(TabId),
}

/// A comparison that is shown.
pub struct Comparison {
    pub what: Compare,
    pub old: ComparisonSide,
    pub new: ComparisonSide,
    /// What both are read as.
    pub message: Option<MessageDescriptor>,
    /// The first ones, in the order of the new message.
    pub found: Vec<ListedDifference>,
    pub report: DiffReport,
    pub progress: Progress,
    /// Of a canonical spelling: what it leaves out.
    pub canonical: Option<CanonicalReport>,
    /// The document with that spelling, if it is another.
    pub(super) done: Option<Box<Done>>,
    /// Asked again when it is closed.
    pub back: Option<Question>,
    pub(super) number: u64,
}

/// One of the two messages.
pub struct ComparisonSide {
    pub title: String,
    /// The tab it is open in, and its revision.
    pub tab: Option<(TabId, usize)>,
}

/// How far a comparison is.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    Running(JobId),
    /// Why there is none.
    Failed(String),
    Done,
}

/// What the commands of this topic mean now.
pub(super) fn resolve(command: Command, state: &State) -> Result<Action, &'static str> {
    let (tab, open) = document(state)?;
    if command == Command::Canonicalize {
        let reason = "Without a type nothing says which spelling is canonical; choose a message type first";
        return open.message().map(|_| Action::Canonicalize(tab)).ok_or(reason);
    }
    if command == Command::ReviewChanges {
        let differs = open.document.is_modified() || open.disk == DiskState::Changed;
        return if differs { Ok(Action::Compare(Compare::Changes(tab))) } else { Err("Nothing was changed") };
    }
    let others: Vec<&Tab> =
        state.tabs.iter().filter(|other| other.id != tab && other.document().is_some()).collect();
    match others.as_slice() {
        [] => Err("No other document is open"),
        [other] => Ok(Action::Compare(Compare::Tabs { old: other.id, new: tab })),
        _ => Ok(Action::Show(Dialog::CompareWith(tab))),
    }
}

impl Session {
    pub(super) fn compare(&mut self, what: Compare) {
        if let Compare::Canonical(tab) = what {
            return self.canonicalize(tab);
        }
        let Some((old, with, tab)) = self.older(&what) else { return };
        let Some((title, open)) =
            self.state.tab(tab).and_then(|tab| Some((tab.title.clone(), tab.document()?)))
        else {
            return;
        };
        let title = match &what {
            Compare::Changes(_) | Compare::Disk(_) => "Now".to_owned(),
            _ => title,
        };
        let new = ComparisonSide { title, tab: Some((tab, open.document.revision())) };
        let message = self.type_of_both(&what, open);
        let (snapshot, tree) = (open.document.snapshot().clone(), open.tree.clone());
        // What was chosen for one type says nothing of another.
        let is_of_one_type = message.is_some() || open.message().is_none();
        let scope = if is_of_one_type { open.document.root().scope } else { Scope::default() };
        let job = CompareJob {
            old: with,
            new: snapshot,
            message: message.clone(),
            scope,
            tree,
            max_listed: MAX_LISTED,
        };
        self.show_comparison(what, [old, new], Job::Compare(job), message);
    }

    /// Shows what writing a document canonically would change.
    pub(super) fn canonicalize(&mut self, tab: TabId) {
        let Some(open) = self.state.tab(tab).and_then(Tab::document) else { return };
        let tab_now = Some((tab, open.document.revision()));
        let old = ComparisonSide { title: "Now".to_owned(), tab: tab_now };
        let new = ComparisonSide { title: "Canonical".to_owned(), tab: None };
        let message = open.message().cloned();
        let selection = open.selection.as_ref().map(|selection| selection.row.offset);
        let (document, tree) = (open.document.clone(), open.tree.clone());
        let job = CanonicalizeJob { document, tree, selection, max_listed: MAX_LISTED };
        self.show_comparison(Compare::Canonical(tab), [old, new], Job::Canonicalize(job), message);
    }

    pub(super) fn canonicalized(&mut self, number: u64, made: Canonicalized) {
        let Canonicalized { done, report, compared } = made;
        self.compared(number, compared);
        if let Some(shown) = self.state.comparison.as_mut().filter(|shown| shown.number == number) {
            shown.canonical = Some(report);
            shown.done = done;
        }
    }

    pub(super) fn apply_canonical(&mut self) {
        let Some(shown) = self.state.comparison.take() else { return };
        self.state.dialog = None;
        let (Some(done), Some((tab, _))) = (shown.done, shown.old.tab) else { return };
        let Some(opened) = self.open_document(tab).map(|open| Opened::of(open)) else { return };
        if !self.adopt_act(tab, &Act::new("Canonicalize", Vec::new()), After::Keep, *done) {
            return self.notify(NoticeTone::Warning, "The document changed meanwhile; look at it again");
        }
        if let Some(open) = self.open_document(tab) {
            opened.open_again(open);
        }
    }

    /// Starts a comparison and shows its list.
    pub(super) fn show_comparison(
        &mut self,
        what: Compare,
        [old, new]: [ComparisonSide; 2],
        job: Job,
        message: Option<MessageDescriptor>,
    ) {
        self.leave_differences();
        self.last_comparison += 1;
        let number = self.last_comparison;
        let job = self.start(Purpose::Compare { number }, job, "");
        self.state.comparison = Some(Comparison {
            what,
            old,
            new,
            message,
            found: Vec::new(),
            report: DiffReport::default(),
            progress: Progress::Running(job),
            canonical: None,
            done: None,
            back: None,
            number,
        });
        self.state.dialog = Some(Dialog::Differences);
    }

    /// The older message, where its bytes are, and the tab of the newer one.
    fn older(&self, what: &Compare) -> Option<(ComparisonSide, CompareWith, TabId)> {
        let named = |title: &str| ComparisonSide { title: title.to_owned(), tab: None };
        match what {
            Compare::Changes(tab) => {
                let found = self.state.tab(*tab)?;
                let open = found.document()?;
                let base = open.backing.base.as_ref().filter(|_| open.disk == DiskState::Same);
                match (base, &found.path) {
                    (Some((_, base)), _) => Some((named("Saved"), CompareWith::Snapshot(base.clone()), *tab)),
                    (None, Some(path)) => Some((named("On disk"), CompareWith::File(path.clone()), *tab)),
                    (None, None) => {
                        let opened = Snapshot::new(open.document.snapshot().source().clone());
                        Some((named("As opened"), CompareWith::Snapshot(opened), *tab))
                    }
                }
            }
            Compare::Disk(tab) => {
                let path = self.state.tab(*tab)?.path.clone()?;
                Some((named("On disk"), CompareWith::File(path), *tab))
            }
            // There is only one message, so far.
            Compare::Canonical(_) => None,
            Compare::Tabs { old, new } => {
                let found = self.state.tab(*old)?;
                let open = found.document()?;
                let side = ComparisonSide {
                    title: found.title.clone(),
                    tab: Some((*old, open.document.revision())),
                };
                Some((side, CompareWith::Snapshot(open.document.snapshot().clone()), *new))
            }
        }
    }

    /// What both are read as: no type where two tabs have different ones.
    fn type_of_both(&self, what: &Compare, open: &OpenDocument) -> Option<MessageDescriptor> {
        let message = open.message().cloned();
        let Compare::Tabs { old, .. } = what else { return message };
        let other = self.state.tab(*old)?.document()?.message()?.full_name().to_owned();
        message.filter(|message| message.full_name() == other)
    }

    pub(super) fn compared(&mut self, number: u64, compared: Compared) {
        if let Some(shown) = self.state.comparison.as_mut().filter(|shown| shown.number == number) {
            shown.found = compared.listed;
            shown.report = compared.report;
            shown.progress = Progress::Done;
        }
    }

    pub(super) fn comparing_failed(&mut self, number: u64, error: &WorkerError) {
        if let Some(shown) = self.state.comparison.as_mut().filter(|shown| shown.number == number) {
            shown.progress = Progress::Failed(error.to_string());
        }
    }

    /// Looks at what a question is about; it is asked again afterwards.
    pub(super) fn look_first(&mut self, question: Question) {
        let what = match &question {
            Question::UnsavedTab(tab) | Question::DropEdits(tab) => Some(Compare::Changes(*tab)),
            Question::UnsavedOnQuit(tabs) => tabs.first().map(|tab| Compare::Changes(*tab)),
            Question::ChangedOnDisk(tab) => Some(Compare::Disk(*tab)),
            _ => None,
        };
        match what {
            Some(what) => {
                self.compare(what);
                if let Some(shown) = &mut self.state.comparison {
                    shown.back = Some(question);
                }
            }
            None => self.state.dialog = Some(Dialog::Question(question)),
        }
    }

    /// Closes the list of differences; what was asked before it is asked again.
    pub(super) fn leave_differences(&mut self) {
        let Some(shown) = self.take_comparison() else { return };
        if let Progress::Running(job) = shown.progress {
            self.worker.cancel(job);
        }
        self.state.dialog = shown.back.map(Dialog::Question);
    }

    /// The comparison, and nothing shown any more.
    fn take_comparison(&mut self) -> Option<Comparison> {
        let mut shown = self.state.comparison.take()?;
        if let Some(done) = shown.done.take() {
            self.start(Purpose::Errand, Job::ReleaseDone(ReleaseDone(done)), "");
        }
        Some(shown)
    }

    pub(super) fn go_to_difference(&mut self, idx: usize) {
        let Some(shown) = self.take_comparison() else { return };
        self.state.dialog = None;
        // Going there is not the answer to what was asked.
        self.after_save.clear();
        let Some(found) = shown.found.get(idx) else { return };
        let Some((tab, target)) = place_of(&found.difference, &shown) else { return };
        self.activate(tab);
        if let Some(target) = self.target_now(target) {
            self.select(target);
        }
    }

    fn target_now(&mut self, target: (SelectTarget, usize)) -> Option<SelectTarget> {
        let (SelectTarget::Offset(offset), revision) = target else { return Some(target.0) };
        let (_, open) = self.active()?;
        let splices = open.document.splices();
        match splices.resolve(splices.anchor_at(offset, revision)) {
            Anchored::At(offset) | Anchored::Gone(offset) => {
                (offset < open.document.len()).then_some(SelectTarget::Offset(offset))
            }
        }
    }
}

/// The tab and place that a difference leads to: the field itself, or of what was removed the message
/// around it.
fn place_of(difference: &Difference, shown: &Comparison) -> Option<(TabId, (SelectTarget, usize))> {
    let sides = [(&difference.new, &shown.new), (&difference.old, &shown.old)];
    for (side, shown) in sides {
        if let (Some((tab, revision)), true) = (shown.tab, side.text.is_some()) {
            return Some((tab, (SelectTarget::Offset(side.range.start), revision)));
        }
    }
    let (tab, revision) = shown.new.tab.or(shown.old.tab)?;
    Some((tab, (SelectTarget::Path(around(&difference.path)?), revision)))
}

/// The path of the message that a field is in; `None` if that is the root.
fn around(path: &FieldPath) -> Option<FieldPath> {
    let mut steps = path.0.clone();
    while let Some(step) = steps.pop() {
        if !matches!(step, Step::Index(_) | Step::Key(_) | Step::BoolKey(_)) {
            break;
        }
    }
    (!steps.is_empty()).then_some(FieldPath(steps))
}
