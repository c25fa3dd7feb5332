//! `.proto` text made fit for the parser, which knows neither editions nor options on a single
//! extension number, and which must not be handed text that is nested without end.
//!
//! **Law.** Lines stay where they are. Where a line gains characters, [`Rewritten::column`] leads
//! back to the column that the person sees.
//!
//! **Not here:** what features mean (`editions`).

use super::tokens::{Token, Tokens};

/// How deep braces, brackets and angle brackets may be nested: the parser is recursive.
const MAX_DEPTH: usize = 128;

/// The most imports that are looked for in a text that does not parse.
const MAX_WRITTEN: usize = 1_000;

/// Text for the parser, and what was taken out of it.
#[derive(Debug, Default)]
pub(in super::super) struct Rewritten {
    pub(in super::super) text: String,
    /// As written in the file; `None` for proto2 and proto3.
    pub(in super::super) edition: Option<String>,
    /// What `import option` names.
    pub(in super::super) option_imports: Vec<String>,
    /// 0-based line, 0-based column in the rewritten line, and characters gained there.
    gained: Vec<(usize, usize, usize)>,
}

/// Text that the parser must not see.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct TooDeep {
    /// In bytes, from the start of the text.
    pub(in super::super) offset: usize,
}

impl Rewritten {
    /// The 1-based column of the original text, for a 1-based place in the rewritten one.
    pub(in super::super) fn column(&self, line: u32, column: u32) -> u32 {
        let (line_idx, column_idx) = (line.saturating_sub(1) as usize, column.saturating_sub(1) as usize);
        let before = self.gained.iter().filter(|(at, start, n)| *at == line_idx && start + n <= column_idx);
        let n_gained: usize = before.map(|(_, _, n)| n).sum();
        column.saturating_sub(u32::try_from(n_gained).unwrap_or(0)).max(1)
    }
}

/// What the braces around a statement belong to.
#[derive(Clone, Copy, PartialEq)]
enum Block {
    File,
    /// Also the body of a group.
    Message,
    Extend,
    Oneof,
    Enum,
    /// A service, or the options of a method.
    Other,
}

/// Reads the text once; see [`Rewritten`].
pub(in super::super) fn rewrite(text: &str) -> Result<Rewritten, TooDeep> {
    let mut scan = Scan {
        text,
        tokens: Tokens::new(text),
        changes: Vec::new(),
        edition: None,
        option_imports: Vec::new(),
        depth: 0,
    };
    scan.file()?;
    let Scan { changes, edition, option_imports, .. } = scan;
    let (text, gained) = applied(text, changes);
    Ok(Rewritten { text, edition, option_imports, gained })
}

/// A change of one line: what stands at a range becomes something else, without line ends.
struct Change {
    start: usize,
    end: usize,
    with: String,
}

fn applied(text: &str, mut changes: Vec<Change>) -> (String, Vec<(usize, usize, usize)>) {
    changes.sort_by_key(|change| change.start);
    let mut out = String::with_capacity(text.len() + 16 * changes.len());
    let mut gained = Vec::new();
    let (mut at, mut line_idx, mut line_start) = (0, 0, 0);
    for Change { start, end, with } in changes {
        let (Some(kept), true) = (text.get(at..start), at <= start) else { continue };
        out.push_str(kept);
        for (offset, _) in kept.match_indices('\n') {
            line_idx += 1;
            line_start = out.len() - kept.len() + offset + 1;
        }
        if let Some(n_more) = with.len().checked_sub(end - start).filter(|n| *n > 0) {
            gained.push((line_idx, out.len() - line_start, n_more));
        }
        out.push_str(&with);
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, gained)
}

struct Scan<'a> {
    text: &'a str,
    tokens: Tokens<'a>,
    changes: Vec<Change>,
    edition: Option<String>,
    option_imports: Vec<String>,
    depth: usize,
}

impl<'a> Scan<'a> {
    fn file(&mut self) -> Result<(), TooDeep> {
        let mut blocks = vec![Block::File];
        while let Some(token) = self.tokens.next() {
            let block = blocks.last().copied().unwrap_or(Block::File);
            match token.text(self.text) {
                ";" => {}
                "}" => {
                    self.depth = self.depth.saturating_sub(1);
                    if blocks.len() > 1 {
                        blocks.pop();
                    }
                }
                "{" => {
                    self.deeper(token)?;
                    blocks.push(Block::Other);
                }
                _ => {
                    if let Some(opened) = self.statement(block, token)? {
                        blocks.push(opened);
                    }
                }
            }
        }
        Ok(())
    }

    fn deeper(&mut self, token: Token) -> Result<(), TooDeep> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(TooDeep { offset: token.start }) } else { Ok(()) }
    }

    /// Reads a statement from its first token on, up to its semicolon or to the brace that opens its
    /// block, which is returned.
    fn statement(&mut self, block: Block, first: Token) -> Result<Option<Block>, TooDeep> {
        let word = first.text(self.text);
        let is_edition = self.edition.is_some();
        match (block, word) {
            (Block::File, "edition") if self.edition.is_none() => return self.edition_statement(first),
            (Block::File, "import") => return self.import_statement(is_edition),
            (Block::File | Block::Message, "export" | "local") if is_edition => {
                if let Some(next) = self.tokens.peek()
                    && matches!(next.text(self.text), "message" | "enum")
                {
                    self.blank(first);
                    let next = self.tokens.next().unwrap_or(next);
                    return self.statement(block, next);
                }
            }
            (Block::Message | Block::Enum, "reserved") => return self.reserved_statement(is_edition),
            (Block::Message, "extensions") => return self.extensions_statement(),
            _ => {}
        }
        let opened = match (block, word) {
            (Block::File | Block::Message, "message") => Some(Block::Message),
            (Block::File | Block::Message, "enum") => Some(Block::Enum),
            (Block::File | Block::Message, "extend") => Some(Block::Extend),
            (Block::Message, "oneof") => Some(Block::Oneof),
            (Block::Message | Block::Extend | Block::Oneof, "option") => None,
            (Block::Message | Block::Extend, "repeated" | "optional" | "required") => Some(Block::Message),
            (Block::Message | Block::Extend, _) => {
                let is_map =
                    word == "map" && self.tokens.peek().is_some_and(|next| next.text(self.text) == "<");
                if is_edition && !is_map && (first.is_word(self.text) || word == ".") {
                    self.insert(first.start, "optional ");
                }
                Some(Block::Message)
            }
            (Block::Oneof, _) => Some(Block::Message),
            (_, "option") => None,
            _ => Some(Block::Other),
        };
        self.rest_of_statement(opened)
    }

    /// Without `opened`, braces are part of the statement.
    fn rest_of_statement(&mut self, opened: Option<Block>) -> Result<Option<Block>, TooDeep> {
        let outer = self.depth;
        while let Some(token) = self.tokens.peek() {
            match token.text(self.text) {
                "{" if opened.is_some() && self.depth == outer => {
                    self.tokens.next();
                    self.deeper(token)?;
                    return Ok(opened);
                }
                "{" | "[" | "<" => self.deeper(token)?,
                // The end of the block around: the statement lacks its semicolon.
                "}" if self.depth == outer => return Ok(None),
                "}" | "]" | ">" => self.depth = self.depth.saturating_sub(1).max(outer),
                ";" if self.depth == outer => {
                    self.tokens.next();
                    return Ok(None);
                }
                _ => {}
            }
            self.tokens.next();
        }
        Ok(None)
    }

    fn edition_statement(&mut self, first: Token) -> Result<Option<Block>, TooDeep> {
        let (equals, value) = (self.tokens.next(), self.tokens.next());
        if let (Some(equals), Some(value)) = (equals, value)
            && equals.text(self.text) == "="
            && let Some(edition) = unquoted(value.text(self.text))
        {
            self.edition = Some(edition.to_owned());
            self.change(first, "syntax");
            self.change(value, "\"proto2\"");
        }
        self.rest_of_statement(None)
    }

    fn import_statement(&mut self, is_edition: bool) -> Result<Option<Block>, TooDeep> {
        if let Some(word) = self.tokens.peek()
            && is_edition
            && word.text(self.text) == "option"
        {
            self.tokens.next();
            self.blank(word);
            let name = self.tokens.peek().and_then(|name| unquoted(name.text(self.text)));
            self.option_imports.extend(name.map(str::to_owned));
        }
        self.rest_of_statement(None)
    }

    /// In editions the names are identifiers; the parser wants them quoted.
    fn reserved_statement(&mut self, is_edition: bool) -> Result<Option<Block>, TooDeep> {
        while let Some(token) = self.tokens.peek() {
            let word = token.text(self.text);
            if matches!(word, ";" | "}" | "{") {
                break;
            }
            self.tokens.next();
            if is_edition && token.is_word(self.text) && !matches!(word, "to" | "max") {
                self.insert(token.start, "\"");
                self.insert(token.end, "\"");
            }
        }
        self.rest_of_statement(None)
    }

    /// `extensions 5 [` is `extensions 5 to 5 [` for the parser.
    fn extensions_statement(&mut self) -> Result<Option<Block>, TooDeep> {
        let mut before: [Option<Token>; 2] = [None, None];
        while let Some(token) = self.tokens.peek() {
            let word = token.text(self.text);
            if word == "["
                && let [before_last, Some(last)] = before
                && last.text(self.text).starts_with(|c: char| c.is_ascii_digit())
                && before_last.is_none_or(|token| token.text(self.text) != "to")
            {
                let again = format!(" to {}", last.text(self.text));
                self.insert(last.end, &again);
            }
            if matches!(word, "[" | ";" | "}" | "{") {
                break;
            }
            self.tokens.next();
            before = [before[1], Some(token)];
        }
        self.rest_of_statement(None)
    }

    fn insert(&mut self, at: usize, with: &str) {
        self.changes.push(Change { start: at, end: at, with: with.to_owned() });
    }

    /// Puts another token in place of one, of the same width where that is possible.
    fn change(&mut self, token: Token, with: &str) {
        let width = token.end - token.start;
        self.changes.push(Change { start: token.start, end: token.end, with: format!("{with:width$}") });
    }

    fn blank(&mut self, token: Token) {
        self.change(token, "");
    }
}

fn unquoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    text.get(1..)?.strip_suffix(quote)
}

/// What a text imports, and whether publicly, as far as that can be seen in one that does not parse.
pub(in super::super) fn written_imports(content: &[u8]) -> Vec<(String, bool)> {
    let text = String::from_utf8_lossy(content);
    let mut tokens = Tokens::new(&text);
    let (mut found, mut depth) = (Vec::new(), 0_u64);
    while let Some(token) = tokens.next() {
        match token.text(&text) {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            "import" if depth == 0 => {
                let word = tokens.peek().map(|next| next.text(&text)).unwrap_or_default();
                let is_public = word == "public";
                if matches!(word, "public" | "weak" | "option") {
                    tokens.next();
                }
                let name = tokens.peek().and_then(|name| unquoted(name.text(&text)));
                found.extend(name.map(|name| (name.to_owned(), is_public)));
            }
            _ => {}
        }
        if found.len() >= MAX_WRITTEN {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        rewrite(text).unwrap().text
    }

    #[test]
    fn text_without_editions_stays_as_it_is() {
        let text = "syntax = \"proto2\";\nmessage M { optional int32 a = 1; extensions 4 to 9, 12; reserved \"x\"; }\n";
        assert_eq!(rewritten(text), text);
    }

    #[test]
    fn an_edition_becomes_proto2_with_labels_and_quoted_reserved_names() {
        let text = "// c\nedition = \"2023\";\nimport option \"o.proto\";\nlocal message M {\n  int32 a = 1; repeated M b = 2;\n  \
                    map<string, .p.M> m = 3 [(x) = { a: 1 }];\n  oneof o { int32 c = 4; }\n  reserved foo, bar;\n  \
                    reserved 10 to max;\n  .p.M d = 5;\n  export enum E { A = 0; reserved B; }\n}\n\
                    extend M { string s = 100; }\nservice S { rpc R(M) returns (M) { option (y) = {}; } }\n";
        let expected = "// c\nsyntax  = \"proto2\";\nimport        \"o.proto\";\n      message M {\n  optional int32 a = 1; repeated M b = 2;\n  \
                        map<string, .p.M> m = 3 [(x) = { a: 1 }];\n  oneof o { int32 c = 4; }\n  reserved \"foo\", \"bar\";\n  \
                        reserved 10 to max;\n  optional .p.M d = 5;\n         enum E { A = 0; reserved \"B\"; }\n}\n\
                        extend M { optional string s = 100; }\nservice S { rpc R(M) returns (M) { option (y) = {}; } }\n";
        let found = rewrite(text).unwrap();
        assert_eq!(found.text, expected);
        assert_eq!(found.edition.as_deref(), Some("2023"));
        assert_eq!(found.option_imports, ["o.proto"]);
        // `a` of line 5 stands at column 9 of the original and at 18 of the rewritten line.
        assert_eq!((found.column(5, 18), found.column(5, 3), found.column(6, 3)), (9, 3, 3));
    }

    #[test]
    fn imports_are_seen_in_a_text_that_does_not_parse() {
        let text = b"syntax = ; import \"a.proto\"; // import \"no.proto\";\nimport public 'b.proto'\n\xffmessage M { import \"c.proto\"; }\n\
                     import weak \"d.proto\"; import 5; import";
        let expected = [("a.proto", false), ("b.proto", true), ("d.proto", false)];
        assert_eq!(written_imports(text), expected.map(|(name, is_public)| (name.to_owned(), is_public)));
    }

    #[test]
    fn a_single_extension_number_with_options_becomes_a_range() {
        let text = "syntax = \"proto2\"; message M { extensions 4, 7 [declaration = { number: 7 }]; extensions 1 to 2 [verification = UNVERIFIED]; }";
        assert_eq!(rewritten(text), text.replace("7 [decl", "7 to 7 [decl"));
    }

    #[test]
    fn braces_in_comments_and_strings_do_not_count_and_depth_is_bounded() {
        let harmless =
            format!("/* {0} */ message M {{ string s = 1 [default = \"{0}\"]; }} // {0}", "{".repeat(500));
        assert_eq!(rewritten(&harmless), harmless);
        for (open, start) in [("message M {", 0), ("option (o) = {", 0), ("option (o) = [", 0)] {
            assert!(rewrite(&open.repeat(20_000)).is_err(), "{open} {start}");
        }
        assert_eq!(rewrite(&"message M {".repeat(200)).unwrap_err(), TooDeep { offset: 128 * 11 + 10 });
    }
}
