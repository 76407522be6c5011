//! A collection moves what a term points to.

use purlin_heap::{Build, Heap, HeapConfig, Roots, Term};

fn main() {
    let mut heap = Heap::new(&HeapConfig::default());
    let tuple = heap.tuple(&[Term::small(1)]);
    heap.collect(10, &mut Roots::default()).unwrap();
    println!("{}", tuple.as_tuple().unwrap().arity());
}
