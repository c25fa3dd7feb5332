//! The folder where things are remembered between runs, and small private files in it.

use super::disk::{Disk, NoGate, Privacy};
use super::error::{Call, WorkerError};
use super::platform;
use super::temp::Temp;
use std::env;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// `XDG_STATE_HOME/protoloupe`, or `.local/state/protoloupe` at home; `None` without a home.
pub fn state_folder() -> Option<PathBuf> {
    folder_for("XDG_STATE_HOME", ".local/state")
}

/// `XDG_CONFIG_HOME/protoloupe`, or `.config/protoloupe` at home; `None` without a home.
pub fn config_folder() -> Option<PathBuf> {
    folder_for("XDG_CONFIG_HOME", ".config")
}

fn folder_for(variable: &str, at_home: &str) -> Option<PathBuf> {
    let absolute = |path: &PathBuf| path.is_absolute();
    let set = env::var_os(variable).map(PathBuf::from).filter(absolute);
    set.or_else(|| env::home_dir().filter(absolute).map(|home| home.join(at_home)))
        .map(|folder| folder.join("protoloupe"))
}

/// The file's bytes; `None` if there are more than `limit`.
pub(super) fn read_capped(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, WorkerError> {
    let (file, _identity) = super::file_source::open_regular(path)?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| WorkerError::io(Call::Read, path, error))?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// Creates a folder of 0700 unless it is there.
pub(super) fn create_private_folder(folder: &Path) -> Result<(), WorkerError> {
    platform::create_private_folder(folder).map_err(|error| WorkerError::io(Call::Create, folder, error))
}

/// Replaces a file of ours as one: 0600, in a folder of 0700 that is created if absent.
pub(super) fn store_private(path: &Path, parts: &[&[u8]]) -> Result<(), WorkerError> {
    let folder = super::save::folder_of(path);
    platform::create_private_folder(folder).map_err(|error| WorkerError::io(Call::Create, folder, error))?;
    let disk = Disk(&NoGate);
    let temp = Temp::create(disk, path, Privacy::Private)?;
    for part in parts {
        disk.write_all(temp.file(), temp.path(), part)?;
    }
    disk.flush(temp.file(), temp.path())?;
    temp.rename(path, true)?;
    disk.flush_folder(folder)
}

/// Moves a file that cannot be read out of the way, as NAME.bad; the last one set aside is kept.
pub(super) fn set_aside(path: &Path) -> Option<PathBuf> {
    let mut name = path.file_name()?.to_owned();
    name.push(".bad");
    let aside = path.with_file_name(name);
    fs::rename(path, &aside).ok()?;
    Some(aside)
}

/// FNV-1a, 64 bits: tells damaged and different content apart, not hostile from honest.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
