//! What is borrowed from a term is not there any more after a collection.

use purlin_heap::{Build, Heap, HeapConfig, Roots, Term};

fn main() {
    let mut heap = Heap::new(&HeapConfig::default());
    let elements = heap.tuple(&[Term::small(1)]).as_tuple().unwrap().elements();
    heap.collect_major(10, &mut Roots::default()).unwrap();
    println!("{}", elements.len());
}
