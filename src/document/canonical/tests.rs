//! Wire bytes in, canonical bytes out.

use super::*;
use crate::document::diff::{Difference, diff};
use crate::document::problem::tests::{any_wire, bytes_of, message};
use crate::document::problem::{Problem, ProblemKind, check};
use crate::schema::Schema;
use proptest::prelude::*;
use prost_reflect::DynamicMessage;

struct Made {
    bytes: Vec<u8>,
    report: CanonicalReport,
}

fn made(bytes: &[u8], message: &MessageDescriptor) -> Made {
    let go_on = &mut |_| ControlFlow::Continue(());
    let Canonical { replaced, report } = canonicalize(&Snapshot::of_bytes(bytes), message, go_on).unwrap();
    assert!(replaced.is_sorted_by_key(|(range, _)| range.start));
    let mut bytes = bytes.to_vec();
    for (range, new) in replaced.into_iter().rev() {
        assert_ne!(bytes[range.clone()], new, "what is replaced is other than before");
        bytes.splice(range, new);
    }
    Made { bytes, report }
}

fn canonical(name: &str, bytes: &[u8]) -> Made {
    made(bytes, &message(name))
}

#[track_caller]
fn expect(name: &str, before: &str, after: &str) -> CanonicalReport {
    let made = canonical(name, &bytes_of(before));
    assert_eq!(made.bytes, bytes_of(after), "{before}");
    made.report
}

#[test]
fn fields_stand_in_number_order_in_the_fewest_bytes() {
    expect("t.M", "12 81 00 61 88 00 81 00", "08 01 12 01 61");
    expect("t.M", "1a 06 12 01 61 08 81 00", "1a 05 08 01 12 01 61");
    expect("t.M", "08 ff ff ff ff 0f", "08 ff ff ff ff ff ff ff ff ff 01");
    expect("t.M", "48 02", "48 01");
    expect("u.M", "33 10 01 08 02 34 08 01", "08 01 33 08 02 10 01 34");
    assert_eq!(expect("t.M", "", ""), CanonicalReport::default());
}

#[test]
fn elements_are_packed_as_declared() {
    expect("t.M", "20 01 22 03 02 83 00 20 04", "22 04 01 02 03 04");
    expect("t.M", "9d 01 01 00 00 00 9a 01 04 02 00 00 00", "9a 01 08 01 00 00 00 02 00 00 00");
    expect("u.M", "08 01 33 12 02 01 02 08 01 34", "08 01 33 08 01 10 01 10 02 34");
    assert_eq!(expect("t.M", "22 02 01 82 20 05", "22 02 01 82 20 05").n_kept, 1, "damaged elements stay");
    expect("t.M", "22 00", "");
}

#[test]
fn what_is_overridden_and_what_absent_means_is_left_out_and_counted() {
    let report = expect("t.M", "08 01 08 02 12 00 c0 0c 00 c8 0c 00", "08 02 c8 0c 00");
    assert_eq!((report.n_overridden, report.n_defaults), (1, 2));
    assert_eq!(expect("t.M", "32 01 61 42 00 38 01 42 02 08 01", "42 02 08 01").n_overridden, 3);
    assert_eq!(expect("t.M", "32 00", "32 00").n_defaults, 0, "a member of a oneof has presence");
    assert_eq!(expect("t.M", "1a 03 08 01 08 1a 02 10 00", "1a 03 08 01 08 1a 02 10 00").n_kept, 1);
}

#[test]
fn the_parts_of_a_message_become_one() {
    let report = expect("t.M", "1a 04 08 01 20 05 1a 06 08 02 20 06 48 01", "1a 08 08 02 22 02 05 06 48 01");
    assert_eq!((report.n_joined, report.n_overridden), (1, 1));
    let report = expect("t.M", "1a 04 1a 02 08 01 1a 05 1a 03 12 01 61", "1a 07 1a 05 08 01 12 01 61");
    assert_eq!(report.n_joined, 2);
}

#[test]
fn map_entries_are_sorted_and_written_with_key_and_value() {
    let report = expect(
        "t.M",
        "7a 04 08 07 10 01 7a 02 10 02 7a 04 10 05 08 07 7a 0c 08 ff ff ff ff ff ff ff ff ff 01 10",
        "7a 04 08 07 10 01 7a 02 10 02 7a 04 10 05 08 07 7a 0c 08 ff ff ff ff ff ff ff ff ff 01 10",
    );
    assert_eq!(report.n_kept, 1, "an entry that is damaged keeps its map as it is");
    let report = expect(
        "t.M",
        "7a 04 08 07 10 01 7a 02 10 02 7a 04 10 05 08 07 7a 0b 08 ff ff ff ff ff ff ff ff ff 01",
        "7a 0d 08 ff ff ff ff ff ff ff ff ff 01 10 00 7a 04 08 00 10 02 7a 04 08 07 10 05",
    );
    assert_eq!(report.n_overridden, 1);
    expect("t.M", "2a 03 0a 01 62 2a 03 0a 01 61", "2a 05 0a 01 61 12 00 2a 05 0a 01 62 12 00");
}

#[test]
fn unknown_fields_and_damage_come_last_and_stay() {
    let report = expect(
        "t.M",
        "a8 86 00 81 00 0d 01 00 00 00 a8 06 02 48 01 00 ff",
        "48 01 0d 01 00 00 00 a8 06 01 a8 06 02 00 ff",
    );
    assert_eq!((report.n_unknown, report.n_kept), (3, 1));
    expect("t.M", "a3 06 08 81 00 a4 86 00", "a3 06 08 81 00 a4 06");
    expect("t.M", "12 05 61 08", "12 05 61 08");
    expect("t.M", "1a 06 12 01 61 08 81 80", "1a 06 12 01 61 08 81 80");
}

#[test]
fn extensions_are_fields_like_others() {
    let set = message("u.M").parent_pool().encode_to_vec();
    let schema = Schema::from_descriptor_set(&set, false).unwrap();
    let declared = schema.message("u.M").unwrap();
    let before = bytes_of("aa 06 03 08 82 00 a0 06 81 00 08 01 a0 06 05");
    let snapshot = Snapshot::of_bytes(&before);
    let made = made(&before, &declared);
    assert_eq!(made.bytes, bytes_of("08 01 a0 06 05 aa 06 02 08 02"));
    assert_eq!((made.report.n_overridden, made.report.n_unknown), (1, 0));
    let mut paths = Vec::new();
    let mut sink = |one: Difference| {
        paths.push(one.path.to_string());
        ControlFlow::Continue(())
    };
    let after = Snapshot::of_bytes(&made.bytes);
    diff(&snapshot, &after, Some(&declared), None, &mut sink, &mut |_| ControlFlow::Continue(())).unwrap();
    paths.sort();
    paths.dedup();
    assert_eq!(paths, ["(u.many)[0]", "(u.more)"]);
}

#[test]
fn deep_and_large_messages_are_bounded() {
    let mut bytes = bytes_of("08 81 00");
    for _ in 0..30_000 {
        let mut outer = Vec::new();
        crate::wire::write_len(&mut outer, 3, &bytes);
        bytes = outer;
    }
    let made = canonical("t.M", &bytes);
    assert_eq!((made.bytes.len(), made.report.n_kept), (bytes.len(), 1));
    let groups = [vec![0x33; 5_000], vec![0x34; 5_000]].concat();
    assert_eq!(canonical("u.M", &groups).bytes.len(), groups.len());
}

#[test]
fn the_act_touches_only_what_changes() {
    let before = bytes_of("08 01 12 81 00 61 48 01");
    let mut document = Document::of_bytes(&before, Some(message("t.M")));
    let (act, _) = canonical_act(&document, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(act.edits, [Edit::Splice { chain: vec![], range: 3..5, bytes: vec![0x01] }]);
    assert!(document.apply(&act).unwrap());
    let (act, _) = canonical_act(&document, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(act.edits, []);
    document.undo();
    assert_eq!(document.snapshot().bytes(0..document.len(), ReadMode::Wait).unwrap(), before);
    document.read_as(None);
    let refused = canonical_act(&document, &mut |_| ControlFlow::Continue(()));
    assert_eq!(refused, Err(CanonicalError::NoType));
}

#[test]
fn what_stays_in_order_is_not_touched_while_the_rest_moves_past_it() {
    let edits = |hex: &str| {
        let document = Document::of_bytes(&bytes_of(hex), Some(message("t.M")));
        let (act, _) = canonical_act(&document, &mut |_| ControlFlow::Continue(())).unwrap();
        let ranges = act.edits.into_iter().map(|edit| match edit {
            Edit::Splice { range, bytes, .. } => (range, bytes),
            other => panic!("{other:?}"),
        });
        ranges.collect::<Vec<_>>()
    };
    // The long text stays, and the number goes in front of it.
    let text = "12 08 61 62 63 64 65 66 67 68";
    assert_eq!(edits(&format!("{text} 08 01")), [(10..12, vec![]), (0..0, vec![0x08, 0x01])]);
    // Padding deep inside changes itself and the lengths around it, and no tag.
    let deep = edits("1a 0e 1a 0c 12 06 61 62 63 64 65 66 08 81 80 00");
    assert_eq!(deep.len(), 3, "{deep:?}");
    assert!(deep.iter().all(|(range, _)| !range.contains(&0) && !range.contains(&2)), "{deep:?}");
    assert_eq!(edits("08 01 1a 02 08 05 1a 02 08 06").len(), 1);
}

/// The library reads a record of a map as LEN, whatever wire type its tag names.
fn has_clashing_map(name: &str, bytes: &[u8]) -> bool {
    let mut found = false;
    let mut sink = |problem: Problem| {
        let is_map = ["map", "ints", "bools"].iter().any(|map| problem.path.to_string().contains(map));
        found |= problem.kind == ProblemKind::WireType && is_map;
        ControlFlow::Continue(())
    };
    let go_on = &mut |_| ControlFlow::Continue(());
    let snapshot = Snapshot::of_bytes(bytes);
    check(&snapshot, 0..bytes.len() as u64, Some(&message(name)), &mut sink, go_on).unwrap();
    found
}

proptest! {
    #[test]
    fn it_is_idempotent_for_all_bytes(
        parts in prop::collection::vec(any_wire(3), 0..7), of_proto2 in any::<bool>(),
    ) {
        let name = if of_proto2 { "u.M" } else { "t.M" };
        let once = canonical(name, &parts.concat());
        let twice = canonical(name, &once.bytes);
        prop_assert_eq!(&twice.bytes, &once.bytes, "{:02x?}", parts.concat());
        prop_assert_eq!((twice.report.n_overridden, twice.report.n_defaults, twice.report.n_joined), (0, 0, 0));
    }

    #[test]
    fn parsers_read_the_same_message(
        parts in prop::collection::vec(any_wire(3), 0..7), of_proto2 in any::<bool>(),
    ) {
        let name = if of_proto2 { "u.M" } else { "t.M" };
        let before = parts.concat();
        if has_clashing_map(name, &before) {
            return Ok(());
        }
        let Ok(meant) = DynamicMessage::decode(message(name), &before[..]) else { return Ok(()) };
        let after = canonical(name, &before).bytes;
        let now = DynamicMessage::decode(message(name), &after[..]).ok();
        // The library takes empty bytes for more than none, though the field has no presence.
        let text = |message: &DynamicMessage| serde_json::to_string(message).ok();
        let is_same = now.as_ref().is_some_and(|now| {
            *now == meant || text(now).is_some_and(|now| Some(now) == text(&meant))
        });
        prop_assert!(is_same, "{:02x?} {:02x?}", before, after);
    }
}
