//! Calls as actions of the session: what is asked before, what is sent, what is kept and opened.

use crate::server::{Server, Step, framed, grpc_headers, status};
use protoloupe::app::{
    Action, Answer, CallAct, CallForm, CallId, CopyAs, Dialog, Folders, MadeCall, MetadataDraft,
    OpenDocument, Question, Session, State, TabId,
};
use protoloupe::document::{Act, Chain, Edit, ReadMode};
use protoloupe::rpc::{Direction, RpcKind};
use protoloupe::schema::Schema;
use std::fs;
use std::path::Path;
use std::time::Duration;

const ROUTE: &str = "apache.rocketmq.v2.QueryRouteRequest";
/// A topic "orders" and a field that nobody declares.
const REQUEST: &[u8] = b"\x0a\x08\x12\x06orders\x9a\x06\x03\x01\x02\x03";
/// Status 20000, with a padded length.
const REPLY: &[u8] = b"\x0a\x84\x00\x08\xa0\x9c\x01";

struct Fixture {
    session: Session,
    folder: tempfile::TempDir,
}

impl Fixture {
    /// A session with `bytes` open as a request for a route, and a form that names the server.
    fn new(url: &str, bytes: &[u8]) -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let folders =
            Folders { config: Some(folder.path().join("config")), state: Some(folder.path().join("state")) };
        let mut fixture = Fixture { session: Session::new(Schema::builtin(), folders, || {}), folder };
        fixture.form(|form| form.endpoint = url.to_owned());
        fixture.open("request.bin", bytes);
        fixture
    }

    /// The next session in the same folders.
    fn restart(self) -> Fixture {
        let Fixture { session, folder } = self;
        drop(session);
        let folders =
            Folders { config: Some(folder.path().join("config")), state: Some(folder.path().join("state")) };
        let mut session = Session::new(Schema::builtin(), folders, || {});
        session.apply(Action::Zoom(0));
        session.settle();
        Fixture { session, folder }
    }

    fn open(&mut self, name: &str, bytes: &[u8]) {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        self.act(Action::Open(vec![path]));
        let tab = self.tab();
        self.act(Action::ReadAs { tab, message: Some(ROUTE.to_owned()) });
    }

    fn act(&mut self, action: Action) {
        self.session.apply(action);
        self.session.settle();
    }

    fn call(&mut self, act: CallAct) {
        self.act(Action::Call(act));
    }

    fn form(&mut self, change: impl FnOnce(&mut CallForm)) {
        let mut form = self.state().calls.form.clone();
        change(&mut form);
        self.call(CallAct::SetForm(Box::new(form)));
    }

    fn state(&self) -> &State {
        self.session.state()
    }

    fn tab(&self) -> TabId {
        self.state().active.unwrap()
    }

    fn made(&self) -> &MadeCall {
        self.state().calls.made.last().expect("a call")
    }

    fn id(&self) -> CallId {
        self.made().id
    }

    #[track_caller]
    fn wait(&mut self, what: &str, until: impl Fn(&State) -> bool) {
        for _ in 0..6_000 {
            self.session.poll();
            if until(self.session.state()) {
                self.session.settle();
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("waited a minute for {what}");
    }

    #[track_caller]
    fn wait_for_end(&mut self) {
        self.wait("the end", |state| state.calls.made.last().is_some_and(|made| !made.is_live()));
    }

    fn question(&self) -> Option<&Question> {
        match &self.state().dialog {
            Some(Dialog::Question(question)) => Some(question),
            _ => None,
        }
    }

    fn messages(&self, direction: Direction) -> Vec<Vec<u8>> {
        let all = self.made().log.messages().filter(|message| message.direction == direction);
        all.map(|message| message.bytes.to_vec()).collect()
    }

    /// Why nothing was sent.
    fn refused(&self) -> String {
        self.state().calls.refused.as_ref().map(|refused| refused.reason.clone()).unwrap_or_default()
    }

    fn notices(&mut self) -> String {
        let texts = self.session.take_notices().into_iter().map(|notice| notice.text);
        texts.collect::<Vec<_>>().join("\n")
    }
}

fn bytes_of(open: &OpenDocument) -> Vec<u8> {
    open.document.snapshot().bytes(0..open.document.len(), ReadMode::Wait).unwrap()
}

fn answering(steps: impl IntoIterator<Item = Step>) -> Server {
    let start = [Step::ReadAll, Step::Headers(200, grpc_headers())];
    Server::start(start.into_iter().chain(steps).collect())
}

fn replying() -> Server {
    answering([Step::Data(framed(0, REPLY)), Step::Trailers(status("0"))])
}

#[test]
fn the_document_is_sent_as_it_stands_and_the_reply_is_a_document_of_the_same_bytes() {
    let server = replying();
    let mut fixture = Fixture::new(&server.url(), REQUEST);
    assert_eq!(fixture.state().calls.target.text, "apache.rocketmq.v2.MessagingService/QueryRoute");
    fixture.call(CallAct::Send);
    fixture.wait_for_end();
    assert_eq!(server.seen().len(), 1);
    assert!(server.seen()[0].body == framed(0, REQUEST), "the server got other bytes");
    assert!(fixture.made().call.deadline.is_some(), "one answer is not waited for without end");
    let outcome = fixture.made().outcome.clone().unwrap();
    assert!(outcome.is_ok, "{outcome:?}");
    assert_eq!(outcome.parts[..3], ["20000 OK", "gRPC 0 OK", "HTTP 200 OK"]);
    let tab = fixture.state().active_tab().unwrap();
    assert_eq!(tab.title, "reply 1 of QueryRoute");
    let reply = tab.document().unwrap();
    assert_eq!(bytes_of(reply), REPLY);
    assert_eq!(reply.message().unwrap().full_name(), "apache.rocketmq.v2.QueryRouteResponse");
    // It is saved like any document that was on no disk yet.
    let path = fixture.folder.path().join("reply.bin");
    let tab = fixture.tab();
    fixture.act(Action::SaveAs { tab, path: path.clone(), overwrite: false });
    assert_eq!(fs::read(path).unwrap(), REPLY);
}

#[test]
fn a_reply_does_not_go_where_the_request_went_unless_the_person_says_so() {
    let server = replying();
    let mut fixture = Fixture::new(&server.url(), REQUEST);
    fixture.call(CallAct::Send);
    fixture.wait_for_end();
    // The reply is in front now, and nothing takes it.
    assert!(fixture.state().calls.target.text.is_empty());
    fixture.call(CallAct::Send);
    assert!(fixture.refused().contains("No method is chosen"), "{}", fixture.refused());
    fixture.call(CallAct::SetMethod("MessagingService/QueryRoute".to_owned()));
    fixture.call(CallAct::Send);
    assert!(matches!(fixture.question(), Some(Question::OtherType { .. })), "{:?}", fixture.question());
    assert_eq!(server.seen().len(), 1);
    fixture.act(Action::Answer(Answer::Yes));
    fixture.wait("the second call", |state| state.calls.made.len() == 2 && !state.calls.made[1].is_live());
    assert!(server.seen()[1].body == framed(0, REPLY), "the server got other bytes");
}

#[test]
fn bytes_that_do_not_decode_are_sent_only_when_the_person_says_so() {
    let damaged = b"\x0a\x7f\x12";
    let server = replying();
    let mut fixture = Fixture::new(&server.url(), damaged);
    fixture.call(CallAct::Send);
    assert!(matches!(fixture.question(), Some(Question::DoesNotDecode { .. })), "{:?}", fixture.question());
    fixture.act(Action::Answer(Answer::Cancel));
    assert!(fixture.state().calls.made.is_empty() && server.seen().is_empty());
    fixture.call(CallAct::Send);
    fixture.act(Action::Answer(Answer::Yes));
    fixture.wait_for_end();
    assert!(server.seen()[0].body == framed(0, damaged), "the server got other bytes");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_server_that_is_not_this_machine_is_asked_about_once() {
    // An address for documentation: nobody is there.
    let mut fixture = Fixture::new("http://192.0.2.1:9", REQUEST);
    fixture.form(|form| {
        form.metadata = vec![MetadataDraft { name: "authorization".to_owned(), value: "hush".to_owned() }];
    });
    fixture.call(CallAct::Send);
    let Some(Question::NewTarget { endpoint, identity, n_bytes, .. }) = fixture.question() else {
        panic!("{:?}", fixture.question())
    };
    assert_eq!((endpoint.as_str(), *n_bytes), ("http://192.0.2.1:9", Some(REQUEST.len() as u64)));
    assert!(identity.iter().any(|who| who.contains("authorization")), "{identity:?}");
    assert!(!format!("{:?}", fixture.question()).contains("hush"));
    fixture.act(Action::Answer(Answer::Cancel));
    assert!(fixture.state().calls.made.is_empty());
    for n_calls in 1..3 {
        fixture.call(CallAct::Send);
        if n_calls == 1 {
            fixture.act(Action::Answer(Answer::Yes));
        }
        assert_eq!((fixture.question(), fixture.state().calls.made.len()), (None, n_calls));
        let id = fixture.id();
        fixture.call(CallAct::Cancel(id));
        fixture.wait_for_end();
    }
    // Whoever does not verify it any more is asked again.
    fixture.form(|form| {
        form.endpoint = "https://192.0.2.1:9".to_owned();
        form.skip_verification = true;
    });
    fixture.call(CallAct::Send);
    assert!(matches!(fixture.question(), Some(Question::NewTarget { is_unverified: true, .. })));
}

#[test]
fn messages_go_into_an_open_call_one_by_one_while_the_document_is_edited() {
    let server =
        Server::start(vec![Step::Headers(200, grpc_headers()), Step::Echo, Step::Trailers(status("0"))]);
    let mut fixture = Fixture::new(&server.url(), REQUEST);
    fixture.call(CallAct::SetMethod("any.v1.Service/Talk".to_owned()));
    fixture.call(CallAct::SetKind(RpcKind::Bidi));
    fixture.call(CallAct::Begin);
    assert_eq!(fixture.made().call.deadline, None, "a stream is open for as long as a person likes");
    let id = fixture.id();
    assert!(fixture.made().takes_messages());
    let mut sent = vec![];
    for n_sent in 1..4 {
        let open = fixture.state().active_document().unwrap();
        sent.push(bytes_of(open));
        fixture.call(CallAct::SendTo(id));
        fixture.wait("the echo", |state| state.calls.made[0].n_received == n_sent);
        assert_eq!(fixture.state().tabs.len(), 1, "replies of a stream wait in the timeline");
        let end = fixture.state().active_document().unwrap().document.len();
        let bytes = vec![0x18, n_sent as u8];
        let edit = Edit::Splice { chain: Chain::default(), range: end..end, bytes };
        fixture.act(Action::Edit(Act::new("Append", vec![edit])));
    }
    fixture.call(CallAct::HalfClose(id));
    fixture.wait_for_end();
    assert_eq!(fixture.messages(Direction::Sent), sent);
    assert_eq!(fixture.messages(Direction::Received), sent);
    assert_ne!(sent[0], sent[2]);
    assert!(fixture.made().outcome.as_ref().unwrap().is_ok);
    // Nothing goes into a call that has ended.
    fixture.call(CallAct::SendTo(id));
    assert_eq!(fixture.made().n_sent, 3);
    // Sent again, all of it goes out as it did, the half-close behind it.
    fixture.call(CallAct::SendAgain(id));
    fixture.wait("the second call", |state| state.calls.made.len() == 2);
    fixture.wait_for_end();
    assert_eq!(fixture.messages(Direction::Sent), sent);
    assert_eq!(fixture.messages(Direction::Received), sent);
    assert!(fixture.made().outcome.as_ref().unwrap().is_ok);
}

#[test]
fn a_cancel_ends_a_call_and_keeps_what_came() {
    let server = answering([Step::Data(framed(0, b"one")), Step::Silence]);
    let mut fixture = Fixture::new(&server.url(), REQUEST);
    fixture.call(CallAct::SetMethod("any.v1.Service/Watch".to_owned()));
    fixture.call(CallAct::SetKind(RpcKind::ServerStream));
    fixture.call(CallAct::Send);
    fixture.wait("a message", |state| state.calls.made[0].n_received == 1);
    let id = fixture.id();
    fixture.call(CallAct::Cancel(id));
    fixture.wait_for_end();
    let outcome = fixture.made().outcome.clone().unwrap();
    assert!(outcome.wrong.unwrap().starts_with("Cancelled"));
    assert_eq!(fixture.messages(Direction::Received), [b"one"]);
    // The message is the second of the call, behind the one that was sent.
    fixture.call(CallAct::OpenMessage { call: id, nth: 1 });
    assert_eq!(bytes_of(fixture.state().active_document().unwrap()), b"one");
    let n_tabs = fixture.state().tabs.len();
    fixture.call(CallAct::OpenMessage { call: id, nth: 1 });
    assert_eq!(fixture.state().tabs.len(), n_tabs, "it is open already");
}

#[test]
fn an_endless_stream_is_kept_within_bounds_and_can_be_cancelled() {
    let server = answering([Step::Endless(framed(0, &[7; 100]).repeat(100))]);
    let mut fixture = Fixture::new(&server.url(), REQUEST);
    fixture.call(CallAct::SetMethod("any.v1.Service/Flood".to_owned()));
    fixture.call(CallAct::SetKind(RpcKind::ServerStream));
    fixture.call(CallAct::Send);
    fixture.wait("messages to be let go", |state| state.calls.made[0].log.n_dropped() > 1_000);
    let id = fixture.id();
    fixture.call(CallAct::Cancel(id));
    fixture.wait_for_end();
    let made = fixture.made();
    assert!(made.log.messages().len() <= protoloupe::rpc::MAX_MESSAGES);
    assert_eq!(made.n_messages(), made.n_sent + made.n_received);
    assert!(made.message(0).is_none() && made.message(made.n_messages() - 1).is_some());
    // A message that was let go is not opened, and that is said.
    fixture.call(CallAct::OpenMessage { call: id, nth: 0 });
    assert!(fixture.notices().contains("let go"));
}

#[test]
fn what_is_wrong_is_told_innermost_first() {
    // Status 40402 under gRPC's OK.
    let server = answering([Step::Data(framed(0, b"\x0a\x04\x08\xd2\xbb\x02")), Step::Trailers(status("0"))]);
    let mut fixture = Fixture::new(&server.url(), REQUEST);
    fixture.call(CallAct::Send);
    fixture.wait_for_end();
    let outcome = fixture.made().outcome.clone().unwrap();
    assert!(!outcome.is_ok && outcome.wrong.unwrap().starts_with("RocketMQ 40402 TOPIC_NOT_FOUND"));
    assert_eq!(outcome.parts[..2], ["40402 TOPIC_NOT_FOUND", "gRPC 0 OK"]);
    // Nobody listens any more.
    drop(server);
    let url = fixture.state().calls.form.endpoint.clone();
    fixture.act(Action::Activate(TabId(1)));
    fixture.call(CallAct::Send);
    fixture.wait_for_end();
    let outcome = fixture.made().outcome.clone().unwrap();
    assert!(outcome.wrong.unwrap().contains("refused") && outcome.hint.is_some(), "{url}");
}

#[test]
fn nothing_is_sent_from_fields_that_make_no_sense() {
    let mut fixture = Fixture::new("localhost:1", REQUEST);
    fixture.call(CallAct::Send);
    assert!(fixture.refused().contains("how to speak to the server"), "{}", fixture.refused());
    assert_eq!(fixture.notices(), "");
    fixture.form(|form| form.endpoint = "http://127.0.0.1:1".to_owned());
    assert_eq!(fixture.refused(), "", "it is past once the fields are others");
    fixture.call(CallAct::SetMethod("no method".to_owned()));
    fixture.call(CallAct::Send);
    assert!(fixture.refused().contains("no method"), "{}", fixture.refused());
    fixture.call(CallAct::SetMethod("a.B/C".to_owned()));
    fixture.form(|form| {
        form.metadata = vec![MetadataDraft { name: "x".to_owned(), value: "$NOT_SET_ANYWHERE_9".to_owned() }];
    });
    fixture.call(CallAct::Send);
    assert!(fixture.refused().contains("NOT_SET_ANYWHERE_9"), "{}", fixture.refused());
    assert!(fixture.state().calls.made.is_empty() && fixture.state().calls.preparing.is_none());
}

#[test]
fn secrets_reach_the_server_and_no_file() {
    let server = replying();
    let mut fixture = Fixture::new(&server.url(), REQUEST);
    let draft = |name: &str, value: &str| MetadataDraft { name: name.to_owned(), value: value.to_owned() };
    fixture.form(|form| {
        form.metadata = vec![draft("x-api-key", "hush-hush-1"), draft("x-plain", "seen")];
        form.is_rocketmq = true;
        form.access_key = "me".to_owned();
        form.secret = "hush-hush-2".to_owned();
        form.session_token = "hush-hush-3".to_owned();
    });
    fixture.call(CallAct::Send);
    fixture.wait_for_end();
    let authorization = {
        let seen = server.seen();
        let header = |name: &str| seen[0].headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("x-api-key"), "hush-hush-1");
        assert_eq!(header("x-mq-session-token"), "hush-hush-3");
        assert!(header("authorization").starts_with("MQv2-HMAC-SHA1 Credential=me,"));
        header("authorization")
    };
    let signature = authorization.rsplit_once("Signature=").unwrap().1.to_owned();
    let shown: String = fixture.made().steps.all().iter().map(|step| format!("{step:?}")).collect();
    assert!(shown.contains("x-api-key") && shown.contains("seen"));
    fixture.act(Action::Activate(TabId(1)));
    fixture.call(CallAct::Copy(CopyAs::Command));
    let command = fixture.session.take_clipboard().unwrap();
    fixture.call(CallAct::Copy(CopyAs::Grpcurl));
    let grpcurl = fixture.session.take_clipboard().unwrap();
    assert!(command.contains("'x-api-key: $X_API_KEY'") && grpcurl.contains("\"x-api-key: $X_API_KEY\""));
    let shown = format!("{shown} {command} {grpcurl} {:?}", fixture.notices());
    assert!(fixture.made().stored.is_some(), "the call is kept");
    let folder = fixture.folder.path().to_owned();
    let files = files_in(&folder);
    assert!(files.len() > 2, "nothing was written: {files:?}");
    for secret in ["hush-hush-1", "hush-hush-2", "hush-hush-3", &signature] {
        assert!(!shown.contains(secret), "{secret} is shown");
        for file in &files {
            let bytes = fs::read(file).unwrap();
            let is_in = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_in, "{secret} is in {file:?}");
        }
    }
}

#[test]
fn calls_are_kept_for_the_next_session_and_sent_again() {
    let server = replying();
    let mut fixture = Fixture::new(&server.url(), REQUEST);
    fixture.form(|form| {
        form.metadata = vec![MetadataDraft { name: "x-id".to_owned(), value: "7".to_owned() }];
    });
    fixture.call(CallAct::Send);
    fixture.wait_for_end();
    let mut fixture = fixture.restart();
    assert!(fixture.state().calls.stored.all.is_some(), "the pane is shown as before");
    let stored: Vec<_> = fixture.state().calls.stored.found().cloned().collect();
    assert_eq!(stored.len(), 1);
    fixture.call(CallAct::SearchStored("queryroute nothing-like-it".to_owned()));
    assert_eq!(fixture.state().calls.stored.found().count(), 0);
    fixture.call(CallAct::SearchStored("queryroute 127.0.0.1".to_owned()));
    assert_eq!(fixture.state().calls.stored.found().count(), 1);

    fixture.call(CallAct::OpenStored(stored[0].path.clone()));
    let made = fixture.made();
    assert_eq!((made.n_sent, made.n_received, made.is_live()), (1, 1, false));
    assert_eq!(made.outcome.as_ref().unwrap().parts[..2], ["20000 OK", "gRPC 0 OK"]);
    assert_eq!(fixture.messages(Direction::Sent), [REQUEST]);
    assert_eq!(fixture.messages(Direction::Received), [REPLY]);
    let id = fixture.id();
    fixture.call(CallAct::OpenMessage { call: id, nth: 1 });
    assert_eq!(bytes_of(fixture.state().active_document().unwrap()), REPLY);

    fixture.call(CallAct::SendAgain(id));
    fixture.wait_for_end();
    assert_eq!(server.seen().len(), 2);
    assert!(server.seen()[1].body == framed(0, REQUEST), "the server got other bytes");
    assert_eq!(server.seen()[1].headers.get("x-id").unwrap(), "7");
    assert_eq!(fixture.state().calls.stored.found().count(), 2);
    fixture.call(CallAct::ForgetCalls);
    assert!(fixture.state().calls.made.is_empty());
    assert_eq!(fs::read_dir(fixture.folder.path().join("state/calls")).unwrap().count(), 0);
}

#[test]
fn what_was_signed_is_not_sent_again_without_its_secret() {
    let server = replying();
    let mut fixture = Fixture::new(&server.url(), REQUEST);
    fixture.form(|form| {
        form.is_rocketmq = true;
        form.access_key = "me".to_owned();
        form.secret = "hush".to_owned();
    });
    fixture.call(CallAct::Send);
    fixture.wait_for_end();
    let mut fixture = fixture.restart();
    let path = fixture.state().calls.stored.found().next().unwrap().path.clone();
    fixture.call(CallAct::OpenStored(path));
    let id = fixture.id();
    fixture.call(CallAct::SendAgain(id));
    assert!(fixture.refused().contains("still to be typed"), "{}", fixture.refused());
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn fields_are_kept_as_a_profile_without_what_was_typed_for_secrets() {
    let server = replying();
    let mut fixture = Fixture::new(&server.url(), REQUEST);
    fixture.form(|form| {
        form.deadline = "5s".to_owned();
        form.metadata = vec![MetadataDraft { name: "authorization".to_owned(), value: "hush".to_owned() }];
    });
    fixture.call(CallAct::StoreProfile { name: "../shop".to_owned(), overwrite: false, in_keyring: false });
    assert!(fixture.notices().contains("no name of a file"));
    fixture.call(CallAct::StoreProfile { name: "shop".to_owned(), overwrite: false, in_keyring: false });
    let text = fs::read_to_string(fixture.folder.path().join("config/profiles/shop.profile")).unwrap();
    assert!(text.contains(&server.url()) && text.contains("authorization") && !text.contains("hush"));
    fixture.call(CallAct::Send);
    fixture.wait_for_end();

    let mut fixture = fixture.restart();
    fixture.call(CallAct::UseProfile("shop".to_owned()));
    let form = fixture.state().calls.form.clone();
    assert_eq!((form.endpoint, form.deadline.as_str()), (server.url(), "5s"));
    assert!(fixture.state().calls.form.errors()[0].reason.contains("still to be typed"));
    // Another one of the same name is not replaced unasked.
    fixture.call(CallAct::SetForm(Box::new(CallForm { endpoint: server.url(), ..CallForm::default() })));
    fixture.call(CallAct::StoreProfile { name: "shop".to_owned(), overwrite: false, in_keyring: false });
    assert!(matches!(fixture.question(), Some(Question::Overwrite { .. })));
    fixture.act(Action::Answer(Answer::Yes));
    let text = fs::read_to_string(fixture.folder.path().join("config/profiles/shop.profile")).unwrap();
    assert!(!text.contains("authorization ="), "{text}");
}

#[test]
fn servers_that_a_reply_names_are_offered_and_not_called() {
    let address = b"\x0a\x09127.0.0.1\x10\x09";
    let within = |number: u8, bytes: &[u8]| [&[number << 3 | 2, bytes.len() as u8][..], bytes].concat();
    let schema = Schema::builtin();
    let number = |message: &str, name: &str| {
        schema.message(message).unwrap().get_field_by_name(name).unwrap().number() as u8
    };
    let endpoints = within(number("Endpoints", "addresses"), address);
    let broker = within(number("Broker", "endpoints"), &endpoints);
    let queue = within(number("MessageQueue", "broker"), &broker);
    let reply = within(number("QueryRouteResponse", "message_queues"), &queue);
    let server = answering([Step::Data(framed(0, &reply)), Step::Trailers(status("0"))]);
    let mut fixture = Fixture::new(&server.url(), REQUEST);
    fixture.call(CallAct::Send);
    fixture.wait_for_end();
    assert_eq!(fixture.state().calls.named, ["http://127.0.0.1:9"]);
    assert_eq!(fixture.state().calls.form.endpoint, server.url());
    assert_eq!(fixture.state().calls.made.len(), 1);
}

#[test]
fn a_server_tells_its_schema_in_the_background() {
    let known = crate::reflection::shop();
    let server = crate::reflection::serving(known);
    let mut fixture = Fixture::new(&server.url(), b"\x0a\x01a");
    let n_before = fixture.state().schema.messages().len();
    fixture.act(Action::Call(CallAct::Reflect));
    assert!(fixture.state().schema.messages().len() > n_before, "{}", fixture.notices());
    assert!(fixture.state().schema.method("Orders/Watch").is_ok());
    assert_eq!(fixture.state().sources.paths.len(), 1);
    // One that has none says what to do.
    let server = Server::start(vec![Step::Unless(vec![""])]);
    fixture.form(|form| form.endpoint = server.url());
    fixture.notices();
    fixture.act(Action::Call(CallAct::Reflect));
    assert!(fixture.notices().contains("reflection"));
    // A stranger is asked about first.
    fixture.form(|form| form.endpoint = "http://192.0.2.1:9".to_owned());
    fixture.act(Action::Call(CallAct::Reflect));
    assert!(matches!(fixture.question(), Some(Question::NewTarget { .. })));
}

fn files_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_in(&path)) } else { files.push(path) }
    }
    files
}
