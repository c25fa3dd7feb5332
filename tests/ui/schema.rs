//! The tree of declarations, its filter and its pages, by role and label.

use crate::window::{CTRL, Window, click, open, press, press_with, select, selected, type_text, window};
use egui::{Key, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, SchemaSources};
use protoloupe::schema::Address;
use std::collections::{BTreeMap, BTreeSet};

const PACKAGE: &str = "apache.rocketmq.v2";

/// What has a page of its own in the customer's reference: fields and values by their type's name.
const REFERENCE: &str = include_str!("../data/rocketmq-reference.txt");
/// The published contract, which the schema was written from.
const CONTRACT: &str = include_str!("../data/rocketmq-contract.txt");

fn address(name: &str) -> Address {
    Address { full_name: format!("{PACKAGE}.{name}"), ..Address::default() }
}

/// Two steps: letters into the filter, and Enter.
fn find(window: &mut Window, text: &str) {
    press_with(window, CTRL, Key::K);
    type_text(window, text);
    press(window, Key::Enter);
}

/// The page that is shown, and which part of it is meant.
fn shown(window: &Window) -> String {
    let browser = &window.state().state().browser;
    let page = browser.page.as_ref().expect("a page");
    let name = page.address.full_name.trim_start_matches(PACKAGE).trim_start_matches('.');
    match &browser.member {
        Some(member) => format!("{name}.{member}"),
        None => name.to_owned(),
    }
}

/// Brings something of the page into view and clicks it.
fn follow(window: &mut Window, role: Role, label: &str) {
    window.get_by_role_and_label(role, label).scroll_to_me();
    window.run();
    click(window, role, label);
}

fn links_used_in(window: &Window) -> BTreeSet<String> {
    let links = window.get_all_by_role(Role::Link).filter_map(|link| link.accesskit_node().label());
    links.filter_map(|label| label.strip_prefix("Used in ").map(str::to_owned)).collect()
}

/// Every use of every type by its name without package, as the contract says line by line.
fn uses_of_the_contract() -> BTreeMap<String, BTreeSet<String>> {
    let mut uses = BTreeMap::<String, BTreeSet<String>>::new();
    let mut around: Vec<(usize, &str)> = Vec::new();
    for line in CONTRACT.lines() {
        let indent = line.len() - line.trim_start().len();
        around.retain(|(outer, _)| *outer < indent);
        let declared = line.split("   (oneof").next().expect("a line").trim();
        let words: Vec<&str> = declared.split_whitespace().collect();
        let (by, types) = match words.as_slice() {
            ["message" | "enum" | "service", name, ..] => {
                around.push((indent, name));
                continue;
            }
            ["rpc", ..] => {
                let (name, types) = words[1..].iter().fold((None, Vec::new()), |(name, mut types), word| {
                    let parts = word.split(['(', ')']).filter(|part| !part.is_empty());
                    types.extend(parts.filter(|part| !matches!(*part, "stream" | "returns")));
                    (name.or(types.first().copied()), types)
                });
                (name.expect("a name"), types.into_iter().skip(1).map(str::to_owned).collect::<Vec<_>>())
            }
            [number, kind @ .., name] if number.parse::<i32>().is_ok() && !kind.is_empty() => {
                let kind = kind.join(" ");
                let parts = kind.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '_'));
                let ours = parts.filter_map(|part| part.strip_prefix("apache.rocketmq.v2."));
                (*name, ours.map(str::to_owned).collect())
            }
            _ => continue,
        };
        let (_, owner) = around.last().expect("it is declared in something");
        for name in types {
            uses.entry(name).or_default().insert(format!("{owner}.{by}"));
        }
    }
    uses
}

#[test]
fn every_item_of_the_reference_is_found_in_two_steps() {
    let mut window = window();
    window.state_mut().apply(Action::ShowPane(protoloupe::app::Pane::Schema));
    window.run();
    let mut n_items = 0;
    for item in REFERENCE.lines() {
        window.state_mut().apply(Action::FilterSchema(item.to_owned()));
        press_with(&mut window, CTRL, Key::K);
        press(&mut window, Key::Enter);
        assert_eq!(shown(&window), item);
        n_items += 1;
    }
    assert!(n_items > 150, "{n_items}");
}

#[test]
fn used_in_is_complete_and_right_for_every_type_of_the_reference() {
    let expected = uses_of_the_contract();
    let mut window = window();
    let types: BTreeSet<&str> = REFERENCE.lines().filter_map(|item| item.split('.').next()).collect();
    let mut n_types = 0;
    for name in types.into_iter().filter(|name| *name != "MessagingService") {
        window.state_mut().apply(Action::ShowPage(address(name)));
        window.run();
        let wanted = expected.get(name).cloned().unwrap_or_default();
        assert_eq!(links_used_in(&window), wanted, "{name}");
        n_types += 1;
    }
    assert!(n_types > 25, "{n_types}");
}

#[test]
fn letters_and_enter_show_a_page_and_links_lead_on_and_back() {
    let mut window = window();
    find(&mut window, "message.topic");
    assert_eq!(shown(&window), "Message.topic");
    follow(&mut window, Role::Link, "Resource");
    assert_eq!(shown(&window), "Resource");
    follow(&mut window, Role::Link, "Used in Message.topic");
    assert_eq!(shown(&window), "Message.topic");
    press_with(&mut window, CTRL, Key::ArrowLeft);
    assert_eq!(shown(&window), "Resource");
    press_with(&mut window, CTRL, Key::ArrowLeft);
    assert_eq!(shown(&window), "Message.topic");
    press_with(&mut window, CTRL, Key::ArrowRight);
    assert_eq!(shown(&window), "Resource");
    click(&mut window, Role::Button, "Page back");
    assert_eq!(shown(&window), "Message.topic");
}

#[test]
fn the_docs_of_the_selected_field_are_one_key_away_and_lead_back_to_it() {
    let mut window = window();
    select(&mut window, "messages[0].system_properties.message_id");
    press(&mut window, Key::F12);
    assert_eq!(shown(&window), "SystemProperties.message_id");
    follow(&mut window, Role::Button, "Go to messages[0].system_properties.tag in the document");
    assert_eq!(selected(&window), "messages[0].system_properties.tag");
    select(&mut window, "messages[0].topic.name");
    follow(&mut window, Role::Link, "Docs of Resource.name");
    assert_eq!(shown(&window), "Resource.name");
    follow(&mut window, Role::Button, "Go to messages[0].topic.name in the document");
    assert_eq!(selected(&window), "messages[0].topic.name");
    assert!(open(&window).message().is_some());
}

#[test]
fn the_tree_is_walked_by_keys() {
    let mut window = window();
    press_with(&mut window, egui::Modifiers::COMMAND.plus(egui::Modifiers::SHIFT), Key::K);
    click(&mut window, Role::TreeItem, "apache.rocketmq.v2");
    window.get_by_role_and_label(Role::Tree, "Declarations").focus();
    window.run();
    let row = window.get_by_role_and_label(Role::TreeItem, "apache.rocketmq.v2");
    assert_eq!(row.accesskit_node().data().is_expanded(), Some(false), "a click closed it");
    press(&mut window, Key::ArrowRight);
    press(&mut window, Key::ArrowRight);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowRight);
    press(&mut window, Key::ArrowRight);
    press(&mut window, Key::Enter);
    assert_eq!(shown(&window), "MessagingService");
    follow(&mut window, Role::Link, "SendMessage");
    assert_eq!(shown(&window), "MessagingService.SendMessage");
    let row = window.get_by_role_and_label(Role::TreeItem, "SendMessage");
    assert_eq!(row.accesskit_node().is_selected(), Some(true), "the tree follows the page");
}

#[test]
fn the_filter_hands_the_keyboard_to_the_list_below_it() {
    let mut window = window();
    press_with(&mut window, CTRL, Key::K);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowDown);
    let row = window.get_by_role_and_label(Role::TreeItem, "apache.rocketmq.v2");
    assert_eq!(row.accesskit_node().is_selected(), Some(true));
    find(&mut window, "messageq");
    assert_eq!(shown(&window), "MessageQueue");
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::Enter);
    assert_eq!(shown(&window), "MessageQueueItem", "the next of what was found");
    press(&mut window, Key::Escape);
    assert_eq!(window.state().state().browser.query, "");
    let n_rows = window.get_all_by_role(Role::TreeItem).count();
    assert!(n_rows > 5, "the tree again: {n_rows}");
}

#[test]
fn a_name_that_nothing_has_says_so_and_offers_the_tree() {
    let mut window = window();
    press_with(&mut window, CTRL, Key::K);
    type_text(&mut window, "zzqq");
    window.get_by_label("Nothing has these letters");
    click(&mut window, Role::Button, "Show all declarations");
    window.get_by_role_and_label(Role::Tree, "Declarations");
}

#[test]
fn a_page_begins_a_sample_and_a_request() {
    let mut window = window();
    window.state_mut().apply(Action::ShowPage(address("SendMessageRequest")));
    window.run();
    follow(&mut window, Role::Button, "New sample");
    let message = open(&window).message().map(|message| message.full_name().to_owned());
    assert_eq!(message.as_deref(), Some("apache.rocketmq.v2.SendMessageRequest"));
    assert!(!open(&window).document.is_empty());
    window.state_mut().apply(Action::ShowPage(address("MessagingService.Heartbeat")));
    window.run();
    follow(&mut window, Role::Button, "New request");
    assert_eq!(
        open(&window).intended_method.as_deref(),
        Some("apache.rocketmq.v2.MessagingService.Heartbeat")
    );
}

#[test]
fn sources_say_where_a_file_is_wrong_and_are_removed_by_a_click() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken.proto");
    std::fs::write(&broken, "syntax = \"proto3\";\nmessage M { int32 x = ; }").expect("a file");
    let mut window = window();
    window.state_mut().apply(Action::AddSchema(vec![broken.clone()]));
    window.state_mut().session_mut().settle();
    window.state_mut().apply(Action::ShowPane(protoloupe::app::Pane::Schema));
    window.run();
    click(&mut window, Role::Button, "Sources  1");
    let place = format!("{}:2:23", broken.display());
    window.get_by_label(&place);
    window.get_by_label("message M { int32 x = ; }");
    click(&mut window, Role::Button, "Remove broken.proto");
    assert_eq!(window.state().state().sources, SchemaSources::default());
    window.get_by_role_and_label(Role::Button, "Sources  0");
    window.get_by_label("broken.proto was removed");
    click(&mut window, Role::Button, "Put back");
    assert_eq!(window.state().state().sources.paths, [broken]);
    assert!(window.query_by_label("broken.proto was removed").is_none());
}

#[test]
fn sources_offer_protoc_once_and_the_answer_can_be_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken.proto");
    std::fs::write(&broken, "syntax = \"proto3\";\nmessage M { int32 x = ; }").expect("a file");
    let mut window = window();
    window.state_mut().apply(Action::AddSchema(vec![broken]));
    window.state_mut().session_mut().settle();
    window.state_mut().apply(Action::ShowSources(true));
    window.run();
    let is_offered = window.state().state().source_list.protoc.is_some();
    assert_eq!(window.query_by_role_and_label(Role::Button, "Use protoc").is_some(), is_offered);
    if !is_offered {
        eprintln!("SKIPPED: there is no protoc on the PATH");
        return;
    }
    let choice = "Let protoc compile what cannot be used otherwise";
    assert!(window.query_by_label(choice).is_none());
    click(&mut window, Role::Button, "Never");
    assert_eq!(window.state().state().sources.protoc, Some(false));
    assert!(window.query_by_role_and_label(Role::Button, "Use protoc").is_none());
    click(&mut window, Role::CheckBox, choice);
    assert_eq!(window.state().state().sources.protoc, Some(true));
    window.get_by_label_contains("protoc says: broken.proto:2:");
}

#[test]
fn names_that_sources_declare_differently_lead_to_both_declarations() {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = [("a.proto", "int32"), ("b.proto", "string")].map(|(name, kind)| {
        let path = folder.path().join(name);
        let text = format!("syntax = \"proto3\"; package p; message Twice {{ {kind} x = 1; }}");
        std::fs::write(&path, text).expect("a file");
        path
    });
    let mut window = window();
    window.state_mut().apply(Action::AddSchema(paths.to_vec()));
    window.state_mut().session_mut().settle();
    window.state_mut().apply(Action::ShowSources(true));
    window.run();
    window.get_by_label("which has string x = 1 instead of int32 x = 1");
    let loser = window.state().state().source_list.contradictions[0].loser.clone();
    follow(&mut window, Role::Link, &format!("p.Twice in /{}", loser.file));
    let page = window.state().state().browser.page.clone().expect("a page");
    assert_eq!((page.address.file.as_str(), page.rivals[0].wins), (loser.file.as_str(), true));
    window.get_by_label("Declared differently, and meant by the name, in");
    follow(&mut window, Role::Link, &format!("The declaration in {}", page.rivals[0].address.file));
    let page = window.state().state().browser.page.clone().expect("a page");
    assert!(!page.rivals[0].wins);
}

#[test]
fn the_source_text_comes_into_view_when_it_is_opened() {
    let mut window = window();
    find(&mut window, "QueryRouteRequest");
    follow(&mut window, Role::DisclosureTriangle, "Source text");
    let top = window.get_by_role_and_label(Role::DisclosureTriangle, "Source text").rect();
    let text = window.get_by_label_contains("message QueryRouteRequest {").rect();
    let all = window.ctx.content_rect();
    assert!(all.contains(top.center()) && all.contains(text.center_top()), "{top:?} {text:?}");
}
