use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::document::ops::field_bytes;
use crate::document::value::Encoded;
use crate::document::{
    Document, Found, Path as FieldPath, ReadMode, Reader, RecordAt, Resolved, SMALL_WINDOW, Snapshot, Step,
    Target,
};
use crate::format::{Format, FormatError, JsonOptions, JsonWriter, LossReport, Subject};
use crate::schema::Kind;
use crate::schema::kind_wire_type;
use crate::worker::disk::{Disk, NoGate, Privacy};
use crate::worker::error::Call;
use crate::worker::file_source::refuse_special;
use crate::worker::platform;
use crate::worker::save::folder_of;
use crate::worker::temp::{Temp, clean_stray};
use std::fmt;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

/// Bytes copied at once.
const STEP: u64 = 256 << 10;

/// Writes a document, or a part of it, as text or as bytes into a file of its own.
pub struct Export {
    pub document: Document,
    pub what: ExportWhat,
    pub path: PathBuf,
    /// Replace a file that is there; the person was asked.
    pub overwrite: bool,
}

pub enum ExportWhat {
    /// The whole message, or the field at `part`.
    Text { format: &'static Format, part: Option<FieldPath> },
    /// These bytes as they are.
    Bytes(Range<u64>),
}

/// A text that was written.
#[derive(Clone, Debug)]
pub struct Exported {
    pub path: PathBuf,
    pub n_bytes: u64,
    /// What the text does not carry.
    pub losses: LossReport,
}

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Export to {:?}", self.path)
    }
}

impl Work for Export {
    fn label(&self) -> &'static str {
        "Exporting"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::File(self.path.clone()), WhenNewer::InTurn))
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let disk = Disk(&NoGate);
        let path = match disk.look_at_link(&self.path)? {
            Some(found) if found.is_symlink() => disk.follow(&self.path)?,
            _ => self.path.clone(),
        };
        let old = disk.look(&path)?;
        if let Some(old) = &old {
            refuse_special(old, &path)?;
            if !self.overwrite {
                return Err(WorkerError::AlreadyExists { path });
            }
        }
        clean_stray(folder_of(&path));
        let temp = Temp::create(disk, &path, if old.is_some() { Privacy::Private } else { Privacy::Usual })?;
        let mut out = Counted { out: BufWriter::with_capacity(STEP as usize, temp.file()), n_bytes: 0 };
        let losses = self.write(&mut out, context)?;
        out.flush().map_err(|error| WorkerError::io(Call::Write, temp.path(), error))?;
        let n_bytes = out.n_bytes;
        drop(out);
        if let Some(old) = &old {
            disk.set_mode(temp.file(), temp.path(), platform::ownership(old).mode)?;
        }
        disk.flush(temp.file(), temp.path())?;
        context.go_on()?;
        temp.rename(&path, self.overwrite).map_err(|error| match error {
            WorkerError::Io { kind: io::ErrorKind::AlreadyExists, path, .. } => {
                WorkerError::AlreadyExists { path }
            }
            error => error,
        })?;
        // The text is there; that its name might not outlive a power cut is no reason to fail.
        disk.flush_folder(folder_of(&path)).ok();
        Ok(Report::Exported(Exported { path: self.path, n_bytes, losses }))
    }
}

impl Export {
    fn write(&self, out: &mut dyn Write, context: &JobContext) -> Result<LossReport, WorkerError> {
        let total = self.document.len();
        let mut progress = |at| match context.step(at, total) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_cancelled) => ControlFlow::Break(()),
        };
        let written = match &self.what {
            ExportWhat::Bytes(range) => {
                return copy(self.document.snapshot(), range.clone(), out, &self.path, context);
            }
            ExportWhat::Text { format, part: None } => {
                let message = self.document.message();
                let range = 0..total;
                let subject = Subject {
                    snapshot: self.document.snapshot(),
                    range,
                    message,
                    path: FieldPath::default(),
                };
                (format.write)(&subject, &options(), out, &mut progress)
            }
            ExportWhat::Text { format, part: Some(part) } => {
                let found = self.document.resolve(part).map_err(|error| self.refused(error.to_string()))?;
                if format.needs_type {
                    self.write_json_part(part, &found, out, &mut progress)?
                } else {
                    let range = self.range_of(part, &found)?;
                    let snapshot = self.document.snapshot();
                    let subject = Subject { snapshot, range, message: None, path: part.clone() };
                    (format.write)(&subject, &options(), out, &mut progress)
                }
            }
        };
        written.map_err(|error| match error {
            FormatError::Cancelled => WorkerError::Cancelled,
            FormatError::Source(error) => WorkerError::Document { error },
            FormatError::Write(error) => WorkerError::io(Call::Write, &self.path, error),
            error => self.refused(error.to_string()),
        })
    }

    fn refused(&self, reason: String) -> WorkerError {
        WorkerError::NoText { reason, path: self.path.clone() }
    }

    fn absent(&self, part: &FieldPath) -> WorkerError {
        self.refused(format!("There is nothing at \"{part}\""))
    }

    fn range_of(&self, part: &FieldPath, found: &Resolved) -> Result<Range<u64>, WorkerError> {
        match &found.target {
            Target::Root => Some(0..self.document.len()),
            Target::Records(records) | Target::Entries { entries: records, .. } => {
                records.last().map(|located| located.at.payload())
            }
            Target::Element { range, .. } => Some(range.clone()),
            Target::Absent { .. } => None,
        }
        .ok_or_else(|| self.absent(part))
    }

    fn write_json_part(
        &self,
        part: &FieldPath,
        found: &Resolved,
        out: &mut dyn Write,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Result<LossReport, FormatError>, WorkerError> {
        let snapshot = self.document.snapshot();
        let is_element = matches!(part.0.last(), Some(Step::Index(_)));
        let untyped = || self.refused(format!("\"{part}\" has no declared type, which JSON needs"));
        let parent = found.parent.message.as_ref().ok_or_else(untyped)?;
        let element;
        let (snapshot, records, message, number, is_element) = match &found.target {
            Target::Root => (snapshot, Vec::new(), parent.clone(), 0, false),
            Target::Records(records) => {
                let records: Vec<_> = records.iter().map(|located| located.at.range()).collect();
                (snapshot, records, parent.clone(), found.number, is_element)
            }
            Target::Element { range, field, .. } => {
                // A record of its own that says the same.
                let encoded =
                    Encoded { wire_type: kind_wire_type(&field.kind()), payload: self.bytes(range.clone())? };
                element = Snapshot::of_bytes(&field_bytes(field, &encoded));
                let records = std::iter::once(0..element.len()).collect();
                (&element, records, parent.clone(), found.number, true)
            }
            Target::Entries { entries, value } => {
                let values = match entries.last() {
                    Some(entry) => self.values_of(entry.at.payload(), value.number())?,
                    None => Vec::new(),
                };
                if values.is_empty() {
                    return Err(self.absent(part));
                }
                let records = values.iter().map(RecordAt::range).collect();
                let Some(Kind::Message(entry)) = found.field.as_ref().map(|field| field.kind()) else {
                    return Err(untyped());
                };
                (snapshot, records, entry, value.number(), false)
            }
            Target::Absent { .. } => return Err(self.absent(part)),
        };
        let options = options();
        let mut writer = JsonWriter::new(snapshot, &options, out, progress);
        let written = match &found.target {
            Target::Root => writer.message(0..snapshot.len(), &message, part),
            _ => writer.value(&records, &message, number, is_element, part),
        };
        Ok(written.and_then(|()| {
            writer.text("\n");
            writer.finish()
        }))
    }

    fn values_of(&self, entry: Range<u64>, number: u32) -> Result<Vec<RecordAt>, WorkerError> {
        let mut reader = Reader::new(self.document.snapshot(), ReadMode::Wait, SMALL_WINDOW);
        let (mut at, mut values) = (entry.start, Vec::new());
        let failed = |error| WorkerError::Document { error };
        while let Found::Record(record) = reader.record(at, entry.end).map_err(failed)? {
            at = record.end();
            if record.number() == number {
                values.push(record);
            }
        }
        Ok(values)
    }

    fn bytes(&self, range: Range<u64>) -> Result<Vec<u8>, WorkerError> {
        let read = self.document.snapshot().bytes(range, ReadMode::Wait);
        read.map_err(|error| WorkerError::Document { error })
    }
}

fn options() -> JsonOptions {
    JsonOptions { pretty: true, ..JsonOptions::default() }
}

fn copy(
    snapshot: &Snapshot,
    range: Range<u64>,
    out: &mut dyn Write,
    path: &Path,
    context: &JobContext,
) -> Result<LossReport, WorkerError> {
    let (mut at, total) = (range.start, range.end - range.start);
    while at < range.end {
        context.step(at - range.start, total)?;
        let end = range.end.min(at + STEP);
        let bytes =
            snapshot.bytes(at..end, ReadMode::Wait).map_err(|error| WorkerError::Document { error })?;
        out.write_all(&bytes).map_err(|error| WorkerError::io(Call::Write, path, error))?;
        at = end;
    }
    Ok(LossReport::default())
}

/// Counts what goes through.
struct Counted<'a> {
    out: BufWriter<&'a fs::File>,
    n_bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.n_bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
