//! Proxies in between: HTTP CONNECT and SOCKS5, named or from the environment.

use super::endpoint::{bracketed, host_and_port, is_loopback};
use super::failure::Failure;
use base64_simd::STANDARD;
use std::fmt;
use std::net::IpAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Bytes of a proxy's answer that are read.
const MAX_HEAD: usize = 16 << 10;

/// Which proxy a call goes through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proxy {
    /// What `grpc_proxy`, `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy` say; never for this
    /// machine itself.
    #[default]
    Environment,
    Direct,
    Through(ProxyAddress),
}

/// A proxy's address; its credentials are not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyAddress {
    pub is_socks: bool,
    pub host: String,
    pub port: u16,
    /// User name and password.
    pub credentials: Option<(String, String)>,
}

impl fmt::Display for ProxyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_socks { "socks5" } else { "http" };
        write!(f, "{scheme}://{}:{}", bracketed(&self.host), self.port)
    }
}

impl fmt::Debug for ProxyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for ProxyAddress {
    type Err = Failure;

    /// `http://host:port`, `socks5://host:port`, `host:port`, each with `user:password@` or without.
    fn from_str(text: &str) -> Result<Self, Failure> {
        let shown = text.rsplit_once('@').map_or(text, |(_, host)| host);
        let wrong = || Failure::ProxySetting { text: shown.to_owned() };
        let (is_socks, rest) = match text.split_once("://") {
            None => (false, text),
            Some(("http", rest)) => (false, rest),
            Some(("socks5" | "socks5h", rest)) => (true, rest),
            Some(_) => return Err(wrong()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (credentials, authority) = match rest.rsplit_once('@') {
            None => (None, rest),
            Some((credentials, authority)) => {
                let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
                let plain = |text: &str| super::status::percent_decode(text.as_bytes());
                (Some((plain(user), plain(password))), authority)
            }
        };
        let (host, port) = host_and_port(authority, shown).map_err(|_| wrong())?;
        let port = port.unwrap_or(if is_socks { 1080 } else { 80 });
        Ok(ProxyAddress { is_socks, host, port, credentials })
    }
}

impl Proxy {
    /// The proxy to `host`; `variable` gives the environment's.
    pub(super) fn for_host(
        &self,
        host: &str,
        is_tls: bool,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<ProxyAddress>, Failure> {
        match self {
            Proxy::Direct => Ok(None),
            Proxy::Through(address) => Ok(Some(address.clone())),
            Proxy::Environment => {
                let any = |name: &str| {
                    variable(name).or_else(|| variable(&name.to_ascii_uppercase())).filter(|v| !v.is_empty())
                };
                if is_loopback(host) || any("no_proxy").is_some_and(|list| is_excepted(host, &list)) {
                    return Ok(None);
                }
                let of_scheme = if is_tls { "https_proxy" } else { "http_proxy" };
                let setting = any("grpc_proxy").or_else(|| any(of_scheme)).or_else(|| any("all_proxy"));
                setting.map(|setting| setting.parse()).transpose()
            }
        }
    }
}

/// Whether a `no_proxy` list names the host: itself, a domain above it, a network it is in, or `*`.
fn is_excepted(host: &str, list: &str) -> bool {
    let host = host.to_ascii_lowercase();
    list.split([',', ' ']).map(|entry| entry.trim().to_ascii_lowercase()).any(|entry| {
        let domain = entry.trim_start_matches("*.").trim_start_matches('.');
        let is_below = || host.strip_suffix(domain).is_some_and(|above| above.ends_with('.'));
        entry == "*" || (!domain.is_empty() && (host == domain || is_below())) || is_in_network(&host, &entry)
    })
}

/// `10.0.0.0/8`.
fn is_in_network(host: &str, network: &str) -> bool {
    let Some((start, n_bits)) = network.split_once('/') else { return false };
    let (Ok(host), Ok(start), Ok(n_bits)) = (host.parse(), start.parse(), n_bits.parse::<u32>()) else {
        return false;
    };
    let (host, start, width) = match (host, start) {
        (IpAddr::V4(host), IpAddr::V4(start)) => {
            (u128::from(host.to_bits()), u128::from(start.to_bits()), 32)
        }
        (IpAddr::V6(host), IpAddr::V6(start)) => (host.to_bits(), start.to_bits(), 128),
        _ => return false,
    };
    let shift = |bits: u128| bits.checked_shr(width - n_bits.min(width)).unwrap_or(0);
    n_bits <= width && shift(host) == shift(start)
}

/// Asks the proxy at the other end of `io` for a way to the target.
pub(super) async fn tunnel(
    io: &mut (impl super::watch::Io + ?Sized),
    proxy: &ProxyAddress,
    host: &str,
    port: u16,
) -> Result<(), Failure> {
    let result = if proxy.is_socks {
        socks(io, proxy, host, port).await
    } else {
        connect(io, proxy, host, port).await
    };
    result.map_err(|refusal| Failure::Proxy {
        proxy: proxy.to_string(),
        target: format!("{}:{port}", bracketed(host)),
        reason: refusal.reason,
        wants_credentials: refusal.wants_credentials,
    })
}

struct Refusal {
    reason: String,
    wants_credentials: bool,
}

impl Refusal {
    fn new(reason: impl Into<String>) -> Self {
        Refusal { reason: reason.into(), wants_credentials: false }
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Refusal::new(match error.kind() {
            std::io::ErrorKind::UnexpectedEof => "it closed the connection".to_owned(),
            _ => super::system_words(&error),
        })
    }
}

async fn connect(
    io: &mut (impl super::watch::Io + ?Sized),
    proxy: &ProxyAddress,
    host: &str,
    port: u16,
) -> Result<(), Refusal> {
    let target = format!("{}:{port}", bracketed(host));
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    if let Some((user, password)) = &proxy.credentials {
        let credentials = STANDARD.encode_to_string(format!("{user}:{password}"));
        request.push_str(&format!("Proxy-Authorization: Basic {credentials}\r\n"));
    }
    request.push_str("\r\n");
    io.write_all(request.as_bytes()).await?;
    io.flush().await?;
    // One byte at a time: what follows the head belongs to the target.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MAX_HEAD {
            return Err(Refusal::new("its answer has no end"));
        }
        head.push(io.read_u8().await?);
    }
    let line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)).unwrap_or_default();
    match status {
        status if status.len() == 3 && status.starts_with('2') => Ok(()),
        "407" => Err(Refusal { reason: "it wants credentials (407)".to_owned(), wants_credentials: true }),
        _ => Err(Refusal::new(format!("it answered \"{line}\""))),
    }
}

/// RFC 1928, with a user name and password as in RFC 1929. The proxy looks names up.
async fn socks(
    io: &mut (impl super::watch::Io + ?Sized),
    proxy: &ProxyAddress,
    host: &str,
    port: u16,
) -> Result<(), Refusal> {
    const NO_CREDENTIALS: u8 = 0;
    const PASSWORD: u8 = 2;
    let methods: &[u8] =
        if proxy.credentials.is_some() { &[5, 2, NO_CREDENTIALS, PASSWORD] } else { &[5, 1, NO_CREDENTIALS] };
    io.write_all(methods).await?;
    let mut chosen = [0; 2];
    io.read_exact(&mut chosen).await?;
    match (chosen, &proxy.credentials) {
        ([5, NO_CREDENTIALS], _) => {}
        ([5, PASSWORD], Some((user, password))) => {
            let mut request = vec![1];
            for part in [user, password] {
                let Ok(len) = u8::try_from(part.len()) else {
                    return Err(Refusal::new("the credentials are too long for it"));
                };
                request.push(len);
                request.extend_from_slice(part.as_bytes());
            }
            io.write_all(&request).await?;
            let mut verdict = [0; 2];
            io.read_exact(&mut verdict).await?;
            if verdict[1] != 0 {
                let reason = "it does not accept the credentials".to_owned();
                return Err(Refusal { reason, wants_credentials: true });
            }
        }
        ([5, _], _) => {
            return Err(Refusal { reason: "it wants credentials".to_owned(), wants_credentials: true });
        }
        _ => return Err(Refusal::new("it does not speak SOCKS5")),
    }
    let mut request = vec![5, 1, 0];
    match (host.parse(), u8::try_from(host.len())) {
        (Ok(IpAddr::V4(address)), _) => {
            request.push(1);
            request.extend_from_slice(&address.octets());
        }
        (Ok(IpAddr::V6(address)), _) => {
            request.push(4);
            request.extend_from_slice(&address.octets());
        }
        (Err(_), Ok(len)) => {
            request.extend_from_slice(&[3, len]);
            request.extend_from_slice(host.as_bytes());
        }
        (Err(_), Err(_)) => return Err(Refusal::new("the host's name is too long for it")),
    }
    request.extend_from_slice(&port.to_be_bytes());
    io.write_all(&request).await?;
    let mut reply = [0; 4];
    io.read_exact(&mut reply).await?;
    if reply[1] != 0 {
        return Err(Refusal::new(socks_reason(reply[1])));
    }
    // The address that it is bound to, and the port.
    let n_rest = match reply[3] {
        1 => 4,
        4 => 16,
        3 => usize::from(io.read_u8().await?),
        _ => return Err(Refusal::new("its answer cannot be read")),
    };
    io.read_exact(&mut vec![0; n_rest + 2]).await?;
    Ok(())
}

fn socks_reason(code: u8) -> String {
    match code {
        2 => "its rules forbid it",
        3 => "the network cannot be reached",
        4 => "the host cannot be reached",
        5 => "the connection was refused",
        6 => "it took too long",
        _ => return format!("it answered with code {code}"),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(host: &str, is_tls: bool, variables: &[(&str, &str)]) -> Option<String> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Proxy::Environment.for_host(host, is_tls, variable).unwrap().map(|proxy| proxy.to_string())
    }

    #[test]
    fn the_environment_names_the_proxy_and_the_exceptions() {
        let proxies =
            [("http_proxy", "http://p:1"), ("HTTPS_PROXY", "socks5://s"), ("no_proxy", "a.com,10.0.0.0/8")];
        for (host, is_tls, expected) in [
            ("b.com", false, Some("http://p:1")),
            ("b.com", true, Some("socks5://s:1080")),
            ("a.com", true, None),
            ("x.a.com", true, None),
            ("xa.com", true, Some("socks5://s:1080")),
            ("10.200.0.1", false, None),
            ("11.0.0.1", false, Some("http://p:1")),
            ("localhost", false, None),
            ("127.0.0.1", true, None),
        ] {
            assert_eq!(chosen(host, is_tls, &proxies).as_deref(), expected, "{host}");
        }
        assert_eq!(chosen("b.com", true, &[("all_proxy", "p:3")]).as_deref(), Some("http://p:3"));
        assert_eq!(chosen("b.com", true, &[("all_proxy", "p:3"), ("NO_PROXY", "*")]), None);
        assert_eq!(chosen("fd00::1", true, &[("all_proxy", "p:3"), ("no_proxy", "fd00::/8")]), None);
        assert_eq!(chosen("b.com", true, &[]), None);
    }

    #[test]
    fn credentials_of_a_proxy_are_kept_and_not_shown() {
        let proxy: ProxyAddress = "http://me:p%40ss@p:8080/".parse().unwrap();
        assert_eq!(proxy.credentials, Some(("me".to_owned(), "p@ss".to_owned())));
        assert_eq!(format!("{proxy} {proxy:?}"), "http://p:8080 http://p:8080");
        let error = "https://me:secret@p".parse::<ProxyAddress>().unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
        assert!("http://".parse::<ProxyAddress>().is_err());
    }
}
