//! The one way to start a test window: our fonts and theme, painted on the CPU.

use egui::{Context, FullOutput, TexturesDelta, Ui, UiBuilder, Vec2};
use egui_kittest::{Harness, TestRenderer};
use image::RgbaImage;
use protoloupe::ui::fonts;
use protoloupe::ui::painter::Painter;
use protoloupe::ui::theme::{self, ThemeChoice};

/// A window of `size` points that draws `state`, in the light theme.
pub fn harness<'a, State: 'a>(
    size: impl Into<Vec2>,
    state: State,
    draw_ui: impl FnMut(&mut Ui, &mut State) + 'a,
) -> Harness<'a, State> {
    scaled_harness(size, 1.0, state, draw_ui)
}

/// The same on a screen with `scale` pixels per point.
pub fn scaled_harness<'a, State: 'a>(
    size: impl Into<Vec2>,
    scale: f32,
    state: State,
    mut draw_ui: impl FnMut(&mut Ui, &mut State) + 'a,
) -> Harness<'a, State> {
    Harness::builder()
        .with_size(size)
        .with_pixels_per_point(scale)
        .with_theme(egui::Theme::Light)
        .with_max_steps(12)
        .with_render_cursor(false)
        .with_context_setup(|ctx| {
            fonts::install(ctx);
            theme::apply(ctx, ThemeChoice::Light);
        })
        .renderer(CpuRenderer::default())
        .build_ui_state(
            move |ui, state| {
                // The harness leaves a margin of its own; a window has none.
                let all = UiBuilder::new().max_rect(ui.ctx().content_rect());
                let mut ui = ui.new_child(all);
                ui.set_clip_rect(ui.max_rect());
                draw_ui(&mut ui, state);
            },
            state,
        )
}

#[derive(Default)]
pub struct CpuRenderer {
    painter: Painter,
}

impl TestRenderer for CpuRenderer {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        self.painter.set_textures(delta);
        self.painter.free_textures(delta);
    }

    fn render(&mut self, ctx: &Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let pixels_per_point = output.pixels_per_point;
        let size = ctx.content_rect().size() * pixels_per_point;
        let size = [size.x.round() as usize, size.y.round() as usize];
        let primitives = ctx.tessellate(output.shapes.clone(), pixels_per_point);
        let clear = theme::theme_of(ctx).color.surface_0;
        let image = self.painter.paint(size, pixels_per_point, clear, &primitives);
        let rgba = image.pixels.iter().flat_map(|pixel| pixel.to_srgba_unmultiplied()).collect();
        RgbaImage::from_raw(size[0] as u32, size[1] as u32, rgba)
            .ok_or_else(|| "the picture has no such size".to_owned())
    }
}
