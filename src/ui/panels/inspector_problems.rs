//! The problems of the selected row and of what is in it, in the inspector.

use super::problems::{OFFERED, go_to, offered};
use super::{Shown, problems_of, tone_of};
use crate::app::{Action, Pane};
use crate::document::problem::{Problem, ProblemKind};
use crate::document::value::grouped;
use crate::ui::editors::Subject;
use crate::ui::theme::theme;
use crate::ui::widgets::{TextButton, section_ui, text_link_ui, visible_text};
use egui::{Label, RichText, Sense, Ui, vec2};

/// Problems that are listed here; all of them are in their own pane.
const MOST: usize = 20;

/// Whether bytes of the row itself are missing.
pub fn is_damaged(shown: Shown<'_>, subject: &Subject) -> bool {
    let Some(selection) = &shown.open.selection else { return false };
    let is_cut = |problem: &Problem| {
        selection.path == problem.path
            && matches!(
                problem.kind,
                ProblemKind::Overrun | ProblemKind::PackedCut | ProblemKind::UnclosedGroup
            )
    };
    problems_of(shown.open, &subject.row.entry, false).any(is_cut)
}

/// The worst first.
pub fn problems_ui(
    ui: &mut Ui,
    shown: Shown<'_>,
    subject: &Subject,
    is_open: &mut bool,
    actions: &mut Vec<Action>,
) {
    let mut found: Vec<&Problem> = problems_of(shown.open, &subject.row.entry, false).collect();
    found.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    let title_note = found.len().to_string();
    if found.is_empty() || !section_ui(ui, "Problems", &title_note, Some(is_open)) {
        return;
    }
    for problem in found.iter().take(MOST) {
        problem_ui(ui, shown, problem, actions);
    }
    if MOST < found.len() {
        let text = format!("and {} more", grouped((found.len() - MOST) as u64));
        if text_link_ui(ui, &text, "").clicked() {
            actions.push(Action::ShowPane(Pane::Problems));
        }
    }
}

fn problem_ui(ui: &mut Ui, shown: Shown<'_>, problem: &Problem, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let tone = tone_of(problem.severity);
    let is_own = shown.open.selection.as_ref().is_some_and(|selection| selection.path == problem.path);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap;
        let size = vec2(theme.size.icon, theme.size.row_dense);
        let (icon, _) = ui.allocate_exact_size(size, Sense::hover());
        tone.icon().paint_sized(ui.painter(), icon.center(), theme.size.icon - 2.0, tone.color(theme));
        ui.vertical(|ui| {
            // Of something inside, or of what is not there: which it is.
            if !is_own && text_link_ui(ui, &problem.path.to_string(), "Problem of ").clicked() {
                actions.push(go_to(shown.open, problem));
            }
            ui.add(Label::new(visible_text(&problem.message).into_owned()).wrap());
            if let Some(hint) = &problem.hint {
                let hint = RichText::new(hint).color(theme.color.muted).size(theme.size.text_dense);
                ui.add(Label::new(hint).wrap());
            }
            if let Some(offer) = problem.kind.offer_label()
                && TextButton::new(offer).hint(OFFERED).outlined().show(ui).clicked()
            {
                actions.push(offered(problem));
            }
            if let Some(label) = problem.kind.fix_label()
                && TextButton::new(label).outlined().show(ui).clicked()
            {
                let (kind, range) = (problem.kind, problem.range.clone());
                actions.push(Action::FixProblem { kind, range });
            }
        });
    });
}
