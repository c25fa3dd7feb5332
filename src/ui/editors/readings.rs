//! Every way to read a payload that no declaration explains, side by side; typing in any of them
//! writes the payload.

use super::{Editing, ReadingText, after_typing, error_ui, field_id};
use crate::app::Action;
use crate::document::reading::Reading;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::view::Place;
use crate::ui::widgets::{IconButton, TextField, cell, visible_text};
use egui::{Align, Id, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

pub fn readings_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let all = listed(editing);
    let theme = theme(ui);
    let font = fonts::medium(theme.size.text_dense);
    let width = |one: &ReadingText| {
        ui.painter().layout_no_wrap(one.reading.label(), font.clone(), theme.color.text).size().x
    };
    let widest = all.iter().map(width).fold(0.0, f32::max);
    let name_width = (widest + theme.size.gap).ceil().min(0.4 * ui.available_width());
    let mut action = None;
    for one in &all {
        action = reading_ui(ui, editing, one, name_width).or(action);
    }
    action
}

/// While one of them is typed in, those that it began with stay where they are, whether or not what is
/// typed fits them.
fn listed(editing: &Editing<'_>) -> Vec<ReadingText> {
    let (subject, draft) = (editing.subject, &*editing.draft);
    let Some(typed) = &draft.reading else { return subject.readings.clone() };
    let now = |reading: &Reading| subject.readings.iter().find(|one| one.reading == *reading).cloned();
    let kept = draft.readings_before.iter().map(|reading| match now(reading) {
        Some(one) => one,
        None if reading == typed => subject.in_words(reading.clone()),
        None => {
            ReadingText { reading: reading.clone(), text: None, shown: "does not fit these bytes".to_owned() }
        }
    });
    let is_new = |one: &&ReadingText| !draft.readings_before.contains(&one.reading);
    let mut all: Vec<ReadingText> = kept.chain(subject.readings.iter().filter(is_new).cloned()).collect();
    // The one being typed in stays, even where what was typed makes it implausible.
    if !all.iter().any(|one| one.reading == *typed) {
        all.push(subject.in_words(typed.clone()));
    }
    all
}

fn reading_ui(ui: &mut Ui, editing: &mut Editing<'_>, one: &ReadingText, name_width: f32) -> Option<Action> {
    let theme = theme(ui);
    let label = one.reading.label();
    let is_chosen = editing.subject.chosen.as_ref() == Some(&one.reading);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.field), Sense::hover());
    let side = theme.size.row_dense;
    let name_rect = rect.with_max_x(rect.left() + name_width - theme.size.gap);
    let font =
        if is_chosen { fonts::medium(theme.size.text_dense) } else { fonts::regular(theme.size.text_dense) };
    let ink = if is_chosen { theme.color.text } else { theme.color.muted };
    cell(ui.painter(), name_rect, &label, &font, ink, Align::Min);
    let value_rect = Rect::from_min_max(
        pos2(rect.left() + name_width, rect.top()),
        pos2(rect.right() - side - theme.size.gap_small, rect.bottom()),
    );
    let is_typed = editing.draft.reading.as_ref() == Some(&one.reading);
    let mut action = None;
    if one.text.is_some() || is_typed {
        action = field_ui(ui, editing, one, value_rect);
    } else {
        looked_at_ui(ui, one, &label, value_rect);
    }
    let center = pos2(rect.right() - side / 2.0, rect.center().y);
    if pin_ui(ui, one, is_chosen, Rect::from_center_size(center, vec2(side, side))).clicked() {
        let reading = (!is_chosen).then(|| one.reading.clone());
        action = Some(Action::ReadRecordAs { row: editing.subject.row.id, reading });
    }
    if is_typed && editing.draft.error.is_some() {
        error_ui(ui, Some(editing.draft));
    }
    action
}

fn field_ui(ui: &mut Ui, editing: &mut Editing<'_>, one: &ReadingText, rect: Rect) -> Option<Action> {
    let label = one.reading.label();
    let is_first = editing.subject.first_reading() == Some(&one.reading);
    let id = match is_first {
        true => field_id(editing.tab, Place::Inspector),
        false => Id::unique(("reading", editing.tab, &label)),
    };
    let is_mine = editing.draft.reading.as_ref() == Some(&one.reading);
    let mut text = match is_mine {
        true => editing.draft.text.clone(),
        false => one.text.clone().unwrap_or_default(),
    };
    let name = format!("As {label}");
    let invalid = is_mine && editing.draft.error.is_some();
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rect));
    let response =
        TextField::new(&name, &mut text).id(id).mono().width(rect.width()).invalid(invalid).show(&mut child);
    if !is_mine && (response.gained_focus() || response.changed()) {
        editing.draft.read_as(one.reading.clone(), editing.subject);
    } else if !is_mine {
        return None;
    }
    if response.changed() {
        editing.draft.text = text;
    }
    after_typing(&response, editing.subject, editing.draft, true)
}

/// What no text can say, such as how many records there are.
fn looked_at_ui(ui: &Ui, one: &ReadingText, label: &str, rect: Rect) {
    let theme = theme(ui);
    let response = ui.interact(rect, ui.make_persistent_id(("looked at", label)), Sense::hover());
    let font = fonts::mono(theme.size.text_dense);
    let shown = visible_text(&one.shown);
    let at = rect.shrink2(vec2(theme.size.gap, 0.0));
    let drawn = cell(ui.painter(), at, &shown, &font, theme.color.text, Align::Min);
    drawn.full_text_on_hover(ui, &response, || shown.clone().into_owned());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("As {label} {shown}")));
}

fn pin_ui(ui: &mut Ui, one: &ReadingText, is_chosen: bool, rect: Rect) -> Response {
    let theme = theme(ui);
    let label = one.reading.label();
    let name = match (is_chosen, &one.reading) {
        (true, _) => format!("No longer read as {label}"),
        (false, Reading::Message) => "Open as a message".to_owned(),
        (false, _) => format!("Show as {label} in the tree"),
    };
    let hint = "Remembered for this type and this place, in every file. The tree, the search and lists of \
                differences read it so; JSON, checks and what is sent go by the declaration";
    let ink = if is_chosen { theme.color.accent } else { theme.color.muted };
    let button = IconButton::new(Icon::Pin, &name).hint(hint).small().color(ink).selected(is_chosen);
    let salt = ui.make_persistent_id(("pin", label)).value();
    button.put(ui, rect, salt)
}
