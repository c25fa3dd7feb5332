use super::*;
use crate::rpc::{Call, LineProblem, MethodPath, Proxy, RpcKind};
use std::path::Path;

const FULL: &str = "# mine
version = 1
endpoint = https://${host}:8081
protocol = connect
deadline = 5s
max-message = 1MiB
compress = true
authority = broker.example
proxy = $PROXY
keep-alive = 1m

# theirs
[tls]
ca = certs/ca.pem
certificate = certs/me.pem
key = certs/me.key
skip-verification = true
server-name = broker.example
colour = red

[variables]
host = 127.0.0.1
tenant = \" a\\tb\"
bearer = @token.txt

[metadata]
x-tenant = t ${host}
authorization = Bearer ${bearer}
x-id = 1
x-id = 2

[rocketmq]
client-type = simple-consumer
client-id = me@1@0@z
namespace = ns
topics = orders, payments
group = g
access-key = ak
secret = $SECRET
session-token = ?
language = JAVA

[future]
colour = blue
";

struct Outside;

impl Inputs for Outside {
    fn environment(&self, name: &str) -> Option<String> {
        let known = [("SECRET", "s3cret"), ("PROXY", "http://user:pass@proxy.example:3128")];
        known.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
    }

    fn file(&self, path: &Path) -> Result<Vec<u8>, String> {
        match path.to_str() {
            Some("token.txt") => Ok(b"t0ken\n".to_vec()),
            Some(path) if path.starts_with("certs/") => Ok(path.as_bytes().to_vec()),
            _ => Err("it is not there".to_owned()),
        }
    }

    fn typed(&self, place: &Place) -> Option<String> {
        (*place == Place::RocketMqSessionToken).then(|| "typ3d".to_owned())
    }

    fn keyring(&self, place: &Place) -> Result<String, NotKept> {
        match place {
            Place::RocketMqSecret => Ok("k3pt".to_owned()),
            place => Err(NotKept {
                reason: format!("no {}", place.key()),
                hint: "put it there".to_owned(),
                detail: String::new(),
            }),
        }
    }
}

fn call_to(profile: &Profile, method: &str, inputs: &dyn Inputs) -> Result<Call, ProfileError> {
    let method: MethodPath = format!("apache.rocketmq.v2.MessagingService/{method}").parse().unwrap();
    let caller = profile.caller(inputs)?;
    Ok(caller.call(method, RpcKind::Unary, b"").unwrap())
}

fn call(profile: &Profile, inputs: &dyn Inputs) -> Result<Call, ProfileError> {
    call_to(profile, "QueryRoute", inputs)
}

fn headers(call: &Call, name: &str) -> Vec<String> {
    call.metadata.entries().iter().filter(|entry| entry.name == name).map(|entry| entry.text()).collect()
}

#[test]
fn a_profile_makes_the_call_it_describes() {
    let profile = Profile::read("p", FULL).unwrap();
    let call = call(&profile, &Outside).unwrap();
    assert_eq!(call.endpoint.to_string(), "https://127.0.0.1:8081");
    assert_eq!((call.transport.name, call.compress, call.limits.message), ("connect", true, 1 << 20));
    assert_eq!(call.deadline, Some(Duration::from_secs(5)));
    assert_eq!(call.keep_alive, Some(Duration::from_secs(60)));
    assert_eq!(call.authority.as_deref(), Some("broker.example"));
    assert!(call.tls.skip_verification);
    assert_eq!(call.tls.ca.as_deref(), Some(&b"certs/ca.pem"[..]));
    assert_eq!(call.tls.identity.as_ref().unwrap().key, b"certs/me.key");
    assert_eq!(call.tls.server_name.as_deref(), Some("broker.example"));
    let Proxy::Through(proxy) = &call.proxy else { panic!("{:?}", call.proxy) };
    assert_eq!(proxy.credentials.as_ref().unwrap().1, "pass");
    assert_eq!(headers(&call, "x-tenant"), ["t 127.0.0.1"]);
    assert_eq!(headers(&call, "authorization"), ["Bearer t0ken"]);
    assert_eq!(headers(&call, "x-id"), ["1", "2"]);
    assert_eq!(headers(&call, "x-mq-client-id"), ["me@1@0@z"]);
    assert_eq!(headers(&call, "x-mq-namespace"), ["ns"]);
    assert_eq!(headers(&call, "x-mq-language"), ["JAVA"]);
    assert_eq!(headers(&call, "x-mq-session-token"), ["typ3d"]);
    let shown = format!("{profile:?} {call:?} {:?}", profile.identity());
    for secret in ["s3cret", "t0ken", "typ3d", "pass"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn the_profile_of_the_readme_is_one() {
    let readme = include_str!("../../../README.md");
    let (_, rest) = readme.split_once("```ini\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    let profile = Profile::read("readme", text).unwrap();
    assert_eq!(Profile::unknown_keys(text), []);
    assert_eq!(profile.rocketmq.unwrap().topics, ["orders", "payments"]);
    assert!(profile.tls.skip_verification);
}

#[test]
fn a_value_that_is_only_named_is_a_secret_whatever_the_headers_name() {
    let text =
        "endpoint = http://a\n[variables]\nv = $SECRET\n[metadata]\nx-a = $SECRET\nx-b = ${v}!\nx-c = c";
    let call = call(&Profile::read("p", text).unwrap(), &Outside).unwrap();
    let secrets: Vec<(String, bool)> =
        call.metadata.entries().iter().map(|entry| (entry.text(), entry.is_secret())).collect();
    assert_eq!(secrets, [("s3cret".into(), true), ("s3cret!".into(), true), ("c".into(), false)]);
}

#[test]
fn a_signature_is_fresh_for_every_call_and_the_client_the_same_for_all_of_a_caller() {
    let text = "endpoint = http://a\n[rocketmq]\naccess-key = ak\nsecret = $SECRET\n";
    let profile = Profile::read("p", text).unwrap();
    let caller = profile.caller(&Outside).unwrap();
    let method: MethodPath = "apache.rocketmq.v2.MessagingService/QueryRoute".parse().unwrap();
    let made = || caller.call(method.clone(), RpcKind::Unary, b"").unwrap();
    let (first, second) = (made(), made());
    assert_ne!(headers(&first, "x-mq-request-id"), headers(&second, "x-mq-request-id"));
    assert_eq!(headers(&first, "x-mq-client-id"), headers(&second, "x-mq-client-id"));
    assert_ne!(
        headers(&first, "x-mq-client-id"),
        headers(&call(&profile, &Outside).unwrap(), "x-mq-client-id")
    );
    assert!(headers(&first, "authorization")[0].starts_with("MQv2-HMAC-SHA1 Credential=ak, "));
    assert_eq!(first.deadline, Some(Duration::from_secs(3)));
    assert_eq!(call_to(&profile, "Telemetry", &Outside).unwrap().deadline, None);
}

#[test]
fn the_text_of_a_profile_keeps_what_it_does_not_know() {
    let profile = Profile::read("p", FULL).unwrap();
    assert_eq!(profile.to_text(FULL).unwrap(), FULL);
    let keys: Vec<String> = Profile::unknown_keys(FULL).into_iter().map(|(_, key)| key).collect();
    assert_eq!(keys, ["colour", "colour"]);
    let mut changed = profile.clone();
    changed.deadline = Deadline::Usual;
    changed.authority = "other".to_owned();
    changed.metadata.push(("x-new".to_owned(), ProfileValue::Text(" $A".to_owned())));
    changed.rocketmq.as_mut().unwrap().client_version = "5.1".to_owned();
    let expected = FULL
        .replace("deadline = 5s\n", "")
        .replace("authority = broker.example", "authority = other")
        .replace("x-id = 2\n", "x-id = 2\nx-new = \" $A\"\n")
        .replace("language = JAVA\n", "language = JAVA\nclient-version = 5.1\n");
    let text = changed.to_text(FULL).unwrap();
    assert_eq!(text, expected);
    assert_eq!(Profile::read("p", &text).unwrap(), changed);
    let fresh = changed.to_text("").unwrap();
    assert_eq!(Profile::read("p", &fresh).unwrap(), changed, "{fresh}");
    changed.rocketmq = None;
    let text = changed.to_text(FULL).unwrap();
    assert!(!text.contains("rocketmq") && text.contains("[future]\ncolour = blue"), "{text}");
    assert_eq!(Profile::read("p", &text).unwrap(), changed);
    // A file that begins with a section.
    let text = changed.to_text("[future]\na = 1\n").unwrap();
    assert_eq!(Profile::read("p", &text).unwrap(), changed, "{text}");
}

#[test]
fn a_secret_that_is_written_out_is_refused_with_its_line() {
    for (text, line, name) in [
        ("endpoint = http://a\n[metadata]\nAuthorization = Bearer abc", 3, "Authorization"),
        ("[metadata]\nx-api-key = 1", 2, "x-api-key"),
        ("[metadata]\nx-jwt = 1", 2, "x-jwt"),
        ("[metadata]\nx-a = Bearer abc", 2, "x-a"),
        ("[variables]\na = eyJhbGciOiJub25lIn0.e30.", 2, "a"),
        ("[metadata]\ncookie = ${v}\n[variables]\nv = plain", 2, "cookie"),
        ("[variables]\n\nmy_password = abc", 3, "my_password"),
        ("proxy = http://me:pw@a:1", 1, "proxy"),
        ("[rocketmq]\nsecret = sk", 2, "secret"),
        ("[rocketmq]\nsession-token = tok", 2, "session-token"),
    ] {
        let error = Profile::read("p", text).unwrap_err();
        let reason = LineProblem::Secret(name.to_owned());
        assert_eq!(error, ProfileError::Line { line, reason }, "{text}");
        assert!(error.hint().unwrap().contains("$NAME"));
    }
    let mut profile = Profile::new("p", "http://a");
    profile.metadata.push(("authorization".to_owned(), ProfileValue::Text("Bearer abc".to_owned())));
    assert!(matches!(profile.to_text(""), Err(ProfileError::SecretWritten { .. })));
    assert!(matches!(call(&profile, &Outside), Err(ProfileError::SecretWritten { .. })));
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line() {
    for (text, expected) in [
        ("\nendpoint", "Line 2: \"endpoint\" is neither \"key = value\" nor \"[section]\""),
        ("endpoint = a\nendpoint = b", "Line 2: \"endpoint\" is given twice"),
        ("deadline = 5", "Line 1: \"5\" is not a value of \"deadline\"; write it like 500ms, 5s, 2m or none"),
        ("compress = yes", "Line 1: \"yes\" is not a value of \"compress\"; write true or false"),
        ("version = x", "Line 1: \"x\" is not a value of \"version\"; write 1"),
        ("version = 2", "Line 1: Version 2 of such files is newer than this program"),
        ("authority = \"a", "Line 1: The quoted text of \"authority\" does not end, or has a wrong escape"),
        ("[variables]\na b = 1", "Line 2: \"a b\" is no name of a variable: letters, digits and _ only"),
    ] {
        assert_eq!(Profile::read("p", text).unwrap_err().to_string(), expected);
    }
    let error = Profile::read("p", "[rocketmq]\nclient-type = x").unwrap_err().to_string();
    assert!(error.contains("lite-push-consumer"), "{error}");
}

#[test]
fn what_keeps_a_profile_from_making_a_call_is_said() {
    for (text, expected) in [
        ("", "The profile has no endpoint"),
        ("endpoint = a", "\"a\" does not say how to speak to the server"),
        ("endpoint = http://${b}", "The profile has no variable \"b\", which \"endpoint\" names"),
        (
            "endpoint = http://${a}\n[variables]\na = ${b}\nb = ${a}",
            "The variables of the profile name each other in a circle, at \"a\"",
        ),
        ("endpoint = http://a\n[metadata]\nx = $NO", "The variable $NO is not set, which \"x\" names"),
        ("endpoint = http://a\n[metadata]\nx = @no", "it is not there, for \"x\""),
        ("endpoint = http://a\n[metadata]\nx = ?", "\"x\" is asked for, and nobody answered yet"),
        ("endpoint = http://a\n[metadata]\nx = ?keyring", "The value of \"x\" cannot be read. no metadata.x"),
        (
            "endpoint = http://a\n[tls]\nca = no",
            "TLS settings do not go with http://a:80, which is plain text",
        ),
        (
            "endpoint = https://a\n[tls]\nkey = k",
            "A client certificate goes with its key, and the key with it",
        ),
        ("endpoint = http://a\n[rocketmq]\naccess-key = k", "An access key goes with its secret"),
    ] {
        let error = call(&Profile::read("p", text).unwrap(), &Outside).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
    let asked = Profile::read("p", "[metadata]\nx = ?\n[rocketmq]\nsecret = ?").unwrap().asked();
    assert_eq!(asked, [Place::Metadata("x".to_owned()), Place::RocketMqSecret]);
}

#[test]
fn the_keyring_is_asked_for_the_place_of_a_value() {
    let text =
        "endpoint = http://a\n[metadata]\nx-a = ?keyring\n[rocketmq]\naccess-key = ak\nsecret = ?keyring\n";
    let profile = Profile::read("p", text).unwrap();
    assert_eq!(profile.in_keyring(), [Place::Metadata("x-a".to_owned()), Place::RocketMqSecret]);
    assert_eq!(profile.asked(), []);
    assert_eq!(Profile::read("p", &profile.to_text(text).unwrap()).unwrap(), profile);
    assert!(profile.identity().contains(&"x-a from the system keyring".to_owned()));
    let error = call(&profile, &Outside).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.hint().as_deref()),
        ("The value of \"x-a\" cannot be read. no metadata.x-a", Some("put it there"))
    );
    let mut profile = profile;
    profile.metadata.clear();
    let shown = format!("{:?}", profile.caller(&Outside).unwrap());
    assert!(!shown.contains("k3pt"), "{shown}");
    assert!(headers(&call(&profile, &Outside).unwrap(), "authorization")[0].starts_with("MQv2-HMAC-SHA1"));
}

#[test]
fn a_place_is_found_by_its_key() {
    let places = [
        Place::Metadata("x-a.b".to_owned()),
        Place::Variable("v".to_owned()),
        Place::Proxy,
        Place::RocketMqSecret,
        Place::RocketMqSessionToken,
    ];
    for place in places {
        assert_eq!(Place::of_key(&place.key()), Some(place));
    }
    for key in ["", "metadata", "X-A", "metadata.X", "rocketmq.group", "proxy.x"] {
        assert_eq!(Place::of_key(key), None, "{key}");
    }
}

#[test]
fn what_was_typed_is_kept_for_its_place_alone() {
    let mut typed = TypedSecrets::default();
    typed.set("p", Place::RocketMqSecret, "s3cret");
    assert_eq!(typed.get("p", &Place::RocketMqSecret), Some("s3cret"));
    assert_eq!(typed.get("q", &Place::RocketMqSecret), None);
    assert!(!format!("{typed:?}").contains("s3cret"));
    typed.set("p", Place::RocketMqSecret, "");
    assert_eq!(typed.get("p", &Place::RocketMqSecret), None);
}
