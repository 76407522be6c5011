//! Who gives a message away does not look at its term any more.

use purlin_heap::{Build, Message, Term};

fn main() {
    let message = Message::build(|builder| builder.tuple(&[Term::small(1)]));
    let term = message.term();
    std::thread::spawn(move || drop(message));
    println!("{}", term.is_nil());
}
