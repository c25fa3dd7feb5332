//! Standard output and standard error of one call.

use super::terminal::Visible;
use super::{CliError, Outcome};
use crate::document::Path;
use crate::document::value::is_hidden;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::process::ExitCode;

/// Bytes gathered before they are handed to the system.
const BUFFER: usize = 256 << 10;

/// Where a command writes to.
pub struct Console {
    /// The answer, as text.
    pub out: Box<dyn Write>,
    is_terminal: bool,
    talks: bool,
}

impl Console {
    pub fn new() -> Self {
        let stdout: StdoutLock<'static> = io::stdout().lock();
        let is_terminal = stdout.is_terminal();
        let plain = BufWriter::with_capacity(BUFFER, stdout);
        let out: Box<dyn Write> = if is_terminal { Box::new(Visible::new(plain)) } else { Box::new(plain) };
        Self { out, is_terminal, talks: io::stderr().is_terminal() }
    }

    /// Whether a person reads standard output as it comes.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Says something on standard error.
    pub fn say(&mut self, text: &str) {
        let text = visible(text);
        // Where nobody can be told anything, there is nobody to tell that either.
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Says something that only a person at a terminal wants to know.
    pub fn remark(&mut self, text: &str) {
        if self.talks {
            self.say(text);
        }
    }

    /// What clap has to say: help on standard output, everything else on standard error.
    pub(super) fn clap(&mut self, error: &clap::Error) -> ExitCode {
        if error.use_stderr() {
            self.say(error.to_string().trim_end());
            return ExitCode::from(2);
        }
        let result = write!(self.out, "{error}").map(|()| Outcome::Done);
        self.finish(result.map_err(|error| CliError::Write { error }))
    }

    /// Ends the call.
    pub fn finish(&mut self, result: Result<Outcome, CliError>) -> ExitCode {
        let flushed = self.out.flush().map_err(|error| CliError::Write { error });
        let result = match (result, flushed) {
            (Ok(_), Err(error)) => Err(error),
            (result, _) => result,
        };
        match result {
            Ok(Outcome::Done) => ExitCode::SUCCESS,
            Ok(Outcome::No) => ExitCode::FAILURE,
            Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
            Err(error) => {
                self.say(&format!("error: {error}"));
                if let Some(hint) = error.hint() {
                    self.say(&hint);
                }
                ExitCode::from(error.exit_code())
            }
        }
    }
}

impl Default for Console {
    fn default() -> Self {
        Self::new()
    }
}

fn is_closed_pipe(error: &CliError) -> bool {
    matches!(error, CliError::Write { error } if error.kind() == io::ErrorKind::BrokenPipe)
}

/// Characters of a path that are shown at each end.
const PATH_END: usize = 400;

/// A path fit for one line: of one through thousands of levels both ends.
pub(super) fn path_text(path: &Path) -> String {
    let text = visible(&path.to_string()).replace('\n', "\\n");
    let n_chars = text.chars().count();
    if n_chars <= 2 * PATH_END {
        return text;
    }
    let start: String = text.chars().take(PATH_END).collect();
    let end: String = text.chars().skip(n_chars - PATH_END).collect();
    format!("{start}…{end}")
}

/// The text with everything that cannot be seen as an escape, but for line ends.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) && c != '\n' {
            out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}
