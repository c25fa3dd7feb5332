//! What the table of commands offers in which state.

use super::*;

fn why_not(fixture: &Fixture, command: Command) -> &'static str {
    command.resolve(fixture.session.state()).err().unwrap_or_default()
}

#[test]
fn a_command_that_cannot_be_done_says_why() {
    let fixture = Fixture::new();
    let reasons = COMMANDS.iter().filter_map(|row| {
        let reason = row.command.resolve(fixture.session.state()).err()?;
        (reason != "No document is open").then_some((row.command, reason))
    });
    let expected = [
        (Command::PageBack, "No page was shown before this one"),
        (Command::PageForward, "There is no page to go on to"),
        (Command::HalfClose, "No call is open for more messages"),
        (Command::CancelCall, "No call is going on"),
        (Command::SendAgain, "No call is in front"),
        (Command::AskForSchema, "No server is named"),
    ];
    assert_eq!(reasons.collect::<Vec<_>>(), expected);
    let mut fixture = Fixture::new();
    fixture.act(Action::OpenPasted("0a 05 0a 03 12 01 61 98 06 07".to_owned()));
    let tab = fixture.tab();
    fixture.act(Action::ReadAs { tab, message: None });
    for (command, reason) in [
        (Command::ExportJson, "JSON needs a message type; choose one first"),
        (Command::AddField, "Without a type no field can be added; choose a message type first"),
        (Command::Undo, "Nothing was edited yet"),
        (Command::Redo, "Nothing was taken back"),
        (Command::Remove, "Nothing is selected"),
        (Command::NextTab, "There is no other tab"),
        (Command::Reload, "This document was never on disk"),
        (Command::NextProblem, "No problems were found"),
        (Command::PageBack, "No page was shown before this one"),
        (Command::PageForward, "There is no page to go on to"),
        (Command::ShowDocs, "Without a type there are no docs; choose a message type first"),
        (Command::Save, ""),
    ] {
        assert_eq!(why_not(&fixture, command), reason, "{command:?}");
    }
    fixture.act(Action::ReadAs { tab, message: Some(SEND.to_owned()) });
    let path = fixture.path("new.bin");
    fixture.act(Action::SaveAs { tab, path, overwrite: false });
    assert_eq!(why_not(&fixture, Command::Save), "Nothing has changed since it was saved");
    fixture.select("99");
    assert_eq!(why_not(&fixture, Command::SelectParent), "Only the message itself is around this");
    assert_eq!(why_not(&fixture, Command::AddElement), "This field is not repeated");
    assert!(why_not(&fixture, Command::ExportSelectionJson).starts_with("Only fields"));
}

#[test]
fn commands_mean_the_selection() {
    let mut fixture = Fixture::with(&unhex("0a 08 0a 03 12 01 61 22 01 ff 98 06 07"), SEND);
    let run = |fixture: &mut Fixture, command: Command| {
        let action = command.resolve(fixture.session.state()).unwrap();
        fixture.act(action);
    };
    fixture.select("messages[0].topic.name");
    let copied = |fixture: &mut Fixture, command| {
        run(fixture, command);
        fixture.session.take_clipboard().unwrap()
    };
    assert_eq!(copied(&mut fixture, Command::CopyPath), "messages[0].topic.name");
    assert_eq!(copied(&mut fixture, Command::CopyValue), "a");
    assert_eq!(copied(&mut fixture, Command::CopyHex), "12 01 61");
    fixture.select("messages[0].body");
    assert_eq!(copied(&mut fixture, Command::CopyValue), "hex:ff");
    fixture.select("99");
    assert_eq!(copied(&mut fixture, Command::CopyValue), "7");
    fixture.select("messages[0].topic.name");
    run(&mut fixture, Command::SelectParent);
    assert_eq!(fixture.selected_path(), "messages[0].topic");
    run(&mut fixture, Command::NextProblem);
    assert_eq!(fixture.selected_path(), "99");
    run(&mut fixture, Command::NextProblem);
    assert_eq!(fixture.selected_path(), "99", "around the end");
    fixture.select("messages[0].topic.name");
    run(&mut fixture, Command::CollapseAll);
    assert_eq!((fixture.open().tree.n_rows(), fixture.selected_path().as_str()), (2, "messages"));
    run(&mut fixture, Command::ExpandAll);
    assert_eq!(fixture.open().tree.n_rows(), 6);
    run(&mut fixture, Command::OpenSample);
    assert_eq!(fixture.session.state().tabs.len(), 2);
    run(&mut fixture, Command::NextTab);
    assert_eq!(fixture.session.state().active_tab().unwrap().title, "send.bin");
    run(&mut fixture, Command::PreviousTab);
    assert_eq!(fixture.session.state().active_tab().unwrap().title, "Sample");
    run(&mut fixture, Command::ExportJson);
    let dialog = fixture.session.state().dialog.clone();
    assert!(matches!(dialog, Some(Dialog::File(FileDialog::Export { part: None, .. }))));
    run(&mut fixture, Command::Quit);
    assert!(fixture.session.state().closing);
}

#[test]
fn every_problem_is_gone_to_wherever_it_stands_in_its_record() {
    // A tag that is no UTF-8 from its second byte on, a padded queue_id, another tag, an unknown field.
    let bytes = unhex("0a 02 61 ff 68 82 00 0a 01 ff 98 06 07");
    let mut fixture = Fixture::with(&bytes, "apache.rocketmq.v2.SystemProperties");
    let mut wanted: Vec<u64> = fixture.open().problems.found.iter().map(|one| one.range.start).collect();
    wanted.sort_unstable();
    wanted.dedup();
    assert!(wanted.len() > 3, "{wanted:?}");
    let mut seen = Vec::new();
    for _ in 0..wanted.len() {
        let action = Command::NextProblem.resolve(fixture.session.state()).unwrap();
        fixture.act(action);
        seen.push(fixture.open().cursor_offset());
    }
    assert_eq!(seen, wanted);
    for offset in wanted.iter().rev().skip(1) {
        let action = Command::PreviousProblem.resolve(fixture.session.state()).unwrap();
        fixture.act(action);
        assert_eq!(fixture.open().cursor_offset(), *offset);
    }
}
