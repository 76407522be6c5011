//! Large maps: a trie over the highest 60 bits of the keys' hashes, four bits a level.
//!
//! A node has 16 slots; each is free, an entry (key and value, inline) or a node. The raw word of a node holds one
//! bitmap of the slots that are entries and one of those that are nodes; the terms behind it are the entries, then
//! the nodes, each in the order of their slots. A node that is not the root holds at least two keys. Keys with the same 60 bits stand
//! in a collision node below the last level, in exact order.

use std::cmp::Ordering;

use super::flat::spliced;
use super::same_key;
use crate::atoms::AtomTable;
use crate::build::Build;
use crate::hash;
use crate::layout::Kind;
use crate::order::compare_exact;
use crate::pace;
use crate::term::{Boxed, Term};
use crate::word::Word;

/// Levels of nodes above collision nodes.
pub(super) const LEVELS: u32 = 15;
/// Bits of the hash that a level takes.
pub(super) const LEVEL_BITS: u32 = 4;
const COLLISION: u64 = 1 << 63;

/// The 60 bits by which a key is placed.
#[inline]
pub(super) fn place(key: Term<'_>) -> u64 {
    hash::internal(key) >> (64 - LEVELS * LEVEL_BITS)
}

/// The slot of a place at a level.
#[inline(always)]
fn slot(place: u64, level: u32) -> u32 {
    (place >> ((LEVELS - 1 - level) * LEVEL_BITS)) as u32 & 15
}

/// The raw word of a node: bits 0..16 for entries, 16..32 for nodes, the highest for a collision node.
#[derive(Clone, Copy)]
pub(super) struct Bitmaps(pub(super) u64);

/// What a slot holds; the index counts the node's terms.
pub(super) enum Slot {
    Free,
    Entry(usize),
    Node(usize),
}

impl Bitmaps {
    fn with(self, slot: u32, entry: bool, node: bool) -> Bitmaps {
        let cleared = self.0 & !(1 << slot) & !(1 << (16 + slot));
        Bitmaps(cleared | u64::from(entry) << slot | u64::from(node) << (16 + slot))
    }

    pub(super) fn is_collision(self) -> bool {
        self.0 & COLLISION != 0
    }

    fn entries(self) -> usize {
        (self.0 as u16).count_ones() as usize
    }

    fn nodes(self) -> usize {
        ((self.0 >> 16) as u16).count_ones() as usize
    }

    pub(super) fn entry_words(self, terms: usize) -> usize {
        if self.is_collision() { terms } else { 2 * self.entries() }
    }

    /// Where the entry of `slot` stands, or would.
    fn entry_index(self, slot: u32) -> usize {
        2 * (self.0 as u16 & ((1 << slot) - 1)).count_ones() as usize
    }

    /// Where the node of `slot` stands, or would.
    fn node_index(self, slot: u32) -> usize {
        2 * self.entries() + ((self.0 >> 16) as u16 & ((1 << slot) - 1)).count_ones() as usize
    }

    #[inline]
    pub(super) fn slot(self, slot: u32) -> Slot {
        if self.0 >> slot & 1 != 0 {
            Slot::Entry(self.entry_index(slot))
        } else if self.0 >> (16 + slot) & 1 != 0 {
            Slot::Node(self.node_index(slot))
        } else {
            Slot::Free
        }
    }
}

pub(super) fn bitmaps(node: Boxed<'_>) -> Bitmaps {
    Bitmaps(node.raw(1))
}

pub(super) fn child<'h>(node: Boxed<'h>, index: usize) -> Boxed<'h> {
    node.terms()[index].as_boxed().expect("a node")
}

fn node<'h, B: Build + ?Sized>(bitmaps: Bitmaps, terms: &[Term<'h>], build: &'h B) -> Boxed<'h> {
    spliced(Kind::HashNode, &[Word(bitmaps.0)], terms, 0..0, &[], build)
}

fn edited<'h, B: Build + ?Sized>(
    bitmaps: Bitmaps,
    old: Boxed<'h>,
    cut: std::ops::Range<usize>,
    insert: &[Term<'h>],
    build: &'h B,
) -> Boxed<'h> {
    spliced(Kind::HashNode, &[Word(bitmaps.0)], old.terms(), cut, insert, build)
}

/// The node with another term at `index`.
fn replaced<'h, B: Build + ?Sized>(old: Boxed<'h>, index: usize, term: Term<'h>, build: &'h B) -> Boxed<'h> {
    let words = 1 + old.size();
    let at = build.allocate(words).as_ptr();
    // SAFETY: as many fresh words as the node has; its terms begin behind header and bitmaps.
    unsafe {
        std::ptr::copy_nonoverlapping(old.address(), at, words);
        *at.add(2 + index) = term.word();
        Boxed::new(at)
    }
}

/// The value of `key` below the root `node`.
pub(super) fn get<'h>(mut node: Boxed<'h>, key: Term<'_>) -> Option<Term<'h>> {
    let place = place(key);
    for level in 0..LEVELS {
        match bitmaps(node).slot(slot(place, level)) {
            Slot::Free => return None,
            Slot::Node(index) => node = child(node, index),
            Slot::Entry(index) => {
                let [found, value, ..] = node.terms()[index..] else { unreachable!("an entry is two words") };
                return same_key(found, key).then_some(value);
            }
        }
    }
    collision_index(node, key).map(|index| node.terms()[index + 1])
}

fn collision_index(node: Boxed<'_>, key: Term<'_>) -> Option<usize> {
    (0..node.terms().len()).step_by(2).find(|&index| same_key(node.terms()[index], key))
}

/// A key on its way into a trie.
#[derive(Clone, Copy)]
pub(super) struct Entry<'h> {
    pub(super) place: u64,
    pub(super) key: Term<'h>,
    pub(super) value: Term<'h>,
}

/// Where terms of a trie are built, and what orders keys that collide.
pub(super) struct Context<'h, 'a, B: Build + ?Sized> {
    pub(super) atoms: &'a AtomTable,
    pub(super) build: &'h B,
}

impl<'h, B: Build + ?Sized> Context<'h, '_, B> {
    /// The node with `entry` in it, and whether its key is new. A value that is there already leaves the node
    /// as it is.
    pub(super) fn put(&self, old: Boxed<'h>, level: u32, entry: Entry<'h>) -> (Boxed<'h>, bool) {
        if level == LEVELS {
            return self.put_collision(old, entry);
        }
        let (maps, slot) = (bitmaps(old), slot(entry.place, level));
        match maps.slot(slot) {
            Slot::Free => {
                let at = maps.entry_index(slot);
                (
                    edited(maps.with(slot, true, false), old, at..at, &[entry.key, entry.value], self.build),
                    true,
                )
            }
            Slot::Node(index) => {
                let below = child(old, index);
                let (new, added) = self.put(below, level + 1, entry);
                if new.address() == below.address() {
                    return (old, false);
                }
                (replaced(old, index, new.as_term(), self.build), added)
            }
            Slot::Entry(index) => {
                let (key, value) = (old.terms()[index], old.terms()[index + 1]);
                if !same_key(key, entry.key) {
                    let first = Entry { place: place(key), key, value };
                    let below = self.pair(first, entry, level + 1);
                    return (self.entry_to_node(old, slot, index, below), true);
                }
                if value.is_same(entry.value) {
                    return (old, false);
                }
                (replaced(old, index + 1, entry.value, self.build), false)
            }
        }
    }

    fn put_collision(&self, old: Boxed<'h>, entry: Entry<'h>) -> (Boxed<'h>, bool) {
        let maps = bitmaps(old);
        if let Some(index) = collision_index(old, entry.key) {
            return (replaced(old, index + 1, entry.value, self.build), false);
        }
        let is_before =
            |&index: &usize| compare_exact(old.terms()[index], entry.key, self.atoms) == Ordering::Greater;
        let at = (0..old.terms().len()).step_by(2).find(is_before).unwrap_or(old.terms().len());
        (edited(maps, old, at..at, &[entry.key, entry.value], self.build), true)
    }

    /// A node, or a path of nodes, that holds two entries.
    fn pair(&self, a: Entry<'h>, b: Entry<'h>, level: u32) -> Boxed<'h> {
        let mut entries = [a, b];
        entries.sort_by_key(|e| e.place);
        if a.place == b.place {
            entries.sort_by(|a, b| compare_exact(a.key, b.key, self.atoms));
        }
        self.subtree(&entries, level)
    }

    /// The node with its entry at `index` replaced by the node `below`.
    fn entry_to_node(&self, old: Boxed<'h>, slot: u32, index: usize, below: Boxed<'h>) -> Boxed<'h> {
        let maps = bitmaps(old).with(slot, false, true);
        let mut terms = Vec::with_capacity(32);
        terms.extend_from_slice(&old.terms()[..index]);
        terms.extend_from_slice(&old.terms()[index + 2..]);
        terms.insert(maps.node_index(slot), below.as_term());
        node(maps, &terms, self.build)
    }

    /// The node that holds `entries`, which are in the order of their places, those of one place in exact order,
    /// and agree above `level`.
    pub(super) fn subtree(&self, entries: &[Entry<'h>], level: u32) -> Boxed<'h> {
        pace::charge(entries.len().min(16) * 2);
        let mut terms = Vec::with_capacity(32);
        if level == LEVELS {
            entries.iter().for_each(|e| terms.extend([e.key, e.value]));
            return node(Bitmaps(COLLISION), &terms, self.build);
        }
        let (mut maps, mut nodes) = (Bitmaps(0), Vec::new());
        for group in entries.chunk_by(|a, b| slot(a.place, level) == slot(b.place, level)) {
            let slot = slot(group[0].place, level);
            maps = maps.with(slot, group.len() == 1, group.len() > 1);
            match group {
                [single] => terms.extend([single.key, single.value]),
                several => nodes.push(self.subtree(several, level + 1).as_term()),
            }
        }
        terms.extend(nodes);
        node(maps, &terms, self.build)
    }

    /// Takes `key` out of a node.
    pub(super) fn remove(&self, old: Boxed<'h>, level: u32, place: u64, key: Term<'_>) -> Removed<'h> {
        if level == LEVELS {
            return match collision_index(old, key) {
                Some(index) => self.without_entry(old, bitmaps(old), index),
                None => Removed::Absent,
            };
        }
        let (maps, slot) = (bitmaps(old), slot(place, level));
        match maps.slot(slot) {
            Slot::Entry(index) if same_key(old.terms()[index], key) => {
                self.without_entry(old, maps.with(slot, false, false), index)
            }
            Slot::Free | Slot::Entry(_) => Removed::Absent,
            Slot::Node(index) => match self.remove(child(old, index), level + 1, place, key) {
                Removed::Absent => Removed::Absent,
                Removed::Left(new) => Removed::Left(replaced(old, index, new.as_term(), self.build)),
                Removed::Single(key, value) if maps.entries() == 0 && maps.nodes() == 1 => {
                    Removed::Single(key, value)
                }
                Removed::Single(key, value) => {
                    Removed::Left(self.node_to_entry(old, slot, index, key, value))
                }
            },
        }
    }

    fn without_entry(&self, old: Boxed<'h>, maps: Bitmaps, index: usize) -> Removed<'h> {
        let left = old.terms().len() - 2;
        if left == 2 && maps.nodes() == 0 {
            let other = if index == 0 { 2 } else { 0 };
            return Removed::Single(old.terms()[other], old.terms()[other + 1]);
        }
        Removed::Left(edited(maps, old, index..index + 2, &[], self.build))
    }

    /// The node with its node at `index` replaced by the one entry that is left of it.
    fn node_to_entry(
        &self,
        old: Boxed<'h>,
        slot: u32,
        index: usize,
        key: Term<'h>,
        value: Term<'h>,
    ) -> Boxed<'h> {
        let maps = bitmaps(old).with(slot, true, false);
        let mut terms = Vec::with_capacity(32);
        terms.extend_from_slice(&old.terms()[..index]);
        terms.extend_from_slice(&old.terms()[index + 1..]);
        let at = maps.entry_index(slot);
        terms.splice(at..at, [key, value]);
        node(maps, &terms, self.build)
    }
}

/// What is left of a node when a key was taken out.
pub(super) enum Removed<'h> {
    /// The key was not there.
    Absent,
    Left(Boxed<'h>),
    /// One entry is left, which goes into the node above.
    Single(Term<'h>, Term<'h>),
}
