//! Images: verified modules in one file, with the states at their labels.
//!
//! An image is a header (magic, format version, length and SHA-256 of the contents) and the contents in postcard's
//! encoding. Loading proves everything again, in one linear pass and without a fixpoint: the states say what holds
//! at each label, and the check needs only to see that it does. The hash tells damage, not trust.

mod states;
mod tables;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::VerifyError;
use crate::module::Module;
use crate::verify::Verified;
use crate::verify::maps::Maps;

/// The first bytes of an image.
const MAGIC: [u8; 8] = *b"\x7fPurlin\n";

/// The version of the format, to be raised with every change of it, of the instruction tables, or of what states
/// mean. An image of another version is refused: it is made anew from its `.beam` files.
pub const VERSION: u32 = 2;

const HASH_SIZE: usize = 32;
const HEADER_SIZE: usize = MAGIC.len() + 4 + 8 + HASH_SIZE;

/// Why an image is refused.
#[derive(Debug)]
pub enum ImageError {
    /// It is no image.
    Foreign,
    /// It is of this version of the format, not [`VERSION`].
    Version(u32),
    /// It has so many bytes, not as many as its header tells.
    Cut {
        /// As many as there are.
        found: u64,
        /// As many as there should be.
        expected: u64,
    },
    /// Its contents are not those of which its header tells the hash.
    Damaged,
    /// Its contents have no meaning: the module's number in the image, and what is wrong.
    Malformed {
        /// Number of the module, from 0.
        module: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A module's code may not run, or not by the states that the image tells.
    Refused(Box<VerifyError>),
}

impl std::fmt::Display for ImageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ImageError::Foreign => write!(f, "this is no Purlin image"),
            ImageError::Version(version) => {
                write!(
                    f,
                    "the image is of format {version}, this program reads format {VERSION}: pack it again"
                )
            }
            ImageError::Cut { found, expected } => {
                write!(
                    f,
                    "the image was cut or added to: it has {found} bytes where there should be {expected}"
                )
            }
            ImageError::Damaged => write!(f, "the image is damaged: its contents do not match its hash"),
            ImageError::Malformed { module, reason } => {
                write!(f, "the image is malformed: module number {module}: {reason}")
            }
            ImageError::Refused(error) => write!(f, "the image is refused: {error}"),
        }
    }
}

impl std::error::Error for ImageError {}

/// One module in an image. Nothing here is believed when it is read.
#[derive(Serialize, Deserialize)]
struct ModuleImage<'a> {
    #[serde(borrow)]
    tables: tables::TablesImage<'a>,
    states: states::StatesImage,
}

/// Packs verified modules into an image.
#[must_use]
pub fn pack(modules: &[Verified]) -> Vec<u8> {
    pack_all(modules.iter())
}

/// Packs verified modules into an image, from wherever they stand.
#[must_use]
pub fn pack_all<'a>(modules: impl IntoIterator<Item = &'a Verified>) -> Vec<u8> {
    let mut contents = Vec::new();
    for verified in modules {
        contents.extend(pack_module(verified.module(), verified.maps()));
    }
    seal(&contents)
}

/// A module and its states, with their length.
pub(crate) fn pack_module(module: &Module, maps: &Maps) -> Vec<u8> {
    let code = module.code.encode();
    let tables = tables::TablesImage::new(module, &code);
    let image = ModuleImage { tables, states: states::StatesImage::new(maps) };
    let bytes = postcard::to_allocvec(&image);
    let bytes = bytes.unwrap_or_else(|_| unreachable!("writing to a vector cannot fail"));
    let mut packed = (bytes.len() as u64).to_le_bytes().to_vec();
    packed.extend(bytes);
    packed
}

/// Puts the header before the contents of an image. Anyone can do that: the header vouches for nothing but that the
/// contents arrived as they were sent.
#[must_use]
pub fn seal(contents: &[u8]) -> Vec<u8> {
    let mut image = Vec::with_capacity(HEADER_SIZE + contents.len());
    image.extend(MAGIC);
    image.extend(VERSION.to_le_bytes());
    image.extend((contents.len() as u64).to_le_bytes());
    image.extend(Sha256::digest(contents));
    image.extend(contents);
    image
}

/// The contents of an image, behind its header.
pub fn unseal(image: &[u8]) -> Result<&[u8], ImageError> {
    let Some(rest) = image.strip_prefix(&MAGIC) else { return Err(ImageError::Foreign) };
    let (version, rest) = split(rest).ok_or(ImageError::Foreign)?;
    match u32::from_le_bytes(version) {
        VERSION => {}
        other => return Err(ImageError::Version(other)),
    }
    let cut = || ImageError::Cut { found: image.len() as u64, expected: HEADER_SIZE as u64 };
    let (length, rest) = split(rest).ok_or_else(cut)?;
    let (hash, contents) = split::<HASH_SIZE>(rest).ok_or_else(cut)?;
    let (found, expected) = (contents.len() as u64, u64::from_le_bytes(length));
    if found != expected {
        let header = HEADER_SIZE as u64;
        return Err(ImageError::Cut { found: header + found, expected: header.saturating_add(expected) });
    }
    if Sha256::digest(contents).as_slice() != hash {
        return Err(ImageError::Damaged);
    }
    Ok(contents)
}

/// Loads an image: checks its header and proves each of its modules.
pub fn load(image: &[u8]) -> Result<Vec<Verified>, ImageError> {
    let mut rest = unseal(image)?;
    let mut modules = Vec::new();
    while !rest.is_empty() {
        let malformed =
            |reason: &str| ImageError::Malformed { module: modules.len(), reason: reason.to_owned() };
        let (length, after) = split(rest).ok_or_else(|| malformed("its length is cut"))?;
        let length = usize::try_from(u64::from_le_bytes(length)).map_err(|_| malformed("it is too long"))?;
        let bytes = after.get(..length).ok_or_else(|| malformed("it is cut"))?;
        rest = &after[length..];
        let verified = load_module(bytes).map_err(|reason| match reason {
            Fault::Malformed(reason) => malformed(&reason),
            Fault::Refused(error) => ImageError::Refused(Box::new(error)),
        })?;
        modules.push(verified);
    }
    Ok(modules)
}

/// Why a module of an image is refused.
enum Fault {
    Malformed(String),
    Refused(VerifyError),
}

impl From<String> for Fault {
    fn from(reason: String) -> Fault {
        Fault::Malformed(reason)
    }
}

fn load_module(bytes: &[u8]) -> Result<Verified, Fault> {
    let (image, rest) = postcard::take_from_bytes::<ModuleImage<'_>>(bytes)
        .map_err(|error| Fault::Malformed(error.to_string()))?;
    if !rest.is_empty() {
        return Err(Fault::Malformed("bytes follow its end".to_owned()));
    }
    let module = image.tables.module()?;
    crate::verify::tables::check(&module).map_err(Fault::Refused)?;
    let maps = image.states.maps(&module)?;
    Verified::with_maps(module, maps).map_err(Fault::Refused)
}

fn split<const N: usize>(bytes: &[u8]) -> Option<([u8; N], &[u8])> {
    let (first, rest) = bytes.split_at_checked(N)?;
    Some((first.try_into().ok()?, rest))
}
