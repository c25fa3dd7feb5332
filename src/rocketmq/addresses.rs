//! Addresses that a message names: servers to be offered, never to be called by themselves.

use super::walk::pieces;
use crate::schema::{Kind, MessageDescriptor};
use crate::wire::WireType;

const ADDRESS: &str = "apache.rocketmq.v2.Address";
/// Messages in one another that are looked into.
const MAX_DEPTH: u32 = 12;
/// Addresses that are found, and bytes of a message that are looked at.
const MAX_ADDRESSES: usize = 50;
const MAX_BYTES: usize = 4 << 20;

/// Hosts and ports of the addresses in `bytes`, a `message`; each once, in their order.
pub fn addresses(message: &MessageDescriptor, bytes: &[u8]) -> Vec<(String, u16)> {
    let mut found = Vec::new();
    if message.full_name().starts_with("apache.rocketmq.v2.") && bytes.len() <= MAX_BYTES {
        find(message, bytes, 0, &mut found);
    }
    found
}

fn find(message: &MessageDescriptor, bytes: &[u8], depth: u32, found: &mut Vec<(String, u16)>) {
    if message.full_name() == ADDRESS {
        let host = super::walk::last_text(bytes, 1).unwrap_or_default();
        let port = super::walk::last_varint(bytes, 2).and_then(|port| u16::try_from(port).ok());
        let address = port.filter(|port| *port > 0 && !host.is_empty()).map(|port| (host, port));
        found.extend(address.filter(|address| !found.contains(address)));
        return;
    }
    for piece in pieces(bytes) {
        if depth == MAX_DEPTH || found.len() >= MAX_ADDRESSES {
            return;
        }
        let Some((number, WireType::Len)) = piece.field else { continue };
        if let Some(Kind::Message(inner)) = message.get_field(number).map(|field| field.kind())
            && let Some(payload) = bytes.get(piece.payload)
        {
            find(&inner, payload, depth + 1, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;
    use crate::wire::write_len;

    fn address(host: &str, port: u16) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_len(&mut bytes, 1, host.as_bytes());
        bytes.push(0x10);
        bytes.extend([(port & 0x7f) as u8 | 0x80, (port >> 7 & 0x7f) as u8 | 0x80, (port >> 14) as u8]);
        bytes
    }

    /// A message whose field of this number is the bytes.
    fn within(number: u32, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write_len(&mut out, number, bytes);
        out
    }

    #[test]
    fn a_route_names_its_brokers_once_each() {
        let schema = Schema::builtin();
        let message = schema.message("QueryRouteResponse").unwrap();
        let field =
            |message: &MessageDescriptor, name: &str| message.get_field_by_name(name).unwrap().number();
        let kind =
            |message: &MessageDescriptor, name: &str| match message.get_field_by_name(name).unwrap().kind() {
                Kind::Message(inner) => inner,
                _ => panic!("{name} is no message"),
            };
        let queue = kind(&message, "message_queues");
        let broker = kind(&queue, "broker");
        let endpoints = kind(&broker, "endpoints");
        let of = |host: &str, port| {
            let endpoints = within(field(&endpoints, "addresses"), &address(host, port));
            let broker = within(field(&broker, "endpoints"), &endpoints);
            within(field(&message, "message_queues"), &within(field(&queue, "broker"), &broker))
        };
        let bytes =
            [of("10.0.0.1", 8081), of("10.0.0.1", 8081), of("::1", 9000), of("", 1), of("a", 0)].concat();
        let expected = [("10.0.0.1".to_owned(), 8081), ("::1".to_owned(), 9000)];
        assert_eq!(addresses(&message, &bytes), expected);
        assert_eq!(addresses(&message, &bytes[..bytes.len() - 3]), expected, "damage at the end");
        assert_eq!(addresses(&schema.message("google.protobuf.Any").unwrap(), &bytes), []);
    }
}
