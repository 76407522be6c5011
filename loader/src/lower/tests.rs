//! Tests of form choice, labels and select tables on code made for them.

use purlin_isa::{Label, Register};

use super::*;

const X0: Value = Value::Register(Register::X(0));
const X3: Value = Value::Register(Register::X(3));
const Y1: Value = Value::Register(Register::Y(1));

fn forms(op: Specific, values: &[Value]) -> Option<Vec<Form>> {
    Emitter::choose(op, values).map(|forms| forms[..values.len()].to_vec())
}

#[test]
fn the_first_form_that_fits_is_chosen() {
    let five = Value::Constant(Word::small(5));
    let large = Value::Constant(Word::small(1 << 40));
    let literal = Value::Constant(Word(0x1000 | 3));
    assert_eq!(forms(Specific::Move, &[X0, X3]), Some(vec![Form::X0, Form::X]));
    assert_eq!(forms(Specific::Move, &[five, Y1]), Some(vec![Form::I, Form::Y]));
    assert_eq!(forms(Specific::Move, &[large, X0]), Some(vec![Form::C, Form::X0]));
    assert_eq!(forms(Specific::Move, &[literal, X0]), Some(vec![Form::C, Form::X0]));
    assert_eq!(forms(Specific::Move, &[X0, five]), None);
    assert_eq!(forms(Specific::Multiply, &[Y1, X0, X0]), Some(vec![Form::A, Form::A, Form::X0]));
    assert_eq!(forms(Specific::CallFun2, &[X0]), Some(vec![Form::A]));
}

#[test]
fn small_frames_have_forms_of_their_own() {
    assert_eq!(forms(Specific::Allocate, &[Value::Frame(0)]), Some(vec![Form::S0]));
    assert_eq!(forms(Specific::Allocate, &[Value::Frame(8)]), Some(vec![Form::S8]));
    assert_eq!(forms(Specific::Allocate, &[Value::Frame(9)]), Some(vec![Form::SN]));
    assert_eq!(forms(Specific::Allocate, &[Value::Frame(1 << 20)]), None);
    assert_eq!(forms(Specific::ApplyLast, &[Value::Frame(1)]), Some(vec![Form::SN]));
}

#[test]
fn negative_immediates_extend_with_their_sign() {
    let mut emitter = Emitter::new(0, false);
    emitter.emit(Specific::Move, &[Value::Constant(Word::small(-2)), X0], &[]).unwrap();
    let code = emitter.finish();
    assert_eq!(code.instructions[0].forms(), [Form::I, Form::X0]);
    assert_eq!(i64::from(code.words[1] as u32 as i32), -16);
}

#[test]
fn labels_are_distances_from_the_instruction() {
    let mut emitter = Emitter::new(4, false);
    let jump = |emitter: &mut Emitter, label| {
        emitter.emit(Specific::Jump, &[], &[Field::Label(Some(Label(label)))]).unwrap();
    };
    emitter.place(1);
    jump(&mut emitter, 2);
    jump(&mut emitter, 1);
    emitter.place(2);
    emitter.emit(Specific::Call, &[], &[Field::Code(Label(1))]).unwrap();
    let code = emitter.finish();
    assert_eq!(code.words[1] as u32 as i32, 32);
    assert_eq!(code.words[3] as u32 as i32, -16);
    assert_eq!(&*code.labels, &[u32::MAX, 0, 4, u32::MAX]);
    assert_eq!(code.relocations, [Relocation { byte: 40, target: Target::Code(0) }]);
}

#[test]
fn relocations_may_straddle_words() {
    let mut emitter = Emitter::new(2, false);
    emitter.place(1);
    emitter.emit(Specific::Catch, &[], &[Field::Number(7), Field::Code(Label(1))]).unwrap();
    let mut code = emitter.finish();
    assert_eq!(code.relocations, [Relocation { byte: 10, target: Target::Code(0) }]);
    code.relocations[0].write(&mut code.words, 0x0102_0304_0506_0708);
    let bytes: Vec<u8> = code.words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    assert_eq!(bytes[8..10], 7u16.to_ne_bytes());
    assert_eq!(bytes[10..18], 0x0102_0304_0506_0708u64.to_ne_bytes());
}

#[test]
fn numbers_that_do_not_fit_are_refused() {
    let mut emitter = Emitter::new(0, false);
    let result = emitter.emit(Specific::CallFun, &[], &[Field::Number(70_000)]);
    assert_eq!(result, Err(LowerFault::TooLarge));
}

/// A module of one function `f/1` with this body, which may name label 3 as its failure: there it returns x0.
fn lowered(body: &[Operation]) -> (Vec<String>, Lowered) {
    let bytes = assemble(body);
    let verified = crate::load(&bytes).unwrap_or_else(|error| panic!("{error}"));
    let mut symbols = Symbols::new(verified.module());
    let code = lower(&verified, &mut symbols).unwrap_or_else(|error| panic!("{error}"));
    let lines = (0..code.instructions.len()).map(|index| show(&code, index, &symbols)).collect();
    (lines, code)
}

/// An instruction for the assembler: number and encoded operands.
type Operation = Vec<u8>;

fn x(register: u8) -> u8 {
    register << 4 | 3
}

fn label(label: u8) -> u8 {
    label << 4 | 5
}

fn integer(value: u8) -> Vec<u8> {
    if value < 16 { vec![value << 4 | 1] } else { vec![0b1001, value] }
}

fn select_val(values: &[Vec<u8>]) -> Operation {
    let mut bytes = vec![59, x(0), label(3), 0x17, (values.len() as u8 * 2) << 4];
    if values.len() > 7 {
        bytes.truncate(4);
        bytes.extend([0b1000, values.len() as u8 * 2]);
    }
    for value in values {
        bytes.extend(value);
        bytes.push(label(3));
    }
    bytes
}

fn chunk(name: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let mut bytes = [&name[..], &(contents.len() as u32).to_be_bytes(), contents].concat();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn assemble(body: &[Operation]) -> Vec<u8> {
    let mut code = [16u32, 0, 191, 4, 1].map(u32::to_be_bytes).concat();
    code.extend([1, 1 << 4, 2, 1 << 4 | 2, 2 << 4 | 2, 1 << 4, 1, 2 << 4]); // label 1, func_info m, f, 1, label 2
    code.extend(body.concat());
    code.extend([1, 3 << 4, 19, 3]); // label 3, return, int_code_end
    let atoms = [&2u32.to_be_bytes()[..], &[1], b"m", &[1], b"f"].concat();
    let exports = [1u32, 2, 1, 2].map(u32::to_be_bytes).concat();
    let chunks = [
        chunk(b"AtU8", &atoms),
        chunk(b"Code", &code),
        chunk(b"StrT", &[]),
        chunk(b"ImpT", &0u32.to_be_bytes()),
        chunk(b"ExpT", &exports),
    ]
    .concat();
    [&b"FOR1"[..], &(chunks.len() as u32 + 4).to_be_bytes(), b"BEAM", &chunks].concat()
}

#[test]
fn a_function_begins_with_what_reports_no_clause() {
    let (lines, code) = lowered(&[]);
    assert_eq!(lines, ["func_info function f/1", "return"]);
    assert_eq!(code.functions, [FunctionPlace { start: 0, entry: 2 }]);
}

#[test]
fn equality_with_an_immediate_compares_words() {
    let test = |number: u8, first: u8, second: u8| vec![number, label(3), first, second];
    let (lines, _) = lowered(&[test(43, 5 << 4 | 1, x(0)), test(44, x(0), 2), test(43, x(0), x(0))]);
    assert_eq!(
        lines[1..4],
        ["is_word x0, 5, fail @9", "is_not_word x0, [], fail @9", "is_eq_exact x0, x0, fail @9"]
    );
}

#[test]
fn neighbours_become_one() {
    let (lines, _) = lowered(&[vec![57, label(3), x(0)], vec![58, label(3), x(0), 2 << 4]]);
    assert_eq!(lines[1], "is_tuple_of_arity x0, fail @4, arity 2");
    let (lines, _) = lowered(&[vec![12, 3 << 4, 1 << 4], vec![18, 3 << 4], vec![19]]);
    assert_eq!(lines[1..3], ["allocate frame 3, live 1", "deallocate_return frame 3"]);
}

#[test]
fn select_takes_the_table_that_fits_its_values() {
    let (lines, _) = lowered(&[select_val(&[integer(1), integer(2), integer(4), integer(5)])]);
    assert_eq!(lines[1], "select_dense x0, fail @8, count 5, low 1 [@8, @8, @8, @8, @8]");
    let (lines, _) = lowered(&[select_val(&[integer(1), vec![2], integer(3)])]);
    assert_eq!(lines[1], "select_linear x0, fail @9, count 3 [1 -> @9, [] -> @9, 3 -> @9]");
    let spread: Vec<Vec<u8>> = (1..=9).rev().map(|value| integer(value * 20)).collect();
    let (lines, code) = lowered(&[select_val(&spread)]);
    assert!(lines[1].starts_with("select_hashed x0, fail @53, shift 59, factor "), "{}", lines[1]);
    let (factor, places) = (code.words[4], &code.words[5..37]);
    for value in (1..=9).map(|value| Word::small(value * 20).0) {
        let place = (value.wrapping_mul(factor) >> 59) as usize;
        let run = places[place..].iter().chain(places).take_while(|&&word| word != Word::HOLE.0);
        assert_eq!(run.filter(|&&word| word == value).count(), 1, "{}", lines[1]);
    }
}
