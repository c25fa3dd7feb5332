//! Words that are seen in screens, without which their pictures would be of something else.

const SHOWN: &[(&str, &[&str])] = &[
    ("call TLS refused", &["speaks plain text, not TLS"]),
    ("call deadline passed", &["The deadline of 0.05 s passed"]),
    ("call out of time", &["DEADLINE_EXCEEDED"]),
    ("call unauthenticated", &["UNAUTHENTICATED", "the token is of yesterday"]),
    ("drag in a filtered tree", &["Goes right below this row"]),
    ("drag refused", &["An element is moved among the elements of its field only"]),
    ("file that is not there", &["Open failed", "Try again"]),
    ("map table", &["2 entries", "[\"k\"]", "[\"n\"]"]),
    ("menu of absent row", &["Add field…", "system_properties"]),
    ("profile client menu", &["Producer", "Push consumer"]),
    ("profile menu", &["shop in Frankfurt", "shop"]),
    ("profile secret asked for", &["Secret"]),
    ("profile secrets", &["Secret"]),
    ("profile secrets in keyring", &["Secret"]),
    ("profile stored", &["Saved the profile shop here", "Choose a profile"]),
    ("profile taken", &["Replace", "Cancel"]),
    ("profile used", &["Choose a profile"]),
    ("running two", &["and 1 more", "Searching"]),
    ("value read without a type", &["packed varint", "68 69 21"]),
    ("value struct sorts", &["bool", "number"]),
];

/// What a screen shows.
pub fn of(screen: &str) -> &'static [&'static str] {
    SHOWN.iter().find(|(name, _)| *name == screen).map_or(&[], |(_, words)| words)
}
