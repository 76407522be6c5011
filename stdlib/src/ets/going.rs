//! Going over the rows of a table that a match specification can match, some at a time.
//!
//! Small rows are looked at where they are, while their place is locked: not many in one go, and nothing is interrupted
//! meanwhile. Of large ones and of many rows of one key only the count is taken there.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::ops::ControlFlow;

use purlin_heap::pace;
use purlin_heap::{Term, equal, hash};
use purlin_vm::Context;

use super::access::COPIED_WORDS_MAX;
use super::rows::{Kind, Row, Start, key_of};
use super::table::Table;
use crate::match_spec::{self, MatchSpec};

/// So many rows are looked at in one go.
const PORTION: usize = 64;
/// More rows of one key are not looked at while they are locked.
const ROWS_OF_KEY_MAX: usize = 16;
/// Looking at a row counts as so many steps, beside what is done with it.
const ROW_STEPS: usize = 8;

/// All the rows that can match, in the table's order.
pub(super) struct Walk<'t, 'h> {
    pub(super) table: &'t Table,
    cx: &'t Context<'h>,
    backwards: bool,
    /// One of the rows that were looked at last, unless nothing comes behind them.
    pub(super) last: Option<Row>,
    /// The key behind which to begin, for one who goes on.
    pub(super) behind: Option<Term<'h>>,
    /// The only keys whose rows can match, those that come next last.
    pub(super) keys: Option<Vec<Term<'h>>>,
    /// In a table with an order, a pattern of keys whose rows can match.
    pattern: Option<Term<'h>>,
    is_over: bool,
}

impl<'t, 'h> Walk<'t, 'h> {
    /// Over all rows.
    pub(super) fn new(cx: &'t Context<'h>, table: &'t Table, backwards: bool) -> Walk<'t, 'h> {
        Walk { table, cx, backwards, last: None, behind: None, keys: None, pattern: None, is_over: false }
    }

    /// Over what the specification can match.
    pub(super) fn of(
        cx: &'t Context<'h>,
        table: &'t Table,
        specification: &MatchSpec<'h>,
        backwards: bool,
    ) -> Walk<'t, 'h> {
        let mut walk = Walk::new(cx, table, backwards);
        let Some(mut patterns) = specification.patterns_at(table.keypos - 1, cx.atoms()) else { return walk };
        let is_ordered = table.kind == Kind::OrderedSet;
        if patterns.iter().all(|key| match_spec::is_ground(*key, cx.atoms())) {
            distinct(&mut patterns);
            if !is_ordered || patterns.len() <= 1 {
                walk.keys = Some(patterns);
            }
        } else if is_ordered && let [pattern] = patterns[..] {
            walk.pattern = Some(pattern);
        }
        walk
    }

    /// Goes over all of them, or until `look` has seen enough, which sees rows of a key together.
    pub(super) fn run(&mut self, mut look: impl FnMut(&[Row]) -> ControlFlow<()>) {
        let mut result = ControlFlow::Continue(());
        while result.is_continue()
            && self.portion(&mut |rows| {
                result = look(rows);
                result
            })
        {}
    }

    /// Some of them; false when there were none any more.
    pub(super) fn portion(&mut self, look: &mut impl FnMut(&[Row]) -> ControlFlow<()>) -> bool {
        if self.is_over {
            return false;
        }
        let mut seen = Seen { rows: 0, last: None, large: None };
        self.small(&mut seen, look);
        if let Some(rows) = seen.large.take() {
            // What is not looked at while it is locked is looked at now, and what comes behind it in the next portion.
            let _ = look(&rows);
            seen.last = rows.into_iter().next();
        }
        pace::charge(ROW_STEPS * (1 + seen.rows));
        self.last = seen.last;
        true
    }

    /// Looks at rows where they are, up to those that are too large for that.
    fn small(&mut self, seen: &mut Seen, look: &mut impl FnMut(&[Row]) -> ControlFlow<()>) {
        let (rows, atoms) = (&self.table.rows, self.cx.atoms());
        if let Some(keys) = &mut self.keys {
            if let Some(key) = keys.pop() {
                let _ = rows.read(key, atoms, |rows| match rows {
                    [] => ControlFlow::Continue(()),
                    rows => seen.look(rows, look),
                });
            }
            self.is_over = keys.is_empty();
            return;
        }
        let key_at = self.table.keypos - 1;
        let pattern = self.pattern;
        let compare = |key: Term<'_>| {
            pattern.map_or(Ordering::Equal, |pattern| match_spec::compare_start(key, pattern, atoms))
        };
        let behind = self.last.as_ref().map(|row| key_of(row, key_at)).or(self.behind);
        let start = match behind {
            Some(key) => Start::Beside(key),
            None if pattern.is_some() => Start::Among(&compare),
            None => Start::End,
        };
        let mut is_past = false;
        let was_all = rows.visit(start, self.backwards, atoms, &mut |rows| {
            is_past = pattern.is_some() && compare(key_of(&rows[0], key_at)).is_ne();
            if is_past { ControlFlow::Break(()) } else { seen.look(rows, look) }
        });
        self.is_over = was_all || is_past;
    }

    /// Whether nothing comes any more, as far as is known.
    pub(super) fn is_at_end(&self) -> bool {
        self.is_over
    }
}

/// What a portion has come to.
struct Seen {
    rows: usize,
    /// One of those that it ended with.
    last: Option<Row>,
    /// Those that it ended before.
    large: Option<Vec<Row>>,
}

impl Seen {
    /// Looks at the rows of a key, if they are small.
    fn look(&mut self, rows: &[Row], look: &mut impl FnMut(&[Row]) -> ControlFlow<()>) -> ControlFlow<()> {
        self.rows += rows.len();
        if rows.len() > ROWS_OF_KEY_MAX || rows.iter().any(|row| row.words() > COPIED_WORDS_MAX) {
            self.large = Some(rows.to_vec());
            return ControlFlow::Break(());
        }
        let result = look(rows);
        if result.is_break() || self.rows >= PORTION {
            self.last = rows.first().cloned();
            return ControlFlow::Break(());
        }
        result
    }
}

/// A key, the same as others that are exactly equal.
struct Exact<'h>(Term<'h>);

impl PartialEq for Exact<'_> {
    fn eq(&self, other: &Self) -> bool {
        equal::exact(self.0, other.0)
    }
}

impl Eq for Exact<'_> {}

impl Hash for Exact<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(hash::internal(self.0));
    }
}

fn distinct(keys: &mut Vec<Term<'_>>) {
    if keys.len() > 1 {
        let mut seen: HashSet<Exact<'_>> = HashSet::with_capacity(keys.len());
        keys.retain(|&key| seen.insert(Exact(key)));
    }
}
