//! Searching, going from hit to hit, and filtering the tree.

use super::*;
use crate::document::search::Excerpt;

/// Three messages with topics `a`, `orders` and `orders 2`, and an unknown record in the second.
fn sample() -> Vec<u8> {
    let topic = |name: &str| len(1, &len(2, name.as_bytes()));
    let unknown = len(99, &[len(1, b"undeclared"), unhex("10 07")].concat());
    [len(1, &topic("a")), len(1, &[topic("orders"), unknown].concat()), len(1, &topic("orders 2"))].concat()
}

fn searched(query: &str) -> Fixture {
    let mut fixture = Fixture::with(&sample(), SEND);
    fixture.act(Action::Search(query.to_owned()));
    fixture
}

/// The paths of the hits that are there.
fn hits(fixture: &Fixture) -> Vec<String> {
    let search = &fixture.open().search;
    let there = (0..search.places.len()).filter_map(|nth| search.places.get(nth));
    there.map(|(idx, _)| search.hits[idx].path.to_string()).collect()
}

fn step(fixture: &mut Fixture, forward: bool) -> String {
    fixture.act(Action::StepHit { forward });
    fixture.selected_path()
}

#[test]
fn next_and_previous_go_round_all_that_was_found() {
    let mut fixture = searched("orders");
    assert_eq!(hits(&fixture), ["messages[1].topic.name", "messages[2].topic.name"]);
    let search = &fixture.open().search;
    assert!(search.is_whole && search.running.is_none() && search.is_listed);
    assert_eq!(fixture.selected_path(), "", "searching alone goes nowhere");
    assert_eq!(step(&mut fixture, true), "messages[1].topic.name");
    assert_eq!(step(&mut fixture, true), "messages[2].topic.name");
    assert_eq!(step(&mut fixture, true), "messages[1].topic.name");
    assert_eq!(step(&mut fixture, false), "messages[2].topic.name");
    fixture.select("messages[2].topic");
    assert_eq!(step(&mut fixture, false), "messages[1].topic.name");
    fixture.act(Action::GoToHit(1));
    assert_eq!(fixture.selected_path(), "messages[2].topic.name");
    fixture.act(Action::ClearSearch);
    assert!(fixture.open().search.text.is_empty() && fixture.open().search.hits.is_empty());
}

#[test]
fn a_hit_inside_what_is_not_declared_is_gone_to() {
    let mut fixture = searched("undeclared");
    assert_eq!(step(&mut fixture, true), "messages[1].99.1");
    let mut fixture = searched("99.2 == 7");
    assert_eq!(step(&mut fixture, true), "messages[1].99.2");
}

#[test]
fn hits_stay_in_place_through_edits_vanish_with_their_bytes_and_return() {
    let mut fixture = searched("orders");
    fixture.set("messages[0].topic.name", "a much longer name than before");
    assert_eq!(step(&mut fixture, true), "messages[1].topic.name");
    let row = fixture.select("messages[1]");
    // Not searched again so far.
    fixture.session.apply(Action::RemoveThis(row));
    assert_eq!(hits(&fixture), ["messages[2].topic.name"]);
    assert_eq!(fixture.open().search.n_gone(), 1);
    assert!(fixture.open().search.is_stale(&fixture.open().document));
    // It is the second element by now.
    fixture.session.apply(Action::StepHit { forward: true });
    assert_eq!(fixture.selected_path(), "messages[1].topic.name");
    fixture.session.apply(Action::Undo);
    assert_eq!(hits(&fixture).len(), 2);
}

#[test]
fn edits_are_searched_by_themselves() {
    let mut fixture = searched("orders");
    step(&mut fixture, true);
    assert_eq!(step(&mut fixture, true), "messages[2].topic.name");
    let row = fixture.select("messages[0]");
    fixture.act(Action::RemoveThis(row));
    assert_eq!(hits(&fixture), ["messages[0].topic.name", "messages[1].topic.name"], "the paths are new");
    let search = &fixture.open().search;
    assert!(!search.is_stale(&fixture.open().document));
    assert_eq!((search.current, search.n_gone()), (Some(1), 0), "the one gone to is still known");
    fixture.set("messages[0].topic.name", "nothing");
    assert_eq!(hits(&fixture), ["messages[1].topic.name"], "it is none any more");
    assert_eq!(step(&mut fixture, true), "messages[1].topic.name");
    fixture.act(Action::Undo);
    assert_eq!((hits(&fixture).len(), fixture.open().search.n_found), (2, 2));
    fixture.set("messages[0].topic.name", "more orders");
    fixture.set("messages[1].topic.name", "no more");
    assert_eq!(hits(&fixture), ["messages[0].topic.name"]);
}

#[test]
fn a_search_that_is_not_to_be_made_again_waits_for_the_next_edit() {
    let mut fixture = Fixture::with(&len(1, &len(1, &len(2, b"topic"))).repeat(60_000), SEND);
    fixture.act(Action::Search("/topic/".to_owned()));
    let row = fixture.select("messages[0].topic.name");
    fixture.session.apply(Action::SetValue { row, text: "a".to_owned(), gesture: None });
    while fixture.open().search.renewal.running.is_none() {
        assert!(fixture.open().search.is_stale(&fixture.open().document) || fixture.session.is_busy());
        if !fixture.session.poll() {
            std::thread::yield_now();
        }
        if fixture.open().document.n_edits() == 1 && !fixture.open().search.is_stale(&fixture.open().document)
        {
            return; // It was faster than this test.
        }
    }
    let job = fixture.open().search.renewal.running.unwrap();
    fixture.session.apply(Action::CancelJob(job));
    fixture.session.settle();
    let open = fixture.open();
    assert!(!open.search.is_stale(&open.document) || open.search.n_found == 60_000);
    fixture.set("messages[1].topic.name", "b");
    assert_eq!(fixture.open().search.n_found, 59_998);
}

#[test]
fn the_value_of_a_hit_is_read_from_the_bytes_as_they_are() {
    let mut fixture = searched("topic.name == orders");
    let row = fixture.select("messages[1].topic.name");
    fixture.session.apply(Action::SetValue { row, text: "changed".to_owned(), gesture: None });
    // Not searched again so far.
    let open = fixture.open();
    let (idx, offset) = open.search.places.get(0).unwrap();
    let hit = &open.search.hits[idx];
    let excerpt = hit.excerpt(open.document.snapshot(), offset, 40, ReadMode::Wait).unwrap();
    assert_eq!(excerpt, Excerpt { before: "\"changed\"".to_owned(), ..Excerpt::default() });
}

#[test]
fn what_is_no_query_says_so_and_another_type_searches_again() {
    let mut fixture = searched("topic.name ==");
    let search = &fixture.open().search;
    assert!(search.error.as_ref().is_some_and(|error| error.column == 14));
    assert!(search.query.is_none() && search.hits.is_empty());
    fixture.act(Action::Search("name == orders".to_owned()));
    assert_eq!(hits(&fixture), ["messages[1].topic.name"]);
    let tab = fixture.tab();
    fixture.act(Action::ReadAs { tab, message: None });
    assert_eq!(hits(&fixture), Vec::<String>::new());
    let doubt = fixture.open().search.doubt.clone().unwrap_or_default();
    assert!(doubt.starts_with("Without a type"), "{doubt}");
    fixture.act(Action::ReadAs { tab, message: Some(SEND.to_owned()) });
    assert_eq!(hits(&fixture), ["messages[1].topic.name"]);
}

#[test]
fn the_newest_search_wins_and_one_that_was_left_hands_in_nothing() {
    let mut bytes = Vec::new();
    for n in 0..60_000 {
        bytes.extend(len(1, &len(1, &len(2, format!("topic {n}").as_bytes()))));
    }
    let mut fixture = Fixture::with(&bytes, SEND);
    for query in ["/t.pic/", "topic 1", "topic 59999"] {
        fixture.session.apply(Action::Search(query.to_owned()));
    }
    // Asked for before anything is found: gone to as soon as it is.
    fixture.session.apply(Action::StepHit { forward: true });
    fixture.session.settle();
    assert_eq!(hits(&fixture), ["messages[59999].topic.name"]);
    assert_eq!(fixture.open().search.n_found, 1);
    assert_eq!(fixture.selected_path(), "messages[59999].topic.name");
    fixture.act(Action::Search("topic".to_owned()));
    let search = &fixture.open().search;
    assert_eq!(
        (search.n_found, search.hits.len()),
        (120_000, 100_000),
        "all are counted, the first are listed"
    );
}

#[test]
fn a_search_that_is_cancelled_keeps_what_it_found() {
    let mut fixture = Fixture::with(&len(1, &len(1, &len(2, b"topic"))).repeat(60_000), SEND);
    fixture.session.apply(Action::Search("/topic/".to_owned()));
    let job = fixture.open().search.running.expect("it runs");
    fixture.session.apply(Action::CancelJob(job));
    fixture.session.settle();
    let search = &fixture.open().search;
    assert!(search.running.is_none());
    assert!(search.is_whole || search.n_found < 60_000);
}

/// The rows of the filtered tree: depth, found or around, and path of what is selected there.
fn filtered(fixture: &mut Fixture) -> Vec<String> {
    let n_rows = fixture.open().filter.places.len();
    let mut rows = Vec::new();
    for nth in 0..n_rows {
        let (idx, _) = fixture.open().filter.places.get(nth).unwrap();
        let row = fixture.open().filter.outline.rows()[idx];
        fixture.act(Action::GoToFiltered(nth as u64));
        let mark = if row.is_found { "*" } else { "" };
        rows.push(format!("{}{mark} {}", row.depth, fixture.selected_path()));
    }
    rows
}

#[test]
fn a_filter_leaves_what_it_is_about_and_what_is_around() {
    let mut fixture = Fixture::with(&sample(), SEND);
    fixture.act(Action::Filter(TreeFilter::Unknown));
    assert_eq!(filtered(&mut fixture), ["0 messages[1]", "1* messages[1].99"]);
    fixture.act(Action::Search("undeclared".to_owned()));
    fixture.act(Action::Filter(TreeFilter::Matches));
    let expected = ["0 messages[1]", "1 messages[1].99", "2* messages[1].99.1"];
    assert_eq!(filtered(&mut fixture), expected);
    fixture.act(Action::Search("orders".to_owned()));
    assert_eq!(filtered(&mut fixture).len(), 6);
    fixture.act(Action::ClearSearch);
    assert_eq!(fixture.open().filter.kind, TreeFilter::All);
}

#[test]
fn a_filter_follows_edits() {
    let mut fixture = Fixture::with(&sample(), SEND);
    fixture.act(Action::Filter(TreeFilter::Problems));
    let before = filtered(&mut fixture);
    assert!(before.contains(&"1* messages[1].99".to_owned()), "{before:?}");
    let row = fixture.select("messages[1].99");
    fixture.act(Action::Remove(row));
    assert!(!filtered(&mut fixture).contains(&"1* messages[1].99".to_owned()));
    fixture.act(Action::Undo);
    assert_eq!(filtered(&mut fixture), before);
    fixture.act(Action::Filter(TreeFilter::All));
    assert!(fixture.open().filter.outline.is_empty());
}

/// What the rows that are shown are of: their offsets as paths of the document.
fn shown_in_filter(fixture: &Fixture) -> Vec<String> {
    let open = fixture.open();
    let (snapshot, root) = (open.document.snapshot(), open.document.root());
    let path = |nth| {
        let (_, offset) = open.filter.row(nth).unwrap();
        let (_, _, path) = crate::document::search::locate(snapshot, &root, offset).unwrap().unwrap();
        path.to_string()
    };
    (0..open.filter.n_rows()).map(path).collect()
}

#[test]
fn rows_of_a_filtered_tree_close_and_open() {
    let mut fixture = searched("orders");
    fixture.act(Action::Filter(TreeFilter::Matches));
    let all = shown_in_filter(&fixture);
    let one = ["messages[1]", "messages[1].topic", "messages[1].topic.name"];
    assert_eq!((&all[..3], all.len()), (&one.map(str::to_owned)[..], 6));
    fixture.act(Action::GoToFiltered(2));
    fixture.act(Action::FoldFiltered { nth: 0, is_folded: true });
    assert_eq!(shown_in_filter(&fixture), [&all[..1], &all[3..]].concat());
    assert_eq!(fixture.selected_path(), "messages[1]", "what was selected is in it");
    fixture.act(Action::FoldFiltered { nth: 2, is_folded: true });
    assert_eq!(shown_in_filter(&fixture), [&all[..1], &all[3..5]].concat());
    fixture.set("messages[0].topic.name", "longer than before");
    assert_eq!(fixture.open().filter.n_rows(), 3, "an edit opens nothing");
    fixture.select("messages[1].topic.name");
    assert_eq!(fixture.open().filter.n_rows(), 5, "what is selected is shown");
    fixture.act(Action::CollapseAll);
    assert_eq!(shown_in_filter(&fixture), ["messages[1]", "messages[2]"]);
    fixture.act(Action::ExpandBelow(0));
    assert_eq!(fixture.open().filter.n_rows(), 4);
    fixture.act(Action::OpenToDepth(1));
    assert_eq!(fixture.open().filter.n_rows(), 4);
    fixture.act(Action::ExpandLevels(9));
    assert_eq!(shown_in_filter(&fixture), all);
}

#[test]
fn a_row_of_a_filtered_tree_stays_while_it_is_edited() {
    let mut fixture = searched("name == orders");
    fixture.act(Action::Filter(TreeFilter::Matches));
    fixture.set("messages[1].topic.name", "something else");
    let row = ["messages[1]", "messages[1].topic", "messages[1].topic.name"];
    assert_eq!(shown_in_filter(&fixture), row, "it was found when the query was asked");
    fixture.set("messages[0].topic.name", "orders");
    assert_eq!(fixture.open().filter.n_rows(), 6, "what an edit makes a match is found");
    let moved = fixture.select("messages[0]");
    fixture.act(Action::MoveRow { row: moved, down: true });
    assert_eq!(shown_in_filter(&fixture)[3..], row, "a row that is moved is still there");
    fixture.act(Action::Search("name == orders".to_owned()));
    fixture.act(Action::Search("name==orders".to_owned()));
    assert_eq!(shown_in_filter(&fixture), row, "asked anew, the query finds what it finds");
}

#[test]
fn a_filter_follows_the_type() {
    let mut fixture = Fixture::with(&sample(), SEND);
    fixture.act(Action::Filter(TreeFilter::Unknown));
    let row = fixture.select("messages[1].99");
    let tab = fixture.tab();
    fixture.act(Action::ReadAs { tab, message: None });
    assert!(fixture.open().filter.n_rows() > 2, "without a type all is unknown");
    fixture.act(Action::ReadAs { tab, message: Some(SEND.to_owned()) });
    assert_eq!(shown_in_filter(&fixture), ["messages[1]", "messages[1].99"]);
    fixture.act(Action::Remove(row));
    assert_eq!(fixture.open().filter.n_rows(), 0);
}

#[test]
fn commands_of_the_search_say_why_they_cannot_be_done() {
    let mut fixture = Fixture::with(&sample(), SEND);
    let why = |fixture: &Fixture, command: Command| command.resolve(fixture.session.state()).err();
    for command in [Command::FindNext, Command::ClearSearch, Command::ToggleResults, Command::ShowMatches] {
        assert!(why(&fixture, command).is_some_and(|why| why.contains("Ctrl+F")), "{command:?}");
    }
    assert_eq!(why(&fixture, Command::ShowAll), Some("Everything is shown"));
    fixture.act(Action::Search("\"not there\"".to_owned()));
    assert_eq!(why(&fixture, Command::FindNext), Some("Nothing was found"));
    assert_eq!(why(&fixture, Command::ShowMatches), None);
}
