//! What a payload is read as, and what it looks like: one click reads it so.

use super::{Editing, What};
use crate::app::{Action, Dialog};
use crate::document::reading::{Reading, guessed_enums};
use crate::document::value::grouped;
use crate::schema::{Kind, MessageDescriptor};
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::TextButton;
use crate::wire::WireType;
use egui::{Label, RichText, Ui};

/// Types that are offered at most.
const MAX_OFFERED: usize = 3;

/// Something the payload may be, and why.
struct Offer {
    reading: Reading,
    name: String,
    reason: String,
}

/// Whether there is anything to say or to choose.
pub fn has_looks(editing: &Editing<'_>) -> bool {
    is_len(editing) || editing.subject.chosen.is_some() || !offers(editing).is_empty()
}

pub fn looks_like_ui(ui: &mut Ui, editing: &Editing<'_>) -> Option<Action> {
    let theme = theme(ui);
    let row = editing.subject.row.id;
    let mut action = None;
    if let Some(chosen) = &editing.subject.chosen {
        let text = match chosen.message() {
            Some(Some(message)) => format!("Read as {}", message.full_name()),
            Some(None) => "Read as a message without a type".to_owned(),
            None => format!("Read as {}", chosen.label()),
        };
        ui.add(Label::new(text).wrap());
        ui.add_space(theme.size.gap_small);
    }
    let can_take_back = editing.subject.is_chosen_by_person;
    if is_len(editing) || can_take_back {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = theme.size.gap_small;
            if is_len(editing)
                && TextButton::new("Read as type…").icon(Icon::Message).outlined().show(ui).clicked()
            {
                action = Some(Action::Show(Dialog::RecordType { row }));
            }
            let is_declared = editing.subject.row.entry.field().is_some();
            let title = if is_declared { "Back to what is declared" } else { "Back to its wire type" };
            let back = TextButton::new(title).icon(Icon::Undo);
            if can_take_back && ui.available_size_before_wrap().x < back.width(ui) {
                ui.end_row();
            }
            if can_take_back && back.show(ui).clicked() {
                action = Some(Action::ReadRecordAs { row, reading: None });
            }
        });
    }
    let offers = offers(editing);
    if !offers.is_empty() {
        ui.add_space(theme.size.gap_small);
        ui.weak("Looks like");
    }
    for offer in offers {
        let hint = "Reads it as this type here and in the same place of every file of this type";
        let title = format!("Read as {}", offer.name);
        if TextButton::new(&title).hint(hint).outlined().at_most(ui.available_width()).show(ui).clicked() {
            action = Some(Action::ReadRecordAs { row, reading: Some(offer.reading) });
        }
        let reason = RichText::new(offer.reason).color(theme.color.muted).size(theme.size.text_dense);
        ui.add(Label::new(reason).wrap());
        ui.add_space(theme.size.gap);
    }
    action
}

fn is_len(editing: &Editing<'_>) -> bool {
    match &editing.subject.what {
        What::Raw(wire_type) => *wire_type == WireType::Len,
        _ => !editing.subject.is_group(),
    }
}

fn offers(editing: &Editing<'_>) -> Vec<Offer> {
    let subject = editing.subject;
    if subject.chosen.as_ref().is_some_and(|chosen| chosen.message().flatten().is_some()) {
        return Vec::new();
    }
    match &subject.what {
        What::Raw(WireType::Varint) => {
            let found = guessed_enums(&editing.state.schema, subject.scalar, &subject.enums_around);
            let found = found.into_iter().filter(|(descriptor, _)| {
                subject.chosen.as_ref() != Some(&Reading::Kind(Kind::Enum(descriptor.clone())))
            });
            found
                .map(|(descriptor, value)| Offer {
                    reason: format!("{} is {value} in {}", grouped(subject.scalar), descriptor.full_name()),
                    name: descriptor.name().to_owned(),
                    reading: Reading::Kind(Kind::Enum(descriptor)),
                })
                .collect()
        }
        _ if is_len(editing) && !subject.looks_like_text => ranked(editing),
        _ => Vec::new(),
    }
}

fn ranked(editing: &Editing<'_>) -> Vec<Offer> {
    let row = editing.subject.row.id;
    let guess = editing.open.guess.as_ref().filter(|guess| guess.row == row);
    let Some(ranking) = guess.and_then(|guess| guess.ranking.as_ref()) else { return Vec::new() };
    let around = editing.open.tree.message_at(editing.subject.row.branch).and_then(|around| around.message);
    let fits = ranking.groups.iter().take_while(|group| group.score > 0);
    let mut found: Vec<(&MessageDescriptor, Option<String>, &str)> = Vec::new();
    for group in fits {
        let mut alike: Vec<_> = group
            .types
            .iter()
            .map(|message| (message, used_around(around.as_ref(), message), group.reason.as_str()))
            .collect();
        // Of types that the bytes cannot tell apart, those that are used around the record come first.
        alike.sort_by_key(|(_, used, _)| used.is_none());
        found.extend(alike);
        if MAX_OFFERED <= found.len() {
            break;
        }
    }
    found.truncate(MAX_OFFERED);
    found
        .into_iter()
        .map(|(message, used, reason)| Offer {
            name: message.name().to_owned(),
            reason: match used {
                Some(field) => format!("The type of field {field}. {reason}"),
                None => format!("{}. {reason}", message.full_name()),
            },
            reading: Reading::Kind(Kind::Message(message.clone())),
        })
        .collect()
}

/// The field of the message around that has this type.
fn used_around(around: Option<&MessageDescriptor>, message: &MessageDescriptor) -> Option<String> {
    let field = around?.fields().find(|field| field.kind() == Kind::Message(message.clone()))?;
    Some(field.name().to_owned())
}
