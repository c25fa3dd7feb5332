//! Which member of a oneof is set.

use super::DialogView;
use super::frame::{buttons_ui, dialog};
use crate::app::{Action, State, members_of};
use crate::document::{Absent, Entry, RowId};
use crate::schema::{FieldDescriptor, Schema, kind_label};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::fuzzy::ranked;
use crate::ui::widgets::{Row, RowLabel, RowList, TextField, cell};
use egui::{Align, Context, Id, Key, Modifiers, Rect, Ui, pos2, vec2};

/// `None` is no member.
type Member = Option<FieldDescriptor>;

fn name_of(member: &Member) -> &str {
    member.as_ref().map_or("None", |field| field.name())
}

pub fn oneof_member_ui(
    ctx: &Context,
    state: &State,
    row: RowId,
    view: &mut DialogView,
    actions: &mut Vec<Action>,
) {
    let found = state.active_document().and_then(|open| open.row(row));
    let Some((oneof, entry)) = found.and_then(|row| Some((row.entry.oneof()?, row.entry))) else {
        actions.push(Action::Dismiss);
        return;
    };
    let set = match &entry {
        Entry::Absent { what: Absent::Oneof(_), .. } => None,
        entry => entry.number(),
    };
    let all: Vec<Member> = members_of(&entry).into_iter().map(Some).chain([None]).collect();
    let found: Vec<usize> =
        ranked(&view.text, all.iter().map(name_of)).into_iter().map(|(idx, _)| idx).collect();
    let entered = keys(ctx, view, found.len());
    let title = format!("Choose a member of {}", oneof.name());
    let (answer, is_closed) = dialog(ctx, &title, 720.0, |ui| {
        ui.weak("The others are taken away");
        let id = Id::unique("find a member");
        let field = TextField::search("Find a member", &mut view.text).id(id).show(ui);
        if !std::mem::replace(&mut view.is_focused, true) {
            field.request_focus();
            view.picked = found.iter().position(|idx| number_of(&all[*idx]) == set).unwrap_or(0);
        }
        if field.changed() {
            view.picked = 0;
            view.list = Default::default();
        }
        ui.add_space(theme(ui).size.gap);
        let clicked = list_ui(ui, &state.schema, &all, &found, set, view);
        if let Some(row) = clicked.0 {
            view.picked = row;
        }
        let reason = found.is_empty().then_some("No member has these letters");
        (buttons_ui(ui, &[("Choose", reason), ("Cancel", None)]), clicked.1)
    });
    let is_chosen = answer.0 == Some(0) || answer.1 || entered;
    if let Some(member) = found.get(view.picked).map(|idx| &all[*idx]).filter(|_| is_chosen) {
        actions.push(Action::Dismiss);
        actions.push(Action::ChooseMember { row, number: number_of(member) });
    } else if answer.0 == Some(1) || is_closed {
        actions.push(Action::Dismiss);
    }
}

fn number_of(member: &Member) -> Option<u32> {
    member.as_ref().map(FieldDescriptor::number)
}

/// Moves the pick; returns whether Enter was pressed.
fn keys(ctx: &Context, view: &mut DialogView, n_found: usize) -> bool {
    let pressed = |key: Key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = n_found.saturating_sub(1);
    let before = view.picked.min(last);
    view.picked = before;
    for (key, to) in [(Key::ArrowDown, (before + 1).min(last)), (Key::ArrowUp, before.saturating_sub(1))] {
        if pressed(key) {
            view.picked = to;
            view.list.ensure_visible(to as u64);
        }
    }
    pressed(Key::Enter)
}

fn list_ui(
    ui: &mut Ui,
    schema: &Schema,
    all: &[Member],
    found: &[usize],
    set: Option<u32>,
    view: &mut DialogView,
) -> (Option<usize>, bool) {
    let theme = theme(ui);
    let most = (ui.ctx().content_rect().height() - 260.0).clamp(120.0, 360.0);
    let height = (all.len().max(3) as f32 * theme.size.row).min(most);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover());
    let picked = view.picked as u64;
    let shown = ui
        .scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
            RowList::new("Members", found.len() as u64).selected(|row| row == picked).show(
                ui,
                &mut view.list,
                |ui, row| {
                    let member = &all[found[row.idx as usize]];
                    member_row_ui(ui, row, schema, member, number_of(member) == set)
                },
            )
        })
        .inner;
    (shown.clicked.map(|(row, _)| row as usize), shown.double_clicked.is_some())
}

fn member_row_ui(ui: &Ui, row: &Row, schema: &Schema, member: &Member, is_set: bool) -> RowLabel {
    let theme = theme(ui);
    let painter = ui.painter();
    let rect = row.rect.shrink2(vec2(theme.size.gap, 0.0));
    let column = |from: f32, to: f32| {
        Rect::from_min_max(pos2(rect.left() + from, rect.top()), pos2(rect.left() + to, rect.bottom()))
    };
    if is_set {
        let center = pos2(rect.left() + theme.size.icon / 2.0, rect.center().y);
        Icon::Check.paint_sized(painter, center, theme.size.icon - 2.0, theme.color.accent);
    }
    let dense = fonts::regular(theme.size.text_dense);
    let ink = if member.is_some() { theme.color.text } else { theme.color.muted };
    let name = name_of(member);
    let drawn = cell(painter, column(24.0, 276.0), name, &fonts::regular(theme.size.text), ink, Align::Min);
    drawn.full_text_on_hover(ui, &row.response, || name.to_owned());
    let kind = member.as_ref().map(kind_label).unwrap_or_default();
    let drawn = cell(painter, column(284.0, 440.0), &kind, &dense, theme.color.muted, Align::Min);
    drawn.full_text_on_hover(ui, &row.response, || kind.clone());
    let about = match member {
        Some(field) => schema.comment(field).and_then(|comment| comment.lines().next()).unwrap_or(""),
        None => "Takes away the member that is set",
    };
    let at = Rect::from_min_max(pos2(rect.left() + 448.0, rect.top()), rect.max);
    let drawn = cell(painter, at, about, &dense, theme.color.muted, Align::Min);
    drawn.full_text_on_hover(ui, &row.response, || about.to_owned());
    let label = if is_set { format!("{}, set", name_of(member)) } else { name_of(member).to_owned() };
    RowLabel::new(label).value(kind)
}
