//! Messages of the API, written field by field by the names of its declarations.

use crate::schema::{Kind, MessageDescriptor, Schema};
use crate::wire::{WireType, write_len, write_tag, write_varint};

/// The package of the API.
const PACKAGE: &str = "apache.rocketmq.v2";

/// A message that is being written. A field that is not declared, or not like this, is not written; the
/// tests of whoever builds with it hold that there is none.
pub(super) struct Builder {
    message: Option<MessageDescriptor>,
    bytes: Vec<u8>,
}

impl Builder {
    /// Of a message type by its short name.
    pub fn new(name: &str) -> Builder {
        let message = Schema::builtin().message(&format!("{PACKAGE}.{name}")).ok();
        Builder { message, bytes: Vec::new() }
    }

    fn number(&self, field: &str, fits: impl Fn(&Kind) -> bool) -> Option<u32> {
        let field = self.message.as_ref()?.get_field_by_name(field)?;
        fits(&field.kind()).then(|| field.number())
    }

    pub fn text(mut self, field: &str, text: &str) -> Builder {
        if let Some(number) = self.number(field, |kind| matches!(kind, Kind::String)) {
            write_len(&mut self.bytes, number, text.as_bytes());
        }
        self
    }

    /// Text that is left out if it is empty.
    pub fn text_if_any(self, field: &str, text: &str) -> Builder {
        if text.is_empty() { self } else { self.text(field, text) }
    }

    pub fn varint(mut self, field: &str, value: u64) -> Builder {
        let fits = |kind: &Kind| matches!(kind, Kind::Int32 | Kind::Int64 | Kind::Bool | Kind::Enum(_));
        if let Some(number) = self.number(field, fits) {
            write_tag(&mut self.bytes, number, WireType::Varint);
            write_varint(&mut self.bytes, value);
        }
        self
    }

    /// A value of an enum by its name.
    pub fn name(self, field: &str, value: &str) -> Builder {
        let declared = self.message.as_ref().and_then(|message| message.get_field_by_name(field));
        let number = match declared.map(|field| field.kind()) {
            Some(Kind::Enum(declared)) => declared.get_value_by_name(value).map(|value| value.number()),
            _ => None,
        };
        match number.and_then(|number| u64::try_from(number).ok()) {
            Some(number) => self.varint(field, number),
            None => self,
        }
    }

    /// A message in the bytes that it has.
    pub fn message(mut self, field: &str, bytes: &[u8]) -> Builder {
        if let Some(number) = self.number(field, |kind| matches!(kind, Kind::Message(_))) {
            write_len(&mut self.bytes, number, bytes);
        }
        self
    }

    /// A message that another one has, if it has it.
    pub fn message_if_any(self, field: &str, bytes: Option<&[u8]>) -> Builder {
        match bytes {
            Some(bytes) => self.message(field, bytes),
            None => self,
        }
    }

    pub fn bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// A topic or a group.
pub(super) fn resource(namespace: &str, name: &str) -> Vec<u8> {
    Builder::new("Resource").text_if_any("resource_namespace", namespace).text("name", name).bytes()
}

/// A `google.protobuf.Duration` of whole seconds.
pub(super) fn seconds(seconds: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_tag(&mut bytes, 1, WireType::Varint);
    write_varint(&mut bytes, seconds);
    bytes
}

#[cfg(test)]
pub(super) mod tests {
    use crate::schema::Schema;
    use prost_reflect::DynamicMessage;

    /// The message as JSON; it must be whole, and have no unknown field.
    #[track_caller]
    pub(in crate::rocketmq) fn json(name: &str, bytes: &[u8]) -> serde_json::Value {
        let message = Schema::builtin().message(&format!("apache.rocketmq.v2.{name}")).unwrap();
        let decoded = DynamicMessage::decode(message, bytes).unwrap();
        assert_eq!(decoded.unknown_fields().count(), 0, "{name}");
        serde_json::to_value(&decoded).unwrap()
    }

    #[test]
    fn a_field_that_is_not_declared_like_this_is_not_written() {
        let built =
            super::Builder::new("Resource").text("nobody", "a").varint("name", 1).message("name", b"");
        assert_eq!(built.bytes(), b"");
        assert_eq!(super::Builder::new("Nobody").text("name", "a").bytes(), b"");
    }
}
