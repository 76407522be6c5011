//! Maps: instructions remember the slots in which keys stood.

use std::sync::atomic::{AtomicU64, Ordering};

use purlin_heap::layout::Kind;
use purlin_heap::word::{Word, tag};
use purlin_heap::{Map, Term, am};
use smallvec::SmallVec;

use super::frames::{has_room, make_room};
use super::tests::boxed_kind;
use super::{Label, Op, list_word, load, op};
use crate::interpreter::machine::Machine;
use crate::interpreter::operands::{any, set_any};
use crate::interpreter::regs::{Cold, Regs};
use crate::interpreter::specialise::missed;

/// In place of a value that is not there; no value is a header.
const NONE: Word = Word(7);

/// A pair of a `put_map`: key and value as operands of form `A`, and the slot.
struct Pair {
    key: Word,
    value: Word,
}

impl Pair {
    /// Words that a pair takes in the list.
    const WORDS: usize = 3;

    /// The pair `index`.
    ///
    /// # Safety
    /// As for any handler; the list of the instruction, which has `bytes` bytes, has that pair.
    #[inline(always)]
    unsafe fn read(r: &Regs, bytes: usize, index: usize) -> Pair {
        // SAFETY: by the caller.
        let operand = |word| unsafe { any(r, list_word(r, bytes, Pair::WORDS * index + word)) };
        Pair { key: operand(0), value: operand(1) }
    }

    /// Puts the keys and values of all `count` pairs in turn into `pairs`.
    ///
    /// # Safety
    /// As for [`Pair::read`]; the terms are not kept across a collection.
    #[inline(always)]
    unsafe fn all<'h>(r: &Regs, bytes: usize, count: usize, pairs: &mut Pairs<'h>) {
        for index in 0..count {
            // SAFETY: by the caller; all words are values of the process.
            unsafe {
                let Pair { key, value } = Pair::read(r, bytes, index);
                pairs.push(key.term());
                pairs.push(value.term());
            }
        }
    }
}

/// Keys and values in turn.
type Pairs<'h> = SmallVec<[Term<'h>; 16]>;

/// The word `index` of the list, in which the instruction remembers a slot. It is a guess, and each use checks that the key
/// stands there: threads that run the same code may overwrite each other's.
///
/// # Safety
/// The list of the instruction, which has `bytes` bytes, has that word.
#[inline(always)]
unsafe fn slot<'c>(ip: *const u8, bytes: usize, index: usize) -> &'c AtomicU64 {
    // SAFETY: by the caller; the word is written through this type alone once the code runs.
    unsafe { &*ip.add(bytes).cast::<AtomicU64>().add(index) }
}

/// A flat map: its words, and the keys that it shares.
#[derive(Clone, Copy)]
struct Flat {
    map: Word,
    keys: Word,
    /// How many words follow its header: the keys, and the values.
    size: usize,
}

impl Flat {
    /// The flat map that a value is.
    ///
    /// # Safety
    /// `map` is a value of the running process.
    #[inline(always)]
    unsafe fn of(map: Word) -> Option<Flat> {
        if boxed_kind(map) != Some(Kind::FlatMap) {
            return None;
        }
        // SAFETY: a flat map has its keys, a tuple, and as many values behind them.
        let (head, keys) = unsafe { (load(map, tag::BOXED, 0), load(map, tag::BOXED, 1)) };
        Some(Flat { map, keys, size: head.header_size() })
    }

    /// How many words it takes.
    #[inline(always)]
    fn words(self) -> usize {
        self.size + 1
    }

    /// The value of `key`, if that is in this slot.
    ///
    /// # Safety
    /// As for [`Flat::of`].
    #[inline(always)]
    unsafe fn at(self, key: Word, slot: u64) -> Option<Word> {
        if slot + 1 >= self.size as u64 {
            return None;
        }
        let slot = slot as usize;
        // SAFETY: there are so many keys and values.
        unsafe {
            (load(self.keys, tag::BOXED, 1 + slot) == key).then(|| load(self.map, tag::BOXED, 2 + slot))
        }
    }
}

/// Whether a map is flat and has the keys of the instruction in the slots that it remembers; then, whether their values
/// change.
///
/// # Safety
/// As for any handler; the list of the instruction, which has `bytes` bytes, has `count` pairs.
#[inline(always)]
unsafe fn changes(r: &Regs, bytes: usize, flat: Flat, count: usize) -> Option<bool> {
    let mut changes = false;
    for index in 0..count {
        // SAFETY: by the caller.
        unsafe {
            let Pair { key, value } = Pair::read(r, bytes, index);
            let slot = slot(r.ip, bytes, Pair::WORDS * index + 2);
            changes |= flat.at(key, slot.load(Ordering::Relaxed))? != value;
        }
    }
    Some(changes)
}

/// A flat map with the values of the instruction; nothing when its keys stand in their slots no more, because another thread has
/// changed its mind. There is room for it.
///
/// # Safety
/// As for [`changes`]; `has_room` for the words of the map.
#[inline(always)]
unsafe fn put_in_slots(r: &mut Regs, bytes: usize, flat: Flat, count: usize) -> Option<Word> {
    // SAFETY: by the caller; what is written stands beyond the heap until it is known to be right.
    unsafe {
        let (from, to) = (flat.map.address(), r.hp);
        for index in 0..flat.words() {
            *to.add(index) = *from.add(index);
        }
        for index in 0..count {
            let Pair { key, value } = Pair::read(r, bytes, index);
            let slot = slot(r.ip, bytes, Pair::WORDS * index + 2).load(Ordering::Relaxed);
            flat.at(key, slot)?;
            *to.add(2 + slot as usize) = value;
        }
        r.hp = to.add(flat.words());
        Some(Word::boxed(to))
    }
}

/// The updated map, made the general way, or [`NONE`]; remembers the slots of its keys when it is flat. Not inlined,
/// because what it works on has an address, and so the handler would lose its tail call.
///
/// # Safety
/// As for any handler; the list has `count` pairs.
#[inline(never)]
#[allow(clippy::too_many_arguments)] // The registers come one by one, see `Regs::reader`.
unsafe fn put(
    ip: *const u8,
    machine: *mut Machine,
    sp: *mut Word,
    x0: Word,
    bytes: usize,
    src: Word,
    count: usize,
    exact: bool,
) -> Word {
    let r = Regs::reader(ip, machine, sp, x0);
    // SAFETY: all words are values of the process; nothing is collected before the result is stored as a root.
    unsafe {
        missed(machine, ip);
        let Some(map) = Map::of(src.term()) else { return NONE };
        let mut pairs = Pairs::new();
        Pair::all(&r, bytes, count, &mut pairs);
        let machine = r.m();
        let (heap, atoms) = (&(*machine.process).heap, machine.vm().atoms());
        if let (&[key, value], false) = (&*pairs, exact) {
            let (updated, at) = map.put_in_slot(key, value, atoms, heap);
            slot(ip, bytes, 2).store(at.unwrap_or_default() as u64, Ordering::Relaxed);
            return updated.as_term().word();
        }
        let updated = match exact {
            true => map.update_all(&pairs, atoms, heap).ok(),
            false => Some(map.put_all(&pairs, atoms, heap)),
        };
        let Some(updated) = updated else { return NONE };
        if let Some(parts) = map.flat_parts() {
            for (index, pair) in pairs.chunks_exact(2).enumerate() {
                let at = parts.position(pair[0]).unwrap_or_default();
                slot(ip, bytes, Pair::WORDS * index + 2).store(at as u64, Ordering::Relaxed);
            }
        }
        updated.as_term().word()
    }
}

/// Raises what kept a map from being updated: it is none, or lacks a key.
///
/// # Safety
/// As for any handler; the list has `count` pairs.
unsafe fn raise_bad_put(r: Cold, bytes: usize, src: Word, count: usize) {
    // SAFETY: all words are values of the process.
    unsafe {
        let Some(map) = Map::of(src.term()) else { return r.raise_pair(am::badmap, src) };
        r.save();
        let machine = r.m();
        let (heap, atoms) = (&(*machine.process).heap, machine.vm().atoms());
        let mut pairs = Pairs::new();
        Pair::all(&r, bytes, count, &mut pairs);
        let updated = map.update_all(&pairs, atoms, heap);
        let key = updated.err().expect("a key that is not there").word();
        r.raise_pair(am::badkey, key)
    }
}

macro_rules! put_map {
    ($Name:ident $exact:literal) => {
        op! { control $Name [src: S Src, dst: D Dst] (fail: Label, live: u16, count: u32) |r| {
            let (map, count) = (src.get(&r), count.get(&r) as usize);
            if let Some(flat) = Flat::of(map)
                && let Some(changes) = changes(&r, <Self as Op>::BYTES, flat, count)
            {
                if !changes {
                    dst.set(&mut r, map);
                    return r.next(<Self as Op>::BYTES + count * 8 * Pair::WORDS);
                }
                if !has_room(&r, flat.words()) {
                    return r.leave::<Self>();
                }
                if let Some(map) = put_in_slots(&mut r, <Self as Op>::BYTES, flat, count) {
                    dst.set(&mut r, map);
                    return r.next(<Self as Op>::BYTES + count * 8 * Pair::WORDS);
                }
            }
            r.save();
            let map = put(r.ip, r.machine, r.sp, r.x0, <Self as Op>::BYTES, map, count, $exact);
            r.restore();
            if map == NONE {
                return r.leave::<Self>();
            }
            r.keep_result(map, live.get(&r));
            let map = (*r.machine).result;
            dst.set(&mut r, map);
            r.next(<Self as Op>::BYTES + count * 8 * Pair::WORDS)
        } slow |r| {
            let (map, count) = (src.get(&r), count.get(&r) as usize);
            if let Some(flat) = Flat::of(map) && !has_room(&r, flat.words()) {
                let live = live.get(&r) as usize;
                return make_room(r, flat.words(), live);
            }
            match fail.get(&r) {
                0 => raise_bad_put(r, <Self as Op>::BYTES, map, count),
                to => r.branch(to),
            }
        } }
    };
}

put_map!(PutMapAssoc false);
put_map!(PutMapExact true);

/// The value of a key, when `map` is a map that has it.
///
/// # Safety
/// Both are values of the running process.
#[inline]
unsafe fn get(map: Word, key: Word) -> Option<Word> {
    // SAFETY: by the caller.
    unsafe { Some(Map::of(map.term())?.get(key.term())?.word()) }
}

op! { control HasMapFields [src: S Src] (fail: Label, count: u32) |r| {
    let (map, count) = (src.get(&r), count.get(&r) as usize);
    for index in 0..count {
        let key = any(&r, list_word(&r, <Self as Op>::BYTES, index));
        if get(map, key).is_none() {
            return r.branch(fail.get(&r));
        }
    }
    r.next(<Self as Op>::BYTES + count * 8)
} }

/// The value of a key, or [`NONE`]; remembers the slot of a flat map in which it stands.
///
/// # Safety
/// As for [`get`].
#[inline(never)]
unsafe fn find(machine: *mut Machine, ip: *const u8, map: Word, key: Word, slot: &AtomicU64) -> Word {
    // SAFETY: by the caller.
    unsafe {
        missed(machine, ip);
        let Some(map) = Map::of(map.term()) else { return NONE };
        let Some(parts) = map.flat_parts() else {
            return map.get(key.term()).map_or(NONE, Term::word);
        };
        let Some(at) = parts.position(key.term()) else { return NONE };
        slot.store(at as u64, Ordering::Relaxed);
        parts.values[at].word()
    }
}

/// The value of a key, or [`NONE`]. The slot is remembered in the word `index` of the instruction's list.
///
/// # Safety
/// As for [`get`]; the list of the instruction, which has `bytes` bytes, has that word.
#[inline(always)]
unsafe fn get_remembered(r: &Regs, bytes: usize, index: usize, map: Word, key: Word) -> Word {
    // SAFETY: by the caller.
    unsafe {
        let slot = slot(r.ip, bytes, index);
        let found = match Flat::of(map) {
            Some(flat) => flat.at(key, slot.load(Ordering::Relaxed)),
            None => None,
        };
        match found {
            Some(value) => value,
            None => find(r.machine, r.ip, map, key, slot),
        }
    }
}

op! { control GetMapElements [src: S Src] (fail: Label, count: u32) |r| {
    let (map, count) = (src.get(&r), count.get(&r) as usize);
    for index in 0..count {
        let key = any(&r, list_word(&r, <Self as Op>::BYTES, 3 * index));
        let value = get_remembered(&r, <Self as Op>::BYTES, 3 * index + 2, map, key);
        if value == NONE {
            return r.branch(fail.get(&r));
        }
        let to = list_word(&r, <Self as Op>::BYTES, 3 * index + 1);
        set_any(&mut r, to, value);
    }
    r.next(<Self as Op>::BYTES + count * 24)
} }

op! { step GetMapElement [src: S Src, key: K Src, dst: D Dst] (fail: Label) |r| {
    let value = get_remembered(&r, <Self as Op>::BYTES, 0, src.get(&r), key.get(&r));
    if value == NONE {
        return r.branch(fail.get(&r));
    }
    dst.set(&mut r, value);
    r.next(<Self as Op>::BYTES + 8)
} }
