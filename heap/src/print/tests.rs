//! Tests of the forms, and of bounds.

use super::*;
use crate::Scratch;
use crate::build::Build;
use crate::testing::{Random, Terms, TestNames, ask_erlang, deep};

fn show(term: Term<'_>, names: &TestNames) -> String {
    to_string(term, Style::Pretty, 10_000, &names.atoms)
}

fn string<'h>(text: &str, build: &'h Scratch) -> Term<'h> {
    let characters: Vec<Term<'_>> = text.chars().map(|c| Term::small(u32::from(c).into())).collect();
    build.list(&characters)
}

#[test]
fn forms() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let one = Term::small(1);
    let map = Map::from_pairs(
        &[(one, string("a\"b\\", &build)), (Term::small(2), Term::NIL)],
        &names.atoms,
        &build,
    );
    let odd = crate::bits::slice(crate::bits::binary(b"ab\xa0", &build), 0, 19, &build).unwrap();
    let cases = [
        (map.as_term(), "#{1 => \"a\\\"b\\\\\",2 => []}", "#{1=>\"a\\\"b\\\",2=>[]}"),
        (build.list_with_tail(&[one], one), "[1|1]", "[1|1]"),
        (build.tuple(&[]), "{}", "{}"),
        (build.tuple(&[one, build.float(1.5)]), "{1,1.5}", "{1,1.500000e+00}"),
        (odd, "<<97,98,5:3>>", "<<97,98,5:3>>"),
        (crate::bits::binary("é".as_bytes(), &build), "<<\"é\"/utf8>>", "<<195,169>>"),
        (crate::bits::binary(b"a\n", &build), "<<\"a\\n\">>", "<<97,10>>"),
        (Term::pid(crate::Pid::from_parts(5, 6).unwrap()), "<0.5.6>", "<0.5.6>"),
        (build.reference(1 << 18, None), "#Ref<0.0.1.0>", "#Ref<0.0.1.0>"),
        (string("\u{1b}", &build), "\"\\e\"", "[27]"),
        (string("a\t", &build), "\"a\\t\"", "\"a\t\""),
    ];
    for (term, pretty, display) in cases {
        assert_eq!(show(term, &names), pretty);
        assert_eq!(to_string(term, Style::Display, 10_000, &names.atoms), display);
    }
}

#[test]
fn atoms_are_quoted_where_needed() {
    let cases = [
        ("ok@x", "ok@x", "'ok@x'"),
        ("end", "'end'", "end"),
        ("", "''", "''"),
        ("A", "'A'", "'A'"),
        ("it's", "'it\\'s'", "'it\\'s'"),
        ("ä", "ä", "ä"),
        ("÷", "'÷'", "'÷'"),
        ("_a", "'_a'", "'_a'"),
        ("\u{2}\u{1b}\t", "'\\2\\e\\t'", "'\\002\\033\\t'"),
    ];
    for (name, pretty, display) in cases {
        assert_eq!((&*atom_text(name, Style::Pretty), &*atom_text(name, Style::Display)), (pretty, display));
    }
}

#[test]
fn any_term_in_bounds() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let nested = deep(1_000_000, Term::small(1), &build);
    assert_eq!(to_string(nested, Style::Pretty, 10, &names.atoms), "[[[[[[[[[[...");
    assert!(to_string(nested, Style::Pretty, usize::MAX, &names.atoms).len() == 2_000_001);
    let long = build.list(&vec![Term::small(97); 100_000]);
    assert!(to_string(long, Style::Pretty, 100, &names.atoms).len() < 250);
    let bytes = crate::bits::binary(&vec![0; 100_000], &build);
    assert!(to_string(bytes, Style::Display, 100, &names.atoms).len() < 250);
}

#[test]
fn as_erlang_prints_them() {
    let (names, build) = (TestNames::new(), Scratch::new());
    let mut terms =
        Terms { random: Random(41), atoms: &names.atoms, build: &build, identities: false, two_zeros: false };
    let all: Vec<Term<'_>> = (0..2000).map(|_| terms.term(2)).filter(|&t| !has_maps(t)).collect();
    let question = "[unicode:characters_to_binary(io_lib:format(\"~0tp\", [T])) || T <- Input]";
    let Some(mut answer) = ask_erlang(question, build.list(&all), &names, &build) else { return };
    for &term in &all {
        let cons = answer.as_cons().expect("as many answers");
        let theirs = String::from_utf8(Bits::of(cons.head()).unwrap().bytes().collect()).unwrap();
        assert_eq!(show(term, &names), theirs);
        answer = cons.tail();
    }
}

/// Whether a term holds a map: the order in which those are written is nobody's promise.
fn has_maps(term: Term<'_>) -> bool {
    match term.view() {
        View::Map(_) => true,
        View::Tuple(tuple) => tuple.elements().iter().any(|&t| has_maps(t)),
        View::Cons(cons) => has_maps(cons.head()) || has_maps(cons.tail()),
        _ => false,
    }
}
