//! One-line and many-line text inputs with a border, an icon and a state for drafts that do not
//! parse.

use egui::epaint::RectShape;
use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{
    Color32, FontId, Id, Margin, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, TextEdit, Ui,
    WidgetInfo, pos2, vec2,
};

use super::button::IconButton;
use super::floating::HoverText;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, theme};

/// Characters of a text that are measured, more than any field is wide, and told while the pointer is
/// over it.
const MOST_MEASURED: usize = 1_000;

/// A text input. Its name is for those who do not see what stands beside it.
///
/// ```text
/// let response = TextField::new("Deadline", &mut draft).hint("5s").invalid(error.is_some()).show(ui);
/// ```
#[must_use = "a field does nothing until it is shown"]
pub struct TextField<'a> {
    name: &'a str,
    text: &'a mut String,
    hint: &'a str,
    icon: Option<Icon>,
    id: Option<Id>,
    width: Option<f32>,
    rows: usize,
    height: Option<f32>,
    is_mono: bool,
    is_invalid: bool,
    is_quiet: bool,
    is_hidden: bool,
    has_clear: bool,
}

impl<'a> TextField<'a> {
    pub fn new(name: &'a str, text: &'a mut String) -> Self {
        Self {
            name,
            text,
            hint: "",
            icon: None,
            id: None,
            width: None,
            rows: 1,
            height: None,
            is_mono: false,
            is_invalid: false,
            is_quiet: false,
            is_hidden: false,
            has_clear: false,
        }
    }

    /// With a magnifying glass, and a button that empties it.
    pub fn search(name: &'a str, text: &'a mut String) -> Self {
        Self { icon: Some(Icon::Search), hint: name, has_clear: true, ..Self::new(name, text) }
    }

    /// Shown while the field is empty.
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// For asking for the focus from elsewhere.
    pub fn id(mut self, id: Id) -> Self {
        self.id = Some(id);
        self
    }

    /// In points; all of `ui` if not set.
    pub fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    pub fn rows(mut self, rows: usize) -> Self {
        self.rows = rows;
        self
    }

    /// Of one row, in points: for fields inside rows.
    pub fn height(mut self, height: f32) -> Self {
        self.height = Some(height);
        self
    }

    pub fn mono(mut self) -> Self {
        self.is_mono = true;
        self
    }

    /// The draft does not parse: say why beside it.
    pub fn invalid(mut self, is_invalid: bool) -> Self {
        self.is_invalid = is_invalid;
        self
    }

    /// Without a border until it is hovered or focused: in bars.
    pub fn quiet(mut self) -> Self {
        self.is_quiet = true;
        self
    }

    /// Shows dots for what is typed: for secrets.
    pub fn hidden(mut self, is_hidden: bool) -> Self {
        self.is_hidden = is_hidden;
        self
    }

    /// The response is that of the text: `changed`, `lost_focus`, `has_focus`.
    ///
    /// Fields of one name in one `Ui` need [`Self::id`].
    pub fn show(mut self, ui: &mut Ui) -> Response {
        let theme = theme(ui);
        let width = self.width.unwrap_or_else(|| ui.available_width());
        let line = ui.fonts_mut(|fonts| fonts.row_height(&self.font(theme)));
        let row_height = self.height.unwrap_or(theme.size.field);
        let height = row_height + line * (self.rows.max(1) - 1) as f32;
        let (rect, frame) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        let ground = ui.painter().add(Shape::Noop);

        let pad_y = ((row_height - line) / 2.0).floor().max(2.0);
        let mut inner = rect.shrink2(vec2(theme.size.gap, pad_y));
        if let Some(icon) = self.icon {
            let middle = row_height / 2.0;
            let at = pos2(inner.left() + theme.size.icon / 2.0, rect.top() + middle);
            icon.paint(ui.painter(), at, theme.color.muted);
            inner.min.x += theme.size.icon + 6.0;
        }
        if self.has_clear {
            inner.max.x -= theme.size.row_dense - 4.0;
        }
        let mut response = self.edit_ui(ui, rect, inner);
        if self.rows == 1 && !self.is_hidden && !response.has_focus() {
            self.cut_ui(ui, inner, &response);
        }
        if self.has_clear && !self.text.is_empty() {
            self.clear_ui(ui, rect, &mut response);
        }
        let is_hot = frame.contains_pointer() || response.has_focus();
        let shape = self.frame(theme, rect, is_hot, response.has_focus());
        ui.painter().set(ground, shape);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_label(self.name);
            if self.is_invalid {
                node.set_invalid(egui::accesskit::Invalid::True);
            }
        });
        response
    }

    /// One line takes the pointer in all of `rect`, many in `inner`, where the text is.
    fn edit_ui(&mut self, ui: &mut Ui, rect: Rect, inner: Rect) -> Response {
        let theme = theme(ui);
        let font = self.font(theme);
        let hint = egui::RichText::new(self.hint).color(theme.color.muted).font(font.clone());
        let id = self.id.unwrap_or_else(|| ui.make_persistent_id(self.name));
        let is_multiline = 1 < self.rows;
        let edit = if is_multiline {
            TextEdit::multiline(self.text).desired_rows(self.rows)
        } else {
            TextEdit::singleline(self.text)
        };
        let edit = edit
            .id(id)
            .hint_text(hint)
            .password(self.is_hidden)
            .font(font)
            .text_color(theme.color.text)
            .min_size(egui::Vec2::ZERO);
        let at = if is_multiline { inner } else { rect };
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(at));
        // Else a low field reaches over what is below it.
        child.spacing_mut().interact_size.y = 0.0;
        if !is_multiline {
            let margin = Margin {
                left: (inner.left() - rect.left()) as i8,
                right: (rect.right() - inner.right()) as i8,
                top: (inner.top() - rect.top()) as i8,
                bottom: (rect.bottom() - inner.bottom()) as i8,
            };
            return child.add(edit.frame(egui::Frame::NONE.inner_margin(margin)).desired_width(rect.width()));
        }
        let edit = edit.frame(egui::Frame::NONE).margin(Margin::ZERO).desired_width(inner.width());
        // More lines than the field has rows are scrolled to, never drawn over what is below.
        egui::ScrollArea::vertical()
            .id_salt(id)
            .max_height(inner.height())
            .show(&mut child, |ui| ui.add(edit))
            .inner
    }

    /// Says of a text that is longer than the field that it goes on, and what all of it is.
    fn cut_ui(&self, ui: &Ui, inner: Rect, response: &Response) {
        let theme = theme(ui);
        let painter = ui.painter();
        let line = |text: &str| painter.layout_no_wrap(text.to_owned(), self.font(theme), theme.color.muted);
        let head: String = self.text.chars().take(MOST_MEASURED).collect();
        let galley = line(&head);
        if galley.size().x <= inner.width() + 1.0 {
            return;
        }
        let dots = line("…");
        // No letter is cut through: the first that would be is covered from where it begins.
        let most = inner.width() - dots.size().x;
        let edges = galley.rows.iter().flat_map(|row| row.glyphs.iter().map(|glyph| glyph.pos.x));
        let edge = edges.take_while(|edge| *edge <= most).last().unwrap_or(0.0);
        let at = inner.with_min_x(inner.left() + edge);
        let cover = Rect::from_min_max(at.min, pos2(at.right() + 2.0, at.bottom()));
        painter.rect_filled(cover, 0.0, theme.color.surface_0);
        let place = super::elide::place(painter, at, &dots, egui::Align::Min);
        painter.galley(place.min, dots, theme.color.muted);
        response.clone().told(head);
    }

    fn clear_ui(&mut self, ui: &mut Ui, rect: Rect, response: &mut Response) {
        let theme = theme(ui);
        let side = theme.size.row_dense;
        let center = pos2(rect.right() - side / 2.0 - 3.0, rect.center().y);
        let at = Rect::from_center_size(center, vec2(side, side));
        let clear = IconButton::new(Icon::Close, "Clear").small();
        let clear = clear.color(theme.color.muted);
        if clear.put(ui, at, response.id.value()).clicked() {
            self.text.clear();
            response.mark_changed();
            response.request_focus();
        }
    }

    fn frame(&self, theme: &Theme, rect: Rect, is_hot: bool, has_focus: bool) -> RectShape {
        let is_bare = self.is_quiet && !is_hot && !self.is_invalid;
        let stroke = match (self.is_invalid, has_focus) {
            _ if is_bare => Stroke::NONE,
            (true, _) => Stroke::new(theme.outline().width, theme.color.problem),
            (false, true) => theme.focus(),
            (false, false) => theme.outline(),
        };
        let stroke = if has_focus { Stroke::new(theme.focus().width, stroke.color) } else { stroke };
        let fill = if is_bare { Color32::TRANSPARENT } else { theme.color.surface_0 };
        RectShape::new(rect, theme.size.radius, fill, stroke, StrokeKind::Inside)
    }

    fn font(&self, theme: &Theme) -> FontId {
        if self.is_mono { fonts::mono(theme.size.text_mono) } else { fonts::regular(theme.size.text) }
    }
}

/// Puts the cursor of the field `id` behind its last character, from the next time it is shown.
pub fn cursor_to_end(ctx: &egui::Context, id: Id, text: &str) {
    let end = CCursor::new(text.chars().count());
    let mut state = TextEditState::load(ctx, id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::one(end)));
    state.store(ctx, id);
}

/// Selects all text of the field `id`, from the next time it is shown.
pub fn select_all(ctx: &egui::Context, id: Id, text: &str) {
    let ends = [0, text.chars().count()].map(CCursor::new);
    let mut state = TextEditState::load(ctx, id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::two(ends[0], ends[1])));
    state.store(ctx, id);
}

/// What is wrong with a draft, in a line whose space is kept when there is nothing wrong; in more lines
/// where one does not say all of it.
pub fn error_line_ui(ui: &mut Ui, error: Option<&str>) {
    let theme = theme(ui);
    let error = error.unwrap_or_default();
    let text_left = 20.0;
    let font = fonts::regular(theme.size.text_dense);
    let width = ui.available_width();
    let galley = ui.painter().layout(error.to_owned(), font, theme.color.problem, width - text_left);
    let is_one_line = galley.rows.len() <= 1;
    let height = if is_one_line { theme.size.row_dense } else { galley.size().y + theme.size.gap_small };
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    if error.is_empty() {
        return;
    }
    let first_line = rect.with_max_y(rect.top() + theme.size.row_dense);
    let icon_at = pos2(rect.left() + 7.0, first_line.center().y);
    Icon::Error.paint_sized(ui.painter(), icon_at, 14.0, theme.color.problem);
    let at = rect.with_min_x(rect.left() + text_left);
    let place = super::elide::place(ui.painter(), at, &galley, egui::Align::Min);
    ui.painter().galley(place.min, galley, theme.color.problem);
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, error));
}
