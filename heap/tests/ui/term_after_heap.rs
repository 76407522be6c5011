//! A term does not outlive its heap.

use purlin_heap::{Build, Heap, HeapConfig, Term};

fn main() {
    let heap = Heap::new(&HeapConfig::default());
    let cons = heap.cons(Term::small(1), Term::NIL);
    drop(heap);
    println!("{}", cons.is_nil());
}
