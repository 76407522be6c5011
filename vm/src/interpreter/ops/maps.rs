//! Maps. The list of an instruction holds operands two by two.

use purlin_heap::{am, map};
use purlin_heap::word::Word;

use super::{Label, Op, list_word, op};
use crate::interpreter::operands::{any, set_any};
use crate::interpreter::regs::Regs;

/// Builds the updated map of a `put_map` instruction.
///
/// # Safety
/// As for any handler; the list has `count` pairs.
unsafe fn put(r: &mut Regs, bytes: usize, src: Word, count: usize, exact: bool, live: u16) -> Result<(), map::PutError> {
    // SAFETY: all words are values of the process; nothing is collected before the result is stored as a root.
    unsafe {
        let pair = |r: &Regs, index: usize| {
            (any(r, list_word(r, bytes, 2 * index)).term(), any(r, list_word(r, bytes, 2 * index + 1)).term())
        };
        let mut pairs = smallvec::SmallVec::<[_; 8]>::new();
        pairs.extend((0..count).map(|index| pair(r, index)));
        r.save();
        let machine = r.m();
        let heap = &(*machine.process).heap;
        let result = if exact {
            map::put_exact(src.term(), &pairs, heap)
        } else {
            map::put_assoc(src.term(), &pairs, heap)
        };
        let result = result?.word();
        r.restore();
        r.keep_result(result, live);
    }
    Ok(())
}

macro_rules! put_map {
    ($Name:ident $exact:literal) => {
        op! { control $Name [src: S Src, dst: D Dst] (fail: Label, live: u16, count: u32) |r| {
            let (map, count) = (src.get(&r), count.get(&r) as usize);
            match put(&mut r, <Self as Op>::BYTES, map, count, $exact, live.get(&r)) {
                Ok(()) => {
                    let result = r.m().result;
                    dst.set(&mut r, result);
                    r.next(<Self as Op>::BYTES + count * 16)
                }
                Err(_) if fail.get(&r) != 0 => r.jump(r.ip.offset(fail.get(&r) as isize)),
                Err(map::PutError::BadMap) => r.raise_pair(am::badmap, map),
                Err(map::PutError::BadKey(index)) => {
                    let key = any(&r, list_word(&r, <Self as Op>::BYTES, 2 * index));
                    r.raise_pair(am::badkey, key)
                }
            }
        } }
    };
}

put_map!(PutMapAssoc false);
put_map!(PutMapExact true);

op! { control HasMapFields [src: S Src] (fail: Label, count: u32) |r| {
    let (map, count) = (src.get(&r), count.get(&r) as usize);
    for index in 0..count {
        let key = any(&r, list_word(&r, <Self as Op>::BYTES, index));
        if map::get(map.term(), key.term()).is_none() {
            return r.jump(r.ip.offset(fail.get(&r) as isize));
        }
    }
    r.next(<Self as Op>::BYTES + count * 8)
} }

op! { control GetMapElements [src: S Src] (fail: Label, count: u32) |r| {
    let (map, count) = (src.get(&r), count.get(&r) as usize);
    for index in 0..count {
        let key = any(&r, list_word(&r, <Self as Op>::BYTES, 2 * index));
        match map::get(map.term(), key.term()) {
            Some(value) => {
                let to = list_word(&r, <Self as Op>::BYTES, 2 * index + 1);
                set_any(&mut r, to, value.word());
            }
            None => return r.jump(r.ip.offset(fail.get(&r) as isize)),
        }
    }
    r.next(<Self as Op>::BYTES + count * 16)
} }

op! { control GetMapElement [src: S Src, key: K Src, dst: D Dst] (fail: Label, slot: u32) |r| {
    match map::get(src.get(&r).term(), key.get(&r).term()) {
        Some(value) => {
            dst.set(&mut r, value.word());
            r.next(<Self as Op>::BYTES)
        }
        None => r.jump(r.ip.offset(fail.get(&r) as isize)),
    }
} }

