//! The fields of the pane: what is typed, and the profile that it comes to.

use crate::rocketmq::ClientType;
use crate::rpc::{
    Deadline, Endpoint, Entry, Metadata, Profile, ProfilePlace, ProfileValue, ProxyAddress, ProxySetting,
    RocketMqSetting, SIZE_HINT, TIME_HINT, TRANSPORTS, TypedSecrets, read_size, read_time, size_text,
    time_text,
};
use std::fmt;
use std::path::Path;

/// A field that can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FormField {
    Endpoint,
    Authority,
    ServerName,
    /// The file of trusted certificates.
    Ca,
    /// The file of the client's certificate.
    Certificate,
    /// The file of its key.
    Key,
    /// Certificate and key together.
    Identity,
    /// By its row.
    Metadata(usize),
    Deadline,
    MaxMessage,
    KeepAlive,
    Proxy,
    /// Access key and secret.
    Credentials,
    /// Of a session of RocketMQ.
    Topics,
    /// Of its consumer.
    Group,
}

impl FormField {
    /// What the field is called where an error does not say it.
    pub fn title(self) -> Option<&'static str> {
        match self {
            FormField::Authority => Some("Authority"),
            FormField::ServerName => Some("Name to verify"),
            FormField::Ca => Some("Trusted CA"),
            FormField::Certificate => Some("Certificate"),
            FormField::Key => Some("Private key"),
            FormField::Deadline => Some("Deadline"),
            FormField::MaxMessage => Some("Largest message"),
            FormField::KeepAlive => Some("Keep-alive"),
            FormField::Proxy => Some("Proxy"),
            FormField::Endpoint
            | FormField::Identity
            | FormField::Metadata(_)
            | FormField::Credentials
            | FormField::Topics
            | FormField::Group => None,
        }
    }
}

/// Why what stands in a field is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub field: FormField,
    pub reason: String,
    /// What to write instead; may be empty.
    pub hint: String,
}

/// What stands in the fields, as typed. Values of secrets are only here, in memory.
#[derive(Clone, PartialEq, Eq)]
pub struct CallForm {
    pub endpoint: String,
    /// Into [`TRANSPORTS`].
    pub transport: usize,
    pub compress: bool,
    pub authority: String,
    pub server_name: String,
    pub ca: String,
    pub certificate: String,
    pub key: String,
    pub skip_verification: bool,
    pub metadata: Vec<MetadataDraft>,
    /// Empty: what is usual for the method, and none for streams.
    pub deadline: String,
    pub max_message: String,
    /// Empty: none.
    pub keep_alive: String,
    /// Empty: the environment's; `none`.
    pub proxy: String,
    /// Whether RocketMQ's headers are sent.
    pub is_rocketmq: bool,
    pub client_id: String,
    pub namespace: String,
    pub access_key: String,
    pub secret: String,
    pub session_token: String,
    /// What a session's client is, into [`ClientType::ALL`].
    pub client_type: usize,
    /// Joined by commas.
    pub topics: String,
    pub group: String,
    /// The profile that the fields were filled from; what has no field is kept in it.
    pub profile: Profile,
}

/// One row of metadata.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct MetadataDraft {
    pub name: String,
    /// Text, base64 under a name that ends in `-bin`, `$NAME` or `@FILE`.
    pub value: String,
}

impl Default for CallForm {
    fn default() -> CallForm {
        CallForm::of(Profile::new("", ""))
    }
}

/// Without what is typed into it.
impl fmt::Debug for CallForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallForm of {:?}", self.endpoint)
    }
}

/// Without the value.
impl fmt::Debug for MetadataDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MetadataDraft of {:?}", self.name)
    }
}

impl MetadataDraft {
    /// Whether the value must not be shown.
    pub fn is_secret(&self) -> bool {
        let is_named = ProfileValue::read(&self.value).is_reference();
        !is_named && Entry::received(&self.name.to_ascii_lowercase(), self.value.as_bytes()).is_secret()
    }

    fn is_blank(&self) -> bool {
        self.name.trim().is_empty() && self.value.is_empty()
    }
}

impl CallForm {
    /// The fields as a profile fills them.
    pub fn of(profile: Profile) -> CallForm {
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let text =
            |value: &Option<ProfileValue>| value.as_ref().map(ProfileValue::to_string).unwrap_or_default();
        let setting = profile.rocketmq.clone().unwrap_or_default();
        CallForm {
            endpoint: profile.endpoint.clone(),
            transport: TRANSPORTS.iter().position(|row| row.name == profile.transport.name).unwrap_or(0),
            compress: profile.compress,
            authority: profile.authority.clone(),
            server_name: profile.tls.server_name.clone(),
            ca: path(&profile.tls.ca),
            certificate: path(&profile.tls.certificate),
            key: path(&profile.tls.key),
            skip_verification: profile.tls.skip_verification,
            metadata: profile
                .metadata
                .iter()
                .map(|(name, value)| MetadataDraft { name: name.clone(), value: value.to_string() })
                .collect(),
            deadline: match profile.deadline {
                Deadline::Usual => String::new(),
                Deadline::Never => "none".to_owned(),
                Deadline::After(time) => time_text(Some(time)),
            },
            max_message: size_text(profile.max_message),
            keep_alive: profile.keep_alive.map(|time| time_text(Some(time))).unwrap_or_default(),
            proxy: match &profile.proxy {
                ProxySetting::Environment => String::new(),
                ProxySetting::Direct => "none".to_owned(),
                ProxySetting::Through(value) => value.to_string(),
            },
            is_rocketmq: profile.rocketmq.is_some(),
            client_id: setting.client_id,
            namespace: setting.namespace,
            access_key: setting.access_key,
            secret: text(&setting.secret),
            session_token: text(&setting.session_token),
            client_type: ClientType::ALL.iter().position(|kind| *kind == setting.client_type).unwrap_or(0),
            topics: setting.topics.join(", "),
            group: setting.group,
            profile,
        }
    }

    /// The profile that the fields come to, and the secrets that were typed; or everything that is
    /// wrong, in the order of the fields.
    pub fn read(&self) -> Result<(Profile, TypedSecrets), Vec<FieldError>> {
        self.read_for(false)
    }

    /// The same to be kept: what is still to be typed is asked for when it is used.
    pub fn to_keep(&self) -> Result<(Profile, TypedSecrets), Vec<FieldError>> {
        self.read_for(true)
    }

    /// Whether a secret is typed into a field.
    pub fn has_typed_secrets(&self) -> bool {
        self.to_keep()
            .is_ok_and(|(profile, typed)| profile.asked().iter().any(|place| typed.get("", place).is_some()))
    }

    fn read_for(&self, keeps: bool) -> Result<(Profile, TypedSecrets), Vec<FieldError>> {
        let mut reading = Reading {
            profile: self.profile.clone(),
            typed: TypedSecrets::default(),
            errors: Vec::new(),
            keeps,
        };
        reading.profile.name = String::new();
        self.read_server(&mut reading);
        self.read_tls(&mut reading);
        self.read_metadata(&mut reading);
        self.read_rocketmq(&mut reading);
        let Reading { profile, typed, errors, .. } = reading;
        if errors.is_empty() { Ok((profile, typed)) } else { Err(errors) }
    }

    /// What is wrong, for the lines beside the fields.
    pub fn errors(&self) -> Vec<FieldError> {
        self.read().err().unwrap_or_default()
    }

    fn read_server(&self, reading: &mut Reading) {
        let endpoint = self.endpoint.trim();
        reading.profile.endpoint = endpoint.to_owned();
        if endpoint.is_empty() {
            let hint = "Write http://host:port for plain text, https://host:port for TLS, or unix:/path";
            reading.error(FormField::Endpoint, "No server is named", hint);
        } else if !has_variable(endpoint)
            && let Err(error) = endpoint.parse::<Endpoint>()
        {
            reading.error(FormField::Endpoint, &error.to_string(), error.hint());
        }
        let profile = &mut reading.profile;
        profile.transport = TRANSPORTS.get(self.transport).unwrap_or(&TRANSPORTS[0]);
        profile.compress = self.compress;
        profile.authority = self.authority.trim().to_owned();
        let mut time = |text: &str, field| {
            let read = read_time(text.trim());
            if read.is_none() {
                reading.errors.push(FieldError {
                    field,
                    reason: format!("\"{}\" is not a time", text.trim()),
                    hint: TIME_HINT.to_owned(),
                });
            }
            read.flatten()
        };
        profile.deadline = match self.deadline.trim() {
            "" => Deadline::Usual,
            text => time(text, FormField::Deadline).map_or(Deadline::Never, Deadline::After),
        };
        profile.keep_alive = match self.keep_alive.trim() {
            "" => None,
            text => time(text, FormField::KeepAlive),
        };
        match read_size(self.max_message.trim()) {
            Some(size) => reading.profile.max_message = size,
            None => {
                let reason = format!("\"{}\" is not a size", self.max_message.trim());
                reading.error(FormField::MaxMessage, &reason, SIZE_HINT);
            }
        }
        self.read_proxy(reading);
    }

    fn read_proxy(&self, reading: &mut Reading) {
        let text = self.proxy.trim();
        reading.profile.proxy = match text {
            "" => ProxySetting::Environment,
            "none" => ProxySetting::Direct,
            _ => {
                let value = ProfileValue::read(text);
                if let ProfileValue::Text(text) = &value
                    && !has_variable(text)
                    && let Err(failure) = text.parse::<ProxyAddress>()
                {
                    let hint = failure.hint().unwrap_or_default();
                    reading.error(FormField::Proxy, &failure.to_string(), &hint);
                }
                // A user name and a password stay in memory.
                let is_secret = text.contains('@') && !value.is_reference();
                let value = if is_secret { reading.typed(ProfilePlace::Proxy, text) } else { value };
                ProxySetting::Through(value)
            }
        };
    }

    fn read_tls(&self, reading: &mut Reading) {
        let tls = &mut reading.profile.tls;
        tls.ca = self.ca.trim().into();
        tls.certificate = self.certificate.trim().into();
        tls.key = self.key.trim().into();
        tls.skip_verification = self.skip_verification;
        tls.server_name = self.server_name.trim().to_owned();
        // In plain text these fields are not shown and mean nothing.
        if !self.is_tls() {
            *tls = Default::default();
            return;
        }
        if tls.certificate.as_os_str().is_empty() != tls.key.as_os_str().is_empty() {
            let reason = "A client certificate goes with its key, and the key with it";
            reading.error(FormField::Identity, reason, "Name both files");
        }
    }

    fn read_metadata(&self, reading: &mut Reading) {
        reading.profile.metadata.clear();
        for (idx, draft) in self.metadata.iter().enumerate().filter(|(_, draft)| !draft.is_blank()) {
            let (name, value) = (draft.name.trim(), ProfileValue::read(&draft.value));
            let checked = match &value {
                ProfileValue::Text(text) if !has_variable(text) => Metadata::new().add_text(name, text),
                // What it only names is known when it is sent.
                _ => Metadata::new().add_bytes(name, b""),
            };
            if let Err(error) = checked {
                reading.error(FormField::Metadata(idx), &error.to_string(), error.hint());
                continue;
            }
            let name = name.to_ascii_lowercase();
            let value = match value {
                ProfileValue::Text(text) if draft.is_secret() => {
                    let is_second = reading.profile.metadata.iter().any(|(known, _)| *known == name);
                    if is_second {
                        let reason = format!("A second \"{name}\" cannot be typed here");
                        reading.error(FormField::Metadata(idx), &reason, "Name where it is: $NAME or @FILE");
                    }
                    reading.typed(ProfilePlace::Metadata(name.clone()), &text)
                }
                ProfileValue::Asked if !reading.keeps => {
                    let reason = format!("The value of \"{name}\" is still to be typed");
                    reading.error(
                        FormField::Metadata(idx),
                        &reason,
                        "Type it, or name where it is: $NAME or @FILE",
                    );
                    continue;
                }
                value => value,
            };
            reading.profile.metadata.push((name, value));
        }
    }

    fn read_rocketmq(&self, reading: &mut Reading) {
        if !self.is_rocketmq {
            reading.profile.rocketmq = None;
            return;
        }
        let before = reading.profile.rocketmq.take().unwrap_or_default();
        let is_asked = [&self.secret, &self.session_token].into_iter().any(|text| text.trim() == "?");
        if is_asked && !reading.keeps {
            let hint = "Type it, or name where it is: $NAME or @FILE";
            reading.error(FormField::Credentials, "The secret is still to be typed", hint);
        }
        let keeps = reading.keeps;
        let mut secret = |text: &str, place: ProfilePlace| match ProfileValue::read(text) {
            ProfileValue::Text(text) if text.is_empty() => None,
            ProfileValue::Text(text) => Some(reading.typed(place, &text)),
            ProfileValue::Asked if !keeps => None,
            value => Some(value),
        };
        let setting = RocketMqSetting {
            client_id: self.client_id.trim().to_owned(),
            namespace: self.namespace.trim().to_owned(),
            access_key: self.access_key.trim().to_owned(),
            secret: secret(self.secret.trim(), ProfilePlace::RocketMqSecret),
            session_token: secret(self.session_token.trim(), ProfilePlace::RocketMqSessionToken),
            client_type: ClientType::ALL.get(self.client_type).copied().unwrap_or_default(),
            topics: self
                .topics
                .split(',')
                .map(str::trim)
                .filter(|t| !t.is_empty())
                .map(str::to_owned)
                .collect(),
            group: self.group.trim().to_owned(),
            ..before
        };
        if setting.access_key.is_empty() != setting.secret.is_none() {
            let reason = "An access key goes with its secret, and the secret with it";
            reading.error(FormField::Credentials, reason, "Give both");
        }
        reading.profile.rocketmq = Some(setting);
    }

    /// Takes over secrets that were typed into other fields, where this server is to get them too.
    pub(super) fn keep_typed(&mut self, before: &CallForm) {
        let is_same = |a: &str, b: &str| a.trim() == b.trim();
        if !is_same(&self.endpoint, &before.endpoint) {
            return;
        }
        for draft in self.metadata.iter_mut().filter(|draft| draft.value == "?") {
            let same =
                |known: &&MetadataDraft| known.name.eq_ignore_ascii_case(&draft.name) && known.is_secret();
            let known = before.metadata.iter().find(same).map(|known| known.value.clone());
            draft.value = known.unwrap_or_else(|| "?".to_owned());
        }
        let is_typed = |text: &str| !text.is_empty() && !ProfileValue::read(text).is_reference();
        if self.secret == "?" && is_same(&self.access_key, &before.access_key) && is_typed(&before.secret) {
            self.secret.clone_from(&before.secret);
        }
        if self.session_token == "?" && is_typed(&before.session_token) {
            self.session_token.clone_from(&before.session_token);
        }
    }

    /// Whether the endpoint is one of TLS.
    pub fn is_tls(&self) -> bool {
        self.endpoint.trim().to_ascii_lowercase().starts_with("https:")
    }
}

struct Reading {
    profile: Profile,
    typed: TypedSecrets,
    errors: Vec<FieldError>,
    /// It is for a file, and secrets may be missing.
    keeps: bool,
}

impl Reading {
    fn error(&mut self, field: FormField, reason: &str, hint: &str) {
        self.errors.push(FieldError { field, reason: reason.to_owned(), hint: hint.to_owned() });
    }

    /// Keeps a secret that was typed out of the profile.
    fn typed(&mut self, place: ProfilePlace, text: &str) -> ProfileValue {
        self.typed.set("", place, text);
        ProfileValue::Asked
    }
}

fn has_variable(text: &str) -> bool {
    text.contains("${")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> CallForm {
        CallForm { endpoint: "http://127.0.0.1:1".to_owned(), ..CallForm::default() }
    }

    fn draft(name: &str, value: &str) -> MetadataDraft {
        MetadataDraft { name: name.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn every_field_that_is_wrong_is_told_with_what_to_write() {
        assert!(form().errors().is_empty());
        let wrong = CallForm {
            endpoint: "127.0.0.1:1".to_owned(),
            deadline: "5".to_owned(),
            max_message: "9TiB".to_owned(),
            keep_alive: "often".to_owned(),
            proxy: "ftp://x".to_owned(),
            metadata: vec![draft("a b", "c"), draft("", ""), draft("x-bin", "%")],
            is_rocketmq: true,
            access_key: "me".to_owned(),
            ..CallForm::default()
        };
        let errors = wrong.errors();
        let fields: Vec<FormField> = errors.iter().map(|error| error.field).collect();
        use FormField as F;
        let expected = [
            F::Endpoint,
            F::Deadline,
            F::KeepAlive,
            F::MaxMessage,
            F::Proxy,
            F::Metadata(0),
            F::Metadata(2),
            F::Credentials,
        ];
        assert_eq!(fields, expected);
        assert!(errors.iter().all(|error| !error.reason.is_empty() && !error.hint.is_empty()), "{errors:?}");
        let half = CallForm { endpoint: "https://a".to_owned(), key: "k.pem".to_owned(), ..form() };
        assert_eq!(half.errors()[0].field, F::Identity);
        assert_eq!(CallForm::default().errors()[0].field, F::Endpoint);
    }

    #[test]
    fn secrets_that_are_typed_are_kept_out_of_the_profile_and_of_debug() {
        let form = CallForm {
            metadata: vec![draft("Authorization", "hush-1"), draft("x-id", "7"), draft("cookie", "$JAR")],
            proxy: "http://me:hush-2@proxy:1".to_owned(),
            is_rocketmq: true,
            access_key: "key".to_owned(),
            secret: "hush-3".to_owned(),
            ..form()
        };
        let (profile, typed) = form.read().unwrap();
        assert_eq!(typed.get("", &ProfilePlace::Metadata("authorization".to_owned())), Some("hush-1"));
        assert_eq!(typed.get("", &ProfilePlace::Proxy), Some("http://me:hush-2@proxy:1"));
        assert_eq!(typed.get("", &ProfilePlace::RocketMqSecret), Some("hush-3"));
        assert_eq!(profile.metadata[2].1, ProfileValue::Environment("JAR".to_owned()));
        assert!(profile.to_text("").is_ok_and(|text| !text.contains("hush")));
        assert!(!format!("{form:?} {:?} {profile:?} {typed:?}", form.metadata).contains("hush"));
        assert_eq!(
            form.metadata.iter().map(MetadataDraft::is_secret).collect::<Vec<_>>(),
            [true, false, false]
        );
    }

    #[test]
    fn what_is_still_to_be_typed_keeps_a_call_from_being_made_and_not_from_being_kept() {
        let form = CallForm {
            metadata: vec![draft("authorization", "?")],
            is_rocketmq: true,
            access_key: "me".to_owned(),
            secret: "?".to_owned(),
            ..form()
        };
        let fields: Vec<FormField> = form.errors().iter().map(|error| error.field).collect();
        assert!(fields.contains(&FormField::Metadata(0)) && fields.contains(&FormField::Credentials));
        let (kept, _) = form.to_keep().unwrap();
        assert_eq!(kept.metadata[0].1, ProfileValue::Asked);
        assert_eq!(kept.rocketmq.unwrap().secret, Some(ProfileValue::Asked));
    }

    #[test]
    fn typed_secrets_stay_for_their_server_alone() {
        let asked = CallForm { metadata: vec![draft("Authorization", "?")], ..form() };
        let before = CallForm { metadata: vec![draft("authorization", "hush")], ..form() };
        let mut same = asked.clone();
        same.keep_typed(&before);
        assert_eq!(same.metadata[0].value, "hush");
        let mut other = CallForm { endpoint: "http://127.0.0.1:2".to_owned(), ..asked.clone() };
        other.keep_typed(&before);
        assert_eq!(other.metadata[0].value, "?");
        let named = CallForm { metadata: vec![draft("authorization", "$TOKEN")], ..form() };
        let mut same = asked.clone();
        same.keep_typed(&named);
        assert_eq!(same, asked);
    }

    #[test]
    fn a_profile_comes_back_from_the_fields_that_it_fills() {
        let mut profile = Profile::new("", "https://example.com");
        profile.deadline = Deadline::Never;
        profile.compress = true;
        profile.metadata = vec![("x-id".to_owned(), ProfileValue::Text("7".to_owned()))];
        profile.variables = vec![("a".to_owned(), ProfileValue::Text("b".to_owned()))];
        profile.tls.ca = "ca.pem".into();
        profile.rocketmq = Some(RocketMqSetting { group: "g".to_owned(), ..Default::default() });
        profile.transport = &TRANSPORTS[2];
        let (read, _) = CallForm::of(profile.clone()).read().unwrap();
        assert_eq!(read, profile);
    }
}
