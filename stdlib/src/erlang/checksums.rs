//! Hashes of terms, and checksums and digests of bytes.

use std::borrow::Cow;

use purlin_heap::big::Integer;
use purlin_heap::bits;
use purlin_heap::hash::phash::phash as old_hash;
use purlin_heap::hash::portable;
use purlin_heap::{Build, Term, pace};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::md5::Md5;

natives! { "erlang":
    "phash"/2 => phash, "phash2"/1 => phash2, "phash2"/2 => phash2_in,
    "md5"/1 => md5, "md5_init"/0 => md5_init, "md5_update"/2 => md5_update, "md5_final"/1 => md5_final,
    "crc32"/1 => crc32, "crc32"/2 => crc32, "crc32_combine"/3 => crc32_combine,
    "adler32"/1 => adler32, "adler32"/2 => adler32, "adler32_combine"/3 => adler32_combine,
}

/// A range of hashes: 1 to 2^32.
fn range<'h>(term: Term<'h>) -> Read<'h, u64> {
    let range = Integer::of(term).and_then(|range| range.as_u64());
    range.filter(|range| (1..=1 << 32).contains(range)).ok_or(Stop::badarg())
}

fn phash<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let range = range(args[1])?;
    let hash = u64::from(old_hash(args[0], cx.atoms()));
    Ok(cx.heap().unsigned(1 + hash % range))
}

fn phash2<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::small(portable::phash2_27(args[0], cx.atoms()).into()))
}

fn phash2_in<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let range = range(args[1])?;
    Ok(cx.heap().unsigned(u64::from(portable::phash2(args[0], cx.atoms())) % range))
}

/// Digests bytes in portions.
fn digest(md5: &mut Md5, bytes: &[u8]) {
    for portion in pace::paced(bytes.chunks(DIGESTED_PORTION), 4 * pace::PORTION) {
        md5.update(portion);
    }
}

/// Bytes that take some tens of microseconds to digest.
const DIGESTED_PORTION: usize = 8192;

fn md5<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let mut md5 = Md5::default();
    digest(&mut md5, &args::iodata(args[0])?);
    Ok(bits::binary(&md5.digest(), cx.heap()))
}

fn md5_init<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(bits::binary(&Md5::default().save(), cx.heap()))
}

fn restored<'h>(context: Term<'h>) -> Read<'h, Md5> {
    let bytes: Vec<u8> = args::binary(context)?.to_vec();
    Md5::restore(&bytes).ok_or(Stop::badarg())
}

fn md5_update<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let mut md5 = restored(args[0])?;
    digest(&mut md5, &args::iodata(args[1])?);
    Ok(bits::binary(&md5.save(), cx.heap()))
}

fn md5_final<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(bits::binary(&restored(args[0])?.digest(), cx.heap()))
}

/// A checksum that goes before, and the data; there may be data alone.
fn before<'h>(args: &[Term<'h>], start: u32) -> Read<'h, (u32, Cow<'h, [u8]>)> {
    match *args {
        [sum, iolist] => Ok((checksum(sum)?, args::iodata(iolist)?)),
        _ => Ok((start, args::iodata(args[0])?)),
    }
}

fn checksum<'h>(term: Term<'h>) -> Read<'h, u32> {
    u32::try_from(args::size(term)?).map_err(|_| Stop::badarg())
}

/// Two checksums and the length of what the second is of.
fn both<'h>(args: &[Term<'h>]) -> Read<'h, (u32, u32, u64)> {
    Ok((checksum(args[0])?, checksum(args[1])?, checksum(args[2])?.into()))
}

fn crc32<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (sum, bytes) = before(args, 0)?;
    let mut hasher = crc32fast::Hasher::new_with_initial(sum);
    pace::in_portions(&bytes, |portion| hasher.update(portion));
    Ok(Term::small(hasher.finalize().into()))
}

fn crc32_combine<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (first, second, length) = both(args)?;
    if length == 0 {
        // Any checksum is taken for that of nothing, as zlib does.
        return Ok(Term::small((first ^ second).into()));
    }
    let mut hasher = crc32fast::Hasher::new_with_initial(first);
    hasher.combine(&crc32fast::Hasher::new_with_initial_len(second, length));
    Ok(Term::small(hasher.finalize().into()))
}

/// The modulus of both halves of an Adler-32 (RFC 1950).
const ADLER: u32 = 65521;
/// So many bytes can be added before a half must be reduced.
const ADLER_BYTES_MAX: usize = 5552;

fn adler32<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (sum, bytes) = before(args, 1)?;
    let (mut a, mut b) = (sum & 0xffff, sum >> 16);
    if bytes.is_empty() && args.last().is_some_and(|data| !data.is_nil()) {
        // An empty binary is added, an empty list is not: it leaves a sum as it is that no data have.
        (a, b) = (a % ADLER, b % ADLER);
    }
    for chunk in pace::paced(bytes.chunks(ADLER_BYTES_MAX), 2 * pace::PORTION) {
        for &byte in chunk {
            a += u32::from(byte);
            b += a;
        }
        (a, b) = (a % ADLER, b % ADLER);
    }
    Ok(Term::small((b << 16 | a).into()))
}

/// Halves beyond the modulus, which no sum has, are taken off once or twice and not reduced, as zlib does.
fn adler32_combine<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (first, second, length) = both(args)?;
    if length == 0 {
        return Ok(Term::small(first.into()));
    }
    let modulus = u64::from(ADLER);
    let halves = |sum: u32| (u64::from(sum & 0xffff), u64::from(sum >> 16));
    let ((a, b), (c, d)) = (halves(first), halves(second));
    let length = length % modulus;
    let below = |value: u64, bound: u64| if value >= bound { value - bound } else { value };
    let low = below(below(a + c + modulus - 1, modulus), modulus);
    let high = below(below(length * a % modulus + b + d + modulus - length, 2 * modulus), modulus);
    Ok(Term::small(((high << 16 | low) as u32).into()))
}
