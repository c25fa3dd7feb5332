//! What hostile answers cost: the program runs with so little memory that nothing unbounded fits.

use crate::command::{Program, Ran};
use crate::harness::{framed, grpc_headers};
use crate::server::{Server, Step};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// KiB of memory of its own that the program may have, threads and all.
const MEMORY: &str = "262144";
const LIMIT: &str = "67108864";

/// Calls a server with no more memory than that.
fn call(program: &Program, server: &Server, options: &[&str]) -> Ran {
    program.file("empty.bin", b"");
    let url = server.url();
    let call = ["call", &url, "a.B/C", "--kind", "server", "--data", "empty.bin"];
    let plain = program.command(&[&call[..], options].concat());
    let mut bounded = Command::new("sh");
    bounded.args(["-c", "ulimit -d \"$0\" && exec \"$@\"", MEMORY]).arg(plain.get_program());
    bounded.args(plain.get_args()).current_dir(plain.get_current_dir().unwrap());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => bounded.env(name, value),
            None => bounded.env_remove(name),
        };
    }
    program.looked_at(bounded.stdin(Stdio::null()).stdout(Stdio::null()))
}

fn bomb() -> Vec<u8> {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..1024 {
        bomb.write_all(&[0; 1 << 20]).unwrap();
    }
    bomb.finish().unwrap()
}

#[test]
fn a_gibibyte_in_a_mebibyte_takes_what_a_message_may_have() {
    let bomb = bomb();
    let headers = [grpc_headers(), vec![("grpc-encoding", "gzip".to_owned())]].concat();
    let server =
        Server::start(vec![Step::Headers(200, headers), Step::Data(framed(1, &bomb)), Step::Silence]);
    let program = Program::new();
    call(&program, &server, &[]).exits(1).says(&["comes to more than", LIMIT]);
}

#[test]
fn a_declared_size_takes_nothing_before_its_bytes_come() {
    for declared in [[0xc0, 0, 0, 0], [0xff; 4], [0x03, 0xff, 0xff, 0xff]] {
        let prefix = [&[0][..], &declared[..]].concat();
        let headers = Step::Headers(200, grpc_headers());
        let server = Server::start(vec![headers, Step::Data(prefix), Step::End]);
        let program = Program::new();
        let ran = call(&program, &server, &["--max-message", "3GiB"]).exits(1);
        assert!(ran.said.contains("bytes came") || ran.said.contains("is declared"), "{}", ran.said);
    }
}

#[test]
fn messages_without_end_are_handed_on_and_not_gathered() {
    let message = framed(0, &vec![0; 4 << 20]);
    let server = Server::start(vec![Step::Headers(200, grpc_headers()), Step::Endless(message)]);
    let program = Program::new();
    let ran = call(&program, &server, &["--to", "hex", "--deadline", "3s"]);
    ran.exits(1).says(&["The deadline of 3 s passed"]);
}
