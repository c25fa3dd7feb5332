//! The survey of a message with many records, made beside the window.

use super::super::index::Index;
use super::super::reader::Reader;
use super::super::snapshot::Snapshot;
use super::super::source::{ReadMode, SourceError};
use super::survey::{Survey, Taker};
use super::tree::{BranchId, Tree, What};
use crate::schema::MessageDescriptor;
use std::fmt;
use std::ops::{ControlFlow, Range};

/// Records that are remembered for one survey. A message with more has none.
const MAX_RECORDS: u32 = 1 << 18;

/// What is known of which fields of an open message are absent or overridden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Surveyed {
    #[default]
    Whole,
    /// It has many records; it is looked at in the background.
    Later,
    /// It has too many records.
    Never,
}

/// A message to be surveyed elsewhere, and the survey to be given back.
pub struct SurveyWork {
    branch: BranchId,
    /// The document's revision that it belongs to.
    revision: usize,
    message: MessageDescriptor,
    index: Index,
    parts: Vec<Range<u64>>,
    shows_absent: bool,
    made: Option<Survey>,
}

impl fmt::Debug for SurveyWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SurveyWork of {:?}", self.index.range())
    }
}

impl SurveyWork {
    /// Makes the survey. `progress` is told the offset reached, and may ask to stop: then `None`.
    pub fn run(
        mut self,
        reader: &mut Reader<'_>,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Option<SurveyWork>, SourceError> {
        let mut taker = Taker::new(MAX_RECORDS);
        for part in &self.parts {
            let index = Some(&self.index).filter(|index| index.range() == *part);
            let mut is_stopped = false;
            let mut go_on = |at| {
                is_stopped = progress(at).is_break();
                is_stopped
            };
            if !taker.walk(reader, &self.message, index, part, &mut go_on)? {
                if is_stopped {
                    return Ok(None);
                }
                self.made = Some(Survey::given_up());
                return Ok(Some(self));
            }
        }
        self.made = Some(taker.survey_of(&self.message, &self.index, &self.parts, self.shows_absent));
        Ok(Some(self))
    }
}

impl Tree {
    /// A message that is to be surveyed in the background, if there is one.
    pub fn survey_work(&self) -> Option<SurveyWork> {
        let is_later = |branch: &&Option<super::tree::Branch>| {
            branch.as_ref().is_some_and(|branch| branch.survey.surveyed == Surveyed::Later)
        };
        let idx = self.branches.iter().position(|branch| is_later(&branch))?;
        let id = BranchId::of_idx(idx as u32);
        let What::Message { message: Some(message), index, .. } = &self.branch(id)?.what else { return None };
        Some(SurveyWork {
            branch: id,
            revision: self.n_followed,
            message: message.clone(),
            parts: self.parts_of(id, index),
            index: index.clone(),
            shows_absent: self.shows_absent,
            made: None,
        })
    }

    /// Takes a survey back, unless the document or what is shown has changed since it was asked for.
    pub fn take_survey(&mut self, work: SurveyWork, snapshot: &Snapshot) {
        let is_current = work.revision == self.n_followed && work.shows_absent == self.shows_absent;
        let Some(branch) = self.branch_mut(work.branch).filter(|_| is_current) else { return };
        let has_index = branch.what.index().is_some_and(|index| index.range() == work.index.range());
        if !has_index || branch.survey.surveyed != Surveyed::Later {
            return;
        }
        branch.survey = work.made.unwrap_or_default();
        // It holds until its bytes change, so that counting again does not make it again.
        branch.survey.is_own = true;
        self.recount(snapshot, work.branch, ReadMode::Cached);
    }

    /// What is known of the fields of the message whose rows are those of a branch.
    pub fn surveyed(&self, id: BranchId) -> Surveyed {
        self.message_branch(id).map(|branch| branch.survey.surveyed).unwrap_or_default()
    }
}
