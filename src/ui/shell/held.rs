//! Keys pressed on the way to a dialog or a field: they wait until it is there, and mean nothing before.

use super::super::dialogs::DialogView;
use crate::app::{Dialog, State};
use egui::{Context, Event};

/// Events taken out of a frame, for the next one.
#[derive(Default)]
pub struct Held {
    events: Vec<Event>,
}

impl Held {
    /// To be called before anything takes keys. In the frame in which a dialog is shown for the first time
    /// nothing in it can take them yet; a question is not answered by what was pressed before it was seen.
    pub fn begin(&mut self, ctx: &Context, state: &State, dialogs: &DialogView) {
        let mut held = std::mem::take(&mut self.events);
        let is_new = state.dialog.is_some() && !dialogs.is_of(state.dialog.as_ref());
        if held.is_empty() && !is_new {
            return;
        }
        ctx.input_mut(|input| {
            held.append(&mut input.events);
            if is_new {
                let (keys, others): (Vec<Event>, Vec<Event>) = held.drain(..).partition(is_pressed);
                held = others;
                if !matches!(state.dialog, Some(Dialog::Question(_))) {
                    self.events = keys;
                }
            }
            input.events = held;
        });
        self.ask_for_frame(ctx);
    }

    /// Holds what was pressed after the key that leads elsewhere: `before` are the events with that key.
    pub fn hold_behind(&mut self, ctx: &Context, before: &[Event]) {
        ctx.input_mut(|input| {
            let n_same = before.iter().zip(&input.events).take_while(|(one, other)| one == other).count();
            let behind = input.events.split_off(n_same);
            let (keys, others): (Vec<Event>, Vec<Event>) = behind.into_iter().partition(is_pressed);
            input.events.extend(others);
            self.events.extend(keys);
        });
        self.ask_for_frame(ctx);
    }

    fn ask_for_frame(&self, ctx: &Context) {
        if !self.events.is_empty() {
            ctx.request_repaint();
        }
    }
}

fn is_pressed(event: &Event) -> bool {
    matches!(
        event,
        Event::Text(_)
            | Event::Key { pressed: true, .. }
            | Event::Paste(_)
            | Event::Copy
            | Event::Cut
            | Event::Ime(_)
    )
}
