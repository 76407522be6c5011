//! Functions of C's mathematical library that Rust's own library has not, or computes in another way. Programs see the last
//! bits of their results, and Erlang/OTP takes them from C.

// SAFETY: the signatures are those of C99; the functions have no preconditions, and touch no memory but `errno`.
unsafe extern "C" {
    /// The inverse of the hyperbolic cosine.
    pub safe fn acosh(x: f64) -> f64;
    /// The inverse of the hyperbolic sine.
    pub safe fn asinh(x: f64) -> f64;
    /// The inverse of the hyperbolic tangent.
    pub safe fn atanh(x: f64) -> f64;
    /// The error function.
    pub safe fn erf(x: f64) -> f64;
    /// What the error function lacks of one.
    pub safe fn erfc(x: f64) -> f64;
}
