//! The time zone of the operating system, from its file in the TZif format (RFC 8536).

/// Offsets from universal time, by the moments from which they hold.
#[derive(Default, Debug)]
pub(crate) struct Zone {
    /// Moment and offset in seconds, in order.
    changes: Vec<(i64, i64)>,
    /// The offset before the first of them.
    first: i64,
}

impl Zone {
    /// That of the file which `TZ` names, or of `/etc/localtime`; universal time without one.
    pub(crate) fn local() -> Zone {
        let path = match std::env::var("TZ") {
            Ok(name) if name.starts_with('/') || name.starts_with(":/") => {
                name.trim_start_matches(':').to_owned()
            }
            Ok(name) if !name.is_empty() => format!("/usr/share/zoneinfo/{}", name.trim_start_matches(':')),
            _ => "/etc/localtime".to_owned(),
        };
        std::fs::read(path).ok().and_then(|bytes| Zone::parse(&bytes)).unwrap_or_default()
    }

    /// The 64-bit part of a file of version 2 or later. The rule for times after the last change is not read.
    fn parse(bytes: &[u8]) -> Option<Zone> {
        let first = Header::parse(bytes)?;
        let bytes = bytes.get(HEADER_BYTES + first.body_bytes(4)?..)?;
        let header = Header::parse(bytes)?;
        let body = bytes.get(HEADER_BYTES..)?;
        let (times, rest) = body.split_at_checked(header.times.checked_mul(8)?)?;
        let (kinds, rest) = rest.split_at_checked(header.times)?;
        let offsets: Vec<i64> = rest
            .get(..header.kinds.checked_mul(6)?)?
            .chunks_exact(6)
            .map(|kind| i32::from_be_bytes([kind[0], kind[1], kind[2], kind[3]]).into())
            .collect();
        let time = |bytes: &[u8]| bytes.iter().fold(0i64, |time, &byte| time << 8 | i64::from(byte));
        let change = |(bytes, &kind): (&[u8], &u8)| Some((time(bytes), *offsets.get(usize::from(kind))?));
        let changes = times.chunks_exact(8).zip(kinds).map(change).collect::<Option<_>>()?;
        Some(Zone { changes, first: *offsets.first()? })
    }

    /// What to add to universal time at a moment.
    pub(crate) fn offset_at(&self, moment: i64) -> i64 {
        let after = self.changes.partition_point(|&(from, _)| from <= moment);
        after.checked_sub(1).map_or(self.first, |at| self.changes[at].1)
    }

    /// The moment that local time names; of two the later offset counts.
    pub(crate) fn to_universal(&self, local: i64) -> i64 {
        let guess = local - self.offset_at(local);
        local - self.offset_at(guess)
    }
}

const HEADER_BYTES: usize = 44;

/// The counts in a header.
struct Header {
    universal: usize,
    standard: usize,
    leaps: usize,
    times: usize,
    kinds: usize,
    characters: usize,
}

impl Header {
    fn parse(bytes: &[u8]) -> Option<Header> {
        let (magic, version) = (bytes.get(..4)?, *bytes.get(4)?);
        let count = |at: usize| {
            let bytes = bytes.get(20 + at * 4..24 + at * 4)?;
            Some(bytes.iter().fold(0, |count, &byte| count << 8 | usize::from(byte)))
        };
        (magic == b"TZif" && version >= b'2').then_some(())?;
        Some(Header {
            universal: count(0)?,
            standard: count(1)?,
            leaps: count(2)?,
            times: count(3)?,
            kinds: count(4)?,
            characters: count(5)?,
        })
    }

    /// Bytes behind the header, when a time takes so many.
    fn body_bytes(&self, time: usize) -> Option<usize> {
        let sizes = [
            (self.times, time + 1),
            (self.kinds, 6),
            (self.characters, 1),
            (self.leaps, time + 4),
            (self.standard, 1),
            (self.universal, 1),
        ];
        sizes.iter().try_fold(0usize, |sum, &(count, bytes)| sum.checked_add(count.checked_mul(bytes)?))
    }
}
