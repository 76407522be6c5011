//! What can be asked of a pattern and of a match, in types of their own.

use crate::ffi;

/// What a pattern may be compiled with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Flag {
    /// Matches begin where the search begins.
    Anchored = ffi::PCRE2_ANCHORED,
    /// Upper and lower case are the same.
    Caseless = ffi::PCRE2_CASELESS,
    /// `$` is the very end only.
    DollarEndOnly = ffi::PCRE2_DOLLAR_ENDONLY,
    /// `.` is any character.
    DotAll = ffi::PCRE2_DOTALL,
    /// Spaces and comments in the pattern do not count.
    Extended = ffi::PCRE2_EXTENDED,
    /// Matches begin before the first newline.
    FirstLine = ffi::PCRE2_FIRSTLINE,
    /// `^` and `$` are at each line.
    MultiLine = ffi::PCRE2_MULTILINE,
    /// Groups without a name do not capture.
    NoAutoCapture = ffi::PCRE2_NO_AUTO_CAPTURE,
    /// Several groups may have the same name.
    DuplicateNames = ffi::PCRE2_DUPNAMES,
    /// Repeats take as little as they can, unless `?` follows.
    Ungreedy = ffi::PCRE2_UNGREEDY,
    /// No start is left out because it cannot match.
    NoStartOptimize = ffi::PCRE2_NO_START_OPTIMIZE,
    /// Classes of characters are those of Unicode.
    UnicodeProperties = ffi::PCRE2_UCP,
    /// The pattern cannot turn UTF-8 on.
    NeverUtf = ffi::PCRE2_NEVER_UTF,
    /// Pattern and subjects are UTF-8.
    Utf = ffi::PCRE2_UTF,
}

/// The bits of all of them.
const FLAGS: u32 = {
    use Flag::*;
    let all = [
        Anchored,
        Caseless,
        DollarEndOnly,
        DotAll,
        Extended,
        FirstLine,
        MultiLine,
        NoAutoCapture,
        DuplicateNames,
        Ungreedy,
        NoStartOptimize,
        UnicodeProperties,
        NeverUtf,
        Utf,
    ];
    let (mut bits, mut at) = (0, 0);
    while at < all.len() {
        bits |= all[at] as u32;
        at += 1;
    }
    bits
};

/// What a newline is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Newline {
    /// Carriage return.
    Cr = ffi::PCRE2_NEWLINE_CR,
    /// Line feed.
    Lf = ffi::PCRE2_NEWLINE_LF,
    /// Both, in this order.
    CrLf = ffi::PCRE2_NEWLINE_CRLF,
    /// What Unicode says.
    Any = ffi::PCRE2_NEWLINE_ANY,
    /// Any of the first three.
    AnyCrLf = ffi::PCRE2_NEWLINE_ANYCRLF,
    /// The byte 0.
    Nul = ffi::PCRE2_NEWLINE_NUL,
}

impl Newline {
    pub(crate) fn from_number(number: u32) -> Newline {
        match number {
            ffi::PCRE2_NEWLINE_CR => Newline::Cr,
            ffi::PCRE2_NEWLINE_CRLF => Newline::CrLf,
            ffi::PCRE2_NEWLINE_ANY => Newline::Any,
            ffi::PCRE2_NEWLINE_ANYCRLF => Newline::AnyCrLf,
            ffi::PCRE2_NEWLINE_NUL => Newline::Nul,
            _ => Newline::Lf,
        }
    }
}

/// What `\R` matches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Backslash {
    /// Any newline of Unicode.
    Unicode = ffi::PCRE2_BSR_UNICODE,
    /// What [`Newline::AnyCrLf`] says.
    AnyCrLf = ffi::PCRE2_BSR_ANYCRLF,
}

impl Backslash {
    pub(crate) fn from_number(number: u32) -> Backslash {
        if number == ffi::PCRE2_BSR_ANYCRLF { Backslash::AnyCrLf } else { Backslash::Unicode }
    }
}

/// What a pattern is compiled with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    pub(crate) flags: u32,
    /// What a newline is.
    pub newline: Newline,
    /// What `\R` matches.
    pub backslash_r: Backslash,
}

impl Default for Options {
    fn default() -> Options {
        Options { flags: 0, newline: Newline::Lf, backslash_r: Backslash::Unicode }
    }
}

impl Options {
    /// Adds one.
    pub fn add(&mut self, flag: Flag) {
        self.flags |= flag as u32;
    }

    /// All of them as a number below 2^40.
    pub fn to_number(self) -> u64 {
        u64::from(self.flags) | (self.newline as u64) << 32 | (self.backslash_r as u64) << 36
    }

    /// Those that a number of [`Options::to_number`] stands for.
    pub fn from_number(number: u64) -> Option<Options> {
        let options = Options {
            flags: number as u32 & FLAGS,
            newline: Newline::from_number((number >> 32) as u32 & 15),
            backslash_r: Backslash::from_number((number >> 36) as u32),
        };
        (options.to_number() == number).then_some(options)
    }

    /// Whether this is among them.
    pub fn has(&self, flag: Flag) -> bool {
        self.flags & flag as u32 != 0
    }
}

/// What may be asked of a single match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum MatchFlag {
    /// As [`Flag::Anchored`].
    Anchored = ffi::PCRE2_ANCHORED,
    /// The subject does not begin with the beginning of a line.
    NotBol = ffi::PCRE2_NOTBOL,
    /// The subject does not end with the end of a line.
    NotEol = ffi::PCRE2_NOTEOL,
    /// An empty match is none.
    NotEmpty = ffi::PCRE2_NOTEMPTY,
    /// An empty match where the search begins is none.
    NotEmptyAtStart = ffi::PCRE2_NOTEMPTY_ATSTART,
}

/// Several of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MatchFlags(pub(crate) u32);

impl MatchFlags {
    /// Adds one.
    pub fn add(&mut self, flag: MatchFlag) {
        self.0 |= flag as u32;
    }
}
