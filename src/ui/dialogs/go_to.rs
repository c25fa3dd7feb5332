//! To an offset or a path.

use super::DialogView;
use super::frame::{buttons_ui, dialog, error_ui};
use crate::app::{Action, SelectTarget, State};
use crate::document::Path;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::{TextField, field};
use egui::{Context, Id, Key};

/// Of fields.
const MAX_NUMBER: u64 = (1 << 29) - 1;
const GO: &str = "Go";
const GO_TO_OFFSET: &str = "Go to the offset";
const CANCEL: &str = "Cancel";

pub fn go_to_ui(ctx: &Context, state: &State, view: &mut DialogView, actions: &mut Vec<Action>) {
    let Some(open) = state.active_document() else {
        actions.push(Action::Dismiss);
        return;
    };
    let id = Id::unique("go to");
    let refused = view.refusal(state).map(str::to_owned);
    if !view.is_focused
        && view.sent.is_none()
        && let Some(selection) = &open.selection
    {
        view.text = selection.path.to_string();
    }
    let ((pressed, target), is_closed) = dialog(ctx, "Go to", 460.0, |ui| {
        ui.weak(
            "A path such as messages[0].topic.name, an offset such as 300 or 0x12c, or a step such as +16; \
             a number is that of a field if there is one",
        );
        ui.add_space(theme(ui).size.gap_small);
        let of = |text: &str| target(text, open.cursor_offset(), open.document.len());
        let is_refused = refused.is_some() && view.sent.as_ref() == Some(&view.text);
        let is_invalid = is_refused || !view.text.is_empty() && of(&view.text).is_err();
        let field = TextField::new("Path or offset", &mut view.text)
            .id(id)
            .mono()
            .icon(Icon::GoTo)
            .invalid(is_invalid)
            .show(ui);
        if !view.is_focused {
            view.is_focused = true;
            field::select_all(ui.ctx(), id, &view.text);
            field.request_focus();
        }
        // What was typed in this frame counts, as Enter may have been pressed in it too.
        let target = of(&view.text);
        let error = target.as_ref().err().filter(|_| !view.text.is_empty());
        let refused = refused.as_deref().filter(|_| view.sent.as_ref() == Some(&view.text));
        error_ui(ui, error.map(String::as_str).or(refused));
        let reason = target.is_err().then_some("Type a path or an offset first");
        // A number may be meant either way.
        let is_both = matches!(target, Ok(SelectTarget::PathOrOffset(..)));
        let pressed = match is_both {
            true => buttons_ui(ui, &[(GO, reason), (GO_TO_OFFSET, None), (CANCEL, None)]),
            false => buttons_ui(ui, &[(GO, reason), (CANCEL, None)]).map(|idx| 2 * idx),
        };
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        (pressed.or(entered.then_some(0)), target)
    });
    match (pressed, target) {
        (Some(1), Ok(SelectTarget::PathOrOffset(_, offset))) => {
            view.send();
            view.goes_to_tree = false;
            actions.push(Action::Select(SelectTarget::Offset(offset)));
        }
        // Closes the dialog if there is such a place.
        (Some(0), Ok(target)) => {
            view.send();
            view.goes_to_tree = matches!(target, SelectTarget::Path(_) | SelectTarget::PathOrOffset(..));
            actions.push(Action::Select(target));
        }
        (Some(0), Err(_)) => ctx.memory_mut(|memory| memory.request_focus(id)),
        (Some(_), _) => leave(view, actions),
        (None, _) if is_closed => leave(view, actions),
        _ => {}
    }
}

/// The keyboard returns to where it was.
fn leave(view: &mut DialogView, actions: &mut Vec<Action>) {
    view.goes_to_tree = false;
    actions.push(Action::Dismiss);
}

/// A bare number is that of a field, which is how paths name unknown ones, else an offset; one with a
/// sign is a step from `here`.
fn target(text: &str, here: u64, len: u64) -> Result<SelectTarget, String> {
    let text = text.trim();
    let number = |text: &str| match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    let offset = match (text.strip_prefix('+'), text.strip_prefix(['-', '−'])) {
        (Some(step), _) => number(step).map(|step| here.saturating_add(step)),
        (_, Some(step)) => match number(step) {
            Some(step) if here < step => {
                return Err(format!("There is nothing {step} bytes before offset {here}"));
            }
            step => step.map(|step| here - step),
        },
        _ => number(text),
    };
    let is_bare = text.bytes().all(|byte| byte.is_ascii_digit());
    match offset {
        Some(offset) if is_bare && (1..=MAX_NUMBER).contains(&offset) => match text.parse::<Path>() {
            Ok(path) => Ok(SelectTarget::PathOrOffset(path, offset)),
            Err(error) => Err(error.to_string()),
        },
        Some(offset) if offset < len => Ok(SelectTarget::Offset(offset)),
        Some(offset) => Err(format!("The document ends before offset {offset}, at {len}")),
        None if text.is_empty() => Err(String::new()),
        None => text.parse::<Path>().map(SelectTarget::Path).map_err(|error| error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_field_or_an_offset_one_with_a_sign_a_step_and_a_name_a_path() {
        for (text, offset) in
            [("0x10", 16), ("0", 0), ("0x1F", 31), ("+16", 56), ("-16", 24), ("+0x10", 56), ("-40", 0)]
        {
            assert_eq!(target(text, 40, 100), Ok(SelectTarget::Offset(offset)), "{text}");
        }
        assert!(matches!(target(" 7 ", 40, 100), Ok(SelectTarget::PathOrOffset(_, 7))));
        assert!(matches!(target("700", 40, 100), Ok(SelectTarget::PathOrOffset(_, 700))));
        for text in ["0x100", "+60", "-41", "a[", "+", "0x"] {
            assert!(target(text, 40, 100).is_err(), "{text}");
        }
        assert!(matches!(target("a[0].b", 40, 100), Ok(SelectTarget::Path(_))));
    }
}
