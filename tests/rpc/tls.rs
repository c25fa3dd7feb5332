//! Certificates made on the spot, one for each thing that can be wrong with one.

use crate::harness::{Made, call, framed, grpc_headers, make, status};
use crate::server::{PlainServer, Server, Step};
use protoloupe::rpc::{CertificateFacts, Event, Failure, Identity, RpcKind, TRANSPORTS, Tls, TlsFacts};
use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key, both in PEM.
struct Shown {
    certificate: String,
    key: String,
}

impl Authority {
    fn new(name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Authority { certificate, issuer: Issuer::new(params, key) }
    }

    fn sign(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Shown {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, "a server");
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Shown { certificate, key: key.serialize_pem() }
    }

    fn trusted(&self) -> Tls {
        Tls { ca: Some(self.certificate.pem().into_bytes()), ..Tls::default() }
    }
}

/// A server that shows this certificate and, with `clients`, wants one that they signed.
fn server(shown: &Shown, clients: Option<&Authority>, alpn: &[&[u8]]) -> Server {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(clients) => {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(clients.certificate.der().clone()).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let chain = vec![CertificateDer::from_pem_slice(shown.certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(shown.key.as_bytes()).unwrap();
    let mut config = builder.with_single_cert(chain, key).unwrap();
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    let script = vec![
        Step::ReadAll,
        Step::Headers(200, grpc_headers()),
        Step::Data(framed(0, b"reply")),
        Step::Trailers(status("0")),
    ];
    Server::start_with(script, Some(TlsAcceptor::from(Arc::new(config))))
}

fn ask(server: &Server, host: &str, tls: Tls) -> Made {
    let mut call = call(&format!("https://{host}:{}", server.address.port()), RpcKind::Unary);
    call.tls = tls;
    make(&call, &[b"x"])
}

/// A server, and the authority in PEM that has to be trusted for it.
pub fn trusted_by_ca() -> (Server, String) {
    let authority = Authority::new("an authority");
    (server(&authority.sign(&["localhost"], |_| {}), None, &[b"h2"]), authority.certificate.pem())
}

fn facts(made: &Made) -> TlsFacts {
    match &made.log.steps()[0] {
        Event::Connected { facts, .. } => facts.tls.clone().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_that_is_trusted_is_spoken_to_and_its_certificate_shown() {
    let authority = Authority::new("an authority");
    let server = server(&authority.sign(&["localhost", "127.0.0.1"], |_| {}), None, &[b"h2"]);
    for host in ["localhost", "127.0.0.1"] {
        let made = ask(&server, host, authority.trusted()).succeeds();
        assert_eq!(made.received(), [b"reply"]);
        let facts = facts(&made);
        assert_eq!((facts.version.as_str(), facts.protocol.as_deref()), ("TLS 1.3", Some("h2")));
        assert_eq!(facts.unverified, None);
        let CertificateFacts { subject, issuer, names, .. } = facts.certificate;
        assert!(subject.contains("a server") && issuer.contains("an authority"), "{subject} {issuer}");
        assert_eq!(names, ["localhost", "127.0.0.1"]);
    }
}

#[test]
fn every_fault_of_a_certificate_has_its_sentence_and_shows_the_certificate() {
    let (authority, other) = (Authority::new("an authority"), Authority::new("another"));
    let past = |params: &mut CertificateParams| params.not_after = date_time_ymd(2020, 1, 2);
    let future = |params: &mut CertificateParams| params.not_before = date_time_ymd(2990, 1, 2);
    for (shown, trusted, parts) in [
        (
            other.sign(&["localhost"], |_| {}),
            authority.trusted(),
            vec!["not trusted", "nobody who is trusted"],
        ),
        (authority.sign(&["localhost"], |_| {}), Tls::default(), vec!["not trusted", "own CA"]),
        (authority.sign(&["localhost"], past), authority.trusted(), vec!["expired, on 2020-01-02"]),
        (authority.sign(&["localhost"], future), authority.trusted(), vec!["not valid yet", "2990-01-02"]),
        (
            authority.sign(&["a.example.com", "b.example.com"], |_| {}),
            authority.trusted(),
            vec!["not for localhost but for a.example.com, b.example.com"],
        ),
    ] {
        let server = server(&shown, None, &[b"h2"]);
        let made = ask(&server, "localhost", trusted.clone()).fails(&parts);
        let seen = made.ending.failure.as_ref().and_then(Failure::certificate).unwrap();
        assert!(seen.subject.contains("a server"));
        assert!(server.seen().is_empty(), "nothing was sent");

        let skipping = Tls { skip_verification: true, ..trusted };
        let made = ask(&server, "localhost", skipping).succeeds();
        let facts = facts(&made);
        assert_eq!(&facts.certificate, seen);
        assert!(facts.unverified.is_some(), "what verification would have said is kept");
    }
}

#[test]
fn another_name_can_be_asked_for_and_verified() {
    let authority = Authority::new("an authority");
    let server = server(&authority.sign(&["a.example.com"], |_| {}), None, &[b"h2"]);
    let named = Tls { server_name: Some("a.example.com".to_owned()), ..authority.trusted() };
    ask(&server, "127.0.0.1", named).succeeds();
    let mut call = call(&format!("https://{}", server.address), RpcKind::Unary);
    call.tls = authority.trusted();
    call.authority = Some("a.example.com:8443".to_owned());
    make(&call, &[b"x"]).succeeds();
    assert_eq!(server.seen().last().unwrap().authority, "a.example.com:8443");
}

#[test]
fn a_client_certificate_is_shown_to_a_server_that_wants_one() {
    let (authority, clients, other) = (Authority::new("a"), Authority::new("b"), Authority::new("c"));
    let server = server(&authority.sign(&["localhost"], |_| {}), Some(&clients), &[b"h2"]);
    let with = |shown: &Shown| Tls {
        identity: Some(Identity {
            certificates: shown.certificate.clone().into_bytes(),
            key: shown.key.clone().into_bytes(),
        }),
        ..authority.trusted()
    };
    ask(&server, "localhost", with(&clients.sign(&["me"], |_| {}))).succeeds();
    ask(&server, "localhost", authority.trusted())
        .fails(&["wants a client certificate", "Give a certificate"]);
    ask(&server, "localhost", with(&other.sign(&["me"], |_| {})))
        .fails(&["wants a client certificate other than the one that was sent"]);
    let mixed = Shown { key: clients.sign(&["x"], |_| {}).key, ..clients.sign(&["me"], |_| {}) };
    ask(&server, "localhost", with(&mixed)).fails(&["The client certificate with its key cannot be used"]);
}

#[test]
fn plain_text_and_tls_are_told_apart_and_never_exchanged() {
    let authority = Authority::new("an authority");
    let tls_server = server(&authority.sign(&["localhost"], |_| {}), None, &[b"h2"]);
    let in_plain = call(&format!("http://localhost:{}", tls_server.address.port()), RpcKind::Unary);
    make(&in_plain, &[b"x"]).fails(&["speaks TLS, not plain text", "https://"]);

    let http_1 = PlainServer::start("HTTP/1.1 400 Bad Request\r\n\r\n");
    let http_2 = Server::start(vec![Step::Silence]);
    for url in [http_1.url(), http_2.url()] {
        let mut call = call(&url.replace("http:", "https:"), RpcKind::Unary);
        call.tls.skip_verification = true;
        make(&call, &[b"x"]).fails(&["speaks plain text, not TLS", "http://"]);
    }
}

#[test]
fn a_server_without_http_2_is_said_and_one_without_alpn_is_tried() {
    let authority = Authority::new("an authority");
    let shown = authority.sign(&["localhost"], |_| {});
    ask(&server(&shown, None, &[b"http/1.1"]), "localhost", authority.trusted()).fails(&["HTTP/2", "ALPN"]);
    ask(&server(&shown, None, &[]), "localhost", authority.trusted()).succeeds();
}

#[test]
fn under_tls_the_server_chooses_http_2_for_the_other_transports_too() {
    let authority = Authority::new("an authority");
    let shown = authority.sign(&["localhost"], |_| {});
    let server = server(&shown, None, &[b"h2", b"http/1.1"]);
    for transport in TRANSPORTS.iter().filter(|transport| transport.name != "grpc") {
        let mut call = call(&format!("https://localhost:{}", server.address.port()), RpcKind::Unary);
        call.tls = authority.trusted();
        call.transport = transport;
        // The server answers in gRPC, which none of these takes.
        make(&call, &[b"x"]).fails(&["application/grpc", "HTTP 200"]);
    }
}

#[test]
fn settings_that_cannot_be_used_are_said_without_what_is_in_them() {
    let server = PlainServer::start("");
    for (tls, part) in [
        (Tls { ca: Some(b"no pem".to_vec()), ..Tls::default() }, "The own CA cannot be used"),
        (
            Tls {
                identity: Some(Identity { certificates: b"x".to_vec(), key: b"secret".to_vec() }),
                ..Tls::default()
            },
            "The client certificate cannot be used",
        ),
        (Tls { server_name: Some("a b".to_owned()), ..Tls::default() }, "\"a b\" cannot be verified"),
    ] {
        assert!(!format!("{tls:?}").contains("secret"));
        let mut call = call(&format!("https://{}", server.address), RpcKind::Unary);
        call.tls = tls;
        let made = make(&call, &[b"x"]).fails(&[part]);
        assert!(!format!("{:?}", made.ending).contains("secret"));
    }
}
