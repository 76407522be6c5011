//! scratch
use purlin_heap::{Mfa, Term};
use std::sync::mpsc;
fn main() {
    let natives: Vec<_> = purlin_stdlib::natives().collect();
    let mut config = purlin_vm::Config::default();
    config.schedulers.workers = std::env::var("W").ok().and_then(|w| w.parse().ok()).unwrap_or(2);
    config.zeal = std::env::var("ZEAL").is_ok();
    let vm = purlin_vm::Vm::new(config, &natives);
    let args: Vec<String> = std::env::args().skip(1).collect();
    vm.set_module_finder(Box::new(move |vm, atom| {
        let name = vm.atoms().name(atom).to_owned();
        for d in ["/tmp/pt", "/usr/lib/erlang/lib/stdlib-4.2/ebin", "/usr/lib/erlang/lib/kernel-8.5.3/ebin"] {
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
            tx.send(format!(
                "{k} {}",
                purlin_heap::print::to_string(t, purlin_heap::print::Style::Pretty, 100000, vm2.atoms())
            ))
            .unwrap();
        })),
    )
    .ok()
    .unwrap();
    println!("{} {:?}", rx.recv().unwrap(), t.elapsed());
    if std::env::var("RSS").is_ok() {
        println!(
            "{}",
            std::fs::read_to_string("/proc/self/status")
                .unwrap()
                .lines()
                .filter(|l| l.starts_with("VmRSS"))
                .collect::<String>()
        );
    }
}
