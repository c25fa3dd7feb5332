//! Declarations that are loaded while documents are open.

use super::*;

const SHOP: &str = "syntax = \"proto3\"; package shop; message Order { string id = 1; int32 count = 2; }";

/// An order: id "A-1", count 7.
fn order() -> Vec<u8> {
    [len(1, b"A-1"), vec![0x10, 7]].concat()
}

fn type_of(fixture: &Fixture) -> Option<String> {
    fixture.open().message().map(|message| message.full_name().to_owned())
}

#[test]
fn a_schema_that_is_added_is_ranked_against_what_is_open() {
    let mut fixture = Fixture::new();
    let proto = fixture.file("shop.proto", SHOP.as_bytes());
    let message = fixture.file("order.bin", &order());
    fixture.act(Action::Open(vec![message]));
    fixture.act(Action::AddSchema(vec![proto.clone()]));
    let state = fixture.session.state();
    assert!(state.schema.message("shop.Order").is_ok() && state.schema.message(SEND).is_ok());
    assert_eq!(state.sources.paths, [proto]);
    assert!(fixture.open().ranking.as_ref().is_some_and(|ranking| ranking.place_of("shop.Order").is_some()));
    assert!(fixture.notices().iter().any(|text| text.starts_with("Loaded 1 file; ")));
}

#[test]
fn what_was_said_of_a_schema_goes_once_another_is_loaded() {
    let mut fixture = Fixture::new();
    let broken = fixture.file("broken.proto", b"syntax = \"proto3\";\nmessage M { int32 x = ; }");
    fixture.act(Action::AddSchema(vec![broken.clone()]));
    assert!(fixture.session.take_notices().iter().any(|notice| notice.about == Some(About::Schema)));
    fixture.session.take_outdated();
    let shop = fixture.file("shop.proto", SHOP.as_bytes());
    fixture.act(Action::AddSchema(vec![shop]));
    fixture.act(Action::RemoveSource(broken));
    assert_eq!(fixture.session.take_outdated(), [About::Schema]);
    let notices = fixture.notices();
    let loaded: Vec<_> = notices.iter().filter(|text| text.starts_with("Loaded")).collect();
    assert!(loaded.len() == 1 && loaded[0].starts_with("Loaded 1 file; "), "{notices:?}");
}

#[test]
fn a_start_with_a_schema_reads_its_files_as_the_type_it_names() {
    let mut fixture = Fixture::new();
    fs::create_dir(fixture.path("protos")).unwrap();
    fixture.file("protos/shop.proto", SHOP.as_bytes());
    let files = vec![fixture.file("order.bin", &order())];
    let sources = Some(SchemaSources { paths: vec![fixture.path("protos")], ..SchemaSources::default() });
    let message = Some("Order".to_owned());
    fixture.act(Action::Begin(Opening { input: None, files, message, sources }));
    assert_eq!(type_of(&fixture).as_deref(), Some("shop.Order"));
    assert_eq!(shown(fixture.open()), ["id \"A-1\"", "count 7"]);
}

#[test]
fn a_schema_that_is_loaded_again_keeps_type_and_edits_and_a_type_that_is_gone_leaves_the_bytes() {
    let mut fixture = Fixture::new();
    let proto = fixture.file("shop.proto", SHOP.as_bytes());
    let message = fixture.file("order.bin", &order());
    fixture.act(Action::Open(vec![message]));
    fixture.act(Action::AddSchema(vec![proto.clone()]));
    let tab = fixture.tab();
    fixture.act(Action::ReadAs { tab, message: Some("shop.Order".to_owned()) });
    fixture.set("count", "9");
    let edited = fixture.bytes();
    fixture.file("shop.proto", SHOP.replace("count", "amount").as_bytes());
    fixture.act(Action::AddSchema(vec![proto.clone()]));
    assert_eq!(shown(fixture.open()), ["id \"A-1\"", "amount 9"]);
    assert!(fixture.open().document.is_modified());

    fixture.file("shop.proto", SHOP.replace("Order", "Basket").as_bytes());
    fixture.act(Action::AddSchema(vec![proto]));
    assert_eq!(type_of(&fixture), None);
    assert_eq!(fixture.bytes(), edited);
    assert!(
        fixture
            .notices()
            .iter()
            .any(|text| text.starts_with("The new schema does not declare shop.Order of order.bin"))
    );
    fixture.act(Action::Undo);
    assert_eq!(fixture.bytes(), order());
}

#[test]
fn sources_that_cannot_be_used_are_listed_with_the_reason_and_leave_the_others() {
    let mut fixture = Fixture::with(&order(), "google.protobuf.Empty");
    let broken = fixture.file("broken.proto", b"syntax = \"proto3\";\nmessage M { int32 x = ; }");
    let gone = fixture.path("gone.binpb");
    let shop = fixture.file("shop.proto", SHOP.as_bytes());
    let mut notices = Vec::new();
    for path in [&broken, &gone, &shop] {
        fixture.act(Action::AddSchema(vec![path.clone()]));
        notices.extend(fixture.notices());
    }
    let says = |text: &str| notices.iter().any(|notice| notice.contains(text));
    assert!(says("Expected an integer") && says("line 2") && says("gone.binpb"), "{notices:?}");
    let state = fixture.session.state();
    let list = &state.source_list;
    assert_eq!(state.sources.paths, [broken, gone, shop]);
    assert_eq!(
        list.rows.iter().map(|row| (row.n_files, row.n_broken)).collect::<Vec<_>>(),
        [(1, 1), (0, 0), (1, 0)]
    );
    assert_eq!(list.n_broken(), 2);
    let wrong = &list.rows[0].broken[0];
    assert_eq!(wrong.place, Some((2, 23)));
    assert_eq!(wrong.source_line, "message M { int32 x = ; }");
    assert!(
        list.rows[1].problem.as_deref().is_some_and(|problem| problem.contains("gone.binpb")),
        "{list:?}"
    );
    assert!(state.schema.message("shop.Order").is_ok() && state.schema.message(SEND).is_ok());
    assert_eq!(type_of(&fixture).as_deref(), Some("google.protobuf.Empty"));
}

#[test]
fn sources_are_remembered_moved_and_removed_and_one_that_vanished_is_said() {
    let mut fixture = Fixture::new();
    let shop = fixture.file("shop.proto", SHOP.as_bytes());
    let other = fixture.file("other.proto", SHOP.replace("count", "amount").as_bytes());
    fixture.act(Action::AddSchema(vec![shop.clone(), other.clone()]));
    let second = |fixture: &Fixture| {
        let message = fixture.session.state().schema.message("shop.Order").unwrap();
        message.get_field(2).unwrap().name().to_owned()
    };
    assert_eq!(second(&fixture), "count");
    fixture.act(Action::MoveSource { path: other.clone(), up: true });
    assert_eq!(second(&fixture), "amount", "the first source wins");
    fixture.act(Action::MoveSource { path: other.clone(), up: true });
    assert_eq!(fixture.session.state().sources.paths, [other.clone(), shop.clone()]);

    let mut fixture = fixture.restart();
    fs::remove_file(&shop).unwrap();
    fixture.act(Action::Begin(Opening::default()));
    assert_eq!(second(&fixture), "amount");
    assert_eq!(fixture.session.state().sources.paths, [other.clone(), shop.clone()]);
    let notices = fixture.notices();
    assert!(notices.iter().any(|text| text.contains("shop.proto")), "{notices:?}");
    fixture.act(Action::RemoveSource(other));
    fixture.act(Action::RemoveSource(shop));
    assert!(fixture.session.state().schema.message("shop.Order").is_err());
    let mut fixture = fixture.restart();
    fixture.act(Action::Begin(Opening::default()));
    assert_eq!(fixture.session.state().sources, SchemaSources::default());
}

#[test]
fn what_was_removed_is_put_back_where_it_was() {
    let mut fixture = Fixture::new();
    let paths = ["shop.proto", "other.proto", "third.proto"]
        .map(|name| fixture.file(name, SHOP.replace("Order", &name[..1].to_uppercase()).as_bytes()));
    fixture.act(Action::AddSchema(paths.to_vec()));
    fixture.act(Action::AddImportRoot(fixture.path("")));
    let before = fixture.session.state().sources.clone();
    fixture.act(Action::RemoveSource(paths[1].clone()));
    assert!(fixture.session.state().schema.message("shop.O").is_err());
    fixture.act(Action::PutBackSource);
    assert_eq!(fixture.session.state().sources, before);
    assert!(fixture.session.state().schema.message("shop.O").is_ok());
    fixture.act(Action::RemoveImportRoot(before.includes[0].clone()));
    assert!(fixture.session.state().sources.includes.is_empty());
    fixture.act(Action::PutBackSource);
    assert_eq!(fixture.session.state().sources, before);
    fixture.act(Action::PutBackSource);
    assert_eq!(fixture.session.state().sources, before, "there is nothing more to put back");

    fixture.act(Action::RemoveSource(paths[0].clone()));
    fixture.act(Action::MoveSource { path: paths[2].clone(), up: true });
    assert_eq!(fixture.session.state().removed, None, "it would undo the move as well");
}

#[test]
fn protoc_is_asked_about_once_and_compiles_what_is_refused_when_the_answer_is_yes() {
    let mut fixture = Fixture::new();
    // More than is read here; protoc has no such limit.
    let beyond = format!("{SHOP}\n{}", "// and so on\n".repeat((17 << 20) / 13));
    let proto = fixture.file("beyond.proto", beyond.as_bytes());
    let worse = fixture.file("worse.proto", b"syntax = \"proto3\"; message W { int32 x = ; }");
    fixture.act(Action::AddSchema(vec![proto, worse]));
    let state = fixture.session.state();
    assert_eq!((state.source_list.n_broken(), state.sources.protoc), (2, None));
    let Some(Protoc::Offered { n_files, .. }) = &state.source_list.protoc else {
        eprintln!("SKIPPED: there is no protoc on the PATH");
        return;
    };
    assert_eq!(*n_files, 2);
    fixture.act(Action::UseProtoc(true));
    let state = fixture.session.state();
    let rows = &state.source_list.rows;
    assert_eq!((rows[0].n_compiled, rows[0].n_broken, rows[1].n_compiled, rows[1].n_broken), (1, 0, 0, 1));
    assert!(rows[1].broken[0].hint.contains("protoc says: worse.proto:1:"), "{:?}", rows[1].broken);
    assert!(state.schema.message("shop.Order").is_ok());
    assert_eq!(state.source_list.protoc, None);

    let mut fixture = fixture.restart();
    fixture.act(Action::Begin(Opening::default()));
    assert!(fixture.session.state().schema.message("shop.Order").is_ok(), "the answer is remembered");
    fixture.act(Action::UseProtoc(false));
    assert!(fixture.session.state().schema.message("shop.Order").is_err());
    let fixture = fixture.restart();
    assert_eq!(fixture.session.state().settings.sources.protoc, Some(false));
}

#[test]
fn a_file_brings_the_source_of_its_type_back() {
    let mut fixture = Fixture::new();
    let proto = fixture.file("shop.proto", SHOP.as_bytes());
    let message = fixture.file("order.bin", &order());
    let sources = Some(SchemaSources { paths: vec![proto.clone()], ..SchemaSources::default() });
    let files = vec![message.clone()];
    let read_as = Some("shop.Order".to_owned());
    fixture.act(Action::Begin(Opening { input: None, files, message: read_as, sources }));
    let mut fixture = fixture.restart();
    assert_eq!(fixture.session.state().settings.sources, SchemaSources::default(), "a call is no choice");
    fixture.act(Action::Open(vec![message]));
    assert_eq!(type_of(&fixture).as_deref(), Some("shop.Order"));
    assert_eq!(fixture.session.state().sources.paths, [proto]);
}

#[test]
fn a_change_on_disk_is_noticed_and_keeps_types_edits_and_the_page() {
    let mut fixture = Fixture::new();
    fs::create_dir(fixture.path("protos")).unwrap();
    fixture.file("protos/shop.proto", SHOP.as_bytes());
    let message = fixture.file("order.bin", &order());
    fixture.act(Action::AddSchema(vec![fixture.path("protos")]));
    fixture.act(Action::Open(vec![message]));
    let tab = fixture.tab();
    fixture.act(Action::ReadAs { tab, message: Some("shop.Order".to_owned()) });
    fixture.set("count", "9");
    let edited = fixture.bytes();
    fixture.file("protos/shop.proto", SHOP.replace("count", "amount_of_it").as_bytes());
    let has_name = |state: &State, name: &str| {
        let message = state.schema.message("shop.Order");
        message.is_ok_and(|message| message.get_field_by_name(name).is_some())
    };
    fixture.wait_for(|state| has_name(state, "amount_of_it"));
    fixture.session.settle();
    assert_eq!(shown(fixture.open()), ["id \"A-1\"", "amount_of_it 9"]);
    assert_eq!(fixture.bytes(), edited);

    // A file that comes, and a type that goes and comes back.
    fixture.file("protos/more.proto", b"syntax = \"proto3\"; package shop; message More {}");
    fixture.wait_for(|state| state.schema.message("shop.More").is_ok());
    fixture.session.settle();
    fixture.file("protos/shop.proto", b"syntax = \"proto3\"; half of");
    fixture.wait_for(|state| state.schema.message("shop.Order").is_err());
    fixture.session.settle();
    assert_eq!(type_of(&fixture), None);
    assert_eq!(fixture.bytes(), edited);
    fixture.file("protos/shop.proto", SHOP.as_bytes());
    fixture.wait_for(|state| has_name(state, "count"));
    fixture.session.settle();
    assert_eq!(shown(fixture.open()), ["id \"A-1\"", "count 9"]);
    fixture.act(Action::Undo);
    assert_eq!(fixture.bytes(), order());
}

#[test]
fn an_import_that_is_not_found_is_listed_and_a_root_puts_it_right() {
    let mut fixture = Fixture::new();
    for folder in ["api", "far", "far/x", "near", "near/x"] {
        fs::create_dir(fixture.path(folder)).unwrap();
    }
    let api = "syntax = \"proto3\"; package p; import \"x/b.proto\"; message A { B b = 1; }";
    fixture.file("api/a.proto", api.as_bytes());
    fixture.file("far/x/b.proto", b"syntax = \"proto3\"; package p; message B { int32 far = 1; }");
    fixture.act(Action::AddSchema(vec![fixture.path("api")]));
    let import = &fixture.session.state().source_list.imports[0];
    assert_eq!((import.import.as_str(), &import.found, import.n_importers), ("x/b.proto", &None, 1));
    let hint = &fixture.session.state().source_list.rows[0].broken[0].hint;
    assert!(hint.ends_with("name its root folder below"), "{hint}");
    assert_eq!(fixture.session.state().source_list.n_missing, 1);
    fixture.act(Action::AddImportRoot(fixture.path("far")));
    let state = fixture.session.state();
    assert_eq!(state.source_list.n_missing, 0);
    assert!(state.schema.message("p.A").is_ok());
    assert_eq!(state.sources.includes, [fixture.path("far").display().to_string()]);
    assert_eq!(state.settings.sources, state.sources, "remembered");
}

#[test]
fn loading_that_is_cancelled_changes_nothing() {
    let mut fixture = Fixture::new();
    fs::create_dir(fixture.path("protos")).unwrap();
    for n in 0..200 {
        fixture.file(
            &format!("protos/f{n}.proto"),
            format!("syntax = \"proto3\"; message M{n} {{}}").as_bytes(),
        );
    }
    fixture.session.apply(Action::AddSchema(vec![fixture.path("protos")]));
    let running =
        fixture.session.state().running.iter().find(|running| running.label == "Loading the schema");
    let job = running.expect("it is shown while it runs").job;
    fixture.act(Action::CancelJob(job));
    // It may have been faster.
    let is_loaded = fixture.session.state().schema.message("M0").is_ok();
    assert_eq!(is_loaded, !fixture.session.state().sources.paths.is_empty());
    assert_eq!(is_loaded, !fixture.notices().iter().any(|text| text.starts_with("Loading was cancelled")));
}
