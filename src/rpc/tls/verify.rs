//! Verification that remembers what it saw.

use super::certificate::CertificateFacts;
use super::{Failure, reason};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::{Arc, Mutex, PoisonError};

/// Verifies by the roots, or skips that; either way the certificate and the verdict are kept.
#[derive(Debug)]
pub struct Seen {
    /// `None` where there are no roots at all.
    by_roots: Option<Arc<WebPkiServerVerifier>>,
    skip: bool,
    provider: Arc<CryptoProvider>,
    found: Mutex<Option<(CertificateFacts, Option<String>)>>,
}

impl Seen {
    pub fn new(roots: RootCertStore, skip: bool, provider: Arc<CryptoProvider>) -> Result<Seen, Failure> {
        let by_roots = if roots.is_empty() {
            None
        } else {
            let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
            Some(builder.build().map_err(|error| Failure::Tls { reason: error.to_string() })?)
        };
        Ok(Seen { by_roots, skip, provider, found: Mutex::new(None) })
    }

    /// The certificate that the server showed.
    pub fn certificate(&self) -> Option<CertificateFacts> {
        self.found().map(|(certificate, _)| certificate)
    }

    /// The same, and why verification refused it or would have.
    pub fn found(&self) -> Option<(CertificateFacts, Option<String>)> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = match &self.by_roots {
            Some(verifier) => {
                verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            None => Err(Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer)),
        };
        let why = verdict.as_ref().err().map(|error| match error {
            Error::InvalidCertificate(error) => reason(error),
            error => error.to_string(),
        });
        let facts = CertificateFacts::read(end_entity);
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some((facts, why));
        if self.skip { Ok(ServerCertVerified::assertion()) } else { verdict }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
