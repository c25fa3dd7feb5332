//! The system keyring: secrets that a person's desktop keeps, not we.
//!
//! **Law.** A secret is found again by the profile that it belongs to and its place there, and by nothing
//! else. Nothing waits for longer than a fixed time, which is longer only where a person is asked to unlock
//! the keyring; a cancel ends every wait. No secret is in an error.
//!
//! The keyring is whatever answers as `org.freedesktop.secrets` on the session bus: gnome-keyring, KWallet,
//! KeePassXC. Systems without a session bus have none, which is said.
//!
//! - `service`: what is said on the bus
//!
//! **Not here:** what a profile takes from the keyring (`rpc`).

mod service;

#[cfg(all(test, unix))]
mod tests;

use super::job::CancelToken;
use super::profiles::{profile_file, profiles_folder};
use crate::rpc::{NotKept, ProfilePlace, system_words};
use service::Service;
use std::path::Path;
use tokio::sync::oneshot;

/// Bytes of the largest secret that is kept.
pub const MAX_SECRET: usize = 64 << 10;

/// One secret of one profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyringPlace {
    /// See [`keyring_owner`].
    pub owner: String,
    pub place: ProfilePlace,
}

/// Why the keyring gave nothing, or took nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    #[error("There is no system keyring here, since {reason}")]
    None {
        reason: String,
        /// What the system said; may be empty.
        detail: String,
    },
    #[error("The system keyring is locked, and was not unlocked")]
    Locked,
    #[error("The system keyring has no such secret of {:?}", place.owner)]
    Absent { place: KeyringPlace },
    #[error("The system keyring did not answer in time")]
    TimedOut,
    #[error("The system keyring refused: {reason}")]
    Refused { reason: String },
    #[error("What the system keyring has is no text")]
    NotText,
    #[error("A secret of no profile cannot be kept in the system keyring")]
    NoOwner,
    #[error("Cancelled")]
    Cancelled,
}

impl KeyringError {
    /// What the system said, for those who look into it; may be empty.
    pub fn detail(&self) -> &str {
        match self {
            KeyringError::None { detail, .. } => detail,
            _ => "",
        }
    }

    pub fn hint(&self) -> String {
        match self {
            KeyringError::None { .. } => {
                "Start one, such as gnome-keyring or KWallet, or name where else the secret is: $NAME, @FILE, \
                 or ? to be asked"
                    .to_owned()
            }
            KeyringError::Locked => "Unlock it, and try again".to_owned(),
            KeyringError::Absent { place } => {
                format!("protoloupe keyring {:?} {} --put keeps it there", place.owner, place.place.key())
            }
            KeyringError::NoOwner => "Save the profile under a name first".to_owned(),
            KeyringError::TimedOut
            | KeyringError::Refused { .. }
            | KeyringError::NotText
            | KeyringError::Cancelled => {
                "Try again, or name where else the secret is: $NAME, @FILE, or ? to be asked".to_owned()
            }
        }
    }
}

impl From<KeyringError> for NotKept {
    fn from(error: KeyringError) -> NotKept {
        let detail = error.detail().to_owned();
        NotKept { reason: error.to_string(), hint: error.hint(), detail }
    }
}

/// What the secrets of a profile are kept under: its name if it is in the person's own folder, otherwise
/// the path of its file, so that no profile from elsewhere gets the secrets of one that has its name.
pub fn keyring_owner(path: &Path) -> String {
    let real = path.canonicalize().unwrap_or_else(|_absent| path.to_owned());
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(super::PROFILE_ENDING).unwrap_or(&name).to_owned();
    let own = profiles_folder().and_then(|folder| profile_file(&folder, &name));
    let is_own = own.is_some_and(|own| own == path || own.canonicalize().is_ok_and(|own| own == real));
    if is_own { name } else { real.to_string_lossy().into_owned() }
}

/// The secret that is kept.
pub fn read_keyring(place: &KeyringPlace, cancel: &CancelToken) -> Result<String, KeyringError> {
    wait(cancel, async { Service::connect().await?.secret(place).await })
}

/// Keeps a secret, in the place of the one that was kept.
pub fn put_into_keyring(
    place: &KeyringPlace,
    secret: &str,
    cancel: &CancelToken,
) -> Result<(), KeyringError> {
    wait(cancel, async { Service::connect().await?.put(place, secret).await })
}

/// Takes a secret out, which must be there.
pub fn remove_from_keyring(place: &KeyringPlace, cancel: &CancelToken) -> Result<(), KeyringError> {
    wait(cancel, async { Service::connect().await?.remove(place).await })
}

/// Whether a secret is kept; a locked keyring says so too, and nobody is asked to unlock it.
pub fn is_in_keyring(place: &KeyringPlace, cancel: &CancelToken) -> Result<bool, KeyringError> {
    wait(cancel, async { Service::connect().await?.is_kept(place).await })
}

/// Runs what speaks to a keyring on this thread, until its end or the cancel.
fn wait<T>(
    cancel: &CancelToken,
    work: impl Future<Output = Result<T, KeyringError>>,
) -> Result<T, KeyringError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime
        .map_err(|error| KeyringError::None { reason: system_words(&error), detail: String::new() })?;
    let (tell, told) = oneshot::channel();
    cancel.on_cancel(move || {
        // Nobody waits any longer once the work has ended.
        let _ = tell.send(());
    });
    runtime.block_on(async {
        tokio::select! {
            biased;
            Ok(()) = told => Err(KeyringError::Cancelled),
            done = work => done,
        }
    })
}
