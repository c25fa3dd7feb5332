//! Problems put right, and steps of the history gone to.

use super::*;
use crate::document::problem::ProblemKind;

/// SystemProperties with queue_id 1 and 2, and a padded delivery_attempt.
const ODD: &str = "68 01 68 02 80 01 83 00";
const PROPERTIES: &str = "apache.rocketmq.v2.SystemProperties";

#[test]
fn the_selected_problem_is_put_right_as_one_step() {
    let mut fixture = Fixture::with(&unhex(ODD), PROPERTIES);
    let resolve = |fixture: &Fixture, command: Command| command.resolve(fixture.session.state());
    assert_eq!(resolve(&fixture, Command::FixProblem), Err("Nothing is selected"));
    fixture.act(Action::Select(SelectTarget::Offset(0)));
    assert!(resolve(&fixture, Command::FixProblem).is_err());
    fixture.act(Action::Select(SelectTarget::Offset(2)));
    let fix = resolve(&fixture, Command::FixProblem).unwrap();
    assert_eq!(fix, Action::FixProblem { kind: ProblemKind::SetAgain, range: 2..4 });
    fixture.act(fix.clone());
    assert_eq!(fixture.hex(), "68 02 80 01 83 00");
    assert_eq!(fixture.open().document.undo_label(), Some("Remove the earlier values"));
    assert_eq!(fixture.open().problems.n_warnings, 0);
    fixture.act(fix);
    assert!(fixture.notices().concat().contains("no longer there"));
    fixture.act(Action::Undo);
    assert_eq!(fixture.hex(), ODD);
}

#[test]
fn all_of_a_kind_are_put_right_as_one_step() {
    let mut fixture =
        Fixture::with(&unhex("0a 81 00 61 0a 81 00 62 0a 01 63"), "apache.rocketmq.v2.Resource");
    fixture.act(Action::Select(SelectTarget::Offset(0)));
    let fix = Command::FixAllLikeIt.resolve(fixture.session.state()).unwrap();
    assert_eq!(fix, Action::FixAll(ProblemKind::Padded));
    fixture.act(fix);
    assert_eq!(fixture.hex(), "0a 01 61 0a 01 62 0a 01 63");
    assert_eq!(fixture.open().document.n_edits(), 1);
    assert_eq!(fixture.open().document.undo_label(), Some("Write it in the fewest bytes (2 times)"));
    fixture.act(Action::FixAll(ProblemKind::Utf8));
    assert!(fixture.notices().concat().contains("for a person to decide"));
}

#[test]
fn a_fix_asked_for_behind_another_means_the_same_problem() {
    // Two padded values of unknown fields, behind a large one, so that the fixes are prepared off the
    // window's thread.
    let mut bytes = len(9, &vec![0; 2 << 20]);
    let start = bytes.len() as u64;
    bytes.extend(unhex("98 06 81 00 a0 06 82 00"));
    let mut fixture = Fixture::with(&bytes, PROPERTIES);
    for range in [start + 2..start + 4, start + 6..start + 8] {
        fixture.session.apply(Action::FixProblem { kind: ProblemKind::Padded, range });
    }
    fixture.session.settle();
    let now = fixture.bytes();
    assert_eq!(hex(&now[start as usize..]), "98 06 01 a0 06 02", "{:?}", fixture.notices());
    assert_eq!(fixture.open().document.n_edits(), 2);
}

#[test]
fn any_step_of_the_history_is_gone_to() {
    let mut fixture = Fixture::with(&unhex("68 01"), PROPERTIES);
    for value in ["2", "3", "4"] {
        fixture.set("queue_id", value);
    }
    let tab = fixture.tab();
    for (step, hex) in [(1, "68 02"), (3, "68 04"), (0, "68 01"), (0, "68 01"), (2, "68 03")] {
        fixture.act(Action::GoToStep(step));
        assert_eq!(fixture.hex(), hex);
        assert_eq!(fixture.selected_path(), "queue_id");
    }
    fixture.act(Action::Save(tab));
    let saved: Vec<bool> =
        (0..3).map(|at| fixture.open().document.step(at).is_some_and(|step| step.is_saved)).collect();
    assert_eq!(saved, [false, true, false]);
    fixture.act(Action::GoToStep(3));
    assert!(fixture.open().document.is_modified());
    fixture.act(Action::GoToStep(2));
    assert!(!fixture.open().document.is_modified());
    assert_eq!(fixture.open().document.n_steps(), 3, "a save keeps all of them");
}

#[test]
fn a_missing_required_field_is_added_with_its_default_and_as_an_offer() {
    let message = "google.protobuf.UninterpretedOption";
    // name { name_part a, is_extension true } and a name without either.
    let mut fixture = Fixture::with(&unhex("12 05 0a 01 61 10 01 12 00"), message);
    let missing = |fixture: &Fixture| {
        let found =
            fixture.open().problems.found.iter().filter(|one| one.kind == ProblemKind::MissingRequired);
        found.map(|one| one.path.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(missing(&fixture), ["name[1].name_part", "name[1].is_extension"]);
    assert!(
        ProblemKind::MissingRequired.fix_label().is_none() && ProblemKind::Padded.offer_label().is_none()
    );
    fixture.act(Action::AddMissing(super::path("name[1].is_extension")));
    assert_eq!(fixture.hex(), "12 05 0a 01 61 10 01 12 02 10 00");
    assert_eq!(fixture.selected_path(), "name[1].is_extension");
    assert_eq!(fixture.open().document.undo_label(), Some("Add name[1].is_extension"));
    assert_eq!(missing(&fixture), ["name[1].name_part"]);
    fixture.act(Action::AddMissing(super::path("name[1].is_extension")));
    assert!(fixture.notices().concat().contains("is there"));
    fixture.act(Action::Undo);
    assert_eq!(fixture.hex(), "12 05 0a 01 61 10 01 12 00");
}
