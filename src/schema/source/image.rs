//! Descriptor sets and Buf images in JSON.

use super::super::fence::fenced;
use super::super::{Schema, SchemaError};
use prost_reflect::prost::Message as _;
use prost_reflect::{DeserializeOptions, DynamicMessage};

/// A `google.protobuf.FileDescriptorSet` in ProtoJSON, serialized. What Buf adds to an image is left
/// out; so are custom options, whose declarations are only in the set itself.
pub(super) fn from_json(text: &[u8]) -> Result<Vec<u8>, SchemaError> {
    let schema = Schema::builtin();
    let set = schema.message("google.protobuf.FileDescriptorSet")?;
    let options = DeserializeOptions::new().deny_unknown_fields(false);
    let mut json = serde_json::Deserializer::from_slice(text);
    let message =
        fenced("reading JSON", || DynamicMessage::deserialize_with_options(set, &mut json, &options))?;
    let message = message.map_err(|error| SchemaError::NotASet(error.to_string()))?;
    json.end().map_err(|error| SchemaError::NotASet(error.to_string()))?;
    Ok(message.encode_to_vec())
}
