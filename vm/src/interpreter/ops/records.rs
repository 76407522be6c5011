//! Updating records.

use purlin_heap::layout::{Kind, header};
use purlin_heap::word::{Word, tag};

use super::{Op, list_word, load, op};
use crate::exception::bad_code;
use crate::interpreter::operands::any;

op! { control UpdateRecord [src: S Src, dst: D Dst] (size: u32, count: u32) |r| {
    let (tuple, size, count) = (src.get(&r), size.get(&r) as usize, count.get(&r) as usize);
    if !tuple.is_boxed() || load(tuple, tag::BOXED, 0) != header(Kind::Tuple, size) {
        return r.leave::<bad_code::Operand>();
    }
    // Room was made by an instruction before: the verifier counts the words.
    let at = r.hp;
    std::ptr::copy_nonoverlapping(tuple.address(), at, 1 + size);
    for update in 0..count {
        let index = list_word(&r, Self::BYTES, 2 * update).small_value() as usize;
        *at.add(index) = any(&r, list_word(&r, Self::BYTES, 2 * update + 1));
    }
    r.hp = at.add(1 + size);
    dst.set(&mut r, Word::boxed(at));
    r.next(<Self as Op>::BYTES + count * 16)
} }
