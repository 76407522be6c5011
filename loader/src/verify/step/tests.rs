//! Tests of types and values, and jumps by value.

use purlin_isa::{Instruction, Label, Operand};

use super::{Done, Sink, Step};
use crate::verify::state::Value;
use crate::verify::types::{Kinds, Type};

impl<S: Sink> Step<'_, S> {
    pub(super) fn run_tests(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::IsInteger { fail, source } => self.test(fail, source, Kinds::INTEGER),
            I::IsFloat { fail, source } => self.test(fail, source, Kinds::FLOAT),
            I::IsNumber { fail, source } => self.test(fail, source, Kinds::NUMBER),
            I::IsAtom { fail, source } => self.test(fail, source, Kinds::ATOMS),
            I::IsPid { fail, source } => self.test(fail, source, Kinds::PID),
            I::IsReference { fail, source } => self.test(fail, source, Kinds::REFERENCE),
            I::IsPort { fail, source } => self.test(fail, source, Kinds::PORT),
            I::IsNil { fail, source } => self.test(fail, source, Kinds::NIL),
            I::IsBinary { fail, source } => self.test(fail, source, Kinds::BINARY),
            I::IsBitstr { fail, source } => self.test(fail, source, Kinds::BITS),
            I::IsList { fail, source } => self.test(fail, source, Kinds::LIST),
            I::IsNonemptyList { fail, source } => self.test(fail, source, Kinds::CONS),
            I::IsTuple { fail, source } => self.test(fail, source, Kinds::TUPLE),
            I::IsFunction { fail, source } => self.test(fail, source, Kinds::FUN),
            I::IsBoolean { fail, source } => self.test(fail, source, Kinds::BOOLEAN),
            I::IsMap { fail, source } => self.test(fail, source, Kinds::MAP),
            I::IsAnyNativeRecord { fail, source } => self.test(fail, source, Kinds::RECORD),
            _ => self.run_comparisons(instruction),
        }
    }

    fn run_comparisons(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::IsLt { fail, first, second } => self.compare(fail, first, second, true),
            I::IsGe { fail, first, second } => self.compare(fail, first, second, false),
            I::IsEq { fail, first, second } | I::IsNe { fail, first, second } => {
                self.term(first)?;
                self.term(second)?;
                self.branch(fail)
            }
            I::IsEqExact { fail, first, second } => {
                let (a, b) = (self.term(first)?, self.term(second)?);
                let before = self.state.clone();
                self.differ(a, b);
                self.branch_if_reached(fail)?;
                self.enter_again(before);
                self.equal(a, b);
                Ok(())
            }
            I::IsNeExact { fail, first, second } => {
                let (a, b) = (self.term(first)?, self.term(second)?);
                let before = self.state.clone();
                self.equal(a, b);
                self.branch_if_reached(fail)?;
                self.enter_again(before);
                self.differ(a, b);
                Ok(())
            }
            I::SelectVal { source, fail, table } => self.select_value(source, fail, table),
            I::SelectTupleArity { tuple, fail, table } => self.select_arity(tuple, fail, table),
            _ => self.run_shapes(instruction),
        }
    }

    fn run_shapes(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::TestArity { fail, tuple, arity } => {
                let value = self.term(tuple)?;
                // The checked form jumps when there is no tuple, as when there is one of another arity.
                self.sink.assumes(value.of.within(&Type::of(Kinds::TUPLE)), true);
                if !value.of.within(&Type::tuple(arity, 0)) {
                    self.branch(fail)?;
                }
                self.require(value, Type::tuple(arity, 0));
                Ok(())
            }
            I::IsTaggedTuple { fail, source, arity, tag } => {
                let value = self.term(source)?;
                self.branch(fail)?;
                self.require(value, Type::tuple(arity, self.env.tag(tag)));
                Ok(())
            }
            I::IsFunction2 { fail, source, arity } => {
                let value = self.term(source)?;
                self.term(arity)?;
                self.branch(fail)?;
                let of = match arity {
                    Operand::Integer(arity @ 0..=255) => Type::fun(arity as u32),
                    _ => Type::of(Kinds::FUN),
                };
                self.require(value, of);
                Ok(())
            }
            I::IsNativeRecord { fail, source, .. } => {
                let value = self.term(source)?;
                self.branch(fail)?;
                self.require(value, Type::of(Kinds::RECORD));
                Ok(())
            }
            I::IsRecordAccessible { fail, source, id } => {
                self.term(source)?;
                self.term(id)?;
                self.branch(fail)
            }
            _ => self.run_guards(instruction),
        }
    }

    /// Goes on if the operand is of these kinds, else jumps.
    fn test(&mut self, fail: Label, source: Operand, kinds: Kinds) -> Done {
        let value = self.term(source)?;
        self.branch_unless(fail, value, kinds)?;
        self.require(value, Type::of(kinds));
        Ok(())
    }

    fn branch_if_reached(&mut self, label: Label) -> Done {
        if self.is_reached { self.branch(label) } else { Ok(()) }
    }

    fn enter_again(&mut self, state: crate::verify::state::State) {
        self.state = state;
        self.is_reached = true;
    }

    /// Two values are the same term, so each is what the other is.
    fn equal(&mut self, a: Value, b: Value) {
        self.require(a, b.of);
        if self.is_reached {
            self.require(b, a.of);
        }
    }

    /// Two values differ. That says something where one of them can only be one term.
    fn differ(&mut self, a: Value, b: Value) {
        for (value, other) in [(a, b), (b, a)] {
            if let Some(kind) = only_term(other.of)
                && (kind != Kinds::ATOM || value.of.atom == other.of.atom)
            {
                self.forbid(value, kind);
            }
        }
    }

    fn compare(&mut self, fail: Label, first: Operand, second: Operand, is_less: bool) -> Done {
        let (a, b) = (self.term(first)?, self.term(second)?);
        let both = Kinds::INTEGER;
        if !a.of.kinds.within(both) || !b.of.kinds.within(both) {
            return self.branch(fail);
        }
        let before = self.state.clone();
        if is_less {
            self.at_least(a, b, 0)
        } else {
            self.at_least(b, a, 1)
        }
        self.branch_if_reached(fail)?;
        self.enter_again(before);
        if is_less {
            self.at_least(b, a, 1)
        } else {
            self.at_least(a, b, 0)
        }
        Ok(())
    }

    /// Of two integers the one is greater than the other by a distance at least.
    fn at_least(&mut self, high: Value, low: Value, distance: i64) {
        // The ends of the range stand for no bound, which no distance moves.
        let least = if low.of.low == i64::MIN { i64::MIN } else { low.of.low.saturating_add(distance) };
        let most = if high.of.high == i64::MAX { i64::MAX } else { high.of.high.saturating_sub(distance) };
        self.require(high, Type::integer(least, i64::MAX));
        if self.is_reached {
            self.require(low, Type::integer(i64::MIN, most));
        }
    }

    fn select_value(&mut self, source: Operand, fail: Label, table: &[Operand]) -> Done {
        self.term(source)?;
        for entry in table.chunks(2) {
            let value = self.term(source)?;
            let Operand::Label(label) = entry[1] else { return Err("an entry has no label".to_owned()) };
            let of = self.constant(entry[0])?;
            self.branch_if(Label(label), value, of)?;
            if let Some(kind) = only_term(of)
                && (kind != Kinds::ATOM || value.of.atom == of.atom)
            {
                self.forbid(value, kind);
            }
            if !self.is_reached {
                return Ok(());
            }
        }
        self.branch(fail)?;
        self.stop()
    }

    fn select_arity(&mut self, tuple: Operand, fail: Label, table: &[Operand]) -> Done {
        let value = self.term(tuple)?;
        // The checked form takes the last way when there is no tuple.
        self.sink.assumes(value.of.within(&Type::of(Kinds::TUPLE)), true);
        for entry in table.chunks(2) {
            let (Operand::Unsigned(arity), Operand::Label(label)) = (entry[0], entry[1]) else {
                return Err("an entry is no arity and label".to_owned());
            };
            self.branch_if(Label(label), value, Type::tuple(arity as u32, 0))?;
        }
        self.branch(fail)?;
        self.stop()
    }
}

/// The kind of a type that holds one term only.
fn only_term(of: Type) -> Option<Kinds> {
    match of.kinds {
        Kinds::NIL | Kinds::TRUE | Kinds::FALSE => Some(of.kinds),
        Kinds::ATOM if of.atom != 0 => Some(Kinds::ATOM),
        _ => None,
    }
}
