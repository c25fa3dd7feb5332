//! What stands over the bytes: where the cursor is, how much is selected, and how typing works.

use super::Shown;
use crate::app::{Action, ByteAct, OpenDocument, Pane};
use crate::document::value::grouped;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, theme};
use crate::ui::view::Asked;
use crate::ui::widgets::{HoverText, IconButton, TextButton, cell, check_box_ui};
use egui::{Align, Color32, Label, Layout, Rect, RichText, Ui, UiBuilder, pos2, vec2};

/// Narrower strips leave the check box to the menu.
const LEAST_FOR_LENGTHS: f32 = 470.0;

/// Draws into `strip`, whose right end is left to the caller; `has_room` says whether readings fit
/// beside the bytes.
pub fn strip_ui(
    ui: &mut Ui,
    shown: Shown<'_>,
    strip: Rect,
    has_room: bool,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let theme = theme(ui);
    let open = shown.open;
    let inner = strip.shrink2(vec2(0.0, 1.0));
    let inner = Rect::from_min_max(
        pos2(inner.left() + theme.size.margin, inner.top()),
        pos2(inner.right() - theme.size.row_dense - 2.0 * theme.size.gap, inner.bottom()),
    );
    let builder = UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap;
        let font = fonts::semibold(theme.size.text_dense);
        ui.add(Label::new(RichText::new("Hex").font(font)).selectable(false));
        let n_before = actions.len();
        mode_ui(ui, open, actions);
        if LEAST_FOR_LENGTHS <= inner.width() {
            lengths_ui(ui, open, actions);
        }
        // Typing goes on where it was.
        asked.focus_bytes |= n_before < actions.len();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let is_shown = shown.state.settings.show_data && has_room;
            let reason = (!has_room).then_some("There is no room for it; make the window wider");
            let button = IconButton::new(Icon::Number, "Data inspector").small().selected(is_shown);
            let hint = "Shows or hides the readings of the bytes at the cursor";
            if button.shortcut("Ctrl+Shift+I").hint(hint).disabled(reason).show(ui).clicked() {
                actions.push(Action::TogglePane(Pane::Data));
            }
            // Behind everything that can be clicked, so that no number moves a button.
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add_space(theme.size.gap);
                place_ui(ui, theme, open);
                legend_ui(ui, theme, open);
            });
        });
    });
}

/// Where the cursor is and what is selected, as far as there is room: `0x1f4 · 500 · 12 B selected`,
/// `0x1f4` or nothing.
fn place_ui(ui: &mut Ui, theme: &Theme, open: &OpenDocument) {
    let at = open.inspected_offset();
    let selected = open.selected_bytes();
    let mut places = vec![format!("0x{at:x} · {}", grouped(at)), format!("0x{at:x}")];
    match selected.end - selected.start {
        0 => {}
        n_bytes => places.insert(0, format!("{} · {} B selected", places[0], grouped(n_bytes))),
    }
    let font = fonts::mono(theme.size.text_mono);
    let most = ui.available_width();
    let fits = |place: &&String, beside: f32| {
        let galley = ui.painter().layout_no_wrap((*place).clone(), font.clone(), theme.color.muted);
        galley.size().x + beside <= most
    };
    // The place in decimal gives way to what the tints mean.
    let legend: f32 = legend(theme).iter().map(|(word, ..)| chip_width(ui, theme, word)).sum();
    let beside = legend + 3.0 * theme.size.gap;
    let found = places.iter().find(|place| fits(place, beside));
    if let Some(place) = found.or_else(|| places.iter().find(|place| fits(place, 0.0))) {
        let text = RichText::new(place).font(font).color(theme.color.muted);
        ui.add(Label::new(text).selectable(false)).told(&places[0]);
    }
}

fn mode_ui(ui: &mut Ui, open: &OpenDocument, actions: &mut Vec<Action>) {
    let inserts = open.cursor.inserts();
    let (title, hint) = match inserts {
        true => ("Insert", "Typing moves what follows; press Insert to type over it"),
        false => ("Overwrite", "Typing goes over what is there; press Insert to move it"),
    };
    if TextButton::new(title).hint(hint).show(ui).clicked() {
        actions.push(Action::Bytes(ByteAct::Insert(!inserts)));
    }
    let (title, hint) = match open.cursor.is_in_text() {
        true => ("Text", "Keys are typed as text; click to type hexadecimal digits"),
        false => ("Digits", "Keys are typed as hexadecimal digits; click to type text"),
    };
    if TextButton::new(title).hint(hint).show(ui).clicked() {
        actions.push(Action::Bytes(ByteAct::UseText(!open.cursor.is_in_text())));
    }
}

fn lengths_ui(ui: &mut Ui, open: &OpenDocument, actions: &mut Vec<Action>) {
    let mut keeps = open.cursor.keeps_lengths();
    let hint = "When bytes come or go, the lengths of the records around them follow. Without it \
                only the bytes that are typed change.";
    if check_box_ui(ui, "Keep lengths in step", hint, &mut keeps) {
        actions.push(Action::Bytes(ByteAct::KeepLengths(keeps)));
    }
}

/// What the tints mean, from the right.
fn legend(theme: &Theme) -> [(&'static str, Color32, Color32); 3] {
    let color = &theme.color;
    [
        ("value", color.value_tint, color.value_text),
        ("length", color.length_tint, color.length_text),
        ("tag", color.tag_tint, color.tag_text),
    ]
}

/// Of a word of the legend, with the gap beside it.
fn chip_width(ui: &Ui, theme: &Theme, word: &str) -> f32 {
    let font = fonts::regular(theme.size.text_small);
    let galley = ui.painter().layout_no_wrap(word.to_owned(), font, theme.color.muted);
    galley.size().x + 3.0 * theme.size.gap_small + 2.0
}

/// The whole legend or, where there is no room for it, nothing of it.
fn legend_ui(ui: &mut Ui, theme: &Theme, open: &OpenDocument) {
    let font = fonts::regular(theme.size.text_small);
    let color = &theme.color;
    let mut at = ui.available_rect_before_wrap();
    let words = legend(theme);
    if at.width() < words.iter().map(|(word, ..)| chip_width(ui, theme, word)).sum::<f32>() {
        return;
    }
    for (word, fill, ink) in words {
        let width = chip_width(ui, theme, word) - theme.size.gap_small;
        let chip = Rect::from_min_max(
            pos2(at.right() - width, at.center().y - 8.0),
            pos2(at.right(), at.center().y + 8.0),
        );
        ui.painter().rect_filled(chip, theme.size.radius - 1.0, fill);
        cell(ui.painter(), chip, word, &font, ink, Align::Center);
        at.max.x = chip.left() - theme.size.gap_small;
    }
    if open.document.is_modified() && 0 < open.document.n_edits() {
        let text = "underlined: changed";
        let galley = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), color.muted);
        if galley.size().x + theme.size.gap <= at.width() {
            at.max.x -= theme.size.gap_small;
            cell(ui.painter(), at, text, &font, color.muted, Align::Max);
        }
    }
}
