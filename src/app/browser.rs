//! The declarations: finding one, its page, and the way back through the pages seen before.

use super::action::{Action, Pane};
use super::command::Command;
use super::jobs::Purpose;
use super::session::Session;
use super::state::State;
use crate::document::{Path as FieldPath, Step};
use crate::schema::{
    Address, Declaration, Definition, EntryId, FieldDescriptor, Kind, MessageDescriptor, Page, Schema,
    extension_name, field_of, of_field,
};
use crate::worker::jobs::{FindDeclarations, ReadDefinition, TextPlace};
use crate::worker::{Job, JobId, WorkerError};
use std::sync::Arc;

/// Found names that are listed.
const MAX_FOUND: usize = 2_000;
/// Pages that the way back leads through.
const MAX_VISITS: usize = 200;

/// What the schema pane shows.
#[derive(Default)]
pub struct Browser {
    /// What stands in the filter.
    pub query: String,
    /// The sources are shown instead of the declarations.
    pub shows_sources: bool,
    /// For this query; those of an earlier one until they are there.
    pub found: Vec<EntryId>,
    pub finding: Option<JobId>,
    /// The page that is shown.
    pub page: Option<Arc<Page>>,
    pub definition: DefinitionText,
    /// Which part of the page is meant.
    pub member: Option<String>,
    /// What was shown and is no longer declared.
    pub gone: Option<Address>,
    /// Counts visits, so that the pane scrolls once per visit and not every frame.
    pub n_visits: u64,
    visits: Vec<Address>,
    /// Which of the visits is shown.
    at: usize,
    /// The one of the found to be shown as soon as it is there.
    wanted: Option<usize>,
}

/// The source text of the declaration that is shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum DefinitionText {
    #[default]
    Reading,
    Found(Definition),
    /// Why there is none.
    Lacking(String),
}

impl Browser {
    pub fn can_step(&self, forward: bool) -> bool {
        if forward { self.at + 1 < self.visits.len() } else { 0 < self.at }
    }

    /// The page that a step leads to.
    pub fn step_to(&self, forward: bool) -> Option<&Address> {
        let at = if forward { self.at.checked_add(1) } else { self.at.checked_sub(1) };
        self.visits.get(at?)
    }
}

impl Session {
    /// Shows the sources of declarations, or the declarations again.
    pub(super) fn show_sources(&mut self, is_shown: bool) {
        self.show_pane(Pane::Schema);
        self.state.browser.shows_sources = is_shown;
    }

    /// Looks for declarations by some of their letters.
    pub(super) fn filter_schema(&mut self, query: String) {
        let browser = &mut self.state.browser;
        browser.wanted = None;
        browser.query = query;
        self.find_declarations();
    }

    fn find_declarations(&mut self) {
        let browser = &mut self.state.browser;
        let stopped = browser.finding.take();
        let query = browser.query.clone();
        if query.trim().is_empty() {
            browser.found.clear();
        }
        if let Some(job) = stopped {
            self.worker.cancel(job);
        }
        if query.trim().is_empty() {
            return;
        }
        let schema = Arc::clone(&self.state.schema);
        let job = Job::FindDeclarations(FindDeclarations { schema, query: query.clone(), most: MAX_FOUND });
        let job = self.start(Purpose::FindDeclarations { query }, job, "");
        self.state.browser.finding = Some(job);
    }

    pub(super) fn declarations_found(&mut self, query: &str, found: Vec<EntryId>) {
        let browser = &mut self.state.browser;
        if browser.query != query {
            return;
        }
        (browser.found, browser.finding) = (found, None);
        if let Some(nth) = browser.wanted.take() {
            self.show_found(nth);
        }
    }

    /// Shows the page of one that was found, or is about to be.
    pub(super) fn show_found(&mut self, nth: usize) {
        let browser = &mut self.state.browser;
        if browser.finding.is_some() {
            browser.wanted = Some(nth);
            return;
        }
        let id = browser.found.get(nth).copied();
        if let Some(found) = id.and_then(|id| self.state.schema.catalogue().labelled(id)) {
            self.show_page(found.address);
        }
    }

    /// Goes to a page, which the way back leads away from.
    pub(super) fn show_page(&mut self, address: Address) {
        self.show_pane(Pane::Schema);
        let browser = &mut self.state.browser;
        if browser.visits.get(browser.at) != Some(&address) {
            browser.visits.truncate(browser.at + 1);
            browser.visits.push(address.clone());
            let n_over = browser.visits.len().saturating_sub(MAX_VISITS);
            browser.visits.drain(..n_over);
            browser.at = browser.visits.len() - 1;
        }
        self.visit(address);
    }

    /// Back to the page before this one, or on to the one that was left by going back.
    pub(super) fn step_page(&mut self, forward: bool) {
        let browser = &mut self.state.browser;
        let Some(address) = browser.step_to(forward).cloned() else { return };
        browser.at = if forward { browser.at + 1 } else { browser.at - 1 };
        self.show_pane(Pane::Schema);
        self.visit(address);
    }

    fn visit(&mut self, address: Address) {
        let browser = &mut self.state.browser;
        browser.n_visits += 1;
        browser.shows_sources = false;
        let is_same = browser.page.as_ref().is_some_and(|page| page.address == address.of_page());
        browser.member.clone_from(&address.member);
        if !is_same || browser.gone.is_some() {
            self.make_page(address);
        }
    }

    fn make_page(&mut self, address: Address) {
        let schema = Arc::clone(&self.state.schema);
        let declaration = schema.locate(&address);
        let page = declaration.as_ref().map(|declaration| Arc::new(schema.page(declaration)));
        let browser = &mut self.state.browser;
        browser.gone = if page.is_none() { Some(address) } else { None };
        browser.page = page;
        browser.definition = DefinitionText::Reading;
        if let Some(declaration) = declaration {
            self.read_definition(&schema, &declaration);
        }
    }

    /// Brings the pane up to date with a schema that was loaded.
    pub(super) fn browse_again(&mut self) {
        self.state.browser.found.clear();
        self.find_declarations();
        let browser = &self.state.browser;
        if let Some(address) = browser.visits.get(browser.at).cloned() {
            self.make_page(address);
        }
    }

    /// Reads the text that a declaration was made of; without one it is printed from its descriptor.
    fn read_definition(&mut self, schema: &Schema, declaration: &Declaration) {
        let Some(place) = self.text_place(schema, declaration) else {
            self.state.browser.definition = DefinitionText::Found(schema.printed(declaration));
            return;
        };
        let name = declaration.file().name().to_owned();
        let source_path = declaration.source_path().to_vec();
        let job = Job::ReadDefinition(ReadDefinition { name, place, source_path });
        self.start(Purpose::ReadDefinition { address: declaration.address() }, job, "");
    }

    fn text_place(&self, schema: &Schema, declaration: &Declaration) -> Option<TextPlace> {
        if let Some(text) = schema.builtin_text(declaration) {
            return Some(TextPlace::BuiltIn(text));
        }
        let file = declaration.file();
        schema.source_path(&file)?;
        let report = self.state.schema_report.as_ref()?;
        let known = report.files.iter().find(|known| known.name == file.name() && known.problem.is_none())?;
        let source = report.sources.get(known.source)?;
        match source.what {
            // What another compiler reads is not read here.
            _ if known.is_compiled => None,
            "a folder" | "a file" => Some(TextPlace::File(known.path.clone())),
            what if what.ends_with("archive") => {
                let inner = known.path.strip_prefix(&source.path)?.strip_prefix('/')?;
                Some(TextPlace::Archive(source.path.clone(), inner.to_owned()))
            }
            _ => None,
        }
    }

    pub(super) fn definition_read(&mut self, address: &Address, found: Option<Definition>) {
        let browser = &mut self.state.browser;
        if browser.page.as_ref().is_some_and(|page| page.address == *address) {
            browser.definition = match found {
                Some(found) => DefinitionText::Found(found),
                None => DefinitionText::Lacking("The file no longer declares it; load it again".to_owned()),
            };
        }
    }

    pub(super) fn definition_failed(&mut self, address: &Address, error: &WorkerError) {
        let browser = &mut self.state.browser;
        if browser.page.as_ref().is_some_and(|page| page.address == *address) {
            browser.definition = DefinitionText::Lacking(error.to_string());
        }
    }
}

/// What a command of the schema pane means now; `Err` says why it cannot be done.
pub(super) fn resolve(command: Command, state: &State) -> Result<Action, &'static str> {
    match command {
        Command::ToggleSchema => Ok(Action::TogglePane(Pane::Schema)),
        // The window puts the keyboard into the filter.
        Command::FindDeclaration => Ok(Action::ShowSources(false)),
        Command::SchemaSources => Ok(Action::ShowSources(true)),
        Command::PageBack if state.browser.can_step(false) => Ok(Action::StepPage { forward: false }),
        Command::PageBack => Err("No page was shown before this one"),
        Command::PageForward if state.browser.can_step(true) => Ok(Action::StepPage { forward: true }),
        Command::PageForward => Err("There is no page to go on to"),
        _ => docs_of_selection(state).map(Action::ShowPage),
    }
}

/// The page of the selected field; of the document's type where nothing is selected.
fn docs_of_selection(state: &State) -> Result<Address, &'static str> {
    let open = state.active_document().ok_or("No document is open")?;
    let field = open.selected_row().and_then(|row| row.entry.field().cloned());
    match (field, open.message()) {
        (Some(field), _) => Ok(address_of_field(&field)),
        (None, Some(message)) => Ok(Declaration::Message(message.clone()).address()),
        (None, None) => Err("Without a type there are no docs; choose a message type first"),
    }
}

/// A field on the page of its message; an extension on that of the message it extends.
pub fn address_of_field(field: &FieldDescriptor) -> Address {
    let address = of_field(field);
    match extension_name(field) {
        Some(name) => {
            // Such a field stands in a shadow of the extended message, which is named after it.
            let extended = address.full_name.split_once(").").map_or("", |(_, extended)| extended);
            Address { full_name: extended.to_owned(), file: String::new(), member: None }
                .with_member(format!("({name})"))
        }
        None => address,
    }
}

/// Where a message of a page's type stands in the document in front: the innermost one around the
/// selection, or that is selected.
pub fn message_in_document(state: &State, page: &Address) -> Option<FieldPath> {
    let open = state.active_document()?;
    let root = open.message()?;
    let mut found = (root.full_name() == page.full_name).then(FieldPath::default);
    let selected = open.selection.as_ref().map(|selection| selection.path.clone()).unwrap_or_default();
    let mut message = root.clone();
    let mut path = FieldPath::default();
    let mut steps = selected.0.into_iter().peekable();
    while let Some(step) = steps.next() {
        let Some(field) = field_at(&message, &step) else { break };
        path = path.with(step);
        let is_many = field.is_list() || field.is_map();
        match steps.next_if(Step::is_bracket) {
            Some(bracket) => path = path.with(bracket),
            None if is_many => break,
            None => {}
        }
        let kind = match field.kind() {
            Kind::Message(entry) if field.is_map() => entry.get_field(2)?.kind(),
            kind => kind,
        };
        let Kind::Message(inner) = kind else { break };
        if inner.full_name() == page.full_name {
            found = Some(path.clone());
        }
        message = inner;
    }
    found
}

/// A field of the message at a path, by its name on a page.
pub fn field_in_document(message: &FieldPath, member: &str) -> FieldPath {
    message.with(match member.strip_prefix('(').and_then(|name| name.strip_suffix(')')) {
        Some(name) => Step::Extension(name.to_owned()),
        None => Step::Field(member.to_owned()),
    })
}

fn field_at(message: &MessageDescriptor, step: &Step) -> Option<FieldDescriptor> {
    match step {
        Step::Field(name) => message.get_field_by_name(name),
        Step::Number(number) => field_of(message, *number),
        _ => None,
    }
}
