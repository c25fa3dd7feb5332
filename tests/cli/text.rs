//! `decode` and `encode`: text of a message, and back.

use crate::harness::{Folder, captures, run, run_with_input, sample};

#[test]
fn every_capture_comes_back_from_its_wire_text_and_from_its_json() {
    let folder = Folder::new();
    for capture in captures() {
        let path = capture.path.to_str().unwrap();
        let text = run(["decode", path, "--to", "wire", "--type", &capture.message]).exits(0).stdout;
        let file = folder.file("message.txt", &text);
        let made = run(["encode", &file, "--from", "wire", "-o", "-"]).exits(0).stdout;
        assert_eq!(made, capture.bytes, "{path}");
        let json = run(["decode", path, "--type", &capture.message]).exits(0).stdout;
        let made =
            run_with_input(["encode", "-", "--type", &capture.message, "-o", "-"], &json).exits(0).stdout;
        let again = run_with_input(["decode", "-", "--type", &capture.message], &made).exits(0).stdout;
        let value = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&again), value(&json), "{path}");
        let once_more = run_with_input(["encode", "-", "--type", &capture.message, "-o", "-"], &json);
        assert_eq!(once_more.exits(0).stdout, made, "{path}");
    }
}

#[test]
fn every_capture_means_the_same_after_its_text_which_names_its_type() {
    let folder = Folder::new();
    for capture in captures() {
        let path = capture.path.to_str().unwrap();
        let text = run(["decode", path, "--to", "text", "--type", &capture.message]).exits(0);
        assert!(text.text().contains(&format!("# proto-message: {}\n", capture.message)), "{path}");
        let file = folder.file("message.textproto", &text.stdout);
        let made = run(["encode", &file, "--from", "text", "-o", "-"]).exits(0).stdout;
        // Entries of maps stand by their keys then.
        let json = |bytes: &[u8]| {
            let json = run_with_input(["decode", "-", "--type", &capture.message], bytes).exits(0).stdout;
            serde_json::from_slice::<serde_json::Value>(&json).unwrap()
        };
        assert_eq!(json(&made), json(&capture.bytes), "{path}");
    }
}

#[test]
fn text_without_a_type_names_fields_by_their_numbers() {
    let bytes = b"\x0a\x02hi\x10\x05\x1d\x01\0\0\0\x22\x04\x08\x07\x12\0";
    let text = run_with_input(["decode", "-", "--to", "text", "--no-builtin"], bytes).exits(0);
    assert_eq!(text.text(), "1: \"hi\"\n2: 5\n3: 0x00000001\n4 {\n  1: 7\n  2: \"\"\n}\n");
    let made = run_with_input(["encode", "-", "--from", "text", "-o", "-"], &text.stdout).exits(0);
    assert_eq!(made.stdout, bytes);
}

#[test]
fn what_text_does_not_say_is_listed_and_damage_is_an_answer_of_no() {
    let decode = |bytes: &[u8]| {
        run_with_input(["decode", "-", "--to", "text", "--type", "google.protobuf.Duration"], bytes)
    };
    decode(b"\x08\x01\x08\x02").exits(0).says(&["note: An earlier value", "at offset 0, \"seconds\""]);
    let damaged = decode(b"\x08\x01\x0e\x02").exits(1).says(&["damage: Wire type 6", "at offset 2"]);
    assert!(damaged.text().ends_with("seconds: 1\n# Wire type 6 of field 1 does not exist: 0e 02\n"));
}

#[test]
fn wire_text_needs_no_type_and_makes_what_is_written() {
    let made = run_with_input(["encode", "-", "--from", "wire", "-o", "-"], b"1: {\"orders\"} 2:LEN 5 `00`");
    assert_eq!(made.exits(0).stdout, b"\x0a\x06orders\x12\x05\x00");
    let text =
        run_with_input(["decode", "-", "--to", "wire", "--no-builtin"], b"\x98\x06\x96\x01\x12\x05\x00");
    assert_eq!(text.exits(0).text(), "99: 150\n2:LEN 5\n`00`\n");
}

#[test]
fn text_that_makes_no_message_says_where() {
    let folder = Folder::new();
    let file = folder.file("message.txt", b"1: 5\n2: oops");
    let out = folder.path("out.bin");
    run(["encode", &file, "--from", "wire", "-o", &out]).exits(1).says(&["Line 2, column 4", "oops", &file]);
    assert!(!std::path::Path::new(&out).exists());
    run(["encode", &file, "-o", &out]).exits(2).says(&["needs a message type", "--type"]);
    run(["encode", &file, "-o", &out, "--type", "QueryRouteRequest"])
        .exits(1)
        .says(&["line 1, column 1", &file]);
    run(["encode", &file, "-o", &out, "--type", "NoSuchType"]).exits(2).says(&["NoSuchType"]);
    let encode = |text: &[u8]| run_with_input(["encode", "-", "--from", "text", "-o", &out], text);
    encode(b"# proto-message: QueryRouteRequest\ntopics { }").exits(1).says(&[
        "Line 2, column 1",
        "has no field \"topics\". Did you mean topic?",
        "\"-\"",
    ]);
    encode(b"# proto-message: NoSuchType\n").exits(2).says(&["NoSuchType"]);
    encode(b"topic { }").exits(1).says(&["Without a type", "--type", "# proto-message"]);
    run(["encode", &file, "--from", "yaml", "-o", &out]).exits(2).says(&["json", "text", "wire"]);
    run(["encode", &file, "--from", "wire"]).exits(2).says(&["--output"]);
}

#[test]
fn names_of_fields_stand_beside_their_records() {
    let text = run(["decode", sample().to_str().unwrap(), "--to", "wire"]).exits(0);
    assert!(
        text.text().starts_with("# apache.rocketmq.v2.SendMessageRequest\n1: {  # messages\n"),
        "{}",
        text.text()
    );
}
