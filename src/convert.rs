//! Rust values as terms and back, through serde.
//!
//! | Rust | Erlang |
//! |---|---|
//! | integers of any width | integer |
//! | `f32`, `f64` (finite) | float |
//! | `bool` | `true`, `false` |
//! | `str`, `String`, `char`, bytes | binary |
//! | `Option` | the value, or `undefined` |
//! | `()` | `ok` |
//! | tuples, tuple structs | tuple |
//! | sequences | list |
//! | maps | map |
//! | structs | map with atoms as keys |
//! | unit variants, unit structs | atom |
//! | other variants | tuple that begins with the variant's name, or a pair of it and a map |
//! | [`Atom`] | atom |
//!
//! Reading takes what writing makes, and besides: a list of characters or an atom as a string, an integer as a float.

mod read;
mod write;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use read::from_term;
pub use write::to_term;

/// An atom, as a Rust value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename = "$purlin::Atom")]
pub struct Atom(pub String);

/// The name by which the two halves know [`Atom`].
const ATOM_NAME: &str = "$purlin::Atom";

/// Why a value could not be converted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvertError(String);

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConvertError {}

impl serde::ser::Error for ConvertError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        ConvertError(message.to_string())
    }
}

impl serde::de::Error for ConvertError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        ConvertError(message.to_string())
    }
}
