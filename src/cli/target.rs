//! The server of a call: where it is, who the caller is, and whether that was agreed to.

use super::input::read_small_file;
use super::rocketmq::RocketMqArgs;
use super::{CliError, Console};
use crate::rpc::{
    Call, Endpoint, Identity, Limits, Metadata, MethodPath, Place, Proxy, RpcKind, Tls, split_entry,
};
use crate::worker::{is_known_target, known_targets_file, remember_target};
use clap::Args;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What `call` and `reflect` have in common.
#[derive(Debug, Args)]
pub(super) struct TargetArgs {
    /// http://host:port for plain text, https://host:port for TLS, unix:/path for a socket; a path
    /// behind the port stands before the method's
    #[arg(value_name = "ENDPOINT")]
    pub endpoint: String,
    /// Metadata; may be repeated. A value of @FILE or $VAR is read from there; names that end in -bin
    /// take base64, or the bytes of a file
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", help_heading = "Server")]
    pub header: Vec<String>,
    /// How long it may take, such as 500ms, 5s or 2m; none for no limit
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time, help_heading = "Server")]
    pub deadline: Time,
    /// The largest message that is received, such as 100MiB
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = size, help_heading = "Server")]
    pub max_message: u64,
    /// What the server is told as its own name, and its certificate must bear, instead of the host
    #[arg(long, value_name = "NAME", help_heading = "Server")]
    pub authority: Option<String>,
    /// A proxy, http://host:port or socks5://host:port, or none [default: the environment's]
    #[arg(long, value_name = "URL", help_heading = "Server")]
    pub proxy: Option<String>,
    /// How often the connection is pinged, such as 5m
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Server")]
    pub keep_alive: Option<Time>,
    /// Certificates in PEM that are trusted instead of the system's
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    pub ca: Option<PathBuf>,
    /// The caller's certificate in PEM
    #[arg(long, value_name = "FILE", requires = "key", help_heading = "TLS")]
    pub cert: Option<PathBuf>,
    /// Its private key in PEM
    #[arg(long, value_name = "FILE", requires = "cert", help_heading = "TLS")]
    pub key: Option<PathBuf>,
    /// Take whatever certificate the server shows, and print it
    #[arg(long, conflicts_with = "ca", help_heading = "TLS")]
    pub insecure: bool,
    /// The name to ask for and to verify under TLS, if neither the host nor the authority
    #[arg(long, value_name = "NAME", help_heading = "TLS")]
    pub server_name: Option<String>,
    #[command(flatten)]
    pub rocketmq: RocketMqArgs,
    /// Send to a server that nothing was sent to before, without asking
    #[arg(long, help_heading = "Server")]
    pub yes: bool,
}

/// A span of time, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Time(pub Option<Duration>);

fn time(text: &str) -> Result<Time, String> {
    if text == "none" {
        return Ok(Time(None));
    }
    let start_of_unit = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(start_of_unit);
    let unit = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err("write it like 500ms, 5s, 2m or none".to_owned()),
    };
    let seconds = number.parse::<f64>().map(|number| number * unit).unwrap_or(f64::NAN);
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if time > Duration::ZERO => Ok(Time(Some(time))),
        _ => Err("write it like 500ms, 5s, 2m or none".to_owned()),
    }
}

fn size(text: &str) -> Result<u64, String> {
    let start_of_unit = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(start_of_unit);
    let shift = match unit {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return Err("write it like 1000, 64MiB or 1GiB".to_owned()),
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
    bytes
        .filter(|bytes| *bytes <= u64::from(u32::MAX))
        .ok_or_else(|| "write it like 64MiB, up to 4GiB - 1".to_owned())
}

/// A server that can be called, and how the caller is known to it.
pub(super) struct Target {
    /// With everything but method and kind.
    pub template: Call,
    identity: Vec<String>,
}

impl TargetArgs {
    /// Reads what the arguments name.
    pub fn target(&self, console: &mut Console) -> Result<Target, CliError> {
        let endpoint: Endpoint = self.endpoint.parse().map_err(CliError::Endpoint)?;
        if !endpoint.is_tls
            && (self.ca.is_some() || self.cert.is_some() || self.insecure || self.server_name.is_some())
        {
            return Err(CliError::TlsOptions { endpoint: endpoint.to_string() });
        }
        let mut identity = Vec::new();
        let tls = Tls {
            ca: self.ca.as_deref().map(file).transpose()?,
            identity: match (&self.cert, &self.key) {
                (Some(cert), Some(key)) => {
                    identity.push(format!("client certificate {cert:?}"));
                    Some(Identity { certificates: file(cert)?, key: file(key)? })
                }
                _ => None,
            },
            skip_verification: self.insecure,
            server_name: self.server_name.clone(),
        };
        let mut metadata = self.metadata(&mut identity, console)?;
        self.rocketmq.add_to(&mut metadata, &mut identity)?;
        let nobody = MethodPath { service: String::new(), method: String::new() };
        let template = Call {
            metadata,
            deadline: self.deadline.0,
            limits: Limits { message: self.max_message, ..Limits::default() },
            tls,
            authority: self.authority.clone(),
            proxy: match self.proxy.as_deref() {
                None => Proxy::Environment,
                Some("none") => Proxy::Direct,
                Some(proxy) => Proxy::Through(proxy.parse().map_err(CliError::Call)?),
            },
            keep_alive: self.keep_alive.and_then(|time| time.0),
            ..Call::new(endpoint, nobody, RpcKind::Unary)
        };
        Ok(Target { template, identity })
    }

    fn metadata(&self, identity: &mut Vec<String>, console: &mut Console) -> Result<Metadata, CliError> {
        let mut metadata = Metadata::new();
        for text in &self.header {
            let (name, value) = split_entry(text).map_err(CliError::Metadata)?;
            let source = if let Some(path) = value.strip_prefix('@') {
                metadata.add_bytes(name, &file(Path::new(path))?).map(|()| format!("from {path:?}"))
            } else if let Some(name_of_variable) = variable_name(value) {
                let value = variable(name_of_variable)?;
                metadata.add_text(name, &value).map(|()| format!("from ${name_of_variable}"))
            } else {
                metadata.add_text(name, value).map(|()| String::new())
            };
            let source = source.map_err(CliError::Metadata)?;
            let Some(entry) = metadata.entries().last().filter(|entry| entry.is_secret()) else { continue };
            identity.push(format!("{} {source}", entry.name).trim_end().to_owned());
            if source.is_empty() {
                console.remark(&format!(
                    "warning: Others on this machine can see the value of \"{}\" in the list of processes; \
                     write @FILE or $VAR instead",
                    entry.name
                ));
            }
        }
        Ok(metadata)
    }
}

fn file(path: &Path) -> Result<Vec<u8>, CliError> {
    read_small_file(path).map_err(|error| CliError::Open { error, near_command: None })
}

/// The name in `$NAME`.
fn variable_name(text: &str) -> Option<&str> {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_name =
        |name: &&str| name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit());
    text.strip_prefix('$').filter(is_name)
}

fn variable(name: &str) -> Result<String, CliError> {
    std::env::var(name).map_err(|_| CliError::Variable { name: name.to_owned() })
}

/// The secret that `@FILE` or `$VAR` names; written out it would stand in the list of processes.
pub(super) fn secret(option: &'static str, text: &str) -> Result<String, CliError> {
    match (text.strip_prefix('@'), variable_name(text)) {
        (Some(path), _) => {
            let bytes = file(Path::new(path))?;
            Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
        }
        (None, Some(name)) => variable(name),
        (None, None) => Err(CliError::SecretInArguments { option }),
    }
}

impl Target {
    /// Says where something goes and as whom, and makes sure that a person wants it: on this machine,
    /// to a server agreed to before, with `yes`, or by asking at the terminal if `can_ask`.
    pub fn confirm(
        &self,
        what: &str,
        yes: bool,
        can_ask: bool,
        console: &mut Console,
    ) -> Result<(), CliError> {
        let endpoint = &self.template.endpoint;
        let as_whom = match self.identity.as_slice() {
            [] => "without credentials".to_owned(),
            identity => format!("with {}", identity.join(", ")),
        };
        console.say(&format!("{what} at {endpoint}, {as_whom}"));
        if endpoint.is_loopback() {
            return Ok(());
        }
        let key = self.key();
        let list = known_targets_file();
        if list.as_deref().is_some_and(|list| is_known_target(list, &key)) {
            return Ok(());
        }
        if !yes {
            let asks = can_ask && io::stdin().is_terminal() && io::stderr().is_terminal();
            if !asks {
                return Err(CliError::NewTarget { endpoint: endpoint.to_string() });
            }
            console.say("Nothing was sent to this server before. Send? [y/N]");
            let mut answer = String::new();
            // No answer is no.
            let _ = io::stdin().lock().read_line(&mut answer);
            if !matches!(answer.trim(), "y" | "Y" | "yes") {
                return Err(CliError::NotSent);
            }
        }
        if let Some(Err(error)) = list.map(|list| remember_target(&list, &key)) {
            console
                .say(&format!("warning: It will be asked again, because that cannot be remembered: {error}"));
        }
        Ok(())
    }

    /// What a server is remembered by.
    fn key(&self) -> String {
        let endpoint = &self.template.endpoint;
        let unverified = if self.template.tls.skip_verification { " unverified" } else { "" };
        match &endpoint.place {
            Place::Tcp { .. } => {
                let plain = Endpoint { path_prefix: String::new(), ..endpoint.clone() };
                format!("{plain}{unverified}")
            }
            Place::Unix(_) => endpoint.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_written_with_units() {
        for (text, expected) in [
            ("500ms", Some(Some(Duration::from_millis(500)))),
            ("5s", Some(Some(Duration::from_secs(5)))),
            ("1.5m", Some(Some(Duration::from_secs(90)))),
            ("none", Some(None)),
            ("0s", None),
            ("5", None),
            ("s", None),
            ("-5s", None),
            ("1e9h", None),
        ] {
            assert_eq!(time(text).ok(), expected.map(Time), "{text}");
        }
        for (text, expected) in [
            ("1000", Some(1000)),
            ("64MiB", Some(64 << 20)),
            ("3GiB", Some(3 << 30)),
            ("4GiB", None),
            ("99999999999GiB", None),
            ("MB", None),
            ("5MB", None),
        ] {
            assert_eq!(size(text).ok(), expected, "{text}");
        }
    }
}
