//! Module `zlib`: compressing and expanding whole values. Streams are not there yet.

use std::io::{self, Read};

use flate2::Compression;
use flate2::read;
use purlin_heap::{Term, bits};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args;

natives! { "zlib":
    "compress"/1 => compress, "uncompress"/1 => uncompress, "zip"/1 => zip, "unzip"/1 => unzip, "gzip"/1 => gzip,
    "gunzip"/1 => gunzip,
}

/// What expands to more than this is refused.
const EXPANDED_BYTES_MAX: u64 = 1 << 30;

/// A compressed value is no shorter, in the format of `compress/1`.
const COMPRESSED_BYTES_MIN: usize = 8;

/// Bytes that count as one reduction: compressing costs about a microsecond for so many.
const BYTES_PER_REDUCTION: usize = 32;

fn input<'h>(cx: &Context<'h>, data: Term<'h>) -> args::Read<'h, Vec<u8>> {
    let bytes = bits::iolist::to_bytes(data).map_err(|_| Stop::badarg())?;
    charge(cx, bytes.len());
    Ok(bytes)
}

fn charge(cx: &Context<'_>, bytes: usize) {
    cx.charge(u32::try_from(bytes / BYTES_PER_REDUCTION).unwrap_or(u32::MAX));
}

/// Reading from memory cannot fail, nor can compressing.
fn compressed<'h>(cx: &Context<'h>, mut encoder: impl Read) -> Outcome<'h> {
    let mut bytes = Vec::new();
    encoder.read_to_end(&mut bytes).map_err(|_| Stop::badarg())?;
    Ok(bits::binary(&bytes, cx.heap()))
}

fn expanded<'h>(cx: &Context<'h>, decoder: impl Read) -> Outcome<'h> {
    let mut bytes = Vec::new();
    let result: io::Result<usize> = decoder.take(EXPANDED_BYTES_MAX + 1).read_to_end(&mut bytes);
    charge(cx, bytes.len());
    if bytes.len() as u64 > EXPANDED_BYTES_MAX {
        return Err(Stop::system_limit());
    }
    match result {
        Ok(_) => Ok(bits::binary(&bytes, cx.heap())),
        Err(_) => Err(data_error(cx)?),
    }
}

fn data_error<'h>(cx: &Context<'h>) -> Result<Stop<'h>, Stop<'h>> {
    Ok(Stop::error(cx.atoms().intern("data_error")?))
}

fn compress<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    compressed(cx, read::ZlibEncoder::new(&*input(cx, args[0])?, Compression::default()))
}

fn uncompress<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bytes = input(cx, args[0])?;
    if bytes.len() < COMPRESSED_BYTES_MIN {
        return Err(data_error(cx)?);
    }
    expanded(cx, read::ZlibDecoder::new(&*bytes))
}

fn zip<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    compressed(cx, read::DeflateEncoder::new(&*input(cx, args[0])?, Compression::default()))
}

fn unzip<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    expanded(cx, read::DeflateDecoder::new(&*input(cx, args[0])?))
}

fn gzip<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    compressed(cx, read::GzEncoder::new(&*input(cx, args[0])?, Compression::default()))
}

fn gunzip<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    expanded(cx, read::MultiGzDecoder::new(&*input(cx, args[0])?))
}
