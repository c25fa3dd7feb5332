//! What differs between systems: Unix in full, elsewhere the portable part of it.

#[cfg(not(unix))]
pub(super) use portable::*;
#[cfg(unix)]
pub(super) use unix::*;

#[cfg(unix)]
mod unix {
    use rustix::fs::{AtFlags, CWD, OFlags};
    use rustix::io::Errno;
    use rustix::process::Pid;
    use std::ffi::{OsStr, OsString};
    use std::fs::{self, File, Metadata, OpenOptions, Permissions};
    use std::io;
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    use std::os::unix::fs::{
        DirBuilderExt as _, FileExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _,
        PermissionsExt as _,
    };
    use std::os::unix::process::CommandExt as _;
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command};

    /// Never waits, not even for the other end of a FIFO.
    pub fn open_without_waiting(path: &Path, to_write: bool) -> io::Result<File> {
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
        OpenOptions::new().read(true).write(to_write).custom_flags(flags).open(path)
    }

    pub fn open_folder(path: &Path) -> io::Result<Option<File>> {
        File::open(path).map(Some)
    }

    pub fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<usize> {
        file.read_at(out, offset)
    }

    /// What kind of thing is no regular file; `None` if it is one, or a folder.
    pub fn special_kind(metadata: &Metadata) -> Option<&'static str> {
        let kind = metadata.file_type();
        match () {
            () if kind.is_fifo() => Some("FIFO"),
            () if kind.is_socket() => Some("socket"),
            () if kind.is_char_device() || kind.is_block_device() => Some("device"),
            () => None,
        }
    }

    pub fn unless_unsupported(done: io::Result<()>) -> io::Result<()> {
        match done {
            Err(error) if is_unsupported(&error) => Ok(()),
            done => done,
        }
    }

    fn is_unsupported(error: &io::Error) -> bool {
        matches!(
            Errno::from_io_error(error),
            Some(Errno::INVAL | Errno::NOTSUP | Errno::NOSYS | Errno::NODATA)
        )
    }

    #[cfg(target_os = "linux")]
    pub fn rename_to_free_name(from: &Path, to: &Path) -> io::Result<()> {
        match rustix::fs::renameat_with(CWD, from, CWD, to, rustix::fs::RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => rename_if_absent(from, to),
            done => done.map_err(io::Error::from),
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub fn rename_to_free_name(from: &Path, to: &Path) -> io::Result<()> {
        rename_if_absent(from, to)
    }

    fn rename_if_absent(from: &Path, to: &Path) -> io::Result<()> {
        match fs::symlink_metadata(to) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_absent) => fs::rename(from, to),
        }
    }

    /// Mode bits, owner and group, and how many names the file has.
    pub struct Ownership {
        pub mode: u32,
        pub user: u32,
        pub group: u32,
        pub n_links: u64,
    }

    pub fn ownership(metadata: &Metadata) -> Ownership {
        Ownership {
            mode: metadata.mode() & 0o7777,
            user: metadata.uid(),
            group: metadata.gid(),
            n_links: metadata.nlink(),
        }
    }

    pub fn may_write(path: &Path) -> bool {
        rustix::fs::accessat(CWD, path, rustix::fs::Access::WRITE_OK, AtFlags::EACCESS).is_ok()
    }

    /// Who this process acts as, and whether it may give files away.
    pub fn current_user() -> (u32, bool) {
        let user = rustix::process::geteuid();
        (user.as_raw(), user.is_root())
    }

    pub fn set_mode(file: &File, mode: u32) -> io::Result<()> {
        file.set_permissions(Permissions::from_mode(mode))
    }

    pub fn set_owner(file: &File, user: Option<u32>, group: Option<u32>) -> io::Result<()> {
        std::os::unix::fs::fchown(file, user, group)
    }

    /// Attributes that vouch for the old bytes or grant rights to them are left behind.
    const NOT_COPIED: [&str; 3] = ["security.capability", "security.ima", "security.evm"];

    pub fn attributes(path: &Path) -> io::Result<Vec<(OsString, Vec<u8>)>> {
        let names = match xattr::list(path) {
            Ok(names) => names,
            Err(error) if is_unsupported(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut found = Vec::new();
        for name in names.filter(|name| NOT_COPIED.iter().all(|left| *left != name)) {
            match xattr::get(path, &name) {
                Ok(Some(value)) => found.push((name, value)),
                Ok(None) => {}
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
                Err(error) if is_unsupported(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Whether it could be set; no room for it is an error.
    pub fn set_attribute(file: &File, name: &OsStr, value: &[u8]) -> io::Result<bool> {
        use xattr::FileExt as _;
        match file.set_xattr(name, value) {
            Ok(()) => Ok(true),
            Err(error) if is_unsupported(&error) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub fn is_ours(metadata: &Metadata) -> bool {
        metadata.uid() == current_user().0
    }

    /// `None` if the number cannot be a process.
    pub fn process_lives(id: u32) -> Option<bool> {
        let pid = Pid::from_raw(i32::try_from(id).ok()?)?;
        Some(rustix::process::test_kill_process(pid) != Err(Errno::SRCH))
    }

    pub fn create_private_folder(path: &Path) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    /// The same for one that must not be there yet.
    pub fn create_new_private_folder(path: &Path) -> io::Result<()> {
        fs::DirBuilder::new().mode(0o700).create(path)
    }

    /// Whether it is a program that the person may start.
    pub fn may_run(path: &Path) -> bool {
        path.is_file()
            && rustix::fs::accessat(CWD, path, rustix::fs::Access::EXEC_OK, AtFlags::EACCESS).is_ok()
    }

    /// What the program starts in turn can then be ended with it.
    pub fn lead_a_group(command: &mut Command) {
        command.process_group(0);
    }

    /// Ends all of the group that a program was told to lead.
    pub fn end_group(child: &mut Child) {
        if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            // Nothing of it may be left.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }

    /// Whether a name is still there for the open file.
    pub fn has_name(file: &File) -> io::Result<bool> {
        Ok(file.metadata()?.nlink() > 0)
    }

    pub fn path_bytes(path: &Path) -> Vec<u8> {
        path.as_os_str().as_bytes().to_vec()
    }

    pub fn path_of_bytes(bytes: &[u8]) -> PathBuf {
        PathBuf::from(OsString::from_vec(bytes.to_vec()))
    }
}

#[cfg(not(unix))]
mod portable {
    use std::ffi::{OsStr, OsString};
    use std::fs::{self, File, Metadata, OpenOptions};
    use std::io::{self, Read as _, Seek as _, SeekFrom};
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command};

    pub fn open_without_waiting(path: &Path, to_write: bool) -> io::Result<File> {
        OpenOptions::new().read(true).write(to_write).open(path)
    }

    pub fn open_folder(_path: &Path) -> io::Result<Option<File>> {
        Ok(None)
    }

    /// Seeks a handle of its own, so that readers do not move each other.
    pub fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<usize> {
        use std::sync::Mutex;
        static SEEKING: Mutex<()> = Mutex::new(());
        let _turn = SEEKING.lock();
        let mut file = file;
        file.seek(SeekFrom::Start(offset))?;
        file.read(out)
    }

    pub fn special_kind(metadata: &Metadata) -> Option<&'static str> {
        (!metadata.is_file() && !metadata.is_dir()).then_some("device")
    }

    pub fn unless_unsupported(done: io::Result<()>) -> io::Result<()> {
        done
    }

    pub fn rename_to_free_name(from: &Path, to: &Path) -> io::Result<()> {
        if to.exists() { Err(io::ErrorKind::AlreadyExists.into()) } else { fs::rename(from, to) }
    }

    pub struct Ownership {
        pub mode: u32,
        pub user: u32,
        pub group: u32,
        pub n_links: u64,
    }

    pub fn ownership(_metadata: &Metadata) -> Ownership {
        Ownership { mode: 0, user: 0, group: 0, n_links: 1 }
    }

    pub fn may_write(path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|metadata| !metadata.permissions().readonly())
    }

    pub fn current_user() -> (u32, bool) {
        (0, true)
    }

    pub fn set_mode(_file: &File, _mode: u32) -> io::Result<()> {
        Ok(())
    }

    pub fn set_owner(_file: &File, _user: Option<u32>, _group: Option<u32>) -> io::Result<()> {
        Ok(())
    }

    pub fn attributes(_path: &Path) -> io::Result<Vec<(OsString, Vec<u8>)>> {
        Ok(Vec::new())
    }

    pub fn set_attribute(_file: &File, _name: &OsStr, _value: &[u8]) -> io::Result<bool> {
        Ok(false)
    }

    pub fn is_ours(_metadata: &Metadata) -> bool {
        true
    }

    pub fn process_lives(_id: u32) -> Option<bool> {
        None
    }

    pub fn create_private_folder(path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    pub fn create_new_private_folder(path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    pub fn may_run(path: &Path) -> bool {
        path.is_file()
    }

    pub fn lead_a_group(_command: &mut Command) {}

    pub fn end_group(child: &mut Child) {
        // It may have ended by itself.
        let _ = child.kill();
    }

    pub fn has_name(_file: &File) -> io::Result<bool> {
        Ok(true)
    }

    pub fn path_bytes(path: &Path) -> Vec<u8> {
        path.to_string_lossy().into_owned().into_bytes()
    }

    pub fn path_of_bytes(bytes: &[u8]) -> PathBuf {
        PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
    }
}
