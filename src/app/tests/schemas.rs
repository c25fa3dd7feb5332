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
fn a_schema_that_cannot_be_loaded_leaves_the_old_one_and_says_where_it_is_wrong() {
    let mut fixture = Fixture::with(&order(), "google.protobuf.Empty");
    let broken = fixture.file("broken.proto", b"syntax = \"proto3\";\nmessage M { int32 x = ; }");
    fixture.act(Action::AddSchema(vec![broken]));
    let gone = fixture.path("gone.binpb");
    fixture.act(Action::AddSchema(vec![gone]));
    let notices = fixture.notices();
    assert!(
        notices.iter().any(|text| text.contains("Expected an integer") && text.contains("line 2")),
        "{notices:?}"
    );
    assert!(notices.iter().any(|text| text.contains("gone.binpb")), "{notices:?}");
    let state = fixture.session.state();
    assert!(state.sources.paths.is_empty() && state.schema.message(SEND).is_ok());
    assert_eq!(type_of(&fixture).as_deref(), Some("google.protobuf.Empty"));
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
