//! Questions that have to be answered before going on.

use super::frame::{buttons_ui, dialog};
use crate::app::{Action, Answer, CallAct, DiskState, Question, State, Tab, TabId};
use crate::document::value::grouped;
use crate::ui::theme::theme;
use crate::ui::widgets::visible_text;
use egui::{Context, Label, ScrollArea, Ui};

/// How a question reads; the first answer is the primary one.
struct Asked {
    title: &'static str,
    text: String,
    /// One a line, below the text.
    points: Vec<String>,
    answers: &'static [(&'static str, Answer)],
}

/// Points of the window that the rest of a question takes, and what a list of lines keeps.
const LEAST_AROUND: f32 = 260.0;
const LEAST_POINTS: f32 = 72.0;

pub fn question_ui(ctx: &Context, state: &State, question: &Question, actions: &mut Vec<Action>) {
    let asked = asked(state, question);
    let (pressed, is_closed) = dialog(ctx, asked.title, 480.0, |ui| {
        ui.add(Label::new(visible_text(&asked.text).into_owned()).wrap());
        points_ui(ui, &asked.points);
        let titles: Vec<(&str, Option<&str>)> =
            asked.answers.iter().map(|(title, _)| (*title, None)).collect();
        buttons_ui(ui, &titles)
    });
    let answer = pressed.and_then(|idx| asked.answers.get(idx)).map(|(_, answer)| *answer);
    match answer {
        Some(answer) => actions.push(Action::Answer(answer)),
        None if is_closed => actions.push(Action::Answer(Answer::Cancel)),
        None => {}
    }
}

fn points_ui(ui: &mut Ui, points: &[String]) {
    if points.is_empty() {
        return;
    }
    ui.add_space(theme(ui).size.gap);
    let most = (ui.ctx().content_rect().height() - LEAST_AROUND).max(LEAST_POINTS);
    ScrollArea::vertical().id_salt("points").max_height(most).show(ui, |ui| {
        for point in points {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = theme(ui).size.gap;
                ui.label("•");
                ui.add(Label::new(visible_text(point).into_owned()).wrap());
            });
        }
    });
}

/// The name of a request or a profile that is kept in the place of another one.
fn kept_name(then: &Action) -> Option<&str> {
    match then {
        Action::Call(CallAct::StoreRequest { name, .. } | CallAct::StoreProfile { name, .. }) => Some(name),
        _ => None,
    }
}

fn title_of(state: &State, tab: TabId) -> &str {
    state.tab(tab).map_or("the document", |tab| &tab.title)
}

fn is_on_disk(state: &State, tab: TabId) -> bool {
    state.tab(tab).is_some_and(|tab| tab.path.is_some())
}

fn is_gone(state: &State, tab: TabId) -> bool {
    state.tab(tab).and_then(Tab::document).is_some_and(|open| open.disk == DiskState::Deleted)
}

fn unsaved_text(state: &State, tabs: &[TabId]) -> String {
    let n_edited = tabs.iter().filter(|tab| is_on_disk(state, **tab)).count();
    let has = |n: usize| if n == 1 { "One document has".to_owned() } else { format!("{n} documents have") };
    let was = |n: usize| if n == 1 { "one was".to_owned() } else { format!("{n} were") };
    match (n_edited, tabs.len() - n_edited) {
        (0, 1) => "One document was never saved.".to_owned(),
        (0, n_new) => format!("{n_new} documents were never saved."),
        (_, 0) => format!("{} edits that are not saved.", has(n_edited)),
        (_, n_new) => format!("{} edits that are not saved, and {} never saved.", has(n_edited), was(n_new)),
    }
}

fn asked(state: &State, question: &Question) -> Asked {
    let plain = |title, text: String, answers| Asked { title, text, points: Vec::new(), answers };
    match question {
        Question::UnsavedTab(tab) => {
            let name = title_of(state, *tab);
            match is_on_disk(state, *tab) {
                true => {
                    plain("Save before closing?", format!("{name} has edits that are not saved."), UNSAVED)
                }
                false => plain("Save before closing?", format!("{name} was never saved."), NEVER_SAVED),
            }
        }
        Question::UnsavedOnQuit(tabs) => Asked {
            title: "Save before quitting?",
            text: unsaved_text(state, tabs),
            points: tabs.iter().map(|tab| title_of(state, *tab).to_owned()).collect(),
            answers: match tabs.as_slice() {
                [tab] if is_on_disk(state, *tab) => UNSAVED,
                [_] => NEVER_SAVED,
                tabs if tabs.iter().all(|tab| is_on_disk(state, *tab)) => ALL_UNSAVED,
                tabs if tabs.iter().any(|tab| is_on_disk(state, *tab)) => SOME_SAVED,
                _ => NONE_SAVED,
            },
        },
        Question::DropEdits(tab) => plain(
            "Drop the edits?",
            format!(
                "{} has edits that are not saved. Reading the file again drops them.",
                title_of(state, *tab)
            ),
            &[
                ("Keep edits", Answer::Cancel),
                ("Review changes", Answer::Look),
                ("Drop edits and reload", Answer::Yes),
            ],
        ),
        Question::Overwrite { path, then } if kept_name(then).is_some() => {
            let is_request = matches!(&**then, Action::Call(CallAct::StoreRequest { .. }));
            let (title, what, parts) = match is_request {
                true => ("Replace the request?", "request", "message and settings"),
                false => ("Replace the profile?", "profile", "settings"),
            };
            let name = kept_name(then).unwrap_or_default();
            let folder = path.parent().unwrap_or(path).display();
            let text = format!("There is a {what} \"{name}\" in {folder}. Its {parts} will be replaced.");
            plain(title, text, &[("Cancel", Answer::Cancel), ("Replace", Answer::Yes)])
        }
        Question::Overwrite { path, .. } => plain(
            "Replace the file?",
            format!(
                "There is a file \"{}\" in {}. Its content will be replaced.",
                path.file_name().unwrap_or_default().display(),
                path.parent().unwrap_or(path).display()
            ),
            &[("Cancel", Answer::Cancel), ("Replace", Answer::Yes)],
        ),
        Question::InPlace { tab, reason } => plain(
            "Write in place?",
            format!(
                "{} cannot be replaced as a whole. {reason}. Writing in place keeps a backup of the old \
                 content until it is done.",
                title_of(state, *tab)
            ),
            &[("Write in place", Answer::Yes), ("Save as…", Answer::No), ("Cancel", Answer::Cancel)],
        ),
        Question::ChangedOnDisk(tab) if is_gone(state, *tab) => plain(
            "The file is no longer there",
            format!(
                "{} was deleted or moved since it was opened. Saving makes it again.",
                title_of(state, *tab)
            ),
            &[("Save", Answer::Yes), ("Cancel", Answer::Cancel)],
        ),
        Question::ChangedOnDisk(tab) => plain(
            "The file changed on disk",
            format!(
                "Something else wrote {} since it was opened. Saving replaces what it wrote.",
                title_of(state, *tab)
            ),
            &[
                ("Compare", Answer::Look),
                ("Keep mine and save", Answer::Yes),
                ("Take theirs", Answer::No),
                ("Cancel", Answer::Cancel),
            ],
        ),
        Question::OlderValue { n_older, .. } => plain(
            "Remove the value in effect?",
            match n_older {
                1 => "This field stands in the message twice. Removing the last record makes the one \
                      before it count."
                    .to_owned(),
                n => format!(
                    "This field stands in the message {} times. Removing the last record makes the one \
                     before it count.",
                    n + 1
                ),
            },
            &[("Remove this one", Answer::No), ("Remove all", Answer::Yes), ("Cancel", Answer::Cancel)],
        ),
        Question::Journal { labels } => Asked {
            title: "Restore unsaved edits?",
            text: "The program ended before these edits were saved.".to_owned(),
            points: labels.clone(),
            answers: &[("Restore", Answer::Yes), ("Discard", Answer::No), ("Later", Answer::Cancel)],
        },
        Question::OtherType { title, message, input } => plain(
            "Send another type?",
            format!(
                "\"{title}\" is read as {message}, and the method takes {input}. Its bytes are sent as they are."
            ),
            &[("Cancel", Answer::Cancel), ("Send anyway", Answer::Yes)],
        ),
        Question::DoesNotDecode { title, message, problem, offset } => plain(
            "Send bytes that do not decode?",
            format!(
                "\"{title}\" is not a valid {message}. {problem} (at 0x{offset:x}). Its bytes are sent as \
                 they are."
            ),
            &[("Cancel", Answer::Cancel), ("Send anyway", Answer::Yes)],
        ),
        Question::NewTarget { endpoint, method, identity, is_unverified, n_bytes } => Asked {
            title: "Send to this server?",
            text: format!("Nothing has been sent to {endpoint} in this session yet."),
            points: target_points(method, identity, *is_unverified, *n_bytes),
            // Enter gives nothing to whoever answers.
            answers: match is_unverified {
                true => &[("Cancel", Answer::Cancel), ("Send anyway", Answer::Yes)],
                false => &[("Send", Answer::Yes), ("Cancel", Answer::Cancel)],
            },
        },
        Question::LosesOnReplace { losses, .. } => Asked {
            title: "Replace the message?",
            text: "The message holds more than the text can carry. Replacing it loses the rest:".to_owned(),
            points: losses.clone(),
            answers: &[("Keep the message", Answer::Cancel), ("Replace", Answer::Yes)],
        },
    }
}

/// What is sent where, and as whom.
fn target_points(
    method: &str,
    identity: &[String],
    is_unverified: bool,
    n_bytes: Option<u64>,
) -> Vec<String> {
    let mut points = Vec::new();
    if is_unverified {
        points.push("Its certificate is not verified: whoever answers gets all of it".to_owned());
    }
    points.push(match n_bytes {
        Some(1) => format!("{method}, with 1 byte"),
        Some(n_bytes) => format!("{method}, with {} bytes", grouped(n_bytes)),
        None => format!("{method}, without a message"),
    });
    match identity {
        [] => points.push("Without credentials".to_owned()),
        identity => points.extend(identity.iter().map(|who| format!("With {who}"))),
    }
    points
}

const UNSAVED: &[(&str, Answer)] = &[
    ("Save", Answer::Yes),
    ("Discard edits", Answer::No),
    ("Review changes", Answer::Look),
    ("Cancel", Answer::Cancel),
];
const NEVER_SAVED: &[(&str, Answer)] =
    &[("Save as…", Answer::Yes), ("Discard", Answer::No), ("Cancel", Answer::Cancel)];
const ALL_UNSAVED: &[(&str, Answer)] =
    &[("Save all", Answer::Yes), ("Discard all edits", Answer::No), ("Cancel", Answer::Cancel)];
const SOME_SAVED: &[(&str, Answer)] =
    &[("Save all…", Answer::Yes), ("Discard all", Answer::No), ("Cancel", Answer::Cancel)];
const NONE_SAVED: &[(&str, Answer)] =
    &[("Save all as…", Answer::Yes), ("Discard all", Answer::No), ("Cancel", Answer::Cancel)];
