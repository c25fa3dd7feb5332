//! Strips over the document: something about all of it, and what can be done.

use crate::app::{Action, Compare, Dialog, DiskState, Filter, TreeFilter, TypeChoice};
use crate::document::value::grouped;
use crate::ui::panels::Shown;
use crate::ui::view::TabView;
use crate::ui::widgets::{BannerResponse, Tone, banner_ui};
use egui::Ui;

/// Points below which there is room for one strip.
const LOW: f32 = 240.0;

/// One strip: a name to remember that it was closed, and what its buttons do.
struct Banner {
    name: &'static str,
    tone: Tone,
    text: String,
    buttons: Vec<(&'static str, Action)>,
    can_close: bool,
}

pub fn banners_ui(ui: &mut Ui, shown: Shown<'_>, view: &mut TabView, actions: &mut Vec<Action>) {
    // In a low window the tree matters more than what is said second.
    let most = if ui.available_height() < LOW { 1 } else { usize::MAX };
    let is_open = |banner: &Banner| !view.closed_banners.contains(&banner.name);
    let all: Vec<Banner> = banners(shown).into_iter().filter(is_open).take(most).collect();
    for banner in all {
        let titles: Vec<&str> = banner.buttons.iter().map(|(title, _)| *title).collect();
        match banner_ui(ui, banner.tone, &banner.text, &titles, banner.can_close) {
            Some(BannerResponse::Action(idx)) => {
                actions.extend(banner.buttons.into_iter().nth(idx).map(|(_, action)| action));
            }
            Some(BannerResponse::Closed) => view.closed_banners.push(banner.name),
            None => {}
        }
    }
}

fn banners(shown: Shown<'_>) -> Vec<Banner> {
    let (open, tab) = (shown.open, shown.tab);
    let mut banners = Vec::new();
    let kept = if open.document.is_modified() { " Your edits are kept." } else { "" };
    match open.disk {
        DiskState::Same => {}
        DiskState::Changed => banners.push(Banner {
            name: "changed",
            tone: Tone::Warning,
            text: format!("The file changed on disk.{kept}"),
            buttons: vec![
                ("Reload", Action::Reload(tab)),
                ("Keep mine", Action::KeepMine(tab)),
                ("Compare", Action::Compare(Compare::Disk(tab))),
            ],
            can_close: false,
        }),
        DiskState::Deleted => banners.push(Banner {
            name: "deleted",
            tone: Tone::Warning,
            text: "The file was deleted. What was open can still be saved.".to_owned(),
            buttons: vec![("Save", Action::Save(tab)), ("Keep it open", Action::KeepMine(tab))],
            can_close: false,
        }),
    }
    if let Some(who) = &open.open_elsewhere {
        banners.push(Banner {
            name: "elsewhere",
            tone: Tone::Warning,
            text: format!("{who}. What is saved last counts."),
            buttons: Vec::new(),
            can_close: true,
        });
    }
    if let Some(text) = filter_text(&open.filter) {
        banners.push(Banner {
            name: "filter",
            tone: Tone::Note,
            text,
            buttons: vec![("Show everything", Action::Filter(TreeFilter::All))],
            can_close: false,
        });
    }
    // Of no bytes nothing could be clear.
    if open.choice == TypeChoice::Unclear && !open.document.is_empty() {
        banners.push(Banner {
            name: "type",
            tone: Tone::Note,
            text: unclear(shown),
            buttons: vec![("Choose a type…", Action::Show(Dialog::TypePicker(tab)))],
            can_close: true,
        });
    }
    banners
}

/// What a filter leaves in the tree.
fn filter_text(filter: &Filter) -> Option<String> {
    let what = match filter.kind {
        TreeFilter::All => return None,
        TreeFilter::Set => return Some("Only set fields are shown.".to_owned()),
        TreeFilter::Unknown => "unknown fields",
        TreeFilter::Problems => "rows with problems",
        TreeFilter::Matches => "matches",
    };
    let n_found = match (filter.is_made, filter.is_cut) {
        (false, _) => String::new(),
        (true, false) => format!(": {} found", grouped(filter.outline.n_found() as u64)),
        (true, true) => format!(": the first {} rows", grouped(filter.outline.len() as u64)),
    };
    let goes_on = if filter.running.is_some() && filter.is_made { " Looking again…" } else { "" };
    Some(format!("Only {what} and what is around them{n_found}.{goes_on}"))
}

fn unclear(shown: Shown<'_>) -> String {
    let tie = shown.open.ranking.as_ref().and_then(|ranking| ranking.groups.first());
    match tie {
        Some(group) if group.types.len() > 1 && group.score > 0 => {
            format!("{} types fit these bytes equally well.", group.types.len())
        }
        _ => "No loaded type clearly fits these bytes.".to_owned(),
    }
}
