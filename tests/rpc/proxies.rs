use crate::harness::{call, framed, grpc_headers, make, status};
use crate::server::{Server, Step};
use protoloupe::rpc::{Event, Proxy, ProxyAddress, RpcKind};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

fn answering() -> Server {
    Server::start(vec![
        Step::ReadAll,
        Step::Headers(200, grpc_headers()),
        Step::Data(framed(0, b"reply")),
        Step::Trailers(status("0")),
    ])
}

/// Speaks a proxy's protocol; whether it lets the caller through.
type Speak = fn(&mut TcpStream, SocketAddr) -> bool;

/// A proxy for one connection: speaks its protocol, then passes bytes to `target`.
fn proxy(target: SocketAddr, speak: Speak) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let (mut near, _) = listener.accept().unwrap();
        if !speak(&mut near, target) {
            return;
        }
        let mut far = TcpStream::connect(target).unwrap();
        let (mut near_out, mut far_out) = (near.try_clone().unwrap(), far.try_clone().unwrap());
        let back = std::thread::spawn(move || {
            let _ = std::io::copy(&mut far, &mut near_out);
            let _ = near_out.shutdown(std::net::Shutdown::Write);
        });
        let _ = std::io::copy(&mut near, &mut far_out);
        let _ = far_out.shutdown(std::net::Shutdown::Write);
        back.join().unwrap();
    });
    (address, thread)
}

fn head(near: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        near.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

fn take(near: &mut TcpStream, expected: &[u8]) {
    let mut bytes = vec![0; expected.len()];
    near.read_exact(&mut bytes).unwrap();
    assert_eq!(bytes, expected);
}

fn socks_target(target: SocketAddr) -> Vec<u8> {
    let SocketAddr::V4(target) = target else { panic!("{target}") };
    [&[5, 1, 0, 1][..], &target.ip().octets(), &target.port().to_be_bytes()].concat()
}

#[test]
fn calls_go_through_proxies_that_let_them() {
    let connect: Speak = |near, target| {
        let head = head(near);
        assert!(head.starts_with(&format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n")), "{head}");
        // base64 of me:p@ss
        assert!(head.contains("Proxy-Authorization: Basic bWU6cEBzcw=="), "{head}");
        near.write_all(b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n").unwrap();
        true
    };
    let socks: Speak = |near, target| {
        take(near, &[5, 2, 0, 2]);
        near.write_all(&[5, 2]).unwrap();
        take(near, b"\x01\x02me\x04p@ss");
        near.write_all(&[1, 0]).unwrap();
        take(near, &socks_target(target));
        near.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        true
    };
    for (scheme, speak) in [("http", connect), ("socks5", socks)] {
        let server = answering();
        let (address, thread) = proxy(server.address, speak);
        let mut call = call(&server.url(), RpcKind::Unary);
        let through: ProxyAddress = format!("{scheme}://me:p%40ss@{address}").parse().unwrap();
        call.proxy = Proxy::Through(through);
        let made = make(&call, &[b"x"]).succeeds();
        assert_eq!(made.received(), [b"reply"]);
        match &made.log.steps()[0] {
            Event::Connected { facts, .. } => {
                assert_eq!(facts.proxy.as_deref(), Some(format!("{scheme}://{address}").as_str()));
            }
            other => panic!("{other:?}"),
        }
        thread.join().unwrap();
    }
}

#[test]
fn a_proxy_that_refuses_is_told_apart_from_the_server() {
    let cases: [(&str, Speak, &str); 5] = [
        (
            "http",
            |near, _| {
                head(near);
                near.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").unwrap();
                false
            },
            "wants credentials",
        ),
        (
            "http",
            |near, _| {
                head(near);
                near.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").unwrap();
                false
            },
            "502 Bad Gateway",
        ),
        ("http", |near, _| head(near).is_empty(), "closed the connection"),
        (
            "socks5",
            |near, target| {
                take(near, &[5, 1, 0]);
                near.write_all(&[5, 0]).unwrap();
                take(near, &socks_target(target));
                near.write_all(&[5, 5, 0, 1]).unwrap();
                false
            },
            "connection was refused",
        ),
        (
            "socks5",
            |near, _| {
                take(near, &[5, 1, 0]);
                near.write_all(&[5, 255]).unwrap();
                false
            },
            "wants credentials",
        ),
    ];
    for (scheme, speak, reason) in cases {
        let server = answering();
        let (address, thread) = proxy(server.address, speak);
        let mut call = call(&server.url(), RpcKind::Unary);
        call.proxy = Proxy::Through(format!("{scheme}://{address}").parse().unwrap());
        make(&call, &[b"x"]).fails(&["The proxy", reason]);
        assert!(server.seen().is_empty());
        thread.join().unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_unix_socket_is_an_endpoint() {
    let server = answering();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.sock");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let target = server.address;
    let thread = std::thread::spawn(move || {
        let (mut near, _) = listener.accept().unwrap();
        let mut far = TcpStream::connect(target).unwrap();
        let (mut near_out, mut far_out) = (near.try_clone().unwrap(), far.try_clone().unwrap());
        let back = std::thread::spawn(move || _ = std::io::copy(&mut far, &mut near_out));
        let _ = std::io::copy(&mut near, &mut far_out);
        let _ = far_out.shutdown(std::net::Shutdown::Write);
        back.join().unwrap();
    });
    let made = make(&call(&format!("unix:{}", path.display()), RpcKind::Unary), &[b"x"]).succeeds();
    assert_eq!(made.received(), [b"reply"]);
    thread.join().unwrap();
    assert_eq!(server.seen()[0].authority, "localhost");
    let gone = folder.path().join("gone.sock");
    make(&call(&format!("unix:{}", gone.display()), RpcKind::Unary), &[b"x"]).fails(&["no such socket"]);
}
