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
    run(["encode", &file, "--from", "yaml", "-o", &out]).exits(2).says(&["json", "wire"]);
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
