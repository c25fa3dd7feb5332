//! How a call went, in words: the innermost first.

use crate::document::value::quote_bytes;
use crate::rocketmq::InBand;
use crate::rpc::{
    CertificateFacts, Connected, Details, Direction, Ending, Entry, Event, Failure, Metadata, Status,
    http_reason,
};
use crate::schema::Schema;
use std::time::Duration;

/// Characters of a foreign answer, or bytes of raw details, that are shown.
const MAX_SHOWN: usize = 300;

/// The lines that are said of an ending. `kept` is whether bytes that are left over were written.
pub(super) fn report(ending: &Ending, in_band: Option<&InBand>, schema: &Schema, kept: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let at = millis(ending.at);
    if let Some(status) = in_band {
        lines.push(in_band_line(status));
    }
    if let Some(failure) = &ending.failure {
        lines.push(format!("error: {failure}"));
        lines.extend(failure_lines(failure));
        lines.extend(failure.hint());
        lines.extend(options(failure).map(|options| format!("Options: {options}")));
    }
    if let Some(leftover) = &ending.leftover {
        let text = quote_bytes(&leftover.bytes, true, MAX_SHOWN).0;
        let place = if kept { "" } else { "; -o DIR keeps them" };
        lines.push(format!("{} bytes that are no whole message{place}: {text}", leftover.bytes.len()));
    }
    let grpc = ending.status.as_ref().map(status_text);
    let http = ending
        .http_status
        .map(|status| format!("HTTP {status} {}", http_reason(status)).trim_end().to_owned());
    let outer: Vec<String> = grpc.into_iter().chain(http).chain([at]).collect();
    let is_error = in_band.is_none_or(InBand::is_ok)
        && ending.failure.is_none()
        && ending.status.as_ref().is_some_and(|status| !status.is_ok());
    lines.push(format!("{}{}", if is_error { "error: " } else { "" }, outer.join(", ")));
    if let Some(status) = &ending.status {
        lines.extend(details_lines(status, schema));
        lines.extend(status.hint().map(str::to_owned));
    }
    lines
}

fn in_band_line(status: &InBand) -> String {
    let prefix = if status.is_ok() { "" } else { "error: " };
    let name = status.name.as_deref().unwrap_or("a code that the API does not declare");
    let mut line = format!("{prefix}RocketMQ {} {name}", status.code);
    if !status.message.is_empty() && !status.message.eq_ignore_ascii_case(name) {
        line.push_str(&format!(": {}", one_line(&status.message)));
    }
    if let Some(meaning) = status.meaning.as_ref().filter(|_| !status.is_ok()) {
        line.push_str(&format!(" ({meaning})"));
    }
    line
}

fn status_text(status: &Status) -> String {
    let name = status.name().unwrap_or("unknown");
    let mut text = format!("gRPC {} {name}", status.code);
    if !status.message.is_empty() {
        text.push_str(&format!(": {}", one_line(&status.message)));
    } else if !status.is_ok() {
        text.push_str(&format!(" ({})", status.meaning()));
    }
    text
}

fn details_lines(status: &Status, schema: &Schema) -> Vec<String> {
    match &status.details {
        None => Vec::new(),
        Some(Details::Raw { bytes, reason }) => {
            let text = quote_bytes(bytes, true, MAX_SHOWN).0;
            vec![format!("detail: {} bytes that do not decode, because {reason}: {text}", bytes.len())]
        }
        Some(Details::Decoded { details, .. }) => details
            .iter()
            .map(|detail| match detail.json(Some(schema)) {
                Some(json) => format!("detail: {} {json}", detail.type_name()),
                None => {
                    let text = quote_bytes(&detail.bytes, true, MAX_SHOWN).0;
                    format!("detail: {} {text}", one_line(detail.type_name()))
                }
            })
            .collect(),
    }
}

fn failure_lines(failure: &Failure) -> Vec<String> {
    let mut lines = Vec::new();
    if let Failure::Foreign(answer) = failure {
        if let Some(location) = &answer.location {
            lines.push(format!("It leads to {}", one_line(location)));
        }
        if !answer.first_bytes.is_empty() {
            let (text, quoted) = quote_bytes(&answer.first_bytes, true, MAX_SHOWN);
            lines.push(format!("It begins with {text}{}", if quoted.cut { " …" } else { "" }));
        }
    }
    lines.extend(failure.certificate().map(certificate));
    lines
}

/// The options that change what a failure is about.
fn options(failure: &Failure) -> Option<&'static str> {
    Some(match failure {
        Failure::Deadline { .. } => "--deadline TIME",
        Failure::Proxy { .. } => "--proxy URL, --proxy none",
        Failure::Untrusted { .. } => "--ca FILE, --insecure",
        Failure::WrongName { .. } => "--authority NAME, --server-name NAME",
        Failure::ClientCertificate { .. } => "--cert FILE, --key FILE",
        Failure::NoHttp2 => "--protocol grpc-web, --protocol connect",
        Failure::MessageTooLarge { .. } => "--max-message SIZE",
        _ => return None,
    })
}

/// Whose a certificate is.
pub(super) fn certificate(facts: &CertificateFacts) -> String {
    let names = if facts.names.is_empty() { "no names".to_owned() } else { facts.names.join(", ") };
    format!(
        "certificate: for {names}; subject {}; issuer {}; valid from {} to {}; SHA-256 {}",
        facts.subject, facts.issuer, facts.not_before, facts.not_after, facts.sha256
    )
}

/// What is sent beside the messages, for `--verbose`.
pub(super) fn metadata(metadata: &Metadata) -> String {
    format!("metadata{}", listed(metadata.entries()))
}

/// One step of a call, for `--verbose`.
pub(super) fn step(event: &Event) -> String {
    match event {
        Event::Connected { at, facts } => format!("{} connected {}", millis(*at), connected(facts)),
        Event::HalfClosed { at } => format!("{} half-closed: nothing more is sent", millis(*at)),
        Event::Headers { at, http_status, entries } => {
            format!("{} headers, HTTP {http_status}{}", millis(*at), listed(entries))
        }
        Event::Trailers { at, entries } => format!("{} trailers{}", millis(*at), listed(entries)),
        Event::Message(message) => {
            let what = match message.direction {
                Direction::Sent => "sent",
                Direction::Received => "received",
            };
            let on_wire = if message.is_compressed {
                format!(" ({} compressed)", message.wire_len)
            } else {
                String::new()
            };
            format!("{} {what} {} bytes{on_wire}", millis(message.at), message.bytes.len())
        }
        Event::Ended(ending) => format!("{} ended", millis(ending.at)),
    }
}

fn connected(facts: &Connected) -> String {
    let version = if facts.is_http2 { "HTTP/2" } else { "HTTP/1.1" };
    let mut text = format!("to {} with {version}", facts.peer);
    match &facts.tls {
        None => text.push_str(" in plain text"),
        Some(tls) => text.push_str(&format!(" under {}; {}", tls.version, certificate(&tls.certificate))),
    }
    if let Some(proxy) = &facts.proxy {
        text.push_str(&format!(", through {proxy}"));
    }
    text
}

/// Entries, one a line; the values of secrets are left out.
fn listed(entries: &[Entry]) -> String {
    let line = |entry: &Entry| {
        let value = match (entry.is_secret(), entry.binary()) {
            (true, _) => "(not shown)".to_owned(),
            (false, Some(values)) => {
                let values: Vec<String> =
                    values.iter().map(|value| quote_bytes(value, true, MAX_SHOWN).0).collect();
                values.join(", ")
            }
            (false, None) => one_line(&entry.text()),
        };
        format!("\n    {}: {value}", entry.name)
    };
    entries.iter().map(line).collect()
}

fn one_line(text: &str) -> String {
    text.replace('\n', "\\n").replace('\r', "\\r")
}

fn millis(at: Duration) -> String {
    format!("{:.1} ms", at.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(status: Option<Status>, failure: Option<Failure>) -> Ending {
        Ending { at: Duration::from_millis(12), http_status: Some(200), status, failure, leftover: None }
    }

    fn status(code: u32, message: &str) -> Status {
        Status { code, message: message.to_owned(), details: None }
    }

    #[test]
    fn the_innermost_outcome_comes_first() {
        let in_band = InBand {
            code: 40_402,
            name: Some("TOPIC_NOT_FOUND".to_owned()),
            message: "no \"t\"".to_owned(),
            meaning: Some("There is no such topic".to_owned()),
        };
        let schema = Schema::builtin();
        let lines = report(&ending(Some(status(0, "")), None), Some(&in_band), &schema, false);
        assert_eq!(
            lines,
            [
                "error: RocketMQ 40402 TOPIC_NOT_FOUND: no \"t\" (There is no such topic)",
                "gRPC 0 OK, HTTP 200 OK, 12.0 ms"
            ]
        );
        let lines = report(&ending(Some(status(999, "a\r\nb")), None), None, &schema, false);
        assert_eq!(lines, ["error: gRPC 999 unknown: a\\r\\nb, HTTP 200 OK, 12.0 ms"]);
        let lines = report(&ending(None, Some(Failure::NoStatus)), None, &schema, false);
        assert_eq!(lines[0], "error: The stream ended without a status");
        assert_eq!(lines.last().unwrap(), "HTTP 200 OK, 12.0 ms");
    }

    #[test]
    fn secrets_are_not_listed() {
        let entry = |name: &str, value: &str| Entry::received(name, value.as_bytes());
        let text = listed(&[entry("set-cookie", "hidden"), entry("x-bin", "AAE"), entry("x", "a")]);
        assert_eq!(
            text,
            "\n    set-cookie: (not shown)\n    x-bin: \"\\x00\\x01\"\n    x: a"
                .replace("\\x00\\x01", "\\u{0}\\u{1}")
        );
    }
}
