//! What is to be known of sources besides their files: what was left out, declared differently or
//! removed, and `protoc`.

use super::sources::{MAX_SHOWN, SourcesView, indented};
use crate::app::{Action, Protoc, SourceRow, State};
use crate::ui::fonts;
use crate::ui::theme::theme;
use crate::ui::widgets::{
    Elide, HoverText, TextButton, cell, cell_elided, check_box_ui, path_link_ui, section_ui, visible_text,
};
use egui::{Align, Label, Layout, RichText, Sense, Ui, vec2};
use std::borrow::Cow;
use std::path::Path;

/// Files that can be used without something that was left out of them.
pub(super) fn noted_ui(ui: &mut Ui, row: &SourceRow, view: &mut SourcesView) {
    if row.noted.is_empty() {
        return;
    }
    let mut is_open = view.unfolded.contains(&row.path);
    indented(ui, |ui| {
        ui.push_id(("noted", &row.path), |ui| {
            let n_noted = row.noted.len().to_string();
            if section_ui(ui, "Files to know about", &n_noted, Some(&mut is_open)) {
                for (path, notes) in row.noted.iter().take(MAX_SHOWN) {
                    let small = theme(ui).size.text_small;
                    let muted = theme(ui).color.muted;
                    let path = RichText::new(visible_text(path).into_owned()).size(small).color(muted);
                    ui.add(Label::new(path).wrap());
                    for note in notes {
                        ui.add(Label::new(RichText::new(note).size(theme(ui).size.text_dense)).wrap());
                    }
                    ui.add_space(theme(ui).size.gap_small);
                }
                if MAX_SHOWN < row.noted.len() {
                    ui.weak(format!("and {} more", row.noted.len() - MAX_SHOWN));
                }
            }
        });
    });
    if is_open {
        view.unfolded.insert(row.path.clone());
    } else {
        view.unfolded.remove(&row.path);
    }
}

/// Asks once whether `protoc` is to be used, where it may help.
pub(super) fn protoc_question_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    if let (None, Some(Protoc::Offered { path, n_files })) = (state.sources.protoc, &state.source_list.protoc)
    {
        ui.add_space(theme.size.gap_small);
        let what = if *n_files == 1 { "the file".to_owned() } else { format!("{n_files} files") };
        let text = format!("protoc is installed and may be able to compile {what} that cannot be used.");
        let path = path.to_string_lossy();
        ui.add(Label::new(text).wrap()).told(visible_text(&path).into_owned());
        ui.add_space(theme.size.gap_small);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme.size.gap;
            let hint =
                format!("Runs {path} on the files that cannot be used, now and whenever sources are loaded");
            if TextButton::new("Use protoc").hint(&hint).outlined().show(ui).clicked() {
                actions.push(Action::UseProtoc(true));
            }
            if TextButton::new("Never")
                .hint("It is not offered again; it can be allowed here later")
                .show(ui)
                .clicked()
            {
                actions.push(Action::UseProtoc(false));
            }
        });
        ui.add_space(theme.size.gap);
    }
}

/// The answer, which can be changed.
pub(super) fn protoc_answer_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let Some(answer) = state.sources.protoc else { return };
    ui.add_space(theme.size.gap);
    let mut is_on = answer;
    let text = "Let protoc compile what cannot be used otherwise";
    let hint = "The protoc of the PATH is run on files that are refused here, with nothing but their paths";
    if check_box_ui(ui, text, hint, &mut is_on) {
        actions.push(Action::UseProtoc(is_on));
    }
    if state.source_list.protoc == Some(Protoc::Missing) {
        indented(ui, |ui| {
            let text = RichText::new("protoc is not on the PATH").color(theme.color.warning);
            ui.add(Label::new(text.size(theme.size.text_small)).wrap());
        });
    }
}

/// Names of which only one declaration can be meant.
pub(super) fn contradictions_ui(
    ui: &mut Ui,
    state: &State,
    view: &mut SourcesView,
    actions: &mut Vec<Action>,
) {
    let list = &state.source_list;
    if list.contradictions.is_empty() {
        return;
    }
    let note = list.n_contradictions.to_string();
    if !section_ui(ui, "Declared differently", &note, Some(&mut view.contradictions)) {
        return;
    }
    let theme = theme(ui);
    let muted = |text: String| RichText::new(text).color(theme.color.muted).size(theme.size.text_small);
    for one in list.contradictions.iter().take(MAX_SHOWN) {
        ui.add(
            Label::new(
                RichText::new(visible_text(&one.winner.full_name).into_owned()).size(theme.size.text_dense),
            )
            .wrap(),
        );
        for (word, address) in [("means the one in", &one.winner), ("not the one in", &one.loser)] {
            let size = vec2(ui.available_width(), theme.size.row_dense);
            ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = theme.size.gap_small;
                ui.label(muted(word.to_owned()));
                let prefix = format!("{} in ", one.winner.full_name);
                if path_link_ui(ui, &as_listed(state, &address.file), &prefix).clicked() {
                    actions.push(Action::ShowPage(address.clone()));
                }
            });
        }
        let has = format!("which has {}", visible_text(&one.difference));
        ui.add(Label::new(muted(has)).wrap());
        ui.add_space(theme.size.gap_small);
    }
    if MAX_SHOWN < list.n_contradictions {
        ui.weak(format!("and {} more", list.n_contradictions - MAX_SHOWN));
    }
}

/// A path as the sources above write it: files are named without the slash that it begins with.
fn as_listed<'a>(state: &State, file: &'a str) -> Cow<'a, str> {
    let whole = format!("/{file}");
    match state.source_list.rows.iter().any(|row| Path::new(&whole).starts_with(&row.path)) {
        true => Cow::Owned(whole),
        false => Cow::Borrowed(file),
    }
}

pub(super) fn removed_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let Some(removed) = &state.removed else { return };
    let text = format!("{} was removed", visible_text(&removed.name));
    let put_back = TextButton::new("Put back").outlined();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme(ui).size.gap;
        let width = ui.available_width() - put_back.width(ui) - theme(ui).size.gap;
        let (rect, response) = ui.allocate_exact_size(vec2(width, theme(ui).size.button), Sense::hover());
        let font = fonts::regular(theme(ui).size.text);
        let muted = theme(ui).color.muted;
        // What became of it is not cut.
        let became = " was removed";
        let became_width = ui.painter().layout_no_wrap(became.to_owned(), font.clone(), muted).size().x;
        let name_at = rect.with_max_x((rect.right() - became_width - 1.0).max(rect.left()));
        let name = visible_text(&removed.name);
        let shown = cell_elided(ui.painter(), name_at, &name, &font, muted, Align::Min, Elide::Middle);
        let rest = rect.with_min_x(shown.rect.right());
        cell(ui.painter(), rest, became, &font, muted, Align::Min);
        shown.full_text_on_hover(ui, &response, || text.clone());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
        if put_back.show(ui).clicked() {
            actions.push(Action::PutBackSource);
        }
    });
}
