//! Every size and colour of the window, by role, read from `assets/theme.json`.
//!
//! Law: no colour literal stands anywhere else in `ui` (a test reads the sources), and text
//! keeps 4.5 : 1 on every surface it is used on (a test computes it, for both themes).
//!
//! ```text
//! let muted = theme(ui).color.muted;
//! ```
//!
//! **Not here:** fonts (`fonts`) and icons (`icons`).

mod style;

use std::sync::LazyLock;

use egui::Color32;

pub use style::{apply, set_reduce_motion};

const TABLE: &str = include_str!("../../assets/theme.json");

static THEMES: LazyLock<[Theme; 2]> = LazyLock::new(|| {
    let table: serde_json::Value = serde_json::from_str(TABLE).expect("assets/theme.json is JSON");
    [Theme::read(&table, 0), Theme::read(&table, 1)]
});

/// What the person asked for; [`apply`] turns it into one of the two columns of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ThemeChoice {
    #[default]
    System,
    Light,
    Dark,
}

/// The column of the table that this `Ui` is drawn with.
pub fn theme(ui: &egui::Ui) -> &'static Theme {
    column(ui.visuals().dark_mode)
}

/// As [`theme`], where there is a context but no `Ui`.
pub fn theme_of(ctx: &egui::Context) -> &'static Theme {
    column(ctx.theme() == egui::Theme::Dark)
}

pub fn column(dark: bool) -> &'static Theme {
    &THEMES[usize::from(dark)]
}

/// One column of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    pub dark: bool,
    pub color: Colors,
    pub size: Sizes,
}

impl Theme {
    fn read(table: &serde_json::Value, column_idx: usize) -> Self {
        Self {
            dark: column_idx == 1,
            color: Colors::read(&table["colors"], column_idx),
            size: Sizes::read(&table["sizes"]),
        }
    }

    pub fn line(&self) -> egui::Stroke {
        egui::Stroke::new(self.size.line, self.color.line)
    }

    /// The border of inputs: 3 : 1 on every surface.
    pub fn outline(&self) -> egui::Stroke {
        egui::Stroke::new(self.size.line, self.color.outline)
    }

    pub fn focus(&self) -> egui::Stroke {
        egui::Stroke::new(2.0 * self.size.line, self.color.focus)
    }

    /// The frame of menus, palettes and toasts.
    pub fn popup_frame(&self) -> egui::Frame {
        egui::Frame::new()
            .fill(self.color.popup)
            .stroke(self.line())
            .corner_radius(self.size.radius_window)
            .shadow(self.shadow())
    }

    pub fn shadow(&self) -> egui::Shadow {
        egui::Shadow { offset: [0, 6], blur: 20, spread: 0, color: self.color.shadow }
    }
}

macro_rules! colors {
    ($($(#[$doc:meta])* $role:ident),* $(,)?) => {
        /// Colours by role.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Colors { $($(#[$doc])* pub $role: Color32,)* }

        impl Colors {
            fn read(table: &serde_json::Value, column_idx: usize) -> Self {
                Self { $($role: color(table, stringify!($role), column_idx),)* }
            }
        }
    };
}

colors! {
    /// Where data stands: tree, hex, text.
    surface_0,
    /// Bars and side panels around the data.
    surface_1,
    /// What is set into a bar or panel: column headers, wells, chips.
    surface_2,
    /// Menus, palettes, dialogs, toasts, tooltips.
    popup,
    hover,
    pressed,
    /// The ground of a selected row.
    selection,
    /// A range inside data: selected text, selected bytes, a search hit.
    highlight,
    text,
    muted,
    /// Links, primary buttons, the edge of a selected row.
    accent,
    /// Text on a fill of [`Self::accent`].
    on_accent,
    /// Parts regions from each other; carries no meaning of its own.
    line,
    /// The border of an input.
    outline,
    focus,
    thumb,
    problem,
    warning,
    ok,
    note,
    unknown,
    problem_fill,
    warning_fill,
    note_fill,
    /// Ground of tag bytes in the hex pane; likewise for length and value.
    tag_tint,
    length_tint,
    value_tint,
    tag_text,
    length_text,
    value_text,
    string,
    number,
    bytes,
    enumeration,
    shadow,
    backdrop,
}

macro_rules! sizes {
    ($($(#[$doc:meta])* $role:ident),* $(,)?) => {
        /// Sizes by role, in points.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Sizes { $($(#[$doc])* pub $role: f32,)* }

        impl Sizes {
            fn read(table: &serde_json::Value) -> Self {
                Self { $($role: size(table, stringify!($role)),)* }
            }
        }
    };
}

sizes! {
    row,
    row_dense,
    /// Height of tab, path, header and status bars.
    bar,
    toolbar,
    /// From a panel's edge to its content.
    margin,
    gap,
    gap_small,
    indent,
    radius,
    radius_window,
    /// Width of the accent edge of a selected row.
    edge,
    line,
    icon,
    /// Side of an icon button.
    button,
    /// Height of a text field.
    field,
    text,
    text_dense,
    text_small,
    text_heading,
    text_mono,
    /// Width reserved for a scroll bar, whether or not it shows.
    scroll_bar,
    thumb,
    thumb_min,
}

fn color(table: &serde_json::Value, role: &str, column_idx: usize) -> Color32 {
    let hex = table[role][column_idx].as_str();
    let hex = hex.unwrap_or_else(|| panic!("assets/theme.json has no colour '{role}'"));
    parse_color(hex).unwrap_or_else(|| panic!("'{hex}' is not a colour, at '{role}'"))
}

fn size(table: &serde_json::Value, role: &str) -> f32 {
    let size = table[role].as_f64();
    size.unwrap_or_else(|| panic!("assets/theme.json has no size '{role}'")) as f32
}

/// `#RRGGBB` or `#RRGGBBAA`.
fn parse_color(hex: &str) -> Option<Color32> {
    let digits = hex.strip_prefix('#')?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    let [a, b, c, d] = value.to_be_bytes();
    match digits.len() {
        6 => Some(Color32::from_rgb(b, c, d)),
        8 => Some(Color32::from_rgba_unmultiplied(a, b, c, d)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
