//! What terms know of code: the names that funs carry. The code itself belongs to `vm/`.

use std::sync::atomic::AtomicPtr;

use crate::atoms::Atom;

/// Module, function and arity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(C)]
pub struct Mfa {
    /// The module.
    pub module: Atom,
    /// The function.
    pub function: Atom,
    /// How many arguments.
    pub arity: u32,
}

/// What all funs made by one `fun` expression share. Made by the loader of a module, or for a fun that came from
/// outside before its module was there, and alive as long as the machine, so that a term may hold its address.
#[derive(Debug)]
#[repr(C)]
pub struct FunEntry {
    /// Where its code starts; the instruction that reports a missing module while it is not loaded.
    pub address: AtomicPtr<u64>,
    /// Its module.
    pub module: Atom,
    /// Arguments, without the free variables.
    pub arity: u32,
    /// How many free variables follow the arguments.
    pub free: u32,
    /// Its place in the module's table.
    pub index: u32,
    /// The older hash of its code.
    pub old_uniq: u32,
    /// MD5 of its module.
    pub uniq: [u8; 16],
}
