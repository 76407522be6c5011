//! What the verifier believes of natives is held against those that there are.

use purlin_loader::verify;
use std::collections::HashSet;

#[test]
fn what_the_verifier_believes_in_is_there() {
    let natives: HashSet<(&str, &str, usize)> = purlin_stdlib::natives()
        .flatten()
        .map(|native| (native.module, native.function, usize::from(native.arity)))
        .collect();
    let missing: Vec<_> = verify::natives()
        .iter()
        .map(|native| ("erlang", native.name, native.arguments.len()))
        .filter(|native| !natives.contains(native))
        .collect();
    assert!(missing.is_empty(), "believed in and not there: {missing:?}");
}

#[test]
fn no_native_is_declared_twice() {
    let mut seen = HashSet::new();
    for native in purlin_stdlib::natives().flatten() {
        let name = (native.module, native.function, native.arity);
        assert!(seen.insert(name), "{name:?} is declared twice: only one of them is called");
    }
}
