//! What the bytes at the cursor are as numbers, characters, bits and times; each can be typed over.

use super::Shown;
use crate::app::{Action, ByteAct, OpenDocument};
use crate::document::ReadMode;
use crate::document::value::{MAX_PROBED, Order, Probe, Unit};
use crate::ui::fonts;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::{
    Choice, Row, RowLabel, RowList, RowListState, TextField, cell, context_menu, field, menu_item_ui,
    visible_text,
};
use egui::{Align, Id, Key, Modifiers, Rect, Ui, pos2, vec2};

/// Where the pane stands and what is typed in it.
#[derive(Default)]
pub struct DataView {
    list: RowListState,
    /// Row and column.
    selected: Option<(u64, usize)>,
    draft: Option<Draft>,
    /// The selected reading, while the pane has the keyboard.
    pub copyable: Option<String>,
}

struct Draft {
    probe: Probe,
    text: String,
    error: Option<String>,
    wants_focus: bool,
}

/// A row: one reading over both columns, or one for each order of bytes.
type Line = [Option<Probe>; 2];

const fn one(probe: Probe) -> Line {
    [Some(probe), None]
}

const LINES: [Line; 16] = [
    one(Probe::Tag),
    one(Probe::Varint),
    one(Probe::SignedVarint),
    one(Probe::Zigzag),
    one(Probe::Character),
    one(Probe::Bits),
    [Some(Probe::Unsigned(8, Order::Little)), None],
    [Some(Probe::Signed(8, Order::Little)), None],
    [Some(Probe::Unsigned(16, Order::Little)), Some(Probe::Unsigned(16, Order::Big))],
    [Some(Probe::Signed(16, Order::Little)), Some(Probe::Signed(16, Order::Big))],
    [Some(Probe::Unsigned(32, Order::Little)), Some(Probe::Unsigned(32, Order::Big))],
    [Some(Probe::Signed(32, Order::Little)), Some(Probe::Signed(32, Order::Big))],
    [Some(Probe::Unsigned(64, Order::Little)), Some(Probe::Unsigned(64, Order::Big))],
    [Some(Probe::Signed(64, Order::Little)), Some(Probe::Signed(64, Order::Big))],
    [Some(Probe::Float(Order::Little)), Some(Probe::Float(Order::Big))],
    [Some(Probe::Double(Order::Little)), Some(Probe::Double(Order::Big))],
];

/// Shown only where the time they give is plausible.
const TIMES: [Probe; 9] = [
    Probe::VarintTime(Unit::Seconds),
    Probe::VarintTime(Unit::Millis),
    Probe::VarintTime(Unit::Micros),
    Probe::VarintTime(Unit::Nanos),
    Probe::FixedTime(32, Unit::Seconds),
    Probe::FixedTime(64, Unit::Seconds),
    Probe::FixedTime(64, Unit::Millis),
    Probe::FixedTime(64, Unit::Micros),
    Probe::FixedTime(64, Unit::Nanos),
];

const NAME_WIDTH: f32 = 84.0;

pub fn data_ui(ui: &mut Ui, shown: Shown<'_>, view: &mut DataView, actions: &mut Vec<Action>) {
    let open = shown.open;
    let theme = theme(ui);
    header_ui(ui, theme, open);
    let bytes = bytes_of(open);
    let times = TIMES.into_iter().filter(|probe| probe.read(&bytes).is_some()).map(one);
    let lines: Vec<Line> = LINES.into_iter().chain(times).collect();
    let n_lines = lines.len() as u64;
    let mut list = std::mem::take(&mut view.list);
    let selected = view.selected.map(|(row, _)| row);
    let mut asked = Vec::new();
    let response = RowList::new("Data inspector", n_lines)
        .row_height(theme.size.row_dense)
        .selected(|row| Some(row) == selected)
        .show(ui, &mut list, |ui, row| {
            let Some(line) = lines.get(row.idx as usize) else { return RowLabel::new("") };
            context_menu(&row.response).show(|ui| menu_ui(ui, *line, &bytes, &mut asked));
            line_ui(ui, theme, row, *line, &bytes, view, open, actions)
        });
    view.list = list;
    let column_at = |at: Option<egui::Pos2>| {
        let middle = Cells::of(theme, response.rows_rect).middle();
        usize::from(at.is_some_and(|at| middle <= at.x))
    };
    let pressed_at = ui.input(|input| input.pointer.interact_pos());
    if let Some(row) = response.clicked.map(|(row, _)| row).or(response.secondary_clicked) {
        view.selected = Some((row, column_at(pressed_at)));
    }
    if let Some(row) = response.double_clicked {
        asked.push(Asked::Edit(row, column_at(pressed_at)));
    }
    keys_ui(ui, &response.response, view, n_lines, &mut asked);
    let selected = view.selected.filter(|_| response.response.has_focus());
    view.copyable =
        selected.and_then(|(row, column)| probe_at(&lines, row, column)?.read(&bytes)).map(|(text, _)| text);
    if !asked.is_empty() {
        // A field that opens takes the keyboard in the next frame.
        ui.ctx().request_repaint();
    }
    for asked in asked {
        carry_out(asked, &lines, &bytes, view, actions);
    }
}

/// What was asked for in a row.
enum Asked {
    Edit(u64, usize),
    CopyProbe(Probe),
    EditProbe(Probe),
}

/// The reading in a column of a row.
fn probe_at(lines: &[Line], row: u64, column: usize) -> Option<Probe> {
    let line = lines.get(usize::try_from(row).ok()?)?;
    line[column.min(1)].or(line[0])
}

fn carry_out(asked: Asked, lines: &[Line], bytes: &[u8], view: &mut DataView, actions: &mut Vec<Action>) {
    let (probe, is_edit) = match asked {
        Asked::Edit(row, column) => (probe_at(lines, row, column), true),
        Asked::EditProbe(probe) => (Some(probe), true),
        Asked::CopyProbe(probe) => (Some(probe), false),
    };
    let Some(probe) = probe else { return };
    let text = probe.read(bytes).map(|(text, _)| text);
    match (is_edit, text) {
        (true, text) => {
            let text = text.unwrap_or_default();
            view.draft = Some(Draft { probe, text, error: None, wants_focus: true });
        }
        (false, Some(text)) => actions.push(Action::Copy(text)),
        (false, None) => {}
    }
}

fn keys_ui(ui: &Ui, list: &egui::Response, view: &mut DataView, n_lines: u64, asked: &mut Vec<Asked>) {
    let row = view.selected.map(|(row, _)| row.min(n_lines - 1));
    let column = view.selected.map_or(0, |(_, column)| column);
    if let Some(row) = view.list.selection_by_keys(list, row) {
        view.selected = Some((row, column));
    }
    let Some((row, column)) = view.selected.filter(|_| list.has_focus()) else { return };
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowLeft) {
        view.selected = Some((row, 0));
    }
    if pressed(Key::ArrowRight) {
        view.selected = Some((row, 1));
    }
    if pressed(Key::Enter) || pressed(Key::F2) {
        asked.push(Asked::Edit(row, column));
    }
}

fn bytes_of(open: &OpenDocument) -> Vec<u8> {
    let start = open.inspected_offset();
    let end = open.document.len().min(start + MAX_PROBED as u64);
    open.document.snapshot().bytes(start..end, ReadMode::Cached).unwrap_or_default()
}

/// Where name and readings stand in a row.
struct Cells {
    name: Rect,
    values: [Rect; 2],
    both: Rect,
}

impl Cells {
    fn of(theme: &Theme, row: Rect) -> Self {
        let inner = row.with_min_x(row.left() + theme.size.margin).with_max_x(row.right() - theme.size.gap);
        let left = inner.left() + NAME_WIDTH;
        let middle = (left + (inner.right() - left) / 2.0).round();
        let rect = |from: f32, to: f32| Rect::from_min_max(pos2(from, row.top()), pos2(to, row.bottom()));
        Self {
            name: rect(inner.left(), left - theme.size.gap_small),
            values: [rect(left, middle - theme.size.gap_small), rect(middle, inner.right())],
            both: rect(left, inner.right()),
        }
    }

    fn middle(&self) -> f32 {
        self.values[1].left()
    }

    fn of_line(&self, line: Line, column: usize) -> Rect {
        if line[1].is_none() { self.both } else { self.values[column] }
    }
}

fn header_ui(ui: &mut Ui, theme: &Theme, open: &OpenDocument) {
    let size = vec2(ui.available_width(), theme.size.row_dense);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.color.surface_1);
    let cells = Cells::of(theme, rect.with_max_x(rect.right() - theme.size.scroll_bar));
    let font = fonts::regular(theme.size.text_small);
    let name = if open.selected_bytes().is_empty() { "At the cursor" } else { "Selected" };
    for (at, text) in
        [(cells.name, name), (cells.values[0], "little-endian"), (cells.values[1], "big-endian")]
    {
        cell(ui.painter(), at, text, &font, theme.color.muted, Align::Min);
    }
}

#[allow(clippy::too_many_arguments, reason = "a row is drawn from everything around it")]
fn line_ui(
    ui: &mut Ui,
    theme: &Theme,
    row: &Row,
    line: Line,
    bytes: &[u8],
    view: &mut DataView,
    open: &OpenDocument,
    actions: &mut Vec<Action>,
) -> RowLabel {
    let cells = Cells::of(theme, row.rect);
    let dense = fonts::regular(theme.size.text_dense);
    let mono = fonts::mono(theme.size.text_mono);
    let name = line[0].map_or("", Probe::name);
    cell(ui.painter(), cells.name, name, &dense, theme.color.muted, Align::Min);
    let mut spoken = Vec::new();
    for (column, probe) in line.into_iter().enumerate() {
        let Some(probe) = probe else { continue };
        let at = cells.of_line(line, column);
        if view.draft.as_ref().is_some_and(|draft| draft.probe == probe) {
            actions.extend(draft_ui(ui, at, bytes, view, open));
            continue;
        }
        let Some((text, _)) = probe.read(bytes) else {
            cell(ui.painter(), at, "–", &mono, theme.color.muted, Align::Min);
            spoken.push("nothing".to_owned());
            continue;
        };
        let is_column = view.selected == Some((row.idx, column)) && line[1].is_some();
        if is_column {
            let under = at.with_min_y(at.bottom() - 2.0).shrink2(vec2(0.0, 0.5));
            ui.painter().rect_filled(under, 0.0, theme.color.accent);
        }
        let shown = visible_text(&text);
        let drawn = cell(ui.painter(), at, &shown, &mono, theme.color.text, Align::Min);
        drawn.full_text_on_hover(ui, &row.response, || shown.clone().into_owned());
        spoken.push(text);
    }
    let value = match line[1] {
        Some(_) => spoken.join(" little-endian, ") + " big-endian",
        None => spoken.join(" "),
    };
    RowLabel::new(format!("{name}: {value}"))
}

/// A field over a reading; Enter writes the bytes, Esc leaves them.
fn draft_ui(ui: &mut Ui, at: Rect, bytes: &[u8], view: &mut DataView, open: &OpenDocument) -> Option<Action> {
    let draft = view.draft.as_mut()?;
    let theme = theme(ui);
    let id = Id::unique("reading at the cursor");
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(at.expand2(vec2(theme.size.gap, 1.0))));
    let response = TextField::new("Reading at the cursor", &mut draft.text)
        .id(id)
        .mono()
        .height(at.height() + 2.0)
        .invalid(draft.error.is_some())
        .show(&mut child);
    if std::mem::take(&mut draft.wants_focus) {
        response.request_focus();
        field::select_all(ui.ctx(), id, &draft.text);
        return None;
    }
    if response.changed() {
        draft.error = draft.probe.write(&draft.text).err();
    }
    if let Some(error) = draft.error.clone() {
        response.show_tooltip_ui(|ui| {
            ui.colored_label(theme.color.problem, error);
        });
    }
    if !response.lost_focus() {
        return None;
    }
    let is_entered = ui.input(|input| input.key_pressed(Key::Enter));
    let written = draft.probe.write(&draft.text);
    let probe = draft.probe;
    match (is_entered, written) {
        // What is typed stays until it can be read.
        (true, Err(error)) => {
            draft.error = Some(error);
            draft.wants_focus = true;
            ui.ctx().request_repaint();
            None
        }
        (true, Ok(new)) => {
            view.draft = None;
            let n_before = probe.read(bytes).map_or(new.len(), |(_, n_bytes)| n_bytes) as u64;
            let start = open.inspected_offset();
            let range = start..(start + n_before).min(open.document.len());
            Some(Action::Bytes(ByteAct::Write { range, bytes: new }))
        }
        (false, _) => {
            view.draft = None;
            None
        }
    }
}

fn menu_ui(ui: &mut Ui, line: Line, bytes: &[u8], asked: &mut Vec<Asked>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.set_min_width(200.0);
    for (column, probe) in line.into_iter().enumerate() {
        let Some(probe) = probe else { continue };
        let order = match (line[1].is_some(), column) {
            (false, _) => "",
            (true, 0) => " little-endian",
            (true, _) => " big-endian",
        };
        let reason = probe.read(bytes).is_none().then_some("The bytes here say nothing as this");
        if menu_item_ui(ui, &Choice::new(&format!("Copy{order}")).disabled(reason)) {
            asked.push(Asked::CopyProbe(probe));
        }
        if menu_item_ui(ui, &Choice::new(&format!("Edit{order}"))) {
            asked.push(Asked::EditProbe(probe));
        }
    }
}
