//! `diff` on two files.

use crate::harness::{Folder, run, run_with_input, sample};

const TYPE: &str = "--type=SendMessageRequest";

#[test]
fn the_same_bytes_are_exit_0_and_say_nothing() {
    let sample = sample();
    let sample = sample.to_str().unwrap();
    let run = run(["diff", sample, sample]).exits(0);
    assert_eq!(run.text(), "");
}

#[test]
fn each_field_that_differs_is_a_line_with_its_path() {
    let folder = Folder::new();
    let new = folder.path("new.bin");
    let sample = sample();
    let sample = sample.to_str().unwrap();
    run([
        "set",
        sample,
        "messages[0].topic.name=other",
        "--add",
        "messages[0].system_properties.keys=k9",
        "--remove",
        "messages[0].body",
        "-o",
        &new,
    ])
    .exits(0);
    let forth = run(["diff", sample, &new]).exits(1);
    let lines: Vec<&str> = forth.text().lines().collect();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(lines[0].starts_with("changed    offset ") && lines[0].ends_with("-> \"other\""), "{lines:#?}");
    assert!(lines[0].contains("  messages[0].topic.name: "), "{lines:#?}");
    let holds =
        |start: &str, path: &str| lines.iter().any(|line| line.starts_with(start) && line.contains(path));
    assert!(holds("added ", "messages[0].system_properties.keys["), "{lines:#?}");
    assert!(holds("removed ", "messages[0].body: "), "{lines:#?}");
    let back = run(["diff", &new, sample]).exits(1);
    assert!(back.text().contains("\nadded ") && back.text().contains("removed "), "{}", back.text());
}

#[test]
fn json_has_paths_values_and_both_places() {
    let folder = Folder::new();
    let (old, new) = (folder.file("a", [0x0a, 5, 0x0a, 3, 0x12, 1, b'a']), folder.file("b", []));
    let run = run(["diff", &old, &new, TYPE, "--to", "json"]).exits(1);
    let value: serde_json::Value = serde_json::from_str(run.text()).unwrap();
    assert_eq!(value["change"], "removed");
    assert_eq!(value["path"], "messages[0]");
    assert_eq!((&value["old"]["offset"], &value["old"]["end"]), (&0.into(), &7.into()));
    assert_eq!(value["new"], serde_json::Value::Null);
}

#[test]
fn without_a_type_fields_are_numbers_and_one_side_may_be_standard_input() {
    let folder = Folder::new();
    let old = folder.file("a", [0x98, 0x06, 1]);
    let run = run_with_input(["diff", &old, "-", "--no-builtin"], &[0x98, 0x06, 0x81, 0x00]).exits(1);
    assert!(run.text().starts_with("respelled  offset 0 -> 0"), "{}", run.text());
    assert!(run.text().contains("  99: ") && run.text().contains("(3 -> 4 bytes)"), "{}", run.text());
    run.says(&["fields are named by number"]);
}

#[test]
fn wrong_calls_are_exit_2() {
    run(["diff", "-", "-"]).exits(2).says(&["only once"]);
    run(["diff", "/nowhere/a", "/nowhere/b"]).exits(2).says(&["There is no file"]);
    let sample = sample();
    run(["diff", sample.to_str().unwrap()]).exits(2).says(&["<B>"]);
}

#[test]
fn a_message_is_written_canonically_and_what_is_left_out_is_said() {
    let folder = Folder::new();
    let file = folder.file("a", [0x98, 6, 7, 0x68, 1, 0x68, 0x82, 0, 0x0a, 1, b'a']);
    let out = folder.path("b");
    let properties = "--type=SystemProperties";
    run(["canonicalize", &file, properties, "-o", &out])
        .exits(0)
        .says(&["note: 1 value that a later one overrides is left out"]);
    let written = std::fs::read(&out).unwrap();
    assert_eq!(written, [0x0a, 1, b'a', 0x68, 2, 0x98, 6, 7]);
    let again = run(["canonicalize", &out, properties, "-o", "-"]).exits(0);
    assert_eq!((again.stdout, again.stderr.as_str()), (written, ""));
    run(["canonicalize", &file, "--no-builtin", "-o", &out]).exits(1).says(&["No message type"]);
    run(["canonicalize", &file]).exits(2).says(&["--output"]);
}

#[cfg(unix)]
#[test]
fn what_comes_through_fifos_is_compared_too() {
    let folder = Folder::new();
    let [old, new] = ["old", "new"].map(|name| folder.path(name));
    let made = std::process::Command::new("mkfifo").args([&old, &new]).status().unwrap();
    assert!(made.success());
    let bytes = std::fs::read(sample()).unwrap();
    let feed = |path: &str, bytes: Vec<u8>| {
        let path = path.to_owned();
        std::thread::spawn(move || std::fs::write(path, bytes).unwrap())
    };
    let feeds = [feed(&old, bytes.clone()), feed(&new, [&bytes[..], &[0x98, 6, 1]].concat())];
    let found = run(["diff", &old, &new, TYPE]).exits(1);
    assert!(found.text().starts_with("added ") && found.text().lines().count() == 1, "{}", found.text());
    feeds.into_iter().for_each(|feed| feed.join().unwrap());
}
