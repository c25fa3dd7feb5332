use super::super::endpoint::EndpointError;
use super::super::failure::Failure;
use super::super::lines::LineProblem;
use super::super::metadata::MetadataError;

/// What is wrong with a profile, or keeps it from making a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// Of the file form; lines count from 1.
    #[error("Line {line}: {reason}")]
    Line { line: usize, reason: LineProblem },
    #[error("The profile has no endpoint")]
    NoEndpoint,
    #[error("{0}")]
    Endpoint(EndpointError),
    #[error("{0}")]
    Metadata(MetadataError),
    #[error("{0}")]
    Call(Failure),
    #[error("\"{place}\" is a secret, and a profile is no place for one")]
    SecretWritten { place: String },
    #[error("The profile has no variable \"{name}\", which \"{place}\" names")]
    UnknownVariable { name: String, place: String },
    #[error("The variables of the profile name each other in a circle, at \"{name}\"")]
    Circle { name: String },
    #[error("The variable ${name} is not set, which \"{place}\" names")]
    NotSet { name: String, place: String },
    #[error("{reason}, for \"{place}\"")]
    File { reason: String, place: String },
    #[error("\"{place}\" is asked for, and nobody answered yet")]
    NotTyped { place: String },
    #[error("The value of \"{place}\" cannot be read. {reason}")]
    Keyring { reason: String, hint: String, detail: String, place: String },
    #[error("The file for \"{place}\" is no text")]
    NotText { place: String },
    #[error("TLS settings do not go with {endpoint}, which is plain text")]
    TlsInPlainText { endpoint: String },
    #[error("A client certificate goes with its key, and the key with it")]
    HalfIdentity,
    #[error("An access key goes with its secret, and the secret with it")]
    HalfCredentials,
}

impl ProfileError {
    /// What the system said, for those who look into it.
    pub fn detail(&self) -> Option<&str> {
        match self {
            ProfileError::Keyring { detail, .. } => Some(detail.as_str()).filter(|detail| !detail.is_empty()),
            _ => None,
        }
    }

    /// What to do about it; `None` where the error says it all.
    pub fn hint(&self) -> Option<String> {
        const SECRET: &str = "Write $NAME for a variable of the environment, @FILE, ?keyring for the system \
                              keyring, or ? to be asked; as a part of a value it stands in [variables], and ${name} in the value";
        let hint = match self {
            ProfileError::Line { reason: LineProblem::Secret(_), .. }
            | ProfileError::SecretWritten { .. } => SECRET,
            ProfileError::Line { reason: LineProblem::NoPair(_), .. } => "Comments begin with #",
            ProfileError::Line { reason: LineProblem::Twice { .. }, .. } => "Take one of them out",
            ProfileError::Line { reason: LineProblem::Newer(_), .. } => {
                "Open it with the program that wrote it"
            }
            ProfileError::Line { .. } => return None,
            ProfileError::NoEndpoint => "Add a line such as endpoint = http://127.0.0.1:8081",
            ProfileError::Endpoint(error) => error.hint(),
            ProfileError::Metadata(error) => error.hint(),
            ProfileError::Call(failure) => return failure.hint(),
            ProfileError::UnknownVariable { name, .. } => {
                return Some(format!("Add {name} = … to its [variables], or write $${{{name}}}"));
            }
            ProfileError::Circle { .. } => "Take one of them out",
            ProfileError::NotSet { .. } => "Set it before the program starts",
            ProfileError::File { .. } | ProfileError::NotText { .. } => "Name another file",
            ProfileError::Keyring { hint, .. } => hint,
            ProfileError::NotTyped { .. } => "Type it, or name where it is: $NAME or @FILE",
            ProfileError::TlsInPlainText { endpoint } if endpoint.starts_with("unix:") => {
                "Take them out: a Unix socket is spoken to in plain text only"
            }
            ProfileError::TlsInPlainText { .. } => "Write https://, or take them out",
            ProfileError::HalfIdentity => "Name both files in [tls]: certificate and key",
            ProfileError::HalfCredentials => "Give both in [rocketmq]: access-key and secret",
        };
        Some(hint.to_owned())
    }
}
