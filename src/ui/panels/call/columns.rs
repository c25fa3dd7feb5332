//! Columns of a list's rows: as wide as their contents, and left out where there is no room for them.

use egui::{FontId, Painter, Rect, pos2};

/// Rows that widths are measured from: what a frame costs does not grow with the list.
pub(super) const MEASURED: usize = 100;

/// Points between columns.
pub(super) const GAP: f32 = 12.0;

/// What a column would take, and the least that it is worth showing with, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Wish {
    pub all: f32,
    pub least: f32,
}

impl Wish {
    pub fn new(texts_width: f32, least: f32) -> Self {
        Self { all: texts_width.ceil(), least: least.min(texts_width.ceil()) }
    }
}

/// The widest of the first texts.
pub(super) fn widest<'a>(painter: &Painter, font: &FontId, texts: impl Iterator<Item = &'a str>) -> f32 {
    let color = egui::Color32::PLACEHOLDER;
    let width = |text: &str| {
        // More characters never fit into a column.
        let text: String = text.chars().take(200).collect();
        painter.layout_no_wrap(text, font.clone(), color).size().x
    };
    texts.take(MEASURED).map(width).fold(0.0, f32::max)
}

/// A server without its scheme, where all of it has no room: host and port tell servers apart.
pub(super) fn server_in<'a>(painter: &Painter, font: &FontId, server: &'a str, room: f32) -> &'a str {
    match server.split_once("://") {
        Some((_, rest)) if room < widest(painter, font, std::iter::once(server)) => rest,
        _ => server,
    }
}

/// The width of each column in so much room; none for one that is left out.
///
/// `wishes` begins with what matters most: the last goes first, and the first gets its room first.
pub(super) fn widths(room: f32, wishes: &[Wish]) -> Vec<f32> {
    let mut n_kept = wishes.len();
    let needed = |n_kept: usize| {
        let n_shown = wishes[..n_kept].iter().filter(|wish| 0.0 < wish.all).count();
        let gaps = n_shown.saturating_sub(1) as f32 * GAP;
        wishes[..n_kept].iter().map(|wish| wish.least).sum::<f32>() + gaps
    };
    while 1 < n_kept && room < needed(n_kept) {
        n_kept -= 1;
    }
    let mut left = (room - needed(n_kept)).max(0.0);
    let mut widths = vec![0.0; wishes.len()];
    for (width, wish) in widths.iter_mut().zip(wishes).take(n_kept) {
        let more = (wish.all - wish.least).min(left);
        (*width, left) = (wish.least + more, left - more);
    }
    if let Some(first) = widths.first_mut() {
        *first = first.min(room.max(0.0));
    }
    widths
}

/// Where columns of these widths stand in a row, from its left; `None` for those that are left out.
pub(super) fn places(row: Rect, widths: &[f32]) -> Vec<Option<Rect>> {
    let mut left = row.left();
    let mut place = |width: &f32| {
        let is_shown = 0.0 < *width;
        let right = (left + width).min(row.right());
        let at = Rect::from_min_max(pos2(left, row.top()), pos2(right, row.bottom()));
        left += if is_shown { width + GAP } else { 0.0 };
        is_shown.then_some(at)
    };
    widths.iter().map(&mut place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wish() -> impl Strategy<Value = Wish> {
        (0.0..400.0f32, 0.0..200.0f32).prop_map(|(all, least)| Wish::new(all, least))
    }

    proptest! {
        #[test]
        fn columns_stay_in_the_room_and_are_no_wider_than_their_texts(
            room in 0.0..1_000.0f32,
            wishes in proptest::collection::vec(wish(), 1..5),
        ) {
            let widths = widths(room, &wishes);
            let n_shown = widths.iter().filter(|width| 0.0 < **width).count();
            let taken = widths.iter().sum::<f32>() + n_shown.saturating_sub(1) as f32 * GAP;
            prop_assert!(taken <= room + 0.1, "{widths:?}");
            for (width, wish) in widths.iter().zip(&wishes) {
                prop_assert!(*width <= wish.all + 0.1);
            }
            for (width, wish) in widths.iter().zip(&wishes).skip(1) {
                prop_assert!(*width == 0.0 || wish.least <= *width + 0.1, "{widths:?}");
            }
        }
    }

    #[test]
    fn the_last_column_goes_first_and_the_first_gets_its_room_first() {
        let wishes = [Wish::new(150.0, 80.0), Wish::new(60.0, 60.0), Wish::new(200.0, 110.0)];
        assert_eq!(widths(500.0, &wishes), [150.0, 60.0, 200.0]);
        assert_eq!(widths(400.0, &wishes), [150.0, 60.0, 166.0]);
        assert_eq!(widths(300.0, &wishes), [106.0, 60.0, 110.0]);
        assert_eq!(widths(240.0, &wishes), [150.0, 60.0, 0.0]);
        assert_eq!(widths(140.0, &wishes), [140.0, 0.0, 0.0]);
    }
}
