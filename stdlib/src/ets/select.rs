//! Finding rows by patterns and match specifications, all at once or in portions.
//!
//! Rows are taken out of the table some at a time, as references that are counted, and looked at when no lock is held. So others
//! have their turns in between, and the table may change. A continuation has the shape that OTP's has: a tuple of six for tables
//! without an order and of eight for those with one, whose specification `ets:repair_continuation/2` replaces.

use purlin_heap::pace;
use purlin_heap::{Build, Term, am, copy_into, equal};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::rows::{Cursor, Kind, Row, key_of};
use super::table::Table;
use super::{Access, table};
use crate::args::{self, Read};
use crate::match_spec::{self, Dialect, MatchSpec};

natives! { "ets":
    "match"/2 => match_, "match"/3 => match_some, "match"/1 => more, "match_object"/2 => match_object,
    "match_object"/3 => match_object_some, "match_object"/1 => more, "select"/2 => select,
    "select"/3 => select_some, "select"/1 => more, "select_reverse"/2 => select_reverse,
    "select_reverse"/3 => select_reverse_some, "select_reverse"/1 => more, "select_count"/2 => select_count,
    "internal_select_delete"/2 => select_delete, "select_replace"/2 => select_replace,
}

/// So many rows are taken out of the table at once.
const PORTION: usize = 64;
/// Looking at a row counts as so many steps, beside what is done with it.
const ROW_STEPS: usize = 8;

/// All the rows that can match, in the table's order.
pub(super) struct Walk<'t, 'h> {
    table: &'t Table,
    cx: &'t Context<'h>,
    backwards: bool,
    /// The rows in hand, those that come next last.
    rows: Vec<Row>,
    /// The row that was given last.
    last: Option<Row>,
    /// Where to begin, for one who goes on.
    start: Option<Term<'h>>,
    /// The only keys whose rows can match, those that come next last.
    keys: Option<Vec<Term<'h>>>,
    is_over: bool,
}

impl<'t, 'h> Walk<'t, 'h> {
    pub(super) fn new(cx: &'t Context<'h>, table: &'t Table, backwards: bool) -> Walk<'t, 'h> {
        Walk { table, cx, backwards, rows: Vec::new(), last: None, start: None, keys: None, is_over: false }
    }

    /// Over what the specification can match.
    fn of(
        cx: &'t Context<'h>,
        table: &'t Table,
        specification: &MatchSpec<'h>,
        backwards: bool,
    ) -> Walk<'t, 'h> {
        let mut walk = Walk::new(cx, table, backwards);
        let patterns = specification.patterns_at(table.keypos - 1, cx.atoms());
        walk.keys = patterns
            .filter(|keys| keys.iter().all(|key| match_spec::is_ground(*key, cx.atoms())))
            .map(|mut keys| {
                distinct(&mut keys);
                keys
            });
        if table.kind == Kind::OrderedSet && walk.keys.as_ref().is_some_and(|keys| keys.len() > 1) {
            walk.keys = None;
        }
        walk
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Option<&Row> {
        if self.rows.is_empty() {
            self.fill();
        }
        let row = self.rows.pop()?;
        pace::charge(ROW_STEPS);
        Some(self.last.insert(row))
    }

    fn fill(&mut self) {
        let (rows, atoms) = (&self.table.rows, self.cx.atoms());
        if let Some(keys) = &mut self.keys {
            while self.rows.is_empty()
                && let Some(key) = keys.pop()
            {
                rows.read(key, atoms, |found| self.rows.extend_from_slice(found));
            }
        } else if !self.is_over {
            let key_at = self.table.keypos - 1;
            let last = self.last.as_ref().map(|row| key_of(row, key_at));
            let from = last.or(self.start).map(Cursor);
            self.is_over = rows.collect(from, self.backwards, PORTION, atoms, &mut self.rows);
        }
        self.rows.reverse();
    }

    /// Whether the next row has the key of the last.
    fn is_within_key(&self) -> bool {
        if self.table.kind.is_set() {
            return false;
        }
        let key = |row| key_of(row, self.table.keypos - 1);
        match (&self.last, self.rows.last()) {
            (Some(last), Some(next)) => equal::exact(key(last), key(next)),
            _ => false,
        }
    }

    /// Whether nothing comes any more, as far as is known.
    fn is_at_end(&self) -> bool {
        self.rows.is_empty() && self.keys.as_ref().map_or(self.is_over, |keys| keys.is_empty())
    }
}

fn distinct(keys: &mut Vec<Term<'_>>) {
    let mut at = 0;
    while at < keys.len() {
        let (before, rest) = keys.split_at(at);
        if before.iter().any(|&key| equal::exact(key, rest[0])) {
            keys.swap_remove(at);
        } else {
            at += 1;
        }
    }
}

fn specification<'h>(cx: &Context<'h>, term: Term<'h>) -> Read<'h, MatchSpec<'h>> {
    MatchSpec::of(cx, term, Dialect::Table).map_err(|_| Stop::badarg())
}

/// The specification that a pattern stands for.
fn of_pattern<'h>(cx: &Context<'h>, pattern: Term<'h>, body: purlin_heap::Atom) -> Term<'h> {
    let heap = cx.heap();
    let body = heap.cons(Term::atom(body), Term::NIL);
    heap.cons(heap.tuple(&[pattern, Term::NIL, body]), Term::NIL)
}

/// All that a specification makes of a table's rows.
fn all<'h>(cx: &Context<'h>, id: Term<'h>, term: Term<'h>, backwards: bool) -> Outcome<'h> {
    let table = table(cx, id, Access::Read)?;
    let specification = specification(cx, term)?;
    if !table.kind.is_set() {
        return Ok(in_order(cx, Walk::of(cx, &table, &specification, backwards), &specification));
    }
    // A list is built from its end: so the rows are looked at in the opposite order, if there is one.
    let mut walk = Walk::of(cx, &table, &specification, !backwards);
    let mut found = Term::NIL;
    while let Some(row) = walk.next() {
        if let Some(result) = specification.run(cx, row.term()) {
            found = cx.heap().cons(result, found);
        }
    }
    Ok(found)
}

/// What a specification makes of rows, those of a key in the order in which they came.
fn in_order<'h>(cx: &Context<'h>, mut walk: Walk<'_, 'h>, specification: &MatchSpec<'h>) -> Term<'h> {
    let mut found = Vec::new();
    while let Some(row) = walk.next() {
        found.extend(specification.run(cx, row.term()));
    }
    let list = cx.heap().list(&found);
    pace::free(found);
    list
}

/// For each row that matches, the values of the pattern's variables.
fn match_<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    all(cx, args[0], of_pattern(cx, args[1], am::dollar_dollar), false)
}

fn match_object<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    all(cx, args[0], of_pattern(cx, args[1], am::dollar_underscore), false)
}

fn select<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    all(cx, args[0], args[1], false)
}

fn select_reverse<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    all(cx, args[0], args[1], true)
}

fn match_some<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    first_portion(cx, args, of_pattern(cx, args[1], am::dollar_dollar), false)
}

fn match_object_some<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    first_portion(cx, args, of_pattern(cx, args[1], am::dollar_underscore), false)
}

fn select_some<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    first_portion(cx, args, args[1], false)
}

fn select_reverse_some<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    first_portion(cx, args, args[1], true)
}

/// Somebody who takes results in portions.
struct Portions<'h> {
    /// The table as it was named.
    id: Term<'h>,
    limit: usize,
    /// The specification, behind its reference.
    held: Term<'h>,
    backwards: bool,
}

fn first_portion<'h>(cx: &Context<'h>, args: &[Term<'h>], term: Term<'h>, backwards: bool) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    let limit = args::size(args[2]).ok().filter(|&limit| limit > 0).ok_or(Stop::badarg())?;
    let specification = specification(cx, term)?;
    let portions = Portions { id: args[0], limit, held: match_spec::hold(cx, term), backwards };
    let walk = Walk::of(cx, &table, &specification, backwards);
    Ok(portions.next(cx, walk, &specification, Vec::new()))
}

/// The next portion of a continuation.
fn more<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    if args[0].is_atom(am::end_of_table) {
        return Ok(args[0]);
    }
    let (id, key, limit, held, results, backwards) = match *args::tuple(args[0])?.elements() {
        // What was found in the same go as the last portion stands behind the key.
        [id, _, limit, held, found, _] => {
            let found = args::cons(found)?;
            (id, found.head(), limit, held, args::elements(found.tail())?, false)
        }
        [id, key, _, limit, held, _, backwards, _] => {
            (id, key, limit, held, Vec::new(), args::size(backwards)? != 0)
        }
        _ => return Err(Stop::badarg()),
    };
    let limit = args::size(limit).ok().filter(|&limit| limit > 0).ok_or(Stop::badarg())?;
    let specification = specification(cx, match_spec::held(held).ok_or(Stop::badarg())?)?;
    let table = table(cx, id, Access::Read)?;
    if (table.kind == Kind::OrderedSet) != (args::tuple(args[0])?.arity() == 8) {
        return Err(Stop::badarg());
    }
    let mut walk = Walk::of(cx, &table, &specification, backwards);
    // Of keys that are looked up one by one, those that were looked up are known by the last.
    if let Some(keys) = &mut walk.keys {
        let done = keys.iter().position(|&other| equal::exact(other, key));
        keys.truncate(done.unwrap_or(keys.len()));
    }
    walk.start = Some(key);
    Ok(Portions { id, limit, held, backwards }.next(cx, walk, &specification, results))
}

impl<'h> Portions<'h> {
    /// The next portion, of which some results may be there already: `{Results, Continuation}`, or the mark of the end.
    fn next(
        &self,
        cx: &Context<'h>,
        mut walk: Walk<'_, 'h>,
        specification: &MatchSpec<'h>,
        mut results: Vec<Term<'h>>,
    ) -> Term<'h> {
        while results.len() < self.limit || walk.is_within_key() {
            let Some(row) = walk.next() else { break };
            results.extend(specification.run(cx, row.term()));
        }
        if results.is_empty() {
            return Term::atom(am::end_of_table);
        }
        let left = results.split_off(results.len().min(self.limit));
        let is_over = left.is_empty() && (results.len() < self.limit || walk.is_at_end());
        let continuation =
            if is_over { Term::atom(am::end_of_table) } else { self.continuation(cx, &walk, &left) };
        cx.heap().tuple(&[cx.heap().list(&results), continuation])
    }

    fn continuation(&self, cx: &Context<'h>, walk: &Walk<'_, 'h>, left: &[Term<'h>]) -> Term<'h> {
        let heap = cx.heap();
        let last = walk.last.as_ref().map(|row| copy_into(heap, key_of(row, walk.table.keypos - 1)));
        let key = last.or(walk.start).unwrap_or(Term::NIL);
        let (limit, zero) = (Term::small(self.limit as i64), Term::small(0));
        if walk.table.kind == Kind::OrderedSet {
            let backwards = Term::small(self.backwards.into());
            return heap.tuple(&[self.id, key, Term::NIL, limit, self.held, Term::NIL, backwards, zero]);
        }
        let found = heap.cons(key, heap.list(left));
        heap.tuple(&[self.id, zero, limit, self.held, found, Term::small(left.len() as i64)])
    }
}

/// Has `each` called with the rows of which a specification makes something.
fn for_each<'h>(
    cx: &Context<'h>,
    table: &Table,
    specification: &MatchSpec<'h>,
    mut each: impl FnMut(&Row, Term<'h>) -> Read<'h, bool>,
) -> Outcome<'h> {
    let mut walk = Walk::of(cx, table, specification, false);
    let mut count = 0;
    while let Some(row) = walk.next() {
        if let Some(result) = specification.run(cx, row.term()) {
            count += i64::from(each(row, result)?);
        }
    }
    Ok(Term::small(count))
}

fn select_count<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    let specification = specification(cx, args[1])?;
    for_each(cx, &table, &specification, |_, result| Ok(result.is_atom(am::true_)))
}

fn select_delete<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let specification = specification(cx, args[1])?;
    for_each(cx, &table, &specification, |row, result| {
        Ok(result.is_atom(am::true_) && table.remove_row(cx, row))
    })
}

fn select_replace<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let specification = specification(cx, args[1])?;
    if table.kind == Kind::Bag || !super::replaces::keeps_keys(args[1], table.keypos - 1, cx.atoms()) {
        return Err(Stop::badarg());
    }
    for_each(cx, &table, &specification, |row, result| table.replace_row(cx, row, result))
}
