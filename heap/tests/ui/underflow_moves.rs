//! Bringing frames back may collect.

use purlin_heap::{Build, Heap, HeapConfig, Roots, Term};

fn main() {
    let mut heap = Heap::new(&HeapConfig::default());
    let cons = heap.cons(Term::small(1), Term::NIL);
    heap.underflow(&mut Roots::default()).unwrap();
    println!("{}", cons.is_nil());
}
