//! Searching binaries: `match`, `matches`, `split` and compiled patterns.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use memchr::memmem;
use purlin_heap::bits::{self, Bits};
use purlin_heap::layout::Kind;
use purlin_heap::pace::{self, Steps};
use purlin_heap::{Atom, Build, Term, am};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::guards::extent;

natives! { "binary":
    "compile_pattern"/1 => compile_pattern, "match"/2 => first_match, "match"/3 => first_match,
    "matches"/2 => all_matches, "matches"/3 => all_matches, "split"/2 => split, "split"/3 => split,
}

/// What is looked for: of several the longest at the earliest place.
enum Pattern {
    One(Box<memmem::Finder<'static>>),
    Several(Vec<Vec<u8>>),
    Automaton(AhoCorasick),
}

/// Up to so many bytes times needles, looking for each needle on its own takes less time than making an automaton.
const WORK_WITHOUT_AUTOMATON_MAX: usize = 1 << 18;

/// A non-empty binary.
fn needle<'h>(term: Term<'h>) -> Read<'h, Vec<u8>> {
    let bytes: Vec<u8> = args::binary(term)?.to_vec();
    if bytes.is_empty() { Err(Stop::badarg()) } else { Ok(bytes) }
}

/// So many bytes are searched before the work is charged for.
const WINDOW: usize = 1 << 15;
/// Bytes searched that count as a step.
const BYTES_PER_STEP: usize = 4;

impl Pattern {
    /// The pattern that a binary, a list of binaries or what `compile_pattern/1` gave is.
    fn of<'h>(term: Term<'h>) -> Read<'h, Pattern> {
        if Bits::of(term).is_some() {
            return Ok(Pattern::one(&needle(term)?));
        }
        if let Some(compiled) = term.as_tuple() {
            let &[kind, held] = compiled.elements() else { return Err(Stop::badarg()) };
            let pattern = Pattern::of(within(held).ok_or(Stop::badarg())?)?;
            return if kind.is_atom(pattern.kind()) { Ok(pattern) } else { Err(Stop::badarg()) };
        }
        let needles =
            pace::paced(args::elements(term)?.into_iter(), 16).map(needle).collect::<Result<Vec<_>, _>>()?;
        match &needles[..] {
            [] => Err(Stop::badarg()),
            [one] => Ok(Pattern::one(one)),
            _ => Ok(Pattern::Several(needles)),
        }
    }

    fn one(needle: &[u8]) -> Pattern {
        Pattern::One(Box::new(memmem::Finder::new(needle).into_owned()))
    }

    /// How compiled patterns of this kind are marked.
    fn kind(&self) -> Atom {
        match self {
            Pattern::One(_) => am::bm,
            Pattern::Several(_) | Pattern::Automaton(_) => am::ac,
        }
    }

    /// The pattern in the form in which it is found soonest in so many bytes.
    fn made_for<'h>(self, length: usize) -> Read<'h, Pattern> {
        let needles = match self {
            Pattern::Several(needles) if length * needles.len() > WORK_WITHOUT_AUTOMATON_MAX => needles,
            other => return Ok(other),
        };
        let mut builder = AhoCorasick::builder();
        // Of the kinds of automata that do not try again the one that is made fastest.
        builder.match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::ContiguousNFA));
        builder.build(needles).map(Pattern::Automaton).map_err(|_| Stop::system_limit())
    }

    /// Place and length of each match within bytes; matches do not overlap.
    fn matches(&self, bytes: &[u8], count_max: usize) -> Vec<(usize, usize)> {
        if let Pattern::Several(needles) = self {
            return one_by_one(needles, bytes).take(count_max).collect();
        }
        let (mut found, mut from, mut steps) = (Vec::new(), 0, Steps::new());
        while found.len() < count_max && from < bytes.len() {
            // A match that begins within the window is wholly within what is looked at.
            let end = bytes.len().min(from + WINDOW + self.length_max() - 1);
            match self.first(&bytes[from..end]) {
                Some((at, length)) if at < WINDOW || end == bytes.len() => {
                    steps.add(4 + at / BYTES_PER_STEP);
                    found.push((from + at, length));
                    from += at + length;
                }
                _ => {
                    steps.add(WINDOW / BYTES_PER_STEP);
                    from = if end == bytes.len() { end } else { from + WINDOW };
                }
            }
        }
        steps.end();
        found
    }

    /// Place and length of the first match.
    fn first(&self, bytes: &[u8]) -> Option<(usize, usize)> {
        match self {
            Pattern::One(finder) => finder.find(bytes).map(|at| (at, finder.needle().len())),
            Pattern::Several(needles) => one_by_one(needles, bytes).next(),
            Pattern::Automaton(automaton) => automaton.find(bytes).map(|found| (found.start(), found.len())),
        }
    }

    /// The length of the longest match.
    fn length_max(&self) -> usize {
        match self {
            Pattern::One(finder) => finder.needle().len(),
            Pattern::Several(needles) => needles.iter().map(Vec::len).max().unwrap_or(1),
            Pattern::Automaton(automaton) => automaton.max_pattern_len(),
        }
    }
}

/// The matches of several needles, each of which is looked for on its own. Where a needle stands next is kept until the
/// search has passed it, so that each goes over the bytes once.
fn one_by_one(needles: &[Vec<u8>], bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut next: Vec<_> = needles.iter().map(|needle| (memmem::Finder::new(needle), Some(0))).collect();
    let mut from = 0;
    let mut is_first = true;
    std::iter::from_fn(move || {
        for (finder, place) in &mut next {
            if place.is_some_and(|place| is_first || place < from) {
                *place = finder.find(&bytes[from..]).map(|at| at + from);
            }
        }
        is_first = false;
        let places = next.iter().filter_map(|(finder, place)| Some((place.as_ref()?, finder.needle().len())));
        let (&at, length) = places.min_by_key(|&(at, length)| (*at, std::cmp::Reverse(length)))?;
        from = at + length;
        Some((at, length))
    })
}

/// The pattern that a reference of [`compile_pattern`] holds.
fn within<'h>(held: Term<'h>) -> Option<Term<'h>> {
    let object = held.as_boxed().filter(|object| object.kind() == Kind::Reference)?;
    object.terms().first().copied()
}

/// The pattern, checked, behind a reference of its own: no program sees into one, and the term that it holds lives as long. It is
/// made into an automaton when it is used.
fn compile_pattern<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if args[0].as_tuple().is_some() {
        return Err(Stop::badarg());
    }
    let kind = Pattern::of(args[0])?.kind();
    let held = cx.heap().object(Kind::Reference, &[cx.unique_number(), 0, 0], &[args[0]]);
    Ok(cx.heap().tuple(&[Term::atom(kind), held]))
}

/// What the options of a search ask for.
#[derive(Default)]
struct Options<'h> {
    scope: Option<(Term<'h>, Term<'h>)>,
    global: bool,
    /// Leave empty parts at the end out.
    trim: bool,
    /// Leave all empty parts out.
    trim_all: bool,
}

impl<'h> Options<'h> {
    fn of(list: Option<&Term<'h>>, splits: bool) -> Read<'h, Options<'h>> {
        let mut options = Options::default();
        for option in args::elements(list.copied().unwrap_or(Term::NIL))? {
            match option.as_atom() {
                Some(am::global) if splits => options.global = true,
                Some(am::trim) if splits => options.trim = true,
                Some(am::trim_all) if splits => options.trim_all = true,
                Some(_) => return Err(Stop::badarg()),
                None => options.scope = Some(scope(option)?),
            }
        }
        Ok(options)
    }
}

/// `{scope, {Start, Length}}`
fn scope<'h>(option: Term<'h>) -> Read<'h, (Term<'h>, Term<'h>)> {
    match *args::tuple(option)?.elements() {
        [key, scope] if key.is_atom(am::scope) => match *args::tuple(scope)?.elements() {
            [start, length] => Ok((start, length)),
            _ => Err(Stop::badarg()),
        },
        _ => Err(Stop::badarg()),
    }
}

/// Up to `count_max` matches of `args[1]` in `args[0]`.
fn found<'h>(args: &[Term<'h>], options: &Options<'h>, count_max: usize) -> Read<'h, Vec<(usize, usize)>> {
    let bits = args::binary(args[0])?;
    let pattern = Pattern::of(args[1])?;
    let (from, length) = match options.scope {
        Some((start, length)) => extent(start, length, bits.byte_size())?,
        None => (0, bits.byte_size()),
    };
    let mut buffer = Vec::new();
    let bytes = bits.bytes_in(&mut buffer).ok_or(Stop::badarg())?;
    let mut matches = pattern.made_for(length)?.matches(&bytes[from..from + length], count_max);
    if from > 0 {
        pace::paced(matches.iter_mut(), 1).for_each(|(at, _)| *at += from);
    }
    Ok(matches)
}

fn place<'h>(cx: &Context<'h>, (at, length): (usize, usize)) -> Term<'h> {
    cx.heap().tuple(&[Term::small(at as i64), Term::small(length as i64)])
}

fn first_match<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let options = Options::of(args.get(2), false)?;
    let found = found(args, &options, 1)?;
    Ok(found.first().map_or(Term::atom(am::nomatch), |&found| place(cx, found)))
}

fn all_matches<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let options = Options::of(args.get(2), false)?;
    let places: Vec<_> = pace::paced(found(args, &options, usize::MAX)?.into_iter(), 2)
        .map(|found| place(cx, found))
        .collect();
    Ok(cx.heap().list(&places))
}

fn split<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let options = Options::of(args.get(2), true)?;
    let matches = found(args, &options, if options.global { usize::MAX } else { 1 })?;
    let size = args::binary(args[0])?.byte_size();
    let mut parts = Vec::with_capacity(matches.len() + 1);
    let mut from = 0;
    let mut add = |from: usize, to: usize| {
        if from < to || !options.trim_all {
            parts.push((from, to));
        }
    };
    for (at, length) in pace::paced(matches.into_iter(), 1) {
        add(from, at);
        from = at + length;
    }
    add(from, size);
    if options.trim {
        parts.truncate(parts.iter().rposition(|(from, to)| from < to).map_or(0, |last| last + 1));
    }
    let slice = |&(from, to): &(usize, usize)| {
        if (from, to) == (0, size) {
            return Ok(args[0]);
        }
        bits::slice(args[0], from * 8, (to - from) * 8, cx.heap()).ok_or(Stop::badarg())
    };
    let parts = pace::paced(parts.iter(), 8).map(slice).collect::<Result<Vec<_>, _>>()?;
    Ok(cx.heap().list(&parts))
}
