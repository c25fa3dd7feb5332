//! Runs the program and looks at what comes back.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    pub exit_code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Run {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// Checks the exit code and returns itself.
    #[track_caller]
    pub fn exits(self, exit_code: i32) -> Run {
        assert_eq!(self.exit_code, exit_code, "{}\n{}", self.stderr, String::from_utf8_lossy(&self.stdout));
        self
    }

    /// Checks that the answer is empty and that every part stands in what is said.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Run {
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is not in {:?}", self.stderr);
        }
        self
    }
}

/// The program without a display.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_protoloupe"));
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command
}

pub fn run<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Run {
    looked_at(command().args(args).stdin(Stdio::null()).output().unwrap())
}

pub fn run_with_input<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>, input: &[u8]) -> Run {
    let mut child = command()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // It may end without reading all of it.
    let feed = std::thread::spawn(move || _ = stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap();
    looked_at(output)
}

/// Every run: no signal, no panic, nothing that a terminal would take for a command.
#[track_caller]
pub fn looked_at(output: Output) -> Run {
    let stderr = String::from_utf8(output.stderr).unwrap();
    let exit_code = output.status.code().expect("the program ended by itself");
    assert!((0..=2).contains(&exit_code), "{exit_code}: {stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(!stderr.chars().any(|c| c.is_control() && c != '\n'), "{stderr:?}");
    if exit_code == 2 {
        assert!(output.stdout.is_empty(), "a wrong call has no answer");
        assert!(!stderr.is_empty());
    }
    Run { exit_code, stdout: output.stdout, stderr }
}

/// A message that was captured, with its type.
pub struct Capture {
    pub path: PathBuf,
    pub bytes: Vec<u8>,
    pub message: String,
}

pub fn captures() -> Vec<Capture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/captures");
    let index = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    let entries = index["entries"].as_array().unwrap();
    assert!(entries.len() > 30);
    let capture = |entry: &serde_json::Value| {
        let path = folder.join(entry["file"].as_str().unwrap());
        let message = entry["type"].as_str().unwrap().to_owned();
        Capture { bytes: std::fs::read(&path).unwrap(), path, message }
    };
    entries.iter().map(capture).collect()
}

pub fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample-send-message.bin")
}

/// A folder of its own for one test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}
