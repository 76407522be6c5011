//! The MD5 of a module: over the chunks that make it what it is, as OTP computes it, so that funs of the same
//! module on another machine are known to be the same.

use md5::{Digest, Md5};

use super::container::Container;

/// The chunks that count, in their order.
const CHUNKS: [[u8; 4]; 8] = [*b"AtU8", *b"Code", *b"StrT", *b"ImpT", *b"ExpT", *b"FunT", *b"LitT", *b"Meta"];

/// Bytes of a fun in FunT; the last four are a hash that differs between compilations.
const FUN_BYTES: usize = 24;

pub(crate) fn checksum(container: &Container<'_>) -> [u8; 16] {
    let mut md5 = Md5::new();
    for id in CHUNKS {
        match container.optional(id) {
            Some(chunk) if id == *b"FunT" => funs(&mut md5, chunk),
            Some(chunk) => md5.update(chunk),
            None => {}
        }
    }
    md5.finalize().into()
}

fn funs(md5: &mut Md5, chunk: &[u8]) {
    let (count, funs) = chunk.split_at(chunk.len().min(4));
    md5.update(count);
    for fun in funs.chunks_exact(FUN_BYTES) {
        md5.update(&fun[..FUN_BYTES - 4]);
        md5.update([0; 4]);
    }
}
