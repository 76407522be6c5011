//! The table of native functions, by the names that Erlang modules call them.

use std::collections::HashMap;

use purlin_heap::{AtomTable, Mfa};

use super::Native;

/// A native as a table of [`natives!`](crate::natives) declares it.
#[derive(Clone, Copy)]
pub struct NativeFunction {
    /// The Erlang module.
    pub module: &'static str,
    /// The function's name.
    pub function: &'static str,
    /// The number of its arguments.
    pub arity: u8,
    /// The Rust function.
    pub body: Native,
}

/// Declares the natives of one Erlang module as a constant `NATIVES`:
/// `natives! { "lists": "reverse"/2 => reverse, "member"/2 => member, }`
#[macro_export]
macro_rules! natives {
    ($module:literal: $($function:literal / $arity:literal => $body:path),* $(,)?) => {
        /// The native functions of this file's module.
        pub const NATIVES: &[$crate::NativeFunction] = &[$($crate::NativeFunction {
            module: $module,
            function: $function,
            arity: $arity,
            body: $body,
        }),*];
    };
}

/// The natives of one machine.
#[derive(Default)]
pub struct NativeTable {
    by_name: HashMap<Mfa, Native>,
}

impl NativeTable {
    /// Adds natives; a later one takes the place of an earlier one of the same name.
    ///
    /// # Panics
    /// When the atoms that code may make are used up, which those of a new machine are not.
    pub fn add(&mut self, atoms: &AtomTable, natives: &[NativeFunction]) {
        for native in natives {
            let atom = |name| atoms.intern_for_code(name).expect("room for the names of natives");
            let (module, function) = (atom(native.module), atom(native.function));
            self.by_name.insert(Mfa { module, function, arity: native.arity.into() }, native.body);
        }
    }

    /// The native of this name.
    pub fn get(&self, name: &Mfa) -> Option<Native> {
        self.by_name.get(name).copied()
    }

    /// All natives.
    pub fn iter(&self) -> impl Iterator<Item = (&Mfa, Native)> {
        self.by_name.iter().map(|(name, &body)| (name, body))
    }
}
