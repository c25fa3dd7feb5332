//! Which method is called: all that are known, those that take the document's type first; or one that
//! no schema knows, as typed.

use super::DialogView;
use super::frame::{buttons_ui, dialog};
use super::pick_list::{keys, most_height, nothing_ui, rows_ui};
use crate::app::{Action, CallAct, MethodChoice, State, method_choices};
use crate::rpc::{MethodPath, RpcKind};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::fuzzy::ranked;
use crate::ui::widgets::{Elide, Row, RowLabel, RowList, TextField, cell, cell_elided};
use egui::{Align, Context, Id, Rect, Ui, pos2, vec2};

/// What helps where no method is found.
const TYPED_WHOLE: &str =
    "Fewer letters may find one. Type package.Service/Method to call one that no schema knows.";

/// A line of the list.
enum Offered<'a> {
    Known(&'a MethodChoice),
    /// What is typed, called with raw bytes.
    Raw(MethodPath),
}

pub fn method_picker_ui(ctx: &Context, state: &State, view: &mut DialogView, actions: &mut Vec<Action>) {
    let message = state.active_document().and_then(|open| open.message());
    let all = view.methods.take().unwrap_or_else(|| method_choices(&state.schema, message));
    let found = found(&all, &view.text);
    let entered = keys(ctx, view, found.len());
    let current = state.calls.target.path().ok();
    let (answer, is_closed) = dialog(ctx, "Call which method", 640.0, |ui| {
        let name = "Find a method, or type package.Service/Method";
        let field = TextField::search(name, &mut view.text).id(Id::unique("find a method")).show(ui);
        if !std::mem::replace(&mut view.is_focused, true) {
            field.request_focus();
        }
        if field.changed() {
            view.picked = 0;
            view.list = Default::default();
        }
        ui.add_space(theme(ui).size.gap);
        let theme = theme(ui);
        let row_height = 2.0 * theme.size.row_dense;
        let rows = RowList::new("Methods", found.len() as u64).row_height(row_height);
        let nothing = found.is_empty().then_some("No method has these letters");
        let height = most_height(ui, row_height);
        let (clicked, is_double) = match nothing {
            Some(nothing) => {
                nothing_ui(ui, height, nothing, TYPED_WHOLE);
                (None, false)
            }
            None => rows_ui(ui, rows, height, None, view, |ui, row| {
                offered_ui(ui, theme, row, &found[row.idx as usize], current.as_ref())
            }),
        };
        if let Some(row) = clicked {
            view.picked = row;
        }
        (buttons_ui(ui, &[("Use this method", nothing), ("Cancel", None)]), is_double)
    });
    let (pressed, is_double) = answer;
    let is_chosen = pressed == Some(0) || is_double || entered;
    match found.get(view.picked).filter(|_| is_chosen) {
        Some(offered) => {
            let path = match offered {
                Offered::Known(choice) => MethodPath::from(&choice.method),
                Offered::Raw(path) => path.clone(),
            };
            actions.push(Action::Dismiss);
            actions.push(Action::Call(CallAct::SetMethod(path.to_string())));
        }
        None if pressed == Some(1) || is_closed => actions.push(Action::Dismiss),
        None => {}
    }
    drop(found);
    view.methods = Some(all);
}

fn found<'a>(all: &'a [MethodChoice], query: &str) -> Vec<Offered<'a>> {
    let query = query.trim();
    if query.is_empty() {
        return all.iter().map(Offered::Known).collect();
    }
    let paths: Vec<String> = all.iter().map(|choice| MethodPath::from(&choice.method).to_string()).collect();
    let matches = ranked(query, paths.iter().map(String::as_str));
    let mut found: Vec<Offered<'_>> = matches.iter().map(|(idx, _)| Offered::Known(&all[*idx])).collect();
    if let Ok(path) = query.parse::<MethodPath>()
        && !paths.iter().any(|known| *known == path.to_string())
    {
        found.push(Offered::Raw(path));
    }
    found
}

fn offered_ui(
    ui: &Ui,
    theme: &Theme,
    row: &Row,
    offered: &Offered<'_>,
    current: Option<&MethodPath>,
) -> RowLabel {
    let painter = ui.painter();
    let at = row.rect.shrink2(vec2(theme.size.margin, 0.0));
    let half = at.height() / 2.0;
    let top = Rect::from_min_max(pos2(at.left(), at.top() + 1.0), pos2(at.right(), at.top() + half + 1.0));
    let bottom =
        Rect::from_min_max(pos2(at.left(), at.top() + half - 1.0), pos2(at.right(), at.bottom() - 1.0));
    let (path, detail, fits) = match offered {
        Offered::Known(choice) => (MethodPath::from(&choice.method), signature(choice), choice.fits),
        Offered::Raw(path) => {
            (path.clone(), "No schema knows it; it is called with raw bytes".to_owned(), false)
        }
    };
    let mut text = top;
    let mark = match (current == Some(&path), fits) {
        (true, _) => Some("in use"),
        (false, true) => Some("takes this type"),
        _ => None,
    };
    if let Some(word) = mark {
        let font = fonts::regular(theme.size.text_small);
        let word = cell(painter, top, word, &font, theme.color.ok, Align::Max);
        let center = pos2(word.rect.left() - 10.0, top.center().y);
        Icon::Check.paint_sized(painter, center, 13.0, theme.color.ok);
        text.max.x = center.x - theme.size.gap;
    }
    let name =
        cell(painter, text, &path.method, &fonts::medium(theme.size.text), theme.color.text, Align::Min);
    text.min.x = name.rect.right() + theme.size.gap;
    let dense = fonts::regular(theme.size.text_dense);
    cell_elided(painter, text, &path.service, &dense, theme.color.muted, Align::Min, Elide::Middle);
    let shown = cell(painter, bottom, &detail, &dense, theme.color.muted, Align::Min);
    shown.full_text_on_hover(ui, &row.response, || detail.clone());
    RowLabel::new(path.to_string()).value(detail)
}

/// What goes there and comes back: `SendMessageRequest → stream of SendMessageResponse`.
fn signature(choice: &MethodChoice) -> String {
    let kind = RpcKind::of(&choice.method);
    let stream = |many: bool| if many { "stream of " } else { "" };
    format!(
        "{}{} → {}{}",
        stream(kind.sends_many()),
        choice.method.input().name(),
        stream(kind.receives_many()),
        choice.method.output().name()
    )
}
