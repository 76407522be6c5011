//! Purlin inside a Rust program: a machine, a native function of the host, modules, calls.
//!
//!     cargo run --example embed -- /usr/lib/erlang/lib/stdlib-*/ebin/lists.beam

use std::time::Duration;

use purlin::{Build, Context, Outcome, Stop, Term, Vm, natives};

natives! { "host": "area"/2 => area }

/// `host:area(Width, Height)`
fn area<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    match (args[0].as_small(), args[1].as_small()) {
        (Some(width), Some(height)) => Ok(cx.heap().integer(width * height)),
        _ => Err(Stop::badarg()),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let limit = Duration::from_secs(5);
    let lists = std::env::args().nth(1).ok_or("give the path of OTP's lists.beam")?;
    let vm = Vm::builder().schedulers(2).natives(NATIVES).start()?;

    // Modules come from bytes; nothing of the machine is global, so another one would not see this.
    vm.load(&std::fs::read(lists)?)?;

    // Arguments and results are Rust values: serde makes terms of them and back.
    let sorted: Vec<i64> = vm.call("lists", "sort", &(vec![3, 1, 2],), limit)?;
    println!("sorted: {sorted:?}");
    println!("area: {}", vm.call::<i64>("host", "area", &(6, 7), limit)?);

    // An exception ends the process of the call, and nothing else.
    let failed = vm.call::<i64>("host", "area", &("six", 7), limit);
    println!("failed: {}", failed.unwrap_err());

    // A call that takes too long is ended.
    let endless = vm.call::<()>("lists", "seq", &(1, 1_000_000_000), Duration::from_millis(50));
    println!("endless: {}", endless.unwrap_err());
    Ok(vm.stop()?)
}
