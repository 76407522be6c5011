//! Moving, building and taking apart; tests of types and comparisons.

use purlin_heap::word::Word;
use purlin_isa::{HeapNeed, Instruction as I, Label, Operand, Register, Specific};

use super::calls::heap_words;
use super::emit::{Emitter, Field, Item, Value};
use super::{Grouped, Lowerer, Step, Target, to};

/// Byte offset of a tuple's element, counted from 0, behind the header's address.
fn element_offset(index: u32) -> Field {
    Field::Number(index.saturating_add(1).saturating_mul(8))
}

impl<'a> Lowerer<'a> {
    pub(super) fn data(&mut self, instruction: I<'a>) -> Grouped {
        use Specific as S;
        Some(match instruction {
            I::Move { source, destination } => {
                let source = self.value(source);
                self.emitter.emit(S::Move, &[source, destination.into()], &[])
            }
            I::Swap { first, second } => self.emitter.emit(S::Swap, &[first.into(), second.into()], &[]),
            I::GetList { source, head, tail } => {
                let op = if self.proved(0) { S::GetList } else { S::GetListChecked };
                self.emitter.emit(op, &[source.into(), head.into(), tail.into()], &[])
            }
            I::GetHd { source, head } => {
                let op = if self.proved(0) { S::GetHead } else { S::GetHeadChecked };
                self.emitter.emit(op, &[source.into(), head.into()], &[])
            }
            I::GetTl { source, tail } => {
                let op = if self.proved(0) { S::GetTail } else { S::GetTailChecked };
                self.emitter.emit(op, &[source.into(), tail.into()], &[])
            }
            I::GetTupleElement { tuple, index, destination } => {
                let op = if self.proved(0) { S::GetElement } else { S::GetElementChecked };
                self.emitter.emit(op, &[tuple.into(), destination.into()], &[element_offset(index)])
            }
            I::SetTupleElement { value, tuple, index } => {
                let value = self.value(value);
                self.emitter.emit(S::SetElement, &[value, tuple.into()], &[element_offset(index)])
            }
            I::PutList { head, tail, destination } => {
                let (head, tail) = (self.value(head), self.value(tail));
                self.emitter.emit(S::PutList, &[head, tail, destination.into()], &[])
            }
            I::PutTuple2 { destination, elements } => {
                let items = self.items(elements);
                let fields = [Field::Number(items.len() as u32)];
                self.emitter.emit_list(S::PutTuple, &[destination.into()], &fields, &items, &[])
            }
            I::UpdateRecord { hint: _, size, source, destination, updates } => {
                self.update_record(size, source, destination, updates)
            }
            I::MakeFun3 { lambda, destination, environment } => {
                self.make_fun(lambda, destination, environment)
            }
            I::MakeFun2 { lambda } => self.make_old_fun(lambda),
            _ => return None,
        })
    }

    // The compilers reserve 1 + size words, which a copy always fits.
    fn update_record(
        &mut self,
        size: u32,
        source: Operand,
        destination: Register,
        updates: &[Operand],
    ) -> Step {
        let source = self.value(source);
        let mut items = Vec::with_capacity(updates.len());
        for update in updates.chunks_exact(2) {
            let &[Operand::Unsigned(index), value] = update else { unreachable!("updates come in pairs") };
            items.push(Item::Word(Word::small(index as i64).0));
            items.push(Item::Value(self.value(value)));
        }
        let fields = [Field::Number(size), Field::Number(updates.len() as u32 / 2)];
        self.emitter.emit_list(Specific::UpdateRecord, &[source, destination.into()], &fields, &items, &[])
    }

    fn make_fun(&mut self, lambda: u32, destination: Register, environment: &[Operand]) -> Step {
        let items = self.items(environment);
        let fields = [Field::To(Target::Lambda(lambda)), Field::Number(items.len() as u32)];
        self.emitter.emit_list(Specific::MakeFun, &[destination.into()], &fields, &items, &[])
    }

    /// The fun reserves its own room, with its free variables live, and then is made as today's are.
    fn make_old_fun(&mut self, lambda: u32) -> Step {
        let free = self.module.lambdas()[lambda as usize].free;
        let need = HeapNeed { words: free, floats: 0, funs: 1 };
        self.emitter.emit(Specific::TestHeap, &[], &[Field::Number(free), heap_words(need)])?;
        let environment: Vec<_> = (0..free).map(|x| Operand::from(Register::X(x as u16))).collect();
        self.make_fun(lambda, Register::X(0), &environment)
    }

    pub(super) fn tests(&mut self, instruction: I<'a>) -> Grouped {
        use Specific as S;
        let (op, fail, source) = match instruction {
            I::IsInteger { fail, source } => (S::IsInteger, fail, source),
            I::IsFloat { fail, source } => (S::IsFloat, fail, source),
            I::IsNumber { fail, source } => (S::IsNumber, fail, source),
            I::IsAtom { fail, source } => (S::IsAtom, fail, source),
            I::IsPid { fail, source } => (S::IsPid, fail, source),
            I::IsReference { fail, source } => (S::IsReference, fail, source),
            I::IsPort { fail, source } => (S::IsPort, fail, source),
            I::IsNil { fail, source } => (S::IsNil, fail, source),
            I::IsBinary { fail, source } => (S::IsBinary, fail, source),
            I::IsBitstr { fail, source } => (S::IsBitstring, fail, source),
            I::IsList { fail, source } => (S::IsList, fail, source),
            I::IsNonemptyList { fail, source } => (S::IsCons, fail, source),
            I::IsTuple { fail, source } => (S::IsTuple, fail, source),
            I::IsMap { fail, source } => (S::IsMap, fail, source),
            I::IsBoolean { fail, source } => (S::IsBoolean, fail, source),
            I::IsFunction { fail, source } => (S::IsFunction, fail, source),
            _ => return self.tests_of_two(instruction),
        };
        let source = self.value(source);
        Some(self.emitter.emit(op, &[source], &[to(fail)]))
    }

    fn tests_of_two(&mut self, instruction: I<'a>) -> Grouped {
        use Specific as S;
        Some(match instruction {
            I::IsAnyNativeRecord { fail, source } => {
                let source = self.value(source);
                self.emitter.emit(S::IsRecord, &[source], &[to(fail)])
            }
            I::IsNativeRecord { fail, source, module, name } => {
                let source = self.value(source);
                let names = [module, name].map(|name| Field::Word(self.atom(name).0));
                self.emitter.emit(S::IsNamedRecord, &[source], &[to(fail), names[0], names[1]])
            }
            I::IsFunction2 { fail, source, arity } => self.compare(S::IsFunction2, fail, source, arity),
            I::IsLt { fail, first, second } => self.compare(S::IsLess, fail, first, second),
            I::IsGe { fail, first, second } => self.compare(S::IsAtLeast, fail, first, second),
            I::IsEq { fail, first, second } => self.equal(S::IsEqual, None, fail, first, second),
            I::IsNe { fail, first, second } => self.equal(S::IsNotEqual, None, fail, first, second),
            I::IsEqExact { fail, first, second } => {
                self.equal(S::IsExactEqual, Some(S::IsWord), fail, first, second)
            }
            I::IsNeExact { fail, first, second } => {
                self.equal(S::IsExactNotEqual, Some(S::IsNotWord), fail, first, second)
            }
            I::TestArity { fail, tuple, arity } => {
                let is_register = tuple.register().is_some();
                let op = if is_register && self.proved(1) { S::TestArity } else { S::IsTupleOfArity };
                let tuple = self.value(tuple);
                self.emitter.emit(op, &[tuple], &[to(fail), Field::Number(arity)])
            }
            I::IsTaggedTuple { fail, source, arity, tag } => {
                let source = self.value(source);
                let fields = [to(fail), Field::Number(arity), Field::Word(self.atom(tag).0)];
                self.emitter.emit(S::IsTaggedTuple, &[source], &fields)
            }
            _ => return None,
        })
    }

    fn compare(&mut self, op: Specific, fail: Label, first: Operand, second: Operand) -> Step {
        let values = [self.value(first), self.value(second)];
        self.emitter.emit(op, &values, &[to(fail)])
    }

    /// A test for equality, in the order of operands that has the cheaper forms. Against an immediate, exact
    /// equality is that of the words, for which there is an instruction `of_words`.
    fn equal(
        &mut self,
        op: Specific,
        of_words: Option<Specific>,
        fail: Label,
        first: Operand,
        second: Operand,
    ) -> Step {
        let (first, second) = (self.value(first), self.value(second));
        let (first, second) = if cost(op, [second, first]) < cost(op, [first, second]) {
            (second, first)
        } else {
            (first, second)
        };
        let op = match (of_words, first, second) {
            (Some(of_words), Value::Register(_), Value::Constant(word)) if !word.is_pointer() => of_words,
            _ => op,
        };
        self.emitter.emit(op, &[first, second], &[to(fail)])
    }
}

/// How many operands would need the form that fits anything.
fn cost(op: Specific, values: [Value; 2]) -> usize {
    let Some(forms) = Emitter::choose(op, &values) else { return values.len() };
    forms[..values.len()].iter().filter(|form| **form == purlin_isa::Form::A).count()
}
