//! What the window remembers for itself and the session does not need to know: where lists stand,
//! what is being typed, what is folded.

use super::dialogs::DialogView;
use super::editors::{ChosenForms, Draft, Subject};
use super::panels::Typed;
use super::panels::call::CallView;
use super::panels::data::DataView;
use super::panels::hex::HexView;
use super::panels::schema::SchemaView;
use super::shell::{Held, Sides};
use super::widgets::{RowListState, TabBarState, Toasts};
use crate::app::{Action, Settings, TabId};
use crate::document::RowId;
use crate::document::problem::ProblemKind;
use std::collections::HashMap;

/// One per window.
#[derive(Default)]
pub struct View {
    pub tabs: HashMap<TabId, TabView>,
    pub tab_bar: TabBarState,
    pub schema: SchemaView,
    pub toasts: Toasts,
    /// What takes back what a note tells of, by the note.
    pub undos: HashMap<u64, Action>,
    pub dialogs: DialogView,
    pub folds: Folds,
    pub forms: ChosenForms,
    pub layout: Layout,
    /// Which of the side panes a narrow window has.
    pub sides: Sides,
    pub call: CallView,
    /// Which of the panes beside the hex pane is in front.
    pub beside: Beside,
    /// Those that were there in the last frame.
    pub seen_beside: Vec<Beside>,
    /// A command that the window carries out itself.
    pub asked: Asked,
    pub held: Held,
    /// Which tab was in front of the last frame, and whether a dialog was open over it.
    pub front: (Option<TabId>, bool),
}

/// The panes that share a place beside the hex pane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Beside {
    #[default]
    Problems,
    History,
    Results,
    Call,
}

/// Sizes as the person drags them; handed to the settings when a drag ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    pub inspector_width: f32,
    pub bottom_height: f32,
    pub schema_width: f32,
    /// The list of declarations, over a page.
    pub schema_list_height: f32,
    /// Number, name, kind, value, bytes. The value takes what the others leave.
    pub tree_columns: Vec<f32>,
}

impl Default for Layout {
    fn default() -> Self {
        Self::of(&Settings::default())
    }
}

impl Layout {
    pub fn of(settings: &Settings) -> Self {
        Self {
            inspector_width: settings.inspector_width,
            bottom_height: settings.bottom_height,
            schema_width: settings.schema_width,
            schema_list_height: settings.schema_list_height,
            tree_columns: settings.tree_columns.clone(),
        }
    }
}

/// Which parts of the inspector are open.
#[derive(Clone, Debug)]
pub struct Folds {
    pub docs: bool,
    pub readings: bool,
    pub read_as: bool,
    pub wire: bool,
    pub problems: bool,
    pub used_in: bool,
}

impl Default for Folds {
    fn default() -> Self {
        Self { docs: true, readings: true, read_as: true, wire: true, problems: true, used_in: false }
    }
}

/// Wishes that only the next frame can fulfil.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Start editing the selected value.
    pub edit: bool,
    /// Give the tree the keyboard.
    pub focus_tree: bool,
    /// Give the bytes the keyboard.
    pub focus_bytes: bool,
    /// Give the inspector the keyboard, or the tree if the inspector has it.
    pub focus_inspector: bool,
    /// What the clipboard gives within so many frames is for a tab of its own.
    pub paste_as_document: u8,
    /// Give the search box the keyboard.
    pub focus_search: bool,
    /// Give the filter of the declarations the keyboard.
    pub focus_filter: bool,
    /// Say why a key does nothing here.
    pub refusal: Option<&'static str>,
}

/// One per tab.
#[derive(Default)]
pub struct TabView {
    pub tree: RowListState,
    pub hex: HexView,
    pub data: DataView,
    /// Of tree and bytes, the bytes had the keyboard last.
    pub is_in_hex: bool,
    pub problems: RowListState,
    pub history: RowListState,
    /// The entries of a map in the inspector, and the one that the keys are at.
    pub entries: RowListState,
    pub picked_entry: Option<u64>,
    /// A name that is being typed into the tree.
    pub typed: Typed,
    pub results: RowListState,
    pub filtered: RowListState,
    /// What stands in the search box, and the search that it was last made equal to.
    pub search_text: String,
    pub seen_search: String,
    /// What the lists were last scrolled to.
    pub seen_hit: Option<usize>,
    pub seen_filtered: Option<u64>,
    /// The step that the history was last scrolled to.
    pub seen_step: Option<u64>,
    /// The problem picked in the list, by its kind and place.
    pub picked_problem: Option<(ProblemKind, u64)>,
    /// The place in the list of a problem that is being put right, and the revision that it was found
    /// in: the one that takes its place is picked next.
    pub fixed_problem: Option<(usize, usize)>,
    /// The last count of reveals that was scrolled to.
    pub seen_reveals: u64,
    /// What had the keyboard when the inspector was last drawn.
    pub seen_focus: Option<egui::Id>,
    /// The row that was selected in the last frame.
    pub seen_selection: Option<RowId>,
    pub subject: Option<Subject>,
    pub draft: Option<Draft>,
    /// The selected value is edited in its row.
    pub is_editing_row: bool,
    /// The field to be focused when it is next shown.
    pub wants_focus: Option<Place>,
    /// Banners that a person closed.
    pub closed_banners: Vec<&'static str>,
}

/// Where a value is edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Row,
    Inspector,
}

impl View {
    pub fn tab(&mut self, id: TabId) -> &mut TabView {
        self.tabs.entry(id).or_default()
    }
}
