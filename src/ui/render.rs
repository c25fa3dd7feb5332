//! A picture of a `Ui` without a display: what the `render` command and picture tests stand on.

use egui::{ColorImage, Context, Pos2, RawInput, Rect, Ui, Vec2, ViewportId};

use super::fonts::{self, CjkPreference};
use super::painter::Painter;
use super::theme::{self, ThemeChoice};

/// What a picture is drawn with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shot {
    /// In points; at `scale` 2 the picture has twice as many pixels each way.
    pub size: Vec2,
    pub scale: f32,
    pub theme: ThemeChoice,
    /// `None` draws with the embedded fonts alone: the same picture on every machine.
    pub system_fonts: Option<CjkPreference>,
}

impl Default for Shot {
    fn default() -> Self {
        Self {
            size: Vec2::new(1200.0, 800.0),
            scale: 1.0,
            theme: ThemeChoice::Light,
            system_fonts: Some(CjkPreference::System),
        }
    }
}

/// A window still asking for a repaint after this many passes is drawn as it stands.
const MOST_PASSES: usize = 12;
const LEAST_PASSES: usize = 3;
/// Longer than any animation, so that two passes settle one.
const SECONDS_A_PASS: f64 = 0.5;

/// Runs `draw_ui` until it asks for no more repaints and paints the last pass.
///
/// Time starts at 0 and moves by fixed steps; nothing animates, the cursor does not blink.
pub fn render(shot: &Shot, mut draw_ui: impl FnMut(&mut Ui)) -> ColorImage {
    let ctx = context(shot);
    let mut painter = Painter::default();
    for pass_idx in 0.. {
        let mut output = ctx.run_ui(input(shot, pass_idx), &mut draw_ui);
        painter.set_textures(&mut output.textures_delta);
        let asks_again = output
            .viewport_output
            .get(&ViewportId::ROOT)
            .is_some_and(|viewport| viewport.repaint_delay.is_zero());
        let settled = LEAST_PASSES <= pass_idx + 1 && !asks_again;
        if settled || MOST_PASSES <= pass_idx + 1 {
            let primitives = ctx.tessellate(output.shapes, output.pixels_per_point);
            let size = [shot.size.x, shot.size.y].map(|side| (side * shot.scale).round() as usize);
            let clear = theme::theme_of(&ctx).color.surface_0;
            let image = painter.paint(size, output.pixels_per_point, clear, &primitives);
            output.textures_delta.clear();
            return image;
        }
        painter.free_textures(&mut output.textures_delta);
    }
    unreachable!("the last pass returns")
}

fn context(shot: &Shot) -> Context {
    let ctx = Context::default();
    fonts::install(&ctx);
    if let Some(preference) = shot.system_fonts {
        fonts::use_system_fonts(&ctx, preference);
    }
    theme::apply(&ctx, shot.theme);
    theme::set_reduce_motion(&ctx, true);
    ctx.all_styles_mut(|style| style.visuals.text_cursor.blink = false);
    ctx
}

fn input(shot: &Shot, pass_idx: usize) -> RawInput {
    let mut input = RawInput {
        screen_rect: Some(Rect::from_min_size(Pos2::ZERO, shot.size)),
        time: Some(pass_idx as f64 * SECONDS_A_PASS),
        predicted_dt: SECONDS_A_PASS as f32,
        focused: true,
        ..RawInput::default()
    };
    if let Some(viewport) = input.viewports.get_mut(&ViewportId::ROOT) {
        viewport.native_pixels_per_point = Some(shot.scale);
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shot(scale: f32) -> Shot {
        Shot { size: Vec2::new(120.0, 60.0), scale, system_fonts: None, ..Shot::default() }
    }

    #[test]
    fn a_picture_is_the_same_each_time() {
        let draw = || {
            render(&shot(1.0), |ui| {
                ui.label("Field");
                let _ = ui.button("Open");
            })
        };
        assert_eq!(draw().pixels, draw().pixels);
    }

    #[test]
    fn scale_changes_pixels_and_not_points() {
        let mut widths = Vec::new();
        let image = render(&shot(2.0), |ui| widths.push(ui.ctx().content_rect().width()));
        assert_eq!(image.size, [240, 120]);
        assert_eq!(widths.last(), Some(&120.0));
    }

    #[test]
    fn a_window_that_never_settles_is_drawn_all_the_same() {
        let mut n_passes = 0;
        render(&shot(1.0), |ui| {
            n_passes += 1;
            ui.ctx().request_repaint();
        });
        assert_eq!(n_passes, MOST_PASSES);
    }

    #[test]
    fn text_leaves_dark_pixels_on_light_ground() {
        let image = render(&shot(1.0), |ui| {
            ui.label("Field");
        });
        let light = theme::column(false).color.surface_0;
        assert!(image.pixels.contains(&light));
        assert!(image.pixels.iter().any(|pixel| pixel.r() < 90));
    }
}
