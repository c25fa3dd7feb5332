//! What happened in a call, in order: steps and messages. A double click opens a message.

use super::CallView;
use crate::app::{Action, CallAct, MadeCall, State, Step, TimelineRow, duration_text};
use crate::document::value::{grouped, show_value};
use crate::rpc::{Direction, Message};
use crate::schema::{Kind, MessageDescriptor, field_of};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::panels::size_text;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::{
    Choice, IconButton, Row, RowLabel, RowList, cell, context_menu, empty_state_ui, menu_item_ui,
    visible_text,
};
use crate::wire::{Read, WireType, records};
use egui::{Align, Key, Modifiers, Rect, Ui, pos2, vec2};

const TIME_WIDTH: f32 = 64.0;
const SIZE_WIDTH: f32 = 76.0;
/// Points that the name of a header, or of a part of a certificate, takes.
const NAME_WIDTH: f32 = 130.0;
/// Points under which the parts of a step use all of a row.
const NARROW: f32 = 400.0;
/// Bytes and characters of a message that matter to its row.
const MAX_LOOKED_AT: usize = 1024;
const MAX_CHARS: usize = 120;
/// Messages in a message that its row tells of.
const MAX_INNER: usize = 3;
/// Lines of a step that stand beside its title while it is closed.
const MAX_PREVIEW: usize = 4;

pub(super) fn timeline_ui(ui: &mut Ui, state: &State, view: &mut CallView, actions: &mut Vec<Action>) {
    let Some(made) = state.calls.shown() else {
        let hint = "Messages sent and received will be listed here.";
        empty_state_ui(ui, Icon::Send, "No call yet", hint, &[]);
        return;
    };
    let theme = theme(ui);
    let (first, end) = (made.log.n_dropped(), made.n_messages());
    let n_rows = made.steps.n_rows(first, end);
    follow(view, made, n_rows);
    let picked = view.picked.filter(|(id, _)| *id == made.id).map(|(_, row)| row);
    let is_picked = |number: u64| picked.is_some() && made.steps.row(number, first, end) == picked;
    let mut opened = None;
    let response = RowList::new("Timeline", n_rows).row_height(theme.size.row).selected(is_picked).show(
        ui,
        &mut view.timeline,
        |ui, row| match made.steps.row(row.idx, first, end) {
            Some(TimelineRow::Message(nth)) => message_ui(ui, theme, row, made, nth, &mut opened),
            Some(TimelineRow::Step(idx)) => step_ui(ui, theme, row, &made.steps.all()[idx]),
            Some(TimelineRow::Line { step, line }) => line_ui(ui, theme, row, &made.steps.all()[step], line),
            None => RowLabel::new(""),
        },
    );
    let here = picked.and_then(|row| made.steps.number_of(row, first, end));
    let moved = view.timeline.selection_by_keys(&response.response, here);
    let clicked = response.clicked.map(|(row, _)| row);
    if let Some(row) = clicked.or(moved).and_then(|number| made.steps.row(number, first, end)) {
        view.picked = Some((made.id, row));
    }
    let row_of = |number: Option<u64>| number.and_then(|number| made.steps.row(number, first, end));
    // One click opens a step's lines, two a message.
    if let Some(TimelineRow::Step(step)) = row_of(clicked) {
        actions.push(Action::Call(CallAct::ToggleStep { call: made.id, step }));
    }
    if let Some(TimelineRow::Message(nth)) = row_of(response.double_clicked) {
        opened = Some(CallAct::OpenMessage { call: made.id, nth });
    }
    if response.response.has_focus() {
        opened = opened.or(keys(ui, made, picked));
    }
    actions.extend(opened.map(Action::Call));
}

/// Enter on the row that is picked; Esc gives up a call that goes on.
fn keys(ui: &Ui, made: &MadeCall, picked: Option<TimelineRow>) -> Option<CallAct> {
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let call = made.id;
    if made.is_live() && pressed(Key::Escape) {
        return Some(CallAct::Cancel(call));
    }
    match picked? {
        TimelineRow::Message(nth) if pressed(Key::Enter) => Some(CallAct::OpenMessage { call, nth }),
        TimelineRow::Step(step) if pressed(Key::Enter) || pressed(Key::Space) => {
            Some(CallAct::ToggleStep { call, step })
        }
        _ => None,
    }
}

/// Keeps the end in view while it was, and rows where they are when older ones go.
fn follow(view: &mut CallView, made: &MadeCall, n_rows: u64) {
    let n_dropped = made.log.n_dropped();
    let seen = view.seen.replace((made.id, n_rows, n_dropped));
    match seen {
        Some((id, before, was_dropped)) if id == made.id && (before, was_dropped) == (n_rows, n_dropped) => {}
        Some((id, before, was_dropped)) if id == made.id => {
            let position = view.timeline.position().row;
            let was_at_end = position + view.timeline.page_rows() + 1 >= before;
            if was_at_end {
                view.timeline.ensure_visible(n_rows.saturating_sub(1));
            } else if was_dropped < n_dropped {
                view.timeline.anchor_moved(position.saturating_sub(n_dropped - was_dropped));
            }
        }
        _ => view.timeline.ensure_visible(n_rows.saturating_sub(1)),
    }
}

/// The time at the left; what is left of the row.
fn time_ui(ui: &Ui, theme: &Theme, row: &Row, time: &str) -> Rect {
    let all = row.rect.shrink2(vec2(theme.size.margin, 0.0));
    let at = all.with_max_x(all.left() + TIME_WIDTH);
    cell(ui.painter(), at, time, &fonts::mono(theme.size.text_mono), theme.color.muted, Align::Max);
    all.with_min_x(at.right() + theme.size.margin)
}

fn icon_ui(ui: &Ui, theme: &Theme, at: &mut Rect, icon: Icon, color: egui::Color32) {
    let center = pos2(at.left() + 7.0, at.center().y);
    icon.paint_sized(ui.painter(), center, 14.0, color);
    at.min.x += 14.0 + theme.size.gap;
}

fn message_ui(
    ui: &mut Ui,
    theme: &Theme,
    row: &Row,
    made: &MadeCall,
    nth: u64,
    opened: &mut Option<CallAct>,
) -> RowLabel {
    let Some(message) = made.message(nth) else { return RowLabel::new("") };
    let is_received = message.direction == Direction::Received;
    let mut at = time_ui(ui, theme, row, &duration_text(message.at));
    let (icon, color) = match is_received {
        true => (Icon::ArrowDown, theme.color.ok),
        false => (Icon::ArrowUp, theme.color.accent),
    };
    icon_ui(ui, theme, &mut at, icon, color);
    let side = theme.size.row_dense;
    let center = pos2(at.right() - side / 2.0, at.center().y);
    if row.is_hovered || row.is_selected {
        let open = IconButton::new(Icon::ExternalLink, "Open as a document").small();
        let rect = Rect::from_center_size(center, vec2(side, side));
        if open.put(ui, rect, nth).clicked() {
            *opened = Some(CallAct::OpenMessage { call: made.id, nth });
        }
    }
    at.max.x -= side + theme.size.gap_small;
    let size = size_of(message);
    let size_at = at.with_min_x(at.right() - SIZE_WIDTH);
    let mono = fonts::mono(theme.size.text_mono);
    let sized = cell(ui.painter(), size_at, &size, &mono, theme.color.muted, Align::Max);
    at.max.x = sized.rect.left() - theme.size.gap;
    let (name, what) = if is_received { ("Received", "received") } else { ("Sent", "sent") };
    let dense = fonts::regular(theme.size.text_dense);
    let shown = cell(ui.painter(), at, name, &dense, theme.color.text, Align::Min);
    at.min.x = shown.rect.right() + theme.size.margin;
    let summary = summary(made, message);
    let shown = cell(ui.painter(), at, &visible_text(&summary), &mono, theme.color.muted, Align::Min);
    shown.full_text_on_hover(ui, &row.response, || visible_text(&summary).into_owned());
    menu_ui(row, made, nth, is_received, opened);
    RowLabel::new(format!("Message {} {what}", grouped(nth + 1))).value(format!("{size}, {summary}"))
}

fn menu_ui(row: &Row, made: &MadeCall, nth: u64, is_received: bool, opened: &mut Option<CallAct>) {
    context_menu(&row.response).show(|ui| {
        if menu_item_ui(ui, &Choice::new("Open as a document").icon(Icon::ExternalLink)) {
            *opened = Some(CallAct::OpenMessage { call: made.id, nth });
            ui.close();
        }
        let reason = match is_received && made.received_before(nth).is_some() {
            true => None,
            false => Some("No message was received before this one"),
        };
        let compare = Choice::new("Compare with the reply before").icon(Icon::Compare).disabled(reason);
        if menu_item_ui(ui, &compare) {
            *opened = Some(CallAct::CompareWithBefore { call: made.id, nth });
            ui.close();
        }
        let offers = made.offers(nth);
        if !offers.is_empty() {
            ui.separator();
        }
        for offer in offers {
            let icon = if offer.is_sent() { Icon::Send } else { Icon::Message };
            if menu_item_ui(ui, &Choice::new(offer.title()).icon(icon)) {
                *opened = Some(CallAct::TakeOffer { call: made.id, nth, offer });
                ui.close();
            }
        }
    });
}

fn size_of(message: &Message) -> String {
    size_text(message.bytes.len() as u64)
}

/// What a command of a session is; otherwise the first few values, or the bytes where no type is known.
fn summary(made: &MadeCall, message: &Message) -> String {
    if let Some(title) = made.command_title(message) {
        return title;
    }
    let len = message.bytes.len() as u64;
    let head = &message.bytes[..message.bytes.len().min(MAX_LOOKED_AT)];
    let text = match made.type_of(message) {
        Some(declared) => {
            let kind = Kind::Message(declared.clone());
            let text = show_value(&kind, head, len, MAX_CHARS).text;
            if text == NOT_SHOWN { inner_summary(declared, head).unwrap_or(text) } else { text }
        }
        None => {
            // The size has its own column.
            let text = show_value(&Kind::Bytes, head, len, MAX_CHARS).text;
            text.split_once("  ").map(|(_, bytes)| bytes.to_owned()).unwrap_or(text)
        }
    };
    if message.is_compressed { format!("{text} · {} compressed", size_text(message.wire_len)) } else { text }
}

/// What a message says that has nothing to show but in other messages.
const NOT_SHOWN: &str = "{…}";

/// The first messages in it that have something to show.
fn inner_summary(declared: &MessageDescriptor, head: &[u8]) -> Option<String> {
    let parts = records(head).filter_map(|(offset, read)| {
        let Read::Record(record) = read else { return None };
        let field = field_of(declared, record.tag.number)?;
        let (Kind::Message(_), WireType::Len) = (field.kind(), record.tag.wire_type) else { return None };
        let start = offset + usize::from(record.payload_start);
        let payload = head.get(start..start.checked_add(usize::try_from(record.payload_len).ok()?)?)?;
        let len = record.payload_len + record.missing;
        let text = show_value(&field.kind(), payload, len, MAX_CHARS / 2).text;
        (text != NOT_SHOWN).then(|| format!("{} {text}", field.name()))
    });
    let parts: Vec<String> = parts.take(MAX_INNER).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn step_ui(ui: &Ui, theme: &Theme, row: &Row, step: &Step) -> RowLabel {
    let time = step.time();
    let mut at = time_ui(ui, theme, row, &time);
    let has_lines = !step.lines.is_empty();
    let (icon, color) = match (has_lines, step.is_open, step.is_warning) {
        (true, true, _) => (Icon::ChevronDown, theme.color.muted),
        (true, false, _) => (Icon::ChevronRight, theme.color.muted),
        (false, _, _) => (Icon::Dot, theme.color.muted),
    };
    icon_ui(ui, theme, &mut at, icon, color);
    let ink = if step.is_warning { theme.color.problem } else { theme.color.text };
    let title = visible_text(&step.title);
    let font = fonts::regular(theme.size.text_dense);
    let shown = cell(ui.painter(), at, &title, &font, ink, Align::Min);
    shown.full_text_on_hover(ui, &row.response, || title.clone().into_owned());
    at.min.x = shown.rect.right() + theme.size.gap;
    if has_lines && !step.is_open {
        let preview = preview(step);
        let mono = fonts::mono(theme.size.text_mono);
        let preview = visible_text(&preview);
        let shown = cell(ui.painter(), at, &preview, &mono, theme.color.muted, Align::Min);
        shown.full_text_on_hover(ui, &row.response, || preview.clone().into_owned());
    }
    RowLabel::new(step.title.as_str()).value(time).expanded(has_lines.then_some(step.is_open))
}

/// The first lines of a step that is not open.
fn preview(step: &Step) -> String {
    let lines = step.lines.iter().take(MAX_PREVIEW);
    lines.map(|line| format!("{}: {}", line.name, line.value)).collect::<Vec<_>>().join(" · ")
}

fn line_ui(ui: &Ui, theme: &Theme, row: &Row, step: &Step, line: usize) -> RowLabel {
    let Some(line) = step.lines.get(line) else { return RowLabel::new("") };
    let is_narrow = row.rect.width() < NARROW;
    // Of a narrow row none is left empty for a time.
    let mut at =
        if is_narrow { row.rect.shrink2(vec2(theme.size.margin, 0.0)) } else { time_ui(ui, theme, row, "") };
    at.min.x += 14.0 + theme.size.gap;
    let name = visible_text(&line.name);
    let dense = fonts::regular(theme.size.text_dense);
    let of_name = ui.painter().layout_no_wrap(name.to_string(), dense.clone(), theme.color.muted).size().x;
    let most = NAME_WIDTH.min(at.width() * 0.42);
    let name_at = at.with_max_x(at.left() + if is_narrow { of_name.ceil().min(most) } else { most });
    let shown = cell(ui.painter(), name_at, &name, &dense, theme.color.muted, Align::Min);
    shown.full_text_on_hover(ui, &row.response, || name.clone().into_owned());
    let value_at = at.with_min_x(name_at.right() + theme.size.gap);
    let value = visible_text(&line.value);
    let is_prose = matches!(line.name.as_str(), "error" | "hint" | "failure" | "RocketMQ");
    let font = if is_prose { dense } else { fonts::mono(theme.size.text_mono) };
    let shown = cell(ui.painter(), value_at, &value, &font, theme.color.text, Align::Min);
    shown.full_text_on_hover(ui, &row.response, || value.chars().take(2000).collect());
    context_menu(&row.response).show(|ui| {
        if menu_item_ui(ui, &Choice::new("Copy").icon(Icon::Copy)) {
            ui.ctx().copy_text(line.value.clone());
            ui.close();
        }
    });
    RowLabel::new(line.name.as_str()).value(line.value.as_str()).level(1)
}
