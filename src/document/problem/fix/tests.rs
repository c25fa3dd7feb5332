//! A problem in, the bytes without it out.

use super::*;
use crate::document::problem::check;
use crate::document::problem::tests::{any_wire, bytes_of, message};
use crate::document::{Act, Document};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn found(document: &Document) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut sink = |problem| {
        found.push(problem);
        ControlFlow::Continue(())
    };
    let range = 0..document.len();
    check(document.snapshot(), range, document.message(), &mut sink, &mut |_| ControlFlow::Continue(()))
        .unwrap();
    found
}

fn bytes(document: &Document) -> Vec<u8> {
    document.snapshot().bytes(0..document.len(), ReadMode::Wait).unwrap()
}

fn fixed(document: &mut Document, wanted: &Wanted) -> Result<u64, FixError> {
    let made = fixes(document.snapshot(), document.message(), wanted, &mut |_| ControlFlow::Continue(()))?;
    assert!(document.apply(&Act::new("Fix", made.edits)).unwrap(), "a fix changes something");
    Ok(made.n_problems)
}

/// Fixes the last problem that can be, which gives `one`, and all of its kind, which gives `all`.
#[track_caller]
fn expect(name: &str, before: &str, one: &str, all: &str) {
    let bytes_before = bytes_of(before);
    let of_bytes = || Document::of_bytes(&bytes_before, Some(message(name)));
    let mut document = of_bytes();
    let problems = found(&document);
    let problem = problems.iter().rfind(|problem| problem.kind.fix_label().is_some()).expect("a fix").clone();
    fixed(&mut document, &Wanted::One(problem.kind, problem.range.clone())).unwrap();
    assert_eq!(bytes(&document), bytes_of(one), "one of {before}");
    document.undo();
    assert_eq!(bytes(&document), bytes_before);
    let mut document = of_bytes();
    let n_of_kind = problems.iter().filter(|other| other.kind == problem.kind).count();
    assert_eq!(fixed(&mut document, &Wanted::All(problem.kind)), Ok(n_of_kind as u64));
    assert_eq!(bytes(&document), bytes_of(all), "all of {before}");
    assert!(found(&document).iter().all(|other| other.kind != problem.kind), "{before}");
    document.undo();
    assert_eq!(bytes(&document), bytes_before);
}

#[test]
fn padding_is_taken_out_with_the_lengths_around_it() {
    expect("t.M", "08 81 00", "08 01", "08 01");
    expect("t.M", "88 00 01", "08 01", "08 01");
    expect("t.M", "1a 83 80 00 08 81 00", "1a 82 80 00 08 01", "1a 02 08 01");
    expect("t.M", "12 82 00 68 69", "12 02 68 69", "12 02 68 69");
    expect("t.M", "22 05 01 82 00 83 00", "22 04 01 82 00 03", "22 03 01 02 03");
    expect("u.M", "08 01 33 08 01 b4 00", "08 01 33 08 01 34", "08 01 33 08 01 34");
    expect("t.M", "a8 86 00 81 00", "a8 86 00 01", "a8 06 01");
}

#[test]
fn values_are_written_as_parsers_read_them() {
    expect("t.M", "48 02", "48 01", "48 01");
    expect("t.M", "08 80 80 80 80 10", "08 00", "08 00");
    expect(
        "t.M",
        "08 ff ff ff ff 1f",
        "08 ff ff ff ff ff ff ff ff ff 01",
        "08 ff ff ff ff ff ff ff ff ff 01",
    );
    expect("t.M", "90 01 83 80 80 80 10", "90 01 03", "90 01 03");
    expect("t.M", "aa 01 03 01 02 03", "aa 01 03 01 02 01", "aa 01 03 01 01 01");
    expect(
        "t.M",
        "c0 0c ff ff ff ff ff ff ff ff ff 7f",
        "c0 0c ff ff ff ff ff ff ff ff ff 01",
        "c0 0c ff ff ff ff ff ff ff ff ff 01",
    );
}

#[test]
fn what_is_overridden_is_removed() {
    expect("t.M", "08 01 08 02 48 01 08 03", "48 01 08 03", "48 01 08 03");
    expect("t.M", "1a 08 08 01 08 02 12 00 12 00", "1a 06 08 01 08 02 12 00", "1a 04 08 02 12 00");
    expect("t.M", "32 01 61 38 01", "38 01", "38 01");
    expect("t.M", "38 01 32 00 38 02 42 00 38 03", "38 03", "38 03");
    expect("t.M", "32 00 42 02 08 01 42 02 10 00", "42 02 08 01 42 02 10 00", "42 02 08 01 42 02 10 00");
    expect(
        "t.M",
        "7a 04 08 05 10 01 7a 04 08 06 10 01 7a 04 08 05 10 02 7a 04 08 06 10 02",
        "7a 04 08 05 10 01 7a 04 08 05 10 02 7a 04 08 06 10 02",
        "7a 04 08 05 10 02 7a 04 08 06 10 02",
    );
}

#[test]
fn a_length_that_overruns_is_shortened() {
    expect("t.M", "12 05 68 69", "12 02 68 69", "12 02 68 69");
    expect("t.M", "1a 32 12 30 68 69", "1a 32 12 02 68 69", "1a 04 12 02 68 69");
    expect("t.M", "8a 01 ff 7f 01", "8a 01 01 01", "8a 01 01 01");
}

#[test]
fn a_group_that_is_not_closed_gets_its_end_tag() {
    // Unknown groups 20 and 21, the second in the first, and one in a message of a known field.
    expect("t.M", "a3 01 08 05", "a3 01 08 05 a4 01", "a3 01 08 05 a4 01");
    expect("t.M", "a3 01 ab 01 08 05", "a3 01 ab 01 08 05 ac 01 a4 01", "a3 01 ab 01 08 05 ac 01 a4 01");
    expect(
        "t.M",
        "1a 04 a3 01 08 05 08 01",
        "1a 06 a3 01 08 05 a4 01 08 01",
        "1a 06 a3 01 08 05 a4 01 08 01",
    );
    expect("t.M", "a3 01 12 05 61", "a3 01 12 01 61 a4 01", "a3 01 12 01 61 a4 01");
    expect(
        "t.M",
        "1a 02 a3 01 1a 02 a3 01",
        "1a 02 a3 01 1a 04 a3 01 a4 01",
        "1a 04 a3 01 a4 01 1a 04 a3 01 a4 01",
    );
}

#[test]
fn what_a_person_has_to_decide_has_no_fix() {
    let document = Document::of_bytes(&bytes_of("12 01 ff"), Some(message("t.M")));
    let problem = found(&document).remove(0);
    let mut go_on = |_| ControlFlow::Continue(());
    let go_on: &mut dyn FnMut(u64) -> ControlFlow<()> = &mut go_on;
    let wanted = Wanted::One(problem.kind, problem.range);
    assert_eq!(fixes(document.snapshot(), document.message(), &wanted, go_on), Err(FixError::NoFix));
    let wanted = Wanted::All(ProblemKind::Padded);
    assert_eq!(fixes(document.snapshot(), document.message(), &wanted, go_on), Err(FixError::Gone));
    let padded = Document::of_bytes(&bytes_of("08 81 00"), Some(message("t.M")));
    let mut stop = |_| ControlFlow::Break(());
    assert_eq!(fixes(padded.snapshot(), padded.message(), &wanted, &mut stop), Err(FixError::Stopped));
}

#[test]
fn ten_thousand_levels_and_as_many_duplicates_are_put_right() {
    let mut inner = bytes_of("08 81 00");
    for _ in 0..10_000 {
        let mut outer = Vec::new();
        crate::wire::write_len(&mut outer, 3, &inner);
        inner = outer;
    }
    let mut document = Document::of_bytes(&inner, Some(message("t.M")));
    let len = document.len();
    assert_eq!(fixed(&mut document, &Wanted::All(ProblemKind::Padded)), Ok(1));
    assert!(document.len() < len);
    let twice = [0x08, 0x01].repeat(10_000);
    let mut document = Document::of_bytes(&twice, Some(message("t.M")));
    assert_eq!(fixed(&mut document, &Wanted::All(ProblemKind::SetAgain)), Ok(9_999));
    assert_eq!(bytes(&document), [0x08, 0x01]);
}

/// What is there how often, by kind.
fn counts(problems: &[Problem]) -> BTreeMap<ProblemKind, usize> {
    let mut counts = BTreeMap::new();
    problems.iter().for_each(|problem| *counts.entry(problem.kind).or_default() += 1);
    counts
}

/// What may show when a problem of the first kind is gone.
const HIDDEN: [(ProblemKind, ProblemKind); 5] = [
    (ProblemKind::UnclosedGroup, ProblemKind::MissingRequired),
    (ProblemKind::Overrun, ProblemKind::Utf8),
    (ProblemKind::Overrun, ProblemKind::PackedCut),
    (ProblemKind::Overrun, ProblemKind::PackedWidth),
    (ProblemKind::BeyondInt32, ProblemKind::EnumNumber),
];

proptest! {
    #[test]
    fn each_fix_removes_its_problem_and_makes_none(
        parts in prop::collection::vec(any_wire(2), 0..7), of_proto2 in any::<bool>(), all in any::<bool>(),
    ) {
        let before = parts.concat();
        let name = if of_proto2 { "u.M" } else { "t.M" };
        let mut document = Document::of_bytes(&before, Some(message(name)));
        let problems = found(&document);
        let n_before = counts(&problems);
        for problem in problems.iter().filter(|problem| problem.kind.fix_label().is_some()) {
            let kind = problem.kind;
            let wanted = if all { Wanted::All(kind) } else { Wanted::One(kind, problem.range.clone()) };
            fixed(&mut document, &wanted).unwrap();
            let n_after = counts(&found(&document));
            let n_left = n_after.get(&kind).copied().unwrap_or(0);
            prop_assert!(n_left < n_before[&kind], "{:02x?} {:?}: {:02x?}", before, problem, bytes(&document));
            prop_assert!(!all || n_left == 0, "{:02x?} {:?}: {:02x?}", before, kind, bytes(&document));
            for (other, n) in &n_after {
                let is_new = n_before.get(other).is_none_or(|n_before| n_before < n);
                prop_assert!(!is_new || HIDDEN.contains(&(kind, *other)), "{:02x?} {:?} {:?}: {:02x?}", before, problem, other, bytes(&document));
            }
            document.undo();
            prop_assert_eq!(&bytes(&document), &before);
        }
    }

    #[test]
    fn parsers_read_the_same_after_a_fix(parts in prop::collection::vec(any_wire(2), 0..7)) {
        let before = parts.concat();
        let decoded = |bytes: &[u8]| prost_reflect::DynamicMessage::decode(message("t.M"), bytes).ok();
        let Some(meant) = decoded(&before) else { return Ok(()) };
        let mut document = Document::of_bytes(&before, Some(message("t.M")));
        for kind in ProblemKind::ALL.into_iter().filter(|kind| kind.fix_label().is_some()) {
            match fixed(&mut document, &Wanted::All(kind)) {
                Ok(_) => prop_assert!(decoded(&bytes(&document)).as_ref() == Some(&meant), "{:?}", kind),
                Err(error) => prop_assert_eq!(error, FixError::Gone),
            }
        }
    }
}
