//! Finding rows by patterns and match specifications, all at once or in portions.
//!
//! Rows are looked at some at a time, where they are. So others have their turns in between, and the table may change. A continuation has the shape that OTP's has: a tuple of six for tables
//! without an order and of eight for those with one, whose specification `ets:repair_continuation/2` replaces.

use std::ops::ControlFlow;

use purlin_heap::pace;
use purlin_heap::{Build, Term, am, copy_into, equal};
use purlin_vm::{Context, Outcome, Stop, natives};

use super::going::Walk;
use super::rows::{Kind, Row, key_of};
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
    let mut found = Term::NIL;
    Walk::of(cx, &table, &specification, !backwards).run(|rows| {
        if let Some(result) = specification.run(cx, rows[0].term()) {
            found = cx.heap().cons(result, found);
        }
        ControlFlow::Continue(())
    });
    Ok(found)
}

/// What a specification makes of rows, those of a key in the order in which they came.
fn in_order<'h>(cx: &Context<'h>, mut walk: Walk<'_, 'h>, specification: &MatchSpec<'h>) -> Term<'h> {
    let mut found = Vec::new();
    walk.run(|rows| {
        found.extend(rows.iter().filter_map(|row| specification.run(cx, row.term())));
        ControlFlow::Continue(())
    });
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
    /// What the table is known by.
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
    // As in OTP: a search of a table with an order goes on in the one that has the name then.
    let id = if table.kind == Kind::OrderedSet { args[0] } else { table.reference(cx.heap()) };
    let portions = Portions { id, limit, held: match_spec::hold(cx, term), backwards };
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
    walk.behind = Some(key);
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
        if results.len() < self.limit {
            walk.run(|rows| {
                results.extend(rows.iter().filter_map(|row| specification.run(cx, row.term())));
                if results.len() < self.limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
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
        let key = last.or(walk.behind).unwrap_or(Term::NIL);
        let (limit, zero) = (Term::small(self.limit as i64), Term::small(0));
        if walk.table.kind == Kind::OrderedSet {
            let backwards = Term::small(self.backwards.into());
            return heap.tuple(&[self.id, key, Term::NIL, limit, self.held, Term::NIL, backwards, zero]);
        }
        let found = heap.cons(key, heap.list(left));
        heap.tuple(&[self.id, zero, limit, self.held, found, Term::small(left.len() as i64)])
    }
}

/// Has `each` called with the rows of which a specification makes something that is wanted, while nothing is locked; how often it is
/// true.
fn for_each<'h>(
    cx: &Context<'h>,
    table: &Table,
    specification: &MatchSpec<'h>,
    wanted: impl Fn(Term<'h>) -> bool,
    mut each: impl FnMut(&Row, Term<'h>) -> Read<'h, bool>,
) -> Outcome<'h> {
    let mut count = 0;
    let mut found = Vec::new();
    let mut walk = Walk::of(cx, table, specification, false);
    while walk.portion(&mut |rows| {
        let results = rows.iter().filter_map(|row| Some((row.clone(), specification.run(cx, row.term())?)));
        found.extend(results.filter(|(_, result)| wanted(*result)));
        ControlFlow::Continue(())
    }) {
        for (row, result) in found.drain(..) {
            count += i64::from(each(&row, result)?);
        }
    }
    Ok(Term::small(count))
}

fn select_count<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Read)?;
    let specification = specification(cx, args[1])?;
    let mut count = 0;
    Walk::of(cx, &table, &specification, false).run(|rows| {
        let results = rows.iter().filter_map(|row| specification.run(cx, row.term()));
        count += results.filter(|result| result.is_atom(am::true_)).count();
        ControlFlow::Continue(())
    });
    Ok(Term::small(count as i64))
}

fn select_delete<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let specification = specification(cx, args[1])?;
    let is_true = |result: Term<'h>| result.is_atom(am::true_);
    for_each(cx, &table, &specification, is_true, |row, _| Ok(table.remove_row(cx, row)))
}

fn select_replace<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let table = table(cx, args[0], Access::Write)?;
    let specification = specification(cx, args[1])?;
    if table.kind == Kind::Bag || !super::replaces::keeps_keys(args[1], table.keypos - 1, cx.atoms()) {
        return Err(Stop::badarg());
    }
    for_each(cx, &table, &specification, |_| true, |row, result| table.replace_row(cx, row, result))
}
