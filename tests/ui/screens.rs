//! Every screen of the window at any size, scale and theme: pictures to look at, and laws that hold on
//! all of them.
//!
//! Pictures: set `GALLERY_DIR` and run `cargo test --test ui every_screen_can_be_drawn`. `SCREENS` says
//! which, by parts of their names with commas between; `SCREEN_SIZES` says how, such as
//! `600x420,1900x1000@2`.

use crate::window::{Window, window_of};
use egui::{Event, Key, Modifiers, Pos2, Role, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, Session, ThemeSetting};
use std::path::PathBuf;

#[path = "screens/begun.rs"]
mod begun; // sessions to begin with
#[path = "screens/calls.rs"]
mod calls; // screens of calls
#[path = "screens/laws.rs"]
mod laws; // what holds on every screen
#[path = "screens/table.rs"]
mod table; // all screens

/// Small, as most people have it, and large.
const SIZES: [Vec2; 3] = [vec2(600.0, 420.0), vec2(1000.0, 700.0), vec2(1900.0, 1000.0)];

/// A state of the window, and how to get there.
pub struct Screen {
    name: String,
    begin: Box<dyn Fn() -> Session>,
    touches: Vec<Touch>,
    /// Windows of these widths have it.
    widths: std::ops::Range<f32>,
}

/// Something that a person does, or waits for.
#[derive(Clone)]
pub enum Touch {
    Do(Action),
    Click(Role, &'static str),
    /// On the first thing whose label has these words.
    ClickOn(Role, &'static str),
    ClickOtherOn(Role, &'static str),
    Hover(Role, &'static str),
    Press(Modifiers, Key),
    Type(&'static str),
    /// A file is held over the window.
    Hold,
    Wait(fn(&protoloupe::app::State) -> bool),
}

impl Screen {
    fn new(name: &str, begin: impl Fn() -> Session + 'static) -> Screen {
        Screen { name: name.to_owned(), begin: Box::new(begin), touches: Vec::new(), widths: 0.0..f32::MAX }
    }

    fn and(mut self, touches: impl IntoIterator<Item = Touch>) -> Screen {
        self.touches.extend(touches);
        self
    }

    fn does(self, actions: impl IntoIterator<Item = Action>) -> Screen {
        self.and(actions.into_iter().map(Touch::Do))
    }

    fn if_wide(self, widths: std::ops::Range<f32>) -> Screen {
        Screen { widths, ..self }
    }

    /// The window in this state; what cannot be touched in it is an error.
    fn window(&self, size: Vec2, theme: ThemeSetting, scale: f32) -> Result<Window, String> {
        let mut session = (self.begin)();
        session.apply(Action::SetTheme(theme));
        session.settle();
        let mut window = window_of(session, size.into());
        window.set_pixels_per_point(scale);
        window.run();
        for touch in &self.touches {
            touch.make(&mut window).map_err(|what| format!("{}: {what}", self.name))?;
        }
        Ok(window)
    }
}

impl Touch {
    fn make(&self, window: &mut Window) -> Result<(), String> {
        match self {
            Touch::Do(action) => window.state_mut().apply(action.clone()),
            Touch::Click(role, label) | Touch::Hover(role, label) => {
                let at = place(window, *role, |name| name == *label).ok_or(format!("no {label:?}"))?;
                self.point(window, at);
            }
            Touch::ClickOn(role, part) | Touch::ClickOtherOn(role, part) => {
                let at = place(window, *role, |name| name.contains(part)).ok_or(format!("no {part:?}"))?;
                self.point(window, at);
            }
            Touch::Press(modifiers, key) => window.key_press_modifiers(*modifiers, *key),
            Touch::Type(text) => {
                for character in text.chars() {
                    window.event(Event::Text(character.to_string()));
                    window.run();
                }
            }
            Touch::Hold => {
                let file = egui::HoveredFile::default();
                window.input_mut().hovered_files.push(file);
            }
            Touch::Wait(until) => wait(window, *until)?,
        }
        window.state_mut().session_mut().settle();
        // A tooltip takes its time, and what asks for frames for ever is no error here.
        window.run_steps(if matches!(self, Touch::Hover(..)) { 8 } else { 4 });
        Ok(())
    }

    fn point(&self, window: &mut Window, at: Pos2) {
        window.hover_at(at);
        let button = match self {
            Touch::Hover(..) => return,
            Touch::ClickOtherOn(..) => egui::PointerButton::Secondary,
            _ => egui::PointerButton::Primary,
        };
        window.run_steps(1);
        for pressed in [true, false] {
            window.event(Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
        }
    }
}

fn place(window: &Window, role: Role, is_it: impl Fn(&str) -> bool) -> Option<Pos2> {
    let all = window.query_all_by_role(role);
    let mut found = all.filter(|node| node.accesskit_node().label().is_some_and(|label| is_it(&label)));
    found.next().map(|node| node.rect().center())
}

fn wait(window: &mut Window, until: fn(&protoloupe::app::State) -> bool) -> Result<(), String> {
    for _ in 0..3_000 {
        window.state_mut().poll();
        if until(window.state().state()) {
            window.run_steps(2);
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    Err("waited half a minute".to_owned())
}

/// Sizes and scales to draw at.
fn asked_sizes() -> Vec<(Vec2, f32)> {
    let Ok(text) = std::env::var("SCREEN_SIZES") else {
        return SIZES.into_iter().map(|size| (size, 1.0)).collect();
    };
    let one = |part: &str| {
        let (size, scale) = part.split_once('@').unwrap_or((part, "1"));
        let (width, height) = size.split_once('x').expect("a size as 600x420@2");
        let number = |text: &str| text.parse::<f32>().expect("a number");
        (vec2(number(width), number(height)), number(scale))
    };
    text.split(',').map(one).collect()
}

fn asked_screens() -> Vec<Screen> {
    let asked = std::env::var("SCREENS").unwrap_or_default();
    let parts: Vec<&str> = asked.split(',').filter(|part| !part.is_empty()).collect();
    let is_asked = |screen: &Screen| parts.is_empty() || parts.iter().any(|part| screen.name.contains(part));
    table::screens().into_iter().filter(is_asked).collect()
}

#[test]
fn every_screen_can_be_drawn() {
    let Some(folder) = std::env::var_os("GALLERY_DIR").map(PathBuf::from) else { return };
    let mut missing = Vec::new();
    for screen in asked_screens() {
        for (size, scale) in asked_sizes().into_iter().filter(|(size, _)| screen.widths.contains(&size.x)) {
            for (theme, word) in [(ThemeSetting::Light, "light"), (ThemeSetting::Dark, "dark")] {
                match screen.window(size, theme, scale) {
                    Ok(mut window) => {
                        let image = window.render().expect("a picture");
                        let name = format!("{} {}x{}@{scale} {word}.png", screen.name, size.x, size.y);
                        image.save(folder.join(name)).expect("a folder that takes files");
                    }
                    Err(what) => missing.push(format!("{what} at {size:?}")),
                }
            }
        }
    }
    println!("{}", missing.join("\n"));
}
