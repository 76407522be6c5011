//! Moving terms, building and taking apart tuples and lists.

use purlin_heap::layout::{Kind, header};
use purlin_heap::word::{Word, tag};

use super::{Op, list_word, op};
use crate::exception::bad_code;
use crate::interpreter::operands::any;

op! { straight Move [src: S Src, dst: D Dst] () |r| { let value = src.get(&r);
dst.set(&mut r, value); } }

op! { straight Swap [a: A Register, b: B Register] () |r| {
    let (x, y) = (a.get(&r), b.get(&r));
    a.set(&mut r, y);
    b.set(&mut r, x);
} }

/// The word at `offset` words behind a cons or boxed pointer with the tag `tag`.
///
/// # Safety
/// The pointer must have that tag, and its object that many words.
#[inline(always)]
pub unsafe fn load(pointer: Word, tag: u64, offset: usize) -> Word {
    // SAFETY: a tagged pointer less its tag is the object's address; the caller knows its size.
    unsafe { *((pointer.0 - tag) as *const Word).add(offset) }
}

op! { straight GetList [src: S Src, head: H Dst, tail: T Dst] () |r| {
    let list = src.get(&r);
    let (first, rest) = (load(list, tag::CONS, 0), load(list, tag::CONS, 1));
    head.set(&mut r, first);
    tail.set(&mut r, rest);
} }

op! { step GetListChecked [src: S Src, head: H Dst, tail: T Dst] () |r| {
    let list = src.get(&r);
    if !list.is_cons() {
        return r.leave::<bad_code::Operand>();
    }
    let (first, rest) = (load(list, tag::CONS, 0), load(list, tag::CONS, 1));
    head.set(&mut r, first);
    tail.set(&mut r, rest);
    r.next(Self::BYTES)
} }

op! { straight GetHead [src: S Src, dst: D Dst] () |r| { let value = load(src.get(&r), tag::CONS, 0);
dst.set(&mut r, value); } }

op! { straight GetTail [src: S Src, dst: D Dst] () |r| { let value = load(src.get(&r), tag::CONS, 1);
dst.set(&mut r, value); } }

op! { step GetHeadChecked [src: S Src, dst: D Dst] () |r| {
    let list = src.get(&r);
    if !list.is_cons() {
        return r.leave::<bad_code::Operand>();
    }
    dst.set(&mut r, load(list, tag::CONS, 0));
    r.next(Self::BYTES)
} }

op! { step GetTailChecked [src: S Src, dst: D Dst] () |r| {
    let list = src.get(&r);
    if !list.is_cons() {
        return r.leave::<bad_code::Operand>();
    }
    dst.set(&mut r, load(list, tag::CONS, 1));
    r.next(Self::BYTES)
} }

op! { straight GetElement [src: S Src, dst: D Dst] (offset: u32) |r| {
    let tuple = src.get(&r);
    let at = (tuple.0 - tag::BOXED) as *const u8;
    let value = *at.add(offset.get(&r) as usize).cast::<Word>();
    dst.set(&mut r, value);
} }

/// Whether `term` is a tuple that has a word `offset` bytes behind its header.
#[inline(always)]
fn has_element(term: Word, offset: usize) -> bool {
    if !term.is_boxed() {
        return false;
    }
    // SAFETY: a boxed pointer points at a header.
    let head = unsafe { load(term, tag::BOXED, 0) };
    head.header_kind() == Kind::Tuple && offset / 8 <= head.header_size()
}

op! { step GetElementChecked [src: S Src, dst: D Dst] (offset: u32) |r| {
    let (tuple, offset) = (src.get(&r), offset.get(&r) as usize);
    if !has_element(tuple, offset) {
        return r.leave::<bad_code::Operand>();
    }
    dst.set(&mut r, load(tuple, tag::BOXED, offset / 8));
    r.next(Self::BYTES)
} }

// The compiler writes only into a tuple that `setelement/3` has just copied and nothing has been allocated since,
// so that the tuple is young and no collection can have promoted it past the value. The verifier proves it or
// refuses the module; the check of the size stays.
op! { step SetElement [value: V Src, tuple: T Src] (offset: u32) |r| {
    let (tuple, offset) = (tuple.get(&r), offset.get(&r) as usize);
    if !has_element(tuple, offset) {
        return r.leave::<bad_code::Operand>();
    }
    *tuple.address().add(offset / 8) = value.get(&r);
    r.next(Self::BYTES)
} }

op! { straight PutList [head: H Src, tail: T Src, dst: D Dst] () |r| {
    // Room was made by an instruction before: the verifier counts the words.
    *r.hp = head.get(&r);
    *r.hp.add(1) = tail.get(&r);
    let list = Word::cons(r.hp);
    r.hp = r.hp.add(2);
    dst.set(&mut r, list);
} }

op! { step PutTuple [dst: D Dst] (size: u32) |r| {
    let size = size.get(&r) as usize;
    let at = r.hp;
    *at = header(Kind::Tuple, size);
    for index in 0..size {
        *at.add(1 + index) = any(&r, list_word(&r, Self::BYTES, index));
    }
    r.hp = at.add(1 + size);
    dst.set(&mut r, Word::boxed(at));
    r.next(Self::BYTES + size * 8)
} }
