//! Guard functions: instructions that call natives without a call.

use purlin_isa::{Instruction, Label, Operand, Register};

use super::{Done, Sink, Step};
use crate::verify::natives::Native;
use crate::verify::state::{Reason, Value};
use crate::verify::types::{Kinds, SMALL_MAX, Type};

impl<S: Sink> Step<'_, S> {
    pub(super) fn run_guards(&mut self, instruction: &Instruction<'_>) -> Done {
        use Instruction as I;
        match *instruction {
            I::Bif0 { import, destination } => self.guard(None, None, import, &[], destination),
            I::Bif1 { fail, import, first, destination } => {
                self.guard(fail, None, import, &[first], destination)
            }
            I::Bif2 { fail, import, first, second, destination } => {
                self.guard(fail, None, import, &[first, second], destination)
            }
            I::Bif3 { fail, import, first, second, third, destination } => {
                self.guard(fail, None, import, &[first, second, third], destination)
            }
            I::GcBif1 { fail, live, import, first, destination } => {
                self.guard(fail, Some(live), import, &[first], destination)
            }
            I::GcBif2 { fail, live, import, first, second, destination } => {
                self.guard(fail, Some(live), import, &[first, second], destination)
            }
            I::GcBif3 { fail, live, import, first, second, third, destination } => {
                self.guard(fail, Some(live), import, &[first, second, third], destination)
            }
            _ => self.run_bits(instruction),
        }
    }

    fn guard(
        &mut self,
        fail: Option<Label>,
        live: Option<u32>,
        import: u32,
        operands: &[Operand],
        destination: Register,
    ) -> Done {
        let native = self.env.native(import).filter(|native| native.is_guard);
        let native = native.ok_or("the import is no guard function")?;
        if native.arguments.len() != operands.len() {
            return Err(format!("{} takes {} arguments", native.name, native.arguments.len()));
        }
        if let Some(live) = live {
            self.collects(live)?;
        }
        for operand in operands {
            self.guard_argument(native, *operand)?;
        }
        let is_fragile = self.is_fragile(operands);
        match fail {
            _ if self.must_return(native, operands)? => {}
            Some(label) => self.branch(label)?,
            // The compiler may know of its arguments that it does not raise.
            None => self.raises_unexpectedly()?,
        }
        for (operand, kinds) in operands.iter().zip(native.arguments) {
            let value = self.any(*operand)?;
            if self.is_reached && value.of.is_term() {
                self.require(value, Type::of(*kinds));
            }
        }
        if !self.is_reached {
            return Ok(());
        }
        let values = operands.iter().map(|operand| self.any(*operand)).collect::<Result<Vec<_>, _>>()?;
        self.write_fragile(destination, result(native, &values), is_fragile)
    }

    /// Whether a native only has arguments for which it returns. OTP's compiler knows of them, too, and what is in registers
    /// where it would fail may be no term.
    fn must_return(&self, native: &Native, operands: &[Operand]) -> Result<bool, Reason> {
        for (operand, kinds) in operands.iter().zip(native.arguments) {
            if !self.any(*operand)?.of.kinds.within(*kinds) {
                return Ok(false);
            }
        }
        Ok(native.is_total)
    }

    /// Sizes may be asked of a matching context too.
    fn guard_argument(&self, native: &Native, operand: Operand) -> Done {
        let value = match native.name {
            "byte_size" | "bit_size" => self.any(operand)?,
            _ => self.term(operand)?,
        };
        match value.of.kinds.within(Kinds::ANY.or(Kinds::CONTEXT)) {
            true => Ok(()),
            false => Err(format!("{} is asked of {}", native.name, value.of)),
        }
    }
}

/// What a guard function returns for these arguments.
fn result(native: &Native, arguments: &[Value]) -> Type {
    let of = |place: usize| arguments[place].of;
    if native.result == Kinds::SMALL {
        return Type::integer(0, SMALL_MAX);
    }
    match (native.name, arguments.len()) {
        ("max" | "min", 2) => of(0).join(of(1)),
        ("element", 2) if of(0) == Type::integer(1, 1) && of(1).tag != 0 => Type::atom(of(1).tag),
        ("+" | "-" | "*" | "div" | "rem" | "band" | "bor" | "bxor" | "bsl" | "bsr", 2) => {
            arithmetic(native.name, of(0), of(1))
        }
        ("-" | "+" | "abs", 1) => {
            // Negating the least small integer makes a big one.
            let kinds = of(0).kinds.and(Kinds::FLOAT);
            let is_integer = of(0).kinds.intersects(Kinds::INTEGER);
            Type::of(if is_integer { kinds.or(Kinds::INTEGER) } else { kinds })
        }
        _ => Type::of(native.result),
    }
}

/// The result of an operation on numbers, with bounds where both operands are bounded integers.
fn arithmetic(name: &str, a: Type, b: Type) -> Type {
    let are_integers = a.kinds.within(Kinds::INTEGER) && b.kinds.within(Kinds::INTEGER);
    let has_float = |of: Type| of.kinds.intersects(Kinds::FLOAT);
    let may_be_integer = |of: Type| of.kinds.intersects(Kinds::INTEGER);
    if !are_integers {
        let float = if has_float(a) || has_float(b) { Kinds::FLOAT } else { Kinds::NONE };
        let integer = if may_be_integer(a) && may_be_integer(b) { Kinds::INTEGER } else { Kinds::NONE };
        return Type::of(float.or(integer));
    }
    integer_bounds(name, (a.low, a.high), (b.low, b.high)).unwrap_or(Type::of(Kinds::INTEGER))
}

fn integer_bounds(name: &str, a: (i64, i64), b: (i64, i64)) -> Option<Type> {
    let is_bounded = |range: (i64, i64)| range.0 != i64::MIN && range.1 != i64::MAX;
    let corners = |operation: fn(i128, i128) -> i128| {
        let wide = |value: i64| i128::from(value);
        let all = [(a.0, b.0), (a.0, b.1), (a.1, b.0), (a.1, b.1)].map(|(a, b)| operation(wide(a), wide(b)));
        let low = i64::try_from(*all.iter().min()?).ok()?;
        let high = i64::try_from(*all.iter().max()?).ok()?;
        Some(Type::integer(low, high))
    };
    match name {
        "+" if is_bounded(a) && is_bounded(b) => corners(|a, b| a + b),
        "-" if is_bounded(a) && is_bounded(b) => corners(|a, b| a - b),
        "*" if is_bounded(a) && is_bounded(b) => corners(|a, b| a * b),
        // The remainder is nearer to zero than the divisor, and of the dividend's sign.
        "rem" if is_bounded(b) => {
            let most = b.0.unsigned_abs().max(b.1.unsigned_abs()).max(1) - 1;
            let most = i64::try_from(most).ok()?;
            Some(Type::integer(if a.0 >= 0 { 0 } else { -most }, most))
        }
        // With an operand that is not negative the result lies between zero and that.
        "band" => match (a.0 >= 0, b.0 >= 0) {
            (true, true) => Some(Type::integer(0, a.1.min(b.1))),
            (true, false) => Some(Type::integer(0, a.1)),
            (false, true) => Some(Type::integer(0, b.1)),
            _ => None,
        },
        "bor" | "bxor" if a.0 >= 0 && b.0 >= 0 && is_bounded(a) && is_bounded(b) => {
            let bits = 64 - (a.1 | b.1).leading_zeros();
            let most = if bits >= 63 { return None } else { (1 << bits) - 1 };
            Some(Type::integer(0, most))
        }
        "bsr" if b.0 >= 0 => Some(Type::integer(a.0.min(0), if a.1 == i64::MAX { a.1 } else { a.1.max(-1) })),
        "bsl" if is_bounded(a) && b.0 >= 0 && b.1 <= 60 => corners(|a, b| a << b),
        "div" if is_bounded(a) => {
            let most = i64::try_from(a.0.unsigned_abs().max(a.1.unsigned_abs())).ok()?;
            Some(Type::integer(if a.0 >= 0 && b.0 >= 0 { 0 } else { -most }, most))
        }
        _ => None,
    }
}
