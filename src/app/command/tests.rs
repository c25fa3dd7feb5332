use super::*;
use std::collections::BTreeSet;

#[test]
fn no_two_commands_share_a_key_and_none_is_there_twice() {
    let mut keys = BTreeSet::new();
    let mut titles = BTreeSet::new();
    for row in COMMANDS {
        assert!(titles.insert(row.title), "{} is there twice", row.title);
        assert!(row.hint.len() > row.title.len() && !row.hint.ends_with('.'), "{}: {}", row.title, row.hint);
        for shortcut in row.shortcuts() {
            assert!(keys.insert(shortcut.to_string()), "{shortcut} has two meanings");
        }
    }
}

#[test]
fn every_command_is_in_the_table_under_a_menu() {
    // Exhaustive, so that a new command cannot be forgotten here.
    let next = |command| match command {
        Command::Open => Some(Command::OpenSample),
        Command::OpenSample => Some(Command::PasteAsDocument),
        Command::PasteAsDocument => Some(Command::AddSchema),
        Command::AddSchema => Some(Command::AddSchemaFolder),
        Command::AddSchemaFolder => Some(Command::Save),
        Command::Save => Some(Command::SaveAs),
        Command::SaveAs => Some(Command::ReviewChanges),
        Command::ReviewChanges => Some(Command::CompareTabs),
        Command::CompareTabs => Some(Command::ExportJson),
        Command::ExportJson => Some(Command::ExportSelectionJson),
        Command::ExportSelectionJson => Some(Command::ExportText),
        Command::ExportText => Some(Command::CloseTab),
        Command::CloseTab => Some(Command::NextTab),
        Command::NextTab => Some(Command::PreviousTab),
        Command::PreviousTab => Some(Command::Reload),
        Command::Reload => Some(Command::Quit),
        Command::Quit => Some(Command::Undo),
        Command::Undo => Some(Command::Redo),
        Command::Redo => Some(Command::EditValue),
        Command::EditValue => Some(Command::AddField),
        Command::AddField => Some(Command::AddElement),
        Command::AddElement => Some(Command::InsertBefore),
        Command::InsertBefore => Some(Command::MoveUp),
        Command::MoveUp => Some(Command::MoveDown),
        Command::MoveDown => Some(Command::ChooseMember),
        Command::ChooseMember => Some(Command::RenameKey),
        Command::RenameKey => Some(Command::Duplicate),
        Command::Duplicate => Some(Command::Remove),
        Command::Remove => Some(Command::Cut),
        Command::Cut => Some(Command::Copy),
        Command::Copy => Some(Command::Paste),
        Command::Paste => Some(Command::CopyPath),
        Command::CopyPath => Some(Command::CopyValue),
        Command::CopyValue => Some(Command::CopyHex),
        Command::CopyHex => Some(Command::CopyBase64),
        Command::CopyBase64 => Some(Command::CopyEscaped),
        Command::CopyEscaped => Some(Command::CopyC),
        Command::CopyC => Some(Command::CopyRust),
        Command::CopyRust => Some(Command::CopyGo),
        Command::CopyGo => Some(Command::CopyJava),
        Command::CopyJava => Some(Command::CopyPython),
        Command::CopyPython => Some(Command::BytesToFile),
        Command::BytesToFile => Some(Command::SelectAllBytes),
        Command::SelectAllBytes => Some(Command::SelectValue),
        Command::SelectValue => Some(Command::ToggleInsert),
        Command::ToggleInsert => Some(Command::ToggleKeepLengths),
        Command::ToggleKeepLengths => Some(Command::GoTo),
        Command::GoTo => Some(Command::FocusBytes),
        Command::FocusBytes => Some(Command::FocusInspector),
        Command::FocusInspector => Some(Command::SelectParent),
        Command::SelectParent => Some(Command::NextSibling),
        Command::NextSibling => Some(Command::PreviousSibling),
        Command::PreviousSibling => Some(Command::NextProblem),
        Command::NextProblem => Some(Command::PreviousProblem),
        Command::PreviousProblem => Some(Command::NextChange),
        Command::NextChange => Some(Command::PreviousChange),
        Command::PreviousChange => Some(Command::Find),
        Command::Find => Some(Command::FindNext),
        Command::FindNext => Some(Command::FindPrevious),
        Command::FindPrevious => Some(Command::ClearSearch),
        Command::ClearSearch => Some(Command::ToggleResults),
        Command::ToggleResults => Some(Command::ShowAll),
        Command::ShowAll => Some(Command::ShowSet),
        Command::ShowSet => Some(Command::ShowUnknown),
        Command::ShowUnknown => Some(Command::ShowProblems),
        Command::ShowProblems => Some(Command::ShowMatches),
        Command::ShowMatches => Some(Command::FixProblem),
        Command::FixProblem => Some(Command::FixAllLikeIt),
        Command::FixAllLikeIt => Some(Command::Canonicalize),
        Command::Canonicalize => Some(Command::ExpandAll),
        Command::ExpandAll => Some(Command::CollapseAll),
        Command::CollapseAll => Some(Command::ExpandBelow),
        Command::ExpandBelow => Some(Command::ExpandSiblings),
        Command::ExpandSiblings => Some(Command::ExpandTo1),
        Command::ExpandTo1 => Some(Command::ExpandTo2),
        Command::ExpandTo2 => Some(Command::ExpandTo3),
        Command::ExpandTo3 => Some(Command::ExpandTo4),
        Command::ExpandTo4 => Some(Command::ExpandTo5),
        Command::ExpandTo5 => Some(Command::ExpandTo6),
        Command::ExpandTo6 => Some(Command::ExpandTo7),
        Command::ExpandTo7 => Some(Command::ExpandTo8),
        Command::ExpandTo8 => Some(Command::ExpandTo9),
        Command::ExpandTo9 => Some(Command::ShowAbsent),
        Command::ShowAbsent => Some(Command::ChooseType),
        Command::ChooseType => Some(Command::ReadRecordAs),
        Command::ReadRecordAs => Some(Command::ToggleSchema),
        Command::ToggleSchema => Some(Command::SchemaSources),
        Command::SchemaSources => Some(Command::FindDeclaration),
        Command::FindDeclaration => Some(Command::ShowDocs),
        Command::ShowDocs => Some(Command::PageBack),
        Command::PageBack => Some(Command::PageForward),
        Command::PageForward => Some(Command::ToggleInspector),
        Command::ToggleInspector => Some(Command::ToggleHex),
        Command::ToggleHex => Some(Command::ToggleData),
        Command::ToggleData => Some(Command::ToggleProblems),
        Command::ToggleProblems => Some(Command::ToggleHistory),
        Command::ToggleHistory => Some(Command::ResetPanes),
        Command::ResetPanes => Some(Command::ThemeSystem),
        Command::ThemeSystem => Some(Command::ThemeLight),
        Command::ThemeLight => Some(Command::ThemeDark),
        Command::ThemeDark => Some(Command::ZoomIn),
        Command::ZoomIn => Some(Command::ZoomOut),
        Command::ZoomOut => Some(Command::ZoomReset),
        Command::ZoomReset => Some(Command::Send),
        Command::Send => Some(Command::ChooseMethod),
        Command::ChooseMethod => Some(Command::HalfClose),
        Command::HalfClose => Some(Command::CancelCall),
        Command::CancelCall => Some(Command::ToggleSession),
        Command::ToggleSession => Some(Command::SendAgain),
        Command::SendAgain => Some(Command::SaveRequest),
        Command::SaveRequest => Some(Command::SaveRequestAs),
        Command::SaveRequestAs => Some(Command::AskForSchema),
        Command::AskForSchema => Some(Command::CopyCallCommand),
        Command::CopyCallCommand => Some(Command::CopyGrpcurl),
        Command::CopyGrpcurl => Some(Command::ToggleCall),
        Command::ToggleCall => Some(Command::Palette),
        Command::Palette => Some(Command::Shortcuts),
        Command::Shortcuts => Some(Command::About),
        Command::About => None,
    };
    let mut command = Some(Command::Open);
    let mut n_commands = 0;
    while let Some(one) = command {
        let rows: Vec<_> = COMMANDS.iter().filter(|row| row.command == one).collect();
        assert_eq!(rows.len(), 1, "{one:?}");
        let menus = ["File", "Edit", "Tree", "View", "Go", "Bytes", "Call", "Help"];
        assert!(rows[0].menu.is_some_and(|menu| menus.contains(&menu)), "{one:?}");
        n_commands += 1;
        command = next(one);
    }
    assert_eq!(n_commands, COMMANDS.len());
}

#[test]
fn the_table_of_shortcuts_names_every_key() {
    let table = shortcut_table();
    assert!(table.contains("| `Ctrl+Y`, `Ctrl+Shift+Z` |"), "{table}");
    for row in COMMANDS {
        for shortcut in row.shortcuts() {
            assert!(table.contains(&format!("`{shortcut}`")), "{shortcut}");
        }
    }
    assert!(table.contains("`Alt+8`, `Alt+9` |"), "what does the same shares a row: {table}");
}
