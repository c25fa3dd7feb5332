//! To an offset or a path.

use super::DialogView;
use super::frame::{buttons_ui, dialog};
use crate::app::{Action, SelectTarget, State};
use crate::document::Path;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::{TextField, error_line_ui, field};
use egui::{Context, Id, Key};

pub fn go_to_ui(ctx: &Context, state: &State, view: &mut DialogView, actions: &mut Vec<Action>) {
    let Some(open) = state.active_document() else {
        actions.push(Action::Dismiss);
        return;
    };
    let id = Id::unique("go to");
    if !view.is_focused
        && let Some(selection) = &open.selection
    {
        view.text = selection.path.to_string();
    }
    let target = target(&view.text, open.document.len());
    let (pressed, is_closed) = dialog(ctx, "Go to", 460.0, |ui| {
        ui.weak("A path such as messages[0].topic.name, or an offset such as 300 or 0x12c");
        ui.add_space(theme(ui).size.gap_small);
        let error = target.as_ref().err().filter(|_| !view.text.is_empty());
        let field = TextField::new("Path or offset", &mut view.text)
            .id(id)
            .mono()
            .icon(Icon::GoTo)
            .invalid(error.is_some())
            .show(ui);
        if !view.is_focused {
            view.is_focused = true;
            field::select_all(ui.ctx(), id, &view.text);
            field.request_focus();
        }
        error_line_ui(ui, error.map(String::as_str));
        let reason = target.is_err().then_some("Type a path or an offset first");
        let pressed = buttons_ui(ui, &[("Go", reason), ("Cancel", None)]);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        pressed.or(entered.then_some(0))
    });
    match (pressed, target) {
        (Some(0), Ok(target)) => {
            actions.push(Action::Dismiss);
            actions.push(Action::Select(target));
        }
        (Some(0), Err(_)) => ctx.memory_mut(|memory| memory.request_focus(id)),
        (Some(_), _) => actions.push(Action::Dismiss),
        (None, _) if is_closed => actions.push(Action::Dismiss),
        _ => {}
    }
}

/// A bare number is an offset: to a field number one goes by its path in the tree.
fn target(text: &str, len: u64) -> Result<SelectTarget, String> {
    let text = text.trim();
    let offset = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    match offset {
        Some(offset) if offset < len => Ok(SelectTarget::Offset(offset)),
        Some(_) => Err(format!("The document ends before offset {text}, at {len}")),
        None if text.is_empty() => Err(String::new()),
        None => text.parse::<Path>().map(SelectTarget::Path).map_err(|error| error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_an_offset_and_a_name_a_path() {
        assert_eq!(target("0x10", 100), Ok(SelectTarget::Offset(16)));
        assert_eq!(target(" 7 ", 100), Ok(SelectTarget::Offset(7)));
        assert!(target("100", 100).is_err());
        assert!(matches!(target("a[0].b", 100), Ok(SelectTarget::Path(_))));
        assert!(target("a[", 100).is_err());
    }
}
