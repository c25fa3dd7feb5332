//! `bytes`: as text, hexadecimal or base64, or from and to a file.

use super::string::rows_for;
use super::{Draft, Editing, Editor, Form, Subject, draft_ui};
use crate::app::{Action, Dialog, FileDialog};
use crate::document::value::grouped;
use crate::schema::Kind;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::{Segment, TextButton, visible_text};
use egui::Ui;

pub const EDITOR: Editor =
    Editor { name: "bytes", fits: |subject| matches!(subject.kind(), Some(Kind::Bytes)), ui: bytes_ui };

const FORMS: [(Form, &str); 3] = [(Form::Text, "Text"), (Form::Hex, "Hex"), (Form::Base64, "Base64")];

fn bytes_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    if !editing.subject.is_whole() {
        head_ui(ui, editing.subject);
        return files_ui(ui, editing);
    }
    form_ui(ui, editing.subject, editing.draft);
    let rows = rows_for(&editing.draft.text);
    let action = draft_ui(ui, editing, rows, true);
    files_ui(ui, editing).or(action)
}

fn form_ui(ui: &mut Ui, subject: &Subject, draft: &mut Draft) {
    let names = FORMS.map(|(_, name)| name);
    let now = FORMS.iter().position(|(form, _)| *form == draft.form);
    let no_text = (!subject.head.is_empty() && !subject.head_is_text())
        .then_some((0, "These bytes are not text that could be typed"));
    if let Some(chosen) = Segment::new("Written as", &names).disabled(no_text).show(ui, now) {
        draft.write_as(FORMS[chosen].0, subject);
    }
}

/// The beginning of a payload that is too long to be edited in place.
pub fn head_ui(ui: &mut Ui, subject: &Subject) {
    let theme = theme(ui);
    let kib = super::HEAD >> 10;
    let text = format!(
        "{} bytes. More than {kib} KiB are not edited here: write them to a file and read them back",
        grouped(subject.payload_len())
    );
    ui.weak(text);
    let shown = &subject.head[..subject.head.len().min(512)];
    let text = match std::str::from_utf8(shown) {
        Ok(text) => visible_text(text).into_owned(),
        Err(_) => super::draft::hex(shown),
    };
    let frame = egui::Frame::new().fill(theme.color.surface_0).inner_margin(theme.size.gap);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.add(egui::Label::new(egui::RichText::new(format!("{text}…")).monospace()).wrap());
    });
}

/// Buttons that write the payload to a file and read it from one.
pub fn files_ui(ui: &mut Ui, editing: &Editing<'_>) -> Option<Action> {
    let row = editing.subject.row.id;
    let mut asked = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme(ui).size.gap_small;
        if TextButton::new("Write to file…").icon(Icon::Export).show(ui).clicked() {
            asked = Some(FileDialog::PayloadToFile { row });
        }
        if TextButton::new("Read from file…").icon(Icon::Import).show(ui).clicked() {
            asked = Some(FileDialog::PayloadFromFile { row });
        }
    });
    asked.map(|dialog| Action::Show(Dialog::File(dialog)))
}
