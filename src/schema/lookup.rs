//! From what a person writes to a declaration.

use super::{EnumDescriptor, MessageDescriptor, MethodDescriptor, Schema, SchemaError, ServiceDescriptor};
use std::fmt;

/// The most names an error offers.
const MAX_OFFERED: usize = 8;

/// Something that has a name of its own in a list of types.
#[derive(Clone, PartialEq, Eq)]
pub enum Declaration {
    Message(MessageDescriptor),
    Enum(EnumDescriptor),
    Service(ServiceDescriptor),
    Method(MethodDescriptor),
}

/// The name alone: prost-reflect's `Debug` of a message goes through all it contains, without end for
/// one that contains itself.
impl fmt::Debug for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.keyword(), self.full_name())
    }
}

impl Declaration {
    pub fn full_name(&self) -> &str {
        match self {
            Declaration::Message(message) => message.full_name(),
            Declaration::Enum(descriptor) => descriptor.full_name(),
            Declaration::Service(service) => service.full_name(),
            Declaration::Method(method) => method.full_name(),
        }
    }

    /// The name without package and enclosing declaration.
    pub fn name(&self) -> &str {
        let full_name = self.full_name();
        full_name.rsplit_once('.').map_or(full_name, |(_, name)| name)
    }

    /// The word in front of the name in a `.proto` file.
    pub fn keyword(&self) -> &'static str {
        match self {
            Declaration::Message(_) => "message",
            Declaration::Enum(_) => "enum",
            Declaration::Service(_) => "service",
            Declaration::Method(_) => "rpc",
        }
    }
}

impl Schema {
    /// All message types by full name; map entries are none.
    pub fn messages(&self) -> &[MessageDescriptor] {
        self.messages.get_or_init(|| {
            let all = self.pools.iter().flat_map(|pool| {
                let messages = pool.descriptors.all_messages();
                messages.filter(|message| !message.is_map_entry() && pool.owns(&message.parent_file()))
            });
            first_of_each(all, MessageDescriptor::full_name)
        })
    }

    /// All enums by full name.
    pub fn enums(&self) -> Vec<EnumDescriptor> {
        let all = self.pools.iter().flat_map(|pool| {
            pool.descriptors.all_enums().filter(|descriptor| pool.owns(&descriptor.parent_file()))
        });
        first_of_each(all, EnumDescriptor::full_name)
    }

    /// All services by full name.
    pub fn services(&self) -> Vec<ServiceDescriptor> {
        let all = self
            .pools
            .iter()
            .flat_map(|pool| pool.descriptors.services().filter(|service| pool.owns(&service.parent_file())));
        first_of_each(all, ServiceDescriptor::full_name)
    }

    /// Messages, enums, services and methods by full name.
    pub fn declarations(&self) -> Vec<Declaration> {
        let services = self.services();
        let methods: Vec<_> = services.iter().flat_map(|service| service.methods()).collect();
        let mut all: Vec<Declaration> = self.messages().iter().cloned().map(Declaration::Message).collect();
        all.extend(self.enums().into_iter().map(Declaration::Enum));
        all.extend(services.into_iter().map(Declaration::Service));
        all.extend(methods.into_iter().map(Declaration::Method));
        all.sort_by(|a, b| a.full_name().cmp(b.full_name()));
        all
    }

    /// The message type that `name` means: a full name, with or without a leading dot, or the end of
    /// one full name only (`SendMessageRequest`, `v2.Message`). Where several files declare it, the
    /// first source wins; `dir/file.proto:Message` is the one of that file.
    pub fn message(&self, name: &str) -> Result<MessageDescriptor, SchemaError> {
        if let Some((file, name)) = name.rsplit_once(':') {
            return self.message_of_file(file, name);
        }
        let by_name = |full_name: &str| {
            let messages = self.messages();
            let place = messages.binary_search_by(|message| message.full_name().cmp(full_name)).ok()?;
            messages.get(place).cloned()
        };
        if let Some(message) = by_name(name) {
            return Ok(message);
        }
        one("message type", name, self.messages().iter().cloned(), MessageDescriptor::full_name)
    }

    /// `file` is the end of a file's name.
    fn message_of_file(&self, file: &str, name: &str) -> Result<MessageDescriptor, SchemaError> {
        let is_meant = |found: &str| {
            found.strip_suffix(file).is_some_and(|front| front.is_empty() || front.ends_with('/'))
        };
        let all: Vec<_> = self
            .pools
            .iter()
            .flat_map(|pool| {
                pool.descriptors.all_messages().filter(|message| pool.owns(&message.parent_file()))
            })
            .filter(|message| !message.is_map_entry() && is_meant(message.parent_file().name()))
            .collect();
        one("message type", name, all.into_iter(), MessageDescriptor::full_name)
    }

    /// The method that `name` means: `pkg.Service.Method`, `/pkg.Service/Method` or the end of one.
    pub fn method(&self, name: &str) -> Result<MethodDescriptor, SchemaError> {
        let methods: Vec<_> = self.services().iter().flat_map(|s| s.methods().collect::<Vec<_>>()).collect();
        one("method", &dotted(name), methods.into_iter(), MethodDescriptor::full_name)
    }

    /// The message, enum, service or method that `name` means, by the rules of [`Schema::message`].
    pub fn find(&self, name: &str) -> Result<Declaration, SchemaError> {
        one("declaration", &dotted(name), self.declarations().into_iter(), Declaration::full_name)
    }

    /// The declarations whose name contains the pattern, in any case, or at least its letters in
    /// this order; the closest first. The empty pattern gives all of them.
    pub fn matching(&self, pattern: &str) -> Vec<Declaration> {
        let pattern = pattern.trim().to_lowercase();
        let mut found: Vec<(Closeness, Declaration)> = self
            .declarations()
            .into_iter()
            .filter_map(|declaration| Some((closeness(&pattern, declaration.full_name())?, declaration)))
            .collect();
        // Letters alone match a lot; they count only where nothing contains the pattern.
        if found.iter().any(|(closeness, _)| *closeness < Closeness::Letters) {
            found.retain(|(closeness, _)| *closeness < Closeness::Letters);
        }
        found.sort_by_key(|(closeness, _)| *closeness);
        found.into_iter().map(|(_, declaration)| declaration).collect()
    }
}

/// Sorted by full name; where sources contradict each other, what the first says.
fn first_of_each<T>(all: impl Iterator<Item = T>, full_name: fn(&T) -> &str) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    all.sort_by(|a, b| full_name(a).cmp(full_name(b)));
    all.dedup_by(|later, first| full_name(later) == full_name(first));
    all
}

/// `/pkg.Service/Method` as `pkg.Service.Method`.
fn dotted(name: &str) -> String {
    name.trim_start_matches('/').replace('/', ".")
}

fn one<T: Clone>(
    wanted: &'static str,
    name: &str,
    all: impl Iterator<Item = T> + Clone,
    full_name: fn(&T) -> &str,
) -> Result<T, SchemaError> {
    let asked = name.strip_prefix('.').unwrap_or(name);
    if let Some(exact) = all.clone().find(|declared| full_name(declared) == asked) {
        return Ok(exact);
    }
    let ends = |declared: &T| {
        let before = full_name(declared).strip_suffix(asked);
        !asked.is_empty() && before.is_some_and(|before| before.ends_with('.'))
    };
    let mut candidates: Vec<T> = all.clone().filter(ends).collect();
    match (candidates.pop(), candidates.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            candidates.push(last);
            let candidates =
                offered(candidates.iter().map(|declared| full_name(declared).to_owned()).collect());
            Err(SchemaError::AmbiguousName { name: name.to_owned(), candidates })
        }
        (None, _) => {
            let mut near: Vec<(usize, String)> = all
                .filter_map(|declared| {
                    Some((distance(asked, full_name(&declared))?, full_name(&declared).to_owned()))
                })
                .collect();
            near.sort();
            let near = near.into_iter().take(MAX_OFFERED).map(|(_, name)| name).collect();
            Err(SchemaError::UnknownName { wanted, name: super::docs::visible(name), near })
        }
    }
}

fn offered(mut names: Vec<String>) -> Vec<String> {
    let more = names.len().saturating_sub(MAX_OFFERED);
    names.truncate(MAX_OFFERED);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    names
}

/// How a name matches a pattern, the closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Name,
    NameStart,
    InName,
    InFullName,
    Letters,
}

/// `pattern` is in lower case.
fn closeness(pattern: &str, full_name: &str) -> Option<Closeness> {
    let full_name = full_name.to_lowercase();
    let name = full_name.rsplit_once('.').map_or(full_name.as_str(), |(_, name)| name);
    Some(match name.find(pattern) {
        _ if name == pattern || full_name == pattern => Closeness::Name,
        Some(0) => Closeness::NameStart,
        Some(_) => Closeness::InName,
        None if full_name.contains(pattern) => Closeness::InFullName,
        None => {
            let mut letters = full_name.chars();
            pattern
                .chars()
                .all(|wanted| letters.any(|found| found == wanted))
                .then_some(Closeness::Letters)?
        }
    })
}

/// How many single-letter changes, in any case, lead from what was asked to the end of a full name;
/// `None` if that is not near.
fn distance(asked: &str, full_name: &str) -> Option<usize> {
    let asked = asked.to_lowercase();
    let n_parts = asked.split('.').count();
    let start = full_name.rmatch_indices('.').nth(n_parts - 1).map_or(0, |(at, _)| at + 1);
    let name = full_name.get(start..).unwrap_or_default().to_lowercase();
    let limit = (asked.len() / 4).clamp(1, 6);
    if asked.len().abs_diff(name.len()) <= limit {
        let changes = edit_distance(asked.as_bytes(), name.as_bytes());
        if changes <= limit {
            return Some(changes);
        }
    }
    (asked.len() >= 4 && name.contains(&asked)).then(|| limit + name.len() - asked.len())
}

/// How many letters have to be changed, added or taken out to make one of the other.
pub fn edit_distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (a_idx, a_byte) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], a_idx + 1);
        for (b_idx, b_byte) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(a_byte != b_byte);
            diagonal = row[b_idx + 1];
            row[b_idx + 1] = replaced.min(diagonal + 1).min(row[b_idx] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_found_by_full_name_leading_dot_or_unambiguous_end() {
        let schema = Schema::builtin();
        for (asked, found) in [
            ("apache.rocketmq.v2.SendMessageRequest", "apache.rocketmq.v2.SendMessageRequest"),
            (".apache.rocketmq.v2.Message", "apache.rocketmq.v2.Message"),
            ("SendMessageRequest", "apache.rocketmq.v2.SendMessageRequest"),
            ("v2.Status", "apache.rocketmq.v2.Status"),
            ("Timestamp", "google.protobuf.Timestamp"),
            (
                "DescribeSubscriptionResponse.ClientSubscriptionInfo",
                "apache.rocketmq.v2.DescribeSubscriptionResponse.ClientSubscriptionInfo",
            ),
        ] {
            assert_eq!(
                schema.message(asked).map(|m| m.full_name().to_owned()).as_deref(),
                Ok(found),
                "{asked}"
            );
        }
    }

    #[test]
    fn an_unknown_name_offers_near_ones_and_an_ambiguous_one_its_candidates() {
        let schema = Schema::builtin();
        for (asked, error) in [
            (
                "SendMesageRequest",
                "No message type is called \"SendMesageRequest\". Did you mean \
                 apache.rocketmq.v2.SendMessageRequest?",
            ),
            ("Zzz", "No message type is called \"Zzz\""),
            ("", "No message type is called \"\""),
            (
                "rocketmq.v2.Message.UserPropertiesEntry",
                "No message type is called \"rocketmq.v2.Message.UserPropertiesEntry\"",
            ),
        ] {
            assert_eq!(schema.message(asked).unwrap_err().to_string(), error);
        }
        let found = schema.find("Level").map(|found| found.full_name().to_owned());
        assert_eq!(found.as_deref(), Ok("apache.rocketmq.v2.ChangeLogLevelRequest.Level"));
        assert_eq!(
            schema.find("Type").unwrap_err().to_string(),
            "\"Type\" could be google.protobuf.FieldDescriptorProto.Type, google.protobuf.Type"
        );
    }

    #[test]
    fn a_method_is_found_by_its_path_as_calls_write_it() {
        let schema = Schema::builtin();
        let method = schema.method("/apache.rocketmq.v2.MessagingService/SendMessage").unwrap();
        assert_eq!(method.full_name(), "apache.rocketmq.v2.MessagingService.SendMessage");
        assert_eq!(schema.method("SendMessage").unwrap(), method);
        assert_eq!(schema.find("MessagingService/SendMessage").unwrap(), Declaration::Method(method));
    }

    #[test]
    fn matching_puts_the_closest_first_and_all_for_no_pattern() {
        let schema = Schema::builtin();
        let names = |pattern| {
            let found = schema.matching(pattern);
            found.iter().map(|declaration| declaration.name().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("sendmessage")[..3], ["SendMessage", "SendMessageRequest", "SendMessageResponse"]);
        assert_eq!(names("SNDMSGREQ"), ["AdminSendMessageRequest", "SendMessageRequest"]);
        assert_eq!(names("no such thing"), Vec::<String>::new());
        assert_eq!(names("").len(), schema.declarations().len());
    }

    #[test]
    fn distances_count_single_letters() {
        assert_eq!(edit_distance(b"kitten", b"sitting"), 3);
        assert_eq!(edit_distance(b"", b"abc"), 3);
    }
}
