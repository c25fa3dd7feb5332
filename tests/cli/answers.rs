//! Each command on data that is well: what it answers.

use crate::harness::{Folder, captures, command, looked_at, run, run_with_input, sample};
use crate::wire::{int, len};
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

fn sample_path() -> String {
    sample().to_str().unwrap().to_owned()
}

#[test]
fn decode_prints_json_unless_told_otherwise() {
    let file = sample_path();
    let plain = run(["decode", &file]).exits(0).says(&["messages[0].99", "offset 473"]);
    assert_eq!(plain.stderr.lines().count(), 1);
    let value: serde_json::Value = serde_json::from_str(plain.text()).unwrap();
    assert_eq!(value["messages"][0]["systemProperties"]["messageType"], "DELAY");
    assert_eq!(value["messages"][1]["topic"]["resourceNamespace"], "shop");
    let asked = run(["decode", &file, "--to", "json", "--type", "SendMessageRequest"]).exits(0);
    assert_eq!(asked.stdout, plain.stdout);
}

#[test]
fn json_has_its_options() {
    let file = sample_path();
    let compact = run(["decode", &file, "--compact", "--proto-names", "--defaults"]).exits(0);
    assert_eq!(compact.text().lines().count(), 1);
    let value: serde_json::Value = serde_json::from_str(compact.text()).unwrap();
    assert_eq!(value["messages"][1]["system_properties"]["store_host"], "");
    assert!(value["messages"][1]["system_properties"].get("receipt_handle").is_none());
}

#[test]
fn a_tree_has_a_line_for_every_row() {
    let folder = Folder::new();
    let message = [len(1, [len(1, "ns"), len(2, "orders")].concat()), int(8, 300)].concat();
    let file = folder.file("message.bin", [len(1, &message), len(3, [1, 2])].concat());
    let tree = run(["decode", &file, "--to", "tree", "--type", "SendMessageRequest"]).exits(0);
    assert_eq!(
        tree.text(),
        "\
1  messages                  repeated Message  1 element                                19 B
1    [0]                     Message           topic \"ns\"                               19 B
1      topic                 Resource          resource_namespace \"ns\" · name \"orders\"  14 B
1        resource_namespace  string            \"ns\"                                      4 B
2        name                string            \"orders\"                                  8 B
8      unknown               VARINT            uint64 300 · 3 readings                   3 B
3  unknown                   LEN               \"\\u{1}\\u{2}\" · 4 readings                 4 B
"
    );
    let without = run(["decode", &file, "--to", "tree", "--type", "google.protobuf.Empty"]).exits(0);
    assert!(without.text().starts_with("1  unknown      LEN     message 2 records"), "{}", without.text());
    assert_eq!(without.text().lines().count(), 6);
}

#[test]
fn hex_shows_the_bytes() {
    let hex = run_with_input(["decode", "-", "--to", "hex"], b"\x08\x96\x01hi").exits(0);
    assert_eq!(hex.text(), "00000000  08 96 01 68 69                                    |...hi|\n");
}

#[test]
fn types_and_describe_know_what_is_declared() {
    let all = run(["types"]).exits(0);
    assert!(all.text().contains("message  apache.rocketmq.v2.SendMessageRequest\n"));
    assert!(all.text().contains("rpc      apache.rocketmq.v2.MessagingService.SendMessage\n"));
    let some = run(["types", "RECEIVEMESSAGE", "--to", "json"]).exits(0);
    let value: serde_json::Value = serde_json::from_str(some.text()).unwrap();
    assert_eq!(value.as_array().unwrap().len(), 3);
    run(["types", "--no-builtin", "rocketmq"]).exits(1).says(&["Nothing matches \"rocketmq\""]);

    let text = run(["describe", "Digest"]).exits(0);
    assert!(text.text().starts_with("message apache.rocketmq.v2.Digest\n"));
    assert!(text.text().ends_with("Used in\n  SystemProperties.body_digest\n"), "{}", text.text());
    let json = run(["describe", "/apache.rocketmq.v2.MessagingService/SendMessage", "--to", "json"]).exits(0);
    let value: serde_json::Value = serde_json::from_str(json.text()).unwrap();
    assert_eq!(value["input"], "apache.rocketmq.v2.SendMessageRequest");
}

#[test]
fn guess_ranks_types_with_reasons() {
    let text = run(["guess".to_owned(), sample_path()]).exits(0);
    let first: Vec<&str> = text.text().lines().take(2).collect();
    assert_eq!(first[0], " 1. apache.rocketmq.v2.SendMessageRequest  (clearly best)");
    assert!(first[1].contains("records known"));
    let tie = run_with_input(["guess", "-"], b"").exits(0);
    assert!(tie.text().contains("more that fit as well"), "{}", tie.text());
    assert!(tie.text().lines().count() < 40);
}

#[test]
fn check_exits_with_one_from_a_warning_on_and_strict_counts_notes() {
    let folder = Folder::new();
    let topic = |name: &[u8]| len(1, len(1, len(1, name)));
    for (bytes, exit_code, strict, line) in [
        (topic(b"ns"), 0, 0, ""),
        (
            [topic(b"ns"), int(99, 1)].concat(),
            0,
            1,
            "note     offset 8       99: apache.rocketmq.v2.SendMessageRequest has no field 99",
        ),
        (topic(b"\xff"), 1, 1, "error    offset "),
        ([topic(b"ns"), vec![0x0a, 0x05, 0x01]].concat(), 1, 1, "error    offset 8       messages[1]: "),
    ] {
        let file = folder.file("message.bin", bytes);
        let args = ["check", &file, "--type", "SendMessageRequest"];
        let found = run(args).exits(exit_code);
        assert!(found.text().starts_with(line), "{}", found.text());
        assert_eq!(found.text().is_empty(), line.is_empty());
        run(args.into_iter().chain(["--strict"])).exits(strict);
    }
}

#[test]
fn check_without_a_type_looks_at_the_records() {
    let found = run_with_input(["check", "-"], &[0x08, 0x01, 0x07]).exits(1);
    assert!(found.text().starts_with("error    offset 2       (message): "), "{}", found.text());
    assert!(found.stderr.contains("--type"));
}

#[test]
fn without_a_display_the_tree_is_printed_and_render_is_named() {
    let file = sample_path();
    let named = run([&file]).exits(0);
    let tree = run(["decode", &file, "--to", "tree"]).exits(0);
    assert_eq!(named.stdout, tree.stdout);
    assert_eq!(
        named.stderr,
        "There is no display, so this is the tree; protoloupe render FILE -o PNG draws the window's view\n"
    );
    let sample = run::<&str>([]).exits(0);
    assert_eq!(sample.stdout, tree.stdout);
    let both = run([&file, &file]).exits(0);
    assert_eq!(both.text().lines().count(), 2 * tree.text().lines().count() + 3);
    run([&file, "--type", "Resource"]).exits(0);
    let piped = run_with_input(["-"], &std::fs::read(&file).unwrap()).exits(0);
    assert_eq!(piped.stdout, tree.stdout);
    let twice = run_with_input(["-", "-"], &std::fs::read(&file).unwrap()).exits(0);
    assert_eq!(twice.text().lines().count(), both.text().lines().count(), "it is read only once");
    run([file.as_str(), "missing.bin"]).exits(2).says(&["\"missing.bin\""]);
}

#[test]
fn a_picture_is_drawn_into_a_file_or_to_standard_output() {
    let folder = Folder::new();
    let (file, png) = (sample_path(), folder.path("window.png"));
    let small = ["--size", "400x300", "--theme", "dark", "--select", "messages[1].body"];
    run([&["render", &file, "-o", &png][..], &small].concat()).exits(0);
    let bytes = std::fs::read(&png).unwrap();
    assert_eq!((&bytes[1..4], &bytes[16..24]), (&b"PNG"[..], &[0, 0, 1, 0x90, 0, 0, 1, 0x2c][..]));
    let again = run([&["render", &file, "-o", "-"][..], &small].concat()).exits(0);
    assert!(again.stdout == bytes);
    let from_input = [&["render", "-", "-o", "-"][..], &small].concat();
    let piped = run_with_input(from_input, &std::fs::read(&file).unwrap()).exits(0);
    assert_eq!(
        (&piped.stdout[1..4], piped.stdout == bytes),
        (&b"PNG"[..], false),
        "the tab has another name"
    );
    let nowhere = ["render", &file, "-o", &png, "--select", "messages[7]"];
    run(nowhere).exits(1).says(&["no [7]"]);
}

#[test]
fn of_a_large_document_the_first_rows_are_printed_and_the_others_counted() {
    let folder = Folder::new();
    let one = int(1, 7);
    for (n_records, last) in [(1000, None), (1001, Some("… 1 more row")), (3500, Some("… 2 500 more rows"))]
    {
        let file = folder.file("many.bin", one.repeat(n_records));
        let found = run([file.as_str(), "--no-builtin", "--type", "google.protobuf.Empty"]).exits(0);
        let lines: Vec<&str> = found.text().lines().collect();
        assert_eq!(lines.len(), 1000 + usize::from(last.is_some()));
        assert!(last.is_none_or(|last| lines[1000] == last), "{:?}", lines.last());
        let all = run(["decode", &file, "--to", "tree", "--type", "google.protobuf.Empty"]).exits(0);
        assert_eq!(all.text().lines().count(), n_records);
    }
}

#[test]
fn every_capture_can_be_read_in_every_way() {
    for capture in captures() {
        let path = capture.path.to_str().unwrap();
        let json = run(["decode", path, "--type", &capture.message]).exits(0);
        let _value: serde_json::Value = serde_json::from_str(json.text()).unwrap();
        let tree = run(["decode", path, "--type", &capture.message, "--to", "tree"]).exits(0);
        assert_eq!(tree.stdout.is_empty(), capture.bytes.is_empty());
        run(["check", path, "--type", &capture.message]).exits(0);
        run(["guess", path]).exits(0);
    }
}

#[test]
fn standard_input_is_read_like_a_file() {
    let bytes = std::fs::read(sample()).unwrap();
    let file = sample_path();
    for args in
        [&["decode", "FILE"][..], &["decode", "FILE", "--to", "tree"], &["guess", "FILE"], &["check", "FILE"]]
    {
        let with = |name: &str| args.iter().map(|arg| arg.replace("FILE", name)).collect::<Vec<_>>();
        let (of_file, of_input) = (run(with(&file)), run_with_input(with("-"), &bytes));
        assert_eq!((of_file.exit_code, of_file.stdout), (of_input.exit_code, of_input.stdout), "{args:?}");
    }
}

#[test]
fn a_closed_pipe_ends_in_silence() {
    let folder = Folder::new();
    let entry = len(1, len(4, vec![b'x'; 100]));
    let file = folder.file("large.bin", entry.repeat(50_000));
    for to in ["json", "tree", "hex"] {
        let mut child = command()
            .args(["decode", &file, "--to", to, "--type", "SendMessageRequest"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let found = looked_at(child.wait_with_output().unwrap()).exits(0);
        assert_eq!((line.is_empty(), found.stderr.as_str()), (false, ""));
    }
}

#[test]
fn a_schema_comes_from_proto_files_and_descriptor_sets() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("shared")).unwrap();
    folder
        .file("shared/money.proto", "syntax = \"proto3\"; package shop; message Money { int64 cents = 1; }");
    let order = folder.file(
        "order.proto",
        "syntax = \"proto3\"; package shop; import \"shared/money.proto\";\n\
         // What was bought.\nmessage Order { string id = 1; Money price = 2; }",
    );
    let root = folder.path("");
    let file = folder.file("order.bin", [len(1, "A-1"), len(2, int(1, 250))].concat());
    let json = run(["decode", &file, "--proto", &order, "-I", &root, "--type", "shop.Order", "--compact"]);
    assert_eq!(json.exits(0).text(), "{\"id\":\"A-1\",\"price\":{\"cents\":\"250\"}}\n");
    let described = run(["describe", "Order", "--proto", &order, "-I", &root]).exits(0);
    assert!(described.text().contains("What was bought."));
    let set = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/builtin.binpb");
    let found = run(["types", "SendMessage", "--descriptor-set", set, "--no-builtin"]).exits(0);
    assert!(found.text().contains("apache.rocketmq.v2.SendMessageRequest"));
}

#[test]
fn help_of_every_command_has_an_example() {
    let whole = run(["--help"]).exits(0);
    for command in ["decode", "set", "types", "describe", "guess", "check", "render"] {
        assert!(whole.text().contains(&format!("\n  {command} ")), "{command}");
        let help = run([command, "--help"]).exits(0);
        assert!(help.text().contains("Example"), "{command}");
        assert!(help.text().contains(&format!("protoloupe {command} ")), "{command}");
    }
    assert!(run(["--version"]).exits(0).text().starts_with("protoloupe "));
}

#[test]
fn check_prints_one_json_object_a_problem() {
    let folder = crate::harness::Folder::new();
    let file = folder.file("odd", [0x68, 0x01, 0x68, 0x02, 0x98, 0x06, 0x07]);
    let run = run(["check", &file, "--type", "SystemProperties", "--to", "json"]).exits(1);
    let found: Vec<serde_json::Value> =
        run.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found.len(), 2, "{found:#?}");
    assert_eq!(found[0]["kind"], "set-again");
    assert_eq!((&found[0]["offset"], &found[0]["end"]), (&2.into(), &4.into()));
    assert_eq!((&found[0]["severity"], &found[0]["path"]), (&"warning".into(), &"queue_id".into()));
    assert_eq!(found[0]["fix"], "Remove the earlier values");
    assert_eq!((&found[1]["kind"], &found[1]["fix"]), (&"unknown".into(), &serde_json::Value::Null));
}
