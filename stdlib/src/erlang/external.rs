//! The external term format.

use purlin_heap::external::{self, DecodeOptions, DecodeReason, EncodeOptions};
use purlin_heap::{Build, Term, am, bits, pace};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};

natives! { "erlang":
    "term_to_binary"/1 => term_to_binary, "term_to_binary"/2 => term_to_binary,
    "term_to_iovec"/1 => term_to_iovec, "term_to_iovec"/2 => term_to_iovec,
    "binary_to_term"/1 => binary_to_term, "binary_to_term"/2 => binary_to_term,
    "external_size"/1 => external_size, "external_size"/2 => external_size,
}

/// The options of encoding; there may be none.
fn encoding<'h>(options: Option<&Term<'h>>) -> Read<'h, EncodeOptions> {
    let mut chosen = EncodeOptions::default();
    for option in args::elements(options.copied().unwrap_or(Term::NIL))? {
        match option.as_atom() {
            Some(am::compressed) => chosen.compressed = Some(6),
            Some(am::deterministic) => chosen.deterministic = true,
            Some(am::local) => chosen.local = true,
            Some(_) => return Err(Stop::badarg()),
            None => match *args::tuple(option)?.elements() {
                [key, level] if key.is_atom(am::compressed) && args::size(level)? <= 9 => {
                    chosen.compressed = (args::size(level)? > 0).then_some(args::size(level)? as u32);
                }
                [key, version] if key.is_atom(am::minor_version) && args::size(version)? <= 2 => {
                    chosen.minor_version = args::size(version)? as u8;
                }
                _ => return Err(Stop::badarg()),
            },
        }
    }
    Ok(chosen)
}

/// Whether new atoms are refused, and whether the number of bytes is asked for.
fn decoding<'h>(options: Option<&Term<'h>>) -> Read<'h, (bool, bool)> {
    let (mut safe, mut used) = (false, false);
    for option in args::elements(options.copied().unwrap_or(Term::NIL))? {
        match option.as_atom() {
            Some(am::safe) => safe = true,
            Some(am::used) => used = true,
            _ => return Err(Stop::badarg()),
        }
    }
    Ok((safe, used))
}

fn encoded<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Read<'h, Vec<u8>> {
    bytes(cx, args[0], &encoding(args.get(1))?)
}

fn bytes<'h>(cx: &Context<'h>, term: Term<'h>, options: &EncodeOptions) -> Read<'h, Vec<u8>> {
    external::encode(term, options, cx.vm()).map_err(|_| Stop::system_limit())
}

fn term_to_binary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bytes = encoded(cx, args)?;
    let binary = bits::binary(&bytes, cx.heap());
    pace::free(bytes);
    Ok(binary)
}

fn term_to_iovec<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(cx.heap().list(&[term_to_binary(cx, args)?]))
}

/// How many bytes the term takes at most; that is what it takes before it is compressed.
fn external_size<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let options = EncodeOptions { compressed: None, ..encoding(args.get(1))? };
    let encoded = bytes(cx, args[0], &options)?;
    let size = encoded.len();
    pace::free(encoded);
    Ok(cx.heap().unsigned(size as u64))
}

fn binary_to_term<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (safe, used) = decoding(args.get(1)).map_err(|_| args::bad_option())?;
    let bytes = args::binary(args[0])?.to_vec();
    let decoded = external::decode(&bytes, DecodeOptions { safe }, cx.vm(), cx.heap());
    pace::free(bytes);
    let (term, count) = decoded.map_err(|error| match error.reason {
        DecodeReason::AtomTableFull => Stop::system_limit(),
        _ => Stop::badarg(),
    })?;
    if used { Ok(cx.heap().tuple(&[term, Term::small(count as i64)])) } else { Ok(term) }
}
