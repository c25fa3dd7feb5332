//! Options that a schema declares itself, as a person wrote them.

use super::{
    EnumDescriptor, EnumValueDescriptor, ExtensionDescriptor, FieldDescriptor, MessageDescriptor,
    MethodDescriptor, OneofDescriptor, ServiceDescriptor, docs,
};
use prost_reflect::{DynamicMessage, Value};

/// The most characters of an option's value that are shown.
const MAX_SHOWN: usize = 400;

/// Anything that has options.
pub(super) trait Optioned {
    fn all_options(&self) -> DynamicMessage;
}

macro_rules! optioned {
    ($($descriptor:ty),*) => {$(
        impl Optioned for $descriptor {
            fn all_options(&self) -> DynamicMessage {
                self.options()
            }
        }
    )*};
}

optioned!(
    MessageDescriptor,
    FieldDescriptor,
    ExtensionDescriptor,
    EnumDescriptor,
    EnumValueDescriptor,
    OneofDescriptor,
    ServiceDescriptor,
    MethodDescriptor
);

/// Custom options and the features of editions, each with its name and its value:
/// `("(buf.validate.field).int32", …)` is `("(buf.validate.field)", "{ int32 { gt: 0 } }")`.
pub(super) fn custom_options(of: &impl Optioned) -> Vec<(String, String)> {
    let options = of.all_options();
    let extensions =
        options.extensions().map(|(extension, value)| (format!("({})", extension.full_name()), shown(value)));
    let features = options.fields().filter(|(field, _)| field.name() == "features");
    let features = features.map(|(field, value)| (field.name().to_owned(), shown(value)));
    features.chain(extensions).collect()
}

/// The same as ProtoJSON, by name.
pub(super) fn custom_options_json(of: &impl Optioned) -> serde_json::Value {
    let all = serde_json::to_value(of.all_options());
    let Ok(serde_json::Value::Object(mut all)) = all else { return serde_json::Value::default() };
    all.retain(|name, _| name.starts_with('[') || name == "features");
    all.into()
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Message(message) => format!("{{ {message} }}"),
        Value::List(values) => {
            let values: Vec<String> = values.iter().map(shown).collect();
            format!("[{}]", values.join(", "))
        }
        Value::String(text) => format!("{text:?}"),
        Value::Bytes(bytes) => format!("\"{}\"", bytes.escape_ascii()),
        Value::Bool(value) => value.to_string(),
        Value::I32(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::U32(value) => value.to_string(),
        Value::U64(value) => value.to_string(),
        Value::F32(value) => value.to_string(),
        Value::F64(value) => value.to_string(),
        Value::EnumNumber(number) => number.to_string(),
        Value::Map(map) => format!("{{ {} entries }}", map.len()),
    };
    let text = docs::visible(&text);
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
