//! From `.beam` files and images to parsed, verified and lowered modules.
//!
//! [`Module::parse`] reads a `.beam` file into tables and decoded code. [`Verified::new`] proves that the code
//! may run, or refuses it with function, instruction and reason; nothing else makes a [`Verified`]. [`image`] keeps
//! verified modules in a form that loads faster, and is proved again as it loads.
#![forbid(unsafe_code)]

pub mod damage;
pub mod error;
mod external;
pub mod image;
pub mod lower;
pub mod module;
mod parse;
pub mod verify;

pub use error::{LoadError, ParseError, ParseFault, VerifyError};
pub use module::{Definition, Export, Field, Function, Import, Lambda, LineTable, Module, TypeHint};
pub use verify::Verified;

/// Parses and verifies a `.beam` file.
pub fn load(bytes: &[u8]) -> Result<Verified, LoadError> {
    Ok(Verified::new(Module::parse(bytes)?)?)
}
