//! Which member of a oneof is set.

use super::DialogView;
use super::field_list::{FieldChoice, FieldList, Picked, field_list_ui};
use crate::app::{Action, State, members_of};
use crate::document::RowId;
use egui::Context;

pub fn oneof_member_ui(
    ctx: &Context,
    state: &State,
    row: RowId,
    view: &mut DialogView,
    actions: &mut Vec<Action>,
) {
    let found = state.active_document().and_then(|open| {
        let found = open.row(row)?;
        Some((found.entry.oneof()?, open.member_in_force(&found), members_of(&found.entry)))
    });
    let Some((oneof, set, members)) = found else {
        actions.push(Action::Dismiss);
        return;
    };
    let mut choices: Vec<FieldChoice<'_>> =
        members.iter().map(|member| FieldChoice::of(member, &state.schema)).collect();
    choices.push(FieldChoice {
        name: "None",
        about: "Removes the member that is set",
        is_muted: true,
        ..FieldChoice::default()
    });
    for choice in &mut choices {
        (choice.is_set, choice.title) = (choice.number == set, "Choose");
    }
    let list = FieldList {
        title: &format!("Choose a member of the oneof {}", oneof.name()),
        note: "Setting one removes the others",
        find: "Find a member",
        list: "Members",
        verb: "Choose",
        first: choices.iter().position(|choice| choice.is_set).unwrap_or(0),
        choices,
        if_empty: "",
        if_none: "No member has these letters",
    };
    let Some(picked) = field_list_ui(ctx, &list, view) else { return };
    actions.push(Action::Dismiss);
    if let Picked::Choice(idx) = picked {
        let number = list.choices.get(idx).and_then(|choice| choice.number);
        actions.push(Action::ChooseMember { row, number });
    }
}
