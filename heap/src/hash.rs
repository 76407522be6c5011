//! The hash by which large maps place their keys. It agrees with `=:=` and means nothing outside of one machine:
//! atoms are hashed by their index. [`portable`] and [`phash`] have the hashes that programs see.

pub mod phash;
pub mod portable;

use crate::bits::Bits;
use crate::layout::Kind;
use crate::pace::{self, Steps};
use crate::term::{Boxed, Term, View};
use crate::worklist::Worklist;

/// Odd numbers without a pattern: the fraction of pi, from its hexadecimal digits on.
const START: u64 = 0x243f_6a88_85a3_08d3;
const FACTOR: u64 = 0x1319_8a2e_0370_7345;
const CONS: u64 = 0xa409_3822_299f_31d1;

/// Both halves of the product, folded together.
#[inline(always)]
fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word) * u128::from(FACTOR);
    let folded = product as u64 ^ (product >> 64) as u64;
    folded.rotate_left(23).wrapping_mul(CONS)
}

/// The hash of a term.
#[inline]
pub fn internal(term: Term<'_>) -> u64 {
    let word = term.word();
    if word.is_pointer() { hash_parts(term) } else { finish(mix(START, word.0)) }
}

/// Spreads the last word over all bits; the trie of a map uses the highest first.
#[inline(always)]
fn finish(hash: u64) -> u64 {
    let hash = (hash ^ hash >> 32).wrapping_mul(FACTOR);
    hash ^ hash >> 29
}

/// What is still to be hashed, after what is above it.
#[derive(Clone, Copy)]
enum Rest<'h> {
    Term(Term<'h>),
    Slice(&'h [Term<'h>]),
}

fn hash_parts(term: Term<'_>) -> u64 {
    let mut hash = START;
    let mut rest: Worklist<Rest<'_>, 12> = Worklist::new();
    let mut current = term;
    let mut steps = Steps::new();
    loop {
        steps.step();
        if let Some(cons) = current.as_cons() {
            hash = mix(hash, CONS);
            rest.push(Rest::Term(cons.tail()));
            current = cons.head();
            continue;
        }
        match current.as_boxed() {
            Some(object) => {
                let parts;
                (hash, parts) = object_hash(hash, object);
                if !parts.is_empty() {
                    rest.push(Rest::Slice(parts));
                }
            }
            None => hash = mix(hash, current.word().0),
        }
        current = match rest.pop() {
            None => {
                steps.end();
                return finish(hash);
            }
            Some(Rest::Term(term)) => term,
            Some(Rest::Slice([first, others @ ..])) => {
                if !others.is_empty() {
                    rest.push(Rest::Slice(others));
                }
                *first
            }
            Some(Rest::Slice([])) => unreachable!("empty slices are not put off"),
        };
    }
}

/// The hash with what an object holds itself, and the terms in it that are still to be hashed.
fn object_hash<'h>(hash: u64, object: Boxed<'h>) -> (u64, &'h [Term<'h>]) {
    match object.kind() {
        Kind::HeapBits | Kind::RefBits => match Bits::of_object(object) {
            Some(bits) => (bits_hash(mix(hash, Kind::HeapBits as u64), bits), &[]),
            None => unreachable!("a bit string is on the heap or shared"),
        },
        Kind::Reference => (mix(mix(hash, Kind::Reference as u64), object.raw(1)), &[]),
        Kind::Fun | Kind::Export => code_hash(hash, object),
        _ => {
            let hash = mix(hash, object.header().0);
            (object.raws().iter().fold(hash, |hash, &raw| mix(hash, raw)), object.terms())
        }
    }
}

fn code_hash<'h>(hash: u64, object: Boxed<'h>) -> (u64, &'h [Term<'h>]) {
    let both = |a: u32, b: u32| u64::from(a) << 32 | u64::from(b);
    match object.as_term().view() {
        View::Fun(fun) => {
            let entry = fun.entry();
            let hash = mix(mix(hash, Kind::Fun as u64), both(entry.module.0, entry.index));
            (mix(hash, entry.old_uniq.into()), fun.free())
        }
        View::Export(name) => {
            let hash = mix(mix(hash, Kind::Export as u64), both(name.module.0, name.function.0));
            (mix(hash, name.arity.into()), &[])
        }
        _ => unreachable!("only funs refer to code"),
    }
}

fn bits_hash(hash: u64, bits: Bits<'_>) -> u64 {
    let hash = mix(hash, bits.bit_size() as u64);
    let word = |chunk: &[u8]| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    };
    if let Some(bytes) = bits.as_bytes() {
        return pace::paced(bytes.chunks(8), 1).fold(hash, |hash, chunk| mix(hash, word(chunk)));
    }
    pace::paced((0..bits.byte_size()).step_by(8), 4).fold(hash, |hash, at| {
        let mut chunk = [0; 8];
        let count = (bits.byte_size() - at).min(8);
        chunk.iter_mut().take(count).enumerate().for_each(|(i, byte)| *byte = bits.byte(at + i));
        mix(hash, u64::from_le_bytes(chunk))
    })
}
