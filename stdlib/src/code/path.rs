//! Where the modules of a machine are looked for, and the natives of `code` that tell of it and change it.

use std::path::{Path, PathBuf};

use purlin_heap::bits;
use purlin_heap::{Atom, Build, Term, am};
use purlin_vm::actions::DirtyKind;
use purlin_vm::code::Origin;
use purlin_vm::{Context, Outcome, Stop, Vm, natives};

use crate::args;
use crate::chars;
use crate::erlang::code::is_pre_loaded;
use crate::held::RwLock;
use crate::prim_file::Files;
use crate::state::State;

natives! { "code":
    "get_path"/0 => get_path, "set_path"/1 => set_path, "add_path"/1 => add_last, "add_pathz"/1 => add_last,
    "add_patha"/1 => add_first, "add_paths"/1 => add_all_last, "add_pathsz"/1 => add_all_last,
    "add_pathsa"/1 => add_all_first, "del_path"/1 => del_path, "which"/1 => which,
    "where_is_file"/1 => where_is_file, "is_loaded"/1 => is_loaded, "all_loaded"/0 => all_loaded,
    "get_object_code"/1 => get_object_code, "root_dir"/0 => root_dir, "lib_dir"/0 => all_libraries,
    "lib_dir"/1 => library, "lib_dir"/2 => library, "priv_dir"/1 => priv_dir,
}

/// The directories in which modules are looked for, in their order.
#[derive(Default)]
pub(crate) struct CodePath(RwLock<Vec<PathBuf>>);

impl CodePath {
    /// The first file of this name, behind the name of its directory. Relative names start where `files` say.
    fn find(&self, file: &str, files: &Files) -> Option<PathBuf> {
        let is_file = |path: &PathBuf| files.resolve(path.clone()).is_ok_and(|path| path.is_file());
        self.0.read().iter().map(|directory| directory.join(file)).find(is_file)
    }

    /// Puts a directory before all others, or, if it is not there yet, behind them.
    fn add(&self, directory: PathBuf, first: bool) {
        let mut directories = self.0.write();
        let place = directories.iter().position(|known| *known == directory);
        match place {
            Some(_) if !first => return,
            Some(place) => drop(directories.remove(place)),
            None => {}
        }
        let place = if first { 0 } else { directories.len() };
        directories.insert(place, directory);
    }

    /// The directory of an application, which holds its `ebin`.
    fn application(&self, name: &str) -> Option<PathBuf> {
        self.0.read().iter().find_map(|ebin| application(ebin, name))
    }
}

/// The directory above `NAME/ebin` or `NAME-VERSION/ebin`.
pub(super) fn application(ebin: &Path, name: &str) -> Option<PathBuf> {
    let directory = if ebin.file_name()? == "ebin" { ebin.parent()? } else { ebin };
    let found = directory.file_name()?.to_str()?;
    let is_it = found.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    is_it.then(|| directory.to_owned())
}

/// Has modules of a machine looked for in these directories.
pub fn set_code_path(vm: &Vm, directories: Vec<PathBuf>) {
    *vm.library_state::<State>().code_path.0.write() = directories;
}

/// What the file of a module is called. A module's name never leads to another directory.
pub fn module_file_name(module: &str) -> Option<String> {
    (!module.contains(['/', '\0'])).then(|| format!("{module}.beam"))
}

/// The file of a module, where a machine looks for modules, from the root on.
pub fn module_file(vm: &Vm, module: &str) -> Option<PathBuf> {
    let State { code_path, files, .. } = vm.library_state();
    absolute(files, code_path.find(&module_file_name(module)?, files)?)
}

/// The path from the root on, without parts that stay where they are.
pub(super) fn absolute(files: &Files, path: PathBuf) -> Option<PathBuf> {
    Some(files.resolve(path).ok()?.components().collect())
}

fn is_directory(cx: &Context<'_>, path: &Path) -> bool {
    State::of(cx).files.resolve(path.to_owned()).is_ok_and(|path| path.is_dir())
}

fn path<'h>(cx: &Context<'h>) -> &'h CodePath {
    &State::of(cx).code_path
}

fn text<'h>(cx: &Context<'h>, path: &Path) -> Term<'h> {
    chars::list(cx.heap(), &path.to_string_lossy())
}

fn error<'h>(cx: &Context<'h>, reason: &str) -> Outcome<'h> {
    Ok(cx.heap().tuple(&[Term::atom(am::error), Term::atom(cx.atoms().intern(reason)?)]))
}

pub(crate) fn get_path<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let directories = path(cx).0.read().clone();
    let directories: Vec<_> = directories.iter().map(|directory| text(cx, directory)).collect();
    Ok(cx.heap().list(&directories))
}

/// The paths in a list; nothing if one is no directory.
fn directories<'h>(cx: &Context<'h>, list: Term<'h>) -> args::Read<'h, Option<Vec<PathBuf>>> {
    let paths = args::elements(list)?.into_iter().map(|path| Ok(PathBuf::from(args::characters(path)?)));
    let paths = paths.collect::<Result<Vec<_>, Stop<'h>>>()?;
    Ok(paths.iter().all(|path| is_directory(cx, path)).then_some(paths))
}

fn set_path<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let Some(directories) = directories(cx, args[0])? else { return error(cx, "bad_directory") };
    *path(cx).0.write() = directories;
    Ok(Term::boolean(true))
}

fn add<'h>(cx: &Context<'h>, directory: Term<'h>, first: bool) -> args::Read<'h, bool> {
    let directory = PathBuf::from(args::characters(directory)?);
    let exists = is_directory(cx, &directory);
    if exists {
        path(cx).add(directory, first);
    }
    Ok(exists)
}

fn added<'h>(cx: &Context<'h>, exists: bool) -> Outcome<'h> {
    if exists { Ok(Term::boolean(true)) } else { error(cx, "bad_directory") }
}

fn add_first<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    added(cx, add(cx, args[0], true)?)
}

fn add_last<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    added(cx, add(cx, args[0], false)?)
}

/// Those that are no directories are passed over.
fn add_all<'h>(cx: &Context<'h>, list: Term<'h>, first: bool) -> Outcome<'h> {
    for directory in args::elements(list)? {
        add(cx, directory, first)?;
    }
    Ok(Term::atom(am::ok))
}

fn add_all_first<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    add_all(cx, args[0], true)
}

fn add_all_last<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    add_all(cx, args[0], false)
}

/// A directory, or that of the application with this name. Whether it was there.
fn del_path<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = args[0].as_atom();
    let directory = name.is_none().then(|| args::characters(args[0])).transpose()?;
    let mut directories = path(cx).0.write();
    let place = directories.iter().position(|known| match (name, &directory) {
        (Some(name), _) => application(known, cx.atoms().name(name)).is_some(),
        (_, directory) => directory.as_deref().is_some_and(|directory| known == Path::new(directory)),
    });
    place.map(|place| directories.remove(place));
    Ok(Term::boolean(place.is_some()))
}

/// Where a module that is loaded came from.
fn origin<'h>(cx: &Context<'h>, module: Atom) -> Option<Term<'h>> {
    match cx.vm().code().module(module) {
        Some(_) if is_pre_loaded(cx, module) => Some(Term::atom(am::preloaded)),
        Some(loaded) => Some(match &loaded.origin {
            Origin::File(file) => chars::list(cx.heap(), file),
            Origin::Atom(name) => Term::atom(*name),
        }),
        None => is_pre_loaded(cx, module).then_some(Term::atom(am::preloaded)),
    }
}

fn which<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let module = args::atom(args[0])?;
    match origin(cx, module) {
        Some(origin) => Ok(origin),
        None => place_of(cx, module_file_name(cx.atoms().name(module))),
    }
}

fn where_is_file<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    place_of(cx, Some(args::characters(args[0])?))
}

fn place_of<'h>(cx: &Context<'h>, file: Option<String>) -> Outcome<'h> {
    match file.and_then(|file| path(cx).find(&file, &State::of(cx).files)) {
        Some(file) => Ok(text(cx, &file)),
        None => Ok(Term::atom(cx.atoms().intern("non_existing")?)),
    }
}

/// `{file, Origin}`, or false.
fn is_loaded<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(match origin(cx, args::atom(args[0])?) {
        Some(origin) => cx.heap().tuple(&[Term::atom(am::file), origin]),
        None => Term::boolean(false),
    })
}

fn all_loaded<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    let names = cx.vm().code().module_names().into_iter();
    let pairs = names.filter_map(|name| Some(cx.heap().tuple(&[Term::atom(name), origin(cx, name)?])));
    let pairs: Vec<_> = pairs.collect();
    Ok(cx.heap().list(&pairs))
}

/// `{Module, Binary, File}`, or `error` when there is no file.
fn get_object_code<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let read: Option<(Vec<u8>, PathBuf)> = cx.work(DirtyKind::Io, args, || {
        let file = module_file(cx.vm(), cx.atoms().name(args::atom(args[0])?));
        Ok(move || file.and_then(|file| Some((std::fs::read(&file).ok()?, file))))
    })?;
    let Some((bytes, file)) = read else { return Ok(Term::atom(am::error)) };
    args::charge(cx, bytes.len());
    Ok(cx.heap().tuple(&[args[0], bits::binary(&bytes, cx.heap()), text(cx, &file)]))
}

/// The directory of all libraries: that in which the one is that nothing works without.
fn libraries<'h>(cx: &Context<'h>) -> Option<PathBuf> {
    path(cx).application("stdlib")?.parent().map(Path::to_owned)
}

fn all_libraries<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(text(cx, &libraries(cx).unwrap_or_default()))
}

fn root_dir<'h>(cx: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(text(cx, libraries(cx).as_deref().and_then(Path::parent).unwrap_or(Path::new(""))))
}

/// The directory of an application, or one below it.
fn library<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let name = match args[0].as_atom() {
        Some(name) => cx.atoms().name(name).to_owned(),
        None => args::characters(args[0])?,
    };
    let below = args.get(1).map(|&below| args::atom(below)).transpose()?;
    match (path(cx).application(&name), below) {
        (Some(directory), Some(below)) => Ok(text(cx, &directory.join(cx.atoms().name(below)))),
        (Some(directory), None) => Ok(text(cx, &directory)),
        (None, _) => error(cx, "bad_name"),
    }
}

fn priv_dir<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    library(cx, &[args[0], Term::atom(cx.atoms().intern("priv")?)])
}
