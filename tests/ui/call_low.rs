//! The call pane in a small window: what is left out, and what stays in sight; ways back from nothing.

use crate::calls::{REQUEST, replying, said, send, state, to, wait_for_end, window_on};
use crate::window::{Window, click, type_text, window_of};
use egui::{Rect, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, CallAct, CallForm, Folders, Pane, Session};
use protoloupe::schema::Schema;
use std::path::Path;

const SMALL: [f32; 2] = [600.0, 420.0];
const LARGE: [f32; 2] = [1600.0, 1000.0];
const NAMES: [&str; 5] = ["route of a", "route of b", "route of c", "route of d", "route of e"];

fn session_in(folder: &Path) -> Session {
    let folders = Folders { config: Some(folder.join("config")), state: Some(folder.join("state")) };
    let mut session = Session::new(Schema::builtin(), folders, || {});
    session.apply(Action::OpenPasted("0a 08 12 06 6f 72 64 65 72 73".to_owned()));
    let tab = session.state().active.expect("a tab");
    let message = Some("apache.rocketmq.v2.QueryRouteRequest".to_owned());
    session.apply(Action::ReadAs { tab, message });
    let endpoint = "https://proxy.eu.example.com:8081".to_owned();
    let form = CallForm { endpoint, ..CallForm::default() };
    session.apply(Action::Call(CallAct::SetForm(Box::new(form))));
    session.apply(Action::ShowPane(Pane::Call));
    session.settle();
    session
}

/// A window of this size on saved requests, which are listed.
fn window_on_saved(folder: &Path, size: [f32; 2], change: impl FnOnce(&Path)) -> Window {
    let mut session = session_in(folder);
    for name in NAMES {
        let store = CallAct::StoreRequest { name: name.to_owned(), overwrite: false };
        session.apply(Action::Call(store));
        session.settle();
    }
    session.take_notices();
    change(&folder.join("config/requests"));
    let mut window = window_of(session, size);
    click(&mut window, Role::RadioButton, "Saved");
    settle(&mut window);
    window
}

fn settle(window: &mut Window) {
    window.state_mut().session_mut().settle();
    window.run();
}

fn row<'a>(window: &'a Window, name: &'a str) -> egui_kittest::Node<'a> {
    window.get_by(move |node| {
        node.role() == Role::ListItem && node.label().is_some_and(|label| label.contains(name))
    })
}

fn list(window: &Window, name: &str) -> Rect {
    window.get_by_role_and_label(Role::List, name).rect()
}

#[test]
fn four_requests_are_whole_in_a_small_window_and_the_one_picked_is_in_view() {
    let folder = tempfile::tempdir().unwrap();
    let window = window_on_saved(folder.path(), SMALL, |_| {});
    let all = list(&window, "Saved requests");
    for name in &NAMES[..4] {
        assert!(all.contains_rect(row(&window, name).rect()), "{name}: {all}");
    }
    // A row that is cut by the end of the list, which is clicked on.
    let other = tempfile::tempdir().unwrap();
    let mut window = window_on_saved(other.path(), [SMALL[0], SMALL[1] - 10.0], |_| {});
    let (all, cut) = (list(&window, "Saved requests"), row(&window, NAMES[3]).rect());
    assert!(all.contains(cut.center()) && !all.contains_rect(cut), "{cut} in {all}");
    row(&window, NAMES[3]).click();
    window.run();
    window.run();
    let (all, picked) = (list(&window, "Saved requests"), row(&window, NAMES[3]).rect());
    assert!(all.contains_rect(picked.shrink(0.5)), "{picked} in {all}");
    // Send, the method and how it stands are there, and the server is among the settings.
    window.get_by_label("Method: apache.rocketmq.v2.MessagingService/QueryRoute");
    assert_eq!(said(&window), "Nothing was sent yet");
    assert!(window.query_by_role_and_label(Role::TextInput, "Server").is_none());
    click(&mut window, Role::RadioButton, "Settings");
    let server = window.get_by_role_and_label(Role::TextInput, "Server");
    assert_eq!(server.accesskit_node().value().as_deref(), Some("https://proxy.eu.example.com:8081"));
    click(&mut window, Role::RadioButton, "Timeline");
    window.get_by_role_and_label(Role::TextInput, "Server");
}

#[test]
fn a_large_window_keeps_the_whole_head_over_every_part() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_on_saved(folder.path(), LARGE, |_| {});
    for part in ["Saved", "Calls", "Settings", "Timeline"] {
        if part != "Saved" {
            click(&mut window, Role::RadioButton, part);
        }
        assert_eq!(window.query_all_by_role_and_label(Role::TextInput, "Server").count(), 1, "{part}");
    }
}

#[test]
fn a_search_without_a_hit_is_cleared_in_its_field_and_by_a_button() {
    let folder = tempfile::tempdir().unwrap();
    for size in [SMALL, LARGE] {
        let mut window = window_on_saved(folder.path(), size, |_| {});
        for (part, field, nothing) in [
            ("Saved", "Find a request", "No request has these words"),
            ("Calls", "Find a call", "No call has these words"),
        ] {
            let is_there = window.get_by_role_and_label(Role::RadioButton, part);
            is_there.click();
            window.run();
            window.get_by_role_and_label(Role::TextInput, field).focus();
            window.run();
            type_text(&mut window, "zzqq");
            settle(&mut window);
            window.get_by_label(nothing);
            let query = window.get_by_role_and_label(Role::TextInput, field).accesskit_node().value();
            assert_eq!(query.as_deref(), Some("zzqq"));
            click(&mut window, Role::Button, "Show all");
            assert!(window.query_by_label(nothing).is_none());
            let query = window.get_by_role_and_label(Role::TextInput, field).accesskit_node().value();
            assert_eq!(query.unwrap_or_default(), "");
        }
        assert!(window.query_by_label("Folder of the requests").is_none(), "it is of the other list");
        std::fs::remove_dir_all(folder.path().join("config")).unwrap();
    }
}

#[test]
fn what_is_wrong_with_a_request_is_in_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let window = window_on_saved(folder.path(), SMALL, |requests| {
        std::fs::remove_file(requests.join("route of b.bin")).unwrap();
        std::fs::write(requests.join("route of c.request"), "method = ]\n").unwrap();
    });
    let value = |name| row(&window, name).accesskit_node().value().unwrap_or_default();
    assert_eq!(value("route of b"), "Its message is missing: route of b.bin");
    assert!(!value("route of c").contains(" at "), "{}", value("route of c"));
    assert!(value("route of a").starts_with("QueryRoute at https://proxy.eu.example.com:8081"));
}

#[test]
fn a_folder_that_cannot_be_read_offers_what_helps() {
    for (place, part, what, help) in [
        ("config/requests", "Saved", "The folder of requests cannot be read", "List the folder again"),
        ("state/calls", "Calls", "Earlier calls cannot be read", "Try again"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join(place);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(&place, b"no folder").unwrap();
        let mut window = window_of(session_in(folder.path()), LARGE);
        click(&mut window, Role::RadioButton, part);
        settle(&mut window);
        window.get_by_label(what);
        window.get_by_label_contains("it is a file, not a folder");
        std::fs::remove_file(&place).unwrap();
        std::fs::create_dir(&place).unwrap();
        window.get_all_by_role_and_label(Role::Button, help).next().expect("a button").click();
        window.run();
        settle(&mut window);
        assert!(window.query_by_label(what).is_none(), "{part}");
    }
}

#[test]
fn why_nothing_was_sent_is_told_in_the_pane_and_leads_to_the_field() {
    let mut window = window_on(REQUEST, |form| {
        form.endpoint = "http://127.0.0.1:1".to_owned();
        form.is_rocketmq = true;
        (form.access_key, form.secret) = ("me".to_owned(), "?".to_owned());
    });
    send(&mut window);
    window.run();
    assert!(
        said(&window).starts_with("Nothing was sent: the secret is still to be typed"),
        "{}",
        said(&window)
    );
    let secret = window.get_by(|node| {
        matches!(node.role(), Role::TextInput | Role::PasswordInput)
            && node.label().as_deref() == Some("Secret")
    });
    assert!(secret.accesskit_node().is_focused());
    // What is typed takes the place of the question mark.
    type_text(&mut window, "hush");
    assert_eq!(state(&window).calls.form.secret, "hush");
    assert_eq!(said(&window), "Nothing was sent yet");
}

#[test]
fn a_secret_that_no_keyring_has_is_told_in_the_pane_alone() {
    let mut window = window_on(REQUEST, |form| {
        form.endpoint = "http://127.0.0.1:1".to_owned();
        form.is_rocketmq = true;
        (form.access_key, form.secret) = ("me".to_owned(), "?keyring".to_owned());
    });
    send(&mut window);
    for _ in 0..3_000 {
        settle(&mut window);
        if state(&window).calls.refused.is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let told = said(&window);
    assert!(told.starts_with("Nothing was sent: "), "{told}");
    assert!(window.query_by_role(Role::Alert).is_none(), "no toast says it again");
}

#[test]
fn without_a_document_the_pane_says_what_to_open() {
    let mut window = window_on(REQUEST, to("http://127.0.0.1:9"));
    let tab = state(&window).active.unwrap();
    window.state_mut().apply(Action::Close(tab));
    settle(&mut window);
    if state(&window).dialog.is_some() {
        let discard = Action::Answer(protoloupe::app::Answer::No);
        window.state_mut().apply(discard);
        settle(&mut window);
    }
    assert_eq!(said(&window), "Open a document to send, or a saved request");
}

#[test]
fn a_message_in_the_timeline_is_told_by_what_is_in_it() {
    let server = replying();
    let mut window = window_on(REQUEST, to(&server.url()));
    send(&mut window);
    wait_for_end(&mut window);
    let value = row(&window, "received").accesskit_node().value().unwrap_or_default();
    assert!(value.contains("status OK"), "{value}");
}
