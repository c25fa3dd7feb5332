//! Requests as files: saved, opened, renamed, removed, and what others do to their folder.

use super::*;

const METHOD: &str = "apache.rocketmq.v2.MessagingService/SendMessage";

/// A session with a document, and fields with a secret that was typed.
fn fixture() -> Fixture {
    let mut fixture = Fixture::with(&unhex("0a 08 0a 03 12 01 61 22 01 ff 98 06 07"), SEND);
    fixture.act(Action::TogglePane(Pane::Call));
    fill(&mut fixture, |form| {
        form.endpoint = "https://example.com".to_owned();
        form.deadline = "7s".to_owned();
        let draft =
            |name: &str, value: &str| MetadataDraft { name: name.to_owned(), value: value.to_owned() };
        form.metadata = vec![draft("x-id", "7"), draft("authorization", "hush-hush")];
    });
    fixture
}

fn fill(fixture: &mut Fixture, change: impl FnOnce(&mut CallForm)) {
    let mut form = calls(fixture).form.clone();
    change(&mut form);
    call(fixture, CallAct::SetForm(Box::new(form)));
}

fn call(fixture: &mut Fixture, act: CallAct) {
    fixture.act(Action::Call(act));
}

fn calls(fixture: &Fixture) -> &Calls {
    &fixture.session.state().calls
}

fn store(fixture: &mut Fixture, name: &str) {
    call(fixture, CallAct::StoreRequest { name: name.to_owned(), overwrite: false });
}

fn own(fixture: &Fixture, name: &str) -> PathBuf {
    fixture.path("config/requests").join(name)
}

fn names(fixture: &Fixture) -> Vec<&str> {
    calls(fixture).requests.all.iter().flatten().map(|stored| stored.name.as_str()).collect()
}

fn shown_calls(fixture: &mut Fixture) {
    if !fixture.session.state().settings.show_call {
        fixture.act(Action::TogglePane(Pane::Call));
    }
    fixture.act(Action::Zoom(0));
}

#[test]
fn a_request_is_two_files_without_secrets_and_comes_back_whole() {
    let mut fixture = fixture();
    let bytes = fixture.bytes();
    store(&mut fixture, "order");
    let message = own(&fixture, "order.bin");
    assert_eq!(fs::read(&message).unwrap(), bytes);
    let text = fs::read_to_string(own(&fixture, "order.request")).unwrap();
    assert!(!text.contains("hush") && text.contains("deadline = 7s") && text.contains(METHOD), "{text}");
    assert!(fixture.notices().iter().any(|notice| notice.contains("secrets are asked for")));
    // From now on the document is that file.
    assert_eq!(fixture.session.state().active_tab().unwrap().path.as_ref(), Some(&message));
    fixture.set("99", "8");
    let tab = fixture.tab();
    fixture.act(Action::Save(tab));
    let edited = fixture.bytes();
    assert!(edited != bytes && fs::read(&message).unwrap() == edited);

    let mut fixture = fixture.restart();
    shown_calls(&mut fixture);
    assert_eq!(names(&fixture), ["order"]);
    let text = own(&fixture, "order.request");
    call(&mut fixture, CallAct::OpenRequest(text));
    assert_eq!(fixture.bytes(), edited);
    assert_eq!(fixture.open().message().unwrap().full_name(), SEND);
    let target = &calls(&fixture).target;
    assert_eq!((target.text.as_str(), target.error.as_ref()), (METHOD, None));
    let form = &calls(&fixture).form;
    assert_eq!((form.endpoint.as_str(), form.deadline.as_str()), ("https://example.com", "7s"));
    let values: Vec<&str> = form.metadata.iter().map(|draft| draft.value.as_str()).collect();
    assert_eq!(values, ["7", "?"]);
    assert!(form.errors()[0].reason.contains("still to be typed"));
}

#[test]
fn a_name_that_is_taken_is_asked_about_and_one_that_is_open_refused() {
    let mut fixture = fixture();
    store(&mut fixture, "order");
    let first = fs::read(own(&fixture, "order.bin")).unwrap();
    fixture.act(Action::OpenPasted("98 06 01".to_owned()));
    let tab = fixture.tab();
    fixture.act(Action::ReadAs { tab, message: Some(SEND.to_owned()) });
    fixture.notices();
    store(&mut fixture, "order");
    assert!(fixture.notices()[0].contains("is open here"));
    let open = fixture.session.state().tabs[0].id;
    fixture.act(Action::Close(open));
    store(&mut fixture, "order");
    assert!(matches!(fixture.question(), Some(Question::Overwrite { .. })));
    fixture.act(Action::Answer(Answer::No));
    assert_eq!(fs::read(own(&fixture, "order.bin")).unwrap(), first);
    store(&mut fixture, "order");
    fixture.act(Action::Answer(Answer::Yes));
    assert_eq!(fs::read(own(&fixture, "order.bin")).unwrap(), unhex("98 06 01"));
    for name in ["../x", "", "a/b"] {
        fixture.notices();
        store(&mut fixture, name);
        assert!(fixture.notices()[0].contains("is no name of a file"), "{name}");
    }
}

#[test]
fn a_request_is_saved_again_over_what_a_person_wrote_into_its_text() {
    let mut fixture = fixture();
    store(&mut fixture, "order");
    let text = own(&fixture, "order.request");
    let own_text = format!("# mine\n{}", fs::read_to_string(&text).unwrap());
    fs::write(&text, own_text).unwrap();
    fill(&mut fixture, |form| form.deadline = "9s".to_owned());
    fixture.set("99", "9");
    let again = Command::SaveRequest.resolve(fixture.session.state()).unwrap();
    assert_eq!(again, Action::Call(CallAct::StoreRequest { name: "order".to_owned(), overwrite: true }));
    fixture.act(again);
    let text = fs::read_to_string(&text).unwrap();
    assert!(text.starts_with("# mine\n") && text.contains("deadline = 9s"), "{text}");
    assert_eq!(fs::read(own(&fixture, "order.bin")).unwrap(), fixture.bytes());
    assert!(!fixture.session.state().active_tab().unwrap().is_modified());
}

#[test]
fn settings_that_a_profile_holds_are_named_and_not_written_twice() {
    let mut fixture = fixture();
    call(
        &mut fixture,
        CallAct::StoreProfile { name: "local".to_owned(), overwrite: false, in_keyring: false },
    );
    store(&mut fixture, "order");
    let text = fs::read_to_string(own(&fixture, "order.request")).unwrap();
    assert!(text.contains("profile = local") && !text.contains("deadline"), "{text}");
    fill(&mut fixture, |form| form.deadline = "1s".to_owned());
    let text = own(&fixture, "order.request");
    call(&mut fixture, CallAct::OpenRequest(text));
    let form = &calls(&fixture).form;
    assert_eq!((form.deadline.as_str(), form.metadata.len()), ("7s", 2));
    // What was typed for this server is still there; another person has to type it.
    assert_eq!(form.metadata[1].value, "hush-hush");
    fs::remove_file(fixture.path("config/profiles/local.profile")).unwrap();
    let mut fixture = fixture.restart();
    shown_calls(&mut fixture);
    let text = own(&fixture, "order.request");
    call(&mut fixture, CallAct::OpenRequest(text));
    assert_eq!(calls(&fixture).form.endpoint, "https://example.com");
    assert!(fixture.notices().iter().any(|notice| notice.contains("no profile local here")));
}

#[test]
fn what_became_of_a_profile_or_a_request_takes_the_place_of_what_was_said_before() {
    let mut fixture = fixture();
    fixture.notices();
    for name in ["a/b", "local", "local"] {
        let name = name.to_owned();
        call(&mut fixture, CallAct::StoreProfile { name, overwrite: true, in_keyring: false });
    }
    store(&mut fixture, "order");
    store(&mut fixture, "order");
    let notices = fixture.notices();
    let of = |what: &str| notices.iter().filter(|notice| notice.contains(what)).count();
    assert_eq!((of("rofile"), of("equest")), (1, 1), "{notices:?}");
}

#[test]
fn a_folder_that_others_change_is_read_again_and_remembered() {
    let mut fixture = fixture();
    let folder = fixture.path("repository/requests");
    call(&mut fixture, CallAct::SetRequestsFolder(Some(folder.clone())));
    assert_eq!(names(&fixture), [""; 0]);
    let text = format!("method = {METHOD}\ntype = {SEND}\nendpoint = https://a\n[tls]\nca = certs/ca.pem\n");
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in
        [("b.request", text.as_str()), ("a.request", "method = 7 = 8\nkind = both"), ("c.request", &text)]
    {
        fs::write(folder.join(name), text).unwrap();
    }
    fs::write(folder.join("b.bin"), unhex("98 06 05")).unwrap();
    call(&mut fixture, CallAct::ListRequests);
    assert_eq!(names(&fixture), ["a", "b", "c"]);
    call(&mut fixture, CallAct::SearchRequests("sendmess https://A".to_owned()));
    assert_eq!(calls(&fixture).requests.found().count(), 2);
    fixture.notices();
    for (name, reason) in [("a", "is no request"), ("c", "The message of c is not there")] {
        call(&mut fixture, CallAct::OpenRequest(folder.join(format!("{name}.request"))));
        assert!(fixture.notices()[0].contains(reason));
    }
    let mut fixture = fixture.restart();
    shown_calls(&mut fixture);
    call(&mut fixture, CallAct::OpenRequest(folder.join("b.request")));
    assert_eq!(fixture.hex(), "98 06 05");
    // Relative paths are those of the folder, and stay relative in the text.
    assert_eq!(calls(&fixture).form.ca, folder.join("certs/ca.pem").display().to_string());
    call(&mut fixture, CallAct::StoreRequest { name: "b".to_owned(), overwrite: true });
    let text = fs::read_to_string(folder.join("b.request")).unwrap();
    assert!(text.contains("ca = certs/ca.pem"), "{text}");
}

#[test]
fn a_request_is_renamed_with_its_open_document_and_removed_and_brought_back() {
    let mut fixture = fixture();
    store(&mut fixture, "order");
    store(&mut fixture, "other");
    assert_eq!(names(&fixture), ["order", "other"]);
    let (from, to) = (own(&fixture, "other.request"), "third".to_owned());
    call(&mut fixture, CallAct::AskRequestName { renamed: Some(from.clone()) });
    call(&mut fixture, CallAct::RenameRequest { path: from.clone(), name: "order".to_owned() });
    assert!(fixture.session.state().refusal.as_ref().is_some_and(|text| text.contains("exists already")));
    call(&mut fixture, CallAct::RenameRequest { path: from, name: to });
    assert!(fixture.session.state().dialog.is_none());
    assert_eq!(names(&fixture), ["order", "third"]);
    let tab = fixture.session.state().active_tab().unwrap();
    assert_eq!((tab.title.as_str(), tab.path.clone()), ("third.bin", Some(own(&fixture, "third.bin"))));

    let text = own(&fixture, "order.request");
    call(&mut fixture, CallAct::RemoveRequest(text));
    assert_eq!(names(&fixture), ["third"]);
    assert!(!own(&fixture, "order.bin").exists());
    let undo = fixture.session.take_notices().into_iter().find_map(|notice| notice.undo).expect("a way back");
    fixture.act(undo);
    assert_eq!(names(&fixture), ["order", "third"]);
    assert!(own(&fixture, "order.bin").exists());
}
