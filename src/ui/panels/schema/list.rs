//! The tree of declarations, or what the filter finds in it.

use super::SchemaView;
use super::rows;
use crate::app::{Action, State};
use crate::document::value::grouped;
use crate::schema::{Catalogue, Declaration, Entry, Labelled, What};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, theme};
use crate::ui::view::Asked;
use crate::ui::widgets::{
    Choice, Elide, Row, RowLabel, RowList, RowListResponse, cell, cell_elided, empty_state_ui, tree_cell,
    visible_text,
};
use egui::{Align, Key, Modifiers, Rect, Ui, pos2, vec2};

pub fn list_ui(
    ui: &mut Ui,
    state: &State,
    view: &mut SchemaView,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    if state.browser.query.trim().is_empty() {
        tree_ui(ui, state, view, asked, actions);
    } else {
        found_ui(ui, state, view, actions);
    }
}

/// The keys that the filter leaves to the list below it.
pub fn filter_keys(ui: &Ui, state: &State, view: &mut SchemaView, actions: &mut Vec<Action>) {
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let browser = &state.browser;
    if browser.query.trim().is_empty() {
        view.wants_tree |= pressed(Key::ArrowDown);
        return;
    }
    let last = browser.found.len().saturating_sub(1);
    let here = view.picked.min(last);
    let page = view.found.page_rows() as usize;
    let steps = [
        (Key::ArrowDown, (here + 1).min(last)),
        (Key::ArrowUp, here.saturating_sub(1)),
        (Key::PageDown, (here + page).min(last)),
        (Key::PageUp, here.saturating_sub(page)),
    ];
    for (key, to) in steps {
        if pressed(key) {
            view.picked = to;
            view.found.ensure_visible(to as u64);
        }
    }
    if pressed(Key::Enter) {
        actions.push(Action::ShowFound(view.picked));
    }
}

fn found_ui(ui: &mut Ui, state: &State, view: &mut SchemaView, actions: &mut Vec<Action>) {
    let browser = &state.browser;
    if browser.found.is_empty() {
        match browser.finding {
            Some(_) => {
                ui.add_space(theme(ui).size.gap);
                ui.horizontal(|ui| {
                    ui.add_space(theme(ui).size.margin);
                    ui.weak("Looking…");
                });
            }
            None => {
                let choices = [Choice::new("Show all declarations")];
                let hint = "Words are looked for in names of types, fields, values and methods.";
                if empty_state_ui(ui, Icon::Search, "Nothing has these letters", hint, &choices).is_some() {
                    actions.push(Action::FilterSchema(String::new()));
                }
            }
        }
        return;
    }
    let theme = theme(ui);
    let catalogue = state.schema.catalogue();
    let picked = view.picked.min(browser.found.len() - 1);
    let list = RowList::new("Found declarations", browser.found.len() as u64)
        .selected(|row| row == picked as u64)
        .show(ui, &mut view.found, |ui, row| {
            let id = browser.found.get(row.idx as usize);
            match id.and_then(|id| catalogue.labelled(*id)) {
                Some(labelled) => found_row_ui(ui, theme, row, &labelled),
                None => RowLabel::new(""),
            }
        });
    if let Some(row) = view.found.selection_by_keys(&list.response, Some(picked as u64)) {
        view.picked = row as usize;
    }
    let is_entered =
        list.response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    if let Some((row, _)) = list.clicked {
        view.picked = row as usize;
        actions.push(Action::ShowFound(view.picked));
    } else if is_entered {
        actions.push(Action::ShowFound(picked));
    }
}

fn found_row_ui(ui: &Ui, theme: &Theme, row: &Row, labelled: &Labelled) -> RowLabel {
    let mut at = row.rect.shrink2(vec2(theme.size.margin, 0.0));
    icon_ui(ui, theme, &mut at, icon_of(labelled.keyword));
    let font = fonts::regular(theme.size.text_dense);
    let path = visible_text(&labelled.path);
    let name = cell_elided(ui.painter(), at, &path, &font, theme.color.text, Align::Min, Elide::Middle);
    let full =
        || visible_text(&format!("{} {}.{}", labelled.keyword, labelled.package, labelled.path)).into_owned();
    name.full_text_on_hover(ui, &row.response, full);
    let rest = at.with_min_x(name.rect.right() + theme.size.gap);
    let font = fonts::regular(theme.size.text_small);
    if 40.0 < rest.width() {
        let package = visible_text(&labelled.package);
        cell(ui.painter(), rest, &package, &font, theme.color.muted, Align::Max).full_text_on_hover(
            ui,
            &row.response,
            full,
        );
    }
    RowLabel::new(path).value(format!("{} in {}", labelled.keyword, labelled.package))
}

fn icon_ui(ui: &Ui, theme: &Theme, at: &mut Rect, icon: Icon) {
    let center = pos2(at.left() + theme.size.icon / 2.0, at.center().y);
    icon.paint_sized(ui.painter(), center, theme.size.icon - 2.0, theme.color.muted);
    at.min.x += theme.size.icon + 6.0;
}

/// For the word in front of a name.
pub fn icon_of(keyword: &str) -> Icon {
    match keyword {
        "message" => Icon::Message,
        "enum" => Icon::List,
        "service" => Icon::Server,
        "rpc" => Icon::ArrowRight,
        "value" => Icon::Dot,
        _ => Icon::Number,
    }
}

fn tree_ui(ui: &mut Ui, state: &State, view: &mut SchemaView, asked: &mut Asked, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let catalogue = state.schema.catalogue();
    let mut toggled = None;
    let (rows, selected) = (&view.rows, view.selected);
    let visible = rows.visible();
    let list = RowList::tree("Declarations", visible.len() as u64)
        .selected(|place| selected.is_some() && visible.get(place as usize).copied() == selected)
        .show(ui, &mut view.tree, |ui, place| {
            let Some(row) = visible.get(place.idx as usize).copied() else { return RowLabel::new("") };
            let Some(entry) = catalogue.entries().get(row as usize) else { return RowLabel::new("") };
            let is_open = (entry.n_below > 0).then(|| rows.is_open(catalogue, row));
            if tree_row_ui(ui, theme, place, entry, is_open) {
                toggled = is_open.map(|is_open| (row, !is_open));
            }
            RowLabel::new(name_of(entry)).level(usize::from(entry.depth)).expanded(is_open)
        });
    if std::mem::take(&mut view.wants_tree) {
        list.response.request_focus();
        view.selected = view.selected.or_else(|| row_at(view, 0));
    }
    if let Some((row, is_open)) = toggled {
        view.rows.set_open(catalogue, row, is_open);
    } else if let Some(row) = list.clicked.and_then(|(place, _)| row_at(view, place)) {
        view.selected = Some(row);
        enter(catalogue, view, row, actions);
    }
    keys_ui(ui, catalogue, &list, view, asked, actions);
}

fn row_at(view: &SchemaView, place: u64) -> Option<u32> {
    view.rows.visible().get(place as usize).copied()
}

/// Shows the page of a declaration; opens or closes what has none.
fn enter(catalogue: &Catalogue, view: &mut SchemaView, row: u32, actions: &mut Vec<Action>) {
    let Some(entry) = catalogue.entries().get(row as usize) else { return };
    match &entry.what {
        What::Declared(declaration) => actions.push(Action::ShowPage(declaration.address())),
        _ => {
            let is_open = view.rows.is_open(catalogue, row);
            view.rows.set_open(catalogue, row, !is_open);
        }
    }
}

fn keys_ui(
    ui: &Ui,
    catalogue: &Catalogue,
    list: &RowListResponse,
    view: &mut SchemaView,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let place = view.selected.and_then(|row| view.rows.place_of(row));
    if let Some(row) =
        view.tree.selection_by_keys(&list.response, place).and_then(|place| row_at(view, place))
    {
        view.selected = Some(row);
    }
    if !list.response.has_focus() {
        return;
    }
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Escape) {
        asked.focus_tree = true;
    }
    let Some(row) = view.selected else { return };
    let is_open = view.rows.is_open(catalogue, row);
    let n_below = catalogue.entries().get(row as usize).map_or(0, |entry| entry.n_below);
    let mut go_to = None;
    if pressed(Key::ArrowRight) && n_below > 0 {
        if is_open {
            go_to = Some(row + 1);
        } else {
            view.rows.set_open(catalogue, row, true);
        }
    }
    if pressed(Key::ArrowLeft) {
        if is_open && n_below > 0 {
            view.rows.set_open(catalogue, row, false);
        } else {
            go_to = rows::parent(catalogue, row);
        }
    }
    if pressed(Key::Enter) || pressed(Key::Space) {
        enter(catalogue, view, row, actions);
    }
    if let Some(row) = go_to {
        view.selected = Some(row);
        if let Some(place) = view.rows.place_of(row) {
            view.tree.ensure_visible(place);
        }
    }
}

/// Returns whether its chevron was clicked.
fn tree_row_ui(ui: &Ui, theme: &Theme, place: &Row, entry: &Entry, is_open: Option<bool>) -> bool {
    let rect = place.rect.shrink2(vec2(theme.size.gap, 0.0));
    let cell_of = tree_cell(ui.painter(), theme, rect, usize::from(entry.depth), is_open);
    let mut at = cell_of.text;
    let (icon, is_heading) = match &entry.what {
        What::Source(None) => (Icon::Pin, true),
        What::Source(Some(_)) => (Icon::Folder, true),
        What::Package(_) => (Icon::Package, false),
        What::File(_) => (Icon::File, false),
        What::Declared(declaration) => (icon_of(declaration.keyword()), false),
    };
    icon_ui(ui, theme, &mut at, icon);
    let size = theme.size.text_dense;
    let font = if is_heading { fonts::medium(size) } else { fonts::regular(size) };
    let note = note_of(entry);
    if !note.is_empty() {
        let font = fonts::regular(theme.size.text_small);
        let shown = cell(ui.painter(), at, &note, &font, theme.color.muted, Align::Max);
        at.max.x = shown.rect.left() - theme.size.gap;
    }
    let name = name_of(entry);
    let elide = if is_heading { Elide::Middle } else { Elide::End };
    let shown = cell_elided(ui.painter(), at, &name, &font, theme.color.text, Align::Min, elide);
    shown.full_text_on_hover(ui, &place.response, || full_name_of(entry));
    cell_of.is_chevron_clicked(&place.response)
}

fn name_of(entry: &Entry) -> String {
    let name = match &entry.what {
        What::Source(None) => "Built in".to_owned(),
        What::Source(Some(path)) => {
            let path = path.trim_end_matches(['/', '\\']);
            path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
        }
        What::Package(package) if package.is_empty() => "No package".to_owned(),
        What::Package(package) => package.clone(),
        What::File(file) => {
            let folder = format!("{}/", file.package_name().replace('.', "/"));
            file.name().strip_prefix(&folder).unwrap_or(file.name()).to_owned()
        }
        What::Declared(declaration) => declaration.name().to_owned(),
    };
    visible_text(&name).into_owned()
}

fn full_name_of(entry: &Entry) -> String {
    match &entry.what {
        What::Source(Some(path)) => visible_text(path).into_owned(),
        What::File(file) => visible_text(file.name()).into_owned(),
        What::Declared(declaration) => declaration.full_name().to_owned(),
        _ => name_of(entry),
    }
}

/// What stands at the right of a row.
fn note_of(entry: &Entry) -> String {
    match &entry.what {
        What::Source(_) | What::Package(_) => grouped(u64::from(entry.n_declared)),
        What::Declared(Declaration::Method(method)) => {
            match (method.is_client_streaming(), method.is_server_streaming()) {
                (false, false) => String::new(),
                (true, false) => "client stream".to_owned(),
                (false, true) => "server stream".to_owned(),
                (true, true) => "bidirectional".to_owned(),
            }
        }
        _ => String::new(),
    }
}
