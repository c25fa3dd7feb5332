use super::{JobContext, Report, Work, WorkerError};
use crate::rpc::ProfilePlace;
use crate::worker::keyring::{KeyringError, KeyringPlace, put_into_keyring, remove_from_keyring};
use std::fmt;

/// Puts secrets of a profile into the system keyring, or takes them out. It may let a person unlock the
/// keyring, so it has a thread to itself.
pub struct KeepSecrets {
    /// See [`crate::worker::keyring_owner`].
    pub owner: String,
    /// With nothing, the place is to be empty.
    pub changes: Vec<(ProfilePlace, Option<String>)>,
}

/// Without the secrets.
impl fmt::Debug for KeepSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeepSecrets({}, {})", self.owner, self.changes.len())
    }
}

impl Work for KeepSecrets {
    fn label(&self) -> &'static str {
        "Keeping secrets in the system keyring"
    }

    fn runs_apart(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        for (place, secret) in &self.changes {
            let place = KeyringPlace { owner: self.owner.clone(), place: place.clone() };
            let done = match secret {
                Some(secret) => put_into_keyring(&place, secret, &context.cancel),
                None => match remove_from_keyring(&place, &context.cancel) {
                    Err(KeyringError::Absent { .. }) => Ok(()),
                    done => done,
                },
            };
            context.go_on()?;
            done.map_err(|error| WorkerError::Keyring { error })?;
        }
        Ok(Report::SecretsKept)
    }
}
