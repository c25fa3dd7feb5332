//! From text to a query.

use super::super::value::ValueError;
use super::needle::Needle;
use super::pattern::{PathPattern, read_pattern};
use super::query::{Compare, Expr, Has, Literal, Measure, Op, Plain, QueryError, Term};

/// Characters of a query, and parentheses or `not`s inside of each other.
const MAX_CHARS: usize = 10_000;
const MAX_DEPTH: usize = 50;
/// Words that are looked for in names have a bit each.
const MAX_PLAIN: u32 = 64;

const QUOTE_IT: &str = "Put text with spaces or signs in quotes, such as \"a == b\"";
const NOT_CLOSED: &str = "This parenthesis is not closed";
const CLOSE_IT: &str = "Write \")\" behind the condition";
const JOIN: &str = "Join conditions with and, or; put text with spaces in quotes";
const VALUE: &str = "Write a value, such as tag == \"a\", body.len > 1000 or born_timestamp > 2026-11-23";

pub(super) fn parse(text: &str) -> Result<Expr, QueryError> {
    let mut parser = Parser { text, at: 0, depth: 0, n_plain: 0 };
    if text.chars().count() > MAX_CHARS {
        return Err(parser.error(0, "The query is too long", "Look for less at once"));
    }
    parser.skip_blanks();
    if parser.rest().is_empty() {
        return Err(parser.error(
            0,
            "The query is empty",
            "Write what to look for, such as a word or a field",
        ));
    }
    let expr = parser.any()?;
    parser.skip_blanks();
    if !parser.rest().is_empty() {
        let found = parser.rest().chars().next().unwrap_or_default();
        return Err(parser.error(parser.at, format!("Unexpected \"{found}\""), JOIN));
    }
    if !expr.is_bounded() {
        let hint = "Say what it is that must not hold of, such as tag and not tag == \"a\"";
        return Err(parser.error(0, "A query that only rules out finds nearly everything", hint));
    }
    Ok(expr)
}

impl Expr {
    /// Whether something has to hold of all that it finds.
    fn is_bounded(&self) -> bool {
        match self {
            Expr::All(all) => all.iter().any(Expr::is_bounded),
            Expr::Any(all) => all.iter().all(Expr::is_bounded),
            Expr::Not(_) => false,
            Expr::Term(_) => true,
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    n_plain: u32,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn error(&self, at: usize, reason: impl Into<String>, hint: &'static str) -> QueryError {
        let column = self.text[..at.min(self.text.len())].chars().count() + 1;
        QueryError { reason: reason.into(), column, hint }
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// One of the words, as a word of its own, or the sign.
    fn eat(&mut self, word: &str, sign: &str) -> bool {
        self.skip_blanks();
        let rest = self.rest();
        let len = match (rest.strip_prefix(word), rest.starts_with(sign)) {
            (Some(after), _) if !after.starts_with(is_word) => word.len(),
            (_, true) => sign.len(),
            _ => return false,
        };
        self.at += len;
        true
    }

    fn any(&mut self) -> Result<Expr, QueryError> {
        let mut all = vec![self.all()?];
        while self.eat("or", "||") {
            all.push(self.all()?);
        }
        Ok(if all.len() == 1 { all.swap_remove(0) } else { Expr::Any(all) })
    }

    fn all(&mut self) -> Result<Expr, QueryError> {
        let mut all = vec![self.one()?];
        while self.eat("and", "&&") {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.swap_remove(0) } else { Expr::All(all) })
    }

    fn one(&mut self) -> Result<Expr, QueryError> {
        self.skip_blanks();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(self.at, "The query is nested too deeply", "Leave out parentheses"));
        }
        let start = self.at;
        let found = if self.is_negation() {
            self.at += if self.rest().starts_with('!') { 1 } else { "not".len() };
            Expr::Not(Box::new(self.one()?))
        } else if self.rest().starts_with('(') && !self.is_extension() {
            self.at += 1;
            let inner = self.any()?;
            self.skip_blanks();
            if !self.rest().starts_with(')') {
                return Err(self.error(start, NOT_CLOSED, CLOSE_IT));
            }
            self.at += 1;
            inner
        } else {
            self.term()?
        };
        self.depth -= 1;
        Ok(found)
    }

    /// `not` in front of a condition; in front of a mere word it is a word.
    fn is_negation(&self) -> bool {
        let rest = self.rest();
        if let Some(after) = rest.strip_prefix('!') {
            return !after.is_empty();
        }
        let Some(after) = rest.strip_prefix("not").filter(|after| after.starts_with([' ', '('])) else {
            return false;
        };
        let after = after.trim_start();
        if after.starts_with(['"', '/', '(', '!']) || after.starts_with("hex:") || after.starts_with("not ") {
            return true;
        }
        match read_pattern(after) {
            Ok(Some((path, len))) => path.has_structure() || operator(after[len..].trim_start()).is_some(),
            _ => false,
        }
    }

    fn is_extension(&self) -> bool {
        matches!(read_pattern(self.rest()), Ok(Some(_)))
    }

    fn term(&mut self) -> Result<Expr, QueryError> {
        let start = self.at;
        let rest = self.rest();
        match rest.chars().next() {
            None => return Err(self.error(start, "A condition is missing here", JOIN)),
            Some('"') => {
                let text = self.quoted()?;
                if text.is_empty() {
                    return Err(self.error(
                        start,
                        "Empty text is everywhere",
                        "Write something between the quotes",
                    ));
                }
                return Ok(Expr::Term(Term::Text(Needle::exact(text.as_bytes()))));
            }
            Some('/') if self.regex_end().is_some() => return Ok(Expr::Term(Term::Text(self.regex()?))),
            Some(')') => return Err(self.error(start, "A condition is missing here", JOIN)),
            _ => {}
        }
        if rest.starts_with("hex:") {
            return self.hex().map(|needle| Expr::Term(Term::Bytes(needle)));
        }
        match read_pattern(rest) {
            Ok(Some((path, len))) => {
                let after = rest[len..].trim_start();
                if let Some(inside) = after.strip_prefix("has").filter(|_| after.len() < rest.len() - len)
                    && inside.trim_start().starts_with('(')
                {
                    self.at = self.text.len() - inside.trim_start().len();
                    return self.has(path);
                }
                if let Some((op, op_len)) = operator(after) {
                    self.at = self.text.len() - after.len() + op_len;
                    return self.compare(path, op);
                }
                self.plain(Some((path, len)))
            }
            Ok(None) => self.plain(None),
            Err(error) if has_operator(self.run(start)) => {
                let hint = "Write a path like messages[*].topic.name, user_properties[\"k\"] or 99.1";
                Err(self.error(start + error.at, error.reason, hint))
            }
            Err(_) => self.plain(None),
        }
    }

    /// What stands inside of the messages at a path, in parentheses.
    fn has(&mut self, path: PathPattern) -> Result<Expr, QueryError> {
        let start = self.at;
        self.at += 1;
        let expr = self.any()?;
        self.skip_blanks();
        if !self.rest().starts_with(')') {
            return Err(self.error(start, NOT_CLOSED, CLOSE_IT));
        }
        self.at += 1;
        if !expr.is_bounded() {
            let reason = "What a message has not got is not enough to find it by";
            return Err(self.error(
                start,
                reason,
                "Say also what it has, such as has (topic and not body.len > 9)",
            ));
        }
        Ok(Expr::Term(Term::Has(Box::new(Has { path, expr }))))
    }

    /// From `start` to where a condition ends: `and`, `or`, a parenthesis or the end.
    fn run(&self, start: usize) -> &'a str {
        let text = &self.text[start..];
        let mut end = text.len();
        let mut word_start = 0;
        for word in text.split_inclusive(char::is_whitespace) {
            let bare = word.trim_end();
            if word_start > 0 && matches!(bare, "and" | "or" | "&&" | "||") {
                end = word_start;
                break;
            }
            if let Some(at) = bare.find(')').filter(|_| self.depth > 1 && !bare.starts_with('(')) {
                end = word_start + at;
                break;
            }
            word_start += word.len();
        }
        text[..end].trim_end()
    }

    /// Whether a condition can end at this byte.
    fn ends_term(&self, at: usize) -> bool {
        let after = &self.text[at..];
        let rest = after.trim_start();
        let is_joined = |word: &&str| rest.strip_prefix(*word).is_some_and(|rest| !rest.starts_with(is_word));
        rest.is_empty()
            || rest.starts_with("&&")
            || rest.starts_with("||")
            || (self.depth > 1 && rest.starts_with(')'))
            || (rest.len() < after.len() && ["and", "or"].iter().any(is_joined))
    }

    fn plain(&mut self, path: Option<(PathPattern, usize)>) -> Result<Expr, QueryError> {
        let start = self.at;
        let text = self.run(start);
        if text.is_empty() {
            return Err(self.error(start, "A condition is missing here", JOIN));
        }
        let path = path.filter(|(path, _)| path.has_structure());
        if let Some((path, len)) = &path
            && self.ends_term(start + len)
            && !path.is_plain()
            && integer(text).is_none()
            && float(text).is_none()
        {
            self.at = start + len;
            return Ok(Expr::Term(Term::Path(path.clone())));
        }
        if has_operator(text) {
            return Err(self.error(start, "This is neither a comparison nor plain text", QUOTE_IT));
        }
        if let Some(at) = text.find('"') {
            return Err(self.error(start + at, "A quote in the middle of a text", QUOTE_IT));
        }
        self.at = start + text.len();
        let path = path.filter(|(path, len)| *len == text.len() && path.is_plain()).map(|(path, _)| path);
        self.n_plain += 1;
        if self.n_plain > MAX_PLAIN {
            return Err(self.error(start, "Too many words to look for", "Leave some out"));
        }
        Ok(Expr::Term(Term::Plain(Box::new(Plain {
            needle: Needle::smart(text),
            integer: integer(text),
            float: float(text),
            bool: text.parse().ok(),
            path,
            may_be_time: text
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | 't' | 'T' | 'z' | 'Z' | 's')),
            bit: self.n_plain - 1,
        }))))
    }

    fn compare(&mut self, path: PathPattern, op: Op) -> Result<Expr, QueryError> {
        self.skip_blanks();
        let literal = self.literal(op)?;
        let mut all = Vec::new();
        if let Some(path) = path.before_len() {
            if literal.integer.is_none() || op == Op::Contains {
                let reason = format!("A length is a number, not \"{}\"", literal.text);
                return Err(self.error(
                    self.at - literal.text.len().min(self.at),
                    reason,
                    "Write body.len > 1000",
                ));
            }
            let compare = Compare { path, measure: Measure::Len, op, literal: literal.clone() };
            all.push(Expr::Term(Term::Compare(Box::new(compare))));
        }
        let compare = Compare { path, measure: Measure::Value, op, literal };
        all.push(Expr::Term(Term::Compare(Box::new(compare))));
        Ok(if all.len() == 1 { all.swap_remove(0) } else { Expr::Any(all) })
    }

    fn literal(&mut self, op: Op) -> Result<Literal, QueryError> {
        let start = self.at;
        let rest = self.rest();
        if op == Op::Contains && rest.starts_with('/') && self.regex_end().is_some() {
            let needle = self.regex()?;
            let text = self.text[start..self.at].to_owned();
            return Ok(Literal { text, is_quoted: true, needle: Some(needle), integer: None, float: None });
        }
        let is_quoted = rest.starts_with('"');
        let text = if is_quoted {
            self.quoted()?
        } else {
            let in_parentheses = self.depth > 1;
            let ends = |c: char| c.is_whitespace() || (in_parentheses && c == ')');
            let text = &rest[..rest.find(ends).unwrap_or(rest.len())];
            if text.is_empty() || matches!(text, "and" | "or" | "&&" | "||") {
                return Err(self.error(start, format!("A value is missing after \"{op}\""), VALUE));
            }
            self.at += text.len();
            text.to_owned()
        };
        if is_quoted || !text.starts_with("hex:") {
            let needle = match op {
                Op::Contains if text.is_empty() => {
                    return Err(self.error(start, "Empty text is everywhere", VALUE));
                }
                Op::Contains => {
                    Some(if is_quoted { Needle::exact(text.as_bytes()) } else { Needle::smart(&text) })
                }
                _ => None,
            };
            let integer = integer(&text).filter(|_| !is_quoted);
            let float = float(&text).filter(|_| !is_quoted);
            return Ok(Literal { text, is_quoted, needle, integer, float });
        }
        match super::super::value::parse_bytes(&text) {
            Ok(bytes) => {
                let needle = (op == Op::Contains).then(|| Needle::exact(&bytes));
                Ok(Literal { text, is_quoted, needle, integer: None, float: None })
            }
            Err(error) => Err(self.hex_error(start + "hex:".len(), &error)),
        }
    }

    /// A string with the escapes of JSON.
    fn quoted(&mut self) -> Result<String, QueryError> {
        let mut values = serde_json::Deserializer::from_str(self.rest()).into_iter::<String>();
        match values.next() {
            Some(Ok(text)) => {
                self.at += values.byte_offset();
                Ok(text)
            }
            Some(Err(error)) if !error.is_eof() => {
                let at = self.at + error.column().saturating_sub(1);
                let hint = "Escape as in JSON: \\\" \\\\ \\n \\t \\u0041";
                Err(self.error(at, "This is no text of JSON", hint))
            }
            _ => Err(self.error(self.at, "This quote is not closed", "Write a second quote behind the text")),
        }
    }

    /// The byte behind the closing slash, if there is one.
    fn regex_end(&self) -> Option<usize> {
        let mut is_escaped = false;
        for (at, c) in self.rest().char_indices().skip(1) {
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                '/' => return (at > 1).then_some(self.at + at + 1),
                _ => {}
            }
        }
        None
    }

    fn regex(&mut self) -> Result<Needle, QueryError> {
        let start = self.at;
        let end = self.regex_end().unwrap_or(self.text.len());
        self.at = end;
        let pattern = self.text[start + 1..end - 1].replace("\\/", "/");
        let needle = Needle::regex(&pattern).map_err(|reason| {
            let hint = "Escape signs that stand for themselves with \\";
            self.error(start, format!("This regular expression is not understood: {reason}"), hint)
        })?;
        if !needle.needs_bytes() {
            let hint = "Write + for * where something has to be there";
            return Err(self.error(start, "This regular expression finds nothing everywhere", hint));
        }
        Ok(needle)
    }

    /// Digits with blanks between them, as long as they go on.
    fn hex(&mut self) -> Result<Needle, QueryError> {
        let start = self.at + "hex:".len();
        let digits = &self.text[start..];
        let len = digits.find(|c: char| !(c.is_ascii_hexdigit() || c == ' ')).unwrap_or(digits.len());
        let mut digits = digits[..len].trim_end();
        // The a of "and" is a digit too.
        if let Some(before) =
            digits.strip_suffix(" a").filter(|_| self.text[start + digits.len()..].starts_with("nd"))
        {
            digits = before.trim_end();
        }
        self.at = start + digits.len();
        if self.rest().starts_with(|c: char| !c.is_whitespace() && c != ')') {
            let found = self.rest().chars().next().unwrap_or_default();
            let hint = "Write pairs of digits 0 to 9 and a to f";
            return Err(self.error(self.at, format!("\"{found}\" is not a hexadecimal digit"), hint));
        }
        match super::super::value::parse_bytes(&format!("hex:{digits}")) {
            Ok(bytes) if bytes.is_empty() => Err(self.error(start, "No bytes to look for", "Write hex:0a1b")),
            Ok(bytes) => Ok(Needle::exact(&bytes)),
            Err(error) => Err(self.hex_error(start, &error)),
        }
    }

    fn hex_error(&self, at: usize, error: &ValueError) -> QueryError {
        let at = if let ValueError::Hex { at: within, .. } = error { at + within - 1 } else { at };
        self.error(at, error.to_string(), "Write pairs of digits 0 to 9 and a to f")
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn operator(text: &str) -> Option<(Op, usize)> {
    const OPERATORS: [(&str, Op); 8] = [
        ("==", Op::Equal),
        ("!=", Op::NotEqual),
        ("<=", Op::AtMost),
        (">=", Op::AtLeast),
        ("<", Op::Less),
        (">", Op::Greater),
        ("~", Op::Contains),
        ("=", Op::Equal),
    ];
    let (sign, op) = OPERATORS.into_iter().find(|(sign, _)| text.starts_with(sign))?;
    Some((op, sign.len()))
}

/// Whether a text looks like a comparison, so that it is none by mistake.
fn has_operator(text: &str) -> bool {
    text.split_whitespace().any(|word| matches!(word, "==" | "!=" | "<=" | ">=" | "~"))
}

fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (radix, digits) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => (16, digits),
        None => (10, digits),
    };
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    i128::from_str_radix(digits, radix).ok().filter(|_| is_number).map(|value| sign * value)
}

fn float(text: &str) -> Option<f64> {
    if matches!(text, "nan" | "inf" | "-inf") {
        return text.parse().ok();
    }
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.'));
    text.parse().ok().filter(|_| is_number)
}
