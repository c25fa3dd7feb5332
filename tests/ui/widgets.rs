use egui::{CentralPanel, Event, Id, Key, Modifiers, PointerButton, Role, Ui};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::ui::icons::Icon;
use protoloupe::ui::widgets::{
    BannerResponse, Choice, Column, IconButton, KeyValue, PaletteResponse, PaletteState, PathField,
    PathFieldResponse, PathFieldState, Tab, TabBarResponse, TabBarState, TextButton, TextField, Toast,
    Toasts, Tone, banner_ui, empty_state_ui, header_ui, menu_item_ui, palette, progress_ui, section_ui,
    tab_bar_ui,
};

use crate::harness::harness;

const SIZE: [f32; 2] = [700.0, 500.0];

/// What a widget answered in any frame so far.
type Log<T> = Vec<T>;

fn window<'a, State: 'a>(
    state: State,
    mut draw_ui: impl FnMut(&mut Ui, &mut State) + 'a,
) -> Harness<'a, State> {
    harness(SIZE, state, move |ui, state| {
        CentralPanel::default().show(ui, |ui| draw_ui(ui, state));
    })
}

fn type_text(harness: &mut Harness<'_, impl Sized>, text: &str) {
    for character in text.chars() {
        harness.event(Event::Text(character.to_string()));
        harness.run();
    }
}

fn press(harness: &mut Harness<'_, impl Sized>, key: Key) {
    harness.key_press(key);
    harness.run();
}

fn click_with(harness: &mut Harness<'_, impl Sized>, label: &str, button: PointerButton) {
    let pos = harness.get_by_label(label).rect().center();
    harness.event(Event::PointerMoved(pos));
    for pressed in [true, false] {
        let modifiers = Modifiers::NONE;
        harness.event(Event::PointerButton { pos, button, pressed, modifiers });
    }
    harness.run();
}

const COMMANDS: &[Choice<'static>] = &[
    Choice { icon: Some(Icon::Open), title: "Open…", hint: "", shortcut: "Ctrl+O", disabled: None },
    Choice { icon: Some(Icon::Save), title: "Save", hint: "", shortcut: "Ctrl+S", disabled: None },
    Choice { icon: None, title: "Undo", hint: "", shortcut: "", disabled: Some("Nothing to undo") },
];

// --- buttons

#[test]
fn an_icon_button_has_a_name_and_is_pressed_by_key() {
    let mut harness = window(0, |ui, n_clicks| {
        if IconButton::new(Icon::Save, "Save").shortcut("Ctrl+S").show(ui).clicked() {
            *n_clicks += 1;
        }
    });
    harness.get_by_role_and_label(Role::Button, "Save").click();
    harness.run();
    press(&mut harness, Key::Tab);
    press(&mut harness, Key::Enter);
    assert_eq!(*harness.state(), 2);
}

#[test]
fn a_greyed_out_button_says_why() {
    let mut harness = window(0, |ui, n_clicks| {
        let button = TextButton::new("Send").primary().disabled(Some("No endpoint is set"));
        *n_clicks += i32::from(button.show(ui).clicked());
    });
    let button = harness.get_by_role_and_label(Role::Button, "Send");
    assert!(button.accesskit_node().is_disabled());
    assert_eq!(button.accesskit_node().data().description(), Some("No endpoint is set"));
    click_with(&mut harness, "Send", PointerButton::Primary);
    assert_eq!(*harness.state(), 0);
}

#[test]
fn hovering_shows_name_and_shortcut() {
    let mut harness = window((), |ui, ()| {
        IconButton::new(Icon::Undo, "Undo").shortcut("Ctrl+Z").show(ui);
    });
    let pos = harness.get_by_label("Undo").rect().center();
    harness.hover_at(pos);
    harness.run_steps(8);
    harness.get_by_label("Ctrl+Z");
}

#[test]
fn a_menu_item_is_chosen_unless_greyed_out() {
    let mut harness = window(Vec::new(), |ui, chosen| {
        for choice in COMMANDS {
            if menu_item_ui(ui, choice) {
                chosen.push(choice.title);
            }
        }
    });
    harness.get_by_role_and_label(Role::MenuItem, "Save").click();
    harness.run();
    click_with(&mut harness, "Undo", PointerButton::Primary);
    assert_eq!(*harness.state(), ["Save"]);
}

// --- tabs

fn tabs(n_tabs: usize) -> Harness<'static, (TabBarState, usize, Log<TabBarResponse>)> {
    let titles: Vec<String> = (0..n_tabs).map(|idx| format!("file {idx}.bin")).collect();
    window((TabBarState::default(), 0, Vec::new()), move |ui, (state, active, log)| {
        let tabs: Vec<Tab<'_>> =
            titles.iter().map(|title| Tab { title, hint: "", is_modified: title.contains('1') }).collect();
        let happened = tab_bar_ui(ui, state, &tabs, *active);
        *active = happened.selected.unwrap_or(*active);
        if happened != TabBarResponse::default() {
            log.push(happened);
        }
    })
}

#[test]
fn a_tab_is_selected_and_closed() {
    let mut harness = tabs(3);
    harness.get_by_role_and_label(Role::Tab, "file 2.bin").click();
    harness.run();
    assert_eq!(harness.state().1, 2);
    let tab = harness.get_by_role_and_label(Role::Tab, "file 2.bin");
    assert_eq!(tab.accesskit_node().is_selected(), Some(true));
    harness.get_by_label("Close file 2.bin").click();
    harness.run();
    assert_eq!(harness.state().2.last().and_then(|happened| happened.closed), Some(2));
}

#[test]
fn a_middle_click_closes_a_tab_and_a_dot_says_it_is_not_saved() {
    let mut harness = tabs(3);
    click_with(&mut harness, "file 1.bin, not saved", PointerButton::Middle);
    assert_eq!(harness.state().2.last().and_then(|happened| happened.closed), Some(1));
}

#[test]
fn tabs_that_do_not_fit_are_in_a_menu() {
    let mut harness = tabs(12);
    assert!(harness.query_by_label("file 11.bin").is_none());
    harness.get_by_label("All documents").click();
    harness.run();
    harness.get_by_role_and_label(Role::MenuItem, "file 9.bin").click();
    harness.run();
    assert_eq!(harness.state().1, 9);
    let tab = harness.get_by_role_and_label(Role::Tab, "file 9.bin");
    assert!(tab.rect().right() <= SIZE[0], "the selected tab is scrolled into view");
}

// --- palette

type PaletteLog = (PaletteState, Log<PaletteResponse>);

fn palette_window() -> Harness<'static, PaletteLog> {
    let mut harness = window((PaletteState::default(), Vec::new()), |ui, (state, log): &mut PaletteLog| {
        if log.is_empty() {
            let response = palette(ui.ctx(), state, "Run a command", COMMANDS);
            if response != PaletteResponse::Open {
                log.push(response);
            }
        }
    });
    harness.run();
    harness
}

#[test]
fn a_command_is_found_by_letters_and_run_by_enter() {
    let mut harness = palette_window();
    type_text(&mut harness, "sv");
    assert!(harness.query_by_role_and_label(Role::ListItem, "Open…").is_none());
    press(&mut harness, Key::Enter);
    assert_eq!(harness.state().1, [PaletteResponse::Chosen(1)]);
}

#[test]
fn arrows_walk_the_palette_and_escape_closes_it() {
    let mut harness = palette_window();
    press(&mut harness, Key::ArrowDown);
    press(&mut harness, Key::Enter);
    assert_eq!(harness.state().1, [PaletteResponse::Chosen(1)]);
    let mut harness = palette_window();
    press(&mut harness, Key::Escape);
    assert_eq!(harness.state().1, [PaletteResponse::Closed]);
}

#[test]
fn a_greyed_out_command_is_not_run() {
    let mut harness = palette_window();
    type_text(&mut harness, "undo");
    press(&mut harness, Key::Enter);
    harness.get_by_role_and_label(Role::ListItem, "Undo").click();
    harness.run();
    assert!(harness.state().1.is_empty());
}

#[test]
fn a_command_is_run_by_a_click() {
    let mut harness = palette_window();
    harness.get_by_role_and_label(Role::ListItem, "Open…").click();
    harness.run();
    assert_eq!(harness.state().1, [PaletteResponse::Chosen(0)]);
}

#[test]
fn nothing_found_is_said() {
    let mut harness = palette_window();
    type_text(&mut harness, "zzz");
    press(&mut harness, Key::Enter);
    assert!(harness.state().1.is_empty());
}

// --- path field

type PathLog = (PathFieldState, Log<PathFieldResponse>);

fn path_window(state: PathFieldState) -> Harness<'static, PathLog> {
    let mut harness = window((state, Vec::new()), |ui, (state, log): &mut PathLog| {
        let completions = ["/tmp/folder/".to_owned(), "/tmp/file.bin".to_owned()];
        let recent = ["/tmp/recent.bin".to_owned()];
        let field = PathField {
            title: "Open a message",
            verb: "Open",
            completions: &completions,
            recent: &recent,
            error: None,
            is_of_folders: false,
        };
        match field.show(ui.ctx(), state) {
            PathFieldResponse::Open => {}
            response => log.push(response),
        }
    });
    harness.run();
    harness
}

#[test]
fn a_path_is_typed_and_chosen() {
    let mut harness = path_window(PathFieldState::default());
    type_text(&mut harness, "/a");
    press(&mut harness, Key::Enter);
    let changed = PathFieldResponse::Changed;
    let chosen = PathFieldResponse::Chosen("/a".to_owned());
    assert_eq!(harness.state().1, [changed.clone(), changed, chosen]);
}

#[test]
fn tab_completes_and_typing_goes_on_behind_it() {
    let mut harness = path_window(PathFieldState::new("/tmp/f"));
    press(&mut harness, Key::Tab);
    assert_eq!(harness.state().0.path, "/tmp/folder/");
    type_text(&mut harness, "x");
    assert_eq!(harness.state().0.path, "/tmp/folder/x");
}

#[test]
fn a_folder_is_entered_and_a_file_is_chosen() {
    let mut harness = path_window(PathFieldState::new("/tmp/f"));
    press(&mut harness, Key::ArrowDown);
    press(&mut harness, Key::Enter);
    assert_eq!(harness.state().0.path, "/tmp/folder/");
    press(&mut harness, Key::ArrowDown);
    press(&mut harness, Key::ArrowDown);
    press(&mut harness, Key::Enter);
    let chosen = PathFieldResponse::Chosen("/tmp/file.bin".to_owned());
    assert_eq!(harness.state().1.last(), Some(&chosen));
}

#[test]
fn recent_files_are_offered_while_nothing_is_typed() {
    let mut harness = path_window(PathFieldState::default());
    harness.get_by_role_and_label(Role::ListItem, "/tmp/recent.bin").click();
    harness.run();
    assert_eq!(harness.state().0.path, "/tmp/recent.bin");
}

// --- toasts, banners, empty states

#[test]
fn a_toast_goes_after_its_time_by_the_callers_clock() {
    let mut toasts = Toasts::default();
    toasts.push(Toast::new(Tone::Ok, "Saved"));
    let mut harness = window((toasts, 100.0), |ui, (toasts, now)| {
        toasts.show(ui.ctx(), *now, 0.0);
    });
    harness.get_by_role_and_label(Role::Status, "Saved");
    harness.state_mut().1 = 105.0;
    harness.run();
    assert!(!harness.state().0.is_empty());
    harness.state_mut().1 = 106.0;
    harness.run();
    assert!(harness.state().0.is_empty());
}

#[test]
fn the_time_of_a_problem_runs_from_when_the_person_is_seen_to_be_there() {
    let mut toasts = Toasts::default();
    toasts.push(Toast::new(Tone::Problem, "It failed"));
    assert!(toasts.is_waiting());
    let mut harness = window((toasts, 100.0), |ui, (toasts, now)| {
        toasts.show(ui.ctx(), *now, 0.0);
    });
    harness.state_mut().1 = 10_000.0;
    harness.run();
    assert!(!harness.state().0.is_empty(), "nobody was there to read it");
    harness.key_press(egui::Key::A);
    harness.run();
    harness.state_mut().1 = 10_006.0;
    harness.run();
    assert!(!harness.state().0.is_empty(), "there is time to read it");
    harness.state_mut().1 = 10_007.0;
    harness.run();
    assert!(harness.state().0.is_empty());
}

#[test]
fn a_toast_goes_when_what_it_tells_of_is_told_anew() {
    let (sources, file) = (Id::unique("sources"), Id::unique("file"));
    let mut toasts = Toasts::default();
    for (text, about) in
        [("Two are broken", Some(sources)), ("Saved", Some(file)), ("Copied", None), ("One is", Some(file))]
    {
        toasts.push(Toast::new(Tone::Ok, text).about(about));
    }
    toasts.forget(sources);
    let harness = window(toasts, |ui, toasts| {
        toasts.show(ui.ctx(), 0.0, 0.0);
    });
    assert!(harness.query_by_label("Two are broken").is_none());
    harness.get_by_role_and_label(Role::Status, "Saved");
    harness.get_by_role_and_label(Role::Status, "Copied");
}

#[test]
fn the_action_of_a_toast_comes_back_with_its_id() {
    let mut toasts = Toasts::default();
    toasts.push(Toast::new(Tone::Ok, "Saved"));
    let deleted = toasts.push(Toast::new(Tone::Note, "Deleted").action("Undo").stays());
    let mut harness = window((toasts, Vec::new()), |ui, (toasts, log)| {
        log.extend(toasts.show(ui.ctx(), 0.0, 0.0));
    });
    harness.get_by_label("Undo").click();
    harness.run();
    assert_eq!(harness.state().1, [deleted]);
    assert!(harness.query_by_label("Deleted").is_none());
}

#[test]
fn a_banner_offers_its_actions() {
    let mut harness = window(Vec::new(), |ui, log| {
        log.extend(banner_ui(ui, Tone::Warning, "The file changed", &["Compare", "Reload"], true));
    });
    harness.get_by_role_and_label(Role::Alert, "The file changed");
    for label in ["Reload", "Compare", "Close"] {
        harness.get_by_label(label).click();
        harness.run();
    }
    let expected = [BannerResponse::Action(1), BannerResponse::Action(0), BannerResponse::Closed];
    assert_eq!(*harness.state(), expected);
}

#[test]
fn an_empty_state_offers_what_to_do() {
    let mut harness = window(Vec::new(), |ui, log| {
        log.extend(empty_state_ui(ui, Icon::File, "No message is open", "", &COMMANDS[..2]));
    });
    harness.get_by_label("No message is open");
    harness.get_by_label("Save").click();
    harness.run();
    assert_eq!(*harness.state(), [1]);
    let [open, save] = ["Open…", "Save"].map(|label| harness.get_by_label(label).rect());
    let middle = (open.left() + save.right()) / 2.0;
    assert!((middle - SIZE[0] / 2.0).abs() <= 1.0, "{middle} is not the middle");
}

#[test]
fn work_under_way_can_be_cancelled() {
    let mut harness = window(0, |ui, n_cancelled| {
        let is_cancelled = progress_ui(ui, "Indexing", "4 of 9 MiB", Some(0.4), true);
        *n_cancelled += i32::from(is_cancelled);
    });
    let bar = harness.get_by_role_and_label(Role::ProgressIndicator, "Indexing");
    assert_eq!(bar.accesskit_node().value().as_deref(), Some("4 of 9 MiB"));
    harness.get_by_label("Cancel indexing").click();
    harness.run();
    assert_eq!(*harness.state(), 1);
}

// --- inspector and fields

#[test]
fn a_value_is_copied_as_it_is_and_not_as_it_is_shown() {
    let mut harness = window((), |ui, ()| {
        KeyValue::new("Text", "two\nlines").show(ui);
    });
    harness.get_by_label("Copy text").click();
    harness.step();
    let commands = &harness.output().platform_output.commands;
    let copied = egui::OutputCommand::CopyText("two\nlines".to_owned());
    assert!(commands.contains(&copied), "{commands:?}");
}

#[test]
fn a_section_folds() {
    let mut harness = window(true, |ui, is_open| {
        if section_ui(ui, "Readings", "4", Some(is_open)) {
            ui.label("inside");
        }
    });
    harness.get_by_label("inside");
    harness.get_by_label("Readings").click();
    harness.run();
    assert!(harness.query_by_label("inside").is_none());
}

#[test]
fn a_search_field_is_typed_into_and_emptied() {
    let mut harness = window(String::new(), |ui, query| {
        TextField::search("Find", query).show(ui);
    });
    harness.get_by_role_and_label(Role::TextInput, "Find").focus();
    harness.run();
    type_text(&mut harness, "abc");
    assert_eq!(harness.state(), "abc");
    harness.get_by_label("Clear").click();
    harness.run();
    assert_eq!(harness.state(), "");
    assert!(harness.get_by_role_and_label(Role::TextInput, "Find").is_focused());
}

#[test]
fn fields_do_not_move_when_one_gets_the_focus() {
    let mut harness = window([String::new(), "12x".to_owned()], |ui, [one, other]| {
        TextField::new("One", one).show(ui);
        TextField::new("Other", other).mono().invalid(true).show(ui);
        ui.label("below");
    });
    let before = harness.get_by_label("below").rect();
    harness.get_by_label("One").focus();
    harness.run();
    assert_eq!(harness.get_by_label("below").rect(), before);
}

// --- columns

const COLUMNS: &[Column] = &[Column::new("Field", 80.0), Column::new("Value", 100.0)];

#[test]
fn a_column_edge_is_dragged_and_moved_by_keys() {
    let mut harness = window(vec![200.0], |ui, widths| {
        header_ui(ui, COLUMNS, widths);
    });
    let edge = harness.get_by_role_and_label(Role::Splitter, "Width of Field").rect().center();
    harness.event(Event::PointerMoved(edge));
    harness.drag_at(edge);
    for by in [10.0, 20.0, 30.0] {
        harness.event(Event::PointerMoved(edge + egui::vec2(by, 0.0)));
    }
    harness.drop_at(edge + egui::vec2(30.0, 0.0));
    harness.run();
    assert_eq!(harness.state()[0], 230.0);
    harness.get_by_label("Width of Field").focus();
    harness.run();
    press(&mut harness, Key::ArrowLeft);
    assert_eq!(harness.state()[0], 222.0);
}

#[test]
fn a_field_of_few_rows_keeps_its_height_with_many_lines() {
    let text = "line\n".repeat(40);
    let mut harness = window(text, |ui, text| {
        TextField::new("Text", text).rows(3).show(ui);
        ui.label("below");
    });
    harness.run();
    let below = harness.get_by_label("below").rect();
    assert!(below.top() < 100.0, "{below:?}");
    harness.get_by_role_and_label(Role::MultilineTextInput, "Text");
}
