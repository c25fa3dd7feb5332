//! Pictures of every editor in the window, to be looked at: set `GALLERY_DIR` and run
//! `cargo test --test ui editor_pictures`.
//!
//! Without it each is drawn once, so that no editor panics.

use crate::harness::harness;
use crate::values::{message, session};
use egui::{ColorImage, Role};
use egui_kittest::kittest::Queryable as _;
use protoloupe::app::{Action, SelectTarget, ThemeSetting};
use protoloupe::ui::painter::encode_png;
use protoloupe::ui::shell::Shell;

/// A string that hides something, a time out of range, and undeclared records of each wire type.
pub fn odd() -> Vec<u8> {
    let mut more = vec![0x1a, 0x07, b'c', b'a', b'f', 0xe9, 0xe2, 0x80, 0xae];
    more.extend([0x98, 0x06, 0x80, 0x98, 0xfa, 0x86, 0x8d, 0x34]);
    more.extend([0xa1, 0x06, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f]);
    more.extend([0xaa, 0x06, 0x0a, 0x0a, 0x05, b'c', b'r', b'e', b'a', b'm', 0x10, 0xac, 0x02]);
    more.extend([0xb2, 0x06, 12]);
    more.extend([1.5_f32, 2.0, 0.25].iter().flat_map(|one| one.to_le_bytes()));
    more.extend([0xb8, 0x06, 0x05]);
    more.extend([0x0a, 0x02, b'h', b'i']);
    more
}

/// A name, the selected path, and the choice of a form or a button to be clicked.
pub type Scene = (&'static str, &'static str, Option<(Role, &'static str)>);

pub const SCENES: &[Scene] = &[
    ("integer-hex", "i32", Some((Role::RadioButton, "Hexadecimal"))),
    ("float", "twice", None),
    ("string-escaped", "text", None),
    ("bytes", "raw", None),
    ("bytes-read-as", "raw", Some((Role::Button, "Read as Order"))),
    ("enum", "color", None),
    ("message", "order", None),
    ("timestamp", "time", None),
    ("timestamp-fields", "time", Some((Role::RadioButton, "Fields"))),
    ("timestamp-raw", "time", Some((Role::RadioButton, "Raw"))),
    ("duration-fields", "span", Some((Role::RadioButton, "Fields"))),
    ("any", "any", None),
    ("struct", "tree", None),
    ("struct-json", "tree", Some((Role::RadioButton, "JSON"))),
    ("mask", "mask", None),
    ("unknown-varint", "99", None),
    ("unknown-i64", "100", None),
    ("unknown-message", "101", None),
    ("unknown-packed", "102", None),
    ("unknown-enum", "103", None),
    ("unknown-pinned", "99", Some((Role::Button, "Show as time in ms in the tree"))),
    ("unknown-read-as", "101", Some((Role::Button, "Read as Order"))),
    ("clash", "i32", None),
];

#[test]
fn every_editor_can_be_drawn() {
    let dir = std::env::var_os("GALLERY_DIR").map(std::path::PathBuf::from);
    for theme in [ThemeSetting::Light, ThemeSetting::Dark] {
        if dir.is_none() && theme == ThemeSetting::Dark {
            continue;
        }
        for (name, path, clicked) in SCENES {
            let more = if *name == "integer-hex" { Vec::new() } else { odd() };
            let mut session = session(&message(&more));
            session.apply(Action::SetTheme(theme));
            session.apply(Action::Select(SelectTarget::Path(path.parse().expect("a path"))));
            session.settle();
            let mut window = harness([1100.0, 1000.0], Shell::new(session), |ui, shell: &mut Shell| {
                Shell::use_no_system_dialogs(ui.ctx());
                shell.session_mut().settle();
                shell.ui(ui);
                shell.session_mut().settle();
            });
            window.run();
            if let Some((role, label)) = clicked {
                window.get_by_role_and_label(*role, label).click();
                window.run();
            }
            let Some(dir) = &dir else { continue };
            let image = window.render().expect("a picture");
            let size = [image.width() as usize, image.height() as usize];
            let png = encode_png(&ColorImage::from_rgba_unmultiplied(size, &image)).expect("a PNG");
            let theme = if theme == ThemeSetting::Dark { "dark" } else { "light" };
            std::fs::write(dir.join(format!("{name}-{theme}.png")), png).expect("a folder that takes files");
        }
    }
}
