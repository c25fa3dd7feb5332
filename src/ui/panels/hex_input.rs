//! Keys and the pointer in the hex pane, as acts on the bytes.

use super::hex_layout::Layout;
use crate::app::{Action, ByteAct, Move, OpenDocument};
use crate::ui::view::Asked;
use egui::{Event, Key, Modifiers, Pos2, Rect, Ui};

/// A press on the bytes that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drag {
    /// The fixed end of what is selected, for each of the two directions.
    forward_from: u64,
    backward_from: u64,
    /// The byte under the pointer.
    to: u64,
}

impl Drag {
    /// From the pressed byte to the one under the pointer, both included.
    fn act(self, len: u64) -> ByteAct {
        match self.forward_from <= self.to {
            true => ByteAct::Select { from: self.forward_from, to: (self.to + 1).min(len) },
            false => ByteAct::Select { from: self.backward_from.min(len), to: self.to },
        }
    }
}

/// Rows as drawn in this frame.
pub struct Drawn {
    pub rows: Vec<(u64, Rect)>,
    /// The pointer was pressed on one of them.
    pub is_pressed: bool,
    /// It was pressed and let go in one frame.
    pub is_clicked: bool,
    pub is_double_clicked: bool,
    pub is_secondary_clicked: bool,
}

impl Drawn {
    /// The byte nearest to a place, and whether that is in the column of text.
    fn nearest(&self, layout: &Layout, at: Pos2, len: u64) -> Option<(u64, bool)> {
        let below = self.rows.partition_point(|(_, rect)| rect.bottom() <= at.y);
        let (row_idx, rect) = self.rows.get(below).or(self.rows.last())?;
        let (idx, is_text) = layout.nearest(*rect, at);
        Some(((row_idx * layout.n_bytes + idx).min(len), is_text))
    }
}

/// What the pointer asks for; `scroll` is the row that it is held beyond.
pub fn pointer(
    ui: &Ui,
    open: &OpenDocument,
    layout: &Layout,
    drawn: &Drawn,
    drag: &mut Option<Drag>,
    view: Rect,
) -> (Vec<ByteAct>, Option<u64>) {
    let len = open.document.len();
    let (at, is_down) = ui.input(|input| (input.pointer.interact_pos(), input.pointer.primary_down()));
    let mut acts = Vec::new();
    let Some((byte, is_text)) = at.and_then(|at| drawn.nearest(layout, at, len)) else {
        *drag = drag.filter(|_| is_down);
        return (acts, None);
    };
    let selected = open.selected_bytes();
    if drawn.is_double_clicked && byte < len {
        *drag = None;
        return (vec![ByteAct::SelectValue(byte)], None);
    }
    let is_new = (drawn.is_pressed && drag.is_none() && ui.input(|input| input.pointer.primary_pressed()))
        || (drawn.is_clicked && drag.is_none());
    let is_beside = drawn.is_secondary_clicked && !selected.contains(&byte);
    if is_new || is_beside {
        if is_text != open.cursor.is_in_text() {
            acts.push(ByteAct::UseText(is_text));
        }
        let fixed = (is_new && is_pressed_with_shift(ui)).then(|| fixed_end(open));
        let begun =
            Drag { forward_from: fixed.unwrap_or(byte), backward_from: fixed.unwrap_or(byte + 1), to: byte };
        acts.push(match fixed {
            Some(_) => begun.act(len),
            None => ByteAct::Move { to: Move::To(byte), extends: false },
        });
        *drag = (is_new && is_down).then_some(begun);
        return (acts, None);
    }
    let Some(held) = drag.as_mut().filter(|_| is_down) else {
        *drag = None;
        return (acts, None);
    };
    if byte != held.to {
        held.to = byte;
        acts.push(held.act(len));
    }
    let at = at.unwrap_or_default();
    let first = drawn.rows.first().map_or(0, |(row, _)| *row);
    let last = drawn.rows.last().map_or(0, |(row, _)| *row);
    let scroll = match at.y {
        y if y < view.top() => first.checked_sub(1),
        y if view.bottom() < y => Some(last + 1),
        _ => None,
    };
    (acts, scroll)
}

fn is_pressed_with_shift(ui: &Ui) -> bool {
    let is_press = |event: &Event| matches!(event, Event::PointerButton { pressed: true, modifiers, .. } if modifiers.shift);
    ui.input(|input| input.modifiers.shift || input.events.iter().any(is_press))
}

/// The end of what is selected that stays when the other one is moved.
fn fixed_end(open: &OpenDocument) -> u64 {
    let (here, selected) = (open.cursor_offset(), open.selected_bytes());
    if here == selected.start { selected.end } else { selected.start }
}

/// What keys ask for, in the order in which they were pressed; they are taken out of the input.
/// With nothing selected Esc gives the keyboard back to the tree.
pub fn keys(ui: &Ui, open: &OpenDocument, layout: &Layout, page_rows: u64, asked: &mut Asked) -> Vec<Action> {
    let mut acts = Vec::new();
    let (is_in_text, inserts) = (open.cursor.is_in_text(), open.cursor.inserts());
    let width = layout.n_bytes;
    let line = i64::try_from(width).unwrap_or(1);
    let page = i64::try_from(page_rows).unwrap_or(1).saturating_mul(line);
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let act = match event {
                Event::Text(text) if is_in_text => Some(vec![ByteAct::Text(text.clone())]),
                Event::Text(text) => {
                    let digits = text.chars().filter_map(|c| c.to_digit(16));
                    Some(digits.map(|digit| ByteAct::Digit(digit as u8)).collect())
                }
                Event::Key { key, pressed: true, modifiers, .. } => {
                    key_act(*key, *modifiers, width, line, page, inserts).map(|act| vec![act])
                }
                _ => None,
            };
            let is_ours = act.is_some();
            acts.extend(act.unwrap_or_default());
            !is_ours
        });
    });
    let has_selected = !open.selected_bytes().is_empty();
    asked.focus_tree |= acts.contains(&ByteAct::Deselect) && !has_selected;
    acts.into_iter().map(Action::Bytes).collect()
}

fn key_act(
    key: Key,
    modifiers: Modifiers,
    width: u64,
    line: i64,
    page: i64,
    inserts: bool,
) -> Option<ByteAct> {
    if modifiers.alt {
        return None;
    }
    let to = match key {
        Key::Home if modifiers.command => Move::Start,
        Key::End if modifiers.command => Move::End,
        Key::Home => Move::LineStart { width },
        Key::End => Move::LineEnd { width },
        _ if modifiers.command => return None,
        Key::ArrowLeft => Move::By(-1),
        Key::ArrowRight => Move::By(1),
        Key::ArrowUp => Move::By(-line),
        Key::ArrowDown => Move::By(line),
        Key::PageUp => Move::By(-page),
        Key::PageDown => Move::By(page),
        Key::Escape => return Some(ByteAct::Deselect),
        Key::Delete if !modifiers.shift => return Some(ByteAct::Delete),
        Key::Backspace => return Some(ByteAct::Backspace),
        Key::Insert if !modifiers.shift => return Some(ByteAct::Insert(!inserts)),
        _ => return None,
    };
    Some(ByteAct::Move { to, extends: modifiers.shift })
}
