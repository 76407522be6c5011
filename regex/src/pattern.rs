//! Compiled patterns.

use std::ffi::c_void;
use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::{Mutex, OnceLock};

use crate::ffi;
use crate::options::{Backslash, Flag, Newline, Options};
use crate::run::Scratch;

/// Patterns of more bytes are refused: PCRE2 looks at all of them before it finds that what it makes of them is too long.
const SOURCE_BYTES_MAX: usize = 1 << 20;
/// Parentheses nest no deeper: PCRE2 calls itself for each while it compiles, on a native stack.
const NESTING_MAX: u32 = 1000;

/// Why a pattern cannot be compiled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompileError {
    /// PCRE2's words.
    pub text: String,
    /// How many bytes of the pattern it has read.
    pub offset: usize,
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.text, self.offset)
    }
}

impl std::error::Error for CompileError {}

/// A compiled pattern. Matching does not change it.
pub struct Pattern {
    pub(crate) code: Code,
    /// The same with a callout before each item, for matches that take long. There is none when it would be too long.
    paced: OnceLock<Option<Code>>,
    source: Box<[u8]>,
    options: Options,
    /// The working memory of the last match.
    pub(crate) spare: Mutex<Option<Scratch>>,
}

impl Pattern {
    /// Compiles a pattern.
    pub fn compile(source: &[u8], options: Options) -> Result<Pattern, CompileError> {
        let code = Code::compile(source, options, 0)?;
        let (paced, spare) = (OnceLock::new(), Mutex::new(None));
        Ok(Pattern { code, paced, source: source.into(), options, spare })
    }

    /// What it was compiled from.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// What it was compiled with.
    pub fn options(&self) -> Options {
        self.options
    }

    /// How many groups capture.
    pub fn group_count(&self) -> u32 {
        self.code.number(ffi::PCRE2_INFO_CAPTURECOUNT)
    }

    /// Whether subjects are UTF-8: the pattern itself can say so.
    pub fn is_utf(&self) -> bool {
        self.code.number(ffi::PCRE2_INFO_ALLOPTIONS) & Flag::Utf as u32 != 0
    }

    /// What a newline is: the pattern itself can say so.
    pub fn newline(&self) -> Newline {
        Newline::from_number(self.code.number(ffi::PCRE2_INFO_NEWLINE))
    }

    /// What `\R` matches: the pattern itself can say so.
    pub fn backslash_r(&self) -> Backslash {
        Backslash::from_number(self.code.number(ffi::PCRE2_INFO_BSR))
    }

    /// The names of groups in alphabetical order, each with the number of its group.
    pub fn names(&self) -> impl ExactSizeIterator<Item = (&[u8], u32)> {
        let count = self.code.number(ffi::PCRE2_INFO_NAMECOUNT) as usize;
        let entry_size = self.code.number(ffi::PCRE2_INFO_NAMEENTRYSIZE) as usize;
        let mut table: *const u8 = ptr::null();
        self.code.info(ffi::PCRE2_INFO_NAMETABLE, (&raw mut table).cast());
        (0..count).map(move |index| {
            // SAFETY: the table has `count` entries of this size and lives as long as the code.
            let entry = unsafe { std::slice::from_raw_parts(table.add(index * entry_size), entry_size) };
            let (number, name) = entry.split_at(2);
            let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
            (&name[..end], u32::from(number[0]) << 8 | u32::from(number[1]))
        })
    }

    /// Bytes of memory that it takes, about.
    pub fn size_bytes(&self) -> usize {
        let size = |code: &Code| {
            let mut size = 0_usize;
            code.info(ffi::PCRE2_INFO_SIZE, (&raw mut size).cast());
            size
        };
        let paced = self.paced.get().and_then(Option::as_ref).map_or(0, size);
        size_of::<Pattern>() + self.source.len() + size(&self.code) + paced
    }

    /// The code that calls out before each item.
    pub(crate) fn paced(&self) -> Option<&Code> {
        let compile = || Code::compile(&self.source, self.options, ffi::PCRE2_AUTO_CALLOUT).ok();
        self.paced.get_or_init(compile).as_ref()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?}, {:?})", String::from_utf8_lossy(&self.source), self.options)
    }
}

/// What PCRE2 makes of a pattern.
pub(crate) struct Code(NonNull<ffi::pcre2_code_8>);

// SAFETY: nobody's thread owns it.
unsafe impl Send for Code {}
// SAFETY: no function but `pcre2_jit_compile`, which is not called, changes it ("Multithreading" in PCRE2's pcre2api).
unsafe impl Sync for Code {}

impl Code {
    fn compile(source: &[u8], options: Options, more_flags: u32) -> Result<Code, CompileError> {
        let context = CompileContext::new(options);
        let (mut error, mut offset) = (0, 0_usize);
        // SAFETY: a pattern of its length, places for the error, and a context, all of which outlive the call.
        let code = unsafe {
            ffi::pcre2_compile_8(
                source.as_ptr(),
                source.len(),
                options.flags | more_flags,
                &raw mut error,
                &raw mut offset,
                context.0.as_ptr(),
            )
        };
        NonNull::new(code).map(Code).ok_or_else(|| CompileError { text: message(error), offset })
    }

    pub(crate) fn as_ptr(&self) -> *const ffi::pcre2_code_8 {
        self.0.as_ptr()
    }

    /// A fact that is a number of 32 bits.
    fn number(&self, what: u32) -> u32 {
        let mut number = 0_u32;
        self.info(what, (&raw mut number).cast());
        number
    }

    /// Writes a fact to `to`, a place of the type that PCRE2 says the fact has.
    fn info(&self, what: u32, to: *mut c_void) {
        // SAFETY: the callers, all in this file, give a place of the right type.
        let result = unsafe { ffi::pcre2_pattern_info_8(self.as_ptr(), what, to) };
        debug_assert_eq!(result, 0, "the fact {what} of a pattern");
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        // SAFETY: from `pcre2_compile`, and nobody refers to it any more.
        unsafe { ffi::pcre2_code_free_8(self.0.as_ptr()) }
    }
}

struct CompileContext(NonNull<ffi::pcre2_compile_context_8>);

impl CompileContext {
    fn new(options: Options) -> CompileContext {
        // SAFETY: a null context stands for the usual memory; setting numbers in a context that there is cannot fail.
        unsafe {
            let context = NonNull::new(ffi::pcre2_compile_context_create_8(ptr::null_mut()));
            let context = context.expect("memory for a context");
            ffi::pcre2_set_newline_8(context.as_ptr(), options.newline as u32);
            ffi::pcre2_set_bsr_8(context.as_ptr(), options.backslash_r as u32);
            ffi::pcre2_set_max_pattern_length_8(context.as_ptr(), SOURCE_BYTES_MAX);
            ffi::pcre2_set_parens_nest_limit_8(context.as_ptr(), NESTING_MAX);
            CompileContext(context)
        }
    }
}

impl Drop for CompileContext {
    fn drop(&mut self) {
        // SAFETY: from `pcre2_compile_context_create`, and nobody refers to it.
        unsafe { ffi::pcre2_compile_context_free_8(self.0.as_ptr()) }
    }
}

/// What PCRE2 says of an error.
fn message(error: i32) -> String {
    let mut text = [0_u8; 256];
    // SAFETY: so many bytes to write to.
    let length = unsafe { ffi::pcre2_get_error_message_8(error, text.as_mut_ptr(), text.len()) };
    let length = usize::try_from(length).unwrap_or(0).min(text.len());
    String::from_utf8_lossy(&text[..length]).into_owned()
}
