//! Pictures of the whole window, to be looked at: set `GALLERY_DIR` and run
//! `cargo test --test ui window_pictures`.
//!
//! Without it a few are drawn, so that no state of the window panics.

use protoloupe::app::{Action, Dialog, Pane};
use protoloupe::schema::Schema;
use protoloupe::ui::picture::{RenderArgs, render_window};

struct Scene {
    name: &'static str,
    size: (f32, f32),
    select: Option<&'static str>,
    actions: Vec<Action>,
}

fn scene(name: &'static str, select: &'static str, actions: Vec<Action>) -> Scene {
    let select = (!select.is_empty()).then_some(select);
    Scene { name, size: (1200.0, 800.0), select, actions }
}

fn scenes() -> Vec<Scene> {
    let mut scenes = vec![
        scene("sample", "", vec![]),
        scene("string", "messages[0].topic.name", vec![]),
        scene("timestamp", "messages[0].system_properties.born_timestamp", vec![]),
        scene("bytes", "messages[0].body", vec![]),
        scene("enum", "messages[0].system_properties.message_type", vec![]),
        scene("message", "messages[0].topic", vec![]),
        scene("palette", "messages[0].topic.name", vec![Action::Show(Dialog::Palette)]),
        scene("go-to", "messages[0].topic.name", vec![Action::Show(Dialog::GoTo)]),
        scene("add-field", "messages[0].topic", vec![Action::Show(Dialog::AddField { row: None })]),
        scene("shortcuts", "", vec![Action::Show(Dialog::Shortcuts)]),
        scene(
            "all-panes",
            "messages[0].topic.name",
            vec![Action::TogglePane(Pane::Problems), Action::TogglePane(Pane::History)],
        ),
        scene("pasted", "", vec![Action::OpenPasted("08 96 01 12 03 68 69 21 1a 03 08 01 10".to_owned())]),
        scene("failed", "", vec![Action::Open(vec!["/nowhere/orders.bin".into()])]),
    ];
    for (name, size) in [("small", (900.0, 600.0)), ("large", (1600.0, 1000.0))] {
        scenes.push(Scene { size, ..scene(name, "messages[0].topic.name", vec![]) });
    }
    scenes
}

#[test]
fn every_state_of_the_window_can_be_drawn() {
    let dir = std::env::var_os("GALLERY_DIR").map(std::path::PathBuf::from);
    for scene in scenes() {
        for (is_dark, theme) in [(false, "light"), (true, "dark")] {
            if dir.is_none() && is_dark {
                continue;
            }
            let args = RenderArgs {
                size: scene.size,
                is_dark,
                select: scene.select.map(|path| path.parse().expect("a path")),
                actions: scene.actions.clone(),
                system_fonts: false,
                ..RenderArgs::new(Schema::builtin())
            };
            let png = render_window(args).expect("a picture");
            if let Some(dir) = &dir {
                std::fs::write(dir.join(format!("{}-{theme}.png", scene.name)), png).expect("a folder");
            }
        }
    }
}
