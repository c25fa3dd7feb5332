//! Pages of declarations, and what can be begun from them.

use super::*;
use crate::schema::Address;

fn address(name: &str) -> Address {
    Address { full_name: format!("apache.rocketmq.v2.{name}"), ..Address::default() }
}

fn page(fixture: &Fixture) -> Option<String> {
    fixture.session.state().browser.page.as_ref().map(|page| page.name.clone())
}

#[test]
fn a_page_is_shown_with_its_source_text_and_can_be_gone_back_from() {
    let mut fixture = Fixture::new();
    assert_eq!(Command::PageBack.resolve(fixture.session.state()), Err("No page was shown before this one"));
    fixture.act(Action::ShowPage(address("Message")));
    fixture.act(Action::ShowPage(address("Message").with_member("topic")));
    fixture.act(Action::ShowPage(address("Resource")));
    let state = fixture.session.state();
    assert!(state.settings.show_schema);
    match &state.browser.definition {
        DefinitionText::Found(found) => assert!(found.text.starts_with("message Resource {"), "{found:?}"),
        other => panic!("{other:?}"),
    }
    let back = Command::PageBack.resolve(fixture.session.state()).unwrap();
    fixture.act(back.clone());
    assert_eq!(fixture.session.state().browser.member.as_deref(), Some("topic"));
    fixture.act(back);
    assert_eq!(
        (page(&fixture).as_deref(), fixture.session.state().browser.member.as_deref()),
        (Some("Message"), None)
    );
    fixture.act(Action::ShowPage(address("Code")));
    assert!(!fixture.session.state().browser.can_step(true), "going elsewhere ends the way on");
}

#[test]
fn a_filter_finds_in_the_background_and_enter_may_come_before_it_ends() {
    let mut fixture = Fixture::new();
    fixture.session.apply(Action::FilterSchema("code.ok".to_owned()));
    fixture.session.apply(Action::ShowFound(0));
    fixture.session.settle();
    assert_eq!(page(&fixture).as_deref(), Some("Code"));
    assert_eq!(fixture.session.state().browser.member.as_deref(), Some("OK"));
    fixture.act(Action::FilterSchema(" ".to_owned()));
    assert!(fixture.session.state().browser.found.is_empty());
}

#[test]
fn a_page_follows_a_schema_that_is_loaded_again() {
    let mut fixture = Fixture::new();
    let shop = "syntax = \"proto3\"; package shop;\nmessage Order { string id = 1; }";
    let proto = fixture.file("shop.proto", shop.as_bytes());
    fixture.act(Action::AddSchema(vec![proto.clone()]));
    let order = Address { full_name: "shop.Order".to_owned(), ..Address::default() };
    fixture.act(Action::ShowPage(order.clone()));
    match &fixture.session.state().browser.definition {
        DefinitionText::Found(found) => {
            assert_eq!((found.line, found.text.as_str()), (Some(2), "message Order { string id = 1; }"))
        }
        other => panic!("{other:?}"),
    }
    fixture.file("shop.proto", shop.replace("id", "number").as_bytes());
    fixture.act(Action::AddSchema(vec![proto.clone()]));
    let text = fixture.session.state().browser.page.as_ref().map(|page| page.to_text()).unwrap();
    assert!(text.contains("1  string  number"), "{text}");
    fixture.file("shop.proto", shop.replace("Order", "Basket").as_bytes());
    fixture.act(Action::AddSchema(vec![proto]));
    assert_eq!(fixture.session.state().browser.gone, Some(order));
}

#[test]
fn a_source_text_comes_out_of_an_archive_and_is_printed_where_there_is_none() {
    let mut fixture = Fixture::new();
    let shop = "syntax = \"proto3\"; package shop;\nmessage Order { string id = 1; }";
    let mut head = vec![0; 512];
    head[..12].copy_from_slice(b"x/shop.proto");
    head[124..135].copy_from_slice(format!("{:011o}", shop.len()).as_bytes());
    head[156] = b'0';
    head[257..263].copy_from_slice(b"ustar\0");
    head[148..156].fill(b' ');
    let sum: usize = head.iter().map(|byte| usize::from(*byte)).sum();
    head[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let mut tar = [head, shop.into()].concat();
    tar.resize(3 * 512 + 512, 0);
    // A file of one message without source locations.
    let set =
        len(1, &[len(1, b"b.proto"), len(2, b"b"), len(4, &len(1, b"Bare")), len(12, b"proto3")].concat());
    let sources = [fixture.file("shop.tar", &tar), fixture.file("bare.binpb", &set)];
    fixture.act(Action::AddSchema(sources.to_vec()));
    let mut text = |name: &str| {
        fixture.act(Action::ShowPage(Address { full_name: name.to_owned(), ..Address::default() }));
        match &fixture.session.state().browser.definition {
            DefinitionText::Found(found) => (found.line, found.text.clone()),
            other => panic!("{name}: {other:?}"),
        }
    };
    assert_eq!(text("shop.Order"), (Some(2), "message Order { string id = 1; }".to_owned()));
    assert_eq!(text("b.Bare"), (None, "message Bare {\n}".to_owned()));
    assert_eq!(text("google.protobuf.Duration").1.lines().nth(1), Some("  int64 seconds = 1;"));
}

#[test]
fn a_new_sample_of_every_type_has_no_problem_and_an_empty_one_no_bytes() {
    let mut fixture = Fixture::new();
    let names: Vec<String> =
        Schema::builtin().messages().iter().map(|message| message.full_name().to_owned()).collect();
    for full_name in names {
        let of = Address { full_name: full_name.clone(), ..Address::default() };
        fixture.act(Action::NewDocument { of, is_sample: true });
        let open = fixture.open();
        assert_eq!(open.message().map(|message| message.full_name().to_owned()), Some(full_name.clone()));
        assert!(open.problems.found.is_empty(), "{full_name}: {:?}", open.problems.found);
        let tab = fixture.tab();
        fixture.act(Action::Close(tab));
    }
    fixture.act(Action::NewDocument { of: address("Message"), is_sample: false });
    assert_eq!(fixture.bytes(), [0_u8; 0]);
}

#[test]
fn a_new_request_remembers_its_method() {
    let mut fixture = Fixture::new();
    fixture.act(Action::NewRequest(address("MessagingService.SendMessage")));
    let open = fixture.open();
    assert_eq!(open.intended_method.as_deref(), Some("apache.rocketmq.v2.MessagingService.SendMessage"));
    assert_eq!(open.message().map(|message| message.full_name().to_owned()).as_deref(), Some(SEND));
    assert!(!fixture.bytes().is_empty());
    fixture.act(Action::NewRequest(address("Nothing.Here")));
    assert!(fixture.notices().iter().any(|text| text.contains("is not declared")));
}

#[test]
fn a_field_is_found_in_the_innermost_message_of_its_type_around_the_selection() {
    let mut fixture = Fixture::with(SAMPLE, SEND);
    let find = |fixture: &Fixture, page: &str, member: &str| {
        let message = message_in_document(fixture.session.state(), &address(page));
        message.map(|message| field_in_document(&message, member).to_string())
    };
    assert_eq!(find(&fixture, "SendMessageRequest", "messages").as_deref(), Some("messages"));
    assert_eq!(find(&fixture, "Resource", "name"), None);
    fixture.select("messages[0].topic.name");
    assert_eq!(find(&fixture, "Resource", "name").as_deref(), Some("messages[0].topic.name"));
    assert_eq!(find(&fixture, "Message", "body").as_deref(), Some("messages[0].body"));
    assert_eq!(find(&fixture, "Status", "code"), None);
}
