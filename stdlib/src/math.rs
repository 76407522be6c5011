//! Module `math`.

use purlin_heap::{Build, Term, View, arith, c_math};
use purlin_vm::{Context, Outcome, Stop, natives};

natives! { "math":
    "acos"/1 => acos, "acosh"/1 => acosh, "asin"/1 => asin, "asinh"/1 => asinh, "atan"/1 => atan,
    "atan2"/2 => atan2, "atanh"/1 => atanh, "ceil"/1 => ceil, "cos"/1 => cos, "cosh"/1 => cosh,
    "erf"/1 => erf, "erfc"/1 => erfc, "exp"/1 => exp, "floor"/1 => floor, "fmod"/2 => fmod, "log"/1 => log,
    "log2"/1 => log2, "log10"/1 => log10, "pow"/2 => pow, "sin"/1 => sin, "sinh"/1 => sinh, "sqrt"/1 => sqrt,
    "tan"/1 => tan, "tanh"/1 => tanh,
}

/// Natives that are functions of floats. What is no number is a `badarg`, a number beyond the floats and a result that
/// is none a `badarith`.
macro_rules! functions {
    ($($name:ident($($arg:tt),*) = $function:path;)*) => {$(
        fn $name<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
            finite(cx, $function($(operand(args[$arg])?),*))
        }
    )*};
}

functions! {
    acos(0) = f64::acos;
    acosh(0) = c_math::acosh;
    asin(0) = f64::asin;
    asinh(0) = c_math::asinh;
    atan(0) = f64::atan;
    atan2(0, 1) = f64::atan2;
    atanh(0) = c_math::atanh;
    ceil(0) = f64::ceil;
    cos(0) = f64::cos;
    cosh(0) = f64::cosh;
    erf(0) = c_math::erf;
    erfc(0) = c_math::erfc;
    exp(0) = f64::exp;
    floor(0) = f64::floor;
    fmod(0, 1) = std::ops::Rem::rem;
    log(0) = f64::ln;
    log2(0) = f64::log2;
    log10(0) = f64::log10;
    pow(0, 1) = f64::powf;
    sin(0) = f64::sin;
    sinh(0) = f64::sinh;
    sqrt(0) = f64::sqrt;
    tan(0) = f64::tan;
    tanh(0) = f64::tanh;
}

fn operand<'h>(term: Term<'h>) -> Result<f64, Stop<'h>> {
    arith::operand(term).map_err(|_| match term.view() {
        View::Big(_) => Stop::badarith(),
        _ => Stop::badarg(),
    })
}

fn finite<'h>(cx: &Context<'h>, value: f64) -> Outcome<'h> {
    if value.is_finite() { Ok(cx.heap().float(value)) } else { Err(Stop::badarith()) }
}
