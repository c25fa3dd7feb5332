//! `call` and `reflect` with profiles, and the session beside a call.

use crate::command::{OK_REPLY, Program, files_in, replying};
use crate::harness::{framed, grpc_headers, status};
use crate::reflection::{serving, shop};
use crate::server::{Server, Step};
use std::collections::BTreeSet;
use std::sync::Arc;

#[test]
fn a_profile_says_where_and_as_whom_and_options_stand_before_it() {
    let program = Program::new();
    let server = replying(&[OK_REPLY], status("0"));
    program.file("empty.bin", b"");
    program.file("secret.txt", b"s3cret\n");
    let profile = format!(
        "endpoint = {}\n[metadata]\nx-tenant = ${{tenant}}\nx-token = $TOKEN\n[variables]\ntenant = t1\n\
         [rocketmq]\naccess-key = ak\nsecret = @secret.txt\nnamespace = ns\nnew = 1\n",
        server.url()
    );
    program.file("my.profile", &profile);
    std::fs::create_dir_all(program.path("config/protoloupe/profiles")).unwrap();
    program.file("config/protoloupe/profiles/here.profile", &profile);
    program.file("config/protoloupe/profiles/secret.txt", b"s3cret\n");
    let run = |args: &[&str]| {
        let mut command = program.command(&[&["call"], args, &["--data", "empty.bin", "-v"]].concat());
        command.env("TOKEN", "t0ken").env("XDG_CONFIG_HOME", program.path("config"));
        program.looked_at(&mut command)
    };
    let method = "MessagingService/QueryRoute";
    let ran = run(&["--profile", "my.profile", method]).exits(0);
    let ran = ran.says(&["RocketMQ access key ak", "x-token from $TOKEN", "\"new\"", "line 11"]);
    assert!(!ran.said.contains("s3cret") && !ran.said.contains("t0ken"), "{}", ran.said);
    let header = |at: usize, name: &str| {
        let value = server.seen()[at].headers.get(name).cloned();
        value.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    assert_eq!(header(0, "x-tenant"), "t1");
    assert_eq!(header(0, "x-token"), "t0ken");
    assert_eq!(header(0, "x-mq-namespace"), "ns");
    assert!(["3S", "3000m", "3000000u"].contains(&header(0, "grpc-timeout").as_str()));
    assert!(header(0, "authorization").starts_with("MQv2-HMAC-SHA1 Credential=ak, "));
    let options = ["--rocketmq-namespace", "other", "-H", "x-tenant: t2", "-H", "x-mq-language: JAVA"];
    run(&[&["--profile", "here", method][..], &options].concat()).exits(0);
    assert_eq!(header(1, "x-tenant"), "t2");
    assert_eq!(header(1, "x-mq-namespace"), "other");
    assert_eq!(header(1, "x-mq-language"), "JAVA");
    let other = replying(&[OK_REPLY], status("0"));
    run(&[&other.url(), method, "--profile", "here"]).exits(0);
    assert_eq!((server.seen().len(), other.seen().len()), (2, 1));
    run(&["--profile", "nowhere", method]).exits(2).says(&["There is no profile \"nowhere\"", "profiles"]);
    run(&[method]).exits(2);
    let written = program.path("state");
    for bytes in if written.exists() { files_in(&written) } else { Vec::new() } {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains("s3cret") && !text.contains("t0ken"), "{text}");
    }
}

#[test]
fn options_stand_anywhere_and_what_is_given_need_not_be_asked() {
    let program = Program::new();
    let server = replying(&[OK_REPLY], status("0"));
    let method = "MessagingService/QueryRoute";
    program.file("empty.bin", b"");
    program.run(&["call", &server.url(), "--compact", method, "--data", "empty.bin"]).exits(0);
    let profile = format!("endpoint = {}\n[metadata]\nx-token = ?\n", server.url());
    program.file("my.profile", &profile);
    let args = ["call", "--profile", "my.profile", "--compact", method, "--data", "empty.bin"];
    program.run(&args).exits(2).says(&["x-token", "There is no terminal to ask at", "-H"]);
    program.file("token.txt", b"t0ken");
    program.run(&[&args[..], &["-H", "x-token: @token.txt"]].concat()).exits(0);
    assert_eq!(server.seen()[1].headers["x-token"], "t0ken");
    program.run(&["call", "--profile", "my.profile", "--data", "empty.bin"]).exits(2).says(&["which method"]);
}

#[test]
fn a_method_that_its_own_service_does_not_declare_is_called_only_if_the_kind_is_given() {
    let program = Program::new();
    let server = replying(&[OK_REPLY], status("0"));
    program.file("empty.bin", b"");
    let url = server.url();
    let method = "apache.rocketmq.v2.MessagingService/queryRoute";
    let args = ["call", &url, method, "--data", "empty.bin"];
    program.run(&args).exits(2).says(&["queryRoute", "Did you mean"]);
    assert_eq!(server.seen().len(), 0);
    program.run(&[&args[..], &["--kind", "unary"]].concat()).exits(0);
    assert_eq!(server.seen()[0].path, format!("/{method}"));
}

#[test]
fn a_profile_that_tells_a_secret_is_refused_with_its_line() {
    let program = Program::new();
    program.file("my.profile", "endpoint = http://127.0.0.1:1\n[metadata]\nauthorization = Bearer s3cret\n");
    let args = ["call", "--profile", "my.profile", "a.B/C", "--data", "my.profile"];
    let ran =
        program.run(&args).exits(2).says(&["\"authorization\" is a secret", "Line 3", "my.profile", "$NAME"]);
    assert!(!ran.said.contains("s3cret"), "{}", ran.said);
}

#[test]
fn reflection_asks_with_what_the_profile_says() {
    let program = Program::new();
    let server = serving(shop());
    let text = format!("endpoint = {}\nprotocol = connect\n[metadata]\nx-tenant = blue\n", server.url());
    program.file("shop.profile", text);
    let ran = program.run(&["reflect", "--profile", "shop.profile"]).exits(0);
    assert!(ran.out.contains("service  "), "{}", ran.out);
    assert!(server.seen().iter().all(|seen| seen.headers["x-tenant"] == "blue"));
    program.run(&["reflect"]).exits(2);
}

#[test]
fn a_session_runs_beside_a_call_as_the_same_client() {
    let program = Program::new();
    // settings {}
    let settings = |_: &[u8]| b"\x12\x00".to_vec();
    let server = Server::start(vec![
        Step::OfPath("/Telemetry", vec![Step::Answer(Arc::new(settings))]),
        Step::ReadAll,
        Step::Headers(200, grpc_headers()),
        Step::Data(framed(0, OK_REPLY)),
        Step::Trailers(status("0")),
    ]);
    program.file("empty.bin", b"");
    let url = server.url();
    let args = ["call", &url, "MessagingService/QueryRoute", "--data", "empty.bin", "--session", "-v"];
    let options = ["--rocketmq-topic", "orders", "--rocketmq-group", "readers"];
    let ran = program.run(&[&args[..], &options].concat()).exits(0);
    ran.says(&["session: ", "session: termination RocketMQ 20000 OK"]);
    let seen = server.seen();
    let paths: Vec<&str> = seen.iter().map(|seen| seen.path.rsplit('/').next().unwrap()).collect();
    assert_eq!(paths, ["Telemetry", "QueryRoute", "NotifyClientTermination"]);
    let ids: BTreeSet<&str> =
        seen.iter().map(|seen| seen.headers["x-mq-client-id"].to_str().unwrap()).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    drop(seen);
    program.run(&args).exits(2).says(&["A session is of a RocketMQ client", "--rocketmq-topic"]);
    let refusing = Server::start(vec![
        Step::Headers(200, grpc_headers()),
        Step::Trailers(vec![("grpc-status", "9".to_owned()), ("grpc-message", "no such group".to_owned())]),
    ]);
    let url = refusing.url();
    let args = ["call", &url, "MessagingService/QueryRoute", "--data", "empty.bin", "--session"];
    let ran = program.run(&[&args[..], &options].concat()).exits(1);
    ran.says(&["The session could not be opened", "no such group"]);
    assert_eq!(refusing.seen().len(), 1);
}

#[cfg(unix)]
#[test]
fn a_profile_comes_through_a_pipe_too() {
    use std::io::Write as _;
    let program = Program::new();
    let server = replying(&[OK_REPLY], status("0"));
    program.file("empty.bin", b"");
    let args = ["call", "--profile", "/dev/stdin", "MessagingService/QueryRoute", "--data", "empty.bin"];
    let mut child = program.command(&args).stdin(std::process::Stdio::piped()).spawn().unwrap();
    let text = format!("endpoint = {}\n[metadata]\nx-tenant = blue\n", server.url());
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(server.seen()[0].headers["x-tenant"], "blue");
}
