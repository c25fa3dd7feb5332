//! The source text of one declaration.

use super::docs::visible;
use super::text::parse;
use super::{Declaration, Schema, SchemaError};

/// The most lines that are taken.
pub(super) const MAX_LINES: usize = 2_000;

/// Lines of a `.proto` file, or as one would have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The number of the first one, from 1; `None` for what is printed from a descriptor.
    pub line: Option<u32>,
    /// Without the indentation that all of them share; nothing in it that a terminal would obey.
    pub text: String,
    /// There were more.
    pub is_cut: bool,
}

impl Schema {
    /// The text of a built-in file, where it has one.
    pub fn builtin_text(&self, declaration: &Declaration) -> Option<&'static str> {
        let file = declaration.file();
        let pool = self.pool_of(file.parent_pool())?;
        let is_builtin = !pool.sources.contains_key(file.name());
        is_builtin.then(|| super::builtin::text(file.name())).flatten()
    }
}

/// The lines of a file that a declaration takes, by its path in the file's source locations. `None`
/// if the file no longer declares it.
pub fn definition(
    name: &str,
    content: &[u8],
    source_path: &[i32],
) -> Result<Option<Definition>, SchemaError> {
    let parsed = parse(name, content)?;
    let locations = parsed.proto.source_code_info.as_ref().map(|info| info.location.as_slice());
    let location = locations.unwrap_or_default().iter().find(|location| location.path == source_path);
    let Some(location) = location else { return Ok(None) };
    let (first, last) = match location.span.as_slice() {
        [line, _, _] => (*line, *line),
        [line, _, last, _] => (*line, *last),
        _ => return Ok(None),
    };
    let [first, last] = [first, last].map(|line| usize::try_from(line).unwrap_or(0));
    let n_lines = (last.saturating_sub(first) + 1).min(MAX_LINES);
    let lines: Vec<&str> = parsed.text.lines().skip(first).take(n_lines).collect();
    let indent = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let shared = lines.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let lines: Vec<String> =
        lines.iter().map(|line| visible(line.get(shared..).unwrap_or_default().trim_end())).collect();
    Ok(Some(Definition {
        line: u32::try_from(first + 1).ok(),
        text: lines.join("\n"),
        is_cut: n_lines <= last.saturating_sub(first),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::BUILTIN_FILES;

    #[test]
    fn a_definition_is_the_lines_from_its_name_to_its_brace() {
        let text = "syntax = \"proto3\";\n\nmessage A {\n  message B {\n    int32 x = 1; // one\n  }\n}\n";
        let b = definition("a.proto", text.as_bytes(), &[4, 0, 3, 0]).unwrap().unwrap();
        assert_eq!(
            b,
            Definition { line: Some(4), text: "message B {\n  int32 x = 1; // one\n}".into(), is_cut: false }
        );
        assert_eq!(definition("a.proto", text.as_bytes(), &[4, 7]), Ok(None));
        assert!(definition("a.proto", b"message {", &[4, 0]).is_err());
    }

    #[test]
    fn every_rocketmq_declaration_begins_with_its_keyword_and_name() {
        let schema = Schema::builtin();
        let declarations = schema.declarations();
        let ours = declarations.iter().filter_map(|one| Some((one, schema.builtin_text(one)?)));
        let mut n_found = 0;
        for (declaration, text) in ours {
            let found = definition("f", text.as_bytes(), declaration.source_path()).unwrap().unwrap();
            let start = format!("{} {}", declaration.keyword(), declaration.name());
            assert!(found.text.starts_with(&start), "{start}: {}", found.text);
            assert_eq!(
                text.lines().nth(found.line.unwrap() as usize - 1).unwrap().trim(),
                found.text.lines().next().unwrap()
            );
            n_found += 1;
        }
        assert!(n_found > 100 && BUILTIN_FILES.len() == 3);
    }
}
