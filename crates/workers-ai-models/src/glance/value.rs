//! What is handed to those who read a value: its text, its number, its members, its items.

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
        value::BorrowedStrDeserializer,
    },
};

use serde_json::de::{Deserializer as Json, StrRead};

use super::{
    Unsure,
    reader::{Reader, Token},
};
use crate::union;

/// Gives up on what is asked for so, without making code for it.
macro_rules! unsure {
    ($($ask:ident($($argument:ty),*))*) => {$(
        fn $ask<V: Visitor<'de>>(self, $(_: $argument,)* _: V) -> Result<V::Value, Unsure> {
            Err(Unsure)
        }
    )*};
}

/// Reads what is asked for by another method as if this one had asked.
macro_rules! alike {
    ($like:ident: $($ask:ident($($argument:ty),*))*) => {$(
        #[inline]
        fn $ask<V: Visitor<'de>>(self, $(_: $argument,)* visitor: V) -> Result<V::Value, Unsure> {
            self.$like(visitor)
        }
    )*};
}

/// A value of which all or the beginning has been read.
pub(super) struct Value<'r, 'de> {
    token: Token<'de>,
    reader: &'r mut Reader<'de>,
}

impl<'r, 'de> Value<'r, 'de> {
    /// The object that comes next.
    #[inline]
    pub(super) fn object(reader: &'r mut Reader<'de>) -> Self {
        let token = Token::Object;
        Self { token, reader }
    }

    /// Any value but plain text, which comes most often.
    #[inline(never)]
    fn other<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self.token {
            Token::Text(text) => visitor.visit_borrowed_str(text),
            Token::Escaped => visitor.visit_string(self.reader.escaped()?),
            Token::Object => self.deserialize_map(visitor),
            Token::List => self.deserialize_seq(visitor),
            Token::Integer(number) => visitor.visit_u64(number),
            Token::Number => number(self.reader, |json| json.deserialize_any(visitor)),
            Token::Bool(value) => visitor.visit_bool(value),
            Token::Null => visitor.visit_unit(),
        }
    }

    #[inline]
    fn members<V: Visitor<'de>>(
        self,
        names: impl Names<'de>,
        visitor: V,
    ) -> Result<V::Value, Unsure> {
        if !matches!(self.token, Token::Object) {
            return Err(Unsure);
        }
        self.reader.enter("{")?;
        let mut members = Members {
            reader: self.reader,
            value: Token::Null,
            names,
            has_begun: false,
            has_ended: false,
        };
        let value = visitor.visit_map(&mut members)?;
        if members.has_ended {
            return Ok(value);
        }
        Err(Unsure)
    }
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = Unsure;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self.token {
            Token::Text(text) => visitor.visit_borrowed_str(text),
            _ => self.other(visitor),
        }
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        if matches!(self.token, Token::Null) {
            self.reader.is_passed = true;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    #[inline]
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self.token {
            Token::Null => visitor.visit_unit(),
            _ => Err(Unsure),
        }
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self.token {
            Token::Bool(value) => visitor.visit_bool(value),
            _ => Err(Unsure),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self.token {
            Token::Text(text) => visitor.visit_borrowed_str(text),
            Token::Escaped => visitor.visit_string(self.reader.escaped()?),
            _ => Err(Unsure),
        }
    }

    #[inline]
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self.token {
            Token::Integer(number) => visitor.visit_u64(number),
            Token::Number => number(self.reader, |json| json.deserialize_f32(visitor)),
            _ => Err(Unsure),
        }
    }

    #[inline]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self.token {
            Token::Integer(number) => visitor.visit_u64(number),
            Token::Number => number(self.reader, |json| json.deserialize_f64(visitor)),
            _ => Err(Unsure),
        }
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.members((), visitor)
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        let Self {
            token: Token::List,
            reader,
        } = self
        else {
            return Err(Unsure);
        };
        reader.enter("[")?;
        let mut items = Items {
            reader,
            has_begun: false,
            has_ended: false,
        };
        let value = visitor.visit_seq(&mut items)?;
        if items.has_ended {
            return Ok(value);
        }
        Err(Unsure)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unsure> {
        if name == union::ASK {
            return visitor.visit_enum(self);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.reader.is_passed = true;
        self.deserialize_any(visitor)
    }

    alike! { deserialize_str: deserialize_string() deserialize_identifier() }

    alike! {
        deserialize_f64:
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64()
    }

    alike! { deserialize_map: deserialize_struct(&'static str, &'static [&'static str]) }

    alike! { deserialize_seq: deserialize_tuple(usize) deserialize_tuple_struct(&'static str, usize) }

    alike! { deserialize_unit: deserialize_unit_struct(&'static str) }

    unsure! {
        deserialize_char() deserialize_bytes() deserialize_byte_buf()
        deserialize_enum(&'static str, &'static [&'static str])
    }
}

/// Reads a number as `serde_json` does.
fn number<'de, T>(
    reader: &mut Reader<'de>,
    read: impl FnOnce(&mut Json<StrRead<'de>>) -> Result<T, serde_json::Error>,
) -> Result<T, Unsure> {
    let mut json = Json::from_str(reader.number()?);
    let value = read(&mut json).map_err(|_| Unsure)?;
    json.end().map_err(|_| Unsure)?;
    Ok(value)
}

/// The members of an object.
struct Members<'r, 'de, N> {
    reader: &'r mut Reader<'de>,
    /// The value of the member whose name was asked for.
    value: Token<'de>,
    names: N,
    has_begun: bool,
    has_ended: bool,
}

impl<'de, N: Names<'de>> MapAccess<'de> for &mut Members<'_, 'de, N> {
    type Error = Unsure;

    #[expect(
        clippy::inline_always,
        reason = "half of what an event costs is spent here"
    )]
    #[inline(always)]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unsure> {
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let Some((name, value)) = self.reader.member(is_first)? else {
            self.has_ended = true;
            return Ok(None);
        };
        self.value = value;
        self.names.at(name)?;
        seed.deserialize(BorrowedStrDeserializer::new(name))
            .map(Some)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unsure> {
        self.reader.is_passed = false;
        let value = seed.deserialize(Value {
            token: self.value,
            reader: self.reader,
        })?;
        if self.reader.is_passed {
            self.names.keep();
        }
        Ok(value)
    }
}

/// The names of an object's members.
trait Names<'de> {
    /// This one comes now.
    fn at(&mut self, name: &'de str) -> Result<(), Unsure>;

    /// Nobody but us knows that the one that came last did come.
    fn keep(&mut self);
}

/// Names do not matter.
impl<'de> Names<'de> for () {
    fn at(&mut self, _: &'de str) -> Result<(), Unsure> {
        Ok(())
    }

    fn keep(&mut self) {}
}

/// Names of members that were passed over or `null`: of the others whoever reads them sees that they come twice.
#[derive(Default)]
struct Passed<'de> {
    names: [&'de str; 16],
    count: usize,
}

impl<'de> Names<'de> for Passed<'de> {
    fn at(&mut self, name: &'de str) -> Result<(), Unsure> {
        let (before, after) = self.names.split_at_mut_checked(self.count).ok_or(Unsure)?;
        if before.contains(&name) {
            return Err(Unsure);
        }
        *after.first_mut().ok_or(Unsure)? = name;
        Ok(())
    }

    fn keep(&mut self) {
        self.count += 1;
    }
}

/// The items of a list.
struct Items<'r, 'de> {
    reader: &'r mut Reader<'de>,
    has_begun: bool,
    has_ended: bool,
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = Unsure;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Unsure> {
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let Some(token) = self.reader.item(is_first)? else {
            self.has_ended = true;
            return Ok(None);
        };
        let reader = &mut *self.reader;
        seed.deserialize(Value { token, reader }).map(Some)
    }

    /// Most lists in events have one item, so nobody needs to make room for more.
    #[inline]
    fn size_hint(&self) -> Option<usize> {
        let is_empty = self.reader.rest.starts_with(']');
        Some(usize::from(!is_empty))
    }
}

/// A value that is one of a union's alternatives: which one is to be seen from its text.
impl<'de> EnumAccess<'de> for Value<'_, 'de> {
    type Error = Unsure;
    type Variant = Self;

    #[inline]
    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Unsure> {
        let text = match self.token {
            Token::Text(_) => "\"",
            Token::Integer(_) => "0",
            Token::Bool(_) => "true",
            Token::Null => "null",
            Token::Escaped | Token::Number | Token::Object | Token::List => self.reader.rest,
        };
        let which = seed.deserialize(BorrowedStrDeserializer::new(text))?;
        Ok((which, self))
    }
}

impl<'de> VariantAccess<'de> for Value<'_, 'de> {
    type Error = Unsure;

    #[inline]
    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Unsure> {
        seed.deserialize(Alternative(self))
    }

    fn unit_variant(self) -> Result<(), Unsure> {
        Err(Unsure)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Unsure> {
        Err(Unsure)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Unsure> {
        Err(Unsure)
    }
}

/// An alternative of a union, of which nobody has seen yet whether it has a name twice.
struct Alternative<'r, 'de>(Value<'r, 'de>);

/// Asks for the value itself.
macro_rules! forward {
    ($($ask:ident($($name:ident: $argument:ty),*))*) => {$(
        #[inline]
        fn $ask<V: Visitor<'de>>(self, $($name: $argument,)* visitor: V) -> Result<V::Value, Unsure> {
            self.0.$ask($($name,)* visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Alternative<'_, 'de> {
    type Error = Unsure;

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.0.members(Passed::default(), visitor)
    }

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self.0.token {
            Token::Object => self.deserialize_map(visitor),
            _ => self.0.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self.0.token {
            Token::Null => self.0.deserialize_option(visitor),
            _ => visitor.visit_some(self),
        }
    }

    alike! { deserialize_map: deserialize_struct(&'static str, &'static [&'static str]) }

    forward! {
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64()
        deserialize_f32() deserialize_f64() deserialize_char() deserialize_str() deserialize_string()
        deserialize_bytes() deserialize_byte_buf() deserialize_unit() deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str) deserialize_seq() deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier() deserialize_ignored_any()
    }
}
