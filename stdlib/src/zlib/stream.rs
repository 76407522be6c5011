//! A stream: a compressor or an expander, and the bytes that wait for it.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use purlin_heap::bits::Buffer;
use purlin_heap::{Message, Pid};

use crate::byte_queue::ByteQueue;

/// Bytes that a stream gives at once when a program does not say how many.
const CHUNK_BYTES: usize = 4000;

/// A stream, and who may use it.
pub(crate) struct Stream {
    pub(super) owner: Pid,
    pub(super) codec: Codec,
    pub(super) input: ByteQueue,
    /// What `zlib` puts aside between two calls.
    pub(super) stash: Option<Message>,
    pub(super) chunk_size: usize,
    /// Whether the end of the compressed data was seen.
    pub(super) ended: bool,
    /// The checksum of what is not compressed, of streams without a frame.
    pub(super) checksum: crc32fast::Hasher,
}

/// What a stream is for.
pub(super) enum Codec {
    None,
    Closed,
    Compressor { codec: Compress, frame: Frame, begun: bool },
    Expander { codec: Option<Decompress>, bits: i64, at_end: AtEnd },
}

/// What is around compressed data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    Raw,
    Zlib,
    Gzip,
    /// One of the two, as the first byte tells.
    Either,
}

impl Frame {
    /// Of zlib's `windowBits`.
    pub(super) fn of(bits: i64) -> Frame {
        match bits {
            ..0 => Frame::Raw,
            0..16 => Frame::Zlib,
            16..32 => Frame::Gzip,
            _ => Frame::Either,
        }
    }
}

/// What becomes of bytes behind the end of the data.
#[derive(Clone, Copy)]
pub(super) enum AtEnd {
    Fail,
    Reset,
    Drop,
}

/// How a step ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Done,
    Ended,
    /// Nothing could be done.
    Stuck,
    NeedsDictionary(u32),
    /// The data is damaged.
    Damaged,
}

/// What some work on a stream gave.
pub(super) struct Worked {
    pub(super) step: Step,
    pub(super) output: Buffer,
    pub(super) produced: usize,
    pub(super) consumed: usize,
}

/// The window that zlib's `windowBits` ask for; the smallest is taken for the next one.
fn window(bits: i64) -> u8 {
    ((bits.unsigned_abs() & 15) as u8).clamp(9, 15)
}

/// A compressor for zlib's `windowBits`.
pub(super) fn compressor(level: Compression, bits: i64) -> Compress {
    match Frame::of(bits) {
        Frame::Gzip => Compress::new_gzip(level, window(bits)),
        frame => Compress::new_with_window_bits(level, frame != Frame::Raw, window(bits)),
    }
}

/// The first byte of gzip's frame; zlib's begins with no such byte.
const GZIP_FIRST: u8 = 0x1f;

/// An expander for zlib's `windowBits`, and for data that begins with this byte.
fn expander(bits: i64, first: Option<u8>) -> Option<Decompress> {
    Some(match Frame::of(bits) {
        Frame::Gzip => Decompress::new_gzip(window(bits)),
        Frame::Either if first? == GZIP_FIRST => Decompress::new_gzip(window(bits)),
        frame => Decompress::new_with_window_bits(frame != Frame::Raw, window(bits)),
    })
}

impl Stream {
    pub(super) fn new(owner: Pid) -> Stream {
        Stream {
            owner,
            codec: Codec::None,
            input: ByteQueue::default(),
            stash: None,
            chunk_size: CHUNK_BYTES,
            ended: false,
            checksum: crc32fast::Hasher::new(),
        }
    }

    /// Forgets what waits.
    pub(super) fn reset_input(&mut self) {
        self.input = ByteQueue::default();
        self.stash = None;
    }

    /// Begins data anew.
    pub(super) fn reset(&mut self) {
        match &mut self.codec {
            Codec::Compressor { codec, begun, .. } => {
                codec.reset();
                *begun = false;
            }
            Codec::Expander { codec, bits, .. } => *codec = expander(*bits, None),
            Codec::None | Codec::Closed => {}
        }
        self.checksum = crc32fast::Hasher::new();
        self.ended = false;
    }

    /// Works on at most about so many bytes of what waits, into a buffer of `size` bytes. When nothing waits any more, what the
    /// codec holds back is asked for as `flush` says.
    pub(super) fn work(
        &mut self,
        limit: usize,
        mut output: Buffer,
        size: usize,
        flush: FlushCompress,
    ) -> Worked {
        let (mut step, mut produced, mut consumed) = (Step::Done, 0, 0);
        let (codec, input, checksum) = (&mut self.codec, &mut self.input, &mut self.checksum);
        for piece in input.bytes() {
            if step != Step::Done || consumed >= limit {
                break;
            }
            let block = &piece[..piece.len().min(limit)];
            let room = &mut output.bytes_mut()[produced..size];
            let (taken, given, ended) = codec.step(block, room, FlushCompress::None);
            match codec {
                Codec::Compressor { frame: Frame::Raw, .. } => checksum.update(&block[..taken]),
                Codec::Expander { bits: ..0, .. } => checksum.update(&room[..given]),
                _ => {}
            }
            (consumed, produced, step) = (consumed + taken, produced + given, ended);
        }
        input.skip(consumed);
        if step == Step::Done && input.size() == 0 && produced < size {
            let room = &mut output.bytes_mut()[produced..size];
            let (_, given, ended) = codec.step(&[], room, flush);
            if matches!(codec, Codec::Expander { bits: ..0, .. }) {
                checksum.update(&room[..given]);
            }
            (produced, step) = (produced + given, ended);
        }
        self.ended |= step == Step::Ended;
        Worked { step, output, produced, consumed }
    }
}

impl Codec {
    /// How many bytes were taken and given, and how that ended.
    fn step(&mut self, input: &[u8], output: &mut [u8], flush: FlushCompress) -> (usize, usize, Step) {
        let told = |status| match status {
            Status::Ok => Step::Done,
            Status::BufError => Step::Stuck,
            Status::StreamEnd => Step::Ended,
        };
        match self {
            Codec::Compressor { codec, begun, .. } => {
                let before = (codec.total_in(), codec.total_out());
                *begun = true;
                let step = codec.compress(input, output, flush).map_or(Step::Damaged, told);
                ((codec.total_in() - before.0) as usize, (codec.total_out() - before.1) as usize, step)
            }
            Codec::Expander { codec, bits, .. } => {
                if codec.is_none() {
                    *codec = expander(*bits, input.first().copied());
                }
                let Some(codec) = codec else { return (0, 0, Step::Stuck) };
                let before = (codec.total_in(), codec.total_out());
                let step = match codec.decompress(input, output, FlushDecompress::None) {
                    Ok(status) => told(status),
                    Err(error) => error.needs_dictionary().map_or(Step::Damaged, Step::NeedsDictionary),
                };
                ((codec.total_in() - before.0) as usize, (codec.total_out() - before.1) as usize, step)
            }
            Codec::None | Codec::Closed => (0, 0, Step::Stuck),
        }
    }
}

impl Stream {
    /// Gives an expander the dictionary that its data was compressed with; otherwise why not.
    pub(super) fn set_dictionary(&mut self, dictionary: &[u8]) -> Result<(), &'static str> {
        let Codec::Expander { codec, bits, .. } = &mut self.codec else { return Err("not_initialized") };
        if codec.is_none() && *bits < 0 {
            *codec = expander(*bits, None);
        }
        let codec = codec.as_mut().ok_or("stream_error")?;
        codec.set_dictionary(dictionary).map(drop).map_err(|error| match error.needs_dictionary() {
            Some(_) => "data_error",
            None => "stream_error",
        })
    }
}
