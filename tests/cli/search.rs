use crate::harness::{Folder, run, run_with_input, sample};
use protoloupe::document::search::SYNTAX;

const SEND: &str = "SendMessageRequest";

fn search(query: &str, options: &[&str]) -> crate::harness::Run {
    let file = sample();
    let args = ["search", file.to_str().unwrap(), query, "--type", SEND];
    run(args.iter().copied().chain(options.iter().copied()))
}

#[test]
fn what_is_found_stands_one_a_line_with_offset_path_and_value() {
    let found = search("messages[0].topic.name == orders", &[]).exits(0);
    let columns: Vec<&str> = found.text().trim_end().split('\t').collect();
    let [offset, path, value] = columns[..] else { panic!("{columns:?}") };
    assert_eq!((path, value), ("messages[0].topic.name", "\"orders\""));
    let bytes = std::fs::read(sample()).unwrap();
    let offset: usize = offset.parse().unwrap();
    assert_eq!(&bytes[offset..offset + 8], b"\x12\x06orders");
}

#[test]
fn the_exit_status_says_whether_anything_was_found() {
    search("\"no such text\"", &[]).exits(1);
    let doubted = search("topik == 1", &[]).exits(1);
    assert!(doubted.text().is_empty());
    doubted.says(&["Nothing in SendMessageRequest is called \"topik\"; did you mean topic?"]);
    search("topic.name == ", &[]).exits(2).says(&["at column 15", "Write a value"]);
    run(["search"]).exits(2);
}

#[test]
fn a_count_and_a_limit_count_the_same_records() {
    let count = search("**.*", &["--count"]).exits(0);
    let n: usize = count.text().trim().parse().unwrap();
    assert_eq!(search("**.*", &[]).exits(0).text().lines().count(), n);
    assert_eq!(search("**.*", &["--limit", "3"]).exits(0).text().lines().count(), 3);
    assert_eq!(search("\"no such text\"", &["--count"]).exits(1).text(), "0\n");
}

#[test]
fn json_has_the_same_places() {
    let text = search("name", &[]).exits(0);
    let json = search("name", &["--to", "json"]).exits(0);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let objects = json.as_array().unwrap();
    assert_eq!(objects.len(), text.text().lines().count());
    for (object, line) in objects.iter().zip(text.text().lines()) {
        let start = format!("{}\t{}\t", object["offset"], object["path"].as_str().unwrap());
        assert!(line.starts_with(&start), "{line}: {object}");
    }
    assert_eq!(search("\"no such text\"", &["--to", "json"]).exits(1).text(), "[]\n");
}

#[test]
fn standard_input_and_damaged_bytes_are_searched_too() {
    let bytes = std::fs::read(sample()).unwrap();
    let cut = &bytes[..bytes.len() / 2];
    let found = run_with_input(["search", "-", "orders", "--type", SEND], cut).exits(0);
    assert!(found.text().contains("messages[0].topic.name"));
    let folder = Folder::new();
    let file = folder.file("empty.bin", b"");
    run(["search", &file, "orders"]).exits(1);
}

#[test]
fn nothing_from_data_reaches_the_answer_as_a_control_character() {
    let found = run_with_input(["search", "-", "hex:1b"], b"\x0a\x07a\x1b[31m\n\t").exits(0);
    assert!(!found.text().trim_end().chars().any(|c| c.is_control() && c != '\t'), "{:?}", found.text());
    assert_eq!(found.text().matches('\t').count(), 2);
}

#[test]
fn the_help_has_the_whole_language() {
    let help = run(["search", "--help"]).exits(0);
    for (example, what) in SYNTAX {
        assert!(help.text().contains(example), "{example}");
        let first = what.split_whitespace().next().unwrap();
        assert!(help.text().contains(first), "{what}");
    }
}

#[test]
fn rows_are_those_of_the_tree() {
    let file = sample();
    let file = file.to_str().unwrap();
    let tree = run(["decode", file, "--to", "tree", "--type", SEND]).exits(0);
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let all: Vec<String> = tree.text().lines().map(words).collect();
    let some = run(["rows", file, "3..6", "--type", SEND]).exits(0);
    assert_eq!(some.text().lines().map(words).collect::<Vec<_>>(), all[3..6]);
    let rest = run(["rows", file, "5..", "--type", SEND]).exits(0);
    assert_eq!(rest.text().lines().map(words).collect::<Vec<_>>(), all[5..]);
    run(["rows", file, "100000..100001", "--type", SEND]).exits(1).says(&[
        "error: ",
        "there is no row 100000",
        file,
    ]);
    for wrong in ["6..3", "3", "a..b", "4..4"] {
        run(["rows", file, wrong]).exits(2);
    }
}
