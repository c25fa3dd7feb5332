//! JSON out against prost-reflect, against itself with other limits, and case by case.

mod against;
mod cases;
pub(in crate::format) mod wire_gen;

use super::*;
use prost_reflect::DescriptorPool;
use std::sync::OnceLock;

/// Sizes so small that a few hundred bytes go every way that a gigabyte can.
const TINY: Limits =
    Limits { attempt: 12, careful: 12, overflow: 40, window: 32, first_window: 21, part: 10 };
/// Everything is looked through first.
const NO_ATTEMPT: Limits =
    Limits { attempt: 0, careful: 0, overflow: 0, window: 64, first_window: 64, part: 11 };
/// Attempts that are given up half way.
const IMPATIENT: Limits =
    Limits { attempt: 1 << 20, careful: 24, overflow: 64, window: 256, first_window: 32, part: 16 };

fn pool() -> &'static DescriptorPool {
    static POOL: OnceLock<DescriptorPool> = OnceLock::new();
    POOL.get_or_init(|| {
        let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/json");
        let set = protox::compile(["three.proto", "two.proto"], [dir]).unwrap();
        DescriptorPool::from_file_descriptor_set(set).unwrap()
    })
}

fn message(name: &str) -> MessageDescriptor {
    pool().get_message_by_name(name).unwrap()
}

fn write_with(
    snapshot: &Snapshot,
    message: &MessageDescriptor,
    options: &JsonOptions,
    limits: Limits,
) -> (String, LossReport) {
    let mut out = Vec::new();
    let mut progress = |_| ControlFlow::Continue(());
    let mut writer = JsonWriter::with_limits(snapshot, options, limits, &mut out, &mut progress);
    writer.message(0..snapshot.len(), message, &Path::default()).unwrap();
    let report = writer.finish().unwrap();
    (String::from_utf8(out).unwrap(), report)
}

fn write(bytes: &[u8], message: &MessageDescriptor) -> (String, LossReport) {
    write_with(&Snapshot::of_bytes(bytes), message, &JsonOptions::default(), Limits::default())
}
