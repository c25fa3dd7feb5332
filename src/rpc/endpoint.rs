//! Where a call goes: `http://host:port/prefix`, `https://…`, `unix:/path`.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// A server's address as a person writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub place: Place,
    pub is_tls: bool,
    /// What stands before the method's path: empty, or `/` and more without a `/` at the end.
    pub path_prefix: String,
}

/// What is connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The host is a name or an address, IPv6 without brackets.
    Tcp {
        host: String,
        port: u16,
    },
    Unix(PathBuf),
}

/// Why text is no endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    #[error("\"{0}\" does not say how to speak to the server")]
    NoScheme(String),
    #[error("\"{scheme}\" is not a scheme of a server, in \"{text}\"")]
    Scheme { scheme: String, text: String },
    #[error("There is no host in \"{0}\"")]
    NoHost(String),
    #[error("There is no path of a socket in \"{0}\"")]
    NoSocket(String),
    #[error("\"{host}\" is not a host, in \"{text}\"")]
    Host { host: String, text: String },
    #[error("\"{port}\" is not a port, in \"{text}\"")]
    Port { port: String, text: String },
    #[error("An endpoint carries no user name")]
    UserInfo,
    #[error("An endpoint has no \"?\" and no \"#\", in \"{0}\"")]
    Query(String),
    #[error("The path of an endpoint has only letters, digits and -._~%!$&'()*+,;=:@, in \"{0}\"")]
    Path(String),
}

impl EndpointError {
    /// What to write instead.
    pub fn hint(&self) -> &'static str {
        match self {
            EndpointError::UserInfo => "Send credentials as metadata: -H 'authorization: @FILE'",
            EndpointError::NoScheme(_) | EndpointError::Scheme { .. } => {
                "Write http://host:port for plain text, https://host:port for TLS, or unix:/path"
            }
            _ => "Write it like http://127.0.0.1:8081, https://example.com or unix:/run/server.sock",
        }
    }
}

impl Endpoint {
    /// Whether what is sent stays on this machine.
    pub fn is_loopback(&self) -> bool {
        match &self.place {
            Place::Unix(_) => true,
            Place::Tcp { host, .. } => is_loopback(host),
        }
    }

    /// The name in `:authority` and `Host`: the host, and the port unless it is the scheme's.
    pub fn authority(&self) -> String {
        match &self.place {
            Place::Unix(_) => "localhost".to_owned(),
            Place::Tcp { host, port } if *port == default_port(self.is_tls) => bracketed(host),
            Place::Tcp { host, port } => format!("{}:{port}", bracketed(host)),
        }
    }

    /// The host's name, or what stands for one.
    pub fn host(&self) -> &str {
        match &self.place {
            Place::Unix(_) => "localhost",
            Place::Tcp { host, .. } => host,
        }
    }
}

/// Whether this is a name or an address of this machine itself.
pub(super) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// A host as it stands before `:port`.
pub(super) fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

fn default_port(is_tls: bool) -> u16 {
    if is_tls { 443 } else { 80 }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Unix(path) => write!(f, "unix:{}", path.display()),
            Place::Tcp { host, port } => {
                let scheme = if self.is_tls { "https" } else { "http" };
                write!(f, "{scheme}://{}:{port}{}", bracketed(host), self.path_prefix)
            }
        }
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        if let Some(path) = text.strip_prefix("unix:") {
            let path = path.strip_prefix("//").filter(|path| path.starts_with('/')).unwrap_or(path);
            if path.is_empty() || path.contains('\0') {
                return Err(EndpointError::NoSocket(text.to_owned()));
            }
            return Ok(Endpoint {
                place: Place::Unix(path.into()),
                is_tls: false,
                path_prefix: String::new(),
            });
        }
        let (scheme, rest) =
            text.split_once("://").ok_or_else(|| EndpointError::NoScheme(text.to_owned()))?;
        let is_tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(EndpointError::Scheme { scheme: scheme.to_owned(), text: text.to_owned() }),
        };
        if rest.contains(['?', '#']) {
            return Err(EndpointError::Query(text.to_owned()));
        }
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (host, port) = host_and_port(authority, text)?;
        let port = port.unwrap_or(default_port(is_tls));
        let path_prefix = path.trim_end_matches('/').to_owned();
        let is_path_char = |c: char| c.is_ascii_alphanumeric() || "/-._~%!$&'()*+,;=:@".contains(c);
        if !path_prefix.chars().all(is_path_char) {
            return Err(EndpointError::Path(text.to_owned()));
        }
        Ok(Endpoint { place: Place::Tcp { host, port }, is_tls, path_prefix })
    }
}

/// `host`, `host:port`, `[::1]`, `[::1]:port`.
pub(super) fn host_and_port(authority: &str, text: &str) -> Result<(String, Option<u16>), EndpointError> {
    if authority.contains('@') {
        return Err(EndpointError::UserInfo);
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((host, port)) if host.parse::<std::net::Ipv6Addr>().is_ok() => (host, port),
            _ => return Err(EndpointError::Host { host: authority.to_owned(), text: text.to_owned() }),
        },
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    if host.is_empty() {
        return Err(EndpointError::NoHost(text.to_owned()));
    }
    let is_host_char = |c: char| c.is_ascii_alphanumeric() || "-._:".contains(c);
    if !host.chars().all(is_host_char) || host.len() > 253 {
        return Err(EndpointError::Host { host: host.to_owned(), text: text.to_owned() });
    }
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        None => return Err(EndpointError::Host { host: authority.to_owned(), text: text.to_owned() }),
        Some(digits) => match digits.parse() {
            Ok(port) if port > 0 && digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(port),
            _ => return Err(EndpointError::Port { port: digits.to_owned(), text: text.to_owned() }),
        },
    };
    Ok((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_read_and_written_back() {
        for (text, shown, authority, is_loopback) in [
            ("http://127.0.0.1:8081", "http://127.0.0.1:8081", "127.0.0.1:8081", true),
            ("https://example.com", "https://example.com:443", "example.com", false),
            ("HTTP://[::1]:99/a/b/", "http://[::1]:99/a/b", "[::1]:99", true),
            ("https://[2001:db8::1]", "https://[2001:db8::1]:443", "[2001:db8::1]", false),
            ("http://LocalHost", "http://LocalHost:80", "LocalHost", true),
            ("http://127.9.9.9:80/", "http://127.9.9.9:80", "127.9.9.9", true),
            ("unix:/run/a.sock", "unix:/run/a.sock", "localhost", true),
            ("unix:///run/a.sock", "unix:/run/a.sock", "localhost", true),
            ("unix:a.sock", "unix:a.sock", "localhost", true),
        ] {
            let endpoint: Endpoint = text.parse().unwrap();
            assert_eq!(endpoint.to_string(), shown);
            assert_eq!(endpoint.authority(), authority, "{text}");
            assert_eq!(endpoint.is_loopback(), is_loopback, "{text}");
            assert_eq!(shown.parse::<Endpoint>().unwrap(), endpoint);
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused_with_its_reason() {
        for (text, reason) in [
            ("localhost:8081", "does not say how"),
            ("ftp://a", "\"ftp\" is not a scheme"),
            ("http://", "no host"),
            ("http://:80", "no host"),
            ("unix:", "no path of a socket"),
            ("http://a b", "\"a b\" is not a host"),
            ("http://[1.2.3.4]", "is not a host"),
            ("http://[::1]x", "is not a host"),
            ("http://a:0", "\"0\" is not a port"),
            ("http://a:99999", "\"99999\" is not a port"),
            ("http://a:+1", "\"+1\" is not a port"),
            ("http://user:secret@a", "no user name"),
            ("http://a/b?c", "no \"?\""),
            ("http://a/b c", "only letters"),
        ] {
            let error = text.parse::<Endpoint>().unwrap_err();
            assert!(error.to_string().contains(reason), "{text}: {error}");
            assert!(!error.to_string().contains("secret"));
        }
    }
}
