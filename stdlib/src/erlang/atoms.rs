//! Atoms and text.

use purlin_heap::{Term, am, bits};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};
use crate::chars;

natives! { "erlang":
    "atom_to_list"/1 => atom_to_list, "atom_to_binary"/1 => atom_to_binary,
    "atom_to_binary"/2 => atom_to_binary, "list_to_atom"/1 => list_to_atom,
    "list_to_existing_atom"/1 => list_to_existing_atom, "binary_to_atom"/1 => binary_to_atom,
    "binary_to_atom"/2 => binary_to_atom, "binary_to_existing_atom"/1 => binary_to_existing_atom,
    "binary_to_existing_atom"/2 => binary_to_existing_atom,
}

fn atom_to_list<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = cx.atoms().name(args::atom(args[0])?);
    Ok(chars::list(cx.heap(), name))
}

/// Whether the encoding that follows the text, UTF-8 if there is none, is Latin-1.
fn is_latin1<'h>(encoding: Option<&Term<'h>>) -> Read<'h, bool> {
    match encoding.map(|encoding| encoding.as_atom()) {
        None | Some(Some(am::utf8 | am::unicode)) => Ok(false),
        Some(Some(am::latin1)) => Ok(true),
        _ => Err(Stop::badarg()),
    }
}

fn atom_to_binary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = cx.atoms().name(args::atom(args[0])?);
    if !is_latin1(args.get(1))? {
        return Ok(bits::binary(name.as_bytes(), cx.heap()));
    }
    let bytes: Result<Vec<u8>, _> = name.chars().map(u8::try_from).collect();
    Ok(bits::binary(&bytes.map_err(|_| Stop::badarg())?, cx.heap()))
}

fn interned<'h>(cx: &Context<'h>, name: &str) -> Outcome<'h> {
    Ok(Term::atom(cx.atoms().intern(name)?))
}

fn existing<'h>(cx: &Context<'h>, name: &str) -> Outcome<'h> {
    cx.atoms().lookup(name).map(Term::atom).ok_or(Stop::badarg())
}

/// The text that a list of characters is. Of one that is too long for an atom no more is read than shows that.
fn listed<'h>(list: Term<'h>) -> Read<'h, String> {
    args::characters_within(list, NAME_CHARACTERS_MAX)?.ok_or(Stop::system_limit())
}

fn too_long<'h>(text: &str) -> Option<Stop<'h>> {
    (text.chars().count() > NAME_CHARACTERS_MAX).then_some(Stop::system_limit())
}

fn list_to_atom<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    interned(cx, &listed(args[0])?)
}

fn list_to_existing_atom<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    existing(cx, &args::characters(args[0])?)
}

/// The text in a binary; nothing if it is malformed.
fn decoded<'h>(args: &[Term<'h>], bytes: &[u8]) -> Read<'h, Option<String>> {
    if is_latin1(args.get(1))? {
        return Ok(Some(bytes.iter().map(|&byte| char::from(byte)).collect()));
    }
    Ok(std::str::from_utf8(bytes).ok().map(str::to_owned))
}

/// Of text that is too long no more is read than shows that, as in OTP: what follows may be malformed.
fn binary_to_atom<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bits = args::binary(args[0])?;
    is_latin1(args.get(1))?;
    if bits.byte_size() > NAME_BYTES_MAX {
        return Err(Stop::system_limit());
    }
    let bytes = bits.to_vec();
    match decoded(args, &bytes)? {
        Some(text) => too_long(&text).map_or_else(|| interned(cx, &text), Err),
        None if has_name(&bytes) => Err(Stop::system_limit()),
        None => Err(Stop::badarg()),
    }
}

/// The name of an atom takes as many bytes at most.
const NAME_BYTES_MAX: usize = 4 * NAME_CHARACTERS_MAX;
const NAME_CHARACTERS_MAX: usize = 255;

/// Whether malformed UTF-8 begins with as many characters as a name may have.
fn has_name(bytes: &[u8]) -> bool {
    let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    valid.chars().nth(NAME_CHARACTERS_MAX - 1).is_some()
}

fn binary_to_existing_atom<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bits = args::binary(args[0])?;
    if bits.byte_size() > NAME_BYTES_MAX {
        return Err(Stop::badarg());
    }
    let bytes = bits.to_vec();
    existing(cx, &decoded(args, &bytes)?.ok_or(Stop::badarg())?)
}
