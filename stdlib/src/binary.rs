//! Module `binary`, but for searching.

use purlin_heap::big::{self, Integer};
use purlin_heap::bits::{self, Bits};
use purlin_heap::{Build, Term, am, pace};
use purlin_vm::{Context, NativeFunction, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::guards::{extent, part};

mod search;

pub(crate) const SEARCH: &[NativeFunction] = search::NATIVES;

natives! { "binary":
    "at"/2 => at, "first"/1 => first, "last"/1 => last, "part"/2 => part_2, "part"/3 => part_3,
    "bin_to_list"/1 => bin_to_list, "bin_to_list"/2 => bin_to_list_2, "bin_to_list"/3 => bin_to_list_3,
    "copy"/1 => copy, "copy"/2 => copy_times, "referenced_byte_size"/1 => referenced_byte_size,
    "decode_unsigned"/1 => decode_unsigned, "decode_unsigned"/2 => decode_unsigned,
    "encode_unsigned"/1 => encode_unsigned, "encode_unsigned"/2 => encode_unsigned,
    "longest_common_prefix"/1 => longest_common_prefix, "longest_common_suffix"/1 => longest_common_suffix,
}

fn byte<'h>(bits: Bits<'h>, at: Option<usize>) -> Outcome<'h> {
    match at {
        Some(at) if at < bits.byte_size() => Ok(Term::small(bits.byte(at).into())),
        _ => Err(Stop::badarg()),
    }
}

fn at<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    byte(args::binary(args[0])?, Some(args::size(args[1])?))
}

fn first<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    byte(args::binary(args[0])?, Some(0))
}

fn last<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bits = args::binary(args[0])?;
    byte(bits, bits.byte_size().checked_sub(1))
}

fn pair<'h>(term: Term<'h>) -> Read<'h, (Term<'h>, Term<'h>)> {
    match *args::tuple(term)?.elements() {
        [start, length] => Ok((start, length)),
        _ => Err(Stop::badarg()),
    }
}

fn part_2<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (start, length) = pair(args[1])?;
    part(cx, args[0], start, length)
}

fn part_3<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    part(cx, args[0], args[1], args[2])
}

/// The bytes from a place on as a list.
fn listed<'h>(cx: &Context<'h>, bits: Bits<'h>, from: usize, length: usize) -> Outcome<'h> {
    let part = bits.slice(from * 8, length * 8).ok_or(Stop::badarg())?;
    Ok(bits::iolist::to_list(part, Term::NIL, cx.heap()))
}

fn bin_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bits = args::binary(args[0])?;
    listed(cx, bits, 0, bits.byte_size())
}

fn bin_to_list_2<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (bits, (start, length)) = (args::binary(args[0])?, pair(args[1])?);
    let (from, length) = extent(start, length, bits.byte_size())?;
    listed(cx, bits, from, length)
}

fn bin_to_list_3<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bits = args::binary(args[0])?;
    let (from, length) = extent(args[1], args[2], bits.byte_size())?;
    listed(cx, bits, from, length)
}

fn copy<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bits = args::binary(args[0])?;
    Ok(bits::copy(bits, cx.heap()))
}

/// Bytes of the largest binary that is made of copies.
const COPIES_BYTES_MAX: usize = 1 << 40;

fn copy_times<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bits = args::binary(args[0])?;
    // Of larger numbers OTP takes those of a word for counts.
    let is_word = |times: Integer<'_>| !times.negative && times.limbs().len() == 1;
    if args[1].as_small().is_none() && Integer::of(args[1]).is_some_and(is_word) {
        return Err(Stop::system_limit());
    }
    let times = args::size(args[1])?;
    let size = bits.byte_size().checked_mul(times).filter(|&size| size <= COPIES_BYTES_MAX);
    let size = size.ok_or(Stop::system_limit())?;
    let mut made = bits::Construction::new(size * 8, cx.heap()).map_err(|_| Stop::system_limit())?;
    for _ in pace::paced(0..times, 4) {
        made.writer().bits(bits).map_err(|_| Stop::system_limit())?;
    }
    Ok(made.finish(cx.heap()))
}

/// How many bytes a binary keeps alive.
fn referenced_byte_size<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    args::bits(args[0])?;
    let size = bits::referenced_bytes(args[0]).ok_or(Stop::badarg())?;
    Ok(cx.heap().unsigned(size as u64))
}

/// Whether the byte order that may follow, big if there is none, is little.
fn is_little<'h>(args: &[Term<'h>]) -> Read<'h, bool> {
    match args.get(1).map(|order| order.as_atom()) {
        None | Some(Some(am::big)) => Ok(false),
        Some(Some(am::little)) => Ok(true),
        _ => Err(Stop::badarg()),
    }
}

fn decode_unsigned<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let little = is_little(args)?;
    let mut bytes: Vec<u8> = args::binary(args[0])?.to_vec();
    if !little {
        bytes.reverse();
    }
    let limb = |chunk: &[u8]| chunk.iter().rev().fold(0, |limb, &byte| limb << 8 | u64::from(byte));
    let limbs: Vec<u64> = pace::paced(bytes.chunks(8), 1).map(limb).collect();
    Ok(big::unlimited(false, &limbs, cx.heap()))
}

fn encode_unsigned<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let little = is_little(args)?;
    let value = Integer::of(args[0]).filter(|value| !value.negative).ok_or(Stop::badarg())?;
    let mut bytes: Vec<u8> = value.limbs().iter().flat_map(|limb| limb.to_le_bytes()).collect();
    bytes.truncate(bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1).max(1));
    if bytes.is_empty() {
        bytes.push(0);
    }
    if !little {
        bytes.reverse();
    }
    Ok(bits::binary(&bytes, cx.heap()))
}

/// How many bytes at the start all binaries of a list have in common, each given from its start by `nth`.
fn common<'h>(list: Term<'h>, nth: fn(Bits<'h>, usize) -> u8) -> Outcome<'h> {
    let all =
        pace::paced(args::elements(list)?.into_iter(), 1).map(args::binary).collect::<Result<Vec<_>, _>>()?;
    let (first, others) = all.split_first().ok_or(Stop::badarg())?;
    let shortest = pace::paced(all.iter(), 1).map(|bits| bits.byte_size()).min().unwrap_or(0);
    let same = |at: &usize| others.iter().all(|other| nth(*other, *at) == nth(*first, *at));
    Ok(Term::small(pace::paced(0..shortest, all.len()).take_while(same).count() as i64))
}

fn longest_common_prefix<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    common(args[0], |bits, at| bits.byte(at))
}

fn longest_common_suffix<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    common(args[0], |bits, at| bits.byte(bits.byte_size() - 1 - at))
}
