//! Requests of the I/O protocol, kept outside of the server's heap while they wait.

use purlin_heap::{Message, Term, am};

/// Requests that are answered together: with the answer of the last, or of the first that fails.
pub(super) struct Task {
    /// The process that asks.
    pub(super) from: Message,
    /// What the answer is to carry.
    pub(super) tag: Message,
    /// The requests that come after the present one, the last first.
    pub(super) rest: Vec<Message>,
}

impl Task {
    /// The task of a message, and its first request.
    pub(super) fn of<'h>(message: Term<'h>) -> Option<(Task, Term<'h>)> {
        let parts = message.as_tuple().filter(|parts| parts.arity() == 4)?;
        parts.element(0).is_atom(am::io_request).then_some(())?;
        parts.element(1).as_pid()?;
        let (from, tag) = (Message::copy_of(parts.element(1)), Message::copy_of(parts.element(2)));
        Some((Task { from, tag, rest: Vec::new() }, parts.element(3)))
    }
}

/// What is to be read.
pub(super) struct Reading {
    /// The answer's characters must fit Latin-1.
    pub(super) latin1: bool,
    pub(super) what: What,
}

pub(super) enum What {
    /// A line, or what there is at the end.
    Line,
    /// So many characters, or what there is at the end.
    Characters(usize),
    /// Lines, until a function has enough of them: its module and name, what it is given first, and what it is
    /// given behind the characters.
    Until { function: Message, continuation: Message, arguments: Message },
}

/// The characters at the start of `input`, up to a line's end or `count`, and how many bytes they are. Nothing while
/// there are too few, unless the input has `ended`.
pub(super) fn taken(
    input: &[u8],
    unicode: bool,
    count: Option<usize>,
    ended: bool,
) -> Option<(Vec<u32>, usize)> {
    let (mut characters, mut at) = (Vec::new(), 0);
    while at < input.len() {
        let (character, length) = if unicode { first(&input[at..], ended)? } else { (input[at].into(), 1) };
        characters.push(character);
        at += length;
        let is_enough = match count {
            Some(count) => characters.len() >= count,
            None => character == u32::from(b'\n'),
        };
        if is_enough {
            return Some((characters, at));
        }
    }
    ended.then_some((characters, at))
}

/// The first character of UTF-8 text; a byte that begins none stands for itself. Nothing while bytes are missing.
fn first(bytes: &[u8], ended: bool) -> Option<(u32, usize)> {
    let head = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => std::str::from_utf8(&head[..error.valid_up_to()]).ok()?,
        Err(error) if error.error_len().is_none() && !ended => return None,
        Err(_) => return Some((bytes[0].into(), 1)),
    };
    valid.chars().next().map(|character| (character.into(), character.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_characters() {
        let text = |taken: Option<(Vec<u32>, usize)>| {
            taken.map(|(characters, bytes)| {
                (characters.into_iter().filter_map(char::from_u32).collect::<String>(), bytes)
            })
        };
        assert_eq!(text(taken("å\nb".as_bytes(), true, None, false)), Some(("å\n".to_owned(), 3)));
        assert_eq!(text(taken(b"ab", true, None, false)), None);
        assert_eq!(text(taken(b"ab", true, None, true)), Some(("ab".to_owned(), 2)));
        assert_eq!(text(taken(b"abc", false, Some(2), false)), Some(("ab".to_owned(), 2)));
        assert_eq!(text(taken(&[0xc3], true, Some(1), false)), None);
        assert_eq!(text(taken(&[0xc3], true, Some(1), true)), Some(("Ã".to_owned(), 1)));
    }
}
