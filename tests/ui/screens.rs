//! Every screen of the window at any size, scale and theme: pictures to look at, and laws that hold on
//! all of them.
//!
//! Pictures: set `GALLERY_DIR` and run `cargo test --test ui every_screen_can_be_drawn`. `SCREENS` says
//! which, by parts of their names with commas between; `SCREEN_SIZES` says how in pixels, such as
//! `600x420,1200x840@2`.

use crate::harness::scaled_harness;
use crate::window::Window;
use egui::{Event, Key, Modifiers, Pos2, Rect, Role, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, Session, State, ThemeSetting};
use protoloupe::ui::shell::Shell;
use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;

#[path = "screens/begun.rs"]
mod begun; // sessions to begin with
#[path = "screens/calls.rs"]
mod calls; // screens of calls
#[path = "screens/laws.rs"]
mod laws; // what holds on every screen
#[path = "screens/questions.rs"]
mod questions; // screens of questions
#[path = "screens/requests.rs"]
mod requests; // screens of saved requests, profiles and earlier calls
#[path = "screens/running.rs"]
mod running; // screens of work that goes on, was stopped or failed
#[path = "screens/shown.rs"]
mod shown; // words that are seen in each of them
#[path = "screens/sources.rs"]
mod sources; // screens of schema sources and protoc
#[path = "screens/structures.rs"]
mod structures; // screens of rows: their menus, drags, structures and values
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
    /// What follows from the state.
    DoFor(fn(&State) -> Action),
    Click(Role, &'static str),
    /// On the first thing whose label has these words.
    ClickOn(Role, &'static str),
    ClickOtherOn(Role, &'static str),
    Hover(Role, &'static str),
    /// So far from the right end of the first thing whose label has these words.
    HoverFromRight(Role, &'static str, f32),
    /// Takes the first row with these words to the lower half of the last one with those, and holds it.
    Drag(&'static str, &'static str),
    /// Scrolls the first thing whose label has these words into view.
    Reach(Role, &'static str),
    Press(Modifiers, Key),
    Type(&'static str),
    /// A file is held over the window.
    Hold,
    Wait(fn(&State) -> bool),
    /// From here on what goes on beside the window comes in while it is waited for, and else does not.
    Still,
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
        let is_still = Rc::new(Cell::new(false));
        let is_still_there = is_still.clone();
        let mut window = scaled_harness(size, scale, Shell::new(session), move |ui, shell: &mut Shell| {
            Shell::use_no_system_dialogs(ui.ctx());
            let settle = |shell: &mut Shell| match is_still_there.get() {
                true => {}
                false => shell.session_mut().settle(),
            };
            settle(shell);
            shell.ui(ui);
            settle(shell);
        });
        window.run();
        for touch in &self.touches {
            touch.make(&mut window, &is_still).map_err(|what| format!("{}: {what}", self.name))?;
        }
        Ok(window)
    }

    /// Words that should be seen, and are not.
    fn unseen(&self, window: &Window) -> Vec<String> {
        let words = shown::of(&self.name).iter().filter(|words| !is_shown(window, words));
        words.map(|words| format!("{}: {words:?} is not to be seen", self.name)).collect()
    }
}

impl Touch {
    fn make(&self, window: &mut Window, is_still: &Cell<bool>) -> Result<(), String> {
        match self {
            Touch::Do(action) => window.state_mut().apply(action.clone()),
            Touch::DoFor(action) => {
                let action = action(window.state().state());
                window.state_mut().apply(action);
            }
            Touch::Click(role, label) | Touch::Hover(role, label) => {
                let at = place(window, *role, |name| name == *label);
                self.point(window, at.ok_or_else(|| none(window, *role, label))?.center());
            }
            Touch::ClickOn(role, part) | Touch::ClickOtherOn(role, part) => {
                let at = place(window, *role, |name| name.contains(part));
                self.point(window, at.ok_or_else(|| none(window, *role, part))?.center());
            }
            Touch::HoverFromRight(role, part, left) => {
                let at = place(window, *role, |name| name.contains(part));
                let at = at.ok_or_else(|| none(window, *role, part))?;
                window.hover_at(at.right_center() - vec2(*left, 0.0));
            }
            Touch::Reach(role, label) => {
                place(window, *role, |name| name.contains(label))
                    .ok_or_else(|| none(window, *role, label))?;
            }
            Touch::Drag(from, to) => drag(window, from, to)?,
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
            Touch::Still => is_still.set(true),
        }
        if !is_still.get() {
            window.state_mut().session_mut().settle();
        }
        // A tooltip takes its time, and what asks for frames for ever is no error here.
        let is_slow = matches!(self, Touch::Hover(..) | Touch::HoverFromRight(..));
        window.run_steps(if is_slow { 8 } else { 4 });
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

fn drag(window: &mut Window, from: &str, to: &str) -> Result<(), String> {
    let row = Role::TreeItem;
    let from_at = place(window, row, |name| name.contains(from)).ok_or_else(|| none(window, row, from))?;
    let all = window.query_all_by_role(row);
    let all = all.filter(|node| node.accesskit_node().label().is_some_and(|label| label.contains(to)));
    let to_at = all.map(|node| node.rect()).reduce(|_, next| next).ok_or_else(|| none(window, row, to))?;
    let (from_at, to_at) = (from_at.center(), to_at.center() + vec2(0.0, 6.0));
    window.hover_at(from_at);
    window.run_steps(1);
    window.event(Event::PointerButton {
        pos: from_at,
        button: egui::PointerButton::Primary,
        pressed: true,
        modifiers: Modifiers::NONE,
    });
    for share in [0.2, 0.6, 1.0] {
        window.run_steps(1);
        window.hover_at(from_at.lerp(to_at, share));
    }
    Ok(())
}

/// Where it is seen; what is scrolled out of view comes in.
fn place(window: &mut Window, role: Role, is_it: impl Fn(&str) -> bool) -> Option<Rect> {
    let is_scrolled = {
        let node = found(window, role, &is_it)?;
        let id = node.accesskit_node().locate().0;
        let is_whole = is_whole(&window.ctx, id);
        if !is_whole {
            node.scroll_to_me();
        }
        !is_whole
    };
    if is_scrolled {
        window.run_steps(3);
    }
    found(window, role, &is_it).map(|node| node.rect())
}

fn found<'a>(
    window: &'a Window,
    role: Role,
    is_it: &impl Fn(&str) -> bool,
) -> Option<egui_kittest::Node<'a>> {
    let mut all = window.query_all_by_role(role);
    // Text is named by its value.
    all.find(|node| {
        let node = node.accesskit_node();
        [node.label(), node.value()].into_iter().flatten().any(|words| is_it(&words))
    })
}

/// Whether the middle of a widget is not cut off; what is no widget has no part in that.
fn is_seen(ctx: &egui::Context, id: egui::accesskit::NodeId) -> bool {
    widget(ctx, id).is_none_or(|widget| widget.interact_rect.contains(widget.rect.center()))
}

/// Whether it is seen from its top to its bottom.
fn is_whole(ctx: &egui::Context, id: egui::accesskit::NodeId) -> bool {
    widget(ctx, id).is_none_or(|widget| widget.rect.height() < widget.interact_rect.height() + 1.0)
}

fn widget(ctx: &egui::Context, id: egui::accesskit::NodeId) -> Option<egui::WidgetRect> {
    ctx.viewport(|viewport| {
        let mut layers = viewport.prev_pass.widgets.layers();
        layers.find_map(|(_, widgets)| widgets.iter().find(|it| it.id.accesskit_id() == id)).copied()
    })
}

/// Whether words are painted in view, or name something that is in view.
fn is_shown(window: &Window, words: &str) -> bool {
    let all = window.ctx.content_rect();
    let is_painted = laws::painted(&window.output().shapes)
        .iter()
        .any(|text| text.text.contains(words) && all.intersect(text.clip).contains(text.rect.center()));
    let mut nodes = window.query_all_by(|_| true);
    is_painted
        || nodes.any(|node| {
            let place = || node.rect();
            let node = node.accesskit_node();
            let said = [node.label(), node.value()].into_iter().flatten().any(|text| text.contains(words));
            let at = if said && node.bounding_box().is_some() { place() } else { Rect::NOTHING };
            at.is_positive() && all.contains(at.center()) && is_seen(&window.ctx, node.locate().0)
        })
}

fn none(window: &Window, role: Role, words: &str) -> String {
    let all = window.query_all_by_role(role).filter_map(|node| node.accesskit_node().label());
    format!("no {words:?} among {:?}", all.collect::<Vec<_>>())
}

fn wait(window: &mut Window, until: fn(&State) -> bool) -> Result<(), String> {
    for _ in 0..30_000 {
        window.state_mut().poll();
        if until(window.state().state()) {
            window.run_steps(2);
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    Err("waited half a minute".to_owned())
}

/// Sizes in points and scales to draw at.
fn asked_sizes() -> Vec<(Vec2, f32)> {
    let Ok(text) = std::env::var("SCREEN_SIZES") else {
        return SIZES.into_iter().map(|size| (size, 1.0)).collect();
    };
    let one = |part: &str| {
        let (size, scale) = part.split_once('@').unwrap_or((part, "1"));
        let (width, height) = size.split_once('x').expect("a size as 600x420@2");
        let number = |text: &str| text.parse::<f32>().expect("a number");
        let scale = number(scale);
        (vec2(number(width), number(height)) / scale, scale)
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
                        missing.extend(screen.unseen(&window));
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
