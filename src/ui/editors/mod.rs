//! One value of one field, edited.
//!
//! **Law.** What is typed is a [`Draft`]. When it parses it becomes an action, and all typing from
//! taking the focus to giving it up is one undo step; a draft that does not parse changes nothing
//! and says why. Integers are text: `egui::DragValue` computes in f64.
//!
//! To add one: a file here, a row in [`EDITORS`] above those that would also fit.
//!
//! **Not here:** what text means (`document::value`), where the editor stands (`panels`).

mod boolean;
mod bytes;
mod draft;
mod duration;
mod enumeration;
mod float;
mod integer;
mod message;
mod raw;
mod string;
mod subject;
mod timestamp;
mod wrapper;

pub use draft::{Draft, Form, next_gesture};
pub use subject::{HEAD, Subject, What};

use super::view::Place;
pub use super::widgets::field::select_all;
use super::widgets::{TextField, error_line_ui};
use crate::app::{Action, OpenDocument, State, TabId};
use egui::{Id, Key, Modifiers, Response, Ui};

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
    message::EDITOR,
];

/// The editor for a row's value; `None` for what has no value of its own.
pub fn editor_of(subject: &Subject) -> Option<&'static Editor> {
    EDITORS.iter().find(|editor| (editor.fits)(subject))
}

/// The id of the text field for the value of a tab's selected row.
pub fn field_id(tab: TabId, place: Place) -> Id {
    Id::unique(("value", tab, place))
}

/// A text field for the draft, and below it what is wrong with it.
fn draft_ui(ui: &mut Ui, editing: &mut Editing<'_>, rows: usize, is_mono: bool) -> Option<Action> {
    let id = field_id(editing.tab, Place::Inspector);
    let invalid = editing.draft.error.is_some();
    let mut field = TextField::new("Value", &mut editing.draft.text).id(id).rows(rows).invalid(invalid);
    if is_mono {
        field = field.mono();
    }
    let response = field.show(ui);
    let action = after_typing(&response, editing.subject, editing.draft, rows == 1);
    error_ui(ui, editing.draft);
    action
}

/// What is wrong with the draft, and what to do about it.
fn error_ui(ui: &mut Ui, draft: &Draft) {
    error_line_ui(ui, draft.error.as_deref());
    if let Some(hint) = draft.hint.as_deref() {
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
    let pressed = |key: Key| field.ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    // egui takes the focus away on Esc and Enter before this is reached.
    let was_left = field.lost_focus();
    if was_left && pressed(Key::Escape) {
        draft.is_left = true;
        return draft.take_back(subject);
    }
    let action = field.changed().then(|| draft.set(subject)).flatten();
    if was_left {
        draft.is_left = enter_leaves && pressed(Key::Enter);
        draft.end(subject);
    }
    action
}
