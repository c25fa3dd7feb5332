//! The fields of the call pane beside what they lead to: files on disk, and outcomes of earlier settings.

use crate::calls::{REQUEST, replying, said, send, state, to, wait_for_end, window_as_high, window_on};
use crate::window::{click, type_text};
use egui::{Key, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, CallAct, CallForm, Pane};

fn alerts(window: &crate::window::Window) -> Vec<String> {
    let alerts = window.query_all_by_role(Role::Alert);
    alerts.filter_map(|node| node.accesskit_node().label()).collect()
}

#[test]
fn files_of_tls_are_typed_or_chosen_and_what_is_wrong_with_them_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("ca.pem");
    std::fs::write(&good, "-----BEGIN CERTIFICATE-----\n").unwrap();
    let mut window = window_as_high(REQUEST, to("https://127.0.0.1:9"), 480.0);
    window.state_mut().apply(Action::TogglePane(Pane::Hex));
    click(&mut window, Role::RadioButton, "Settings");
    window.get_by_role_and_label(Role::TextInput, "Trusted CA").focus();
    window.run();
    type_text(&mut window, &folder.path().join("no.pem").display().to_string());
    window.run();
    assert!(alerts(&window)[0].starts_with("There is no such file: "), "{:?}", alerts(&window));
    let button = window.get_by_role_and_label(Role::Button, "Choose the file: Trusted CA");
    button.scroll_to_me();
    window.run();
    click(&mut window, Role::Button, "Choose the file: Trusted CA");
    window.get_by_label("Choose the certificates to trust");
    // The dialog begins in the folder that is named already.
    let path = window.get_by_role_and_label(Role::TextInput, "Path");
    assert_eq!(path.accesskit_node().value(), Some(format!("{}/", folder.path().display())));
    type_text(&mut window, "ca.pem");
    window.key_press(Key::Enter);
    window.run();
    window.run();
    assert_eq!(state(&window).calls.form.ca, good.display().to_string());
    assert_eq!(alerts(&window), [""; 0]);
    // A certificate is no key.
    let mut form = state(&window).calls.form.clone();
    (form.certificate, form.key) = (form.ca.clone(), form.ca.clone());
    window.state_mut().apply(Action::Call(CallAct::SetForm(Box::new(form))));
    window.run();
    window.run();
    assert!(alerts(&window)[0].starts_with("The file holds no private key in PEM"), "{:?}", alerts(&window));
}

#[test]
fn an_outcome_is_told_as_an_earlier_one_once_the_settings_are_others() {
    let mut window = window_on(REQUEST, to("http://127.0.0.1:1"));
    send(&mut window);
    wait_for_end(&mut window);
    let told = said(&window);
    assert!(told.starts_with("Nothing listens"), "{told}");
    let with = |window: &mut crate::window::Window, change: &dyn Fn(&mut CallForm)| {
        let mut form = state(window).calls.form.clone();
        change(&mut form);
        window.state_mut().apply(Action::Call(CallAct::SetForm(Box::new(form))));
        window.run();
    };
    with(&mut window, &|form| form.deadline = "5s".to_owned());
    assert!(said(&window).starts_with("Earlier, with other settings: Nothing listens"), "{}", said(&window));
    with(&mut window, &|form| form.deadline = "5".to_owned());
    assert!(said(&window).contains("\"5\" is not a time"), "{}", said(&window));
    with(&mut window, &|form| form.deadline = String::new());
    assert_eq!(said(&window), told);
}

#[test]
fn a_reply_closes_without_a_question_and_is_said_to_be_kept() {
    let server = replying();
    let mut window = window_on(REQUEST, to(&server.url()));
    send(&mut window);
    wait_for_end(&mut window);
    let reply = state(&window).active.unwrap();
    window.state_mut().apply(Action::Close(reply));
    window.run();
    window.get_by_label("reply 1 of QueryRoute is still there, in the timeline of its call");
    // What was pasted is nowhere else.
    let pasted = state(&window).active.unwrap();
    window.state_mut().apply(Action::Close(pasted));
    window.run();
    window.get_by_label("Untitled 1 was never saved.");
    click(&mut window, Role::Button, "Cancel");
    window.state_mut().apply(Action::Quit);
    window.run();
    window.get_by_label("One document was never saved.");
}
