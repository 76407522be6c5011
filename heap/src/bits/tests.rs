//! Tests against bit strings as vectors of bools.

use super::*;
use crate::Scratch;
use crate::big::Integer;
use crate::build::Build;
use crate::term::Term;
use crate::testing::{Random, deep};

fn random_bits(random: &mut Random, size: usize) -> Vec<bool> {
    (0..size).map(|_| random.below(2) == 1).collect()
}

fn model(bits: Bits<'_>) -> Vec<bool> {
    (0..bits.bit_size()).map(|at| bits.number(at, 1) == Some(1)).collect()
}

fn term<'h>(bits: &[bool], build: &'h Scratch) -> Term<'h> {
    let mut made = Construction::new(bits.len(), build).unwrap();
    bits.iter().for_each(|&bit| made.writer().number(bit.into(), 1).unwrap());
    made.finish(build)
}

#[test]
fn slices_copies_and_joins_of_any_alignment() {
    let (build, mut random) = (Scratch::new(), Random(1));
    for _ in 0..2000 {
        let size = random.pick(&[3, 64, 300, 512, 1100]);
        let bits = random_bits(&mut random, size);
        let whole = term(&bits, &build);
        assert_eq!(model(Bits::of(whole).unwrap()), bits);
        let from = random.below(size as u64 + 1) as usize;
        let count = random.below((size - from) as u64 + 1) as usize;
        let part = slice(whole, from, count, &build).unwrap();
        let expected = &bits[from..from + count];
        assert_eq!(model(Bits::of(part).unwrap()), expected);
        let twin = copy(Bits::of(part).unwrap(), &build);
        assert!(crate::equal::exact(part, twin));
        assert_eq!(crate::hash::internal(part), crate::hash::internal(twin));
        let shift = random_bits(&mut random, 9)[..(random.below(9) as usize)].to_vec();
        let list = build.list(&[term(&shift, &build), part, whole]);
        let joined = iolist::to_bits(list, &build).unwrap();
        assert_eq!(model(Bits::of(joined).unwrap()), [&shift[..], expected, &bits].concat());
        assert!(slice(whole, from, size - from + 1, &build).is_none());
    }
}

#[test]
fn order_is_that_of_the_bits() {
    let (build, mut random) = (Scratch::new(), Random(2));
    for _ in 0..3000 {
        let [a, b] = [0, 1].map(|_| {
            let size = random.pick(&[0, 1, 7, 8, 9, 16, 40, 41]);
            (0..size).map(|_| random.below(9) == 0).collect::<Vec<bool>>()
        });
        let skew = random.below(8) as usize;
        let skewed =
            slice(term(&[&vec![true; skew][..], &a].concat(), &build), skew, a.len(), &build).unwrap();
        let other = term(&b, &build);
        let (x, y) = (Bits::of(skewed).unwrap(), Bits::of(other).unwrap());
        assert_eq!(x.compare(y), a.cmp(&b), "{a:?} {b:?}");
    }
}

#[test]
fn integers_of_all_sizes_come_back() {
    let (build, mut random) = (Scratch::new(), Random(3));
    for _ in 0..20_000 {
        let size = random.pick(&[0, 1, 5, 8, 12, 16, 24, 31, 60, 61, 63, 64, 65, 72, 100, 128, 130, 200]);
        let (skew, little) = (random.below(9) as usize, random.below(2) == 0);
        let bits = random_bits(&mut random, skew + size);
        let whole = Bits::of(term(&bits, &build)).unwrap();
        for signed in [false, true] {
            let value = whole.integer(skew, size, Format { signed, little }, &build).unwrap().unwrap();
            let value = Integer::of(value).unwrap();
            assert_eq!(value.negative, signed && value.negative);
            let mut made = Construction::new(skew + size, &build).unwrap();
            made.writer().bits(whole.slice(0, skew).unwrap()).unwrap();
            made.writer().integer(&value, size, little).unwrap();
            assert!(Bits::of(made.finish(&build)).unwrap().same(whole), "{size} {skew} {signed} {little}");
        }
        assert!(whole.integer(skew, size + 1, Format::default(), &build).is_none());
    }
}

#[test]
fn known_integers() {
    let build = Scratch::new();
    let bytes = Bits::of_bytes(&[0x12, 0x34, 0x56, 0xff]);
    assert_eq!(bytes.number(4, 12), Some(0x234));
    assert_eq!(bytes.unsigned(0, 12, true), Some(0x312));
    assert_eq!(bytes.unsigned(0, 16, true), Some(0x3412));
    let signed = Format { signed: true, little: false };
    assert_eq!(bytes.integer(24, 8, signed, &build).unwrap().unwrap().as_small(), Some(-1));
}

#[test]
fn floats_of_three_sizes() {
    let build = Scratch::new();
    for (value, size, infinity) in [(65520.0, 16, 0x7c00), (-1e300, 16, 0xfc00), (1e39, 32, 0x7f80_0000)] {
        let mut made = Construction::new(size, &build).unwrap();
        made.writer().float(value, size, false).unwrap();
        assert_eq!(
            Bits::of(made.finish(&build)).unwrap().unsigned(0, size, false),
            Some(infinity),
            "{value}"
        );
    }
    let cases =
        [(0.1, 16, 0x2e66), (65504.0, 16, 0x7bff), (6e-8, 16, 1), (-2.0, 16, 0xc000), (1.0, 32, 0x3f80_0000)];
    for (value, size, bits) in cases {
        for little in [false, true] {
            let mut made = Construction::new(size + 3, &build).unwrap();
            made.writer().number(0, 3).unwrap();
            made.writer().float(value, size, little).unwrap();
            let written = Bits::of(made.finish(&build)).unwrap();
            assert_eq!(written.unsigned(3, size, little), Some(bits), "{value}");
            assert!((written.float(3, size, little).unwrap() - value).abs() <= value.abs() / 1000.0 + 1e-8);
        }
    }
    let mut writer = Construction::new(64, &build).unwrap();
    let error = Err(WriteError::Float);
    assert_eq!(writer.writer().float(1.0, 48, false), error);
    assert_eq!(Bits::of_bytes(&[0x7c, 0]).float(0, 16, false), None);
    assert_eq!(Bits::of_bytes(&[0xff; 8]).float(0, 64, false), None);
}

#[test]
fn characters_come_back_and_others_do_not() {
    let build = Scratch::new();
    for character in [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff] {
        for skew in [0, 3] {
            let mut made = Construction::new(skew + 160, &build).unwrap();
            let writer = made.writer();
            writer.number(0, skew).unwrap();
            writer.utf8(character).unwrap();
            let after = writer.position();
            writer.utf16(character, true).unwrap();
            writer.utf32(character, false).unwrap();
            let bits = Bits::of(made.finish(&build)).unwrap();
            assert_eq!(bits.utf8(skew), Some((character, utf8_size(character).unwrap() * 8)));
            let (read, size) = bits.utf16(after, true).unwrap();
            assert_eq!((read, size), (character, utf16_size(character).unwrap() * 8));
            assert_eq!(bits.utf32(after + size, false), Some(character));
        }
    }
    for bad in [&[0xc0, 0x80][..], &[0xed, 0xa0, 0x80], &[0xf4, 0x90, 0x80, 0x80], &[0xe2, 0x82], &[0x80]] {
        assert_eq!(Bits::of_bytes(bad).utf8(0), None);
    }
    assert_eq!(Bits::of_bytes(&[0xd8, 0, 0xd8, 0]).utf16(0, false), None);
    let mut made = Construction::new(32, &build).unwrap();
    assert_eq!(made.writer().utf8(0xd800), Err(WriteError::Character));
    assert_eq!(made.writer().utf32(0x110000, true), Err(WriteError::Character));
}

#[test]
fn growing_goes_on_within_a_byte() {
    let (build, mut random) = (Scratch::new(), Random(7));
    for size in [513, 600, 1001] {
        let bits = random_bits(&mut random, size);
        // All of the last byte's bits are set behind the end, as in a part of a longer one.
        let shared = Shared::zeroed(size.div_ceil(8), 4096);
        // SAFETY: fresh bytes, which the model's are written to.
        let mut writer = unsafe { BitWriter::new(shared.data(), 0, size.next_multiple_of(8)) };
        bits.iter().for_each(|&bit| writer.number(bit.into(), 1).unwrap());
        (size..size.next_multiple_of(8)).for_each(|_| writer.number(1, 1).unwrap());
        let whole = view(shared, 0, size, &build);
        let more = random_bits(&mut random, 77);
        let mut writer = Construction::grow(whole, more.len()).expect("the only count");
        more.iter().for_each(|&bit| writer.number(bit.into(), 1).unwrap());
        assert_eq!(model(Bits::of(whole).unwrap()), [bits, more].concat());
        let other = slice(whole, 1, size, &build).unwrap();
        assert!(Construction::grow(whole, 8).is_none() && Construction::grow(other, 8).is_none());
    }
    assert!(Construction::grow(term(&[true; 20], &build), 8).is_none());
}

#[test]
fn literals_do_not_grow() {
    let literals = crate::LiteralArea::new();
    let shared = Shared::zeroed(100, 4096);
    assert!(Construction::grow(view(shared, 0, 800, &literals), 8).is_none());
}

#[test]
fn appending_claims_and_does_not_disturb() {
    let build = Scratch::new();
    let base = |term: Term<'_>| Bits::of(term).unwrap().base();
    let extend = |start: Term<'_>, byte: u64| {
        let mut made = Construction::append(start, 8, &build).unwrap().unwrap();
        made.writer().number(byte, 8).unwrap();
        made.finish(&build)
    };
    let mut grown = binary(&[7; 64], &build);
    grown = extend(grown, 1);
    let start = grown;
    for byte in 2..100 {
        let longer = extend(grown, byte);
        assert_eq!(base(longer), base(start));
        grown = longer;
    }
    let fork = extend(start, 200);
    assert_ne!(base(fork), base(start));
    assert_eq!(Bits::of(fork).unwrap().byte(65), 200);
    assert_eq!(Bits::of(grown).unwrap().byte(65), 2);
    // A view that ends within a byte is copied: the rest of that byte may be another's.
    let odd = slice(grown, 0, Bits::of(grown).unwrap().bit_size() - 3, &build).unwrap();
    assert_ne!(base(extend(odd, 3)), base(grown));
    assert!(Construction::append(Term::NIL, 8, &build).is_none());
    assert!(matches!(Construction::new(usize::MAX / 2, &build), Err(NoMemory)));
    assert!(matches!(Construction::append(grown, usize::MAX, &build), Some(Err(NoMemory))));
}

#[test]
fn contexts_hand_out_the_rest() {
    let build = Scratch::new();
    let original = binary(&[1; 100], &build);
    let context = MatchContext::new(original, &build).unwrap();
    assert!(context.tail(&build).is_same(original));
    context.set_position(4);
    assert_eq!(context.left(), 796);
    assert_eq!(context.bits().number(context.position(), 8), Some(0x10));
    assert_eq!(Bits::of(context.tail(&build)).unwrap().bit_size(), 796);
    assert!(MatchContext::new(Term::NIL, &build).is_none());
}

#[test]
fn lists_deep_and_bad() {
    let build = Scratch::new();
    let nested = deep(1_000_000, build.list_with_tail(&[Term::small(65)], binary(b"bc", &build)), &build);
    assert_eq!(iolist::to_bytes(nested), Ok(b"Abc".to_vec()));
    let binary = iolist::to_binary(nested, &build).unwrap();
    let list = iolist::to_list(Bits::of(binary).unwrap(), Term::NIL, &build);
    assert_eq!(iolist::to_bytes(list), Ok(b"Abc".to_vec()));
    let odd = slice(binary, 0, 3, &build).unwrap();
    for bad in [Term::small(256), Term::small(-1), Term::atom(crate::am::ok), odd] {
        assert_eq!(iolist::to_bytes(build.list(&[bad])), Err(iolist::ListError::Malformed));
    }
    assert!(iolist::to_bits(build.list(&[odd, odd]), &build).is_ok());
}
