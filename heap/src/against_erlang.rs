//! Random terms, on which Erlang/OTP must give the same results.

use crate::Scratch;
use crate::arith::{self, ArithError};
use crate::big::Integer;
use crate::bits::Bits;
use crate::build::Build;
use crate::external::{DecodeOptions, EncodeOptions, decode, encode};
use crate::hash::phash::phash;
use crate::hash::portable::phash2;
use crate::term::Term;
use crate::testing::{Random, Terms, TestNames, ask_erlang, erlang_has_two_zeros};
use crate::{equal, order, text};

fn terms<'h>(seed: u64, count: usize, names: &TestNames, build: &'h Scratch) -> Vec<Term<'h>> {
    let two_zeros = erlang_has_two_zeros();
    let mut terms =
        Terms { random: Random(seed), atoms: &names.atoms, build, identities: two_zeros, two_zeros };
    (0..count).map(|_| terms.term(3)).collect()
}

fn elements<'h>(mut list: Term<'h>) -> Vec<Term<'h>> {
    let mut elements = Vec::new();
    while let Some(cons) = list.as_cons() {
        elements.push(cons.head());
        list = cons.tail();
    }
    elements
}

fn unsigned(term: Term<'_>) -> u64 {
    Integer::of(term).and_then(|value| value.as_u64()).expect("an unsigned integer")
}

#[test]
fn order_and_equality() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let all = terms(21, 250, &names, &build);
    let question = "iolist_to_binary([[if A =:= C -> 3; A == C -> 2; A < C -> 1; true -> 0 end || C <- Input] || A <- Input])";
    let Some(answer) = ask_erlang(question, build.list(&all), &names, &build) else { return };
    let answer: Vec<u8> = Bits::of(answer).expect("a binary").bytes().collect();
    for (i, &a) in all.iter().enumerate() {
        for (j, &b) in all.iter().enumerate() {
            let ours = match order::compare(a, b, &names.atoms) {
                _ if equal::exact(a, b) => 3,
                std::cmp::Ordering::Equal => 2,
                std::cmp::Ordering::Less => 1,
                std::cmp::Ordering::Greater => 0,
            };
            assert_eq!(ours, answer[i * all.len() + j], "{i} {j}");
        }
    }
}

#[test]
fn portable_hash() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let mut all = terms(22, 3000, &names, &build);
    let mfa = crate::Mfa { module: crate::am::lists, function: crate::am::maps, arity: 2 };
    all.push(build.export(&mfa));
    all.extend((0..300).map(|size| crate::bits::binary(&vec![size as u8; size], &build)));
    let question =
        "[{erlang:phash2(T), erlang:phash2(T, 1 bsl 32), erlang:phash(T, 1 bsl 32) - 1} || T <- Input]";
    let Some(answer) = ask_erlang(question, build.list(&all), &names, &build) else { return };
    for (i, (&term, theirs)) in all.iter().zip(elements(answer)).enumerate() {
        let pair = theirs.as_tuple().expect("a pair");
        let ours = phash2(term, &names.atoms);
        assert_eq!(u64::from(ours), unsigned(pair.element(1)), "{i}");
        assert_eq!(u64::from(ours & ((1 << 27) - 1)), unsigned(pair.element(0)), "{i}");
        assert_eq!(u64::from(phash(term, &names.atoms)), unsigned(pair.element(2)), "{i}");
    }
}

#[test]
fn encoded_bytes() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let mut all = terms(23, 1500, &names, &build);
    all.push(build.list(&[Term::small(5); 70_000]));
    all.push(build.tuple(&[Term::NIL; 300]));
    for minor_version in 0..=2 {
        let question =
            format!("[term_to_binary(T, [deterministic, {{minor_version, {minor_version}}}]) || T <- Input]");
        let Some(answer) = ask_erlang(&question, build.list(&all), &names, &build) else { return };
        let options = EncodeOptions { minor_version, deterministic: true, ..Default::default() };
        for (i, (&term, theirs)) in all.iter().zip(elements(answer)).enumerate() {
            let ours = encode(term, &options, &names).unwrap();
            let theirs: Vec<u8> = Bits::of(theirs).expect("a binary").bytes().collect();
            assert_eq!(ours, theirs, "{i} {minor_version}");
            let (back, used) = decode(&ours, DecodeOptions::default(), &names, &build).unwrap();
            assert!(equal::exact(back, term) && used == ours.len(), "{i}");
        }
    }
}

#[test]
fn compressed_both_ways() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let term = build.list(&terms(24, 500, &names, &build));
    let options = EncodeOptions { compressed: Some(6), ..Default::default() };
    let ours = encode(term, &options, &names).unwrap();
    assert_eq!(ours[1], b'P');
    let (back, used) = decode(&ours, DecodeOptions::default(), &names, &build).unwrap();
    assert!(equal::exact(back, term) && used == ours.len());
    let input = build.tuple(&[crate::bits::binary(&ours, &build), term]);
    let question = "{C,T}=Input, true = T =:= binary_to_term(C), term_to_binary(T,[compressed])";
    let Some(theirs) = ask_erlang(question, input, &names, &build) else { return };
    let theirs: Vec<u8> = Bits::of(theirs).expect("a binary").bytes().collect();
    assert!(equal::exact(decode(&theirs, DecodeOptions::default(), &names, &build).unwrap().0, term));
}

#[test]
fn floats_as_text() {
    let (names, build, mut random) = (TestNames::new(), Scratch::new(), Random(25));
    let floats: Vec<f64> = (0..4000)
        .map(|i| match i % 3 {
            0 => f64::from_bits(random.next()),
            1 => random.below(1 << 40) as f64 / 10f64.powi(random.below(20) as i32),
            _ => random.below(1 << 20) as f64 * 10f64.powi(random.below(20) as i32),
        })
        .filter(|value| value.is_finite())
        .collect();
    let question = "G=fun(X,O) -> try list_to_binary(float_to_list(X,O)) catch _:_ -> none end end, \
        [[G(X,[short]), G(X,[]), G(X,[{scientific,5}]), G(X,[{decimals,0}]), G(X,[{decimals,4}]), \
        G(X,[{decimals,17},compact]), G(X,[{decimals,25}])] || X <- Input]";
    let input: Vec<Term<'_>> = floats.iter().map(|&value| build.float(value)).collect();
    let Some(answer) = ask_erlang(question, build.list(&input), &names, &build) else { return };
    for (&value, theirs) in floats.iter().zip(elements(answer)) {
        let ours = [
            Some(text::shortest(value)),
            text::scientific(value, 20),
            text::scientific(value, 5),
            text::decimals(value, 0, false),
            text::decimals(value, 4, false),
            text::decimals(value, 17, true),
            text::decimals(value, 25, false),
        ];
        for (ours, theirs) in ours.into_iter().zip(elements(theirs)) {
            let theirs = Bits::of(theirs).map(|bits| String::from_utf8(bits.bytes().collect()).unwrap());
            assert_eq!(ours, theirs, "{value:?}");
        }
        assert_eq!(text::parse_float(text::shortest(value).as_bytes()), Ok(value));
    }
}

#[test]
fn arithmetic() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let two_zeros = erlang_has_two_zeros();
    let mut terms =
        Terms { random: Random(26), atoms: &names.atoms, build: &build, identities: false, two_zeros };
    let mut all: Vec<Term<'_>> =
        (0..70).map(|i| if i % 3 == 0 { terms.float() } else { terms.integer() }).collect();
    all.extend([Term::small(0), Term::small(-1), Term::NIL]);
    let question = "H = fun(G) -> try G() catch _:E -> E end end, [begin C = if is_integer(Y) -> Y rem 300; true -> Y end, \
        [H(fun() -> X + Y end), H(fun() -> X - Y end), H(fun() -> X * Y end), H(fun() -> X / Y end), \
        H(fun() -> X div Y end), H(fun() -> X rem Y end), H(fun() -> X band Y end), H(fun() -> X bor Y end), \
        H(fun() -> X bxor Y end), H(fun() -> X bsl C end), H(fun() -> X bsr C end)] end || X <- Input, Y <- Input]";
    let Some(answer) = ask_erlang(question, build.list(&all), &names, &build) else { return };
    let pairs = all.iter().flat_map(|&a| all.iter().map(move |&b| (a, b)));
    for ((a, b), theirs) in pairs.zip(elements(answer)) {
        let count = match Integer::of(b) {
            Some(_) => arith::rem(b, Term::small(300), &build).unwrap(),
            None => b,
        };
        let ours = [
            arith::add(a, b, &build),
            arith::sub(a, b, &build),
            arith::mul(a, b, &build),
            arith::divide(a, b, &build),
            arith::div(a, b, &build),
            arith::rem(a, b, &build),
            arith::band(a, b, &build),
            arith::bor(a, b, &build),
            arith::bxor(a, b, &build),
            arith::bsl(a, count, &build),
            arith::bsr(a, count, &build),
        ];
        for (i, (ours, theirs)) in ours.into_iter().zip(elements(theirs)).enumerate() {
            let ours = ours.unwrap_or_else(|error| match error {
                ArithError::Badarith => Term::atom(crate::am::badarith),
                ArithError::SystemLimit => Term::atom(crate::am::system_limit),
            });
            let show = |term| crate::print::to_string(term, crate::print::Style::Pretty, 400, &names.atoms);
            assert!(
                equal::exact(ours, theirs),
                "{i} of {} and {}: {} {}",
                show(a),
                show(b),
                show(ours),
                show(theirs)
            );
        }
    }
}
