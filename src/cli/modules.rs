//! Modules from the files that a command is given: `.beam` files and images, told apart by what is in them.

use super::failure::Failure;
use purlin_loader::image::ImageError;
use purlin_loader::{LoadError, ParseError, ParseFault, Verified, image};
use std::fmt::Display;
use std::path::Path;

/// What a file holds.
pub enum Contents {
    /// A `.beam` file's module.
    Module(Box<Verified>),
    /// An image's modules.
    Image(Vec<Verified>),
}

impl Contents {
    /// Parses and verifies what a file holds.
    pub fn of(bytes: &[u8]) -> Result<Self, String> {
        match image::load(bytes) {
            Ok(modules) => Ok(Self::Image(modules)),
            Err(ImageError::Foreign) => match purlin_loader::load(bytes) {
                Ok(module) => Ok(Self::Module(Box::new(module))),
                Err(LoadError::Parse(ParseError { fault: ParseFault::Foreign, .. })) => {
                    Err("it is neither a .beam file nor an image that `purlin pack` has made".into())
                }
                Err(error) => Err(error.to_string()),
            },
            Err(error) => Err(error.to_string()),
        }
    }

    /// The modules.
    pub fn modules(&self) -> &[Verified] {
        match self {
            Self::Module(module) => std::slice::from_ref(module),
            Self::Image(modules) => modules,
        }
    }
}

/// A file that is refused.
pub fn refused(path: &Path, reason: impl Display) -> Failure {
    Failure::new(format!("{} is refused: {reason}", path.display()))
}
