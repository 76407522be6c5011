//! What natives tell of the bytes of a `.beam` file.

use purlin_heap::{Term, am, bits};
use purlin_vm::{Context, NativeFunction, Outcome, Stop};

use crate::args;

/// Those of `erts_internal`.
pub(crate) const INTERNAL: &[NativeFunction] = &[
    NativeFunction { module: "erts_internal", function: "beamfile_chunk", arity: 2, body: chunk },
    NativeFunction { module: "erts_internal", function: "beamfile_module_md5", arity: 1, body: module_md5 },
];

/// Bytes of a chunk's name, and of the size that follows it.
const NAME: usize = 4;
const HEAD: usize = 8;

/// The chunk of this name: `FOR1`, the size of what follows, `BEAM`, and then chunks, each with its name and size in front and
/// filled up to four bytes.
fn find<'b>(file: &'b [u8], name: &[u8]) -> Option<&'b [u8]> {
    let mut rest = file.strip_prefix(b"FOR1")?.get(NAME..)?.strip_prefix(b"BEAM")?;
    loop {
        let size = u32::from_be_bytes(rest.get(NAME..HEAD)?.try_into().ok()?) as usize;
        let contents = rest.get(HEAD..)?.get(..size)?;
        if &rest[..NAME] == name {
            return Some(contents);
        }
        rest = rest.get(HEAD + size.next_multiple_of(NAME)..)?;
    }
}

fn told<'h>(cx: &Context<'h>, bytes: Option<&[u8]>) -> Outcome<'h> {
    Ok(bytes.map_or(Term::atom(am::undefined), |bytes| bits::binary(bytes, cx.heap())))
}

fn chunk<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let file = args::binary(args[0])?.to_vec();
    let name = args::byte_list(args[1])?;
    if name.len() != NAME {
        return Err(Stop::badarg());
    }
    args::charge(cx, file.len());
    told(cx, find(&file, &name))
}

fn module_md5<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let file = args::binary(args[0])?.to_vec();
    args::charge(cx, file.len());
    told(cx, cx.vm().md5_of(&file).as_ref().map(|md5| &md5[..]))
}
