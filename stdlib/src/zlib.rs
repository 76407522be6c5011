//! Module `zlib`: compressing and expanding, whole values here, and streams.

mod stream;
mod streams;

pub(crate) use streams::STREAMS;

use std::io::Read;

use flate2::Compression;
use flate2::read;
use purlin_heap::pace::{self, ToCompress};
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

/// Reading from memory cannot fail, nor can compressing.
fn compressed<'h>(cx: &Context<'h>, mut encoder: impl Read) -> Outcome<'h> {
    let mut bytes = Vec::new();
    encoder.read_to_end(&mut bytes).map_err(|_| Stop::badarg())?;
    Ok(binary_of(cx, bytes))
}

fn binary_of<'h>(cx: &Context<'h>, bytes: Vec<u8>) -> Term<'h> {
    let binary = bits::binary(&bytes, cx.heap());
    pace::free(bytes);
    binary
}

fn expanded<'h>(cx: &Context<'h>, decoder: impl Read) -> Outcome<'h> {
    let (bytes, result) = pace::expand(decoder, EXPANDED_BYTES_MAX + 1);
    if bytes.len() as u64 > EXPANDED_BYTES_MAX {
        return Err(Stop::system_limit());
    }
    match result {
        Ok(_) => Ok(binary_of(cx, bytes)),
        Err(_) => Err(data_error(cx)?),
    }
}

fn data_error<'h>(cx: &Context<'h>) -> Result<Stop<'h>, Stop<'h>> {
    Ok(Stop::error(cx.atoms().intern("data_error")?))
}

fn compress<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    compressed(cx, read::ZlibEncoder::new(ToCompress(&args::iodata(args[0])?), Compression::default()))
}

fn uncompress<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bytes = args::iodata(args[0])?;
    if bytes.len() < COMPRESSED_BYTES_MIN {
        return Err(data_error(cx)?);
    }
    expanded(cx, read::ZlibDecoder::new(&*bytes))
}

fn zip<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    compressed(cx, read::DeflateEncoder::new(ToCompress(&args::iodata(args[0])?), Compression::default()))
}

fn unzip<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    expanded(cx, read::DeflateDecoder::new(&*args::iodata(args[0])?))
}

fn gzip<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    compressed(cx, read::GzEncoder::new(ToCompress(&args::iodata(args[0])?), Compression::default()))
}

fn gunzip<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    expanded(cx, read::MultiGzDecoder::new(&*args::iodata(args[0])?))
}
