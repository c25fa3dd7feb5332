//! What the commands of the tree mean: moving rows, oneofs, map keys, opening and walking.

use super::action::{Action, Dialog, SelectTarget};
use super::command::Command;
use super::state::{OpenDocument, State};
use crate::document::{Entry, Meaning, Row};

const NO_DOCUMENT: &str = "No document is open";
const NO_SELECTION: &str = "Nothing is selected";

/// What a command of the tree means now; `Err` says why it cannot be done.
pub(super) fn resolve(command: Command, state: &State) -> Result<Action, &'static str> {
    let open = state.active_document().ok_or(NO_DOCUMENT)?;
    if let Some(n_levels) = levels(command) {
        return Ok(Action::OpenToDepth(n_levels));
    }
    match command {
        Command::ShowAbsent => {
            open.message().ok_or("Without a type nothing is absent; choose a message type first")?;
            return Ok(Action::ShowAbsent(!state.settings.show_absent));
        }
        Command::NextChange => return Ok(Action::Select(SelectTarget::Change { forward: true })),
        Command::PreviousChange => return Ok(Action::Select(SelectTarget::Change { forward: false })),
        _ => {}
    }
    let selection = open.selection.as_ref().ok_or(NO_SELECTION)?;
    let row = open.selected_row().ok_or(NO_SELECTION)?;
    let id = row.id;
    match command {
        Command::InsertBefore => can_insert(&row).map(|()| Action::InsertBefore(id)),
        Command::MoveUp => can_move(&row).map(|()| Action::MoveRow { row: id, down: false }),
        Command::MoveDown => can_move(&row).map(|()| Action::MoveRow { row: id, down: true }),
        Command::ChooseMember => match row.entry.oneof() {
            Some(_) => Ok(Action::Show(Dialog::OneofMember { row: id })),
            None => Err("This field is in no oneof"),
        },
        // F2 edits where there is no key.
        Command::RenameKey if matches!(row.entry, Entry::Absent { .. }) => {
            Err("This row is no entry of a map")
        }
        Command::RenameKey if !is_map_entry(&row.entry) => Command::EditValue.resolve(state),
        Command::RenameKey => Ok(Action::Show(Dialog::RenameKey { row: id })),
        Command::ExpandSiblings => Ok(Action::ExpandSiblings(selection.row_number)),
        Command::ExpandBelow if row.is_expandable() => Ok(Action::ExpandBelow(selection.row_number)),
        Command::ExpandBelow => Err("There is nothing below this row"),
        Command::NextSibling => sibling(open, &row, true),
        Command::PreviousSibling => sibling(open, &row, false),
        _ => Err("This is no command of the tree"),
    }
}

/// The levels that a command opens.
fn levels(command: Command) -> Option<u32> {
    const LEVELS: [Command; 9] = [
        Command::ExpandTo1,
        Command::ExpandTo2,
        Command::ExpandTo3,
        Command::ExpandTo4,
        Command::ExpandTo5,
        Command::ExpandTo6,
        Command::ExpandTo7,
        Command::ExpandTo8,
        Command::ExpandTo9,
    ];
    LEVELS.iter().position(|known| *known == command).map(|idx| idx as u32 + 1)
}

fn can_insert(row: &Row) -> Result<(), &'static str> {
    let field = row.entry.field().ok_or("This field is not repeated")?;
    match &row.entry {
        _ if field.is_map() => Err("The entries of a map have no order; add one instead"),
        _ if !field.is_list() => Err("This field is not repeated"),
        Entry::Absent { .. } => Err("This field is not set; Enter sets it"),
        _ => Ok(()),
    }
}

fn can_move(row: &Row) -> Result<(), &'static str> {
    match row.entry {
        Entry::Run { .. } | Entry::Record { .. } | Entry::Element { .. } => Ok(()),
        Entry::Absent { .. } => Err("This field is not set"),
        Entry::Rest { .. } | Entry::Unread { .. } => Err("These bytes are no record"),
    }
}

fn sibling(open: &OpenDocument, row: &Row, forward: bool) -> Result<Action, &'static str> {
    let is_last = row.ordinal + 1 >= open.tree.n_own(row.branch);
    match forward {
        true if is_last => Err("This is the last row of its message"),
        false if row.ordinal == 0 => Err("This is the first row of its message"),
        _ => Ok(Action::Select(SelectTarget::Sibling { forward })),
    }
}

/// Whether the row is one entry of a map.
pub(super) fn is_map_entry(entry: &Entry) -> bool {
    matches!(entry, Entry::Record { meaning: Meaning::Field(field), .. } if field.is_map())
}
