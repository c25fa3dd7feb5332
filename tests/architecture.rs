//! Which room may use which, and what no room may do. A new edge is a design change: it edits
//! [`EDGES`] in the same commit.

#![allow(clippy::disallowed_methods, reason = "it looks at the disk from outside")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each room with the rooms it may name.
const EDGES: &[(&str, &[&str])] = &[
    ("wire", &[]),
    ("schema", &["wire"]),
    ("framing", &["wire"]),
    ("document", &["wire", "schema", "framing"]),
    ("format", &["wire", "schema", "document"]),
    ("rocketmq", &["wire", "schema", "document"]),
    ("rpc", &["wire", "schema", "framing", "rocketmq"]),
    ("worker", &["wire", "schema", "framing", "document", "format", "rocketmq", "rpc"]),
    ("app", &["wire", "schema", "framing", "document", "format", "rocketmq", "rpc", "worker"]),
    ("cli", &["wire", "schema", "framing", "document", "format", "rocketmq", "rpc", "worker", "app"]),
    ("ui", &["wire", "schema", "framing", "document", "format", "rocketmq", "rpc", "app"]),
];

/// What `ui` may know of the rooms it must not use: names of things the session's state holds.
const UI_TYPES_OF_WORKER: &[&str] = &["JobId", "FileIdentity"];

/// Rooms of ring 1: no I/O, no clock, no threads, no window.
const RING_1: &[&str] = &["wire", "schema", "framing", "document", "format", "rocketmq"];

/// Words that a room of ring 1 must not contain.
const NOT_IN_RING_1: &[&str] =
    &["std::fs", "std::net", "std::process", "std::env", "std::thread", "SystemTime", "Instant::now", "egui"];

struct Source {
    room: String,
    path: PathBuf,
    /// Modules between the crate's root and what the file declares.
    depth: usize,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inner = path.strip_prefix(&root).unwrap();
            let parts: Vec<String> =
                inner.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
            if path.extension().is_none_or(|extension| extension != "rs") || parts.len() < 2 {
                continue;
            }
            let depth = parts.len() - usize::from(parts.last().is_some_and(|name| name == "mod.rs"));
            let text = std::fs::read_to_string(&path).unwrap();
            sources.push(Source { room: parts[0].clone(), path: inner.to_owned(), depth, text });
        }
    }
    assert!(sources.len() > 20, "the sources were not found");
    sources
}

/// Lines without comments, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(idx, line)| (idx + 1, line.split("//").next().unwrap_or(line)))
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    &text[..end]
}

#[test]
fn rooms_use_only_the_rooms_they_may() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some((_, allowed)) = EDGES.iter().find(|(room, _)| *room == source.room) else {
            wrong.push(format!("{}: room \"{}\" is not in the table", source.path.display(), source.room));
            continue;
        };
        for (number, line) in code(&source.text) {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let used = word(rest);
                let of_state = source.room == "ui"
                    && used == "worker"
                    && UI_TYPES_OF_WORKER.contains(&word(rest.trim_start_matches("worker::")));
                if used != source.room && !allowed.contains(&used) && !of_state {
                    wrong.push(format!(
                        "{}:{number}: {} uses \"{used}\"",
                        source.path.display(),
                        source.room
                    ));
                }
            }
            let climbs = line.match_indices("super::").count();
            if climbs > source.depth && line.contains(&"super::".repeat(source.depth + 1)) {
                wrong.push(format!("{}:{number}: leaves its room with super", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_edge_is_spelled_on_a_line_of_its_own() {
    for source in sources() {
        for (number, line) in code(&source.text) {
            assert!(!line.contains("use crate::{"), "{}:{number}", source.path.display());
        }
    }
}

#[test]
fn ring_1_has_no_io_no_clock_and_no_window() {
    for source in sources().iter().filter(|source| RING_1.contains(&source.room.as_str())) {
        let tests = source.text.find("#[cfg(test)]").unwrap_or(source.text.len());
        if source.path.ends_with("tests.rs") {
            continue;
        }
        for (number, line) in code(&source.text[..tests]) {
            for banned in NOT_IN_RING_1 {
                assert!(!line.contains(banned), "{}:{number}: {banned}", source.path.display());
            }
        }
    }
}

#[test]
fn only_ui_names_the_toolkit_and_only_worker_the_disk() {
    for source in sources() {
        let tests = source.text.find("#[cfg(test)]").unwrap_or(source.text.len());
        let is_test = source.path.to_string_lossy().contains("tests");
        for (number, line) in code(&source.text[..tests]) {
            let place = format!("{}:{number}", source.path.display());
            assert!(source.room == "ui" || !line.contains("egui"), "{place}: egui outside ui");
            assert!(
                source.room == "worker" || is_test || !line.contains("std::fs"),
                "{place}: disk outside worker"
            );
        }
    }
}

#[test]
fn files_stay_readable() {
    for source in sources() {
        let n_lines = source.text.lines().count();
        assert!(n_lines <= 600, "{} has {n_lines} lines: make it two", source.path.display());
        for (number, line) in code(&source.text) {
            for stub in ["todo!(", "unimplemented!(", "#[ignore"] {
                assert!(!line.contains(stub), "{}:{number}: {stub}", source.path.display());
            }
        }
    }
}

#[test]
fn feature_gates_stand_at_the_doors_alone() {
    for source in sources() {
        for (number, line) in code(&source.text) {
            assert!(!line.contains("cfg(feature"), "{}:{number}", source.path.display());
        }
    }
}

#[test]
fn every_room_of_the_map_exists_and_the_other_way_round() {
    let map = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let declared: BTreeSet<&str> = map
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod "))
        .map(|line| line.trim_end_matches(';'))
        .collect();
    let found: Vec<Source> = sources();
    let found: BTreeSet<&str> = found.iter().map(|source| source.room.as_str()).collect();
    assert_eq!(declared, found);
    for room in declared {
        assert!(map.contains(&format!("`{room}`")), "the map of lib.rs does not name {room}");
    }
}
