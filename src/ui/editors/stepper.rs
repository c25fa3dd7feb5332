//! Steps from a number to others beside it: by a drag of the handle and by arrow keys.

use super::{Editing, Form, Subject};
use crate::app::{Action, TabId};
use crate::document::value::{bits_text, edit_text, step_value};
use crate::schema::{Kind, WellKnown};
use crate::ui::widgets::{SlideHandle, steps_of_keys};
use egui::{Id, Key, Modifiers, Pos2, Ui};

/// Steps that go on: all of them count from the value that they began with.
#[derive(Clone, Debug)]
pub struct Run {
    payload: Vec<u8>,
    /// Steps that were asked for, with the part of one that a drag has come beyond the last.
    by: f64,
    n_steps: i64,
    /// What the last one made of the draft; other text begins anew.
    text: String,
}

impl Run {
    fn of(subject: &Subject, text: &str) -> Run {
        Run { payload: subject.head.clone(), by: 0.0, n_steps: 0, text: text.to_owned() }
    }

    /// Goes on by so much; the payload where that is another step, and what the draft writes then.
    fn step(&mut self, by: f64, kind: &Kind, form: Form) -> Option<(Vec<u8>, String)> {
        let wanted = self.by + by;
        let to = step_value(kind, &self.payload, wanted as i64)?;
        // Where the kind ends, the way back begins at once.
        self.by = if to.n_steps == wanted as i64 { wanted } else { to.n_steps as f64 };
        if to.n_steps == self.n_steps {
            return None;
        }
        self.n_steps = to.n_steps;
        let text = match form {
            Form::Bits => bits_text(kind, &to.payload)?,
            _ => edit_text(kind, &to.payload)?,
        };
        self.text.clone_from(&text);
        Some((to.payload, text))
    }
}

fn handle_id(tab: TabId) -> Id {
    Id::unique(("slide", tab))
}

/// Whether the draft writes a number that has others beside it.
pub(super) fn can_step(editing: &Editing<'_>) -> bool {
    let is_written = matches!(editing.draft.form, Form::Text | Form::Bits) && editing.draft.reading.is_none();
    let kind = editing.subject.kind().filter(|_| is_written && editing.subject.is_whole());
    kind.is_some_and(|kind| step_value(kind, &editing.subject.head, 0).is_some())
}

/// What one step of the handle is, in words.
fn unit(kind: &Kind) -> &'static str {
    let is_float = |kind: &Kind| matches!(kind, Kind::Float | Kind::Double);
    match kind {
        Kind::Message(message) => match WellKnown::of(message) {
            Some(WellKnown::Timestamp | WellKnown::Duration) => "by seconds",
            Some(WellKnown::Wrapper(inner)) if is_float(&inner) => "by up to a hundredth",
            _ => "by one",
        },
        kind if is_float(kind) => "by up to a hundredth",
        _ => "by one",
    }
}

/// The keys of a number's field: Up and Down, the page keys by ten. To be asked before the field is
/// shown, since it would take them for itself.
pub(super) fn keys_ui(ui: &Ui, field: Id, editing: &mut Editing<'_>) -> Option<Action> {
    if !ui.memory(|memory| memory.has_focus(field)) {
        return None;
    }
    let by = steps_of_keys(ui, &[Key::ArrowUp], &[Key::ArrowDown]);
    let action = step(by, editing)?;
    crate::ui::widgets::field::cursor_to_end(ui.ctx(), field, &editing.draft.text);
    Some(action)
}

/// The handle at the right of a number's field.
pub(super) fn handle_ui(ui: &Ui, at: Pos2, editing: &mut Editing<'_>) -> Option<Action> {
    let kind = editing.subject.kind()?;
    let hint = format!(
        "Drag it sideways: {}, with Shift ten times that. Up and Down step too, Page Up and Page Down by \
         ten. Esc takes it back",
        unit(kind)
    );
    let id = handle_id(editing.tab);
    let slid = SlideHandle::new("Slide the value", &editing.draft.text, id).hint(&hint).put(ui, at);
    let response = &slid.response;
    let draft = &mut *editing.draft;
    if response.drag_started() || response.gained_focus() {
        draft.begin();
    }
    draft.is_slid = response.has_focus() || response.dragged();
    if draft.is_slid {
        draft.focus = Some(id);
    }
    if slid.is_taken_back {
        return draft.take_back(editing.subject);
    }
    if response.lost_focus() {
        // egui takes the focus away on Esc before this is reached.
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            draft.is_left = true;
            return draft.take_back(editing.subject);
        }
        draft.begin();
    }
    let has_stopped = response.drag_stopped();
    let action = step(slid.by, editing);
    if has_stopped {
        editing.draft.begin();
    }
    action
}

fn step(by: f64, editing: &mut Editing<'_>) -> Option<Action> {
    if by == 0.0 {
        return None;
    }
    let (draft, subject) = (&mut *editing.draft, editing.subject);
    let run = draft.run.take().filter(|run| run.text == draft.text);
    let mut run = run.unwrap_or_else(|| Run::of(subject, &draft.text));
    let made = run.step(by, subject.kind()?, draft.form);
    draft.run = Some(run);
    let (payload, text) = made?;
    draft.text = text;
    Some(draft.step_to(payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_step_add_up_and_the_end_of_a_kind_is_left_at_once() {
        let mut run = Run { payload: vec![250], by: 0.0, n_steps: 0, text: String::new() };
        run.payload = u64::MAX.wrapping_sub(3).to_le_bytes().to_vec();
        let mut step = |by: f64| run.step(by, &Kind::Fixed64, Form::Text).map(|(_, text)| text);
        assert_eq!(step(0.75), None);
        assert_eq!(step(0.75).as_deref(), Some("18446744073709551613"));
        assert_eq!(step(1_000.0).as_deref(), Some("18446744073709551615"));
        assert_eq!(step(5.0), None);
        assert_eq!(step(-1.0).as_deref(), Some("18446744073709551614"));
        assert_eq!(step(-4.0).as_deref(), Some("18446744073709551610"), "less than it began with");
    }
}
