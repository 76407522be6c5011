//! Terms: words that are known to be values, for as long as the heap that they were read under is not collected.
//!
//! A [`Term`] carries the lifetime of a shared borrow of its heap. Allocation takes that same shared borrow and
//! never moves anything; what moves objects takes `&mut` and so ends every term that was read before.

use std::marker::PhantomData;

use crate::atoms::{Atom, am};
use crate::code::{FunEntry, Mfa};
use crate::layout::{self, Kind};
use crate::record::Record;
use crate::word::{Word, sub, tag};

/// A value. `'h` is the borrow of the heap under which it was read.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Term<'h> {
    word: Word,
    heap: PhantomData<&'h ()>,
}

impl Word {
    /// Takes the word to be a value.
    ///
    /// # Safety
    /// As for [`Term::from_word`].
    #[inline(always)]
    pub const unsafe fn term<'h>(self) -> Term<'h> {
        // SAFETY: passed on.
        unsafe { Term::from_word(self) }
    }
}

/// A local process identifier: the slot and generation of the process table in 58 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Pid(pub u64);

/// A local port identifier.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Port(pub u64);

/// What a term is.
#[derive(Clone, Copy)]
pub enum View<'h> {
    /// An integer that fits 61 bits.
    Small(i64),
    /// A larger integer.
    Big(Boxed<'h>),
    /// A float.
    Float(f64),
    /// An atom.
    Atom(Atom),
    /// The empty list.
    Nil,
    /// A cons cell.
    Cons(Cons<'h>),
    /// A tuple.
    Tuple(Tuple<'h>),
    /// A native record.
    Record(Record<'h>),
    /// A map, flat or hashed.
    Map(Boxed<'h>),
    /// A binary or bitstring, on the heap or shared.
    Bits(Boxed<'h>),
    /// A fun with an environment.
    Fun(Fun<'h>),
    /// `fun M:F/A`.
    Export(&'h Mfa),
    /// A local process.
    Pid(Pid),
    /// A local port.
    Port(Port),
    /// A local reference.
    Reference(Boxed<'h>),
    /// A pid, port or reference of another node.
    External(Boxed<'h>),
    /// A matching context: never seen by a program.
    MatchContext(Boxed<'h>),
}

impl<'h> Term<'h> {
    /// The empty list.
    pub const NIL: Term<'static> = Term { word: Word::NIL, heap: PhantomData };

    /// Takes a word to be a value.
    ///
    /// # Safety
    /// The word must be a term whose objects stay where they are for `'h`.
    #[inline(always)]
    pub const unsafe fn from_word(word: Word) -> Term<'h> {
        Term { word, heap: PhantomData }
    }

    /// The bare word, for the heap and the interpreter.
    #[inline(always)]
    pub const fn word(self) -> Word {
        self.word
    }

    /// An atom as a term.
    #[inline(always)]
    pub const fn atom(atom: Atom) -> Term<'h> {
        Term { word: Word::atom(atom), heap: PhantomData }
    }

    /// `true` or `false`.
    #[inline(always)]
    pub const fn boolean(value: bool) -> Term<'h> {
        Term::atom(if value { am::true_ } else { am::false_ })
    }

    /// A small integer, which must be in range; [`crate::Build::integer`] takes any.
    #[inline(always)]
    pub const fn small(value: i64) -> Term<'h> {
        Term { word: Word::small(value), heap: PhantomData }
    }

    /// A local pid as a term.
    #[inline(always)]
    pub const fn pid(pid: Pid) -> Term<'h> {
        Term { word: Word::immediate(sub::PID, pid.0), heap: PhantomData }
    }

    /// A local port as a term.
    #[inline(always)]
    pub const fn port(port: Port) -> Term<'h> {
        Term { word: Word::immediate(sub::PORT, port.0), heap: PhantomData }
    }

    /// Whether both are the same word: equal atoms, small integers, pids, or the very same object.
    #[inline(always)]
    pub fn is_same(self, other: Term<'_>) -> bool {
        self.word == other.word
    }

    /// What this is.
    #[inline]
    pub fn view(self) -> View<'h> {
        match self.word.tag() {
            tag::SMALL => View::Small(self.word.small_value()),
            tag::CONS => View::Cons(Cons { at: self.word.address(), heap: PhantomData }),
            tag::BOXED => self.view_boxed(),
            tag::IMMEDIATE => self.view_immediate(),
            _ => View::Float(self.word.float_value()),
        }
    }

    fn view_immediate(self) -> View<'h> {
        match self.word.0 & sub::MASK {
            sub::ATOM => View::Atom(self.word.atom_value()),
            sub::PID => View::Pid(Pid(self.word.payload())),
            sub::PORT => View::Port(Port(self.word.payload())),
            sub::NIL => View::Nil,
            other => unreachable!("no value has the subtag {other:#x}"),
        }
    }

    fn view_boxed(self) -> View<'h> {
        let boxed = Boxed { at: self.word.address(), heap: PhantomData };
        match boxed.kind() {
            Kind::Tuple => View::Tuple(Tuple(boxed)),
            Kind::BigPositive | Kind::BigNegative => View::Big(boxed),
            Kind::Float => View::Float(f64::from_bits(boxed.raw(1))),
            Kind::Reference => View::Reference(boxed),
            Kind::Fun => View::Fun(Fun(boxed)),
            // SAFETY: word 1 of an export is the address of a name that lives as long as the machine.
            Kind::Export => View::Export(unsafe { &*(boxed.raw(1) as *const Mfa) }),
            Kind::FlatMap | Kind::HashMap => View::Map(boxed),
            Kind::Record => View::Record(Record::of_object(boxed).expect("the kind of a record")),
            Kind::HeapBits | Kind::RefBits => View::Bits(boxed),
            Kind::MatchContext => View::MatchContext(boxed),
            Kind::ExternalPid | Kind::ExternalPort | Kind::ExternalReference => View::External(boxed),
            Kind::HashNode => unreachable!("the node of a map is no value of its own"),
        }
    }

    /// The small integer that this is.
    #[inline(always)]
    pub fn as_small(self) -> Option<i64> {
        self.word.is_small().then(|| self.word.small_value())
    }

    /// The atom that this is.
    #[inline(always)]
    pub fn as_atom(self) -> Option<Atom> {
        self.word.is_atom().then(|| self.word.atom_value())
    }

    /// Whether this is the atom `atom`.
    #[inline(always)]
    pub fn is_atom(self, atom: Atom) -> bool {
        self.word == Word::atom(atom)
    }

    /// `true` or `false`, if it is one of them.
    pub fn as_boolean(self) -> Option<bool> {
        match self.as_atom()? {
            am::true_ => Some(true),
            am::false_ => Some(false),
            _ => None,
        }
    }

    /// The cons cell that this is.
    #[inline(always)]
    pub fn as_cons(self) -> Option<Cons<'h>> {
        self.word.is_cons().then(|| Cons { at: self.word.address(), heap: PhantomData })
    }

    /// Whether this is the empty list.
    #[inline(always)]
    pub fn is_nil(self) -> bool {
        self.word == Word::NIL
    }

    /// The boxed object that this is, of whatever kind.
    #[inline(always)]
    pub fn as_boxed(self) -> Option<Boxed<'h>> {
        self.word.is_boxed().then(|| Boxed { at: self.word.address(), heap: PhantomData })
    }

    /// The tuple that this is.
    #[inline]
    pub fn as_tuple(self) -> Option<Tuple<'h>> {
        self.as_boxed().filter(|b| b.kind() == Kind::Tuple).map(Tuple)
    }

    /// The local pid that this is.
    pub fn as_pid(self) -> Option<Pid> {
        self.word.is_pid().then(|| Pid(self.word.payload()))
    }

    /// How many arguments the fun that this is takes.
    pub fn fun_arity(self) -> Option<u32> {
        match self.view() {
            View::Fun(fun) => Some(fun.entry().arity),
            View::Export(name) => Some(name.arity),
            _ => None,
        }
    }

    /// The float that this is; integers are not converted.
    pub fn as_float(self) -> Option<f64> {
        match self.view() {
            View::Float(value) => Some(value),
            _ => None,
        }
    }
}

/// A cons cell.
#[derive(Clone, Copy)]
pub struct Cons<'h> {
    at: *const Word,
    heap: PhantomData<&'h ()>,
}

impl<'h> Cons<'h> {
    /// The first element.
    #[inline(always)]
    pub fn head(self) -> Term<'h> {
        // SAFETY: `at` is a cons cell of a heap that is not collected for 'h; both its words are terms.
        unsafe { Term::from_word(*self.at) }
    }

    /// The rest of the list.
    #[inline(always)]
    pub fn tail(self) -> Term<'h> {
        // SAFETY: as in `head`.
        unsafe { Term::from_word(*self.at.add(1)) }
    }
}

/// A boxed object.
#[derive(Clone, Copy)]
pub struct Boxed<'h> {
    at: *mut Word,
    heap: PhantomData<&'h ()>,
}

impl<'h> Boxed<'h> {
    /// The object at `at`.
    ///
    /// # Safety
    /// `at` must be the header of an object that stays there for `'h`.
    #[inline(always)]
    pub unsafe fn new(at: *mut Word) -> Boxed<'h> {
        Boxed { at, heap: PhantomData }
    }

    /// The header.
    #[inline(always)]
    pub fn header(self) -> Word {
        // SAFETY: `at` is the header of an object that stays there for 'h.
        unsafe { *self.at }
    }

    /// The kind.
    #[inline(always)]
    pub fn kind(self) -> Kind {
        self.header().header_kind()
    }

    /// How many words follow the header.
    #[inline(always)]
    pub fn size(self) -> usize {
        self.header().header_size()
    }

    /// The raw word at `offset` from the header.
    #[inline(always)]
    pub fn raw(self, offset: usize) -> u64 {
        debug_assert!(offset >= 1 && offset <= self.size());
        // SAFETY: the object has `size` words behind its header.
        unsafe { (*self.at.add(offset)).0 }
    }

    /// The term at `offset` from the header, where the layout has one.
    #[inline(always)]
    pub fn term(self, offset: usize) -> Term<'h> {
        debug_assert!(offset > self.kind().raw_words() && offset <= self.size());
        // SAFETY: the object has `size` words behind its header, and those behind the raw ones are terms.
        unsafe { Term::from_word(*self.at.add(offset)) }
    }

    /// All raw words.
    #[inline(always)]
    pub fn raws(self) -> &'h [u64] {
        let count = self.kind().raw_words().min(self.size());
        // SAFETY: the object has `size` words behind its header, which stay unchanged for 'h; `Word` is a
        // transparent u64.
        unsafe { std::slice::from_raw_parts(self.at.add(1).cast(), count) }
    }

    /// All terms, those behind the raw words.
    #[inline(always)]
    pub fn terms(self) -> &'h [Term<'h>] {
        let skip = self.kind().raw_words().min(self.size());
        // SAFETY: the words behind the raw ones are terms, which stay unchanged for 'h.
        unsafe { std::slice::from_raw_parts(self.at.add(1 + skip).cast(), self.size() - skip) }
    }

    /// The object as a term.
    #[inline(always)]
    pub fn as_term(self) -> Term<'h> {
        // SAFETY: a pointer to an object that stays there for 'h.
        unsafe { Term::from_word(Word::boxed(self.at)) }
    }

    /// Where the object stands, for the heap and the interpreter.
    #[inline(always)]
    pub fn address(self) -> *mut Word {
        self.at
    }
}

/// A tuple.
#[derive(Clone, Copy)]
pub struct Tuple<'h>(Boxed<'h>);

impl<'h> Tuple<'h> {
    /// How many elements.
    #[inline(always)]
    pub fn arity(self) -> usize {
        self.0.size()
    }

    /// The element at `index`, from 0.
    #[inline(always)]
    pub fn element(self, index: usize) -> Term<'h> {
        self.elements()[index]
    }

    /// All elements.
    #[inline(always)]
    pub fn elements(self) -> &'h [Term<'h>] {
        // SAFETY: the words behind a tuple's header are terms, `Term` is a transparent word, and the tuple stays
        // unchanged for 'h.
        unsafe { std::slice::from_raw_parts(self.0.at.add(1).cast(), self.0.size()) }
    }
}

/// A fun with an environment.
#[derive(Clone, Copy)]
pub struct Fun<'h>(Boxed<'h>);

impl<'h> Fun<'h> {
    /// What it shares with others made by the same expression.
    pub fn entry(self) -> &'h FunEntry {
        // SAFETY: word 1 of a fun is the address of an entry that lives as long as the machine.
        unsafe { &*(self.0.raw(layout::fun::ENTRY) as *const FunEntry) }
    }

    /// The free variables.
    pub fn free(self) -> &'h [Term<'h>] {
        let count = self.0.size() + 1 - layout::fun::FREE;
        // SAFETY: the words from FREE on are terms, which stay unchanged for 'h.
        unsafe { std::slice::from_raw_parts(self.0.at.add(layout::fun::FREE).cast(), count) }
    }
}
