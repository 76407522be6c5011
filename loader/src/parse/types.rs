//! The compiler's hints about types: chunk Type in the versions of OTP 25 to 29.

use crate::error::ParseError;
use crate::module::TypeHint;
use crate::parse::reader::Reader;

/// Reads the hints. They are only hints, so a version that is not known gives none, as in OTP.
pub(crate) fn hints(reader: &mut Reader<'_>) -> Result<Vec<TypeHint>, ParseError> {
    if reader.is_at_end() {
        return Ok(Vec::new());
    }
    let version = reader.u32()?;
    let entry: fn(&mut Reader<'_>) -> Result<TypeHint, ParseError> = match version {
        1 => bounded_hint,
        2 | 3 => |reader| flagged_hint(reader, 12),
        4 => |reader| flagged_hint(reader, 13),
        _ => return Ok(Vec::new()),
    };
    let count = reader.count(2)?;
    (0..count).map(|_| entry(reader)).collect()
}

/// OTP 25: both bounds always stand there; no integer lies in an empty range, which means any.
fn bounded_hint(reader: &mut Reader<'_>) -> Result<TypeHint, ParseError> {
    let (kinds, minimum, maximum) = (reader.u16()?, reader.i64()?, reader.i64()?);
    let is_bounded = minimum <= maximum;
    Ok(TypeHint {
        kinds,
        minimum: is_bounded.then_some(minimum),
        maximum: is_bounded.then_some(maximum),
        unit: 1,
    })
}

/// From OTP 26 on: three bits, from `flags` up, say which of lower bound, upper bound and unit follow.
fn flagged_hint(reader: &mut Reader<'_>, flags: u32) -> Result<TypeHint, ParseError> {
    let bits = reader.u16()?;
    let has = |flag: u32| bits >> (flags + flag) & 1 == 1;
    let minimum = if has(0) { Some(reader.i64()?) } else { None };
    let maximum = if has(1) { Some(reader.i64()?) } else { None };
    let unit = if has(2) { u16::from(reader.u8()?) } else { 1 };
    Ok(TypeHint { kinds: bits & ((1 << flags) - 1), minimum, maximum, unit })
}
