//! What a match answers: which groups, in what form.

use std::borrow::Cow;

use purlin_heap::bits::{self, Bits};
use purlin_heap::{Build, Term, am};
use purlin_regex::{Captures, Flag, Pattern};
use purlin_vm::{Context, Outcome, Stop};

use super::options::{Asked, NUMBER_MAX};
use super::place;
use crate::args::{self, Cells, Read};

/// How a group is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `{Start, Length}`
    Index,
    /// The bytes as a list.
    List,
    /// The bytes.
    Binary,
    /// Something that is no form.
    Wrong,
}

impl Form {
    pub(super) fn of(term: Term<'_>) -> Form {
        match term.as_atom() {
            Some(am::index) => Form::Index,
            Some(am::list) => Form::List,
            Some(am::binary) => Form::Binary,
            _ => Form::Wrong,
        }
    }
}

/// Which groups are wanted.
enum Groups {
    /// Those from this one on, up to the last that was found.
    From(usize),
    /// Of each the first that was found. A group that does not exist is a number of none.
    These(Vec<Group>),
    /// None: whether there is a match is enough.
    None,
}

enum Group {
    Number(usize),
    /// Those that have the same name.
    FirstOf(Vec<usize>),
}

/// What a match is to answer.
pub(super) struct Wanted {
    groups: Groups,
    form: Form,
}

/// The names of groups, each once.
pub(super) fn names(pattern: &Pattern) -> Vec<&[u8]> {
    let mut names: Vec<&[u8]> = pattern.names().map(|(name, _)| name).collect();
    if pattern.options().has(Flag::DuplicateNames) {
        names.dedup();
    }
    names
}

impl Wanted {
    pub(super) fn of<'h>(cx: &Context<'h>, asked: &Asked<'h>, pattern: &Pattern) -> Read<'h, Wanted> {
        if asked.form == Form::Wrong {
            return Err(Stop::badarg());
        }
        let groups = match asked.groups {
            None => Groups::From(0),
            Some(groups) => match groups.as_atom() {
                Some(am::all) => Groups::From(0),
                Some(am::all_but_first) => Groups::From(1),
                Some(am::first) => Groups::These(vec![Group::Number(0)]),
                Some(am::none) => Groups::None,
                Some(am::all_names) => all_names(pattern),
                _ => listed(cx, groups, pattern)?,
            },
        };
        Ok(Wanted { groups, form: asked.form })
    }

    pub(super) fn answer<'h>(
        &self,
        cx: &Context<'h>,
        subject: Term<'h>,
        bytes: &[u8],
        found: &Captures<'_>,
    ) -> Outcome<'h> {
        let told = |group: usize| self.told(cx, subject, bytes, place(found, group));
        let told: Vec<_> = match &self.groups {
            Groups::None => return Ok(Term::atom(am::match_)),
            Groups::From(first) => (*first..found.count()).map(told).collect(),
            Groups::These(groups) => groups.iter().map(|group| told(group.found(found))).collect(),
        };
        Ok(super::tagged(cx, am::match_, cx.heap().list(&told)))
    }

    /// A group that was found at a place.
    fn told<'h>(
        &self,
        cx: &Context<'h>,
        subject: Term<'h>,
        bytes: &[u8],
        place: Option<(usize, usize)>,
    ) -> Term<'h> {
        let heap = cx.heap();
        let (start, length) = place.unwrap_or_default();
        let part = &bytes[start..start + length];
        match self.form {
            Form::List => bits::iolist::to_list(Bits::of_bytes(part), Term::NIL, heap),
            Form::Binary => bits::slice(subject, start * 8, length * 8, heap)
                .filter(|_| place.is_some())
                .unwrap_or_else(|| bits::binary(part, heap)),
            _ => {
                let start = place.map_or(-1, |_| start as i64);
                heap.tuple(&[Term::small(start), Term::small(length as i64)])
            }
        }
    }
}

impl Group {
    /// The group that counts in this match.
    fn found(&self, found: &Captures<'_>) -> usize {
        match self {
            Group::Number(number) => *number,
            Group::FirstOf(numbers) => numbers
                .iter()
                .copied()
                .find(|&number| found.place(number).is_some())
                .unwrap_or(usize::MAX / 4),
        }
    }

    /// The group that has a name.
    fn named(pattern: &Pattern, name: &[u8]) -> Group {
        let named = pattern.names().filter(|&(other, _)| other == name);
        let mut numbers: Vec<usize> = named.map(|(_, number)| number as usize).collect();
        if numbers.len() > 1 && !pattern.options().has(Flag::DuplicateNames) {
            numbers.clear();
        }
        if let [number] = numbers[..] { Group::Number(number) } else { Group::FirstOf(numbers) }
    }
}

fn all_names(pattern: &Pattern) -> Groups {
    if pattern.names().len() == 0 {
        return Groups::None;
    }
    match pattern.options().has(Flag::DuplicateNames) {
        true => Groups::These(names(pattern).into_iter().map(|name| Group::named(pattern, name)).collect()),
        false => Groups::These(pattern.names().map(|(_, number)| Group::Number(number as usize)).collect()),
    }
}

/// The groups of a list of numbers and names.
fn listed<'h>(cx: &Context<'h>, list: Term<'h>, pattern: &Pattern) -> Read<'h, Groups> {
    let mut groups = Vec::new();
    let mut cells = Cells::new(list);
    for item in &mut cells {
        groups.push(match item.as_small() {
            Some(number) if (0..=NUMBER_MAX).contains(&number) => Group::Number(number as usize),
            Some(_) => return Err(Stop::badarg()),
            None => Group::named(pattern, &name(cx, item)?),
        });
    }
    match (cells.are_proper(), groups.is_empty()) {
        (false, _) => Err(Stop::badarg()),
        (true, true) => Ok(Groups::None),
        (true, false) => Ok(Groups::These(groups)),
    }
}

fn name<'h>(cx: &Context<'h>, item: Term<'h>) -> Read<'h, Cow<'h, [u8]>> {
    match item.as_atom() {
        Some(atom) => Ok(Cow::Borrowed(cx.atoms().name(atom).as_bytes())),
        None => args::iodata(item),
    }
}
