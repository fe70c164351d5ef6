//! What an answer says, whatever its shape: text, reasoning, called tools and what it cost.

use std::borrow::Cow;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::TextOrJson;

/// Says the same things of every answer, and of every part of one.
///
/// The types of the models have these as methods of their own, with a `text` that is empty where there is none; the trait
/// is for code that works with any of them, see [`ModelInput`](crate::ModelInput).
pub trait Answer {
    /// The text, if there is any. An empty one is none.
    fn text(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// What the model thought before it answered, where it says so apart from the text.
    fn reasoning(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// The tools the model wants called, or pieces of such calls in a stream.
    fn tool_calls(&self) -> Vec<CalledTool<'_>> {
        Vec::new()
    }

    /// What the answer cost in tokens.
    fn usage(&self) -> Option<TokenUsage> {
        None
    }
}

/// A tool that is to be called, in one form for all dialects.
///
/// In a stream it may be a piece: `index` tells to which call it belongs, and only one piece has the name.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CalledTool<'a> {
    /// Which call of this answer a piece belongs to.
    pub index: Option<u64>,
    /// Id to answer with; the native dialect has none.
    pub id: Option<&'a str>,
    /// The tool's name.
    pub name: Option<&'a str>,
    /// Its arguments, as they came.
    pub arguments: Arguments<'a>,
}

/// Arguments of a called tool: the native dialect has an object, the others JSON as text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arguments<'a> {
    /// None were given.
    None,
    /// JSON as text, or a piece of it.
    Text(&'a str),
    /// An object.
    Object(&'a Map<String, Value>),
    /// Any JSON value.
    Json(&'a Value),
}

impl<'a> CalledTool<'a> {
    /// Made by generated code, which finds the parts under the names of its dialect.
    #[doc(hidden)]
    #[must_use]
    pub fn of(
        index: Option<&u64>,
        id: Option<&'a String>,
        name: Option<&'a String>,
        arguments: Option<Arguments<'a>>,
    ) -> Self {
        Self {
            index: index.copied(),
            id: id.map(String::as_str),
            name: name.map(String::as_str),
            arguments: arguments.unwrap_or(Arguments::None),
        }
    }

    /// Reads the arguments as a type.
    ///
    /// # Errors
    ///
    /// If they do not fit.
    pub fn arguments<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        match self.arguments {
            Arguments::None => T::deserialize(Value::Object(Map::new())),
            Arguments::Text(text) => {
                serde_json::from_str(if text.trim().is_empty() { "{}" } else { text })
            }
            Arguments::Object(map) => T::deserialize(Value::Object(map.clone())),
            Arguments::Json(value) => T::deserialize(value.clone()),
        }
    }

    /// The arguments as JSON text, the way a second turn wants them.
    #[must_use]
    pub fn arguments_text(&self) -> Cow<'_, str> {
        fn written(value: &impl Serialize) -> Cow<'static, str> {
            // A map of JSON values can always be written.
            Cow::Owned(serde_json::to_string(value).unwrap_or_default())
        }
        match self.arguments {
            Arguments::None => Cow::Borrowed("{}"),
            Arguments::Text(text) => Cow::Borrowed(text),
            Arguments::Object(map) => written(map),
            Arguments::Json(value) => written(value),
        }
    }
}

impl<'a> From<&'a String> for Arguments<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a Map<String, Value>> for Arguments<'a> {
    fn from(map: &'a Map<String, Value>) -> Self {
        Self::Object(map)
    }
}

impl<'a> From<&'a TextOrJson> for Arguments<'a> {
    fn from(value: &'a TextOrJson) -> Self {
        match value {
            TextOrJson::Text(text) => Self::Text(text),
            TextOrJson::Json(Value::Null) => Self::None,
            TextOrJson::Json(Value::Object(map)) => Self::Object(map),
            TextOrJson::Json(value) => Self::Json(value),
        }
    }
}

/// What an answer cost, under one set of names for all dialects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TokenUsage {
    /// Tokens that went in.
    pub input: Option<u64>,
    /// Tokens that came out.
    pub output: Option<u64>,
    /// Both together.
    pub total: Option<u64>,
    /// Tokens of the input that were already known to the service.
    pub cached: Option<u64>,
    /// Tokens of the output that were reasoning.
    pub reasoning: Option<u64>,
    /// What Cloudflare charges, often a fraction.
    pub neurons: Option<f64>,
}

impl TokenUsage {
    /// Made by generated code, which finds the counts under the names of its dialect. `None` if there is none.
    #[doc(hidden)]
    #[must_use]
    pub fn of(counts: [Option<&u64>; 5], neurons: Option<&f64>) -> Option<Self> {
        let [input, output, total, cached, reasoning] = counts.map(Option::<&u64>::copied);
        let usage = Self {
            input,
            output,
            total,
            cached,
            reasoning,
            neurons: neurons.copied(),
        };
        (usage != Self::default()).then_some(usage)
    }
}

impl Answer for String {
    fn text(&self) -> Option<Cow<'_, str>> {
        (!self.is_empty()).then_some(Cow::Borrowed(self))
    }
}

impl Answer for TextOrJson {
    #[inline]
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(self.as_text()).filter(|text| !text.is_empty())
    }
}

impl<T: Answer> Answer for Option<T> {
    fn text(&self) -> Option<Cow<'_, str>> {
        self.as_ref()?.text()
    }

    fn reasoning(&self) -> Option<Cow<'_, str>> {
        self.as_ref()?.reasoning()
    }

    fn tool_calls(&self) -> Vec<CalledTool<'_>> {
        self.as_ref().map(T::tool_calls).unwrap_or_default()
    }

    fn usage(&self) -> Option<TokenUsage> {
        self.as_ref()?.usage()
    }
}

impl<T: Answer> Answer for Box<T> {
    fn text(&self) -> Option<Cow<'_, str>> {
        (**self).text()
    }

    fn reasoning(&self) -> Option<Cow<'_, str>> {
        (**self).reasoning()
    }

    fn tool_calls(&self) -> Vec<CalledTool<'_>> {
        (**self).tool_calls()
    }

    fn usage(&self) -> Option<TokenUsage> {
        (**self).usage()
    }
}

/// The parts of a list, one after the other.
impl<T: Answer> Answer for Vec<T> {
    fn text(&self) -> Option<Cow<'_, str>> {
        joined(self.iter().filter_map(T::text))
    }

    fn reasoning(&self) -> Option<Cow<'_, str>> {
        joined(self.iter().filter_map(T::reasoning))
    }

    fn tool_calls(&self) -> Vec<CalledTool<'_>> {
        self.iter().flat_map(T::tool_calls).collect()
    }

    fn usage(&self) -> Option<TokenUsage> {
        self.iter().find_map(T::usage)
    }
}

fn joined<'a>(mut parts: impl Iterator<Item = Cow<'a, str>>) -> Option<Cow<'a, str>> {
    let first = parts.next()?;
    Some(parts.fold(first, |whole, part| whole + part))
}

/// The first of several answers to one question: what generated code asks where a model may answer more than once.
#[doc(hidden)]
#[must_use]
pub fn first<T>(list: &Option<Vec<T>>) -> Option<&T> {
    list.as_ref()?.first()
}

/// Of two ways to say something, the first that says anything.
#[doc(hidden)]
#[must_use]
pub fn either<'a>(
    first: Vec<CalledTool<'a>>,
    second: impl FnOnce() -> Vec<CalledTool<'a>>,
) -> Vec<CalledTool<'a>> {
    if first.is_empty() { second() } else { first }
}

/// Gives types the methods of [`Answer`] as their own, so that calling them needs no import.
#[doc(hidden)]
#[macro_export]
macro_rules! answers {
    ($($name:ident),* $(,)?) => {$(
        impl $name {
            /// The text; empty where the answer has none.
            #[must_use]
            #[inline]
            pub fn text(&self) -> ::std::borrow::Cow<'_, str> {
                $crate::Answer::text(self).unwrap_or_default()
            }

            /// What the model thought before it answered, where it says so apart from the text.
            #[must_use]
            #[inline]
            pub fn reasoning(&self) -> Option<::std::borrow::Cow<'_, str>> {
                $crate::Answer::reasoning(self)
            }

            /// The tools the model wants called, in one form for all dialects.
            #[must_use]
            #[inline]
            pub fn tool_calls(&self) -> Vec<$crate::CalledTool<'_>> {
                $crate::Answer::tool_calls(self)
            }

            /// What the answer cost in tokens, under one set of names for all dialects.
            #[must_use]
            #[inline]
            pub fn usage(&self) -> Option<$crate::TokenUsage> {
                $crate::Answer::usage(self)
            }

            /// Reads the text as JSON, as a model writes it that was asked for a `response_format`.
            ///
            /// # Errors
            ///
            /// If there is no text, or it is not JSON of this type: words around it, or cut off where
            /// `max_tokens` were used up.
            pub fn json<T: $crate::open_enum::__serde::de::DeserializeOwned>(&self) -> Result<T, ::serde_json::Error> {
                ::serde_json::from_str(&self.text())
            }
        }
    )*};
}
