//! What is being typed for one value.

use super::stepper::Run;
use super::subject::{Subject, What};
use super::time;
use crate::app::Action;
use crate::document::reading::Reading;
use crate::document::value::{
    ValueError, edit_text, hex, parse_bits_text, parse_escaped, parse_raw, parse_value,
};
use crate::document::{Gesture, Path, RowId};
use crate::schema::{Kind, WellKnown};
use crate::wire::WireType;
use std::sync::atomic::{AtomicU64, Ordering};

/// How a value is written in a draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As the kind's own text.
    #[default]
    Text,
    /// A number by its bits, in hexadecimal.
    Bits,
    /// A string with all that is hidden spelled out, and bytes that are no UTF-8.
    Escaped,
    /// The payload in hexadecimal.
    Hex,
    /// The payload in base64.
    Base64,
    /// In several fields, as people read it: date, time and so on.
    Fields,
    /// In several fields, as the message holds it.
    Raw,
    /// As a tree of values, written as the kind's own text.
    Tree,
    /// As the kind that the field declares, where the record is of another wire type.
    Declared,
}

/// Text for the value of one row, which may not parse.
#[derive(Clone, Debug)]
pub struct Draft {
    pub row: RowId,
    /// Of the row, which tells that it is still the same after an edit moved it.
    pub path: Path,
    /// Of the document that `text` was made from or last agreed with.
    pub revision: usize,
    pub gesture: Gesture,
    pub form: Form,
    /// Whether a person chose the form.
    pub has_chosen_form: bool,
    /// Written as this reading of the payload, where nothing declares what it is.
    pub reading: Option<Reading>,
    /// The readings that there were when one of them began to be typed in.
    pub readings_before: Vec<Reading>,
    pub text: String,
    /// For forms with several fields, the text of each; `text` is not used then.
    pub parts: Vec<String>,
    /// Times in several fields are those of the person's zone.
    pub is_local: bool,
    /// The part of a tree of values that is being typed in.
    pub leaf: Option<super::value_tree::Leaf>,
    /// The first value of a tree of values that is shown.
    pub first_value: usize,
    pub error: Option<String>,
    pub hint: Option<String>,
    /// Something was changed under this gesture.
    pub has_acted: bool,
    /// Steps that go on from one value to others beside it.
    pub(super) run: Option<Run>,
    /// It is the handle beside the field that has the keyboard or the pointer.
    pub(super) is_slid: bool,
    /// The field was left by Enter or Esc, so the keyboard goes back to the tree.
    pub is_left: bool,
    /// The field that was typed in last.
    pub focus: Option<egui::Id>,
    /// Where an enum's list, or the view of a long value, stands.
    pub list: crate::ui::widgets::RowListState,
    /// Which of the values that an enum's list has found for this text the keys are at.
    pub picked: Option<(String, usize)>,
    /// The reading that a person had chosen when the draft began.
    chosen: Option<Reading>,
}

/// A number for one run of typing.
pub fn next_gesture() -> Gesture {
    static NEXT: AtomicU64 = AtomicU64::new(1 << 32);
    Gesture(NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Draft {
    pub fn of(subject: &Subject, path: Path) -> Self {
        let mut draft = Self {
            row: subject.row.id,
            path,
            revision: subject.revision,
            gesture: next_gesture(),
            form: first_form(subject),
            has_chosen_form: false,
            reading: subject.first_reading().cloned(),
            text: String::new(),
            parts: Vec::new(),
            is_local: false,
            leaf: None,
            first_value: 0,
            error: None,
            hint: None,
            has_acted: false,
            run: None,
            is_slid: false,
            is_left: false,
            focus: None,
            list: Default::default(),
            picked: None,
            readings_before: subject.readings.iter().map(|one| one.reading.clone()).collect(),
            chosen: subject.chosen.clone(),
        };
        draft.start_over(subject);
        draft
    }

    /// Whether the draft belongs to what is selected now.
    pub fn is_of(&self, subject: &Subject) -> bool {
        self.row == subject.row.id && self.revision == subject.revision && self.chosen == subject.chosen
    }

    /// Goes on in a form that a person chose before, if this value can be written in it.
    pub fn go_on_in(&mut self, form: Form, is_local: bool, subject: &Subject) {
        let is_possible = match form {
            Form::Text if matches!(subject.kind(), Some(Kind::Bytes)) => subject.head_is_text(),
            Form::Text | Form::Tree => subject.edit_text.is_some(),
            Form::Fields => !time::parts_of(subject, Form::Fields, is_local).is_empty(),
            Form::Declared => false,
            _ => true,
        };
        if is_possible && self.reading.is_none() && subject.is_whole() {
            self.is_local = is_local;
            self.write_as(form, subject);
            self.has_chosen_form = true;
        }
    }

    /// The bytes changed to what was typed, perhaps at another offset: the text goes on. `last` is the
    /// gesture of the step that the bytes are of; those of another one show at a handle, which is no
    /// text of a person's own.
    pub fn follow(&mut self, subject: &Subject, last: Option<Gesture>) {
        self.row = subject.row.id;
        self.revision = subject.revision;
        self.chosen = subject.chosen.clone();
        if self.is_slid && last != Some(self.gesture) {
            self.run = None;
            self.start_over(subject);
        }
    }

    /// A new run of typing.
    pub fn begin(&mut self) {
        self.gesture = next_gesture();
        self.has_acted = false;
        self.run = None;
    }

    /// The run of typing is over; an invalid text stays, marked.
    pub fn end(&mut self, subject: &Subject) {
        self.begin();
        self.readings_before = subject.readings.iter().map(|one| one.reading.clone()).collect();
        if self.error.is_none() {
            self.start_over(subject);
        }
    }

    /// Another way to write the same bytes.
    pub fn write_as(&mut self, form: Form, subject: &Subject) {
        self.form = form;
        self.reading = None;
        self.say(None);
        self.start_over(subject);
    }

    /// A row has one field, for the kind's own text.
    pub fn fit_a_row(&mut self, subject: &Subject) {
        let is_one_field = matches!(self.form, Form::Text | Form::Bits) || self.reading.is_some();
        if !is_one_field {
            self.write_as(Form::Text, subject);
            self.has_chosen_form = false;
        }
    }

    /// Goes on with another reading of the same bytes.
    pub fn read_as(&mut self, reading: Reading, subject: &Subject) {
        self.readings_before = subject.readings.iter().map(|one| one.reading.clone()).collect();
        self.reading = Some(reading);
        self.begin();
        self.say(None);
        self.start_over(subject);
    }

    /// Leaves the readings for the value's own text.
    pub fn leave_reading(&mut self, subject: &Subject) {
        if self.reading.take().is_some() {
            self.begin();
            self.say(None);
            self.start_over(subject);
        }
    }

    /// What the bytes are now, in the way the draft writes them.
    fn start_over(&mut self, subject: &Subject) {
        self.leaf = None;
        self.text = match &self.reading {
            Some(reading) => reading.text(&subject.head).unwrap_or_default(),
            None => subject.text_in(self.form),
        };
        self.parts = time::parts_of(subject, self.form, self.is_local);
    }

    /// Times of another zone.
    pub fn set_local(&mut self, is_local: bool, subject: &Subject) {
        self.is_local = is_local;
        self.say(None);
        self.start_over(subject);
    }

    /// Returns to what was before this run of typing.
    pub fn take_back(&mut self, subject: &Subject) -> Option<Action> {
        let action = self.give_back();
        self.begin();
        self.say(None);
        self.start_over(subject);
        action
    }

    /// The action that gives the value this text, if it parses; if not, the one that gives back what was
    /// before this run of typing.
    pub fn set(&mut self, subject: &Subject) -> Option<Action> {
        match self.parsed(subject) {
            Ok(action) => {
                self.say(None);
                self.has_acted = true;
                Some(action)
            }
            // What was typed on the way to this is not what a person wants either.
            Err(error) => {
                self.say(Some(&error));
                self.give_back()
            }
        }
    }

    /// What gives back what was before this run of typing, if that changed anything; the text stays.
    pub(super) fn give_back(&mut self) -> Option<Action> {
        std::mem::take(&mut self.has_acted).then_some(Action::TakeBack(self.gesture))
    }

    fn parsed(&self, subject: &Subject) -> Result<Action, ValueError> {
        if let Some(reading) = &self.reading {
            let payload = reading.payload(&self.text, &subject.head)?;
            return Ok(self.payload(payload));
        }
        let value = |text: String| Action::SetValue { row: self.row, text, gesture: Some(self.gesture) };
        match (self.form, &subject.what) {
            (Form::Hex | Form::Base64, What::Value(_) | What::Raw(_)) => {
                let prefix = if self.form == Form::Hex { "hex:" } else { "base64:" };
                let text = format!("{prefix}{}", self.text);
                let wire_type = if subject.is_group() { WireType::Sgroup } else { WireType::Len };
                let bytes = parse_raw(WireType::Len, &text)?.payload;
                let bytes = parse_raw(wire_type, &format!("hex:{}", hex(&bytes)))?.payload;
                match subject.kind() {
                    Some(Kind::Bytes) => Ok(value(format!("hex:{}", hex(&bytes)))),
                    _ => Ok(self.payload(bytes)),
                }
            }
            (Form::Fields | Form::Raw, What::Value(Kind::Message(message))) => {
                let known = WellKnown::of(message);
                let payload = time::payload_of(known, self.form, self.is_local, &self.parts, &subject.head)?;
                Ok(self.payload(payload))
            }
            (Form::Bits, What::Value(kind)) => {
                let payload = parse_bits_text(kind, &self.text)?.payload;
                let text = edit_text(kind, &payload).unwrap_or_else(|| self.text.clone());
                Ok(value(text))
            }
            (Form::Escaped, What::Value(_)) => match String::from_utf8(parse_escaped(&self.text)?) {
                Ok(text) => Ok(value(text)),
                Err(error) => Ok(self.payload(error.into_bytes())),
            },
            // What would be taken for another notation goes as the bytes it is.
            (_, What::Value(Kind::Bytes)) => Ok(value(format!("hex:{}", hex(self.text.as_bytes())))),
            (_, What::Value(Kind::Message(message)))
                if WellKnown::of(message) == Some(WellKnown::FieldMask) =>
            {
                let paths: Vec<&str> = self.text.split(['\n', ',']).map(str::trim).collect();
                let text = paths.into_iter().filter(|path| !path.is_empty()).collect::<Vec<_>>().join(",");
                parse_value(&Kind::Message(message.clone()), &text).map(|_| value(text))
            }
            (_, What::Value(kind)) => parse_value(kind, &self.text).map(|_| value(self.text.clone())),
            (Form::Declared, What::Raw(_)) => {
                let kind = subject.row.entry.field().map(|field| field.kind());
                match kind {
                    Some(kind) => parse_value(&kind, &self.text).map(|_| value(self.text.clone())),
                    None => Ok(value(self.text.clone())),
                }
            }
            (_, What::Raw(wire_type)) => parse_raw(*wire_type, &self.text).map(|_| value(self.text.clone())),
            _ => Ok(value(self.text.clone())),
        }
    }

    /// The payload itself, for what no text of its kind can say.
    fn payload(&self, payload: Vec<u8>) -> Action {
        Action::SetPayload { row: self.row, payload, gesture: Some(self.gesture) }
    }

    /// The action of a step to another value.
    pub(super) fn step_to(&mut self, payload: Vec<u8>) -> Action {
        self.say(None);
        self.has_acted = true;
        self.payload(payload)
    }

    /// Says what is wrong with the draft, or that nothing is.
    pub fn say(&mut self, error: Option<&ValueError>) {
        self.error = error.map(ToString::to_string);
        self.hint = error.and_then(ValueError::hint);
    }
}

/// The form in which a value is first written: the kind's own text unless that cannot carry it.
fn first_form(subject: &Subject) -> Form {
    match (&subject.what, subject.kind()) {
        (What::Raw(WireType::Sgroup), _) => Form::Hex,
        (_, Some(Kind::Bytes)) if !subject.head_is_text() => Form::Hex,
        (_, Some(Kind::String)) if subject.edit_text.is_none() => Form::Escaped,
        (_, Some(Kind::Message(message))) => match (WellKnown::of(message), &subject.edit_text) {
            (Some(WellKnown::Timestamp | WellKnown::Duration), None) => Form::Raw,
            (Some(WellKnown::Struct | WellKnown::Value | WellKnown::ListValue), Some(_)) => Form::Tree,
            (Some(_), None) if subject.is_whole() => Form::Hex,
            _ => Form::Text,
        },
        _ => Form::Text,
    }
}
