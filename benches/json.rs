//! JSON out beside prost-reflect, in one run: `cargo bench --bench json [FILE TYPE [PROTO]]`.
//!
//! Without arguments it makes its own input: SendMessageRequests with bodies of 1 KiB. The two are
//! run in turn, so that what else the machine does falls on both; the medians and their ratio are
//! printed, nothing is asserted. Times are the thread's time on a processor where the system tells
//! it, else by the clock.

#![allow(clippy::disallowed_methods, reason = "it looks at the disk from outside")]

use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use protoloupe::document::Snapshot;
use protoloupe::format::{JsonOptions, write_json};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::process::Command;
use std::time::{Duration, Instant};

const N_RUNS: usize = 7;

/// What a child is asked for by its first argument.
const OURS: &str = "ours";
const THEIRS: &str = "theirs";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    if let Some((who, args)) = args.split_first()
        && (who == OURS || who == THEIRS)
    {
        return run(who, args);
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..N_RUNS {
        ours.push(in_child(OURS, &args)?);
        theirs.push(in_child(THEIRS, &args)?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("protoloupe     {:>9.1} ms", ours.as_secs_f64() * 1e3);
    println!("prost-reflect  {:>9.1} ms", theirs.as_secs_f64() * 1e3);
    println!("ratio          {:>9.1}", theirs.as_secs_f64() / ours.as_secs_f64());
    Ok(())
}

/// Runs one of the two in a process of its own: what millions of small allocations leave behind
/// would slow the other.
fn in_child(who: &str, args: &[String]) -> Result<Duration, Box<dyn std::error::Error>> {
    let output = Command::new(std::env::current_exe()?).arg(who).args(args).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(Duration::from_nanos(String::from_utf8(output.stdout)?.trim().parse()?))
}

/// In the child: prints the nanoseconds.
fn run(who: &str, args: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let (bytes, type_name) = match args {
        [file, type_name, ..] => (std::fs::read(file)?, type_name.clone()),
        _ => (send_request(50_000), "apache.rocketmq.v2.SendMessageRequest".to_owned()),
    };
    let pool = pool(args.get(2).map(String::as_str))?;
    let message = pool.get_message_by_name(&type_name).ok_or("no such type")?;
    let snapshot = Snapshot::of_bytes(&bytes);
    let time = match who {
        OURS => timed(|| our_json(&snapshot, &message))?,
        _ => timed(|| their_json(&bytes, &message))?,
    };
    println!("{}", time.as_nanos());
    Ok(())
}

fn pool(proto: Option<&str>) -> Result<DescriptorPool, Box<dyn std::error::Error>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/protos");
    let set = match proto {
        Some(path) => {
            let dir = std::path::Path::new(path).parent().unwrap_or(std::path::Path::new("."));
            protox::compile([path], [dir])?
        }
        None => protox::compile(["apache/rocketmq/v2/service.proto"], [root])?,
    };
    Ok(DescriptorPool::from_file_descriptor_set(set)?)
}

fn timed(
    mut work: impl FnMut() -> Result<(), Box<dyn std::error::Error>>,
) -> Result<Duration, Box<dyn std::error::Error>> {
    let (start, cpu_start) = (Instant::now(), cpu_time());
    work()?;
    Ok(match (cpu_start, cpu_time()) {
        (Some(start), Some(end)) => end.saturating_sub(start),
        _ => start.elapsed(),
    })
}

/// What this thread has spent on a processor.
fn cpu_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn our_json(snapshot: &Snapshot, message: &MessageDescriptor) -> Result<(), Box<dyn std::error::Error>> {
    let mut sink = io::sink();
    let mut progress = |_| ControlFlow::Continue(());
    let options = JsonOptions::default();
    write_json(snapshot, 0..snapshot.len(), message, &options, &mut sink, &mut progress)?;
    Ok(())
}

fn their_json(bytes: &[u8], message: &MessageDescriptor) -> Result<(), Box<dyn std::error::Error>> {
    let decoded = DynamicMessage::decode(message.clone(), bytes)?;
    let mut sink = io::sink();
    serde_json::to_writer(&mut sink, &decoded)?;
    sink.flush()?;
    Ok(())
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn len(out: &mut Vec<u8>, number: u64, payload: &[u8]) {
    varint(out, number << 3 | 2);
    varint(out, payload.len() as u64);
    out.extend_from_slice(payload);
}

fn int(out: &mut Vec<u8>, number: u64, value: u64) {
    varint(out, number << 3);
    varint(out, value);
}

fn message_of(parts: &[(u64, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, payload) in parts {
        len(&mut out, *number, payload);
    }
    out
}

/// A request with `n` messages of 1.2 KiB, as services put them on a queue.
fn send_request(n: u64) -> Vec<u8> {
    let mut out = Vec::new();
    for idx in 0..n {
        let mix = idx.wrapping_mul(2_654_435_761) & 0xffff_ffff;
        let mut message = Vec::new();
        len(&mut message, 1, &message_of(&[(1, b"prod"), (2, b"orders-payment")]));
        for (key, value) in [
            ("traceId", format!("{mix:032x}")),
            ("region", format!("eu-central-{}", mix % 9)),
            ("tenant", format!("tenant-{:05}", mix % 100_000)),
            ("source", "Hangzhou".to_owned()),
        ] {
            len(&mut message, 2, &message_of(&[(1, key.as_bytes()), (2, value.as_bytes())]));
        }
        let mut digest = Vec::new();
        int(&mut digest, 1, 1);
        len(&mut digest, 2, format!("{mix:08X}").as_bytes());
        let mut time = Vec::new();
        int(&mut time, 1, 1_700_000_000 + idx);
        int(&mut time, 2, idx * 7919 % 1_000_000_000);
        let mut system = Vec::new();
        len(&mut system, 1, format!("tag-{}", idx % 7).as_bytes());
        len(&mut system, 2, format!("K{idx:012}").as_bytes());
        len(&mut system, 2, format!("ORD-{mix:08x}").as_bytes());
        len(&mut system, 3, format!("01{:030X}", idx * 1_000_003).as_bytes());
        len(&mut system, 4, &digest);
        int(&mut system, 5, 1);
        int(&mut system, 6, 1);
        len(&mut system, 7, &time);
        len(&mut system, 8, format!("10.0.{}.{}", idx % 256, mix % 254).as_bytes());
        int(&mut system, 13, idx % 16);
        int(&mut system, 14, 123_456_789 + idx);
        len(&mut message, 3, &system);
        let body: Vec<u8> = (0..1024).map(|at| b' ' + ((mix >> (at % 24)) % 90) as u8).collect();
        len(&mut message, 4, &body);
        len(&mut out, 1, &message);
    }
    out
}
