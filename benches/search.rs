//! What a search costs, beside reading the file and scanning it with `memchr::memmem` alone.
//!
//! `cargo bench --bench search --no-default-features --features app` makes a file of 256 MiB in the
//! system's temporary folder, or takes the one that `PROTOLOUPE_BENCH_FILE` names, a
//! SendMessageRequest. Each ratio is the median of interleaved runs on the same file.

#![allow(clippy::disallowed_methods, reason = "it looks at the disk from outside")]

use memchr::memmem::Finder;
use protoloupe::document::Document;
use protoloupe::document::search::{Query, search};
use protoloupe::schema::Schema;
use protoloupe::wire::{WireType, write_len, write_tag, write_varint};
use protoloupe::worker::FileSource;
use std::io::{Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const N_RUNS: usize = 5;
const WINDOW: usize = 1 << 20;

fn main() {
    let named = std::env::var_os("PROTOLOUPE_BENCH_FILE").map(PathBuf::from);
    let path = named.unwrap_or_else(|| made(256 << 20));
    let len = std::fs::metadata(&path).unwrap().len();
    println!("{len} bytes");
    let needles = ["no such text anywhere", "01000000000000000000000000001234"];
    let exact = needles.map(|needle| (format!("\"{needle}\""), needle));
    for (query, needle) in &exact {
        compare(&path, query, needle);
    }
    for query in ["no such text anywhere", "system_properties.tag == \"nope\"", "body.len > 2000", "99999999"]
    {
        compare(&path, query, needles[0]);
    }
}

/// A SendMessageRequest with bodies of about 1 KiB.
fn made(n_bytes: u64) -> PathBuf {
    let path = std::env::temp_dir().join("protoloupe-bench-search.bin");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let (mut n, mut idx) = (0, 0_u64);
    while n < n_bytes {
        let mut topic = Vec::new();
        write_len(&mut topic, 2, b"orders");
        let mut system = Vec::new();
        write_len(&mut system, 1, b"tag");
        write_len(&mut system, 3, format!("01{idx:030}").as_bytes());
        write_tag(&mut system, 14, WireType::Varint);
        write_varint(&mut system, idx);
        let mut message = Vec::new();
        write_len(&mut message, 1, &topic);
        write_len(&mut message, 3, &system);
        write_len(&mut message, 4, &[b'x'; 1100]);
        let mut record = Vec::new();
        write_len(&mut record, 1, &message);
        file.write_all(&record).unwrap();
        n += record.len() as u64;
        idx += 1;
    }
    file.flush().unwrap();
    path
}

/// The least that a search can do: read everything and look for the bytes.
fn scanned(path: &Path, needle: &str) -> u64 {
    let finder = Finder::new(needle);
    let mut file = std::fs::File::open(path).unwrap();
    let overlap = needle.len() - 1;
    let mut window = vec![0; WINDOW + overlap];
    let (mut n_kept, mut n_found) = (0, 0);
    loop {
        let mut n_read = 0;
        while n_kept + n_read < window.len() {
            match file.read(&mut window[n_kept + n_read..]).unwrap() {
                0 => break,
                n => n_read += n,
            }
        }
        let n_bytes = n_kept + n_read;
        n_found += finder.find_iter(&window[..n_bytes]).count() as u64;
        if n_read == 0 {
            return n_found;
        }
        n_kept = overlap.min(n_bytes);
        window.copy_within(n_bytes - n_kept..n_bytes, 0);
    }
}

fn searched(path: &Path, query: &Query) -> u64 {
    let message = Schema::builtin().message("apache.rocketmq.v2.SendMessageRequest").unwrap();
    let document = Document::new(FileSource::open(path).unwrap(), Some(message));
    let go_on = &mut |_| ControlFlow::Continue(());
    let mut sink = |_: &mut protoloupe::document::search::Finding<'_, '_, '_>| Ok(ControlFlow::Continue(()));
    search(document.snapshot(), &document.root(), query, &mut sink, go_on).unwrap().n_found
}

fn compare(path: &Path, query: &str, needle: &str) {
    let parsed: Query = query.parse().unwrap();
    let mut runs = Vec::new();
    let mut n_found = 0;
    for _ in 0..N_RUNS {
        let (scanning, _) = timed(|| scanned(path, needle));
        let (searching, found) = timed(|| searched(path, &parsed));
        n_found = found;
        runs.push((searching.as_secs_f64() / scanning.as_secs_f64(), searching));
    }
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, time) = runs[N_RUNS / 2];
    let rate = std::fs::metadata(path).unwrap().len() as f64 / time.as_secs_f64() / 1e9;
    println!("{query}: {ratio:.2} × scanning, {time:?}, {rate:.1} GB/s, {n_found} found");
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}
