//! Terms as text, for people: as `~tp` writes them, on one line, or as `erlang:display/1` does.
//!
//! The walk keeps its own worklist, and stops when the text has the length asked for, so that any term can be shown.

mod quote;

pub use quote::{atom_text, is_plain_atom};

use std::fmt::Write;

use crate::atoms::{Atom, AtomTable, am};
use crate::big::{Integer, digits};
use crate::bits::Bits;
use crate::layout::Kind;
use crate::map::Map;
use crate::order::identities::reference_words;
use crate::record::Record;
use crate::term::{Boxed, Term, View};
use crate::text;

/// In whose form terms are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// As `io:format("~tp")`.
    Pretty,
    /// As `erlang:display/1`.
    Display,
}

/// Digits of a float in [`Style::Display`].
const DISPLAY_DIGITS: usize = 6;

/// A term as text of about `limit` bytes at most; what is left out shows as `...`.
pub fn to_string(term: Term<'_>, style: Style, limit: usize, atoms: &AtomTable) -> String {
    String::from_utf8_lossy(&printed(term, style, limit, atoms)).into_owned()
}

/// A term as `erlang:display/1` writes it: atoms in UTF-8, but strings in Latin-1.
pub fn displayed(term: Term<'_>, atoms: &AtomTable) -> Vec<u8> {
    printed(term, Style::Display, usize::MAX, atoms)
}

fn printed(term: Term<'_>, style: Style, limit: usize, atoms: &AtomTable) -> Vec<u8> {
    let mut printer = Printer::new(term, style, limit, atoms);
    printer.run();
    printer.out.0
}

/// Text that need not be in UTF-8 throughout.
struct Text(Vec<u8>);

impl Text {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn push(&mut self, c: char) {
        self.push_str(c.encode_utf8(&mut [0; 4]));
    }

    fn push_str(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// A string, each of whose characters is a byte in Latin-1 if it is displayed.
    fn push_string(&mut self, text: &str, style: Style) {
        match style {
            Style::Pretty => self.push_str(text),
            Style::Display => self.0.extend(text.chars().map(|c| c as u8)),
        }
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

/// A term as [`Style::Display`] until `count` is used up by its terms, and the characters of its atoms, strings and
/// binaries; then three dots and a space follow.
pub fn displayed_counted(term: Term<'_>, count: usize, atoms: &AtomTable) -> Vec<u8> {
    let mut printer = Printer::new(term, Style::Display, usize::MAX, atoms);
    printer.left = Some(i64::try_from(count).unwrap_or(i64::MAX));
    printer.run();
    if printer.left.is_some_and(|left| left <= 0) {
        printer.out.push_str("... ");
    }
    printer.out.0
}

/// What is still to be written, last first.
enum Todo<'h> {
    Term(Term<'h>),
    Text(&'static str),
    /// Elements, a comma before each.
    Elements(&'h [Term<'h>]),
    /// The rest of a list, after an element.
    Tail(Term<'h>),
    /// Fields of a record and their values; whether they are the first.
    Fields(&'h [Term<'h>], &'h [Term<'h>], bool),
    /// Entries of a map; whether they are the first.
    Entries(Box<crate::map::Entries<'h>>, bool),
}

struct Printer<'h, 'a> {
    out: Text,
    todo: Vec<Todo<'h>>,
    style: Style,
    limit: usize,
    /// What is left of the count of [`displayed_counted`], if there is one.
    left: Option<i64>,
    atoms: &'a AtomTable,
}

impl<'h, 'a> Printer<'h, 'a> {
    fn new(term: Term<'h>, style: Style, limit: usize, atoms: &'a AtomTable) -> Printer<'h, 'a> {
        Printer { out: Text(Vec::new()), todo: vec![Todo::Term(term)], style, limit, left: None, atoms }
    }

    fn run(&mut self) {
        while let Some(todo) = self.todo.pop() {
            if self.out.len() >= self.limit {
                return self.out.push_str("...");
            }
            match todo {
                Todo::Term(term) => self.term(term),
                Todo::Text(text) => self.out.push_str(text),
                Todo::Elements([]) => {}
                Todo::Elements([first, rest @ ..]) => {
                    self.out.push(',');
                    self.todo.push(Todo::Elements(rest));
                    self.todo.push(Todo::Term(*first));
                }
                Todo::Tail(tail) => self.tail(tail),
                Todo::Fields(fields, values, first) => self.field(fields, values, first),
                Todo::Entries(entries, first) => self.entry(entries, first),
            }
        }
    }

    fn tail(&mut self, tail: Term<'h>) {
        if let Some(cons) = tail.as_cons() {
            self.out.push(',');
            self.todo.push(Todo::Tail(cons.tail()));
            self.todo.push(Todo::Term(cons.head()));
        } else if tail.is_nil() {
            self.out.push(']');
        } else {
            self.out.push('|');
            self.todo.push(Todo::Text("]"));
            self.todo.push(Todo::Term(tail));
        }
    }

    fn entry(&mut self, mut entries: Box<crate::map::Entries<'h>>, first: bool) {
        let Some((key, value)) = entries.next() else { return self.out.push('}') };
        if !first {
            self.out.push(',');
        }
        let arrow = if self.style == Style::Pretty { " => " } else { "=>" };
        self.todo.push(Todo::Entries(entries, false));
        self.todo.push(Todo::Term(value));
        self.todo.push(Todo::Text(arrow));
        self.todo.push(Todo::Term(key));
    }

    /// Counts that many; how many of them are within the count. Nothing follows what is not.
    fn count(&mut self, many: usize) -> usize {
        let Some(left) = self.left else { return many };
        let many_left = usize::try_from(left).unwrap_or(0).min(many);
        self.left = Some(left.saturating_sub_unsigned(many as u64));
        if many_left < many {
            self.todo.clear();
        }
        many_left
    }

    fn term(&mut self, term: Term<'h>) {
        if self.count(1) == 0 {
            return;
        }
        match term.view() {
            View::Small(value) => self.write(format_args!("{value}")),
            View::Big(_) => {
                let value = Integer::of(term).expect("an integer");
                self.out.push_str(&digits::format(&value, 10));
            }
            View::Float(value) if self.style == Style::Pretty => self.out.push_str(&text::shortest(value)),
            View::Float(value) => {
                self.out.push_str(&text::scientific(value, DISPLAY_DIGITS).expect("few digits"))
            }
            View::Atom(atom) => self.atom(atom),
            View::Nil => self.out.push_str("[]"),
            View::Cons(cons) => match quote::string_text(term, self.style, self.limit) {
                Some(text) => self.string(term, &text),
                None => {
                    self.out.push('[');
                    self.todo.push(Todo::Tail(cons.tail()));
                    self.todo.push(Todo::Term(cons.head()));
                }
            },
            View::Tuple(tuple) => {
                self.out.push('{');
                self.todo.push(Todo::Text("}"));
                if let [first, rest @ ..] = tuple.elements() {
                    self.todo.push(Todo::Elements(rest));
                    self.todo.push(Todo::Term(*first));
                }
            }
            View::Record(record) => self.record(record),
            View::Map(object) => {
                self.out.push_str("#{");
                let entries = Map::of_object(object).expect("a map").entries();
                self.todo.push(Todo::Entries(Box::new(entries), true));
            }
            View::Bits(object) => self.bits(Bits::of_object(object).expect("a bit string")),
            _ => self.opaque(term),
        }
    }

    /// A list whose text, in quotes, is given.
    fn string(&mut self, list: Term<'h>, text: &str) {
        if self.left.is_none() {
            return self.out.push_string(text, self.style);
        }
        let characters = || {
            let cells = std::iter::successors(list.as_cons(), |cell| cell.tail().as_cons());
            cells.filter_map(|cell| cell.head().as_small()).filter_map(|c| char::from_u32(c as u32))
        };
        let all = characters().count();
        let within = self.count(all);
        let shown = quote::quoted(characters().take(within), '"', self.style);
        self.out.push_string(if within < all { quote::unclosed(&shown) } else { &shown }, self.style);
    }

    fn record(&mut self, record: Record<'h>) {
        for (mark, name) in [('#', record.module()), (':', record.name())] {
            self.out.push(mark);
            name.as_atom().into_iter().for_each(|name| self.atom(name));
        }
        self.out.push('{');
        self.todo.push(Todo::Fields(record.fields(), record.values(), true));
    }

    fn field(&mut self, fields: &'h [Term<'h>], values: &'h [Term<'h>], first: bool) {
        let ([field, fields @ ..], [value, values @ ..]) = (fields, values) else {
            return self.out.push('}');
        };
        if !first {
            self.out.push(',');
        }
        self.todo.push(Todo::Fields(fields, values, false));
        self.todo.push(Todo::Term(*value));
        self.todo.push(Todo::Text(if self.style == Style::Pretty { " = " } else { "=" }));
        self.todo.push(Todo::Term(*field));
    }

    /// What has no form that could be read again, and exports.
    fn opaque(&mut self, term: Term<'h>) {
        match term.view() {
            View::Export(name) => {
                self.out.push_str("fun ");
                self.atom(name.module);
                self.out.push(':');
                self.atom(name.function);
                self.write(format_args!("/{}", name.arity));
            }
            View::Fun(fun) => {
                let entry = fun.entry();
                let module = self.atoms.name(entry.module);
                self.write(format_args!("#Fun<{module}.{}.{}>", entry.index, entry.old_uniq));
            }
            View::Pid(pid) => self.write(format_args!("<0.{}.{}>", pid.number(), pid.serial())),
            View::Port(port) => self.write(format_args!("#Port<0.{}>", port.0)),
            View::Reference(object) => {
                let [low, middle, high] = reference_words(object.raw(1));
                self.write(format_args!("#Ref<0.{high}.{middle}.{low}>"));
            }
            View::External(object) => self.external(object),
            _ => self.out.push_str("#MatchContext"),
        }
    }

    fn external(&mut self, object: Boxed<'_>) {
        let words = &object.raws()[2..];
        let node = if object.raw(1) == u64::from(am::nonode_at_nohost.0) { 0 } else { object.raw(1) };
        match object.kind() {
            Kind::ExternalPid => {
                self.write(format_args!("<{node}.{}.{}>", words[0] as u32, words[0] >> 32));
            }
            Kind::ExternalPort => self.write(format_args!("#Port<{node}.{}>", words[0])),
            _ => {
                self.write(format_args!("#Ref<{node}"));
                words.iter().rev().for_each(|word| self.write(format_args!(".{word}")));
                self.out.push('>');
            }
        }
    }

    fn bits(&mut self, bits: Bits<'_>) {
        self.out.push_str("<<");
        let all = if self.left.is_none() { 0 } else { bits.bit_size() / 8 };
        let within = self.count(all);
        let text = quote::binary_text(bits, self.style, self.limit);
        if within < all {
            // The byte that is beyond the count is written, too.
            let shown: Vec<u8> = bits.bytes().take(within + 1).collect();
            return match text {
                Some(_) => {
                    self.out.push_str(quote::unclosed(&quote::quoted(latin1(&shown), '"', self.style)))
                }
                None => self.bytes(Bits::of_bytes(&shown)),
            };
        }
        match text {
            Some(text) => self.out.push_str(&text),
            None => self.bytes(bits),
        }
        self.out.push_str(">>");
    }

    fn bytes(&mut self, bits: Bits<'_>) {
        let (whole, last) = (bits.bit_size() / 8, bits.bit_size() % 8);
        for (i, byte) in bits.bytes().enumerate() {
            if self.out.len() >= self.limit {
                self.out.push_str("...");
                return;
            }
            let comma = if i > 0 { "," } else { "" };
            if i < whole {
                self.write(format_args!("{comma}{byte}"));
            } else {
                self.write(format_args!("{comma}{}:{last}", byte >> (8 - last)));
            }
        }
    }

    fn atom(&mut self, atom: Atom) {
        // Its characters count, but no atom is cut.
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub_unsigned(self.atoms.name(atom).len() as u64);
        }
        let text = atom_text(self.atoms.name(atom), self.style);
        self.out.push_str(&text);
    }

    fn write(&mut self, arguments: std::fmt::Arguments<'_>) {
        self.out.write_fmt(arguments).expect("memory takes all text");
    }
}

/// The characters that bytes are in Latin-1.
fn latin1(bytes: &[u8]) -> impl Iterator<Item = char> {
    bytes.iter().map(|&byte| char::from(byte))
}

#[cfg(test)]
mod tests;
