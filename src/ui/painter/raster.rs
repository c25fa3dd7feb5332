//! One triangle onto pixels: which it covers is decided exactly, in integers; what it puts
//! there is computed per pixel only where colour or texture vary.

use egui::epaint::Vertex;
use egui::{Color32, ColorImage, Rect};

use super::Texture;

/// Steps to a pixel.
const STEPS: i64 = 256;

/// Whole pixels a mesh may touch: right and bottom are outside.
pub struct Clip {
    left: i64,
    top: i64,
    right: i64,
    bottom: i64,
}

impl Clip {
    pub fn new(rect: Rect, size: [usize; 2]) -> Self {
        let side = |value: f32, end: usize| (value.round() as i64).clamp(0, end as i64);
        Self {
            left: side(rect.left(), size[0]),
            top: side(rect.top(), size[1]),
            right: side(rect.right(), size[0]),
            bottom: side(rect.bottom(), size[1]),
        }
    }
}

/// A corner in steps, with what is interpolated from it.
#[derive(Clone, Copy)]
pub struct Corner {
    x: i64,
    y: i64,
    u: f32,
    v: f32,
    color: Color32,
}

impl Corner {
    pub fn new(vertex: Vertex, pixels_per_point: f32) -> Self {
        let steps = |points: f32| {
            let steps = f64::from(points * pixels_per_point) * STEPS as f64;
            // Far outside any window the exact place no longer matters, only overflow does.
            steps.round().clamp(-1e9, 1e9) as i64
        };
        Self {
            x: steps(vertex.pos.x),
            y: steps(vertex.pos.y),
            u: vertex.uv.x,
            v: vertex.uv.y,
            color: vertex.color,
        }
    }
}

/// `value(x, y) = at_origin + x * per_x + y * per_y`, at pixel middles; covered where not negative.
#[derive(Clone, Copy)]
struct Edge {
    at_origin: i64,
    per_x: i64,
    per_y: i64,
}

impl Edge {
    /// From `a` to `b` of a triangle that runs clockwise on screen.
    fn new(a: Corner, b: Corner) -> Self {
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let middle = STEPS / 2;
        let at_origin = dx * (middle - a.y) - dy * (middle - a.x);
        // A pixel middle right on a shared edge belongs to the triangle right of or below it.
        let owns_edge = dy < 0 || (dy == 0 && 0 < dx);
        Self { at_origin: at_origin - i64::from(!owns_edge), per_x: -dy * STEPS, per_y: dx * STEPS }
    }

    /// Narrows `left..right` to the pixels of row `y` on the inner side.
    fn cut(&self, y: i64, left: &mut i64, right: &mut i64) {
        let at_row = self.at_origin + y * self.per_y;
        match self.per_x {
            0 if at_row < 0 => *right = *left,
            0 => {}
            per_x if 0 < per_x => *left = (*left).max(-at_row.div_euclid(per_x)),
            per_x => *right = (*right).min(at_row.div_euclid(-per_x) + 1),
        }
    }
}

/// Paints one triangle, of either winding, over what is there.
pub fn triangle(image: &mut ColorImage, clip: &Clip, texture: &Texture, corners: [Corner; 3]) {
    let [a, mut b, mut c] = corners;
    let mut area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    if area == 0 {
        return;
    }
    if area < 0 {
        std::mem::swap(&mut b, &mut c);
        area = -area;
    }
    let edges = [Edge::new(a, b), Edge::new(b, c), Edge::new(c, a)];
    let top = a.y.min(b.y).min(c.y).div_euclid(STEPS).max(clip.top);
    let bottom = (a.y.max(b.y).max(c.y).div_euclid(STEPS) + 1).min(clip.bottom);
    let fill = Fill::new([a, b, c], area, texture);
    let width = image.size[0];
    for y in top..bottom {
        let (mut left, mut right) = (clip.left, clip.right);
        for edge in &edges {
            edge.cut(y, &mut left, &mut right);
        }
        if left < right {
            let start = y as usize * width;
            let row = &mut image.pixels[start + left as usize..start + right as usize];
            fill.paint(row, left, y, texture);
        }
    }
}

/// A value that runs evenly over the triangle.
#[derive(Clone, Copy)]
struct Slope {
    at_origin: f64,
    per_x: f64,
    per_y: f64,
}

impl Slope {
    fn new([a, b, c]: [Corner; 3], area: i64, value: impl Fn(Corner) -> f64) -> Self {
        let steps = STEPS as f64;
        let along = |from: Corner, to: Corner| [to.x - from.x, to.y - from.y].map(|d| d as f64);
        let ([bx, by], [cx, cy]) = (along(a, b), along(a, c));
        let (to_b, to_c) = (value(b) - value(a), value(c) - value(a));
        let per_x = (to_b * cy - to_c * by) / area as f64 * steps;
        let per_y = (to_c * bx - to_b * cx) / area as f64 * steps;
        let [x, y] = [a.x, a.y].map(|side| side as f64 / steps - 0.5);
        Self { at_origin: value(a) - x * per_x - y * per_y, per_x, per_y }
    }

    fn at(&self, x: i64, y: i64) -> f32 {
        (self.at_origin + x as f64 * self.per_x + y as f64 * self.per_y) as f32
    }
}

enum Fill {
    /// One colour all over.
    Flat([f32; 4]),
    /// One colour, a texture that varies: text.
    Textured {
        color: [f32; 4],
        uv: [Slope; 2],
    },
    /// One texel, colours that vary: soft edges, shadows.
    Shaded {
        texel: [f32; 4],
        color: [Slope; 4],
    },
    Both {
        color: [Slope; 4],
        uv: [Slope; 2],
    },
}

impl Fill {
    fn new(corners: [Corner; 3], area: i64, texture: &Texture) -> Self {
        let [a, b, c] = corners;
        let even_color = a.color == b.color && b.color == c.color;
        let even_uv = (a.u, a.v) == (b.u, b.v) && (b.u, b.v) == (c.u, c.v);
        let uv = || {
            [
                Slope::new(corners, area, |corner| f64::from(corner.u)),
                Slope::new(corners, area, |corner| f64::from(corner.v)),
            ]
        };
        let color = || {
            [0, 1, 2, 3].map(|channel| {
                Slope::new(corners, area, |corner| f64::from(corner.color.to_array()[channel]))
            })
        };
        let flat = a.color.to_array().map(f32::from);
        match (even_color, even_uv) {
            (true, true) => Self::Flat(multiply(flat, texture.sample(a.u, a.v))),
            (true, false) => Self::Textured { color: flat, uv: uv() },
            (false, true) => Self::Shaded { texel: texture.sample(a.u, a.v), color: color() },
            (false, false) => Self::Both { color: color(), uv: uv() },
        }
    }

    fn paint(&self, row: &mut [Color32], left: i64, y: i64, texture: &Texture) {
        match self {
            Self::Flat(color) if 255.0 <= color[3] => row.fill(to_color(*color)),
            Self::Flat(color) => row.iter_mut().for_each(|pixel| blend(pixel, *color)),
            Self::Textured { color, uv } => {
                let [u, v] = uv.map(|slope| slope.at(left, y));
                let [u_step, v_step] = uv.map(|slope| slope.per_x as f32);
                for (idx, pixel) in row.iter_mut().enumerate() {
                    let texel = texture.sample(u + idx as f32 * u_step, v + idx as f32 * v_step);
                    if texel != [0.0; 4] {
                        blend(pixel, multiply(*color, texel));
                    }
                }
            }
            Self::Shaded { texel, color } => {
                for (x, pixel) in (left..).zip(row) {
                    blend(pixel, multiply(color.map(|slope| slope.at(x, y)), *texel));
                }
            }
            Self::Both { color, uv } => {
                for (x, pixel) in (left..).zip(row) {
                    let [u, v] = uv.map(|slope| slope.at(x, y));
                    let texel = texture.sample(u, v);
                    blend(pixel, multiply(color.map(|slope| slope.at(x, y)), texel));
                }
            }
        }
    }
}

fn multiply(color: [f32; 4], texel: [f32; 4]) -> [f32; 4] {
    let mut product = color;
    for (channel, share) in product.iter_mut().zip(texel) {
        *channel *= share / 255.0;
    }
    product
}

fn to_color(color: [f32; 4]) -> Color32 {
    let [r, g, b, a] = color.map(|channel| (channel + 0.5) as u8);
    Color32::from_rgba_premultiplied(r, g, b, a)
}

fn blend(pixel: &mut Color32, over: [f32; 4]) {
    let kept = 1.0 - over[3] / 255.0;
    let mut mixed = pixel.to_array().map(f32::from);
    for (channel, new) in mixed.iter_mut().zip(over) {
        *channel = (*channel * kept + new).min(255.0);
    }
    *pixel = to_color(mixed);
}
