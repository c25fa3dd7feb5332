//! Messages that are damaged, random, deep or empty: an answer, never a signal.

use crate::harness::{Folder, captures, run, run_with_input};
use crate::wire::{int, len};

const READERS: [&[&str]; 4] =
    [&["decode", "-", "--to", "tree"], &["decode", "-", "--to", "json"], &["check", "-"], &["guess", "-"]];

/// Runs everything that reads on these bytes as this type.
fn read_in_every_way(bytes: &[u8], message: &str) {
    for args in READERS {
        let typed: &[&str] = if args[0] == "guess" { &[] } else { &["--type", message] };
        let found = run_with_input([args, typed].concat(), bytes);
        match args[0] {
            "check" => assert!(found.exit_code < 2),
            _ if args.contains(&"json") => {
                let _value: serde_json::Value = serde_json::from_slice(&found.stdout).unwrap();
                assert!(found.exit_code < 2);
            }
            _ => assert_eq!(found.exit_code, 0, "{}", found.stderr),
        }
    }
}

#[test]
fn an_empty_file_is_an_empty_message() {
    let folder = Folder::new();
    let file = folder.file("empty.bin", "");
    assert_eq!(run(["decode", &file, "--type", "Message"]).exits(0).text(), "{}\n");
    assert_eq!(run(["decode", &file, "--to", "tree"]).exits(0).text(), "");
    assert_eq!(run(["decode", &file, "--to", "hex"]).exits(0).text(), "");
    run(["check", &file, "--type", "Message"]).exits(0);
    run(["decode", &file]).exits(1).says(&["--type"]);
    assert_eq!(run([&file]).exits(0).text(), "");
}

#[test]
fn a_file_cut_at_any_byte_is_read_up_to_there() {
    for name in ["SendMessage-req-1.bin", "QueryRoute-resp-1.bin"] {
        let capture = captures().into_iter().find(|one| one.path.ends_with(name)).unwrap();
        for n_bytes in 0..capture.bytes.len() {
            let cut = &capture.bytes[..n_bytes];
            let typed = |args: &[&str]| run_with_input([args, &["--type", &capture.message]].concat(), cut);
            let tree = typed(&["decode", "-", "--to", "tree"]).exits(0);
            assert_eq!(tree.stdout.is_empty(), n_bytes == 0);
            let (json, check) = (typed(&["decode", "-"]), typed(&["check", "-"]));
            let _value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
            assert_eq!(json.exit_code, check.exit_code, "{n_bytes}: {}\n{}", json.stderr, check.text());
            assert_eq!(run_with_input(["set", "-", "-o", "-"], cut).exits(0).stdout, cut);
        }
    }
}

#[test]
fn random_bytes_get_an_answer() {
    let mut state = 7_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    for n_bytes in [1, 2, 3, 5, 8, 13, 40, 300, 5000, 20_000] {
        for _ in 0..3 {
            let bytes: Vec<u8> = (0..n_bytes).map(|_| random()).collect();
            read_in_every_way(&bytes, "google.protobuf.Struct");
            read_in_every_way(&bytes, "SendMessageRequest");
        }
    }
}

#[test]
fn ten_thousand_levels_are_read() {
    const LEVELS: usize = 10_000;
    // google.protobuf.Value { list_value (6) { values (1) { … } } }, from the inside out.
    let mut nested = int(4, 1);
    for level in 0..LEVELS {
        nested = len(if level % 2 == 0 { 1 } else { 6 }, nested);
    }
    let unclosed = [0x0b].repeat(LEVELS);
    let groups = [unclosed.clone(), [0x0c].repeat(LEVELS)].concat();
    let folder = Folder::new();
    let file = folder.file("nested.bin", &nested);
    run(["check", &file, "--type", "google.protobuf.Value"]).exits(0);
    let json = run(["decode", &file, "--type", "google.protobuf.Value"]).exits(0);
    assert_eq!(json.stdout.iter().filter(|byte| **byte == b'[').count(), LEVELS / 2);
    let tree = run(["decode", &file, "--to", "tree", "--type", "google.protobuf.Value"]).exits(0);
    let last = tree.text().lines().last().unwrap();
    assert!(last.contains(&format!("{}· bool_value", LEVELS + LEVELS / 2)), "{last}");
    assert!(tree.text().lines().all(|line| line.chars().count() < 200));
    for groups in [groups, unclosed] {
        for to in ["tree", "hex"] {
            let found = run_with_input(["decode", "-", "--to", to, "--type", "Message"], &groups).exits(0);
            assert!(found.text().lines().count() >= LEVELS / 16);
        }
        read_in_every_way(&groups, "Message");
    }
    let place = format!(
        "{}.list_value.values[0].bool_value=false",
        "list_value.values[0].".repeat(LEVELS / 2 - 1).trim_end_matches('.')
    );
    let edited = run(["set", &file, "--type", "google.protobuf.Value", &place, "-o", "-"]).exits(0);
    let mut expected = nested;
    *expected.last_mut().unwrap() = 0;
    assert!(edited.stdout == expected);
}
