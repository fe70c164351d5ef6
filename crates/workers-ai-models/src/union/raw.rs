//! A value of which only its outline is known yet.

use std::borrow::Cow;

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned},
};
use serde_json::value::RawValue;

use crate::{
    misfit::{place, without_content},
    outline::{Found, members, string},
};

/// Ends an error that tells a place already.
const PLACE: &str = " of the value";

/// A JSON value and, if it is an object, where its members are.
pub struct Raw<'de> {
    pub(super) text: Cow<'de, str>,
    pub(super) members: Vec<Found>,
}

/// What a JSON value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// A string.
    Text,
    /// An array.
    List,
    /// An object.
    Object,
}

impl<'de> Raw<'de> {
    /// Reads a value without deciding what it is.
    ///
    /// # Errors
    ///
    /// If it is nested too deeply, or is an object that has a key twice. What is not JSON is told when it is decoded.
    pub fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: Box<str> = Box::<RawValue>::deserialize(deserializer)?.into();
        let text = Cow::Owned(text.into());
        let members = members(&text).map_err(de::Error::custom)?;
        Ok(Self { text, members })
    }

    /// Whether it is anything but `null` or an object without members that say something.
    pub(super) fn says_something(&self) -> bool {
        match self.kind() {
            Kind::Null => false,
            Kind::Object => !self.members.iter().all(|found| self.is_null(found)),
            _ => true,
        }
    }

    /// What the value is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        kind(&self.text)
    }

    /// Whether it is an object with this key, and not `null` there.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.member(key)
            .is_some_and(|value| kind(value) != Kind::Null)
    }

    /// The text under this key, if it is text.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<Cow<'_, str>> {
        string(self.member(key)?)
    }

    /// What stands under this key, in letters: `s`, `n`, `b` or `{`; for a list `[` and what its
    /// first item is; nothing for `null` and for a key that is absent.
    #[must_use]
    pub fn shape(&self, key: &str) -> &'static str {
        shape(self.member(key).unwrap_or("null"))
    }

    /// Whether the value itself has one of these shapes, which stand apart by a blank; an empty list has none of a list.
    #[must_use]
    pub fn looks(&self, shapes: &str) -> bool {
        let shape = shape(self.text.trim_ascii_start());
        shapes.split(' ').any(|allowed| shape.starts_with(allowed))
    }

    /// Reads the value as a type.
    ///
    /// # Errors
    ///
    /// If it does not fit. The error tells where in this value (or, below another union, in that)
    /// and what was expected there, and repeats nothing of the value.
    pub fn decode<T: DeserializeOwned, E: de::Error>(&self) -> Result<T, E> {
        serde_json::from_str(&self.text).map_err(|error| {
            let what = without_content(&error);
            if what.ends_with(PLACE) {
                return E::custom(what);
            }
            let path = place(&error, self.text.as_bytes(), "");
            if path.is_empty() {
                return E::custom(format_args!("{what} in place{PLACE}"));
            }
            E::custom(format_args!("{what} at `{path}`{PLACE}"))
        })
    }

    /// The error for a value that is none of a union's alternatives.
    #[must_use]
    pub fn unfit<E: de::Error>(&self, union: &'static str) -> E {
        let found = match self.kind() {
            Kind::Null => "null",
            Kind::Bool => "a boolean",
            Kind::Number => "a number",
            Kind::Text => "a string",
            Kind::List => "a list",
            Kind::Object => "an object",
        };
        E::custom(format_args!(
            "expected an alternative of {union}, found {found}"
        ))
    }

    pub(super) fn member(&self, key: &str) -> Option<&str> {
        let text = &*self.text;
        let mut members = self.members.iter();
        let found = members.find(|found| found.name(text) == key)?;
        text.get(found.value.clone())
    }

    pub(super) fn is_null(&self, found: &Found) -> bool {
        let value = self.text.get(found.value.clone());
        value.is_none_or(|value| kind(value) == Kind::Null)
    }
}

fn shape(value: &str) -> &'static str {
    match kind(value) {
        Kind::Null => "",
        Kind::Bool => "b",
        Kind::Number => "n",
        Kind::Text => "s",
        Kind::Object => "{",
        Kind::List => match kind(value.get(1..).unwrap_or_default()) {
            Kind::Null => "[",
            Kind::Bool => "[b",
            Kind::Number => "[n",
            Kind::Text => "[s",
            Kind::List => "[[",
            Kind::Object => "[{",
        },
    }
}

/// What a value is, by its first letter.
pub(super) fn kind(text: &str) -> Kind {
    match text.trim_ascii_start().as_bytes().first() {
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::List,
        Some(b'"') => Kind::Text,
        Some(b't' | b'f') => Kind::Bool,
        Some(b'-' | b'0'..=b'9') => Kind::Number,
        _ => Kind::Null,
    }
}
