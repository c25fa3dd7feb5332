//! `set`: what changes, and that nothing else does.

use crate::harness::{Capture, Folder, captures, command, looked_at, run, run_with_input, sample};
use crate::wire::{Plain, int, len, padded_int, records, varint};
use std::process::Stdio;

/// `set FILE ARGS… -o -`, of which the answer is the message.
fn set(file: &str, args: &[&str]) -> Vec<u8> {
    let all = [&["set", file][..], args, &["-o", "-"]].concat();
    run(all).exits(0).stdout
}

#[test]
fn no_edit_copies_every_capture() {
    let folder = Folder::new();
    for capture in captures() {
        let path = capture.path.to_str().unwrap();
        let out = folder.path("copy.bin");
        run(["set", path, "-o", &out]).exits(0);
        assert_eq!(std::fs::read(&out).unwrap(), capture.bytes);
        assert_eq!(set(path, &["--type", &capture.message]), capture.bytes);
    }
}

/// A scalar field somewhere in a capture: the numbers that lead to it and its record.
struct Leaf {
    path: Vec<usize>,
    record: Plain,
}

/// Every VARINT and every LEN that is no message, through LEN records that are declared messages.
fn leaves(capture: &Capture) -> Vec<Leaf> {
    let schema = protoloupe::schema::Schema::builtin();
    let root = schema.message(&capture.message).unwrap();
    let mut found = Vec::new();
    let mut open = vec![(Vec::new(), root, capture.bytes.clone())];
    while let Some((path, message, bytes)) = open.pop() {
        for (idx, record) in records(&bytes).into_iter().enumerate() {
            let path = [path.as_slice(), &[idx]].concat();
            let Some(field) = message.get_field(record.number as u32) else { continue };
            match field.kind() {
                protoloupe::schema::Kind::Message(inner) => open.push((path, inner, record.payload)),
                _ => found.push(Leaf { path, record }),
            }
        }
    }
    found
}

/// The path by field numbers, each with its place among the records of that number.
fn path_text(bytes: &[u8], path: &[usize]) -> String {
    let (mut steps, mut bytes) = (Vec::new(), bytes.to_vec());
    for idx in path {
        let all = records(&bytes);
        let number = all[*idx].number;
        let place = all[..*idx].iter().filter(|record| record.number == number).count();
        steps.push(format!("{number}[{place}]"));
        bytes = all[*idx].payload.clone();
    }
    steps.join(".")
}

/// The message with one record replaced and the lengths around it counted again, in as many bytes
/// as before where that is enough.
fn replaced(bytes: &[u8], path: &[usize], new: &[u8]) -> Vec<u8> {
    let mut all: Vec<Vec<u8>> = records(bytes).iter().map(|record| record.bytes.clone()).collect();
    let record = &records(bytes)[path[0]];
    all[path[0]] = match path {
        [_] => new.to_vec(),
        [_, inside @ ..] => {
            let content = replaced(&record.payload, inside, new);
            let tag = varint(record.number << 3 | record.wire_type);
            let old_width = record.bytes.len() - record.payload.len() - tag.len();
            let mut length = varint(content.len() as u64);
            while length.len() < old_width {
                *length.last_mut().unwrap() |= 0x80;
                length.push(0);
            }
            [tag, length, content].concat()
        }
        [] => unreachable!(),
    };
    all.concat()
}

#[test]
fn an_edit_changes_its_record_and_the_lengths_around_it_and_its_reverse_restores_all() {
    let folder = Folder::new();
    let (mut n_edits, mut n_restored) = (0, 0);
    for capture in captures().into_iter().filter(|capture| capture.bytes.len() < 400) {
        let path = capture.path.to_str().unwrap();
        for leaf in leaves(&capture).into_iter().step_by(3) {
            let place = path_text(&capture.bytes, &leaf.path);
            let payload = &leaf.record.payload;
            let (value, new, old) = match leaf.record.wire_type {
                0 => {
                    let old = payload.iter().rev().fold(0_u128, |n, byte| n << 7 | u128::from(byte & 0x7f));
                    ("300".to_owned(), int(leaf.record.number, 300), old.to_string())
                }
                2 => {
                    let longer = [payload.as_slice(), b"\xff"].concat();
                    (hex(&longer), len(leaf.record.number, &longer), hex(payload))
                }
                _ => continue,
            };
            // For a type that declares nothing the wire type says what a value is.
            let edited = set(path, &["--type", "google.protobuf.Empty", &format!("{place}={value}")]);
            assert_eq!(edited, replaced(&capture.bytes, &leaf.path, &new), "{path} {place}");
            n_edits += 1;
            // A length that had to grow stays as wide when what it encloses shrinks again.
            if leaf.record.wire_type == 2 && edited.len() != capture.bytes.len() + 1 {
                continue;
            }
            let file = folder.file("edited.bin", &edited);
            let back = set(&file, &["--type", "google.protobuf.Empty", &format!("{place}={old}")]);
            assert_eq!(back, capture.bytes, "{path} {place}");
            n_restored += 1;
        }
    }
    assert!(n_edits > 50 && n_restored + 3 > n_edits, "{n_edits} {n_restored}");
}

fn hex(bytes: &[u8]) -> String {
    "hex:".to_owned() + &bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
}

#[test]
fn names_lead_to_the_same_bytes_as_numbers() {
    let file = sample();
    let file = file.to_str().unwrap();
    let bytes = std::fs::read(file).unwrap();
    let edited = set(file, &["messages[1].topic.name=orders-eu"]);
    let topic = [len(1, "shop"), len(2, "orders-eu")].concat();
    assert_eq!(edited, replaced(&bytes, &[1, 0], &len(1, topic)));
    assert_eq!(edited, set(file, &["1[1].1.2=orders-eu"]));
}

#[test]
fn edits_apply_from_left_to_right_and_see_what_came_before() {
    let folder = Folder::new();
    let file = folder.file("empty.bin", "");
    let args = [
        "--type",
        "Message",
        "--add",
        "system_properties.keys=b",
        "system_properties.keys[0]=a",
        "--add",
        "system_properties.keys=c",
        "--remove",
        "system_properties.keys[0]",
        "--set",
        "user_properties[\"k=]\"]=v=w",
        "topic.name=x",
        "topic.name=y",
        "--add",
        "99:VARINT=5",
    ];
    let expected = [
        len(1, len(2, "y")),
        len(2, [len(1, "k=]"), len(2, "v=w")].concat()),
        len(3, len(2, "c")),
        int(99, 5),
    ]
    .concat();
    assert_eq!(set(&file, &args), expected);
}

#[test]
fn all_edits_reach_the_output_or_none() {
    let folder = Folder::new();
    let (file, out) = (folder.file("message.bin", int(1, 1)), folder.path("out.bin"));
    let args = ["set", &file, "1=2", "3[7]=1", "-o", &out, "--type", "google.protobuf.Empty"];
    run(args).exits(1).says(&["3[7]", "message.bin"]);
    assert!(!std::path::Path::new(&out).exists());
    run(["set", &file, "1=2", "3[7]=1", "-o", &file]).exits(1);
    assert_eq!(std::fs::read(&file).unwrap(), int(1, 1));
}

#[test]
fn the_output_may_be_the_file_itself() {
    let folder = Folder::new();
    let file = folder.file("message.bin", [int(1, 1), padded_int(2, 5)].concat());
    run(["set", &file, "1=2", "-o", &file]).exits(0);
    assert_eq!(std::fs::read(&file).unwrap(), [int(1, 2), padded_int(2, 5)].concat());
    let beside: Vec<_> = std::fs::read_dir(folder.path("")).unwrap().collect();
    assert_eq!(beside.len(), 1, "no temporary file stays");
    let older = folder.file("older.bin", "what stood here");
    run(["set", &file, "-o", &older]).exits(0);
    assert_eq!(std::fs::read(&older).unwrap(), std::fs::read(&file).unwrap());
}

#[test]
fn a_value_equal_to_the_present_one_changes_no_byte() {
    let padded = len(3, [len(3, "id"), padded_int(13, 7)].concat());
    let folder = Folder::new();
    let file = folder.file("padded.bin", &padded);
    let edits = ["system_properties.queue_id=7", "system_properties.message_id=id", "3.13=7"];
    assert_eq!(set(&file, &[&["--type", "Message"][..], &edits].concat()), padded);
}

#[test]
fn a_padded_length_keeps_its_width() {
    let folder = Folder::new();
    let content = len(2, "orders");
    let padded =
        |content: &[u8]| [vec![0x0a, content.len() as u8 | 0x80, 0x80, 0x00], content.to_vec()].concat();
    let file = folder.file("padded.bin", padded(&content));
    let edited = set(&file, &["--type", "Message", "topic.name=orders-eu"]);
    assert_eq!(edited, padded(&len(2, "orders-eu")));
}

#[test]
fn neither_a_clash_nor_damage_stops_an_edit_elsewhere() {
    let folder = Folder::new();
    let clash = [int(1, 9), len(2, "k"), len(4, "body")].concat();
    for damage in [
        &b""[..],
        b"\x07",
        b"\x0a\xff\xff\x01xyz",
        b"\x08\x80",
        b"\x0b\x08\x01",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    ] {
        let file = folder.file("damaged.bin", [clash.as_slice(), damage].concat());
        let edited = set(&file, &["--type", "Message", "body=new"]);
        assert_eq!(edited, [int(1, 9), len(2, "k"), len(4, "new"), damage.to_vec()].concat(), "{damage:x?}");
    }
    let inside = [len(2, "name"), vec![0x07, 0x01]].concat();
    let file = folder.file("damaged.bin", [len(1, &inside), len(4, "body")].concat());
    let edited = set(&file, &["--type", "Message", "topic.name=new", "topic.resource_namespace=ns"]);
    let inside = [len(1, "ns"), len(2, "new"), vec![0x07, 0x01]].concat();
    assert_eq!(edited, [len(1, inside), len(4, "body")].concat());
}

#[test]
fn values_of_bytes_come_from_files_and_strings_are_literal() {
    let folder = Folder::new();
    let empty = folder.file("empty.bin", "");
    let blob = folder.file("blob", [0_u8, 255, 10]);
    let at_blob = format!("@{blob}");
    let args = ["--type", "Message", &format!("body={at_blob}"), &format!("topic.name={at_blob}")];
    assert_eq!(set(&empty, &args), [len(1, len(2, &at_blob)), len(4, [0, 255, 10])].concat());
    let unknown = ["--add", &format!("7:LEN={at_blob}"), "--type", "Message"];
    assert_eq!(set(&empty, &unknown), len(7, [0, 255, 10]));
    let missing = ["set", &empty, "--type", "Message", "body=@nowhere/at/all", "-o", "-"];
    run(missing).exits(2).says(&["There is no file \"nowhere/at/all\""]);
    for (value, payload) in [("hex:00 ff", &[0, 255][..]), ("base64:AP8=", &[0, 255]), ("text", b"text")] {
        assert_eq!(set(&empty, &["--type", "Message", &format!("body={value}")]), len(4, payload));
    }
}

#[test]
fn standard_input_goes_to_standard_output() {
    let twice = ["set", "-", "--type", "Message", "body=@-", "-o", "-"];
    run_with_input(twice, &len(4, "x")).exits(2).says(&["Standard input", "only once"]);
    let out = run_with_input(["set", "-", "1=300", "-o", "-", "--no-builtin"], &int(1, 1)).exits(0);
    assert_eq!(out.stdout, int(1, 300));
    let folder = Folder::new();
    let file = folder.path("from-input.bin");
    run_with_input(["set", "-", "-o", &file], b"\x08\x01").exits(0);
    assert_eq!(std::fs::read(&file).unwrap(), b"\x08\x01");
}

#[test]
fn without_a_clear_type_numbers_work_and_names_ask_for_one() {
    let folder = Folder::new();
    let file = folder.file("unclear.bin", int(1, 1));
    assert_eq!(set(&file, &["1=2"]), int(1, 2));
    run(["set", &file, "topic.name=x", "-o", "-"]).exits(2).says(&[
        "only field numbers can be followed",
        "--type",
        "unclear.bin",
    ]);
}

#[test]
fn a_large_file_is_edited_without_being_loaded() {
    let folder = Folder::new();
    let one = len(1, [len(1, len(2, "orders")), len(4, vec![b'x'; 4000])].concat());
    let n_messages = 12_000;
    let file = folder.file("large.bin", one.repeat(n_messages));
    let out = folder.path("out.bin");
    let place = "messages[6000].topic.name=o";
    let mut limited = std::process::Command::new("sh");
    // 32 MB of memory of its own for a file of 48 MB.
    limited.args(["-c", "ulimit -d 32000; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_protoloupe")]);
    limited.args(["set", &file, place, "-o", &out, "--type", "SendMessageRequest"]);
    looked_at(limited.stdin(Stdio::null()).output().unwrap()).exits(0);
    let (old, new) = (std::fs::read(&file).unwrap(), std::fs::read(&out).unwrap());
    let at = one.len() * 6000;
    let edited = len(1, [len(1, len(2, "o")), len(4, vec![b'x'; 4000])].concat());
    assert!(new[..at] == old[..at] && new[at..at + edited.len()] == edited);
    assert!(new[at + edited.len()..] == old[at + one.len()..]);
}

#[test]
fn a_link_stays_a_link() {
    let folder = Folder::new();
    let (file, link) = (folder.file("file.bin", int(1, 1)), folder.path("link.bin"));
    std::os::unix::fs::symlink(&file, &link).unwrap();
    run(["set", &link, "1=2", "-o", &link]).exits(0);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::read(&file).unwrap(), int(1, 2));
}

#[test]
fn a_varint_of_ten_bytes_can_be_set() {
    let out = run_with_input(["set", "-", "--add", "5:VARINT=-1", "-o", "-"], b"").exits(0);
    assert_eq!(out.stdout, [vec![0x28], varint(u64::MAX)].concat());
}

#[test]
fn nobody_listening_is_no_error() {
    let mut child = command()
        .args(["set", "-", "-o", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, &int(1, 1).repeat(500_000)).unwrap();
    drop(stdin);
    assert_eq!(looked_at(child.wait_with_output().unwrap()).exits(0).stderr, "");
}
