//! What the text does not say, or says differently from the bytes.

use crate::document::Path;

/// Why something of the bytes is not in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum LossKind {
    /// A record that no field declares.
    Unknown,
    /// A record whose wire type is not that of the field.
    Clash,
    /// An earlier value of a singular field, a oneof or a map key.
    Superseded,
    /// An `Any` whose type is not loaded: its bytes are written as base64.
    UnknownType,
    /// A string that is not UTF-8: the bad bytes are written as U+FFFD.
    Utf8,
    /// A value that ProtoJSON has no text for, such as a Timestamp in the year 10000.
    Range,
    /// A NaN whose bits are not the usual ones.
    Nan,
    /// Bytes that are no record, or that are missing.
    Damage,
}

impl LossKind {
    pub const ALL: [LossKind; 8] = [
        LossKind::Unknown,
        LossKind::Clash,
        LossKind::Superseded,
        LossKind::UnknownType,
        LossKind::Utf8,
        LossKind::Range,
        LossKind::Nan,
        LossKind::Damage,
    ];

    /// Whether the data itself is at fault, and not only the schema.
    pub fn is_damage(self) -> bool {
        matches!(self, LossKind::Utf8 | LossKind::Range | LossKind::Damage)
    }
}

/// One thing that the text does not carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    pub kind: LossKind,
    /// The field, or the message that the bytes stand in if there is no field.
    pub path: Path,
    /// Of the record or of the bad byte, in the document.
    pub offset: u64,
    /// One sentence without path and offset.
    pub text: String,
}

/// What was written, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LossReport {
    /// The first losses, up to [`super::JsonOptions::max_losses`], by offset.
    pub losses: Vec<Loss>,
    counts: [u64; LossKind::ALL.len()],
}

impl LossReport {
    /// How many losses of a kind there were, listed or not.
    pub fn count(&self, kind: LossKind) -> u64 {
        self.counts[kind as usize]
    }

    pub fn n_losses(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Counts one more; it is listed too if it is given.
    pub(in crate::format) fn add(&mut self, kind: LossKind, listed: Option<Loss>) {
        self.counts[kind as usize] += 1;
        self.losses.extend(listed);
    }

    pub(in crate::format) fn sorted(mut self) -> LossReport {
        self.losses.sort_by_key(|loss| (loss.offset, loss.kind));
        self
    }

    /// Whether something was lost because the data is damaged; otherwise the text lacks at most
    /// what the schema does not know.
    pub fn is_damaged(&self) -> bool {
        LossKind::ALL.into_iter().any(|kind| kind.is_damage() && self.count(kind) > 0)
    }
}

/// Losses as they are found. What an attempt found is forgotten if the attempt is rolled back.
#[derive(Debug)]
pub(in crate::format) struct Losses {
    report: LossReport,
    max: usize,
    uncommitted: Vec<LossKind>,
}

/// A state to return to.
#[derive(Clone, Copy, Debug)]
pub(in crate::format) struct Mark {
    n_uncommitted: usize,
    n_listed: usize,
}

impl Losses {
    pub fn new(max: usize) -> Self {
        Self { report: LossReport::default(), max, uncommitted: Vec::new() }
    }

    pub fn mark(&self) -> Mark {
        Mark { n_uncommitted: self.uncommitted.len(), n_listed: self.report.losses.len() }
    }

    pub fn roll_back(&mut self, mark: Mark) {
        self.uncommitted.truncate(mark.n_uncommitted);
        self.report.losses.truncate(mark.n_listed);
    }

    pub fn commit(&mut self) {
        for kind in self.uncommitted.drain(..) {
            self.report.counts[kind as usize] += 1;
        }
    }

    /// Whether one more would be listed, so that its path is worth finding.
    pub fn has_room(&self) -> bool {
        self.report.losses.len() < self.max
    }

    pub fn count(&mut self, kind: LossKind) {
        self.uncommitted.push(kind);
    }

    pub fn list(&mut self, loss: Loss) {
        self.report.losses.push(loss);
    }

    pub fn take(&mut self) -> LossReport {
        self.commit();
        std::mem::take(&mut self.report).sorted()
    }
}
