//! What is drawn: theme, fonts, icons and the widgets that panels are built from.
//!
//! The toolkit half of this room knows no protobuf and no session: [`theme`] (every size and
//! colour), [`fonts`], [`icons`], [`widgets`], and [`painter`] with [`render`] (pictures without
//! a display).

pub mod fonts;
pub mod icons;
pub mod painter;
pub mod render;
pub mod theme;
pub mod widgets;
