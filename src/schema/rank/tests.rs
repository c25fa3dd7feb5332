#![allow(clippy::disallowed_methods, reason = "tests look at the disk")]

use super::super::Schema;
use super::*;
use proptest::prelude::*;
use std::sync::OnceLock;

/// The recorded messages: file name, type, bytes.
fn captures() -> &'static [(String, String, Vec<u8>)] {
    static CAPTURES: OnceLock<Vec<(String, String, Vec<u8>)>> = OnceLock::new();
    CAPTURES.get_or_init(|| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/captures");
        let index = std::fs::read(folder.join("index.json")).expect("the index is there");
        let index: serde_json::Value = serde_json::from_slice(&index).expect("the index is JSON");
        let entries = index["entries"].as_array().expect("the index has entries");
        entries
            .iter()
            .map(|entry| {
                let [file, ty] = ["file", "type"].map(|key| entry[key].as_str().expect("a text").to_owned());
                let bytes = std::fs::read(folder.join(&file)).expect("the message is there");
                (file, ty, bytes)
            })
            .collect()
    })
}

fn names(ranking: &Ranking) -> Vec<&str> {
    ranking.groups[0].types.iter().map(|ty| ty.name()).collect()
}

fn builtin_rank(bytes: &[u8]) -> Ranking {
    rank(&Schema::builtin(), bytes, true)
}

#[test]
fn every_recorded_message_has_its_type_in_the_first_group() {
    assert_eq!(captures().len(), 34);
    for (file, ty, bytes) in captures() {
        let ranking = builtin_rank(bytes);
        assert_eq!(
            ranking.place_of(ty),
            Some(0),
            "{file}: {} {:?}",
            ranking.groups[0].reason,
            names(&ranking)
        );
        if let Some(preselected) = ranking.preselected {
            assert_eq!(preselected.full_name(), ty, "{file}");
        }
    }
}

#[test]
fn a_message_that_only_one_type_fits_is_preselected() {
    let preselected: Vec<&str> = captures()
        .iter()
        .filter(|(_, _, bytes)| builtin_rank(bytes).preselected.is_some())
        .map(|(file, ..)| file.trim_end_matches(".bin"))
        .collect();
    assert_eq!(
        preselected,
        [
            "QueryRoute-req-1",
            "QueryRoute-resp-1",
            "Telemetry-req-1",
            "Telemetry-resp-1",
            "SendMessage-resp-1",
            "EndTransaction-req-1",
            "ReceiveMessage-req-1",
            "ChangeInvisibleDuration-req-1",
            "SyncLiteSubscription-req-1",
            "QueryAssignment-req-1",
            "PullMessage-req-1",
        ]
    );
}

#[test]
fn what_the_bytes_cannot_tell_apart_shares_a_group_and_is_not_preselected() {
    let empty = builtin_rank(&[]);
    assert_eq!((empty.groups.len(), empty.preselected.is_none()), (1, true));
    assert_eq!(empty.groups[0].types.len(), Schema::builtin().messages().len());
    assert_eq!(empty.groups[0].reason, "No bytes: an empty message of any type");

    let status = builtin_rank(&[0x0a, 0x08, 0x08, 0xa0, 0x9c, 0x01, 0x12, 0x02, b'O', b'K']);
    let schema = Schema::builtin();
    let begin_with_a_status = schema.messages().iter().filter(|message| {
        let kind = message.get_field(1).map(|field| field.kind());
        kind.is_some_and(|kind| {
            kind.as_message().is_some_and(|m| m.full_name() == "apache.rocketmq.v2.Status")
        })
    });
    assert_eq!(names(&status), begin_with_a_status.map(|m| m.name()).collect::<Vec<_>>());
    assert!(status.preselected.is_none());
    assert_eq!(status.groups[0].reason, "3 of 3 records known, 10 of 10 bytes explained, all text is UTF-8");
    // One message: it may also be the one that is to be recovered.
    let (_, _, sent) = captures().iter().find(|(file, ..)| file == "SendMessage-req-1.bin").unwrap();
    assert_eq!(names(&builtin_rank(sent)), ["RecoverOrphanedTransactionCommand", "SendMessageRequest"]);
    // Two cannot be.
    assert_eq!(names(&builtin_rank(&[sent.as_slice(), sent].concat())), ["SendMessageRequest"]);
    let many = builtin_rank(&sent.repeat(3));
    assert_eq!(many.preselected.map(|ty| ty.name().to_owned()).as_deref(), Some("SendMessageRequest"));
}

#[test]
fn a_head_is_judged_without_holding_its_cut_end_against_a_type() {
    for (file, ty, bytes) in captures().iter().filter(|(.., bytes)| bytes.len() > 80) {
        let whole = builtin_rank(bytes);
        for len in [bytes.len() - 1, bytes.len() * 3 / 4] {
            let ranking = rank(&Schema::builtin(), &bytes[..len], false);
            // Fewer bytes may tell fewer types apart, and never speak against the right one.
            assert_eq!(ranking.place_of(ty), Some(0), "{file} {len} {:?}", names(&ranking));
            assert!(ranking.groups[0].types.len() >= whole.groups[0].types.len(), "{file} {len}");
            assert!(ranking.groups[0].reason.ends_with(&format!("judged by the first {len} bytes")));
            assert!(!ranking.groups[0].reason.contains("malformed"), "{}", ranking.groups[0].reason);
        }
    }
}

#[test]
fn unknown_fields_cost_less_than_clashes() {
    // A Status with a field of a later version, and one whose message is an integer.
    let newer = [0x08, 0xa0, 0x9c, 0x01, 0x12, 0x02, b'O', b'K', 0xfa, 0x3e, 0x01, b'x'];
    let ranking = builtin_rank(&newer);
    assert_eq!(names(&ranking), ["Status"]);
    assert_eq!(ranking.groups[0].reason, "2 of 3 records known, 8 of 12 bytes explained, all text is UTF-8");
    let place = |bytes: &[u8]| builtin_rank(bytes).place_of("apache.rocketmq.v2.Status");
    assert!(place(&[0x08, 0xa0, 0x9c, 0x01, 0x10, 0x05]) > Some(0));
}

#[test]
fn reasons_name_what_speaks_against_a_type() {
    let reason = |bytes: &[u8], name: &str| {
        let ranking = builtin_rank(bytes);
        let place = ranking.place_of(&format!("apache.rocketmq.v2.{name}")).unwrap();
        ranking.groups[place].reason.clone()
    };
    assert!(
        reason(&[0x0a, 0x02, 0xff, 0xfe, 0x12, 0x01, b'a'], "Resource").contains("1 string is not UTF-8")
    );
    assert!(reason(&[0x08, 0x63, 0x12, 0x01, b'a'], "Status").contains("1 enum number is unknown"));
    assert!(reason(&[0x0a, 0x02, 0x08, 0x80], "Assignment").contains("1 nested message is malformed"));
}

#[test]
fn packed_and_unpacked_values_are_both_known() {
    let head = [0x12, 0x01, 0x00, 0x1a, 0x00];
    for tail in [&[0x2a, 0x02, 0x01, 0x02][..], &[0x28, 0x01, 0x28, 0x02], &[0x28, 0x01, 0x2a, 0x01, 0x02]] {
        let bytes = [&[0x10, 0x07, 0x18, 0x02], tail].concat();
        assert_eq!(names(&builtin_rank(&bytes)), ["MessageQueue"], "{tail:02x?}");
    }
    assert!(builtin_rank(&head).place_of("apache.rocketmq.v2.MessageQueue") > Some(0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_ranked(bytes in proptest::collection::vec(any::<u8>(), 0..400), complete in any::<bool>()) {
        let ranking = rank(&Schema::builtin(), &bytes, complete);
        let n_types: usize = ranking.groups.iter().map(|group| group.types.len()).sum();
        prop_assert_eq!(n_types, Schema::builtin().messages().len());
        prop_assert!(ranking.groups.is_sorted_by(|a, b| a.score >= b.score));
    }

    #[test]
    fn mutated_messages_are_ranked(
        which in any::<proptest::sample::Index>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let (_, _, bytes) = which.get(captures());
        let mut bytes = bytes.clone();
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        let ranking = rank(&Schema::builtin(), &bytes, true);
        prop_assert!(!ranking.groups.is_empty());
    }
}

#[test]
fn bytes_nested_without_end_are_ranked() {
    // `google.protobuf.Value` contains itself through a list: LEN 6 of LEN 1 and so on.
    let mut deep = vec![0x08, 0x00];
    for level in 0..3000 {
        let mut outer = Vec::new();
        crate::wire::write_len(&mut outer, if level % 2 == 0 { 6 } else { 1 }, &deep);
        deep = outer;
    }
    let groups = vec![0x0b; 60_000];
    for bytes in [deep, groups, vec![0x0a; 60_000], [0x0a, 0x7f].repeat(30_000)] {
        assert!(!builtin_rank(&bytes).groups.is_empty());
    }
}
