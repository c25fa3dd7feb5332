//! What is selected when a field that was absent is set and taken back.

use super::structures::{COMMAND, run, select_absent};
use super::*;

#[test]
fn undo_of_setting_an_absent_field_selects_where_it_is_absent_again_and_redo_what_came_back() {
    // status { code: 1 }
    let mut fixture = Fixture::with(&unhex("0a 02 08 01"), COMMAND);
    run(&mut fixture, Command::ShowAbsent);
    fixture.act(Action::ExpandRow(0));
    select_absent(&mut fixture, "message");
    let row = fixture.open().selection.as_ref().unwrap().row;
    fixture.act(Action::AddField { row: Some(row), number: 2 });
    assert_eq!(fixture.open().selected_row().unwrap().id.facet, Facet::Record);
    fixture.act(Action::Undo);
    assert_eq!(fixture.selected_path(), "status.message");
    assert!(matches!(fixture.open().selected_row().unwrap().id.facet, Facet::Absent(_)));
    fixture.act(Action::Redo);
    assert_eq!(fixture.selected_path(), "status.message");
    assert_eq!(fixture.open().selected_row().unwrap().id.facet, Facet::Record);
}

#[test]
fn redo_of_something_else_selects_that_though_an_absent_field_is_selected() {
    // status { code: 1 }
    let mut fixture = Fixture::with(&unhex("0a 02 08 01"), COMMAND);
    run(&mut fixture, Command::ShowAbsent);
    fixture.act(Action::ExpandRow(0));
    fixture.select("status.code");
    let row = fixture.open().selection.as_ref().unwrap().row;
    fixture.act(Action::SetValue { row, text: "2000".to_owned(), gesture: None });
    fixture.act(Action::Undo);
    select_absent(&mut fixture, "message");
    fixture.act(Action::Redo);
    assert_eq!(fixture.selected_path(), "status.code");
}

#[test]
fn to_edit_an_absent_field_sets_it_and_nothing_of_it_is_copied_cut_or_exported() {
    // status { code: 1 }
    let mut fixture = Fixture::with(&unhex("0a 02 08 01"), COMMAND);
    run(&mut fixture, Command::ShowAbsent);
    fixture.act(Action::ExpandRow(0));
    select_absent(&mut fixture, "message");
    for command in [Command::Copy, Command::Cut, Command::ExportSelectionJson, Command::RenameKey] {
        assert!(command.resolve(fixture.session.state()).is_err(), "{command:?}");
    }
    run(&mut fixture, Command::EditValue);
    assert_eq!(fixture.bytes(), unhex("0a 04 08 01 12 00"));
    assert_eq!(fixture.selected_path(), "status.message");
}
