//! How a call went, in words: the innermost first.

use super::steps::{Step, StepLine};
use crate::document::value::quote_bytes;
use crate::rocketmq::InBand;
use crate::rpc::{
    CallSummary, CertificateFacts, Details, Ending, Failure, ForeignAnswer, Status, http_reason,
};
use crate::schema::Schema;
use std::time::Duration;

/// Characters of a foreign answer, or bytes of raw details, that are shown.
const MAX_SHOWN: usize = 300;

/// A call that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub is_ok: bool,
    /// What was wrong, in a sentence; `None` if all is well.
    pub wrong: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// RocketMQ's status, gRPC's, HTTP's and the time, as far as they are there: `20000 OK`.
    pub parts: Vec<String>,
}

/// What comes of an ending, and the step that tells everything of it.
pub(super) fn of(
    ending: &Ending,
    in_band: Option<&InBand>,
    schema: &Schema,
    n_before: u64,
) -> (Outcome, Step) {
    let is_ok = ending.is_ok() && in_band.is_none_or(InBand::is_ok);
    let mut parts = Vec::new();
    parts.extend(in_band.map(|status| format!("{} {}", status.code, in_band_name(status))));
    parts.extend(ending.status.as_ref().map(status_name));
    parts.extend(ending.http_status.map(|status| {
        let reason = http_reason(status);
        format!("HTTP {status} {reason}").trim_end().to_owned()
    }));
    parts.push(duration_text(ending.at));
    let bad_status = ending.status.as_ref().filter(|status| !status.is_ok());
    let wrong = match (in_band.filter(|status| !status.is_ok()), &ending.failure, bad_status) {
        (Some(status), ..) => Some(in_band_sentence(status)),
        (None, Some(failure), _) => Some(failure.to_string()),
        (None, None, Some(status)) => Some(status_sentence(status)),
        (None, None, None) if is_ok => None,
        (None, None, None) => Some("Nothing says how the call went".to_owned()),
    };
    let of_failure = ending.failure.as_ref().and_then(Failure::hint);
    let hint = of_failure.or_else(|| bad_status.and_then(Status::hint).map(str::to_owned));
    let outcome = Outcome { is_ok, wrong, hint, parts };
    let lines = lines(ending, schema, &outcome);
    let title = format!("Ended: {}", outcome.parts[..outcome.parts.len() - 1].join(", "));
    let title = if outcome.parts.len() == 1 { "Ended without a status".to_owned() } else { title };
    let is_open = !lines.is_empty() && !is_ok;
    let step = Step { at: ending.at, n_before, title, is_warning: !is_ok, lines, is_open };
    (outcome, step)
}

/// What comes of a call that was made before, of which only this is known.
pub(super) fn of_summary(summary: &CallSummary, n_before: u64) -> (Outcome, Step) {
    let is_ok = summary.is_ok();
    let mut parts = Vec::new();
    parts.extend(
        summary.in_band.as_ref().map(|(code, name, _)| format!("{code} {name}").trim_end().to_owned()),
    );
    parts.extend(summary.status.as_ref().map(|(code, message)| {
        status_name(&Status { code: *code, message: message.clone(), details: None })
    }));
    parts.extend(
        summary
            .http_status
            .map(|status| format!("HTTP {status} {}", http_reason(status)).trim_end().to_owned()),
    );
    parts.push(duration_text(summary.took));
    let wrong = (!is_ok).then(|| match (&summary.in_band, &summary.failure, &summary.status) {
        (Some((code, name, message)), ..) if !matches!(code, 20_000 | 30_000) => {
            format!("RocketMQ {code} {name}: {message}").trim_end_matches([':', ' ']).to_owned()
        }
        (_, Some(failure), _) => failure.clone(),
        (_, None, Some((code, message))) => {
            status_sentence(&Status { code: *code, message: message.clone(), details: None })
        }
        (_, None, None) => "Nothing says how the call went".to_owned(),
    });
    let mut lines: Vec<StepLine> = wrong.iter().map(|text| StepLine::new("error", text)).collect();
    if summary.n_forgotten > 0 {
        lines.push(StepLine::new("not kept", format!("{} older messages", summary.n_forgotten)));
    }
    lines.extend(summary.left_out.iter().map(|name| StepLine::new(name, "(a secret, which is not kept)")));
    let title = format!("Ended: {}", parts[..parts.len() - 1].join(", "));
    let title = if parts.len() == 1 { "Ended without a status".to_owned() } else { title };
    let step = Step { at: summary.took, n_before, title, is_warning: !is_ok, lines, is_open: !is_ok };
    (Outcome { is_ok, wrong, hint: None, parts }, step)
}

fn lines(ending: &Ending, schema: &Schema, outcome: &Outcome) -> Vec<StepLine> {
    let mut lines = Vec::new();
    lines.extend(outcome.wrong.iter().map(|text| StepLine::new("error", text)));
    lines.extend(outcome.hint.iter().map(|text| StepLine::new("hint", text)));
    // A failure may hide behind a status inside a reply, and the other way round.
    let failure = ending.failure.as_ref();
    let other = failure.map(ToString::to_string).filter(|text| Some(text) != outcome.wrong.as_ref());
    lines.extend(other.map(|text| StepLine::new("failure", text)));
    match failure {
        Some(Failure::Foreign(answer)) => lines.extend(foreign_lines(answer)),
        Some(failure) => lines.extend(failure.certificate().into_iter().flat_map(certificate_lines)),
        None => {}
    }
    if let Some(leftover) = ending.leftover.as_ref().filter(|leftover| !leftover.bytes.is_empty()) {
        let text = quote_bytes(&leftover.bytes, true, MAX_SHOWN).0;
        let text = format!("{} bytes that are no whole message: {text}", leftover.bytes.len());
        lines.push(StepLine::new("left over", text));
    }
    if let Some(status) = &ending.status {
        if !status.message.is_empty() {
            lines.push(StepLine::new("gRPC message", &status.message));
        }
        lines.extend(details_lines(status, schema));
    }
    lines
}

fn in_band_name(status: &InBand) -> &str {
    status.name.as_deref().unwrap_or("a code that the API does not declare")
}

fn in_band_sentence(status: &InBand) -> String {
    let name = in_band_name(status);
    let mut text = format!("RocketMQ {} {name}", status.code);
    if !status.message.is_empty() && !status.message.eq_ignore_ascii_case(name) {
        text.push_str(&format!(": {}", status.message));
    }
    if let Some(meaning) = status.meaning.as_ref().filter(|_| !status.is_ok()) {
        text.push_str(&format!(" ({meaning})"));
    }
    text
}

fn status_name(status: &Status) -> String {
    format!("gRPC {} {}", status.code, status.name().unwrap_or("unknown"))
}

fn status_sentence(status: &Status) -> String {
    let text = if status.message.is_empty() { status.meaning() } else { &status.message };
    format!("{}: {text}", status_name(status))
}

fn details_lines(status: &Status, schema: &Schema) -> Vec<StepLine> {
    match &status.details {
        None => Vec::new(),
        Some(Details::Raw { bytes, reason }) => {
            let text = quote_bytes(bytes, true, MAX_SHOWN).0;
            vec![StepLine::new("detail", format!("does not decode, because {reason}: {text}"))]
        }
        Some(Details::Decoded { details, .. }) => details
            .iter()
            .map(|detail| {
                let raw = || quote_bytes(&detail.bytes, true, MAX_SHOWN).0;
                let name = detail.type_name();
                let name = name.rsplit_once('.').map_or(name, |(_, name)| name);
                StepLine::new(name, detail.json(Some(schema)).unwrap_or_else(raw))
            })
            .collect(),
    }
}

fn foreign_lines(answer: &ForeignAnswer) -> Vec<StepLine> {
    let mut lines = Vec::new();
    lines.extend(answer.location.as_ref().map(|location| StepLine::new("leads to", location)));
    if !answer.first_bytes.is_empty() {
        let (text, quoted) = quote_bytes(&answer.first_bytes, true, MAX_SHOWN);
        lines.push(StepLine::new("begins with", format!("{text}{}", if quoted.cut { " …" } else { "" })));
    }
    lines
}

/// Whose a certificate is.
pub(super) fn certificate_lines(facts: &CertificateFacts) -> Vec<StepLine> {
    let names = if facts.names.is_empty() { "no names".to_owned() } else { facts.names.join(", ") };
    vec![
        StepLine::new("certificate for", names),
        StepLine::new("subject", &facts.subject),
        StepLine::new("issuer", &facts.issuer),
        StepLine::new("valid", format!("{} to {}", facts.not_before, facts.not_after)),
        StepLine::new("SHA-256", &facts.sha256),
    ]
}

/// A time as people compare times: `0.8 ms`, `12 ms`, `3.4 s`, `5 min 12 s`.
pub fn duration_text(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1000.0;
    match millis {
        ..10.0 => format!("{millis:.1} ms"),
        ..1000.0 => format!("{millis:.0} ms"),
        ..60_000.0 => format!("{:.1} s", millis / 1000.0),
        _ => {
            let seconds = time.as_secs();
            let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            if hours > 0 { format!("{hours} h {minutes} min") } else { format!("{minutes} min {seconds} s") }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(status: Option<Status>, failure: Option<Failure>) -> Ending {
        Ending { at: Duration::from_millis(12), http_status: Some(200), status, failure, leftover: None }
    }

    fn status(code: u32, message: &str) -> Option<Status> {
        Some(Status { code, message: message.to_owned(), details: None })
    }

    fn in_band(code: i64, name: &str) -> InBand {
        let meaning = Some("There is no such topic".to_owned());
        InBand { code, name: Some(name.to_owned()), message: "no \"t\"".to_owned(), meaning }
    }

    #[test]
    fn the_innermost_outcome_comes_first() {
        let schema = Schema::builtin();
        let bad = in_band(40_402, "TOPIC_NOT_FOUND");
        let (outcome, step) = of(&ending(status(0, ""), None), Some(&bad), &schema, 3);
        assert!(!outcome.is_ok && step.is_open);
        let wrong = "RocketMQ 40402 TOPIC_NOT_FOUND: no \"t\" (There is no such topic)";
        assert_eq!(outcome.wrong.as_deref(), Some(wrong));
        assert_eq!(outcome.parts, ["40402 TOPIC_NOT_FOUND", "gRPC 0 OK", "HTTP 200 OK", "12 ms"]);
        assert_eq!(step.title, "Ended: 40402 TOPIC_NOT_FOUND, gRPC 0 OK, HTTP 200 OK");

        let (outcome, _) = of(&ending(status(0, ""), None), Some(&in_band(20_000, "OK")), &schema, 0);
        assert!(outcome.is_ok && outcome.wrong.is_none());
        let (outcome, _) = of(&ending(status(14, "down"), None), None, &schema, 0);
        assert_eq!(outcome.wrong.as_deref(), Some("gRPC 14 UNAVAILABLE: down"));
        assert_eq!(outcome.hint.as_deref(), Some("Sending again later may help"));
        let (outcome, step) = of(&ending(None, Some(Failure::NoStatus)), None, &schema, 0);
        assert_eq!(outcome.wrong.as_deref(), Some("The stream ended without a status"));
        assert_eq!(step.lines[0], StepLine::new("error", "The stream ended without a status"));
    }

    #[test]
    fn a_failure_behind_a_bad_status_inside_a_reply_is_told_too() {
        let bad = in_band(40_402, "TOPIC_NOT_FOUND");
        let schema = Schema::builtin();
        let (_, step) = of(&ending(status(0, ""), Some(Failure::NoStatus)), Some(&bad), &schema, 0);
        assert!(step.lines.contains(&StepLine::new("failure", "The stream ended without a status")));
    }

    #[test]
    fn times_have_units() {
        for (millis, text) in
            [(0, "0.0 ms"), (9, "9.0 ms"), (12, "12 ms"), (3400, "3.4 s"), (312_000, "5 min 12 s")]
        {
            assert_eq!(duration_text(Duration::from_millis(millis)), text);
        }
        assert_eq!(duration_text(Duration::from_secs(7_260)), "2 h 1 min");
    }
}
