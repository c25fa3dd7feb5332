//! Whatever is done in whatever order.

use super::*;
use crate::document::Gesture;
use crate::document::reading::Reading;
use crate::schema::Kind;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Do {
    Row(u16),
    Offset(u16),
    Parent,
    Expand(u16),
    Collapse(u16),
    Set(String, Option<u64>),
    SetBytes(Vec<u8>),
    AddField(u32),
    AddElement(String),
    Duplicate,
    Remove,
    RemoveAll,
    Undo,
    Redo,
    ReadAs(bool),
    ReadRecordAs(u8),
    Answer(Answer),
    InsertBefore,
    Member(Option<u32>),
    RenameKey(String),
    Move(bool),
    MoveTo(u16, bool),
    Cut,
    Copy,
    Paste,
    Step(u8),
    Fix(u8, bool),
    Canonicalize,
    ShowAbsent(bool),
    Bytes(ByteAct),
    Search(String),
    StepHit(bool),
    Filter(TreeFilter),
    /// Goes, opens or closes without changing a byte.
    Walk(Walk, u16),
    SetPayload(Vec<u8>, Option<u64>),
    FromFile,
    MergeParts,
    RemoveThis,
    Replace(String),
    /// Takes one of the ways to go on that are offered, if there are any.
    Choose(u8),
    Save,
    /// Reads the file again, whatever was changed.
    Reload,
    /// Saves, closes the document and opens the file again.
    Reopen,
}

#[derive(Clone, Copy, Debug)]
enum Walk {
    Sibling(bool),
    Change(bool),
    Named,
    Levels,
    Depth,
    Below,
    Siblings,
    Reach,
    CloseAll,
    Hit,
    Filtered,
    Fold(bool),
    Compare,
    Difference,
    CopyBytes,
}

fn any_walk() -> impl Strategy<Value = Walk> {
    prop_oneof![
        any::<bool>().prop_map(Walk::Sibling),
        any::<bool>().prop_map(Walk::Change),
        Just(Walk::Named),
        Just(Walk::Levels),
        Just(Walk::Depth),
        Just(Walk::Below),
        Just(Walk::Siblings),
        Just(Walk::Reach),
        Just(Walk::CloseAll),
        Just(Walk::Hit),
        Just(Walk::Filtered),
        any::<bool>().prop_map(Walk::Fold),
        Just(Walk::Compare),
        Just(Walk::Difference),
        Just(Walk::CopyBytes),
    ]
}

fn walk(walk: Walk, nth: u16, open: &OpenDocument, tab: TabId) -> Action {
    let row = u64::from(nth) % open.tree.n_rows().max(1);
    let n_levels = u32::from(nth % 4);
    match walk {
        Walk::Sibling(forward) => Action::Select(SelectTarget::Sibling { forward }),
        Walk::Change(forward) => Action::Select(SelectTarget::Change { forward }),
        Walk::Named => {
            let start = ["t", "m", "99", "[0"][usize::from(nth % 4)].to_owned();
            Action::Select(SelectTarget::Named { start, here: nth % 8 < 4 })
        }
        Walk::Levels => Action::ExpandLevels(n_levels),
        Walk::Depth => Action::OpenToDepth(n_levels),
        Walk::Below => Action::ExpandBelow(row),
        Walk::Siblings => Action::ExpandSiblings(row),
        Walk::Reach => Action::Reach(row..row + 20),
        Walk::CloseAll => Action::CollapseAll,
        Walk::Hit => Action::GoToHit(u64::from(nth % 8)),
        Walk::Filtered => Action::GoToFiltered(u64::from(nth % 8)),
        Walk::Fold(is_folded) => Action::FoldFiltered { nth: u64::from(nth % 8), is_folded },
        Walk::Compare => Action::Compare(Compare::Changes(tab)),
        Walk::Difference => Action::GoToDifference(usize::from(nth % 8)),
        Walk::CopyBytes => {
            let end = u64::from(nth) % (open.document.len() + 1);
            Action::CopyBytes { range: end / 2..end, name: "hex".to_owned() }
        }
    }
}

fn any_do() -> impl Strategy<Value = Do> {
    prop_oneof![
        4 => any::<u16>().prop_map(Do::Row),
        1 => any::<u16>().prop_map(Do::Offset),
        1 => Just(Do::Parent),
        2 => any::<u16>().prop_map(Do::Expand),
        1 => any::<u16>().prop_map(Do::Collapse),
        4 => (prop_oneof!["[a-z0-9]{0,5}", Just("{}".to_owned()), Just("hex:0a0141".to_owned())], prop::option::of(0_u64..2))
            .prop_map(|(text, gesture)| Do::Set(text, gesture)),
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(Do::SetBytes),
        2 => (1_u32..20).prop_map(Do::AddField),
        2 => "[a-c]".prop_map(Do::AddElement),
        1 => Just(Do::Duplicate),
        2 => Just(Do::Remove),
        1 => Just(Do::RemoveAll),
        3 => Just(Do::Undo),
        2 => Just(Do::Redo),
        1 => any::<bool>().prop_map(Do::ReadAs),
        2 => any::<u8>().prop_map(Do::ReadRecordAs),
        1 => prop_oneof![Just(Answer::Yes), Just(Answer::No)].prop_map(Do::Answer),
        1 => Just(Do::InsertBefore),
        1 => prop::option::of(1_u32..12).prop_map(Do::Member),
        1 => "[a-c]".prop_map(Do::RenameKey),
        2 => any::<bool>().prop_map(Do::Move),
        1 => any::<(u16, bool)>().prop_map(|(row, below)| Do::MoveTo(row, below)),
        1 => Just(Do::Cut),
        1 => Just(Do::Copy),
        2 => Just(Do::Paste),
        1 => any::<u8>().prop_map(Do::Step),
        2 => any::<(u8, bool)>().prop_map(|(which, all)| Do::Fix(which, all)),
        1 => Just(Do::Canonicalize),
        1 => any::<bool>().prop_map(Do::ShowAbsent),
        6 => any_byte_act().prop_map(Do::Bytes),
        1 => prop_oneof![Just("a"), Just("hex:0a"), Just("messages[*].body.len > 1")]
            .prop_map(|query| Do::Search(query.to_owned())),
        1 => any::<bool>().prop_map(Do::StepHit),
        1 => prop::sample::select(&TreeFilter::EVERY).prop_map(Do::Filter),
        4 => (any_walk(), any::<u16>()).prop_map(|(walk, nth)| Do::Walk(walk, nth)),
        1 => (prop::collection::vec(any::<u8>(), 0..12), prop::option::of(0_u64..2))
            .prop_map(|(payload, gesture)| Do::SetPayload(payload, gesture)),
        1 => Just(Do::FromFile),
        1 => Just(Do::MergeParts),
        1 => Just(Do::RemoveThis),
        1 => prop_oneof![Just("{}"), Just("{\"name\": \"a\"}"), Just("7")].prop_map(|text| Do::Replace(text.to_owned())),
        1 => any::<u8>().prop_map(Do::Choose),
        1 => Just(Do::Save),
    ]
}

fn any_byte_act() -> impl Strategy<Value = ByteAct> {
    let moving = (any::<i8>(), any::<bool>())
        .prop_map(|(by, extends)| ByteAct::Move { to: Move::By(i64::from(by)), extends });
    prop_oneof![
        3 => moving,
        4 => (0_u8..16).prop_map(ByteAct::Digit),
        1 => "[a-z]".prop_map(ByteAct::Text),
        1 => Just(ByteAct::Delete),
        1 => Just(ByteAct::Backspace),
        1 => Just(ByteAct::PutBytes(vec![0x0a, 0x01, 0x61])),
        1 => any::<bool>().prop_map(ByteAct::Insert),
        1 => any::<bool>().prop_map(ByteAct::KeepLengths),
        1 => any::<bool>().prop_map(ByteAct::UseText),
    ]
}

fn any_do_and_reopening() -> impl Strategy<Value = Do> {
    prop_oneof![
        100 => any_do(),
        2 => Just(Do::Reopen),
        1 => Just(Do::Reload),
    ]
}

fn action(one: Do, session: &Session) -> Option<Action> {
    let state = session.state();
    let tab = state.active?;
    let open = state.active_document()?;
    let n_rows = open.tree.n_rows().max(1);
    let row = open.selection.as_ref().map(|selection| selection.row);
    Some(match one {
        Do::Row(number) => Action::Select(SelectTarget::Row(u64::from(number) % n_rows)),
        Do::Offset(offset) => {
            Action::Select(SelectTarget::Offset(u64::from(offset) % open.document.len().max(1)))
        }
        Do::Parent => Action::Select(SelectTarget::Parent),
        Do::Expand(number) => Action::ExpandRow(u64::from(number) % n_rows),
        Do::Collapse(number) => Action::CollapseRow(u64::from(number) % n_rows),
        Do::Set(text, gesture) => Action::SetValue { row: row?, text, gesture: gesture.map(Gesture) },
        Do::SetBytes(bytes) => Action::SetBytes { row: row?, bytes },
        Do::AddField(number) => Action::AddField { row, number },
        Do::AddElement(key) => Action::AddElement { row: row?, key: Some(key) },
        Do::Duplicate => Action::Duplicate(row?),
        Do::Remove => Action::Remove(row?),
        Do::RemoveAll => Action::RemoveAll(row?),
        Do::Undo => Action::Undo,
        Do::Redo => Action::Redo,
        Do::ReadAs(typed) => Action::ReadAs { tab, message: typed.then(|| SEND.to_owned()) },
        Do::ReadRecordAs(which) => {
            let typed = |name: &str| state.schema.message(name).ok().map(Kind::Message).map(Reading::Kind);
            let reading = match which % 7 {
                0 => None,
                1 => typed("apache.rocketmq.v2.Resource"),
                2 => typed("apache.rocketmq.v2.Message"),
                3 => Some(Reading::Message),
                4 => Some(Reading::Kind(Kind::Sint64)),
                5 => Some(Reading::Packed(Kind::Uint64)),
                _ => Some(Reading::Hex),
            };
            Action::ReadRecordAs { row: row?, reading }
        }
        Do::Answer(answer) => Action::Answer(answer),
        Do::InsertBefore => Action::InsertBefore(row?),
        Do::Member(number) => Action::ChooseMember { row: row?, number },
        Do::RenameKey(key) => Action::RenameKey { row: row?, key },
        Do::Move(down) => Action::MoveRow { row: row?, down },
        Do::MoveTo(number, below) => {
            let to = open.rows(u64::from(number) % n_rows..n_rows).first()?.id;
            Action::MoveTo { row: row?, to, below }
        }
        Do::Cut => Action::CutRecords(row?),
        Do::Copy => Action::CopyRecords(row?),
        Do::Paste => Action::Paste(state.clipboard.clone().unwrap_or_default()),
        Do::Step(step) => Action::GoToStep(usize::from(step) % (open.document.n_steps() + 1)),
        Do::Fix(which, all) => {
            let found = &open.problems.found;
            let problem = found.get(usize::from(which) % found.len().max(1))?;
            match all {
                true => Action::FixAll(problem.kind),
                false => Action::FixProblem { kind: problem.kind, range: problem.range.clone() },
            }
        }
        Do::Canonicalize => Action::Canonicalize(tab),
        Do::ShowAbsent(shows) => Action::ShowAbsent(shows),
        Do::Bytes(act) => Action::Bytes(act),
        Do::Search(query) => Action::Search(query),
        Do::StepHit(forward) => Action::StepHit { forward },
        Do::Filter(filter) => Action::Filter(filter),
        Do::Walk(how, nth) => walk(how, nth, open, tab),
        Do::SetPayload(payload, gesture) => {
            Action::SetPayload { row: row?, payload, gesture: gesture.map(Gesture) }
        }
        Do::FromFile => {
            let path = state.active_tab()?.path.as_ref()?.with_file_name("payload.bin");
            Action::PayloadFromFile { row: row?, path }
        }
        Do::MergeParts => Action::MergeParts(row?),
        Do::RemoveThis => Action::RemoveThis(row?),
        Do::Replace(text) => Action::ReplaceValue { row: row?, text, gesture: None },
        Do::Choose(which) => {
            let Some(Dialog::Choose(choosing)) = &state.dialog else { return None };
            choosing.choices.get(usize::from(which) % choosing.choices.len().max(1))?.action.clone()
        }
        Do::Reload => Action::TakeTheirs(tab),
        Do::Save | Do::Reopen => Action::Save(tab),
    })
}

/// Does one thing to the document in front, which stays there.
fn carry_out(fixture: &mut Fixture, one: Do) {
    let tab = fixture.tab();
    let is_canonical = matches!(one, Do::Canonicalize);
    let is_awaited = is_canonical || matches!(one, Do::Save | Do::Reopen | Do::Reload);
    // What a file is still read for would come after the save.
    if matches!(one, Do::Reopen) {
        fixture.session.settle();
    }
    if let Some(action) = action(one, &fixture.session) {
        fixture.session.apply(action);
    }
    if is_awaited {
        fixture.session.settle();
    }
    if is_canonical {
        fixture.session.apply(Action::ApplyCanonical);
    }
    if fixture.session.state().active != Some(tab) {
        fixture.session.apply(Action::Activate(tab));
    }
}

fn a_message() -> impl Strategy<Value = Vec<u8>> {
    let topic = "[a-z]{0,3}".prop_map(|name| len(1, &len(2, name.as_bytes())));
    let entry = ("[a-c]", "[a-z]{0,3}")
        .prop_map(|(key, value)| len(2, &[len(1, key.as_bytes()), len(2, value.as_bytes())].concat()));
    let body = prop::collection::vec(any::<u8>(), 0..6).prop_map(|body| len(4, &body));
    let properties = (0_u8..100).prop_map(|id| len(3, &[0x68, id, 0x68, 1]));
    let odd = prop::collection::vec(any::<u8>(), 0..4);
    let field = prop_oneof![topic, entry, body, properties, odd];
    let one = prop::collection::vec(field, 0..5).prop_map(|fields| len(1, &fields.concat()));
    (prop::collection::vec(one, 0..4), prop::collection::vec(any::<u8>(), 0..3))
        .prop_map(|(messages, rest)| [messages.concat(), rest].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_sequence_of_actions_can_be_taken_back(
        bytes in a_message(),
        todo in prop::collection::vec(any_do(), 1..40),
    ) {
        let mut fixture = Fixture::with(&bytes, SEND);
        for one in todo {
            carry_out(&mut fixture, one);
            let open = fixture.open();
            if let Some(selection) = &open.selection {
                let row = open.row(selection.row).expect("the selected row is visible");
                prop_assert_eq!(open.tree.row_number(&row), Some(selection.row_number));
                prop_assert_eq!(row.entry.range(), selection.range.clone());
            }
            fixture.session.poll();
        }
        fixture.session.settle();
        let now = fixture.bytes();
        let n_edits = fixture.open().document.n_edits();
        for _ in 0..n_edits {
            fixture.session.apply(Action::Undo);
        }
        prop_assert_eq!(fixture.bytes(), bytes);
        for _ in 0..n_edits {
            fixture.session.apply(Action::Redo);
        }
        prop_assert_eq!(fixture.bytes(), now);
    }
}

/// What must hold between any two actions, `original` being the bytes that were opened.
fn holds(fixture: &mut Fixture, original: &[u8], path: &Path) -> Result<(), TestCaseError> {
    fixture.session.settle();
    let now = fixture.bytes();
    let document = &fixture.open().document;
    let (n_edits, is_modified) = (document.n_edits(), document.is_modified());
    if !is_modified {
        prop_assert_eq!(&fs::read(path).unwrap(), &now, "what is not modified is what is on disk");
    }
    let mut end = 0;
    for row in rows_of(fixture).into_iter().filter(|row| row.depth == 0) {
        prop_assert_eq!(row.entry.range().start, end, "the rows follow each other");
        end = row.entry.range().end;
    }
    prop_assert_eq!(end, now.len() as u64, "every byte is in a row");
    let n_redone = document.n_steps() - document.n_edits();
    for _ in 0..n_edits {
        fixture.session.apply(Action::Undo);
    }
    prop_assert_eq!(fixture.bytes(), original);
    for _ in 0..n_edits {
        fixture.session.apply(Action::Redo);
    }
    prop_assert_eq!(fixture.bytes(), now);
    prop_assert_eq!(fixture.open().document.is_modified(), is_modified);
    let document = &fixture.open().document;
    prop_assert_eq!(document.n_steps() - document.n_edits(), n_redone);
    Ok(())
}

fn rows_of(fixture: &Fixture) -> Vec<Row> {
    let open = fixture.open();
    open.tree.rows(open.document.snapshot(), 0..open.tree.n_rows(), ReadMode::Wait)
}

proptest! {
    // `PROPTEST_CASES` asks for more.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.div_ceil(64), ..ProptestConfig::default() })]

    #[test]
    fn a_thousand_steps_keep_every_law(
        bytes in prop_oneof![3 => a_message(), 1 => prop::collection::vec(any::<u8>(), 0..300)],
        todo in prop::collection::vec(any_do_and_reopening(), 1_000),
    ) {
        let mut fixture = Fixture::with(&bytes, SEND);
        fixture.file("payload.bin", &[0x0a, 0x01, 0x62]);
        let path = fixture.path("send.bin");
        let mut original = bytes;
        for (idx, one) in todo.into_iter().enumerate() {
            let reopens = matches!(one, Do::Reopen);
            let reloads = matches!(one, Do::Reload);
            carry_out(&mut fixture, one);
            if reloads {
                original = fs::read(&path).unwrap();
                prop_assert_eq!(&fixture.bytes(), &original);
                prop_assert!(!fixture.open().document.is_modified());
            }
            if reopens {
                let is_saved = !fixture.open().document.is_modified();
                let state = fixture.session.state();
                prop_assert!(is_saved, "{:?} {:?}", state.notices, state.dialog);
                let tab = fixture.tab();
                fixture.act(Action::Close(tab));
                fixture.act(Action::Open(vec![path.clone()]));
                original = fixture.bytes();
            }
            fixture.session.poll();
            if reopens || reloads || idx % 50 == 49 {
                holds(&mut fixture, &original, &path)?;
            }
        }
    }
}
