//! The command line: `call` and `reflect`, run as a program.

use crate::harness::{framed, grpc_headers, status};
use crate::reflection::{serving, shop};
use crate::server::{PlainServer, Server, Step};
use std::path::Path;
use std::process::{Command, Stdio};

pub struct Ran {
    pub exit_code: i32,
    pub out: String,
    pub said: String,
}

impl Ran {
    #[track_caller]
    pub fn exits(self, exit_code: i32) -> Ran {
        assert_eq!(self.exit_code, exit_code, "{}\n{}", self.said, self.out);
        self
    }

    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Ran {
        for part in parts {
            assert!(self.said.contains(part), "{part:?} is not in {:?}", self.said);
        }
        self
    }
}

/// Runs the program in a folder of its own, with what it remembers there.
pub struct Program(tempfile::TempDir);

impl Program {
    pub fn new() -> Program {
        Program(tempfile::tempdir().unwrap())
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_protoloupe"));
        command.args(args).current_dir(self.0.path()).env("XDG_STATE_HOME", self.0.path().join("state"));
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "http_proxy", "https_proxy", "all_proxy", "grpc_proxy"] {
            command.env_remove(name).env_remove(name.to_ascii_uppercase());
        }
        command.stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.looked_at(&mut self.command(args))
    }

    pub fn looked_at(&self, command: &mut Command) -> Ran {
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("panicked"), "{said}");
        assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{said:?}");
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        Ran { exit_code: output.status.code().expect("the program ended by itself"), out, said }
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.0.path().join(name), bytes).unwrap();
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }
}

/// The content of all files in a folder and below.
pub fn files_in(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![std::fs::read(path).unwrap()] })
        .collect()
}

pub fn replying(messages: &[&[u8]], trailers: Vec<(&'static str, String)>) -> Server {
    let frames = messages.iter().flat_map(|message| framed(0, message)).collect();
    Server::start(vec![
        Step::ReadAll,
        Step::Headers(200, grpc_headers()),
        Step::Data(frames),
        Step::Trailers(trailers),
    ])
}

/// status { code: OK, message: "OK" }
pub const OK_REPLY: &[u8] = b"\x0a\x08\x08\xa0\x9c\x01\x12\x02OK";

#[test]
fn a_file_goes_out_as_it_stands_and_the_reply_is_printed_and_kept() {
    let program = Program::new();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample-send-message.bin");
    let bytes = std::fs::read(&sample).unwrap();
    let server = replying(&[OK_REPLY], status("0"));
    let args = ["call", &server.url(), "MessagingService/SendMessage", "--data", sample.to_str().unwrap()];
    let ran = program.run(&[&args[..], &["-o", "replies", "--compact"]].concat()).exits(0);
    assert_eq!(ran.out, "{\"status\":{\"code\":\"OK\",\"message\":\"OK\"}}\n");
    let ran = ran.says(&["Calling apache.rocketmq.v2.MessagingService/SendMessage", "without credentials"]);
    assert!(!ran.said.contains("error"), "{}", ran.said);
    assert!(server.seen()[0].body == framed(0, &bytes), "the server got other bytes");
    assert_eq!(server.seen()[0].path, "/apache.rocketmq.v2.MessagingService/SendMessage");
    assert_eq!(std::fs::read(program.path("replies/0001.bin")).unwrap(), OK_REPLY);
    // A second call writes over nothing, and says so before it sends.
    program.run(&[&args[..], &["-o", "replies"]].concat()).exits(2).says(&["replies", "never written over"]);
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn the_status_inside_a_reply_decides_too_and_comes_first() {
    // status { code: TOPIC_NOT_FOUND, message: "\x1b[31mno" }
    let server = replying(&[b"\x0a\x0d\x08\xd2\xbb\x02\x12\x07\x1b[31mno"], status("0"));
    let program = Program::new();
    program.file("empty.bin", b"");
    let ran =
        program.run(&["call", &server.url(), "MessagingService.QueryRoute", "--data", "empty.bin"]).exits(1);
    let ran = ran.says(&["error: RocketMQ 40402 TOPIC_NOT_FOUND: \\u{1b}[31mno (There is no such topic)"]);
    let (in_band, grpc) = (ran.said.find("RocketMQ").unwrap(), ran.said.find("gRPC 0 OK").unwrap());
    assert!(in_band < grpc, "{}", ran.said);
    // Several results count as OK.
    let server = replying(&[b"\x0a\x04\x08\xb0\xea\x01"], status("0"));
    program.run(&["call", &server.url(), "MessagingService.AckMessage", "--data", "empty.bin"]).exits(0);
}

#[test]
fn a_status_that_is_not_ok_is_said_with_its_details() {
    let trailers = [
        status("3"),
        vec![
            ("grpc-message", "bad%20field".to_owned()),
            // code: 3, details: RequestInfo { request_id: "r7" }
            (
                "grpc-status-details-bin",
                "CAMaMgoqdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJlcXVlc3RJbmZvEgQKAnI3".to_owned(),
            ),
        ],
    ];
    let server = replying(&[], trailers.concat());
    let program = Program::new();
    program.file("empty.bin", b"");
    program
        .run(&["call", &server.url(), "MessagingService.QueryRoute", "--data", "empty.bin"])
        .exits(1)
        .says(&[
            "error: gRPC 3 INVALID_ARGUMENT: bad field",
            "google.rpc.RequestInfo {\"requestId\":\"r7\"}",
            "HTTP 200",
        ]);
}

#[test]
fn bytes_that_do_not_decode_are_refused_unless_they_are_to_be_sent_anyway() {
    let server = replying(&[OK_REPLY], status("0"));
    let program = Program::new();
    let broken = b"\x0a\x7fcut off";
    program.file("broken.bin", broken);
    let args = ["call", &server.url(), "MessagingService.SendMessage", "--data", "broken.bin"];
    program.run(&args).exits(1).says(&[
        "offset 0",
        "do not decode as apache.rocketmq.v2.SendMessageRequest",
        "broken.bin",
        "--send-anyway",
    ]);
    assert!(server.seen().is_empty());
    program.run(&[&args[..], &["--send-anyway"]].concat()).exits(0);
    assert_eq!(server.seen()[0].body, framed(0, broken));
}

#[test]
fn all_kinds_are_called_with_raw_bytes_where_no_schema_knows_the_method() {
    let program = Program::new();
    program.file("1.bin", b"\x08\x01");
    program.file("2.bin", b"any bytes");
    for (kind, data, replies) in [
        ("unary", vec!["1.bin"], 1),
        ("server", vec!["1.bin"], 3),
        ("client", vec!["1.bin", "2.bin"], 1),
        ("bidi", vec!["2.bin", "1.bin", "2.bin"], 2),
        ("bidi", vec![], 0),
    ] {
        let server = replying(&vec![&b"\x0a\x05hello"[..]; replies], status("0"));
        let folder = format!("{kind}-{replies}");
        let mut args = vec!["call", "URL", "any.v1.Service/Method", "--kind", kind, "-o", &folder];
        let url = server.url();
        args[1] = &url;
        if !data.is_empty() {
            args.push("--data");
            args.extend(&data);
        }
        let ran = program.run(&args).exits(0);
        assert_eq!(ran.out.matches("hello").count(), replies, "{}", ran.out);
        let sent: Vec<u8> =
            data.iter().flat_map(|file| framed(0, &std::fs::read(program.path(file)).unwrap())).collect();
        assert_eq!(server.seen()[0].body, sent, "{kind}");
        assert_eq!(std::fs::read_dir(program.path(&folder)).unwrap().count(), replies, "{kind}");
    }
}

#[test]
fn metadata_is_sent_and_secrets_come_from_files_and_variables() {
    let server = replying(&[OK_REPLY], status("0"));
    let program = Program::new();
    program.file("empty.bin", b"");
    program.file("auth.txt", "Bearer hidden-in-a-file\n");
    program.file("bytes", [0xff, 0]);
    let url = server.url();
    let args = [
        "call",
        &url,
        "MessagingService.QueryRoute",
        "--data",
        "empty.bin",
        "-v",
        "-o",
        "kept",
        "-H",
        "x-mq-client-id: me@1",
        "-H",
        "authorization: @auth.txt",
        "-H",
        "x-token: $PROTOLOUPE_TEST_TOKEN",
        "-H",
        "x-raw-bin: @bytes",
        "--authority",
        "example.com",
        "--deadline",
        "5s",
        "--keep-alive",
        "1m",
        "--gzip",
    ];
    let mut command = program.command(&args);
    let ran = program.looked_at(command.env("PROTOLOUPE_TEST_TOKEN", "hidden-in-a-variable")).exits(0);
    let seen = &server.seen()[0];
    for (name, value) in [
        ("x-mq-client-id", "me@1"),
        ("authorization", "Bearer hidden-in-a-file"),
        ("x-token", "hidden-in-a-variable"),
        ("x-raw-bin", "/wA"),
        ("grpc-timeout", "5000000u"),
        ("grpc-encoding", "gzip"),
    ] {
        assert_eq!(seen.headers[name], value);
    }
    assert_eq!(seen.authority, "example.com");
    let ran =
        ran.says(&["authorization from \"auth.txt\"", "x-token from $PROTOLOUPE_TEST_TOKEN", "trailers"]);
    assert!(!ran.said.contains("hidden") && !ran.out.contains("hidden"), "{}", ran.said);
    // Nor is a secret in any file that the program wrote.
    std::fs::remove_file(program.path("auth.txt")).unwrap();
    assert!(!files_in(program.0.path()).iter().any(|bytes| bytes.windows(6).any(|six| six == b"hidden")));
    program.file("auth.txt", "x");
    program.run(&args).exits(2).says(&["$PROTOLOUPE_TEST_TOKEN is not set"]);
}

#[test]
fn a_rocketmq_client_signs_every_call_and_headers_given_by_hand_stay() {
    let server = replying(&[OK_REPLY], status("0"));
    let program = Program::new();
    program.file("empty.bin", b"");
    program.file("secret.txt", "sk\n");
    let url = server.url();
    let call = ["call", &url, "MessagingService.QueryRoute", "--data", "empty.bin", "-v"];
    let key =
        ["--rocketmq-access-key", "ak", "--rocketmq-secret", "@secret.txt", "--rocketmq-namespace", "ns"];
    let by_hand = ["-H", "x-mq-date-time: 20261123T095147Z", "-H", "x-mq-language: PYTHON"];
    let ran = program.run(&[&call[..], &key, &by_hand].concat()).exits(0);
    let ran = ran.says(&["with RocketMQ access key ak", "x-mq-namespace: ns", "authorization: (not shown)"]);
    assert!(!ran.said.contains("24f2dec5"), "{}", ran.said);
    program.run(&[&call[..], &["--rocketmq"]].concat()).exits(0).says(&["without credentials"]);
    let seen = server.seen();
    let signature = "24f2dec5b55e0950317194b0239baa3f9944f7e0";
    let authorization =
        format!("MQv2-HMAC-SHA1 Credential=ak, SignedHeaders=x-mq-date-time, Signature={signature}");
    assert_eq!(seen[0].headers["authorization"], authorization);
    assert_eq!(
        (&seen[0].headers["x-mq-language"], &seen[0].headers["x-mq-namespace"]),
        (&"PYTHON".parse().unwrap(), &"ns".parse().unwrap())
    );
    assert!(seen[1].headers.contains_key("x-mq-client-id") && !seen[1].headers.contains_key("authorization"));
    drop(seen);
    program
        .run(&[&call[..], &["--rocketmq-access-key", "ak", "--rocketmq-secret", "sk"]].concat())
        .exits(2)
        .says(&["--rocketmq-secret takes no secret itself", "@FILE or $VAR"]);
}

#[cfg(unix)]
#[test]
fn the_systems_roots_are_trusted_and_others_are_shown() {
    let (server, ca) = crate::tls::trusted_by_ca();
    let program = Program::new();
    program.file("empty.bin", b"");
    program.file("ca.pem", ca);
    let url = format!("https://localhost:{}", server.address.port());
    let args = ["call", &url, "a.B/C", "--data", "empty.bin"];
    let mut with_roots = program.command(&args);
    program.looked_at(with_roots.env("SSL_CERT_FILE", program.path("ca.pem"))).exits(0);
    let ran =
        program.run(&args).exits(1).says(&["not trusted", "certificate: for localhost", "SHA-256", "own CA"]);
    assert!(ran.out.is_empty());
    program.run(&[&args[..], &["--ca", "ca.pem"]].concat()).exits(0);
    program
        .run(&[&args[..], &["--insecure"]].concat())
        .exits(0)
        .says(&["was not verified: nobody who is trusted signed it", "certificate: for localhost"]);
}

#[test]
fn wrong_calls_are_refused_with_what_to_do() {
    let program = Program::new();
    program.file("empty.bin", b"");
    let with = |args: &[&'static str]| [&["call"], args].concat();
    let data = ["--data", "empty.bin"];
    for (args, parts) in [
        (with(&["localhost:1", "a.B/C"]), vec!["does not say how", "http://host:port"]),
        (with(&["http://localhost:1", "a.B/C"]), vec!["no message to send", "empty file"]),
        (with(&["http://localhost:1", "nonsense"]), vec!["No method is called \"nonsense\""]),
        (
            with(&[
                "http://localhost:1",
                "MessagingService.QueryRoute",
                "--kind",
                "bidi",
                "--data",
                "empty.bin",
            ]),
            vec!["QueryRoute is unary"],
        ),
        (
            with(&["http://localhost:1", "a.B/C", "--insecure", "--data", "empty.bin"]),
            vec!["plain text", "https://"],
        ),
        (
            with(&["http://localhost:1", "a.B/C", "-H", "x", "--data", "empty.bin"]),
            vec!["\"x\" is not", "x-request-id"],
        ),
        (
            with(&["http://localhost:1", "a.B/C", "--kind", "bidi", "--protocol", "grpc-web"]),
            vec!["gRPC-Web cannot carry bidirectional"],
        ),
        (with(&["http://192.0.2.1:1", "a.B/C", data[0], data[1]]), vec!["192.0.2.1", "--yes"]),
        (with(&["http://localhost:1", "a.B/C", "--data", "gone.bin"]), vec!["no file", "gone.bin"]),
    ] {
        let ran = program.run(&args).exits(2).says(&parts);
        assert!(ran.out.is_empty(), "{args:?}");
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}");
    program.run(&["call", &url, "a.B/C", "--data", "empty.bin"]).exits(1).says(&["refused", "listens"]);
}

#[test]
fn a_target_is_agreed_to_once() {
    let program = Program::new();
    program.file("empty.bin", b"");
    let proxy = PlainServer::start("HTTP/1.1 403 Forbidden\r\n\r\n");
    let proxy = proxy.url();
    let args = ["call", "http://192.0.2.1:1", "a.B/C", "--data", "empty.bin", "--proxy", &proxy];
    program.run(&args).exits(2).says(&["--yes"]);
    program.run(&[&args[..], &["--yes"]].concat()).exits(1).says(&["The proxy", "403 Forbidden"]);
    program.run(&args).exits(1).says(&["The proxy"]);
    let other = ["reflect", "http://192.0.2.1:2", "--proxy", &proxy];
    program.run(&other).exits(2).says(&["192.0.2.1:2", "--yes"]);
}

#[test]
fn an_answer_that_is_not_grpc_is_shown() {
    let server =
        PlainServer::start("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html>\x1b[2J");
    let program = Program::new();
    program.file("empty.bin", b"");
    program.run(&["call", &server.url(), "a.B/C", "--data", "empty.bin"]).exits(1).says(&[
        "HTTP 502 Bad Gateway, text/html",
        "\"<html>\\u{1b}[2J\"",
        "proxy answered",
    ]);
}

#[test]
fn a_message_that_is_cut_off_is_kept_beside_the_replies() {
    let cut = [framed(0, b"\x08\x01"), vec![0, 0, 0, 0, 10, b'1', b'2']].concat();
    let server =
        Server::start(vec![Step::ReadAll, Step::Headers(200, grpc_headers()), Step::Data(cut), Step::End]);
    let program = Program::new();
    program.file("empty.bin", b"");
    let args = ["call", &server.url(), "a.B/C", "--kind", "server", "--data", "empty.bin", "-o", "out"];
    program.run(&args).exits(1).says(&["2 of 10 bytes came"]);
    assert_eq!(std::fs::read(program.path("out/0001.bin")).unwrap(), b"\x08\x01");
    assert_eq!(std::fs::read(program.path("out/0002.partial")).unwrap(), b"12");
}

#[test]
fn reflection_lists_a_server_and_saves_what_other_commands_read() {
    let server = serving(shop());
    let program = Program::new();
    let ran = program.run(&["reflect", &server.url(), "-o", "shop.binpb"]).exits(0);
    assert_eq!(
        ran.out,
        "service  shop.v1.Orders\n  rpc Watch(shop.v1.Order) returns (stream shop.v1.Order)\n\
         service  grpc.reflection.v1.ServerReflection\n"
    );
    let described = program.run(&["describe", "shop.v1.Order", "--descriptor-set", "shop.binpb"]).exits(0);
    assert!(described.out.contains("order_id"), "{}", described.out);
    let json = program.run(&["reflect", &server.url(), "--to", "json"]).exits(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["services"][0]["methods"][0]["server_streaming"], true);
    let without = Server::start(vec![Step::Headers(200, [grpc_headers(), status("12")].concat()), Step::End]);
    program.run(&["reflect", &without.url()]).exits(1).says(&["v1alpha", "UNIMPLEMENTED", "descriptor set"]);
}

#[test]
fn a_file_that_cannot_be_used_is_said_and_the_others_can() {
    let mut known = shop();
    let mut broken = known.files[1].clone();
    broken.name = Some("broken.proto".to_owned());
    broken.package = Some("broken.v1".to_owned());
    broken.message_type[0].field[0].number = Some(0);
    broken.service = known.files[0].service.clone();
    broken.service[0].method.clear();
    known.files.push(broken);
    known.services.push("broken.v1.Orders".to_owned());
    let server = serving(known);
    let program = Program::new();
    let ran = program.run(&["reflect", &server.url()]).exits(1).says(&["warning: ", "broken.proto"]);
    assert!(
        ran.out.contains("rpc Watch(shop.v1.Order)") && ran.out.contains("broken.v1.Orders"),
        "{}",
        ran.out
    );
}

#[test]
fn a_call_may_ask_the_server_for_its_schema() {
    let server = serving(shop());
    let program = Program::new();
    program.file("order.bin", b"\x0a\x03A-1");
    // What answers reflection also answers this, with the file's descriptor as if it were the reply.
    let args =
        ["call", &server.url(), "shop.v1.Orders/Watch", "--reflect", "--data", "order.bin", "--send-anyway"];
    let ran = program.run(&args);
    assert!(server.seen().iter().any(|seen| seen.path == "/shop.v1.Orders/Watch"), "{}", ran.said);
    program.file("broken.bin", b"\x0a\x7f");
    let args = ["call", &server.url(), "shop.v1.Orders/Watch", "--reflect", "--data", "broken.bin"];
    program.run(&args).exits(1).says(&["do not decode as shop.v1.Order"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_gives_the_call_up_and_keeps_what_came() {
    let server = Server::start(vec![
        Step::ReadAll,
        Step::Headers(200, grpc_headers()),
        Step::Data(framed(0, b"\x08\x07")),
        Step::Silence,
    ]);
    let program = Program::new();
    program.file("empty.bin", b"");
    let url = server.url();
    let args =
        ["call", &url, "a.B/C", "--kind", "server", "--data", "empty.bin", "-o", "out", "--deadline", "none"];
    let mut child = program.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !program.path("out/0001.bin").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was interrupted");
        std::thread::yield_now();
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let exit_code = child.wait().unwrap().code();
    let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
    assert_eq!(exit_code, Some(1), "{said}");
    assert!(said.contains("Cancelled in the middle of the answer"), "{said}");
}

#[test]
fn a_descriptor_set_without_a_folder_is_said_before_the_server_is_asked() {
    let server = serving(shop());
    let program = Program::new();
    program.run(&["reflect", &server.url(), "-o", "none/api.binpb"]).exits(2).says(&["none"]);
    assert!(server.seen().is_empty());
}

#[test]
fn a_server_of_http_2_alone_is_told_from_one_that_is_not_there() {
    let server = replying(&[OK_REPLY], status("0"));
    let program = Program::new();
    program.file("empty.bin", b"");
    for protocol in ["grpc-web", "connect"] {
        let url = server.url();
        let call =
            ["call", &url, "MessagingService/QueryRoute", "--data", "empty.bin", "--protocol", protocol];
        program.run(&call).exits(1).says(&["speaks HTTP/2 only", "Take gRPC"]);
    }
    assert!(server.seen().is_empty());
}
