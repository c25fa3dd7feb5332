//! What a person can ask for: one row each, from which menus, toolbar, palette, shortcuts and the
//! README's table are made.

use super::action::{Action, Dialog, FileDialog, Pane, SelectTarget};
use super::settings::ThemeSetting;
use super::state::{DiskState, OpenDocument, State, TabId};
use crate::document::{Absent, Entry, Meaning};
use crate::wire::WireType;
use std::fmt;

/// Levels that "Expand all" opens; of many rows the rest opens as it is reached.
const ALL_LEVELS: u32 = 100;

/// A thing that can be asked for. It has no payload: [`Command::resolve`] finds that in the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    Open,
    OpenSample,
    AddSchema,
    AddSchemaFolder,
    PasteAsDocument,
    Save,
    SaveAs,
    ExportJson,
    ExportSelectionJson,
    ExportText,
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
    InsertBefore,
    MoveUp,
    MoveDown,
    ChooseMember,
    RenameKey,
    Duplicate,
    Remove,
    Cut,
    Copy,
    Paste,
    CopyPath,
    CopyValue,
    CopyHex,
    ReviewChanges,
    CompareTabs,
    CopyBase64,
    CopyEscaped,
    CopyC,
    CopyRust,
    CopyGo,
    CopyJava,
    CopyPython,
    BytesToFile,
    SelectAllBytes,
    SelectValue,
    ToggleInsert,
    ToggleKeepLengths,
    FixProblem,
    FixAllLikeIt,
    Canonicalize,
    GoTo,
    FocusBytes,
    FocusInspector,
    SelectParent,
    NextSibling,
    PreviousSibling,
    NextProblem,
    PreviousProblem,
    NextChange,
    PreviousChange,
    Find,
    FindNext,
    FindPrevious,
    ClearSearch,
    ToggleResults,
    ShowAll,
    ShowSet,
    ShowUnknown,
    ShowProblems,
    ShowMatches,
    ExpandAll,
    CollapseAll,
    ExpandBelow,
    ExpandSiblings,
    ExpandTo1,
    ExpandTo2,
    ExpandTo3,
    ExpandTo4,
    ExpandTo5,
    ExpandTo6,
    ExpandTo7,
    ExpandTo8,
    ExpandTo9,
    ShowAbsent,
    ChooseType,
    ReadRecordAs,
    ToggleSchema,
    SchemaSources,
    FindDeclaration,
    ShowDocs,
    PageBack,
    PageForward,
    ToggleInspector,
    ToggleHex,
    ToggleData,
    ToggleProblems,
    ToggleHistory,
    ResetPanes,
    ThemeSystem,
    ThemeLight,
    ThemeDark,
    ZoomIn,
    ZoomOut,
    ZoomReset,
    ToggleCall,
    Send,
    HalfClose,
    CancelCall,
    ChooseMethod,
    ToggleSession,
    SendAgain,
    SaveRequest,
    SaveRequestAs,
    AskForSchema,
    CopyCallCommand,
    CopyGrpcurl,
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

pub use super::commands::{COMMANDS, shortcut_table};

impl fmt::Display for Shortcut {
    /// As people read it: `Ctrl+Shift+P`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.ctrl, "Ctrl+"), (self.alt, "Alt+"), (self.shift, "Shift+")] {
            if held {
                f.write_str(name)?;
            }
        }
        f.write_str(match self.key.0 {
            "Plus" => "+",
            "Minus" => "−",
            "Equals" => "=",
            "Up" => "↑",
            "Down" => "↓",
            "Left" => "←",
            "Right" => "→",
            "Period" => ".",
            name => name,
        })
    }
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
    /// A second key for the same.
    pub also: Option<Shortcut>,
}

impl CommandRow {
    /// All its shortcuts, the one to show first.
    pub fn shortcuts(&self) -> impl Iterator<Item = Shortcut> {
        self.shortcut.into_iter().chain(self.also)
    }
}

const NO_DOCUMENT: &str = "No document is open";
pub(super) const NO_SELECTION: &str = "Nothing is selected";
const NOT_SET: &str = "This field is not set";

impl Command {
    /// What it means now; `Err` says why it cannot be done.
    pub fn resolve(self, state: &State) -> Result<Action, &'static str> {
        match self {
            Command::Open => Ok(Action::Show(Dialog::File(FileDialog::Open))),
            Command::OpenSample => Ok(Action::OpenSample),
            Command::AddSchema => Ok(Action::Show(Dialog::File(FileDialog::Schema { is_folder: false }))),
            Command::AddSchemaFolder => {
                Ok(Action::Show(Dialog::File(FileDialog::Schema { is_folder: true })))
            }
            // The window knows what is on the clipboard.
            Command::Paste => Ok(Action::Paste(String::new())),
            Command::PasteAsDocument => Ok(Action::PasteAsDocument(String::new())),
            Command::Save | Command::SaveAs | Command::CloseTab | Command::Reload => self.resolve_file(state),
            Command::NextTab => other_tab(state, 1),
            Command::PreviousTab => other_tab(state, -1),
            Command::Quit => Ok(Action::Quit),
            Command::ExportJson | Command::ExportSelectionJson | Command::ExportText => {
                self.resolve_export(state)
            }
            Command::Undo | Command::Redo => self.resolve_history(state),
            Command::EditValue
            | Command::AddField
            | Command::AddElement
            | Command::Duplicate
            | Command::Remove
            | Command::CopyPath
            | Command::CopyValue
            | Command::ReadRecordAs
            | Command::SelectParent => self.resolve_selection(state),
            Command::Cut
            | Command::Copy
            | Command::CopyHex
            | Command::CopyBase64
            | Command::CopyEscaped
            | Command::CopyC
            | Command::CopyRust
            | Command::CopyGo
            | Command::CopyJava
            | Command::CopyPython
            | Command::BytesToFile
            | Command::SelectAllBytes
            | Command::SelectValue
            | Command::ToggleInsert
            | Command::ToggleKeepLengths
            | Command::FocusBytes
            | Command::FocusInspector => super::copying::resolve(self, state),
            Command::ReviewChanges | Command::CompareTabs | Command::Canonicalize => {
                super::comparing::resolve(self, state)
            }
            Command::FixProblem | Command::FixAllLikeIt => super::fixing::resolve(self, state),
            Command::GoTo => document(state).map(|_| Action::Show(Dialog::GoTo)),
            Command::NextProblem => problem(state, true),
            Command::PreviousProblem => problem(state, false),
            Command::Find
            | Command::FindNext
            | Command::FindPrevious
            | Command::ClearSearch
            | Command::ToggleResults
            | Command::ShowAll
            | Command::ShowSet
            | Command::ShowUnknown
            | Command::ShowProblems
            | Command::ShowMatches => super::searching::resolve(self, state),
            Command::ExpandAll => document(state).map(|_| Action::ExpandLevels(ALL_LEVELS)),
            Command::CollapseAll => document(state).map(|_| Action::CollapseAll),
            Command::ChooseType => document(state).map(|(tab, _)| Action::Show(Dialog::TypePicker(tab))),
            Command::ToggleSchema
            | Command::SchemaSources
            | Command::FindDeclaration
            | Command::ShowDocs
            | Command::PageBack
            | Command::PageForward => super::browser::resolve(self, state),
            Command::ToggleInspector => Ok(Action::TogglePane(Pane::Inspector)),
            Command::ToggleHex => Ok(Action::TogglePane(Pane::Hex)),
            Command::ToggleData => Ok(Action::TogglePane(Pane::Data)),
            Command::ToggleProblems => Ok(Action::TogglePane(Pane::Problems)),
            Command::ToggleHistory => Ok(Action::TogglePane(Pane::History)),
            Command::ResetPanes => Ok(Action::ResetPanes),
            Command::ThemeSystem => Ok(Action::SetTheme(ThemeSetting::System)),
            Command::ThemeLight => Ok(Action::SetTheme(ThemeSetting::Light)),
            Command::ThemeDark => Ok(Action::SetTheme(ThemeSetting::Dark)),
            Command::ZoomIn => Ok(Action::Zoom(1)),
            Command::ZoomOut => Ok(Action::Zoom(-1)),
            Command::ZoomReset => Ok(Action::Zoom(0)),
            Command::InsertBefore
            | Command::MoveUp
            | Command::MoveDown
            | Command::ChooseMember
            | Command::RenameKey
            | Command::NextSibling
            | Command::PreviousSibling
            | Command::NextChange
            | Command::PreviousChange
            | Command::ExpandBelow
            | Command::ExpandSiblings
            | Command::ExpandTo1
            | Command::ExpandTo2
            | Command::ExpandTo3
            | Command::ExpandTo4
            | Command::ExpandTo5
            | Command::ExpandTo6
            | Command::ExpandTo7
            | Command::ExpandTo8
            | Command::ExpandTo9
            | Command::ShowAbsent => super::tree_commands::resolve(self, state),
            Command::ToggleCall
            | Command::Send
            | Command::HalfClose
            | Command::CancelCall
            | Command::ChooseMethod
            | Command::ToggleSession
            | Command::SendAgain
            | Command::SaveRequest
            | Command::SaveRequestAs
            | Command::AskForSchema
            | Command::CopyCallCommand
            | Command::CopyGrpcurl => super::calls::resolve(self, state),
            Command::Palette => Ok(Action::Show(Dialog::Palette)),
            Command::Shortcuts => Ok(Action::Show(Dialog::Shortcuts)),
            Command::About => Ok(Action::Show(Dialog::About)),
        }
    }

    fn resolve_file(self, state: &State) -> Result<Action, &'static str> {
        let tab = state.active_tab().ok_or(NO_DOCUMENT)?;
        let id = tab.id;
        match self {
            Command::CloseTab => return Ok(Action::Close(id)),
            Command::Reload if tab.path.is_none() => return Err("This document was never on disk"),
            Command::Reload => return Ok(Action::Reload(id)),
            _ => {}
        }
        let (_, open) = document(state)?;
        if open.saving.is_some() {
            return Err("The document is being saved");
        }
        if self == Command::SaveAs {
            return Ok(Action::Show(Dialog::File(FileDialog::SaveAs { tab: id })));
        }
        let is_on_disk = tab.path.is_some() && open.identity.is_some() && open.disk == DiskState::Same;
        if is_on_disk && !open.document.is_modified() {
            return Err("Nothing has changed since it was saved");
        }
        Ok(Action::Save(id))
    }

    fn resolve_export(self, state: &State) -> Result<Action, &'static str> {
        let (tab, open) = document(state)?;
        if self == Command::ExportText {
            let format = "text".to_owned();
            return Ok(Action::Show(Dialog::File(FileDialog::Export { tab, format, part: None })));
        }
        if open.message().is_none() {
            return Err("JSON needs a message type; choose one first");
        }
        let part = match self {
            Command::ExportSelectionJson => {
                let selection = open.selection.as_ref().ok_or(NO_SELECTION)?;
                let row = open.selected_row();
                if row.as_ref().is_some_and(|row| matches!(row.entry, Entry::Absent { .. })) {
                    return Err(NOT_SET);
                }
                if row.is_none_or(|row| row.entry.field().is_none()) {
                    return Err("Only fields that the type declares have a JSON form");
                }
                Some(selection.path.clone())
            }
            _ => None,
        };
        Ok(Action::Show(Dialog::File(FileDialog::Export { tab, format: "json".to_owned(), part })))
    }

    fn resolve_history(self, state: &State) -> Result<Action, &'static str> {
        let (_, open) = document(state)?;
        match self {
            Command::Undo if open.document.undo_label().is_some() => Ok(Action::Undo),
            Command::Undo => Err("Nothing was edited yet"),
            _ if open.document.redo_label().is_some() => Ok(Action::Redo),
            _ => Err("Nothing was taken back"),
        }
    }

    fn resolve_selection(self, state: &State) -> Result<Action, &'static str> {
        let (_, open) = document(state)?;
        let selection = open.selection.as_ref();
        if self == Command::AddField && open.message().is_none() {
            return Err("Without a type no field can be added; choose a message type first");
        }
        if self == Command::AddField {
            return Ok(Action::Show(Dialog::AddField { row: selection.map(|selection| selection.row) }));
        }
        let selection = selection.ok_or(NO_SELECTION)?;
        let row = open.selected_row().ok_or(NO_SELECTION)?;
        match self {
            Command::EditValue => match row.entry {
                Entry::Rest { .. } | Entry::Unread { .. } => {
                    Err("These bytes are no record; edit them in the hex pane")
                }
                Entry::Absent { what: Absent::Oneof(_), .. } => {
                    Ok(Action::Show(Dialog::OneofMember { row: row.id }))
                }
                Entry::Absent { what: Absent::Field(field), .. } if field.is_map() => {
                    Ok(Action::AddElement { row: row.id, key: None })
                }
                Entry::Absent { what: Absent::Field(field), .. } => {
                    Ok(Action::AddField { row: Some(row.id), number: field.number() })
                }
                Entry::Run { .. } | Entry::Record { meaning: Meaning::Packed(_), .. } => {
                    Err("Open the row: its elements are edited one by one")
                }
                // The window puts the keyboard into the value's editor.
                _ => Ok(Action::Select(SelectTarget::Row(selection.row_number))),
            },
            Command::AddElement => {
                let repeats = row.entry.field().is_some_and(|field| field.is_list() || field.is_map());
                let add = Action::AddElement { row: row.id, key: None };
                if repeats { Ok(add) } else { Err("This field is not repeated") }
            }
            Command::Duplicate => match row.entry {
                Entry::Rest { .. } | Entry::Unread { .. } => Err("These bytes are no record"),
                Entry::Absent { .. } => Err(NOT_SET),
                _ => Ok(Action::Duplicate(row.id)),
            },
            Command::Remove | Command::CopyValue if matches!(row.entry, Entry::Absent { .. }) => Err(NOT_SET),
            Command::Remove => Ok(Action::Remove(row.id)),
            Command::CopyPath => Ok(Action::Copy(selection.path.to_string())),
            Command::CopyValue => super::copying::value_text(open, &row).map(Action::Copy),
            Command::ReadRecordAs => match &row.entry {
                Entry::Record { at, meaning, .. } if meaning.is_open() && at.wire_type() == WireType::Len => {
                    Ok(Action::Show(Dialog::RecordType { row: row.id }))
                }
                _ => Err("Only bytes and undeclared LEN records can be read as a message"),
            },
            _ if open.tree.row_of_branch(row.branch).is_none() => {
                Err("Only the message itself is around this")
            }
            _ => Ok(Action::Select(SelectTarget::Parent)),
        }
    }
}

pub(super) fn document(state: &State) -> Result<(TabId, &OpenDocument), &'static str> {
    state.active.zip(state.active_document()).ok_or(NO_DOCUMENT)
}

fn other_tab(state: &State, step: isize) -> Result<Action, &'static str> {
    let n_tabs = state.tabs.len();
    let at = state.tabs.iter().position(|tab| Some(tab.id) == state.active).ok_or(NO_DOCUMENT)?;
    let next = (at + n_tabs).checked_add_signed(step).map(|at| at % n_tabs.max(1));
    let next = next.filter(|next| *next != at).and_then(|next| state.tabs.get(next));
    next.map(|tab| Action::Activate(tab.id)).ok_or("There is no other tab")
}

/// The next problem behind the selection or before it, around the end.
fn problem(state: &State, forward: bool) -> Result<Action, &'static str> {
    let (_, open) = document(state)?;
    let mut offsets: Vec<u64> = open.problems.found.iter().map(|problem| open.place_of(problem)).collect();
    offsets.sort_unstable();
    offsets.dedup();
    // A problem stands anywhere in its record; going to one puts the cursor there.
    let here = open.selection.as_ref().map(|selection| match open.cursor_offset() {
        cursor if selection.range.contains(&cursor) => cursor,
        _ => selection.range.start,
    });
    let found = match (here, forward) {
        (Some(here), true) => offsets.iter().find(|offset| **offset > here),
        (Some(here), false) => offsets.iter().rev().find(|offset| **offset < here),
        (None, _) => None,
    };
    let around = if forward { offsets.first() } else { offsets.last() };
    let offset = *found.or(around).ok_or("No problems were found")?;
    let last = open.document.len().saturating_sub(1);
    Ok(Action::Select(SelectTarget::Offset(offset.min(last))))
}

#[cfg(test)]
mod tests;
