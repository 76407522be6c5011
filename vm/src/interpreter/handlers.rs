//! The table of handlers, made from the table of instructions: one for each combination of forms.

use purlin_isa::{Form, Specific};

use super::operands::form;
use super::ops;
use super::regs::{Handler, handler};

/// Descends into the forms of the operands one by one; at the end stands the handler with those that were chosen.
macro_rules! pick {
    ($Name:ident, $forms:ident, $at:expr, []) => {
        handler::<ops::$Name> as Handler
    };
    ($Name:ident, $forms:ident, $at:expr, [$($chosen:ident)+]) => {
        handler::<ops::$Name<$(form::$chosen),+>> as Handler
    };
    ($Name:ident, $forms:ident, $at:expr, [$($chosen:ident)*] [$($form:ident)+] $($rest:tt)*) => {
        pick!(@each $Name, $forms, $at, [$($chosen)*] {$($rest)*} $($form)+)
    };
    (@each $Name:ident, $forms:ident, $at:expr, $chosen:tt $rest:tt $($form:ident)+) => {
        match $forms.get($at) {
            $(Some(Form::$form) => pick!(@next $Name, $forms, $at + 1, $chosen $form $rest),)+
            other => no_such_form(Specific::$Name, $at, other.copied()),
        }
    };
    (@next $Name:ident, $forms:ident, $at:expr, [$($chosen:ident)*] $form:ident {$($rest:tt)*}) => {
        pick!($Name, $forms, $at, [$($chosen)* $form] $($rest)*)
    };
}

macro_rules! handlers {
    ($($(#[$doc:meta])+ $Name:ident $text:literal
        [$($operand:ident : $($form:ident)+);*] ($($field:ident : $kind:ident),*) $list:ident;)*) => {
        /// The handler of an instruction with operands of these forms.
        ///
        /// # Panics
        /// When the table of instructions has no such forms, which lowering never chooses.
        pub fn handler_of(op: Specific, forms: &[Form]) -> Handler {
            match op {
                $(Specific::$Name => pick!($Name, forms, 0, [] $([$($form)+])*),)*
            }
        }

        /// The sizes that the bodies and the table give an instruction agree.
        #[cfg(test)]
        fn body_size(op: Specific) -> (usize, Vec<Form>) {
            match op {
                $(Specific::$Name => {
                    let forms: Vec<Form> = vec![$([$(Form::$form),+][0]),*];
                    (body_size!($Name [$([$($form)+])*]), forms)
                })*
            }
        }
    };
}

#[cfg(test)]
macro_rules! body_size {
    ($Name:ident []) => { <ops::$Name as ops::Op>::BYTES };
    ($Name:ident [$([$first:ident $($more:ident)*])+]) => { <ops::$Name<$(form::$first),+> as ops::Op>::BYTES };
}

#[cold]
fn no_such_form(op: Specific, operand: usize, form: Option<Form>) -> ! {
    panic!("{op:?} has no handler for operand {operand} of form {form:?}")
}

purlin_isa::for_each_specific!(handlers);

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn bodies_and_table_agree_on_sizes() {
        for &op in Specific::ALL {
            let (bytes, forms) = body_size(op);
            assert_eq!(bytes, op.size(&forms), "{op:?}");
        }
    }
}
