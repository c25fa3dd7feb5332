//! One-line and many-line text inputs with a border, an icon and a state for drafts that do not
//! parse.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{
    FontId, Id, Margin, Response, Role, Sense, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo, pos2,
    vec2,
};

use super::button::IconButton;
use crate::ui::icons::Icon;
use crate::ui::{fonts, theme::theme};

/// A text input. Its name is for those who do not see what stands beside it.
///
/// ```ignore
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
    is_mono: bool,
    is_invalid: bool,
    is_quiet: bool,
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
            is_mono: false,
            is_invalid: false,
            is_quiet: false,
            has_clear: false,
        }
    }

    /// With a magnifying glass, and a button that empties it.
    pub fn search(name: &'a str, text: &'a mut String) -> Self {
        Self {
            icon: Some(Icon::Search),
            hint: name,
            has_clear: true,
            ..Self::new(name, text)
        }
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

    /// The response is that of the text: `changed`, `lost_focus`, `has_focus`.
    pub fn show(self, ui: &mut Ui) -> Response {
        let theme = theme(ui);
        let font = self.font(theme);
        let width = self.width.unwrap_or_else(|| ui.available_width());
        let line = ui.fonts_mut(|fonts| fonts.row_height(&font));
        let pad_y = ((theme.size.field - line) / 2.0).floor().max(2.0);
        let height = theme.size.field + line * (self.rows.max(1) - 1) as f32;
        let (rect, frame) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        let ground = ui.painter().add(egui::Shape::Noop);

        let pad_x = theme.size.gap;
        let icon_space = if self.icon.is_some() {
            theme.size.icon + 6.0
        } else {
            0.0
        };
        let has_clear = self.has_clear && !self.text.is_empty();
        let clear_space = if self.has_clear {
            theme.size.row_dense - 4.0
        } else {
            0.0
        };
        let mut inner = rect.shrink2(vec2(pad_x, pad_y));
        inner.min.x += icon_space;
        inner.max.x -= clear_space;
        let is_multiline = 1 < self.rows;
        let edit = if is_multiline {
            TextEdit::multiline(self.text).desired_rows(self.rows)
        } else {
            TextEdit::singleline(self.text)
        };
        let hint = egui::RichText::new(self.hint)
            .color(theme.color.muted)
            .font(font.clone());
        let edit = edit
            .id(self.id.unwrap_or_else(|| ui.make_persistent_id(self.name)))
            .hint_text(hint)
            .font(font)
            .text_color(theme.color.text)
            .frame(egui::Frame::NONE)
            .margin(Margin::ZERO)
            .min_size(vec2(0.0, 0.0))
            .desired_width(inner.width());
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(inner));
        let mut response = child.add(edit);

        if let Some(icon) = self.icon {
            let at = pos2(
                rect.left() + pad_x + theme.size.icon / 2.0,
                rect.top() + theme.size.field / 2.0,
            );
            icon.paint(ui.painter(), at, theme.color.muted);
        }
        if has_clear {
            let side = theme.size.row_dense;
            let center = pos2(rect.right() - side / 2.0 - 3.0, rect.center().y);
            let at = egui::Rect::from_center_size(center, vec2(side, side));
            let clear = IconButton::new(Icon::Close, "Clear")
                .small()
                .color(theme.color.muted);
            if clear.put(ui, at, response.id.value()).clicked() {
                self.text.clear();
                response.mark_changed();
                response.request_focus();
            }
        }
        let is_hot = frame.contains_pointer() || response.has_focus();
        let stroke = if self.is_invalid {
            Stroke::new(
                if response.has_focus() { 2.0 } else { 1.0 },
                theme.color.problem,
            )
        } else if response.has_focus() {
            theme.focus()
        } else if self.is_quiet && !is_hot {
            Stroke::NONE
        } else {
            theme.outline()
        };
        let fill = if self.is_quiet && !is_hot {
            egui::Color32::TRANSPARENT
        } else {
            theme.color.surface_0
        };
        let shape =
            egui::epaint::RectShape::new(rect, theme.size.radius, fill, stroke, StrokeKind::Inside);
        ui.painter().set(ground, shape);
        let role = if is_multiline {
            Role::MultilineTextInput
        } else {
            Role::TextInput
        };
        let (is_enabled, name) = (ui.is_enabled(), self.name);
        let _ = WidgetInfo::labeled(role, is_enabled, name);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_label(name);
            if self.is_invalid {
                node.set_invalid(egui::accesskit::Invalid::True);
            }
        });
        response
    }

    fn font(&self, theme: &crate::ui::theme::Theme) -> FontId {
        if self.is_mono {
            fonts::mono(theme.size.text_mono)
        } else {
            fonts::regular(theme.size.text)
        }
    }
}

/// Puts the cursor of the field `id` behind its last character, from the next time it is shown.
pub fn cursor_to_end(ctx: &egui::Context, id: Id, text: &str) {
    let end = CCursor::new(text.chars().count());
    let mut state = TextEditState::load(ctx, id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::one(end)));
    state.store(ctx, id);
}

/// What is wrong with a draft, in a line whose space is kept when there is nothing wrong.
pub fn error_line_ui(ui: &mut Ui, error: Option<&str>) {
    let theme = theme(ui);
    let (rect, response) = ui.allocate_exact_size(
        vec2(ui.available_width(), theme.size.row_dense),
        Sense::hover(),
    );
    let Some(error) = error else { return };
    let icon_at = pos2(rect.left() + 7.0, rect.center().y);
    Icon::Error.paint_sized(ui.painter(), icon_at, 14.0, theme.color.problem);
    let text = rect.with_min_x(rect.left() + 20.0);
    let font = fonts::regular(theme.size.text_dense);
    let cell = super::elide::cell(
        ui.painter(),
        text,
        error,
        &font,
        theme.color.problem,
        egui::Align::Min,
    );
    cell.full_text_on_hover(ui, &response, || error.to_owned());
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, error));
}
