//! Rust source as the checks see it: the text, and the same text with comments, strings and characters blanked, so
//! that a word found there is code. Lines and columns stay where they are.

use crate::{Result, repository};
use std::path::PathBuf;

/// One source file.
pub struct RustFile {
    /// Its path from the repository's root.
    pub path: PathBuf,
    /// All of it.
    pub text: String,
    /// The same with everything blanked that is not code.
    pub code: String,
}

impl RustFile {
    /// Reads a file of the repository.
    pub fn read(path: PathBuf) -> Result<Self> {
        let text = std::fs::read_to_string(repository::root().join(&path))?;
        Ok(Self { code: code_only(&text), text, path })
    }

    /// The directory in the root that the file is in: its crate, or a directory of the root package.
    pub fn room(&self) -> &str {
        self.path.iter().next().and_then(|first| first.to_str()).unwrap_or_default()
    }
}

/// Blanks comments, string literals and character literals.
pub fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let blanked = blank_length(rest, code.chars().next_back());
        if blanked == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(rest[..blanked].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[blanked..];
        }
    }
    code
}

/// The length of the comment or literal that `rest` begins with, or 0.
fn blank_length(rest: &str, before: Option<char>) -> usize {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        rest.find('\n').unwrap_or(rest.len())
    } else if rest.starts_with("/*") {
        block_comment(rest)
    } else if let Some(body) = rest.strip_prefix('"') {
        1 + quoted(body, '"')
    } else if rest.starts_with('\'') {
        character(rest)
    } else if !in_word {
        raw_string(rest)
    } else {
        0
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(found) = rest[at..].find(['/', '*']) {
        at += found;
        match rest.get(at..at + 2) {
            Some("/*") => depth += 1,
            Some("*/") if depth == 1 => return at + 2,
            Some("*/") => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    rest.len()
}

/// The length up to and with the closing quote, passing over what a backslash protects.
fn quoted(rest: &str, quote: char) -> usize {
    let mut protected = false;
    for (at, c) in rest.char_indices() {
        match c {
            _ if protected => protected = false,
            '\\' => protected = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// A character literal; a lifetime has no second quote after one character.
fn character(rest: &str) -> usize {
    let mut inner = rest[1..].chars();
    match (inner.next(), inner.next()) {
        (Some('\\'), _) => 1 + quoted(&rest[1..], '\''),
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => 0,
    }
}

/// `r"..."`, `r#"..."#` and their forms with b and c.
fn raw_string(rest: &str) -> usize {
    let Some(after) = ["r", "br", "cr"].iter().find_map(|prefix| rest.strip_prefix(prefix)) else { return 0 };
    let hashes = after.len() - after.trim_start_matches('#').len();
    if !after[hashes..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let body = &after[hashes + 1..];
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    rest.len() - body.len() + length
}

#[cfg(test)]
mod tests {
    use super::code_only;

    #[test]
    fn what_is_not_code_is_blanked_in_place() {
        let text = "a // x \"y\n'b' \"unsafe \\\" still\" c /* d /* e */ f */ g<'a> r#\"h\"i\"# br\"j\" 'k";
        let code = code_only(text);
        assert_eq!(code.len(), text.len());
        assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["a", "c", "g<'a>", "'k"]);
        assert_eq!(code.lines().count(), 2);
    }
}
