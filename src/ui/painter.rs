//! Paints egui's triangles on the CPU, so that a picture needs no GPU, display or package.
//!
//! The rules are those of `egui_glow`: the top-left rule, bilinear textures, colours multiplied
//! and blended in gamma space with premultiplied alpha, each mesh cut to its clip rectangle.
//! Corners are kept to 1/256 pixel.
//!
//! **Limits:** paint callbacks draw nothing; textures repeat as if clamped.

mod raster;

use std::collections::HashMap;

use egui::epaint::{ClippedPrimitive, ImageData, ImageDelta, Primitive};
use egui::{Color32, ColorImage, TextureFilter, TextureId, TexturesDelta};

/// Holds the textures between frames.
#[derive(Default)]
pub struct Painter {
    textures: HashMap<TextureId, Texture>,
}

impl Painter {
    /// Takes new and changed textures; those to be freed go in [`Self::free_textures`].
    pub fn set_textures(&mut self, delta: &mut TexturesDelta) {
        for (id, images) in delta.set.drain() {
            for image in images {
                self.set_texture(id, &image);
            }
        }
    }

    /// Call after painting: the frame at hand may still use what it frees.
    pub fn free_textures(&mut self, delta: &mut TexturesDelta) {
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
    }

    fn set_texture(&mut self, id: TextureId, delta: &ImageDelta) {
        let ImageData::Color(image) = &delta.image;
        match (delta.pos, self.textures.get_mut(&id)) {
            (Some(at), Some(texture)) => texture.patch(at, image),
            _ => {
                let smooth = delta.options.magnification == TextureFilter::Linear;
                let [width, height] = image.size;
                let pixels = image.pixels.clone();
                self.textures.insert(id, Texture { width, height, pixels, smooth });
            }
        }
    }

    /// Paints one frame; `size` is in pixels.
    pub fn paint(
        &self,
        size: [usize; 2],
        pixels_per_point: f32,
        clear: Color32,
        primitives: &[ClippedPrimitive],
    ) -> ColorImage {
        let mut image = ColorImage::filled(size, clear);
        for ClippedPrimitive { clip_rect, primitive } in primitives {
            let Primitive::Mesh(mesh) = primitive else {
                continue;
            };
            let Some(texture) = self.textures.get(&mesh.texture_id) else {
                continue;
            };
            let clip = raster::Clip::new(*clip_rect * pixels_per_point, size);
            for corners in mesh.indices.chunks_exact(3) {
                let corners = [corners[0], corners[1], corners[2]]
                    .map(|idx| mesh.vertices[idx as usize])
                    .map(|vertex| raster::Corner::new(vertex, pixels_per_point));
                raster::triangle(&mut image, &clip, texture, corners);
            }
        }
        image
    }
}

/// Premultiplied pixels, as egui sends them.
struct Texture {
    width: usize,
    height: usize,
    pixels: Vec<Color32>,
    smooth: bool,
}

impl Texture {
    fn patch(&mut self, [left, top]: [usize; 2], image: &ColorImage) {
        let [width, height] = image.size;
        if self.width < left + width || self.height < top + height || width == 0 {
            return;
        }
        for (row_idx, row) in image.pixels.chunks_exact(width).enumerate() {
            let start = (top + row_idx) * self.width + left;
            self.pixels[start..start + width].copy_from_slice(row);
        }
    }

    fn texel(&self, x: i32, y: i32) -> [f32; 4] {
        let x = x.clamp(0, self.width as i32 - 1) as usize;
        let y = y.clamp(0, self.height as i32 - 1) as usize;
        self.pixels[y * self.width + x].to_array().map(f32::from)
    }

    /// Channels 0 to 255 at `u`, `v`, which run from 0 to 1 over the texture.
    fn sample(&self, u: f32, v: f32) -> [f32; 4] {
        let (x, y) = (u * self.width as f32, v * self.height as f32);
        if !self.smooth {
            return self.texel(x.floor() as i32, y.floor() as i32);
        }
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right_share, bottom_share) = (x - left, y - top);
        let (left, top) = (left as i32, top as i32);
        // Glyphs stand on whole pixels: most samples fall on the middle of a texel.
        if right_share < 1e-3 && bottom_share < 1e-3 {
            return self.texel(left, top);
        }
        let mut sum = [0.0; 4];
        for (x, y, share) in [
            (left, top, (1.0 - right_share) * (1.0 - bottom_share)),
            (left + 1, top, right_share * (1.0 - bottom_share)),
            (left, top + 1, (1.0 - right_share) * bottom_share),
            (left + 1, top + 1, right_share * bottom_share),
        ] {
            let texel = self.texel(x, y);
            for (channel, value) in sum.iter_mut().zip(texel) {
                *channel += share * value;
            }
        }
        sum
    }
}

/// 8-bit RGBA, not premultiplied.
pub fn encode_png(image: &ColorImage) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let [width, height] = image.size.map(|side| side as u32);
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    // Even ground and repeated letters pack better as they are.
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    let rgba: Vec<u8> = image.pixels.iter().flat_map(|pixel| pixel.to_srgba_unmultiplied()).collect();
    writer.write_image_data(&rgba)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
