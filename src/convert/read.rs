//! Terms to Rust values.

use purlin_heap::{AtomTable, Map, Term, View, am, big, bits};
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};

use super::ConvertError;

type Result<T> = std::result::Result<T, ConvertError>;

/// The value that a term stands for.
pub fn from_term<T: DeserializeOwned>(term: Term<'_>, atoms: &AtomTable) -> Result<T> {
    T::deserialize(Reader { term, atoms })
}

#[derive(Clone, Copy)]
struct Reader<'h> {
    term: Term<'h>,
    atoms: &'h AtomTable,
}

impl<'h> Reader<'h> {
    fn with(self, term: Term<'h>) -> Reader<'h> {
        Reader { term, atoms: self.atoms }
    }

    /// The elements of a proper list or a tuple.
    fn elements(self) -> Result<Vec<Term<'h>>> {
        if let Some(tuple) = self.term.as_tuple() {
            return Ok(tuple.elements().to_vec());
        }
        let (mut elements, mut rest) = (Vec::new(), self.term);
        while let Some(cons) = rest.as_cons() {
            elements.push(cons.head());
            rest = cons.tail();
        }
        if rest.is_nil() { Ok(elements) } else { Err(self.unexpected("a list or a tuple")) }
    }

    /// A binary, a list of characters, or an atom, as text.
    fn text(self) -> Result<String> {
        if let Some(atom) = self.term.as_atom() {
            return Ok(self.atoms.name(atom).to_owned());
        }
        if let Some(bits) = bits::Bits::of(self.term) {
            let text = String::from_utf8(bits.bytes().collect());
            return text.map_err(|_| self.unexpected("a binary of UTF-8"));
        }
        let character = |term: Term<'_>| term.as_small().and_then(|c| char::from_u32(u32::try_from(c).ok()?));
        let elements = self.elements()?;
        let text: Option<String> = elements.into_iter().map(character).collect();
        text.ok_or_else(|| self.unexpected("text"))
    }

    fn unexpected(self, wanted: &str) -> ConvertError {
        let what = match self.term.view() {
            View::Small(_) | View::Big(_) => "an integer",
            View::Float(_) => "a float",
            View::Atom(atom) => {
                return ConvertError(format!("expected {wanted}, got {}", self.atoms.name(atom)));
            }
            View::Nil | View::Cons(_) => "a list",
            View::Tuple(_) => "a tuple",
            View::Record(_) => "a native record",
            View::Map(_) => "a map",
            View::Bits(_) => "a binary",
            View::Fun(_) | View::Export(_) => "a fun",
            View::Pid(_) | View::Port(_) | View::Reference(_) | View::External(_) => "an identifier",
            View::MatchContext(_) => "a matching context",
        };
        ConvertError(format!("expected {wanted}, got {what}"))
    }
}

impl<'de> de::Deserializer<'de> for Reader<'_> {
    type Error = ConvertError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.term.view() {
            View::Small(value) => visitor.visit_i64(value),
            View::Big(_) => match big::Integer::of(self.term) {
                Some(value) if value.as_i64().is_some() => visitor.visit_i64(value.as_i64().unwrap_or(0)),
                Some(value) if value.as_u64().is_some() => visitor.visit_u64(value.as_u64().unwrap_or(0)),
                _ => Err(ConvertError("an integer of more than 64 bits".into())),
            },
            View::Float(value) => visitor.visit_f64(value),
            View::Atom(am::true_) => visitor.visit_bool(true),
            View::Atom(am::false_) => visitor.visit_bool(false),
            View::Atom(am::undefined) => visitor.visit_none(),
            View::Atom(_) | View::Bits(_) => visitor.visit_string(self.text()?),
            View::Nil | View::Cons(_) | View::Tuple(_) => self.deserialize_seq(visitor),
            View::Map(_) => self.deserialize_map(visitor),
            _ => Err(self.unexpected("a value of plain data")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.term.is_atom(am::undefined) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        // Whatever a function for effect returns will do.
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match purlin_heap::arith::operand(self.term) {
            Ok(value) => visitor.visit_f64(value),
            Err(_) => Err(self.unexpected("a number")),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match bits::Bits::of(self.term) {
            Some(bits) if bits.is_binary() => visitor.visit_byte_buf(bits.bytes().collect()),
            _ => Err(self.unexpected("a binary")),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(Elements { of: self, left: self.elements()?.into_iter() })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let map = Map::of(self.term).ok_or_else(|| self.unexpected("a map"))?;
        let entries: Vec<_> = map.entries().collect();
        visitor.visit_map(Entries { of: self, left: entries.into_iter(), value: None })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_enum(Variant { of: self })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 ignored_any
    }
}

struct Elements<'h> {
    of: Reader<'h>,
    left: std::vec::IntoIter<Term<'h>>,
}

impl<'de> de::SeqAccess<'de> for Elements<'_> {
    type Error = ConvertError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        self.left.next().map(|term| seed.deserialize(self.of.with(term))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

struct Entries<'h> {
    of: Reader<'h>,
    left: std::vec::IntoIter<(Term<'h>, Term<'h>)>,
    value: Option<Term<'h>>,
}

impl<'de> de::MapAccess<'de> for Entries<'_> {
    type Error = ConvertError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((key, value)) = self.left.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(self.of.with(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let value = self.value.take().ok_or_else(|| ConvertError("a value without its key".into()))?;
        seed.deserialize(self.of.with(value))
    }
}

/// An atom, or a tuple that begins with one.
struct Variant<'h> {
    of: Reader<'h>,
}

impl<'h> Variant<'h> {
    /// What follows the name.
    fn rest(&self) -> &'h [Term<'h>] {
        self.of.term.as_tuple().map_or(&[], |tuple| tuple.elements().get(1..).unwrap_or(&[]))
    }
}

impl<'de, 'h> de::EnumAccess<'de> for Variant<'h> {
    type Error = ConvertError;
    type Variant = Variant<'h>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Variant<'h>)> {
        let name = self.of.term.as_tuple().and_then(|tuple| tuple.elements().first().copied());
        let name = self.of.with(name.unwrap_or(self.of.term)).text()?;
        let deserializer: de::value::StringDeserializer<ConvertError> = name.into_deserializer();
        Ok((seed.deserialize(deserializer)?, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_> {
    type Error = ConvertError;

    fn unit_variant(self) -> Result<()> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        match self.rest() {
            [value] => seed.deserialize(self.of.with(*value)),
            _ => Err(self.of.unexpected("a pair of a name and a value")),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(Elements { of: self.of, left: self.rest().to_vec().into_iter() })
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value> {
        match self.rest() {
            [map] => de::Deserializer::deserialize_map(self.of.with(*map), visitor),
            _ => Err(self.of.unexpected("a pair of a name and a map")),
        }
    }
}
