//! What loading ten thousand files and ranking their types costs.
//!
//! `cargo bench --bench schema --no-default-features --features app` makes the files in the system's
//! temporary folder, or takes the folder that `PROTOLOUPE_BENCH_PROTOS` names. Loading is compared
//! with reading the same files; ranking among all types with ranking among the built-in ones.

#![allow(clippy::disallowed_methods, reason = "it looks at the disk from outside")]

use protoloupe::schema::{Schema, rank};
use protoloupe::worker::{SchemaPlaces, load_schema};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const N_FILES: usize = 10_000;
const N_RUNS: usize = 5;

fn main() {
    let named = std::env::var_os("PROTOLOUPE_BENCH_PROTOS").map(PathBuf::from);
    let folder = named.unwrap_or_else(made);
    let before = resident_kib();
    let (reading, (n_files, n_bytes)) = timed(|| read_all(&folder));
    let paths = std::slice::from_ref(&folder);
    let places = SchemaPlaces { paths, includes: &[], with_builtin: true, with_protoc: false };
    let (loading, loaded) = timed(|| load_schema(places, &mut |_, _| true));
    let (schema, report) = loaded.expect("the folder is loaded");
    println!(
        "{n_files} files, {} KiB: read in {reading:?}, loaded in {loading:?} (ratio {:.0}); {} of them not usable; \
         {} KiB resident for {} message types",
        n_bytes >> 10,
        ratio(loading, reading),
        report.broken().count(),
        resident_kib().saturating_sub(before),
        schema.messages().len(),
    );
    ranking(&schema);
}

/// Files of the size that APIs have: five messages each, every one importing three others.
fn made() -> PathBuf {
    let folder = std::env::temp_dir().join("protoloupe-bench-protos");
    for n in 0..N_FILES {
        let mut text = format!("syntax = \"proto3\";\npackage bench.p{};\n", n / 20);
        let imports: Vec<usize> = (1..=3).map(|step| n / (step + 1)).filter(|import| *import < n).collect();
        for import in &imports {
            let _ = writeln!(text, "import \"bench/p{}/f{import}.proto\";", import / 20);
        }
        for message in 0..5 {
            let _ = writeln!(text, "// Message {message} of file {n}.\nmessage M{n}x{message} {{");
            for field in 1..=8 {
                let kind = ["string", "int64", "bytes", "bool", "double"][(n + field + message) % 5];
                let _ = writeln!(text, "  // Field {field}.\n  {kind} field_{field} = {field};");
            }
            for (at, import) in imports.iter().enumerate() {
                let _ = writeln!(text, "  bench.p{}.M{import}x0 other_{at} = {};", import / 20, 20 + at);
            }
            text.push_str("}\n");
        }
        let path = folder.join(format!("bench/p{}/f{n}.proto", n / 20));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        std::fs::write(path, text).expect("the file is written");
    }
    folder
}

fn read_all(folder: &Path) -> (usize, usize) {
    let (mut n_files, mut n_bytes) = (0, 0);
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder is there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "proto") {
                n_files += 1;
                n_bytes += std::fs::read(path).map_or(0, |bytes| bytes.len());
            }
        }
    }
    (n_files, n_bytes)
}

fn ranking(schema: &Schema) {
    let small = [&[0x0a, 3][..], b"abc", &[0x10, 7, 0x1a, 2], b"xy", &[0x20, 1]].concat();
    let large = small.repeat(100_000);
    for (what, bytes) in [("a small message", &small), ("the head of a large one", &large)] {
        let among = |schema: &Schema| {
            let _first_makes_tables = rank(schema, bytes, true);
            median((0..N_RUNS).map(|_| timed(|| rank(schema, bytes, true)).0).collect())
        };
        let (few, many) = (among(&Schema::builtin()), among(schema));
        let n_times = schema.messages().len() as f64 / Schema::builtin().messages().len() as f64;
        println!(
            "ranking {what} among {} types: {many:?}, {:.0} times that among the built-in ones, which are {n_times:.0} times fewer",
            schema.messages().len(),
            ratio(many, few),
        );
    }
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64().max(1e-9)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

/// Resident memory of this process, where the system tells.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}
