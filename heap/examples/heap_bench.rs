//! Prints what heaps, messages and collections cost in nanoseconds: `cargo run --release -p purlin-heap --example
//! heap_bench`.

use std::hint::black_box;
use std::time::Instant;

use purlin_heap::word::Word;
use purlin_heap::{Build, Heap, HeapConfig, Message, Roots, Term};

/// The least time of several rounds for one of `count` calls of `f`, in nanoseconds.
fn measure(name: &str, count: usize, mut f: impl FnMut()) -> f64 {
    let round = |f: &mut dyn FnMut()| {
        let start = Instant::now();
        f();
        start.elapsed().as_nanos() as f64 / count as f64
    };
    let best = (0..200).map(|_| round(&mut f)).fold(f64::INFINITY, f64::min);
    println!("{name:<58} {best:>9.2} ns");
    best
}

fn main() {
    const N: usize = 10_000;
    let config = HeapConfig::default();
    println!("Heap is {} bytes", size_of::<Heap>());
    measure("create and drop a heap", N, || {
        for _ in 0..N {
            black_box(Heap::new(&config));
        }
    });
    measure("create 10,000 heaps that stay, then drop them", N, || {
        let heaps: Vec<Heap> = (0..N).map(|_| Heap::new(&config)).collect();
        black_box(heaps);
    });
    messages(N, &config);
    collections(&config);
}

fn messages(n: usize, config: &HeapConfig) {
    let heap = Heap::new(config);
    let pid = Term::pid(purlin_heap::Pid(1));
    let small = heap.tuple(&[pid, heap.reference(1, None), Term::small(1)]);
    measure("copy {pid, ref, 1} and free it", n, || {
        for _ in 0..n {
            black_box(Message::copy_of(black_box(small)));
        }
    });
    measure("copy {pid, ref, 1}, 1000 queued, then freed", n, || {
        for _ in 0..n / 1000 {
            let queue: Vec<Message> = (0..1000).map(|_| Message::copy_of(black_box(small))).collect();
            black_box(queue);
        }
    });
    let elements: Vec<Term<'_>> = (0..1000).map(Term::small).collect();
    let list = heap.list(&elements);
    measure("copy a list of 1000 integers and free it, per word", n / 1000 * 2000, || {
        for _ in 0..n / 1000 {
            black_box(Message::copy_of(black_box(list)));
        }
    });
    measure("receive {pid, ref, 1} and let it die, collections included", n, || {
        let mut heap = Heap::new(config);
        for _ in 0..n {
            let message = Message::copy_of(black_box(small));
            black_box(heap.attach(message));
            if heap.wants_collection() {
                heap.collect(0, &mut Roots::default()).expect("no limit");
            }
        }
    });
}

fn collections(config: &HeapConfig) {
    measure("minor collection of a young heap with nothing alive", 1000, || {
        let mut heap = Heap::new(config);
        for _ in 0..1000 {
            heap.collect(8, &mut Roots::default()).expect("no limit");
        }
    });
    for (name, live) in [("100 live words", 50), ("20,000 live words", 10_000)] {
        let elements: Vec<Term<'_>> = (0..live).map(Term::small).collect();
        // Neither promotes: that is measured by the building of lists below.
        let config = HeapConfig { words_min: 4 * live as u32 + 16, ..config.clone() };
        let build = |count: usize, collect: bool| {
            for _ in 0..count {
                let mut heap = Heap::new(&config);
                let mut x: [Word; 1] = [heap.list(&elements).word()];
                if collect {
                    heap.collect(0, &mut Roots::of_registers(&mut x)).expect("no limit");
                }
                black_box((&heap, x));
            }
        };
        let words = 2 * live as usize * 10;
        let without = measure(&format!("build {name}, per word"), words, || build(10, false));
        let with = measure("and a minor collection, per word", words, || build(10, true));
        println!("{:<58} {:>9.2} ns", "  of which the collection", with - without);
    }
    let mut heap = Heap::new(config);
    let mut x: [Word; 1] = [tree(&heap, 15).word()];
    heap.collect(0, &mut Roots::of_registers(&mut x)).expect("no limit");
    let words = heap.old_words() + heap.young_words();
    measure(&format!("major collection of {words} live words, per word"), words, || {
        heap.collect_major(0, &mut Roots::of_registers(&mut x)).expect("no limit");
    });
    measure("allocate garbage conses through collections, per cons", 100_000, || {
        let mut heap = Heap::new(config);
        for _ in 0..100_000 {
            if heap.free_words() < 2 {
                heap.collect(2, &mut Roots::default()).expect("no limit");
            }
            black_box(heap.cons(Term::NIL, Term::NIL));
        }
    });
    measure("build a list of 100,000 through collections, per cons", 100_000, || {
        let mut heap = Heap::new(config);
        let mut x = [Word::NIL];
        for _ in 0..100_000 {
            if heap.free_words() < 2 {
                heap.collect(2, &mut Roots::of_registers(&mut x)).expect("no limit");
            }
            // SAFETY: x0 was a root of each collection.
            x[0] = heap.cons(Term::NIL, unsafe { heap.term(x[0]) }).word();
        }
    });
}

/// A balanced tree of pairs.
fn tree(heap: &Heap, depth: u32) -> Term<'_> {
    let mut level = vec![Term::NIL; 1 << depth];
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| heap.tuple(pair)).collect();
    }
    level[0]
}
