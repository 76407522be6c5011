//! The lines of HTTP: requests, responses and headers.

use purlin_heap::{Build, Term, am, bits};
use purlin_vm::{Context, Outcome};

use super::{Frame, Limits, known};

/// The methods that are atoms.
const METHODS: [&str; 7] = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE"];

/// The header fields that are atoms, in the order of their numbers, from 1 on. Order and numbers are those of OTP's
/// documentation of `erlang:decode_packet/3`.
const FIELDS: [&str; 52] = [
    "Cache-Control",
    "Connection",
    "Date",
    "Pragma",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "From",
    "Host",
    "If-Modified-Since",
    "If-Match",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Max-Forwards",
    "Proxy-Authorization",
    "Range",
    "Referer",
    "User-Agent",
    "Age",
    "Location",
    "Proxy-Authenticate",
    "Public",
    "Retry-After",
    "Server",
    "Vary",
    "Warning",
    "Www-Authenticate",
    "Allow",
    "Content-Base",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Md5",
    "Content-Range",
    "Content-Type",
    "Etag",
    "Expires",
    "Last-Modified",
    "Accept-Ranges",
    "Set-Cookie",
    "Set-Cookie2",
    "X-Forwarded-For",
    "Cookie",
    "Keep-Alive",
    "Proxy-Connection",
];

/// Names of fields up to this length are told with the usual capitals.
const NAME_BYTES_MAX: usize = 50;

/// Where the line at the start of `bytes` ends. A header goes on in lines that begin with a space.
pub(super) fn line(bytes: &[u8], header: bool, limits: &Limits) -> Frame {
    if matches!(bytes, b"\n" | b"\r\n") {
        return Frame::Size(bytes.len());
    }
    // `line_length` limited these lines before there was `packet_size`.
    let max = if limits.packet_size == 0 { limits.line_length } else { limits.packet_size };
    let is_long = |size: usize| max != 0 && size > max;
    let mut from = 0;
    loop {
        let Some(at) = bytes[from..].iter().position(|&byte| byte == b'\n') else {
            return if max != 0 && bytes.len() >= max { Frame::Invalid } else { Frame::More };
        };
        let size = from + at + 1;
        match bytes.get(size) {
            Some(&next) if header && is_space(next) && size > 2 => from = size,
            _ if is_long(size) => return Frame::Invalid,
            None if header => return Frame::More,
            _ => return Frame::Size(size),
        }
    }
}

/// What a line says; `{http_error, Line}` if that cannot be told.
pub(super) fn parse<'h>(cx: &Context<'h>, line: &[u8], header: bool, binary: bool) -> Outcome<'h> {
    let text = Text { cx, binary };
    let end = match line {
        [rest @ .., b'\r', _] | [rest @ .., b'\n'] => rest,
        _ => line,
    };
    let parsed = match end {
        [] if header => return known(cx, "http_eoh"),
        _ if header => field(end).map(|field| text.field(&field)),
        _ if end.starts_with(b"HTTP/") => response(end).map(|response| text.response(&response)),
        _ => request(end).map(|request| text.request(&request)),
    };
    parsed.unwrap_or_else(|| Ok(cx.heap().tuple(&[known(cx, "http_error")?, text.of(line)])))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Whether a byte may stand in a method or the name of a field.
fn is_token(byte: u8) -> bool {
    matches!(byte, 33..=127) && !b"()<>@,;:\\\"/[]?={}".contains(&byte)
}

/// The bytes up to the first that is not `of` a kind, and the rest.
fn split(bytes: &[u8], of: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    bytes.split_at(bytes.iter().position(|&byte| !of(byte)).unwrap_or(bytes.len()))
}

/// A number, of 32 bits as in OTP, and what follows it.
fn number(bytes: &[u8]) -> (i32, &[u8]) {
    let (digits, rest) = split(bytes, |byte| byte.is_ascii_digit());
    let add = |value: i32, &digit: &u8| value.wrapping_mul(10).wrapping_add((digit - b'0').into());
    (digits.iter().fold(0, add), rest)
}

/// `Major.Minor`
fn version(bytes: &[u8]) -> Option<([i32; 2], &[u8])> {
    let (major, rest) = number(bytes);
    let dot = rest.strip_prefix(b".").filter(|_| rest.len() < bytes.len())?;
    let (minor, rest) = number(dot);
    (rest.len() < dot.len()).then_some(([major, minor], rest))
}

struct Response<'b> {
    version: [i32; 2],
    status: i32,
    phrase: &'b [u8],
}

fn response(line: &[u8]) -> Option<Response<'_>> {
    let (version, rest) = version(&line[5..])?;
    let (spaces, rest) = split(rest, is_space);
    let (status, rest) = number(rest);
    let (more_spaces, phrase) = split(rest, is_space);
    let is_split = !spaces.is_empty() && (!more_spaces.is_empty() || phrase.is_empty());
    is_split.then_some(Response { version, status, phrase })
}

struct Request<'b> {
    method: &'b [u8],
    uri: &'b [u8],
    version: [i32; 2],
}

fn request(line: &[u8]) -> Option<Request<'_>> {
    let (method, rest) = split(line, is_token);
    let (spaces, rest) = split(rest, is_space);
    let (uri, rest) = split(rest, |byte| !is_space(byte));
    let (_, rest) = split(rest, is_space);
    if method.is_empty() || spaces.is_empty() || uri.is_empty() {
        return None;
    }
    let version = match rest {
        [] => [0, 9],
        _ if rest.len() < 8 => return None,
        _ => version(rest.strip_prefix(b"HTTP/")?)?.0,
    };
    Some(Request { method, uri, version })
}

struct Field<'b> {
    name: &'b [u8],
    value: &'b [u8],
}

fn field(line: &[u8]) -> Option<Field<'_>> {
    let (name, rest) = split(line, is_token);
    let (_, value) = split(rest.strip_prefix(b":")?, is_space);
    Some(Field { name, value })
}

/// A name with the first letter of each of its words in upper case, the others in lower case.
fn capitalised(name: &[u8]) -> Vec<u8> {
    let mut up = true;
    let letter = |&byte: &u8| {
        let letter = if up { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
        // The byte behind a dash, be it another dash, is the first of a word.
        up = !up && byte == b'-';
        letter
    };
    name.iter().map(letter).collect()
}

/// How parts of a line become terms.
struct Text<'c, 'h> {
    cx: &'c Context<'h>,
    binary: bool,
}

impl<'h> Text<'_, 'h> {
    fn of(&self, bytes: &[u8]) -> Term<'h> {
        let heap = self.cx.heap();
        if self.binary {
            return bits::binary(bytes, heap);
        }
        bytes.iter().rev().fold(Term::NIL, |tail, &byte| heap.cons(Term::small(byte.into()), tail))
    }

    fn version(&self, version: [i32; 2]) -> Term<'h> {
        self.cx.heap().tuple(&version.map(|part| Term::small(part.into())))
    }

    /// `{http_response, Version, Status, Phrase}`
    fn response(&self, response: &Response<'_>) -> Outcome<'h> {
        let name = known(self.cx, "http_response")?;
        let status = Term::small(response.status.into());
        let version = self.version(response.version);
        Ok(self.cx.heap().tuple(&[name, version, status, self.of(response.phrase)]))
    }

    /// `{http_request, Method, Uri, Version}`
    fn request(&self, request: &Request<'_>) -> Outcome<'h> {
        let name = known(self.cx, "http_request")?;
        let method = match METHODS.iter().find(|name| name.as_bytes() == request.method) {
            Some(name) => known(self.cx, name)?,
            None => self.of(request.method),
        };
        let version = self.version(request.version);
        Ok(self.cx.heap().tuple(&[name, method, self.uri(request.uri)?, version]))
    }

    /// `{http_header, Number, Field, Name, Value}`
    fn field(&self, field: &Field<'_>) -> Outcome<'h> {
        let usual = capitalised(field.name);
        let (number, name) = match FIELDS.iter().position(|name| name.as_bytes() == usual) {
            Some(index) => (index + 1, known(self.cx, FIELDS[index])?),
            None if usual.len() <= NAME_BYTES_MAX => (0, self.of(&usual)),
            None => (0, self.of(field.name)),
        };
        let tag = known(self.cx, "http_header")?;
        let number = Term::small(number as i64);
        Ok(self.cx.heap().tuple(&[tag, number, name, self.of(field.name), self.of(field.value)]))
    }

    fn uri(&self, uri: &[u8]) -> Outcome<'h> {
        let heap = self.cx.heap();
        let has_scheme = |scheme: &str| {
            uri.len() >= scheme.len() && uri[..scheme.len()].eq_ignore_ascii_case(scheme.as_bytes())
        };
        if uri == b"*" {
            return known(self.cx, "*");
        }
        if uri.len() <= 1 || uri[0] == b'/' {
            return Ok(heap.tuple(&[known(self.cx, "abs_path")?, self.of(uri)]));
        }
        if has_scheme("http://") {
            return self.absolute("http", &uri[7..]);
        }
        if has_scheme("https://") {
            return self.absolute("https", &uri[8..]);
        }
        match uri.iter().position(|&byte| byte == b':') {
            Some(at) => {
                let (scheme, rest) = (self.of(&uri[..at]), self.of(&uri[at + 1..]));
                Ok(heap.tuple(&[known(self.cx, "scheme")?, scheme, rest]))
            }
            None => Ok(self.of(uri)),
        }
    }

    /// `{absoluteURI, Scheme, Host, Port, Path}`
    fn absolute(&self, scheme: &str, rest: &[u8]) -> Outcome<'h> {
        let (place, path) = split(rest, |byte| byte != b'/');
        // An address of IPv6 stands in brackets and has colons of its own.
        let bracket = place.iter().position(|&byte| byte == b']').filter(|_| place.starts_with(b"["));
        let (host, port) = match bracket {
            Some(end) => place.split_at(end + 1),
            None => split(place, |byte| byte != b':'),
        };
        let port = match port.strip_prefix(b":").map(number) {
            Some((port, [])) if port != 0 => Term::small(port.into()),
            _ => Term::atom(am::undefined),
        };
        let path = if path.is_empty() { b"/" } else { path };
        let (tag, scheme) = (known(self.cx, "absoluteURI")?, known(self.cx, scheme)?);
        Ok(self.cx.heap().tuple(&[tag, scheme, self.of(host), port, self.of(path)]))
    }
}
