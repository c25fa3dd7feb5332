//! Against a keyring of our own on a socket pair.

use super::service::Service;
use super::{KeyringError, KeyringPlace, wait};
use crate::rpc::ProfilePlace;
use crate::worker::CancelToken;
use async_io::Async;
use std::collections::HashMap;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use zbus::connection::Builder;
use zbus::export::futures_core::Stream as _;
use zbus::message::Type;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, Message, MessageStream};

const GUID: &str = "0123456789abcdef0123456789abcdef";
const LONG: Duration = Duration::from_secs(60);
type Attributes = HashMap<String, String>;
type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// What the keyring does when it is to be unlocked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Person {
    #[default]
    Unlocks,
    Refuses,
    IsAway,
}

#[derive(Clone, Debug, Default)]
struct State {
    is_locked: bool,
    has_no_collection: bool,
    is_silent: bool,
    person: Person,
    items: Vec<(Attributes, Vec<u8>)>,
    prompt: String,
}

#[derive(Clone, Default)]
struct Keyring(Arc<Mutex<State>>);

impl Keyring {
    fn with(change: impl FnOnce(&mut State)) -> Keyring {
        let keyring = Keyring::default();
        change(&mut keyring.0.lock().unwrap());
        keyring
    }

    /// Runs what speaks to this keyring.
    fn run<T>(&self, work: impl AsyncFnOnce(Service) -> Result<T, KeyringError>) -> Result<T, KeyringError> {
        self.run_until(&CancelToken::default(), LONG, work)
    }

    fn run_until<T>(
        &self,
        cancel: &CancelToken,
        patience: Duration,
        work: impl AsyncFnOnce(Service) -> Result<T, KeyringError>,
    ) -> Result<T, KeyringError> {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let keyring = self.clone();
        // It hears before anybody speaks.
        let connection = async_io::block_on(connected(theirs));
        let calls = MessageStream::from(&connection);
        std::thread::spawn(move || async_io::block_on(keyring.serve(connection, calls)));
        wait(cancel, async {
            let connection = connected(ours).await;
            work(Service::on(connection, patience, patience).await?).await
        })
    }

    async fn serve(self, connection: Connection, mut calls: MessageStream) {
        loop {
            let call = std::future::poll_fn(|context| Pin::new(&mut calls).poll_next(context)).await;
            let Some(Ok(call)) = call else { return };
            if call.message_type() == Type::MethodCall {
                self.answer(&connection, &call).await;
            }
        }
    }

    async fn answer(&self, connection: &Connection, call: &Message) {
        let header = call.header();
        let body = call.body();
        let mut state = self.0.lock().unwrap().clone();
        let path = |text: &str| OwnedObjectPath::try_from(text).unwrap();
        if state.is_silent {
            return;
        }
        let sent = match header.member().unwrap().as_str() {
            "AddMatch" | "RemoveMatch" => connection.reply(&header, &()).await,
            "OpenSession" => {
                let (algorithm, _) = body.deserialize::<(String, OwnedValue)>().unwrap();
                assert_eq!(algorithm, "plain");
                connection.reply(&header, &(Value::from(""), path("/session"))).await
            }
            "SearchItems" => {
                let (wanted,) = body.deserialize::<(Attributes,)>().unwrap();
                let found = state.items.iter().position(|(attributes, _)| *attributes == wanted);
                let items: Vec<_> = found.map(|at| path(&format!("/item/{at}"))).into_iter().collect();
                let both = if state.is_locked { (vec![], items) } else { (items, vec![]) };
                connection.reply(&header, &both).await
            }
            "ReadAlias" => {
                let collection = if state.has_no_collection { "/" } else { "/collection" };
                connection.reply(&header, &path(collection)).await
            }
            "CreateCollection" => {
                state.prompt = "CreateCollection".to_owned();
                connection.reply(&header, &(path("/"), path("/prompt"))).await
            }
            "Unlock" if state.is_locked => {
                state.prompt = "Unlock".to_owned();
                connection.reply(&header, &(Vec::<OwnedObjectPath>::new(), path("/prompt"))).await
            }
            "Unlock" => {
                let (objects,) = body.deserialize::<(Vec<OwnedObjectPath>,)>().unwrap();
                connection.reply(&header, &(objects, path("/"))).await
            }
            "CreateItem" if state.is_locked || state.has_no_collection => {
                connection.reply_error(&header, "org.freedesktop.Secret.Error.IsLocked", &"locked").await
            }
            "CreateItem" => {
                let (mut properties, secret, replace) =
                    body.deserialize::<(HashMap<String, OwnedValue>, Secret, bool)>().unwrap();
                assert!(replace);
                let attributes = properties.remove("org.freedesktop.Secret.Item.Attributes").unwrap();
                let attributes = Attributes::try_from(attributes).unwrap();
                state.items.retain(|(known, _)| *known != attributes);
                state.items.push((attributes, secret.2));
                connection.reply(&header, &(path("/item/0"), path("/"))).await
            }
            "GetSecret" => {
                let at: usize = header.path().unwrap().trim_start_matches("/item/").parse().unwrap();
                let secret = state.items[at].1.clone();
                connection
                    .reply(&header, &((path("/session"), Vec::<u8>::new(), secret, "text/plain"),))
                    .await
            }
            "Delete" => {
                let at: usize = header.path().unwrap().trim_start_matches("/item/").parse().unwrap();
                state.items.remove(at);
                connection.reply(&header, &path("/")).await
            }
            "Prompt" => {
                connection.reply(&header, &()).await.unwrap();
                let objects = vec![ObjectPath::try_from("/collection").unwrap()];
                let result = match (state.prompt.as_str(), state.person) {
                    (_, Person::IsAway) => return,
                    (_, Person::Refuses) => (true, Value::from("")),
                    ("Unlock", Person::Unlocks) => (false, Value::from(objects)),
                    (_, Person::Unlocks) => (false, Value::from(objects[0].clone())),
                };
                if state.person == Person::Unlocks {
                    (state.is_locked, state.has_no_collection) = (false, false);
                }
                let prompt = "org.freedesktop.Secret.Prompt";
                connection.emit_signal(None::<&str>, "/prompt", prompt, "Completed", &result).await
            }
            other => panic!("{other}"),
        };
        sent.unwrap();
        *self.0.lock().unwrap() = state;
    }
}

async fn connected(stream: UnixStream) -> Connection {
    let stream = Async::new(stream).unwrap();
    Builder::authenticated_socket(stream, GUID).unwrap().build().await.unwrap()
}

fn place(owner: &str) -> KeyringPlace {
    KeyringPlace { owner: owner.to_owned(), place: ProfilePlace::Metadata("X-Token".to_owned()) }
}

#[test]
fn a_secret_is_kept_replaced_and_taken_out() {
    let keyring = Keyring::default();
    let (ours, other) = (place("local"), place("other"));
    let secret = || keyring.run(async |service| service.secret(&ours).await);
    let absent = KeyringError::Absent { place: ours.clone() };
    assert_eq!(secret(), Err(absent.clone()));
    for text in ["s3cret", "s3cond ü"] {
        keyring.run(async |service| service.put(&ours, text).await).unwrap();
        assert_eq!(secret().as_deref(), Ok(text));
    }
    keyring.run(async |service| service.put(&other, "theirs").await).unwrap();
    assert_eq!(secret().as_deref(), Ok("s3cond ü"));
    let attributes = keyring.0.lock().unwrap().items[0].0.clone();
    assert_eq!((attributes["profile"].as_str(), attributes["place"].as_str()), ("local", "metadata.x-token"));
    keyring.run(async |service| service.remove(&ours).await).unwrap();
    assert_eq!(secret(), Err(absent.clone()));
    assert_eq!(keyring.run(async |service| service.is_kept(&other).await), Ok(true));
    assert_eq!(keyring.run(async |service| service.remove(&ours).await), Err(absent));
}

#[test]
fn a_locked_keyring_is_unlocked_by_the_person_or_not_at_all() {
    let item = |state: &mut State| {
        let attributes = [("application", "protoloupe"), ("profile", "p"), ("place", "metadata.x-token")];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
        state.items.push((attributes.into(), b"s3cret".to_vec()));
        state.is_locked = true;
    };
    let place = place("p");
    let keyring = Keyring::with(item);
    assert_eq!(keyring.run(async |service| service.is_kept(&place).await), Ok(true));
    assert!(keyring.0.lock().unwrap().is_locked, "a look asked to unlock");
    assert_eq!(keyring.run(async |service| service.secret(&place).await).as_deref(), Ok("s3cret"));

    let keyring = Keyring::with(item);
    keyring.0.lock().unwrap().person = Person::Refuses;
    assert_eq!(keyring.run(async |service| service.secret(&place).await), Err(KeyringError::Locked));
    assert_eq!(keyring.run(async |service| service.put(&place, "new").await), Err(KeyringError::Locked));
    assert_eq!(keyring.run(async |service| service.remove(&place).await), Err(KeyringError::Locked));
    assert_eq!(keyring.0.lock().unwrap().items[0].1, b"s3cret");
}

#[test]
fn the_first_secret_makes_a_keyring_if_the_person_agrees() {
    let keyring = Keyring::with(|state| state.has_no_collection = true);
    let place = place("p");
    keyring.run(async |service| service.put(&place, "s3cret").await).unwrap();
    assert_eq!(keyring.run(async |service| service.secret(&place).await).as_deref(), Ok("s3cret"));
    let keyring = Keyring::with(|state| (state.has_no_collection, state.person) = (true, Person::Refuses));
    assert_eq!(keyring.run(async |service| service.put(&place, "s3cret").await), Err(KeyringError::Locked));
}

#[test]
fn nothing_waits_for_a_keyring_that_does_not_answer() {
    let place = place("p");
    let short = Duration::from_millis(50);
    let silent = Keyring::with(|state| state.is_silent = true);
    let read = async |service: Service| service.secret(&place).await;
    let never = CancelToken::default();
    assert_eq!(silent.run_until(&never, short, read), Err(KeyringError::TimedOut));
    let away = Keyring::with(|state| (state.has_no_collection, state.person) = (true, Person::IsAway));
    let put = async |service: Service| service.put(&place, "s3cret").await;
    assert_eq!(away.run_until(&never, short, put), Err(KeyringError::Locked));
    let cancel = CancelToken::default();
    let cancelled = cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(short);
        cancelled.cancel();
    });
    assert_eq!(away.run_until(&cancel, LONG, put), Err(KeyringError::Cancelled));
}

#[test]
fn a_profile_without_a_name_has_no_secrets() {
    let keyring = Keyring::default();
    let nobody = place("");
    assert_eq!(keyring.run(async |service| service.secret(&nobody).await), Err(KeyringError::NoOwner));
    assert_eq!(keyring.run(async |service| service.put(&nobody, "x").await), Err(KeyringError::NoOwner));
    let large = "x".repeat(super::MAX_SECRET + 1);
    let refused = keyring.run(async |service| service.put(&place("p"), &large).await);
    assert!(matches!(refused, Err(KeyringError::Refused { .. })));
}
