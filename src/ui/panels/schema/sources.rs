//! Where declarations come from, what became of each source, and how imports were found.

use super::source_notes::{contradictions_ui, noted_ui, protoc_answer_ui, protoc_question_ui, removed_ui};
use crate::app::{
    Action, BrokenFile, Command, Dialog, FileDialog, ImportRow, SchemaSources, SourceRow, State,
};
use crate::ui::commands::offer;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::{
    Elide, HoverText, IconButton, TextButton, cell, cell_elided, check_box_ui, section_ui, visible_text,
};
use egui::{Align, Color32, Label, Layout, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Broken files of a source that are shown at once.
pub(super) const MAX_SHOWN: usize = 50;
/// Points from which on the buttons that add sources have icons.
const LEAST_FOR_ICONS: f32 = 284.0;

/// What the window remembers of the list.
pub struct SourcesView {
    /// Sources whose broken files are folded away.
    folded: HashSet<PathBuf>,
    /// Sources whose files with something left out are shown.
    pub(super) unfolded: HashSet<PathBuf>,
    roots: bool,
    imports: bool,
    pub(super) contradictions: bool,
}

impl Default for SourcesView {
    fn default() -> Self {
        Self {
            folded: HashSet::new(),
            unfolded: HashSet::new(),
            roots: true,
            imports: true,
            contradictions: true,
        }
    }
}

pub fn sources_ui(ui: &mut Ui, state: &State, view: &mut SourcesView, actions: &mut Vec<Action>) {
    let margin = theme(ui).size.margin;
    let clip = ui.available_width();
    ScrollArea::vertical().id_salt("sources").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        egui::Frame::new().inner_margin(egui::Margin::symmetric(margin as i8, 0)).show(ui, |ui| {
            ui.set_width(clip - 2.0 * margin);
            ui.add_space(theme(ui).size.gap);
            add_ui(ui, state, actions);
            removed_ui(ui, state, actions);
            protoc_question_ui(ui, state, actions);
            let list = &state.source_list;
            for (idx, row) in list.rows.iter().enumerate() {
                source_ui(ui, state, idx, row, view, actions);
            }
            let is_listed = |path: &Path| list.rows.iter().any(|row| row.path == path);
            for path in state.sources.paths.iter().filter(|path| !is_listed(path)) {
                unread_ui(ui, path);
            }
            protoc_answer_ui(ui, state, actions);
            builtin_ui(ui, state, actions);
            contradictions_ui(ui, state, view, actions);
            imports_ui(ui, state, view, actions);
            roots_ui(ui, state, view, actions);
            ui.add_space(margin);
        });
    });
}

fn add_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    if state.sources.paths.is_empty() {
        let text = "Add your own .proto files, a folder or archive of them, or a descriptor set. Roots of \
                    imports are found without being named.";
        ui.add(Label::new(RichText::new(text).color(theme(ui).color.muted)).wrap());
        ui.add_space(theme(ui).size.gap_small);
    }
    let has_icons = LEAST_FOR_ICONS <= ui.available_width();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme(ui).size.gap;
        for (command, title, icon) in [
            (Command::AddSchema, "Add file…", Icon::Plus),
            (Command::AddSchemaFolder, "Add folder…", Icon::Folder),
        ] {
            let Some(offer) = offer(command, state) else { continue };
            let button = TextButton::new(title).hint(offer.row.hint).outlined();
            let button = if has_icons { button.icon(icon) } else { button };
            if button.show(ui).clicked() {
                actions.extend(offer.action.ok());
            }
        }
        let nothing = state.sources.paths.is_empty().then_some("Nothing was added yet");
        let again = IconButton::new(Icon::Refresh, "Load again").disabled(nothing);
        let hint = "Reads all sources once more; changes on disk are noticed without it";
        if again.hint(hint).show(ui).clicked() {
            actions.push(Action::SetSources(state.sources.clone()));
        }
    });
    ui.add_space(theme(ui).size.gap_small);
}

fn source_ui(
    ui: &mut Ui,
    state: &State,
    idx: usize,
    row: &SourceRow,
    view: &mut SourcesView,
    actions: &mut Vec<Action>,
) {
    let theme = theme(ui);
    ui.add_space(theme.size.gap_small);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.row), Sense::hover());
    let icon = if row.what == "a folder" { Icon::Folder } else { Icon::File };
    let mut at = rect;
    let center = pos2(at.left() + theme.size.icon / 2.0, at.center().y);
    icon.paint_sized(ui.painter(), center, theme.size.icon - 2.0, theme.color.muted);
    at.min.x += theme.size.icon + 6.0;
    at.max.x -= buttons_ui(ui, state, idx, row, rect, actions);
    let name = row.path.file_name().unwrap_or(row.path.as_os_str()).to_string_lossy();
    let name = visible_text(&name);
    let font = fonts::medium(theme.size.text_dense);
    let shown = cell_elided(ui.painter(), at, &name, &font, theme.color.text, Align::Min, Elide::Middle);
    at.min.x = shown.rect.right() + theme.size.gap;
    let (status, color) = status_of(ui, row);
    let small = fonts::regular(theme.size.text_small);
    let told = cell(ui.painter(), at, &status, &small, color, Align::Min);
    if shown.is_elided || told.is_elided {
        response.clone().told(format!("{name}: {status}"));
    }
    let label = format!("{name}, {}, {status}", row.what);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &label));
    path_ui(ui, &row.path.to_string_lossy());
    if let Some(problem) = &row.problem {
        indented(ui, |ui| {
            let problem = RichText::new(visible_text(problem).into_owned()).color(theme.color.problem);
            ui.add(Label::new(problem.size(theme.size.text_dense)).wrap());
        });
    }
    if row.broken.is_empty() {
        return noted_ui(ui, row, view);
    }
    let mut is_open = !view.folded.contains(&row.path);
    indented(ui, |ui| {
        let title = if row.n_broken == 1 { "File that cannot be used" } else { "Files that cannot be used" };
        ui.push_id(&row.path, |ui| {
            if section_ui(ui, title, &row.n_broken.to_string(), Some(&mut is_open)) {
                for broken in row.broken.iter().take(MAX_SHOWN) {
                    broken_ui(ui, broken);
                }
                if MAX_SHOWN < row.n_broken {
                    ui.weak(format!("and {} more", row.n_broken - MAX_SHOWN));
                }
            }
        });
    });
    if is_open {
        view.folded.remove(&row.path);
    } else {
        view.folded.insert(row.path.clone());
    }
    noted_ui(ui, row, view);
}

/// A source that is being loaded for the first time.
fn unread_ui(ui: &mut Ui, path: &Path) {
    let theme = theme(ui);
    ui.add_space(theme.size.gap_small);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.row), Sense::hover());
    let center = pos2(rect.left() + theme.size.icon / 2.0, rect.center().y);
    Icon::Clock.paint_sized(ui.painter(), center, theme.size.icon - 2.0, theme.color.muted);
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let text = format!("{}, loading…", visible_text(&name));
    let font = fonts::medium(theme.size.text_dense);
    let at = rect.with_min_x(rect.left() + theme.size.icon + 6.0);
    cell_elided(ui.painter(), at, &text, &font, theme.color.muted, Align::Min, Elide::Middle)
        .full_text_on_hover(ui, &response, || text.clone());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
    path_ui(ui, &path.to_string_lossy());
}

fn status_of(ui: &Ui, row: &SourceRow) -> (String, Color32) {
    let color = &theme(ui).color;
    let files = if row.n_files == 1 { "1 file".to_owned() } else { format!("{} files", row.n_files) };
    let files = match row.n_compiled {
        0 => files,
        n => format!("{files}, {n} by protoc"),
    };
    match row.n_broken {
        _ if row.problem.is_some() => ("cannot be read".to_owned(), color.problem),
        0 => (files, color.muted),
        n if n == row.n_files => ("cannot be used".to_owned(), color.problem),
        n => (format!("{n} of {files} broken"), color.warning),
    }
}

/// Moving up and down, and removing; returns the width they take.
fn buttons_ui(
    ui: &mut Ui,
    state: &State,
    idx: usize,
    row: &SourceRow,
    rect: Rect,
    actions: &mut Vec<Action>,
) -> f32 {
    let theme = theme(ui);
    let side = theme.size.row_dense;
    let name = row.path.file_name().unwrap_or(row.path.as_os_str()).to_string_lossy().into_owned();
    let n_sources = state.sources.paths.len();
    let buttons = [
        (Icon::ArrowUp, format!("Look {name} up earlier"), (idx == 0).then_some("It is looked up first")),
        (
            Icon::ArrowDown,
            format!("Look {name} up later"),
            (idx + 1 == n_sources).then_some("It is looked up last"),
        ),
        (Icon::Trash, format!("Remove {name}"), None),
    ];
    let width = 3.0 * (side + 2.0);
    let mut center = pos2(rect.right() - width + side / 2.0, rect.center().y);
    for (icon, name, reason) in buttons {
        let at = Rect::from_center_size(center, vec2(side, side));
        let ink = if reason.is_some() { theme.color.muted.gamma_multiply(0.5) } else { theme.color.muted };
        let button = IconButton::new(icon, &name).small().color(ink).disabled(reason);
        if button.put(ui, at, idx as u64).clicked() {
            let path = row.path.clone();
            actions.push(match icon {
                Icon::Trash => Action::RemoveSource(path),
                icon => Action::MoveSource { path, up: icon == Icon::ArrowUp },
            });
        }
        center.x += side + 2.0;
    }
    width
}

pub(super) fn indented(ui: &mut Ui, draw: impl FnOnce(&mut Ui)) {
    let left = theme(ui).size.icon + 6.0;
    let rect = ui.available_rect_before_wrap();
    let rect = rect.with_min_x(rect.left() + left);
    let mut inner = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)));
    draw(&mut inner);
    ui.advance_cursor_after_rect(inner.min_rect());
}

fn path_ui(ui: &mut Ui, path: &str) {
    let theme = theme(ui);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), theme.size.row_dense), Sense::hover());
    let at = rect.with_min_x(rect.left() + theme.size.icon + 6.0);
    let path = visible_text(path);
    let font = fonts::regular(theme.size.text_small);
    cell_elided(ui.painter(), at, &path, &font, theme.color.muted, Align::Min, Elide::Middle)
        .full_text_on_hover(ui, &response, || path.to_string());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &path));
}

/// Where it is wrong, the line, what is wrong and what to do.
fn broken_ui(ui: &mut Ui, broken: &BrokenFile) {
    let theme = theme(ui);
    named_path_ui(ui, "", &broken.place_text());
    let message = RichText::new(visible_text(&broken.message).into_owned()).color(theme.color.problem);
    ui.add(Label::new(message.size(theme.size.text_dense)).wrap());
    if !broken.source_line.trim().is_empty() {
        let frame = egui::Frame::new().fill(theme.color.surface_2).corner_radius(theme.size.radius);
        frame.inner_margin(theme.size.gap_small).show(ui, |ui| {
            ui.set_width(ui.available_width());
            let line = RichText::new(broken.source_line.trim()).monospace().size(theme.size.text_small);
            ui.add(Label::new(line).truncate());
        });
    }
    for line in broken.hint.lines() {
        let hint = RichText::new(visible_text(line).into_owned()).color(theme.color.muted);
        ui.add(Label::new(hint.size(theme.size.text_small)).wrap());
    }
    ui.add_space(theme.size.gap_small);
}

/// What is there without being added.
fn builtin_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    ui.add_space(theme(ui).size.gap);
    let mut is_on = !state.sources.no_builtin;
    let hint = "Built in; added where the sources leave its names free. Google's own files are always there.";
    if check_box_ui(ui, "RocketMQ v2 API", hint, &mut is_on) {
        actions.push(Action::SetSources(SchemaSources { no_builtin: !is_on, ..state.sources.clone() }));
    }
}

fn imports_ui(ui: &mut Ui, state: &State, view: &mut SourcesView, actions: &mut Vec<Action>) {
    let list = &state.source_list;
    if list.imports.is_empty() {
        return;
    }
    let note = match list.n_missing {
        0 => list.imports.len().to_string(),
        n => format!("{n} not found"),
    };
    if !section_ui(ui, "Imports to know about", &note, Some(&mut view.imports)) {
        return;
    }
    for (idx, import) in list.imports.iter().enumerate() {
        ui.push_id(idx, |ui| import_ui(ui, state, import, actions));
    }
}

fn import_ui(ui: &mut Ui, state: &State, import: &ImportRow, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let muted = |text: String| RichText::new(text).color(theme.color.muted).size(theme.size.text_small);
    let color = if import.found.is_some() { theme.color.text } else { theme.color.problem };
    let name = RichText::new(visible_text(&import.import).into_owned()).color(color);
    ui.add(Label::new(name.size(theme.size.text_dense)).wrap());
    let others = match import.n_importers {
        1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    named_path_ui(ui, "Imported by", &format!("{}{others}", import.by));
    match &import.found {
        Some(found) => {
            named_path_ui(ui, "Taken from", found);
            let mut why = import.why.to_owned();
            why.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
            ui.add(Label::new(muted(why)).wrap());
        }
        None if import.tried.is_empty() => {
            ui.add(Label::new(muted("It was not found".to_owned())).wrap());
        }
        None => {
            let tried: Vec<&str> = import.tried.iter().take(4).map(String::as_str).collect();
            let text = format!("It was not found; looked for {}", visible_text(&tried.join(", ")));
            ui.add(Label::new(muted(text)).wrap());
        }
    }
    ui.add_space(theme.size.gap_small);
    for root in &import.others {
        let title = format!("Use the one under {}", short(root));
        if TextButton::new(&title).hint(root).outlined().show(ui).clicked() {
            let mut sources = state.sources.clone();
            sources.includes.retain(|known| known != root);
            sources.includes.insert(0, root.clone());
            actions.push(Action::SetSources(sources));
        }
    }
    if import.others.is_empty() && TextButton::new("Choose its root folder…").outlined().show(ui).clicked()
    {
        actions.push(Action::Show(Dialog::File(FileDialog::ImportRoot)));
    }
    ui.add_space(theme.size.gap);
}

/// A path in one line, after a word that says what it is of.
fn named_path_ui(ui: &mut Ui, word: &str, path: &str) {
    let theme = theme(ui);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), theme.size.row_dense), Sense::hover());
    let font = fonts::regular(theme.size.text_small);
    let muted = theme.color.muted;
    let mut at = rect;
    if !word.is_empty() {
        at.min.x =
            cell(ui.painter(), rect, word, &font, muted, Align::Min).rect.right() + theme.size.gap_small;
    }
    let path = visible_text(path);
    cell_elided(ui.painter(), at, &path, &font, muted, Align::Min, Elide::Start).full_text_on_hover(
        ui,
        &response,
        || path.to_string(),
    );
    let label = if word.is_empty() { path.to_string() } else { format!("{word} {path}") };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &label));
}

/// The last folders of a path.
fn short(root: &str) -> String {
    let parts: Vec<&str> = root.split('/').filter(|part| !part.is_empty()).collect();
    let last = parts.len().saturating_sub(2);
    let shown = parts.get(last..).unwrap_or_default().join("/");
    visible_text(&shown).into_owned()
}

/// Folders that imports are looked up in: those that were named, and those that were found.
fn roots_ui(ui: &mut Ui, state: &State, view: &mut SourcesView, actions: &mut Vec<Action>) {
    let list = &state.source_list;
    let note = (list.roots.len() + state.sources.includes.len()).to_string();
    if !section_ui(ui, "Import roots", &note, Some(&mut view.roots)) {
        return;
    }
    for (idx, include) in state.sources.includes.iter().enumerate() {
        if root_ui(ui, include, "named, looked up first", Some(idx)) {
            actions.push(Action::RemoveImportRoot(include.clone()));
        }
    }
    for (root, n_imports) in &list.roots {
        if state.sources.includes.iter().any(|include| Path::new(include) == Path::new(root)) {
            continue;
        }
        let note = if *n_imports == 1 { "1 import".to_owned() } else { format!("{n_imports} imports") };
        root_ui(ui, root, &format!("found, {note}"), None);
    }
    ui.add_space(theme(ui).size.gap_small);
    let hint = "Imports are looked up in this folder before any that were found";
    if TextButton::new("Add import root…").hint(hint).outlined().show(ui).clicked() {
        actions.push(Action::Show(Dialog::File(FileDialog::ImportRoot)));
    }
}

/// Returns whether it is to be removed, which only those that were named can be.
fn root_ui(ui: &mut Ui, root: &str, note: &str, removable: Option<usize>) -> bool {
    let theme = theme(ui);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), theme.size.row_dense), Sense::hover());
    let mut at = rect;
    let mut is_removed = false;
    if let Some(idx) = removable {
        let side = theme.size.row_dense;
        let center = pos2(rect.right() - side / 2.0, rect.center().y);
        let name = format!("Remove root {}", short(root));
        let remove = IconButton::new(Icon::Trash, &name).small().color(theme.color.muted);
        is_removed = remove.put(ui, Rect::from_center_size(center, vec2(side, side)), idx as u64).clicked();
        at.max.x -= side + 2.0;
    }
    let font = fonts::regular(theme.size.text_small);
    let shown = cell(ui.painter(), at, note, &font, theme.color.muted, Align::Max);
    at.max.x = shown.rect.left() - theme.size.gap;
    let root = visible_text(root);
    let font = fonts::regular(theme.size.text_dense);
    cell_elided(ui.painter(), at, &root, &font, theme.color.text, Align::Min, Elide::Middle)
        .full_text_on_hover(ui, &response, || root.to_string());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{root}, {note}")));
    is_removed
}
