//! `decode_packet/3`: where a packet of some protocol ends, and what is in it.

mod http;

use purlin_heap::bits;
use purlin_heap::{Build, Term, am};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};

natives! { "erlang": "decode_packet"/3 => decode_packet, }

/// The protocols.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Raw,
    /// A length of so many bytes goes before the data, and is not part of them.
    Length(usize),
    /// Sun's record marking: four bytes, the highest bit of which ends a record.
    SunRpc,
    Line,
    Asn1,
    Cdr,
    FastCgi,
    Tpkt,
    Tls,
    Http {
        /// A header line instead of a request or response line.
        header: bool,
        /// Texts are binaries instead of lists.
        binary: bool,
    },
}

/// What was found at the start of the bytes.
enum Frame {
    /// The packet has so many bytes; they need not be there yet.
    Size(usize),
    /// It cannot be told yet.
    More,
    /// This is no packet.
    Invalid,
}

/// What the caller set; 0 stands for no limit.
struct Limits {
    packet_size: usize,
    line_length: usize,
    delimiter: u8,
}

fn decode_packet<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let Some(protocol) = protocol(cx, args[0]) else {
        return Err(Stop::RaiseCause(Term::atom(am::badarg), known(cx, "badopt")?));
    };
    let all = args::binary(args[1])?;
    let limits = limits(cx, protocol, args[2])?;
    let mut buffer = Vec::new();
    let bytes = all.bytes_in(&mut buffer).ok_or(Stop::badarg())?;
    args::charge(cx, bytes.len());
    let heap = cx.heap();
    match frame(protocol, bytes, &limits) {
        Frame::Size(size) if size <= bytes.len() => {
            let packet = contents(cx, protocol, args[1], &bytes[..size])?;
            let rest = bits::slice(args[1], size * 8, all.bit_size() - size * 8, heap);
            Ok(heap.tuple(&[Term::atom(am::ok), packet, rest.ok_or(Stop::badarg())?]))
        }
        Frame::Size(size) => Ok(heap.tuple(&[known(cx, "more")?, Term::small(size as i64)])),
        Frame::More => Ok(heap.tuple(&[known(cx, "more")?, Term::atom(am::undefined)])),
        Frame::Invalid => Ok(heap.tuple(&[Term::atom(am::error), known(cx, "invalid")?])),
    }
}

/// An atom by its name.
fn known<'h>(cx: &Context<'h>, name: &str) -> Read<'h, Term<'h>> {
    Ok(Term::atom(cx.atoms().intern(name)?))
}

fn protocol(cx: &Context<'_>, term: Term<'_>) -> Option<Protocol> {
    if let Some(size) = term.as_small() {
        return match size {
            0 => Some(Protocol::Raw),
            1 | 2 | 4 => Some(Protocol::Length(size as usize)),
            _ => None,
        };
    }
    Some(match cx.atoms().name(term.as_atom()?) {
        "raw" => Protocol::Raw,
        "sunrm" => Protocol::SunRpc,
        "line" => Protocol::Line,
        "asn1" => Protocol::Asn1,
        "cdr" => Protocol::Cdr,
        "fcgi" => Protocol::FastCgi,
        "tpkt" => Protocol::Tpkt,
        "ssl_tls" => Protocol::Tls,
        "http" => Protocol::Http { header: false, binary: false },
        "httph" => Protocol::Http { header: true, binary: false },
        "http_bin" => Protocol::Http { header: false, binary: true },
        "httph_bin" => Protocol::Http { header: true, binary: true },
        _ => return None,
    })
}

fn limits<'h>(cx: &Context<'h>, protocol: Protocol, options: Term<'h>) -> Read<'h, Limits> {
    let mut limits = Limits { packet_size: 0, line_length: 0, delimiter: b'\n' };
    for option in args::elements(options)? {
        let &[key, value] = args::tuple(option)?.elements() else { return Err(Stop::badarg()) };
        let value = u32::try_from(args::size(value)?).map_err(|_| Stop::badarg())?;
        match cx.atoms().name(args::atom(key)?) {
            "packet_size" => limits.packet_size = value as usize,
            "line_length" => limits.line_length = value as usize,
            "line_delimiter" if protocol == Protocol::Line => {
                limits.delimiter = u8::try_from(value).map_err(|_| Stop::badarg())?;
            }
            _ => return Err(Stop::badarg()),
        }
    }
    Ok(limits)
}

/// Where the packet at the start of `bytes` ends.
fn frame(protocol: Protocol, bytes: &[u8], limits: &Limits) -> Frame {
    match protocol {
        Protocol::Raw if bytes.is_empty() => Frame::More,
        Protocol::Raw => Frame::Size(bytes.len()),
        Protocol::Line => line(bytes, limits),
        Protocol::Http { header, .. } => http::line(bytes, header, limits),
        _ => match head(protocol, bytes) {
            Some(Head::Sizes(head, body)) => sized(head, body, limits),
            Some(Head::Invalid) => Frame::Invalid,
            None => Frame::More,
        },
    }
}

/// A head and what follows. Sizes are counted in 32 bits, and packets above 2^31 bytes refused.
fn sized(head: u32, body: u32, limits: &Limits) -> Frame {
    let size = head.wrapping_add(body) as i32;
    if (limits.packet_size != 0 && body as usize > limits.packet_size) || size < head as i32 {
        return Frame::Invalid;
    }
    Frame::Size(size as usize)
}

fn line(bytes: &[u8], limits: &Limits) -> Frame {
    let end = bytes.iter().position(|&byte| byte == limits.delimiter).map(|at| at + 1);
    let length = end.unwrap_or(bytes.len());
    let cut = limits.line_length != 0;
    match end {
        _ if limits.packet_size != 0 && length > limits.packet_size => Frame::Invalid,
        Some(_) if !cut || length <= limits.line_length => Frame::Size(length),
        None if !cut || length < limits.line_length => Frame::More,
        _ => Frame::Size(limits.line_length),
    }
}

/// What the head of a packet tells.
enum Head {
    /// Its own size, and that of what follows.
    Sizes(u32, u32),
    Invalid,
}

/// The head at the start of `bytes`; nothing while it is not there.
fn head(protocol: Protocol, bytes: &[u8]) -> Option<Head> {
    let number = |at: usize, count: usize| Some(big_endian(bytes.get(at..at + count)?));
    Some(match protocol {
        Protocol::Length(count) => Head::Sizes(count as u32, number(0, count)?),
        Protocol::SunRpc => Head::Sizes(4, number(0, 4)? & 0x7fff_ffff),
        Protocol::Asn1 => return asn1_head(bytes),
        Protocol::Cdr => {
            let size = number(8, 4)?;
            match &bytes[..4] {
                b"GIOP" if bytes[6] & 1 == 1 => Head::Sizes(12, size.swap_bytes()),
                b"GIOP" => Head::Sizes(12, size),
                _ => Head::Invalid,
            }
        }
        Protocol::FastCgi => {
            let head = bytes.get(..8)?;
            match head[0] {
                1 => Head::Sizes(8, number(4, 2)? + u32::from(head[6])),
                _ => Head::Invalid,
            }
        }
        Protocol::Tpkt => match number(0, 4)? {
            word if word >> 24 == 3 => Head::Sizes(4, (word & 0xffff).wrapping_sub(4)),
            _ => Head::Invalid,
        },
        _ if is_hello(bytes.get(..5)?) => Head::Sizes(5, (number(0, 2)? & 0x7fff).wrapping_sub(3)),
        _ => Head::Sizes(5, number(3, 2)?),
    })
}

/// At most four bytes as a number.
fn big_endian(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u32::from(byte))
}

/// Whether a record of TLS is a client's hello in the form of SSL 2.
fn is_hello(record: &[u8]) -> bool {
    record[0] & 0x80 != 0 && record[2] == 1
}

/// Tag and length of BER.
fn asn1_head(bytes: &[u8]) -> Option<Head> {
    let (&tag, rest) = bytes.split_first()?;
    let mut length = rest;
    if tag & 0x1f == 0x1f {
        // The tag goes on up to a byte below 128.
        let end = rest.iter().position(|&byte| byte & 0x80 == 0)?;
        length = &rest[end + 1..];
    }
    let (&first, rest) = length.split_first()?;
    let before = (bytes.len() - rest.len()) as u32;
    if first & 0x80 == 0 {
        return Some(Head::Sizes(before, first.into()));
    }
    let count = usize::from(first & 0x7f);
    let number = rest.get(..count)?;
    Some(if count > 4 { Head::Invalid } else { Head::Sizes(before + count as u32, big_endian(number)) })
}

/// What a packet means: parsed for HTTP and TLS, otherwise the part of the binary that holds its data.
fn contents<'h>(cx: &Context<'h>, protocol: Protocol, all: Term<'h>, packet: &[u8]) -> Outcome<'h> {
    let data = match protocol {
        Protocol::Http { header, binary } => return http::parse(cx, packet, header, binary),
        Protocol::Tls => return record(cx, packet),
        Protocol::Length(count) => count..packet.len(),
        // Behind the data there is padding.
        Protocol::FastCgi => 0..packet.len() - usize::from(packet[6]),
        _ => 0..packet.len(),
    };
    bits::slice(all, data.start * 8, data.len() * 8, cx.heap()).ok_or(Stop::badarg())
}

/// `{ssl_tls, [], Type, {Major, Minor}, Data}`. A hello in the form of SSL 2 gets the head of a handshake.
fn record<'h>(cx: &Context<'h>, packet: &[u8]) -> Outcome<'h> {
    const HANDSHAKE: u8 = 22;
    let (kind, version, data) = if is_hello(packet) {
        let length = (packet.len() - 3) as u32;
        let mut data = (1 << 24 | length).to_be_bytes().to_vec();
        data.extend(&packet[3..]);
        (HANDSHAKE, &packet[3..5], data)
    } else {
        (packet[0], &packet[1..3], packet[5..].to_vec())
    };
    let heap = cx.heap();
    let byte = |byte: u8| Term::small(byte.into());
    let version = heap.tuple(&[byte(version[0]), byte(version[1])]);
    Ok(heap.tuple(&[known(cx, "ssl_tls")?, Term::NIL, byte(kind), version, bits::binary(&data, heap)]))
}
