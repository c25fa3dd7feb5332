//! The Secret Service: the D-Bus interface of keyrings.
//!
//! The session is a plain one: a secret passes over the bus's own socket, which only this person's programs
//! reach, every one of which may ask the keyring for the secret itself.

use super::{KeyringError, KeyringPlace, MAX_SECRET};
use std::collections::HashMap;
use std::pin::Pin;
use std::time::Duration;
use zbus::export::futures_core::Stream as _;
use zbus::message::Type;
use zbus::zvariant::{DynamicType, ObjectPath, OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, MatchRule, Message, MessageStream};

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const ITEM: &str = "org.freedesktop.Secret.Item";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";
/// What tells our secrets from those of other programs.
const APPLICATION: &str = "protoloupe";
/// The path that stands for nothing.
const NOTHING: &str = "/";
/// For each answer of the keyring.
const PATIENCE: Duration = Duration::from_secs(10);
/// For a person who is asked to unlock it.
const UNLOCKING: Duration = Duration::from_secs(180);

/// A secret as it travels: session, parameters, value and content type.
type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// A keyring that answers.
pub(super) struct Service {
    connection: Connection,
    /// Secrets are given to it alone; it ends with the connection.
    session: OwnedObjectPath,
    patience: Duration,
    unlocking: Duration,
}

impl Service {
    /// The keyring of the session bus.
    pub async fn connect() -> Result<Service, KeyringError> {
        let connecting = tokio::time::timeout(PATIENCE, Connection::session()).await;
        let connection =
            connecting.map_err(|_late| KeyringError::TimedOut)?.map_err(|error| KeyringError::None {
                reason: "the session bus cannot be reached".to_owned(),
                detail: error.to_string(),
            })?;
        Service::on(connection, PATIENCE, UNLOCKING).await
    }

    pub async fn on(
        connection: Connection,
        patience: Duration,
        unlocking: Duration,
    ) -> Result<Service, KeyringError> {
        let session = OwnedObjectPath::default();
        let mut service = Service { connection, session, patience, unlocking };
        let answer = service.call(PATH, SERVICE, "OpenSession", &("plain", Value::from(""))).await?;
        (_, service.session) = read::<(OwnedValue, OwnedObjectPath)>(&answer)?;
        Ok(service)
    }

    pub async fn secret(&self, place: &KeyringPlace) -> Result<String, KeyringError> {
        let item = self.unlocked_item(place).await?;
        let answer = self.call(&item, ITEM, "GetSecret", &(&self.session,)).await?;
        let ((_, _, value, _),) = read::<(Secret,)>(&answer)?;
        String::from_utf8(value).map_err(|_| KeyringError::NotText)
    }

    pub async fn is_kept(&self, place: &KeyringPlace) -> Result<bool, KeyringError> {
        let (unlocked, locked) = self.search(place).await?;
        Ok(!unlocked.is_empty() || !locked.is_empty())
    }

    pub async fn put(&self, place: &KeyringPlace, secret: &str) -> Result<(), KeyringError> {
        if place.owner.is_empty() {
            return Err(KeyringError::NoOwner);
        }
        if secret.len() > MAX_SECRET {
            let reason = format!("the secret has more than {MAX_SECRET} bytes");
            return Err(KeyringError::Refused { reason });
        }
        let collection = self.collection().await?;
        self.unlock(&collection).await?;
        let label = format!("Protoloupe: {} of {}", place.place, place.owner);
        let properties = HashMap::from([
            ("org.freedesktop.Secret.Item.Label", Value::from(label)),
            ("org.freedesktop.Secret.Item.Attributes", Value::from(attributes(place))),
        ]);
        let secret = (&self.session, Vec::<u8>::new(), secret.as_bytes(), "text/plain; charset=utf8");
        let answer = self.call(&collection, COLLECTION, "CreateItem", &(properties, secret, true)).await?;
        let (_, prompt) = read::<(OwnedObjectPath, OwnedObjectPath)>(&answer)?;
        self.ask_if_needed(&prompt).await?;
        Ok(())
    }

    pub async fn remove(&self, place: &KeyringPlace) -> Result<(), KeyringError> {
        let item = self.unlocked_item(place).await?;
        let answer = self.call(&item, ITEM, "Delete", &()).await?;
        let (prompt,) = read::<(OwnedObjectPath,)>(&answer)?;
        self.ask_if_needed(&prompt).await?;
        Ok(())
    }

    /// The collection that secrets go into; one is made if there is none, for which a person is asked.
    async fn collection(&self) -> Result<OwnedObjectPath, KeyringError> {
        let answer = self.call(PATH, SERVICE, "ReadAlias", &("default",)).await?;
        let (collection,) = read::<(OwnedObjectPath,)>(&answer)?;
        if collection.as_str() != NOTHING {
            return Ok(collection);
        }
        let properties =
            HashMap::from([("org.freedesktop.Secret.Collection.Label", Value::from("Default keyring"))]);
        let answer = self.call(PATH, SERVICE, "CreateCollection", &(properties, "default")).await?;
        let (collection, prompt) = read::<(OwnedObjectPath, OwnedObjectPath)>(&answer)?;
        match self.ask_if_needed(&prompt).await? {
            None => Ok(collection),
            Some(made) => made.try_into().map_err(|_| KeyringError::Locked),
        }
    }

    async fn unlocked_item(&self, place: &KeyringPlace) -> Result<OwnedObjectPath, KeyringError> {
        let (unlocked, locked) = self.search(place).await?;
        match (unlocked.into_iter().next(), locked.into_iter().next()) {
            (Some(item), _) => Ok(item),
            (None, Some(item)) => {
                self.unlock(&item).await?;
                Ok(item)
            }
            (None, None) => Err(KeyringError::Absent { place: place.clone() }),
        }
    }

    /// Items that are unlocked, and items that are not.
    async fn search(
        &self,
        place: &KeyringPlace,
    ) -> Result<(Vec<OwnedObjectPath>, Vec<OwnedObjectPath>), KeyringError> {
        if place.owner.is_empty() {
            return Err(KeyringError::NoOwner);
        }
        let answer = self.call(PATH, SERVICE, "SearchItems", &(attributes(place),)).await?;
        read(&answer)
    }

    async fn unlock(&self, object: &ObjectPath<'_>) -> Result<(), KeyringError> {
        let answer = self.call(PATH, SERVICE, "Unlock", &(vec![object],)).await?;
        let (unlocked, prompt) = read::<(Vec<OwnedObjectPath>, OwnedObjectPath)>(&answer)?;
        let unlocked = match self.ask_if_needed(&prompt).await? {
            None => unlocked,
            Some(value) => value.try_into().map_err(|_| KeyringError::Locked)?,
        };
        if unlocked.is_empty() { Err(KeyringError::Locked) } else { Ok(()) }
    }

    /// Lets the keyring ask the person, and gives what came of it; `None` if nothing had to be asked.
    async fn ask_if_needed(&self, prompt: &OwnedObjectPath) -> Result<Option<OwnedValue>, KeyringError> {
        if prompt.as_str() == NOTHING {
            return Ok(None);
        }
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .sender(NAME)
            .and_then(|rule| rule.interface(PROMPT)?.member("Completed")?.path(prompt.as_ref()))
            .map_err(refused)?
            .build();
        let mut signals =
            self.within(self.patience, MessageStream::for_match_rule(rule, &self.connection, None)).await?;
        self.call(prompt, PROMPT, "Prompt", &("",)).await?;
        let next = std::future::poll_fn(|context| Pin::new(&mut signals).poll_next(context));
        let signal =
            tokio::time::timeout(self.unlocking, next).await.map_err(|_late| KeyringError::Locked)?;
        let gone = || KeyringError::Refused { reason: "it went away".to_owned() };
        let signal = signal.ok_or_else(gone)?.map_err(refused)?;
        let (is_dismissed, result) = read::<(bool, OwnedValue)>(&signal)?;
        if is_dismissed { Err(KeyringError::Locked) } else { Ok(Some(result)) }
    }

    async fn call<'p, P, B>(
        &self,
        path: P,
        interface: &str,
        method: &str,
        body: &B,
    ) -> Result<Message, KeyringError>
    where
        P: TryInto<ObjectPath<'p>>,
        P::Error: Into<zbus::Error>,
        B: zbus::export::serde::Serialize + DynamicType,
    {
        let call = self.connection.call_method(Some(NAME), path, Some(interface), method, body);
        self.within(self.patience, call).await
    }

    async fn within<T>(
        &self,
        time: Duration,
        work: impl Future<Output = zbus::Result<T>>,
    ) -> Result<T, KeyringError> {
        tokio::time::timeout(time, work).await.map_err(|_late| KeyringError::TimedOut)?.map_err(refused)
    }
}

/// What a secret is found by.
fn attributes(place: &KeyringPlace) -> HashMap<&'static str, String> {
    HashMap::from([
        ("application", APPLICATION.to_owned()),
        ("profile", place.owner.clone()),
        ("place", place.place.key()),
    ])
}

fn read<T>(message: &Message) -> Result<T, KeyringError>
where
    T: for<'d> zbus::zvariant::DynamicDeserialize<'d>,
{
    message.body().deserialize().map_err(refused)
}

fn refused(error: zbus::Error) -> KeyringError {
    let zbus::Error::MethodError(name, text, _) = &error else {
        return KeyringError::Refused { reason: error.to_string() };
    };
    match name.as_str() {
        "org.freedesktop.DBus.Error.ServiceUnknown" | "org.freedesktop.DBus.Error.NameHasNoOwner" => {
            let reason = "nothing on the session bus keeps secrets".to_owned();
            KeyringError::None { reason, detail: String::new() }
        }
        name if name.starts_with("org.freedesktop.DBus.Error.Spawn.") => KeyringError::None {
            reason: "it does not start".to_owned(),
            detail: text.clone().unwrap_or_default(),
        },
        "org.freedesktop.Secret.Error.IsLocked" => KeyringError::Locked,
        name => KeyringError::Refused { reason: text.clone().unwrap_or_else(|| name.to_owned()) },
    }
}
