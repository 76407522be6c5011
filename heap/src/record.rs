//! Native records of OTP 29: values with named fields that carry their definition with them.
//!
//! A definition is a tuple `{Module, Name, IsExported, Field, ...}`, shared by all records made by one expression; for
//! those of a module it stands among the module's literals. Fields are looked for one after the other: there are few, and
//! neither a module that takes a record apart nor its compiler knows the places.
//!
//! A *template* is a record whose values are the defaults, with holes for the fields that have none. It is never a value of
//! a program; [`Record::create`] makes values from it.

use crate::atoms::Atom;
use crate::build::Build;
use crate::layout::Kind;
use crate::term::{Boxed, Term};
use crate::word::Word;

/// How many elements of a definition stand before its fields.
const FIELDS: usize = 3;

/// A native record.
#[derive(Clone, Copy)]
pub struct Record<'h>(Boxed<'h>);

/// Why no record could be made.
#[derive(Clone, Copy)]
pub enum CreateError<'h> {
    /// It has no such field.
    BadField(Term<'h>),
    /// This field was given no value and has no default.
    NoValue(Term<'h>),
}

impl<'h> Record<'h> {
    /// The record that a term is.
    #[inline]
    pub fn of(term: Term<'h>) -> Option<Record<'h>> {
        term.as_boxed().and_then(Record::of_object)
    }

    /// The record that an object is.
    #[inline]
    pub fn of_object(object: Boxed<'h>) -> Option<Record<'h>> {
        (object.kind() == Kind::Record).then_some(Record(object))
    }

    /// What records of this module and name are, with these fields, which must be different.
    pub fn define<B: Build + ?Sized>(
        build: &'h B,
        module: Atom,
        name: Atom,
        is_exported: bool,
        fields: impl IntoIterator<Item = Atom>,
    ) -> Term<'h> {
        let head = [Term::atom(module), Term::atom(name), Term::boolean(is_exported)];
        let elements: Vec<_> = head.into_iter().chain(fields.into_iter().map(Term::atom)).collect();
        build.tuple(&elements)
    }

    /// A record with a value for each field of its definition, in the order of the definition.
    pub fn build<B: Build + ?Sized>(build: &'h B, definition: Term<'h>, values: &[Term<'h>]) -> Record<'h> {
        let terms: Vec<_> = std::iter::once(definition).chain(values.iter().copied()).collect();
        let object = build.object(Kind::Record, &[], &terms);
        Record(object.as_boxed().expect("an object was built"))
    }

    /// The template of a definition: a default, or none, for each of its fields.
    pub fn template<B: Build + ?Sized>(
        build: &'h B,
        definition: Term<'h>,
        defaults: &[Option<Term<'h>>],
    ) -> Record<'h> {
        // SAFETY: a hole is no value, and nothing takes it for one: of templates only `create` and `defaults` read the values.
        let hole = unsafe { Term::from_word(Word::HOLE) };
        let values: Vec<_> = defaults.iter().map(|default| default.unwrap_or(hole)).collect();
        Record::build(build, definition, &values)
    }

    /// The record as a term.
    #[inline(always)]
    pub fn as_term(self) -> Term<'h> {
        self.0.as_term()
    }

    /// The tuple that tells what it is.
    #[inline]
    pub fn definition(self) -> Term<'h> {
        self.0.term(1)
    }

    fn defined(self) -> &'h [Term<'h>] {
        self.definition().as_boxed().expect("a definition is a tuple").terms()
    }

    /// The module whose record it is.
    #[inline]
    pub fn module(self) -> Term<'h> {
        self.defined()[0]
    }

    /// Its name.
    #[inline]
    pub fn name(self) -> Term<'h> {
        self.defined()[1]
    }

    /// Whether other modules may see its fields.
    #[inline]
    pub fn is_exported(self) -> bool {
        self.defined()[2].as_boolean() == Some(true)
    }

    /// The names of its fields.
    #[inline]
    pub fn fields(self) -> &'h [Term<'h>] {
        &self.defined()[FIELDS..]
    }

    /// The values of its fields.
    #[inline]
    pub fn values(self) -> &'h [Term<'h>] {
        &self.0.terms()[1..]
    }

    /// The defaults of a template, as far as there are any.
    pub fn defaults(self) -> impl Iterator<Item = Option<Term<'h>>> {
        self.values().iter().map(|value| (value.word() != Word::HOLE).then_some(*value))
    }

    /// Whether it is of this module and has this name.
    #[inline]
    pub fn is(self, module: Term<'_>, name: Term<'_>) -> bool {
        let defined = self.defined();
        defined[0].is_same(module) && defined[1].is_same(name)
    }

    /// Where the field of this name stands among [`Record::values`].
    #[inline]
    pub fn position(self, field: Term<'_>) -> Option<usize> {
        self.fields().iter().position(|known| known.is_same(field))
    }

    /// The value of a field.
    #[inline]
    pub fn get(self, field: Term<'_>) -> Option<Term<'h>> {
        self.position(field).map(|at| self.values()[at])
    }

    /// The record with other values; `pairs` holds fields and values in turn. Fails with a field that it does not have.
    pub fn update<B: Build + ?Sized>(self, pairs: &[Term<'h>], build: &'h B) -> Result<Record<'h>, Term<'h>> {
        let mut terms = self.0.terms().to_vec();
        for pair in pairs.chunks_exact(2) {
            terms[1 + self.position(pair[0]).ok_or(pair[0])?] = pair[1];
        }
        let object = build.object(Kind::Record, &[], &terms);
        Ok(Record(object.as_boxed().expect("an object was built")))
    }

    /// A record made from this template. A field that does not exist is told before one that has no value.
    pub fn create<B: Build + ?Sized>(
        self,
        pairs: &[Term<'h>],
        build: &'h B,
    ) -> Result<Record<'h>, CreateError<'h>> {
        let record = self.update(pairs, build).map_err(CreateError::BadField)?;
        match record.defaults().position(|value| value.is_none()) {
            Some(at) => Err(CreateError::NoValue(self.fields()[at])),
            None => Ok(record),
        }
    }
}
