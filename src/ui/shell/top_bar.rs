//! Menus, the most used commands, and what the bytes are read as.

use super::search_box::{SearchRoom, search_box_ui};
use crate::app::{Action, COMMANDS, Command, OpenDocument, State, ThemeSetting, TreeFilter, TypeChoice};
use crate::ui::commands::{Offer, menus, offer};
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::view::{Asked, View};
use crate::ui::widgets::{
    Choice, IconButton, TextButton, bar_separator_ui, menu_below, menu_item_ui, scrolled_menu_ui,
};
use egui::{Align, Layout, Popup, Response, Sense, Ui, UiBuilder, vec2};

/// Narrower windows leave to the menus what stands there too.
const LEAST_FOR_FILES: f32 = 960.0;
const LEAST_FOR_PANES: f32 = 760.0;
/// Narrower windows have all menus in one.
const LEAST_FOR_MENUS: f32 = 640.0;

pub fn top_bar_ui(ui: &mut Ui, state: &State, view: &mut View, asked: &mut Asked, actions: &mut Vec<Action>) {
    let width = ui.available_width();
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        if LEAST_FOR_PANES <= width {
            let is_shown = Some(state.settings.show_schema);
            button_ui(ui, state, Command::ToggleSchema, is_shown, asked, actions);
        }
        match width < LEAST_FOR_MENUS {
            true => one_menu_ui(ui, state, asked, actions),
            false => menus_ui(ui, state, asked, actions),
        }
        // It stands between two things.
        let has_document = state.active_document().is_some();
        if LEAST_FOR_FILES <= width {
            bar_separator_ui(ui);
            for command in [Command::Open, Command::Save, Command::Undo, Command::Redo] {
                button_ui(ui, state, command, None, asked, actions);
            }
        }
        if has_document {
            bar_separator_ui(ui);
        }
        let spacing = ui.spacing().item_spacing.x;
        let buttons = right_buttons(width);
        let buttons_width: f32 = buttons.iter().map(|one| width_of(ui, *one) + spacing).sum();
        let rest = ui.available_width() - buttons_width;
        let search = SearchRoom::of(ui, state, rest);
        let search_width = search.as_ref().map_or(0.0, |room| room.width(ui));
        // All stands at the right end, and is made from left to right, as Tab goes through it.
        let for_type = vec2((rest - search_width).max(0.0), theme(ui).size.button);
        let (at, _) = ui.allocate_exact_size(for_type, Sense::hover());
        if let Some(open) = state.active_document() {
            let layout = Layout::left_to_right(Align::Center);
            let mut ui = ui.new_child(UiBuilder::new().id_salt("type").max_rect(at).layout(layout));
            type_ui(&mut ui, state, open, actions);
        }
        match search {
            Some(room) => search_box_ui(ui, state, &room, view, asked, actions),
            None => asked.focus_search = false,
        }
        for one in buttons {
            right_button_ui(ui, state, one, asked, actions);
        }
    });
}

/// What stands at the right end of a bar of this width, from left to right; `None` parts them.
fn right_buttons(width: f32) -> Vec<Option<Command>> {
    let panes = [
        Some(Command::Palette),
        None,
        Some(Command::ToggleProblems),
        Some(Command::ToggleHex),
        Some(Command::ToggleInspector),
    ];
    let panes = panes.into_iter().filter(|_| LEAST_FOR_PANES <= width);
    let files = [None, Some(Command::Send)].into_iter().filter(|_| LEAST_FOR_FILES <= width);
    panes.chain(files).collect()
}

fn width_of(ui: &Ui, button: Option<Command>) -> f32 {
    let size = &theme(ui).size;
    if button.is_some() { size.button } else { size.gap + size.line }
}

fn right_button_ui(
    ui: &mut Ui,
    state: &State,
    button: Option<Command>,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let Some(command) = button else { return bar_separator_ui(ui) };
    let settings = &state.settings;
    // Without a document there are none of these panes.
    let is_on = match command {
        _ if state.active_document().is_none() => None,
        Command::ToggleProblems => Some(settings.show_problems || settings.show_history),
        Command::ToggleHex => Some(settings.show_hex),
        Command::ToggleInspector => Some(settings.show_inspector),
        _ => None,
    };
    button_ui(ui, state, command, is_on, asked, actions);
}

fn button_ui(
    ui: &mut Ui,
    state: &State,
    command: Command,
    is_on: Option<bool>,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let Some(offer) = offer(command, state) else { return };
    let mut choice = offer.choice();
    choice.icon = choice.icon.or((command == Command::ToggleProblems).then_some(Icon::Warning));
    let mut button = IconButton::of(choice);
    if let Some(is_on) = is_on {
        button = button.selected(is_on);
    }
    if button.show(ui).clicked() {
        asked.run(ui.ctx(), command, offer.action, actions);
    }
}

fn menus_ui(ui: &mut Ui, state: &State, asked: &mut Asked, actions: &mut Vec<Action>) {
    let buttons: Vec<(&str, Response)> =
        menus().into_iter().map(|menu| (menu, TextButton::new(menu).show(ui))).collect();
    let id_of = Popup::default_response_id;
    let is_any_open = buttons.iter().any(|(_, button)| Popup::is_id_open(ui.ctx(), id_of(button)));
    for (menu, button) in &buttons {
        // While one menu is open the others open when pointed at.
        if is_any_open && button.hovered() && !Popup::is_id_open(ui.ctx(), id_of(button)) {
            Popup::open_id(ui.ctx(), id_of(button));
        }
        menu_below(button).show(|ui| {
            scrolled_menu_ui(ui, 240.0, |ui| menu_ui(ui, state, menu, asked, actions));
        });
    }
}

/// All menus, one below the other.
fn one_menu_ui(ui: &mut Ui, state: &State, asked: &mut Asked, actions: &mut Vec<Action>) {
    let button = TextButton::new("Menu").menu().show(ui);
    menu_below(&button).show(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.set_min_width(280.0);
        let theme = theme(ui);
        let height = ui.ctx().content_rect().height() - theme.size.toolbar - 4.0 * theme.size.margin;
        egui::ScrollArea::vertical().max_height(height).show(ui, |ui| {
            for menu in menus() {
                ui.add_space(theme.size.gap_small);
                ui.label(egui::RichText::new(menu).color(theme.color.muted).size(theme.size.text_dense));
                menu_ui(ui, state, menu, asked, actions);
                ui.separator();
            }
        });
    });
}

fn menu_ui(ui: &mut Ui, state: &State, menu: &str, asked: &mut Asked, actions: &mut Vec<Action>) {
    let mut group = None;
    for row in COMMANDS.iter().filter(|row| row.menu == Some(menu)) {
        let this_group = group_of(row.command);
        if group.replace(this_group).is_some_and(|last| last != this_group) {
            ui.separator();
        }
        let offer = Offer::of(row, state);
        let mut choice = offer.choice();
        if let Some(is_on) = is_on(row.command, state) {
            choice.icon = is_on.then_some(Icon::Check);
        }
        if menu_item_ui(ui, &choice) {
            asked.run(ui.ctx(), row.command, offer.action, actions);
        }
    }
    if menu == menus().first().copied().unwrap_or_default() {
        recent_ui(ui, state, actions);
    }
}

/// The files opened last, at the end of the first menu.
fn recent_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let recent = &state.settings.recent;
    if recent.is_empty() {
        return;
    }
    ui.separator();
    for path in recent.iter().take(6) {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        if menu_item_ui(ui, &Choice { icon: Some(Icon::Clock), ..Choice::new(&name) }) {
            actions.push(Action::Open(vec![path.clone()]));
        }
    }
}

/// Commands of one group stand together in a menu.
fn group_of(command: Command) -> u8 {
    match command {
        Command::Open | Command::OpenSample | Command::PasteAsDocument => 0,
        Command::Save | Command::SaveAs | Command::Reload => 1,
        Command::ReviewChanges | Command::CompareTabs => 4,
        Command::AddSchema | Command::AddSchemaFolder | Command::SchemaSources => 5,
        Command::ExportJson | Command::ExportSelectionJson | Command::ExportText => 2,
        Command::CloseTab | Command::Quit => 3,
        Command::Undo | Command::Redo => 10,
        Command::EditValue
        | Command::AddField
        | Command::AddElement
        | Command::InsertBefore
        | Command::ChooseMember
        | Command::RenameKey
        | Command::Duplicate
        | Command::Remove => 11,
        Command::Cut | Command::Copy | Command::Paste | Command::CopyPath | Command::CopyValue => 12,
        Command::CopyHex
        | Command::CopyBase64
        | Command::CopyEscaped
        | Command::CopyC
        | Command::CopyRust
        | Command::CopyGo
        | Command::CopyJava
        | Command::CopyPython
        | Command::BytesToFile => 13,
        Command::SelectAllBytes | Command::SelectValue => 14,
        Command::ToggleInsert | Command::ToggleKeepLengths => 15,
        Command::MoveUp | Command::MoveDown => 16,
        Command::GoTo
        | Command::FocusBytes
        | Command::FocusInspector
        | Command::SelectParent
        | Command::NextSibling
        | Command::PreviousSibling => 20,
        Command::NextProblem | Command::PreviousProblem | Command::NextChange | Command::PreviousChange => 21,
        Command::Find | Command::FindNext | Command::FindPrevious | Command::ClearSearch => 23,
        Command::FixProblem | Command::FixAllLikeIt | Command::Canonicalize => 17,
        Command::FindDeclaration | Command::ShowDocs | Command::PageBack | Command::PageForward => 24,
        Command::NextTab | Command::PreviousTab => 22,
        Command::ShowAbsent => 29,
        Command::ExpandAll | Command::CollapseAll | Command::ExpandBelow | Command::ExpandSiblings => 30,
        Command::ExpandTo1
        | Command::ExpandTo2
        | Command::ExpandTo3
        | Command::ExpandTo4
        | Command::ExpandTo5
        | Command::ExpandTo6
        | Command::ExpandTo7
        | Command::ExpandTo8
        | Command::ExpandTo9 => 35,
        Command::ChooseType | Command::ReadRecordAs => 31,
        Command::ToggleInspector
        | Command::ToggleHex
        | Command::ToggleData
        | Command::ToggleProblems
        | Command::ToggleSchema
        | Command::ToggleHistory
        | Command::ToggleResults
        | Command::ResetPanes => 32,
        Command::ThemeSystem | Command::ThemeLight | Command::ThemeDark => 33,
        Command::ShowAll
        | Command::ShowSet
        | Command::ShowUnknown
        | Command::ShowProblems
        | Command::ShowMatches => 36,
        Command::ZoomIn | Command::ZoomOut | Command::ZoomReset => 34,
        Command::Send | Command::ChooseMethod => 37,
        Command::HalfClose | Command::CancelCall | Command::SendAgain => 38,
        Command::AskForSchema
        | Command::CopyCallCommand
        | Command::CopyGrpcurl
        | Command::SaveRequest
        | Command::SaveRequestAs => 41,
        Command::ToggleCall | Command::ToggleSession => 39,
        Command::Palette | Command::Shortcuts | Command::About => 40,
    }
}

/// Whether a switch is on; `None` for what is no switch.
pub fn is_on(command: Command, state: &State) -> Option<bool> {
    let settings = &state.settings;
    let filter = state.active_document().map(|open| open.filter.kind).unwrap_or_default();
    Some(match command {
        Command::ToggleSchema => settings.show_schema,
        Command::ToggleInspector => settings.show_inspector,
        Command::ToggleHex => settings.show_hex,
        Command::ToggleData => settings.show_data,
        Command::ToggleInsert => state.active_document()?.cursor.inserts(),
        Command::ToggleKeepLengths => state.active_document()?.cursor.keeps_lengths(),
        Command::ToggleProblems => settings.show_problems,
        Command::ToggleHistory => settings.show_history,
        Command::ToggleCall => settings.show_call,
        Command::ShowAbsent => settings.show_absent,
        Command::ToggleResults => state.active_document().is_some_and(|open| open.search.is_listed),
        Command::ShowAll => filter == TreeFilter::All,
        Command::ShowSet => filter == TreeFilter::Set,
        Command::ShowUnknown => filter == TreeFilter::Unknown,
        Command::ShowProblems => filter == TreeFilter::Problems,
        Command::ShowMatches => filter == TreeFilter::Matches,
        Command::ThemeSystem => settings.theme == ThemeSetting::System,
        Command::ThemeLight => settings.theme == ThemeSetting::Light,
        Command::ThemeDark => settings.theme == ThemeSetting::Dark,
        _ => return None,
    })
}

/// The type that the bytes are read as; its tooltip says why.
fn type_ui(ui: &mut Ui, state: &State, open: &OpenDocument, actions: &mut Vec<Action>) {
    let Some(offer) = offer(Command::ChooseType, state) else { return };
    let reason = reason(open);
    let (long, short) = match open.message() {
        Some(message) => (message.full_name().to_owned(), message.name().to_owned()),
        None if open.choice == TypeChoice::Pending => ("Finding the type…".to_owned(), "…".to_owned()),
        None => ("Choose a type…".to_owned(), "Choose a type…".to_owned()),
    };
    // Where the name is cut, pointing at it tells the whole.
    let hint = format!("{long}\n{reason}");
    let cuts = short.char_indices().rev().map(|(end, _)| format!("{}…", &short[..end]));
    let fits = |title: &String| type_button(offer.choice(), title, &hint).width(ui) <= ui.available_width();
    let Some(title) = [long.clone(), short.clone()].into_iter().chain(cuts).find(fits) else { return };
    let hint = if title == long { &reason } else { &hint };
    let response = type_button(offer.choice(), &title, hint).show(ui);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_label(format!("Type: {long}"));
    });
    if response.clicked() {
        actions.extend(offer.action.ok());
    }
}

fn type_button<'a>(offered: Choice<'a>, title: &'a str, hint: &'a str) -> TextButton<'a> {
    TextButton::of(Choice { hint, title, icon: None, ..offered }).icon(Icon::Message).menu()
}

fn reason(open: &OpenDocument) -> String {
    let Some(message) = open.message() else {
        return "Nothing says how to read these bytes, so fields are shown by number".to_owned();
    };
    let how = match open.choice {
        TypeChoice::Pending => return "Finding the type that fits best".to_owned(),
        TypeChoice::Ranked => "Clearly the best fit",
        TypeChoice::Chosen => "Chosen",
        TypeChoice::Unclear => "Other types fit as well",
    };
    let ranking = open.ranking.as_ref();
    let place = ranking.and_then(|ranking| ranking.groups.get(ranking.place_of(message.full_name())?));
    match place {
        Some(group) => format!("{how}: {}", group.reason),
        None => how.to_owned(),
    }
}
