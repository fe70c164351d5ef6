//! The place where text should stand and any JSON value may: a model asked for JSON answers with
//! the value itself, and a streamed token such as `7` comes as a number.

use std::{
    borrow::Cow,
    fmt::{self, Display},
};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{
        DeserializeOwned, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::Value;

/// Text, or the JSON value that came in its place.
///
/// ```
/// use workers_ai_models::TextOrJson;
///
/// let answer: TextOrJson = serde_json::from_str(r#"{"city": "Lisbon"}"#)?;
/// assert_eq!(answer, r#"{"city":"Lisbon"}"#);
/// assert_eq!(answer.json::<serde_json::Value>()?["city"], "Lisbon");
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum TextOrJson {
    /// Text.
    Text(String),
    /// Any other value.
    Json(Value),
}

impl TextOrJson {
    /// The text; a value as its JSON text. `null` counts as no text.
    #[must_use]
    #[inline]
    pub fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Json(Value::Null) => Cow::Borrowed(""),
            Self::Json(value) => Cow::Owned(value.to_string()),
        }
    }

    /// The text, if text is what came.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Json(value) => value.as_str(),
        }
    }

    /// Reads the value, or the text as JSON, as a type of yours.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, or the value does not fit the type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        match self {
            Self::Text(text) => serde_json::from_str(text),
            Self::Json(value) => T::deserialize(value),
        }
    }

    /// Whether nothing is said: no text, or `null`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Json(value) => value.is_null(),
        }
    }
}

impl Default for TextOrJson {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl<'de> Deserialize<'de> for TextOrJson {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;

        impl<'de> Visitor<'de> for Visit {
            type Value = TextOrJson;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any valid JSON value")
            }

            #[inline]
            fn visit_str<E>(self, text: &str) -> Result<TextOrJson, E> {
                Ok(TextOrJson::Text(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<TextOrJson, E> {
                Ok(TextOrJson::Text(text))
            }

            fn visit_bool<E>(self, value: bool) -> Result<TextOrJson, E> {
                Ok(TextOrJson::Json(value.into()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<TextOrJson, E> {
                Ok(TextOrJson::Json(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<TextOrJson, E> {
                Ok(TextOrJson::Json(value.into()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<TextOrJson, E> {
                Ok(TextOrJson::Json(value.into()))
            }

            fn visit_unit<E>(self) -> Result<TextOrJson, E> {
                Ok(TextOrJson::Json(Value::Null))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<TextOrJson, A::Error> {
                Value::deserialize(SeqAccessDeserializer::new(items)).map(TextOrJson::Json)
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<TextOrJson, A::Error> {
                Value::deserialize(MapAccessDeserializer::new(members)).map(TextOrJson::Json)
            }
        }

        // Text is nearly all that comes, and goes where it belongs without being a value first.
        deserializer.deserialize_any(Visit)
    }
}

impl Display for TextOrJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_text())
    }
}

impl From<Value> for TextOrJson {
    fn from(value: Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            value => Self::Json(value),
        }
    }
}

impl From<String> for TextOrJson {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Cow<'_, str>> for TextOrJson {
    fn from(text: Cow<'_, str>) -> Self {
        Self::Text(text.into_owned())
    }
}

impl From<&str> for TextOrJson {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl PartialEq<str> for TextOrJson {
    fn eq(&self, other: &str) -> bool {
        self.as_text() == other
    }
}

impl PartialEq<&str> for TextOrJson {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}
