//! All screens.

use super::Touch::{Click, ClickOn, ClickOtherOn, Do, Hold, Hover, Press, Type, Wait};
use super::begun::{edited, empty, file, kinds, large, pasted, plain, sample, select_path};
use super::{Screen, calls, questions, requests, running, sources, structures};
use crate::{editor_pictures, window_pictures};
use egui::{Key, Modifiers, Role};
use protoloupe::app::{
    Action, Compare, Dialog, DiskState, FileDialog, Folders, FormField, Pane, SelectTarget, Session, State,
    TabId,
};
use protoloupe::document::{Facet, RowId};
use protoloupe::schema::Schema;

pub const CTRL: Modifiers = Modifiers::COMMAND;
/// From this width on the menus stand side by side.
const LEAST: f32 = 640.0;
const SHIFT: Modifiers = Modifiers::SHIFT;

/// queue_id 1 and 2, a padded delivery_attempt twice, and an unknown field.
const ODD: &str = "68 01 68 02 80 01 83 00 80 01 84 80 00 98 06 07";
const SEND: &str = "apache.rocketmq.v2.SendMessageRequest";
const BODY: &[u8] = b"\x0a\x05\x0a\x03\x12\x01\x61";

pub fn screens() -> Vec<Screen> {
    let mut all = of_pictures();
    all.extend(menus());
    all.extend(dialogs());
    all.extend(questions::screens());
    all.extend(differences());
    all.extend(panes());
    all.extend(rows());
    all.extend(strips());
    all.extend(structures::screens());
    all.extend(calls::screens());
    all.extend(requests::screens());
    all.extend(sources::screens());
    all.extend(running::screens());
    all
}

/// What other tests draw.
fn of_pictures() -> Vec<Screen> {
    let (scenes, folder) = window_pictures::scenes();
    // Some of them are about files in it.
    let _kept = folder.keep();
    let of_window = scenes.into_iter().filter(|scene| scene.size == (1200.0, 800.0)).map(|scene| {
        let select = scene.select.map(str::to_owned);
        let begin = move || {
            let mut session = sample();
            if let Some(path) = &select {
                select_path(&mut session, path);
            }
            session
        };
        Screen::new(&format!("window {}", scene.name), begin).does(scene.actions)
    });
    let of_editors = editor_pictures::SCENES.iter().map(|(name, path, clicked)| {
        let touches = clicked.map(|(role, label)| Click(role, label));
        let begin = move || if *name == "integer-hex" { plain(path) } else { kinds(path) };
        Screen::new(&format!("editor {name}"), begin).and(touches)
    });
    of_window.chain(of_editors).collect()
}

fn menus() -> Vec<Screen> {
    let menus = ["File", "Edit", "Tree", "View", "Go", "Bytes", "Call", "Help"];
    let mut screens: Vec<Screen> = menus
        .into_iter()
        .map(|menu| {
            Screen::new(&format!("menu {menu}"), sample)
                .and([Click(Role::Button, menu)])
                .if_wide(LEAST..f32::MAX)
        })
        .collect();
    let on_row = |name: &str, path: &'static str, label: &'static str| {
        let begin = move || {
            let mut session = sample();
            select_path(&mut session, path);
            session
        };
        Screen::new(name, begin).and([ClickOtherOn(Role::TreeItem, label)])
    };
    screens.extend([
        Screen::new("menu of all menus", sample).and([Click(Role::Button, "Menu")]).if_wide(0.0..LEAST),
        on_row("menu of a row", "messages[0].topic.name", "name, string"),
        on_row("menu of bytes row", "messages[0].body", "body, bytes"),
        Screen::new("menu of a place in the path", || {
            let mut session = sample();
            select_path(&mut session, "messages[0].topic.name");
            session
        })
        .and([Click(Role::Button, "What stands beside name")]),
        Screen::new("menu of filter", sample).and([ClickOn(Role::Button, "ilter")]),
        Screen::new("menu of all documents", many)
            .and([Click(Role::Button, "All documents")])
            .if_wide(0.0..1_000.0),
        Screen::new("menu of bytes", sample).and([ClickOtherOn(Role::ListItem, "Bytes at 0x0")]),
        Screen::new("menu of reading", sample)
            .does([Action::ShowPane(Pane::Data)])
            .and([ClickOtherOn(Role::ListItem, "varint")])
            .if_wide(1200.0..f32::MAX),
        Screen::new("help of search", sample)
            .and([Click(Role::Button, "How to search")])
            .if_wide(LEAST..f32::MAX),
        Screen::new("help of search from the filter", sample)
            .and([ClickOn(Role::Button, "ilter"), Click(Role::MenuItem, "How to search")])
            .if_wide(0.0..LEAST),
    ]);
    screens
}

fn here(offset: u64) -> RowId {
    RowId { offset, facet: Facet::Record }
}

fn on(path: &'static str, dialog: impl Fn(RowId) -> Dialog + 'static) -> impl Fn() -> Session {
    move || {
        let mut session = sample();
        select_path(&mut session, path);
        let selection = session.state().active_document().and_then(|open| open.selection.clone());
        session.apply(Action::Show(dialog(selection.expect("a row").row)));
        session.settle();
        session
    }
}

fn dialogs() -> Vec<Screen> {
    let show = |dialog: Dialog| [Do(Action::Show(dialog))];
    let to = |dialog: FileDialog| [Do(Action::Show(Dialog::File(dialog)))];
    let tab = TabId(1);
    let entry = "messages[0].user_properties";
    vec![
        Screen::new("dialog palette nothing", sample).and(show(Dialog::Palette)).and([Type("zzqq")]),
        Screen::new("dialog palette found", sample).and(show(Dialog::Palette)).and([Type("cop")]),
        Screen::new("dialog go to wrong", sample)
            .and(show(Dialog::GoTo))
            .and([Type("messages[7].nope"), Press(Modifiers::NONE, Key::Enter)]),
        Screen::new("dialog types none", sample).and(show(Dialog::TypePicker(tab))).and([Type("zzqq")]),
        Screen::new("dialog record type", on("messages[0].body", |row| Dialog::RecordType { row })),
        Screen::new("dialog map key", on(entry, |row| Dialog::MapKey { row })),
        Screen::new("dialog map key taken", on(entry, |row| Dialog::MapKey { row }))
            .and([Type("tenant"), Press(Modifiers::NONE, Key::Enter)]),
        Screen::new("file that is not there", sample)
            .does([Action::Show(Dialog::File(FileDialog::Open))])
            .and([Press(CTRL, Key::A), Type("/nowhere/at/all.bin"), Press(Modifiers::NONE, Key::Enter)]),
        Screen::new("dialog file requests", sample).and(to(FileDialog::RequestsFolder)),
        Screen::new("dialog file certificate", sample).and(to(FileDialog::OfCall(FormField::Ca))),
        Screen::new("dialog rename key", sample)
            .does([select("messages[0].user_properties[\"tenant\"]")])
            .and([Press(Modifiers::NONE, Key::F2)]),
        Screen::new(
            "dialog add field none",
            on("messages[0].topic", |row| Dialog::AddField { row: Some(row) }),
        )
        .and([Type("zzqq")]),
        Screen::new("dialog file open", sample).and(to(FileDialog::Open)),
        Screen::new("dialog file open found", sample)
            .and(to(FileDialog::Open))
            .and([Press(CTRL, Key::A), Type(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/"))]),
        Screen::new("dialog file export", sample).and(to(FileDialog::Export {
            tab,
            format: "json".to_owned(),
            part: None,
        })),
        Screen::new("dialog file payload", sample).and(to(FileDialog::PayloadFromFile { row: here(0) })),
        Screen::new("dialog file bytes", sample).and(to(FileDialog::BytesToFile { range: 4..20 })),
        Screen::new("dialog file import root", sample).and(to(FileDialog::ImportRoot)),
        Screen::new("dialog file schema", sample).and(to(FileDialog::Schema { is_folder: false })),
        Screen::new("dialog file schema folder", sample).and(to(FileDialog::Schema { is_folder: true })),
        Screen::new("dialog compare with", || {
            let mut session = sample();
            for hex in ["08 01", "08 02 12 00"] {
                session.apply(Action::OpenPasted(hex.to_owned()));
                session.settle();
            }
            session
        })
        .and(show(Dialog::CompareWith(TabId(3)))),
        Screen::new("dialog shortcuts", sample).and(show(Dialog::Shortcuts)),
        Screen::new("dialog about", sample).and(show(Dialog::About)),
    ]
}

fn differences() -> Vec<Screen> {
    let tab = TabId(1);
    let two = || {
        let mut session = edited();
        session.apply(Action::OpenPasted("0a 05 0a 03 12 01 62 98 06 07".to_owned()));
        session.settle();
        super::begun::read_as(&mut session, SEND);
        session
    };
    vec![
        Screen::new("differences to save", edited).does([Action::Compare(Compare::Changes(tab))]),
        Screen::new("differences on disk", edited).does([Action::Compare(Compare::Disk(tab))]),
        Screen::new("differences of two", two)
            .does([Action::Compare(Compare::Tabs { old: tab, new: TabId(2) })]),
        Screen::new("differences none", || file("a.bin", BODY).0)
            .does([Action::Compare(Compare::Changes(tab))]),
        Screen::new("differences canonical", || pasted(ODD, "SystemProperties"))
            .does([Action::Canonicalize(tab)]),
        Screen::new("differences canonical none", || pasted("68 01 82 01 01 61", "SystemProperties"))
            .does([Action::Canonicalize(tab)]),
        Screen::new("differences gone", || {
            let session = edited();
            let path = session.state().tabs[0].path.clone().expect("a path");
            std::fs::remove_file(path).expect("it was there");
            session
        })
        .does([Action::Compare(Compare::Disk(tab))]),
    ]
}

/// More documents than fit beside each other.
fn many() -> Session {
    let mut session = sample();
    let names = [
        "0a 02 08 01",
        "08 01",
        "10 02 1a 00",
        "18 07",
        "20 08",
        "28 09",
        "30 01",
        "38 01",
        "40 01",
        "48 02",
    ];
    for hex in names {
        session.apply(Action::OpenPasted(hex.to_owned()));
        session.settle();
    }
    session
}

fn panes() -> Vec<Screen> {
    let odd = || pasted(ODD, "SystemProperties");
    let show = |pane: Pane| Action::ShowPane(pane);
    let tab = TabId(1);
    vec![
        Screen::new("pane problems", odd).does([show(Pane::Problems)]),
        Screen::new("pane problems picked", odd)
            .does([show(Pane::Problems)])
            .and([ClickOn(Role::ListItem, "The field is set again")]),
        Screen::new("pane problems none", || pasted("0a 01 61", "SystemProperties"))
            .does([show(Pane::Problems)]),
        Screen::new("pane history", edited).does([show(Pane::History)]),
        Screen::new("pane history undone", edited).does([
            show(Pane::History),
            Action::Save(tab),
            Action::Undo,
            Action::Undo,
        ]),
        Screen::new("pane history none", sample).does([show(Pane::History)]),
        Screen::new("pane readings", sample)
            .does([show(Pane::Data), Action::TogglePane(Pane::Inspector)])
            .if_wide(900.0..f32::MAX),
        Screen::new("pane all", edited).does([
            show(Pane::Schema),
            show(Pane::Data),
            show(Pane::Problems),
            show(Pane::History),
            show(Pane::Call),
        ]),
        Screen::new("pane none", sample)
            .does([Action::TogglePane(Pane::Inspector), Action::TogglePane(Pane::Hex)]),
        Screen::new("tabs many", many),
        Screen::new("document empty", || file("empty.bin", b"").0),
        Screen::new("document edited", edited),
        Screen::new("document of one byte", || file("one.bin", &[7]).0),
        Screen::new("value long", large).and([Do(select("text"))]),
        Screen::new("value long bytes", large).and([Do(select("raw"))]),
        Screen::new("value packed many", large).and([Do(select("102")), Do(Action::ExpandLevels(1))]),
    ]
}

pub fn select(path: &str) -> Action {
    Action::Select(SelectTarget::Path(path.parse().expect("a path")))
}

/// Rows that are worked on, and what is said at the pointer.
fn rows() -> Vec<Screen> {
    let name = || {
        let mut session = sample();
        select_path(&mut session, "messages[0].topic.name");
        session
    };
    vec![
        Screen::new("row edited", name).and([Press(Modifiers::NONE, Key::Enter)]),
        Screen::new("row hovered", name)
            .and([Hover(Role::TreeItem, "topic, Resource, resource_namespace \"shop\" · name \"orders\"")]),
        Screen::new("tooltip of a button", name).and([Hover(Role::Button, "Save")]).if_wide(980.0..f32::MAX),
        Screen::new("row typed wrong", || kinds("twice")).and([
            Press(Modifiers::NONE, Key::Enter),
            Press(CTRL, Key::A),
            Type("1x"),
        ]),
        Screen::new("inspector typed wrong", || kinds("twice"))
            .and([Click(Role::TextInput, "Value"), Type("x")]),
        Screen::new("bytes selected by keys", name).and([
            Press(CTRL, Key::B),
            Press(SHIFT, Key::ArrowRight),
            Press(SHIFT, Key::ArrowRight),
        ]),
        Screen::new("search typed wrong", sample).and([Press(CTRL, Key::F), Type("hex:0g")]),
    ]
}

/// Banners, notes and what comes and goes.
fn strips() -> Vec<Screen> {
    let watched = |change: fn(&std::path::Path)| {
        move || {
            let (session, path) = file("orders.bin", BODY);
            change(&path);
            session
        }
    };
    let changed = |state: &State| state.active_document().is_some_and(|open| open.disk == DiskState::Changed);
    let deleted = |state: &State| state.active_document().is_some_and(|open| open.disk == DiskState::Deleted);
    vec![
        Screen::new("banner changed", watched(|path| std::fs::write(path, b"\x0a\x00").expect("a file")))
            .and([Wait(changed)]),
        Screen::new("banner deleted", watched(|path| std::fs::remove_file(path).expect("it was there")))
            .and([Wait(deleted)]),
        Screen::new("banner unclear", || {
            let mut session = empty();
            session.apply(Action::OpenPasted("0a 01 61".to_owned()));
            session.settle();
            session
        }),
        Screen::new("banner open elsewhere", elsewhere),
        Screen::new("toast", edited).does([Action::Save(TabId(1))]),
        Screen::new("toast failed", sample).does([Action::OpenPasted("this is no hex".to_owned())]),
        Screen::new("toast many", sample).does(
            ["no hex", "nor base64", "/nowhere/at/all", "\\x"]
                .map(|text| Action::OpenPasted(text.to_owned())),
        ),
        Screen::new("files held", sample).and([Hold]),
        Screen::new("nothing open and recent files", || {
            let (mut session, _) = file("orders-of-the-whole-year-2026-and-more.bin", BODY);
            session.apply(Action::Close(TabId(1)));
            session.settle();
            session
        }),
    ]
}

/// A file that another session, which goes on, has open.
fn elsewhere() -> Session {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let path = folder.join("orders.bin");
    std::fs::write(&path, BODY).expect("a file");
    let open = || {
        let folders = Folders { config: None, state: Some(folder.join("state")) };
        let mut session = Session::new(Schema::builtin(), folders, || {});
        session.apply(Action::Open(vec![path.clone()]));
        session.settle();
        super::begun::read_as(&mut session, SEND);
        session
    };
    // The window outlives what begins it.
    Box::leak(Box::new(open()));
    open()
}
