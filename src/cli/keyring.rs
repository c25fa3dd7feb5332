//! `protoloupe keyring`: the secrets of a profile that the system keyring keeps.

use super::target::{profile_of, profile_path};
use super::{CliError, Console, Outcome};
use crate::rpc::{Profile, ProfilePlace, system_words};
use crate::worker::{
    CancelToken, KeyringError, KeyringPlace, MAX_SECRET, ask_secret, is_in_keyring, keyring_owner,
    put_into_keyring, remove_from_keyring,
};
use clap::Args;
use std::io::{self, IsTerminal as _, Read as _};

/// Keep a profile's secrets in the system keyring
///
/// Where a profile says ?keyring, as in secret = ?keyring, calls take the value from there. Without a FIELD
/// those fields are listed, each with whether the keyring has it. --put asks for the secret at the
/// terminal, or reads it from standard input; it is never an argument, which others could see.
///
/// Exit status 1: there is no such secret, or no keyring.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
        protoloupe keyring local\n  \
        protoloupe keyring local rocketmq.secret --put\n  \
        protoloupe keyring local metadata.authorization --put < token.txt\n  \
        protoloupe keyring local metadata.authorization --remove")]
pub(super) struct KeyringArgs {
    /// A profile by its name, or a file that holds one
    #[arg(value_name = "PROFILE")]
    profile: String,
    /// The field, by section and key: rocketmq.secret, metadata.x-token, variables.password, proxy
    #[arg(value_name = "FIELD")]
    field: Option<String>,
    /// Keep a secret there
    #[arg(long, requires = "field")]
    put: bool,
    /// Take the secret out
    #[arg(long, requires = "field", conflicts_with = "put")]
    remove: bool,
}

pub(super) fn run(args: &KeyringArgs, console: &mut Console) -> Result<Outcome, CliError> {
    let path = profile_path(&args.profile)?;
    let profile = profile_of(&path, console)?;
    let owner = keyring_owner(&path);
    let at = |place: &ProfilePlace| KeyringPlace { owner: owner.clone(), place: place.clone() };
    let Some(field) = &args.field else {
        return list(profile.in_keyring().iter().map(at), console);
    };
    if args.remove {
        // The profile may say something else by now.
        let place = ProfilePlace::of_key(field).ok_or_else(|| unknown(&profile, field))?;
        let removed = remove_from_keyring(&at(&place), &CancelToken::default());
        removed.map_err(|error| failed(error, field))?;
        console.remark(&format!("Taken out of the system keyring: {field}"));
        return Ok(Outcome::Done);
    }
    let place = profile.in_keyring().into_iter().find(|place| place.key() == *field);
    let place = at(&place.ok_or_else(|| unknown(&profile, field))?);
    if !args.put {
        return list([place].into_iter(), console);
    }
    let secret = secret(&place)?;
    put_into_keyring(&place, &secret, &CancelToken::default()).map_err(|error| failed(error, field))?;
    console.remark(&format!("Kept in the system keyring: {field}"));
    Ok(Outcome::Done)
}

fn list(places: impl Iterator<Item = KeyringPlace>, console: &mut Console) -> Result<Outcome, CliError> {
    let mut outcome = Outcome::Done;
    for place in places {
        let key = place.place.key();
        let is_kept = is_in_keyring(&place, &CancelToken::default()).map_err(|error| failed(error, &key))?;
        if !is_kept {
            outcome = Outcome::No;
        }
        let word = if is_kept { "kept" } else { "absent" };
        writeln!(console.out, "{key}  {word}").map_err(|error| CliError::Write { error })?;
    }
    Ok(outcome)
}

fn unknown(profile: &Profile, field: &str) -> CliError {
    let known: Vec<String> = profile.in_keyring().iter().map(ProfilePlace::key).collect();
    CliError::NotOfKeyring { field: field.to_owned(), known: known.join(", ") }
}

fn failed(error: KeyringError, field: &str) -> CliError {
    CliError::Keyring { error, field: field.to_owned() }
}

/// The secret that is typed, or that standard input has, without the line's end.
fn secret(place: &KeyringPlace) -> Result<String, CliError> {
    let not_read = |error: io::Error| CliError::SecretNotRead { reason: system_words(&error) };
    let secret = if io::stdin().is_terminal() {
        let question = format!("{} of {}, which is not shown: ", place.place, place.owner);
        ask_secret(&question).map_err(not_read)?.unwrap_or_default()
    } else {
        let mut bytes = Vec::new();
        io::stdin().lock().take(MAX_SECRET as u64 + 1).read_to_end(&mut bytes).map_err(not_read)?;
        let text = String::from_utf8(bytes).map_err(|_| not_read(io::Error::other("it is no text")))?;
        text.trim_end_matches(['\r', '\n']).to_owned()
    };
    if secret.is_empty() {
        return Err(CliError::SecretNotRead { reason: "nothing was given".to_owned() });
    }
    Ok(secret)
}
