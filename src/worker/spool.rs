//! Input that comes once and cannot be read by position: standard input and FIFOs.

use super::disk::{Disk, NoGate, Privacy};
use super::error::{Call, WorkerError};
use super::file_source::FileSource;
use super::{platform, temp};
use crate::document::{MemorySource, Source};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What is kept in memory of an input; a longer one goes to a file without a name.
const MAX_IN_MEMORY: usize = 64 << 20;

/// An input that was read to its end.
#[derive(Clone)]
pub enum Input {
    Memory(Arc<MemorySource>),
    /// Too long to be kept in memory.
    Spool(Arc<FileSource>),
}

impl Input {
    pub fn source(&self) -> Arc<dyn Source> {
        match self {
            Input::Memory(source) => source.clone(),
            Input::Spool(source) => source.clone(),
        }
    }

    /// The file that holds it, if it is in none of a person's.
    pub fn spool(&self) -> Option<&Arc<FileSource>> {
        match self {
            Input::Memory(_) => None,
            Input::Spool(source) => Some(source),
        }
    }
}

/// Equal is only what was read at once.
impl PartialEq for Input {
    fn eq(&self, other: &Input) -> bool {
        match (self, other) {
            (Input::Memory(a), Input::Memory(b)) => Arc::ptr_eq(a, b),
            (Input::Spool(a), Input::Spool(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Input({} bytes)", self.source().len())
    }
}

/// Reads standard input to its end; `limit` is in bytes.
pub fn read_stdin(limit: u64) -> Result<Input, WorkerError> {
    read_input(&mut io::stdin().lock(), Path::new("-"), limit, MAX_IN_MEMORY)
}

/// Reads a FIFO, such as a shell's `<(command)`, to its end, waiting for who writes it; `None` for what
/// is no FIFO.
pub fn read_fifo(path: &Path, limit: u64) -> Result<Option<Input>, WorkerError> {
    let is_fifo = fs::metadata(path).is_ok_and(|is| platform::special_kind(&is) == Some("FIFO"));
    if !is_fifo {
        return Ok(None);
    }
    let mut fifo = File::open(path).map_err(|error| WorkerError::io(Call::Open, path, error))?;
    read_input(&mut fifo, path, limit, MAX_IN_MEMORY).map(Some)
}

/// The same for a FIFO that nobody may ever write: `step` is called with the bytes read so far, and ends
/// the reading with its error.
pub(super) fn read_fifo_by_steps(
    path: &Path,
    limit: u64,
    step: &dyn Fn(u64) -> Result<(), WorkerError>,
) -> Result<Input, WorkerError> {
    let file = platform::open_without_waiting(path, false);
    let file = file.map_err(|error| WorkerError::io(Call::Open, path, error))?;
    let mut fifo = Fifo { file, step, n_bytes: 0, had_writer: false, ended: None };
    let read = read_input(&mut fifo, path, limit, MAX_IN_MEMORY);
    match fifo.ended {
        Some(error) => Err(error),
        None => read,
    }
}

/// A FIFO that is asked again and again, so that waiting for it can end.
struct Fifo<'a> {
    file: File,
    step: &'a dyn Fn(u64) -> Result<(), WorkerError>,
    n_bytes: u64,
    /// Without one there is an end at once, which is none.
    had_writer: bool,
    ended: Option<WorkerError>,
}

impl Read for Fifo<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        const AGAIN: Duration = Duration::from_millis(20);
        loop {
            if let Err(error) = (self.step)(self.n_bytes) {
                self.ended = Some(error);
                return Err(io::Error::other("not wanted any more"));
            }
            match self.file.read(out) {
                Ok(0) if !self.had_writer => {}
                Ok(n) => {
                    self.had_writer = true;
                    self.n_bytes += n as u64;
                    return Ok(n);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.had_writer = true,
                Err(error) => return Err(error),
            }
            std::thread::sleep(AGAIN);
        }
    }
}

fn read_input(
    input: &mut dyn Read,
    name: &Path,
    limit: u64,
    max_in_memory: usize,
) -> Result<Input, WorkerError> {
    let read = |error| WorkerError::io(Call::Read, name, error);
    let mut input = input.take(limit.saturating_add(1));
    let mut bytes = Vec::new();
    input.by_ref().take(max_in_memory as u64).read_to_end(&mut bytes).map_err(read)?;
    if bytes.len() as u64 > limit {
        return Err(WorkerError::InputTooLarge { limit });
    }
    if bytes.len() < max_in_memory {
        return Ok(Input::Memory(Arc::new(MemorySource::new(bytes))));
    }
    let disk = Disk(&NoGate);
    let spool = temp::Temp::create(disk, &std::env::temp_dir().join("input"), Privacy::Private)?;
    let mut n_bytes = bytes.len() as u64;
    disk.write_all(spool.file(), spool.path(), &bytes)?;
    bytes.truncate(1 << 20);
    loop {
        let n = match input.read(&mut bytes) {
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(read(error)),
        };
        n_bytes += n as u64;
        if n_bytes > limit {
            return Err(WorkerError::InputTooLarge { limit });
        }
        if n == 0 {
            break;
        }
        disk.write_all(spool.file(), spool.path(), &bytes[..n])?;
    }
    let file = spool.unlink()?;
    let identity = disk.identity(&file, name)?;
    Ok(Input::Spool(FileSource::of_file(file, identity)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::ReadMode;

    #[test]
    fn a_long_input_reads_back_from_a_file_without_a_name() {
        let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
        for max_in_memory in [1_000, 299_999, 300_000, 300_001] {
            let input = read_input(&mut &bytes[..], Path::new("-"), u64::MAX, max_in_memory).unwrap();
            let source = input.source();
            let mut read = vec![0; source.len() as usize];
            source.read_at(0, &mut read, ReadMode::Wait).unwrap();
            assert!(read == bytes, "{max_in_memory}");
        }
    }

    #[test]
    fn an_input_over_the_limit_is_refused() {
        for max_in_memory in [10, 1_000] {
            for (len, fits) in [(99, true), (100, true), (101, false), (5_000, false)] {
                let bytes = vec![7; len];
                let read = read_input(&mut &bytes[..], Path::new("-"), 100, max_in_memory);
                assert_eq!(read.is_ok(), fits, "{len}");
            }
        }
    }
}
