//! Random graphs, built, dropped, sent and collected in random order, and compared with a model that knows what
//! each root must look like.

use std::panic::AssertUnwindSafe;
use std::ptr::NonNull;

use super::*;
use crate::arena::is_literal;
use crate::atoms::Atom;
use crate::bits::Shared;
use crate::build::Build;
use crate::check::check;
use crate::code::FunEntry;
use crate::copy::copy_into;
use crate::fragment::Message;
use crate::heap::{Heap, HeapConfig, LARGE_WORDS};
use crate::layout::{Kind, ref_bits};
use crate::literal::{LiteralArea, Literals};
use crate::term::Term;
use crate::testing::Random;

/// What a term must look like; parts are indices into the model.
#[derive(Clone)]
enum Node {
    Immediate(Word),
    Cons(usize, usize),
    /// Any boxed object: kind, raw words, terms.
    Boxed(Kind, Vec<u64>, Vec<usize>),
}

/// A heap, its roots, and the model of them.
struct World {
    random: Random,
    heap: Heap,
    nodes: Vec<Node>,
    /// The roots: words, and which nodes they are. Some are registers, some other slots, the last are on the stack.
    words: [Word; ROOTS],
    models: [usize; ROOTS],
    shared: Vec<Shared>,
    entry: FunEntry,
    literals: Vec<Literals>,
}

const ROOTS: usize = 24;
const REGISTERS: usize = 8;
/// Roots from here on live on the stack between collections.
const STACKED: usize = 16;

impl World {
    fn new(seed: u64, zeal: bool) -> World {
        let (address, old_uniq, uniq) = (Default::default(), 0, [0; 16]);
        let heap = Heap::new(&HeapConfig { zeal, ..HeapConfig::default() });
        // SAFETY: the stack has room for these, and they are terms.
        (STACKED..ROOTS).for_each(|_| unsafe { heap.push(Word::NIL) });
        World {
            random: Random(seed),
            heap,
            nodes: vec![Node::Immediate(Word::NIL)],
            words: [Word::NIL; ROOTS],
            models: [0; ROOTS],
            shared: (0..4).map(|n| Shared::zeroed(100 + n, 100 + n)).collect(),
            entry: FunEntry { address, module: Atom(1), arity: 1, free: 2, index: 0, old_uniq, uniq },
            literals: Vec::new(),
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.random.below(limit as u64) as usize
    }

    fn set(&mut self, root: usize, word: Word, node: Node) {
        self.nodes.push(node);
        self.words[root] = word;
        self.models[root] = self.nodes.len() - 1;
    }

    /// Puts the roots of the stack where they belong, collects, and takes them back.
    fn collect(&mut self) {
        let reach = self.below(8);
        let need = self.below(100);
        let stack = self.heap.stack_top();
        // SAFETY: the stack holds as many words as there are roots for it.
        unsafe { std::ptr::copy_nonoverlapping(&self.words[STACKED], stack, ROOTS - STACKED) };
        let (registers, rest) = self.words.split_at_mut(REGISTERS);
        let (extra, stacked) = rest.split_at_mut(STACKED - REGISTERS);
        let mut roots = Roots { registers, extra: &mut [extra], peeked: None, turn: 0, slice: 0 };
        let result = match reach {
            0 => self.heap.collect_major(need, &mut roots),
            1 => self.heap.hibernate(&mut roots),
            _ => self.heap.collect(need, &mut roots),
        };
        result.expect("no limit");
        check(&self.heap, &roots);
        stacked.copy_from_slice(self.heap.block_stack());
    }

    /// Makes a new object of random roots.
    fn build(&mut self) {
        let (root, from) = (self.below(ROOTS), [self.below(ROOTS), self.below(ROOTS), self.below(ROOTS)]);
        let models = from.map(|root| self.models[root]);
        let random = self.random.next();
        let (heap, words) = (&self.heap, self.words);
        // SAFETY: the roots are terms of this heap that were updated by each collection.
        let [a, b, c] = from.map(|root| unsafe { heap.term(words[root]) });
        let (term, node) = match random % 12 {
            0 => (Term::small(random as i64 >> 4), Node::Immediate(Word::small(random as i64 >> 4))),
            1 | 2 => (heap.tuple(&[a, b, c]), Node::Boxed(Kind::Tuple, vec![], models.to_vec())),
            3 => (heap.tuple(&[]), Node::Boxed(Kind::Tuple, vec![], vec![])),
            4 => (
                heap.unsigned(random | 1 << 63),
                Node::Boxed(Kind::BigPositive, vec![random | 1 << 63], vec![]),
            ),
            5 => {
                let raw = vec![&raw const self.entry as u64];
                (heap.fun(&self.entry, &[a, b]), Node::Boxed(Kind::Fun, raw, models[..2].to_vec()))
            }
            6 => {
                let raw = vec![16, random];
                (heap.object(Kind::HeapBits, &raw, &[]), Node::Boxed(Kind::HeapBits, raw, vec![]))
            }
            7 => {
                let shared = self.shared[random as usize / 16 % 4].clone().into_address();
                let term = heap.object(Kind::RefBits, &[shared, 0, random >> 32, 0], &[]);
                heap.own_off_heap(NonNull::new(term.word().address()).unwrap());
                (term, Node::Boxed(Kind::RefBits, vec![shared, 0, random >> 32, 0], vec![]))
            }
            8 => {
                let raw = [random, random >> 8];
                let node = Node::Boxed(Kind::MatchContext, raw.to_vec(), models[..1].to_vec());
                (heap.object(Kind::MatchContext, &raw, &[a]), node)
            }
            _ => (heap.cons(a, b), Node::Cons(models[0], models[1])),
        };
        let word = term.word();
        self.set(root, word, node);
    }

    /// Replaces a root by a list, or by a term that is deep in another way.
    fn build_deep(&mut self) {
        let (root, depth, wrap) = (self.below(ROOTS), self.below(400), self.below(3));
        for _ in 0..depth {
            let model = self.models[root];
            // SAFETY: as in `build`.
            let inner = unsafe { self.heap.term(self.words[root]) };
            let (term, node) = match wrap {
                0 => (self.heap.cons(inner, Term::NIL), Node::Cons(model, 0)),
                1 => (self.heap.cons(Term::NIL, inner), Node::Cons(0, model)),
                _ => (self.heap.tuple(&[inner]), Node::Boxed(Kind::Tuple, vec![], vec![model])),
            };
            let word = term.word();
            self.set(root, word, node);
        }
    }

    /// Replaces a root by a tuple that is a large object.
    fn build_wide(&mut self) {
        let (root, from, arity) = (self.below(ROOTS), self.below(ROOTS), LARGE_WORDS + self.below(500));
        // SAFETY: as in `build`.
        let element = unsafe { self.heap.term(self.words[from]) };
        let word = self.heap.tuple(&vec![element; arity]).word();
        self.set(root, word, Node::Boxed(Kind::Tuple, vec![], vec![self.models[from]; arity]));
    }

    /// Copies a root out of the heap and attaches or drops the copy, if it is not too large.
    fn send(&mut self) {
        let (from, root, way) = (self.below(ROOTS), self.below(ROOTS), self.below(4));
        if self.weight(self.models[from]) > 5_000 {
            return;
        }
        // SAFETY: as in `build`.
        let term = unsafe { self.heap.term(self.words[from]) };
        let word = match way {
            0 => return drop(Message::copy_of(term)),
            1 => copy_into(&self.heap, term).word(),
            2 => {
                let area = LiteralArea::new();
                let word = copy_into(&area, term).word();
                assert!(!word.is_pointer() || is_literal(word));
                self.literals.push(area.seal());
                word
            }
            _ => self.heap.attach(Message::copy_of(term)).word(),
        };
        self.words[root] = word;
        self.models[root] = self.models[from];
    }

    /// How many nodes a copy of a node takes; stops counting somewhere above 5,000.
    fn weight(&self, node: usize) -> usize {
        let (mut count, mut rest) = (0, vec![node]);
        while let Some(node) = rest.pop() {
            count += 1;
            if count > 5_000 {
                break;
            }
            match &self.nodes[node] {
                Node::Immediate(_) => {}
                Node::Cons(head, tail) => rest.extend([*head, *tail]),
                Node::Boxed(.., terms) => rest.extend(terms),
            }
        }
        count
    }

    /// Compares a root with its model, the first nodes of it at least.
    fn compare(&self, root: usize) {
        // SAFETY: as in `build`.
        let mut rest = vec![(unsafe { self.heap.term(self.words[root]) }, self.models[root])];
        let mut budget = 20_000;
        while let Some((term, node)) = rest.pop() {
            budget -= 1;
            if budget == 0 {
                return;
            }
            match &self.nodes[node] {
                Node::Immediate(word) => assert_eq!(term.word(), *word),
                Node::Cons(head, tail) => {
                    let cons = term.as_cons().expect("a cons");
                    rest.extend([(cons.head(), *head), (cons.tail(), *tail)]);
                }
                Node::Boxed(kind, raw, terms) => {
                    let boxed = term.as_boxed().expect("a boxed term");
                    let raws = if *kind == Kind::RefBits { &raw[..ref_bits::SIZE] } else { &raw[..] };
                    assert_eq!((boxed.kind(), boxed.size()), (*kind, raw.len() + terms.len()));
                    assert!(raws.iter().enumerate().all(|(n, &raw)| boxed.raw(n + 1) == raw));
                    let parts = terms.iter().enumerate();
                    rest.extend(parts.map(|(n, &node)| (boxed.term(raw.len() + n + 1), node)));
                }
            }
        }
    }

    fn run(mut self, steps: usize) {
        for _ in 0..steps {
            match self.below(40) {
                0 | 1 => self.collect(),
                2 => self.build_deep(),
                3 | 4 => self.send(),
                5 => {
                    let root = self.below(ROOTS);
                    self.set(root, Word::NIL, Node::Immediate(Word::NIL));
                }
                6 if self.below(4) == 0 => self.build_wide(),
                7 => {
                    let root = self.below(ROOTS);
                    self.compare(root);
                }
                _ => self.build(),
            }
        }
        self.collect();
        (0..ROOTS).for_each(|root| self.compare(root));
        let World { heap, literals, shared, .. } = self;
        drop((heap, literals));
        assert!(
            shared.iter().all(|shared| shared.references() == 1),
            "references leak, or were given up twice"
        );
    }
}

#[test]
fn random_graphs_survive() {
    for seed in 0..30 {
        World::new(seed, false).run(2_000);
    }
}

#[test]
fn random_graphs_survive_zeal() {
    for seed in 0..15 {
        World::new(seed, true).run(600);
    }
}

/// A word that no collection was told of leads to poison afterwards.
#[test]
#[cfg_attr(asan, ignore = "the sanitizer ends the program at the first look at what was left")]
fn a_forgotten_root_is_found_out() {
    let mut heap = Heap::new(&HeapConfig { zeal: true, ..HeapConfig::default() });
    let forgotten = heap.tuple(&[Term::small(1)]).word();
    heap.collect(0, &mut Roots::default()).unwrap();
    // SAFETY: not a term any more, but the memory is kept mapped.
    assert_eq!(unsafe { *forgotten.address() }, Word::HOLE);
    let mut x = [forgotten];
    let checked =
        std::panic::catch_unwind(AssertUnwindSafe(|| check(&heap, &Roots::of_registers(&mut x.clone()))));
    assert!(checked.is_err(), "the checker sees it");
    x[0] = Word::NIL;
    check(&heap, &Roots::of_registers(&mut x));
}
