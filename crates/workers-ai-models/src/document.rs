//! A whole document whose text is at hand: a union that stands for all of it need not be walked through to its end first.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, de::Visitor};
use serde_json::{Error, de::StrRead, value::RawValue};

/// What a type asks for that wants to see the text of a value first.
const TEXT: &str = "workers_ai_models::document::text";

/// Reads a document as `serde_json` does.
///
/// # Errors
///
/// If it is not JSON, or does not fit.
pub fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let mut is_taken = false;
    let value = T::deserialize(Document {
        text,
        json: &mut json,
        is_taken: &mut is_taken,
    })?;
    if !is_taken {
        json.end()?;
    }
    Ok(value)
}

/// The text of the next value: of a whole document as it stands, else of what turns out to be a value.
///
/// A document is not known to be JSON yet. Whoever takes its text has to read all of it.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    struct Text;

    impl<'de> Visitor<'de> for Text {
        type Value = Cow<'de, str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any valid JSON value")
        }

        fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
            Ok(Cow::Borrowed(text))
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(
            self,
            deserializer: D,
        ) -> Result<Self::Value, D::Error> {
            let text: Box<str> = Box::<RawValue>::deserialize(deserializer)?.into();
            Ok(Cow::Owned(text.into()))
        }
    }

    deserializer.deserialize_newtype_struct(TEXT, Text)
}

/// Hands out its text to those who ask, and is `serde_json` for all others.
struct Document<'d, 'de> {
    text: &'de str,
    json: &'d mut serde_json::Deserializer<StrRead<'de>>,
    is_taken: &'d mut bool,
}

macro_rules! forward {
    ($($ask:ident($($name:ident: $argument:ty),*))*) => {$(
        #[inline]
        fn $ask<V: Visitor<'de>>(self, $($name: $argument,)* visitor: V) -> Result<V::Value, Error> {
            self.json.$ask($($name,)* visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Document<'_, 'de> {
    type Error = Error;

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == TEXT {
            *self.is_taken = true;
            return visitor.visit_borrowed_str(self.text);
        }
        self.json.deserialize_newtype_struct(name, visitor)
    }

    forward! {
        deserialize_any() deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_i128() deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_f32() deserialize_f64() deserialize_char() deserialize_str() deserialize_string()
        deserialize_bytes() deserialize_byte_buf() deserialize_option() deserialize_unit()
        deserialize_unit_struct(name: &'static str) deserialize_seq() deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize) deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier() deserialize_ignored_any()
    }
}
