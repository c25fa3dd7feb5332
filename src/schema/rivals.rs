//! Declarations of one name that do not say the same: which one a name means, and where the others are.
//!
//! A copy is no rival, however it is commented and whatever its options are.

use super::page::Address;
use super::{
    Declaration, DescriptorPool, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor,
    Pool, Schema, ServiceDescriptor, has_presence, kind_label,
};
use std::collections::BTreeMap;

/// Rivals that a report lists; all are counted.
pub(super) const MAX_LISTED: usize = 1_000;

/// Another declaration of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rival {
    pub address: Address,
    /// Whether it is the one that the name means.
    pub wins: bool,
    /// The first thing that differs: what it has instead.
    pub difference: String,
}

impl Rival {
    /// Where it is, what it says and which one the name means.
    pub fn sentence(&self) -> String {
        let file = super::docs::visible(&self.address.file);
        let which = if self.wins { ", which the name means otherwise" } else { ", which is looked up later" };
        format!("in {file}{which}: {}", self.difference)
    }
}

/// A name that files declare differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    pub keyword: &'static str,
    /// The one that the name means.
    pub winner: Address,
    pub loser: Address,
    /// The first thing that differs: what the loser has instead.
    pub difference: String,
}

impl Contradiction {
    /// What differs, as a sentence; the first file is the one that is meant.
    pub fn sentence(&self) -> String {
        let [winner, loser] = [&self.winner, &self.loser].map(|address| super::docs::visible(&address.file));
        format!("{} of {winner} is meant, not that of {loser}: {}", self.winner.full_name, self.difference)
    }
}

impl Schema {
    /// The other declarations of this name, as far as they do not say the same.
    pub fn rivals(&self, declaration: &Declaration) -> Vec<Rival> {
        let name = declaration.full_name();
        let own = declaration.file();
        let mut is_first = true;
        let mut rivals = Vec::new();
        for pool in &self.pools {
            let Some(found) = owned(pool, name) else { continue };
            let wins = std::mem::take(&mut is_first);
            if found.file() == own {
                continue;
            }
            if let Some(difference) = difference(declaration, &found) {
                rivals.push(Rival { address: found.address(), wins, difference });
            }
        }
        rivals
    }

    /// Every name that files declare differently, sorted; and how many there are. Of what is declared
    /// inside of another, only the outer one is told.
    pub(super) fn contradictions(&self) -> (Vec<Contradiction>, usize) {
        let (mut found, mut n_found) = (Vec::new(), 0);
        for (pool_idx, pool) in self.pools.iter().enumerate().skip(1) {
            let earlier = self.pools.get(..pool_idx).unwrap_or_default();
            for declaration in outermost(&pool.descriptors).filter(|found| pool.owns(&found.file())) {
                let name = declaration.full_name();
                let Some(winner) = earlier.iter().find_map(|pool| owned(pool, name)) else { continue };
                let Some(difference) = difference(&winner, &declaration) else { continue };
                n_found += 1;
                if found.len() < MAX_LISTED {
                    found.push(Contradiction {
                        keyword: winner.keyword(),
                        winner: winner.address(),
                        loser: declaration.address(),
                        difference,
                    });
                }
            }
        }
        found.sort_by(|a, b| a.winner.full_name.cmp(&b.winner.full_name));
        (found, n_found)
    }
}

fn owned(pool: &Pool, name: &str) -> Option<Declaration> {
    super::page::declared(&pool.descriptors, name).filter(|found| pool.owns(&found.file()))
}

fn outermost(pool: &DescriptorPool) -> impl Iterator<Item = Declaration> + '_ {
    pool.files().flat_map(|file| {
        let messages: Vec<Declaration> = file.messages().map(Declaration::Message).collect();
        let enums: Vec<Declaration> = file.enums().map(Declaration::Enum).collect();
        let services: Vec<Declaration> = file.services().map(Declaration::Service).collect();
        messages.into_iter().chain(enums).chain(services)
    })
}

/// What the second has instead; `None` where both say the same.
fn difference(first: &Declaration, second: &Declaration) -> Option<String> {
    match (first, second) {
        (Declaration::Message(first), Declaration::Message(second)) => of_messages(first, second),
        (Declaration::Enum(first), Declaration::Enum(second)) => of_parts(&values(first), &values(second)),
        (Declaration::Service(first), Declaration::Service(second)) => {
            of_parts(&methods(first), &methods(second))
        }
        (Declaration::Method(first), Declaration::Method(second)) => {
            let (first, second) = (method(first), method(second));
            (first != second).then(|| format!("{second} instead of {first}"))
        }
        (first, second) => Some(format!("a {} instead of a {}", second.keyword(), first.keyword())),
    }
}

/// With all that is declared inside; each depth is compared by names and numbers alone.
fn of_messages(first: &MessageDescriptor, second: &MessageDescriptor) -> Option<String> {
    let mut open = vec![(first.clone(), second.clone())];
    while let Some((first, second)) = open.pop() {
        if let Some(found) = of_parts(&fields(&first), &fields(&second)) {
            return Some(found);
        }
        let inner = |message: &MessageDescriptor| -> BTreeMap<String, MessageDescriptor> {
            let children = message.child_messages().filter(|child| !child.is_map_entry());
            children.map(|child| (child.name().to_owned(), child)).collect()
        };
        let enums = |message: &MessageDescriptor| -> BTreeMap<String, EnumDescriptor> {
            message.child_enums().map(|child| (child.name().to_owned(), child)).collect()
        };
        let mut others = enums(&second);
        for (name, one) in enums(&first) {
            let Some(other) = others.remove(&name) else { return Some(format!("no enum {name}")) };
            if let Some(found) = of_parts(&values(&one), &values(&other)) {
                return Some(found);
            }
        }
        if let Some(name) = others.keys().next() {
            return Some(format!("an enum {name} as well"));
        }
        let mut others = inner(&second);
        for (name, one) in inner(&first) {
            let Some(other) = others.remove(&name) else { return Some(format!("no message {name}")) };
            open.push((one, other));
        }
        if let Some(name) = others.keys().next() {
            return Some(format!("a message {name} as well"));
        }
    }
    None
}

/// Parts by what tells them apart, each as text and what else there is to it.
type Parts = BTreeMap<(i32, String), (String, &'static str)>;

fn of_parts(first: &Parts, second: &Parts) -> Option<String> {
    for (key, one) in first {
        match second.get(key) {
            None => return Some(format!("no {}", one.0)),
            Some(other) if other.0 != one.0 => return Some(format!("{} instead of {}", other.0, one.0)),
            Some(other) if other != one => return Some(format!("{} that {}", one.0, other.1)),
            Some(_) => {}
        }
    }
    let added = second.iter().find(|(key, _)| !first.contains_key(*key));
    added.map(|(_, other)| format!("{} as well", other.0))
}

fn fields(message: &MessageDescriptor) -> Parts {
    let key = |number: u32| (i32::try_from(number).unwrap_or(i32::MAX), String::new());
    message.fields().map(|field| (key(field.number()), field_text(&field))).collect()
}

fn field_text(field: &FieldDescriptor) -> (String, &'static str) {
    let kind = match field.kind() {
        Kind::Message(entry) if entry.is_map_entry() => entry.get_field(2).map(|value| value.kind()),
        kind => Some(kind),
    };
    let of_type = match kind {
        Some(Kind::Message(message)) => format!(" of {}", message.full_name()),
        Some(Kind::Enum(descriptor)) => format!(" of {}", descriptor.full_name()),
        _ => String::new(),
    };
    let presence = match field.is_list() || field.is_map() || has_presence(field) {
        true => "has presence",
        false => "has no presence",
    };
    (format!("{} {} = {}{of_type}", kind_label(field), field.name(), field.number()), presence)
}

fn values(descriptor: &EnumDescriptor) -> Parts {
    let one = |value: super::EnumValueDescriptor| {
        let text = format!("{} = {}", value.name(), value.number());
        ((value.number(), value.name().to_owned()), (text, ""))
    };
    descriptor.values().map(one).collect()
}

fn methods(service: &ServiceDescriptor) -> Parts {
    service.methods().map(|one| ((0, one.name().to_owned()), (method(&one), ""))).collect()
}

fn method(method: &MethodDescriptor) -> String {
    let [sends, answers] = [method.is_client_streaming(), method.is_server_streaming()]
        .map(|is| if is { "stream " } else { "" });
    let (input, output) = (method.input(), method.output());
    format!("rpc {}({sends}{}) returns ({answers}{})", method.name(), input.full_name(), output.full_name())
}
