//! Wrong calls: exit 2 or 1, and an error that says what, where and what to do.

use crate::harness::{Folder, run, run_with_input, sample};
use crate::wire::{int, len};

#[test]
fn a_wrong_call_exits_with_two_and_says_what_to_do() {
    let sample = sample();
    let file = sample.to_str().unwrap();
    let folder = Folder::new();
    let broken = folder.file("broken.proto", "syntax = \"proto3\";\nmessage X { int32 a = ; }\n");
    let text = folder.file("text.txt", "no descriptor set");
    let cases: &[(&[&str], &[&str])] = &[
        (&["decode"], &["<FILE>", "Usage: protoloupe decode"]),
        (&["decode", file, "--to", "xml"], &["'xml'", "json, text, tree, wire, hex"]),
        (&["decode", file, "--frobnicate"], &["--frobnicate"]),
        (&["decode", "missing.bin"], &["There is no file \"missing.bin\""]),
        (&["decode", "/"], &["This is a folder, not a file: \"/\""]),
        (&["decode", "/dev/null"], &["not a regular file", "/dev/null"]),
        (&["decode", "a\nb\u{1b}[31m"], &["\"a\\nb\\u{1b}[31m\""]),
        (&["dekode"], &["There is no file \"dekode\"", "protoloupe decode FILE"]),
        (&["--type", "X", "decode", file], &["before the command \"decode\"", "behind the command"]),
        (&["decode", file, "--type", "SendMesageRequest"], &["Did you mean", "SendMessageRequest"]),
        (&["decode", file, "--type", "Zzz"], &["No message type is called \"Zzz\"", "protoloupe types"]),
        (&["decode", file, "--type", "Resource."], &["No message type", "Resource"]),
        (&["decode", file, "--framing", "grpc"], &["this version reads raw messages"]),
        (&["decode", file, "--framing", "zip"], &["write auto or raw"]),
        (&["decode", file, "--proto", "missing.proto"], &["missing.proto"]),
        (&["decode", file, "--proto", &broken], &["broken.proto\" line 2"]),
        (&["decode", file, "--descriptor-set", &text], &["descriptor set"]),
        (&["decode", file, "--descriptor-set", "x", "--proto", "y"], &["There is no file \"x\""]),
        (&["types", "--why"], &["--proto"]),
        (&["decode", file, "-I", "."], &["--proto"]),
        (&["describe", "Digst"], &["Did you mean", "Digest"]),
        (&["types", "a", "b"], &["'b'"]),
        (&["set", file], &["--output <OUT>"]),
        (&["set", file, "messages[0].topic.name", "-o", "-"], &["has no \"=\"", "like messages[0]"]),
        (&["set", file, "a..b=1", "-o", "-"], &["character 3 of \"a..b\"", "Write it like"]),
        (&["set", file, "messages[0].topc.name=x", "-o", "-"], &["did you mean topic?", "sample-send"]),
        (&["set", file, "messages.topic=x", "-o", "-"], &["messages[0]", "sample-send"]),
        (&["set", file, "messages[0].body.x=1", "-o", "-"], &["is not a message"]),
        (&["set", file, "messages[0].system_properties.queue_id=many", "-o", "-"], &["\"many\"", "decimal"]),
        (
            &["set", file, "messages[0].system_properties.queue_id=4294967296", "-o", "-"],
            &["out of range for int32"],
        ),
        (
            &["set", file, "messages[0].system_properties.message_type=NORMA", "-o", "-"],
            &["Did you mean NORMAL?"],
        ),
        (&["set", file, "messages[0].body=hex:0g", "-o", "-"], &["hexadecimal digit", "hex:0a ff"]),
        (
            &["set", file, "messages[0].system_properties.born_timestamp=soon", "-o", "-"],
            &["is not a time", "2026-11-23T10:15:04"],
        ),
        (&["set", file, "77=1", "-o", "-"], &["77:VARINT=", "--add"]),
        (&["set", file, "--add", "77:INT=1", "-o", "-"], &["\"INT\" is not a wire type", "VARINT"]),
        (&["set", file, "--add", "messages[0].topic.name=x", "-o", "-"], &["is not repeated"]),
        (&["set", file, "--add", "messages[0].user_properties=b", "-o", "-"], &["user_properties[\"key\"]"]),
        (&["set", file, "messages[0][\"a\"]=b", "-o", "-"], &["[\"a\"] stands behind no field"]),
        (&["decode", file, "--proto", ".", "-I", "missing-folder"], &["missing-folder"]),
        (&["set", file, "-o", "/"], &["\"/\"", "-o"]),
        (&["set", file, "-o", "/nowhere/out.bin"], &["/nowhere"]),
        (&["render", file], &["--output <PNG>"]),
        (&["render", "missing.bin", "-o", "x.png"], &["There is no file \"missing.bin\""]),
        (&["render", file, "-o", "/"], &["This is a folder"]),
        (&["render", file, "-o", "x.png", "--size", "big"], &["1200x800"]),
        (&["render", file, "-o", "x.png", "--scale", "0"], &["0.5 to 4"]),
        (&["render", file, "-o", "x.png", "--theme", "blue"], &["light, dark"]),
        (&["render", file, "-o", "x.png", "--select", "a..b"], &["character 3"]),
    ];
    for (args, parts) in cases {
        let found = run(*args);
        assert_eq!(found.exit_code, 2, "{args:?}: {}", found.stderr);
        assert!(found.stderr.starts_with("error: "), "{args:?}: {}", found.stderr);
        found.says(parts);
    }
}

#[test]
fn data_that_says_no_exits_with_one() {
    let folder = Folder::new();
    let unclear = folder.file("unclear.bin", int(1, 1));
    run(["decode", &unclear]).exits(1).says(&["unclear.bin", " 1. ", "--type TYPE", "--to tree"]);
    let file = folder.file("message.bin", len(4, "body"));
    for (args, parts) in [
        (&["--remove", "topic"][..], &["There is nothing at \"topic\""][..]),
        (&["system_properties.keys[3]=x"], &["no [3]", "--add"]),
        (&["--remove", "99"], &["There is nothing at \"99\""]),
    ] {
        let all = [&["set", &file, "--type", "Message", "-o", "-"], args].concat();
        run(all).exits(1).says(parts).says(&["message.bin"]);
    }
}

#[test]
fn damage_is_said_with_offset_and_path_and_the_rest_is_printed() {
    let bytes =
        [len(1, len(2, "a\u{1b}\u{9b}[31m\u{202e}")), len(2, [len(1, "k\u{1b}"), len(2, b"\xff")].concat())]
            .concat();
    let found = run_with_input(["decode", "-", "--type", "Message"], &bytes).exits(1);
    let value: serde_json::Value = serde_json::from_str(found.text()).unwrap();
    assert_eq!(value["topic"]["name"], "a\u{1b}\u{9b}[31m\u{202e}");
    assert_eq!(value["userProperties"]["k\u{1b}"], "\u{fffd}");
    let found = found.says(&["damage: ", "offset ", "user_properties[\"k\\u001b\"]", "in \"-\""]);
    assert_eq!(found.stderr.lines().count(), 1);
    let tree = run_with_input(["decode", "-", "--to", "tree", "--type", "Message"], &bytes).exits(0);
    assert!(
        !tree.text().chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'),
        "{}",
        tree.text()
    );
    assert!(tree.text().contains("not UTF-8, at offset"));
    let check = run_with_input(["check", "-", "--type", "Message"], &bytes).exits(1);
    assert!(!check.text().chars().any(|c| c.is_control() && c != '\n'));
}

#[test]
fn many_losses_are_listed_up_to_a_hundred_and_counted() {
    let found = run_with_input(["decode", "-", "--type", "Message"], &int(99, 1).repeat(250)).exits(0);
    assert_eq!(found.text(), "{}\n");
    assert_eq!(found.stderr.lines().count(), 101);
    assert!(found.stderr.ends_with("and 150 more\n"));
}

#[test]
fn an_unreadable_file_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let file = folder.file("secret.bin", "x");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o0)).unwrap();
    if std::fs::read(&file).is_ok() {
        return; // Whoever may read everything cannot be refused.
    }
    run(["decode", &file, "--to", "tree"]).exits(2).says(&["No permission to read", "secret.bin"]);
}
