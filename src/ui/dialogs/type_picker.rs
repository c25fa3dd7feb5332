//! Which message type the bytes, or the payload of one record, are read as: all types, those that fit
//! best first, with reasons.

use super::DialogView;
use super::frame::{buttons_ui, dialog};
use super::pick_list::{keys, most_height, rows_ui};
use crate::app::{Action, Content, State, TabId};
use crate::document::reading::Reading;
use crate::document::{Entry, Meaning, RowId};
use crate::schema::{Kind, MessageDescriptor, Ranking};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::fuzzy::ranked;
use crate::ui::widgets::{Elide, Row, RowLabel, RowList, TextField, cell, cell_elided};
use egui::{Align, Context, Id, Rect, Ui, pos2, vec2};

/// A line of the list.
struct Offered {
    /// `None` is "no type".
    message: Option<MessageDescriptor>,
    reason: String,
    /// Bits saved against no type; `None` where nothing was ranked.
    score: Option<i64>,
    is_preselected: bool,
}

pub fn type_picker_ui(
    ctx: &Context,
    state: &State,
    tab: TabId,
    view: &mut DialogView,
    actions: &mut Vec<Action>,
) {
    let open = state.tab(tab).and_then(|tab| match &tab.content {
        Content::Open(open) => Some(open),
        _ => None,
    });
    let Some(open) = open else {
        actions.push(Action::Dismiss);
        return;
    };
    let all = offered(state, open.ranking.as_deref());
    let current = open.message().map(|message| message.full_name().to_owned());
    match picked_ui(ctx, "Read the bytes as", &all, current.as_deref(), view) {
        Picked::Nothing => {}
        Picked::Cancel => actions.push(Action::Dismiss),
        Picked::Type(message) => {
            let message = message.map(|message| message.full_name().to_owned());
            actions.push(Action::Dismiss);
            actions.push(Action::ReadAs { tab, message });
        }
    }
}

/// For the payload of one record of the document in front.
pub fn record_type_ui(
    ctx: &Context,
    state: &State,
    row: RowId,
    view: &mut DialogView,
    actions: &mut Vec<Action>,
) {
    let open = state.active_document();
    let Some((open, found)) = open.and_then(|open| Some((open, open.row(row)?))) else {
        actions.push(Action::Dismiss);
        return;
    };
    let guess = open.guess.as_ref().filter(|guess| guess.row == row);
    let all = offered(state, guess.and_then(|guess| guess.ranking.as_deref()));
    let current = match &found.entry {
        Entry::Record { meaning: Meaning::Chosen { reading, .. }, .. } => {
            reading.message().flatten().map(|message| message.full_name().to_owned())
        }
        _ => None,
    };
    match picked_ui(ctx, "Read these bytes as", &all, current.as_deref(), view) {
        Picked::Nothing => {}
        Picked::Cancel => actions.push(Action::Dismiss),
        Picked::Type(message) => {
            let message = message.map(|message| Reading::Kind(Kind::Message(message)));
            let reading = Some(message.unwrap_or(Reading::Message));
            actions.push(Action::ReadRecordAs { row, reading });
        }
    }
}

/// What became of the dialog in this frame.
enum Picked {
    Nothing,
    Cancel,
    /// `None` is "no type".
    Type(Option<MessageDescriptor>),
}

fn picked_ui(
    ctx: &Context,
    title: &str,
    all: &[Offered],
    current: Option<&str>,
    view: &mut DialogView,
) -> Picked {
    let found = found(all, &view.text);
    let entered = keys(ctx, view, found.len());
    let (answer, is_closed) = dialog(ctx, title, 640.0, |ui| {
        let field = TextField::search("Find a type", &mut view.text).id(Id::unique("find a type")).show(ui);
        if !std::mem::replace(&mut view.is_focused, true) {
            field.request_focus();
        }
        if field.changed() {
            view.picked = 0;
            view.list = Default::default();
        }
        let is_ranked = all.iter().any(|offered| offered.score.is_some());
        if is_ranked && !all.iter().any(fits) {
            ui.add_space(theme(ui).size.gap_small);
            ui.weak("No loaded type fits these bytes.");
        }
        ui.add_space(theme(ui).size.gap);
        let theme = theme(ui);
        let row_height = 2.0 * theme.size.row_dense;
        let rows = RowList::new("Types", found.len() as u64).row_height(row_height);
        let nothing = found.is_empty().then_some("No type has these letters");
        let clicked = rows_ui(ui, rows, most_height(ui, row_height), nothing, view, |ui, row| {
            offered_ui(ui, theme, row, &all[found[row.idx as usize]], current)
        });
        if let Some(row) = clicked.0 {
            view.picked = row;
        }
        let pressed = buttons_ui(ui, &[("Use this type", nothing), ("Cancel", None)]);
        (pressed, clicked.1)
    });
    let (pressed, is_double) = answer;
    let is_chosen = pressed == Some(0) || is_double || entered;
    match found.get(view.picked).map(|idx| &all[*idx]).filter(|_| is_chosen) {
        Some(offered) => Picked::Type(offered.message.clone()),
        None if pressed == Some(1) || is_closed => Picked::Cancel,
        None => Picked::Nothing,
    }
}

fn offered(state: &State, ranking: Option<&Ranking>) -> Vec<Offered> {
    let mut all = match ranking {
        Some(ranking) => by_ranking(ranking),
        None => state
            .schema
            .messages()
            .iter()
            .map(|message| Offered {
                message: Some(message.clone()),
                reason: "Not ranked yet".to_owned(),
                score: None,
                is_preselected: false,
            })
            .collect(),
    };
    let reason = "Fields by number, with every plausible reading".to_owned();
    let none = Offered { message: None, reason, score: None, is_preselected: false };
    // Where no type fits, none is the best.
    let at = if ranking.is_some() && !all.iter().any(fits) { 0 } else { all.len() };
    all.insert(at, none);
    all
}

/// Whether the bytes speak for a type.
fn fits(offered: &Offered) -> bool {
    offered.message.is_some() && offered.score.is_some_and(|score| score > 0)
}

fn by_ranking(ranking: &Ranking) -> Vec<Offered> {
    let groups = ranking.groups.iter().flat_map(|group| {
        group.types.iter().map(|message| Offered {
            message: Some(message.clone()),
            reason: group.reason.clone(),
            score: Some(group.score),
            is_preselected: ranking.preselected.as_ref() == Some(message),
        })
    });
    groups.collect()
}

fn found(all: &[Offered], query: &str) -> Vec<usize> {
    if query.trim().is_empty() {
        return (0..all.len()).collect();
    }
    let names = all.iter().map(|offered| offered.message.as_ref().map_or("No type", |m| m.full_name()));
    ranked(query, names).into_iter().map(|(idx, _)| idx).collect()
}

fn offered_ui(ui: &Ui, theme: &Theme, row: &Row, offered: &Offered, current: Option<&str>) -> RowLabel {
    let painter = ui.painter();
    let at = row.rect.shrink2(vec2(theme.size.margin, 0.0));
    let half = at.height() / 2.0;
    let top = Rect::from_min_max(pos2(at.left(), at.top() + 1.0), pos2(at.right(), at.top() + half + 1.0));
    let bottom =
        Rect::from_min_max(pos2(at.left(), at.top() + half - 1.0), pos2(at.right(), at.bottom() - 1.0));
    let full_name = offered.message.as_ref().map(|message| message.full_name());
    // With the messages that it is declared in.
    let name = offered.message.as_ref().map_or("No type", |message| {
        let full_name = message.full_name();
        full_name.strip_prefix(message.package_name()).map_or(full_name, |name| name.trim_start_matches('.'))
    });
    let is_current = full_name == current;
    let mut text = top;
    let mark = match (is_current, offered.is_preselected) {
        (true, _) => Some((Icon::Check, "in use")),
        (false, true) => Some((Icon::Check, "best")),
        _ => None,
    };
    if let Some((icon, word)) = mark {
        let font = fonts::regular(theme.size.text_small);
        let word = cell(painter, top, word, &font, theme.color.ok, Align::Max);
        let center = pos2(word.rect.left() - 10.0, top.center().y);
        icon.paint_sized(painter, center, 13.0, theme.color.ok);
        text.max.x = center.x - theme.size.gap;
    }
    let shown = cell(painter, text, name, &fonts::medium(theme.size.text), theme.color.text, Align::Min);
    text.min.x = shown.rect.right() + theme.size.gap;
    let package = offered.message.as_ref().map_or("", |message| message.package_name());
    cell(painter, text, package, &fonts::regular(theme.size.text_dense), theme.color.muted, Align::Min);
    let is_contradicted = offered.score.is_some_and(|score| score < 0);
    let mut bottom = bottom;
    if is_contradicted {
        let center = pos2(bottom.left() + 7.0, bottom.center().y);
        Icon::Warning.paint_sized(painter, center, 13.0, theme.color.warning);
        bottom.min.x += theme.size.icon + theme.size.gap_small;
    }
    let dense = fonts::regular(theme.size.text_dense);
    let color = theme.color.muted;
    let reason = cell_elided(painter, bottom, &offered.reason, &dense, color, Align::Min, Elide::End);
    reason.full_text_on_hover(ui, &row.response, || offered.reason.clone());
    RowLabel::new(full_name.unwrap_or("No type")).value(offered.reason.as_str())
}
