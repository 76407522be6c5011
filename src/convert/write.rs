//! Rust values to terms.

use purlin_heap::{AtomTable, Build, Map, Term, am, big, bits};
use serde::ser::{self, Serialize};

use super::{ATOM_NAME, ConvertError};

type Result<T> = std::result::Result<T, ConvertError>;

/// The term of a value, built in `build`.
pub fn to_term<'h, T: Serialize + ?Sized>(
    value: &T,
    atoms: &'h AtomTable,
    build: &'h impl Build,
) -> Result<Term<'h>> {
    value.serialize(Writer { atoms, build })
}

struct Writer<'h, B> {
    atoms: &'h AtomTable,
    build: &'h B,
}

impl<B> Clone for Writer<'_, B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B> Copy for Writer<'_, B> {}

impl<'h, B: Build> Writer<'h, B> {
    fn atom(self, name: &str) -> Result<Term<'h>> {
        match self.atoms.intern(name) {
            Ok(atom) => Ok(Term::atom(atom)),
            Err(_) => Err(ConvertError(format!("{name:?} cannot be made an atom"))),
        }
    }

    fn elements(self, head: Option<Term<'h>>, keyed: bool) -> Elements<'h, B> {
        Elements { writer: self, terms: head.into_iter().collect(), keyed, head: head.is_some() }
    }
}

/// The parts of a compound value, until all are there.
struct Elements<'h, B> {
    writer: Writer<'h, B>,
    terms: Vec<Term<'h>>,
    /// Keys and values in turn, rather than elements.
    keyed: bool,
    /// The first term is the name of a variant.
    head: bool,
}

impl<'h, B: Build> Elements<'h, B> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.terms.push(value.serialize(self.writer)?);
        Ok(())
    }

    fn push_field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<()> {
        self.terms.push(self.writer.atom(name)?);
        self.push(value)
    }

    fn into_tuple(self) -> Result<Term<'h>> {
        Ok(self.writer.build.tuple(&self.terms))
    }

    fn into_map(self) -> Result<Term<'h>> {
        debug_assert!(self.keyed);
        let (name, entries) = self.terms.split_at(usize::from(self.head));
        let pairs: Vec<_> = entries.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let map = Map::from_pairs(&pairs, self.writer.atoms, self.writer.build).as_term();
        Ok(match name.first() {
            Some(&name) => self.writer.build.tuple(&[name, map]),
            None => map,
        })
    }
}

macro_rules! integers {
    ($($method:ident $type:ty;)*) => {
        $(fn $method(self, value: $type) -> Result<Term<'h>> {
            Ok(big::integer_128(i128::from(value), self.build))
        })*
    };
}

impl<'h, B: Build> ser::Serializer for Writer<'h, B> {
    type Ok = Term<'h>;
    type Error = ConvertError;
    type SerializeSeq = Elements<'h, B>;
    type SerializeTuple = Elements<'h, B>;
    type SerializeTupleStruct = Elements<'h, B>;
    type SerializeTupleVariant = Elements<'h, B>;
    type SerializeMap = Elements<'h, B>;
    type SerializeStruct = Elements<'h, B>;
    type SerializeStructVariant = Elements<'h, B>;

    integers! {
        serialize_i8 i8;
        serialize_i16 i16;
        serialize_i32 i32;
        serialize_i64 i64;
        serialize_u8 u8;
        serialize_u16 u16;
        serialize_u32 u32;
        serialize_u64 u64;
        serialize_i128 i128;
    }

    fn serialize_bool(self, value: bool) -> Result<Term<'h>> {
        Ok(Term::boolean(value))
    }

    fn serialize_f32(self, value: f32) -> Result<Term<'h>> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<Term<'h>> {
        if !value.is_finite() {
            return Err(ConvertError(format!("{value} is no float of Erlang's")));
        }
        Ok(self.build.float(value))
    }

    fn serialize_char(self, value: char) -> Result<Term<'h>> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<Term<'h>> {
        self.serialize_bytes(value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Term<'h>> {
        Ok(bits::binary(value, self.build))
    }

    fn serialize_none(self) -> Result<Term<'h>> {
        Ok(Term::atom(am::undefined))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Term<'h>> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Term<'h>> {
        Ok(Term::atom(am::ok))
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<Term<'h>> {
        self.atom(name)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Term<'h>> {
        self.atom(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Term<'h>> {
        let term = value.serialize(self)?;
        if name != ATOM_NAME {
            return Ok(term);
        }
        let bytes = bits::Bits::of(term).map(|bits| bits.bytes().collect::<Vec<u8>>()).unwrap_or_default();
        self.atom(&String::from_utf8_lossy(&bytes))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Term<'h>> {
        Ok(self.build.tuple(&[self.atom(variant)?, value.serialize(self)?]))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Elements<'h, B>> {
        Ok(self.elements(None, false))
    }

    fn serialize_tuple(self, _: usize) -> Result<Elements<'h, B>> {
        Ok(self.elements(None, false))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Elements<'h, B>> {
        Ok(self.elements(None, false))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Elements<'h, B>> {
        Ok(self.elements(Some(self.atom(variant)?), false))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Elements<'h, B>> {
        Ok(self.elements(None, true))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Elements<'h, B>> {
        Ok(self.elements(None, true))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Elements<'h, B>> {
        Ok(self.elements(Some(self.atom(variant)?), true))
    }
}

impl<'h, B: Build> ser::SerializeSeq for Elements<'h, B> {
    type Ok = Term<'h>;
    type Error = ConvertError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.push(value)
    }

    fn end(self) -> Result<Term<'h>> {
        Ok(self.writer.build.list(&self.terms))
    }
}

impl<'h, B: Build> ser::SerializeTuple for Elements<'h, B> {
    type Ok = Term<'h>;
    type Error = ConvertError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.push(value)
    }

    fn end(self) -> Result<Term<'h>> {
        self.into_tuple()
    }
}

macro_rules! tuples {
    ($($Trait:ident)*) => {
        $(impl<'h, B: Build> ser::$Trait for Elements<'h, B> {
            type Ok = Term<'h>;
            type Error = ConvertError;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.push(value)
            }

            fn end(self) -> Result<Term<'h>> {
                self.into_tuple()
            }
        })*
    };
}
tuples!(SerializeTupleStruct SerializeTupleVariant);

impl<'h, B: Build> ser::SerializeMap for Elements<'h, B> {
    type Ok = Term<'h>;
    type Error = ConvertError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.push(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.push(value)
    }

    fn end(self) -> Result<Term<'h>> {
        self.into_map()
    }
}

macro_rules! structs {
    ($($Trait:ident)*) => {
        $(impl<'h, B: Build> ser::$Trait for Elements<'h, B> {
            type Ok = Term<'h>;
            type Error = ConvertError;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
                self.push_field(name, value)
            }

            fn end(self) -> Result<Term<'h>> {
                self.into_map()
            }
        })*
    };
}
structs!(SerializeStruct SerializeStructVariant);
