//! Which instructions are fused, with which forms of operands.
//!
//! Chosen by counting what follows what in the benchmarks and in OTP's scanner, parser, linter and printer: see
//! `docs/interpreter.md`. Each combination of forms costs a handler of some hundred bytes.

use purlin_isa::{Form, Specific};
use smallvec::SmallVec;

use super::fuse::Fuse;
use super::operands::form;
use super::ops;
use super::regs::{Handler, TAIL_CALLS, handler};

/// Descends into the forms of the operands one by one; at the end stands the handler of the fused bodies.
macro_rules! choose {
    ($forms:ident, $at:expr, [$($Done:ty),*] $Op:ident [$($chosen:ident)*] {} $($Next:ident $next:tt)*) => {
        choose!(@next $forms, $at, [$($Done,)* ops::$Op<$(form::$chosen),*>] $($Next $next)*)
    };
    ($forms:ident, $at:expr, $done:tt $Op:ident $chosen:tt {[$($form:ident)+] $($rest:tt)*} $($next:tt)*) => {
        choose!(@each $forms, $at, $done $Op $chosen {{$($rest)*} $($next)*} $($form)+)
    };
    (@each $forms:ident, $at:expr, $done:tt $Op:ident $chosen:tt $rest:tt $($form:ident)+) => {
        match $forms.get($at) {
            $(Some(Form::$form) => choose!(@add $forms, $at + 1, $done $Op $chosen $form $rest),)+
            _ => None,
        }
    };
    (@add $forms:ident, $at:expr, $done:tt $Op:ident [$($chosen:ident)*] $form:ident {$($rest:tt)*}) => {
        choose!($forms, $at, $done $Op [$($chosen)* $form] $($rest)*)
    };
    (@next $forms:ident, $at:expr, $done:tt $Op:ident $operands:tt $($next:tt)*) => {
        choose!($forms, $at, $done $Op [] $operands $($next)*)
    };
    (@next $forms:ident, $at:expr, [$A:ty, $B:ty]) => { Some(handler::<Fuse<$A, $B>> as Handler) };
    (@next $forms:ident, $at:expr, [$A:ty, $B:ty, $C:ty]) => { Some(handler::<Fuse<$A, Fuse<$B, $C>>> as Handler) };
}

macro_rules! fused {
    ($name:ident $($($Op:ident $operands:tt)+;)*) => {
        /// The handler of these instructions together, whose operands have these forms one after the other.
        fn $name(ops: [Specific; fused!(@count $($($Op)+;)*)], forms: &[Form]) -> Option<Handler> {
            match ops {
                $([$(Specific::$Op),+] => choose!(@next forms, 0, [] $($Op $operands)+),)*
                _ => None,
            }
        }
    };
    (@count $A:ident $B:ident; $($rest:tt)*) => { 2 };
    (@count $A:ident $B:ident $C:ident; $($rest:tt)*) => { 3 };
}

fused! { pair
    Move {[X0 X Y I] [X0 X Y]} Move {[X0 X Y I] [X0 X Y]};
    Move {[X0 X Y I] [X0 X Y]} Call {};
    Move {[X0 X Y I] [X0 X Y]} CallOnly {};
    Move {[X0 X Y I] [X0 X Y]} CallLast {[S0 S1 S2 S3 S4]};
    Move {[X0 X Y I] [X0 X Y]} CallExport {};
    Move {[X0 X Y I] [X0 X]} CallExportOnly {};
    Move {[X0 X Y I C] [X0]} Return {};
    Move {[X0 X Y I C] [X0]} DeallocateReturn {[S0 S1 S2 S3 S4]};
    Move {[X Y] [X0 X Y]} Trim {[S1 S2 S3]};
    Swap {[X0 X Y] [X0 X Y]} Call {};
    Swap {[X0 X] [X0 X]} CallOnly {};
    Move {[X0 X Y I] [X0 X]} CallNative {};
    Move {[X0 X Y] [X0 X]} CallFun2 {[X Y]};
    Move {[X0 X] [Y]} GetList {[X0 X] [X0 X Y] [X0 X Y]};
    Allocate {[S1 S2 S3 S4 S5 S6]} Move {[X0 X I] [Y]};
    Allocate {[S0]} Call {};
    Allocate {[S1 S2]} GetList {[X0 X] [X0 X Y] [X0 X Y]};
    Trim {[S1 S2 S3 S4]} Call {};
    TestHeap {} PutList {[X0 X Y] [X0 X Y I] [X0 X Y]};
    TestHeap {} PutTuple {[X0 X Y]};
    TestHeap {} GetElement {[X0 X] [X0 X]};
    TestHeap {} FloatStore {[X0 X Y]};
    PutList {[X0 X Y] [X0 X Y I] [X0]} DeallocateReturn {[S0 S1 S2 S3]};
    PutList {[X0 X Y] [X0 X Y I] [X0]} Return {};
    PutList {[X0 X Y] [X0 X Y I] [X0 X]} CallOnly {};
    PutTuple {[X0]} DeallocateReturn {[S0 S1 S2 S3]};
    PutTuple {[X0]} Return {};
    GetList {[X0 X] [X0 X Y] [X0 X Y]} Call {};
    GetList {[X0] [X0 X Y] [X Y]} Move {[X Y] [X0 X]};
    GetElement {[X0 X Y] [X0 X Y]} GetElement {[X0 X Y] [X0 X Y]};
    GetElement {[X0 X] [X0 X]} SelectLinear {[X0 X]};
    GetElement {[X0 X] [X0 X]} SelectHashed {[X0 X]};
    GetElement {[X0 X] [X0 X]} IsWord {[X0 X] [I]};
    IsCons {[X0 X]} GetList {[X0 X] [X0 X Y] [X0 X Y]};
    IsCons {[X0 X]} Allocate {[S0 S1 S2 S3 S4]};
    IsCons {[X0 X]} IsNil {[X0 X]};
    IsNil {[X0 X]} Move {[X0 X Y I C] [X0]};
    IsNil {[X0 X]} Return {};
    IsList {[X0 X]} Allocate {[S1 S2 S3 S4]};
    IsInteger {[X0 X]} IsAtLeast {[X0 X] [I]};
    IsTupleOfArity {[X0 X]} GetElement {[X0 X] [X0 X Y]};
    IsTaggedTuple {[X0 X]} GetElement {[X0 X] [X0 X Y]};
    IsWord {[X0 X] [I]} Subtract {[X0 X] [I] [X0 X Y]};
    IsWord {[X0 X] [I]} Move {[X0 X I] [X0 X]};
    IsWord {[X0 X] [I]} Allocate {[S1 S2 S3 S4]};
    IsWord {[X0 X] [I]} GetElement {[X0 X] [X0 X Y]};
    IsLess {[X0 X] [X0 X I]} Move {[X0 X I] [X0]};
    IsLess {[X0 X] [X0 X I]} Return {};
    IsLess {[X0 X] [X0 X I]} Subtract {[X0 X] [I] [X0 X]};
    IsAtLeast {[X0 X] [X0 X I]} Move {[X0 X I] [X0]};
    IsAtLeast {[X0 X] [I]} IsAtLeast {[I] [X0 X]};
    IsAtLeast {[X0 X] [X0 X I]} Allocate {[S0 S1 S2 S3 S4]};
    Subtract {[X0 X Y] [I] [X0 X]} Allocate {[S1 S2 S3 S4]};
    Subtract {[X0 X Y] [I] [X0 X]} Move {[X0 X Y] [X0 X Y]};
    Subtract {[X0 X Y] [I] [X0 X]} Add {[X0 X] [X0 X I] [X0 X]};
    Subtract {[X0 X Y] [I] [X0]} Call {};
    Subtract {[X0 X] [I] [X0 X]} CallOnly {};
    Multiply {[X0 X] [X0 X I] [X0 X]} Add {[X0 X] [X0 X I] [X0 X]};
    Add {[X0 X Y] [X0 X I] [X0 X]} Move {[X0 X Y] [X0 X Y]};
    Add {[X0 X Y] [X0 X I] [X0]} DeallocateReturn {[S1 S2]};
    Add {[X0 X] [X0 X I] [X0 X]} CallOnly {};
    BitAnd {[X0 X] [I] [X0 X]} Move {[X0 X] [X0 X]};
    FloatLoad {[X0 X Y]} FloatLoad {[X0 X Y]};
    FloatLoad {[X0 X Y]} FloatAdd {};
    FloatLoad {[X0 X Y]} FloatSubtract {};
    FloatLoad {[X0 X Y]} FloatMultiply {};
    FloatAdd {} FloatLoad {[X0 X Y]};
    FloatSubtract {} FloatLoad {[X0 X Y]};
    FloatMultiply {} FloatLoad {[X0 X Y]};
    FloatMultiply {} FloatAdd {};
    FloatMultiply {} FloatSubtract {};
    FloatStore {[X0 X Y]} FloatStore {[X0 X Y]};
    StartMatch {[X0 X] [X0 X]} MatchPosition {[X0 X] [X0 X]};
    StartMatch {[X0] [X0 X]} MatchInteger {[X0 X] [I] [X]};
    StartMatch {[X0] [X0 X]} MatchEnsure {[X0 X]};
    MatchPosition {[X0 X] [X0 X]} MatchInteger {[X0 X] [I] [X0 X]};
    MatchSetPosition {[X] [X0 X]} MatchInteger {[X] [I] [X0 X]};
    MatchSetPosition {[X] [X0 X]} MatchUtf {[X] [X0 X]};
    MatchSetPosition {[X] [X0 X]} MatchTestTail {[X]};
    MatchInteger {[X] [I] [X0 X]} MatchInteger {[X] [I] [X0 X]};
    MatchInteger {[X] [I] [X0 X]} MatchTestUnit {[X]};
    MatchInteger {[X0 X] [I] [X0 X]} IsWord {[X0 X] [I]};
    MatchInteger {[X0 X] [I] [X0 X]} SelectLinear {[X0 X]};
    MatchInteger {[X0 X] [I] [X0 X]} SelectHashed {[X0 X]};
    MatchInteger {[X0 X] [I] [X0 X]} IsAtLeast {[X0 X] [I]};
    MatchPosition {[X0 X] [X0 X]} MatchEnsure {[X0 X]};
    MatchSetPosition {[X0] [X]} MatchTail {[X0] [X0]};
    StartMatch {[X0 X] [X0 X]} MatchFields {[X0 X]};
    MatchPosition {[X0 X] [X0 X]} MatchFields {[X0 X]};
    MatchEnsure {[X0 X]} MatchInteger {[X0 X] [I] [X0 X]};
    MatchEnsure {[X]} MatchEqual {[X]};
    MatchUtf {[X] [X0 X]} MatchTestUnit {[X]};
    IsWord {[X0 X] [I]} MatchTestUnit {[X]};
}

fused! { triple
    Move {[X0 X Y] [X0 X]} Move {[X0 X Y I] [X0 X]} Call {};
    Move {[X0 X Y] [X0 X]} Move {[X0 X Y I] [X0 X]} CallOnly {};
    Add {[X0 X] [X0 X I] [X0 X]} Move {[X0 X] [X0 X]} CallOnly {};
    Subtract {[X0 X] [X0 X I] [X0 X]} Move {[X0 X] [X0 X]} CallOnly {};
    BitAnd {[X0 X] [I] [X0 X]} Move {[X0 X] [X0 X]} CallOnly {};
    MatchPosition {[X] [X0 X]} MatchEnsure {[X0 X]} MatchInteger {[X0 X] [I] [X0 X]};
    Move {[X0 X Y] [X0 X Y]} Move {[X0 X Y] [X0 X Y]} Move {[X0 X Y] [X0 X Y]};
    Move {[X Y] [X0 X]} Move {[X Y] [X0 X]} CallLast {[S1 S2 S3 S4]};
    Move {[X0 X Y] [X0 X]} Move {[X0 X Y I] [X0 X]} CallExport {};
    Allocate {[S1 S2 S3 S4]} Move {[X0 X] [Y]} Move {[X0 X] [Y]};
    Allocate {[S1 S2 S3 S4]} Move {[X0 X] [Y]} Call {};
    TestHeap {} PutList {[X0 X Y] [X0 X] [X0]} DeallocateReturn {[S1 S2 S3]};
    TestHeap {} PutTuple {[X0]} Return {};
    TestHeap {} PutTuple {[X0]} DeallocateReturn {[S1 S2 S3]};
    GetElement {[X0 X] [X0 X]} GetElement {[X0 X] [X0 X]} GetElement {[X0 X] [X0 X]};
    StartMatch {[X0 X] [X0 X]} MatchPosition {[X0 X] [X0 X]} MatchFields {[X0 X]};
    StartMatch {[X0] [X0 X]} MatchEnsure {[X0 X]} MatchInteger {[X0 X] [I] [X0 X]};
}

/// An instruction and the forms of its operands.
pub type Instruction<'f> = (Specific, &'f [Form]);

/// The handler of the first of these instructions together with the next ones, if they are fused. The portable form
/// fuses nothing: it is small, and what the tests compare the other one with.
pub fn fused_handler(a: Instruction, b: Instruction, c: Option<Instruction>) -> Option<Handler> {
    if !TAIL_CALLS {
        return None;
    }
    let forms = [Some(a), Some(b), c].into_iter().flatten().flat_map(|(_, forms)| forms.iter().copied());
    let forms: SmallVec<[Form; 12]> = forms.collect();
    // Which looks at the first forms only.
    let two = || pair([a.0, b.0], &forms);
    c.and_then(|c| triple([a.0, b.0, c.0], &forms)).or_else(two)
}
