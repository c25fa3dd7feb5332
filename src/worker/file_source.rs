//! A file as the bytes of a document.
//!
//! **Law.** Bytes handed out are those of the file as it was opened, or it is an error: a file that
//! was cut short or rewritten in place answers [`SourceError::Changed`] from then on.

use super::block_cache::{BLOCK, Block, BlockCache};
use super::disk::{Disk, NoGate};
use super::error::{Call, WorkerError};
use super::identity::FileIdentity;
use super::platform;
use crate::document::{ReadMode, Source, SourceError};
use crate::rpc::system_words;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Smaller files are read into memory and outlive every change on disk.
pub const SMALL_FILE: u64 = 8 << 20;
/// How often a small file is read again because it changed under the reading.
const MAX_TRIES: u32 = 4;

/// An open file read by position, with its last blocks kept.
#[derive(Debug)]
pub struct FileSource {
    /// As it was opened: of what is expected on disk, even while reading goes on from a backup.
    identity: FileIdentity,
    len: u64,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Memory(Arc<[u8]>),
    File(OpenContent),
}

#[derive(Debug)]
struct OpenContent {
    /// The file that is read: the one that was opened, or a backup of it.
    file: RwLock<Arc<OpenFile>>,
    cache: Mutex<BlockCache>,
    changed: AtomicBool,
}

#[derive(Debug)]
struct OpenFile {
    file: File,
    identity: FileIdentity,
}

impl FileSource {
    /// Opens a regular file; anything else is refused at once.
    pub fn open(path: &Path) -> Result<Arc<FileSource>, WorkerError> {
        Self::open_with(path, SMALL_FILE)
    }

    fn open_with(path: &Path, small_file: u64) -> Result<Arc<FileSource>, WorkerError> {
        let mut n_tries = 0;
        loop {
            let (file, identity) = open_regular(path)?;
            if identity.len >= small_file {
                return Ok(Self::of_file(file, identity));
            }
            let bytes = read_small(&file, path, small_file)?;
            let now = Disk(&NoGate).identity(&file, path)?;
            if bytes.len() as u64 >= small_file {
                // It grew just now, or its size is not told beforehand.
                return Ok(Self::of_file(file, now));
            }
            if now == identity {
                let len = bytes.len() as u64;
                return Ok(Arc::new(Self { identity, len, content: Content::Memory(bytes.into()) }));
            }
            n_tries += 1;
            if n_tries == MAX_TRIES {
                return Err(WorkerError::ChangedOnDisk { path: path.to_owned(), now });
            }
        }
    }

    /// All bytes of an open file, which need not have a name.
    pub(super) fn of_file(file: File, identity: FileIdentity) -> Arc<FileSource> {
        let open = OpenContent {
            file: RwLock::new(Arc::new(OpenFile { file, identity })),
            cache: Mutex::default(),
            changed: AtomicBool::new(false),
        };
        Arc::new(Self { identity, len: identity.len, content: Content::File(open) })
    }

    /// The file as it was opened.
    pub fn file_identity(&self) -> FileIdentity {
        self.identity
    }

    /// Looks whether the open file is still what was opened. Memory is not held to it.
    pub fn verify(&self) -> Result<(), SourceError> {
        match &self.content {
            Content::Memory(_) => Ok(()),
            Content::File(open) => open.verify().map(|_| ()),
        }
    }

    /// Whether rows asked for bytes that [`FileSource::fetch`] should bring.
    pub fn has_wanted(&self) -> bool {
        match &self.content {
            Content::Memory(_) => false,
            Content::File(open) => open.cache().has_wanted(),
        }
    }

    /// Reads what [`ReadMode::Cached`] asked for in vain; returns how many blocks that were. A block
    /// that cannot be read is remembered as such, and rows then say so.
    pub fn fetch(&self) -> usize {
        let Content::File(open) = &self.content else { return 0 };
        let wanted = open.cache().take_wanted();
        for block_idx in &wanted {
            open.load_block(*block_idx, self.len).ok();
        }
        wanted.len()
    }

    /// Lets blocks that could not be read be tried again.
    pub fn forget_failures(&self) {
        if let Content::File(open) = &self.content {
            open.cache().forget_failures();
        }
    }

    /// Reads from `backup` from now on: a file with the same bytes, which nobody changes. Whoever
    /// reads this source goes on undisturbed while the opened file is written in place.
    pub(super) fn switch_to(&self, backup: File, identity: FileIdentity) {
        if let Content::File(open) = &self.content {
            let mut file = open.file.write().unwrap_or_else(PoisonError::into_inner);
            *file = Arc::new(OpenFile { file: backup, identity });
        }
    }

    /// Whether reading would notice a write into `file`.
    pub(super) fn reads_from(&self, file: &FileIdentity) -> bool {
        match &self.content {
            Content::Memory(_) => false,
            Content::File(open) => open.file().identity.is_same_file(file),
        }
    }
}

impl Source for FileSource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, out: &mut [u8], mode: ReadMode) -> Result<(), SourceError> {
        let end = offset.checked_add(out.len() as u64);
        if end.is_none_or(|end| end > self.len) {
            return Err(SourceError::Io { offset, reason: "the file ends before".to_owned() });
        }
        match &self.content {
            Content::Memory(bytes) => {
                let start = offset as usize;
                out.copy_from_slice(&bytes[start..start + out.len()]);
                Ok(())
            }
            Content::File(open) => match mode {
                ReadMode::Cached => open.read_cached(offset, out),
                // A pass over everything would push the screen's blocks out.
                ReadMode::Wait if out.len() >= BLOCK => open.read_file(offset, out),
                ReadMode::Wait => open.read_blocks(offset, out, self.len),
            },
        }
    }

    fn identity(&self) -> String {
        self.identity.to_string()
    }
}

impl OpenContent {
    fn cache(&self) -> MutexGuard<'_, BlockCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self) -> Arc<OpenFile> {
        Arc::clone(&self.file.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn unchanged(&self) -> Result<(), SourceError> {
        if self.changed.load(Ordering::Acquire) { Err(SourceError::Changed) } else { Ok(()) }
    }

    /// The file that is read, if it is what was opened.
    fn verify(&self) -> Result<Arc<OpenFile>, SourceError> {
        loop {
            self.unchanged()?;
            let file = self.file();
            let same = file.file.metadata().is_ok_and(|now| FileIdentity::of(&now) == file.identity);
            if !Arc::ptr_eq(&file, &self.file()) {
                continue; // Switched to a backup meanwhile.
            }
            if same {
                return Ok(file);
            }
            self.changed.store(true, Ordering::Release);
        }
    }

    /// Reads around the cache, and looks afterwards whether what was read is what was opened.
    fn read_file(&self, offset: u64, out: &mut [u8]) -> Result<(), SourceError> {
        loop {
            self.unchanged()?;
            let file = self.file();
            let read = read_exact_at(&file.file, offset, out);
            if !Arc::ptr_eq(&file, &self.verify()?) {
                continue;
            }
            return read.map_err(|error| SourceError::Io { offset, reason: system_words(&error) });
        }
    }

    fn load_block(&self, block_idx: u64, len: u64) -> Result<Arc<[u8]>, SourceError> {
        let start = block_idx.saturating_mul(BLOCK as u64);
        let mut bytes = vec![0; (BLOCK as u64).min(len.saturating_sub(start)) as usize];
        match self.read_file(start, &mut bytes) {
            Ok(()) => {
                let bytes = Arc::<[u8]>::from(bytes);
                self.cache().put(block_idx, Block::Bytes(Arc::clone(&bytes)));
                Ok(bytes)
            }
            Err(error) => {
                if let SourceError::Io { reason, .. } = &error {
                    self.cache().put(block_idx, Block::Failed(reason.clone()));
                }
                Err(error)
            }
        }
    }

    fn read_cached(&self, offset: u64, out: &mut [u8]) -> Result<(), SourceError> {
        self.unchanged()?;
        let mut cache = self.cache();
        let mut missing = None;
        for (block_idx, here, into) in blocks_of(offset, out) {
            match cache.get(block_idx) {
                Some(Block::Bytes(bytes)) => into.copy_from_slice(&bytes[here..here + into.len()]),
                Some(Block::Failed(reason)) => {
                    return Err(SourceError::Io { offset: offset_in(block_idx, here), reason });
                }
                None => {
                    cache.want(block_idx);
                    missing.get_or_insert(offset_in(block_idx, here));
                }
            }
        }
        missing.map_or(Ok(()), |offset| Err(SourceError::Missing { offset }))
    }

    fn read_blocks(&self, offset: u64, out: &mut [u8], len: u64) -> Result<(), SourceError> {
        self.unchanged()?;
        for (block_idx, here, into) in blocks_of(offset, out) {
            let cached = self.cache().get(block_idx);
            let bytes = match cached {
                Some(Block::Bytes(bytes)) => bytes,
                Some(Block::Failed(_)) | None => self.load_block(block_idx, len)?,
            };
            into.copy_from_slice(&bytes[here..here + into.len()]);
        }
        Ok(())
    }
}

fn offset_in(block_idx: u64, here: usize) -> u64 {
    block_idx * BLOCK as u64 + here as u64
}

/// The blocks that hold `out.len()` bytes from `offset` on: index, where in the block, and the part
/// of `out` that it fills.
fn blocks_of(offset: u64, out: &mut [u8]) -> impl Iterator<Item = (u64, usize, &mut [u8])> {
    let mut at = offset;
    let mut rest = out;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (block_idx, here) = (at / BLOCK as u64, (at % BLOCK as u64) as usize);
        let n = (BLOCK - here).min(rest.len());
        let (into, after) = std::mem::take(&mut rest).split_at_mut(n);
        rest = after;
        at += n as u64;
        Some((block_idx, here, into))
    })
}

fn read_exact_at(file: &File, offset: u64, out: &mut [u8]) -> io::Result<()> {
    let mut n_read = 0;
    while n_read < out.len() {
        match platform::read_at(file, &mut out[n_read..], offset + n_read as u64) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(n) => n_read += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn read_small(file: &File, path: &Path, limit: u64) -> Result<Vec<u8>, WorkerError> {
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(|error| WorkerError::io(Call::Read, path, error))?;
    Ok(bytes)
}

/// Opens a regular file for reading; a folder, FIFO, socket or device is refused unopened.
pub(super) fn open_regular(path: &Path) -> Result<(File, FileIdentity), WorkerError> {
    let disk = Disk(&NoGate);
    match disk.look(path)? {
        Some(metadata) => refuse_special(&metadata, path)?,
        None => match fs::read_link(path) {
            Ok(target) => return Err(WorkerError::DanglingLink { target, path: path.to_owned() }),
            Err(_no_link) => {
                return Err(WorkerError::io(Call::Open, path, io::ErrorKind::NotFound.into()));
            }
        },
    }
    let file = disk.open(path, false)?;
    let metadata = file.metadata().map_err(|error| WorkerError::io(Call::Look, path, error))?;
    refuse_special(&metadata, path)?;
    Ok((file, FileIdentity::of(&metadata)))
}

pub(super) fn refuse_special(metadata: &fs::Metadata, path: &Path) -> Result<(), WorkerError> {
    let path = || -> PathBuf { path.to_owned() };
    if metadata.is_dir() {
        return Err(WorkerError::IsFolder { path: path() });
    }
    match platform::special_kind(metadata) {
        Some(what) => Err(WorkerError::NotRegular { what, path: path() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
