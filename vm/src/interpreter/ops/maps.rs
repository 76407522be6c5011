//! Maps. The list of an instruction holds operands two by two.

use std::sync::atomic::{AtomicU64, Ordering};

use purlin_heap::layout::Kind;
use purlin_heap::word::{Word, tag};
use purlin_heap::{Map, Term, am};
use smallvec::SmallVec;

use super::{Label, Op, list_word, load, op};
use crate::interpreter::machine::Machine;
use crate::interpreter::operands::{any, set_any};
use crate::interpreter::regs::{Cold, Regs};

/// Why a map could not be updated.
enum PutError {
    /// The operand is no map.
    BadMap,
    /// It does not have this key.
    BadKey(Word),
}

/// The updated map of a `put_map` instruction, left in the machine's result.
///
/// # Safety
/// As for any handler; the list has `count` pairs.
unsafe fn put(
    r: &mut Cold,
    bytes: usize,
    src: Word,
    count: usize,
    exact: bool,
    live: u16,
) -> Result<(), PutError> {
    // SAFETY: all words are values of the process; nothing is collected before the result is stored as a root.
    unsafe {
        let map = Map::of(src.term()).ok_or(PutError::BadMap)?;
        let mut pairs = SmallVec::<[Term<'_>; 16]>::new();
        pairs.extend((0..2 * count).map(|index| any(r, list_word(r, bytes, index)).term()));
        r.save();
        let machine = r.m();
        let (heap, atoms) = (&(*machine.process).heap, machine.vm().atoms());
        let result = if exact {
            map.update_all(&pairs, atoms, heap).map_err(|key| PutError::BadKey(key.word()))?
        } else {
            map.put_all(&pairs, atoms, heap)
        };
        let result = result.as_term().word();
        r.restore();
        r.keep_result(result, live);
    }
    Ok(())
}

/// In place of a value that is not there, or of a map that has to be made the general way; no value is a header.
const NONE: Word = Word(7);

/// Pairs of a `put_map` that is done on the fast path.
const PAIRS_MAX: usize = 8;

/// The updated map, for few pairs and when nothing is wrong. Not inlined, because what it works on has an address, and so the
/// handler would lose its tail call.
///
/// # Safety
/// As for any handler; the list has `count` pairs.
#[inline(never)]
#[allow(clippy::too_many_arguments)] // The registers come one by one, see `Regs::reader`.
unsafe fn put_few(
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
        let (Some(map), true) = (Map::of(src.term()), count <= PAIRS_MAX) else { return NONE };
        let mut pairs = [Term::NIL; 2 * PAIRS_MAX];
        let pairs = &mut pairs[..2 * count];
        for (index, word) in pairs.iter_mut().enumerate() {
            *word = any(&r, list_word(&r, bytes, index)).term();
        }
        let machine = r.m();
        let (heap, atoms) = (&(*machine.process).heap, machine.vm().atoms());
        if !exact {
            return map.put_all(pairs, atoms, heap).as_term().word();
        }
        map.update_all(pairs, atoms, heap).map_or(NONE, |map| map.as_term().word())
    }
}

macro_rules! put_map {
    ($Name:ident $exact:literal) => {
        op! { control $Name [src: S Src, dst: D Dst] (fail: Label, live: u16, count: u32) |r| {
            let count = count.get(&r) as usize;
            r.save();
            let map = put_few(r.ip, r.machine, r.sp, r.x0, <Self as Op>::BYTES, src.get(&r), count, $exact);
            r.restore();
            if map == NONE {
                return r.leave::<Self>();
            }
            r.keep_result(map, live.get(&r));
            let map = (*r.machine).result;
            dst.set(&mut r, map);
            r.next(<Self as Op>::BYTES + count * 16)
        } slow |r| {
            let (map, count) = (src.get(&r), count.get(&r) as usize);
            let live = live.get(&r);
            match put(&mut r, <Self as Op>::BYTES, map, count, $exact, live) {
                Ok(()) => {
                    let result = r.m().result;
                    dst.set(&mut r, result);
                    r.next(<Self as Op>::BYTES + count * 16)
                }
                Err(_) if fail.get(&r) != 0 => {
                    let to = fail.get(&r);
                    r.branch(to)
                }
                Err(PutError::BadMap) => r.raise_pair(am::badmap, map),
                Err(PutError::BadKey(key)) => r.raise_pair(am::badkey, key),
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

/// The value of `key`, if `map` is flat and has it in this slot.
///
/// # Safety
/// As for [`get`].
#[inline(always)]
unsafe fn get_at(map: Word, key: Word, slot: u64) -> Option<Word> {
    if !map.is_boxed() {
        return None;
    }
    // SAFETY: a boxed pointer points at a header; a flat map has its keys, a tuple, and as many values behind them.
    unsafe {
        let head = load(map, tag::BOXED, 0);
        if head.header_kind() != Kind::FlatMap || slot + 1 >= head.header_size() as u64 {
            return None;
        }
        let keys = load(map, tag::BOXED, 1);
        (load(keys, tag::BOXED, 1 + slot as usize) == key).then(|| load(map, tag::BOXED, 2 + slot as usize))
    }
}

/// The value of a key, or [`NONE`]; remembers the slot of a flat map in which it stands.
///
/// # Safety
/// As for [`get`].
#[inline(never)]
unsafe fn find(map: Word, key: Word, slot: &AtomicU64) -> Word {
    // SAFETY: by the caller.
    unsafe {
        let Some(map) = Map::of(map.term()) else { return NONE };
        let Some(parts) = map.flat_parts() else {
            return map.get(key.term()).map_or(NONE, Term::word);
        };
        let Some(at) = parts.position(key.term()) else { return NONE };
        slot.store(at as u64, Ordering::Relaxed);
        parts.values[at].word()
    }
}

/// The value of a key, or [`NONE`]. The slot is remembered in the word `index` of the instruction's list. It is a guess, and
/// each use checks that the key stands there: threads that run the same code may overwrite each other's.
///
/// # Safety
/// As for [`get`]; the list of the instruction, which has `bytes` bytes, has that word.
#[inline(always)]
unsafe fn get_remembered(r: &Regs, bytes: usize, index: usize, map: Word, key: Word) -> Word {
    // SAFETY: by the caller; the word is written through this type alone once the code runs.
    unsafe {
        let slot = &*r.ip.add(bytes).cast::<AtomicU64>().add(index);
        match get_at(map, key, slot.load(Ordering::Relaxed)) {
            Some(value) => value,
            None => find(map, key, slot),
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
