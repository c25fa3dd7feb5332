use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::schema::{Definition, FileResolver as _, SchemaError, archived_text, definition};
use crate::worker::schema_files::SchemaFiles;

/// Reads the source text of one declaration.
#[derive(Debug)]
pub struct ReadDefinition {
    /// What its file is called in errors.
    pub name: String,
    pub place: TextPlace,
    /// Of the declaration, in the source locations of its file.
    pub source_path: Vec<i32>,
}

/// Where the text of a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextPlace {
    BuiltIn(&'static str),
    File(String),
    /// The path of an archive, and of the file in it.
    Archive(String, String),
}

impl Work for ReadDefinition {
    fn label(&self) -> &'static str {
        "Reading the source text"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::Definition, WhenNewer::CancelOlder))
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        let ReadDefinition { name, place, source_path } = *self;
        let found = text(&place).and_then(|content| definition(&name, &content, &source_path));
        let found: Option<Definition> = found.map_err(|error| WorkerError::Schema { error })?;
        Ok(Report::Definition(found))
    }
}

fn text(place: &TextPlace) -> Result<Vec<u8>, SchemaError> {
    let read = |path: &str| match SchemaFiles.read(path) {
        Ok(content) => Ok(content),
        Err(reason) => Err(SchemaError::Unreadable { file: path.to_owned(), reason }),
    };
    let (file, content) = match place {
        TextPlace::BuiltIn(text) => return Ok(text.as_bytes().to_vec()),
        TextPlace::File(path) => (path, read(path)?),
        TextPlace::Archive(archive, path) => match read(archive)? {
            Some(bytes) => (path, archived_text(&bytes, path)?),
            None => (archive, None),
        },
    };
    content.ok_or_else(|| SchemaError::FileNotFound { file: file.clone(), roots: Vec::new() })
}
