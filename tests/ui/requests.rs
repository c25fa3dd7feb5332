//! Saved requests in the call pane: by the buttons, the dialog, the list's keys and its menu.

use crate::window::{Window, click, type_text, window_of};
use egui::{Key, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, CallAct, CallForm, Folders, Layout, Pane, Session, ThemeSetting};
use protoloupe::schema::Schema;
use std::path::Path;

const ROUTE: &str = "apache.rocketmq.v2.QueryRouteRequest";

fn session_in(folder: &Path) -> Session {
    let folders = Folders { config: Some(folder.join("config")), state: Some(folder.join("state")) };
    Session::new(Schema::builtin(), folders, || {})
}

/// A window on a request, whose fields name a server.
fn window_in(folder: &Path) -> Window {
    let mut session = session_in(folder);
    session.apply(Action::OpenPasted("0a 08 12 06 6f 72 64 65 72 73".to_owned()));
    let tab = session.state().active.expect("a tab");
    session.apply(Action::ReadAs { tab, message: Some(ROUTE.to_owned()) });
    let form = CallForm { endpoint: "http://127.0.0.1:9".to_owned(), ..CallForm::default() };
    session.apply(Action::Call(CallAct::SetForm(Box::new(form))));
    if !session.state().settings.show_call {
        session.apply(Action::TogglePane(Pane::Call));
    }
    session.apply(Action::Arrange(Layout { bottom_height: Some(300.0), ..Layout::default() }));
    session.settle();
    window_of(session, [1400.0, 860.0])
}

fn settle(window: &mut Window) {
    window.state_mut().session_mut().settle();
    window.run();
}

/// Saves what is in front under this name.
fn save(window: &mut Window, name: &str) {
    window.state_mut().apply(Action::Call(CallAct::AskRequestName { renamed: None }));
    settle(window);
    type_text(window, name);
    window.key_press(Key::Enter);
    window.run();
    settle(window);
}

fn rows(window: &Window) -> Vec<String> {
    let rows = window.get_all_by_role(Role::ListItem).filter_map(|node| node.accesskit_node().value());
    rows.filter(|value| value.contains("QueryRoute at ")).collect()
}

fn row<'a>(window: &'a Window, name: &'a str) -> egui_kittest::Node<'a> {
    window.get_by(move |node| {
        node.role() == Role::ListItem && node.label().is_some_and(|label| label.contains(name))
    })
}

fn picture(window: &mut Window, name: &str) {
    let picture = window.render().unwrap();
    if let Some(folder) = std::env::var_os("GALLERY_DIR") {
        picture.save(Path::new(&folder).join(format!("saved {name}.png"))).unwrap();
    }
}

#[test]
fn a_request_is_saved_from_the_empty_list_and_opened_from_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_in(folder.path());
    click(&mut window, Role::RadioButton, "Saved");
    settle(&mut window);
    picture(&mut window, "none");
    window.get_by_label("No request is kept in this folder");
    window.get_all_by_role_and_label(Role::Button, "Save request").next().expect("a button").click();
    window.run();
    settle(&mut window);
    picture(&mut window, "dialog");
    assert_eq!(
        window.get_by_role_and_label(Role::TextInput, "Name").accesskit_node().value().as_deref(),
        Some("QueryRoute")
    );
    type_text(&mut window, "route of orders");
    window.get_all_by_role_and_label(Role::Button, "Save").last().expect("a button").click();
    window.run();
    settle(&mut window);
    assert_eq!(rows(&window).len(), 1, "{:?}", rows(&window));
    assert!(folder.path().join("config/requests/route of orders.bin").exists());
    let tab = window.state().state().active.unwrap();
    window.state_mut().apply(Action::Close(tab));
    window.state_mut().apply(Action::Call(CallAct::SetForm(Box::default())));
    settle(&mut window);
    picture(&mut window, "alone");
    row(&window, "route of orders").click();
    window.run();
    picture(&mut window, "clicked");
    window.key_press(Key::Enter);
    window.run();
    settle(&mut window);
    let state = window.state().state();
    assert_eq!(state.active_tab().unwrap().title, "route of orders.bin");
    assert_eq!(state.calls.form.endpoint, "http://127.0.0.1:9");
    window.get_by_label("Method: apache.rocketmq.v2.MessagingService/QueryRoute");
}

#[test]
fn requests_are_found_renamed_removed_and_brought_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window_in(folder.path());
    for name in ["one", "two", "three"] {
        save(&mut window, name);
    }
    click(&mut window, Role::RadioButton, "Saved");
    settle(&mut window);
    for (theme, name) in [(ThemeSetting::Light, "light"), (ThemeSetting::Dark, "dark")] {
        window.state_mut().apply(Action::SetTheme(theme));
        window.run();
        picture(&mut window, &format!("three {name}"));
    }
    assert_eq!(rows(&window).len(), 3);
    window.get_by_role_and_label(Role::TextInput, "Find a request").focus();
    window.run();
    type_text(&mut window, "tw");
    assert_eq!(rows(&window).len(), 1);
    row(&window, "two").click();
    window.run();
    window.key_press(Key::F2);
    window.run();
    window.get_by_label("Rename the request");
    type_text(&mut window, "one");
    window.key_press(Key::Enter);
    window.run();
    settle(&mut window);
    window.get_by(|node| {
        node.role() == Role::Alert && node.label().is_some_and(|label| label.contains("exists already"))
    });
    type_text(&mut window, "twelve");
    window.key_press(Key::Enter);
    window.run();
    settle(&mut window);
    assert!(folder.path().join("config/requests/twelve.bin").exists());
    row(&window, "twelve").click_secondary();
    window.run();
    picture(&mut window, "menu");
    window.get_by_label("Remove").click();
    window.run();
    settle(&mut window);
    assert!(!folder.path().join("config/requests/twelve.bin").exists());
    window.get_all_by_role_and_label(Role::Button, "Undo").last().expect("a button").click();
    window.run();
    settle(&mut window);
    assert!(folder.path().join("config/requests/twelve.bin").exists());
}
