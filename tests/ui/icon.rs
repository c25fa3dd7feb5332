//! The program's icon, drawn by our own painter: a loupe over tag, length and value.

use egui::{Color32, Context, CornerRadius, Pos2, RawInput, Rect, Shape, Stroke, Vec2, pos2, vec2};
use protoloupe::ui::painter::{Painter, encode_png};
use protoloupe::ui::theme;

const SIDE: f32 = 256.0;

fn shapes() -> Vec<Shape> {
    let (light, dark) = (&theme::column(false).color, &theme::column(true).color);
    let white = light.on_accent;
    let ground = Rect::from_min_size(Pos2::ZERO, Vec2::splat(SIDE)).shrink(10.0);
    let center = pos2(112.0, 112.0);
    let handle = [center + Vec2::splat(54.0), pos2(204.0, 204.0)];
    let mut shapes = vec![
        Shape::rect_filled(ground, CornerRadius::same(52), light.accent),
        Shape::line_segment(handle, Stroke::new(26.0, white)),
        Shape::circle_filled(handle[1], 13.0, white),
        Shape::circle_filled(center, 76.0, white),
        Shape::circle_filled(center, 60.0, dark.surface_0),
    ];
    // A record: one byte of tag, one of length, then the value.
    let bytes = [
        (-36.0, -24.0, 20.0, dark.tag_text),
        (-10.0, -24.0, 20.0, dark.length_text),
        (16.0, -24.0, 20.0, dark.value_text),
        (-36.0, 4.0, 46.0, dark.value_text),
        (16.0, 4.0, 20.0, dark.tag_text),
    ];
    for (x, y, width, color) in bytes {
        let rect = Rect::from_min_size(center + vec2(x, y), vec2(width, 20.0));
        shapes.push(Shape::rect_filled(rect, CornerRadius::same(5), color));
    }
    shapes
}

#[test]
fn the_icon_is_the_one_drawn_here() {
    let ctx = Context::default();
    let size = Vec2::splat(SIDE);
    let input = RawInput { screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)), ..RawInput::default() };
    let mut painter = Painter::default();
    let mut output = ctx.run_ui(input, |ui| {
        ui.painter().extend(shapes());
    });
    painter.set_textures(&mut output.textures_delta);
    let primitives = ctx.tessellate(output.shapes, 1.0);
    let side = SIDE as usize;
    let image = painter.paint([side, side], 1.0, Color32::TRANSPARENT, &primitives);
    output.textures_delta.clear();
    let png = encode_png(&image).expect("a PNG");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/icon.png");
    if std::env::var_os("UPDATE_ICON").is_some() {
        std::fs::write(path, &png).expect("a folder that takes files");
    }
    assert!(std::fs::read(path).expect("the icon") == png, "set UPDATE_ICON and run this test again");
}
