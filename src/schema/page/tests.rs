use super::*;
use crate::schema::LoadRequest;
use std::collections::HashMap;

const PROTO: &str = r#"syntax = "proto2";
package p;
message Item {
  required int32 id = 1;
  optional string name = 3 [default = "x"];
  map<string, Item> kin = 12;
  message Part { optional Colour colour = 1; }
  reserved 20, 30 to 40;
  extensions 100 to 199;
}
enum Colour { option allow_alias = true; RED = 0; ROT = 0; GREEN = 1; }
extend Item { optional Colour age = 100; }
service Shop { rpc Buy(stream Item) returns (Item.Part); }
"#;

struct Two;

impl crate::schema::FileResolver for Two {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(match path {
            "shop.proto" => Some(PROTO.as_bytes().to_vec()),
            "old/shop.proto" => Some(PROTO.replace("= 12;", "= 13;").into_bytes()),
            _ => None,
        })
    }
}

fn schema() -> Schema {
    let sources =
        ["shop.proto", "old/shop.proto"].map(|path| crate::schema::Source::File { path: path.into() });
    let request = LoadRequest {
        sources: sources.into(),
        includes: Vec::new(),
        resolver: &Two,
        with_builtin: true,
        compiled: HashMap::new(),
    };
    Schema::load(request, &mut |_, _| true).unwrap().0
}

fn page(name: &str) -> Page {
    let schema = schema();
    schema.page(&schema.find(name).unwrap())
}

fn message(name: &str) -> MessageBody {
    match page(name).body {
        Body::Message(body) => body,
        other => panic!("{other:?}"),
    }
}

#[test]
fn numbers_are_parted_into_taken_reserved_extensions_and_free() {
    let text = |range: &NumberRange| format!("{} {}", range_text(range.first, range.last), range.what.word());
    let numbers: Vec<String> = message("p.Item").numbers().iter().map(text).collect();
    assert_eq!(
        numbers,
        [
            "1 fields",
            "2 free",
            "3 fields",
            "4 to 11 free",
            "12 fields",
            "13 to 19 free",
            "20 reserved",
            "21 to 29 free",
            "30 to 40 reserved",
            "41 to 99 free",
            "100 to 199 extensions",
            "200 to 18999 free",
            "19000 to 19999 reserved",
            "20000 to 536870911 free"
        ]
    );
}

#[test]
fn numbers_of_any_ranges_cover_all_once_and_in_order() {
    use proptest::prelude::*;
    let range = (1_u32..300, 0_u32..50).prop_map(|(first, more)| (first, first + more));
    let lists = (prop::collection::vec(range.clone(), 0..9), prop::collection::vec(range, 0..9));
    proptest!(|((reserved, extendable) in lists)| {
        let body = MessageBody { reserved, extendable, ..message("google.protobuf.Duration") };
        let numbers = body.numbers();
        prop_assert_eq!(numbers.first().map(|range| range.first), Some(1));
        prop_assert_eq!(numbers.last().map(|range| range.last), Some((1 << 29) - 1));
        for pair in numbers.windows(2) {
            prop_assert_eq!(pair[0].last + 1, pair[1].first);
            prop_assert!(pair[0].what != pair[1].what);
        }
    });
}

#[test]
fn types_and_uses_lead_to_each_other() {
    let item = page("p.Item");
    let uses: Vec<(String, String)> =
        item.uses.iter().map(|link| (link.label.clone(), link.to.short())).collect();
    let pair = |label: &str, short: &str| (label.to_owned(), short.to_owned());
    assert_eq!(uses, [pair("Item.kin", "Item.kin"), pair("Shop.Buy", "Buy")]);
    let colour = page("p.Colour");
    let labels: Vec<&str> = colour.uses.iter().map(|link| link.label.as_str()).collect();
    assert_eq!(labels, ["Item.Part.colour", "age"]);
    assert_eq!(colour.uses[1].to.short(), "Item.(p.age)");
    let part = message("p.Item.Part").fields[0].of_type.clone().unwrap();
    assert_eq!((part.label.as_str(), part.to.full_name.as_str()), ("Colour", "p.Colour"));
    assert_eq!(page("p.Item.Part").parent.unwrap().to.full_name, "p.Item");
    assert_eq!(message("p.Item").nested[0].1.label, "Item.Part");
}

#[test]
fn an_address_is_found_in_its_file_and_elsewhere_if_that_is_gone() {
    let schema = schema();
    let last = |address: &Address| match schema.page_at(address).unwrap().body {
        Body::Message(body) => body.fields.last().unwrap().number,
        other => panic!("{other:?}"),
    };
    let address = |file: &str| Address { full_name: "p.Item".into(), file: file.into(), member: None };
    assert_eq!(last(&address("shop.proto")), 12);
    assert_eq!(last(&address("old/shop.proto")), 13);
    assert_eq!(last(&address("moved.proto")), 12);
    assert_eq!(schema.page_at(&Address { full_name: "p.Gone".into(), ..Address::default() }), None);
}

#[test]
fn every_link_of_the_built_in_schema_leads_to_a_page_and_every_member_is_on_it() {
    let schema = Schema::builtin();
    for declaration in schema.declarations() {
        let page = schema.page(&declaration);
        assert_eq!(schema.page_at(&page.address).as_ref(), Some(&page));
        for link in page.uses.iter().chain(&page.parent) {
            let found = schema.page_at(&link.to).unwrap_or_else(|| panic!("{link:?}"));
            let has = match (&found.body, &link.to.member) {
                (_, None) => true,
                (Body::Message(body), Some(member)) => body.fields.iter().any(|field| field.name == *member),
                _ => false,
            };
            assert!(has, "{link:?}");
        }
    }
}

#[test]
fn aliases_name_the_first_value_of_their_number() {
    let Body::Enum(body) = page("p.Colour").body else { panic!("no enum") };
    let aliases: Vec<_> = body.values.iter().map(|value| value.alias_of.as_deref()).collect();
    assert_eq!(aliases, [None, Some("RED"), None]);
}
