//! All that is known of the selected field, and its editor.

use super::docs::comment_ui;
use super::explained::explained_ui;
use super::inspector_entries::entries_ui;
use super::inspector_problems::{is_damaged, problems_ui};
use super::oneof::oneof_ui;
use super::schema::link_ui;
use super::{Shown, size_text};
use crate::app::{Action, Command, address_of_field};
use crate::document::value::grouped;
use crate::document::{Absent, BranchId, Entry, RecordAt, Standing, Surveyed};
use crate::schema;
use crate::schema::{Declaration, FieldDescriptor, Kind, MessageDescriptor, kind_label, kind_name};
use crate::ui::commands::offer;
use crate::ui::editors::{self, Editing, Subject, What};
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::view::{Asked, Folds, Place, TabView};
use crate::ui::widgets::{IconButton, KeyValue, TextButton, section_ui, visible_text};
use egui::{Align, Key, Label, Modifiers, Rect, Response, RichText, ScrollArea, Ui, vec2};

/// The most uses of a type that are listed.
const MOST_USES: usize = 30;

pub fn inspector_ui(
    ui: &mut Ui,
    shown: Shown<'_>,
    view: &mut TabView,
    folds: &mut Folds,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let clip = ui.available_width();
    let all = ui.max_rect();
    ScrollArea::vertical().id_salt("inspector").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        // The scroll bar floats beside what is shown, whether or not there is one.
        ui.set_width(ui.available_width().min(clip - theme(ui).size.margin));
        ui.add_space(theme(ui).size.gap);
        match view.subject.take() {
            Some(subject) => {
                field_ui(ui, shown, &subject, view, folds, asked, actions);
                view.subject = Some(subject);
            }
            None if shown.open.selection.is_some() => {
                ui.weak("Reading…");
            }
            None => overview_ui(ui, shown, folds, actions),
        }
        ui.add_space(theme(ui).size.margin);
        follow_focus(ui, view);
        page_keys(ui, all);
    });
    asked.focus_tree |= std::mem::take(&mut asked.focus_inspector) && has_keyboard(ui, all);
}

/// Brings what has got the keyboard into view, if it is one of those that are scrolled out of it.
fn follow_focus(ui: &Ui, view: &mut TabView) {
    let focused = ui.memory(|memory| memory.focused());
    if std::mem::replace(&mut view.seen_focus, focused) == focused {
        return;
    }
    // What is clicked is in view; and asking for its response again would let go of the keyboard.
    let is_clicked = ui.input(|input| input.pointer.any_pressed() || input.pointer.any_released());
    let Some(response) = focused.filter(|_| !is_clicked).and_then(|id| ui.ctx().read_response(id)) else {
        return;
    };
    let is_hidden =
        !ui.clip_rect().contains_rect(response.rect) && ui.min_rect().contains_rect(response.rect);
    if is_hidden && !response.interact_rect.is_positive() {
        ui.scroll_to_rect(response.rect, Some(Align::Center));
    }
}

/// Page Up and Page Down scroll what has the keyboard in it, if nobody in it has taken them.
fn page_keys(ui: &Ui, all: Rect) {
    let is_asked = |key| ui.input(|input| input.key_pressed(key));
    if !(is_asked(Key::PageUp) || is_asked(Key::PageDown)) || !has_keyboard(ui, all) {
        return;
    }
    let count = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key)) as f32;
    let pages = count(Key::PageUp) - count(Key::PageDown);
    if pages != 0.0 {
        let page = (all.height() - theme(ui).size.row).max(theme(ui).size.row);
        ui.scroll_with_delta(vec2(0.0, pages * page));
    }
}

fn has_keyboard(ui: &Ui, at: Rect) -> bool {
    let focused = ui.memory(|memory| memory.focused());
    let response = focused.and_then(|id| ui.ctx().read_response(id));
    response.is_some_and(|response| at.contains_rect(response.rect))
}

fn field_ui(
    ui: &mut Ui,
    shown: Shown<'_>,
    subject: &Subject,
    view: &mut TabView,
    folds: &mut Folds,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    title_ui(ui, shown, subject);
    ui.add_space(theme(ui).size.gap);
    // What damage left is not the value: this is said first. It does not come and go with typing.
    let is_damaged = is_damaged(shown, subject);
    if is_damaged {
        problems_ui(ui, shown, subject, &mut folds.problems, actions);
        ui.add_space(theme(ui).size.gap);
    }
    editor_ui(ui, shown, subject, view, asked, actions);
    ui.add_space(theme(ui).size.gap_small);
    let first_button = buttons_ui(ui, shown, actions);
    // What has no field to type in is reached by its buttons.
    if asked.focus_inspector && !has_keyboard(ui, ui.clip_rect()) {
        asked.focus_inspector = false;
        let id = editors::field_id(shown.tab, Place::Inspector);
        if let Some(first) = ui.ctx().read_response(id).or(first_button) {
            first.request_focus();
        }
    }
    parts_ui(ui, subject, actions);
    oneof_ui(ui, shown.open, &subject.row, actions);
    surveyed_ui(ui, shown, subject.row.branch);
    explained_ui(ui, subject);
    open_ui(ui, shown, subject, view, folds, actions);
    if !is_damaged {
        problems_ui(ui, shown, subject, &mut folds.problems, actions);
    }
    docs_ui(ui, shown, subject, folds, actions);
    wire_ui(ui, subject, folds);
    uses_ui(ui, shown, subject, folds, actions);
}

fn title_ui(ui: &mut Ui, shown: Shown<'_>, subject: &Subject) {
    let theme = theme(ui);
    let field = subject.row.entry.field();
    let name = match field {
        Some(field) if subject.text.name.starts_with('[') && subject.text.name != field.name() => {
            format!("{}{}", field.name(), subject.text.name)
        }
        _ => subject.text.name.clone(),
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap;
        ui.label(RichText::new(visible_text(&name).into_owned()).heading());
        if !subject.text.number.is_empty() {
            ui.label(RichText::new(format!("= {}", subject.text.number)).color(theme.color.muted));
        }
        let is_deprecated = field.is_some_and(is_deprecated);
        if is_deprecated {
            ui.colored_label(theme.color.warning, "deprecated");
        }
    });
    let kind = RichText::new(visible_text(&kind_text(subject)).into_owned()).color(theme.color.muted);
    ui.add(Label::new(kind).wrap());
    if let Some(selection) = &shown.open.selection {
        let path = selection.path.to_string();
        if !path.is_empty() && path != name {
            KeyValue::new("Path", &path).elide_middle().show(ui);
        }
    }
}

fn is_deprecated(field: &FieldDescriptor) -> bool {
    field.field_descriptor_proto().options.as_ref().is_some_and(|options| options.deprecated())
}

/// The kind in full: messages and enums with their package.
fn kind_text(subject: &Subject) -> String {
    let field = subject.row.entry.field();
    match (&subject.what, field) {
        (What::Value(Kind::Message(message)), Some(field)) if subject.chosen.is_some() => {
            format!("Declared as {}, read as {}", kind_label(field), message.full_name())
        }
        (What::Value(Kind::Message(message)), None) if subject.chosen.is_some() => {
            format!("LEN, not declared by the type, read as {}", message.full_name())
        }
        (What::Raw(wire_type), Some(field)) if schema::wire_type(field) == *wire_type => {
            format!("Declared as {}", kind_label(field))
        }
        (What::Value(Kind::Message(message)), _) => message.full_name().to_owned(),
        (What::Value(Kind::Enum(descriptor)), _) => descriptor.full_name().to_owned(),
        (What::Value(kind), _) => kind_name(kind),
        (What::Run(field) | What::Packed(field), _) => kind_label(field),
        (What::Raw(wire_type), Some(field)) => {
            format!("Declared as {}, but {wire_type} on the wire", kind_label(field))
        }
        (What::Raw(wire_type), None) => format!("{wire_type}, not declared by the type"),
        (What::Rest(_), _) => "Bytes that are no record".to_owned(),
        (What::Unread(_), _) => String::new(),
        (What::Absent(Absent::Field(field)), _) => kind_label(field),
        (What::Absent(Absent::Oneof(_)), _) => "A oneof of which no member is set".to_owned(),
    }
}

fn editor_ui(
    ui: &mut Ui,
    shown: Shown<'_>,
    subject: &Subject,
    view: &mut TabView,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    // What is no value has no field that could take the keyboard.
    if !matches!(subject.what, What::Value(_) | What::Raw(_)) && view.wants_focus == Some(Place::Inspector) {
        view.wants_focus = None;
        asked.focus_tree = true;
    }
    match &subject.what {
        What::Run(field) if field.is_map() => entries_ui(ui, shown, subject, view, actions),
        What::Run(_) => {
            ui.weak(format!("{}, edited in their rows", subject.text.value));
        }
        What::Packed(_) => {
            ui.weak(format!("{} in one record, edited in their rows", subject.text.value));
        }
        What::Rest(damage) => {
            ui.colored_label(theme(ui).color.problem, damage.to_string());
            let text = match subject.payload_len() {
                1 => "The last byte of the message is kept as it is".to_owned(),
                n => format!("{} bytes from here to the end of the message are kept as they are", grouped(n)),
            };
            ui.weak(text);
        }
        What::Unread(error) => {
            ui.colored_label(theme(ui).color.problem, error.to_string());
        }
        What::Absent(_) => {
            ui.weak("Not set. Enter or a double click on its row sets it.");
        }
        What::Value(_) | What::Raw(_) => {
            let Some(editor) = editors::editor_of(subject) else { return };
            let Some(draft) = &mut view.draft else { return };
            let mut editing =
                Editing { state: shown.state, open: shown.open, tab: shown.tab, subject, draft };
            actions.extend((editor.ui)(ui, &mut editing));
            let id = editors::field_id(shown.tab, Place::Inspector);
            if view.wants_focus == Some(Place::Inspector) {
                view.wants_focus = None;
                // Some editors, such as that of a very long value, have no field to type in.
                match ui.ctx().read_response(id) {
                    Some(field) => field.request_focus(),
                    None => asked.focus_tree = true,
                }
            }
            asked.focus_tree |= std::mem::take(&mut draft.is_left);
        }
    }
}

/// Returns the first one.
fn buttons_ui(ui: &mut Ui, shown: Shown<'_>, actions: &mut Vec<Action>) -> Option<Response> {
    let mut first = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for command in [Command::AddField, Command::AddElement, Command::Duplicate, Command::Remove] {
            let Some(offer) = offer(command, shown.state) else { continue };
            let mut choice = offer.choice();
            choice.icon = Some(match command {
                Command::AddField => Icon::Plus,
                Command::AddElement => Icon::List,
                Command::Duplicate => Icon::Copy,
                _ => Icon::Trash,
            });
            let button = IconButton::of(choice).show(ui);
            if button.clicked() {
                actions.extend(offer.action.ok());
            }
            first.get_or_insert(button);
        }
    });
    first
}

/// For a message that comes in several records.
fn parts_ui(ui: &mut Ui, subject: &Subject, actions: &mut Vec<Action>) {
    let Some(Standing::Part { n_parts, .. }) = subject.row.standing else { return };
    ui.add_space(theme(ui).size.gap_small);
    let title = format!("Merge the {n_parts} parts into one record");
    let hint = "Parsers read the same before and after";
    if TextButton::new(&title).hint(hint).outlined().show(ui).clicked() {
        actions.push(Action::MergeParts(subject.row.id));
    }
}

/// Says where it is not known which fields are absent and which records count.
fn surveyed_ui(ui: &mut Ui, shown: Shown<'_>, branch: BranchId) {
    let text = match shown.open.tree.surveyed(branch) {
        Surveyed::Whole => return,
        Surveyed::Later => {
            "The message has many records: which fields are absent or overridden is looked for"
        }
        Surveyed::Never => {
            "The message has too many records to show which of its fields are absent or overridden"
        }
    };
    ui.add_space(theme(ui).size.gap_small);
    ui.add(Label::new(RichText::new(text).color(theme(ui).color.muted)).wrap());
}

/// The message or enum that the selected value is of.
fn declared(subject: &Subject) -> Option<Declaration> {
    let kind = match &subject.what {
        What::Value(kind) => kind.clone(),
        What::Run(field) | What::Packed(field) if !field.is_map() => field.kind(),
        _ => return None,
    };
    match kind {
        Kind::Message(message) => Some(Declaration::Message(message)),
        Kind::Enum(descriptor) => Some(Declaration::Enum(descriptor)),
        _ => None,
    }
}

fn docs_ui(ui: &mut Ui, shown: Shown<'_>, subject: &Subject, folds: &mut Folds, actions: &mut Vec<Action>) {
    let schema = &shown.state.schema;
    let field = subject.row.entry.field().and_then(|field| schema.comment(field));
    let declared = declared(subject);
    let of_type = match &declared {
        Some(Declaration::Message(message)) => schema.comment(message),
        Some(Declaration::Enum(descriptor)) => schema.comment(descriptor),
        _ => None,
    };
    if subject.row.entry.field().is_none() && declared.is_none() {
        return;
    }
    if !section_ui(ui, "About", "", Some(&mut folds.docs)) {
        return;
    }
    if let Some(comment) = field {
        comment_ui(ui, comment);
    }
    if let Some(field) = subject.row.entry.field() {
        let address = address_of_field(field);
        link_ui(ui, &address.short(), "Docs of ", &address, actions);
    }
    if let Some(declared) = declared {
        let title = format!("{} {}", declared.keyword(), declared.name());
        link_ui(ui, &title, "Docs of ", &declared.address(), actions);
        if let Some(comment) = of_type {
            comment_ui(ui, comment);
        }
    }
}

/// For what a person may read in ways of their own: as what it is read, what it looks like, and, for
/// bytes, the readings that are not forms of their editor.
fn open_ui(
    ui: &mut Ui,
    shown: Shown<'_>,
    subject: &Subject,
    view: &mut TabView,
    folds: &mut Folds,
    actions: &mut Vec<Action>,
) {
    let Some(draft) = view.draft.as_mut().filter(|_| subject.is_open) else { return };
    let mut editing = Editing { state: shown.state, open: shown.open, tab: shown.tab, subject, draft };
    if editors::has_looks(&editing) && section_ui(ui, "Read as", "", Some(&mut folds.read_as)) {
        actions.extend(editors::looks_like_ui(ui, &editing));
    }
    let is_bytes = matches!(subject.what, What::Value(_));
    if is_bytes && !subject.readings.is_empty() {
        let note = subject.readings.len().to_string();
        if section_ui(ui, "Readings", &note, Some(&mut folds.readings)) {
            actions.extend(editors::readings_ui(ui, &mut editing));
        }
    }
}

fn wire_ui(ui: &mut Ui, subject: &Subject, folds: &mut Folds) {
    if matches!(subject.what, What::Absent(_)) {
        return;
    }
    let range = subject.row.entry.range();
    let n_bytes = range.end - range.start;
    if !section_ui(ui, "On the wire", &size_text(n_bytes), Some(&mut folds.wire)) {
        return;
    }
    let bytes = format!("0x{:x}..0x{:x}", range.start, range.end);
    KeyValue::new("Bytes", &bytes).show(ui);
    if let Entry::Record { at, .. } = &subject.row.entry {
        record_ui(ui, at);
    }
}

fn record_ui(ui: &mut Ui, at: &RecordAt) {
    let color = &theme(ui).color;
    let plural = |n: u64| if n == 1 { "byte" } else { "bytes" };
    let tag_width = u64::from(at.record.tag.width);
    let tag = format!("{tag_width} {}, field {}, {}", plural(tag_width), at.number(), at.wire_type());
    KeyValue::new("Tag", &tag).color(color.tag_text).show(ui);
    let length = at.length_range();
    let width = length.end - length.start;
    if width > 0 {
        let text = format!("{width} {}, {}", plural(width), grouped(at.record.scalar.value));
        KeyValue::new("Length", &text).color(color.length_text).show(ui);
    }
    let value = at.payload().end - at.payload().start;
    KeyValue::new("Value", &format!("{} {}", grouped(value), plural(value))).color(color.value_text).show(ui);
    if at.end_tag_width > 0 {
        let width = u64::from(at.end_tag_width);
        let text = format!("{width} {}, field {}, EGROUP", plural(width), at.number());
        KeyValue::new("End tag", &text).color(color.tag_text).show(ui);
    }
    if at.record.is_overlong() {
        KeyValue::new("Spelling", "padded; it is kept until edited").prose().show(ui);
    }
}

fn uses_ui(ui: &mut Ui, shown: Shown<'_>, subject: &Subject, folds: &mut Folds, actions: &mut Vec<Action>) {
    let schema = &shown.state.schema;
    let (uses, package) = match declared(subject) {
        Some(Declaration::Message(message)) => {
            (schema.message_uses(&message), message.package_name().to_owned())
        }
        Some(Declaration::Enum(descriptor)) => {
            (schema.enum_uses(&descriptor), descriptor.package_name().to_owned())
        }
        _ => return,
    };
    let note = uses.len().to_string();
    if uses.is_empty() || !section_ui(ui, "Used in", &note, Some(&mut folds.used_in)) {
        return;
    }
    for one in uses.iter().take(MOST_USES) {
        link_ui(ui, &one.label(&package), "Used in ", &one.address(), actions);
    }
    if MOST_USES < uses.len()
        && let Some(all) = declared(subject).map(|declared| declared.address())
    {
        link_ui(ui, &format!("and {} more", uses.len() - MOST_USES), "", &all, actions);
    }
}

/// Nothing is selected: what the document is, and what to do.
fn overview_ui(ui: &mut Ui, shown: Shown<'_>, folds: &mut Folds, actions: &mut Vec<Action>) {
    let open = shown.open;
    match open.message() {
        Some(message) => message_ui(ui, shown, message, folds, actions),
        None => {
            ui.label(RichText::new("No type").heading());
            ui.add(Label::new("The fields are shown by number, with every plausible reading.").wrap());
            ui.add_space(theme(ui).size.gap);
            let choose = offer(Command::ChooseType, shown.state);
            if let Some(offer) = choose
                && TextButton::of(offer.choice()).outlined().show(ui).clicked()
            {
                actions.extend(offer.action.ok());
            }
        }
    }
    section_ui(ui, "Document", "", None);
    let len = open.document.len();
    let plural = if len == 1 { "byte" } else { "bytes" };
    KeyValue::new("Size", &format!("{} {plural}", grouped(len))).show(ui);
    KeyValue::new("Rows", &grouped(open.tree.n_rows())).show(ui);
    surveyed_ui(ui, shown, BranchId::root());
    ui.add_space(theme(ui).size.gap);
    if 0 < open.tree.n_rows() {
        let hint = "Select a field to see and edit its value. Arrow keys walk and open, Enter edits.";
        ui.add(Label::new(RichText::new(hint).color(theme(ui).color.muted)).wrap());
    }
    let add = offer(Command::AddField, shown.state);
    if let Some(offer) = add.filter(|offer| offer.action.is_ok()) {
        ui.add_space(theme(ui).size.gap);
        if TextButton::of(offer.choice()).outlined().show(ui).clicked() {
            actions.extend(offer.action.ok());
        }
    }
}

fn message_ui(
    ui: &mut Ui,
    shown: Shown<'_>,
    message: &MessageDescriptor,
    folds: &mut Folds,
    actions: &mut Vec<Action>,
) {
    ui.label(RichText::new(message.name().to_owned()).heading());
    let address = Declaration::Message(message.clone()).address();
    link_ui(ui, message.full_name(), "Docs of ", &address, actions);
    if let Some(comment) = shown.state.schema.comment(message)
        && section_ui(ui, "About", "", Some(&mut folds.docs))
    {
        comment_ui(ui, comment);
    }
}
