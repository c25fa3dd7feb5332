//! `protoc`, asked to compile what is refused here.
//!
//! **Law.** It runs only where a person said so, by its absolute path, without a shell, with fixed
//! arguments and few variables, in a folder of its own that is gone afterwards, and no longer and with
//! no more output than the limits; a cancel ends it at once. What it writes is checked like every
//! descriptor set.

use super::error::{Call, WorkerError};
use super::platform;
use super::state::read_capped;
use crate::rpc::system_words;
use crate::schema::Compiled;
use crate::wire::{Read, Record, WireType, records};
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::park_timeout;
use std::time::{Duration, Instant};

/// Files of one schema that it is asked about.
const MAX_FILES: usize = 2_000;
/// Files of one run; if it takes them not all, each is asked about by itself.
const RUN_FILES: usize = 64;
/// Folders that it is told to look imports up in.
const MAX_ROOTS: usize = 200;
/// Bytes of what it says that are read, and characters that are repeated.
const MAX_READ: u64 = 64 << 10;
const MAX_SAID: usize = 600;
/// How often it is looked after.
const LOOK: Duration = Duration::from_millis(5);
/// Variables that it, or what stands in for it, may need to start.
const VARIABLES: [&str; 9] = [
    "PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "TMPDIR",
    "SystemRoot",
    "TEMP",
    "TMP",
    "PATHEXT",
];

/// What ends it before its time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Of one run.
    pub time: Duration,
    /// Of all runs.
    pub total: Duration,
    /// Bytes of a descriptor set, and of what it says.
    pub output: u64,
}

pub(super) const LIMITS: Limits =
    Limits { time: Duration::from_secs(20), total: Duration::from_secs(300), output: 128 << 20 };

/// What it has to do with a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protoc {
    /// It is there, was not asked, and may read files that are refused here.
    Offered { path: PathBuf, n_files: usize },
    /// It was to help and is not there.
    Missing,
}

/// The first `protoc` in the folders of PATH.
pub(super) fn find_protoc() -> Option<PathBuf> {
    let name = format!("protoc{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH")?;
    // A relative folder is another one wherever the program is started.
    let folders = std::env::split_paths(&folders).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(&name)).find(|path| platform::may_run(path))
}

/// What `protoc` makes of these files, by their paths. `step` hears how many are done and ends it with
/// `false`.
pub(super) fn compile(
    protoc: &Path,
    files: &[String],
    roots: &[String],
    limits: Limits,
    step: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Compiled, WorkerError> {
    let folder = PrivateFolder::create()?;
    let files = files.get(..MAX_FILES).unwrap_or(files);
    let n_total = files.len() as u64;
    let begun = Instant::now();
    let mut compiled = Compiled::new();
    for together in files.chunks(RUN_FILES) {
        let mut run = |asked: &[String], compiled: &Compiled| {
            let time = limits.time.min(limits.total.saturating_sub(begun.elapsed()));
            let run = Run { protoc, folder: &folder.0, roots, limits: Limits { time, ..limits } };
            let n_done = compiled.len() as u64;
            run.start(asked, &mut || step(n_done, n_total))
        };
        if together.len() > 1
            && let Ok(set) = run(together, &compiled)?
            && let Some(all) = by_path(together, &set)
        {
            compiled.extend(all);
            continue;
        }
        for file in together {
            let asked = std::slice::from_ref(file);
            let made = match run(asked, &compiled)? {
                Ok(set) => match by_path(asked, &set).and_then(|mut all| all.remove(file)) {
                    Some(made) => made,
                    None => Err("it wrote something else than the file's descriptor".to_owned()),
                },
                Err(said) => Err(said),
            };
            compiled.insert(file.clone(), made);
        }
    }
    Ok(compiled)
}

/// One run of it.
struct Run<'a> {
    protoc: &'a Path,
    /// Where it writes.
    folder: &'a Path,
    roots: &'a [String],
    limits: Limits,
}

impl Run<'_> {
    /// The descriptor set of the files, or why there is none.
    fn start(
        &self,
        files: &[String],
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Result<Vec<u8>, String>, WorkerError> {
        let (set, said) = (self.folder.join("set.binpb"), self.folder.join("said.txt"));
        let _ = fs::remove_file(&set);
        let said_file = File::create(&said).map_err(|error| WorkerError::io(Call::Create, &said, error))?;
        let mut command = Command::new(self.protoc);
        command.args(arguments(files, self.roots, &set)).current_dir(self.folder).env_clear();
        command.envs(VARIABLES.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said_file);
        platform::lead_a_group(&mut command);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return Ok(Err(format!("it could not be started: {}", system_words(&error)))),
        };
        let ended = self.watch(&mut child, &[&set, &said], go_on);
        platform::end_group(&mut child);
        // Ended above, or by itself.
        let status = child.wait();
        if let Some(reason) = ended? {
            return Ok(Err(reason));
        }
        match status {
            Ok(status) if status.success() => match read_capped(&set, self.limits.output) {
                Ok(Some(bytes)) => Ok(Ok(bytes)),
                _ => Ok(Err("it wrote no descriptor set".to_owned())),
            },
            Ok(status) => {
                Ok(Err(words(&said).unwrap_or_else(|| format!("nothing, and ended with {status}"))))
            }
            Err(error) => Ok(Err(format!("it could not be waited for: {}", system_words(&error)))),
        }
    }

    /// Waits until it has ended; a reason if it has to be ended.
    fn watch(
        &self,
        child: &mut Child,
        written: &[&Path],
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Option<String>, WorkerError> {
        let begun = Instant::now();
        loop {
            if !matches!(child.try_wait(), Ok(None)) {
                return Ok(None);
            }
            if !go_on() {
                return Err(WorkerError::Cancelled);
            }
            if begun.elapsed() >= self.limits.time {
                let seconds = self.limits.time.as_secs_f32().ceil();
                return Ok(Some(format!("nothing within {seconds} seconds, and was ended")));
            }
            let len = |path: &&Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
            if written.iter().map(len).any(|len| len > self.limits.output) {
                return Ok(Some("too much, and was ended".to_owned()));
            }
            park_timeout(LOOK);
        }
    }
}

fn arguments(files: &[String], roots: &[String], set: &Path) -> Vec<OsString> {
    let absolute = |path: &str| std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
    let of = |option: &str, path: &Path| {
        let mut argument = OsString::from(option);
        argument.push(path);
        argument
    };
    let mut folders: Vec<PathBuf> = roots.iter().map(|root| absolute(root)).collect();
    folders.truncate(MAX_ROOTS);
    // A file has to lie under some root; its own folder is the last resort.
    folders.extend(files.iter().filter_map(|file| Some(absolute(file).parent()?.to_owned())));
    // These have a meaning of their own in a root.
    let is_plain =
        |folder: &&PathBuf| !folder.to_string_lossy().contains(['=', if cfg!(windows) { ';' } else { ':' }]);
    let mut known = std::collections::HashSet::new();
    let folders = folders.iter().filter(is_plain).filter(|folder| known.insert(*folder));
    let mut arguments = vec![OsString::from("--include_source_info"), of("--descriptor_set_out=", set)];
    arguments.extend(folders.map(|folder| of("--proto_path=", folder)));
    arguments.extend(files.iter().map(|file| absolute(file).into_os_string()));
    arguments
}

/// What it said, as far as it is repeated.
fn words(said: &Path) -> Option<String> {
    let bytes = match read_capped(said, MAX_READ) {
        Ok(Some(bytes)) => bytes,
        _ => return Some("more than can be repeated".to_owned()),
    };
    let text = String::from_utf8_lossy(&bytes);
    let text: String = text.trim().chars().take(MAX_SAID).collect();
    (!text.is_empty()).then_some(text)
}

/// The files of a set, each by the one path that ends with its name; `None` if that is not clear.
fn by_path(paths: &[String], set: &[u8]) -> Option<Compiled> {
    let mut compiled = Compiled::new();
    for (offset, read) in records(set) {
        let file = match read {
            Read::Record(record) if is_whole(&record, 1) => payload(set, offset, &record),
            Read::End => break,
            _ => return None,
        };
        let name = records(file).find_map(|(offset, read)| match read {
            Read::Record(record) if is_whole(&record, 1) => {
                std::str::from_utf8(payload(file, offset, &record)).ok()
            }
            _ => None,
        })?;
        let is_of = |path: &&String| {
            path.strip_suffix(name).is_some_and(|root| root.is_empty() || root.ends_with(['/', '\\']))
        };
        let mut fitting = paths.iter().filter(is_of);
        let (Some(path), None) = (fitting.next(), fitting.next()) else { return None };
        compiled.insert(path.clone(), Ok(file.to_vec()));
    }
    (compiled.len() == paths.len()).then_some(compiled)
}

fn is_whole(record: &Record, number: u32) -> bool {
    record.tag.number == number && record.tag.wire_type == WireType::Len && record.missing == 0
}

fn payload<'a>(bytes: &'a [u8], offset: usize, record: &Record) -> &'a [u8] {
    let start = offset + usize::from(record.payload_start);
    bytes.get(start..start + record.payload_len as usize).unwrap_or_default()
}

/// A folder that nobody else looks into, gone with its content when dropped.
struct PrivateFolder(PathBuf);

impl PrivateFolder {
    fn create() -> Result<PrivateFolder, WorkerError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut tries = 0;
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("protoloupe-protoc-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            match platform::create_new_private_folder(&path) {
                Ok(()) => return Ok(PrivateFolder(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && tries < 1_000 => {
                    tries += 1
                }
                Err(error) => return Err(WorkerError::io(Call::Create, &path, error)),
            }
        }
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// A program in place of `protoc`.
    fn script(folder: &Path, text: &str) -> PathBuf {
        let path = folder.join("protoc");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    const QUICK: Limits =
        Limits { time: Duration::from_millis(300), total: Duration::from_secs(20), output: 100_000 };

    fn said(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let protoc = script(folder.path(), text);
        let files = ["a/b.proto".to_owned()];
        let mut compiled = compile(&protoc, &files, &[], QUICK, &mut |_, _| true).unwrap();
        compiled.remove("a/b.proto").unwrap().unwrap_err()
    }

    #[test]
    fn one_that_hangs_floods_fails_or_writes_nonsense_is_ended_and_said_so() {
        assert_eq!(said("sleep 60 & sleep 60"), "nothing within 1 seconds, and was ended");
        assert_eq!(said("while :; do echo 0123456789 >&2; done"), "too much, and was ended");
        assert_eq!(said("while :; do echo 0123456789 >> set.binpb; done"), "too much, and was ended");
        assert_eq!(said("echo 'b.proto:1:2: no' >&2; exit 1"), "b.proto:1:2: no");
        assert_eq!(said("exit 3"), "nothing, and ended with exit status: 3");
        assert_eq!(said(":"), "it wrote no descriptor set");
        for nonsense in ["\\377\\377", "\\012\\003abc", "\\012\\004\\012\\002xy", ""] {
            let text = format!("printf '{nonsense}' > set.binpb");
            assert_eq!(said(&text), "it wrote something else than the file's descriptor", "{nonsense}");
        }
    }

    #[test]
    fn it_gets_absolute_paths_no_shell_and_few_variables_and_its_folder_goes() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let protoc = script(
            folder.path(),
            &format!(
                "{{ pwd; env; for a in \"$@\"; do echo \"arg $a\"; done; }} > '{}'; exit 1",
                told.display()
            ),
        );
        let files = ["/p/$(touch x)/;b c.proto".to_owned()];
        let roots = ["/p".to_owned(), "/a=b".to_owned(), "/a:b".to_owned()];
        compile(&protoc, &files, &roots, QUICK, &mut |_, _| true).unwrap();
        let told = fs::read_to_string(told).unwrap();
        let lines: Vec<&str> = told.lines().collect();
        let args: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("arg ")).collect();
        let own = Path::new(lines[0]);
        let out = format!("--descriptor_set_out={}/set.binpb", lines[0]);
        let expected = [
            "--include_source_info",
            &out,
            "--proto_path=/p",
            "--proto_path=/p/$(touch x)",
            "/p/$(touch x)/;b c.proto",
        ];
        assert_eq!(args, expected);
        assert!(!own.exists(), "{own:?} is still there");
        assert!(!told.contains("CARGO"), "{told}");
    }

    #[test]
    fn a_cancel_ends_it_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        let protoc = script(folder.path(), &format!("(sleep 1; touch '{}') & sleep 60", mark.display()));
        let mut n_asked = 0;
        let step = &mut |_, _| {
            n_asked += 1;
            n_asked < 3
        };
        let files = ["a.proto".to_owned()];
        let ended = compile(&protoc, &files, &[], LIMITS, step);
        assert!(matches!(ended, Err(WorkerError::Cancelled)));
        park_timeout(Duration::from_millis(1_300));
        assert!(!mark.exists(), "what it started went on");
    }
}
