//! Which atoms, lists and binaries are written as words and strings, and how their characters are escaped.

use std::borrow::Cow;
use std::fmt::Write;

use super::Style;
use crate::bits::Bits;
use crate::term::Term;

/// Words of the language, which as atoms are quoted.
const RESERVED: [&str; 29] = [
    "after", "and", "andalso", "band", "begin", "bnot", "bor", "bsl", "bsr", "bxor", "case", "catch", "cond",
    "div", "else", "end", "fun", "if", "let", "maybe", "not", "of", "or", "orelse", "receive", "rem", "try",
    "when", "xor",
];

/// An atom as it is written, quoted where that is needed.
pub fn atom_text(name: &str, style: Style) -> Cow<'_, str> {
    let plain = match style {
        Style::Pretty => is_plain_atom(name),
        Style::Display => {
            starts_small(name) && name.chars().all(|c| is_letter(c) || matches!(c, '0'..='9' | '_'))
        }
    };
    if plain { Cow::Borrowed(name) } else { Cow::Owned(quoted(name.chars(), '\'', style)) }
}

/// Whether an atom needs no quotes in a program.
pub fn is_plain_atom(name: &str) -> bool {
    let within = |c| is_letter(c) || matches!(c, '0'..='9' | '_' | '@');
    starts_small(name) && name.chars().all(within) && !RESERVED.contains(&name)
}

fn starts_small(name: &str) -> bool {
    name.chars().next().is_some_and(|c| matches!(c, 'a'..='z' | 'ß'..='ÿ') && c != '÷')
}

fn is_letter(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | 'À'..='ÿ') && !matches!(c, '×' | '÷')
}

/// A list of printable characters as a string; of a list beyond `limit` only so much is looked at.
pub(super) fn string_text(list: Term<'_>, style: Style, limit: usize) -> Option<String> {
    let (mut characters, mut rest) = (Vec::new(), list);
    while let Some(cons) = rest.as_cons() {
        let character = cons.head().as_small().and_then(|value| u8::try_from(value).ok()).map(char::from);
        characters.push(character.filter(|&c| is_printable(c, style))?);
        if characters.len() > limit {
            break;
        }
        rest = cons.tail();
    }
    let whole = rest.is_nil() || characters.len() > limit;
    whole.then(|| quoted(characters.into_iter(), '"', style))
}

/// A binary of printable characters as a string.
pub(super) fn binary_text(bits: Bits<'_>, style: Style, limit: usize) -> Option<String> {
    if !bits.is_binary() || bits.bit_size() == 0 {
        return None;
    }
    let bytes: Vec<u8> = bits.bytes().take(limit).collect();
    if bytes.iter().all(|&byte| byte.is_ascii() && is_printable(char::from(byte), style)) {
        let plain = style == Style::Pretty || !bytes.iter().any(|byte| b"\n\t\r".contains(byte));
        return plain.then(|| quoted(bytes.iter().map(|&byte| char::from(byte)), '"', style));
    }
    if style == Style::Display {
        return None;
    }
    let printable = |c| is_printable(c, style);
    match std::str::from_utf8(&bytes) {
        Ok(text) if text.chars().all(printable) => Some(quoted(text.chars(), '"', style) + "/utf8"),
        _ => {
            let latin1 = || bytes.iter().map(|&byte| char::from(byte));
            latin1().all(printable).then(|| quoted(latin1(), '"', style))
        }
    }
}

/// Characters that a string may show: those of Latin-1, and their escapes.
fn is_printable(c: char, style: Style) -> bool {
    match c {
        ' '..='~' | '\u{a0}'..='\u{ff}' | '\n' | '\t' | '\r' => true,
        '\u{8}' | '\u{b}' | '\u{c}' | '\u{1b}' => style == Style::Pretty,
        _ => false,
    }
}

/// Text in quotes without the one at its end.
pub(super) fn unclosed(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next_back();
    characters.as_str()
}

pub(super) fn quoted(text: impl Iterator<Item = char>, quote: char, style: Style) -> String {
    let mut out = String::from(quote);
    let is_display = style == Style::Display;
    for c in text {
        match c {
            '\t' | '\r' if is_display && quote == '"' => out.push(c),
            '\u{1b}' if is_display => out.push_str("\\033"),
            '\u{7f}' if is_display => out.push(c),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{7f}' => out.push_str("\\d"),
            '\\' if quote == '"' && is_display => out.push('\\'),
            '\\' => out.push_str("\\\\"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            '\0'..='\u{1f}' | '\u{80}'..='\u{9f}' => {
                let width = if is_display { 3 } else { 0 };
                write!(out, "\\{:0width$o}", u32::from(c)).expect("a string takes all text");
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
