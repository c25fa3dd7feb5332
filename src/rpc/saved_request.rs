//! A request that is kept for another time: a small text beside the bytes of its message.

use super::call::RpcKind;
use super::lines::{self, Found, LineProblem, Pairs};
use super::metadata::{is_secret_name, is_secret_value};
use super::profile::{ProfileError, ProfileValue};

const VERSION: u64 = 1;
const COMMENT: &str =
    "# A request of Protoloupe. Its message is in the file of the same name that ends in .bin.\n";
const METADATA: &str = "metadata";
const KEYS: [&str; 6] = ["version", "method", "kind", "type", "profile", "endpoint"];

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
    /// Where it goes without a profile.
    pub endpoint: String,
    /// What it sends besides the profile's; a secret is only named.
    pub metadata: Vec<(String, ProfileValue)>,
}

impl SavedRequest {
    pub fn read(name: &str, text: &str) -> Result<SavedRequest, ProfileError> {
        let mut request = SavedRequest {
            name: name.to_owned(),
            method: String::new(),
            kind: RpcKind::Unary,
            message_type: String::new(),
            profile: String::new(),
            endpoint: String::new(),
            metadata: Vec::new(),
        };
        let read = lines::read(text, &is_known, &|section| section == METADATA, &mut |found| match found {
            Found::Section(_) => Ok(()),
            Found::Pair { section, key, value, .. } => request.read_pair(section, key, value),
        });
        read.map_err(|(line, reason)| ProfileError::Line { line, reason })?;
        if request.method.is_empty() {
            return Err(ProfileError::Line { line: 1, reason: LineProblem::Missing("method") });
        }
        Ok(request)
    }

    fn read_pair(&mut self, section: &str, key: &str, value: String) -> Result<(), LineProblem> {
        match (section, key) {
            (METADATA, _) => {
                let value = ProfileValue::read(&value);
                if is_written_secret(key, &value) {
                    return Err(LineProblem::Secret(key.to_owned()));
                }
                self.metadata.push((key.to_owned(), value));
            }
            (_, "version") => lines::check_version(&value, VERSION)?,
            (_, "method") => self.method = value,
            (_, "kind") => match RpcKind::ALL.into_iter().find(|kind| kind.name() == value) {
                Some(kind) => self.kind = kind,
                None => {
                    let expected = RpcKind::ALL.map(RpcKind::name).join(", ");
                    return Err(LineProblem::Value { key: key.to_owned(), text: value, expected });
                }
            },
            (_, "type") => self.message_type = value,
            (_, "profile") => self.profile = value,
            (_, "endpoint") => self.endpoint = value,
            _ => {}
        }
        Ok(())
    }

    /// The file form, over `old` if there is one; see [`super::Profile::to_text`].
    pub fn to_text(&self, old: &str) -> Result<String, ProfileError> {
        if let Some((name, _)) = self.metadata.iter().find(|(name, value)| is_written_secret(name, value)) {
            return Err(ProfileError::SecretWritten { place: name.clone() });
        }
        let mut pairs = Pairs::default();
        pairs.add("", "version", VERSION.to_string());
        pairs.add("", "method", self.method.clone());
        pairs.add("", "kind", self.kind.name().to_owned());
        pairs.add("", "type", self.message_type.clone());
        pairs.add("", "profile", self.profile.clone());
        pairs.add("", "endpoint", self.endpoint.clone());
        self.metadata.iter().for_each(|(name, value)| {
            pairs.0.push((METADATA, name.clone(), value.to_string()));
        });
        Ok(pairs.write_over(old, COMMENT, &is_known, &[]))
    }
}

fn is_known(section: &str, key: &str) -> bool {
    section == METADATA || (section.is_empty() && KEYS.contains(&key))
}

fn is_written_secret(name: &str, value: &ProfileValue) -> bool {
    let is_secret_text = matches!(value, ProfileValue::Text(text) if is_secret_value(text));
    !value.is_reference() && (is_secret_name(&name.to_ascii_lowercase()) || is_secret_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_comes_back_from_its_text() {
        let request = SavedRequest {
            name: "send".to_owned(),
            method: "a.B/C".to_owned(),
            kind: RpcKind::ServerStream,
            message_type: "a.M".to_owned(),
            profile: "local".to_owned(),
            endpoint: String::new(),
            metadata: vec![
                ("x-a".to_owned(), ProfileValue::Text("?".to_owned())),
                ("authorization".to_owned(), ProfileValue::Environment("TOKEN".to_owned())),
            ],
        };
        let text = request.to_text("").unwrap();
        assert_eq!(SavedRequest::read("send", &text).unwrap(), request);
        let own = format!("# mine\nnew = 1\n{text}");
        assert_eq!(request.to_text(&own).unwrap(), own);
    }

    #[test]
    fn a_request_without_a_method_or_with_a_secret_is_refused() {
        let error = SavedRequest::read("r", "kind = unary").unwrap_err();
        assert_eq!(error.to_string(), "There is no \"method\" in it, in line 1");
        let error = SavedRequest::read("r", "method = a.B/C\n[metadata]\ncookie = abc").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"cookie\" is a secret, and a file that is kept is no place for one, in line 3"
        );
        let error = SavedRequest::read("r", "method = a.B/C\nkind = both").unwrap_err();
        assert!(error.to_string().contains("unary, server, client, bidi"), "{error}");
    }
}
