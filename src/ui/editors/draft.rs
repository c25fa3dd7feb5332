//! What is being typed for one value.

use super::subject::{Subject, What};
use crate::app::Action;
use crate::document::value::{ValueError, parse_raw, parse_value};
use crate::document::{Act, Edit, Gesture, Path, RowId};
use crate::schema::Kind;
use std::sync::atomic::{AtomicU64, Ordering};

/// How bytes are written in a draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As the kind's own text.
    #[default]
    Text,
    Hex,
    Base64,
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
    pub text: String,
    pub error: Option<String>,
    pub hint: Option<String>,
    /// Something was changed under this gesture.
    pub has_acted: bool,
    /// The field was left by Enter or Esc, so the keyboard goes back to the tree.
    pub is_left: bool,
    /// Where an enum's list stands.
    pub list: crate::ui::widgets::RowListState,
}

/// A number for one run of typing.
pub fn next_gesture() -> Gesture {
    static NEXT: AtomicU64 = AtomicU64::new(1 << 32);
    Gesture(NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Draft {
    pub fn of(subject: &Subject, path: Path) -> Self {
        let form = match subject.kind() {
            Some(Kind::Bytes) if !subject.head_is_text() => Form::Hex,
            Some(Kind::String) if subject.edit_text.is_none() => Form::Hex,
            _ => Form::Text,
        };
        Self {
            row: subject.row.id,
            path,
            revision: subject.revision,
            gesture: next_gesture(),
            form,
            text: subject.text_in(form),
            error: None,
            hint: None,
            has_acted: false,
            is_left: false,
            list: Default::default(),
        }
    }

    /// Whether the draft belongs to what is selected now.
    pub fn is_of(&self, subject: &Subject) -> bool {
        self.row == subject.row.id && self.revision == subject.revision
    }

    /// The bytes changed to what was typed, perhaps at another offset: the text goes on.
    pub fn follow(&mut self, subject: &Subject) {
        self.row = subject.row.id;
        self.revision = subject.revision;
    }

    /// A new run of typing.
    pub fn begin(&mut self) {
        self.gesture = next_gesture();
        self.has_acted = false;
    }

    /// The run of typing is over; an invalid text stays, marked.
    pub fn end(&mut self, subject: &Subject) {
        self.begin();
        if self.error.is_none() {
            self.text = subject.text_in(self.form);
        }
    }

    /// Another way to write the same bytes.
    pub fn write_as(&mut self, form: Form, subject: &Subject) {
        self.form = form;
        self.text = subject.text_in(form);
        self.say(None);
    }

    /// Returns to what was before this run of typing.
    pub fn take_back(&mut self, subject: &Subject) -> Option<Action> {
        let acted = std::mem::take(&mut self.has_acted);
        self.begin();
        self.say(None);
        self.text = subject.text_in(self.form);
        acted.then_some(Action::Undo)
    }

    /// The action that gives the value this text, if it parses.
    pub fn set(&mut self, subject: &Subject) -> Option<Action> {
        let action = self.parsed(subject);
        match action {
            Ok(action) => {
                self.say(None);
                self.has_acted = true;
                Some(action)
            }
            Err(error) => {
                self.say(Some(&error));
                None
            }
        }
    }

    fn parsed(&self, subject: &Subject) -> Result<Action, ValueError> {
        let text = match self.form {
            Form::Text => self.text.clone(),
            Form::Hex => format!("hex:{}", self.text),
            Form::Base64 => format!("base64:{}", self.text),
        };
        let value = |text: String| Action::SetValue { row: self.row, text, gesture: Some(self.gesture) };
        match &subject.what {
            // What would be taken for another notation goes as the bytes it is.
            What::Value(kind @ Kind::Bytes) => {
                let bytes = match self.form {
                    Form::Text => self.text.clone().into_bytes(),
                    _ => parse_value(kind, &text)?.payload,
                };
                Ok(value(format!("hex:{}", hex(&bytes))))
            }
            What::Value(_) if self.form != Form::Text => {
                let bytes = parse_value(&Kind::Bytes, &text)?.payload;
                Ok(Action::Edit(self.act(subject, bytes)))
            }
            What::Value(kind) => parse_value(kind, &text).map(|_| value(text)),
            What::Raw(wire_type) => parse_raw(*wire_type, &text).map(|_| value(text)),
            _ => Ok(value(text)),
        }
    }

    /// The payload itself, for what no text of its kind can say.
    fn act(&self, subject: &Subject, payload: Vec<u8>) -> Act {
        let edit = Edit::SetPayload { chain: subject.chain.clone(), offset: subject.record_offset, payload };
        Act {
            gesture: Some(self.gesture),
            selection: Some(subject.row.id.offset),
            ..Act::new(format!("Set {}", subject.text.name), vec![edit])
        }
    }

    fn say(&mut self, error: Option<&ValueError>) {
        self.error = error.map(ToString::to_string);
        self.hint = error.and_then(ValueError::hint);
    }
}

/// Two digits a byte, with spaces between.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(bytes.len() * 3);
    for (idx, byte) in bytes.iter().enumerate() {
        let space = if idx == 0 { "" } else { " " };
        let _ = write!(out, "{space}{byte:02x}");
    }
    out
}
