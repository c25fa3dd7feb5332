//! A request that is kept for another time: a small text beside the bytes of its message.
//!
//! The text is that of a [`Profile`] with the method in front. Where it names a profile, its own settings
//! are what differs: more metadata, and the server for those who do not have that profile.

use super::call::RpcKind;
use super::lines::{self, Found, LineProblem, Pairs};
use super::profile::{Profile, ProfileError};

const VERSION: u64 = 1;
const COMMENT: &str = "# A request of Protoloupe. Its message is in the file of the same name that ends in .bin. \
                       $NAME is a variable of the environment, @FILE a file, ? is asked for.\n";
const KEYS: [&str; 5] = ["version", "method", "kind", "type", "profile"];

/// What a request is besides its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedRequest {
    /// That of its files, without the ending.
    pub name: String,
    /// `package.Service/Method`.
    pub method: String,
    pub kind: RpcKind,
    /// The message's full type name; empty if none is known.
    pub message_type: String,
    /// The name of a profile, or empty.
    pub profile: String,
    /// Server, metadata and the rest, without a name; secrets are only named.
    pub settings: Profile,
}

impl SavedRequest {
    /// With these settings as far as the profile that they were filled from does not say the same.
    pub fn beside(mut self, profile: Option<&Profile>) -> SavedRequest {
        self.settings.name = String::new();
        let Some(profile) = profile else { return self };
        let n_shared = profile.metadata.len();
        let mut same = Profile { name: String::new(), ..profile.clone() };
        same.metadata.clone_from(&self.settings.metadata);
        if same == self.settings && self.settings.metadata.starts_with(&profile.metadata) {
            self.profile.clone_from(&profile.name);
            let own = self.settings.metadata.split_off(n_shared);
            self.settings = Profile { metadata: own, ..Profile::new("", &profile.endpoint) };
        }
        self
    }

    /// What it is sent with, where its profile is `profile`.
    pub fn with_profile(&self, profile: Profile) -> Profile {
        let mut settings = profile;
        settings.metadata.extend(self.settings.metadata.iter().cloned());
        settings
    }

    pub fn read(name: &str, text: &str) -> Result<SavedRequest, ProfileError> {
        let mut request = SavedRequest {
            name: name.to_owned(),
            method: String::new(),
            kind: RpcKind::Unary,
            message_type: String::new(),
            profile: String::new(),
            settings: Profile::read("", text)?,
        };
        let read = lines::read(text, &is_known, &|_section| false, &mut |found| match found {
            Found::Section(_) => Ok(()),
            Found::Pair { key, value, .. } => request.read_pair(key, value),
        });
        read.map_err(|(line, reason)| ProfileError::Line { line, reason })?;
        if request.method.is_empty() {
            return Err(ProfileError::Line { line: 1, reason: LineProblem::Missing("method") });
        }
        Ok(request)
    }

    fn read_pair(&mut self, key: &str, value: String) -> Result<(), LineProblem> {
        match key {
            "version" => lines::check_version(&value, VERSION)?,
            "method" => self.method = value,
            "kind" => match RpcKind::ALL.into_iter().find(|kind| kind.name() == value) {
                Some(kind) => self.kind = kind,
                None => {
                    let expected = RpcKind::ALL.map(RpcKind::name).join(", ");
                    return Err(LineProblem::Value { key: key.to_owned(), text: value, expected });
                }
            },
            "type" => self.message_type = value,
            "profile" => self.profile = value,
            _ => {}
        }
        Ok(())
    }

    /// The file form, over `old` if there is one; see [`Profile::to_text`].
    pub fn to_text(&self, old: &str) -> Result<String, ProfileError> {
        let mut pairs = Pairs::default();
        pairs.add("", "version", VERSION.to_string());
        pairs.add("", "method", self.method.clone());
        pairs.add("", "kind", self.kind.name().to_owned());
        pairs.add("", "type", self.message_type.clone());
        pairs.add("", "profile", self.profile.clone());
        self.settings.to_text(&pairs.write_over(old, COMMENT, &is_known, &[]))
    }

    /// Whether all words of `query` are in its name, method, server or profile.
    pub fn matches(&self, query: &str) -> bool {
        let parts = [&self.name, &self.method, &self.settings.endpoint, &self.profile, &self.message_type];
        let text = parts.map(|part| part.to_lowercase()).join(" ");
        query.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}

fn is_known(section: &str, key: &str) -> bool {
    section.is_empty() && KEYS.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::super::caller::Deadline;
    use super::super::profile::ProfileValue;
    use super::*;
    use std::time::Duration;

    fn request() -> SavedRequest {
        let mut settings = Profile::new("", "https://example.com");
        settings.deadline = Deadline::After(Duration::from_secs(5));
        settings.tls.ca = "ca.pem".into();
        settings.metadata = vec![
            ("x-a".to_owned(), ProfileValue::Text("?".to_owned())),
            ("authorization".to_owned(), ProfileValue::Environment("TOKEN".to_owned())),
        ];
        SavedRequest {
            name: "send".to_owned(),
            method: "a.B/C".to_owned(),
            kind: RpcKind::ServerStream,
            message_type: "a.M".to_owned(),
            profile: String::new(),
            settings,
        }
    }

    #[test]
    fn a_request_comes_back_from_its_text() {
        let request = request();
        let text = request.to_text("").unwrap();
        assert_eq!(SavedRequest::read("send", &text).unwrap(), request);
        let own = format!("# mine\nnew = 1\n{text}");
        assert_eq!(request.to_text(&own).unwrap(), own);
        for query in ["", "b/c send", "EXAMPLE"] {
            assert!(request.matches(query), "{query}");
        }
        assert!(!request.matches("send other"));
    }

    #[test]
    fn what_a_profile_says_is_left_to_it() {
        let request = request();
        let mut profile = request.settings.clone();
        profile.name = "local".to_owned();
        let own = profile.metadata.split_off(1);
        let beside = request.clone().beside(Some(&profile));
        assert_eq!((beside.profile.as_str(), &beside.settings.metadata), ("local", &own));
        assert_eq!(beside.settings.tls, Default::default());
        let mut with = beside.with_profile(profile.clone());
        with.name = String::new();
        assert_eq!(with, request.settings);
        // Another deadline is a setting of the request's own.
        profile.deadline = Deadline::Never;
        assert_eq!(request.clone().beside(Some(&profile)), request);
    }

    #[test]
    fn a_request_without_a_method_or_with_a_secret_is_refused() {
        let error = SavedRequest::read("r", "kind = unary").unwrap_err();
        assert_eq!(error.to_string(), "Line 1: There is no \"method\" in it");
        let error = SavedRequest::read("r", "method = a.B/C\n[metadata]\ncookie = abc").unwrap_err();
        assert_eq!(
            error.to_string(),
            "Line 3: \"cookie\" is a secret, and a file that is kept is no place for one"
        );
        let error = SavedRequest::read("r", "method = a.B/C\nkind = both").unwrap_err();
        assert!(error.to_string().contains("unary, server, client, bidi"), "{error}");
    }
}
