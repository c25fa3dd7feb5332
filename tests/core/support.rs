//! Reading a message the slow, plain way, to hold the document against.

use protoloupe::document::{Document, ReadMode};
use protoloupe::schema::{FileResolver, Kind, MessageDescriptor, Schema};
use protoloupe::wire::{Read, WireType, records};
use std::path::Path;

/// A captured message with the type it was sent as.
pub struct Capture {
    pub file: String,
    pub bytes: Vec<u8>,
    pub message: MessageDescriptor,
}

/// All captured messages.
pub fn captures() -> Vec<Capture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/captures");
    let index = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    let entries = index["entries"].as_array().unwrap();
    assert!(entries.len() > 30);
    let capture = |entry: &serde_json::Value| {
        let file = entry["file"].as_str().unwrap().to_owned();
        let message = Schema::builtin().message(entry["type"].as_str().unwrap()).unwrap();
        Capture { bytes: std::fs::read(folder.join(&file)).unwrap(), file, message }
    };
    entries.iter().map(capture).collect()
}

pub fn bytes(document: &Document) -> Vec<u8> {
    document.snapshot().bytes(0..document.len(), ReadMode::Wait).unwrap()
}

/// A record that holds no declared message: where it is, from tag to end, and what encloses it.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// Field numbers and places among the records of each message, from the root.
    pub place: Vec<(u32, usize)>,
    /// Offsets of the tags around it.
    pub chain: Vec<u64>,
    pub offset: usize,
    pub bytes: Vec<u8>,
    pub wire_type: WireType,
}

/// All leaves of a message in wire order. Depth is that of real messages: a few levels.
pub fn leaves(bytes: &[u8], message: &MessageDescriptor) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect(bytes, 0, Some(message), &[], &[], &mut found);
    found
}

fn collect(
    bytes: &[u8],
    base: usize,
    message: Option<&MessageDescriptor>,
    place: &[(u32, usize)],
    chain: &[u64],
    found: &mut Vec<Leaf>,
) {
    for (nth, (at, read)) in records(bytes).enumerate() {
        let Read::Record(record) = read else { continue };
        let start = at + usize::from(record.payload_start);
        let payload = &bytes[start..start + record.payload_len as usize];
        let place = [place, &[(record.tag.number, nth)]].concat();
        let field = message.and_then(|message| message.get_field(record.tag.number));
        match field.map(|field| field.kind()) {
            Some(Kind::Message(inner)) if record.tag.wire_type == WireType::Len => {
                let chain = [chain, &[(base + at) as u64]].concat();
                collect(payload, base + start, Some(&inner), &place, &chain, found);
            }
            _ => found.push(Leaf {
                place,
                chain: chain.to_vec(),
                offset: base + at,
                bytes: bytes[at..start + payload.len()].to_vec(),
                wire_type: record.tag.wire_type,
            }),
        }
    }
}

/// A folder of test data.
pub fn folder_of(name: &str) -> String {
    format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// `.proto` files as they lie on the disk.
pub struct Disk;

impl FileResolver for Disk {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(std::fs::read(path).ok())
    }
}
