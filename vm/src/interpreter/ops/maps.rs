//! Maps. The list of an instruction holds operands two by two.

use purlin_heap::word::Word;
use purlin_heap::{Map, Term, am};

use smallvec::SmallVec;

use super::{Label, Op, list_word, op};
use crate::interpreter::operands::{any, set_any};
use crate::interpreter::regs::Cold;

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

macro_rules! put_map {
    ($Name:ident $exact:literal) => {
        op! { cold $Name [src: S Src, dst: D Dst] (fail: Label, live: u16, count: u32) |r| {
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

op! { control GetMapElements [src: S Src] (fail: Label, count: u32) |r| {
    let (map, count) = (src.get(&r), count.get(&r) as usize);
    for index in 0..count {
        let key = any(&r, list_word(&r, <Self as Op>::BYTES, 2 * index));
        match get(map, key) {
            Some(value) => {
                let to = list_word(&r, <Self as Op>::BYTES, 2 * index + 1);
                set_any(&mut r, to, value);
            }
            None => return r.branch(fail.get(&r)),
        }
    }
    r.next(<Self as Op>::BYTES + count * 16)
} }

op! { step GetMapElement [src: S Src, key: K Src, dst: D Dst] (fail: Label, slot: u32) |r| {
    match get(src.get(&r), key.get(&r)) {
        Some(value) => {
            dst.set(&mut r, value);
            r.next(<Self as Op>::BYTES)
        }
        None => r.branch(fail.get(&r)),
    }
} }
