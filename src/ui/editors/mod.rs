//! One value of one field, edited.
//!
//! **Law.** What is typed is a [`Draft`]. When it parses it becomes an action, and all typing from
//! taking the focus to giving it up is one undo step; a draft that does not parse changes nothing
//! and says why. Integers are text: `egui::DragValue` computes in f64.
//!
//! To add one: a file here, a row in [`EDITORS`] above those that would also fit.
//!
//! **Not here:** what text means (`document::value`), where the editor stands (`panels`).

mod any;
mod boolean;
mod bytes;
mod draft;
mod duration;
mod enumeration;
mod field_mask;
mod float;
mod integer;
mod large;
mod looks_like;
mod message;
mod raw;
mod readings;
mod stepper;
mod string;
mod subject;
mod time;
mod timestamp;
mod value_tree;
mod wrapper;

pub use draft::{Draft, Form, next_gesture};
pub use looks_like::{has_looks, looks_like_ui};
pub use readings::readings_ui;
pub use subject::{HEAD, MAX_ENTRIES, ReadingText, Subject, What};

use super::theme::theme;
use super::view::Place;
pub use super::widgets::field::select_all;
use super::widgets::{Segment, SlideHandle, TextField, error_line_ui};
use crate::app::{Action, OpenDocument, State, TabId};
use crate::document::Path;
use egui::{Id, Key, Modifiers, Response, Ui};
use std::collections::BTreeMap;

/// What an editor works on.
pub struct Editing<'a> {
    pub state: &'a State,
    pub open: &'a OpenDocument,
    pub tab: TabId,
    pub subject: &'a Subject,
    pub draft: &'a mut Draft,
}

/// A way to edit values of some kinds.
pub struct Editor {
    /// What it is for, for tests and people who read the table.
    pub name: &'static str,
    pub fits: fn(&Subject) -> bool,
    /// Draws it; returns what the person asked for.
    pub ui: fn(&mut Ui, &mut Editing<'_>) -> Option<Action>,
}

/// All of them; the first that fits is taken.
pub const EDITORS: &[Editor] = &[
    raw::EDITOR,
    boolean::EDITOR,
    enumeration::EDITOR,
    integer::EDITOR,
    float::EDITOR,
    string::EDITOR,
    bytes::EDITOR,
    timestamp::EDITOR,
    duration::EDITOR,
    wrapper::EDITOR,
    field_mask::EDITOR,
    any::EDITOR,
    value_tree::EDITOR,
    message::EDITOR,
];

/// The editor for a row's value; `None` for what has no value of its own.
pub fn editor_of(subject: &Subject) -> Option<&'static Editor> {
    EDITORS.iter().find(|editor| (editor.fits)(subject))
}

/// The forms that a person chose last for the values of each editor, by the editor's name.
#[derive(Clone, Debug, Default)]
pub struct ChosenForms {
    /// Also whether times are those of the person's zone.
    forms: BTreeMap<&'static str, (Form, bool)>,
}

impl ChosenForms {
    /// Keeps what was chosen for one value.
    pub fn remember(&mut self, draft: &Draft, subject: &Subject) {
        if let Some(editor) = editor_of(subject).filter(|_| draft.has_chosen_form) {
            self.forms.insert(editor.name, (draft.form, draft.is_local));
        }
    }

    /// A draft of another value goes on in the form of the last one of its kind.
    pub fn begin(&self, subject: &Subject, path: Path) -> Draft {
        let mut draft = Draft::of(subject, path);
        let chosen = editor_of(subject).and_then(|editor| self.forms.get(editor.name));
        if let Some((form, is_local)) = chosen {
            draft.go_on_in(*form, *is_local, subject);
        }
        draft
    }
}

/// The id of the text field for the value of a tab's selected row.
pub fn field_id(tab: TabId, place: Place) -> Id {
    Id::unique(("value", tab, place))
}

/// A text field for the draft, and below it what is wrong with it.
fn draft_ui(ui: &mut Ui, editing: &mut Editing<'_>, rows: usize, is_mono: bool) -> Option<Action> {
    let id = field_id(editing.tab, Place::Inspector);
    if HEAD < editing.draft.text.len() as u64 {
        let text = "In this form the value is more than 64 KiB of text, which is not typed on here: \
                    choose another form, or write it to a file";
        ui.add(egui::Label::new(egui::RichText::new(text).color(theme(ui).color.muted)).wrap());
        return None;
    }
    // While one of the readings is typed in, the text is that of the reading.
    let is_mine = editing.draft.reading.is_none();
    let invalid = is_mine && editing.draft.error.is_some();
    let steps = rows == 1 && stepper::can_step(editing);
    let stepped = if steps { stepper::keys_ui(ui, id, editing) } else { None };
    let mut text = match is_mine {
        true => std::mem::take(&mut editing.draft.text),
        false => editing.subject.text_in(editing.draft.form),
    };
    let width = ui.available_width() - if steps { SlideHandle::WIDTH } else { 0.0 };
    let mut field = TextField::new("Value", &mut text).id(id).rows(rows).width(width).invalid(invalid);
    if is_mono {
        field = field.mono();
    }
    let field_at = ui.cursor().min;
    let response = field.show(ui);
    if !is_mine && (response.gained_focus() || response.changed()) {
        editing.draft.leave_reading(editing.subject);
    }
    if editing.draft.reading.is_some() {
        error_ui(ui, None);
        return None;
    }
    editing.draft.text = text;
    let action = after_typing(&response, editing.subject, editing.draft, rows == 1);
    let at = field_at + egui::vec2(width, 0.0);
    let slid = if steps { stepper::handle_ui(ui, at, editing) } else { None };
    error_ui(ui, Some(editing.draft));
    slid.or(stepped).or(action)
}

/// A choice of the ways to write a value; one of them may be greyed out, with the reason.
fn forms_ui(
    ui: &mut Ui,
    editing: &mut Editing<'_>,
    name: &str,
    forms: &[(Form, &str)],
    disabled: Option<(usize, &str)>,
) {
    let names: Vec<&str> = forms.iter().map(|(_, name)| *name).collect();
    let now = forms.iter().position(|(form, _)| *form == editing.draft.form);
    if let Some(chosen) = Segment::new(name, &names).disabled(disabled).show(ui, now) {
        editing.draft.write_as(forms[chosen].0, editing.subject);
        editing.draft.has_chosen_form = true;
    }
    ui.add_space(theme(ui).size.gap_small);
}

/// What is wrong with the draft, and what to do about it.
fn error_ui(ui: &mut Ui, draft: Option<&Draft>) {
    error_line_ui(ui, draft.and_then(|draft| draft.error.as_deref()));
    if let Some(hint) = draft.and_then(|draft| draft.hint.as_deref()) {
        ui.weak(hint);
    }
}

/// Turns what happened to a field into an action: typing sets the value, Esc takes it back, and
/// with `enter_leaves` Enter gives up the focus.
pub fn after_typing(
    field: &Response,
    subject: &Subject,
    draft: &mut Draft,
    enter_leaves: bool,
) -> Option<Action> {
    if field.gained_focus() {
        draft.begin();
    }
    if field.has_focus() {
        draft.focus = Some(field.id);
    }
    let pressed = |key: Key| field.ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    // egui takes the focus away on Esc and Enter before this is reached.
    let was_left = field.lost_focus();
    if was_left && pressed(Key::Escape) {
        draft.is_left = true;
        return draft.take_back(subject);
    }
    let action = field.changed().then(|| draft.set(subject)).flatten();
    if was_left {
        let is_entered = enter_leaves && pressed(Key::Enter);
        if is_entered && draft.error.is_some() {
            // There is nothing yet to leave with.
            field.request_focus();
            return action;
        }
        draft.is_left = is_entered;
        draft.end(subject);
    }
    action
}
