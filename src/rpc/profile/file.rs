//! A profile as text.

use super::super::lines::{self, Found, LineProblem, Pairs};
use super::super::transport::TRANSPORTS;
use super::super::units::{SIZE_HINT, TIME_HINT, read_size, read_time, size_text, time_text};
use super::resolve::Place;
use super::value::{ProfileValue, is_variable_name};
use super::{Deadline, Profile, ProfileError, ProxySetting, RocketMqSetting};
use crate::rocketmq::ClientType;
use std::path::PathBuf;

/// Of the file form.
const VERSION: u64 = 1;
const COMMENT: &str = "# A profile of Protoloupe. $NAME is a variable of the environment, @FILE a file, \
                       ?keyring in the system keyring, ? is asked for, ${name} one of [variables].\n";
const VARIABLES: &str = "variables";
const METADATA: &str = "metadata";
const ROCKETMQ: &str = "rocketmq";
/// As they are written.
const SECTIONS: [&str; 5] = ["", "tls", VARIABLES, METADATA, ROCKETMQ];

/// A key that stands at most once: section, name, and what it sets.
type Key = (&'static str, &'static str, Field);

enum Field {
    Text(fn(&mut Profile) -> &mut String),
    Path(fn(&mut Profile) -> &mut PathBuf),
    Switch(fn(&mut Profile) -> &mut bool),
    Value(fn(&mut Profile) -> &mut Option<ProfileValue>),
    /// Reading says what is expected where it finds something else; writing gives nothing for what is as
    /// it is without the key.
    Other {
        read: fn(&mut Profile, &str) -> Result<(), String>,
        write: fn(&Profile) -> String,
    },
}

/// All of them, in the order in which they are written.
static KEYS: &[Key] = &[
    ("", "version", Field::Other { read: |_, _| Ok(()), write: |_| VERSION.to_string() }),
    ("", "endpoint", Field::Text(|p| &mut p.endpoint)),
    ("", "protocol", Field::Other { read: read_protocol, write: write_protocol }),
    ("", "deadline", Field::Other { read: read_deadline, write: write_deadline }),
    ("", "max-message", Field::Other { read: read_max_message, write: write_max_message }),
    ("", "compress", Field::Switch(|p| &mut p.compress)),
    ("", "authority", Field::Text(|p| &mut p.authority)),
    ("", "proxy", Field::Other { read: read_proxy, write: write_proxy }),
    ("", "keep-alive", Field::Other { read: read_keep_alive, write: write_keep_alive }),
    ("tls", "ca", Field::Path(|p| &mut p.tls.ca)),
    ("tls", "certificate", Field::Path(|p| &mut p.tls.certificate)),
    ("tls", "key", Field::Path(|p| &mut p.tls.key)),
    ("tls", "skip-verification", Field::Switch(|p| &mut p.tls.skip_verification)),
    ("tls", "server-name", Field::Text(|p| &mut p.tls.server_name)),
    (ROCKETMQ, "client-type", Field::Other { read: read_client_type, write: write_client_type }),
    (ROCKETMQ, "client-id", Field::Text(|p| &mut rocketmq(p).client_id)),
    (ROCKETMQ, "namespace", Field::Text(|p| &mut rocketmq(p).namespace)),
    (ROCKETMQ, "topics", Field::Other { read: read_topics, write: write_topics }),
    (ROCKETMQ, "group", Field::Text(|p| &mut rocketmq(p).group)),
    (ROCKETMQ, "access-key", Field::Text(|p| &mut rocketmq(p).access_key)),
    (ROCKETMQ, "secret", Field::Value(|p| &mut rocketmq(p).secret)),
    (ROCKETMQ, "session-token", Field::Value(|p| &mut rocketmq(p).session_token)),
    (ROCKETMQ, "language", Field::Text(|p| &mut rocketmq(p).language)),
    (ROCKETMQ, "client-version", Field::Text(|p| &mut rocketmq(p).client_version)),
    (ROCKETMQ, "protocol", Field::Text(|p| &mut rocketmq(p).protocol)),
];

fn rocketmq(profile: &mut Profile) -> &mut RocketMqSetting {
    profile.rocketmq.get_or_insert_default()
}

fn read_protocol(profile: &mut Profile, text: &str) -> Result<(), String> {
    let names: Vec<&str> = TRANSPORTS.iter().map(|transport| transport.name).collect();
    let found = TRANSPORTS.iter().find(|transport| transport.name == text);
    profile.transport = found.ok_or_else(|| names.join(", "))?;
    Ok(())
}

fn write_protocol(profile: &Profile) -> String {
    let name = profile.transport.name;
    if name == TRANSPORTS[0].name { String::new() } else { name.to_owned() }
}

fn read_deadline(profile: &mut Profile, text: &str) -> Result<(), String> {
    profile.deadline = match read_time(text) {
        Some(Some(time)) => Deadline::After(time),
        Some(None) => Deadline::Never,
        None => return Err(shortened(TIME_HINT)),
    };
    Ok(())
}

fn write_deadline(profile: &Profile) -> String {
    match profile.deadline {
        Deadline::Usual => String::new(),
        Deadline::Never => time_text(None),
        Deadline::After(time) => time_text(Some(time)),
    }
}

fn read_max_message(profile: &mut Profile, text: &str) -> Result<(), String> {
    profile.max_message = read_size(text).ok_or_else(|| shortened(SIZE_HINT))?;
    Ok(())
}

fn write_max_message(profile: &Profile) -> String {
    let usual = Profile::new("", "").max_message;
    if profile.max_message == usual { String::new() } else { size_text(profile.max_message) }
}

fn read_proxy(profile: &mut Profile, text: &str) -> Result<(), String> {
    profile.proxy = match text {
        "environment" => ProxySetting::Environment,
        "none" => ProxySetting::Direct,
        text => ProxySetting::Through(ProfileValue::read(text)),
    };
    Ok(())
}

fn write_proxy(profile: &Profile) -> String {
    match &profile.proxy {
        ProxySetting::Environment => String::new(),
        ProxySetting::Direct => "none".to_owned(),
        ProxySetting::Through(value) => value.to_string(),
    }
}

fn read_keep_alive(profile: &mut Profile, text: &str) -> Result<(), String> {
    profile.keep_alive = read_time(text).ok_or_else(|| shortened(TIME_HINT))?;
    Ok(())
}

fn write_keep_alive(profile: &Profile) -> String {
    profile.keep_alive.map(|time| time_text(Some(time))).unwrap_or_default()
}

fn read_client_type(profile: &mut Profile, text: &str) -> Result<(), String> {
    let names = || ClientType::ALL.map(ClientType::name).join(", ");
    rocketmq(profile).client_type = ClientType::of_name(text).ok_or_else(names)?;
    Ok(())
}

fn write_client_type(profile: &Profile) -> String {
    profile.rocketmq.as_ref().map(|setting| setting.client_type.name().to_owned()).unwrap_or_default()
}

fn read_topics(profile: &mut Profile, text: &str) -> Result<(), String> {
    let names = text.split(',').map(str::trim).filter(|topic| !topic.is_empty());
    rocketmq(profile).topics = names.map(str::to_owned).collect();
    Ok(())
}

fn write_topics(profile: &Profile) -> String {
    profile.rocketmq.as_ref().map(|setting| setting.topics.join(", ")).unwrap_or_default()
}

/// A hint as it goes on after "write".
fn shortened(hint: &str) -> String {
    hint.trim_start_matches("write ").to_owned()
}

impl Field {
    fn read(&self, profile: &mut Profile, text: &str) -> Result<(), String> {
        match self {
            Field::Text(of) => *of(profile) = text.to_owned(),
            Field::Path(of) => *of(profile) = PathBuf::from(text.strip_prefix('@').unwrap_or(text)),
            Field::Value(of) => *of(profile) = Some(ProfileValue::read(text)),
            Field::Switch(of) => match text {
                "true" => *of(profile) = true,
                "false" => *of(profile) = false,
                _ => return Err("true or false".to_owned()),
            },
            Field::Other { read, .. } => return read(profile, text),
        }
        Ok(())
    }

    fn write(&self, profile: &mut Profile) -> String {
        match self {
            Field::Text(of) => of(profile).clone(),
            Field::Path(of) => of(profile).to_string_lossy().into_owned(),
            Field::Value(of) => of(profile).as_ref().map(ToString::to_string).unwrap_or_default(),
            Field::Switch(of) => if *of(profile) { "true" } else { "" }.to_owned(),
            Field::Other { write, .. } => write(profile),
        }
    }
}

fn key(section: &str, name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| (key.0, key.1) == (section, name))
}

/// Whether this version knows the key; sections of pairs take every name.
fn is_known(section: &str, name: &str) -> bool {
    [VARIABLES, METADATA].contains(&section) || key(section, name).is_some()
}

pub(super) fn read(name: &str, text: &str) -> Result<Profile, ProfileError> {
    let mut profile = Profile::new(name, "");
    let mut places: Vec<(Place, usize)> = Vec::new();
    let read = lines::read(text, &is_known, &|section| section == METADATA, &mut |found| {
        let (section, name, value, line) = match found {
            Found::Section(ROCKETMQ) => {
                rocketmq(&mut profile);
                return Ok(());
            }
            Found::Section(_) => return Ok(()),
            Found::Pair { section, key, value, line } => (section, key, value, line),
        };
        places.extend(place(section, name).map(|place| (place, line)));
        read_pair(&mut profile, section, name, value)
    });
    read.map_err(|(line, reason)| ProfileError::Line { line, reason })?;
    match profile.written_secret() {
        None => Ok(profile),
        Some(secret) => {
            let line = places.iter().find(|(place, _)| *place == secret).map_or(1, |(_, line)| *line);
            Err(ProfileError::Line { line, reason: LineProblem::Secret(secret.to_string()) })
        }
    }
}

fn read_pair(profile: &mut Profile, section: &str, name: &str, value: String) -> Result<(), LineProblem> {
    match (section, name) {
        ("", "version") => lines::check_version(&value, VERSION)?,
        (METADATA, _) => profile.metadata.push((name.to_owned(), ProfileValue::read(&value))),
        (VARIABLES, _) if !is_variable_name(name) => {
            return Err(LineProblem::VariableName(name.to_owned()));
        }
        (VARIABLES, _) => profile.variables.push((name.to_owned(), ProfileValue::read(&value))),
        _ => {
            let Some((_, _, field)) = key(section, name) else { return Ok(()) };
            field.read(profile, &value).map_err(|expected| LineProblem::Value {
                key: name.to_owned(),
                text: value,
                expected,
            })?;
        }
    }
    Ok(())
}

/// The place of a value that may be a secret.
fn place(section: &str, name: &str) -> Option<Place> {
    Some(match (section, name) {
        (METADATA, name) => Place::Metadata(name.to_owned()),
        (VARIABLES, name) => Place::Variable(name.to_owned()),
        ("", "proxy") => Place::Proxy,
        (ROCKETMQ, "secret") => Place::RocketMqSecret,
        (ROCKETMQ, "session-token") => Place::RocketMqSessionToken,
        _ => return None,
    })
}

pub(super) fn unknown_keys(text: &str) -> Vec<(usize, String)> {
    lines::unknown_keys(text, &is_known)
}

pub(super) fn write(profile: &Profile, old: &str) -> String {
    let mut pairs = Pairs::default();
    // Its parts are reached for writing.
    let mut copy = profile.clone();
    for section in SECTIONS {
        if section == ROCKETMQ && profile.rocketmq.is_none() {
            continue;
        }
        for (_, name, field) in KEYS.iter().filter(|key| key.0 == section) {
            pairs.add(section, name, field.write(&mut copy));
        }
        let own: &[(String, ProfileValue)] = match section {
            VARIABLES => &profile.variables,
            METADATA => &profile.metadata,
            _ => &[],
        };
        own.iter().for_each(|(name, value)| pairs.0.push((section, name.clone(), value.to_string())));
    }
    let gone: &[&str] = if profile.rocketmq.is_none() { &[ROCKETMQ] } else { &[] };
    pairs.write_over(old, COMMENT, &is_known, gone)
}
