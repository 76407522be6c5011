//! The options of `re:compile/2` and `re:run/3`, which come in one list.

use purlin_heap::{Atom, Term, am};
use purlin_regex::{Backslash, Flag, Limits, MatchFlag, MatchFlags, Newline, Options, Pattern};

use super::captures::Form;
use crate::args::{self, Cells, Read};

/// Larger numbers are no limits, no offsets and no groups.
pub(super) const NUMBER_MAX: i64 = i32::MAX as i64;

/// What a list of options asks for.
pub(super) struct Asked<'h> {
    pub(super) compile: Options,
    pub(super) flags: MatchFlags,
    pub(super) limits: Limits,
    pub(super) offset: usize,
    /// Which groups are wanted, if that is said.
    pub(super) groups: Option<Term<'h>>,
    pub(super) form: Form,
    pub(super) global: bool,
    pub(super) report_errors: bool,
    pub(super) export: bool,
    /// Some are for `compile/2` only.
    pub(super) is_for_compile: bool,
    /// Some are for `run/3` only.
    pub(super) is_for_run: bool,
    newline: Option<Newline>,
    backslash_r: Option<Backslash>,
}

impl<'h> Asked<'h> {
    /// Reads a list of options.
    pub(super) fn of(list: Term<'h>) -> Read<'h, Asked<'h>> {
        let mut asked = Asked {
            compile: Options::default(),
            flags: MatchFlags::default(),
            limits: Limits::default(),
            offset: 0,
            groups: None,
            form: Form::Index,
            global: false,
            report_errors: false,
            export: false,
            is_for_compile: false,
            is_for_run: false,
            newline: None,
            backslash_r: None,
        };
        let mut cells = Cells::new(list);
        for option in &mut cells {
            match option.as_atom() {
                Some(name) => asked.add_name(name),
                None => asked.add_tuple(option),
            }
            .ok_or(args::bad_option())?;
        }
        if cells.are_proper() { Ok(asked) } else { Err(args::bad_option()) }
    }

    pub(super) fn is_unicode(&self) -> bool {
        self.compile.has(Flag::Utf)
    }

    /// Whether what is said of newlines is what the pattern was compiled with.
    pub(super) fn agrees_with(&self, pattern: &Pattern) -> bool {
        self.newline.is_none_or(|newline| newline == pattern.newline())
            && self.backslash_r.is_none_or(|backslash_r| backslash_r == pattern.backslash_r())
    }

    fn add_name(&mut self, name: Atom) -> Option<()> {
        if let Some(flag) = compile_flag(name) {
            self.compile.add(flag);
            self.is_for_compile = true;
            return Some(());
        }
        if let Some(flag) = match_flag(name) {
            self.flags.add(flag);
            self.is_for_run = true;
            return Some(());
        }
        match name {
            am::anchored => {
                self.compile.add(Flag::Anchored);
                self.flags.add(MatchFlag::Anchored);
            }
            am::bsr_unicode => self.set_backslash_r(Backslash::Unicode),
            am::bsr_anycrlf => self.set_backslash_r(Backslash::AnyCrLf),
            am::global => (self.global, self.is_for_run) = (true, true),
            am::report_errors => (self.report_errors, self.is_for_run) = (true, true),
            am::export => self.export = true,
            _ => return None,
        }
        Some(())
    }

    fn set_backslash_r(&mut self, backslash_r: Backslash) {
        self.compile.backslash_r = backslash_r;
        self.backslash_r = Some(backslash_r);
    }

    fn add_tuple(&mut self, option: Term<'h>) -> Option<()> {
        match *option.as_tuple()?.elements() {
            [key, value] if key.is_atom(am::newline) => {
                self.compile.newline = newline(value.as_atom()?)?;
                self.newline = Some(self.compile.newline);
                return Some(());
            }
            [key, groups] if key.is_atom(am::capture) => {
                (self.groups, self.form) = (Some(groups), Form::Index);
            }
            [key, groups, form] if key.is_atom(am::capture) => {
                (self.groups, self.form) = (Some(groups), Form::of(form));
            }
            [key, value] => {
                let number = value.as_small().filter(|number| (0..=NUMBER_MAX).contains(number))?;
                match key.as_atom()? {
                    am::offset => self.offset = number as usize,
                    am::match_limit => self.limits.matches = number as u32,
                    am::match_limit_recursion => self.limits.depth = number as u32,
                    _ => return None,
                }
            }
            _ => return None,
        }
        self.is_for_run = true;
        Some(())
    }
}

fn newline(name: Atom) -> Option<Newline> {
    Some(match name {
        am::cr => Newline::Cr,
        am::lf => Newline::Lf,
        am::crlf => Newline::CrLf,
        am::any => Newline::Any,
        am::anycrlf => Newline::AnyCrLf,
        am::nul => Newline::Nul,
        _ => return None,
    })
}

/// Those that only a pattern can have.
fn compile_flag(name: Atom) -> Option<Flag> {
    Some(match name {
        am::unicode => Flag::Utf,
        am::caseless => Flag::Caseless,
        am::dollar_endonly => Flag::DollarEndOnly,
        am::dotall => Flag::DotAll,
        am::extended => Flag::Extended,
        am::firstline => Flag::FirstLine,
        am::multiline => Flag::MultiLine,
        am::no_auto_capture => Flag::NoAutoCapture,
        am::dupnames => Flag::DuplicateNames,
        am::ungreedy => Flag::Ungreedy,
        am::no_start_optimize => Flag::NoStartOptimize,
        am::ucp => Flag::UnicodeProperties,
        am::never_utf => Flag::NeverUtf,
        _ => return None,
    })
}

/// Those that only a match can have.
fn match_flag(name: Atom) -> Option<MatchFlag> {
    Some(match name {
        am::notbol => MatchFlag::NotBol,
        am::noteol => MatchFlag::NotEol,
        am::notempty => MatchFlag::NotEmpty,
        am::notempty_atstart => MatchFlag::NotEmptyAtStart,
        _ => return None,
    })
}
