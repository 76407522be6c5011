//! What is used of PCRE2: `pcre2-sys`, and the callouts that it leaves out.

pub(crate) use pcre2_sys::*;

use std::ffi::{c_int, c_void};

/// What a callout is told: `pcre2_callout_block` up to the field that is used here.
#[repr(C)]
pub(crate) struct CalloutBlock {
    version: u32,
    callout_number: u32,
    capture_top: u32,
    capture_last: u32,
    offset_vector: *mut usize,
    mark: *const u8,
    subject: *const u8,
    subject_length: usize,
    start_match: usize,
    /// Where the match is in the subject.
    pub(crate) current_position: usize,
}

/// A function that is called at a callout: zero lets the match go on, a negative number ends it and is its result.
pub(crate) type Callout = unsafe extern "C" fn(*mut CalloutBlock, *mut c_void) -> c_int;

unsafe extern "C" {
    pub(crate) fn pcre2_set_callout_8(
        context: *mut pcre2_match_context_8,
        callout: Option<Callout>,
        data: *mut c_void,
    ) -> c_int;
}
