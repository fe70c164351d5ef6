//! A quick reader of what nearly every event of a stream is: one flat JSON object without escapes.
//!
//! It reads what it is sure of, just as `serde_json` would, and gives up on everything else.

mod reader;

use std::fmt::{self, Display};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

use self::reader::{Reader, Scalar};
use crate::drift;

/// Reads the object that `text` begins with, whose members are text, whole numbers, booleans, `null` or empty lists.
/// `length` is how long the object is.
///
/// # Errors
///
/// If it is anything else, or does not fit: `serde_json` then knows what to say.
///
/// ```
/// # use workers_ai_models::{fields, flat};
/// # #[derive(Debug, Default)]
/// # struct Word { text: Option<String> }
/// # fields! { Word { "word" => put text, } }
/// let mut length = 0;
/// let word: Word = flat::first(r#"{"word": "hello"}, and so on"#, &mut length)?;
/// assert_eq!((word.text.as_deref(), length), (Some("hello"), 17));
///
/// assert!(flat::first::<Word>(r#"{"word": "\u0068ello"}"#, &mut length).is_err());
/// # Ok::<_, flat::Unsure>(())
/// ```
#[inline]
pub fn first<'de, T: Deserialize<'de>>(text: &'de str, length: &mut usize) -> Result<T, Unsure> {
    // Notes must not be taken twice.
    if drift::is_watched() {
        return Err(Unsure);
    }
    T::deserialize(Object(text, length))
}

/// Why reading was given up: the quick reader does not tell.
#[derive(Debug)]
pub struct Unsure;

impl Display for Unsure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a flat object that fits")
    }
}

impl std::error::Error for Unsure {}

impl de::Error for Unsure {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

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

/// The object as a whole.
struct Object<'r, 'de>(&'de str, &'r mut usize);

impl<'de> Deserializer<'de> for Object<'_, 'de> {
    type Error = Unsure;

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        let Self(text, length) = self;
        let mut members = Members {
            reader: Reader::begin(text)?,
            value: Scalar::Null,
        };
        let value = visitor.visit_map(&mut members)?;
        let rest = members.reader.rest().ok_or(Unsure)?;
        *length = text.len() - rest.len();
        Ok(value)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        // What is no object is found out then.
        visitor.visit_some(self)
    }

    alike! {
        deserialize_map:
        deserialize_any() deserialize_struct(&'static str, &'static [&'static str])
    }

    unsure! {
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64()
        deserialize_f32() deserialize_f64() deserialize_char() deserialize_str() deserialize_string()
        deserialize_bytes() deserialize_byte_buf() deserialize_unit() deserialize_unit_struct(&'static str)
        deserialize_newtype_struct(&'static str) deserialize_seq() deserialize_tuple(usize)
        deserialize_tuple_struct(&'static str, usize) deserialize_identifier() deserialize_ignored_any()
        deserialize_enum(&'static str, &'static [&'static str])
    }
}

/// The members of the object.
struct Members<'de> {
    reader: Reader<'de>,
    /// The value of the member whose name was asked for.
    value: Scalar<'de>,
}

impl<'de> MapAccess<'de> for &mut Members<'de> {
    type Error = Unsure;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unsure> {
        let Some((name, value)) = self.reader.member()? else {
            return Ok(None);
        };
        self.value = value;
        seed.deserialize(Name(name)).map(Some)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unsure> {
        seed.deserialize(self.value)
    }
}

/// The name of a member.
struct Name<'de>(&'de str);

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = Unsure;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        visitor.visit_borrowed_str(self.0)
    }

    alike! {
        deserialize_any:
        deserialize_str() deserialize_string() deserialize_identifier() deserialize_ignored_any()
    }

    unsure! {
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64()
        deserialize_f32() deserialize_f64() deserialize_char() deserialize_bytes() deserialize_byte_buf()
        deserialize_option() deserialize_unit() deserialize_unit_struct(&'static str)
        deserialize_newtype_struct(&'static str) deserialize_seq() deserialize_tuple(usize)
        deserialize_tuple_struct(&'static str, usize) deserialize_map()
        deserialize_struct(&'static str, &'static [&'static str])
        deserialize_enum(&'static str, &'static [&'static str])
    }
}

impl<'de> Deserializer<'de> for Scalar<'de> {
    type Error = Unsure;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self {
            Self::Text(text) => visitor.visit_borrowed_str(text),
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Integer(number) => visitor.visit_u64(number),
            Self::EmptyList => visitor.visit_seq(Nothing),
        }
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self {
            Self::Null => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self {
            Self::Text(text) => visitor.visit_borrowed_str(text),
            _ => Err(Unsure),
        }
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self {
            Self::Bool(value) => visitor.visit_bool(value),
            _ => Err(Unsure),
        }
    }

    #[inline]
    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self {
            Self::Integer(number) => visitor.visit_u64(number),
            _ => Err(Unsure),
        }
    }

    #[inline]
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self {
            Self::Null => visitor.visit_unit(),
            _ => Err(Unsure),
        }
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self {
            Self::EmptyList => visitor.visit_seq(Nothing),
            _ => Err(Unsure),
        }
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        visitor.visit_unit()
    }

    alike! { deserialize_str: deserialize_string() deserialize_identifier() }

    alike! {
        deserialize_u64:
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_f32() deserialize_f64()
    }

    unsure! {
        deserialize_char() deserialize_bytes() deserialize_byte_buf() deserialize_unit_struct(&'static str)
        deserialize_newtype_struct(&'static str) deserialize_tuple(usize)
        deserialize_tuple_struct(&'static str, usize) deserialize_map()
        deserialize_struct(&'static str, &'static [&'static str])
        deserialize_enum(&'static str, &'static [&'static str])
    }
}

/// The items of an empty list.
struct Nothing;

impl<'de> SeqAccess<'de> for Nothing {
    type Error = Unsure;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        _: S,
    ) -> Result<Option<S::Value>, Unsure> {
        Ok(None)
    }
}
