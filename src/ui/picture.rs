//! A picture of the window's view of files, without a display: the `render` command.

use super::fonts::CjkPreference;
use super::painter::encode_png;
use super::render::{Shot, render};
use super::shell::Shell;
use super::theme::ThemeChoice;
use crate::app::{Action, Folders, Opening, SelectTarget, Session};
use crate::document::Path as FieldPath;
use crate::schema::Schema;
use std::sync::Arc;

/// What to draw.
#[derive(Clone, Debug)]
pub struct RenderArgs {
    pub opening: Opening,
    pub schema: Arc<Schema>,
    /// In points.
    pub size: (f32, f32),
    pub scale: f32,
    pub is_dark: bool,
    pub select: Option<FieldPath>,
    /// Levels to open.
    pub expand: Option<u32>,
    /// Done before the picture is drawn, in order.
    pub actions: Vec<Action>,
    /// Off for pictures that must be the same on every machine.
    pub system_fonts: bool,
}

impl RenderArgs {
    pub fn new(schema: Arc<Schema>) -> Self {
        Self {
            opening: Opening::default(),
            schema,
            size: (1200.0, 800.0),
            scale: 1.0,
            is_dark: false,
            select: None,
            expand: None,
            actions: Vec::new(),
            system_fonts: true,
        }
    }
}

/// Draws the window as it stands when all work is done, as a PNG.
///
/// What cannot be opened is drawn as the window would show it.
pub fn render_window(args: RenderArgs) -> Result<Vec<u8>, String> {
    let mut session = Session::new(args.schema.clone(), Folders::default(), || {});
    session.apply(Action::Begin(args.opening.clone()));
    session.settle();
    if let Some(n_levels) = args.expand {
        session.apply(Action::ExpandLevels(n_levels));
    }
    if let Some(path) = args.select.clone() {
        session.apply(Action::Select(SelectTarget::Path(path)));
    }
    for action in args.actions.clone() {
        session.apply(action);
        session.settle();
    }
    session.settle();
    let mut shell = Shell::new(session);
    let choice = if args.is_dark { ThemeChoice::Dark } else { ThemeChoice::Light };
    let shot = Shot {
        size: args.size.into(),
        scale: args.scale,
        theme: choice,
        system_fonts: args.system_fonts.then_some(CjkPreference::System),
    };
    shell.apply(Action::SetTheme(match args.is_dark {
        true => crate::app::ThemeSetting::Dark,
        false => crate::app::ThemeSetting::Light,
    }));
    let image = render(&shot, |ui| {
        Shell::use_no_system_dialogs(ui.ctx());
        shell.ui(ui);
        shell.session_mut().settle();
    });
    encode_png(&image).map_err(|error| format!("The picture cannot be written: {error}"))
}
