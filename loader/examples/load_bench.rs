//! How long parsing and verifying take: `cargo run --release -p purlin-loader --example load_bench -- FILE.beam...`

use std::time::{Duration, Instant};

use purlin_loader::{Module, Verified};

const ROUNDS: u32 = 10;

fn main() {
    let files: Vec<Vec<u8>> = std::env::args()
        .skip(1)
        .map(|path| std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}")))
        .collect();
    let mut least = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let (mut parsing, mut verifying) = (Duration::ZERO, Duration::ZERO);
        for file in &files {
            let start = Instant::now();
            let module = Module::parse(file).expect("the file holds a module");
            let parsed = Instant::now();
            std::hint::black_box(Verified::new(module).expect("the module is harmless"));
            parsing += parsed - start;
            verifying += parsed.elapsed();
        }
        least = (least.0.min(parsing), least.1.min(verifying));
    }
    let bytes: usize = files.iter().map(Vec::len).sum();
    let rate = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    println!("{} files, {:.1} MB", files.len(), bytes as f64 / 1e6);
    println!("parse  {:7.1} ms {:6.1} MB/s", least.0.as_secs_f64() * 1e3, rate(least.0));
    println!("verify {:7.1} ms {:6.1} MB/s", least.1.as_secs_f64() * 1e3, rate(least.1));
}
