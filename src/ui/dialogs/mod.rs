//! What floats over the window: asks, then acts.
//!
//! The session says which dialog is open; what is typed in it is in [`DialogView`], made new each
//! time one opens. Each returns actions like a panel does.
//!
//! To add one: a file here, and an arm in [`dialog_ui`].
//!
//! **Not here:** when a question is asked (`app`).

mod add_field;
mod choose;
mod differences;
mod differences_hex;
mod field_list;
mod file;
mod frame;
mod go_to;
mod map_key;
mod method_picker;
mod oneof_member;
mod pick_list;
mod question;
mod rename_key;
mod request_name;
mod shortcuts;
mod type_picker;

pub use file::{FileAsk, without_system_dialogs};

use super::commands::{Offer, offers};
use super::view::Asked;
use super::widgets::{Choice, PaletteResponse, PaletteState, RowListState, palette};
use crate::app::{Action, Command, Dialog, MethodChoice, State};
use egui::Context;

/// What is typed and picked in the open dialog.
#[derive(Default)]
pub struct DialogView {
    /// Which dialog the rest belongs to.
    of: Option<Dialog>,
    palette: PaletteState,
    text: String,
    picked: usize,
    list: RowListState,
    /// The bytes of an old and a new side.
    bytes: [RowListState; 2],
    /// The difference of which these bytes were scrolled to what differs.
    bytes_of: Option<usize>,
    is_focused: bool,
    /// The text that was last handed over, for [`State::refusal`] to be about.
    sent: Option<String>,
    /// It closes on the way to a field.
    pub(super) goes_to_tree: bool,
    file: FileAsk,
    /// Methods that can be picked, once they were looked up.
    methods: Option<Vec<MethodChoice>>,
}

impl DialogView {
    /// Whether this dialog was drawn before.
    pub(super) fn is_of(&self, dialog: Option<&Dialog>) -> bool {
        self.of.as_ref() == dialog
    }

    /// Hands the text over: what is wrong with it is said beside it, ready to be typed over.
    fn send(&mut self) {
        self.sent = Some(self.text.clone());
        self.is_focused = false;
    }

    /// Why the text as it stands was refused.
    fn refusal<'a>(&self, state: &'a State) -> Option<&'a str> {
        state.refusal.as_deref().filter(|_| self.sent.as_ref() == Some(&self.text))
    }
}

/// Draws the open dialog, if there is one.
pub fn dialog_ui(
    ctx: &Context,
    state: &State,
    view: &mut DialogView,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let Some(dialog) = &state.dialog else {
        view.of = None;
        return;
    };
    if view.of.as_ref() != Some(dialog) {
        *view = DialogView { of: Some(dialog.clone()), ..DialogView::default() };
    }
    match dialog {
        Dialog::Palette => palette_ui(ctx, state, view, asked, actions),
        Dialog::GoTo => go_to::go_to_ui(ctx, state, view, actions),
        Dialog::TypePicker(tab) => type_picker::type_picker_ui(ctx, state, *tab, view, actions),
        Dialog::RecordType { row } => type_picker::record_type_ui(ctx, state, *row, view, actions),
        Dialog::AddField { row } => add_field::add_field_ui(ctx, state, *row, view, actions),
        Dialog::MapKey { row } => map_key::map_key_ui(ctx, state, *row, view, actions),
        Dialog::OneofMember { row } => {
            oneof_member::oneof_member_ui(ctx, state, *row, view, actions);
        }
        Dialog::RenameKey { row } => rename_key::rename_key_ui(ctx, state, *row, view, actions),
        Dialog::File(dialog) => file::file_ui(ctx, state, dialog, &mut view.file, actions),
        Dialog::Question(question) => question::question_ui(ctx, state, question, actions),
        Dialog::Differences => differences::differences_ui(ctx, state, view, actions),
        Dialog::CompareWith(tab) => differences::compare_with_ui(ctx, state, *tab, view, actions),
        Dialog::Choose(choosing) => choose::choose_ui(ctx, choosing, view, actions),
        Dialog::MethodPicker => method_picker::method_picker_ui(ctx, state, view, actions),
        Dialog::RequestName { renamed } => {
            request_name::request_name_ui(ctx, state, renamed.as_ref(), view, actions);
        }
        Dialog::Shortcuts => shortcuts::shortcuts_ui(ctx, view, actions),
        Dialog::About => shortcuts::about_ui(ctx, actions),
    }
}

fn palette_ui(
    ctx: &Context,
    state: &State,
    view: &mut DialogView,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let offers: Vec<Offer> =
        offers(state).into_iter().filter(|offer| offer.row.command != Command::Palette).collect();
    let choices: Vec<Choice<'_>> = offers.iter().map(Offer::choice).collect();
    match palette(ctx, &mut view.palette, "Run a command", &choices) {
        PaletteResponse::Open => {}
        PaletteResponse::Closed => actions.push(Action::Dismiss),
        PaletteResponse::Chosen(idx) => {
            actions.push(Action::Dismiss);
            let Some(offer) = offers.into_iter().nth(idx) else { return };
            asked.run(ctx, offer.row.command, offer.action, actions);
        }
    }
}
