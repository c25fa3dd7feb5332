//! The table of commands as menus, toolbar and palette show it.

use super::icons::Icon;
use super::widgets::Choice;
use crate::app::{Action, COMMANDS, Command, CommandRow, State};

/// A command and what it means now.
pub struct Offer {
    pub row: &'static CommandRow,
    title: &'static str,
    hint: &'static str,
    pub shortcut: String,
    pub action: Result<Action, &'static str>,
}

impl Offer {
    pub fn of(row: &'static CommandRow, state: &State) -> Self {
        let shortcut = row.shortcut.map(|shortcut| shortcut.to_string()).unwrap_or_default();
        let action = match (row.command, row.command.resolve(state)) {
            // The key edits the value there, which the title does not say.
            (Command::RenameKey, Ok(Action::Select(_))) => Err("This row is no entry of a map"),
            (_, action) => action,
        };
        let title = match (row.command, &action) {
            (
                Command::EditValue,
                Ok(Action::AddField { .. } | Action::AddElement { .. } | Action::Show(_)),
            ) => "Set value",
            _ => row.title,
        };
        let is_of_no_file = || state.active_tab().is_some_and(|tab| tab.path.is_none());
        let hint = match row.command {
            Command::Save if is_of_no_file() => "Asks for a file, and writes the bytes there",
            _ => row.hint,
        };
        Self { row, title, hint, shortcut, action }
    }

    pub fn choice(&self) -> Choice<'_> {
        Choice {
            icon: icon_of(self.row.command),
            title: self.title,
            hint: self.hint,
            shortcut: &self.shortcut,
            disabled: self.action.as_ref().err().copied(),
        }
    }
}

/// The offer of one command; `None` only if the table lacks it.
pub fn offer(command: Command, state: &State) -> Option<Offer> {
    COMMANDS.iter().find(|row| row.command == command).map(|row| Offer::of(row, state))
}

/// All commands, in the order of the table.
pub fn offers(state: &State) -> Vec<Offer> {
    COMMANDS.iter().map(|row| Offer::of(row, state)).collect()
}

/// The titles of the menus, in the order of the table.
pub fn menus() -> Vec<&'static str> {
    let mut menus = Vec::new();
    for menu in COMMANDS.iter().filter_map(|row| row.menu) {
        if !menus.contains(&menu) {
            menus.push(menu);
        }
    }
    menus
}

pub fn icon_of(command: Command) -> Option<Icon> {
    Some(match command {
        Command::Open => Icon::Open,
        Command::Paste | Command::PasteAsDocument => Icon::Paste,
        Command::Save | Command::SaveRequest => Icon::Save,
        Command::ExportJson | Command::ExportSelectionJson | Command::ExportText => Icon::Export,
        Command::CloseTab => Icon::Close,
        Command::Reload => Icon::Refresh,
        Command::Undo => Icon::Undo,
        Command::Redo => Icon::Redo,
        Command::EditValue => Icon::Edit,
        Command::AddField | Command::AddElement => Icon::Plus,
        Command::Remove => Icon::Trash,
        Command::Copy | Command::CopyPath | Command::CopyValue | Command::CopyHex => Icon::Copy,
        Command::BytesToFile => Icon::Export,
        Command::ToggleData => Icon::Number,
        Command::GoTo => Icon::GoTo,
        Command::Find => Icon::Search,
        Command::ShowSet | Command::ShowUnknown | Command::ShowProblems | Command::ShowMatches => {
            Icon::Filter
        }
        Command::ChooseType | Command::ReadRecordAs => Icon::Message,
        Command::ReviewChanges | Command::CompareTabs => Icon::Compare,
        Command::FixProblem | Command::FixAllLikeIt => Icon::Fix,
        Command::NextProblem | Command::PreviousProblem => Icon::Warning,
        Command::ToggleSchema => Icon::SidebarLeft,
        Command::FindDeclaration => Icon::Search,
        Command::ShowDocs => Icon::Info,
        Command::PageBack => Icon::ArrowLeft,
        Command::PageForward => Icon::ArrowRight,
        Command::AddSchema => Icon::Plus,
        Command::AddSchemaFolder => Icon::Folder,
        Command::ToggleInspector => Icon::SidebarRight,
        Command::ToggleHex => Icon::SidebarBottom,
        Command::ToggleHistory => Icon::History,
        Command::Send => Icon::Send,
        Command::CancelCall => Icon::Close,
        Command::SendAgain => Icon::Refresh,
        Command::CopyCallCommand | Command::CopyGrpcurl => Icon::Copy,
        Command::ToggleCall => Icon::Server,
        Command::ThemeSystem => Icon::Monitor,
        Command::ThemeLight => Icon::Sun,
        Command::ThemeDark => Icon::Moon,
        Command::Palette => Icon::Palette,
        Command::Shortcuts => Icon::Help,
        Command::About => Icon::Info,
        _ => return None,
    })
}
