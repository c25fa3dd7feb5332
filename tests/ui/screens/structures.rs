//! Screens of rows: their menus, drags, structures, and values of special types.

use super::Screen;
use super::Touch::{self, Click, ClickOtherOn, Do, DoFor, Drag, Hover, HoverFromRight, Press, Type};
use super::begun::{file, kinds, pasted, plain, sample, select_path};
use crate::structures::RUNS;
use crate::values;
use egui::{Key, Modifiers, Role};
use protoloupe::app::{Action, Dialog, SelectTarget, Session, State, TreeFilter};
use protoloupe::document::RowId;

/// Two entries of a map.
const MAP: &str = "0a 10 12 06 0a 01 6b 12 01 76 12 06 0a 01 6e 12 01 77";
/// unknown 99, a message, unknown 100
const TWO_UNKNOWN: &str = "98 06 07 0a 03 22 01 61 a0 06 05";
/// Three members of a oneof, of which the last one counts.
const ONEOF: &str = "0a 02 08 01 12 04 08 02 12 00 1a 00";
/// A topic, and bytes that are no record.
const DAMAGED: &str = "0a 05 0a 03 12 01 61 12 7f 01";

fn opened(hex: &'static str, message: &'static str, select: &'static str) -> impl Fn() -> Session {
    move || {
        let mut session = pasted(hex, message);
        session.apply(Action::ExpandLevels(9));
        if !select.is_empty() {
            select_path(&mut session, select);
        }
        session.settle();
        session
    }
}

/// The message of every kind with this field alone.
fn value(bytes: &'static [u8], select: &'static str) -> impl Fn() -> Session {
    move || {
        let mut session = values::session(bytes);
        select_path(&mut session, select);
        session
    }
}

fn here(state: &State) -> RowId {
    let selection = state.active_document().and_then(|open| open.selection.as_ref());
    selection.map(|selection| selection.row).expect("a row")
}

pub fn screens() -> Vec<Screen> {
    let mut screens = menus();
    screens.extend(drags());
    screens.extend(special_values());
    screens.extend(pastes());
    screens
}

fn menus() -> Vec<Screen> {
    let menu = |name: &str, begin: Box<dyn Fn() -> Session>, row: &'static str| {
        Screen::new(&format!("menu of {name} row"), begin).and([ClickOtherOn(Role::TreeItem, row)])
    };
    let names = "SendMessageRequest";
    vec![
        menu(
            "map entry",
            Box::new(opened(MAP, names, "messages[0].user_properties[\"k\"]")),
            "[\"k\"], string",
        ),
        menu("map", Box::new(opened(MAP, names, "messages[0].user_properties")), "user_properties, "),
        menu("element", Box::new(opened(RUNS, names, "messages[1]")), "[1], Message"),
        menu("run", Box::new(opened(RUNS, names, "")), "messages, "),
        menu("unknown", Box::new(opened(RUNS, names, "99")), "unknown, VARINT"),
        menu("damaged", Box::new(opened(DAMAGED, names, "")), "unknown, LEN"),
        menu(
            "oneof",
            Box::new(opened(ONEOF, "TelemetryCommand", "thread_stack_trace")),
            "thread_stack_trace, ",
        ),
        menu("absent", Box::new(absent), "system_properties, "),
        Screen::new("menu of filtered row", sample)
            .does([Action::Filter(TreeFilter::Unknown)])
            .and([ClickOtherOn(Role::TreeItem, "unknown")]),
        Screen::new("oneof mark hovered", opened(ONEOF, "TelemetryCommand", "thread_stack_trace"))
            .and([HoverFromRight(Role::TreeItem, "thread_stack_trace, ", 110.0)])
            .if_wide(1_000.0..f32::MAX),
        Screen::new("map table", opened(MAP, names, "messages[0].user_properties"))
            .does([Action::OpenToDepth(3)]),
        Screen::new("map key taken", opened(MAP, names, "messages[0].user_properties[\"k\"]")).and([
            Press(Modifiers::NONE, Key::F2),
            Type("n"),
            Press(Modifiers::NONE, Key::Enter),
        ]),
        Screen::new("elements and what is between", opened(RUNS, names, "messages[1]")),
        Screen::new("damaged selected", opened(DAMAGED, names, "")).and([Press(Modifiers::NONE, Key::End)]),
        Screen::new("names typed in a filtered tree", sample)
            .does([Action::Filter(TreeFilter::Unknown)])
            .and([
                Click(Role::TreeItem, "unknown, LEN, \"added by a newer client\" · 4 readings"),
                Type("mes"),
            ]),
        Screen::new("names typed", opened(MAP, names, "messages")).and([Type("us")]),
        Screen::new("tab hovered", || file("orders of the whole year 2026 and some more.bin", &[8, 1]).0)
            .and([Hover(Role::Tab, "orders of the whole year 2026 and some more.bin")]),
    ]
}

fn absent() -> Session {
    let mut session = opened(MAP, "SendMessageRequest", "messages[0].user_properties")();
    session.apply(Action::ShowAbsent(true));
    session.apply(Action::OpenToDepth(2));
    session.settle();
    session
}

fn drags() -> Vec<Screen> {
    let depth_1 = || Press(Modifiers::ALT, Key::Num1);
    let names = "SendMessageRequest";
    vec![
        Screen::new("drag between rows", opened(RUNS, names, ""))
            .and([depth_1(), Drag("[0], Message", "[1], Message")]),
        Screen::new("drag refused", opened(RUNS, names, ""))
            .and([depth_1(), Drag("[0], Message", "unknown, ")]),
        Screen::new("drag in a filtered tree", opened(TWO_UNKNOWN, names, ""))
            .does([Action::Filter(TreeFilter::Unknown)])
            .and([Drag("uint64 7", "uint64 5")]),
    ]
}

/// Reads a bytes field as a type of Google's, found by its name.
fn read_as(name: &'static str) -> [Touch; 3] {
    let show = |state: &State| Action::Show(Dialog::RecordType { row: here(state) });
    [DoFor(show), Type(name), Press(Modifiers::NONE, Key::Enter)]
}

fn special_values() -> Vec<Screen> {
    let json = |state: &State| {
        let values: Vec<String> = (0..1_200).map(|n| format!("{n}")).collect();
        let text = format!("{{\"numbers\": [{}]}}", values.join(", "));
        Action::SetValue { row: here(state), text, gesture: None }
    };
    vec![
        Screen::new(
            "value any unresolved",
            value(b"\x4a\x16\x0a\x0aa.com/x.Ab\x12\x08\x08\x01\x12\x04abcd", "any"),
        ),
        Screen::new("value any empty", value(b"\x4a\x00", "any")),
        Screen::new("value struct that JSON cannot carry", value(b"\x52\x03\x98\x06\x07", "tree")),
        Screen::new("value struct sorts", || plain("tree")).and([Click(Role::Button, "bool")]),
        Screen::new("value struct many", || plain("tree")).and([DoFor(json)]),
        Screen::new("value struct raw", || plain("tree")).and([Click(Role::RadioButton, "Raw")]),
        Screen::new("value mask empty", value(b"\x5a\x00", "mask")),
        Screen::new(
            "value time out of range",
            value(b"\x3a\x0a\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "time"),
        ),
        Screen::new("value time typed wrong", || plain("time"))
            .and([Click(Role::TextInput, "Value"), Type("yesterday")]),
        Screen::new("value enum unknown", value(b"\x28\x63", "color")),
        Screen::new("value enum none found", || plain("color")).and([
            Click(Role::TextInput, "Value"),
            Press(Modifiers::COMMAND, Key::A),
            Type("zzqq"),
        ]),
        Screen::new("value wrapper", opened("0a 04 22 02 08 05", "SendMessageRequest", "messages[0].body"))
            .and(read_as("Int32Value")),
        Screen::new("value bool", opened("18 01", "Subscription", "fifo")),
        Screen::new("value group", value(b"\x9b\x06\x08\x01\x12\x02hi\x9c\x06", "99")),
        Screen::new("value not UTF-8", || kinds("text")),
        Screen::new("value read without a type", || {
            let mut session = super::begun::empty();
            session.apply(Action::OpenPasted("08 96 01 12 03 68 69 21".to_owned()));
            session.settle();
            session.apply(Action::Select(SelectTarget::Row(1)));
            session.settle();
            session
        }),
    ]
}

fn pastes() -> Vec<Screen> {
    let name = || {
        let mut session = sample();
        select_path(&mut session, "messages[0].topic.name");
        session
    };
    let paste = |state: &State| {
        let text = state.copied.as_ref().map(|copied| copied.text.clone()).unwrap_or_default();
        Action::Paste(text)
    };
    let copy = |state: &State| Action::CopyRecords(here(state));
    let select = |path: &str| Do(super::table::select(path));
    vec![
        Screen::new("paste into a field that is set", name).and([DoFor(copy), DoFor(paste)]),
        Screen::new("paste of another field", name).and([
            DoFor(copy),
            select("messages[0].body"),
            DoFor(paste),
        ]),
    ]
}
