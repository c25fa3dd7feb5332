//! From a profile to calls.

use super::super::call::{Call, MethodPath, RpcKind};
use super::super::caller::Caller;
use super::super::limits::Limits;
use super::super::metadata::{Metadata, is_secret_name, is_secret_value};
use super::super::proxy::Proxy;
use super::super::rocketmq::{Credentials, RocketMqClient, new_client_id};
use super::super::tls::{Identity, Tls};
use super::value::{Part, ProfileValue, parts};
use super::{Profile, ProfileError, ProxySetting, RocketMqSetting};
use crate::rocketmq::ClientSettings;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

/// Where values come from that a profile only names.
pub trait Inputs {
    fn environment(&self, name: &str) -> Option<String>;
    /// The bytes of a file; a relative path starts at the profile's own folder. An error says why not.
    fn file(&self, path: &Path) -> Result<Vec<u8>, String>;
    /// What was typed.
    fn typed(&self, place: &Place) -> Option<String>;
    /// What the system keyring keeps for this profile.
    fn keyring(&self, place: &Place) -> Result<String, NotKept>;
}

/// Why a keyring gives nothing, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotKept {
    pub reason: String,
    pub hint: String,
    /// What the system said; may be empty.
    pub detail: String,
}

/// Nothing from outside, for profiles that need nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoInputs;

impl Inputs for NoInputs {
    fn environment(&self, _name: &str) -> Option<String> {
        None
    }

    fn file(&self, path: &Path) -> Result<Vec<u8>, String> {
        Err(format!("{path:?} is not read here"))
    }

    fn typed(&self, _place: &Place) -> Option<String> {
        None
    }

    fn keyring(&self, _place: &Place) -> Result<String, NotKept> {
        let (reason, hint) =
            ("The system keyring is not asked here", "Name where else it is: $NAME or @FILE");
        Err(NotKept { reason: reason.to_owned(), hint: hint.to_owned(), detail: String::new() })
    }
}

/// A value's place in a profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Metadata(String),
    Variable(String),
    Proxy,
    RocketMqSecret,
    RocketMqSessionToken,
}

/// As a person finds it in the profile.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Metadata(name) | Place::Variable(name) => f.write_str(name),
            Place::Proxy => f.write_str("proxy"),
            Place::RocketMqSecret => f.write_str("secret"),
            Place::RocketMqSessionToken => f.write_str("session-token"),
        }
    }
}

impl Place {
    /// Its section and key in the file form, which tell it from every other place of the profile.
    pub fn key(&self) -> String {
        match self {
            Place::Metadata(name) => format!("metadata.{}", name.to_ascii_lowercase()),
            Place::Variable(name) => format!("variables.{name}"),
            Place::Proxy => "proxy".to_owned(),
            Place::RocketMqSecret => "rocketmq.secret".to_owned(),
            Place::RocketMqSessionToken => "rocketmq.session-token".to_owned(),
        }
    }

    /// The place with this key.
    pub fn of_key(key: &str) -> Option<Place> {
        let place = match key.split_once('.') {
            Some(("metadata", name)) => Place::Metadata(name.to_owned()),
            Some(("variables", name)) => Place::Variable(name.to_owned()),
            Some(("rocketmq", "secret")) => Place::RocketMqSecret,
            Some(("rocketmq", "session-token")) => Place::RocketMqSessionToken,
            None if key == "proxy" => Place::Proxy,
            _ => return None,
        };
        (place.key() == key).then_some(place)
    }
}

/// What a person typed, for as long as the program runs.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TypedSecrets(HashMap<(String, Place), String>);

impl TypedSecrets {
    /// Keeps what was typed for a place of the profile of this name; empty text forgets it.
    pub fn set(&mut self, profile: &str, place: Place, text: &str) {
        let key = (profile.to_owned(), place);
        if text.is_empty() {
            self.0.remove(&key);
        } else {
            self.0.insert(key, text.to_owned());
        }
    }

    pub fn get(&self, profile: &str, place: &Place) -> Option<&str> {
        self.0.get(&(profile.to_owned(), place.clone())).map(String::as_str)
    }
}

/// Without what was typed.
impl fmt::Debug for TypedSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypedSecrets({})", self.0.len())
    }
}

impl Profile {
    /// All that it says, with the values as they are now. Every header of RocketMQ's that
    /// [`Profile::metadata`] names has that value instead of the one that is made up.
    pub fn caller(&self, inputs: &dyn Inputs) -> Result<Caller, ProfileError> {
        self.refuse_secrets()?;
        let resolver = Resolver { profile: self, inputs };
        if self.endpoint.is_empty() {
            return Err(ProfileError::NoEndpoint);
        }
        let endpoint = resolver.text(&self.endpoint, "endpoint")?;
        let endpoint = endpoint.trim().parse().map_err(ProfileError::Endpoint)?;
        let nobody = MethodPath { service: String::new(), method: String::new() };
        let mut template = Call::new(endpoint, nobody, RpcKind::Unary);
        template.transport = self.transport;
        template.compress = self.compress;
        template.limits = Limits { message: self.max_message, ..Limits::default() };
        template.keep_alive = self.keep_alive;
        template.authority = given(resolver.text(&self.authority, "authority")?);
        template.proxy = resolver.proxy()?;
        template.tls = resolver.tls(template.endpoint.is_tls)?;
        if template.tls != Tls::default() && !template.endpoint.is_tls {
            return Err(ProfileError::TlsInPlainText { endpoint: template.endpoint.to_string() });
        }
        template.metadata = resolver.metadata()?;
        let rocketmq = self.rocketmq.as_ref().map(|setting| resolver.rocketmq(setting)).transpose()?;
        let session = self.rocketmq.as_ref().map(|setting| resolver.session(setting)).transpose()?;
        Ok(Caller { template, deadline: self.deadline, rocketmq, session })
    }

    /// The values that are typed, in the order in which they are asked for.
    pub fn asked(&self) -> Vec<Place> {
        self.places_of(&ProfileValue::Asked)
    }

    /// The values that the system keyring keeps.
    pub fn in_keyring(&self) -> Vec<Place> {
        self.places_of(&ProfileValue::Keyring)
    }

    fn places_of(&self, wanted: &ProfileValue) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        for (place, _) in self.values().filter(|(_, value)| *value == wanted) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// Who the caller is to the server, in words without secrets.
    pub fn identity(&self) -> Vec<String> {
        let mut identity = Vec::new();
        if !self.tls.certificate.as_os_str().is_empty() {
            identity.push(format!("client certificate {:?}", self.tls.certificate));
        }
        if let Some(setting) = self.rocketmq.as_ref().filter(|setting| !setting.access_key.is_empty()) {
            identity.push(format!("RocketMQ access key {}", setting.access_key));
        }
        let is_secret = |value: &ProfileValue, name: &str| value.is_reference() || is_secret_name(name);
        let secrets = self.metadata.iter().filter(|(name, value)| is_secret(value, name));
        identity.extend(secrets.map(|(name, value)| match value {
            ProfileValue::Text(_) => name.clone(),
            ProfileValue::Asked => format!("{name} as typed"),
            ProfileValue::Keyring => format!("{name} from the system keyring"),
            value => format!("{name} from {}", value.to_string().trim_start_matches('@')),
        }));
        identity
    }

    fn values(&self) -> impl Iterator<Item = (Place, &ProfileValue)> {
        let proxy = match &self.proxy {
            ProxySetting::Through(value) => Some((Place::Proxy, value)),
            ProxySetting::Environment | ProxySetting::Direct => None,
        };
        let secret = self.rocketmq.as_ref().and_then(|setting| setting.secret.as_ref());
        let token = self.rocketmq.as_ref().and_then(|setting| setting.session_token.as_ref());
        self.variables
            .iter()
            .map(|(name, value)| (Place::Variable(name.clone()), value))
            .chain(self.metadata.iter().map(|(name, value)| (Place::Metadata(name.clone()), value)))
            .chain(proxy)
            .chain(secret.map(|value| (Place::RocketMqSecret, value)))
            .chain(token.map(|value| (Place::RocketMqSessionToken, value)))
    }

    /// An error for the first secret that is written out.
    pub(super) fn refuse_secrets(&self) -> Result<(), ProfileError> {
        match self.written_secret() {
            Some(place) => Err(ProfileError::SecretWritten { place: place.to_string() }),
            None => Ok(()),
        }
    }

    pub(super) fn written_secret(&self) -> Option<Place> {
        self.values().find(|(place, value)| self.is_written_secret(place, value)).map(|(place, _)| place)
    }

    /// Whether the value is a secret by its place, and the profile itself tells it.
    fn is_written_secret(&self, place: &Place, value: &ProfileValue) -> bool {
        let ProfileValue::Text(text) = value else { return false };
        let is_secret = match place {
            Place::RocketMqSecret | Place::RocketMqSessionToken => true,
            Place::Metadata(name) | Place::Variable(name) => {
                is_secret_name(&name.to_ascii_lowercase()) || is_secret_value(text)
            }
            Place::Proxy => text.contains('@'),
        };
        is_secret && !text.is_empty() && !self.names_secret(text, self.variables.len())
    }

    /// Whether text gets a part from outside, through at most `depth` variables.
    fn names_secret(&self, text: &str, depth: usize) -> bool {
        parts(text).into_iter().any(|part| match part {
            Part::Literal(_) => false,
            Part::Variable(name) => match self.variables.iter().find(|(known, _)| known == name) {
                Some((_, ProfileValue::Text(text))) => depth > 0 && self.names_secret(text, depth - 1),
                Some(_) => true,
                None => false,
            },
        })
    }
}

struct Resolver<'a> {
    profile: &'a Profile,
    inputs: &'a dyn Inputs,
}

impl Resolver<'_> {
    /// The text with the values of its variables.
    fn text(&self, text: &str, place: &str) -> Result<String, ProfileError> {
        self.expand(text, place, &mut Vec::new())
    }

    fn expand(&self, text: &str, place: &str, within: &mut Vec<String>) -> Result<String, ProfileError> {
        let mut expanded = String::new();
        for part in parts(text) {
            let name = match part {
                Part::Literal(literal) => {
                    expanded.push_str(literal);
                    continue;
                }
                Part::Variable(name) => name,
            };
            let Some((_, value)) = self.profile.variables.iter().find(|(known, _)| known == name) else {
                let (name, place) = (name.to_owned(), place.to_owned());
                return Err(ProfileError::UnknownVariable { name, place });
            };
            if within.iter().any(|outer| outer == name) {
                return Err(ProfileError::Circle { name: name.to_owned() });
            }
            within.push(name.to_owned());
            expanded.push_str(&match value {
                ProfileValue::Text(text) => self.expand(text, place, within)?,
                value => self.outside_text(value, &Place::Variable(name.to_owned()))?,
            });
            within.pop();
        }
        Ok(expanded)
    }

    /// The bytes of a value, without the line's end that editors put at the end of a file.
    fn bytes(&self, value: &ProfileValue, place: &Place) -> Result<Vec<u8>, ProfileError> {
        match value {
            ProfileValue::Text(text) => Ok(self.text(text, &place.to_string())?.into_bytes()),
            ProfileValue::Environment(name) => {
                let value = self.inputs.environment(name).map(String::into_bytes);
                value.ok_or_else(|| ProfileError::NotSet { name: name.clone(), place: place.to_string() })
            }
            ProfileValue::File(path) => self.file(path, &place.to_string()),
            ProfileValue::Asked => {
                let typed = self.inputs.typed(place).map(String::into_bytes);
                typed.ok_or_else(|| ProfileError::NotTyped { place: place.to_string() })
            }
            ProfileValue::Keyring => {
                let kept = self.inputs.keyring(place).map(String::into_bytes);
                kept.map_err(|NotKept { reason, hint, detail }| {
                    let place = place.to_string();
                    ProfileError::Keyring { reason, hint, detail, place }
                })
            }
        }
    }

    fn outside_text(&self, value: &ProfileValue, place: &Place) -> Result<String, ProfileError> {
        let text = String::from_utf8(self.bytes(value, place)?);
        let text = text.map_err(|_| ProfileError::NotText { place: place.to_string() })?;
        Ok(text.trim().to_owned())
    }

    fn file(&self, path: &Path, place: &str) -> Result<Vec<u8>, ProfileError> {
        let place = place.to_owned();
        self.inputs.file(path).map_err(|reason| ProfileError::File { reason, place })
    }

    fn proxy(&self) -> Result<Proxy, ProfileError> {
        Ok(match &self.profile.proxy {
            ProxySetting::Environment => Proxy::Environment,
            ProxySetting::Direct => Proxy::Direct,
            ProxySetting::Through(value) => {
                let text = self.outside_text(value, &Place::Proxy)?;
                Proxy::Through(text.parse().map_err(ProfileError::Call)?)
            }
        })
    }

    fn tls(&self, is_tls: bool) -> Result<Tls, ProfileError> {
        let setting = &self.profile.tls;
        let is_given = |path: &Path| !path.as_os_str().is_empty();
        // Plain text reads no keys; that it has settings for TLS is said.
        let read = |path: &Path, place: &str| match is_tls {
            true => self.file(path, place),
            false => Ok(Vec::new()),
        };
        let identity = match (is_given(&setting.certificate), is_given(&setting.key)) {
            (true, true) => Some(Identity {
                certificates: read(&setting.certificate, "certificate")?,
                key: read(&setting.key, "key")?,
            }),
            (false, false) => None,
            _ => return Err(ProfileError::HalfIdentity),
        };
        Ok(Tls {
            ca: is_given(&setting.ca).then(|| read(&setting.ca, "ca")).transpose()?,
            identity,
            skip_verification: setting.skip_verification,
            server_name: given(self.text(&setting.server_name, "server-name")?),
        })
    }

    fn metadata(&self) -> Result<Metadata, ProfileError> {
        let mut metadata = Metadata::new();
        for (name, value) in &self.profile.metadata {
            let place = Place::Metadata(name.clone());
            let added = match value {
                ProfileValue::File(path) => {
                    metadata.add_bytes(name, &self.file(path, name)?).map(|()| metadata.hide_last())
                }
                ProfileValue::Text(text) => {
                    let is_hidden = self.profile.names_secret(text, self.profile.variables.len());
                    metadata.add_text(name, &self.text(text, name)?).map(|()| {
                        if is_hidden {
                            metadata.hide_last();
                        }
                    })
                }
                value => {
                    let text = self.outside_text(value, &place)?;
                    metadata.add_text(name, &text).map(|()| metadata.hide_last())
                }
            };
            added.map_err(ProfileError::Metadata)?;
        }
        Ok(metadata)
    }

    fn session(&self, setting: &RocketMqSetting) -> Result<ClientSettings, ProfileError> {
        Ok(ClientSettings {
            client_type: setting.client_type,
            topics: setting
                .topics
                .iter()
                .map(|topic| self.text(topic, "topics"))
                .collect::<Result<_, _>>()?,
            group: self.text(&setting.group, "group")?,
            ..ClientSettings::default()
        })
    }

    fn rocketmq(&self, setting: &RocketMqSetting) -> Result<RocketMqClient, ProfileError> {
        let client_id = given(self.text(&setting.client_id, "client-id")?).unwrap_or_else(new_client_id);
        let usual = RocketMqClient::new(client_id);
        let or = |text: &str, place: &str, usual: String| Ok(given(self.text(text, place)?).unwrap_or(usual));
        Ok(RocketMqClient {
            namespace: self.text(&setting.namespace, "namespace")?,
            language: or(&setting.language, "language", usual.language)?,
            client_version: or(&setting.client_version, "client-version", usual.client_version)?,
            protocol: or(&setting.protocol, "protocol", usual.protocol)?,
            credentials: match (setting.access_key.is_empty(), &setting.secret) {
                (true, None) => None,
                (false, Some(secret)) => Some(Credentials {
                    access_key: self.text(&setting.access_key, "access-key")?,
                    secret: self.outside_text(secret, &Place::RocketMqSecret)?,
                    session_token: match &setting.session_token {
                        Some(token) => Some(self.outside_text(token, &Place::RocketMqSessionToken)?),
                        None => None,
                    },
                }),
                _ => return Err(ProfileError::HalfCredentials),
            },
            client_id: usual.client_id,
        })
    }
}

/// `None` if nothing is given.
fn given(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
