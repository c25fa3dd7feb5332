//! The docs of one declaration.

use super::docs::comment_ui;
use super::list::icon_of;
use super::parts::{self, Parts};
use crate::app::{Action, Command, DefinitionText, State, message_in_document};
use crate::schema::{Body, Definition, Page};
use crate::ui::commands::offer;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::{
    Choice, Elide, IconButton, TextButton, cell_elided, empty_state_ui, section_ui, visible_text,
};
use egui::{Align, Label, Rect, RichText, ScrollArea, Sense, Ui, pos2, vec2};

/// What the window remembers of the page.
pub struct PageView {
    folds: Folds,
    seen_visits: u64,
    /// Heights of the parts of a long page, by their place on it.
    pub(super) heights: Vec<Option<f32>>,
    made_for: (Option<crate::schema::Address>, u32),
}

struct Folds {
    options: bool,
    fields: bool,
    nested: bool,
    extensions: bool,
    numbers: bool,
    used_in: bool,
    source: bool,
    /// The source text was opened, and is to be scrolled to once it is there.
    reaches_source: bool,
}

impl Default for PageView {
    fn default() -> Self {
        let folds = Folds {
            options: true,
            fields: true,
            nested: true,
            extensions: true,
            numbers: false,
            used_in: true,
            source: false,
            reaches_source: false,
        };
        Self { folds, seen_visits: 0, heights: Vec::new(), made_for: (None, 0) }
    }
}

pub fn page_ui(ui: &mut Ui, state: &State, view: &mut PageView, actions: &mut Vec<Action>) {
    bar_ui(ui, state, actions);
    let browser = &state.browser;
    if let Some(gone) = &browser.gone {
        let sentence = format!("{} is no longer declared", gone.short());
        let choices = [Choice::new("Show all declarations")];
        let hint = "The schema that is loaded now does not have it. Documents keep their bytes.";
        if empty_state_ui(ui, Icon::Info, &sentence, hint, &choices).is_some() {
            actions.push(Action::FilterSchema(String::new()));
        }
        return;
    }
    let Some(page) = &browser.page else { return };
    let is_new = std::mem::replace(&mut view.seen_visits, browser.n_visits) != browser.n_visits;
    let clip = ui.available_width();
    let key = (Some(page.address.clone()), clip.to_bits());
    if view.made_for != key {
        view.made_for = key;
        view.heights.clear();
    }
    let mut area = ScrollArea::vertical().id_salt("page").auto_shrink(false);
    if is_new && browser.member.is_none() {
        area = area.vertical_scroll_offset(0.0);
    }
    area.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.spacing_mut().interact_size.y = theme(ui).size.row_dense;
        let margin = theme(ui).size.margin;
        egui::Frame::new().inner_margin(egui::Margin::symmetric(margin as i8, 0)).show(ui, |ui| {
            ui.set_width(clip - 2.0 * margin);
            let member = browser.member.as_deref();
            let PageView { folds, heights, .. } = view;
            let in_document = message_in_document(state, &page.address);
            let parts = Parts { state, page, in_document: in_document.as_ref(), member, is_new };
            content_ui(ui, parts, folds, heights, actions);
            ui.add_space(margin);
        });
    });
}

/// Back, forward, and what the page is of.
fn bar_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.bar), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.color.surface_1);
    ui.painter().hline(rect.x_range(), rect.bottom() - theme.size.line / 2.0, theme.line());
    let side = theme.size.row_dense + 2.0;
    let mut at = Rect::from_center_size(
        pos2(rect.left() + theme.size.gap + side / 2.0, rect.center().y),
        vec2(side, side),
    );
    for command in [Command::PageBack, Command::PageForward] {
        let Some(offer) = offer(command, state) else { continue };
        let ink = if offer.action.is_ok() { theme.color.text } else { theme.color.muted.gamma_multiply(0.5) };
        if IconButton::of(offer.choice()).small().color(ink).put(ui, at, 0).clicked() {
            actions.extend(offer.action.ok());
        }
        at = at.translate(vec2(side + 2.0, 0.0));
    }
    let Some(page) = &state.browser.page else { return };
    let mut text =
        rect.with_min_x(at.left() + theme.size.gap_small).with_max_x(rect.right() - theme.size.margin);
    icon_of(page.keyword).paint_sized(
        ui.painter(),
        pos2(text.left() + theme.size.icon / 2.0, text.center().y),
        theme.size.icon - 2.0,
        theme.color.muted,
    );
    text.min.x += theme.size.icon + 6.0;
    let font = fonts::regular(theme.size.text_dense);
    let name = visible_text(&page.address.full_name);
    let shown = cell_elided(ui.painter(), text, &name, &font, theme.color.muted, Align::Min, Elide::Middle);
    let response = ui.interact(shown.rect, ui.make_persistent_id("name of the page"), Sense::hover());
    shown.full_text_on_hover(ui, &response, || name.to_string());
}

fn content_ui(
    ui: &mut Ui,
    parts: Parts<'_>,
    folds: &mut Folds,
    heights: &mut Vec<Option<f32>>,
    actions: &mut Vec<Action>,
) {
    let page = parts.page;
    title_ui(ui, page, actions);
    if let Body::Method(method) = &page.body {
        parts::method_ui(ui, method, actions);
    }
    new_ui(ui, page, actions);
    rivals_ui(ui, page, actions);
    if let Some(comment) = &page.about.comment {
        ui.add_space(theme(ui).size.gap_small);
        comment_ui(ui, comment);
    }
    let n_options = page.about.options.len();
    if n_options > 0 && section_ui(ui, "Options", &n_options.to_string(), Some(&mut folds.options)) {
        parts::options_ui(ui, &page.about.options);
    }
    match &page.body {
        Body::Message(body) => {
            let n_fields = body.fields.len();
            if section_ui(ui, "Fields", &n_fields.to_string(), Some(&mut folds.fields)) {
                parts::fields_ui(ui, parts, body, heights, actions);
            }
            let n_extensions = body.extensions.len();
            if n_extensions > 0
                && section_ui(ui, "Extensions", &n_extensions.to_string(), Some(&mut folds.extensions))
            {
                parts::extensions_ui(ui, parts, body, actions);
            }
            let n_nested = body.nested.len();
            if n_nested > 0
                && section_ui(ui, "Declared inside", &n_nested.to_string(), Some(&mut folds.nested))
            {
                for (keyword, link) in &body.nested {
                    parts::listed_link_ui(ui, icon_of(keyword), link, "", actions);
                }
            }
            if section_ui(ui, "Field numbers", "", Some(&mut folds.numbers)) {
                parts::numbers_ui(ui, body);
            }
        }
        Body::Enum(body) => {
            let n_values = body.values.len();
            let note = format!("{n_values}, {}", if body.is_closed { "closed" } else { "open" });
            if section_ui(ui, "Values", &note, Some(&mut folds.fields)) {
                parts::values_ui(ui, parts, body, heights);
            }
        }
        Body::Service(methods) => {
            if section_ui(ui, "Methods", &methods.len().to_string(), Some(&mut folds.fields)) {
                parts::methods_ui(ui, methods, actions);
            }
        }
        Body::Method(_) => {}
    }
    uses_ui(ui, page, folds, actions);
    source_ui(ui, parts.state, folds);
}

fn title_ui(ui: &mut Ui, page: &Page, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    ui.add_space(theme.size.gap);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap;
        ui.label(RichText::new(visible_text(&page.name).into_owned()).heading());
        if page.about.is_deprecated {
            ui.colored_label(theme.color.warning, "deprecated");
        }
    });
    let dense = |text: String| RichText::new(text).color(theme.color.muted).size(theme.size.text_dense);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap_small;
        let edition = page.edition.map(|edition| format!(", edition {edition}")).unwrap_or_default();
        let file = format!("{} in {}{edition}", page.keyword, visible_text(&page.address.file));
        ui.add(Label::new(dense(file)).wrap());
    });
    if let Some(parent) = &page.parent {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme.size.gap_small;
            ui.label(dense("of".to_owned()));
            parts::link_ui(ui, &parent.label, "", &parent.to, actions);
        });
    }
}

/// What can be begun from here.
fn new_ui(ui: &mut Ui, page: &Page, actions: &mut Vec<Action>) {
    let of = page.address.clone();
    let offers = match &page.body {
        Body::Message(_) => vec![
            (
                "New sample",
                "Opens a document of this type with values that look real",
                Action::NewDocument { of: of.clone(), is_sample: true },
            ),
            (
                "New empty",
                "Opens a document of this type without any field",
                Action::NewDocument { of, is_sample: false },
            ),
        ],
        Body::Method(_) => vec![(
            "New request",
            "Opens a document of the input type, to be sent to this method",
            Action::NewRequest(of),
        )],
        Body::Enum(_) | Body::Service(_) => return,
    };
    ui.add_space(theme(ui).size.gap_small);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme(ui).size.gap;
        for (title, hint, action) in offers {
            if TextButton::new(title).hint(hint).outlined().show(ui).clicked() {
                actions.push(action);
            }
        }
    });
}

/// Other declarations of the name, which say something else.
fn rivals_ui(ui: &mut Ui, page: &Page, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    for rival in &page.rivals {
        ui.add_space(theme.size.gap_small);
        let small = |text: &str| RichText::new(text).size(theme.size.text_dense);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = theme.size.gap_small;
            let wins = if rival.wins {
                "Declared differently, and meant by the name, in"
            } else {
                "Declared differently in"
            };
            ui.label(small(wins).color(theme.color.warning));
            parts::link_ui(ui, &rival.address.file, "The declaration in ", &rival.address, actions);
        });
        let difference = visible_text(&rival.difference).into_owned();
        ui.add(Label::new(small(&difference).color(theme.color.muted)).wrap());
    }
}

fn uses_ui(ui: &mut Ui, page: &Page, folds: &mut Folds, actions: &mut Vec<Action>) {
    if !matches!(page.body, Body::Message(_) | Body::Enum(_)) {
        return;
    }
    if !section_ui(ui, "Used in", &page.uses.len().to_string(), Some(&mut folds.used_in)) {
        return;
    }
    if page.uses.is_empty() {
        ui.weak("No field and no method has this type");
    }
    for link in &page.uses {
        let icon = if link.to.member.is_some() { Icon::Number } else { Icon::ArrowRight };
        parts::listed_link_ui(ui, icon, link, "Used in ", actions);
    }
}

fn source_ui(ui: &mut Ui, state: &State, folds: &mut Folds) {
    let definition = &state.browser.definition;
    let note = match definition {
        DefinitionText::Found(Definition { line: Some(line), .. }) => format!("line {line}"),
        DefinitionText::Found(_) => "printed from the descriptor".to_owned(),
        DefinitionText::Reading | DefinitionText::Lacking(_) => String::new(),
    };
    let top = ui.cursor().min;
    let is_shown = section_ui(ui, "Source text", &note, Some(&mut folds.source));
    if is_shown != folds.source {
        folds.reaches_source = folds.source;
        ui.ctx().request_repaint();
    }
    if !is_shown {
        return;
    }
    match definition {
        DefinitionText::Reading => {
            ui.weak("Reading…");
        }
        DefinitionText::Lacking(why) => {
            ui.add(Label::new(RichText::new(why).color(theme(ui).color.muted)).wrap());
        }
        DefinitionText::Found(found) => parts::source_text_ui(ui, found),
    }
    let is_there = !matches!(definition, DefinitionText::Reading);
    if is_there && std::mem::take(&mut folds.reaches_source) {
        let all = Rect::from_min_max(top, pos2(ui.max_rect().right(), ui.min_rect().bottom()));
        ui.scroll_to_rect(all, Some(Align::Min));
    }
}
