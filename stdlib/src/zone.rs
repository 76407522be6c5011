//! The time zone of the operating system, from its file in the TZif format (RFC 8536) or a rule in `TZ`.

mod rule;

use rule::Rule;

/// An offset from universal time, in seconds, and whether it is that of daylight saving time.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Offset {
    seconds: i64,
    is_dst: bool,
}

/// Offsets from universal time, by the moments from which they hold.
#[derive(Default, Debug)]
pub(crate) struct Zone {
    /// Moments and the offsets from then on, in order.
    changes: Vec<(i64, Offset)>,
    /// The offset before the first of them.
    first: Offset,
    /// What holds after the last of them.
    rule: Option<Rule>,
}

/// A moment with the other setting of the clocks is looked for in steps of a week, for some 17 years around.
const STEP_SECONDS: i64 = 601_200;
const STEPS: i64 = 892;
const DAY_SECONDS: i64 = 86_400;

impl Zone {
    /// That which `TZ` names or describes, or that of `/etc/localtime`; universal time without one.
    pub(crate) fn local() -> Zone {
        let name = std::env::var("TZ").unwrap_or_default();
        let name = name.trim_start_matches(':');
        let path = match name {
            "" => "/etc/localtime".to_owned(),
            name if name.starts_with('/') => name.to_owned(),
            name => format!("/usr/share/zoneinfo/{name}"),
        };
        let of_file = std::fs::read(path).ok().and_then(|bytes| Zone::parse(&bytes));
        let described = || {
            Rule::parse(name).map(|rule| Zone { first: rule.standard, rule: Some(rule), ..Zone::default() })
        };
        of_file.or_else(described).unwrap_or_default()
    }

    /// The 64-bit part of a file of version 2 or later, and the rule behind it.
    fn parse(bytes: &[u8]) -> Option<Zone> {
        let first = Header::parse(bytes)?;
        let bytes = bytes.get(HEADER_BYTES + first.body_bytes(4)?..)?;
        let header = Header::parse(bytes)?;
        let body = bytes.get(HEADER_BYTES..)?;
        let (times, rest) = body.split_at_checked(header.times.checked_mul(8)?)?;
        let (kinds, rest) = rest.split_at_checked(header.times)?;
        let offsets: Vec<Offset> = rest
            .get(..header.kinds.checked_mul(6)?)?
            .chunks_exact(6)
            .map(|kind| Offset {
                seconds: i32::from_be_bytes([kind[0], kind[1], kind[2], kind[3]]).into(),
                is_dst: kind[4] != 0,
            })
            .collect();
        let time = |bytes: &[u8]| bytes.iter().fold(0i64, |time, &byte| time << 8 | i64::from(byte));
        let change = |(bytes, &kind): (&[u8], &u8)| Some((time(bytes), *offsets.get(usize::from(kind))?));
        let changes = times.chunks_exact(8).zip(kinds).map(change).collect::<Option<_>>()?;
        let footer = body.get(header.body_bytes(8)?..).unwrap_or_default();
        let rule = std::str::from_utf8(footer).ok().and_then(|text| Rule::parse(text.trim_matches('\n')));
        Some(Zone { changes, first: *offsets.first()?, rule })
    }

    fn at(&self, moment: i64) -> Offset {
        let after = self.changes.partition_point(|&(from, _)| from <= moment);
        match &self.rule {
            Some(rule) if after == self.changes.len() => rule.at(moment),
            _ => after.checked_sub(1).map_or(self.first, |at| self.changes[at].1),
        }
    }

    /// What to add to universal time at a moment.
    pub(crate) fn offset_at(&self, moment: i64) -> i64 {
        self.at(moment).seconds
    }

    /// The moment that local time names, when daylight saving time is meant or not. Where that is not told, the later
    /// offset counts of two. Where clocks are not set so, the offset of the nearest time is taken at which they are.
    pub(crate) fn to_universal(&self, local: i64, is_dst: Option<bool>) -> i64 {
        let guess = local - self.offset_at(local);
        let moment = local - self.offset_at(guess);
        let Some(is_dst) = is_dst else { return moment };
        let around = [moment, local - DAY_SECONDS, local + DAY_SECONDS].map(|near| self.at(near));
        let holds = |offset: &&Offset| offset.is_dst == is_dst && self.at(local - offset.seconds) == **offset;
        if let Some(offset) = around.iter().find(holds) {
            return local - offset.seconds;
        }
        let steps = (1..STEPS).flat_map(|step| [-step, step]);
        let nearest =
            steps.map(|step| self.at(moment + step * STEP_SECONDS)).find(|near| near.is_dst == is_dst);
        nearest.map_or(moment, |offset| local - offset.seconds)
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
