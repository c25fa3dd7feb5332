//! The window on a display.

use super::fonts::{self, CjkPreference};
use super::shell::Shell;
use super::theme;
use crate::app::{Action, Folders, Layout, Opening, Session};
use crate::schema::Schema;
use eframe::{App, CreationContext, NativeOptions, Renderer};
use egui::{Context, Vec2, ViewportBuilder, ViewportCommand};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const APP_ID: &str = "protoloupe";
const ICON: &[u8] = include_bytes!("../../assets/icon.png");
const SIZE: [f32; 2] = [1200.0, 800.0];
/// Finished work that one frame takes in at most; the rest waits for the next.
const MOST_POLLS: usize = 64;

/// Opens the window; returns when it is closed.
///
/// # Errors
/// One sentence where there is no display, no OpenGL or a library is missing.
pub fn run(opening: Opening, schema: Arc<Schema>) -> Result<(), String> {
    let options = NativeOptions {
        viewport: ViewportBuilder::default()
            .with_app_id(APP_ID)
            .with_title("Protoloupe")
            .with_inner_size(SIZE)
            .with_min_inner_size([560.0, 360.0])
            .with_drag_and_drop(true)
            .with_icon(icon()),
        renderer: Renderer::Glow,
        ..NativeOptions::default()
    };
    let start =
        |context: &CreationContext<'_>| -> Result<Box<dyn App>, Box<dyn std::error::Error + Send + Sync>> {
            Ok(Box::new(Window::new(context, opening, schema)))
        };
    check_display()?;
    // A missing libxkbcommon panics inside the window system's crate: that is no fault of ours to
    // be printed, as long as the window has not come up.
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if IS_UP.load(Ordering::Relaxed) {
            before(info);
        }
    }));
    match catch_unwind(AssertUnwindSafe(|| eframe::run_native(APP_ID, options, Box::new(start)))) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(sentence(&error.to_string())),
        Err(panic) if IS_UP.load(Ordering::Relaxed) => resume_unwind(panic),
        Err(panic) => Err(sentence(&panic_text(panic.as_ref()))),
    }
}

/// Whether the window has come up.
static IS_UP: AtomicBool = AtomicBool::new(false);

const MISSING_LIBRARY: &str =
    "The window needs libxkbcommon-x11, which is not installed (package libxkbcommon-x11-0)";

fn check_display() -> Result<(), String> {
    let has = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !has("DISPLAY") && !has("WAYLAND_DISPLAY") && !has("WAYLAND_SOCKET") {
        return Err("There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned());
    }
    Ok(())
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("an unknown reason").to_owned()
}

/// The window system's words in one plain sentence.
fn sentence(reason: &str) -> String {
    let lower = reason.to_lowercase();
    // What comes before the last colon is where in the window system's source it happened.
    let reason = reason.rsplit(": ").next().unwrap_or(reason);
    if lower.contains("xkbcommon") {
        return MISSING_LIBRARY.to_owned();
    }
    if lower.contains("opengl") || lower.contains("glutin") || lower.contains("egl") || lower.contains("glx")
    {
        return format!("The window needs OpenGL, which this display does not offer: {reason}");
    }
    if lower.contains("display")
        || lower.contains("connect")
        || lower.contains("wayland")
        || lower.contains("x11")
    {
        return format!("The display cannot be reached: {reason}");
    }
    format!("The window cannot be opened: {reason}")
}

fn icon() -> Arc<egui::IconData> {
    Arc::new(eframe::icon_data::from_png_bytes(ICON).unwrap_or_default())
}

struct Window {
    shell: Shell,
    title: String,
    size: Vec2,
    is_focused: bool,
}

impl Window {
    fn new(context: &CreationContext<'_>, opening: Opening, schema: Arc<Schema>) -> Self {
        IS_UP.store(true, Ordering::Relaxed);
        let ctx = &context.egui_ctx;
        fonts::install(ctx);
        fonts::use_system_fonts(ctx, CjkPreference::System);
        theme::apply(ctx, theme::ThemeChoice::System);
        let wake = ctx.clone();
        let session = Session::new(schema, Folders::of_person(), move || wake.request_repaint());
        let mut shell = Shell::new(session);
        if let Some((width, height)) = shell.state().settings.window {
            ctx.send_viewport_cmd(ViewportCommand::InnerSize(Vec2::new(width, height)));
        }
        shell.apply(Action::Begin(opening));
        Self { shell, title: String::new(), size: Vec2::ZERO, is_focused: true }
    }

    /// The window's close button is a wish, which unsaved edits can hold back.
    fn closing(&mut self, ctx: &Context) {
        let is_asked = ctx.input(|input| input.viewport().close_requested());
        if is_asked && !self.shell.state().closing {
            self.shell.apply(Action::Quit);
            if !self.shell.state().closing {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            }
        } else if self.shell.state().closing && !is_asked {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    fn remember_size(&mut self, ctx: &Context) {
        let size = ctx.content_rect().size() * ctx.zoom_factor();
        let is_resizing = ctx.input(|input| input.pointer.any_down());
        if size != self.size && !is_resizing {
            self.size = size;
            let window = Some((size.x, size.y));
            self.shell.apply(Action::Arrange(Layout { window, ..Layout::default() }));
        }
    }
}

impl App for Window {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        let has_more = (0..MOST_POLLS).all(|_| self.shell.poll());
        if has_more {
            ctx.request_repaint();
        }
        self.closing(ctx);
        let is_focused = ctx.input(|input| input.focused);
        let was_focused = std::mem::replace(&mut self.is_focused, is_focused);
        if is_focused && !was_focused {
            self.shell.session_mut().look_at_disk();
        }
        let title = self.shell.title();
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.shell.ui(ui);
        self.remember_size(ui.ctx());
    }
}
