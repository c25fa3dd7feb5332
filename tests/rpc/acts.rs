//! Calls as actions of the session: what is asked before, what is sent, what is kept and opened.

use crate::server::{Server, Step, framed, grpc_headers, status};
use protoloupe::app::{
    Action, Answer, CallAct, CallForm, CallId, Dialog, Folders, MadeCall, MetadataDraft, OpenDocument,
    Question, Session, State, TabId,
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
    assert!(fixture.notices().starts_with("Nothing was sent: "));
    fixture.form(|form| form.endpoint = "http://127.0.0.1:1".to_owned());
    fixture.call(CallAct::SetMethod("no method".to_owned()));
    fixture.call(CallAct::Send);
    assert!(fixture.notices().contains("no method"));
    fixture.call(CallAct::SetMethod("a.B/C".to_owned()));
    fixture.form(|form| {
        form.metadata = vec![MetadataDraft { name: "x".to_owned(), value: "$NOT_SET_ANYWHERE_9".to_owned() }];
    });
    fixture.call(CallAct::Send);
    assert!(fixture.notices().contains("NOT_SET_ANYWHERE_9"));
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
    fixture.act(Action::Zoom(1));
    fixture.session.settle();
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

fn files_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_in(&path)) } else { files.push(path) }
    }
    files
}
