//! The server of a call: where it is, who the caller is, and whether that was agreed to.

use super::input::read_small_file;
use super::rocketmq::RocketMqArgs;
use super::{CliError, Console};
use crate::rpc::{
    Call, Caller, Deadline, Endpoint, Identity, Metadata, MethodPath, Place, Profile, Proxy, RpcKind,
    SIZE_HINT, TIME_HINT, read_size, read_time, split_entry, variable_name,
};
use crate::worker::{
    PROFILE_ENDING, ProfileInputs, ask_secret, is_known_target, known_targets_file, profile_file,
    profiles_folder, read_profile, remember_target,
};
use clap::Args;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What `call` and `reflect` have in common.
#[derive(Debug, Args)]
pub(super) struct TargetArgs {
    /// http://host:port for plain text, https://host:port for TLS, unix:/path for a socket; a path
    /// behind the port stands before the method's. A profile has one of its own
    #[arg(value_name = "ENDPOINT", required_unless_present = "profile")]
    pub endpoint: Option<String>,
    /// A profile by its name, or a file that holds one; other options stand before what it says
    #[arg(long, value_name = "NAME|FILE", help_heading = "Server")]
    pub profile: Option<String>,
    /// Metadata; may be repeated. A value of @FILE or $VAR is read from there; names that end in -bin
    /// take base64, or the bytes of a file
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", help_heading = "Server")]
    pub header: Vec<String>,
    /// How long it may take, such as 500ms, 5s or 2m; none for no limit [default: what the clients of a
    /// known API take, otherwise 30s]
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Server")]
    pub deadline: Option<Time>,
    /// The largest message that is received, such as 100MiB [default: 64MiB]
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Server")]
    pub max_message: Option<u64>,
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

pub(super) fn time(text: &str) -> Result<Time, String> {
    read_time(text).map(Time).ok_or_else(|| TIME_HINT.to_owned())
}

fn size(text: &str) -> Result<u64, String> {
    read_size(text).ok_or_else(|| SIZE_HINT.to_owned())
}

/// A server that can be called, and how the caller is known to it.
pub(super) struct Target {
    pub caller: Caller,
    identity: Vec<String>,
}

impl TargetArgs {
    /// Reads what the arguments name. `endpoint` stands before that of a profile.
    pub fn target(&self, endpoint: Option<&str>, console: &mut Console) -> Result<Target, CliError> {
        let (profile, mut caller) = self.start(endpoint, console)?;
        let mut identity = profile.as_ref().map(Profile::identity).unwrap_or_default();
        let template = &mut caller.template;
        self.tls(template, &mut identity)?;
        let given = self.metadata(&mut identity, console)?;
        template.metadata.replace(&given);
        if let Some(time) = self.deadline {
            caller.deadline = time.0.map_or(Deadline::Never, Deadline::After);
        }
        if let Some(max_message) = self.max_message {
            template.limits.message = max_message;
        }
        if self.authority.is_some() {
            template.authority.clone_from(&self.authority);
        }
        match self.proxy.as_deref() {
            None => {}
            Some("none") => template.proxy = Proxy::Direct,
            Some(proxy) => {
                template.proxy = Proxy::Through(proxy.parse().map_err(CliError::Call)?);
                if proxy.contains('@') {
                    console.remark(
                        "warning: Others on this machine can see the proxy's password in the list of processes; \
                         set HTTPS_PROXY or ALL_PROXY instead",
                    );
                }
            }
        }
        if let Some(time) = self.keep_alive {
            template.keep_alive = time.0;
        }
        self.rocketmq.apply_to(&mut caller, &mut identity)?;
        Ok(Target { caller, identity })
    }

    /// What the profile says, or the endpoint alone.
    fn start(
        &self,
        endpoint: Option<&str>,
        console: &mut Console,
    ) -> Result<(Option<Profile>, Caller), CliError> {
        let Some(named) = self.profile.as_deref() else {
            let endpoint: Endpoint = endpoint.unwrap_or_default().parse().map_err(CliError::Endpoint)?;
            let nobody = MethodPath { service: String::new(), method: String::new() };
            return Ok((None, Caller::new(Call::new(endpoint, nobody, RpcKind::Unary))));
        };
        let path = profile_path(named)?;
        let mut profile = profile_of(&path, console)?;
        if let Some(endpoint) = endpoint {
            profile.endpoint = endpoint.to_owned();
        }
        // What is given instead need not be there.
        let given: Vec<&str> =
            self.header.iter().filter_map(|text| split_entry(text).ok()).map(|entry| entry.0).collect();
        profile.metadata.retain(|(name, _)| !given.iter().any(|given| given.eq_ignore_ascii_case(name)));
        let mut inputs = ProfileInputs::beside(&path);
        ask(&profile, &mut inputs)?;
        let caller = profile.caller(&inputs);
        let caller = caller.map_err(|error| CliError::of_profile(error, &path))?;
        Ok((Some(profile), caller))
    }

    fn tls(&self, template: &mut Call, identity: &mut Vec<String>) -> Result<(), CliError> {
        let is_given =
            self.ca.is_some() || self.cert.is_some() || self.insecure || self.server_name.is_some();
        if !template.endpoint.is_tls && is_given {
            return Err(CliError::TlsOptions { endpoint: template.endpoint.to_string() });
        }
        let tls = &mut template.tls;
        if let Some(ca) = &self.ca {
            (tls.ca, tls.skip_verification) = (Some(file(ca)?), false);
        }
        if let (Some(cert), Some(key)) = (&self.cert, &self.key) {
            identity.retain(|who| !who.starts_with("client certificate "));
            identity.push(format!("client certificate {cert:?}"));
            tls.identity = Some(Identity { certificates: file(cert)?, key: file(key)? });
        }
        tls.skip_verification |= self.insecure;
        if self.server_name.is_some() {
            tls.server_name.clone_from(&self.server_name);
        }
        Ok(())
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

/// Has what a profile asks for typed, if somebody is at the terminal.
fn ask(profile: &Profile, inputs: &mut ProfileInputs) -> Result<(), CliError> {
    let is_somebody_there = io::stdin().is_terminal() || io::stderr().is_terminal();
    for place in profile.asked().into_iter().filter(|_| is_somebody_there) {
        match ask_secret(&format!("{place} of {:?}, which is not shown: ", profile.name)) {
            Ok(Some(text)) if !text.is_empty() => inputs.typed.set(&inputs.profile, place, &text),
            Ok(_) => return Err(CliError::NotSent),
            // Without a terminal it stays unanswered.
            Err(_) => return Ok(()),
        }
    }
    Ok(())
}

/// The profile in a file; keys that nothing is known of are said.
pub(super) fn profile_of(path: &Path, console: &mut Console) -> Result<Profile, CliError> {
    let stored = read_profile(path).map_err(|error| CliError::Open { error, near_command: None })?;
    for (line, key) in &stored.unknown_keys {
        console.say(&format!("warning: Nothing is known of \"{key}\", in line {line} of {path:?}"));
    }
    stored.profile.map_err(|error| CliError::of_profile(error, path))
}

/// The file of a profile: that of a name in the person's folder, or the one that a path leads to.
pub(super) fn profile_path(named: &str) -> Result<PathBuf, CliError> {
    let is_path = named.contains(['/', '\\']) || named.ends_with(PROFILE_ENDING);
    let of_name = profiles_folder().and_then(|folder| profile_file(&folder, named));
    match of_name.filter(|path| !is_path && path.exists()) {
        Some(path) => Ok(path),
        None if is_path || Path::new(named).exists() => Ok(PathBuf::from(named)),
        None => {
            let folder = profiles_folder().map(|folder| folder.display().to_string());
            Err(CliError::NoProfile { name: named.to_owned(), folder: folder.unwrap_or_default() })
        }
    }
}

fn file(path: &Path) -> Result<Vec<u8>, CliError> {
    read_small_file(path).map_err(|error| CliError::Open { error, near_command: None })
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
        let endpoint = &self.caller.template.endpoint;
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
        let endpoint = &self.caller.template.endpoint;
        let unverified = if self.caller.template.tls.skip_verification { " unverified" } else { "" };
        match &endpoint.place {
            Place::Tcp { .. } => {
                let plain = Endpoint { path_prefix: String::new(), ..endpoint.clone() };
                format!("{plain}{unverified}")
            }
            Place::Unix(_) => endpoint.to_string(),
        }
    }
}
