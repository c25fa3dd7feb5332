//! `google.protobuf.Any`: what it holds, resolved from the loaded types; as JSON or as it stands.

use super::string::rows_for;
use super::{Editing, Editor, Form, draft_ui, forms_ui, message, time};
use crate::app::{Action, SelectTarget};
use crate::document::Step;
use crate::document::reading::{type_name_in_url, url_in_payload};
use crate::schema::{Kind, WellKnown};
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::{KeyValue, TextButton, visible_text};
use egui::{Label, RichText, Ui};

pub const EDITOR: Editor = Editor {
    name: "any",
    fits: |subject| time::known(subject) == Some(WellKnown::Any) && subject.is_whole(),
    ui: any_ui,
};

const FORMS: [(Form, &str); 2] = [(Form::Text, "JSON"), (Form::Hex, "Raw")];

fn any_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let no_json = editing.subject.edit_text.is_none();
    let why = "JSON cannot carry what is in this Any";
    forms_ui(ui, editing, "Written as", &FORMS, no_json.then_some((0, why)));
    let mut action = type_ui(ui, editing);
    ui.add_space(theme(ui).size.gap_small);
    let changed = match editing.draft.form {
        Form::Text if !no_json => message::json_ui(ui, editing),
        Form::Text => {
            ui.weak(why);
            None
        }
        _ => {
            let rows = rows_for(&editing.draft.text);
            draft_ui(ui, editing, rows, true)
        }
    };
    action = changed.or(action);
    action
}

/// The type it names, whether that is known, and the way to what is inside.
fn type_ui(ui: &mut Ui, editing: &Editing<'_>) -> Option<Action> {
    let Some(Kind::Message(any)) = editing.subject.kind() else { return None };
    let url = url_in_payload(&editing.subject.head).unwrap_or_default();
    if url.is_empty() {
        ui.weak("No type is named yet; set type_url inside, or write JSON with \"@type\"");
        return None;
    }
    let name = type_name_in_url(&url);
    KeyValue::new("Type", name).copied(&url).elide_middle().show(ui);
    if any.parent_pool().get_message_by_name(name).is_none() {
        let text = format!("No loaded type is called {}; the bytes are kept as they are", visible_text(name));
        ui.add(Label::new(RichText::new(text).color(theme(ui).color.warning)).wrap());
        return None;
    }
    let open = TextButton::new("Open what is inside").icon(Icon::ArrowRight).outlined();
    let is_asked = open.hint("Selects its value, which is read as this type").show(ui).clicked();
    let path = editing.draft.path.with(Step::Field("value".to_owned()));
    is_asked.then_some(Action::Select(SelectTarget::Path(path)))
}
