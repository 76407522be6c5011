//! Modules that are not to be replaced by mistake: those of the libraries that nothing works without.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use purlin_heap::{Atom, Term, am};
use purlin_vm::code::Origin;
use purlin_vm::{Context, Outcome, natives};

use super::path::application;
use crate::args;
use crate::held::RwLock;
use crate::state::State;

natives! { "code":
    "is_sticky"/1 => is_sticky_module, "stick_mod"/1 => stick_mod, "unstick_mod"/1 => unstick_mod,
    "stick_dir"/1 => stick_dir, "unstick_dir"/1 => unstick_dir,
}

/// The applications whose modules are.
const APPLICATIONS: [&str; 3] = ["kernel", "stdlib", "compiler"];

/// What a program has said of single modules and of directories.
#[derive(Default)]
pub(crate) struct Sticky {
    /// Whether they are.
    modules: RwLock<HashMap<Atom, bool>>,
    /// Those whose modules are not.
    unstuck: RwLock<HashSet<String>>,
}

/// Whether a module is loaded, and is not to be replaced.
pub(super) fn is_sticky(cx: &Context<'_>, module: Atom) -> bool {
    let Some(loaded) = cx.vm().code().module(module) else { return false };
    let sticky = &State::of(cx).sticky;
    if let Some(&said) = sticky.modules.read().get(&module) {
        return said;
    }
    let Origin::File(file) = &loaded.origin else { return false };
    let Some(directory) = Path::new(&**file).parent() else { return false };
    APPLICATIONS.iter().any(|name| application(directory, name).is_some())
        && !directory.to_str().is_some_and(|directory| sticky.unstuck.read().contains(directory))
}

fn is_sticky_module<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(is_sticky(cx, args::atom(args[0])?)))
}

fn stick_mod<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    State::of(cx).sticky.modules.write().insert(args::atom(args[0])?, true);
    Ok(Term::boolean(true))
}

fn unstick_mod<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    State::of(cx).sticky.modules.write().insert(args::atom(args[0])?, false);
    Ok(Term::boolean(true))
}

fn stick_dir<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    State::of(cx).sticky.unstuck.write().remove(&args::characters(args[0])?);
    Ok(Term::atom(am::ok))
}

fn unstick_dir<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    State::of(cx).sticky.unstuck.write().insert(args::characters(args[0])?);
    Ok(Term::atom(am::ok))
}
