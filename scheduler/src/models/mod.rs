//! The protocols between threads, run under loom as they ship: loom goes through the orders in which the threads'
//! steps can happen (up to a bounded number of preemptions) and through what relaxed loads may see. A wake-up that is
//! lost shows as a deadlock, a task that is lost or kept as a leak.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p purlin-scheduler --release --lib --target-dir target/loom models`

mod parts;
mod pools;
mod wake;

use loom::model::Builder;
use std::time::Duration;

/// Goes through all runs of a model that have `preemptions` preemptions at the most.
fn explore(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    builder(preemptions).check(model);
}

/// Goes through as many runs as some seconds allow, of a model that has too many.
fn sample(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = builder(preemptions);
    builder.max_duration = Some(Duration::from_secs(10));
    builder.check(model);
}

fn builder(preemptions: usize) -> Builder {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 100_000;
    builder
}
