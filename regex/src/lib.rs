//! Regular expressions: PCRE2 behind a safe face.
//!
//! A [`Pattern`] is compiled from bytes and [`Options`], and matched by any number of threads at once. A match that may
//! take long tells its caller again and again how much it has done, so that others can have their turn meanwhile or
//! the match can be given up: see [`Pattern::run`].

mod ffi;
mod options;
mod pattern;
mod run;

pub use options::{Backslash, Flag, MatchFlag, MatchFlags, Newline, Options};
pub use pattern::{CompileError, Pattern};
pub use run::{Captures, DEFAULT_LIMIT, DEFAULT_MEMORY_BYTES, Failure, Limits, Subject};

/// The version of PCRE2, and its date.
pub fn version() -> String {
    let mut text = [0_u8; 64];
    // SAFETY: the version takes far fewer bytes than these.
    let length = unsafe { ffi::pcre2_config_8(ffi::PCRE2_CONFIG_VERSION, text.as_mut_ptr().cast()) };
    let length = usize::try_from(length).unwrap_or(0).saturating_sub(1).min(text.len());
    String::from_utf8_lossy(&text[..length]).into_owned()
}
