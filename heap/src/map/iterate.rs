//! Going over the entries of a map, in an order that is always the same for equal maps: at once, or in batches
//! with a cursor that is an integer, so that a program can hold it while its heap moves.

use super::trie::{LEVEL_BITS, LEVELS, Slot, bitmaps, child};
use super::{FlatParts, Map};
use crate::term::{Boxed, Term};

impl<'h> Map<'h> {
    /// All entries.
    pub fn entries(self) -> Entries<'h> {
        match self.flat_parts() {
            Some(parts) => Entries::Flat(parts, 0),
            None => Entries::Trie(Walk::from_root(self.root(), CURSOR_START)),
        }
    }

    /// About `count` entries from `cursor` on, 0 at first, given to `each`, and the cursor for those that follow.
    /// A cursor that is not of this map gives other entries of it, or none.
    pub fn batch(self, cursor: u64, count: usize, mut each: impl FnMut(Term<'h>, Term<'h>)) -> Batch {
        if let Some(parts) = self.flat_parts() {
            let from = (cursor as usize).min(parts.keys.len());
            let to = from.saturating_add(count).min(parts.keys.len());
            (from..to).for_each(|at| each(parts.keys[at], parts.values[at]));
            return if to == parts.keys.len() { Batch::Last } else { Batch::Next(to as u64) };
        }
        let mut walk = Walk::from_root(self.root(), cursor.max(CURSOR_START));
        let mut given = 0;
        loop {
            // The entries of a collision node have one cursor, so they come together.
            if given >= count
                && let Some(cursor) = walk.cursor()
            {
                return Batch::Next(cursor);
            }
            let Some((key, value)) = walk.next() else { return Batch::Last };
            each(key, value);
            given += 1;
        }
    }
}

/// What follows a batch of entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Batch {
    /// More entries, from this cursor on.
    Next(u64),
    /// Nothing.
    Last,
}

/// The entries of a map.
#[allow(clippy::large_enum_variant, reason = "a box would allocate for each walk")]
pub enum Entries<'h> {
    #[doc(hidden)]
    Flat(FlatParts<'h>, usize),
    #[doc(hidden)]
    Trie(Walk<'h>),
}

impl<'h> Iterator for Entries<'h> {
    type Item = (Term<'h>, Term<'h>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Entries::Flat(parts, at) => {
                let entry = (*parts.keys.get(*at)?, parts.values[*at]);
                *at += 1;
                Some(entry)
            }
            Entries::Trie(walk) => walk.next(),
        }
    }
}

/// A cursor's highest bit marks where it begins; below are the slots from the root to the next entry.
const CURSOR_START: u64 = 1;

/// The nodes from the root to the next entry, each with the next slot to look at (in a collision node: the next
/// word).
pub struct Walk<'h> {
    path: [Option<(Boxed<'h>, u32)>; LEVELS as usize + 1],
    depth: usize,
}

impl<'h> Walk<'h> {
    fn from_root(root: Boxed<'h>, cursor: u64) -> Walk<'h> {
        let mut walk = Walk { path: [None; LEVELS as usize + 1], depth: 0 };
        let levels = cursor.ilog2() / LEVEL_BITS;
        let mut node = root;
        for level in (0..levels.min(LEVELS)).rev() {
            let slot = (cursor >> (level * LEVEL_BITS)) as u32 & 15;
            match bitmaps(node).slot(slot) {
                Slot::Node(index) => {
                    walk.push(node, slot + 1);
                    node = child(node, index);
                }
                _ => {
                    walk.push(node, slot);
                    return walk;
                }
            }
        }
        walk.push(node, 0);
        walk
    }

    fn push(&mut self, node: Boxed<'h>, slot: u32) {
        self.path[self.depth] = Some((node, slot));
        self.depth += 1;
    }

    fn next(&mut self) -> Option<(Term<'h>, Term<'h>)> {
        loop {
            let (node, slot) = self.path[self.depth.checked_sub(1)?].as_mut().expect("nodes up to the depth");
            let terms = node.terms();
            if bitmaps(*node).is_collision() {
                let at = *slot as usize;
                if at < terms.len() {
                    *slot += 2;
                    return Some((terms[at], terms[at + 1]));
                }
            } else if *slot < 16 {
                *slot += 1;
                match bitmaps(*node).slot(*slot - 1) {
                    Slot::Free => {}
                    Slot::Entry(index) => return Some((terms[index], terms[index + 1])),
                    Slot::Node(index) => {
                        let below = child(*node, index);
                        self.push(below, 0);
                    }
                }
                continue;
            }
            self.depth -= 1;
        }
    }

    /// The cursor that leads here, unless this is within a collision node.
    fn cursor(&self) -> Option<u64> {
        let (last, above) = self.path[..self.depth].split_last()?;
        let (node, slot) = last.as_ref()?;
        let above =
            above.iter().flatten().fold(CURSOR_START, |cursor, (_, slot)| cursor << 4 | u64::from(slot - 1));
        match (bitmaps(*node).is_collision(), slot) {
            (true, 0) => Some(above),
            (true, _) => None,
            (false, 16) => Walk { path: self.path, depth: self.depth - 1 }.cursor(),
            (false, slot) => Some(above << 4 | u64::from(*slot)),
        }
    }
}
