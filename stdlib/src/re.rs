//! Module `re`: regular expressions. What loops over matches is Erlang code of OTP's module; here are compiling and a single
//! match.

mod captures;
mod options;
mod patterns;

pub(crate) use patterns::Patterns;

use std::borrow::Cow;
use std::sync::Arc;

use purlin_heap::bits::{self, Bits};
use purlin_heap::{Atom, Build, Mfa, Term, am, pace};
use purlin_regex::{Captures, CompileError, DEFAULT_MEMORY_BYTES, Failure, Limits, Pattern, Subject};
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args::{self, Read};
use captures::{Form, Wanted};
use options::Asked;

natives! { "re":
    "version"/0 => version, "compile"/1 => compile, "compile"/2 => compile, "run"/2 => run, "run"/3 => run,
    "internal_run"/4 => internal_run, "inspect"/2 => inspect, "import"/1 => import,
}

fn version<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(bits::binary(purlin_regex::version().as_bytes(), cx.heap()))
}

/// Goes on in a function of OTP's module.
fn go_on<'h>(cx: &Context<'h>, function: Atom, arguments: &[Term<'h>]) -> Stop<'h> {
    let name = Mfa { module: am::re, function, arity: arguments.len() as u32 };
    Stop::Call(&cx.vm().code().export(name).name, cx.heap().list(arguments))
}

fn is_binary(term: Term<'_>) -> bool {
    Bits::of(term).is_some_and(Bits::is_binary)
}

/// `{Text, Offset}`
fn error<'h>(cx: &Context<'h>, error: &CompileError) -> Term<'h> {
    let text = bits::iolist::to_list(Bits::of_bytes(error.text.as_bytes()), Term::NIL, cx.heap());
    cx.heap().tuple(&[text, Term::small(error.offset as i64)])
}

fn tagged<'h>(cx: &Context<'h>, tag: Atom, value: Term<'h>) -> Term<'h> {
    cx.heap().tuple(&[Term::atom(tag), value])
}

fn compile<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let list = args.get(1).copied().unwrap_or(Term::NIL);
    let asked = Asked::of(list)?;
    if asked.is_for_run {
        return Err(args::bad_option());
    }
    if asked.is_unicode() && !is_binary(args[0]) {
        return Err(go_on(cx, am::ucompile, &[args[0], list]));
    }
    let source = args::iodata(args[0])?;
    match patterns::compiled(cx, &source, asked.compile) {
        Ok(_) if asked.export => Ok(tagged(cx, am::ok, patterns::exported(cx, &source, list))),
        Ok(pattern) => Ok(tagged(cx, am::ok, patterns::tuple(cx, &pattern, asked.is_unicode()))),
        Err(reason) => Ok(tagged(cx, am::error, error(cx, &reason))),
    }
}

fn import<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (source, list) = patterns::of_exported(args[0])?;
    let asked = Asked::of(list).map_err(|_| Stop::badarg())?;
    let pattern =
        patterns::compiled(cx, &args::iodata(source)?, asked.compile).map_err(|_| Stop::badarg())?;
    Ok(patterns::tuple(cx, &pattern, asked.is_unicode()))
}

fn inspect<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (pattern, _) = patterns::of_tuple(cx, args[0])?;
    if !args[1].is_atom(am::namelist) {
        return Err(Stop::badarg());
    }
    let names: Vec<_> =
        captures::names(&pattern).into_iter().map(|name| bits::binary(name, cx.heap())).collect();
    Ok(tagged(cx, am::namelist, cx.heap().list(&names)))
}

fn run<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let list = args.get(2).copied().unwrap_or(Term::NIL);
    let asked = Asked::of(list)?;
    if asked.export {
        return Err(args::bad_option());
    }
    let call = Call { subject: args[0], pattern: args[1], list };
    let is_text =
        Bits::of(call.pattern).is_some() || call.pattern.is_nil() || call.pattern.as_cons().is_some();
    if is_text { call.run_text(cx, &asked) } else { call.run_compiled(cx, &asked) }
}

/// As `run/3`; the last argument says whether the subject has not been seen before, which is known without it.
fn internal_run<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match args[3].as_atom() {
        Some(am::true_ | am::false_) => run(cx, &args[..3]),
        _ => Err(Stop::badarg()),
    }
}

/// The arguments of `run/3`.
struct Call<'h> {
    subject: Term<'h>,
    pattern: Term<'h>,
    list: Term<'h>,
}

impl<'h> Call<'h> {
    /// With a pattern that is not compiled.
    fn run_text(&self, cx: &Context<'h>, asked: &Asked<'h>) -> Outcome<'h> {
        if asked.is_unicode() && (!is_binary(self.pattern) || self.needs_conversion(asked)) {
            return Err(go_on(cx, am::urun, &[self.subject, self.pattern, self.list]));
        }
        let source = args::iodata(self.pattern)?;
        let pattern = match patterns::compiled(cx, &source, asked.compile) {
            Ok(pattern) => pattern,
            Err(reason) if asked.report_errors => {
                return Ok(tagged(cx, am::error, tagged(cx, am::compile, error(cx, &reason))));
            }
            Err(_) => return Err(Stop::badarg()),
        };
        if asked.global {
            let compiled = patterns::tuple(cx, &pattern, asked.is_unicode());
            let cleaned = Term::atom(if asked.is_for_compile { am::true_ } else { am::false_ });
            let options = cx.heap().tuple(&[self.list, cleaned, self.pattern]);
            return Err(go_on(cx, am::grun, &[self.subject, compiled, options]));
        }
        self.run_once(cx, asked, &pattern)
    }

    /// With one that is.
    fn run_compiled(&self, cx: &Context<'h>, asked: &Asked<'h>) -> Outcome<'h> {
        if asked.is_for_compile {
            return Err(Stop::badarg());
        }
        let (pattern, is_unicode) = patterns::of_tuple(cx, self.pattern)?;
        if is_unicode && self.needs_conversion(asked) {
            return Err(go_on(cx, am::urun, &[self.subject, self.pattern, self.list]));
        }
        if asked.global {
            let options = cx.heap().tuple(&[self.list, Term::atom(am::false_)]);
            return Err(go_on(cx, am::grun, &[self.subject, self.pattern, options]));
        }
        if !asked.agrees_with(&pattern) {
            return Err(Stop::badarg());
        }
        self.run_once(cx, asked, &pattern)
    }

    /// Whether OTP's module has to convert the subject or what is captured, where both are characters.
    fn needs_conversion(&self, asked: &Asked<'h>) -> bool {
        !is_binary(self.subject) || (asked.form == Form::List && !asked.global)
    }

    fn run_once(&self, cx: &Context<'h>, asked: &Asked<'h>, pattern: &Arc<Pattern>) -> Outcome<'h> {
        let wanted = Wanted::of(cx, asked, pattern)?;
        let known = pattern.is_utf().then(|| bits::text(self.subject)).flatten();
        let bytes = match known {
            Some(text) => Cow::Borrowed(text.as_bytes()),
            None => args::iodata(self.subject)?,
        };
        let subject = known.map_or(Subject::Bytes(&bytes), Subject::Text);
        let limits = Limits { memory_bytes: memory_bytes(), ..asked.limits };
        let found = pattern.run(subject, asked.offset, asked.flags, limits, &mut pace::charge);
        let answer = match found {
            Ok(Some(found)) => wanted.answer(cx, self.subject, &bytes, &found),
            Ok(None) => Ok(Term::atom(am::nomatch)),
            Err(failure) => self.failed(cx, asked, failure),
        };
        if let Cow::Owned(bytes) = bytes {
            pace::free(bytes);
        }
        answer
    }

    fn failed(&self, cx: &Context<'h>, asked: &Asked<'h>, failure: Failure) -> Read<'h, Term<'h>> {
        let reason = match failure {
            Failure::MatchLimit => am::match_limit,
            Failure::DepthLimit => am::match_limit_recursion,
            Failure::Loop => return Ok(Term::atom(am::nomatch)),
            Failure::Memory => return Err(Stop::system_limit()),
            Failure::Text | Failure::Start | Failure::Other(_) => return Err(Stop::badarg()),
        };
        match asked.report_errors {
            true => Ok(tagged(cx, am::error, Term::atom(reason))),
            false => Ok(Term::atom(am::nomatch)),
        }
    }
}

/// How much memory a match may take: half as much and so on, when the caller may not take so much any more.
fn memory_bytes() -> usize {
    let halves = std::iter::successors(Some(DEFAULT_MEMORY_BYTES), |bytes| Some(bytes / 2));
    let mut few = halves.take(MEMORY_HALVES);
    few.find(|&bytes| pace::may_take_bytes(bytes)).unwrap_or(DEFAULT_MEMORY_BYTES >> MEMORY_HALVES)
}

/// The least memory for a match is the usual one halved so often: 1 MB.
const MEMORY_HALVES: usize = 8;

/// Where a group was found, or nowhere.
fn place(found: &Captures<'_>, group: usize) -> Option<(usize, usize)> {
    // A pattern may say that its match begins behind its end.
    found.place(group).map(|(start, end)| (start, end.saturating_sub(start)))
}
