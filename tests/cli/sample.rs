//! The sample message that a first start shows, built record by record.

use crate::wire::{int, len, padded_int};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample-send-message.bin");

const BODY: &str = concat!(
    r#"{"order":"A-1042","event":"payment-reminder","customer":"Grace Hopper","#,
    r#""items":[{"sku":"tea-darjeeling","quantity":2,"price":"11.80"},"#,
    r#"{"sku":"cup-blue","quantity":1,"price":"7.50"}],"total":"31.10","currency":"EUR"}"#,
);

fn entry(key: &str, value: &str) -> Vec<u8> {
    len(2, [len(1, key), len(2, value)].concat())
}

fn timestamp(seconds: u64, nanos: u64) -> Vec<u8> {
    [int(1, seconds), int(2, nanos)].concat()
}

/// CRC-32 as in zip, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    })
}

fn message(user_properties: &[(&str, &str)], system_properties: &[Vec<u8>], body: &str) -> Vec<u8> {
    let entries = user_properties.iter().flat_map(|(key, value)| entry(key, value));
    let parts = [
        len(1, [len(1, "shop"), len(2, "orders")].concat()),
        entries.collect(),
        len(3, system_properties.concat()),
        len(4, body),
    ];
    parts.concat()
}

fn delayed() -> Vec<u8> {
    let digest = [int(1, 1), len(2, format!("{:X}", crc32(BODY.as_bytes())))].concat();
    let system_properties = [
        len(1, "reminder"),
        len(2, "A-1042"),
        len(2, "customer-77"),
        len(3, "0156F7E71C361B2A1C0B15AC2800000000"),
        len(4, digest),
        padded_int(5, 1),
        int(6, 3),
        len(7, timestamp(1_795_428_904, 250_000_000)),
        len(8, "checkout-7.example.com"),
        len(11, timestamp(1_795_432_504, 0)),
        int(13, 2),
        len(18, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ];
    message(&[("region", "eu-central-1"), ("tenant", "acme")], &system_properties, BODY)
}

fn plain(number: u32) -> Vec<u8> {
    let system_properties = [
        len(1, "created"),
        len(2, format!("A-{}", 1042 + number)),
        len(3, format!("0156F7E71C361B2A1C0B15AC28{number:08X}")),
        int(5, 1),
        int(6, 1),
        len(7, timestamp(1_795_428_904, 250_000_000 + u64::from(number) * 1_000_000)),
        len(8, "checkout-7.example.com"),
    ];
    let body = format!(r#"{{"order":"A-{}","event":"created"}}"#, 1042 + number);
    message(&[("region", "eu-central-1")], &system_properties, &body)
}

/// A SendMessageRequest with a delayed message and two plain ones. Two things in it a program that
/// decodes and encodes could lose: an unknown field and a varint of two bytes where one would do.
fn build() -> Vec<u8> {
    let first = [delayed(), len(99, "added by a newer client")].concat();
    [len(1, first), len(1, plain(1)), len(1, plain(2))].concat()
}

#[test]
fn the_sample_is_what_is_built_here() {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(PATH, build()).unwrap();
    }
    assert_eq!(std::fs::read(PATH).unwrap(), build(), "BLESS=1 cargo test --test cli sample writes it anew");
}
