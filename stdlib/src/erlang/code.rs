//! Questions about code.

use purlin_heap::{Atom, Build, Mfa, Term, am, bits};
use purlin_vm::actions::Asked;
use purlin_vm::code::LoadedModule;
use purlin_vm::{Context, Outcome, Stop, natives};

use crate::args;

natives! { "erlang":
    "function_exported"/3 => function_exported, "is_builtin"/3 => is_builtin, "module_loaded"/1 => module_loaded,
    "loaded"/0 => loaded, "pre_loaded"/0 => pre_loaded, "get_module_info"/1 => module_info,
    "get_module_info"/2 => module_info_item, "check_old_code"/1 => check_old_code,
    "check_process_code"/2 => check_process_code, "check_process_code"/3 => check_process_code,
}

/// Modules whose functions are native, so that they are there without a file.
const PRE_LOADED: &[&str] =
    &["erlang", "erts_internal", "atomics", "counters", "persistent_term", "erts_debug", "prim_eval", "init"];

/// Whether a module is there without a file.
pub(crate) fn is_pre_loaded(cx: &Context<'_>, module: Atom) -> bool {
    PRE_LOADED.contains(&cx.atoms().name(module))
}

fn named<'h>(args: &[Term<'h>]) -> args::Read<'h, Mfa> {
    let (module, function) = (args::atom(args[0])?, args::atom(args[1])?);
    let arity = u32::try_from(args::size(args[2])?).map_err(|_| Stop::badarg())?;
    Ok(Mfa { module, function, arity })
}

fn function_exported<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let (module, function) = (args::atom(args[0])?, args::atom(args[1])?);
    let Ok(arity) = u32::try_from(args::small(args[2])?) else { return Ok(Term::boolean(false)) };
    if is_pre_loaded(cx, module) {
        // What is not native there is defined once the module is loaded.
        cx.vm().find_module(module);
    }
    let code = cx.vm().code();
    let export = code.find_export(Mfa { module, function, arity });
    Ok(Term::boolean(export.is_some_and(|export| code.is_defined(export))))
}

fn is_builtin<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let export = cx.vm().code().find_export(named(args)?);
    Ok(Term::boolean(export.is_some_and(|export| export.native.is_some())))
}

fn module_loaded<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let module = args::atom(args[0])?;
    let loaded = cx.vm().code().module(module).is_some() || is_pre_loaded(cx, module);
    Ok(Term::boolean(loaded))
}

fn loaded<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let names: Vec<_> = cx.vm().code().module_names().into_iter().map(Term::atom).collect();
    Ok(cx.heap().list(&names))
}

fn pre_loaded<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let atoms = PRE_LOADED.iter().map(|name| Ok(Term::atom(cx.atoms().intern(name)?)));
    Ok(cx.heap().list(&atoms.collect::<Result<Vec<_>, Stop<'h>>>()?))
}

fn check_old_code<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::boolean(cx.vm().code().has_old(args::atom(args[0])?)))
}

/// Whether a process runs the old version of a module. Who does not want to wait for that answer is told by a message.
fn check_process_code<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let request = check_options(args.get(2).copied().unwrap_or(Term::NIL))?;
    let pid = args[0].as_pid().ok_or(Stop::badarg())?;
    let module = args::atom(args[1])?;
    match request {
        Some(id) => {
            cx.check_code_later(pid, module, id);
            Ok(Term::atom(am::async_))
        }
        None if pid == cx.pid() => Ok(Term::boolean(cx.runs_old(module))),
        None => cx.ask(pid, Asked::RunsOld(module), cx.heap().list(args)),
    }
}

/// What the caller wants its answer to be called, if it does not wait.
fn check_options<'h>(list: Term<'h>) -> args::Read<'h, Option<Term<'h>>> {
    let bad_option = || args::badarg_because(am::bad_option);
    let mut request = None;
    for option in args::elements(list).map_err(|_| bad_option())? {
        match option.as_tuple().map(|pair| pair.elements()) {
            Some(&[name, id]) if name.is_atom(am::async_) => request = Some(id),
            Some(&[name, value]) if name.is_atom(am::allow_gc) && value.as_boolean().is_some() => {}
            _ => return Err(bad_option()),
        }
    }
    Ok(request)
}

fn module<'h>(cx: &Context<'h>, name: Term<'h>) -> args::Read<'h, &'h LoadedModule> {
    cx.vm().find_module(args::atom(name)?).ok_or(Stop::badarg())
}

const ITEMS: [Atom; 6] = [am::module, am::exports, am::attributes, am::compile, am::native, am::md5];

fn module_info<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let module = module(cx, args[0])?;
    let items = ITEMS.map(|item| cx.heap().tuple(&[Term::atom(item), self::item(cx, module, item)]));
    // `native` is told only when it is asked for.
    let items: Vec<_> = items.into_iter().zip(ITEMS).filter(|(_, item)| *item != am::native).collect();
    Ok(cx.heap().list(&items.into_iter().map(|(pair, _)| pair).collect::<Vec<_>>()))
}

fn module_info_item<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let module = module(cx, args[0])?;
    match args::atom(args[1])? {
        am::functions => Ok(functions(cx, module, 0..module.functions.len())),
        am::nifs | am::native_addresses => Ok(Term::NIL),
        item if ITEMS.contains(&item) => Ok(self::item(cx, module, item)),
        _ => Err(Stop::badarg()),
    }
}

fn item<'h>(cx: &Context<'h>, module: &'h LoadedModule, item: Atom) -> Term<'h> {
    match item {
        am::exports => functions(cx, module, module.exports.iter().map(|&index| index as usize)),
        am::attributes => module.attribute_list(),
        am::compile => module.compile_list(),
        am::native => Term::boolean(false),
        am::md5 => bits::binary(&module.md5, cx.heap()),
        _ => Term::atom(module.name),
    }
}

/// `[{Function, Arity}]`
fn functions<'h>(
    cx: &Context<'h>,
    module: &LoadedModule,
    indices: impl IntoIterator<Item = usize>,
) -> Term<'h> {
    let pair = |index: usize| {
        let name = &module.functions[index].name;
        cx.heap().tuple(&[Term::atom(name.function), Term::small(name.arity.into())])
    };
    let pairs: Vec<_> = indices.into_iter().map(pair).collect();
    cx.heap().list(&pairs)
}
