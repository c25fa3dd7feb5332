use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::schema::{Definition, FileResolver as _, SchemaError, definition};
use crate::worker::schema_files::SchemaFiles;

/// Reads the source text of one declaration.
#[derive(Debug)]
pub struct ReadDefinition {
    /// Where its file is.
    pub path: String,
    /// The content of a file that is built in.
    pub text: Option<&'static str>,
    /// Of the declaration, in the source locations of its file.
    pub source_path: Vec<i32>,
}

impl Work for ReadDefinition {
    fn label(&self) -> &'static str {
        "Reading the source text"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::Definition, WhenNewer::CancelOlder))
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        let found = match self.text {
            Some(text) => definition(&self.path, text.as_bytes(), &self.source_path),
            None => match SchemaFiles.read(&self.path) {
                Ok(Some(content)) => definition(&self.path, &content, &self.source_path),
                Ok(None) => Err(SchemaError::FileNotFound { file: self.path.clone(), roots: Vec::new() }),
                Err(reason) => Err(SchemaError::Unreadable { file: self.path.clone(), reason }),
            },
        };
        let found: Option<Definition> = found.map_err(|error| WorkerError::Schema { error })?;
        Ok(Report::Definition(found))
    }
}
