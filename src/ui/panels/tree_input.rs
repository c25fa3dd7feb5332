//! What keys and drags mean in the tree, beside arrows: names as they are typed, and where a dragged
//! row may go.

use super::Shown;
use crate::app::{Action, Command, OpenDocument, SelectTarget, why_not_move};
use crate::document::{ReadMode, RowId};
use crate::ui::view::{Asked, TabView};
use crate::ui::widgets::RowDrag;
use egui::{Event, Key, Modifiers, Ui};

/// Seconds without a key after which a name starts anew.
const PAUSE: f64 = 1.0;
const GONE: &str = "These rows are not there";

/// A name as it is typed into the tree.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    text: String,
    at: f64,
}

/// Takes what is typed while the tree has the keyboard: letters go to the row of that name, `*` opens
/// everything below.
pub fn typed_ui(ui: &Ui, shown: Shown<'_>, view: &mut TabView, asked: &mut Asked, actions: &mut Vec<Action>) {
    if ui.input_mut(|input| input.consume_key(Modifiers::SHIFT, Key::ArrowRight)) {
        let command = Command::ExpandBelow;
        asked.run(ui.ctx(), command, command.resolve(shown.state), actions);
    }
    let (events, now, modifiers) = ui.input(|input| (input.events.clone(), input.time, input.modifiers));
    let changes = |event: &Event| matches!(event, Event::ModifiersChanged(_));
    // The text of Alt and a digit is that of a shortcut.
    let mut held = if events.iter().any(changes) { Modifiers::NONE } else { modifiers };
    let texts = events.iter().filter_map(|event| match event {
        Event::ModifiersChanged(now) => {
            held = *now;
            None
        }
        Event::Text(text) if !held.alt && !held.command => Some(text.as_str()),
        _ => None,
    });
    for text in texts {
        match text {
            "*" => {
                asked.run(ui.ctx(), Command::ExpandBelow, Command::ExpandBelow.resolve(shown.state), actions)
            }
            // Alone, the space bar opens and closes.
            " " => {}
            text => actions.extend(view.typed.take(text, now)),
        }
    }
}

impl Typed {
    fn take(&mut self, text: &str, now: f64) -> Option<Action> {
        if PAUSE < now - self.at {
            self.text.clear();
        }
        self.at = now;
        // The same letter again and again goes from one row to the next.
        let is_again = self.text == text && text.chars().count() == 1;
        if !is_again {
            self.text.push_str(text);
        }
        let here = !is_again && self.text.chars().count() > 1;
        Some(Action::Select(SelectTarget::Named { start: self.text.clone(), here }))
    }
}

/// The row that a dragged row would go beside, and whether below it, or why it cannot go there.
pub fn drop_target(open: &OpenDocument, drag: RowDrag) -> Result<(RowId, RowId, bool), &'static str> {
    let from = open.rows(drag.from..drag.from + 1).pop().ok_or(GONE)?;
    let over = open.rows(drag.over..drag.over + 2);
    let mut to = over.first().ok_or(GONE)?.clone();
    let is_inside_next = over.get(1).is_some_and(|next| from.depth < next.depth);
    // Below the last row of what stands beside it is below that.
    if from.depth < to.depth && drag.below && !is_inside_next {
        while from.depth < to.depth {
            let snapshot = open.document.snapshot();
            to = open.tree.row_above(snapshot, to.branch, ReadMode::Cached).ok_or(GONE)?;
        }
    } else if to.is_expanded && drag.below {
        return Err("What is below an open row is inside of it; close it first");
    }
    if from.id == to.id {
        return Err("It is here already");
    }
    if from.depth < to.depth && from.branch != to.branch && !is_element(&to) {
        return Err("A record is moved within its message only");
    }
    match why_not_move(open, from.id, to.id) {
        Some(reason) => Err(reason),
        None => Ok((from.id, to.id, drag.below)),
    }
}

fn is_element(row: &crate::document::Row) -> bool {
    matches!(row.entry, crate::document::Entry::Element { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_a_row_are_one_name_and_a_pause_starts_anew() {
        let mut typed = Typed::default();
        let named = |action: Option<Action>| match action {
            Some(Action::Select(SelectTarget::Named { start, here })) => (start, here),
            other => panic!("{other:?}"),
        };
        assert_eq!(named(typed.take("t", 10.0)), ("t".to_owned(), false));
        assert_eq!(named(typed.take("o", 10.2)), ("to".to_owned(), true));
        assert_eq!(named(typed.take("b", 12.0)), ("b".to_owned(), false));
        assert_eq!(named(typed.take("b", 12.1)), ("b".to_owned(), false), "on to the next one");
    }
}
