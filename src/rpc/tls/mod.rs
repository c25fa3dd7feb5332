//! TLS: what is trusted, who one is, and what the server showed.
//!
//! Skipping verification is a setting of one call, never a fallback; even then what verification
//! would have said is kept. A plain-text server is never spoken to in plain text instead.

pub(super) mod certificate;
mod verify;

pub use certificate::CertificateFacts;
pub(super) use verify::Seen;

use super::failure::Failure;
use rustls::client::ResolvesClientCert;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, InvalidMessage, PeerIncompatible, RootCertStore,
    SignatureScheme,
};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a server is verified and who the caller is.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// Certificates in PEM that are trusted instead of the system's.
    pub ca: Option<Vec<u8>>,
    /// The caller's certificates, its own first, and their key; both in PEM.
    pub identity: Option<Identity>,
    /// Whatever certificate the server shows is taken, and shown.
    pub skip_verification: bool,
    /// The name that the server is asked for (SNI) and its certificate must bear, if not the host.
    pub server_name: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    pub certificates: Vec<u8>,
    pub key: Vec<u8>,
}

/// Without the key.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("has_ca", &self.ca.is_some())
            .field("has_identity", &self.identity.is_some())
            .field("skip_verification", &self.skip_verification)
            .field("server_name", &self.server_name)
            .finish()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

/// What is known of a connection under TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFacts {
    /// `TLS 1.3`.
    pub version: String,
    /// What ALPN chose: `h2`, `http/1.1`.
    pub protocol: Option<String>,
    pub certificate: CertificateFacts,
    /// Why verification, had it not been skipped, would have refused the certificate.
    pub unverified: Option<String>,
}

/// A configuration for one connection, with what the handshake will write down.
pub(super) struct Setup {
    pub config: Arc<ClientConfig>,
    pub server_name: ServerName<'static>,
    pub seen: Arc<Seen>,
    wanted: Arc<Wanted>,
}

/// Prepares a handshake that offers `protocols` by ALPN.
pub(super) fn setup(tls: &Tls, host: &str, protocols: &[&[u8]]) -> Result<Setup, Failure> {
    let name = tls.server_name.as_deref().unwrap_or(host);
    let Ok(server_name) = ServerName::try_from(name.to_owned()) else {
        return Err(Failure::ServerName { name: name.to_owned() });
    };
    let provider = Arc::new(ring::default_provider());
    let roots = roots(tls.ca.as_deref())?;
    let seen = Arc::new(Seen::new(roots, tls.skip_verification, provider.clone())?);
    let wanted = Arc::new(Wanted {
        key: identity(tls.identity.as_ref(), &provider)?,
        is_asked: AtomicBool::new(false),
    });
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = versions
        .map_err(|error| Failure::Tls { reason: error.to_string() })?
        .dangerous()
        .with_custom_certificate_verifier(seen.clone())
        .with_client_cert_resolver(wanted.clone());
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    config.resumption = rustls::client::Resumption::disabled();
    Ok(Setup { config: Arc::new(config), server_name, seen, wanted })
}

fn roots(ca: Option<&[u8]>) -> Result<RootCertStore, Failure> {
    const WHAT: &str = "The own CA";
    let mut roots = RootCertStore::empty();
    let Some(pem) = ca else {
        // Where the system has none, every certificate is untrusted, and that is said then.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(roots);
    };
    for certificate in certificates(pem, WHAT)? {
        roots.add(certificate).map_err(|error| setting(WHAT, &error))?;
    }
    Ok(roots)
}

fn identity(
    identity: Option<&Identity>,
    provider: &CryptoProvider,
) -> Result<Option<Arc<CertifiedKey>>, Failure> {
    let Some(identity) = identity else { return Ok(None) };
    let chain = certificates(&identity.certificates, "The client certificate")?;
    let key = PrivateKeyDer::from_pem_slice(&identity.key)
        .map_err(|_| setting("The client's key", &"there is no private key in PEM in it"))?;
    CertifiedKey::from_der(chain, key, provider)
        .map(|key| Some(Arc::new(key)))
        .map_err(|error| setting("The client certificate with its key", &error))
}

fn certificates(pem: &[u8], what: &'static str) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err(setting(what, &"there is no certificate in PEM in it")),
        Err(error) => Err(setting(what, &error)),
    }
}

fn setting(what: &'static str, reason: &dyn fmt::Display) -> Failure {
    Failure::TlsSetting { what, reason: reason.to_string() }
}

/// Answers the server's wish for a client certificate, and remembers that there was one.
#[derive(Debug)]
struct Wanted {
    key: Option<Arc<CertifiedKey>>,
    is_asked: AtomicBool,
}

impl ResolvesClientCert for Wanted {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.is_asked.store(true, Ordering::Release);
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        self.key.is_some()
    }
}

impl Setup {
    /// What a TLS error means; `first_bytes` are the first that the server sent.
    pub fn failure(&self, error: &rustls::Error, first_bytes: &[u8], target: &str) -> Failure {
        use rustls::Error as E;
        let name = self.server_name.to_str().into_owned();
        match error {
            E::InvalidCertificate(error) => self.refused(name, error),
            E::InvalidMessage(
                InvalidMessage::InvalidContentType
                | InvalidMessage::UnknownProtocolVersion
                | InvalidMessage::MessageTooLarge
                | InvalidMessage::InvalidEmptyPayload,
            ) if !looks_like_tls(first_bytes) => Failure::PlaintextServer { target: target.to_owned() },
            E::AlertReceived(AlertDescription::NoApplicationProtocol) | E::NoApplicationProtocol => {
                Failure::NoHttp2
            }
            E::AlertReceived(alert)
                if is_about_client(*alert) && self.wanted.is_asked.load(Ordering::Acquire) =>
            {
                Failure::ClientCertificate { sent: self.wanted.key.is_some() }
            }
            E::AlertReceived(alert) => Failure::Tls { reason: format!("the server says {alert:?}") },
            E::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13) => {
                Failure::Tls { reason: "the server speaks neither TLS 1.2 nor TLS 1.3".to_owned() }
            }
            error => Failure::Tls { reason: error.to_string() },
        }
    }

    fn refused(&self, name: String, error: &CertificateError) -> Failure {
        use CertificateError as E;
        let seen = self.seen.certificate().map(Box::new);
        match error {
            E::Expired | E::ExpiredContext { .. } => Failure::Expired { name, seen },
            E::NotValidYet | E::NotValidYetContext { .. } => Failure::NotYetValid { name, seen },
            E::NotValidForName | E::NotValidForNameContext { .. } => Failure::WrongName { name, seen },
            error => Failure::Untrusted { name, reason: reason(error), seen },
        }
    }
}

fn looks_like_tls(first_bytes: &[u8]) -> bool {
    matches!(first_bytes, [0x14..=0x18, 3, 0..=4, ..])
}

/// Whether a server refuses a client's certificate, or its absence, like this.
fn is_about_client(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::HandshakeFailure
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError
    )
}

/// Why a certificate is not trusted, as a clause.
fn reason(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => "nobody who is trusted signed it".to_owned(),
        CertificateError::Revoked => "it was revoked".to_owned(),
        CertificateError::BadSignature => "its signature is wrong".to_owned(),
        CertificateError::BadEncoding => "it is damaged".to_owned(),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "it is not meant for servers".to_owned()
        }
        error => error.to_string(),
    }
}
