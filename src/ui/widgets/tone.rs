//! How serious something is: one colour, one fill, one icon each.

use egui::Color32;

use crate::ui::icons::Icon;
use crate::ui::theme::Theme;

/// Ordered by weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    #[default]
    Note,
    Ok,
    Warning,
    Problem,
}

impl Tone {
    pub fn icon(self) -> Icon {
        match self {
            Self::Note => Icon::Info,
            Self::Ok => Icon::Check,
            Self::Warning => Icon::Warning,
            Self::Problem => Icon::Error,
        }
    }

    pub fn color(self, theme: &Theme) -> Color32 {
        match self {
            Self::Note => theme.color.note,
            Self::Ok => theme.color.ok,
            Self::Warning => theme.color.warning,
            Self::Problem => theme.color.problem,
        }
    }

    pub fn fill(self, theme: &Theme) -> Color32 {
        match self {
            Self::Note | Self::Ok => theme.color.note_fill,
            Self::Warning => theme.color.warning_fill,
            Self::Problem => theme.color.problem_fill,
        }
    }
}
