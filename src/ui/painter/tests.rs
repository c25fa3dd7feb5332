use egui::epaint::{Mesh, Vertex};
use egui::{Rect, TextureOptions, pos2, vec2};

use super::*;

const RED: Color32 = Color32::from_rgb(255, 0, 0);
const CLEAR: Color32 = Color32::from_rgb(0, 0, 0);

fn painter(image: ColorImage) -> Painter {
    let mut painter = Painter::default();
    let mut delta = TexturesDelta::default();
    delta.push(TextureId::default(), ImageDelta::full(image, TextureOptions::LINEAR));
    painter.set_textures(&mut delta);
    painter
}

fn white() -> Painter {
    painter(ColorImage::filled([1, 1], Color32::WHITE))
}

fn mesh(corners: &[(f32, f32)], color: Color32) -> Primitive {
    let mut mesh = Mesh::default();
    for (idx, (x, y)) in corners.iter().enumerate() {
        mesh.vertices.push(Vertex { pos: pos2(*x, *y), uv: pos2(0.5, 0.5), color });
        mesh.indices.push(idx as u32);
    }
    Primitive::Mesh(mesh)
}

fn clipped(primitive: Primitive) -> ClippedPrimitive {
    ClippedPrimitive { clip_rect: Rect::EVERYTHING, primitive }
}

fn covered(image: &ColorImage) -> usize {
    image.pixels.iter().filter(|pixel| **pixel != CLEAR).count()
}

#[test]
fn two_triangles_that_share_an_edge_cover_each_pixel_once() {
    let half = Color32::from_rgba_premultiplied(100, 0, 0, 128);
    let square = [(1.0, 1.0), (9.0, 1.0), (9.0, 9.0), (1.0, 1.0), (9.0, 9.0), (1.0, 9.0)];
    let image = white().paint([10, 10], 1.0, CLEAR, &[clipped(mesh(&square, half))]);
    assert_eq!(covered(&image), 64);
    assert!(image.pixels.iter().all(|pixel| pixel.r() == 0 || pixel.r() == 100));
}

#[test]
fn winding_does_not_matter() {
    let corners = [(0.0, 0.0), (8.0, 1.0), (3.0, 9.0)];
    let turned = [corners[0], corners[2], corners[1]];
    let [one, other] =
        [corners, turned].map(|corners| white().paint([10, 10], 1.0, CLEAR, &[clipped(mesh(&corners, RED))]));
    assert_eq!(one.pixels, other.pixels);
    assert!(20 < covered(&one));
}

#[test]
fn a_pixel_belongs_to_the_rectangle_that_holds_its_middle() {
    let square = [(1.5, 0.5), (3.5, 0.5), (3.5, 2.5), (1.5, 0.5), (3.5, 2.5), (1.5, 2.5)];
    let image = white().paint([5, 5], 1.0, CLEAR, &[clipped(mesh(&square, RED))]);
    let at = |x: usize, y: usize| image.pixels[y * 5 + x] == RED;
    assert!(at(1, 0) && at(2, 1), "left and top edges are inside");
    assert!(!at(3, 1) && !at(1, 2), "right and bottom edges are outside");
}

#[test]
fn a_clip_rectangle_cuts() {
    let all = [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 0.0), (9.0, 9.0), (0.0, 9.0)];
    let clip_rect = Rect::from_min_size(pos2(2.0, 1.0), vec2(3.0, 2.0));
    let primitive = ClippedPrimitive { clip_rect, primitive: mesh(&all, RED) };
    assert_eq!(covered(&white().paint([9, 9], 1.0, CLEAR, &[primitive])), 6);
}

#[test]
fn a_picture_twice_as_sharp_has_twice_the_pixels() {
    let square = [(1.0, 1.0), (3.0, 1.0), (3.0, 3.0), (1.0, 1.0), (3.0, 3.0), (1.0, 3.0)];
    let image = white().paint([10, 10], 2.0, CLEAR, &[clipped(mesh(&square, RED))]);
    assert_eq!(covered(&image), 16);
}

#[test]
fn alpha_blends_premultiplied_in_gamma_space() {
    let under = Color32::from_rgb(200, 100, 0);
    let over = Color32::from_rgba_premultiplied(50, 50, 50, 128);
    let all = [(0.0, 0.0), (4.0, 0.0), (0.0, 4.0)];
    let image = white().paint([1, 1], 1.0, under, &[clipped(mesh(&all, over))]);
    assert_eq!(image.pixels[0].to_array(), [150, 100, 50, 255]);
}

#[test]
fn a_patch_changes_part_of_a_texture() {
    let mut painter = painter(ColorImage::filled([4, 4], Color32::WHITE));
    let patch = ColorImage::filled([2, 2], RED);
    let mut delta = TexturesDelta::default();
    delta.push(TextureId::default(), ImageDelta::partial([2, 2], patch, TextureOptions::LINEAR));
    painter.set_textures(&mut delta);
    let mut mesh = Mesh::default();
    mesh.add_rect_with_uv(
        Rect::from_min_size(pos2(0.0, 0.0), vec2(4.0, 4.0)),
        Rect::from_min_size(pos2(0.0, 0.0), vec2(1.0, 1.0)),
        Color32::WHITE,
    );
    let image = painter.paint([4, 4], 1.0, CLEAR, &[clipped(Primitive::Mesh(mesh))]);
    assert_eq!(image.pixels.iter().filter(|pixel| **pixel == RED).count(), 4);
    assert_eq!(image.pixels[15], RED);
    assert_eq!(image.pixels[0], Color32::WHITE);
}

#[test]
fn a_smooth_texture_is_bilinear() {
    let mut image = ColorImage::filled([2, 1], CLEAR);
    image.pixels[1] = Color32::WHITE;
    let texture = &painter(image).textures[&TextureId::default()].sample(0.5, 0.5);
    assert_eq!(texture[..3], [127.5; 3]);
}

#[test]
fn a_png_reads_back() {
    let mut image = ColorImage::filled([3, 2], RED);
    image.pixels[4] = Color32::from_rgb(1, 2, 3);
    let bytes = encode_png(&image).expect("memory takes every byte");
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
    let mut rgba = vec![0; reader.output_buffer_size().expect("a size")];
    reader.next_frame(&mut rgba).expect("a picture");
    assert_eq!(rgba[16..20], [1, 2, 3, 255]);
    assert_eq!(rgba.len(), 24);
}
