//! Tests of what no encoder writes: older forms, and bytes that are no terms.

use super::*;
use crate::Scratch;
use crate::bits::Bits;
use crate::build::Build;
use crate::equal;
use crate::term::{Pid, Term};
use crate::testing::{Random, Terms, TestNames, deep};

fn read<'h>(bytes: &[u8], names: &'h TestNames, build: &'h Scratch) -> Result<Term<'h>, DecodeReason> {
    let bytes = [&[131], bytes].concat();
    decode(&bytes, DecodeOptions::default(), names, build).map(|(term, _)| term).map_err(|error| error.reason)
}

#[test]
fn older_and_odd_forms() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let read = |bytes: &[u8]| read(bytes, &names, &build).unwrap();
    let same = |bytes: &[u8], term: Term<'_>| assert!(equal::exact(read(bytes), term), "{bytes:?}");
    same(b"l\0\0\0\0a\x01", Term::small(1));
    same(b"k\0\0", Term::NIL);
    same(b"n\x03\x01\x03\0\0", Term::small(-3));
    same(b"s\x01\xe9", Term::atom(names.atoms.intern("é").unwrap()));
    same(b"d\0\x01\xe9", Term::atom(names.atoms.intern("é").unwrap()));
    same(b"v\0\x02\xc3\xa9", Term::atom(names.atoms.intern("é").unwrap()));
    same(b"c1.50000e0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", build.float(1.5));
    same(b"M\0\0\0\x01\x08\x05", crate::bits::binary(&[5], &build));
    assert_eq!(Bits::of(read(b"M\0\0\0\x01\x03\xff")).unwrap().bit_size(), 3);
    let here = |tag: &[u8], rest: &[u8]| [tag, b"w\x0dnonode@nohost", rest].concat();
    same(&here(b"X", &[0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 0]), Term::pid(Pid::from_parts(5, 2).unwrap()));
    same(&here(b"g", &[0, 0, 0, 5, 0, 0, 0, 2, 0]), Term::pid(Pid::from_parts(5, 2).unwrap()));
    same(&here(b"Y", &[0, 0, 0, 5, 0, 0, 0, 0]), Term::port(crate::Port(5)));
    same(&here(b"e", &[0, 0, 0, 5, 0]), build.reference(5, None));
    let there = |tag: &[u8], rest: &[u8]| [tag, b"w\x01n", rest].concat();
    same(
        &there(b"g", &[0, 0, 0, 5, 0, 0, 0, 2, 1]),
        read(&there(b"X", &[0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 1])),
    );
    same(&there(b"f", &[0, 0, 0, 5, 1]), read(&there(b"x", &[0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1])));
    same(&there(b"r\0\x01", &[1, 0, 0, 0, 5]), read(&there(b"Z\0\x01", &[0, 0, 0, 1, 0, 0, 0, 5])));
}

#[test]
fn what_is_no_term_is_refused() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let long = [b"v\x01\0", &[b'a'; 256][..]].concat();
    let big = [&[b'o', 0, 8, 0, 0, 0][..], &[1; 0x80000]].concat();
    let cases: [(&[u8], DecodeReason); 20] = [
        (b"", DecodeReason::Truncated),
        (b"b\0", DecodeReason::Truncated),
        (b"R\0", DecodeReason::Tag(b'R')),
        (b"u\0\0\0\0", DecodeReason::Tag(b'u')),
        (b"t\0\0\0\x02a\x01a\x01a\x01a\x02", DecodeReason::DuplicateKey),
        (b"M\0\0\0\0\0", DecodeReason::Bits),
        (b"M\0\0\0\x01\x09\0", DecodeReason::Bits),
        (b"w\x01\xe9", DecodeReason::Atom),
        (&long, DecodeReason::Atom),
        (b"F\x7f\xf0\0\0\0\0\0\0", DecodeReason::Float),
        (b"c1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", DecodeReason::Float),
        (b"i\xff\xff\xff\xff", DecodeReason::Count),
        (b"l\xff\xff\xff\xff", DecodeReason::Count),
        (b"t\xff\xff\xff\xff", DecodeReason::Count),
        (b"m\xff\xff\xff\xff", DecodeReason::Truncated),
        (&big, DecodeReason::Integer),
        (b"P\xff\xff\xff\xff\x78\x9c", DecodeReason::Compression),
        (b"qw\x01aw\x01bb\0\0\x01\0", DecodeReason::Fun),
        (b"y\0\0\0\0a\x01", DecodeReason::Checksum),
        (b"Xw\x0dnonode@nohost\xff\xff\xff\xff\0\0\0\0\0\0\0\0", DecodeReason::Identity),
    ];
    for (bytes, reason) in cases {
        assert_eq!(read(bytes, &names, &build).err(), Some(reason), "{bytes:?}");
    }
    let error = decode(&[130, 97, 1], DecodeOptions::default(), &names, &build).err().unwrap();
    assert_eq!(error, DecodeError { offset: 0, reason: DecodeReason::Version });
    assert_eq!(error.to_string(), "at byte 0: the external term format starts with 131");
}

#[test]
fn safe_decoding_makes_nothing_new() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let safe = DecodeOptions { safe: true };
    let refused =
        |bytes: &[u8]| decode(bytes, safe, &names, &build).map(|_| ()).map_err(|error| error.reason);
    assert_eq!(refused(b"\x83w\x08brandnew"), Err(DecodeReason::NewAtom));
    assert_eq!(names.atoms.lookup("brandnew"), None);
    assert_eq!(refused(b"\x83w\x02ok"), Ok(()));
    assert_eq!(refused(b"\x83qw\x02okw\x02oka\x01"), Err(DecodeReason::Fun));
}

#[test]
fn for_this_node_alone() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let options = EncodeOptions { local: true, ..Default::default() };
    let owner = Pid::from_parts(7, 3);
    let alias = build.reference(1 << 40, owner);
    let mut bytes = encode(alias, &options, &names).unwrap();
    let (back, used) = decode(&bytes, DecodeOptions::default(), &names, &build).unwrap();
    assert!(equal::exact(back, alias) && used == bytes.len());
    assert_eq!(back.as_boxed().unwrap().raw(2), alias.as_boxed().unwrap().raw(2));
    *bytes.last_mut().unwrap() ^= 1;
    assert!(decode(&bytes, DecodeOptions::default(), &names, &build).is_err());
}

#[test]
fn depth_takes_no_native_stack() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let nested = deep(1_000_000, Term::small(1), &build);
    let bytes = encode(nested, &EncodeOptions::default(), &names).unwrap();
    let (back, _) = decode(&bytes, DecodeOptions::default(), &names, &build).unwrap();
    assert!(equal::exact(back, nested));
}

#[test]
fn damaged_bytes_are_terms_or_errors() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let mut terms =
        Terms { random: Random(31), atoms: &names.atoms, build: &build, identities: true, two_zeros: true };
    let mut refused = 0;
    for round in 0..30_000 {
        let space = Scratch::new();
        let term = terms.term(3);
        let compressed = (round % 5 == 0).then_some(1);
        let mut bytes = encode(term, &EncodeOptions { compressed, ..Default::default() }, &names).unwrap();
        for _ in 0..=terms.random.below(3) {
            let at = terms.random.below(bytes.len() as u64) as usize;
            match terms.random.below(3) {
                0 => bytes[at] = terms.random.next() as u8,
                1 => bytes[at] ^= 1 << terms.random.below(8),
                _ => bytes.truncate(at.max(1)),
            }
        }
        match decode(&bytes, DecodeOptions { safe: true }, &names, &space) {
            Ok((term, used)) => {
                assert!(used <= bytes.len());
                encode(term, &EncodeOptions::default(), &names).unwrap();
            }
            Err(error) => {
                refused += 1;
                assert!(compressed.is_some() || error.offset <= bytes.len());
            }
        }
    }
    assert!(refused > 1000, "{refused}");
}
