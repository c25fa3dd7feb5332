//! What a person can ask for: one row each, from which menus, toolbar, palette, shortcuts and the
//! README's table are made.

use super::action::Action;
use super::state::State;

/// A thing that can be asked for. It has no payload: [`Command::resolve`] finds that in the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    Open,
    OpenSample,
    Paste,
    Save,
    SaveAs,
    ExportJson,
    ExportSelectionJson,
    CloseTab,
    NextTab,
    PreviousTab,
    Reload,
    Quit,
    Undo,
    Redo,
    EditValue,
    AddField,
    AddElement,
    Duplicate,
    Remove,
    CopyPath,
    CopyValue,
    CopyHex,
    GoTo,
    SelectParent,
    NextProblem,
    PreviousProblem,
    ExpandAll,
    CollapseAll,
    ChooseType,
    ToggleInspector,
    ToggleHex,
    ToggleProblems,
    ToggleHistory,
    ResetPanes,
    ThemeSystem,
    ThemeLight,
    ThemeDark,
    ZoomIn,
    ZoomOut,
    ZoomReset,
    Palette,
    Shortcuts,
    About,
}

/// A key of the keyboard, by the name the window's toolkit gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(pub &'static str);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shortcut {
    /// Ctrl, or ⌘ on a Mac.
    pub ctrl: bool,
    pub shift: bool,
    pub alt: bool,
    pub key: Key,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct CommandRow {
    pub command: Command,
    /// `None` keeps it out of the menu bar (it is still in the palette).
    pub menu: Option<&'static str>,
    pub title: &'static str,
    /// One sentence: what it does.
    pub hint: &'static str,
    pub shortcut: Option<Shortcut>,
}

/// All of them, in menu order.
pub const COMMANDS: &[CommandRow] = &[];

impl Command {
    /// What it means now; `Err` says why it cannot be done.
    pub fn resolve(self, _state: &State) -> Result<Action, &'static str> {
        Err("")
    }
}
