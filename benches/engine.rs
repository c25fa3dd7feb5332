//! What opening, editing and saving a large SendMessageRequest costs, beside a plain copy.
//!
//! `cargo bench --bench engine --no-default-features --features app` makes a file of 256 MiB in the
//! system's temporary folder, or takes the one that `PROTOLOUPE_BENCH_FILE` names. Each figure is
//! the median of several runs; ratios are to a copy or a read of the same file in the same run.

#![allow(clippy::disallowed_methods, reason = "it looks at the disk from outside")]

use protoloupe::document::{Act, Document, Edit, ReadMode, Reader, Tree, row_text};
use protoloupe::schema::Schema;
use protoloupe::wire::{write_len, write_tag, write_varint};
use protoloupe::worker::{FileSource, SaveOptions, save};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const N_RUNS: usize = 5;

fn main() {
    let named = std::env::var_os("PROTOLOUPE_BENCH_FILE").map(PathBuf::from);
    let path = named.unwrap_or_else(|| made(256 << 20));
    let len = std::fs::metadata(&path).unwrap().len();
    println!("{} bytes; resident at start {} KiB", len, resident_kib());
    open(&path);
    index(&path);
    edits(&path);
    saving(&path);
}

/// A SendMessageRequest with bodies of about 1 KiB.
fn made(n_bytes: u64) -> PathBuf {
    let path = std::env::temp_dir().join("protoloupe-bench.bin");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let (mut n, mut idx) = (0, 0_u64);
    while n < n_bytes {
        let mut topic = Vec::new();
        write_len(&mut topic, 2, b"orders");
        let mut system = Vec::new();
        write_len(&mut system, 1, b"tag");
        write_len(&mut system, 3, format!("01{idx:030X}").as_bytes());
        write_tag(&mut system, 14, protoloupe::wire::WireType::Varint);
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

fn document(path: &Path) -> Document {
    let message = Schema::builtin().message("apache.rocketmq.v2.SendMessageRequest").unwrap();
    Document::new(FileSource::open(path).unwrap(), Some(message))
}

fn open(path: &Path) {
    Schema::builtin();
    let first_rows = || {
        let document = document(path);
        let mut tree = Tree::new(&document, ReadMode::Wait);
        tree.expand_levels(document.snapshot(), 2, 100, ReadMode::Wait);
        let rows = tree.rows(document.snapshot(), 0..100, ReadMode::Wait);
        rows.iter()
            .map(|row| row_text(document.snapshot(), row, 80, ReadMode::Wait).value.len())
            .sum::<usize>()
    };
    let times = (0..N_RUNS).map(|_| timed(first_rows).0).collect();
    println!("open and first 100 rows in words: {:?}; resident {} KiB", median(times), resident_kib());
}

fn index(path: &Path) {
    let mut ratios = Vec::new();
    for _ in 0..N_RUNS {
        let (reading, _) = timed(|| {
            let mut file = std::fs::File::open(path).unwrap();
            let mut buffer = vec![0; 256 << 10];
            while file.read(&mut buffer).unwrap() > 0 {}
        });
        let document = document(path);
        let tree = Tree::new(&document, ReadMode::Wait);
        let Some(mut work) = tree.index_work() else { return };
        let (indexing, ()) = timed(|| {
            let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, 256 << 10);
            work.index.advance(&mut reader, u64::MAX, u64::MAX).unwrap();
        });
        ratios.push((
            indexing.as_secs_f64() / reading.as_secs_f64(),
            work.index.n_records(),
            work.index.n_bytes_held(),
        ));
    }
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, n_records, n_bytes) = ratios[N_RUNS / 2];
    println!(
        "index of the root: {ratio:.2} × reading the file; {n_records} records, {:.3} bytes a record",
        n_bytes as f64 / n_records as f64
    );
}

fn edits(path: &Path) {
    let mut document = document(path);
    let source = document.snapshot().source().clone();
    let mut head = vec![0; 1 << 20];
    source.read_at(0, &mut head, ReadMode::Wait).unwrap();
    let mut tree = Tree::new(&document, ReadMode::Wait);
    tree.expand_levels(document.snapshot(), 3, 2_000, ReadMode::Wait);
    let rows = tree.rows(document.snapshot(), 0..4_000, ReadMode::Wait);
    let names: Vec<_> = rows.iter().filter(|row| row.depth == 3).collect();
    let mut places = Vec::new();
    for row in names {
        places.push((tree.chain(row.branch), row.id.offset));
    }
    let before = resident_kib();
    let n = 20_000;
    let (time, ()) = timed(|| {
        for idx in 0..n {
            let (chain, offset) = &places[0];
            let payload = format!("orders-{idx}").into_bytes();
            let edit = Edit::SetPayload { chain: chain.clone(), offset: *offset, payload };
            document.apply(&Act::new("Set", vec![edit])).unwrap();
        }
    });
    println!(
        "edit: {:?} each, {} bytes resident each",
        time / n,
        (resident_kib().saturating_sub(before)) * 1024 / u64::from(n)
    );
    let (time, ()) = timed(|| while document.undo().is_some() {});
    println!("undo: {:?} each", time / n);
    tree.follow(&document, ReadMode::Wait);
    let mut times = Vec::new();
    for idx in 0..200 {
        let payload = format!("followed-{idx}").into_bytes();
        let edit = Edit::SetPayload { chain: places[0].0.clone(), offset: places[0].1, payload };
        document.apply(&Act::new("Set", vec![edit])).unwrap();
        times.push(timed(|| tree.follow(&document, ReadMode::Wait)).0);
    }
    println!("the tree follows an edit: {:?}", median(times));
}

fn saving(path: &Path) {
    let target = path.with_extension("saved");
    let copy = path.with_extension("copied");
    let mut ratios = [Vec::new(), Vec::new()];
    for run in 0..2 * N_RUNS {
        let (copying, _) = timed(|| {
            let status = std::process::Command::new("cp").arg(path).arg(&copy).status();
            assert!(status.is_ok_and(|status| status.success()));
            std::fs::File::open(&copy).unwrap().sync_all().unwrap();
        });
        std::fs::remove_file(&copy).unwrap();
        let message = Schema::builtin().message("apache.rocketmq.v2.SendMessageRequest").unwrap();
        let file = FileSource::open(path).unwrap();
        let mut document = Document::new(file.clone(), Some(message));
        let edit = Edit::Insert { chain: vec![], offset: 0, bytes: vec![0x0a, 0x00] };
        document.apply(&Act::new("Add", vec![edit])).unwrap();
        let source = (run % 2 == 1).then_some(file);
        let options = SaveOptions { overwrite: true, source, ..SaveOptions::default() };
        let (saving, _) =
            timed(|| save(document.snapshot(), &target, None, &options, &|_, _| Ok(())).unwrap());
        std::fs::remove_file(&target).unwrap();
        ratios[run % 2].push(saving.as_secs_f64() / copying.as_secs_f64());
    }
    for (how, mut ratios) in ["read and written", "copied by the system"].into_iter().zip(ratios) {
        ratios.sort_by(f64::total_cmp);
        println!("save after an edit, {how}: {:.2} × cp and flush {ratios:.2?}", ratios[N_RUNS / 2]);
    }
    println!("resident {} KiB", resident_kib());
}
