//! Server reflection, played by a server that knows some files.

use crate::harness::call;
use crate::server::{Server, Step};
use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, MethodDescriptorProto, ServiceDescriptorProto,
};
use protoloupe::rpc::{NotReflected, Reflected, RpcKind, reflect};
use protoloupe::schema::Schema;

/// What a server of reflection knows.
#[derive(Clone, Default)]
pub struct Known {
    pub services: Vec<String>,
    pub files: Vec<FileDescriptorProto>,
    /// Versions that it does not have.
    pub unimplemented: Vec<&'static str>,
    /// Sends every file again with all it imports.
    pub whole_closure: bool,
}

fn len(number: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut rest = payload.len();
    while rest > 127 {
        bytes.push(rest as u8 | 128);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes.extend(payload);
    bytes
}

/// The answer to one `ServerReflectionRequest`.
fn answer(known: &Known, request: &[u8]) -> Vec<u8> {
    let (number, argument) = (request[0] >> 3, String::from_utf8_lossy(&request[2..]).into_owned());
    let files = |found: Option<&FileDescriptorProto>| match found {
        None => len(7, &[&[8, 5][..], &len(2, b"not found")].concat()),
        Some(file) => {
            let mut all = vec![file];
            if known.whole_closure {
                all.extend(
                    known.files.iter().filter(|other| file.dependency.contains(&other.name().to_owned())),
                );
            }
            len(4, &all.iter().flat_map(|file| len(1, &file.encode_to_vec())).collect::<Vec<u8>>())
        }
    };
    match number {
        7 => len(
            6,
            &known.services.iter().flat_map(|name| len(1, &len(1, name.as_bytes()))).collect::<Vec<u8>>(),
        ),
        4 => files(known.files.iter().find(|file| {
            file.service.iter().any(|service| format!("{}.{}", file.package(), service.name()) == argument)
        })),
        3 => files(known.files.iter().find(|file| file.name() == argument)),
        _ => panic!("{request:?}"),
    }
}

pub fn serving(known: Known) -> Server {
    let unimplemented = known.unimplemented.clone();
    Server::start(vec![
        Step::Unless(unimplemented),
        Step::Answer(std::sync::Arc::new(move |request| answer(&known, request))),
    ])
}

fn field(name: &str, number: i32, type_name: Option<&str>) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(Label::Optional as i32),
        r#type: Some(if type_name.is_some() { Type::Message } else { Type::String } as i32),
        type_name: type_name.map(str::to_owned),
        ..Default::default()
    }
}

/// `service.proto`, which imports `types.proto`, which imports Google's timestamp; type names relative,
/// and no JSON names.
pub fn shop() -> Known {
    let types = FileDescriptorProto {
        name: Some("types.proto".to_owned()),
        package: Some("shop.v1".to_owned()),
        syntax: Some("proto3".to_owned()),
        dependency: vec!["google/protobuf/timestamp.proto".to_owned()],
        message_type: vec![DescriptorProto {
            name: Some("Order".to_owned()),
            field: vec![field("order_id", 1, None), field("placed_at", 2, Some("google.protobuf.Timestamp"))],
            ..Default::default()
        }],
        ..Default::default()
    };
    let service = FileDescriptorProto {
        name: Some("service.proto".to_owned()),
        package: Some("shop.v1".to_owned()),
        syntax: Some("proto3".to_owned()),
        dependency: vec!["types.proto".to_owned()],
        service: vec![ServiceDescriptorProto {
            name: Some("Orders".to_owned()),
            method: vec![MethodDescriptorProto {
                name: Some("Watch".to_owned()),
                input_type: Some("Order".to_owned()),
                output_type: Some("v1.Order".to_owned()),
                server_streaming: Some(true),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let services = ["shop.v1.Orders", "grpc.reflection.v1.ServerReflection"].map(str::to_owned).to_vec();
    Known { services, files: vec![service, types], ..Known::default() }
}

fn ask(server: &Server) -> Result<Reflected, NotReflected> {
    reflect(&call(&server.url(), RpcKind::Unary), &mut |_| {})
}

#[test]
fn the_whole_closure_comes_whether_file_by_file_or_at_once() {
    for whole_closure in [false, true] {
        let reflected = ask(&serving(Known { whole_closure, ..shop() })).unwrap();
        assert_eq!(reflected.version, "grpc.reflection.v1");
        assert_eq!((reflected.services.len(), reflected.n_files), (2, 2));
        assert_eq!(reflected.services[0], "shop.v1.Orders");
        assert!(reflected.problems.is_empty(), "{:?}", reflected.problems);
        let schema = Schema::from_descriptor_set(&reflected.set, false).unwrap();
        let method = schema.method("shop.v1.Orders/Watch").unwrap();
        assert_eq!(method.input().full_name(), "shop.v1.Order");
        assert!(method.is_server_streaming());
        let placed_at = method.output().get_field_by_json_name("placedAt").expect("JSON names are made");
        assert_eq!(placed_at.number(), 2);
    }
}

#[test]
fn the_older_version_is_asked_where_the_newer_one_fails() {
    let server = serving(Known { unimplemented: vec!["grpc.reflection.v1."], ..shop() });
    assert_eq!(ask(&server).unwrap().version, "grpc.reflection.v1alpha");
    let none = vec!["grpc.reflection.v1.", "grpc.reflection.v1alpha."];
    let error = ask(&serving(Known { unimplemented: none, ..shop() })).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("v1:") && text.contains("v1alpha:") && text.contains("UNIMPLEMENTED"), "{text}");
    assert!(error.hint().unwrap().contains("descriptor set"));
}

#[test]
fn what_a_server_does_not_tell_is_said_and_the_rest_stays_usable() {
    let mut known = shop();
    known.services.push("shop.v1.Gone".to_owned());
    known.files.push(FileDescriptorProto {
        name: Some("broken.proto".to_owned()),
        package: Some("broken.v1".to_owned()),
        dependency: vec!["nowhere.proto".to_owned()],
        service: vec![ServiceDescriptorProto { name: Some("Broken".to_owned()), ..Default::default() }],
        ..Default::default()
    });
    known.services.push("broken.v1.Broken".to_owned());
    let reflected = ask(&serving(known)).unwrap();
    assert_eq!((reflected.services.len(), reflected.n_files), (4, 2));
    let problems = reflected.problems.join("\n");
    for part in
        ["the file of \"shop.v1.Gone\": not found", "\"nowhere.proto\"", "\"broken.proto\" is left out"]
    {
        assert!(problems.contains(part), "{part}: {problems}");
    }
    assert!(Schema::from_descriptor_set(&reflected.set, false).unwrap().method("Orders.Watch").is_ok());
}

#[test]
fn a_server_that_has_too_much_or_answers_nonsense_is_left() {
    let server = serving(Known { services: vec!["shop.v1.Orders".to_owned()], ..shop() });
    let mut template = call(&server.url(), RpcKind::Unary);
    template.limits.reflection_files = 1;
    let error = reflect(&template, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("more than 1 files"), "{error}");
    template.limits.reflection_files = 10;
    template.limits.reflection = 20;
    let error = reflect(&template, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("more than 20 bytes"), "{error}");
    let nonsense = Server::start(vec![Step::Answer(std::sync::Arc::new(|_| vec![0x32, 0x7f, 1]))]);
    let error = ask(&nonsense).unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
}

#[test]
fn nobody_is_asked_twice_where_nobody_is() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = reflect(&call(&format!("http://{closed}"), RpcKind::Unary), &mut |_| {}).unwrap_err();
    assert_eq!(error.attempts.len(), 1);
    assert!(error.to_string().contains("refused"), "{error}");
}
