//! Which of the two side panes a window has that is too narrow for both beside a tree.

use crate::app::{Action, Pane, State};
use crate::ui::view::{Asked, Place, TabView};

/// Points from which on schema, inspector and a tree stand side by side.
pub(super) const LEAST_FOR_BOTH: f32 = super::left::LEAST + super::LEAST_INSPECTOR + 260.0;

/// The pane that was asked for last is the one in front.
#[derive(Default)]
pub struct Sides {
    is_schema_in_front: bool,
    /// Both are to be shown, and one is.
    is_one_behind: bool,
}

impl Sides {
    /// Whether schema and inspector are drawn.
    pub fn shown(&mut self, state: &State, tab: Option<&TabView>, asked: &Asked, width: f32) -> (bool, bool) {
        let settings = &state.settings;
        let has_inspector = settings.show_inspector && state.active_document().is_some();
        if asked.focus_filter {
            self.is_schema_in_front = true;
        }
        if tab.is_some_and(|tab| tab.wants_focus == Some(Place::Inspector)) {
            self.is_schema_in_front = false;
        }
        self.is_one_behind = settings.show_schema && has_inspector && width < LEAST_FOR_BOTH;
        match (self.is_one_behind, self.is_schema_in_front) {
            (false, _) => (settings.show_schema, has_inspector),
            (true, is_schema) => (is_schema, !is_schema),
        }
    }

    /// Takes note of panes that are asked for. One that is behind comes to the front instead of being
    /// hidden.
    pub fn follow(&mut self, actions: &mut Vec<Action>) {
        actions.retain(|action| {
            let wanted = match action {
                Action::TogglePane(Pane::Schema) | Action::ShowPane(Pane::Schema) => true,
                Action::ShowPage(_) | Action::ShowSources(_) => true,
                Action::TogglePane(Pane::Inspector) | Action::ShowPane(Pane::Inspector) => false,
                _ => return true,
            };
            let was_behind = self.is_one_behind && self.is_schema_in_front != wanted;
            self.is_schema_in_front = wanted;
            !(was_behind && matches!(action, Action::TogglePane(_)))
        });
    }
}
