//! A call as a line for a shell. Secrets stand in it by name only.

use crate::rpc::{
    Deadline, Endpoint, Entry, Metadata, MethodPath, Place, Profile, ProfileValue, ProxySetting,
    RocketMqClient, RpcKind, TRANSPORTS, size_text, time_text,
};
use std::path::{Path, PathBuf};

/// What a line is made of.
pub(super) struct Copied<'a> {
    pub profile: &'a Profile,
    pub method: MethodPath,
    pub kind: RpcKind,
    /// Whether a schema knows the method.
    pub is_known: bool,
    /// Where declarations come from, as far as files do.
    pub sources: &'a [PathBuf],
    pub includes: &'a [String],
}

/// A line, and what has to be known besides.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub text: String,
    /// What the line needs, or does not carry; one clause each.
    pub notes: Vec<String>,
}

impl Line {
    fn word(&mut self, word: &str) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(&quoted(word));
    }

    fn option(&mut self, name: &str, value: &str) {
        self.word(name);
        self.word(value);
    }

    /// Given only if there is something to give.
    fn option_if(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.option(name, value);
        }
    }

    /// In double quotes, where the shell puts values in the place of names.
    fn raw(&mut self, text: &str) {
        self.text.push(' ');
        self.text.push_str(text);
    }

    fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

/// One word of a POSIX shell, whatever is in it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What stands between double quotes and is meant as it is.
fn in_double_quotes(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if "\\\"$`".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// The name of a variable that a secret is taken from: `authorization` is `AUTHORIZATION`.
fn variable_of(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let name: String = name.chars().map(letter).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// What a value is taken from.
enum Source<'a> {
    Text(&'a str),
    /// A variable of the environment.
    Variable(String),
    File(&'a Path),
}

fn source<'a>(name: &str, value: &'a ProfileValue) -> Source<'a> {
    let is_secret = Entry::received(name, b"").is_secret();
    match value {
        ProfileValue::Text(text) if !is_secret => Source::Text(text),
        ProfileValue::Text(_) | ProfileValue::Asked | ProfileValue::Keyring => {
            Source::Variable(variable_of(name))
        }
        ProfileValue::Environment(variable) => Source::Variable(variable.clone()),
        ProfileValue::File(path) => Source::File(path),
    }
}

/// As this program's own command line; `data` is the file of the message.
pub(super) fn command_line(copied: &Copied<'_>, data: &Path) -> Line {
    let profile = copied.profile;
    let mut line = Line::default();
    line.word("protoloupe");
    line.word("call");
    line.word(&profile.endpoint);
    line.word(&copied.method.to_string());
    line.option("--data", &data.to_string_lossy());
    if !copied.is_known {
        line.option("--kind", copied.kind.name());
    }
    if profile.transport.name != TRANSPORTS[0].name {
        line.option("--protocol", profile.transport.name);
    }
    if profile.compress {
        line.word("--gzip");
    }
    for (name, value) in &profile.metadata {
        let value = match source(name, value) {
            // The command reads these itself, so that no value stands in the list of processes.
            Source::Variable(variable) => format!("{name}: ${variable}"),
            Source::File(path) => format!("{name}: @{}", path.display()),
            Source::Text(text) => format!("{name}: {text}"),
        };
        line.option("-H", &value);
    }
    match profile.deadline {
        Deadline::Usual => {}
        Deadline::Never => line.option("--deadline", "none"),
        Deadline::After(time) => line.option("--deadline", &time_text(Some(time))),
    }
    if profile.max_message != crate::rpc::Limits::default().message {
        line.option("--max-message", &size_text(profile.max_message));
    }
    line.option_if("--authority", &profile.authority);
    if let Some(time) = profile.keep_alive {
        line.option("--keep-alive", &time_text(Some(time)));
    }
    match &profile.proxy {
        ProxySetting::Environment => {}
        ProxySetting::Direct => line.option("--proxy", "none"),
        ProxySetting::Through(ProfileValue::Text(text)) => line.option("--proxy", text),
        ProxySetting::Through(_) => line.note("name the proxy with --proxy"),
    }
    let tls = &profile.tls;
    line.option_if("--ca", &tls.ca.to_string_lossy());
    line.option_if("--cert", &tls.certificate.to_string_lossy());
    line.option_if("--key", &tls.key.to_string_lossy());
    line.option_if("--server-name", &tls.server_name);
    if tls.skip_verification {
        line.word("--insecure");
    }
    if let Some(setting) = &profile.rocketmq {
        line.word("--rocketmq");
        line.option_if("--rocketmq-client-id", &setting.client_id);
        line.option_if("--rocketmq-namespace", &setting.namespace);
        line.option_if("--rocketmq-access-key", &setting.access_key);
        let secrets = [
            ("--rocketmq-secret", "ROCKETMQ_SECRET", &setting.secret),
            ("--rocketmq-session-token", "ROCKETMQ_SESSION_TOKEN", &setting.session_token),
        ];
        for (option, usual, value) in secrets {
            let Some(value) = value else { continue };
            match value {
                ProfileValue::Environment(name) => line.option(option, &format!("${name}")),
                ProfileValue::File(path) => line.option(option, &format!("@{}", path.display())),
                _ => line.option(option, &format!("${usual}")),
            }
        }
    }
    sources(&mut line, copied, "-I", "--proto", "--descriptor-set");
    line
}

/// As a line of grpcurl, which takes the message as JSON.
pub(super) fn grpcurl_line(copied: &Copied<'_>, endpoint: &Endpoint, json: &str) -> Line {
    let profile = copied.profile;
    let mut line = Line::default();
    line.word("grpcurl");
    if !endpoint.is_tls {
        line.word("-plaintext");
    }
    let tls = &profile.tls;
    if tls.skip_verification {
        line.word("-insecure");
    }
    line.option_if("-cacert", &tls.ca.to_string_lossy());
    line.option_if("-cert", &tls.certificate.to_string_lossy());
    line.option_if("-key", &tls.key.to_string_lossy());
    line.option_if("-servername", &tls.server_name);
    line.option_if("-authority", &profile.authority);
    if let Deadline::After(time) = profile.deadline {
        line.option("-max-time", &format!("{}", time.as_secs_f64()));
    }
    if profile.max_message != crate::rpc::Limits::default().message {
        line.option("-max-msg-sz", &profile.max_message.to_string());
    }
    if let Some(time) = profile.keep_alive {
        line.option("-keepalive-time", &format!("{}", time.as_secs_f64()));
    }
    headers(&mut line, profile);
    if copied.sources.is_empty() {
        line.note("grpcurl asks the server for its schema; without reflection give it -proto or -protoset");
    }
    sources(&mut line, copied, "-import-path", "-proto", "-protoset");
    line.option("-d", json);
    match &endpoint.place {
        Place::Unix(path) => line.option("-unix", &path.to_string_lossy()),
        Place::Tcp { host, port } => {
            let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
            line.word(&format!("{host}:{port}"));
        }
    }
    line.word(&copied.method.to_string());
    what_grpcurl_lacks(&mut line, copied, endpoint);
    line
}

fn headers(line: &mut Line, profile: &Profile) {
    for (name, value) in &profile.metadata {
        match source(name, value) {
            Source::Text(text) => line.option("-H", &format!("{name}: {text}")),
            Source::Variable(variable) => {
                line.raw(&format!("-H \"{}: ${variable}\"", in_double_quotes(name)))
            }
            Source::File(path) => {
                let path = quoted(&path.to_string_lossy());
                let read = if name.ends_with("-bin") { "base64 -w0" } else { "cat" };
                line.raw(&format!("-H \"{}: $({read} {path})\"", in_double_quotes(name)));
            }
        }
    }
    let Some(setting) = &profile.rocketmq else { return };
    let mut client = RocketMqClient::new(setting.client_id.clone());
    client.namespace = setting.namespace.clone();
    let mut added = Metadata::new();
    for (name, _) in &profile.metadata {
        // Those stand as they are; only what is missing is added.
        let _ = added.add_text(name, "");
    }
    let n_there = added.entries().len();
    if client.add_to(&mut added).is_ok() {
        for entry in &added.entries()[n_there..] {
            line.option("-H", &format!("{}: {}", entry.name, entry.text()));
        }
    }
    if !setting.access_key.is_empty() {
        line.raw("-H \"authorization: $AUTHORIZATION\"");
        line.note("the signature is made afresh for each call and has to be put into $AUTHORIZATION");
    }
}

fn what_grpcurl_lacks(line: &mut Line, copied: &Copied<'_>, endpoint: &Endpoint) {
    let profile = copied.profile;
    if profile.transport.name != TRANSPORTS[0].name {
        line.note(format!("grpcurl speaks gRPC only, not {}", profile.transport.title));
    }
    if !endpoint.path_prefix.is_empty() {
        line.note(format!("grpcurl leaves out the path {}", endpoint.path_prefix));
    }
    if profile.compress {
        line.note("grpcurl does not compress what it sends");
    }
    if !matches!(profile.proxy, ProxySetting::Environment) {
        line.note("grpcurl takes its proxy from the environment");
    }
}

fn sources(line: &mut Line, copied: &Copied<'_>, include: &str, proto: &str, set: &str) {
    copied.includes.iter().for_each(|folder| line.option(include, folder));
    for path in copied.sources {
        let is_proto = path.extension().is_some_and(|extension| extension == "proto");
        let is_folder = path.extension().is_none();
        let option = if is_proto || is_folder { proto } else { set };
        line.option(option, &path.to_string_lossy());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::RocketMqSetting;
    use std::process::Command;
    use std::time::Duration;

    fn copied(profile: &Profile) -> Copied<'_> {
        let method = "a.B/C".parse().unwrap();
        Copied { profile, method, kind: RpcKind::Bidi, is_known: false, sources: &[], includes: &[] }
    }

    /// What a shell makes of the words of a line, one a line.
    fn words(line: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("set -f; for word in {line}; do printf '%s\\0' \"$word\"; done")]);
        let ran = shell.envs(variables.iter().copied()).output().unwrap();
        assert!(ran.status.success(), "{line}");
        let text = String::from_utf8(ran.stdout).unwrap();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    fn odd_profile() -> Profile {
        let text = |text: &str| ProfileValue::Text(text.to_owned());
        let mut profile = Profile::new("", "https://example.com:1");
        profile.metadata = vec![
            ("x-odd".to_owned(), text("it's \"a\" $HOME `b` \\ ; rm")),
            ("authorization".to_owned(), ProfileValue::Asked),
            ("x-key".to_owned(), ProfileValue::Environment("MY_KEY".to_owned())),
        ];
        profile.deadline = Deadline::After(Duration::from_millis(1500));
        profile.tls.ca = "my ca.pem".into();
        profile
    }

    #[test]
    fn a_shell_reads_the_command_line_as_it_was_meant() {
        let profile = odd_profile();
        let line = command_line(&copied(&profile), Path::new("a b.bin"));
        let expected = [
            "protoloupe",
            "call",
            "https://example.com:1",
            "a.B/C",
            "--data",
            "a b.bin",
            "--kind",
            "bidi",
            "-H",
            "x-odd: it's \"a\" $HOME `b` \\ ; rm",
            "-H",
            "authorization: $AUTHORIZATION",
            "-H",
            "x-key: $MY_KEY",
            "--deadline",
            "1500ms",
            "--ca",
            "my ca.pem",
        ];
        assert_eq!(words(&line.text, &[("AUTHORIZATION", "hush")]), expected);
    }

    #[test]
    fn a_shell_puts_secrets_into_the_line_of_grpcurl() {
        let mut profile = odd_profile();
        profile.compress = true;
        let endpoint = profile.endpoint.parse().unwrap();
        let line = grpcurl_line(&copied(&profile), &endpoint, "{\"a\": \"it's\"}");
        let variables = [("AUTHORIZATION", "hush \"1\""), ("MY_KEY", "hush 2")];
        let words = words(&line.text, &variables);
        let expected = [
            "-H",
            "x-odd: it's \"a\" $HOME `b` \\ ; rm",
            "-H",
            "authorization: hush \"1\"",
            "-H",
            "x-key: hush 2",
            "-d",
            "{\"a\": \"it's\"}",
            "example.com:1",
            "a.B/C",
        ];
        assert_eq!(words[words.len() - expected.len()..], expected);
        assert!(line.notes.iter().any(|note| note.contains("compress")));
        assert!(line.notes.iter().any(|note| note.contains("reflection")));
    }

    #[test]
    fn a_rocketmq_client_has_its_headers_and_no_signature() {
        let mut profile = Profile::new("", "http://127.0.0.1:1");
        profile.rocketmq = Some(RocketMqSetting {
            client_id: "me@1".to_owned(),
            access_key: "key".to_owned(),
            secret: Some(ProfileValue::Asked),
            ..RocketMqSetting::default()
        });
        let endpoint = profile.endpoint.parse().unwrap();
        let line = grpcurl_line(&copied(&profile), &endpoint, "{}");
        assert!(line.text.starts_with("grpcurl -plaintext ") && line.text.contains("x-mq-client-id: me@1"));
        assert!(line.text.contains("\"authorization: $AUTHORIZATION\"") && !line.text.contains("HMAC"));
        let line = command_line(&copied(&profile), Path::new("request.bin"));
        let parts = "--rocketmq --rocketmq-client-id me@1 --rocketmq-access-key key --rocketmq-secret '$ROCKETMQ_SECRET'";
        assert!(line.text.ends_with(parts), "{}", line.text);
    }

    #[test]
    fn words_are_quoted_only_where_a_shell_needs_it() {
        for (word, expected) in
            [("a-b/c:1", "a-b/c:1"), ("", "''"), ("a b", "'a b'"), ("$A", "'$A'"), ("~", "'~'")]
        {
            assert_eq!(quoted(word), expected);
        }
        assert_eq!((variable_of("x-api-key"), variable_of("1a")), ("X_API_KEY".to_owned(), "_1A".to_owned()));
    }
}
