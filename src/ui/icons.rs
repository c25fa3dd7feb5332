//! The icons of the window: one family (Lucide), one size, coloured like the text beside them.

use egui::{Align2, Color32, Painter, Pos2, RichText};

use super::{fonts, theme};

macro_rules! icons {
    ($($name:ident = $glyph:ident),* $(,)?) => {
        /// An icon by what it stands for, not by what it looks like.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Icon { $($name,)* }

        impl Icon {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            fn glyph(self) -> char {
                match self { $(Self::$name => lucide_icons::Icon::$glyph.into(),)* }
            }
        }
    };
}

icons! {
    Open = FolderOpen,
    Save = Save,
    Undo = Undo2,
    Redo = Redo2,
    Search = Search,
    ChevronRight = ChevronRight,
    ChevronDown = ChevronDown,
    ChevronLeft = ChevronLeft,
    ChevronUp = ChevronUp,
    Plus = Plus,
    Minus = Minus,
    Trash = Trash2,
    Copy = Copy,
    Paste = ClipboardPaste,
    Edit = Pencil,
    Warning = TriangleAlert,
    Error = CircleX,
    Info = Info,
    Help = CircleQuestionMark,
    Check = Check,
    Close = X,
    Play = Play,
    Send = Send,
    LastSent = ArrowUpToLine,
    Filter = ListFilter,
    File = File,
    Folder = Folder,
    Import = Download,
    Export = Upload,
    Sun = Sun,
    Moon = Moon,
    Monitor = Monitor,
    Columns = Columns3,
    SidebarLeft = PanelLeft,
    SidebarRight = PanelRight,
    SidebarBottom = PanelBottom,
    Number = Hash,
    Package = Package,
    ArrowLeft = ArrowLeft,
    Text = Type,
    List = List,
    Message = Braces,
    Bytes = Binary,
    Link = Link,
    ExternalLink = ExternalLink,
    Clock = Clock,
    History = History,
    Lock = Lock,
    Key = KeyRound,
    Server = Network,
    Settings = Settings,
    Menu = Menu,
    More = Ellipsis,
    ArrowUp = ArrowUp,
    ArrowDown = ArrowDown,
    ArrowRight = ArrowRight,
    Refresh = RefreshCw,
    Compare = GitCompare,
    Pin = Pin,
    GoTo = Crosshair,
    Palette = Command,
    Dot = Dot,
    Slide = MoveHorizontal,
    Fix = Wrench,
}

impl Icon {
    /// As text, for stock widgets: `ui.menu_button((Icon::Open.text(), "Open"), …)`.
    ///
    /// A button named by it alone has no accessible name; use
    /// [`IconButton`](super::widgets::IconButton) for those.
    pub fn text(self) -> RichText {
        RichText::new(self.glyph()).font(fonts::icons(theme::column(false).size.icon))
    }

    /// At the usual size with its middle at `center`, on whole pixels.
    pub fn paint(self, painter: &Painter, center: Pos2, color: Color32) {
        self.paint_sized(painter, center, theme::column(false).size.icon, color);
    }

    pub fn paint_sized(self, painter: &Painter, center: Pos2, size: f32, color: Color32) {
        let galley = painter.layout_no_wrap(self.glyph().into(), fonts::icons(size), color);
        let rect = Align2::CENTER_CENTER.anchor_size(center, galley.size());
        let pixels = painter.pixels_per_point();
        let min = (rect.min * pixels).round() / pixels;
        painter.galley(min, galley, color);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_in_the_font() {
        let ctx = egui::Context::default();
        fonts::install(&ctx);
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            for icon in Icon::ALL {
                let font = fonts::icons(16.0);
                let found = ui.fonts_mut(|fonts| fonts.has_glyph(&font, icon.glyph()));
                assert!(found, "{icon:?} is not in the font");
            }
        });
        output.textures_delta.clear();
    }
}
