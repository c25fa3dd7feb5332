use crate::harness::{call, framed, grpc_headers, make, status};
use crate::server::{Server, Step};
use protoloupe::rpc::{Details, Entry, Event, RpcKind};

fn entries(made: &crate::harness::Made, of_trailers: bool) -> Vec<Entry> {
    let found = made.log.steps().iter().find_map(|step| match step {
        Event::Headers { entries, .. } if !of_trailers => Some(entries.clone()),
        Event::Trailers { entries, .. } if of_trailers => Some(entries.clone()),
        _ => None,
    });
    found.unwrap()
}

#[test]
fn metadata_goes_both_ways_as_it_is_spelled() {
    let headers = [grpc_headers(), vec![("x-a-bin", "AAE=".to_owned()), ("x-a-bin", "AAE".to_owned())]];
    let trailers = [status("0"), vec![("x-b", "text".to_owned()), ("x-c-bin", "/w".to_owned())]];
    let server = Server::start(vec![
        Step::ReadAll,
        Step::Headers(200, headers.concat()),
        Step::Data(framed(0, b"")),
        Step::Trailers(trailers.concat()),
    ]);
    let mut call = call(&server.url(), RpcKind::Unary);
    call.authority = Some("example.com:7".to_owned());
    for (name, value) in [("x-text", "a b: c"), ("x-pad-bin", "AAE="), ("x-bare-bin", "AAE"), ("x-text", "2")]
    {
        call.metadata.add_text(name, value).unwrap();
    }
    call.metadata.add_bytes("x-raw-bin", &[0xff, 0]).unwrap();
    let made = make(&call, &[b""]).succeeds();
    let seen = server.seen().pop().unwrap();
    assert_eq!(seen.authority, "example.com:7");
    let sent =
        |name: &str| seen.headers.get_all(name).iter().map(|v| v.to_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(sent("x-text"), ["a b: c", "2"]);
    assert_eq!(
        (sent("x-pad-bin"), sent("x-bare-bin"), sent("x-raw-bin")),
        (vec!["AAE="], vec!["AAE"], vec!["/wA"])
    );
    assert_eq!((sent("te"), sent("content-type")), (vec!["trailers"], vec!["application/grpc"]));
    let binary = |entry: &Entry| entry.binary();
    let headers: Vec<_> = entries(&made, false).iter().filter_map(binary).collect();
    assert_eq!(headers, [[[0, 1]], [[0, 1]]]);
    let trailers: Vec<_> = entries(&made, true).iter().filter_map(binary).collect();
    assert_eq!(trailers, [[[0xff]]]);
}

#[test]
fn a_status_may_stand_in_the_headers_alone() {
    let headers = [grpc_headers(), status("12"), vec![("grpc-message", "no such method".to_owned())]];
    let server = Server::start(vec![Step::Headers(200, headers.concat()), Step::End]);
    let made = make(&call(&server.url(), RpcKind::Unary), &[b"x"]);
    assert_eq!(made.ending.failure, None);
    let status = made.ending.status.unwrap();
    assert_eq!((status.name(), status.message.as_str()), (Some("UNIMPLEMENTED"), "no such method"));
    assert!(status.hint().unwrap().contains("reflection"));
}

#[test]
fn rich_details_are_read() {
    // google.rpc.Status { code: 3, details: [Any { ".../google.rpc.RequestInfo", { request_id: "r7" } }] }
    let request_info = b"\x0a\x02r7";
    let url = b"type.googleapis.com/google.rpc.RequestInfo";
    let mut any = vec![0x0a, url.len() as u8];
    any.extend(url);
    any.extend([0x12, request_info.len() as u8]);
    any.extend(request_info);
    let mut bytes = vec![8, 3, 0x1a, any.len() as u8];
    bytes.extend(any);
    for text in [base64(&bytes, true), base64(&bytes, false)] {
        let trailers = [status("3"), vec![("grpc-status-details-bin", text)]].concat();
        let server = Server::start(vec![Step::Headers(200, grpc_headers()), Step::Trailers(trailers)]);
        let made = make(&call(&server.url(), RpcKind::Unary), &[b"x"]);
        match made.ending.status.unwrap().details {
            Some(Details::Decoded { bytes: raw, details }) => {
                assert_eq!(raw, bytes);
                assert_eq!(details[0].type_name(), "google.rpc.RequestInfo");
                assert_eq!(details[0].json(None).unwrap(), r#"{"requestId":"r7"}"#);
            }
            other => panic!("{other:?}"),
        }
    }
}

fn base64(bytes: &[u8], padded: bool) -> String {
    let base64 = if padded { base64_simd::STANDARD } else { base64_simd::STANDARD_NO_PAD };
    base64.encode_to_string(bytes)
}

#[test]
fn a_path_prefix_stands_before_the_method() {
    let server = Server::start(vec![Step::Headers(200, [grpc_headers(), status("12")].concat()), Step::End]);
    make(&call(&format!("{}/behind/proxy/", server.url()), RpcKind::Unary), &[b"x"]);
    assert_eq!(server.seen()[0].path, "/behind/proxy/test.v1.Service/Method");
}
