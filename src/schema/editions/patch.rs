//! Records added to a serialized file descriptor at paths.

use crate::wire::{Read, WireType, records, write_len};
use std::collections::HashMap;

/// Records to be added at the end of what stands at a path.
#[derive(Default)]
pub(super) struct Patches(HashMap<Vec<i32>, Vec<u8>>);

impl Patches {
    pub(super) fn add(&mut self, path: &[i32], records: &[u8]) {
        self.0.entry(path.to_vec()).or_default().extend_from_slice(records);
    }

    pub(super) fn applied(&self, file: &[u8]) -> Vec<u8> {
        self.copy(Level::File, file, &mut Vec::new())
    }

    /// As deep as messages are nested in a descriptor, which was checked before.
    fn copy(&self, level: Level, bytes: &[u8], path: &mut Vec<i32>) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() + 16);
        let mut counts: HashMap<u32, i32> = HashMap::new();
        let mut walk = records(bytes);
        while let Some((offset, read)) = walk.next() {
            let Read::Record(record) = read else { break };
            let number = record.tag.number;
            let within = level.within(number).filter(|_| record.tag.wire_type == WireType::Len);
            match within {
                Some(within) => {
                    let count = counts.entry(number).or_default();
                    path.extend([number as i32, *count]);
                    *count += 1;
                    let start = offset + usize::from(record.payload_start);
                    let payload = bytes.get(start..start + record.payload_len as usize).unwrap_or_default();
                    write_len(&mut out, number, &self.copy(within, payload, path));
                    path.truncate(path.len() - 2);
                }
                None => out.extend_from_slice(bytes.get(offset..walk.offset()).unwrap_or_default()),
            }
        }
        if let Some(added) = self.0.get(path.as_slice()) {
            out.extend_from_slice(added);
        }
        out
    }
}

#[derive(Clone, Copy)]
enum Level {
    File,
    Message,
    Leaf,
}

impl Level {
    fn within(self, number: u32) -> Option<Level> {
        match (self, number) {
            (Level::File, 4) | (Level::Message, 3) => Some(Level::Message),
            (Level::File, 5 | 7) | (Level::Message, 2 | 4 | 6 | 8) => Some(Level::Leaf),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{write_tag, write_varint};
    use prost_reflect::prost::Message as _;
    use prost_reflect::prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};

    #[test]
    fn records_are_added_to_what_stands_at_a_path_and_to_nothing_else() {
        let field = |name: &str| FieldDescriptorProto { name: Some(name.to_owned()), ..Default::default() };
        let inner = DescriptorProto { field: vec![field("a"), field("b")], ..Default::default() };
        let outer =
            DescriptorProto { nested_type: vec![DescriptorProto::default(), inner], ..Default::default() };
        let file = FileDescriptorProto { message_type: vec![outer], ..Default::default() };
        let mut patches = Patches::default();
        let mut number = Vec::new();
        write_tag(&mut number, 3, WireType::Varint);
        write_varint(&mut number, 7);
        patches.add(&[4, 0, 3, 1, 2, 1], &number);
        let found = FileDescriptorProto::decode(patches.applied(&file.encode_to_vec()).as_slice()).unwrap();
        let mut expected = file;
        expected.message_type[0].nested_type[1].field[1].number = Some(7);
        assert_eq!(found, expected);
        assert_eq!(Patches::default().applied(&expected.encode_to_vec()), expected.encode_to_vec());
    }
}
