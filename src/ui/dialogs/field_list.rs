//! A list of fields to pick one from, with a box that narrows it.

use super::DialogView;
use super::frame::{buttons_ui, dialog};
use super::pick_list::{keys, most_height, rows_ui};
use crate::schema::{FieldDescriptor, Schema, kind_label};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::fuzzy::ranked;
use crate::ui::widgets::{HoverText, Row, RowLabel, RowList, TextField, cell};
use egui::{Align, Context, Id, Rect, Ui, pos2, vec2};

/// One that can be picked.
#[derive(Default)]
pub struct FieldChoice<'a> {
    pub number: Option<u32>,
    pub name: &'a str,
    pub kind: String,
    /// The first line of its comment, or what is to be known of it.
    pub about: &'a str,
    /// All of the comment.
    pub comment: &'a str,
    pub is_muted: bool,
    /// Has a check mark.
    pub is_set: bool,
    /// What picking it does; the title of the first button.
    pub title: &'a str,
}

impl<'a> FieldChoice<'a> {
    pub fn of(field: &'a FieldDescriptor, schema: &'a Schema) -> Self {
        let comment = schema.comment(field).unwrap_or("");
        Self {
            number: Some(field.number()),
            name: field.name(),
            kind: kind_label(field),
            about: comment.lines().next().unwrap_or(""),
            comment,
            ..Self::default()
        }
    }
}

/// What the dialog says and offers.
pub struct FieldList<'a> {
    pub title: &'a str,
    /// Below the title; may be empty.
    pub note: &'a str,
    /// What the box and the list are called.
    pub find: &'a str,
    pub list: &'a str,
    pub choices: Vec<FieldChoice<'a>>,
    /// Said instead of a list, if there is nothing at all.
    pub if_empty: &'a str,
    /// Said where nothing has the letters that were typed.
    pub if_none: &'a str,
    /// The title of the first button where nothing is picked.
    pub verb: &'a str,
    /// Picked when the dialog opens.
    pub first: usize,
}

pub enum Picked {
    /// By its place among all choices.
    Choice(usize),
    Closed,
}

/// Shows the dialog; returns what it was answered with.
pub fn field_list_ui(ctx: &Context, list: &FieldList<'_>, view: &mut DialogView) -> Option<Picked> {
    let found: Vec<usize> = ranked(&view.text, list.choices.iter().map(|choice| choice.name))
        .into_iter()
        .map(|(idx, _)| idx)
        .collect();
    let entered = keys(ctx, view, found.len());
    let (answer, is_closed) = dialog(ctx, list.title, 960.0, |ui| {
        if !list.note.is_empty() {
            ui.weak(list.note);
        }
        let id = Id::unique(("find", list.find));
        let field = TextField::search(list.find, &mut view.text).id(id).show(ui);
        if !std::mem::replace(&mut view.is_focused, true) {
            field.request_focus();
            view.picked = found.iter().position(|idx| *idx == list.first).unwrap_or(0);
        }
        if field.changed() {
            view.picked = 0;
            view.list = Default::default();
        }
        ui.add_space(theme(ui).size.gap);
        let clicked = list_ui(ui, list, &found, view);
        if let Some(row) = clicked.0 {
            view.picked = row;
        }
        let picked = found.get(view.picked).and_then(|idx| list.choices.get(*idx));
        let title = picked.map_or(list.verb, |choice| choice.title);
        let reason = picked.is_none().then_some(list.if_none);
        (buttons_ui(ui, &[(title, reason), ("Cancel", None)]), clicked.1)
    });
    let is_chosen = answer.0 == Some(0) || answer.1 || entered;
    match found.get(view.picked).filter(|_| is_chosen) {
        Some(idx) => Some(Picked::Choice(*idx)),
        None => (answer.0 == Some(1) || is_closed).then_some(Picked::Closed),
    }
}

/// Which row was clicked, and whether one was clicked twice.
fn list_ui(
    ui: &mut Ui,
    list: &FieldList<'_>,
    found: &[usize],
    view: &mut DialogView,
) -> (Option<usize>, bool) {
    let theme = theme(ui);
    let height = (list.choices.len().max(3) as f32 * theme.size.row).min(most_height(ui, theme.size.row));
    let nothing = match (list.choices.is_empty(), found.is_empty()) {
        (true, _) => Some(list.if_empty),
        (false, is_empty) => is_empty.then_some(list.if_none),
    };
    rows_ui(ui, RowList::new(list.list, found.len() as u64), height, nothing, view, |ui, row| {
        let choice = found.get(row.idx as usize).and_then(|idx| list.choices.get(*idx));
        choice.map_or_else(RowLabel::default, |choice| row_ui(ui, row, choice))
    })
}

/// Where name, kind and comment begin, as shares of the width behind the number.
const KIND_FROM: f32 = 0.36;
const ABOUT_FROM: f32 = 0.58;
const NUMBER: f32 = 32.0;
/// The same where there is no room for kinds, and points from which on there is.
const NARROW_FROM: f32 = 0.58;
const LEAST_FOR_KIND: f32 = 560.0;

fn row_ui(ui: &Ui, row: &Row, choice: &FieldChoice<'_>) -> RowLabel {
    let theme = theme(ui);
    let painter = ui.painter();
    let rect = row.rect.shrink2(vec2(theme.size.gap, 0.0));
    let left = rect.left() + theme.size.icon + NUMBER;
    // In a narrow window the name needs the place of the kind.
    let (kind_from, about_from) = match rect.right() - left < LEAST_FOR_KIND {
        true => (NARROW_FROM, NARROW_FROM),
        false => (KIND_FROM, ABOUT_FROM),
    };
    let column = |from: f32, to: f32| {
        let x = |share: f32| left + share * (rect.right() - left);
        Rect::from_min_max(pos2(x(from), rect.top()), pos2(x(to) - theme.size.gap, rect.bottom()))
    };
    if choice.is_set {
        let center = pos2(rect.left() + theme.size.icon / 2.0, rect.center().y);
        Icon::Check.paint_sized(painter, center, theme.size.icon - 2.0, theme.color.accent);
    }
    let dense = fonts::regular(theme.size.text_dense);
    let muted = theme.color.muted;
    let number = choice.number.map(|number| number.to_string()).unwrap_or_default();
    let number_at = Rect::from_min_max(
        pos2(rect.left() + theme.size.icon, rect.top()),
        pos2(left - theme.size.gap, rect.bottom()),
    );
    cell(painter, number_at, &number, &fonts::mono(theme.size.text_mono), muted, Align::Max);
    let ink = if choice.is_muted { muted } else { theme.color.text };
    let font = fonts::regular(theme.size.text);
    let name = cell(painter, column(0.0, kind_from), choice.name, &font, ink, Align::Min);
    let kind = cell(painter, column(kind_from, about_from), &choice.kind, &dense, muted, Align::Min);
    let about = cell(painter, column(about_from, 1.0), choice.about, &dense, muted, Align::Min);
    let is_cut = name.is_elided || kind.is_elided || about.is_elided;
    if row.is_hovered && (is_cut || choice.comment.lines().nth(1).is_some()) {
        let text = if choice.comment.is_empty() { choice.about } else { choice.comment };
        row.response.clone().told(format!("{} · {}\n{text}", choice.name, choice.kind));
    }
    let name = if choice.is_set { format!("{}, set", choice.name) } else { choice.name.to_owned() };
    let label = if choice.kind.is_empty() { name } else { format!("{name}, {}", choice.kind) };
    RowLabel::new(label).value(choice.about)
}
