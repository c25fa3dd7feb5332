//! Pictures of every widget, to be looked at: set `GALLERY_DIR` and run `cargo test --test ui gallery`.
//!
//! Without it they are drawn once each, so that no widget panics in either theme.

use egui::{ColorImage, Key, Ui, pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use protoloupe::ui::painter::encode_png;
use protoloupe::ui::render::{Shot, render};
use protoloupe::ui::theme::ThemeChoice;

#[path = "gallery/mock.rs"]
mod mock; // a window as product.md sketches it
#[path = "gallery/parts.rs"]
mod parts; // one widget beside the other

fn pictures(name: &str, size: [f32; 2], mut draw_ui: impl FnMut(&mut Ui)) {
    let dir = std::env::var_os("GALLERY_DIR").map(std::path::PathBuf::from);
    let scales: &[f32] = if dir.is_some() { &[1.0, 1.5, 2.0] } else { &[1.0] };
    for (theme, theme_name) in [(ThemeChoice::Light, "light"), (ThemeChoice::Dark, "dark")] {
        for scale in scales {
            let shot = Shot { size: size.into(), scale: *scale, theme, system_fonts: None };
            let image = render(&shot, &mut draw_ui);
            assert_drawn(&image);
            if let Some(dir) = &dir {
                let path = dir.join(format!("{name}-{theme_name}-{scale}x.png"));
                std::fs::write(path, encode_png(&image).expect("a PNG")).expect("a folder that takes files");
            }
        }
    }
}

fn assert_drawn(image: &ColorImage) {
    let first = image.pixels[0];
    assert!(image.pixels.iter().any(|pixel| *pixel != first), "the picture is empty");
}

#[test]
fn gallery_window() {
    let mut window = mock::Window::default();
    pictures("window", [1280.0, 800.0], |ui| mock::window_ui(ui, &mut window));
}

#[test]
fn gallery_parts() {
    let mut parts = parts::Parts::default();
    pictures("parts", [1000.0, 760.0], |ui| parts::parts_ui(ui, &mut parts));
}

#[test]
fn gallery_palette() {
    let mut window = mock::Window::default();
    let mut palette = parts::palette_state();
    pictures("palette", [900.0, 560.0], |ui| {
        mock::window_ui(ui, &mut window);
        parts::palette_over(ui.ctx(), &mut palette);
    });
}

#[test]
fn gallery_path_field() {
    let mut state = protoloupe::ui::widgets::PathFieldState::new("/home/ada/cap");
    pictures("path-field", [900.0, 560.0], |ui| {
        parts::path_field_over(ui.ctx(), &mut state);
    });
}

#[test]
fn gallery_empty_and_toasts() {
    let mut toasts = parts::toasts();
    pictures("empty", [900.0, 560.0], |ui| {
        egui::CentralPanel::default().show(ui, parts::empty_ui);
        toasts.show(ui.ctx(), 0.0, 24.0);
    });
}

/// Hover, focus, a tooltip and an open menu, which need a pointer and keys.
#[test]
fn gallery_touched() {
    let mut harness = crate::harness::harness([1280.0, 800.0], mock::Window::default(), |ui, window| {
        mock::window_ui(ui, window);
    });
    harness.get_by_role_and_label(egui::Role::TreeItem, "tag").click();
    harness.run();
    harness.key_press(Key::Tab);
    harness.hover_at(pos2(480.0, 280.0));
    harness.run();
    save("touched-row", harness.render().expect("a picture"));
    harness.hover_at(harness.get_by_label("Save").rect().center() + vec2(2.0, 1.0));
    harness.run_steps(8);
    harness.get_by_label("Ctrl+S");
    save("touched-button", harness.render().expect("a picture"));
}

fn save(name: &str, image: image::RgbaImage) {
    if let Some(dir) = std::env::var_os("GALLERY_DIR").map(std::path::PathBuf::from) {
        let size = [image.width() as usize, image.height() as usize];
        let image = ColorImage::from_rgba_unmultiplied(size, &image);
        let png = encode_png(&image).expect("a PNG");
        std::fs::write(dir.join(format!("{name}.png")), png).expect("a folder that takes files");
    }
}
