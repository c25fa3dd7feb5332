//! What a certificate says of itself, for a person to look at.
//!
//! Read by a small reader of DER that takes nothing on trust: what it cannot read stays empty. It
//! decides nothing; verification is rustls's.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The parts of a certificate (RFC 5280) that tell a person whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateFacts {
    /// `CN=example.com, O=Example`, in the order of the certificate.
    pub subject: String,
    pub issuer: String,
    /// `2026-11-26 13:00:00 UTC`.
    pub not_before: String,
    pub not_after: String,
    /// DNS names and addresses that it is for.
    pub names: Vec<String>,
    /// Of the whole certificate, `AB:CD:…`.
    pub sha256: String,
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OID: u8 = 0x06;
const OCTET_STRING: u8 = 0x04;
const BOOLEAN: u8 = 0x01;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
/// The most names that are kept.
const MAX_NAMES: usize = 100;

/// Attributes of a name (RFC 4519) by the last arc of 2.5.4.
const ATTRIBUTES: [(u8, &str); 7] =
    [(3, "CN"), (5, "SERIALNUMBER"), (6, "C"), (7, "L"), (8, "ST"), (10, "O"), (11, "OU")];

impl CertificateFacts {
    /// Reads a certificate in DER.
    pub fn read(der: &[u8]) -> CertificateFacts {
        let mut facts = CertificateFacts { sha256: fingerprint(der), ..CertificateFacts::default() };
        // What was read before the damage stays.
        let _ = facts.fill(der);
        facts
    }

    fn fill(&mut self, der: &[u8]) -> Option<()> {
        let mut tbs = Der(Der(Der(der).expect(SEQUENCE)?).expect(SEQUENCE)?);
        if tbs.0.first() == Some(&VERSION) {
            tbs.next()?;
        }
        tbs.next()?; // the serial number
        tbs.next()?; // the signature's algorithm
        self.issuer = name_text(tbs.expect(SEQUENCE)?);
        let mut validity = Der(tbs.expect(SEQUENCE)?);
        self.not_before = time_text(validity.next()?);
        self.not_after = time_text(validity.next()?);
        self.subject = name_text(tbs.expect(SEQUENCE)?);
        tbs.next()?; // the public key
        while let Some((tag, content)) = tbs.next() {
            if tag == EXTENSIONS {
                self.names = alternative_names(Der(content).expect(SEQUENCE)?);
            }
        }
        Some(())
    }
}

/// What is left of a series of elements.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (len, rest) = match *first {
            len @ 0..=0x7f => (usize::from(len), rest),
            width @ 0x81..=0x84 => {
                let (length, rest) = rest.split_at_checked(usize::from(width & 0x7f))?;
                (length.iter().fold(0, |len, byte| len << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(len)?;
        self.0 = rest;
        Some((*tag, content))
    }

    fn expect(&mut self, wanted: u8) -> Option<&'a [u8]> {
        self.next().filter(|(tag, _)| *tag == wanted).map(|(_, content)| content)
    }
}

fn name_text(name: &[u8]) -> String {
    let mut text = String::new();
    let mut sets = Der(name);
    while let Some(set) = sets.expect(SET) {
        let mut attributes = Der(set);
        while let Some(attribute) = attributes.expect(SEQUENCE) {
            let mut parts = Der(attribute);
            let (Some(oid), Some((_, value))) = (parts.expect(OID), parts.next()) else { return text };
            let known = match oid {
                [0x55, 0x04, arc] => ATTRIBUTES.iter().find(|(known, _)| known == arc),
                _ => None,
            };
            let separator = if text.is_empty() { "" } else { ", " };
            let word = known.map_or("?", |(_, word)| *word);
            let _ = write!(text, "{separator}{word}={}", String::from_utf8_lossy(value));
        }
    }
    text
}

/// `YYMMDDhhmmssZ` or `YYYYMMDDhhmmssZ`.
fn time_text((tag, digits): (u8, &[u8])) -> String {
    let (year, rest) = match (tag, digits) {
        (UTC_TIME, [y, z, rest @ ..]) => {
            let century = if *y >= b'5' { "19" } else { "20" };
            (format!("{century}{}{}", char::from(*y), char::from(*z)), rest)
        }
        (GENERALIZED_TIME, [a, b, c, d, rest @ ..]) => {
            ([*a, *b, *c, *d].iter().map(|digit| char::from(*digit)).collect(), rest)
        }
        _ => return String::new(),
    };
    let pairs: Vec<String> = rest.chunks_exact(2).map(|p| String::from_utf8_lossy(p).into_owned()).collect();
    match pairs.as_slice() {
        [month, day, hour, minute, second, ..] => {
            format!("{year}-{month}-{day} {hour}:{minute}:{second} UTC")
        }
        _ => String::new(),
    }
}

fn alternative_names(extensions: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut extensions = Der(extensions);
    while let Some(extension) = extensions.expect(SEQUENCE) {
        let mut parts = Der(extension);
        if parts.expect(OID) != Some(SUBJECT_ALT_NAME) {
            continue;
        }
        if parts.0.first() == Some(&BOOLEAN) {
            parts.next();
        }
        let general_names = parts.expect(OCTET_STRING).and_then(|octets| Der(octets).expect(SEQUENCE));
        let mut general_names = Der(general_names.unwrap_or_default());
        while let Some((tag, content)) = general_names.next().filter(|_| names.len() < MAX_NAMES) {
            names.extend(match (tag, content.len()) {
                (0x82, _) => Some(String::from_utf8_lossy(content).into_owned()),
                (0x87, 4) => <[u8; 4]>::try_from(content).ok().map(|a| Ipv4Addr::from(a).to_string()),
                (0x87, 16) => <[u8; 16]>::try_from(content).ok().map(|a| Ipv6Addr::from(a).to_string()),
                _ => None,
            });
        }
    }
    names
}

fn fingerprint(der: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, der);
    let pairs: Vec<String> = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    fn certificate() -> Vec<u8> {
        let mut params =
            CertificateParams::new(vec!["example.com".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()])
                .unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "A server");
        params.distinguished_name.push(DnType::OrganizationName, "An owner");
        params.not_before = date_time_ymd(2020, 2, 3);
        params.not_after = date_time_ymd(2060, 4, 5);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn a_certificate_says_whose_it_is() {
        let facts = CertificateFacts::read(&certificate());
        assert_eq!(facts.subject, "CN=A server, O=An owner");
        assert_eq!(facts.issuer, facts.subject);
        assert_eq!(facts.not_before, "2020-02-03 00:00:00 UTC");
        assert_eq!(facts.not_after, "2060-04-05 00:00:00 UTC");
        assert_eq!(facts.names, ["example.com", "127.0.0.1", "::1"]);
        assert_eq!(facts.sha256.len(), 32 * 3 - 1);
    }

    proptest! {
        #[test]
        fn a_damaged_certificate_is_read_as_far_as_it_goes(
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
            len in any::<proptest::sample::Index>(),
        ) {
            let mut der = certificate();
            for (at, byte) in changes {
                let len = der.len();
                der[at.index(len)] = byte;
            }
            der.truncate(len.index(der.len() + 1));
            let _ = CertificateFacts::read(&der);
        }
    }
}
