//! What the verifier believes of native functions: the one place where results are not proved.
//!
//! Only functions of the module `erlang` stand here, which no program can replace. The machine must provide each of
//! them natively, and its result must be of the kinds told here; [`natives`] lists them so that tests can hold
//! the machine to that.

use super::types::Kinds;

/// What is believed of a native function.
#[derive(Debug)]
pub struct Native {
    /// Its name, in module `erlang`.
    pub name: &'static str,
    /// What each argument is when the function returns; otherwise it raises or fails.
    pub arguments: &'static [Kinds],
    /// What it returns; nothing if it never does.
    pub result: Kinds,
    /// Whether the guard instructions (`bif0` to `bif3`, `gc_bif1` to `gc_bif3`) may call it.
    pub is_guard: bool,
    /// Whether it returns for all arguments of those kinds.
    pub is_total: bool,
}

const ANY: Kinds = Kinds::ANY;
const ATOMS: Kinds = Kinds::ATOMS;
const BINARY: Kinds = Kinds::BINARY;
const BITS: Kinds = Kinds::BITS;
const BOOLEAN: Kinds = Kinds::BOOLEAN;
const FLOAT: Kinds = Kinds::FLOAT;
const FUN: Kinds = Kinds::FUN;
const INTEGER: Kinds = Kinds::INTEGER;
const LIST: Kinds = Kinds::LIST;
const MAP: Kinds = Kinds::MAP;
const NEVER: Kinds = Kinds::NONE;
const NUMBER: Kinds = Kinds::NUMBER;
const PID: Kinds = Kinds::PID;
const REFERENCE: Kinds = Kinds::REFERENCE;
const TRUE: Kinds = Kinds::TRUE;
const TUPLE: Kinds = Kinds::TUPLE;

macro_rules! natives {
    ($($role:ident $name:literal ($($argument:expr),*) -> $result:expr;)+) => {
        static NATIVES: &[Native] = &[$(Native {
            name: $name,
            arguments: &[$($argument),*],
            result: $result,
            is_guard: natives!(@guard $role),
            is_total: natives!(@total $role),
        }),+];
    };
    (@guard call) => { false };
    (@guard $role:ident) => { true };
    (@total total) => { true };
    (@total $role:ident) => { false };
}

// `total`: a guard function that fails for arguments of other kinds only, and so never where it takes any; `guard`: one that
// may fail for others; `call`: only called by `call_ext` and its like.
natives! {
    total "/=" (ANY, ANY) -> BOOLEAN;
    total "<" (ANY, ANY) -> BOOLEAN;
    total "=/=" (ANY, ANY) -> BOOLEAN;
    total "=:=" (ANY, ANY) -> BOOLEAN;
    total "=<" (ANY, ANY) -> BOOLEAN;
    total "==" (ANY, ANY) -> BOOLEAN;
    total ">" (ANY, ANY) -> BOOLEAN;
    total ">=" (ANY, ANY) -> BOOLEAN;
    total "is_atom" (ANY) -> BOOLEAN;
    total "is_binary" (ANY) -> BOOLEAN;
    total "is_bitstring" (ANY) -> BOOLEAN;
    total "is_boolean" (ANY) -> BOOLEAN;
    total "is_float" (ANY) -> BOOLEAN;
    total "is_function" (ANY) -> BOOLEAN;
    total "is_integer" (ANY) -> BOOLEAN;
    total "is_list" (ANY) -> BOOLEAN;
    total "is_map" (ANY) -> BOOLEAN;
    total "is_number" (ANY) -> BOOLEAN;
    total "is_pid" (ANY) -> BOOLEAN;
    total "is_port" (ANY) -> BOOLEAN;
    total "is_record" (ANY) -> BOOLEAN;
    total "is_reference" (ANY) -> BOOLEAN;
    total "is_tuple" (ANY) -> BOOLEAN;
    total "max" (ANY, ANY) -> ANY;
    total "min" (ANY, ANY) -> ANY;
    total "self" () -> PID;
    total "node" () -> ATOMS;
    total "get" (ANY) -> ANY;
    guard "is_function" (ANY, INTEGER) -> BOOLEAN;
    guard "is_integer" (ANY, INTEGER, INTEGER) -> BOOLEAN;
    total "is_map_key" (ANY, MAP) -> BOOLEAN;
    guard "is_record" (ANY, ANY) -> BOOLEAN;
    guard "is_record" (ANY, ANY, ANY) -> BOOLEAN;
    total "and" (BOOLEAN, BOOLEAN) -> BOOLEAN;
    total "or" (BOOLEAN, BOOLEAN) -> BOOLEAN;
    total "xor" (BOOLEAN, BOOLEAN) -> BOOLEAN;
    total "not" (BOOLEAN) -> BOOLEAN;
    guard "node" (ANY) -> ATOMS;
    guard "element" (INTEGER, TUPLE) -> ANY;
    guard "hd" (Kinds::CONS) -> ANY;
    guard "tl" (Kinds::CONS) -> ANY;
    guard "map_get" (ANY, MAP) -> ANY;
    total "map_size" (MAP) -> Kinds::SMALL;
    total "tuple_size" (TUPLE) -> Kinds::SMALL;
    guard "length" (LIST) -> Kinds::SMALL;
    total "byte_size" (BITS) -> Kinds::SMALL;
    total "bit_size" (BITS) -> Kinds::SMALL;
    guard "size" (BITS.or(TUPLE)) -> Kinds::SMALL;
    guard "binary_part" (BINARY, INTEGER, INTEGER) -> BINARY;
    guard "binary_part" (BINARY, TUPLE) -> BINARY;
    guard "+" (NUMBER) -> NUMBER;
    guard "-" (NUMBER) -> NUMBER;
    guard "+" (NUMBER, NUMBER) -> NUMBER;
    guard "-" (NUMBER, NUMBER) -> NUMBER;
    guard "*" (NUMBER, NUMBER) -> NUMBER;
    guard "/" (NUMBER, NUMBER) -> FLOAT;
    guard "div" (INTEGER, INTEGER) -> INTEGER;
    guard "rem" (INTEGER, INTEGER) -> INTEGER;
    guard "band" (INTEGER, INTEGER) -> INTEGER;
    guard "bor" (INTEGER, INTEGER) -> INTEGER;
    guard "bxor" (INTEGER, INTEGER) -> INTEGER;
    guard "bsl" (INTEGER, INTEGER) -> INTEGER;
    guard "bsr" (INTEGER, INTEGER) -> INTEGER;
    guard "bnot" (INTEGER) -> INTEGER;
    guard "abs" (NUMBER) -> NUMBER;
    guard "float" (NUMBER) -> FLOAT;
    guard "ceil" (NUMBER) -> INTEGER;
    guard "floor" (NUMBER) -> INTEGER;
    guard "round" (NUMBER) -> INTEGER;
    guard "trunc" (NUMBER) -> INTEGER;
    guard "list_to_atom" (LIST) -> ATOMS;
    guard "atom_to_list" (ATOMS) -> LIST;
    guard "integer_to_list" (INTEGER) -> LIST;
    call "error" (ANY) -> NEVER;
    call "error" (ANY, ANY) -> NEVER;
    call "error" (ANY, ANY, ANY) -> NEVER;
    call "exit" (ANY) -> NEVER;
    call "throw" (ANY) -> NEVER;
    // Stubs end in these, and a native that takes the place of a stub does return.
    call "nif_error" (ANY) -> ANY;
    call "nif_error" (ANY, ANY) -> ANY;
    call "halt" () -> NEVER;
    call "halt" (ANY) -> NEVER;
    call "halt" (ANY, ANY) -> NEVER;
    call "hibernate" (ANY, ANY, ANY) -> NEVER;
    call "setelement" (INTEGER, TUPLE, ANY) -> TUPLE;
    call "make_ref" () -> REFERENCE;
    call "make_fun" (ATOMS, ATOMS, INTEGER) -> FUN;
    call "make_tuple" (INTEGER, ANY) -> TUPLE;
    call "list_to_tuple" (LIST) -> TUPLE;
    call "tuple_to_list" (TUPLE) -> LIST;
    call "atom_to_binary" (ATOMS) -> BINARY;
    call "binary_to_list" (BINARY) -> LIST;
    call "integer_to_binary" (INTEGER) -> BINARY;
    call "list_to_binary" (LIST) -> BINARY;
    call "list_to_integer" (LIST) -> INTEGER;
    call "iolist_to_binary" (LIST.or(BINARY)) -> BINARY;
    call "iolist_size" (LIST.or(BINARY)) -> INTEGER;
    call "term_to_binary" (ANY) -> BINARY;
    call "link" (ANY) -> TRUE;
    call "unlink" (ANY) -> TRUE;
    call "monitor" (ANY, ANY) -> REFERENCE;
    call "demonitor" (REFERENCE) -> TRUE;
    call "spawn" (FUN) -> PID;
    call "spawn_link" (FUN) -> PID;
    call "is_process_alive" (PID) -> BOOLEAN;
}

/// All natives of which something is believed.
#[must_use]
pub fn natives() -> &'static [Native] {
    NATIVES
}

/// What is believed of `erlang:Name/Arity`.
pub(crate) fn find(name: &str, arity: u32) -> Option<&'static Native> {
    NATIVES.iter().find(|native| native.name == name && native.arguments.len() == arity as usize)
}
