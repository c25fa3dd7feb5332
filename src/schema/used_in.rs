//! Who uses a message or an enum: the way from a type back to fields and methods.

use super::{
    Declaration, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor,
    MethodDescriptor, Schema,
};
use std::collections::HashMap;
use std::fmt;

/// One place where a type is used.
#[derive(Clone, PartialEq, Eq)]
pub enum Use {
    /// A field of this type, or a map whose values are.
    Field(FieldDescriptor),
    Extension(ExtensionDescriptor),
    /// A method that takes or returns it.
    Method(MethodDescriptor),
}

impl Use {
    pub fn full_name(&self) -> &str {
        match self {
            Use::Field(field) => field.full_name(),
            Use::Extension(extension) => extension.full_name(),
            Use::Method(method) => method.full_name(),
        }
    }

    fn package(&self) -> String {
        let file = match self {
            Use::Field(field) => field.parent_file(),
            Use::Extension(extension) => extension.parent_file(),
            Use::Method(method) => method.parent_file(),
        };
        file.package_name().to_owned()
    }

    /// `Message.field` or `Service.Method`, as seen from a package: without it within the same,
    /// with it otherwise.
    pub fn label(&self, seen_from: &str) -> String {
        relative(self.full_name(), &self.package(), seen_from).to_owned()
    }
}

/// The name alone; see [`Declaration`] for why.
impl fmt::Debug for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.full_name())
    }
}

/// A full name as it is written within a package.
pub(super) fn relative<'a>(full_name: &'a str, package: &str, seen_from: &str) -> &'a str {
    if package != seen_from {
        return full_name;
    }
    full_name.strip_prefix(package).and_then(|name| name.strip_prefix('.')).unwrap_or(full_name)
}

/// Every use of every type, by the type's full name; sorted by name.
pub(super) type UsedIn = HashMap<String, Vec<Use>>;

impl Schema {
    /// Every field and method that uses a message, each once, sorted by name.
    pub fn message_uses(&self, message: &MessageDescriptor) -> &[Use] {
        self.uses(message.full_name())
    }

    /// Every field that uses an enum, each once, sorted by name.
    pub fn enum_uses(&self, descriptor: &EnumDescriptor) -> &[Use] {
        self.uses(descriptor.full_name())
    }

    /// The labels of all uses, one a line of `describe`; none for services and methods.
    pub fn used_in(&self, declaration: &Declaration) -> Vec<String> {
        let (uses, package) = match declaration {
            Declaration::Message(message) => (self.message_uses(message), message.package_name()),
            Declaration::Enum(descriptor) => (self.enum_uses(descriptor), descriptor.package_name()),
            Declaration::Service(_) | Declaration::Method(_) => return Vec::new(),
        };
        let mut labels: Vec<String> = uses.iter().map(|one| one.label(package)).collect();
        labels.sort();
        labels
    }

    fn uses(&self, full_name: &str) -> &[Use] {
        self.used_in.get_or_init(|| index(self)).get(full_name).map_or(&[], Vec::as_slice)
    }
}

fn index(schema: &Schema) -> UsedIn {
    let mut index = UsedIn::new();
    let mut add = |kind: &Kind, one: Use| {
        let name = match kind {
            Kind::Message(message) => message.full_name(),
            Kind::Enum(descriptor) => descriptor.full_name(),
            _ => return,
        };
        index.entry(name.to_owned()).or_default().push(one);
    };
    for message in schema.messages() {
        for field in message.fields() {
            let kind = match field.kind() {
                Kind::Message(entry) if field.is_map() => entry.get_field(2).map(|value| value.kind()),
                kind => Some(kind),
            };
            if let Some(kind) = kind {
                add(&kind, Use::Field(field));
            }
        }
    }
    for pool in &schema.pools {
        for extension in pool.descriptors.all_extensions().filter(|e| pool.owns(&e.parent_file())) {
            add(&extension.kind(), Use::Extension(extension));
        }
    }
    for service in schema.services() {
        for method in service.methods() {
            let (input, output) = (method.input(), method.output());
            if input != output {
                add(&Kind::Message(output), Use::Method(method.clone()));
            }
            add(&Kind::Message(input), Use::Method(method));
        }
    }
    for uses in index.values_mut() {
        uses.sort_by(|a, b| a.full_name().cmp(b.full_name()));
        // Sources that contradict each other may both declare an extension.
        uses.dedup_by(|later, first| later.full_name() == first.full_name());
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used_in(name: &str) -> Vec<String> {
        let schema = Schema::builtin();
        schema.used_in(&schema.find(name).unwrap())
    }

    #[test]
    fn uses_are_fields_maps_and_methods_once_each_and_sorted() {
        assert_eq!(
            used_in("FilterExpression"),
            [
                "ConsumerRunningInfo.subscriptions",
                "DeleteSubscriptionRequest.expression",
                "PullMessageRequest.filter_expression",
                "ReceiveMessageRequest.filter_expression",
                "SubscriptionEntry.expression",
                "SubscriptionInfo.expression",
            ]
        );
        assert_eq!(used_in("TelemetryCommand"), ["MessagingService.Telemetry"]);
        assert_eq!(used_in("v2.Encoding"), ["SystemProperties.body_encoding"]);
        assert_eq!(
            used_in("GroupAccumulation"),
            [
                "DescribeGroupAccumulationResponse.accumulation",
                "DescribeGroupAccumulationResponse.lite_topic_accumulation",
                "DescribeGroupAccumulationResponse.topic_accumulation",
            ]
        );
        assert_eq!(used_in("MessagingService"), [""; 0]);
    }

    #[test]
    fn names_from_another_package_are_full() {
        let uses = used_in("google.protobuf.Timestamp");
        assert!(uses.contains(&"apache.rocketmq.v2.SystemProperties.born_timestamp".to_owned()), "{uses:?}");
        assert!(uses.iter().all(|one| one.starts_with("apache.rocketmq.v2.")));
    }
}
