//! The natives of streams, as OTP's own `zlib` calls them.

use flate2::{Compression, FlushCompress};
use purlin_heap::bits::Buffer;
use purlin_heap::{Build, Message, Term, am};
use purlin_vm::{Context, NativeFunction, Outcome, Stop};

use super::stream::{AtEnd, Codec, Frame, Step, Stream, Worked, compressor};
use crate::args::{self, Read};
use crate::byte_queue;
use crate::resources;

const fn function(function: &'static str, arity: u8, body: purlin_vm::Native) -> NativeFunction {
    NativeFunction { module: "zlib", function, arity, body }
}

/// The natives.
pub(crate) const STREAMS: &[NativeFunction] = &[
    function("open_nif", 0, open),
    function("close_nif", 1, close),
    function("set_controller_nif", 2, set_controller),
    function("deflateInit_nif", 6, deflate_init),
    function("deflateSetDictionary_nif", 2, deflate_set_dictionary),
    function("deflateReset_nif", 1, deflate_reset),
    function("deflateParams_nif", 3, deflate_params),
    function("deflate_nif", 4, deflate),
    function("deflateEnd_nif", 1, deflate_end),
    function("inflateInit_nif", 3, inflate_init),
    function("inflateSetDictionary_nif", 2, inflate_set_dictionary),
    function("inflateGetDictionary_nif", 1, inflate_get_dictionary),
    function("inflateReset_nif", 1, inflate_reset),
    function("inflate_nif", 4, inflate),
    function("inflateEnd_nif", 1, inflate_end),
    function("enqueue_nif", 2, enqueue),
    function("getStash_nif", 1, stash),
    function("setStash_nif", 2, set_stash),
    function("clearStash_nif", 1, clear_stash),
    function("getBufSize_nif", 1, chunk_size),
    function("setBufSize_nif", 2, set_chunk_size),
    function("crc32_nif", 1, checksum),
];

/// The error whose reason is this atom.
fn error<'h>(cx: &Context<'h>, reason: &str) -> Stop<'h> {
    cx.atoms().intern(reason).map_or_else(Stop::from, Stop::error)
}

/// Does something with the stream of a reference, whose owner must call.
fn with<'h, R>(
    cx: &Context<'h>,
    stream: Term<'h>,
    work: impl FnOnce(&mut Stream) -> Read<'h, R>,
) -> Read<'h, R> {
    resources::with(stream, |stream: &mut Stream| {
        if stream.owner == cx.pid() { work(stream) } else { Err(error(cx, "not_on_controlling_process")) }
    })
}

/// As [`with`], for what answers `ok`.
fn perform<'h>(
    cx: &Context<'h>,
    stream: Term<'h>,
    work: impl FnOnce(&mut Stream) -> Read<'h, ()>,
) -> Outcome<'h> {
    with(cx, stream, work)?;
    Ok(Term::atom(am::ok))
}

fn expect_compressor<'h>(cx: &Context<'h>, stream: &Stream) -> Read<'h, ()> {
    let is_one = matches!(stream.codec, Codec::Compressor { .. });
    if is_one { Ok(()) } else { Err(error(cx, "not_initialized")) }
}

fn expect_expander<'h>(cx: &Context<'h>, stream: &Stream) -> Read<'h, ()> {
    let is_one = matches!(stream.codec, Codec::Expander { .. });
    if is_one { Ok(()) } else { Err(error(cx, "not_initialized")) }
}

fn open<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(resources::add(cx, Stream::new(cx.pid())))
}

fn close<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    perform(cx, args[0], |stream| {
        if matches!(stream.codec, Codec::Closed) {
            return Err(error(cx, "not_initialized"));
        }
        stream.codec = Codec::Closed;
        stream.reset_input();
        Ok(())
    })
}

fn set_controller<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let owner = args[1].as_pid().ok_or(Stop::badarg())?;
    perform(cx, args[0], |stream| {
        stream.owner = owner;
        Ok(())
    })
}

/// A stream begins to be used for something.
fn begin<'h>(cx: &Context<'h>, stream: Term<'h>, codec: Codec) -> Outcome<'h> {
    perform(cx, stream, |stream| {
        if !matches!(stream.codec, Codec::None) {
            return Err(error(cx, "already_initialized"));
        }
        stream.codec = codec;
        stream.ended = false;
        stream.checksum = crc32fast::Hasher::new();
        Ok(())
    })
}

/// zlib's number for a level.
fn level<'h>(level: Term<'h>) -> Read<'h, Compression> {
    Ok(u32::try_from(args::small(level)?).map_or(Compression::default(), Compression::new))
}

/// Stream, level, method, window, memory, strategy. Memory and strategy are zlib's usual ones.
fn deflate_init<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (level, bits) = (level(args[1])?, args::small(args[3])?);
    let frame = Frame::of(bits);
    if frame == Frame::Either || bits == -8 {
        return Err(error(cx, "stream_error"));
    }
    begin(cx, args[0], Codec::Compressor { codec: compressor(level, bits), frame, begun: false })
}

/// The checksum of a dictionary that zlib tells for data without a frame: one that begins with 0.
fn adler_of_raw(bytes: &[u8]) -> u32 {
    const BASE: u32 = 65521;
    let (low, high) = bytes.iter().fold((0, 0), |(low, high), &byte| {
        let low = (low + u32::from(byte)) % BASE;
        (low, (high + low) % BASE)
    });
    high << 16 | low
}

/// OTP tells checksums as signed numbers.
fn signed<'h>(checksum: u32) -> Term<'h> {
    Term::small((checksum as i32).into())
}

fn deflate_set_dictionary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let dictionary = args::iodata(args[1])?;
    with(cx, args[0], |stream| {
        let Codec::Compressor { codec, frame, .. } = &mut stream.codec else {
            return Err(error(cx, "not_initialized"));
        };
        let checksum = codec.set_dictionary(&dictionary).map_err(|_| error(cx, "stream_error"))?;
        Ok(signed(if *frame == Frame::Raw { adler_of_raw(&dictionary) } else { checksum }))
    })
}

fn deflate_reset<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    perform(cx, args[0], |stream| {
        expect_compressor(cx, stream)?;
        stream.reset();
        stream.reset_input();
        Ok(())
    })
}

fn deflate_params<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let level = level(args[1])?;
    perform(cx, args[0], |stream| {
        let Codec::Compressor { codec, .. } = &mut stream.codec else {
            return Err(error(cx, "not_initialized"));
        };
        codec.set_level(level).map_err(|_| error(cx, "stream_error"))
    })
}

fn deflate_end<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    perform(cx, args[0], |stream| {
        expect_compressor(cx, stream)?;
        let is_unfinished = matches!(stream.codec, Codec::Compressor { begun: true, .. }) && !stream.ended;
        end(cx, stream, is_unfinished)
    })
}

fn inflate_init<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let bits = args::small(args[1])?;
    let at_end = match args::small(args[2])? {
        0 => AtEnd::Fail,
        1 => AtEnd::Reset,
        _ => AtEnd::Drop,
    };
    begin(cx, args[0], Codec::Expander { codec: None, bits, at_end })
}

fn inflate_set_dictionary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let dictionary = args::iodata(args[1])?;
    perform(cx, args[0], |stream| {
        expect_expander(cx, stream)?;
        stream.set_dictionary(&dictionary).map_err(|reason| error(cx, reason))
    })
}

/// flate2 does not tell the dictionary.
fn inflate_get_dictionary<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with(cx, args[0], |stream| expect_expander(cx, stream))?;
    Ok(Term::atom(cx.atoms().intern("not_supported")?))
}

fn inflate_reset<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    perform(cx, args[0], |stream| {
        expect_expander(cx, stream)?;
        stream.reset();
        stream.reset_input();
        Ok(())
    })
}

fn inflate_end<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    perform(cx, args[0], |stream| {
        expect_expander(cx, stream)?;
        let is_unfinished = !stream.ended;
        end(cx, stream, is_unfinished)
    })
}

/// A stream is used for nothing any more.
fn end<'h>(cx: &Context<'h>, stream: &mut Stream, is_unfinished: bool) -> Read<'h, ()> {
    let has_input = stream.input.size() > 0;
    stream.reset_input();
    stream.codec = Codec::None;
    if is_unfinished || has_input { Err(error(cx, "data_error")) } else { Ok(()) }
}

fn enqueue<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let pieces = byte_queue::pieces(args[1])?;
    perform(cx, args[0], |stream| {
        if matches!(stream.codec, Codec::None | Codec::Closed) {
            return Err(error(cx, "not_initialized"));
        }
        stream.input.push(pieces);
        Ok(())
    })
}

/// Sizes and zlib's number of a way to flush, as the natives of work are given them.
struct Sizes {
    input: usize,
    output: usize,
    flush: FlushCompress,
}

impl Sizes {
    fn of<'h>(args: &[Term<'h>]) -> Read<'h, Sizes> {
        let flush = match args::small(args[3])? {
            0 => FlushCompress::None,
            2 => FlushCompress::Sync,
            3 => FlushCompress::Full,
            4 => FlushCompress::Finish,
            _ => return Err(Stop::badarg()),
        };
        Ok(Sizes { input: args::size(args[1])?, output: args::size(args[2])?, flush })
    }
}

/// A portion of work on a stream; `{finished, Output}` or `{continue, Output}`.
fn work<'h>(cx: &Context<'h>, sizes: &Sizes, stream: &mut Stream) -> Read<'h, (Worked, usize)> {
    let output = Buffer::new(sizes.output).map_err(|_| error(cx, "mem_error"))?;
    let worked = stream.work(sizes.input, output, sizes.output, sizes.flush);
    let left = stream.input.size();
    let is_stuck = worked.consumed == 0 && worked.produced == 0 && left != 0;
    if worked.step == Step::Damaged || is_stuck {
        return Err(error(cx, "data_error"));
    }
    Ok((worked, left))
}

fn told<'h>(cx: &Context<'h>, sizes: &Sizes, worked: Worked, left: usize) -> Outcome<'h> {
    let heap = cx.heap();
    // A step of zlib's work takes about as long as so many bytes looked at.
    const BYTES_PER_BYTE: usize = 32;
    purlin_heap::pace::charge_bytes((worked.consumed + worked.produced) * BYTES_PER_BYTE);
    let output = match worked.produced {
        0 => Term::NIL,
        produced => {
            let binary = worked.output.into_binary(produced, heap).map_err(|_| Stop::system_limit())?;
            heap.list(&[binary])
        }
    };
    let name = |name| cx.atoms().intern(name).map(Term::atom);
    if left == 0 && worked.produced < sizes.output {
        return Ok(heap.tuple(&[name("finished")?, output]));
    }
    match worked.step {
        Step::NeedsDictionary(checksum) => {
            Ok(heap.tuple(&[name("need_dictionary")?, signed(checksum), output]))
        }
        _ => Ok(heap.tuple(&[name("continue")?, output])),
    }
}

fn deflate<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let sizes = Sizes::of(args)?;
    let (worked, left) = with(cx, args[0], |stream| {
        expect_compressor(cx, stream)?;
        work(cx, &sizes, stream)
    })?;
    told(cx, &sizes, worked, left)
}

fn inflate<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let sizes = Sizes::of(args)?;
    let (worked, left) = with(cx, args[0], |stream| {
        let Codec::Expander { at_end, .. } = stream.codec else { return Err(error(cx, "not_initialized")) };
        if stream.ended && stream.input.size() > 0 {
            match at_end {
                AtEnd::Fail => return Err(error(cx, "data_error")),
                AtEnd::Reset => stream.reset(),
                AtEnd::Drop => stream.reset_input(),
            }
        }
        work(cx, &sizes, stream)
    })?;
    told(cx, &sizes, worked, left)
}

fn stash<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with(cx, args[0], |stream| match &stream.stash {
        None => Ok(Term::atom(cx.atoms().intern("empty")?)),
        Some(stash) => {
            let stash = purlin_heap::copy_into(cx.heap(), stash.term());
            Ok(cx.heap().tuple(&[Term::atom(am::ok), stash]))
        }
    })
}

fn set_stash<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let stash = Message::copy_of(args[1]);
    perform(cx, args[0], |stream| match stream.stash {
        None => {
            stream.stash = Some(stash);
            Ok(())
        }
        Some(_) => Err(Stop::error(am::error)),
    })
}

fn clear_stash<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    perform(cx, args[0], |stream| stream.stash.take().map(drop).ok_or(Stop::error(am::error)))
}

fn chunk_size<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with(cx, args[0], |stream| Ok(Term::small(stream.chunk_size as i64)))
}

fn set_chunk_size<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let size = args::size(args[1])?;
    perform(cx, args[0], |stream| {
        stream.chunk_size = size;
        Ok(())
    })
}

fn checksum<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    with(cx, args[0], |stream| match stream.codec {
        Codec::None | Codec::Closed => Err(error(cx, "not_initialized")),
        _ => Ok(Term::small(stream.checksum.clone().finalize().into())),
    })
}
