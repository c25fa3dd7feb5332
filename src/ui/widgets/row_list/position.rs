//! Where a list stands: exact for any number of rows, because no coordinate ever spans them all.

/// What a position is measured against, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Extent {
    pub n_rows: u64,
    pub row_height: f32,
    pub view_height: f32,
}

impl Extent {
    fn height(&self) -> f64 {
        f64::from(self.row_height.max(1.0))
    }

    /// Rows that fit whole, at least one.
    pub fn page_rows(&self) -> u64 {
        ((f64::from(self.view_height) / self.height()).floor() as u64).max(1)
    }

    pub fn fits(&self) -> bool {
        self.end() == Position::default()
    }

    /// The last position: the bottom of the last row on the bottom of the view.
    pub fn end(&self) -> Position {
        let rows = f64::from(self.view_height.max(0.0)) / self.height();
        let n_whole = rows.floor();
        let rest = ((rows - n_whole) * self.height()) as f32;
        let above = self.n_rows.saturating_sub(n_whole as u64);
        match above {
            0 => Position::default(),
            _ if rest < 1e-3 => Position { row: above, offset: 0.0 },
            _ => Position { row: above - 1, offset: self.row_height - rest },
        }
    }

    fn rows_above(&self, position: Position) -> f64 {
        position.row as f64 + f64::from(position.offset) / self.height()
    }

    /// How far down the list `position` is: 0 at the start, 1 at the end.
    pub fn share(&self, position: Position) -> f64 {
        let end = self.rows_above(self.end());
        if end <= 0.0 { 0.0 } else { (self.rows_above(position) / end).clamp(0.0, 1.0) }
    }

    /// The inverse of [`Self::share`]; 1 gives [`Self::end`] itself.
    pub fn at_share(&self, share: f64) -> Position {
        let end = self.end();
        if 1.0 <= share {
            return end;
        }
        let rows = share.max(0.0) * self.rows_above(end);
        let offset = ((rows - rows.floor()) * self.height()) as f32;
        Position { row: rows.floor() as u64, offset }.within(self)
    }

    /// The part of the list in view, from 0 to 1.
    pub fn shown(&self) -> f64 {
        let rows = f64::from(self.view_height) / self.height();
        (rows / (self.n_rows.max(1) as f64)).clamp(0.0, 1.0)
    }
}

/// The first row in view, and how many points of it are above the view.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Position {
    pub row: u64,
    pub offset: f32,
}

impl Position {
    pub fn top_of(row: u64) -> Self {
        Self { row, offset: 0.0 }
    }

    pub fn within(self, extent: &Extent) -> Self {
        let end = extent.end();
        if (end.row, end.offset) < (self.row, self.offset) { end } else { self }
    }

    pub fn moved(self, points: f64, extent: &Extent) -> Self {
        let points = f64::from(self.offset) + points;
        let rows = (points / extent.height()).floor();
        let offset = (points - rows * extent.height()) as f32;
        self.moved_rows(rows as i64, offset).within(extent)
    }

    fn moved_rows(self, rows: i64, offset: f32) -> Self {
        if rows < 0 && self.row < rows.unsigned_abs() {
            return Self::default();
        }
        Self { row: self.row.saturating_add_signed(rows), offset }
    }

    /// The least move that brings all of `row` into view.
    pub fn showing(self, row: u64, extent: &Extent) -> Self {
        if row < self.row || (row == self.row && 0.0 < self.offset) {
            return Self::top_of(row).within(extent);
        }
        let up_to_row = Extent { n_rows: row.saturating_add(1), ..*extent };
        let lowest = up_to_row.end();
        if (self.row, self.offset) < (lowest.row, lowest.offset) {
            // A view lower than a row shows the row's top, not its bottom.
            return if extent.view_height < extent.row_height { Self::top_of(row) } else { lowest };
        }
        self
    }

    /// `row` in the middle of the view.
    pub fn centered_on(row: u64, extent: &Extent) -> Self {
        let above = f64::from(extent.view_height - extent.row_height) / 2.0;
        Self::top_of(row).moved(-above, extent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [u64; 4] = [10_000_000, 28_000_000, 1 << 40, u64::MAX];

    fn extent(n_rows: u64) -> Extent {
        Extent { n_rows, row_height: 24.0, view_height: 500.0 }
    }

    #[test]
    fn the_end_shows_the_last_row_on_the_bottom() {
        for n_rows in SIZES {
            let end = extent(n_rows).end();
            let bottom = (n_rows - end.row) as f32 * 24.0 - end.offset;
            assert_eq!(bottom, 500.0);
            assert_eq!(extent(n_rows).at_share(1.0), end);
        }
    }

    #[test]
    fn one_point_is_one_point_however_long_the_list() {
        for n_rows in SIZES {
            let extent = extent(n_rows);
            let mut position = Position::centered_on(n_rows / 2, &extent);
            let start = position;
            for _ in 0..48 {
                position = position.moved(1.0, &extent);
            }
            assert_eq!(position, Position { row: start.row + 2, offset: start.offset });
            for _ in 0..480 {
                position = position.moved(-0.1, &extent);
            }
            assert!((position.offset - start.offset).abs() < 1e-2);
        }
    }

    #[test]
    fn no_move_leaves_the_list() {
        let extent = extent(1 << 40);
        assert_eq!(Position::top_of(3).moved(-1e30, &extent), Position::default());
        assert_eq!(Position::top_of(3).moved(1e30, &extent), extent.end());
    }

    #[test]
    fn a_short_list_stays_at_its_start() {
        for n_rows in [0, 1, 20] {
            let extent = extent(n_rows);
            assert!(extent.fits());
            assert_eq!(Position::top_of(9).moved(5.0, &extent), Position::default());
            assert_eq!(extent.share(Position::default()), 0.0);
            assert_eq!(extent.at_share(0.7), Position::default());
        }
    }

    #[test]
    fn a_share_is_found_again() {
        for n_rows in SIZES {
            let extent = extent(n_rows);
            for share in [0.0, 0.25, 0.5, 0.999] {
                let found = extent.share(extent.at_share(share));
                assert!((found - share).abs() < 1e-6, "{found} is not {share}");
            }
        }
    }

    #[test]
    fn showing_a_row_moves_no_more_than_needed() {
        let extent = extent(1 << 40);
        let at = Position::top_of(1000);
        assert_eq!(at.showing(1005, &extent), at, "in view");
        assert_eq!(at.showing(990, &extent), Position::top_of(990), "above");
        assert_eq!(at.showing(1020, &extent), Position { row: 1000, offset: 4.0 }, "cut below");
        let cut = Position { row: 1000, offset: 5.0 };
        assert_eq!(cut.showing(1000, &extent), Position::top_of(1000), "cut above");
    }

    #[test]
    fn a_view_lower_than_a_row_shows_its_top() {
        let extent = Extent { view_height: 10.0, ..extent(100) };
        assert_eq!(Position::default().showing(50, &extent), Position::top_of(50));
        assert_eq!(extent.page_rows(), 1);
    }
}
