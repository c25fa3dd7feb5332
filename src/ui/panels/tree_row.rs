//! One row of the tree, painted.

use super::{Shown, problems_of, size_text, tone_of};
use crate::document::{
    Entry, Meaning, Note, ReadMode, Row as DocumentRow, RowText, Standing, Tone, row_text,
};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::Theme;
use crate::ui::widgets::{
    self, ColumnLayout, HoverText, Row, RowLabel, cell, elide, tree_cell, visible_text,
};
use egui::{Align, Color32, FontId, Painter, Rect, Ui, pos2, vec2};

/// Characters of a value that can matter to a row.
const MAX_CHARS: usize = 240;

/// Where the cells of this frame stand.
pub struct Columns<'a> {
    pub layout: &'a ColumnLayout,
    pub theme: &'static Theme,
}

/// What became of a row.
pub struct Drawn {
    pub label: RowLabel,
    pub value_rect: Rect,
    pub chevron_clicked: bool,
    /// The mark of its oneof was clicked.
    pub oneof_clicked: bool,
}

pub fn row_ui(
    ui: &Ui,
    columns: &Columns<'_>,
    shown: Shown<'_>,
    row: &Row,
    document_row: &DocumentRow,
    is_edited: bool,
) -> Drawn {
    let theme = columns.theme;
    let painter = ui.painter();
    let text = row_text(shown.open.document.snapshot(), document_row, MAX_CHARS, ReadMode::Cached);
    let mono = fonts::mono(theme.size.text_mono);
    let dense = fonts::regular(theme.size.text_dense);
    let muted = theme.color.muted;
    let at = |column_idx| columns.layout.cell(row.rect, column_idx);
    cell(painter, at(0), &text.number, &mono, muted, Align::Max);
    let worst = worst(shown, document_row);
    let chevron_clicked = name_ui(ui, theme, at(1), row, document_row, &text, worst);
    let kind = visible_text(&text.kind);
    let kind_color = match &document_row.entry {
        Entry::Record { meaning: Meaning::Clash(_), .. } => problem_color(theme, worst),
        _ => muted,
    };
    let kind_cell = cell(painter, at(2), &kind, &dense, kind_color, Align::Min);
    kind_cell.full_text_on_hover(ui, &row.response, || kind.clone().into_owned());
    let value_rect = at(3);
    let mut oneof_clicked = false;
    if !is_edited {
        let (rest, is_clicked) = notes_ui(ui, theme, value_rect, row, &text.notes);
        oneof_clicked = is_clicked;
        value_ui(ui, theme, rest, row, &text, worst, document_row);
    }
    let size = if text.tone == Tone::Absent { String::new() } else { size_text(text.n_bytes) };
    cell(painter, at(4), &size, &mono, muted, Align::Max);
    let is_expanded = document_row.is_expandable().then_some(document_row.is_expanded);
    let mut name = format!("{}, {}", text.name, text.kind);
    if !text.value.is_empty() {
        name = format!("{name}, {}", text.value);
    }
    for note in &text.notes {
        name = format!("{name}, {note}");
    }
    let label = RowLabel::new(name).level(document_row.depth as usize).expanded(is_expanded);
    Drawn { label, value_rect, chevron_clicked, oneof_clicked }
}

/// The worst problem of a row: of all that is in it while it is closed, else of its own bytes.
fn worst(shown: Shown<'_>, row: &DocumentRow) -> Option<widgets::Tone> {
    let found = problems_of(shown.open, &row.entry, row.is_expanded);
    found.map(|problem| problem.severity).max().map(tone_of)
}

/// That of the mark beside the name, once it is known.
fn problem_color(theme: &Theme, worst: Option<widgets::Tone>) -> Color32 {
    match worst {
        Some(tone @ widgets::Tone::Warning) => tone.color(theme),
        _ => theme.color.problem,
    }
}

/// Guides, chevron, name and a mark; returns whether the chevron was clicked.
fn name_ui(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    row: &Row,
    document_row: &DocumentRow,
    text: &RowText,
    worst: Option<widgets::Tone>,
) -> bool {
    // Indent stops growing at a third of the column; from there on a number says the depth.
    let most = ((rect.width() / 3.0) / theme.size.indent).floor().max(1.0) as usize;
    let depth = document_row.depth as usize;
    let is_expanded = document_row.is_expandable().then_some(document_row.is_expanded);
    let tree = tree_cell(ui.painter(), theme, rect, depth.min(most), is_expanded);
    let mut at = tree.text;
    if let Some(tone) = worst {
        let center = pos2(at.right() - theme.size.icon / 2.0, at.center().y);
        tone.icon().paint_sized(ui.painter(), center, theme.size.icon - 2.0, tone.color(theme));
        at.max.x -= theme.size.icon + theme.size.gap_small;
    }
    if most < depth {
        let font = fonts::mono(theme.size.text_small);
        let level = cell(ui.painter(), at, &format!("›{depth}"), &font, theme.color.muted, Align::Min);
        at.min.x = level.rect.right() + theme.size.gap_small;
    }
    let font = fonts::regular(theme.size.text);
    let name = visible_text(&text.name);
    let drawn = cell(ui.painter(), at, &name, &font, name_color(theme, document_row, text), Align::Min);
    drawn.full_text_on_hover(ui, &row.response, || name.clone().into_owned());
    tree.is_chevron_clicked(&row.response)
}

fn name_color(theme: &Theme, row: &DocumentRow, text: &RowText) -> Color32 {
    match (&row.entry, text.tone) {
        (Entry::Rest { .. }, Tone::Problem) => theme.color.problem,
        (Entry::Unread { .. }, _) => theme.color.muted,
        (_, Tone::Absent) => theme.color.muted,
        _ if row.is_overridden || is_overridden(text) => theme.color.muted,
        (_, Tone::Unknown) => theme.color.unknown,
        _ => theme.color.text,
    }
}

fn is_overridden(text: &RowText) -> bool {
    text.notes.contains(&Note::Standing(Standing::Overridden))
}

/// What a row is beside its value, at the right end of the cell; returns what is left of it, and
/// whether the mark of a oneof was clicked.
fn notes_ui(ui: &Ui, theme: &Theme, mut at: Rect, row: &Row, notes: &[Note]) -> (Rect, bool) {
    let font = fonts::regular(theme.size.text_small);
    let mut is_clicked = false;
    for note in notes.iter().rev() {
        let is_oneof = matches!(note, Note::Oneof(_));
        let text = note.to_string();
        let text = visible_text(&text);
        let most = at.width() / 2.0;
        let color = theme.color.muted;
        let (galley, _) = elide::one_line(ui.painter(), &text, &font, color, most, elide::Elide::End);
        let icon = if is_oneof { 12.0 } else { 0.0 };
        let width = galley.size().x + icon + 2.0 * theme.size.gap_small + 2.0;
        if at.width() < width + 40.0 {
            // Told instead while the row is pointed at.
            let all: Vec<String> = notes.iter().map(Note::to_string).collect();
            row.response.clone().told_at_pointer(all.join(", "));
            break;
        }
        let chip = at.with_min_x(at.right() - width).shrink2(vec2(0.0, 4.0));
        let is_over = is_oneof
            && row.response.contains_pointer()
            && ui.input(|input| input.pointer.hover_pos()).is_some_and(|pos| chip.contains(pos));
        let fill = if is_over { theme.color.pressed } else { theme.color.surface_2 };
        ui.painter().rect_filled(chip, theme.size.radius, fill);
        let inner = chip.shrink2(vec2(theme.size.gap_small + 1.0, 0.0));
        let text_at = elide::place(ui.painter(), inner, &galley, Align::Min);
        ui.painter().galley(text_at.min, galley, color);
        if is_oneof {
            let center = pos2(inner.right() - 4.0, chip.center().y);
            Icon::ChevronDown.paint_sized(ui.painter(), center, 11.0, color);
        }
        if is_over {
            ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
            row.response.clone().told_at_pointer("Choose another member");
        }
        is_clicked |= is_over && row.response.clicked();
        at.max.x = chip.left() - theme.size.gap_small;
    }
    (at, is_clicked)
}

/// `worst` is what the mark beside the name says.
fn value_ui(
    ui: &Ui,
    theme: &Theme,
    mut at: Rect,
    row: &Row,
    text: &RowText,
    worst: Option<widgets::Tone>,
    document_row: &DocumentRow,
) {
    let (font, mut color) = value_style(theme, text.tone, is_words(&document_row.entry));
    if matches!(text.tone, Tone::Warning | Tone::Problem) && worst.is_some() {
        color = problem_color(theme, worst);
    }
    if document_row.is_overridden || is_overridden(text) {
        color = theme.color.muted;
    }
    let icon = match text.tone {
        Tone::Unknown => Some(Icon::Help),
        Tone::Warning => Some(Icon::Warning),
        Tone::Problem => Some(Icon::Error),
        _ => None,
    };
    if let Some(icon) =
        icon.filter(|_| worst.is_none() && !document_row.is_expanded && !text.value.is_empty())
    {
        paint_icon(ui.painter(), icon, at, theme, color);
        at.min.x += theme.size.icon + theme.size.gap_small;
    }
    let value = visible_text(&text.value);
    let drawn = cell(ui.painter(), at, &value, &font, color, Align::Min);
    drawn.full_text_on_hover(ui, &row.response, || value.clone().into_owned());
}

fn paint_icon(painter: &Painter, icon: Icon, at: Rect, theme: &Theme, color: Color32) {
    let center = pos2(at.left() + theme.size.icon / 2.0, at.center().y);
    icon.paint_sized(painter, center, theme.size.icon - 2.0, color);
}

/// Whether what stands for a value is a sentence.
pub(super) fn is_words(entry: &Entry) -> bool {
    matches!(entry, Entry::Rest { .. } | Entry::Unread { .. })
}

pub(super) fn value_style(theme: &Theme, tone: Tone, is_words: bool) -> (FontId, Color32) {
    let mono = fonts::mono(theme.size.text_mono);
    let dense = fonts::regular(theme.size.text_dense);
    match tone {
        Tone::Text => (mono, theme.color.string),
        Tone::Number => (mono, theme.color.number),
        Tone::Enum => (mono, theme.color.enumeration),
        Tone::Bytes => (mono, theme.color.bytes),
        Tone::Summary | Tone::Absent => (dense, theme.color.muted),
        Tone::Unknown if is_words => (dense, theme.color.unknown),
        Tone::Warning if is_words => (dense, theme.color.warning),
        Tone::Problem if is_words => (dense, theme.color.problem),
        Tone::Unknown => (mono, theme.color.unknown),
        Tone::Warning => (mono, theme.color.warning),
        Tone::Problem => (mono, theme.color.problem),
    }
}
