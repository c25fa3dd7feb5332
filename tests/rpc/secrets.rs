//! However a call goes, no secret is said, and none is in a file that the program wrote.

use crate::command::{OK_REPLY, Program, Ran, files_in, replying};
use crate::harness::{grpc_headers, status};
use crate::server::{PlainServer, Server, Step};

const SECRETS: [&str; 7] =
    ["hush-header", "hush-secret", "hush-token", "hush-proxy", "hush-key", "hush-var", "hush-profile"];

/// The program, and a folder with secrets that it is told of.
struct Fixture {
    program: Program,
    given: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Fixture {
        let given = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("auth", "Bearer hush-header\n"),
            ("secret", "hush-secret\n"),
            ("token", "hush-token\n"),
            ("key", "-----BEGIN PRIVATE KEY-----\nhush-key\n-----END PRIVATE KEY-----\n"),
            ("wrong.profile", "endpoint = http://127.0.0.1:1\n[metadata]\ncookie = hush-profile\n"),
        ] {
            std::fs::write(given.path().join(name), text).unwrap();
        }
        let program = Program::new();
        program.file("empty.bin", b"");
        Fixture { program, given }
    }

    fn at(&self, name: &str) -> String {
        format!("@{}", self.given.path().join(name).display())
    }

    /// Makes a call with every kind of secret, and says everything that can be said of it.
    fn call(&self, more: &[&str]) -> Ran {
        let (auth, secret, token) = (self.at("auth"), self.at("secret"), self.at("token"));
        let header = format!("x-session: {auth}");
        let with =
            ["--rocketmq-access-key", "me", "--rocketmq-secret", &secret, "--rocketmq-session-token", &token];
        let method = "apache.rocketmq.v2.MessagingService/QueryRoute";
        let call = ["call", method, "--data", "empty.bin", "-v", "--deadline", "20s", "-H", &header];
        let call = [&call[..1], more, &call[1..], &["-H", "x-api-key: $HUSH"], &with].concat();
        let mut command = self.program.command(&call);
        command.env("HUSH", "hush-var").env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace");
        command.env("https_proxy", "http://me:hush-proxy@127.0.0.1:1");
        self.program.looked_at(&mut command)
    }

    #[track_caller]
    fn tells_nothing(&self, ran: &Ran, other: &str) {
        let files = files_in(&self.program.path("."));
        for secret in SECRETS.iter().copied().chain([other]).filter(|secret| !secret.is_empty()) {
            assert!(!ran.said.contains(secret) && !ran.out.contains(secret), "{secret} in {}", ran.said);
            let is_in = |bytes: &Vec<u8>| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!files.iter().any(is_in), "{secret} is in a file");
        }
    }
}

#[test]
fn a_call_that_reaches_its_server_tells_no_secret_however_it_ends() {
    let headers = || Step::Headers(200, grpc_headers());
    for (server, exit_code) in [
        (replying(&[OK_REPLY], status("0")), 0),
        (Server::start(vec![headers(), Step::Trailers(status("16"))]), 1),
        (Server::start(vec![headers(), Step::Reset(h2::Reason::INTERNAL_ERROR)]), 1),
        (Server::start(vec![Step::GoAway(h2::Reason::ENHANCE_YOUR_CALM)]), 1),
        (Server::start(vec![headers(), Step::Data(vec![7; 100]), Step::End]), 1),
    ] {
        let fixture = Fixture::new();
        let ran = fixture.call(&[&server.url(), "-o", "kept"]).exits(exit_code);
        // That the server got them shows that they were there to be told.
        let signature = {
            let seen = server.seen();
            let header = |name: &str| seen[0].headers[name].to_str().unwrap().to_owned();
            assert_eq!(header("x-session"), "Bearer hush-header");
            assert_eq!(
                (header("x-api-key"), header("x-mq-session-token")),
                ("hush-var".into(), "hush-token".into())
            );
            header("authorization").rsplit_once("Signature=").unwrap().1.to_owned()
        };
        fixture.tells_nothing(&ran, &signature);
    }
}

#[test]
fn a_call_that_reaches_nobody_tells_no_secret() {
    let html = PlainServer::start("HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\n\r\n<html>");
    let refusing = PlainServer::start("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let fixture = Fixture::new();
    let key = fixture.at("key");
    let key = key.trim_start_matches('@');
    let proxy = format!("http://me:hush-proxy@{}", refusing.address);
    let plain = html.url();
    let (plain, proxy) = (plain.as_str(), proxy.as_str());
    let secure = format!("https://{}", html.address);
    let secure = secure.as_str();
    let wrong = fixture.given.path().join("wrong.profile");
    for (more, exit_code) in [
        (vec!["http://127.0.0.1:1"], 1),
        (vec![plain], 1),
        (vec![secure, "--insecure"], 1),
        (vec![secure, "--cert", key, "--key", key], 1),
        (vec!["http://server.invalid:1", "--yes", "--proxy", proxy], 1),
        // The proxy of the environment, where nothing listens.
        (vec!["https://server.invalid:1", "--yes"], 1),
        (vec!["--profile", wrong.to_str().unwrap()], 2),
        (vec!["http://127.0.0.1:1", "--rocketmq-group", ""], 1),
    ] {
        let ran = fixture.call(&more);
        assert_eq!(ran.exit_code, exit_code, "{more:?}: {}", ran.said);
        assert!(!ran.said.is_empty());
        fixture.tells_nothing(&ran, "");
    }
}
