//! The table, told to egui: every stock widget follows it.

use egui::epaint::FontColorTransferFunction;
use egui::style::{ScrollStyle, Selection, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, FontId, Margin, Stroke, Style, TextStyle, ThemePreference, Visuals, vec2,
};

use super::{Theme, ThemeChoice, column};
use crate::ui::fonts;

/// Sets both columns as egui's light and dark style and picks between them.
///
/// Call once at the start and again whenever the choice changes.
pub fn apply(ctx: &Context, choice: ThemeChoice) {
    for (of, dark) in [(egui::Theme::Light, false), (egui::Theme::Dark, true)] {
        ctx.set_style_of(of, style(column(dark)));
    }
    ctx.set_theme(match choice {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Light => ThemePreference::Light,
        ThemeChoice::Dark => ThemePreference::Dark,
    });
}

/// Panels and toasts appear at once instead of sliding in.
pub fn set_reduce_motion(ctx: &Context, reduce: bool) {
    let animation_time = if reduce { 0.0 } else { ANIMATION_SECONDS };
    ctx.all_styles_mut(|style| style.animation_time = animation_time);
}

const ANIMATION_SECONDS: f32 = 0.12;

fn style(theme: &Theme) -> Style {
    let size = &theme.size;
    let mut style = Style {
        visuals: visuals(theme),
        text_styles: text_styles(theme),
        animation_time: ANIMATION_SECONDS,
        ..Style::default()
    };
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(size.gap, size.gap_small);
    spacing.button_padding = vec2(size.gap, size.gap_small);
    spacing.window_margin = Margin::same(size.margin as i8);
    spacing.menu_margin = Margin::same(size.gap_small as i8);
    spacing.indent = size.indent;
    spacing.interact_size = vec2(size.button, size.field);
    spacing.icon_width = size.icon;
    spacing.icon_spacing = size.gap - 2.0;
    spacing.combo_height = 12.0 * size.row;
    spacing.tooltip_width = 420.0;
    spacing.scroll = scroll(theme);
    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = false;
    style.interaction.resize_grab_radius_side = 4.0;
    style.scroll_animation = egui::style::ScrollAnimation::none();
    style.url_in_tooltip = true;
    #[cfg(debug_assertions)]
    {
        style.debug.show_unaligned = false;
    }
    style
}

fn scroll(theme: &Theme) -> ScrollStyle {
    let mut scroll = ScrollStyle {
        floating: true,
        bar_width: theme.size.thumb,
        floating_width: theme.size.thumb,
        floating_allocated_width: theme.size.scroll_bar,
        handle_min_length: theme.size.thumb_min,
        bar_inner_margin: 2.0,
        bar_outer_margin: 2.0,
        foreground_color: true,
        dormant_background_opacity: 0.0,
        active_background_opacity: 0.0,
        interact_background_opacity: 0.0,
        dormant_handle_opacity: 0.45,
        active_handle_opacity: 0.6,
        interact_handle_opacity: 1.0,
        ..ScrollStyle::floating()
    };
    scroll.fade.strength = 0.0;
    scroll
}

fn text_styles(theme: &Theme) -> std::collections::BTreeMap<TextStyle, FontId> {
    let size = &theme.size;
    [
        (TextStyle::Small, fonts::regular(size.text_small)),
        (TextStyle::Body, fonts::regular(size.text)),
        (TextStyle::Button, fonts::regular(size.text)),
        (TextStyle::Heading, fonts::semibold(size.text_heading)),
        (TextStyle::Monospace, fonts::mono(size.text_mono)),
    ]
    .into()
}

fn visuals(theme: &Theme) -> Visuals {
    let (color, size) = (&theme.color, &theme.size);
    let mut visuals = if theme.dark { Visuals::dark() } else { Visuals::light() };
    if theme.dark {
        // Light text on dark ground looks bolder than it is; egui's default doubles that.
        visuals.text_options.color_transfer_function = FontColorTransferFunction::Gamma(0.8);
    }
    visuals.widgets = widgets(theme);
    visuals.selection = Selection { bg_fill: color.highlight, stroke: Stroke::new(size.line, color.text) };
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(color.muted);
    visuals.hyperlink_color = color.accent;
    visuals.faint_bg_color = color.surface_1;
    visuals.extreme_bg_color = color.surface_0;
    visuals.text_edit_bg_color = Some(color.surface_0);
    visuals.code_bg_color = color.surface_2;
    visuals.warn_fg_color = color.warning;
    visuals.error_fg_color = color.problem;
    visuals.window_corner_radius = CornerRadius::same(size.radius_window as u8);
    visuals.menu_corner_radius = CornerRadius::same(size.radius_window as u8);
    visuals.window_fill = color.popup;
    visuals.window_stroke = theme.line();
    visuals.window_shadow = theme.shadow();
    visuals.popup_shadow = theme.shadow();
    visuals.panel_fill = color.surface_1;
    visuals.indent_has_left_vline = true;
    visuals.striped = false;
    visuals.text_cursor.stroke = Stroke::new(1.5, color.accent);
    visuals.disabled_alpha = 0.45;
    visuals
}

fn widgets(theme: &Theme) -> Widgets {
    let color = &theme.color;
    let radius = CornerRadius::same(theme.size.radius as u8);
    let plain = |fill: Color32, border: Stroke| WidgetVisuals {
        bg_fill: color.pressed.lerp_to_gamma(color.outline, 0.4),
        weak_bg_fill: fill,
        bg_stroke: border,
        corner_radius: radius,
        fg_stroke: Stroke::new(1.5, color.text),
        expansion: 0.0,
    };
    Widgets {
        noninteractive: WidgetVisuals {
            bg_fill: color.surface_1,
            ..plain(Color32::TRANSPARENT, theme.line())
        },
        inactive: plain(Color32::TRANSPARENT, Stroke::NONE),
        hovered: plain(color.pressed, Stroke::NONE),
        active: plain(color.pressed, Stroke::new(1.0, color.focus)),
        open: plain(color.pressed, Stroke::NONE),
    }
}
