//! scratch
use purlin_heap::{Mfa, Term};
use std::sync::mpsc;
fn main() {
    let natives: Vec<_> = purlin_stdlib::natives().collect();
    let vm = purlin_vm::Vm::new(purlin_vm::Config::default(), &natives);
    let args: Vec<String> = std::env::args().skip(1).collect();
    vm.set_module_finder(Box::new(move |vm, atom| {
        let name = vm.atoms().name(atom).to_owned();
        for d in ["/tmp/t", "/usr/lib/erlang/lib/stdlib-4.2/ebin", "/usr/lib/erlang/lib/kernel-8.5.3/ebin"] {
            if let Ok(b) = std::fs::read(format!("{d}/{name}.beam")) {
                match purlin_loader::load(&b) {
                    Ok(v) => {
                        if let Err(e) = vm.load(&v) {
                            eprintln!("{e}")
                        }
                    }
                    Err(e) => eprintln!("{name}: {e}"),
                }
                return;
            }
        }
        eprintln!("no module {name}");
    }));
    let r = vm.start().unwrap();
    let (tx, rx) = mpsc::channel();
    let a = |s: &str| vm.atoms().intern(s).unwrap();
    let name = Mfa { module: a(&args[0]), function: a(&args[1]), arity: (args.len() - 2) as u32 };
    let terms: Vec<Term> = args[2..].iter().map(|s| Term::small(s.parse().unwrap())).collect();
    let vm2 = vm.clone();
    let t = std::time::Instant::now();
    r.spawn(
        name,
        &terms,
        None,
        Some(Box::new(move |end| {
            let (k, t) = match end {
                purlin_vm::End::Returned(t) => ("returned", t),
                purlin_vm::End::Exited(_, t) => ("exited", t),
            };
            let mut out = vec![];
            show(t, vm2.atoms(), &mut out, 0);
            tx.send(format!("{k} {}", String::from_utf8_lossy(&out))).unwrap();
        })),
    )
    .ok()
    .unwrap();
    println!("{} {:?}", rx.recv().unwrap(), t.elapsed());
}
fn show(t: Term, atoms: &purlin_heap::AtomTable, o: &mut Vec<u8>, d: u32) {
    use purlin_heap::View;
    use std::io::Write;
    match t.view() {
        View::Small(n) => write!(o, "{n}").unwrap(),
        View::Float(n) => write!(o, "{n}").unwrap(),
        View::Atom(a) => write!(o, "{}", atoms.name(a)).unwrap(),
        View::Nil => write!(o, "[]").unwrap(),
        View::Cons(c) => {
            write!(o, "[").unwrap();
            show(c.head(), atoms, o, d + 1);
            write!(o, "|").unwrap();
            show(c.tail(), atoms, o, d);
            write!(o, "]").unwrap();
        }
        View::Tuple(t) => {
            write!(o, "{{").unwrap();
            for e in t.elements() {
                show(*e, atoms, o, d + 1);
                write!(o, ",").unwrap();
            }
            write!(o, "}}").unwrap();
        }
        _ => write!(o, "?").unwrap(),
    }
}
