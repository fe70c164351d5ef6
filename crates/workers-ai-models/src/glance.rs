//! A quick reader of what the events of a stream are: JSON objects whose end nobody has looked for.
//!
//! It reads what it is sure of, just as `serde_json` would, and gives up on everything else.

mod reader;
mod value;

use std::fmt::{self, Display};

use serde::{Deserialize, de};

use self::{
    reader::{Reader, Token},
    value::Value,
};
use crate::drift;

/// Reads the object that `text` begins with. `length` is how long it is.
///
/// # Errors
///
/// If it is anything else, or does not fit: `serde_json` then knows what to say. Line breaks between the members, many levels
/// of nesting and escapes in names are not worth being quick about.
///
/// ```
/// # use workers_ai_models::{fields, glance};
/// # #[derive(Debug, Default)]
/// # struct Word { text: Option<String> }
/// # fields! { Word { "word" => put text, } }
/// let mut length = 0;
/// let word: Word = glance::first(r#"{"word": "hello"}, and so on"#, &mut length)?;
/// assert_eq!((word.text.as_deref(), length), (Some("hello"), 17));
///
/// assert!(glance::first::<Word>(r#"{"w\u006frd": "hello"}"#, &mut length).is_err());
/// # Ok::<_, glance::Unsure>(())
/// ```
#[inline]
pub fn first<'de, T: Deserialize<'de>>(text: &'de str, length: &mut usize) -> Result<T, Unsure> {
    // Notes must not be taken twice. Where a number ends that is all there is cannot be seen.
    if drift::is_watched() || !text.starts_with('{') {
        return Err(Unsure);
    }
    let mut reader = Reader::new(text);
    let value = T::deserialize(Value::object(&mut reader));
    *length = text.len() - reader.rest.len();
    value
}

/// The members of the object that `text` begins with, with their text if it is text: as far as none has parts.
pub(crate) fn scalars(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut reader = Reader::new(text);
    let entered = reader.enter("{").is_ok();
    let mut is_first = true;
    std::iter::from_fn(move || {
        if !entered {
            return None;
        }
        let (name, value) = reader.member(is_first).ok()??;
        is_first = false;
        match value {
            Token::Text(text) => Some((name, Some(text))),
            Token::Null | Token::Bool(_) | Token::Integer(_) => Some((name, None)),
            _ => None,
        }
    })
}

/// Why reading was given up: the quick reader does not tell.
#[derive(Debug)]
pub struct Unsure;

impl Display for Unsure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an object that fits")
    }
}

impl std::error::Error for Unsure {}

impl de::Error for Unsure {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}
