//! What survives a restart.

use std::path::PathBuf;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeSetting {
    #[default]
    System,
    Light,
    Dark,
}

/// Choices and arrangement; read and written as a small versioned JSON file.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub theme: ThemeSetting,
    /// Percent, 50 to 300.
    pub zoom: u32,
    pub show_inspector: bool,
    pub show_hex: bool,
    pub show_problems: bool,
    pub show_history: bool,
    /// Points.
    pub inspector_width: f32,
    pub bottom_height: f32,
    /// Widths of the tree's columns in points: number, name, kind, value, bytes.
    pub tree_columns: Vec<f32>,
    /// Newest first.
    pub recent: Vec<PathBuf>,
    /// Files open at the last exit.
    pub open: Vec<PathBuf>,
    /// Width and height of the window in points.
    pub window: Option<(f32, f32)>,
    /// The type a person chose for a file.
    pub types: Vec<(PathBuf, String)>,
    pub reduce_motion: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            theme: ThemeSetting::System,
            zoom: 100,
            show_inspector: true,
            show_hex: true,
            show_problems: false,
            show_history: false,
            inspector_width: 320.0,
            bottom_height: 220.0,
            tree_columns: Vec::new(),
            recent: Vec::new(),
            open: Vec::new(),
            window: None,
            types: Vec::new(),
            reduce_motion: false,
        }
    }
}
