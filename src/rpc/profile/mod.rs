//! Profiles: everything about a server that is the same from call to call.
//!
//! **Law.** A profile holds no secret. Values that are secrets by their name or their place are only
//! named, as a variable of the environment, a file, a secret of the system keyring, or something to be
//! typed; where one is written out the profile is refused. What was typed is in [`TypedSecrets`], in memory, and nowhere else.
//!
//! - `value`: a value, written out or only named
//! - `file`: a profile as text
//! - `resolve`: from a profile to calls; `paths`: the files that it names
//! - `error`: what can be wrong with one
//!
//! **Not here:** files and the keyring (`worker`).

mod error;
mod file;
mod paths;
mod resolve;
mod value;

pub use error::ProfileError;
pub use resolve::{Inputs, NoInputs, NotKept, Place, TypedSecrets};
pub use value::{ProfileValue, variable_name};

#[cfg(test)]
mod tests;

use super::caller::Deadline;
use super::limits::Limits;
use super::transport::{TRANSPORTS, Transport};
use crate::rocketmq::ClientType;
use std::path::PathBuf;
use std::time::Duration;

/// A server, and how calls to it are made. Texts may hold `${name}`.
#[derive(Clone, Debug)]
pub struct Profile {
    /// That of its file, without the ending.
    pub name: String,
    /// As a person writes it: `http://host:port`, `https://…`, `unix:…`.
    pub endpoint: String,
    pub transport: &'static Transport,
    pub deadline: Deadline,
    /// Bytes of the largest message that is received.
    pub max_message: u64,
    pub compress: bool,
    pub authority: String,
    pub proxy: ProxySetting,
    pub keep_alive: Option<Duration>,
    pub tls: TlsSetting,
    /// By name, in the order in which it is sent; a name may occur several times.
    pub metadata: Vec<(String, ProfileValue)>,
    /// By name; what `${name}` stands for.
    pub variables: Vec<(String, ProfileValue)>,
    /// Headers and settings of a RocketMQ client, for servers that are RocketMQ's.
    pub rocketmq: Option<RocketMqSetting>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProxySetting {
    #[default]
    Environment,
    Direct,
    /// Written out, it has no user name; otherwise it is a secret.
    Through(ProfileValue),
}

/// Empty is not given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSetting {
    pub ca: PathBuf,
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub skip_verification: bool,
    pub server_name: String,
}

/// Empty is not given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RocketMqSetting {
    /// Made up for each session if not given.
    pub client_id: String,
    pub namespace: String,
    pub access_key: String,
    pub secret: Option<ProfileValue>,
    pub session_token: Option<ProfileValue>,
    pub client_type: ClientType,
    pub topics: Vec<String>,
    pub group: String,
    /// These three instead of what this program says of itself.
    pub language: String,
    pub client_version: String,
    pub protocol: String,
}

impl Profile {
    /// A profile with nothing but a name and an endpoint.
    pub fn new(name: &str, endpoint: &str) -> Profile {
        Profile {
            name: name.to_owned(),
            endpoint: endpoint.to_owned(),
            transport: &TRANSPORTS[0],
            deadline: Deadline::Usual,
            max_message: Limits::default().message,
            compress: false,
            authority: String::new(),
            proxy: ProxySetting::Environment,
            keep_alive: None,
            tls: TlsSetting::default(),
            metadata: Vec::new(),
            variables: Vec::new(),
            rocketmq: None,
        }
    }

    /// Reads the file form. Keys that this version does not know are listed by
    /// [`Profile::unknown_keys`] and kept by [`Profile::to_text`].
    pub fn read(name: &str, text: &str) -> Result<Profile, ProfileError> {
        file::read(name, text)
    }

    /// The file form. Of `old`, the text that the profile was read from, comments, blank lines, unknown
    /// keys, the order, and every line that says the same are kept.
    pub fn to_text(&self, old: &str) -> Result<String, ProfileError> {
        self.refuse_secrets()?;
        Ok(file::write(self, old))
    }

    /// Lines of `text` with keys that this version does not know: number, section and key.
    pub fn unknown_keys(text: &str) -> Vec<(usize, String)> {
        file::unknown_keys(text)
    }
}

/// Transports are told apart by their names.
impl PartialEq for Profile {
    fn eq(&self, other: &Profile) -> bool {
        let rest = |profile: &Profile| {
            (
                profile.name.clone(),
                profile.endpoint.clone(),
                profile.transport.name,
                (profile.deadline, profile.max_message, profile.compress, profile.keep_alive),
                profile.authority.clone(),
                profile.proxy.clone(),
                profile.tls.clone(),
                profile.metadata.clone(),
                profile.variables.clone(),
                profile.rocketmq.clone(),
            )
        };
        rest(self) == rest(other)
    }
}

impl Eq for Profile {}
