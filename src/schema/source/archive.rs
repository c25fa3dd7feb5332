//! Archives of `.proto` files, unpacked in memory within limits. Nothing is written anywhere; a path
//! that leads out of the archive is an error all the same.

use super::{tar, zip};
use std::io::Read;

/// The most entries of an archive.
const MAX_ENTRIES: usize = 200_000;
/// The most bytes of all files that are unpacked.
const MAX_UNPACKED: usize = 512 << 20;
/// The most bytes that one byte may become, for what is large.
const MAX_RATIO: usize = 200;
/// Below this size any ratio will do.
const SMALL: usize = 4 << 20;

/// What is wrong with an archive, after "The archive cannot be read: ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ArchiveError {
    #[error("{0}")]
    Damaged(&'static str),
    #[error("it has more than {MAX_ENTRIES} entries")]
    TooMany,
    #[error("it unpacks to more than {} MiB, or one byte to more than {MAX_RATIO}", MAX_UNPACKED >> 20)]
    TooLarge,
    #[error("\"{0}\" leads out of the archive")]
    Escapes(String),
}

/// What kind of archive bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Zip,
    Tar,
    Gzip,
}

pub(super) fn kind(bytes: &[u8]) -> Option<Kind> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        Some(Kind::Zip)
    } else if bytes.starts_with(&[0x1f, 0x8b]) {
        Some(Kind::Gzip)
    } else {
        tar::is_tar(bytes).then_some(Kind::Tar)
    }
}

/// Files that were unpacked, and how much more there may be.
#[derive(Default)]
pub(super) struct Unpacked {
    pub(super) files: Vec<(String, Vec<u8>)>,
    n_entries: usize,
    n_bytes: usize,
}

impl Unpacked {
    pub(super) fn count_entry(&mut self) -> Result<(), ArchiveError> {
        self.n_entries += 1;
        if self.n_entries > MAX_ENTRIES { Err(ArchiveError::TooMany) } else { Ok(()) }
    }

    pub(super) fn room(&self) -> usize {
        MAX_UNPACKED.saturating_sub(self.n_bytes)
    }

    pub(super) fn add(&mut self, path: String, content: Vec<u8>) -> Result<(), ArchiveError> {
        let path = path.replace('\\', "/");
        let path = path.trim_start_matches("./");
        let is_outside =
            path.starts_with('/') || path.contains('\0') || path.split('/').any(|part| part == "..");
        if is_outside {
            return Err(ArchiveError::Escapes(super::super::docs::visible(path)));
        }
        if content.len() > self.room() {
            return Err(ArchiveError::TooLarge);
        }
        self.n_bytes += content.len();
        self.files.push((path.to_owned(), content));
        Ok(())
    }
}

/// The `.proto` files of a zip or tar archive, by path.
pub(super) fn unpack(bytes: &[u8], kind: Kind) -> Result<Vec<(String, Vec<u8>)>, ArchiveError> {
    let mut unpacked = Unpacked::default();
    let wants = |path: &str| path.ends_with(".proto");
    match kind {
        Kind::Zip => zip::unpack(bytes, &wants, &mut unpacked)?,
        Kind::Tar | Kind::Gzip => tar::unpack(bytes, &wants, &mut unpacked)?,
    }
    unpacked.files.sort();
    Ok(unpacked.files)
}

/// All of a gzip file.
pub(super) fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    inflate(flate2::read::MultiGzDecoder::new(bytes), bytes.len(), MAX_UNPACKED)
}

/// Reads to the end, but not more than `room` bytes and not more than the ratio allows.
pub(super) fn inflate(decoder: impl Read, n_packed: usize, room: usize) -> Result<Vec<u8>, ArchiveError> {
    let limit = room.min(n_packed.saturating_mul(MAX_RATIO).max(SMALL));
    let mut content = Vec::new();
    let read = decoder.take(limit as u64 + 1).read_to_end(&mut content);
    read.map_err(|_| ArchiveError::Damaged("its compressed data is damaged"))?;
    if content.len() > limit { Err(ArchiveError::TooLarge) } else { Ok(content) }
}
