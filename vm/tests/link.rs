//! Links modules of an installed Erlang: what leads where, and which instructions calls of natives become.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use purlin_heap::{Mfa, Term};
use purlin_isa::Specific;
use purlin_vm::code::{LoadedModule, Origin};
use purlin_vm::{Config, Context, NativeFunction, Outcome, Vm};

fn nothing<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    Ok(Term::NIL)
}

const NATIVES: &[NativeFunction] = &[
    NativeFunction { module: "lists", function: "reverse", arity: 2, body: nothing },
    NativeFunction { module: "erlang", function: "error", arity: 2, body: nothing },
];

fn library(name: &str) -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib/erlang/lib").ok()?;
    folders.flatten().map(|folder| folder.path().join("ebin")).find(|path| {
        path.parent().and_then(|folder| folder.file_name()).is_some_and(|folder| {
            folder.to_string_lossy().strip_prefix(name).is_some_and(|rest| rest.starts_with('-'))
        })
    })
}

/// The module `lists` on a machine with these natives, unless no Erlang is installed.
fn load_lists(natives: &[&[NativeFunction]]) -> Option<Arc<Vm>> {
    let Some(folder) = library("stdlib") else {
        eprintln!("skipped: no Erlang is installed in /usr/lib/erlang");
        return None;
    };
    let vm = Vm::new(Config::default(), natives);
    let bytes = std::fs::read(folder.join("lists.beam")).expect("an installed file can be read");
    let verified = purlin_loader::load(&bytes).unwrap_or_else(|error| panic!("{error}"));
    vm.load(&verified).unwrap_or_else(|error| panic!("{error}"));
    Some(vm)
}

fn lists(vm: &Vm) -> &LoadedModule {
    vm.code().module(vm.atoms().intern("lists").unwrap()).expect("just loaded")
}

/// The instruction at a place of the code.
fn op_at(module: &LoadedModule, word: u32) -> Specific {
    let index =
        module.instructions.binary_search_by_key(&word, |place| place.offset).expect("an instruction");
    module.instructions[index].op
}

fn uses(module: &LoadedModule, op: Specific) -> bool {
    module.instructions.iter().any(|place| place.op == op)
}

#[test]
fn exports_lead_to_entries_and_entries_know_their_function() {
    let Some(vm) = load_lists(&[]) else { return };
    let module = lists(&vm);
    assert!(module.exports.len() > 80);
    for &index in &module.exports {
        let name = module.functions[index as usize].name;
        let entry = vm.code().export(name).address.load(Ordering::Relaxed);
        assert_eq!(entry, module.entry(index as usize));
        let place = vm.code().locate(entry).expect("the code of a module");
        assert_eq!(place.function, name);
        let word = module.offset_of(entry).unwrap();
        assert_eq!(
            module.code[word as usize - 1].load(Ordering::Relaxed),
            &raw const module.functions[index as usize] as u64
        );
    }
    let line = vm.code().locate(module.entry(0)).unwrap().line;
    assert!(line.is_some_and(|(file, line)| file.ends_with("lists.erl") && line > 0));
}

#[test]
fn a_native_takes_the_place_of_the_modules_function() {
    let Some(vm) = load_lists(&[NATIVES]) else { return };
    let module = lists(&vm);
    let atom = |name| vm.atoms().intern(name).unwrap();
    let reverse = Mfa { module: atom("lists"), function: atom("reverse"), arity: 2 };
    let index = module.functions.iter().position(|function| function.name == reverse).unwrap();
    assert!(module.functions[index].native);
    assert_eq!(op_at(module, module.places[index].entry), Specific::NativeBody);
    // The entry of the export is the native's own, since the module's code only leads there.
    assert_ne!(vm.code().export(reverse).address.load(Ordering::Relaxed), module.entry(index));
}

#[test]
fn what_never_returns_is_called_as_native_or_not_at_all() {
    let Some(vm) = load_lists(&[NATIVES]) else { return };
    assert!(uses(lists(&vm), Specific::CallNative));
    let Some(bare) = load_lists(&[]) else { return };
    assert!(uses(lists(&bare), Specific::UndefinedCall));
    assert!(!uses(lists(&bare), Specific::CallNative));
}

#[test]
fn every_module_of_the_standard_library_links() {
    let vm = Vm::new(Config::default(), &[]);
    let mut count = 0;
    for folder in ["stdlib", "kernel", "compiler"].into_iter().filter_map(library) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.extension().is_none_or(|extension| extension != "beam") {
                continue;
            }
            let bytes = std::fs::read(&path).expect("an installed file can be read");
            let verified = purlin_loader::load(&bytes).unwrap_or_else(|error| panic!("{error}"));
            match vm.load(&verified) {
                Ok(module) => assert_eq!(module.places.len(), module.functions.len()),
                Err(error) => panic!("{}: {error}", path.display()),
            }
            count += 1;
        }
    }
    println!("{count} modules");
    assert_eq!(vm.code().module_names().len(), count);
}

#[test]
fn whoever_looks_while_a_module_is_replaced_finds_one_version() {
    let Some(vm) = load_lists(&[]) else { return };
    let bytes =
        std::fs::read(library("stdlib").unwrap().join("lists.beam")).expect("an installed file can be read");
    let prepared = vm
        .prepare_bytes(vm.atoms().intern("lists").unwrap(), &bytes, Origin::from(""))
        .expect("it was loaded before");
    let (code, first) = (vm.code(), lists(&vm));
    let exports: Vec<_> =
        first.exports.iter().map(|&index| code.export(first.functions[index as usize].name)).collect();
    let look = || {
        let (mut has_seen_new, mut count) = (false, 0);
        while count < exports.len() {
            count = 0;
            for export in &exports {
                let entry = code.entry(export);
                assert!(entry != export.own_body() && code.is_defined(export));
                let is_new = first.offset_of(entry).is_none();
                assert!(is_new || !has_seen_new, "an old function after a new one");
                has_seen_new |= is_new;
                count += usize::from(is_new);
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = [scope.spawn(look), scope.spawn(look)];
        std::thread::yield_now();
        assert!(std::ptr::eq(first, lists(&vm)), "nothing is seen of what is prepared");
        assert!(code.finish_loading(vec![prepared]).is_ok());
        threads.into_iter().for_each(|thread| thread.join().expect("it finds what it looks for"));
    });
    assert!(code.has_old(first.name) && !std::ptr::eq(first, lists(&vm)));
}
