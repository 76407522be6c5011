//! A message is made of what was built for it.

use purlin_heap::{Build, Heap, HeapConfig, Message, Term};

fn main() {
    let heap = Heap::new(&HeapConfig::default());
    let cons = heap.cons(Term::small(1), Term::NIL);
    let message = Message::build(|_| cons);
    drop(heap);
    println!("{}", message.term().is_nil());
}
