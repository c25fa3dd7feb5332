//! Everything that can be wrong with a schema or a question to it.

use std::fmt;

/// Why a schema could not be loaded, or a name not be found in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// A `.proto` file is wrong at a known place.
    #[error("{}", ProtoText { file, line: *line, column: *column, source_line, message, hint })]
    Proto {
        file: String,
        /// 1-based; 0 if the place is not known.
        line: u32,
        /// 1-based, in bytes.
        column: u32,
        /// The line as it stands in the file, control characters made visible.
        source_line: String,
        message: String,
        hint: String,
    },
    #[error(
        "File \"{file}\" uses edition {edition}; proto2, proto3 and the editions 2023 and 2024 are understood"
    )]
    Edition { file: String, edition: String },
    #[error("File \"{file}\" was not found{}", looked_in(.roots))]
    FileNotFound { file: String, roots: Vec<String> },
    #[error("File \"{file}\" could not be read: {reason}")]
    Unreadable { file: String, reason: String },
    #[error("Files import each other in a circle: {}", .0.join(" → "))]
    ImportCycle(Vec<String>),
    #[error("The descriptor set cannot be decoded: {0}")]
    NotASet(String),
    #[error("The archive cannot be read: {reason}, in \"{file}\"")]
    Archive { file: String, reason: String },
    #[error("There is no .proto file in \"{path}\"")]
    NoProtos { path: String },
    /// A source that cannot be read, in the words of whoever tried.
    #[error("{0}")]
    LostSource(String),
    #[error("Loading was cancelled")]
    Cancelled,
    #[error("The schema exceeds a limit: {0}")]
    TooLarge(String),
    /// A descriptor that no compiler would have made.
    #[error("{problem}, in \"{place}\" of file \"{file}\"")]
    Invalid { file: String, place: String, problem: String },
    #[error(
        "File \"{file}\" imports \"{import}\", which is not in the set. Write the set with its imports (protoc: --include_imports)"
    )]
    MissingImport { file: String, import: String },
    /// The pool refused what passed every check here.
    #[error("The schema is not consistent: {0}")]
    Refused(String),
    #[error("{problem}\n{SAID}{said}")]
    RefusedTwice { problem: Box<SchemaError>, said: String },
    /// A dependency panicked; the panic was caught.
    #[error("The schema compiler failed while {0}; this is a bug, and the schema was not loaded")]
    Crashed(&'static str),
    #[error("No {wanted} is called \"{name}\"{}", did_you_mean(.near))]
    UnknownName { wanted: &'static str, name: String, near: Vec<String> },
    #[error("\"{name}\" could be {}", .candidates.join(", "))]
    AmbiguousName { name: String, candidates: Vec<String> },
}

/// What another compiler says is introduced by.
const SAID: &str = "protoc says: ";

impl SchemaError {
    /// With what another compiler says of the same file.
    pub(super) fn beside(self, said: &str) -> SchemaError {
        match self {
            SchemaError::Proto { file, line, column, source_line, message, hint } => {
                let hint = format!("{hint}{}{SAID}{said}", if hint.is_empty() { "" } else { "\n" });
                SchemaError::Proto { file, line, column, source_line, message, hint }
            }
            problem => SchemaError::RefusedTwice { problem: Box::new(problem), said: said.to_owned() },
        }
    }
}

struct ProtoText<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    source_line: &'a str,
    message: &'a str,
    hint: &'a str,
}

impl fmt::Display for ProtoText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, in \"{}\"", self.message, self.file)?;
        if self.line > 0 {
            write!(f, " line {} column {}", self.line, self.column)?;
        }
        if !self.source_line.trim().is_empty() {
            write!(f, "\n  {}", self.source_line.trim())?;
        }
        if !self.hint.is_empty() {
            write!(f, "\n{}", self.hint)?;
        }
        Ok(())
    }
}

fn looked_in(roots: &[String]) -> String {
    match roots {
        [] => String::new(),
        roots => {
            let shown: Vec<String> =
                roots
                    .iter()
                    .map(|root| {
                        if root.is_empty() { "the working folder".to_owned() } else { format!("\"{root}\"") }
                    })
                    .collect();
            format!(" in {}", shown.join(", "))
        }
    }
}

fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!(". Did you mean {}?", near.join(", ")) }
}
